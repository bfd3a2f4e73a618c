"""Findings as a code quality report of GitLab.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from mcplint.engine.catalogue import address
from mcplint.findings import ERROR, NOTE, WARNING
from mcplint.reports import Report, escape, fingerprints, path_from_here
from mcplint.text.lines import position

SEVERITIES = {ERROR: "major", WARNING: "minor", NOTE: "info"}


def report(given: Report) -> str:
    """One JSON document; paths begin at the top of the repository."""
    issues = [
        {
            "description": finding.message,
            "check_name": rule,
            "content": {"body": address(rule) or ""},
            "fingerprint": fingerprint,
            "severity": SEVERITIES[severity],
            "location": {
                "path": path_from_here(given.folder, finding.span.source.path),
                "lines": {"begin": position(finding.span).line, "end": position(finding.span).end_line},
            },
        }
        for (rule, severity, finding, _), fingerprint in zip(given.diagnostics, fingerprints(given), strict=True)
    ]
    return escape.json(issues) + "\n"
