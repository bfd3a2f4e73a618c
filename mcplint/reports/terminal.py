"""Lines of a file with what there is to say of parts of them, as wide as a terminal: widths counted, colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from mcplint.knowledge.secrets import ProjectSecrets, masked_line
from mcplint.reports import Paint, path_from_here, unpainted
from mcplint.reports.escape import TAB, terminal
from mcplint.text.lines import line, position
from mcplint.text.source import Span

BLUE = "bright_blue"
# The most characters of a line that are shown, and the fewest columns that words beside an underline are given.
LONGEST, NARROWEST = 200, 24
_AROUND = 10_000
"""Characters beside what is shown of a line that may begin a secret in it, or name one."""
# The columns of the character that takes most: a tab.
WIDEST = len(TAB)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return _columns(terminal(text))


def _columns(shown: str) -> int:
    if shown.isascii():
        return len(shown)
    from unicodedata import category, east_asian_width

    empty = ("Mn", "Me", "Cf")
    return sum(0 if category(c) in empty else 2 if east_asian_width(c) in "WF" else 1 for c in shown)


def wrapped(text: str, columns: int, first: int = 0, indent: int = 0, whole: bool = True) -> list[str]:
    """A text that a terminal can be shown in lines of at most so many columns, or in one where they are none.

    `first`: the columns that are taken in front of the first line, `indent`: those in front of the others, which begin
    with them. A word that is longer than a line is broken, unless it is to stay `whole` for whoever copies it: an
    address.
    """
    if not columns:
        return [text]
    lines, room = [""], columns - first
    for gap, word in re.findall(r"(?<!\s)(\s*+)(\S++)", text):
        for piece in [word] if whole and word.isascii() else _pieces(word, max(1, columns - indent)):
            longer = lines[-1] + (gap if lines[-1] else "") + piece
            if _columns(longer) > room and (lines[-1] or room < columns - indent):
                lines.append(piece)
                room = columns - indent
            else:
                lines[-1] = longer
            gap = ""
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def _pieces(word: str, room: int) -> Iterator[str]:
    """A word in pieces of at most so many columns; what has no width stays with what it stands on."""
    start, used = 0, 0
    for number, character in enumerate(word):
        size = _columns(character)
        if used + size > room and number > start:
            yield word[start:number]
            start, used = number, 0
        used += size
    yield word[start:]


class Window(NamedTuple):
    """The part of a line that is shown: its text on the terminal, the characters in it, and the first one's number."""

    shown: str
    piece: str
    first: int

    def mark(self, start: int, length: int) -> tuple[int, int]:
        """The column and the width of some characters of the line; the width is never 0."""
        column = (self.first > 0) + width(self.piece[: start - self.first])
        inside = self.piece[start - self.first : start - self.first + length]
        return column, max(1, width(inside))


