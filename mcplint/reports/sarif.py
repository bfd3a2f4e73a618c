"""Findings as SARIF 2.1.0, complete as GitHub's code scanning asks for it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/ and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import quote

from mcplint import __version__
from mcplint.engine.catalogue import address, project_url
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic, Fix, Rule
from mcplint.reports import Report, escape, fingerprints, path_from_here
from mcplint.text.lines import position
from mcplint.text.source import Edit, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {ERROR: "error", WARNING: "warning", NOTE: "note"}
PROBLEMS = {ERROR: "error", WARNING: "warning", NOTE: "recommendation"}
LONGEST = 1024


def report(given: Report) -> str:
    """One log with one run, and in it the rules that found something."""
    rules = sorted({diagnostic.rule for diagnostic in given.diagnostics} & given.rules.keys())
    results = zip(given.diagnostics, fingerprints(given), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "mcplint",
                "version": __version__,
                "semanticVersion": __version__,
                **({"informationUri": home} if (home := project_url("Repository")) else {}),
                "rules": [_rule(given.rules[name]) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The top of the checkout, else the folder that mcplint ran in."}}
        },
        "results": [_result(diagnostic, rules, fingerprint, given.folder) for diagnostic, fingerprint in results],
    }
    return escape.json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    title, page = rule.title or rule.name, rule.text or rule.name
    about = {
        "id": rule.name,
        "shortDescription": {"text": _shortened_text(title)},
        "fullDescription": {"text": _shortened_text(page.partition("\n## ")[0].strip())},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"precision": "high", "problem.severity": PROBLEMS[rule.severity]},
    }
    return about | ({"helpUri": where} if (where := address(rule.name)) else {})


def _shortened_text(text: str) -> str:
    """What is allowed of a text, in whole sentences, else in whole words."""
    if len(text) <= LONGEST:
        return text
    sentences = re.match(r".*[.!?](?=\s)", text[: LONGEST + 1], re.S)
    return sentences[0] if sentences else f"{text[: LONGEST - 1].rpartition(' ')[0] or text[: LONGEST - 1]}…"


def _result(diagnostic: Diagnostic, rules: list[str], fingerprint: str, folder: str) -> dict[str, Any]:
    rule, severity, finding, _ = diagnostic
    notes = [(number, span, _without_links(text)) for number, (span, text, _) in enumerate(finding.notes)]
    related = [{"id": number, **_location(span, folder), "message": {"text": text}} for number, span, text in notes]
    links = "".join(f"\n[{text}]({number})" for number, _, text in notes)
    result: dict[str, Any] = {
        "ruleId": rule,
        "level": LEVELS[severity],
        "message": {"text": _without_links(finding.message) + links},
        "locations": [_location(finding.span, folder)],
        "partialFingerprints": {"mcplint/v1": fingerprint},
    }
    if rule in rules:
        result["ruleIndex"] = rules.index(rule)
    if related:
        result["relatedLocations"] = related
    if finding.fix:
        result["fixes"] = [_fix(finding.fix, folder)]
    return result


def _without_links(text: str) -> str:
    """Text of a message with links in it: only the links of this module count."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(span: Span, folder: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _file(span, folder), "region": _region(span)}}


def _file(span: Span, folder: str) -> dict[str, str]:
    """A file as seen from the top of the checkout, else from the working folder."""
    return {"uri": quote(os.fsencode(path_from_here(folder, span.source.path))), "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    where = position(span)
    return {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }


def _fix(fix: Fix, folder: str) -> dict[str, Any]:
    return {"description": {"text": fix.description}, "artifactChanges": list(_artifact_changes(fix.edits, folder))}


def _artifact_changes(edits: tuple[Edit, ...], folder: str) -> Iterator[dict[str, Any]]:
    ordered = sorted(edits, key=lambda edit: (edit.span.source.path, edit.span.start))
    for _, group in groupby(ordered, key=lambda edit: edit.span.source.path):
        found = tuple(group)
        replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in found]
        yield {"artifactLocation": _file(found[0].span, folder), "replacements": replacements}
