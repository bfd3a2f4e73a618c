"""Pages and cases as data: Markdown with files, what mcplint prints for them and what its fixes change.

A path in backticks on a line of its own, followed by a fence, is a file. A fence `output` is what is printed of the
rule, a fence `diff` what its fixes change. On a page `## Bad` has both, `## Good` only the files that differ. In
`cases/` every heading is a case; one without `output` finds nothing.

A case may begin with a deployment of `bases.md` or an earlier case of its file, and then shows what differs:

    base: `nginx`
    without: `requirements.txt`, `compose.yaml`
    `server.py`: `host="0.0.0.0"` → `host="127.0.0.1"`

A fence `diff` below a path is a patch of that file: each of its runs, with `...` between two, stands there once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sites import assert_sites_spell

from mcplint.engine import fix
from mcplint.engine import lint as engine
from mcplint.engine.catalogue import Catalogue
from mcplint.engine.patch import hunks
from mcplint.findings import Diagnostic
from mcplint.project import config
from mcplint.project.tree import Tree
from mcplint.reports import Report, text
from mcplint.text.lines import position

ROOT = Path(__file__).parent.parent
RULES = Catalogue()


class Fence(NamedTuple):
    """The content of a fence and where it stands in its file."""

    text: str
    start: int


class Case(NamedTuple):
    """`end`: behind its last fence, where another would stand."""

    name: str
    files: dict[str, str]
    output: Fence | None = None
    diff: Fence | None = None
    end: int = 0


def cases(markdown: str, file: str = "a page") -> Iterator[Case]:
    """The sections of a page that hold files; a mistake in one names its `file` and its case."""
    heads = list(re.finditer(r"^## (.+)$", markdown, re.M))
    ends = [*(head.start() for head in heads), len(markdown)][1:]
    known: dict[str, dict[str, str]] = {}
    for head, end in zip(heads, ends, strict=False):
        try:
            case = _case(head[1].strip(), markdown, head.end(), end, known)
        except (AssertionError, KeyError) as wrong:
            raise AssertionError(f"{file}, case {head[1].strip()!r}: {wrong}") from wrong
        known.setdefault(case.name, case.files)
        if case.files or case.output:
            yield case


def _case(name: str, markdown: str, start: int, end: int, known: dict[str, dict[str, str]]) -> Case:
    files = _base(markdown[start:end], known)
    fences: dict[str, Fence] = {}
    last = start
    form = r"^(?:`([^`\n]+)`[ \t]*\n+)?(`{3,})([^\n`]*)\n(.*?)^\2[ \t]*$"
    for found in re.compile(form, re.M | re.S).finditer(markdown, start, end):
        path, _, info, content = found.groups()
        last = found.end() + 1
        if path:
            files[path] = patched(files[path], content) if info.strip() == "diff" else content
        elif info.strip() in ("output", "diff"):
            fences[info.strip()] = Fence(content, found.start(4))
        else:
            before = markdown[start : found.start()].rstrip().rpartition("\n")[2]
            assert not re.fullmatch(r"`[^`]+`:", before), f"{before} ends in a colon and names no file"
    return Case(name, files, **fences, end=last)


def _base(section: str, known: dict[str, dict[str, str]]) -> dict[str, str]:
    """The files of the base that a section names, those left out that it is without, with its replacements made."""
    named = re.search(r"^base: `(.+)`$", section, re.M)
    if not named:
        return {}
    without = re.search(r"^without: (.+)$", section, re.M)
    left_out = set(re.findall(r"`([^`]+)`", without[1])) if without else set()
    found = known.get(named[1]) or bases().get(named[1])
    assert found, f"no case above and no deployment of tests/bases.md is called {named[1]!r}: {', '.join(bases())}"
    files = dict(found)
    files = {path: text for path, text in files.items() if path not in left_out}
    edits = re.findall(r"^`([^`\n]+)`: `([^`\n]+)` → `([^`\n]+)`$", section, re.M)
    told = re.findall(r"^`[^`\n]+`: .*", section, re.M)
    assert len(told) == len(edits), f"not a path, a text and one that takes its place: {told}"
    for path, old, new in edits:
        assert files[path].count(old) == 1, f"{old!r} stands {files[path].count(old)} times in {path}"
        files[path] = files[path].replace(old, new)
    return files


@cache
def bases() -> dict[str, dict[str, str]]:
    """The base deployments by name."""
    return {case.name: case.files for case in cases((ROOT / "tests" / "bases.md").read_text(encoding="utf-8"))}


def patched(text: str, patch: str) -> str:
    """A text with the runs of a patch put in place of what each of them stands for."""
    for run in re.split(r"^\.\.\.\n", patch, flags=re.M):
        lines = run.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
        assert f"\n{text}".count(f"\n{old}") == 1, f"not just once in the file:\n{old}"
        text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
    return text


def unified(before: dict[str, str], after: dict[str, str]) -> str:
    """A patch from the texts of one to those of the other, as `git apply` takes it."""
    return "".join(line for path in sorted(after) for hunk in hunks(path, before, after, 3) for line in hunk)


def rule_file(name: str) -> Path:
    return ROOT / "rules" / f"{name.replace('-', '_')}.py"


def look(tree: Tree) -> list[Diagnostic]:
    """What every rule finds, notes too, under the configuration that lies in the tree; mcplint itself never fails."""
    found = engine.lint(tree, RULES, settings(tree))
    assert not (failed := [each.finding for each in found if each.rule == "internal-error"]), failed
    return found


def examine(tree: Tree) -> engine.Run:
    """One look at a project, in whose deployment every site covers what its value says."""
    run = engine.run(tree, RULES, settings(tree))
    assert not (failed := [each.finding for each in run.diagnostics if each.rule == "internal-error"]), failed
    assert_sites_spell(tree, run.deployment)
    return run


def settings(tree: Tree) -> config.Config:
    for path in ("mcplint.toml", "pyproject.toml"):
        source = tree.source(path)
        if source and (path == "mcplint.toml" or "tool.mcplint" in source.text):
            return config.load(path, source.text, RULES)
    return config.Config()


def printed(diagnostics: list[Diagnostic], name: str) -> str:
    """What the report says of one rule."""
    return text.findings(Report(tuple(diagnostic for diagnostic in diagnostics if diagnostic.rule == name)))


def fixed(files: dict[str, str], name: str) -> dict[str, str]:
    """The files after all fixes of one rule, unsafe ones too."""

    def only(tree: Tree) -> list[Diagnostic]:
        return [d if d.rule == name else d._replace(finding=d.finding._replace(fix=None)) for d in look(tree)]

    result = fix.fix(Tree.of(files), only, unsafe=True)
    assert not result.refused, result.refused
    return {**files, **result.texts}


def places(diagnostics: list[Diagnostic], name: str, shift: dict[str, int]) -> list[tuple[object, ...]]:
    """What a rule says and where, with the lines of some files counted from below a head of so many lines."""
    found = []
    for rule, severity, finding, _ in diagnostics:
        if rule != name:
            continue
        for span, words, *_ in ((finding.span, finding.message), *finding.notes):
            line, column, end_line, end_column = position(span)
            down = shift.get(span.source.path, 0)
            found.append((severity, words, span.source.path, line - down, column, end_line - down, end_column))
    return found


def check(path: Path, name: str, which: str, text: str, update: bool) -> None:
    """Whether the fence `output` or `diff` of a case in this file says the text; with `update` it does afterwards.

    Blanks at the ends of lines do not count, as a formatter takes them out of docstrings.
    """
    text = trimmed(text)
    whole = path.read_text(encoding="utf-8")
    page = (ast.get_docstring(ast.parse(whole), clean=False) or "") if path.suffix == ".py" else whole
    case = next(case for case in cases(page) if case.name == name)
    fence: Fence | None = getattr(case, which)
    if update and fence is None:
        fence, text = Fence("", case.end), f"```{which}\n{text}```\n"
    assert fence is not None, f"{path.name} has no fence {which} in {name!r}, pytest --update writes it:\n{text}"
    if update and trimmed(fence.text) != text:
        start = whole.index(page) + fence.start
        path.write_text(whole[:start] + text + whole[start + len(fence.text) :], encoding="utf-8")
    else:
        assert trimmed(fence.text) == text


def trimmed(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.M)