def window(text: str, start: int = 0, length: int = 0, columns: int = LONGEST) -> Window:
    """A line as it is shown: of one longer than `columns` a window around `length` characters from `start`, whole where
    they fit."""
    text, first, end = _masked(text, start, start + max(length, columns)), 0, columns
    if start + length >= columns or width(text[: start + length]) > columns:
        # Letters may have marks on them that take no column.
        size = width(text[start : start + length]) if length < 4 * columns else length
        lead = text[max(0, start - columns) : start]
        room = min(columns // 3, columns - size) if size <= columns else columns // 3
        while width(lead) > room:
            lead = lead[max(1, (width(lead) - room) // WIDEST) :]
        first = start - len(lead)
        end = max(first + columns, start + length if size <= columns else 0)
    piece = text[first:end]
    while width(piece) > columns:
        piece = piece[: -max(1, (width(piece) - columns) // WIDEST)]
    before, after = "…" * (first > 0), "…" * (first + len(piece) < len(text))
    return Window(f"{before}{terminal(piece)}{after}", piece, first)


def _masked(text: str, start: int, end: int) -> str:
    """A line, masked where it is shown and far around that: one that a bundler made may have millions of characters.

    Many findings of one line meet in the same pieces of it.
    """
    first, last = max(0, start // _AROUND - 1) * _AROUND, (end // _AROUND + 2) * _AROUND
    return text[:first] + _masked_piece(text[first:last], ProjectSecrets.pattern, ProjectSecrets.begun) + text[last:]


@lru_cache(maxsize=16)
def _masked_piece(text: str, *hidden: object) -> str:
    """A piece of a line, masked, as long as the same secrets are known."""
    return masked_line(text)


class Annotation(NamedTuple):
    """A span that is underlined, the words beside the underline, and the colour of a finding's own place."""

    span: Span
    text: str
    colour: str = ""


class Gutter(NamedTuple):
    """The column of line numbers: its width, the colours, the way to the project's root, the terminal's width or 0."""

    width: int
    paint: Paint = unpainted
    folder: str = ""
    columns: int = 0

    @property
    def room(self) -> int:
        """The columns of a line of code, its two marks of what is cut left out."""
        return max(NARROWEST, min(LONGEST, self.columns - self.width - 5)) if self.columns else LONGEST

    def row(self, number: int | str = "", mark: str = " |") -> str:
        return self.paint(f"{number:>{self.width}}{mark}", fg=BLUE)


def snippet(annotations: Sequence[Annotation], gutter: Gutter, arrow: str) -> Iterator[str]:
    """The lines of one file that annotations point at, below its path and place."""
    source = annotations[0].span.source
    where = position(annotations[0].span)
    yield f"{gutter.row(mark=arrow)} {terminal(path_from_here(gutter.folder, source.path))}:{where.line}:{where.column}"
    if not source.text:
        yield from (
            f"{gutter.row()} {terminal(line)}" for each in annotations for line in each.text.split("\n") if line
        )
        return
    yield gutter.row()
    last = 0
    for number, group in groupby(sorted(annotations, key=_sort_key), key=lambda each: position(each.span).line):
        yield from _lines_between(source.text, last, number, gutter)
        yield from _annotated_line(line(source.text, number), number, tuple(group), gutter)
        last = number


def _sort_key(annotation: Annotation) -> tuple[int, bool]:
    return annotation.span.start, not annotation.colour


def _annotated_line(text: str, number: int, annotations: Sequence[Annotation], gutter: Gutter) -> Iterator[str]:
    """A line and below it what is said of parts of it; where they do not fit together it is shown for each."""
    parts = [(position(each.span).column - 1, len(each.span.head.text)) for each in annotations]
    first, end = min(start for start, _ in parts), max(start + length for start, length in parts)
    shared = end - first <= gutter.room and width(text[first:end]) <= gutter.room
    shown = None
    for (start, length), each in zip(parts, annotations, strict=True):
        seen = window(text, first, end - first, gutter.room) if shared else window(text, start, length, gutter.room)
        if seen.shown != shown:
            yield f"{gutter.row(number)} {seen.shown}".rstrip()
        shown = seen.shown
        yield from _underline(each, *seen.mark(start, length), gutter)


def _lines_between(text: str, last: int, number: int, gutter: Gutter) -> Iterator[str]:
    """What stands for the lines between two that are shown: a single one is shown as well."""
    if last and number == last + 2:
        yield f"{gutter.row(last + 1)} {window(line(text, last + 1), columns=gutter.room).shown}".rstrip()
    elif last and number > last + 2:
        yield gutter.paint("...", fg=BLUE)


def _underline(annotation: Annotation, indent: int, length: int, gutter: Gutter) -> Iterator[str]:
    """The underline with its words beside it, or below it where the terminal has too little room there."""
    colour = annotation.colour
    texts = terminal(annotation.text, keep="\n").split("\n")
    rows = [(("^" if colour else "-") * length, indent)]
    beside = indent + length + 1
    if gutter.columns:
        left = gutter.columns - gutter.width - 3
        longest = max(_columns(word) for text in texts for word in [*text.split(), ""])
        fewest = min(max(map(_columns, texts)), max(NARROWEST, longest))
        beside = beside if left - beside >= fewest else min(indent, left - fewest)
        texts = [row for text in texts for row in wrapped(text, max(NARROWEST, left - max(0, beside)), whole=False)]
    if beside > indent:
        rows = [(f"{rows[0][0]} {texts.pop(0)}".rstrip(), indent)]
    rows += [(text, max(0, beside)) for text in texts if text]
    for text, before in rows:
        yield f"{gutter.row()} {' ' * before}{gutter.paint(text, fg=colour or BLUE, bold=bool(colour))}"
