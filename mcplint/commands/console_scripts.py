"""The commands that a project installs: console scripts of its metadata, by name."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode
from mcplint.findings import Unreadable
from mcplint.programs.python.modules import around, aside
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span

TABLES = (
    ("project", "scripts"),
    ("project", "gui-scripts"),
    ("tool", "poetry", "scripts"),
    ("tool", "flit", "scripts"),
)


class Script(NamedTuple):
    """A command, what it calls (`module:function`), and the folder of the project that installs it."""

    name: str
    target: str
    folder: str
    span: Span


def script(tree: Tree, name: str, near: str | None, home: str = "") -> Script | None:
    """The command of a name, None where it cannot be told which of several projects installs it.

    It is that of the project around the folder where the command is started, else of the one around its home.
    """
    found = installed(tree, aside(home if near is None else near)).get(name, ())
    for place in (near, home):
        nearest = [each for each in found if place is not None and around(each.folder, place)]
        longest = max((len(each.folder) for each in nearest), default=0)
        found = tuple(each for each in nearest if len(each.folder) == longest) or found
    return found[0] if len({(each.folder, each.target) for each in found}) == 1 else None


@lru_cache(maxsize=2)
def installed(tree: Tree, apart: str) -> Mapping[str, tuple[Script, ...]]:
    """All commands that the projects of a tree install, by name; `apart`: the folder of examples they may lie in."""
    found: dict[str, tuple[Script, ...]] = {}
    for path in sorted(tree.paths):
        if around(aside(path.rpartition("/")[0]), apart):
            for each in scripts(tree, path):
                found[each.name] = (*found.get(each.name, ()), each)
    return found


def scripts(tree: Tree, path: str) -> Iterator[Script]:
    """The commands that one file of metadata installs."""
    folder, _, name = path.rpartition("/")
    if name not in ("pyproject.toml", "setup.cfg", "setup.py"):
        return
    source = tree.source(path)
    if source is None:
        return
    readers = {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "setup.py": _setup_py}
    for command, target, span in readers[name](source):
        yield Script(command, target.partition("[")[0].replace(" ", ""), folder, span)


def _pyproject(source: Source) -> Iterator[tuple[str, str, Span]]:
    from mcplint.readers import toml

    try:
        document = toml.read(source)
    except Unreadable:
        return
    for keys in TABLES:
        table: Node | None = document
        for key in keys:
            table = table.get(key) if isinstance(table, MappingNode) else None
        for name, value in table.pairs if isinstance(table, MappingNode) else ():
            if isinstance(value, MappingNode):
                value = value.get("callable") or value.get("reference") or value
            if isinstance(value, ScalarNode) and isinstance(value.value, str):
                yield name.text, value.value, value.span


def _setup_cfg(source: Source) -> Iterator[tuple[str, str, Span]]:
    section = key = ""
    offset = 0
    for line in source.text.splitlines(keepends=True):
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif section == "options.entry_points" and text and not text.startswith("#"):
            name, equals, target = text.partition("=")
            if not line[:1].isspace():
                key = name.strip()
            elif equals and key == "console_scripts":
                yield name.strip(), target.strip(), Span(source, offset, offset + len(line.rstrip("\r\n")))
        offset += len(line)


def _setup_py(source: Source) -> Iterator[tuple[str, str, Span]]:
    """The literal `entry_points` of a `setup()` call."""
    from mcplint.readers import python

    try:
        module = python.read(source)
    except Unreadable:
        return
    for statement in module.tree.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg == "entry_points":
                for line in _literal(keyword.value):
                    name, _, target = line.partition("=")
                    yield name.strip(), target.strip(), module.span(keyword)


def _literal(node: ast.expr) -> list[str]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        return []
    lines = value.get("console_scripts", []) if isinstance(value, dict) else []
    lines = lines.splitlines() if isinstance(lines, str) else lines
    return [line for line in lines if isinstance(line, str) and "=" in line] if isinstance(lines, (list, tuple)) else []


def near(path: str | None) -> str | None:
    """The folder of a path of the project."""
    return None if path is None else posixpath.dirname(path)
