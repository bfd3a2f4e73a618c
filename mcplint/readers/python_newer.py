"""Python that is newer than the one that runs mcplint, written anew so that this one can parse it.

Every byte keeps its place: type parameters become blanks, `type X =` and `lazy import` two statements, the commas of
`except A, B` alternatives, and f-strings and t-strings that only newer parsers read f-strings of an unknown value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\#[^\n]*|(?P<string>(?<!\w)[A-Za-z]{0,2}(?P<quote>'''|\"\"\"|'|"))|(?P<end>\\\r?\n|[\r\n;])"""
    r"""|(?P<word>[^\W\d]\w*+)|(?P<open>[(\[{])|(?P<close>[)\]}])|[^\s\w]|\d\w*+"""
)
_TYPED = re.compile(r"(?:def|class)[ \t]+[^\W\d]\w*+[ \t]*\[|type[ \t]+[^\W\d]\w*+[ \t]*(?:\[|=(?!=))")
_LAZY = re.compile(r"lazy[ \t]+(?:import|from)\b")
_DEEPEST = 20


class _Unclosed(Exception):
    """A string or a bracket that does not end."""


def rewritten(text: str) -> str:
    """The text in older syntax, as long in UTF-8 and line for line; unchanged where nothing in it seems newer."""
    try:
        edits = list(_edits(text))
    except _Unclosed:
        return text
    pieces, at = list[str](), 0
    for start, end, instead in edits:
        pieces += (text[at:start], instead)
        at = end
    return "".join((*pieces, text[at:]))


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """What is written anew, in order: from where, to where, and what instead."""
    at = depth = 0
    begins, excepts = True, False
    while token := _TOKEN.search(text, at):
        start, at = token.span()
        if token["string"]:
            at, newer = _string(text, token, 0)
            if newer:
                yield start, at, _stand_in_string(text[start:at])
        elif token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        elif token["end"]:
            begins = begins or (not depth and token["end"][0] != "\\")
            continue
        elif begins and _LAZY.match(text, start):
            yield start, start + 5, "0000;"
        elif token["word"] and (typed := _TYPED.match(text, start)) and (begins or token["word"] != "type"):
            if token["word"] == "type":
                yield start + 4, start + 5, ";"
            at = typed.end()
            if typed[0][-1] == "[":
                at = _closing_bracket(text, at, 0)
                yield typed.end() - 1, at, _blanked(text[typed.end() - 1 : at])
        elif not depth and token[0] == "," and excepts:
            yield start, at, "|"
        excepts = token["word"] == "except" if begins else excepts and (depth > 0 or token[0] != ":")
        begins = not depth and token[0] == ":"


def _string(text: str, opening: re.Match[str], nested: int) -> tuple[int, bool]:
    """Where a string ends, and whether it is one that only newer parsers read."""
    quote, prefix = opening["quote"], opening["string"].lower()
    fields, newer = "f" in prefix or "t" in prefix, "t" in prefix
    at = opening.end()
    while not text.startswith(quote, at):
        if at >= len(text) or (len(quote) == 1 and text[at] == "\n") or nested > _DEEPEST:
            raise _Unclosed
        if text[at] == "\\":
            at += 2
        elif fields and text[at] == "{" and not text.startswith("{{", at):
            start, at = at, _closing_bracket(text, at + 1, nested + 1)
            inside = text[start:at]
            newer |= quote in inside or "\\" in inside or "#" in inside or (len(quote) == 1 and "\n" in inside)
        else:
            at += 2 if text.startswith("{{", at) else 1
    return at + len(quote), newer


def _closing_bracket(text: str, at: int, nested: int) -> int:
    """Where the bracket is closed that was opened before, the strings and brackets in it passed over."""
    depth = 1
    while depth and (token := _TOKEN.search(text, at)):
        at = _string(text, token, nested + 1)[0] if token["string"] else token.end()
        depth += bool(token["open"]) - bool(token["close"])
    if depth:
        raise _Unclosed
    return at


def _stand_in_string(string: str) -> str:
    """An f-string as long as this one of whose value nothing is known, or a name where its lines are too short."""
    quote = '"""' if "\n" in string else '"'
    start, end, blank = f"f{quote}{{id", f"}}{quote}", _blanked(string, " ")
    inside = len(blank) - len(end)
    if inside < len(start) or "\n" in blank[: len(start)] + blank[inside:]:
        return f"id{_blanked(string)[2:]}"
    return f"{start}{blank[len(start) : inside]}{end}"


def _blanked(text: str, escape: str = "\\") -> str:
    """A blank for every byte but the line ends, each of which `escape` goes before."""
    blank = "".join(char if char in "\r\n" else " " * len(char.encode("utf-8", "replace")) for char in text)
    return re.sub(r" (?=\r?\n)", lambda _: escape, blank)
