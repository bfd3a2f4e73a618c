"""Reads the lock files of Python projects: `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml`, `Pipfile.lock`.

The TOML ones are written by programs, one key a line, and can be megabytes long: they are searched, not parsed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from mcplint.facts.dependencies import Lock, Locked, Node, normalized
from mcplint.facts.document import MappingNode, ScalarNode
from mcplint.findings import Unreadable
from mcplint.text.source import Source, Span

_PACKAGE = r"(?m)^\[\[packages?\]\][ \t]*\r?$"
_KEY = r"""(?m)^(name|version|source)[ \t]*=[ \t]*(?:(["'])([^"'\r\n]*)\2|\{[ \t]*"?([A-Za-z]+))"""
_CONFLICT = r"(?m)^(?:<{7}|>{7}) "
_HEAD = r"(?m)^(?:lock-|lock_|metadata|)version[ \t]*=|^\[metadata\]|^# This file"


def read(source: Source) -> Lock:
    """The packages of a lock file. Unreadable where it is none."""
    whole = Span(source, 0, 0)
    kind = posixpath.basename(source.path)
    marked = "<<<<<<<" in source.text or ">>>>>>>" in source.text
    if marked and (conflict := re.search(_CONFLICT, source.text)):
        raise Unreadable(Span(source, conflict.start(), conflict.end()), "an unresolved merge conflict")
    if kind.lower() == "pipfile.lock":
        return Lock(kind, whole, tuple(_pipfile(source)))
    packages = tuple(_packages(source))
    if not packages and not re.search(_HEAD, source.text):
        raise Unreadable(whole, f"not a {kind}: it has neither packages nor a version")
    return Lock(kind, whole, packages)


def _packages(source: Source) -> Iterator[Locked]:
    """The `[[package]]` tables that say a name and a version."""
    text = source.text
    for head in re.finditer(_PACKAGE, text):
        after = text.find("\n[", head.end())
        keys: dict[str, re.Match[str]] = {}
        for key in re.compile(_KEY).finditer(text, head.end(), after + 1 if after >= 0 else len(text)):
            keys.setdefault(key[1], key)
        name, version, origin = keys.get("name"), keys.get("version"), keys.get("source")
        if name and name[3] and version and version[3]:
            span = Span(source, version.start(3), version.end(3))
            yield Locked(normalized(name[3]), version[3], span, (origin and origin[4]) or "registry")


def _pipfile(source: Source) -> Iterator[Locked]:
    from mcplint.readers import json

    root = json.read(source).root
    packages = root.get("default") if isinstance(root, MappingNode) else None
    if not isinstance(packages, MappingNode):
        raise Unreadable(Span(source, 0, 0), "not a Pipfile.lock: it has no `default` packages")
    for name, entry in packages.pairs:
        version = entry.get("version") if isinstance(entry, MappingNode) else None
        if isinstance(version, ScalarNode) and version.text.startswith("=="):
            span = Span(source, version.span.start + 2, version.span.end)
            yield Locked(normalized(name.text), version.text[2:], span)


_NAME_IN_LIST = re.compile(r'\{ name = "([^"\n]+)"')
_MARKED = re.compile(r'\{ name = "([^"\n]+)"[^\n]{0,400}?, marker = ')
_LIST = re.compile(r"(?m)^([\w.-]+) = \[([^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)*+)\]")
_HEADS = re.compile(r"(?m)^\[(package\.[\w.-]+)\][ \t]*\r?$")


def graph(source: Source) -> tuple[Node, ...]:
    """What each package of a `uv.lock` needs; nothing of other lock files, which say less."""
    if posixpath.basename(source.path) != "uv.lock":
        return ()
    text = source.text
    heads = [found.start() for found in re.finditer(_PACKAGE, text)]
    lists = _LIST.finditer(text, 0, heads[0] if heads else 0)
    members = next((found[2] for found in lists if found[1] == "members"), "")
    named = frozenset(map(normalized, re.findall(r'"([^"\n]+)"', members)))
    return tuple(_node(text[start:end], named) for start, end in pairwise((*heads, len(text))))


def _node(text: str, members: frozenset[str]) -> Node:
    """One `[[package]]` table and the tables below it."""
    keys = {key[1]: key for key in reversed(list(re.finditer(_KEY, text)))}
    source = re.search(r'(?m)^source = \{ (editable|virtual|directory) = "([^"\n]*)" \}', text)
    ends = list(_HEADS.finditer(text))
    bounds = [(0, "package"), *((end.start(), end[1]) for end in ends), (len(text), "")]
    lists: dict[str, dict[str, tuple[str, ...]]] = {}
    for (start, table), (end, _) in pairwise(bounds):
        lists[table] = {
            found[1]: tuple(normalized(name) for name in _NAME_IN_LIST.findall(found[2]))
            for found in _LIST.finditer(text, start, end)
        }
    name = normalized(keys["name"][3] if "name" in keys and keys["name"][3] else "")
    return Node(
        name,
        source[2] if source else None,
        lists["package"].get("dependencies", ()),
        lists.get("package.optional-dependencies", {}),
        lists.get("package.dev-dependencies", {}),
        source[1] if source else "",
        name in members,
        frozenset(map(normalized, _MARKED.findall(text.partition("\n[package.metadata")[0]))),
    )
