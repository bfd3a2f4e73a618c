"""The words of an nginx file: crossplane finds them in a text in which what it misreads is masked.

That are placeholders, template statements, Lua and exotic white space. Every character keeps its place, so that an
offset in the masked text is one in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crossplane.lexer import _lex_file_object  # type: ignore[import-untyped]

CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}


class Hole(NamedTuple):
    """A template's placeholder: `statement` where it may stand for any number of directives, else part of a word."""

    start: int
    end: int
    statement: bool


class Token(NamedTuple):
    """A `word`, one of `{`, `}` and `;`, or a `hole`; `start` and `end` cover it with its quotes.

    `stray`: a character behind a closing quote that may not follow it; `torn`: a quote that is never closed.
    """

    kind: str
    start: int
    end: int
    quoted: bool = False


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
                holes.append(Hole(start, end, word in ("{%", "{#") or _alone_on_lines(text, start, end)))
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


def _alone_on_lines(text: str, start: int, end: int) -> bool:
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


def tokens(text: str) -> tuple[list[Token], list[Hole]]:
    """The tokens of a file, with a `hole` wherever a template statement stands, and all placeholders in it."""
    masked, holes = mask(text)
    return list(_merged(_tokens(masked), holes)), holes


def _tokens(masked: str) -> Iterator[Token]:
    """crossplane's words, each with its span, found again behind the blanks that follow the last one."""
    end = len(masked)
    at = 0
    for word, _, quoted in _lex_file_object([*_pieces(masked), "\n\n"]):
        start = _after_blanks(masked, at)
        if quoted:
            at = _closing(masked, start) + 1
            if masked[at : at + 1].strip(" \t\r\n;{)"):
                yield Token("stray", at, at + 1)
            yield Token("word", start, at, True)
            continue
        at = min(start + len(word), end)
        if not word.startswith("#"):
            yield Token(word if word in ("{", "}", ";") else "word", start, at)
    rest = _after_blanks(masked, at)
    if masked[rest : rest + 1] in ("'", '"'):
        yield Token("torn", rest, rest + 1)


def _pieces(masked: str) -> Iterator[str | list[str]]:
    """The text for crossplane, which takes each character by itself; a long comment up to its first quote is one.

    Where it is in quotes after all, it is part of that word as its characters would be.
    """
    at = 0
    for comment in _LONG_COMMENT.finditer(masked):
        yield masked[at : comment.start(1)]
        yield [comment[1]]
        at = comment.end()
    yield masked[at:]


_LONG_COMMENT = re.compile(r"(?<![^\s;{}])(?<!\\.)\#([^\n\"'\\]{100,})")


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _closing(text: str, at: int) -> int:
    """Where the quote stands that closes the one at this offset, or the end of the text."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return min(at, len(text))


def _merged(tokens: Iterable[Token], holes: list[Hole]) -> Iterator[Token]:
    """The tokens, with a `hole` wherever a template statement stands between them."""
    statements = iter([hole for hole in holes if hole.statement])
    hole = next(statements, None)
    for token in tokens:
        while hole and hole.end <= token.start:
            yield Token("hole", hole.start, hole.end)
            hole = next(statements, None)
        yield token
    while hole:
        yield Token("hole", hole.start, hole.end)
        hole = next(statements, None)
