"""A file of the project, spans in it, and edits of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Source(NamedTuple):
    """A file of the project: its path relative to the project's root, with `/`, and its decoded text."""

    path: str
    text: str

    def __repr__(self) -> str:
        return f"Source({self.path!r})"


class Span(NamedTuple):
    """Characters `start` to `end` (code points, end exclusive) of one file."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def head(self) -> Span:
        """The part of this span that lies on its first line."""
        newline = min((i for i in (self.text.find("\n"), self.text.find("\r")) if i >= 0), default=len(self.text))
        return self._replace(end=self.start + newline)

    def __repr__(self) -> str:
        return f"Span({self.source.path}:{self.start}-{self.end} {self.text[:40]!r})"


class Edit(NamedTuple):
    """The text that is to stand where the span stands now; `changes`: what else reads it there, as people name it."""

    span: Span
    text: str
    changes: tuple[str, ...] = ()


class Part(NamedTuple):
    """Something that a file says: its characters, what they mean, and where that begins which it belongs to.

    `under`: the start of the key, the statement, the block or the stage around it, -1 for none.
    """

    start: int
    end: int
    said: object
    under: int = -1


@lru_cache(maxsize=8_192)
def offsets(pattern: str, source: Source) -> tuple[int, ...]:
    """The offsets at which a file has what a pattern means, searched for once whoever asks."""
    return tuple(found.start() for found in re.finditer(pattern, source.text))
