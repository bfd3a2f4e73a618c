"""Lines of a file with what there is to say of parts of them, underlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcplint.reports import under
from mcplint.reports.cells import clean, layout
from mcplint.reports.paint import Paint, plain
from mcplint.text.lines import line, place
from mcplint.text.source import Span

BLUE = "bright_blue"


class Underline(NamedTuple):
    """A span that is underlined, the words beside the underline, and the colour of a finding's own place."""

    span: Span
    text: str
    colour: str = ""


class Pen(NamedTuple):
    """How frames are drawn: the width of the line numbers, the colours, and the way to the project's root."""

    width: int
    paint: Paint = plain
    folder: str = ""

    def margin(self, number: int | str = "", mark: str = " |") -> str:
        return self.paint(f"{number:>{self.width}}{mark}", fg=BLUE)


def frame(labels: Sequence[Underline], pen: Pen, arrow: str) -> Iterator[str]:
    """The frame of one file: its place, then every line that a label points at."""
    source = labels[0].span.source
    where = place(labels[0].span)
    yield f"{pen.margin(mark=arrow)} {clean(under(pen.folder, source.path))}:{where.line}:{where.column}"
    if not source.text:
        yield from (f"{pen.margin()} {clean(words)}" for label in labels for words in label.text.split("\n") if words)
        return
    yield pen.margin()
    last, shown = 0, ""
    for label in sorted(labels, key=lambda label: (label.span.start, not label.colour)):
        number, column, *_ = place(label.span)
        code, indent, width = layout(line(source.text, number), column - 1, len(label.span.head.text))
        if number != last:
            yield from _gap(source.text, last, number, pen)
        if number != last or code != shown:
            yield f"{pen.margin(number)} {code}".rstrip()
        last, shown = number, code
        yield from _underline(label, indent, width, pen)


def _gap(text: str, last: int, number: int, pen: Pen) -> Iterator[str]:
    """What stands for the lines between two that are shown: a single one is shown as well."""
    if last and number == last + 2:
        yield f"{pen.margin(last + 1)} {layout(line(text, last + 1), 0, 0)[0]}".rstrip()
    elif last and number > last + 2:
        yield pen.paint("...", fg=BLUE)


def _underline(label: Underline, indent: int, width: int, pen: Pen) -> Iterator[str]:
    mark = ("^" if label.colour else "-") * width
    first, *more = clean(label.text, keep="\n").split("\n")
    for text, before in ((f"{mark} {first}".rstrip(), indent), *((words, indent + width + 1) for words in more)):
        yield f"{pen.margin()} {' ' * before}{pen.paint(text, fg=label.colour or BLUE, bold=bool(label.colour))}"
