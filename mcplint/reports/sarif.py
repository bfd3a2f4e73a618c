"""Findings as SARIF 2.1.0, complete as GitHub's code scanning asks for it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/ and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import quote

from mcplint import __version__
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic, Fix, Rule
from mcplint.reports import Report, escape, fingerprints, title
from mcplint.text.lines import place
from mcplint.text.source import Edit, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {ERROR: "error", WARNING: "warning", NOTE: "note"}
PROBLEMS = {ERROR: "error", WARNING: "warning", NOTE: "recommendation"}
LONGEST = 1024


def report(given: Report) -> str:
    """One log with one run, and in it the rules that found something."""
    rules = sorted({diagnostic.rule for diagnostic in given.diagnostics} & given.rules.keys())
    results = zip(given.diagnostics, fingerprints(given.diagnostics), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "mcplint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(given.rules[name]) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the project."}}},
        "results": [_result(diagnostic, rules, fingerprint) for diagnostic, fingerprint in results],
    }
    return escape.json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule.page.strip() or rule.name
    name = title(rule) or rule.name
    return {
        "id": rule.name,
        "name": rule.name,
        "shortDescription": {"text": name[:LONGEST]},
        "fullDescription": {"text": (page.partition("\n## ")[0].partition("\n")[2].strip() or name)[:LONGEST]},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"precision": "high", "problem.severity": PROBLEMS[rule.severity]},
    }


def _result(diagnostic: Diagnostic, rules: list[str], fingerprint: str) -> dict[str, Any]:
    rule, severity, finding, _ = diagnostic
    related = [{"id": number, **_location(note.span, _linked(note.text))} for number, note in enumerate(finding.notes)]
    links = "".join(f"\n[{_linked(note.text)}]({number})" for number, note in enumerate(finding.notes))
    result: dict[str, Any] = {
        "ruleId": rule,
        "level": LEVELS[severity],
        "message": {"text": _linked(finding.message) + links},
        "locations": [_location(finding.span)],
        "partialFingerprints": {"mcplint/v1": fingerprint},
    }
    if rule in rules:
        result["ruleIndex"] = rules.index(rule)
    if related:
        result["relatedLocations"] = related
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _linked(text: str) -> str:
    """Text of a message with links in it: only the links of this module count."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(span: Span, message: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _file(span), "region": _region(span)}}
    return location | ({"message": {"text": message}} if message else {})


def _file(span: Span) -> dict[str, str]:
    return {"uri": quote(span.source.path, errors="replace"), "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    where = place(span)
    return {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"description": {"text": fix.title}, "artifactChanges": list(_changes(fix.edits))}


def _changes(edits: tuple[Edit, ...]) -> Iterator[dict[str, Any]]:
    ordered = sorted(edits, key=lambda edit: (edit.span.source.path, edit.span.start))
    for _, group in groupby(ordered, key=lambda edit: edit.span.source.path):
        found = tuple(group)
        replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in found]
        yield {"artifactLocation": _file(found[0].span), "replacements": replacements}
