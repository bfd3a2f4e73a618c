"""Reads what a `setup.cfg` or `setup.py` says in plain literals: name, version, dependencies, console scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from mcplint.facts.dependencies import EXTRA, MAIN, Project, Requirement, Script, normalized
from mcplint.facts.document import ScalarNode
from mcplint.facts.python import Module
from mcplint.readers import python
from mcplint.readers.requirements import requirement
from mcplint.text.source import Source, Span

_SECTION = re.compile(r"\[([^\]]*)\][ \t]*")
_KEY = re.compile(r"([A-Za-z][\w.-]*)[ \t]*[=:][ \t]*")


def read(source: Source) -> Project:
    """The project. Unreadable where a `setup.py` is not Python."""
    return _called(python.read(source)) if source.path.endswith(".py") else _configured(source)


def _configured(source: Source) -> Project:
    """A `setup.cfg`."""
    said: dict[tuple[str, str], list[Span]] = {}
    for section, key, span in lines(source):
        said.setdefault((section, key), []).append(span)
    asked = [found for span in said.get(("options", "install_requires"), ()) for found in _requirement(span)]
    for (section, key), spans in said.items():
        if section == "options.extras_require":
            asked += [found for span in spans for found in _requirement(span, EXTRA, normalized(key))]
    name, version, runs = (
        next((ScalarNode(span, span.text, span.text) for span in said.get(at, ())), None)
        for at in (("metadata", "name"), ("metadata", "version"), ("options", "python_requires"))
    )
    scripts = (s for span in said.get(("options.entry_points", "console_scripts"), ()) for s in _entry(span))
    roots = tuple(span.text for span in said.get(("options.packages.find", "where"), ()))
    return Project(Span(source, 0, 0), name, version, runs, tuple(asked), scripts=tuple(scripts), roots=roots)


def lines(source: Source) -> Iterator[tuple[str, str, Span]]:
    """Section, key and place of every line of a value in a `setup.cfg`, comments left out."""
    section = key = ""
    start = 0
    for raw in source.text.splitlines(keepends=True):
        line = raw.rstrip()
        at, start = start, start + len(raw)
        if not line or line.lstrip()[0] in "#;":
            continue
        if match := _SECTION.fullmatch(line):
            section, key = match[1], ""
            continue
        value = len(line) - len(line.lstrip())
        if not value and (match := _KEY.match(line)):
            key, value = match[1], match.end()
        if value < len(line):
            yield section, key, Span(source, at + value, at + len(line))


def _requirement(span: Span, kind: str = MAIN, group: str = "") -> Iterator[Requirement]:
    found = requirement(span.source, span.start, span.text, kind, group)
    if found:
        yield found


def _entry(span: Span) -> Iterator[Script]:
    """The console script that a text `name = module:function` says."""
    name, equals, target = span.text.partition("=")
    if equals and ":" in target:
        start = span.end - len(target.lstrip())
        yield Script(name.strip(), target.strip(), Span(span.source, start, start + len(target.strip())))


def _called(module: Module) -> Project:
    """A `setup.py`: the keywords of its call of `setup`, which may be names of constants of the module."""
    names = {
        target.id: node.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    call = next((call for call in calls if _name(call.func) == "setup"), None)
    given = {word.arg: _constant(word.value, names) for word in call.keywords if word.arg} if call else {}
    listed = given.get("install_requires")
    asked = [found for span in _strings(module, listed) for found in _requirement(span)]
    extras = given.get("extras_require")
    for key, value in zip(extras.keys, extras.values, strict=True) if isinstance(extras, ast.Dict) else ():
        if isinstance(key, ast.Constant):
            for span in _strings(module, value):
                asked += _requirement(span, EXTRA, normalized(str(key.value)))
    points = given.get("entry_points")
    console = (
        next(
            (value for key, value in zip(points.keys, points.values, strict=True) if _text(key) == "console_scripts"),
            None,
        )
        if isinstance(points, ast.Dict)
        else None
    )
    scripts = tuple(script for span in _strings(module, console) for script in _entry(span))
    whole = call is not None and (listed is None or isinstance(listed, ast.List | ast.Tuple)) and None not in given
    name, version, runs = (_scalar(module, given.get(key)) for key in ("name", "version", "python_requires"))
    roots = _folder(given.get("package_dir"))
    place = Span(module.source, 0, 0)
    return Project(place, name, version, runs, tuple(asked), scripts=scripts, roots=roots, whole=whole)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constant(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    return names.get(node.id, node) if isinstance(node, ast.Name) else node


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _strings(module: Module, node: ast.expr | None) -> Iterator[Span]:
    """The places of the strings of a list, those left out that are not spelled as they read."""
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else ():
        if (
            isinstance(item, ast.Constant)
            and isinstance(item.value, str)
            and (slot := module.slot(item, module.span(item)))
        ):
            yield slot.span


def _scalar(module: Module, node: ast.expr | None) -> ScalarNode | None:
    slot = (
        module.slot(node, module.span(node)) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
    )
    return ScalarNode(slot.span, slot.span.text, slot.span.text, quoted=True) if slot else None


def _folder(node: ast.expr | None) -> tuple[str, ...]:
    """The folder that packages lie in: `package_dir={"": "src"}`."""
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return tuple(_text(value) for key, value in pairs if key is not None and _text(key) == "" and _text(value))
