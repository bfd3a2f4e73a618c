"""Findings as Markdown, for a comment on a pull request or the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.engine.catalogue import address
from mcplint.findings import SEVERITIES
from mcplint.reports import Report, plural, under
from mcplint.reports.escape import markdown
from mcplint.reports.text import summary
from mcplint.text.lines import place

# A step summary of GitHub may have 1 MiB; more than this nobody reads.
MOST = 500


def report(given: Report) -> str:
    """A table of findings, the gravest first, and what was covered."""
    return "\n".join(_lines(given)) + "\n"


def _lines(given: Report) -> Iterator[str]:
    ranked = sorted(given.diagnostics, key=lambda diagnostic: -SEVERITIES.index(diagnostic.severity))
    if ranked:
        yield from ("| severity | place | finding | rule |", "| --- | --- | --- | --- |")
    for rule, severity, finding, _ in ranked[:MOST]:
        path = markdown(under(given.folder, finding.span.source.path))
        name = f"[{rule}]({page})" if (page := address(rule)) else rule
        yield f"| {severity} | {path}:{place(finding.span).line} | {markdown(finding.message)} | {name} |"
    if len(ranked) > MOST:
        yield f"\n{plural(len(ranked) - MOST, 'finding')} more."
    if not given.quiet:
        yield f"\n{summary(given)}" if ranked else summary(given)
    if given.unfollowed:
        yield "\nNot followed:\n"
    for start in given.unfollowed[:MOST]:
        where = f"{under(given.folder, start.span.source.path)}:{place(start.span).line}"
        yield f"- {markdown(start.id)} ({markdown(where)}): {markdown(start.why)}"
