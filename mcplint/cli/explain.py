"""`mcplint explain` and `mcplint rules`: what the rules are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from mcplint.cli.output import columns, paint, say
from mcplint.engine.catalogue import Catalogue
from mcplint.reports import Paint
from mcplint.reports.terminal import wrapped
from mcplint.usage import UsageError, did_you_mean


def explain(rule: str, color: str, rules: str | None) -> int:
    """Prints the page of a rule; the exit code."""
    known = Catalogue(rules)
    if rule not in known:
        raise UsageError(f'there is no rule "{rule}"{did_you_mean(rule, known)}')
    look = paint(color)
    head = wrapped(f"{rule} ({known[rule].severity}): {known[rule].title}", columns())
    said = (*(look(line, bold=True) for line in head), "", *_page(known[rule].text, look, columns()))
    say("".join(f"{line}\n" for line in said))
    return 0


def _page(text: str, look: Paint, width: int) -> Iterator[str]:
    """The lines of a page, its headings bold and its paragraphs as wide as the terminal; examples stay as they are."""
    fenced = False
    kinds = []
    lines = text.split("\n")
    for line in lines:
        fence = line.startswith("```")
        kinds.append("code" if fenced or fence else "head" if line.startswith("## ") else "text" if line else "")
        fenced ^= fence
    for kind, group in groupby(zip(kinds, lines, strict=True), lambda each: each[0]):
        block = [line for _, line in group]
        # A list, a table or the name of a file above its contents is no paragraph.
        if width and kind == "code":
            # Where nobody copies Markdown, a file stands indented below its name.
            yield from (f"    {line}" if line else "" for line in block if not line.startswith("```"))
            continue
        if width and kind == "text" and re.fullmatch(r"`[^`]+`", block[-1]):
            block[-1] = look(block[-1].strip("`"), bold=True)
        if kind == "text" and width and not re.match(r"[-*|>]|1\.|`[^`]+`$", block[0]):
            block = wrapped(" ".join(block), width)
        yield from (look(line, bold=True) if kind == "head" else line for line in block)


def listing(output_format: str, color: str, rules: str | None) -> int:
    """Prints all rules by name; the exit code."""
    known = Catalogue(rules).values()
    if output_format == "json":
        from mcplint.reports.rules import as_json

        say(as_json(known))
        return 0
    look = paint(color)
    width = max(len(rule.name) for rule in known)
    for rule in known:
        head = f"{look(rule.name, bold=True)}{' ' * (width - len(rule.name))}  {rule.severity:<7}  "
        room = columns() - width - 11
        lines = wrapped(rule.title, room) if room > 20 else [rule.title]
        say(head + f"\n{' ' * (width + 11)}".join(lines) + "\n")
    return 0
