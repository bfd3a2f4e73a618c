"""Settings of nginx as values: where they are spelled, inherited or would be inserted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from mcplint.facts.nginx import Word
from mcplint.knowledge.nginx import defaults
from mcplint.proxies.nginx.levels import Level
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

T = TypeVar("T")

# The first with which a text begins is its unit.
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000, "": 1}
SHIFTS = {"k": 10, "K": 10, "m": 20, "M": 20, "g": 30, "G": 30}


def flag(text: str) -> bool:
    """Whether `on` or `off`."""
    return text.lower() == "on"


def seconds(text: str) -> float:
    """A time as nginx writes it: `60`, `60s`, `1m30s`, `500ms`. Raises ValueError."""
    if not text or len(text) > 40:
        raise ValueError(text)
    total: float = 0
    while text:
        rest = text.lstrip("0123456789")
        unit = next(unit for unit in UNITS if rest.startswith(unit))
        total += int(text[: len(text) - len(rest)]) * UNITS[unit]
        text = rest.removeprefix(unit).removeprefix(" ")
    return float(total)


def size(text: str) -> int:
    """Bytes as nginx writes them: `512`, `64k`, `10m`, `1g`. Raises ValueError."""
    digits = text[:-1] if text.endswith(tuple(SHIFTS)) else text
    if len(text) > 20 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    return int(digits) << SHIFTS.get(text[-1], 0)


def spelled(word: Word, note: str, told: Callable[[str], T], *before: Label) -> Value[T]:
    """What one argument says; unknown where a placeholder or a variable stands in it."""
    trace = (*before, Label(word.span, note), *word.trace)
    if word.hole or "$" in word.text:
        return Value(None, (*trace, Label(word.span, "which is filled in later")))
    try:
        option = told(word.text)
    except ValueError:
        return Value(None, trace)
    return Value((option,), trace, EditSite(word.span) if word.span.text == word.text and not word.trace else None)


def setting(level: Level, name: str, told: Callable[[str], T], version: Value[str]) -> Value[T]:
    """A directive of one argument: as spelled here or further out, else nginx's default and where to set it."""
    directive = level.last(name)
    head = level.directive.head if level.directive else None
    if directive and directive.args:
        inherited = (Label(head, f"inherits {name}"),) if head and directive not in level.own.get(name, ()) else ()
        return spelled(directive.args[0], f"sets {name}", told, *inherited)
    if not level.closed:
        return Value(None, tuple(opening(level)))
    options = [text for known in version.options or (None,) for text in defaults(name, known)]
    told_options = tuple(dict.fromkeys(map(told, options)))
    says = " or ".join(dict.fromkeys(options))
    trace = (*version.trace, Label(head, f"{name} is not set: {says} by default")) if head else version.trace
    return Value(told_options, trace, statement(level, f"{name} "))


def opening(level: Level) -> Iterator[Label]:
    """The places where more may stand than the files show."""
    for found in level.outward():
        if found.open:
            includes = [directive for directive in found.inside if directive.name == "include" or directive.hole]
            yield from (Label(directive.head, "what this brings is not in the project") for directive in includes[:1])


def statement(level: Level, before: str = "") -> EditSite | None:
    """Where another directive would stand in a block: on a line of its own after `proxy_pass`, or after the brace."""
    block = level.directive
    if not block or not block.body:
        return None
    text = block.span.source.text
    mine = [found for found in level.inside if found.span.source is block.span.source and found.block is None]
    mine = [
        found
        for found in mine
        if block.body.start <= found.span.start < block.body.end and text[found.span.end - 1] == ";"
    ]
    after = next((found for found in mine if found.name == "proxy_pass"), mine[-1] if mine else None)
    at = after.span.end if after else block.body.start
    indent = _indent(text, after.span.start) if after else None
    end = _line_end(text, at)
    if end is None or (after and indent is None):
        return EditSite(Span(block.span.source, at, at), f" {before}", ";")
    newline = "\r\n" if text[end : end + 2] == "\r\n" else text[end : end + 1] or "\n"
    if indent is None:
        indent = (_indent(text, block.span.start) or "") + "    "
    return EditSite(Span(block.span.source, end, end), f"{newline}{indent}{before}", ";")


def _indent(text: str, at: int) -> str | None:
    """The blanks before what stands first on its line."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return text[start:at] if not text[start:at].strip(" \t") else None


def _line_end(text: str, at: int) -> int | None:
    """The end of the line, where nothing but a comment stands between."""
    newline = text.find("\n", at)
    newline = len(text) if newline < 0 else newline
    end = text.find("\r", at, newline)
    end = newline if end < 0 else end
    rest = text[at:end].lstrip(" \t")
    return end if not rest or rest.startswith("#") else None
