"""`mcplint explain` and `mcplint rules`: what the rules are."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap

from mcplint.cli.output import paint, say
from mcplint.engine.catalogue import Catalogue, address
from mcplint.usage import UsageError, did_you_mean


def explain(rule: str, color: str, rules: str | None) -> int:
    """Prints the page of a rule; the exit code."""
    known = Catalogue(rules)
    if rule not in known:
        raise UsageError(f'there is no rule "{rule}"{did_you_mean(rule, known)}')
    look = paint(color)
    lines = [look(f"{rule} ({known[rule].severity}): {known[rule].title}", bold=True), ""]
    fenced = False
    for line in known[rule].text.split("\n"):
        fenced ^= line.startswith("```")
        lines.append(look(line, bold=True) if line.startswith("## ") and not fenced else line)
    say("\n".join(lines) + "\n")
    return 0


def listing(form: str, color: str, rules: str | None) -> int:
    """Prints all rules by name; the exit code."""
    known = Catalogue(rules).values()
    if form == "json":
        rows = [
            {
                "name": rule.name,
                "severity": rule.severity,
                "title": rule.title,
                "parts": [part.__name__ for part in rule.parts],
                "options": dict(rule.options),
                "page": rule.page,
                "address": address(rule.name),
            }
            for rule in known
        ]
        say(json.dumps(rows, indent=2) + "\n")
        return 0
    look = paint(color)
    width = max(len(rule.name) for rule in known)
    for rule in known:
        head = f"{look(rule.name, bold=True)}{' ' * (width - len(rule.name))}  {rule.severity:<7}  "
        say(head + f"\n{' ' * (width + 11)}".join(_lines(rule.title, width + 11)) + "\n")
    return 0


def _lines(title: str, before: int) -> list[str]:
    """A title in lines that fit beside so many columns of a terminal; one line where no terminal reads."""
    room = shutil.get_terminal_size().columns - before if sys.stdout and sys.stdout.isatty() else 0
    return textwrap.wrap(title, room) if room > 20 else [title]
