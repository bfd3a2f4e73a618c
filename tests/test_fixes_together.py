"""All fixes of a project together: what they leave parses, is found in order, and is left alone by the next run."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

import pytest
import yaml
from pages import ROOT, RULES, cases, look

from mcplint.engine.fix import applicable, fix
from mcplint.findings import ERROR
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree

FIXTURES = ROOT / "tests" / "fixtures"


def texts(folder: Path) -> dict[str, str]:
    """The files of a folder that mcplint would read, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    named = ((str(path.relative_to(folder)), path) for path in files)
    return {name: path.read_text(encoding="utf-8", errors="replace") for name, path in named if kind(name)}


PROJECTS = {
    **{f"fixture {folder.name}": texts(folder) for folder in sorted(FIXTURES.iterdir()) if folder.is_dir()},
    **{f"page {name}": case.files for name, rule in RULES.items() for case in cases(rule.page) if case.name == "Bad"},
    **{
        f"case {path.stem}: {case.name}": case.files
        for path in sorted((ROOT / "tests" / "cases").glob("*.md"))
        for case in cases(path.read_text(encoding="utf-8"))
    },
}


def parses(path: str, text: str) -> bool:
    """Whether the format's own parser takes a text; of a format without one here it is not asked."""
    try:
        if path.endswith(".py"):
            ast.parse(text)
        elif path.endswith(".json"):
            json.loads(text)
        elif path.endswith((".yaml", ".yml")):
            list(yaml.safe_load_all(text))
        elif path.endswith(".toml"):
            tomllib.loads(text)
    except (SyntaxError, ValueError, yaml.YAMLError):
        return False
    return True


@pytest.mark.parametrize(
    ("name", "unsafe"),
    [(name, unsafe) for name in PROJECTS for unsafe in (True, False) if unsafe or not name.startswith("case")],
)
def test_all_fixes_of_a_project_go_together(name, unsafe):
    before = PROJECTS[name]
    tree = Tree.of(before)
    found = look(tree)
    result = fix(tree, look, unsafe)
    if not (result.texts or result.refused):
        fixes = [each.finding.fix for each in applicable(tree, look, found) if each.finding.fix]
        assert not [fix for fix in fixes if unsafe or fix.safe], "what is offered is made"
        return
    after = {**before, **result.texts}
    for path, text in result.texts.items():
        assert parses(path, text) or not parses(path, before.get(path, "")), f"{path} no longer parses:\n{text}"
    now = look(Tree.of(after))
    known = {(each.rule, each.finding.span.source.path) for each in found}
    new = [each for each in now if (each.rule, each.finding.span.source.path) not in known]
    assert not [f"{each.rule}: {each.finding.message}" for each in new if each.severity == ERROR]
    again = fix(Tree.of(after), look, unsafe)
    assert not again.texts, "a second run changes more"
    offered = {(each.rule, each.finding.message) for each in applicable(tree, look, found) if each.finding.fix}
    broken = [f"{each.rule}: {why}" for each, why in result.refused if (each.rule, each.finding.message) in offered]
    assert not broken, "a fix is offered that is taken back"
