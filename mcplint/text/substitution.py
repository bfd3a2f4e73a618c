"""The grammar of variables in Dockerfile words: what stands as it is, what is replaced, and by which modifier.

It is that of BuildKit's shell lexer (frontend/dockerfile/shell): quotes, the escape character, `$NAME`, and `${NAME}`
with `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

_DEEPEST = 40
_SPECIAL_NAMES = "@*#?-$!0"


class Refused(ValueError):
    """A word that BuildKit refuses to expand, and why."""


class Literal(NamedTuple):
    """Characters that stand in the result as they are: `start` to `end` of the word."""

    start: int
    end: int


class Variable(NamedTuple):
    """`$name` or `${name…}`: its modifier, and the pieces of the word and of the replacement after it."""

    name: str
    start: int
    end: int
    modifier: str = ""
    word: tuple[Piece, ...] = ()
    replacement: tuple[Piece, ...] = ()


Piece: TypeAlias = Literal | Variable


def pieces(text: str, escape: str = "\\") -> tuple[Piece, ...]:
    """What a word is made of. Raises Refused."""
    if not any(sign in text for sign in ("$", "'", '"', escape)):
        return (Literal(0, len(text)),) if text else ()
    return _Lexer(text, escape).pieces_until("", False, 0, 0)[0]


def variable_end(text: str, start: int, escape: str = "\\") -> int:
    """The offset after the `$…` that begins at `start`. Raises Refused."""
    return _Lexer(text, escape).dollar(start, 0)[1]


class _Lexer(NamedTuple):
    text: str
    escape: str

    def pieces_until(self, stop: str, raw: bool, i: int, depth: int) -> tuple[tuple[Piece, ...], int]:
        """The pieces up to an unquoted `stop` (or the end), and the offset after it; `raw` keeps escapes."""
        text, found = self.text, list[Piece]()
        while i < len(text):
            char = text[i]
            if char == stop:
                return tuple(found), i + 1
            if char == "'":
                close = self._find("'", i + 1)
                _add(found, i + 1, close)
                i = close + 1
            elif char == '"':
                i = self._double_quoted(i + 1, raw, found, depth)
            elif char == "$":
                i = self._dollar_into(i, found, depth)
            elif char == self.escape:
                _add(found, i if raw else i + 1, min(i + 2, len(text)))
                i += 2
            else:
                _add(found, i, i + 1)
                i += 1
        if stop:
            raise Refused(f"`{stop}` is missing")
        return tuple(found), i

    def _find(self, char: str, start: int) -> int:
        found = self.text.find(char, start)
        if found < 0:
            raise Refused(f"the closing {char} is missing")
        return found

    def _double_quoted(self, i: int, raw: bool, found: list[Piece], depth: int) -> int:
        text = self.text
        _add(found, i, i)
        while i < len(text) and text[i] != '"':
            if text[i] == "$":
                i = self._dollar_into(i, found, depth)
            elif text[i] == self.escape and i + 1 < len(text) and text[i + 1] in ('"', "$", self.escape):
                _add(found, i if raw else i + 1, i + 2)
                i += 2
            else:
                _add(found, i, i + 1)
                i += 1
        if i >= len(text):
            raise Refused('the closing " is missing')
        return i + 1

    def _dollar_into(self, i: int, found: list[Piece], depth: int) -> int:
        piece, end = self.dollar(i, depth)
        if isinstance(piece, Literal):
            _add(found, piece.start, piece.end)
        else:
            found.append(piece)
        return end

    def dollar(self, start: int, depth: int) -> tuple[Piece, int]:
        """What stands at a `$`, and the offset after it."""
        if not self.text.startswith("{", start + 1):
            end = self._name_end(start + 1)
            name = self.text[start + 1 : end]
            return (Variable(name, start, end) if name else Literal(start, end)), end
        if self.text[start + 2 : start + 3] in ("", "{", "}", ":"):
            raise Refused("bad substitution")
        if depth == _DEEPEST:
            raise Refused("substitutions are nested too deeply")
        i = self._name_end(start + 2)
        name = self.text[start + 2 : i]
        modifier = self.text[i : i + 1]
        if modifier == "}":
            return Variable(name, start, i + 1), i + 1
        return self._modified(name, start, i, depth + 1)

    def _modified(self, name: str, start: int, i: int, depth: int) -> tuple[Piece, int]:
        modifier = self.text[i : i + 2] if self.text[i : i + 1] == ":" else self.text[i : i + 1]
        i += len(modifier)
        if modifier == "/":
            if self.text.startswith("/", i):
                modifier, i = "//", i + 1
            word, i = self.pieces_until("/", True, i, depth)
            replacement, i = self.pieces_until("}", True, i, depth)
            return Variable(name, start, i, modifier, word, replacement), i
        if not modifier:
            raise Refused("`}` is missing")
        if modifier not in (":-", "-", ":+", "+", ":?", "?", "#", "%"):
            raise Refused(f"unsupported modifier `{modifier}`")
        raw = modifier in "#%"
        if raw and self.text.startswith(modifier, i):
            modifier, i = modifier * 2, i + 1
        word, i = self.pieces_until("}", raw, i, depth)
        return Variable(name, start, i, modifier, word), i

    def _name_end(self, i: int) -> int:
        text, start = self.text, i
        if text[i : i + 1].isdigit():
            while text[i : i + 1].isdigit():
                i += 1
            return i
        if text[i : i + 1] and text[i] in _SPECIAL_NAMES:
            return i + 1
        while i < len(text) and (text[i] == "_" or text[i].isalnum()):
            i += 1
        return max(i, start)


def _add(found: list[Piece], start: int, end: int) -> None:
    """Adds literal text, to the piece before it where it goes on there."""
    if found and isinstance(last := found[-1], Literal) and last.end == start:
        found[-1] = Literal(last.start, end)
    else:
        found.append(Literal(start, end))
