"""Text gathered from one file piece by piece, each character of which still knows its offset there.

A RUN line loses its continuations, a quoted word its quotes, a JSON string its escapes: what is left is a located text.
One of several files, as Compose fills in variables of others, is an `Interpolated`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Value


class LocatedText(NamedTuple):
    """`text`, whose piece that begins at `starts[i]` stands in the source from `offsets[i]` on, character by character.

    An escape that stands for another character (`\\n` in JSON) is a piece of its own, placed on its last character.
    """

    source: Source
    text: str
    starts: tuple[int, ...] = (0,)
    offsets: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, span: Span) -> LocatedText:
        """The text of a span, in one piece."""
        return cls(span.source, span.text, (0,), (span.start,))

    @classmethod
    def join(cls, source: Source, pieces: Iterable[tuple[str, int]], at: int) -> LocatedText:
        """The text of pieces `(text, offset in the source)`; `at` is where it stands if they are all empty."""
        texts: list[str] = []
        starts: list[int] = []
        offsets: list[int] = []
        length = 0
        for text, offset in pieces:
            if not text:
                continue
            if not starts or offsets[-1] + length - starts[-1] != offset:
                starts.append(length)
                offsets.append(offset)
            texts.append(text)
            length += len(text)
        return cls(source, "".join(texts), tuple(starts) or (0,), tuple(offsets) or (at,))

    def source_offset(self, offset: int) -> int:
        """Where the character at this offset of the text stands in the source."""
        piece = bisect_right(self.starts, offset) - 1
        return self.offsets[piece] + offset - self.starts[piece]

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The span of the text from `start` to `end`; what was left out between its pieces is covered too."""
        end = len(self.text) if end is None else end
        first = self.source_offset(start)
        return Span(self.source, first, self.source_offset(end - 1) + 1 if end > start else first)

    def part(self, start: int = 0, end: int | None = None) -> LocatedText:
        """The text from `start` to `end` by itself."""
        end = len(self.text) if end is None else end
        first, last = bisect_right(self.starts, start), bisect_right(self.starts, max(start, end - 1))
        starts = (0, *(self.starts[i] - start for i in range(first, last)))
        return LocatedText(
            self.source, self.text[start:end], starts, (self.source_offset(start), *self.offsets[first:last])
        )

    def gather(self, ranges: Iterable[tuple[int, int]], at: int) -> LocatedText:
        """Several ranges of the text as one; `at` is an offset of the text, for when they are all empty."""
        parts = [self.part(start, end) for start, end in ranges if start < end]
        pieces = (piece for part in parts for piece in part.pieces())
        return LocatedText.join(self.source, pieces, self.source_offset(at))

    def without_tabs(self) -> LocatedText:
        """The text without the tabs that begin its lines, as `<<-` takes them from a here-document."""
        return self.gather((line.span(1) for line in re.finditer(r"(?m)^\t*+([^\n]*\n?)", self.text)), 0)

    def pieces(self) -> Iterable[tuple[str, int]]:
        """Its pieces as `(text, offset in the source)`."""
        ends = (*self.starts[1:], len(self.text))
        return ((self.text[s:e], offset) for s, e, offset in zip(self.starts, ends, self.offsets, strict=True))

    @property
    def exact(self) -> bool:
        """Whether the source spells it as it is, so that it can be rewritten in place."""
        return self.span().text == self.text

    @property
    def value(self) -> Value[str]:
        """The text as a known value, with a site where it can be rewritten in place."""
        return Value((self.text,), (), EditSite(self.span()) if self.exact else None)
