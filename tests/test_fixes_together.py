"""All fixes of a project together: what they leave parses, is found in order, and is left alone by the next run."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from runpy import run_path

import pytest
import yaml
from intended import unkept, unmeant
from pages import ROOT, RULES, cases, look, settings

from mcplint.engine.fix import applicable, fix
from mcplint.link import link
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree

FIXTURES = ROOT / "tests" / "fixtures"
TOOLS = run_path(str(ROOT / "benchmarks" / "fixes.py"))


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
            compile(text, path, "exec")
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
    [
        *((name, True) for name in PROJECTS if not name.startswith("case")),
        *(pytest.param(name, True, marks=pytest.mark.full) for name in PROJECTS if name.startswith("case")),
        *(pytest.param(name, False, marks=pytest.mark.full) for name in PROJECTS if not name.startswith("case")),
    ],
)
def test_all_fixes_of_a_project_go_together(name, unsafe, tmp_path):
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
        if unsafe and path.endswith((".yaml", ".yml")) and parses(path, text):
            assert not unmeant(path, result.fixed, before[path], text), f"{path} says what no fix means:\n{text}"
    assert not refused(before, result.texts, tmp_path)
    made = Tree.of(after)
    model = link(made, settings(made)).deployment if unsafe else None
    assert not [title for each in result.fixed if model and (title := unkept(each, before, after, model))]
    now = look(made)
    known = {(each.rule, each.finding.span.source.path) for each in found}
    new = [each for each in now if (each.rule, each.finding.span.source.path) not in known]
    told = {rule for each in result.fixed if each.finding.fix for rule in each.finding.fix.leaves}
    unsaid = [each for each in new if each.rule not in told]
    assert not [f"{each.rule}: {each.finding.message}" for each in unsaid]
    again = fix(Tree.of(after), look, unsafe)
    assert not again.texts, "a second run changes more"
    offered = {(each.rule, each.finding.message) for each in applicable(tree, look, found) if each.finding.fix}
    broken = [f"{each.rule}: {why}" for each, why in result.refused if (each.rule, each.finding.message) in offered]
    assert not broken, "a fix is offered that is taken back"


def refused(before: dict[str, str], made: dict[str, str], folder: Path) -> dict[str, str]:
    """What nginx, node and uv say of the texts that fixes made, but what they said before, where they are here."""
    said: dict[str, list[str]] = {path: [] for path in made}
    for name, files in (("before", before), ("after", {**before, **made})):
        for path, text in files.items() if made else ():
            whole = folder / name / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_text(text, encoding="utf-8")
        for path in said:
            whole = folder / name / path
            told = TOOLS["complaint"](whole, whole.read_text(encoding="utf-8")) if whole.exists() else ""
            stale = TOOLS["stale"](folder / name, path) if path.endswith("uv.lock") and not told else ""
            said[path].append(f"{told}{stale}".replace(str(folder / name), ""))
    return {path: after for path, (old, after) in said.items() if after and after != old}


@pytest.mark.parametrize(
    "ports", ["8000:8000, 8000:8000/tcp", "8000:8000, 127.0.0.1:8000:8000", "8080:8080, 8080:8080/tcp"]
)
def test_no_fix_makes_a_port_that_docker_refuses_beside_another_one(ports):
    files = PROJECTS["page published-without-auth"]
    compose = files["compose.yaml"].replace('"8000:8000"', ports)
    tree = Tree.of({**files, "compose.yaml": compose})
    assert {each.rule for each in look(tree)} & {"port-mismatch", "published-without-auth"}
    assert "compose.yaml" not in fix(tree, look, unsafe=True).texts
    assert not [each.rule for each in applicable(tree, look, look(tree)) if each.finding.fix]


def test_a_fix_in_an_included_file_names_the_locations_of_others_that_read_it():
    files = PROJECTS["page short-read-timeout"]
    included = "proxy_read_timeout 5s; proxy_buffering off; proxy_http_version 1.1;\n"
    passing = "server { server_name %s; location / { include /etc/nginx/conf.d/proxy.inc; proxy_pass http://%s; } }\n"
    config = passing % ("notes.example.com", "notes:8000") + passing % ("wiki.example.com", "192.0.2.1:80")
    compose = files["compose.yaml"].replace("volumes: [", 'volumes: ["./proxy.inc:/etc/nginx/conf.d/proxy.inc:ro", ')
    tree = Tree.of({**files, "compose.yaml": compose, "nginx.conf": config, "proxy.inc": included})
    (fixed,) = [each for each in applicable(tree, look, look(tree)) if each.rule == "short-read-timeout"]
    said = fixed.finding.fix
    assert said.title == "raise the read timeout to 300 s, which changes `location /` of `wiki.example.com`"
    assert not said.safe
