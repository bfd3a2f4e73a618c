"""What becomes of the findings of a run: severity, ignores, duplicates, order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from mcplint.findings import SEVERITIES, Diagnostic, Finding, Ignore
from mcplint.project.config import Config
from mcplint.text.glob import fits
from mcplint.text.lines import position
from mcplint.text.source import Span
from mcplint.values import Label


def postprocess(
    found: Iterable[Diagnostic], ignores: Sequence[Ignore], config: Config
) -> tuple[list[Diagnostic], set[Span]]:
    """The diagnostics that stand, in order, and the names in comments and in the configuration that hid one.

    A severity in the configuration is that of every finding of its rule. Of findings that say the same of the same
    span the gravest is kept, of those of one cause the one with most notes, and of its notes that say the same of the
    same span the first. What another one covers is told by that one.
    """
    hiding: dict[tuple[str, str], list[tuple[range, Span]]] = {}
    for ignore in ignores:
        for name in ignore.names:
            hiding.setdefault((name.source.path, name.text), []).append((ignore.lines, name))
    used: set[Span] = set()
    kept: dict[tuple[str, Span, str], Diagnostic] = {}
    for diagnostic in found:
        diagnostic = diagnostic._replace(severity=config.severities.get(diagnostic.rule, diagnostic.severity))
        if hits := {*_hiding_entries(diagnostic, config), *_hiding_names(diagnostic, hiding)}:
            used |= hits
            continue
        if not config.shows(diagnostic.rule, diagnostic.severity):
            continue
        key = (diagnostic.rule, diagnostic.finding.span, diagnostic.finding.cause or diagnostic.finding.message)
        kept[key] = _merged(kept[key], diagnostic) if key in kept else diagnostic
    return sorted(map(_noted_once, _without_covered(kept.values())), key=order), used


def _without_covered(found: Collection[Diagnostic]) -> Iterator[Diagnostic]:
    """The diagnostics without those that another one covers, which has them for notes; its fix leaves them."""
    rules = {rule for each in found for rule in each.finding.covers}
    at: dict[tuple[str, Span], list[Diagnostic]] = {}
    for each in found:
        for span in each.finding.spans if each.rule in rules else ():
            at.setdefault((each.rule, span), []).append(each)
    covered = [tuple(_covered_by(each.finding, at)) for each in found]
    gone = {id(each) for alike in covered for each in alike}
    for each, alike in zip(found, covered, strict=True):
        if id(each) not in gone:
            finding, fix = each.finding, each.finding.fix
            notes = (Label(one.finding.span, one.finding.message) for one in alike)
            left = fix._replace(leaves=(*fix.leaves, *(one.rule for one in alike))) if fix else None
            yield each._replace(finding=finding._replace(notes=(*finding.notes, *notes), fix=left))


def _covered_by(finding: Finding, at: Mapping[tuple[str, Span], list[Diagnostic]]) -> Iterator[Diagnostic]:
    """The diagnostics that a finding covers: those of the rules it names that point at one of its spans."""
    for rule in finding.covers:
        for span in finding.spans:
            yield from at.get((rule, span), ())


def _noted_once(diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic without the notes that it has before."""
    finding = diagnostic.finding
    return diagnostic._replace(finding=finding._replace(notes=tuple(dict.fromkeys(finding.notes))))


def _merged(one: Diagnostic, other: Diagnostic) -> Diagnostic:
    """The graver of two diagnostics that say the same; a fix by the same title makes the edits of both.

    What covers others has the notes of both: each may be what something else is told with.
    """
    graver = one if _weight(one) >= _weight(other) else other
    if one.finding.covers and other.finding.covers:
        graver = graver._replace(finding=graver.finding._replace(notes=(*one.finding.notes, *other.finding.notes)))
    mine, theirs = one.finding.fix, other.finding.fix
    if not (mine and theirs) or mine.title != theirs.title:
        return graver
    edits = tuple(dict.fromkeys((*mine.edits, *theirs.edits)))
    whole = mine._replace(edits=edits, safe=mine.safe and theirs.safe)
    return graver._replace(finding=graver.finding._replace(fix=whole))


def _weight(diagnostic: Diagnostic) -> tuple[int, int]:
    """How grave a diagnostic is, and how much it tells where others have its cause."""
    finding = diagnostic.finding
    return SEVERITIES.index(diagnostic.severity), len(finding.notes) if finding.cause else 0


def _hiding_entries(diagnostic: Diagnostic, config: Config) -> Iterator[Span]:
    """Where the configuration hides a diagnostic of its file."""
    path = diagnostic.finding.span.source.path
    for each in config.ignore:
        if each.rule == diagnostic.rule and fits(path, each.glob):
            yield each.span


def _hiding_names(diagnostic: Diagnostic, hiding: Mapping[tuple[str, str], list[tuple[range, Span]]]) -> Iterator[Span]:
    """The names in ignores that hide a diagnostic: on any line that it points at."""
    finding = diagnostic.finding
    for span in (finding.span, *(note.span for note in finding.notes)):
        if named := hiding.get((span.source.path, diagnostic.rule)):
            first, _, last, column = position(span)
            last -= column == 1 and last > first
            yield from (name for lines, name in named if first < lines.stop and last >= lines.start)


def order(diagnostic: Diagnostic) -> tuple[str, int, str, int, str]:
    """Where a diagnostic stands in a report: by file, span and rule."""
    source, start, end = diagnostic.finding.span
    return source.path, start, diagnostic.rule, end, diagnostic.finding.message
