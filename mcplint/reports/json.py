"""Findings for programs: version 1 of the report that `mcplint/report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcplint.engine.catalogue import address
from mcplint.findings import Fix
from mcplint.reports import Report, counts, escape, fingerprints
from mcplint.text.lines import position
from mcplint.text.source import Span
from mcplint.values import Label

VERSION = 1


def report(given: Report) -> str:
    """One JSON document."""
    numbers = {f"{severity}s": number for severity, number in counts(given.diagnostics).items()}
    summary = {**given.covered._asdict(), **numbers}
    return escape.json({"version": VERSION, "findings": list(_findings(given)), "summary": summary}) + "\n"


def lines(given: Report) -> str:
    """A JSON object a line, one a finding."""
    return "".join(f"{escape.json(finding, None)}\n" for finding in _findings(given))


def _findings(given: Report) -> Iterator[dict[str, Any]]:
    prints = fingerprints(given)
    for (rule, severity, finding, _), fingerprint in zip(given.diagnostics, prints, strict=True):
        yield {
            "rule": rule,
            "severity": severity,
            "message": finding.message,
            **_located(finding.span),
            "notes": [_note(note) for note in finding.notes],
            "fix": _fix(finding.fix) if finding.fix else None,
            "fingerprint": fingerprint,
            "page": address(rule),
        }


def _located(span: Span) -> dict[str, Any]:
    return {"path": span.source.path, **position(span)._asdict()}


def _note(note: Label) -> dict[str, Any]:
    return {**_located(note.span), "message": note.text}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_located(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.description, "safe": fix.safe, "edits": edits}
