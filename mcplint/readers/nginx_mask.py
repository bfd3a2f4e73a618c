"""Hides from crossplane's lexer what it misreads: placeholders, template statements, Lua and exotic white space.

Every character keeps its place, so that an offset in the masked text is one in the file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}


class Hole(NamedTuple):
    """A template's placeholder: `statement` where it may stand for any number of directives, else part of a word."""

    start: int
    end: int
    statement: bool


def mask(text: str) -> tuple[str, list[Hole]]:
    """The text as crossplane reads it rightly, of the same length, and the holes that a template leaves in it."""
    opener = re.compile(
        r"(?<![^\s;{}])\#[^\n]*"  # a comment: as it is
        r"|\{\{|\{%|\{\#(?=[^\n]*\#\})|<%"
        r"|\$\{(?P<name>[^{}\s;'\"]*)\}|\$(?P<odd>\{)"
        r"|(?P<lua>\b\w+_by_lua_block)\s*\{"
        r"|[^\S \t\r\n]"  # white space to Python, a letter to nginx
    )
    pieces: list[str] = []
    holes: list[Hole] = []
    at, searched = 0, dict.fromkeys(CLOSERS, True)
    while found := opener.search(text, at):
        start, end = found.span()
        pieces.append(text[at:start])
        word = found[0]
        if word in CLOSERS:
            close = text.find(CLOSERS[word], end) if searched[word] else -1
            searched[word] = close >= 0
            end = end if close < 0 else _end(text, close + len(CLOSERS[word]))
            if close >= 0:
                holes.append(Hole(start, end, word in ("{%", "{#") or _alone(text, start, end)))
                word = (" " if holes[-1].statement else "_") * (end - start)
        elif found["lua"]:
            close = _lua_end(text, end)
            word, end = "x" * len(found["lua"]) + word[len(found["lua"]) :] + " " * (close - end), close
        elif found["odd"]:
            word = "$_"
        elif word.startswith("${"):
            word = f"$_{found['name']}_"
            if not found["name"].isidentifier():
                holes.append(Hole(start, end, False))
        elif word[0] != "#":
            word = "_"
        pieces.append(word)
        at = end
    pieces.append(text[at:])
    return "".join(pieces), holes


def _end(text: str, at: int) -> int:
    """Behind a third brace, as in Handlebars' `{{{x}}}`."""
    return at + 1 if text[at : at + 1] == "}" and text[at - 1] == "}" else at


def _alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands on the lines of a placeholder."""
    before = text[max(start - 200, 0) : start].rpartition("\n")[2]
    after = text[end : end + 200].partition("\n")[0]
    return not before.strip() and not after.strip()


def _lua_end(text: str, at: int) -> int:
    """Where the brace stands that closes a block of Lua, or the end of the text."""
    token = re.compile(r"--\[(=*)\[|\[(=*)\[|--[^\n]*|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|[{}]", re.S)
    depth = 1
    while found := token.search(text, at):
        at = found.end()
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
            if not depth:
                return found.start()
        elif (level := found[1] if found[1] is not None else found[2]) is not None:
            close = text.find(f"]{level}]", at)
            at = len(text) if close < 0 else close + len(level) + 2
    return len(text)
