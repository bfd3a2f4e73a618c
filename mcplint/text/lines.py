"""Lines and columns of a text, for those who speak to people; everything else counts code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from mcplint.text.source import Span


class Position(NamedTuple):
    """Line and column of both ends of a span, from 1; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@lru_cache(maxsize=64)
def starts(text: str) -> tuple[int, ...]:
    """The offsets at which lines start; a line ends with `\\n`, `\\r\\n` or a lone `\\r`."""
    if "\r" in text:
        return (0, *(end.end() for end in re.finditer(r"\r\n?|\n", text)))
    found, offset = [0], text.find("\n")
    while offset >= 0:
        found.append(offset + 1)
        offset = text.find("\n", offset + 1)
    return tuple(found)


def position(span: Span) -> Position:
    """Where a span stands."""
    lines = starts(span.source.text)
    first, last = bisect_right(lines, span.start), bisect_right(lines, span.end)
    return Position(first, span.start - lines[first - 1] + 1, last, span.end - lines[last - 1] + 1)


def line(text: str, number: int) -> str:
    """The text of a line (from 1) without its end."""
    lines = starts(text)
    end = lines[number] if number < len(lines) else len(text)
    return text[lines[number - 1] : end].rstrip("\r\n")
