"""Which server and which location of nginx a request comes to."""

from __future__ import annotations

from mcplint.knowledge.nginx import PASSES
from mcplint.proxies.nginx.blocks import Listen, Location, Locations, VirtualServer
from mcplint.proxies.nginx.config import Config
from mcplint.proxies.nginx.request import Request
from mcplint.proxies.nginx.text import Undecided, search

MOST_EXPRESSIONS = 100


def server(config: Config, host: str, port: int) -> tuple[VirtualServer, Listen] | None:
    """The server that takes a request for a host name on a port, and the `listen` that hears it; None where none does.

    Raises Undecided where a placeholder or an expression that cannot be followed decides.
    """
    heard = [(found, listen) for found in config.servers for listen in found.listens if listen.port in (port, None)]
    heard = [pair for pair in heard if pair[1].host == "*"] or heard
    if len({id(found) for found, _ in heard}) < 2:
        return heard[0] if heard else None
    for unsure, listen in heard:
        if listen.port is None:
            raise Undecided(unsure.level.own["listen"][0].head, "the port is filled in later")
    return _named(heard, host.lower()) or next((pair for pair in heard if pair[1].default), heard[0])


def _named(heard: list[tuple[VirtualServer, Listen]], host: str) -> tuple[VirtualServer, Listen] | None:
    """The server by its names: exact, the longest `*.name`, the longest `name.*`, then expressions in order."""
    names = [(word, pair) for pair in heard for word in pair[0].names]
    exact = [pair for word, pair in names if word.text.lower().removeprefix(".") == host]
    if exact:
        return exact[0]
    for word, _ in names:
        if word.hole:
            raise Undecided(word.span, "the name is filled in later")
    before = [(len(t), pair) for word, pair in names if (t := _tail(word.text.lower())) and host.endswith(t)]
    after = [
        (len(t), pair) for word, pair in names if (t := word.text.lower()).endswith(".*") and host.startswith(t[:-1])
    ]
    for wild in (before, after):
        if wild:
            return max(wild, key=lambda item: item[0])[1]
    for word, pair in names:
        if word.text.startswith("~") and search(word.text[1:], host, True, word.span):
            return pair
    return None


def _tail(name: str) -> str | None:
    """What a host ends with to match `*.name` or `.name`."""
    return name.removeprefix("*") if name.startswith(("*.", ".")) else None


def location(request: Request) -> bool:
    """Moves the request to its location; True where nginx instead redirects to the same path with a slash behind it."""
    request.level, request.location = request.server.level, None
    return _descend(request, request.server.locations) == "redirect"


def _descend(request: Request, locations: Locations) -> str:
    """Looks for the request's location among some and in those: `found`, `prefix`, `none` or `redirect`."""
    at = request.level
    static, state = _static(locations, request.uri)
    if state != "exact":
        for unsure in locations.unsure[:1]:
            raise Undecided(unsure.span, "which paths this location takes is filled in later")
        request.certain = request.certain and not at.open
    if static:
        request.level, request.location = static.level, static
    if state in ("exact", "redirect"):
        return "found" if state == "exact" else state
    if static:
        inner = _descend(request, static.nested)
        if inner in ("found", "redirect"):
            return inner
        if static.kind == "^~":
            return "prefix"
    return "found" if _by_expression(request, locations) else "prefix" if static else "none"


def _by_expression(request: Request, locations: Locations) -> bool:
    """Whether the first expression that matches takes the request."""
    for number, found in enumerate(locations.expressions):
        if number == MOST_EXPRESSIONS:
            raise Undecided(found.span, "there are too many expressions to follow")
        match = search(found.text, request.uri, found.kind == "~*", found.span)
        if match:
            request.capture(match)
            request.level, request.location = found.level, found
            _descend(request, found.nested)
            return True
    return False


def _static(locations: Locations, uri: str) -> tuple[Location | None, str]:
    """The location of this very path, or the longest prefix of it."""
    if uri in locations.exact:
        return locations.exact[uri], "exact"
    prefixes = locations.prefixes
    best = next((prefixes[uri[:end]] for end in locations.lengths if uri[:end] in prefixes), None)
    slashed = [found for kind in (locations.exact, prefixes) if (found := kind.get(f"{uri}/"))]
    if any(PASSES & found.level.own.keys() for found in slashed) and not (best and best.text == uri):
        return slashed[0], "redirect"
    return best, "prefix" if best else "none"
