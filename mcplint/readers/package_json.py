"""Reads `package.json`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from mcplint.facts.document import Document, MappingNode, Node, ScalarNode, at, items, pairs, scalar
from mcplint.facts.node import TABLES, Bin, PackageJson
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers import json
from mcplint.text.source import Source, Span
from mcplint.values import Label


def read(source: Source) -> PackageJson:
    """What a `package.json` says; Unreadable where it is no JSON object."""
    document = json.read(source)
    root = document.root
    if not isinstance(root, MappingNode):
        problem = document.problems[0] if document.problems else None
        span = problem.span if problem else Span(source, 0, 0)
        said = f"not JSON: {problem.message}" if problem else "not a JSON object"
        raise Unreadable(span, said, NOTE if "{{" in source.text else ERROR)
    name = scalar(root.get("name"))
    return PackageJson(
        source,
        name,
        scalar(root.get("main")),
        scalar(root.get("type")),
        tuple(bins(root)),
        _scalars(root.get("scripts")),
        {table: _scalars(root.get(table)) for table in TABLES},
        root.get("exports"),
        imports if isinstance(imports := root.get("imports"), MappingNode) else None,
        tuple(scalar(each) for each in items(root.get("workspaces")) or items(at(root, "workspaces", "packages"))),
        named.span if isinstance(named := root.get("name"), ScalarNode) else None,
        scalar(root.get("mcpName")),
        tuple(islice(_problems(document, root), 1)),
    )


def _problems(document: Document, root: MappingNode) -> Iterator[Label]:
    """What npm refuses, or does not take for what it is called."""
    for each in document.problems:
        if each.severity == ERROR:
            yield Label(each.span, f"not JSON: {each.message}")
    for key, value in root.pairs:
        if key.text in (*TABLES, "scripts") and not isinstance(value, MappingNode):
            yield Label(value.span, f"{key.text} must be an object")


def _scalars(node: Node | None) -> dict[str, ScalarNode]:
    return {key.text: value for key, value in pairs(node) if isinstance(value, ScalarNode)}


def bins(root: MappingNode) -> Iterator[Bin]:
    """The commands that a package installs: those of a `bin` that is one path are called as the package.

    A path begins at the package's own folder, with or without a slash in front.
    """
    node, name = root.get("bin"), scalar(root.get("name"))
    if isinstance(node, ScalarNode):
        yield Bin(name.rpartition("/")[2], _inside(node.text), node.span)
    for key, value in pairs(node):
        if isinstance(value, ScalarNode):
            yield Bin(key.text, _inside(value.text), value.span)


def _inside(path: str) -> str:
    return posixpath.normpath(f"/{path}").lstrip("/")
