"""What one compose file or `.env` file says by itself: nothing merged, no variable replaced yet."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import MappingNode
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span


class ComposeFile(NamedTuple):
    """A compose file: its YAML documents in order; later ones are merged over earlier ones as files are.

    In each document `services` is a mapping from a name to a mapping or nothing.
    """

    source: Source
    documents: tuple[MappingNode, ...]

    @property
    def span(self) -> Span:
        return self.documents[0].span


class Assignment(NamedTuple):
    """One variable: its name, and its value without quotes and escapes, None where only the name stands (inherited).

    `expanded`: whether `$NAME` in the value is replaced (not in single quotes).
    """

    name: str
    key: Span
    value: LocatedText | None
    expanded: bool


class EnvFile(NamedTuple):
    """A `.env` file: its assignments in order, later ones count."""

    source: Source
    assignments: tuple[Assignment, ...]
