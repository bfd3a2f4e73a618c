"""Requests that stand for all that a location of nginx takes, and what the upstream is asked for on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mcplint.facts.nginx import Directive
from mcplint.proxies.nginx.config import Config, Location, VirtualServer
from mcplint.proxies.nginx.phases import route_in_location
from mcplint.proxies.nginx.text import Undecided, search
from mcplint.proxies.response import PROXY, UNKNOWN

MOST_REWRITES = 20
BELOW = "mcplint"
"""What no configuration speaks of, in place of whatever stands below a path."""
LITERAL = re.compile(r"\^?(/(?:[\w/.-]|\\[./-])*)")
"""The text that an expression begins with."""
WHOLE = re.compile(r"\^(/(?:[\w/.-]|\\[./-])*)(?:\$|/\?\$|\((?:\?:)?/\|\$\)|/?\Z|/?\(\.\*\)\$?\Z)")


def sample(location: Location) -> str | None:
    """A path that the location takes: its own, or the text that its expression begins with; None where it has none."""
    if location.kind in ("", "=", "^~"):
        return location.text
    found = WHOLE.match(location.text) if location.kind in ("~", "~*") else None
    return found[1].replace("\\", "") if found else None


def stems(location: Location) -> tuple[str, ...]:
    """The paths that what clients ask a location for begins with: its own, and those that its rewrites speak of."""
    own = sample(location) or "/"
    spoken = (_literal(rewrite) for rewrite in _rewrites(location))
    return tuple(dict.fromkeys((own, *(text for text in spoken if text and text.startswith(own)))))


def asked_paths(config: Config, server: VirtualServer, location: Location) -> tuple[str, ...] | None:
    """What the upstream is asked for on the location's own path, and below it where that is no such path's.

    In the small letters as well where capital ones are the same. None where the files do not tell.
    """
    own = sample(location)
    if own is None:
        return None
    try:
        found: dict[str, None] = {}
        for stem in (own, own.lower()) if location.kind == "~*" else (own,):
            found |= dict.fromkeys(_upstream_paths(config, server, location, stem))
        for rewrite in _rewrites(location):
            if text := _rewritten_prefix(rewrite, location, own):
                found |= dict.fromkeys(_upstream_paths(config, server, location, text))
        return tuple(found) or None
    except Undecided:
        return None


def _upstream_paths(config: Config, server: VirtualServer, location: Location, stem: str) -> Iterator[str]:
    """What the upstream is asked for on a path, and on those below it where these do not lie below that."""
    own = _upstream_path(config, server, location, stem)
    if own is not None:
        yield own
    path = _path_below(stem)
    if not _matches_path(location, path):
        return
    below = _upstream_path(config, server, location, path)
    if below is not None:
        below = below.removesuffix(BELOW)
        if own is None or below.rstrip("/") != own.rstrip("/"):
            yield below


def _path_below(stem: str) -> str:
    return f"{stem.rstrip('/')}/{BELOW}"


def _matches_path(location: Location, path: str) -> bool:
    if location.kind in ("~", "~*"):
        return search(location.text, path, location.kind == "~*", location.span) is not None
    return location.kind != "="


def _upstream_path(config: Config, server: VirtualServer, location: Location, path: str) -> str | None:
    """What the upstream is asked for; None where it is not asked. Raises Undecided."""
    sent = route_in_location(config, server, location, path)
    if sent.kind == UNKNOWN:
        raise Undecided(location.span, "what the upstream is asked for is not known")
    return (sent.uri or "").partition("?")[0] if sent.kind == PROXY else None


def _rewrites(location: Location) -> Iterator[Directive]:
    """The rewrites of a location and those around it that do not redirect."""
    around = (each for level in location.level.self_and_parents() for each in level.own.get("rewrite", ()))
    whole = (each for each in around if len(each.args) >= 2)
    return islice((each for each in whole if not {"redirect", "permanent"} & set(each.words[2:])), MOST_REWRITES)


def _literal(rewrite: Directive) -> str:
    """The text that the paths a rewrite takes begin with, as far as it is spelled out."""
    found = LITERAL.match(rewrite.words[0]) if rewrite.args else None
    return found[1].replace("\\", "") if found else ""


def _rewritten_prefix(rewrite: Directive, location: Location, own: str) -> str | None:
    """The text that a rewrite of some paths below the location's own begins with. Raises Undecided."""
    pattern, literal = rewrite.args[0], _literal(rewrite)
    if pattern.hole:
        raise Undecided(rewrite.head, "this rewrite is filled in later")
    taken = (own, _path_below(own))
    if any(search(pattern.text, path, False, pattern.span) for path in taken):
        return None
    if location.kind == "=" or (pattern.text.startswith("^") and literal and not _nests(literal, own)):
        return None
    if literal.startswith(own) and search(pattern.text, _path_below(literal), False, pattern.span):
        return literal
    raise Undecided(rewrite.head, "which paths this rewrites is not known")


def _nests(one: str, other: str) -> bool:
    """Whether one path begins as the other does, so that a request may have both."""
    return one.startswith(other) or other.startswith(one)
