"""The rules for programs: all that a site about them shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mcplint.engine.catalogue import address
from mcplint.findings import Rule
from mcplint.reports import escape

FENCE = re.compile(r"^(?:`([^`\n]+)`[ \t]*\n+)?(`{3,})([^\n`]*)\n(.*?)^\2[ \t]*$", re.M | re.S)


def as_json(rules: Iterable[Rule]) -> str:
    """A list of objects, one a rule, in the order that is given."""
    return escape.json([_row(rule) for rule in rules], own=True) + "\n"


def _row(rule: Rule) -> dict[str, Any]:
    bad, good = (example(rule.text, name) for name in ("Bad", "Good"))
    return {
        "name": rule.name,
        "severity": rule.severity,
        "title": rule.title,
        "parts": [part.__name__ for part in rule.parts],
        "options": dict(rule.options),
        "fixable": bad["diff"] is not None,
        "text": rule.text.partition("\n## ")[0].strip(),
        "bad": bad,
        "good": {"files": {**bad["files"], **good["files"]}},
        "page": rule.page,
        "address": address(rule.name),
    }


def example(text: str, name: str) -> dict[str, Any]:
    """The files of a section of a page, what mcplint prints for them and what its fixes change."""
    section = re.search(rf"^## {name}$\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    files: dict[str, str] = {}
    fences: dict[str, str] = {}
    for path, _, info, content in FENCE.findall(section[1] if section else ""):
        if path:
            files[path] = content
        else:
            fences[info.strip()] = content
    return {"files": files, "output": fences.get("output"), "diff": fences.get("diff")}
