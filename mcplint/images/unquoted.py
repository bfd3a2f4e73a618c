"""Requirements in a RUN that a shell takes apart: `mcp>=1.2` writes to a file, `mcp<2` reads from one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.commands.command_lines import program
from mcplint.commands.shell_nodes import Redirect
from mcplint.images.runs import RunStep
from mcplint.model import Lack, LackKind
from mcplint.text.source import Edit, Span

_REQUIREMENT = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w,.-]*\])?(?:===?|[<>!~]=?)[\d.*]+(?:,(?:===?|[<>!~]=?)[\d.*]+)*,?")
_INSTALLERS = ("pip", "uv", "python", "poetry", "pdm")


class Unquoted(NamedTuple):
    """A requirement that is no one word to a shell: where it stands, and what the shell takes for redirections."""

    span: Span
    redirects: tuple[Redirect, ...]

    @property
    def read(self) -> str:
        """The file that the shell would read from, empty for none: there is no such file."""
        return next((each.target.text for each in self.redirects if each.operator == "<"), "")


def unquoted_requirements(step: RunStep) -> Iterator[Unquoted]:
    """The requirements of a command that a shell takes apart."""
    if program(step.argv).rstrip("0123456789.") not in _INSTALLERS:
        return
    words: dict[Span, list[Redirect]] = {}
    for redirect in step.redirects:
        source, end = redirect.target.span.source, redirect.target.span.end
        start = redirect.target.span.start - len(redirect.operator)
        if not redirect.fd and redirect.operator in ("<", ">"):
            first = max(source.text.rfind(sign, 0, start) for sign in " \t\n\\") + 1
            more = re.compile(r"[^\s;&|\\]*").match(source.text, end)
            words.setdefault(Span(source, first, more.end() if more else end), []).append(redirect)
    yield from (Unquoted(span, tuple(each)) for span, each in words.items() if _REQUIREMENT.fullmatch(span.text))


def unread_redirect(step: RunStep) -> str:
    """The file that a shell does not find, so that a command with such a requirement is not run; empty where it is."""
    return next((each.read for each in unquoted_requirements(step) if each.read and step.file(each.read) is None), "")


def of_words(steps: tuple[RunStep, ...]) -> Iterator[Lack]:
    """The requirements in commands that have no quotes, and what becomes of them; `path`: the file that stops it."""
    for step in steps:
        words = " ".join(step.words)
        for each in unquoted_requirements(step):
            span, first = each.span, each.redirects[0]
            given_word = span.source.text[span.start : first.target.span.start - len(first.operator)]
            missing = each.read if each.read and step.file(each.read) is None else ""
            if missing:
                why = f"the shell reads from a file `{missing}`, does not find it and does not run {program(step.argv)}"
            else:
                does = "reads from" if first.operator == "<" else "writes to"
                why = f"the shell {does} a file `{first.target.text}`, and pip is given `{given_word}`"
            ends = missing if not step.line.inside and step.line.operator in ("", "&&") else ""
            edits = (Edit(span, f'"{span.text}"'),)
            yield Lack(LackKind.QUOTES, span.text, span, why, edits=edits, step=words, path=ends)
