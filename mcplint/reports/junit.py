"""Findings as failed tests in JUnit's XML, a suite a file, for CI servers that show nothing else.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from mcplint.engine.catalogue import address
from mcplint.findings import Diagnostic
from mcplint.reports import Report, path_from_here
from mcplint.reports.escape import markup
from mcplint.text.lines import position


def report(given: Report) -> str:
    """One document; where nothing is found a suite with one test that passes."""
    number = len(given.diagnostics)
    head = ['<?xml version="1.0" encoding="utf-8"?>']
    head.append(f'<testsuites name="mcplint" tests="{max(1, number)}" failures="{number}" errors="0">')
    return "\n".join([*head, *_suites(given), "</testsuites>"]) + "\n"


def _suites(given: Report) -> Iterator[str]:
    if not given.diagnostics:
        yield '  <testsuite name="mcplint" tests="1" failures="0" errors="0">'
        yield '    <testcase name="mcplint" classname="mcplint"/>\n  </testsuite>'
    for path, group in groupby(given.diagnostics, lambda diagnostic: diagnostic.finding.span.source.path):
        found = tuple(group)
        name = markup(path_from_here(given.folder, path))
        yield f'  <testsuite name="{name}" tests="{len(found)}" failures="{len(found)}" errors="0">'
        for diagnostic in found:
            yield from _test_case(diagnostic, name, address(diagnostic.rule) or "")
        yield "  </testsuite>"


def _test_case(diagnostic: Diagnostic, name: str, page: str) -> Iterator[str]:
    rule, severity, finding, _ = diagnostic
    line, column, *_ = position(finding.span)
    message = markup(finding.message)
    yield f'    <testcase name="{rule} at {line}:{column}" classname="{name}" file="{name}" line="{line}">'
    yield f'      <failure type="{severity}" message="{message}">{name}:{line}:{column}: {message} {page}</failure>'
    yield "    </testcase>"
