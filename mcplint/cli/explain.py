"""`mcplint explain` and `mcplint rules`: what the rules are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from mcplint.cli.output import columns, paint, say
from mcplint.engine.catalogue import Catalogue
from mcplint.findings import Ignore, Rule
from mcplint.reports import Paint
from mcplint.reports.terminal import wrapped
from mcplint.usage import UsageError, did_you_mean


def explain(rule: str, color: str, rules: str | None) -> int:
    """Prints the page of a rule; the exit code."""
    known = Catalogue(rules)
    if rule not in known:
        raise UsageError(f'there is no rule "{rule}"{did_you_mean(rule, known)}')
    look, width = paint(color), columns()
    head = wrapped(f"{rule} ({known[rule].severity}): {known[rule].title}", width)
    page = (
        _page(_page_for_width(known[rule], known, look, width), look, width)
        if width
        else _bold_headings(known[rule].text, look)
    )
    say("".join(f"{line}\n" for line in (*(look(line, bold=True) for line in head), "", *page)))
    return 0


def _bold_headings(text: str, look: Paint) -> Iterator[str]:
    """The lines of a page as it is written, its headings bold."""
    for kind, line in _kinds(text):
        yield look(line, bold=True) if kind == "head" else line


def _page(text: str, look: Paint, width: int) -> Iterator[str]:
    """The lines of a page where nobody copies Markdown: paragraphs as wide as the terminal, a file indented below its
    name."""
    blocks = [(kind, [line for _, line in group]) for kind, group in groupby(_kinds(text), lambda each: each[0])]
    for number, (kind, block) in enumerate(blocks):
        if kind == "code":
            yield from (f"    {line}" if line else "" for line in block if not line.startswith("```"))
            yield from [] if number + 1 == len(blocks) or not blocks[number + 1][0] else [""]
            continue
        if kind == "text" and re.fullmatch(r"`[^`]+`", block[-1]):
            block[-1] = look(block[-1].strip("`"), bold=True)
        # A list, a table or the name of a file above its contents is no paragraph.
        elif kind == "text" and not re.match(r"[-*|>]|1\.", block[0]):
            block = wrapped(" ".join(block), width)
        yield from (look(line.removeprefix("## "), bold=True) if kind == "head" else line for line in block)


def _kinds(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a page, each with its kind; that of an empty line is empty."""
    fenced = False
    for line in text.split("\n"):
        fence = line.startswith("```")
        yield "code" if fenced or fence else "head" if line.startswith("## ") else "text" if line else "", line
        fenced ^= fence


def _page_for_width(rule: Rule, known: Catalogue, look: Paint, width: int) -> str:
    """The page of a rule with what mcplint prints for its bad example as wide as the terminal."""
    from mcplint.reports.rules import example

    bad = example(rule.text, "Bad")
    if not bad["output"]:
        return rule.text
    from mcplint.engine import lint as engine
    from mcplint.project.config import Config
    from mcplint.project.tree import Tree
    from mcplint.reports import Report, coloured
    from mcplint.reports.text import findings

    # What says that an ignore is needless has to know what the other rules say.
    select = None if Ignore in rule.parts else frozenset({rule.name})
    found = engine.lint(Tree.of(bad["files"]), known, Config(select=select))
    report = Report(tuple(each for each in found if each.rule == rule.name))
    if _without_trailing_blanks(findings(report)) != _without_trailing_blanks(bad["output"]):
        return rule.text
    shown = findings(report._replace(columns=width - len("    "), colour=look is coloured))
    return rule.text.replace(f"```output\n{bad['output']}", f"```output\n{shown}", 1)


def _without_trailing_blanks(text: str) -> str:
    return re.sub(r"(?<![ \t])[ \t]++$", "", text, flags=re.M)


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
