"""URIs and regular expressions as nginx treats them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from mcplint.text.source import Span
from mcplint.values import Label

LONGEST = 2000
_MOST_STEPS = 1_000_000
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_ESCAPED = frozenset(' "#%<>?\\^`{|}')


class Undecided(Exception):
    """What nginx does here cannot be told from its files: where, and why."""

    def __init__(self, span: Span, text: str) -> None:
        super().__init__(text)
        self.note = Label(span, text)


def normalise(path: str) -> str | None:
    """The path that nginx matches: percent signs decoded, slashes merged, dots resolved; None where it answers 400."""
    if not path.startswith("/"):
        return None
    plain, *escaped = path.encode(errors="replace").decode("latin-1").split("%")
    try:
        decoded = plain + "".join(_byte(part[:2]) + part[2:] for part in escaped)
    except ValueError:
        return None
    parts: list[str] = []
    *folders, last = decoded.split("/")[1:]
    for part in [*folders, last]:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    slash = "/" if parts and last in ("", ".", "..") else ""
    return "/" + "/".join(parts) + slash


def _byte(digits: str) -> str:
    if len(digits) < 2 or not _HEXADECIMAL.issuperset(digits) or digits == "00":
        raise ValueError(digits)
    return chr(int(digits, 16))


def escape(path: str) -> str:
    """A decoded path as nginx writes it into a request line."""
    return "".join(f"%{ord(char):02X}" if char in _ESCAPED or not " " < char < "\x7f" else char for char in path)


def escape_argument(text: str) -> str:
    """A captured text as nginx writes it into a query."""
    return escape(text).replace("&", "%26").replace("+", "%2B")


def escape_redirect(text: str) -> str:
    """A captured text as nginx writes it into the URL of a redirect."""
    return "".join(f"%{ord(char):02X}" if char in '"#%' or not " " < char < "\x7f" else char for char in text)


def search(pattern: str, text: str, ignore_case: bool, span: Span) -> re.Match[str] | None:
    """Where a regular expression of nginx matches. Raises Undecided where Python cannot say so, or not in time."""
    compiled = _compiled(pattern, ignore_case)
    if compiled is None:
        raise Undecided(span, "this regular expression cannot be followed")
    expression, loops, choices = compiled
    if len(text) > LONGEST or max(len(text), 2) ** loops * choices > _MOST_STEPS:
        raise Undecided(span, "this regular expression is too costly to follow")
    return expression.search(text)


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], int, int] | None:
    """The expression and its cost; None where Python reads it otherwise than nginx or its cost has no bound."""
    import warnings

    if len(pattern) > 500 or re.search(r"\[\[:|\\[KGRhHvVXQEzCp]|\(\?[R0-9&P>|+-]|\(\*", pattern):
        return None
    translated = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression = re.compile(translated, re.ASCII | (re.IGNORECASE if ignore_case else 0))
            cost = _cost(_parse(translated), False)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None
    return (expression, *cost) if cost else None


def _parse(pattern: str) -> Any:
    from re import _parser  # type: ignore[attr-defined]

    return _parser.parse(pattern, re.ASCII)


def _cost(tree: Any, looped: bool) -> tuple[int, int] | None:
    """How many loops an expression has and how many ways through it; None where a loop or a choice is in a loop."""
    loops, choices = 0, 1
    for op, value in tree:
        inner, inside = list[Any](), looped
        match str(op):
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, body = value
                if looped and least != most:
                    return None
                loops += most > 1
                choices *= 2 if least != most else 1
                inner, inside = [body], looped or most > 1
            case "BRANCH" if looped:
                return None
            case "BRANCH":
                choices *= len(value[1])
                inner, inside = list(value[1]), False
            case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
                inner, inside = [value[-1]], looped
            case "ATOMIC_GROUP" | "GROUPREF" | "GROUPREF_EXISTS":
                return None
        costs = [_cost(body, inside) for body in inner]
        if None in costs:
            return None
        loops += max((cost[0] for cost in costs if cost), default=0)
        choices *= max((cost[1] for cost in costs if cost), default=1)
    return loops, choices
