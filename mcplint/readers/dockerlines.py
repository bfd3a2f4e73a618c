"""The logical lines of a Dockerfile: continuations joined, comments and here-document bodies taken out.

The line rules are those of BuildKit's parser (frontend/dockerfile/parser).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcplint.facts.dockerfile import Heredoc
from mcplint.findings import Unreadable
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span

SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_DIRECTIVES = ("syntax", "escape", "check")


class Opening(NamedTuple):
    """A `<<NAME` on a line that may have here-documents; `spaced` where blanks stand before the name.

    Older BuildKits take a spaced one for something else, so it counts only where its end is found.
    """

    heredoc: Heredoc
    spaced: bool


class Line(NamedTuple):
    """A logical line: its text and its here-documents."""

    text: LocatedText
    heredocs: tuple[Heredoc, ...]


class _Physical(NamedTuple):
    start: int
    text: str


def escape_character(source: Source) -> str:
    """The character that joins lines and quotes, as the parser directives at the top say. Raises Unreadable."""
    escape, seen = "\\", set[str]()
    for line in _physical(source.text):
        text = line.text.strip(SPACES)
        name, equals, value = text.removeprefix("#").lstrip(SPACES).partition("=")
        name, value = name.rstrip(SPACES).lower(), value.lstrip(SPACES)
        if not (text.startswith("#") and equals and value and name in _DIRECTIVES):
            break
        span = Span(source, line.start, line.start + len(line.text.rstrip("\r\n")))
        if name in seen:
            raise Unreadable(span, f"directive `{name}` appears twice")
        if name == "escape" and value not in ("\\", "`"):
            raise Unreadable(span, "the escape character must be \\ or ` only")
        seen.add(name)
        escape = value if name == "escape" else escape
    return escape


def lines(source: Source, escape: str, openings: Callable[[LocatedText], tuple[Opening, ...]]) -> Iterator[Line]:
    """The logical lines; `openings` tells which here-documents a line begins. Raises Unreadable."""
    physical = list(_physical(source.text))
    ends = _Ends(physical)
    number = 0
    while number < len(physical):
        text, number = _logical_line(source, escape, physical, number)
        if text is None:
            continue
        heredocs = []
        for opening in openings(text):
            end = ends.find(number, opening.heredoc)
            if end is not None:
                body = LocatedText.of(Span(source, _start(physical, number, source), physical[end].start))
                heredocs.append(opening.heredoc._replace(body=body.without_tabs() if opening.heredoc.tabs else body))
                number = end + 1
            elif not opening.spaced:
                name = opening.heredoc.name
                raise Unreadable(opening.heredoc.span, f"this here-document never ends: `{name}` is missing")
        yield Line(text, tuple(heredocs))


def _physical(text: str) -> Iterator[_Physical]:
    """The lines of a text, ends included."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield _Physical(start, text[start:end])
        start = end


def _start(physical: list[_Physical], number: int, source: Source) -> int:
    return physical[number].start if number < len(physical) else len(source.text)


def _logical_line(
    source: Source, escape: str, physical: list[_Physical], number: int
) -> tuple[LocatedText | None, int]:
    """The logical line that begins at this physical one (None for a blank or comment), and the line after it."""
    line = physical[number]
    text = line.text.rstrip("\r\n")
    kept = text.lstrip(SPACES)
    number += 1
    if not kept or kept.startswith("#"):
        return None, number
    offset = line.start + len(text) - len(kept)
    kept, goes_on = _continued(kept, escape)
    pieces = [(kept, offset)]
    while goes_on and number < len(physical):
        line = physical[number]
        number += 1
        text = line.text.rstrip("\r\n")
        if not (bare := text.lstrip(SPACES)) or bare.startswith("#"):
            continue
        kept, goes_on = _continued(text, escape)
        pieces.append((kept, line.start))
    return LocatedText.join(source, pieces, offset), number


def _continued(line: str, escape: str) -> tuple[str, bool]:
    """The line without the escape that joins it to the next, and whether it had one (two of them are a character)."""
    bare = line.rstrip(" \t")
    if bare.endswith(escape) and not bare.endswith(escape * 2):
        return bare[:-1], True
    return line, False


class _Ends:
    """Finds the lines that end here-documents, by one index of the lines for each of the two ways to compare."""

    def __init__(self, physical: list[_Physical]) -> None:
        self.physical = physical
        self.index: dict[bool, dict[str, list[int]]] = {}

    def find(self, number: int, heredoc: Heredoc) -> int | None:
        """The first line from this one on that ends it."""
        numbers = self._numbers(heredoc.tabs).get(heredoc.name, [])
        at = bisect_left(numbers, number)
        return numbers[at] if at < len(numbers) else None

    def _numbers(self, tabs: bool) -> dict[str, list[int]]:
        if tabs not in self.index:
            index: dict[str, list[int]] = {}
            for number, line in enumerate(self.physical):
                text = line.text.rstrip("\r\n")
                index.setdefault(text.lstrip("\t") if tabs else text, []).append(number)
            self.index[tabs] = index
        return self.index[tabs]
