"""Findings as Markdown, for a comment on a pull request or the summary of a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.engine.catalogue import address
from mcplint.findings import SEVERITIES, Diagnostic
from mcplint.model import Unfollowed
from mcplint.reports import Report, path_from_here, plural
from mcplint.reports.escape import markdown
from mcplint.reports.text import summary
from mcplint.text.lines import position

# The most lines of a table or list: more than this nobody reads.
MOST = 500
# The most bytes of one of them. Of a step GitHub takes a summary of 1 MiB, and of a larger one nothing.
ROOM = 400_000


def report(given: Report) -> str:
    """A table of findings, the gravest first, what was covered and what was not, and the deployment as a picture."""
    return "\n".join(_lines(given)) + "\n"


def _lines(given: Report) -> Iterator[str]:
    ranked = sorted(given.diagnostics, key=lambda diagnostic: -SEVERITIES.index(diagnostic.severity))
    if ranked:
        yield from ("| severity | place | finding | rule |", "| --- | --- | --- | --- |")
    rows = _within_room(_row(each, given.folder) for each in ranked[:MOST])
    yield from rows
    if len(ranked) > len(rows):
        yield f"\n{plural(len(ranked) - len(rows), 'finding')} more."
    if not given.quiet:
        yield f"\n{summary(given)}" if ranked else summary(given)
    if given.deployment.unfollowed:
        yield "\nNot followed:\n"
        yield from _within_room(_entry(each, given.folder) for each in given.deployment.unfollowed[:MOST])
    yield from _picture(given)


def _within_room(lines: Iterable[str]) -> list[str]:
    """The first of the lines, as many as there is room for."""
    found, room = [], ROOM
    for line in lines:
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        found.append(line)
    return found


def _row(diagnostic: Diagnostic, folder: str) -> str:
    rule, severity, finding, _ = diagnostic
    path = markdown(path_from_here(folder, finding.span.source.path))
    name = f"[{rule}]({page})" if (page := address(rule)) else rule
    return f"| {severity} | {path}:{position(finding.span).line} | {markdown(finding.message)} | {name} |"


def _entry(start: Unfollowed, folder: str) -> str:
    where = f"{path_from_here(folder, start.span.source.path)}:{position(start.span).line}"
    return f"- {markdown(start.id)} ({markdown(where)}): {markdown(start.why)}"


def _picture(given: Report) -> Iterator[str]:
    """The deployment with the findings that are reported, where it has parts and Mermaid would draw so many."""
    from mcplint.reports.graph import MERMAID_ARROWS, MERMAID_TEXT, linked_picture, mermaid

    picture = linked_picture(given.deployment, given.diagnostics)
    if picture.boxes and len(picture.arrows) <= MERMAID_ARROWS and len(drawn := mermaid(picture)) <= MERMAID_TEXT:
        yield f"\n```mermaid\n{drawn}```"
