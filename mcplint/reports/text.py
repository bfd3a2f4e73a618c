"""Findings for people: the lines they point at, in every file, with what there is to say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mcplint.core import Diagnostic, Finding, Span
from mcplint.lines import line, place
from mcplint.reports import Covered, counts, plural, under
from mcplint.reports.cells import clean, layout
from mcplint.reports.paint import Paint, plain

COLOURS = {"error": "bright_red", "warning": "bright_yellow", "note": "bright_cyan"}


class Label(NamedTuple):
    """A span that is underlined in a frame, and the words beside the underline."""

    span: Span
    text: str
    primary: bool = False


def report(diagnostics: Iterable[Diagnostic], paint: Paint = plain, folder: str = "") -> str:
    """One block a diagnostic, an empty line between them; `folder` leads to the project's root."""
    return "\n".join("\n".join(_block(diagnostic, paint, folder)) + "\n" for diagnostic in diagnostics)


def summary(covered: Covered, diagnostics: Sequence[Diagnostic], hidden: int = 0) -> str:
    """The last line: what was looked at and what was found; `hidden` notes are counted apart."""
    if not covered.files:
        return "no files to lint here: no Dockerfile, compose file, nginx configuration, server.json or MCP server"
    parts = [plural(covered.files, "file")]
    parts += [plural(covered.servers, "server")] if covered.servers else []
    parts += [plural(covered.routes, "route")] if covered.routes else []
    kinds = ", ".join(plural(number, severity) for severity, number in counts(diagnostics).items() if number)
    found = plural(len(diagnostics), "finding") + (f" ({kinds})" if kinds else "")
    more = f"; {plural(hidden, 'note')} hidden, --pedantic shows {'it' if hidden == 1 else 'them'}" if hidden else ""
    return f"{', '.join(parts)}; {found}{more}"


def _block(diagnostic: Diagnostic, paint: Paint, folder: str) -> Iterator[str]:
    rule, severity, finding, _ = diagnostic
    colour = COLOURS[severity]
    head = paint(f"{severity}[{rule}]", fg=colour, bold=True) + paint(f": {clean(finding.message)}", bold=True)
    yield head
    labels = _labels(finding)
    margin = " " * max(len(str(place(label.span).line)) for label in labels)
    bar = paint(f"{margin} |", fg="bright_blue")
    files = list(dict.fromkeys(label.span.source.path for label in labels))
    for path in files:
        here = [label for label in labels if label.span.source.path == path]
        yield from _file(here, margin, path == files[0], colour, paint, folder)
    if finding.fix:
        how = "--fix" if finding.fix.safe else "--unsafe-fixes"
        yield bar
        yield f"{paint(f'{margin} =', fg='bright_blue')} {paint('fix:', bold=True)} {clean(finding.fix.title)} ({how})"


def _labels(finding: Finding) -> list[Label]:
    """The primary place and the notes; a note on the primary place gives it its words."""
    words = [note.text for note in finding.notes if note.span == finding.span]
    others = [Label(note.span, note.text) for note in finding.notes if note.span != finding.span]
    return [Label(finding.span, "\n".join(words), True), *dict.fromkeys(others)]


def _file(labels: Sequence[Label], margin: str, first: bool, colour: str, paint: Paint, folder: str) -> Iterator[str]:
    """The frame of one file: its place, then every line that a label points at."""
    where = place(labels[0].span)
    source = labels[0].span.source
    bar = paint(f"{margin} |", fg="bright_blue")
    if not first:
        yield bar
    arrow = paint(f"{margin}{'-->' if first else ':::'}", fg="bright_blue")
    yield f"{arrow} {clean(under(folder, source.path))}:{where.line}:{where.column}"
    if not source.text:
        yield from (f"{bar} {clean(text)}" for label in labels for text in label.text.split("\n") if text)
        return
    yield bar
    last, shown = 0, ""
    for label in sorted(labels, key=lambda label: (label.span.start, not label.primary)):
        number = place(label.span).line
        code, column, width = layout(line(source.text, number), place(label.span).column - 1, _length(label.span))
        if number != last:
            yield from _gap(source.text, last, number, margin, paint)
        if number != last or code != shown:
            yield _row(number, code, margin, paint)
        last, shown = number, code
        yield from _underline(label, column, width, f"{bar} ", colour if label.primary else "bright_blue", paint)


def _length(span: Span) -> int:
    return span.head.end - span.start


def _row(number: int, code: str, margin: str, paint: Paint) -> str:
    return f"{paint(f'{number:>{len(margin)}} |', fg='bright_blue')} {code}".rstrip()


def _gap(text: str, last: int, number: int, margin: str, paint: Paint) -> Iterator[str]:
    """What stands for the lines between two that are shown: a single one is shown as well."""
    if last and number == last + 2:
        yield _row(last + 1, layout(line(text, last + 1), 0, 0)[0], margin, paint)
    elif last and number > last + 2:
        yield paint("...", fg="bright_blue")


def _underline(label: Label, column: int, width: int, bar: str, colour: str, paint: Paint) -> Iterator[str]:
    mark = ("^" if label.primary else "-") * width
    first, *more = clean(label.text, keep="\n").split("\n")
    yield bar + " " * column + paint(f"{mark} {first}".rstrip(), fg=colour, bold=label.primary)
    for words in more:
        yield bar + " " * (column + width + 1) + paint(words, fg=colour, bold=label.primary)
