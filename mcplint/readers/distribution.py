"""Reads what a project says of the package that it builds, from `pyproject.toml`, `setup.cfg` or `package.json`."""

from __future__ import annotations

from typing import Any

from mcplint.facts.distribution import Metadata
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value


def read(source: Source) -> Metadata | None:
    """The package, or None where the file describes none; raises Unreadable where it is no TOML."""
    if source.path.endswith(".json"):
        return _npm(source)
    if source.path.endswith(".cfg"):
        return _setuptools(source)
    from mcplint.readers import toml

    document = toml.read(source)
    poetry = _table(_table(document, "tool"), "poetry")
    return _project(source, document, poetry) or _poetry(source, poetry)


def _npm(source: Source) -> Metadata | None:
    from mcplint.readers import json

    root = json.read(source).root
    if not isinstance(root, MappingNode) or not isinstance(root.get("name"), ScalarNode):
        return None
    binaries = root.get("bin")
    commands = _texts(binaries if isinstance(binaries, MappingNode) else None)
    return Metadata(
        source,
        "npm",
        root.span._replace(end=root.span.start + 1),
        value(root.get("name")),
        value(root.get("version")),
        commands=Value((commands,)),
        mcp_name=value(root.get("mcpName")) if root.get("mcpName") else Value((None,)),
    )


def _project(source: Source, document: MappingNode, poetry: MappingNode | None) -> Metadata | None:
    """The `[project]` table. What it calls dynamic is unknown; what it leaves out otherwise is known to be absent."""
    project = _table(document, "project")
    if project is None or not isinstance(project.get("name"), ScalarNode):
        return None
    dynamic = {item.text for item in _items(project.get("dynamic")) if isinstance(item, ScalarNode)}
    readme, described = _readme(project.get("readme"))
    if "readme" in dynamic:
        readme, described = _filled_in(document)
    scripts = (_table(project, "scripts"), _table(project, "gui-scripts"), _table(poetry, "scripts"))
    commands = {name: target for table in scripts for name, target in _texts(table).items()}
    return Metadata(
        source,
        "pypi",
        project.span.head,
        value(project.get("name")),
        value(project.get("version")),
        readme,
        described,
        UNKNOWN if {"scripts", "gui-scripts", "entry-points"} & dynamic else Value((commands,)),
    )


def _poetry(source: Source, poetry: MappingNode | None) -> Metadata | None:
    """Poetry's own table; where it names no README, what Poetry then takes is left unknown."""
    if poetry is None or not isinstance(poetry.get("name"), ScalarNode):
        return None
    scripts = _table(poetry, "scripts")
    readme = poetry.get("readme")
    return Metadata(
        source,
        "pypi",
        poetry.span.head,
        value(poetry.get("name")),
        value(poetry.get("version")),
        _readme(readme)[0] if isinstance(readme, ScalarNode) else UNKNOWN,
        commands=Value((_texts(scripts),)),
    )


def _setuptools(source: Source) -> Metadata | None:
    """A `setup.cfg`; what it leaves out a `setup.py` may say."""
    from mcplint.readers.setup import lines

    said: dict[tuple[str, str], list[Span]] = {}
    for section, key, span in lines(source):
        said.setdefault((section, key), []).append(span)
    name, version, described = (
        said.get(("metadata", key), [Span(source, 0, 0)])[0] for key in ("name", "version", "long_description")
    )
    if not name.text:
        return None
    scripts = (span.text.partition("=") for span in said.get(("options.entry_points", "console_scripts"), ()))
    commands = {command.strip(): target.strip() for command, _, target in scripts}
    readme = described.text.removeprefix("file:").strip() if described.text.startswith("file:") else ""
    return Metadata(
        source,
        "pypi",
        name,
        Value((name.text,), (Label(name, "set here"),), EditSite(name)),
        UNKNOWN
        if not version.text or ":" in version.text
        else Value((version.text,), (Label(version, "set here"),), EditSite(version)),
        Value((readme,), (Label(described, "set here"),)) if readme and "," not in readme else UNKNOWN,
        commands=Value((commands,)) if commands else UNKNOWN,
    )


def _filled_in(document: MappingNode) -> tuple[Value[str | None], str | None]:
    """The README that setuptools fills in where the project calls it dynamic."""
    table = _table(_table(_table(document, "tool"), "setuptools"), "dynamic")
    node = table.get("readme") if table else None
    file = node.get("file") if isinstance(node, MappingNode) else None
    files = file.items if isinstance(file, SequenceNode) else (file,)
    return (value(files[0]) if len(files) == 1 else UNKNOWN), None


def _readme(node: Node | None) -> tuple[Value[str | None], str | None]:
    """The path of the README and its text, where either is said."""
    match node:
        case None:
            return Value((None,)), None
        case ScalarNode():
            return value(node), None
        case MappingNode() if isinstance(node.get("file"), ScalarNode):
            return value(node.get("file")), None
        case MappingNode() if isinstance(text := node.get("text"), ScalarNode):
            return UNKNOWN, text.text
    return UNKNOWN, None


def value(node: Node | None) -> Value[Any]:
    """The text of a string with its place; unknown where there is none or something has still to be filled in."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return UNKNOWN
    trace = (Label(node.span, "set here"),)
    if any(mark in node.value for mark in ("{{", "${", "@@")):
        return Value(None, trace)
    return Value((node.value,), trace, EditSite(node.span) if node.span.text == node.value else None)


def _table(owner: MappingNode | None, key: str) -> MappingNode | None:
    node = owner.get(key) if owner else None
    return node if isinstance(node, MappingNode) else None


def _texts(owner: MappingNode | None) -> dict[str, str]:
    pairs = owner.pairs if owner else ()
    return {key.text: node.text if isinstance(node, ScalarNode) else "" for key, node in pairs}


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else ()
