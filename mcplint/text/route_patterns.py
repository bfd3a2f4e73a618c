"""Paths as routers of web frameworks spell them: `/notes/{id:int}` of Starlette, `/notes/:id` of Express."""

from __future__ import annotations

import re
from functools import lru_cache

_PARAMETER = re.compile(r"\{\w+(?::(\w+))?\}|(?<=/):\w+(?=/|$)")
_LITERAL = re.compile(r"[^{}:*?()+\[\]\\|]|(?<!/):")
_CONVERTORS = {
    None: "[^/]+",
    "str": "[^/]+",
    "int": "[0-9]+",
    "float": r"[0-9]+(?:\.[0-9]+)?",
    "uuid": "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
}
"""What Starlette's convertors take, https://www.starlette.io/routing/#path-parameters."""


@lru_cache(1024)
def route_pattern(path: str) -> re.Pattern[str]:
    """What a route matches; anything from the first sign on that may mean more than one parameter of a segment."""
    parts: list[str] = []
    index, taken = 0, False
    while index < len(path):
        if found := None if taken else _PARAMETER.match(path, index):
            expression = _CONVERTORS.get(found[1]) if found[0].startswith("{") else "[^/]*"
            if expression is None:
                break
            parts.append(expression)
            index, taken = found.end(), True
        elif _LITERAL.match(path, index):
            taken = taken and path[index] != "/"
            parts.append(re.escape(path[index]))
            index += 1
        else:
            break
    return re.compile("".join((*parts, ".*" if index < len(path) else "")), re.DOTALL)


def is_literal(path: str) -> bool:
    """Whether a route takes one path only."""
    return len(literal_head(path)) == len(path)


def literal_head(path: str) -> str:
    """What stands in a route before its first parameter; all of it where it has none."""
    found = re.match(f"(?:{_LITERAL.pattern})*", path)
    return found[0] if found else ""
