"""Reads `package.json`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from mcplint.facts.document import Document, MappingNode, Node, ScalarNode, at, items, pairs, scalar, value
from mcplint.facts.node import TABLES, Bin, PackageJson
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers import json
from mcplint.text.source import Source, Span
from mcplint.values import Label, Value


def read(source: Source) -> PackageJson:
    """What a `package.json` says; Unreadable where it is no JSON object."""
    document = json.read(source)
    root = document.root
    if not isinstance(root, MappingNode):
        problem = document.problems[0] if document.problems else None
        span = problem.span if problem else Span(source, 0, 0)
        why = f"not JSON: {problem.message}" if problem else "not a JSON object"
        raise Unreadable(span, why, NOTE if "{{" in source.text else ERROR)
    name = scalar(root.get("name"))
    return PackageJson(
        source,
        root.span._replace(end=root.span.start + 1),
        name,
        scalar(root.get("main")),
        scalar(root.get("type")),
        tuple(_bins(root)),
        _scalars(root.get("scripts")),
        {table: _scalars(root.get(table)) for table in TABLES},
        root.get("exports"),
        imports if isinstance(imports := root.get("imports"), MappingNode) else None,
        tuple(scalar(each) for each in items(root.get("workspaces")) or items(at(root, "workspaces", "packages"))),
        value(root.get("name")),
        value(root.get("version")),
        value(root.get("mcpName")) if root.get("mcpName") else Value((None,)),
        root.get("files"),
        scalar(root.get("private")) == "true",
        tuple(islice(_problems(document, root), 1)),
    )


def _problems(document: Document, root: MappingNode) -> Iterator[Label]:
    """What npm refuses, or does not take for what it is called."""
    for each in document.problems:
        if each.severity == ERROR:
            yield Label(each.span, f"not JSON: {each.message}")
    for key, node in root.pairs:
        if key.text in (*TABLES, "scripts") and not isinstance(node, MappingNode):
            yield Label(node.span, f"{key.text} must be an object")


def _scalars(node: Node | None) -> dict[str, ScalarNode]:
    return {key.text: each for key, each in pairs(node) if isinstance(each, ScalarNode)}


def _bins(root: MappingNode) -> Iterator[Bin]:
    """The commands that a package installs: those of a `bin` that is one path are called as the package.

    A path begins at the package's own folder, with or without a slash in front.
    """
    node, name = root.get("bin"), scalar(root.get("name"))
    if isinstance(node, ScalarNode):
        yield Bin(name.rpartition("/")[2], _path_in_package(node.text), node.span)
    for key, each in pairs(node):
        if isinstance(each, ScalarNode):
            yield Bin(key.text, _path_in_package(each.text), each.span)


def _path_in_package(path: str) -> str:
    return posixpath.normpath(f"/{path}").lstrip("/")
