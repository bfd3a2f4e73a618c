"""Reads a `server.json` where it is one of the MCP registry, and holds it against the schema that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, as_python, text
from mcplint.facts.manifest import Path, ServerJson, Violation
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.knowledge import registry
from mcplint.knowledge.go_url import is_uri
from mcplint.readers import json
from mcplint.text.source import Source

MAX_VIOLATIONS = 100
_MARKS = ("modelcontextprotocol", "/server.schema.json")


def read(source: Source) -> ServerJson | None:
    """The document, or None where it is some other program's `server.json`; raises Unreadable where nobody can tell."""
    document = json.read(source)
    root = document.root if isinstance(document.root, MappingNode) else None
    if root is None or not is_manifest(root):
        if document.problems and not (document.is_undamaged and root):
            marked = any(mark in source.text for mark in _MARKS)
            first = document.problems[0]
            severity = ERROR if marked or root is None else NOTE
            raise Unreadable(first.span, f"not JSON: {first.message}", severity)
        return None
    date = named_date(root)
    if not document.is_undamaged:
        return ServerJson(source, root._replace(pairs=()), document.problems, date)
    return ServerJson(
        source, root, document.problems, date, tuple(violations(as_python(root), date or registry.CURRENT))
    )


def is_manifest(root: MappingNode) -> bool:
    """Whether a document is the registry's: by its schema, else by its name and the shape of what it lists."""
    schema = text(root.get("$schema"))
    if any(mark in schema for mark in _MARKS):
        return True
    if schema or not isinstance(root.get("name"), ScalarNode):
        return False
    packages, remotes = _objects(root.get("packages")), _objects(root.get("remotes"))
    return (
        any(package.get("registryType") or package.get("registry_type") for package in packages)
        or any(remote.get("url") and remote.get("type") for remote in remotes)
        or bool(re.fullmatch(r"[\w-]+(\.[\w-]+)+/[\w.-]+", text(root.get("name"))) and root.get("version"))
    )


def named_date(root: MappingNode) -> str | None:
    """The date of the published schema that `$schema` names, whatever the host; None where it names none."""
    schema = text(root.get("$schema"))
    return next((date for date in registry.DATES if f"/schemas/{date}/server.schema.json" in schema), None)


def _objects(node: Node | None) -> Iterable[MappingNode]:
    items = node.items if isinstance(node, SequenceNode) else ()
    return [item for item in items if isinstance(item, MappingNode)]


def violations(document: Any, date: str) -> Iterator[Violation]:
    """What the schema of a date refuses in a document, each thing once, up to MAX_VIOLATIONS."""
    seen: set[tuple[Path, str]] = set()
    for error in islice(_validator(date).iter_errors(document), 1000):
        schema = error.schema if isinstance(error.schema, dict) else {}
        published = schema.get("$comment") == "published" and error.validator != "type"
        path, keyword = tuple(error.absolute_path), str(error.validator)
        for key in _other_keys(keyword, error):
            violation = Violation(
                (*path, *key), keyword, error.validator_value, schema.get("description", ""), published
            )
            if (violation.path, keyword) not in seen and len(seen) < MAX_VIOLATIONS:
                seen.add((violation.path, keyword))
                yield violation


@cache
def _validator(date: str) -> Any:
    """The validator of a date's schema; jsonschema is imported only here, for a document that is the registry's."""
    from jsonschema import Draft7Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("uri")(is_uri)
    return Draft7Validator(registry.schema(date), format_checker=formats)


def _other_keys(keyword: str, error: Any) -> list[tuple[str, ...]]:
    """The keys that an error speaks of besides its own: those that are missing, or those that are too many."""
    match keyword:
        case "required":
            return [(key,) for key in error.validator_value if key not in error.instance]
        case "additionalProperties":
            return [(key,) for key in error.instance if key not in error.schema["properties"]]
        case _:
            return [()]
