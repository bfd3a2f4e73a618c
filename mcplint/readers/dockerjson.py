"""The JSON form of an instruction: an array of strings, each of which still knows its place."""

from __future__ import annotations

import json

from mcplint.findings import Unreadable
from mcplint.text.located import LocatedText

_BLANKS = " \t\r\n"
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def strings(text: LocatedText) -> tuple[LocatedText, ...] | None:
    """The strings of a JSON array; None where the text is none. Raises Unreadable for an array of anything else."""
    if not text.text.startswith("["):
        return None
    words = _strings(text)
    if words is None and _is_json(text.text):
        raise Unreadable(text.span(), "the JSON array may only contain strings")
    return words


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=int)
    except (ValueError, RecursionError):
        return False
    return True


def _strings(text: LocatedText) -> tuple[LocatedText, ...] | None:
    chars, words = text.text, list[LocatedText]()
    i = _skip(chars, 1)
    if chars.startswith("]", i):
        return () if i + 1 == len(chars) else None
    while chars.startswith('"', i):
        string = _string(text, i + 1)
        if string is None:
            return None
        words.append(string[0])
        i = _skip(chars, string[1])
        if chars.startswith("]", i):
            return tuple(words) if i + 1 == len(chars) else None
        if not chars.startswith(",", i):
            return None
        i = _skip(chars, i + 1)
    return None


def _string(text: LocatedText, start: int) -> tuple[LocatedText, int] | None:
    """The string whose content begins at `start`, and the offset after its closing quote."""
    chars, found = text.text, list[tuple[str, int]]()
    i = plain = start
    while i < len(chars) and chars[i] != '"':
        if chars[i] < " ":
            return None
        if chars[i] != "\\":
            i += 1
            continue
        found.extend(text.part(plain, i).pieces())
        escape = _escape(chars, i + 1)
        if escape is None:
            return None
        char, i = escape
        found.append((char, text.place(i - 1)))
        plain = i
    if i >= len(chars):
        return None
    found.extend(text.part(plain, i).pieces())
    return LocatedText.join(text.source, found, text.place(start)), i + 1


def _escape(chars: str, i: int) -> tuple[str, int] | None:
    """What an escape stands for, and the offset after it."""
    if chars[i : i + 1] != "u":
        char = _ESCAPES.get(chars[i : i + 1])
        return None if char is None else (char, i + 1)
    high, i = _unit(chars, i), i + 5
    if high is None:
        return None
    low = _unit(chars, i + 1) if 0xD800 <= high < 0xDC00 and chars[i : i + 2] == "\\u" else None
    if low is not None and 0xDC00 <= low < 0xE000:
        return chr(0x10000 + (high - 0xD800 << 10) + (low - 0xDC00)), i + 6
    return ("\ufffd" if 0xD800 <= high < 0xE000 else chr(high)), i


def _unit(chars: str, i: int) -> int | None:
    """The number of `uXXXX`."""
    digits = chars[i + 1 : i + 5]
    return int(digits, 16) if len(digits) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in digits) else None


def _skip(chars: str, i: int) -> int:
    """The offset after white space."""
    while i < len(chars) and chars[i] in _BLANKS:
        i += 1
    return i
