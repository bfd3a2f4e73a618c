"""Reads what a project says of the package that it builds, from `pyproject.toml` or `package.json`."""

from __future__ import annotations

from typing import Any

from mcplint.core import UNKNOWN, Note, Slot, Source, Value
from mcplint.facts.distribution import Metadata
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode


def read(source: Source) -> Metadata | None:
    """The package, or None where the file describes none; raises Unreadable where it is no TOML."""
    if source.path.endswith(".json"):
        return _npm(source)
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
    scripts = (_table(project, "scripts"), _table(project, "gui-scripts"), _table(poetry, "scripts"))
    commands = {name: target for table in scripts for name, target in _texts(table).items()}
    return Metadata(
        source,
        "pypi",
        project.span.head,
        value(project.get("name")),
        value(project.get("version")),
        UNKNOWN if "readme" in dynamic else readme,
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
    trace = (Note(node.span, "is set here"),)
    if any(mark in node.value for mark in ("{{", "${", "@@")):
        return Value(None, trace)
    return Value((node.value,), trace, Slot(node.span) if node.span.text == node.value else None)


def _table(owner: MappingNode | None, key: str) -> MappingNode | None:
    node = owner.get(key) if owner else None
    return node if isinstance(node, MappingNode) else None


def _texts(owner: MappingNode | None) -> dict[str, str]:
    pairs = owner.pairs if owner else ()
    return {key.text: node.text if isinstance(node, ScalarNode) else "" for key, node in pairs}


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else ()
