"""What one compose file says by itself: its documents as nodes, nothing merged or interpolated yet."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import MappingNode
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
