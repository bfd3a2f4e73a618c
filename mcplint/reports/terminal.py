"""Lines of a file with what there is to say of parts of them, as wide as a terminal: widths counted, colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcplint.knowledge.secrets import masked_line
from mcplint.reports import Paint, plain, under
from mcplint.reports.escape import terminal
from mcplint.text.lines import line, place
from mcplint.text.source import Span

BLUE = "bright_blue"
# The most characters of a line that are shown, and the fewest columns that words beside an underline are given.
LONGEST, NARROWEST = 200, 24


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    shown = terminal(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import category, east_asian_width

    empty = ("Mn", "Me", "Cf")
    return sum(0 if category(c) in empty else 2 if east_asian_width(c) in "WF" else 1 for c in shown)


def cut(text: str, start: int, length: int, columns: int = LONGEST) -> tuple[str, int, int]:
    """A line as it is shown, and the column and width there of `length` characters from `start`.

    Of a line longer than `columns` a window around these characters is shown. The width is never 0.
    """
    text = masked_line(text)
    first = 0 if start + length < columns else max(0, start - columns // 3)
    piece = text[first : first + columns]
    while width(piece) > columns:
        piece = piece[: -max(1, (width(piece) - columns) // 2)]
    before, after = "…" * (first > 0), "…" * (first + len(piece) < len(text))
    column = len(before) + width(piece[: start - first])
    return f"{before}{terminal(piece)}{after}", column, max(1, width(piece[start - first : start - first + length]))


class Annotation(NamedTuple):
    """A span that is underlined, the words beside the underline, and the colour of a finding's own place."""

    span: Span
    text: str
    colour: str = ""


class Gutter(NamedTuple):
    """The column of line numbers: its width, the colours, the way to the project's root, the terminal's width or 0."""

    width: int
    paint: Paint = plain
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
    where = place(annotations[0].span)
    yield f"{gutter.row(mark=arrow)} {terminal(under(gutter.folder, source.path))}:{where.line}:{where.column}"
    if not source.text:
        yield from (
            f"{gutter.row()} {terminal(line)}" for each in annotations for line in each.text.split("\n") if line
        )
        return
    yield gutter.row()
    last, shown = 0, ""
    for each in sorted(annotations, key=lambda each: (each.span.start, not each.colour)):
        number, column, *_ = place(each.span)
        code, indent, length = cut(line(source.text, number), column - 1, len(each.span.head.text), gutter.room)
        if number != last:
            yield from _gap(source.text, last, number, gutter)
        if number != last or code != shown:
            yield f"{gutter.row(number)} {code}".rstrip()
        last, shown = number, code
        yield from _underline(each, indent, length, gutter)


def _gap(text: str, last: int, number: int, gutter: Gutter) -> Iterator[str]:
    """What stands for the lines between two that are shown: a single one is shown as well."""
    if last and number == last + 2:
        yield f"{gutter.row(last + 1)} {cut(line(text, last + 1), 0, 0, gutter.room)[0]}".rstrip()
    elif last and number > last + 2:
        yield gutter.paint("...", fg=BLUE)


def _underline(annotation: Annotation, indent: int, length: int, gutter: Gutter) -> Iterator[str]:
    """The underline with its words beside it, or below it where the terminal has too little room there."""
    colour = annotation.colour
    texts = terminal(annotation.text, keep="\n").split("\n")
    rows = [(("^" if colour else "-") * length, indent)]
    beside = indent + length + 1
    if gutter.columns:
        import textwrap

        left = gutter.columns - gutter.width - 3
        beside = beside if left - beside >= min(NARROWEST, max(map(len, texts))) else min(indent, left - NARROWEST)
        texts = [
            row
            for text in texts
            for row in textwrap.wrap(text, max(NARROWEST, left - beside), break_on_hyphens=False) or [""]
        ]
    if beside > indent:
        rows = [(f"{rows[0][0]} {texts.pop(0)}".rstrip(), indent)]
    rows += [(text, max(0, beside)) for text in texts if text]
    for text, before in rows:
        yield f"{gutter.row()} {' ' * before}{gutter.paint(text, fg=colour or BLUE, bold=bool(colour))}"
