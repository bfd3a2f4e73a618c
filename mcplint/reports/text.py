"""Findings for people: the lines they point at, in every file, with what there is to say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mcplint.findings import Diagnostic, Finding
from mcplint.reports import Covered, counts, plural
from mcplint.reports.terminal import Annotation, Gutter, Paint, clean, plain, snippet
from mcplint.text.lines import place

COLOURS = {"error": "bright_red", "warning": "bright_yellow", "note": "bright_cyan"}


def report(diagnostics: Iterable[Diagnostic], paint: Paint = plain, folder: str = "") -> str:
    """One block a diagnostic, an empty line between them; `folder` leads to the project's root."""
    return "\n".join("\n".join(_block(diagnostic, paint, folder)) + "\n" for diagnostic in diagnostics)


def summary(covered: Covered, diagnostics: Sequence[Diagnostic], hidden: int = 0) -> str:
    """The last line: what was looked at and what was found; `hidden` notes are counted apart."""
    if not covered.files:
        return "nothing to lint: no file here belongs to the deployment of an MCP server"
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
    yield paint(f"{severity}[{rule}]", fg=colour, bold=True) + paint(f": {clean(finding.message)}", bold=True)
    files: dict[str, list[Annotation]] = {}
    for label in _labels(finding, colour):
        files.setdefault(label.span.source.path, []).append(label)
    lines = (place(label.span).line for labels in files.values() for label in labels)
    gutter = Gutter(max(len(str(line)) for line in lines), paint, folder)
    for number, labels in enumerate(files.values()):
        yield from [gutter.row()] if number else []
        yield from snippet(labels, gutter, ":::" if number else "-->")
    if finding.fix:
        how = "--fix" if finding.fix.safe else "--unsafe-fixes"
        yield gutter.row()
        yield f"{gutter.row(mark=' =')} {paint('fix:', bold=True)} {clean(finding.fix.title)} ({how})"


def _labels(finding: Finding, colour: str) -> list[Annotation]:
    """The primary place and the notes; a note on the primary place gives it its words."""
    words = dict.fromkeys(note.text for note in finding.notes if note.span == finding.span)
    others = dict.fromkeys(Annotation(*note) for note in finding.notes if note.span != finding.span)
    return [Annotation(finding.span, "\n".join(words), colour), *others]
