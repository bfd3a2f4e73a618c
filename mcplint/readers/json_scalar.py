"""Strings, numbers and words of a JSON text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import ScalarNode
from mcplint.findings import ERROR, WARNING
from mcplint.text.source import Edit, Span

_ESCAPE = r"(?s)\\(u[0-9a-fA-F]{4}|.)"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_CONTROL = r"[\x00-\x1f]"
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_MEANT = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")

Flaw = tuple[Span, str, str, Edit | None]


def string(token: Span) -> tuple[ScalarNode, Flaw | None]:
    """The string of a token in double quotes, and the first thing that a strict parser minds in it.

    Half a surrogate pair becomes U+FFFD, as Go's decoder has it.
    """
    inner = token._replace(start=token.start + 1, end=token.end - 1)
    raw = inner.text
    if raw.isprintable() and "\\" not in raw:
        return ScalarNode(inner, raw, raw, True), None
    flaw = next(_flaws(inner, raw), None)
    units = re.sub(_ESCAPE, _unescaped, raw).encode("utf-16-le", "surrogatepass")
    value = units.decode("utf-16-le", "replace")
    if value.encode("utf-16-le") != units:
        flaw = flaw or (inner, "half a surrogate pair, which is not a character", WARNING, None)
    return ScalarNode(inner, value, value, True), flaw


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _SHORT.get(code, code)


def _flaws(inner: Span, raw: str) -> Iterator[Flaw]:
    if control := re.search(_CONTROL, raw):
        at = inner._replace(start=inner.start + control.start(), end=inner.start + control.end())
        yield (
            at,
            "a control character in a string must be written as an escape",
            ERROR,
            Edit(at, f"\\u{ord(control[0]):04x}"),
        )
    for escape in re.finditer(_ESCAPE, raw):
        if len(escape[1]) == 1 and escape[1] not in _SHORT:
            at = inner._replace(start=inner.start + escape.start(), end=inner.start + escape.end())
            yield at, f"`{escape[0]}` is not an escape of JSON", ERROR, None


def word(token: Span) -> tuple[ScalarNode, Flaw | None]:
    """The number, `true`, `false` or `null` of a token outside quotes, or what another word there seems to mean."""
    text = token.text
    if text in _WORDS:
        return ScalarNode(token, _WORDS[text], text), None
    if number := re.fullmatch(_NUMBER, text):
        return _number(token, text, whole=not (number[1] or number[2]))
    if text in _NOT_NUMBERS:
        return ScalarNode(token, None, text), (token, f"`{text}` is not a number of JSON", ERROR, None)
    if text in _MEANT:
        intended = _MEANT[text]
        return ScalarNode(token, _WORDS[intended], text), (
            token,
            f"`{text}` must be written `{intended}`",
            ERROR,
            Edit(token, intended),
        )
    message = f"`{text[:40]}` is neither a string, a number nor true, false or null"
    return ScalarNode(token, text, text), (token, message, ERROR, None)


def _number(token: Span, text: str, whole: bool) -> tuple[ScalarNode, Flaw | None]:
    """A number, as a float where it has a fraction or is too long to be worth reading digit by digit."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return ScalarNode(token, None, text), (token, "a number is too large for a decoder", ERROR, None)
    return ScalarNode(token, int(text) if whole and len(text) < 300 else value, text), None
