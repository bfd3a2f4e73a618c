"""Which requests something in the configuration of a proxy is for: their names and paths."""

from __future__ import annotations

import re
from itertools import product
from typing import NamedTuple

from mcplint.model import EXACT, PREFIX, SEGMENTS, PathMatch

ALL = PathMatch(PREFIX, "/", any_case=True)
MOST_PATHS = 100
PLAIN = re.compile(r"\^((?:/|[\w~-]|\\[./-])+)(\$|\(/\|\$\)|\(\$\|/\)|)")
"""An expression that says how paths begin, or what they are."""

NEEDLESS_METHODS = frozenset({"TRACE", "TRACK", "CONNECT", "PUT", "PATCH", "HEAD", "OPTIONS"})
"""Methods without which everybody can call tools."""
EVERYBODY = re.compile(r"all|\*|.*/0*[0-7]|.*[^\w.:/-].*")
"""A network that is no list of some callers, or a text that is no address."""


class Condition(NamedTuple):
    """Which requests a directive takes.

    `matches`: one of these paths, None where that is not known; `hosts`: to one of these names, none: to any.
    `never`: no request of an MCP client. `bare`: it says nothing at all.
    """

    matches: tuple[PathMatch, ...] | None = (ALL,)
    hosts: tuple[str, ...] = ()
    never: bool = False
    bare: bool = True


def intersection(outer: Condition, inner: Condition) -> Condition:
    """What both take."""
    hosts = outer.hosts or inner.hosts
    if outer.hosts and inner.hosts and outer.hosts != inner.hosts:
        return Condition(None, bare=False)
    never, bare = outer.never or inner.never, outer.bare and inner.bare
    if outer.matches is None or inner.matches is None:
        return Condition(None, hosts, never, bare)
    if len(outer.matches) * len(inner.matches) > MOST_PATHS:
        return Condition(None, hosts, never, bare)
    found = tuple(filter(None, (common_paths(*pair) for pair in product(outer.matches, inner.matches))))
    return Condition(found, hosts, never or not found, bare)


def common_paths(one: PathMatch, other: PathMatch) -> PathMatch | None:
    """The paths that both take."""
    narrow, wide = (one, other) if _specificity(one) > _specificity(other) else (other, one)
    return narrow if wide.takes(narrow.text) else None


def _specificity(match: PathMatch) -> tuple[bool, int, bool]:
    return match.kind == EXACT, len(match.text), match.kind == SEGMENTS


def expressed(expression: str) -> PathMatch | None:
    """The paths that a regular expression takes, None where it does more than say how they begin or what they are."""
    found = PLAIN.fullmatch(expression)
    kind = {"": PREFIX, "$": EXACT}.get(found[2], SEGMENTS) if found else ""
    return PathMatch(kind, found[1].replace("\\", "")) if found else None
