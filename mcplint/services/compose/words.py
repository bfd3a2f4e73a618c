"""How compose splits a command that is one string: by quotes and blanks, without a shell.

Its splitter (https://github.com/mattn/go-shellwords) stops at the first `;`, `&`, `|`, `<` or `>` outside of quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.services.compose.interpolation import Text

TOKEN = r"""[^\\'"`();&|<> \t\r\n]+|\\(?s:.)|'[^']*'|"(?:[^"\\]|\\(?s:.))*"|[ \t\r\n]+"""
INNER = r"[^\\]+|\\(?s:.)"
ESCAPED = {"\\t": "\t", "\\n": "\n"}


def words(text: Text) -> tuple[Text, ...] | None:
    """The words of a command, None where compose would refuse it. What is not known is taken as part of one word."""
    found: list[Text] = []
    parts: list[Text] = []
    place = 0
    while token := re.compile(TOKEN).match(text.text, place):
        if token[0][0] in " \t\r\n":
            found += [Text.join(parts)] if parts else []
            parts = []
        elif token[0][0] == '"':
            parts += [text.part(place + 1, place + 1)]
            parts += _unescaped(text, place + 1, token.end() - 1)
        elif token[0][0] == "'":
            parts.append(text.part(place + 1, token.end() - 1))
        else:
            parts += _unescaped(text, place, token.end())
        place = token.end()
    if text.text[place : place + 1] not in ("", *";&|<>"):
        return None
    return (*found, Text.join(parts)) if parts else tuple(found)


def _unescaped(text: Text, start: int, end: int) -> Iterator[Text]:
    """The text without its backslashes; `\\t` and `\\n` are a tab and a line's end."""
    for token in re.compile(INNER).finditer(text.text, start, end):
        if token[0][0] != "\\":
            yield text.part(*token.span())
        elif token[0] in ESCAPED:
            yield Text.of(ESCAPED[token[0]], None)
        else:
            yield text.part(token.start() + 1, token.end())
