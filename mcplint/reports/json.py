"""Findings for programs: version 1 of the report that `mcplint/report.schema.json` describes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from mcplint.findings import Diagnostic, Fix
from mcplint.reports import Covered, counts
from mcplint.text.lines import line, place
from mcplint.text.source import Span
from mcplint.values import Label

VERSION = 1


def report(diagnostics: Sequence[Diagnostic], covered: Covered) -> str:
    """One JSON document."""
    found = counts(diagnostics)
    summary = {**covered._asdict(), **{f"{severity}s": number for severity, number in found.items()}}
    return (
        json.dumps({"version": VERSION, "findings": list(_findings(diagnostics)), "summary": summary}, indent=2) + "\n"
    )


def _findings(diagnostics: Iterable[Diagnostic]) -> Iterable[dict[str, Any]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for rule, severity, finding, _ in diagnostics:
        where = place(finding.span)
        key = (rule, finding.span.source.path, line(finding.span.source.text, where.line).strip())
        seen[key] += 1
        yield {
            "rule": rule,
            "severity": severity,
            "message": finding.message,
            **_place(finding.span),
            "notes": [_note(note) for note in finding.notes],
            "fix": _fix(finding.fix) if finding.fix else None,
            "fingerprint": fingerprint(*key, seen[key]),
        }


def fingerprint(rule: str, path: str, text: str, occurrence: int) -> str:
    """What a finding keeps while other lines of its file change: its rule, path, line and which of the like it is."""
    from hashlib import sha256

    return sha256("\0".join((rule, path, text, str(occurrence))).encode("utf-8", "replace")).hexdigest()


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.source.path, **place(span)._asdict()}


def _note(note: Label) -> dict[str, Any]:
    return {**_place(note.span), "message": note.text}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
