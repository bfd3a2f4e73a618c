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
    """What a route matches; anything from the first sign on that may mean more than a parameter."""
    parts: list[str] = []
    place = 0
    while place < len(path):
        if found := _PARAMETER.match(path, place):
            named = found[0].startswith("{")
            parts.append(_CONVERTORS.get(found[1], ".*") if named else "[^/]*")
            place = found.end()
        elif _LITERAL.match(path, place):
            parts.append(re.escape(path[place]))
            place += 1
        else:
            return re.compile("".join((*parts, ".*")), re.DOTALL)
    return re.compile("".join(parts), re.DOTALL)


def literal_head(path: str) -> str:
    """What stands in a route before its first parameter; all of it where it has none."""
    found = re.match(f"(?:{_LITERAL.pattern})*", path)
    return found[0] if found else ""
