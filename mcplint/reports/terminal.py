"""Text on a terminal: control characters made visible, widths counted, colours, and lines of a file with labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from mcplint.reports import under
from mcplint.text.lines import line, place
from mcplint.text.source import Span

BLUE = "bright_blue"
LONGEST = 200
TAB = "    "
JOINER = "\u200d"


def clean(text: str, keep: str = "") -> str:
    """The text with nothing in it that could steer a terminal; characters in `keep` stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep or c == JOINER else _visible(c) for c in text)


def _visible(character: str) -> str:
    code = ord(character)
    return TAB if character == "\t" else chr(0x2400 + code) if code < 32 else "\u2421" if code == 127 else "\ufffd"


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    shown = clean(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import category, east_asian_width

    empty = ("Mn", "Me", "Cf")
    return sum(0 if category(c) in empty else 2 if east_asian_width(c) in "WF" else 1 for c in shown)


def cut(text: str, start: int, length: int) -> tuple[str, int, int]:
    """A line as it is shown, and the column and width there of `length` characters from `start`.

    Of a long line a window around these characters is shown. The width is never 0.
    """
    first = 0 if start + length < LONGEST else max(0, start - LONGEST // 3)
    piece = text[first : first + LONGEST]
    before, after = "…" * (first > 0), "…" * (first + LONGEST < len(text))
    column = len(before) + width(piece[: start - first])
    return f"{before}{clean(piece)}{after}", column, max(1, width(piece[start - first : start - first + length]))


class Paint(Protocol):
    """Gives a text the looks that the keywords of `click.style` name."""

    def __call__(self, text: str, *, fg: str | None = None, bold: bool = False) -> str: ...


def plain(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text as it is."""
    return text


def coloured(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text with the codes that a terminal understands."""
    from click import style

    return style(text, fg=fg, bold=bold or None) if text else text


class Annotation(NamedTuple):
    """A span that is underlined, the words beside the underline, and the colour of a finding's own place."""

    span: Span
    text: str
    colour: str = ""


class Gutter(NamedTuple):
    """The column of line numbers: its width, the colours, and the way to the project's root."""

    width: int
    paint: Paint = plain
    folder: str = ""

    def row(self, number: int | str = "", mark: str = " |") -> str:
        return self.paint(f"{number:>{self.width}}{mark}", fg=BLUE)


def snippet(annotations: Sequence[Annotation], gutter: Gutter, arrow: str) -> Iterator[str]:
    """The lines of one file that annotations point at, below its path and place."""
    source = annotations[0].span.source
    where = place(annotations[0].span)
    yield f"{gutter.row(mark=arrow)} {clean(under(gutter.folder, source.path))}:{where.line}:{where.column}"
    if not source.text:
        yield from (f"{gutter.row()} {clean(line)}" for each in annotations for line in each.text.split("\n") if line)
        return
    yield gutter.row()
    last, shown = 0, ""
    for each in sorted(annotations, key=lambda each: (each.span.start, not each.colour)):
        number, column, *_ = place(each.span)
        code, indent, length = cut(line(source.text, number), column - 1, len(each.span.head.text))
        if number != last:
            yield from _gap(source.text, last, number, gutter)
        if number != last or code != shown:
            yield f"{gutter.row(number)} {code}".rstrip()
        last, shown = number, code
        yield from _underline(each, indent, length, gutter)


def _gap(text: str, last: int, number: int, gutter: Gutter) -> Iterator[str]:
    """What stands for the lines between two that are shown: a single one is shown as well."""
    if last and number == last + 2:
        yield f"{gutter.row(last + 1)} {cut(line(text, last + 1), 0, 0)[0]}".rstrip()
    elif last and number > last + 2:
        yield gutter.paint("...", fg=BLUE)


def _underline(annotation: Annotation, indent: int, length: int, gutter: Gutter) -> Iterator[str]:
    colour = annotation.colour
    first, *more = clean(annotation.text, keep="\n").split("\n")
    underlined = f"{('^' if colour else '-') * length} {first}".rstrip()
    for text, before in ((underlined, indent), *((words, indent + length + 1) for words in more)):
        yield f"{gutter.row()} {' ' * before}{gutter.paint(text, fg=colour or BLUE, bold=bool(colour))}"
