r"""The grammar of `.env` files as compose reads it.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.compose import Assignment, EnvFile
from mcplint.findings import Unreadable
from mcplint.text.located import LocatedText
from mcplint.text.source import Part, Source, Span

MOST_PIECES = 20_000
"""Of a quoted value, between its escapes; no password or key has so many."""
ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
GAP = re.compile(r"\s*(?:#[^\n]*\s*)*")
NAME = re.compile(r"(?:export\s+)?([\w.\-\[\] \t\v\f\r\x85\xa0]*)([=:\n]|\Z)?")
BLANK = re.compile(r"[ \t\v\f\r\x85\xa0]*")
QUOTED = {quote: re.compile(rf"[^\\{quote}]+|\\0[0-7]{{3}}|\\.|{quote}", re.DOTALL) for quote in "'\""}


def read(source: Source) -> EnvFile:
    """The assignments of a file."""
    return EnvFile(source, tuple(_assignments(source)))


def parts(source: Source) -> tuple[Part, ...]:
    """The variables with their values, each by its name."""
    found = read(source).assignments
    named_values = ((each, each.value.text if each.value else None) for each in found)
    ends = (
        (each, value, each.value.span().end if each.value and value else each.key.end) for each, value in named_values
    )
    return tuple(Part(each.key.start, end, (each.name, value)) for each, value, end in ends)


def raw(source: Source) -> EnvFile:
    """Those of a file of format `raw`: each line as it is, without quotes, comments behind or variables."""
    return EnvFile(source, tuple(_raw_assignments(source)))


def _assignments(source: Source) -> Iterator[Assignment]:
    text, start = source.text, _match(GAP, source.text, int(source.text.startswith("\ufeff"))).end()
    while start < len(text):
        name = _match(NAME, text, start)
        if name[2] is None:
            stop = name.end()
            raise Unreadable(Span(source, stop, stop + 1), "a character that is not allowed in a variable name")
        key = Span(source, name.start(1), name.start(1) + len(name[1].rstrip()))
        if " " in key.text:
            raise Unreadable(key, "a space in a variable name")
        if name[2] in ("=", ":"):
            assignment, start = _assignment(source, key, _match(BLANK, text, name.end()).end())
            yield assignment
        else:
            yield Assignment(key.text, key, None, False)
            start = name.end()
        start = _match(GAP, text, start).end()


def _assignment(source: Source, key: Span, start: int) -> tuple[Assignment, int]:
    """The assignment whose value begins here, and where it ends."""
    quote = source.text[start : start + 1]
    if quote in QUOTED:
        pieces, end = _quoted_value(source, start)
        return Assignment(key.text, key, LocatedText.join(source, pieces, start + 1), quote == '"'), end
    newline = source.text.find("\n", start)
    end = len(source.text) if newline < 0 else newline
    value = source.text[start:end].partition(" #")[0].rstrip()
    return Assignment(key.text, key, LocatedText.of(Span(source, start, start + len(value))), True), end


def _quoted_value(source: Source, start: int) -> tuple[list[tuple[str, int]], int]:
    """The pieces of a quoted value with their offsets, and where it ends; single quotes escape only the quote."""
    quote = source.text[start]
    pieces: list[tuple[str, int]] = []
    for token in QUOTED[quote].finditer(source.text, start + 1):
        text, offset = token[0], token.start()
        if text == quote:
            return pieces, token.end()
        if text[0] == "\\" and text[1] == quote:
            text, offset = quote, offset + 1
        elif text[0] == "\\" and quote == '"':
            text, offset = _unescaped(text, offset)
        pieces.append((text, offset))
        if len(pieces) > MOST_PIECES:
            raise Unreadable(Span(source, start, start + 1).head, f"a value with more than {MOST_PIECES:,} escapes")
    raise Unreadable(Span(source, start, start + 1).head, "a quote that is never closed")


def _unescaped(text: str, offset: int) -> tuple[str, int]:
    """What an escape stands for and where; `\\$` becomes the `$$` that interpolation makes a dollar of."""
    if text == "\\$":
        return "$$", offset
    if len(text) == 5:
        return chr(int(text[2:], 8) & 0xFF), offset + 4
    return (ESCAPES[text[1]], offset + 1) if text[1] in ESCAPES else (text, offset)


def _raw_assignments(source: Source) -> Iterator[Assignment]:
    """The lines of a file of format `raw`, as `docker run --env-file` reads it."""
    for line in re.finditer(r"[^\n]+", source.text):
        start = line.start() + len(line[0]) - len(line[0].lstrip())
        name, equals, value = source.text[start : line.end()].rstrip("\r").partition("=")
        if not name or name.startswith("#"):
            continue
        key = Span(source, start, start + len(name))
        offset = key.end + len(equals)
        located = LocatedText.of(Span(source, offset, offset + len(value))) if equals else None
        yield Assignment(name, key, located, False)


def _match(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str]:
    """The match of a pattern that matches everywhere."""
    match = pattern.match(text, start)
    assert match
    return match
