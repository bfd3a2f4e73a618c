"""The formats of findings, one module each, loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module

from mcplint.reports import Report

# The module and the function of each format of findings.
FORMATS = {
    "text": ("text", "full"),
    "concise": ("text", "concise"),
    "json": ("json", "report"),
    "jsonl": ("json", "lines"),
    "sarif": ("sarif", "report"),
    "github": ("github", "report"),
    "gitlab": ("gitlab", "report"),
    "junit": ("junit", "report"),
    "rdjson": ("rdjson", "report"),
    "markdown": ("markdown", "report"),
}


def render(report: Report, output_format: str) -> str:
    """The report in one of FORMATS."""
    module, function = FORMATS[output_format]
    text: str = getattr(import_module(f"mcplint.reports.{module}"), function)(report)
    return text
