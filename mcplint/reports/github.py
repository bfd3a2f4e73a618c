"""Findings as workflow commands of GitHub Actions, which shows them as annotations of the lines.

Of a step it keeps ten annotations of each level and drops the rest without a word:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mcplint.engine.catalogue import address
from mcplint.findings import ERROR, NOTE, SEVERITIES, WARNING, Diagnostic
from mcplint.reports import WORDS, Report, path_from_here, plural
from mcplint.reports.escape import log, workflow_data, workflow_property
from mcplint.reports.text import rows, summary
from mcplint.text.lines import position

COMMANDS = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
# One notice is kept free for what was left out.
SHOWN = {ERROR: 10, WARNING: 10, NOTE: 9}


def report(given: Report) -> str:
    """One command a finding, errors first and of them those on changed lines; what GitHub would drop is said in plain
    lines of the log, and counted."""

    def rank(diagnostic: Diagnostic) -> tuple[int, bool]:
        return -SEVERITIES.index(diagnostic.severity), spot(diagnostic) not in given.changed

    ranked = sorted(given.diagnostics, key=rank)
    lines = (*_lines(ranked, given), *([] if given.quiet else [summary(given)]))
    return "".join(f"{line}\n" for line in lines)


def spot(diagnostic: Diagnostic) -> tuple[str, int]:
    """The file of the project and the line that a finding is shown at."""
    span = diagnostic.finding.span
    return span.source.path, position(span.head).line


def _lines(diagnostics: Iterable[Diagnostic], given: Report) -> Iterator[str]:
    number: Counter[str] = Counter()
    rest = []
    for diagnostic in diagnostics:
        number[diagnostic.severity] += 1
        if number[diagnostic.severity] <= SHOWN[diagnostic.severity]:
            yield _command(diagnostic, given)
        else:
            rest.append(diagnostic)
    if rest:
        more = Counter(diagnostic.severity for diagnostic in rest)
        counts = " and ".join(plural(more[severity], severity) for severity in SHOWN if more[severity])
        yield f"::notice title=mcplint::{counts} more: see the log of this step"
    yield from map(log, rows(given._replace(diagnostics=tuple(rest), pages=WORDS)))


def _command(diagnostic: Diagnostic, given: Report) -> str:
    rule, severity, finding, _ = diagnostic
    folder, page = given.folder, address(rule)
    # GitHub takes columns only where both ends stand on one line.
    where = position(finding.span.head)
    properties = {
        "file": path_from_here(folder, finding.span.source.path),
        "line": where.line,
        "endLine": where.line,
        "col": where.column,
        "endColumn": max(where.end_column, where.column + 1),
        "title": f"mcplint: {rule}",
    }
    listed = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties.items())
    notes = dict.fromkeys(
        f"{path_from_here(folder, each.source.path)}:{position(each).line}: {text}" for each, text, _ in finding.notes
    )
    # A log of the run shows the message and nothing else.
    message = f"{properties['file']}:{where.line}:{where.column}: {finding.message}"
    body = "\n".join([message, *notes, *([page] if page else [])])
    return f"::{COMMANDS[severity]} {listed}::{workflow_data(body)}"
