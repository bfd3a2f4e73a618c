"""`mcplint explain` and `mcplint rules`: what the rules are."""

from __future__ import annotations

import json

from mcplint.cli.terminal import paint, say
from mcplint.engine.catalogue import Catalogue
from mcplint.usage import UsageError, did_you_mean


def explain(rule: str, color: str, rules: str | None) -> int:
    """Prints the page of a rule; the exit code."""
    known = Catalogue(rules)
    if rule not in known:
        raise UsageError(f'there is no rule "{rule}"{did_you_mean(rule, known)}')
    look = paint(color)
    title, _, page = known[rule].page.strip().partition("\n")
    lines = [look(f"{rule} ({known[rule].severity}): {title}", bold=True)]
    fenced = False
    for line in page.split("\n"):
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
                "title": rule.page.strip().partition("\n")[0],
                "parts": [part.__name__ for part in rule.parts],
                "options": dict(rule.options),
                "page": rule.page,
            }
            for rule in known
        ]
        say(json.dumps(rows, indent=2) + "\n")
        return 0
    look = paint(color)
    width = max(len(rule.name) for rule in known)
    for rule in known:
        title = rule.page.strip().partition("\n")[0]
        say(f"{look(rule.name, bold=True)}{' ' * (width - len(rule.name))}  {rule.severity:<7}  {title}\n")
    return 0
