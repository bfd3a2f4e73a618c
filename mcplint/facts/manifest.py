"""What a `server.json` of the MCP registry says, and what the schema that it names minds in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from mcplint.facts.document import MappingNode, Problem
from mcplint.text.source import Source

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """Something that the schema refuses: the keys and indices that lead there, the schema's keyword and what it asks.

    A missing key is a violation of its own, with that key at the end of `path`, although nothing stands there.
    `accepted`: what would do, in words, where the keyword does not say it. `published`: publishing does not ask for it.
    """

    path: Path
    keyword: str
    wanted: Any
    accepted: str = ""
    published: bool = False


class ServerJson(NamedTuple):
    """One document: its root object, what is not strict JSON in it, and what the schema of `date` refuses.

    `date` is None where `$schema` names no published schema; the newest one holds then. Of a document that JSON's
    grammar does not read to its end only the problems count: its `root` is empty.
    """

    source: Source
    root: MappingNode
    problems: tuple[Problem, ...] = ()
    date: str | None = None
    violations: tuple[Violation, ...] = ()
