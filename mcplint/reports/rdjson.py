"""Findings in the Reviewdog Diagnostic Format.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

from typing import Any

from mcplint.engine.catalogue import address
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic
from mcplint.reports import Report, escape, path_from_here
from mcplint.text.lines import starts
from mcplint.text.source import Span

SEVERITIES = {ERROR: "ERROR", WARNING: "WARNING", NOTE: "INFO"}


def report(given: Report) -> str:
    """One JSON document. Columns count bytes of UTF-8."""
    found = [_diagnostic(diagnostic, given) for diagnostic in given.diagnostics]
    return escape.json({"source": {"name": "mcplint"}, "diagnostics": found}) + "\n"


def _diagnostic(diagnostic: Diagnostic, given: Report) -> dict[str, Any]:
    rule, severity, finding, _ = diagnostic
    folder, page = given.folder, address(rule)
    edits = finding.fix.edits if finding.fix else ()
    # A suggestion changes the file of its diagnostic, so that a fix of several files is none.
    own = edits and all(edit.span.source.path == finding.span.source.path for edit in edits)
    return {
        "message": finding.message,
        "location": _location(finding.span, folder),
        "severity": SEVERITIES[severity],
        "code": {"value": rule, **({"url": page} if page else {})},
        "suggestions": [{"range": _range(edit.span), "text": edit.text} for edit in (edits if own else ())],
        "relatedLocations": [{"message": text, "location": _location(span, folder)} for span, text, _ in finding.notes],
    }


def _location(span: Span, folder: str) -> dict[str, Any]:
    return {"path": path_from_here(folder, span.source.path), "range": _range(span)}


def _range(span: Span) -> dict[str, Any]:
    return {"start": _position(span, span.start), "end": _position(span, span.end)}


def _position(span: Span, offset: int) -> dict[str, int]:
    from bisect import bisect_right

    text = span.source.text
    number = bisect_right(starts(text), offset)
    before = text[starts(text)[number - 1] : offset]
    return {"line": number, "column": len(before.encode("utf-8", "replace")) + 1}
