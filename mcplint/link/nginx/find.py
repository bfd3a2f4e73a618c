"""Which server and which location of nginx a request comes to."""

from __future__ import annotations

from collections.abc import Iterable

from mcplint.knowledge.nginx import PASSES
from mcplint.link.nginx.config import Config, Listen, Location, VirtualServer
from mcplint.link.nginx.request import Request
from mcplint.link.nginx.text import Undecided, search


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


def _descend(request: Request, locations: tuple[Location, ...]) -> str:
    """Looks for the request's location among some and in those: `found`, `prefix`, `none` or `redirect`."""
    at = request.level
    static, state = _static(locations, request.uri)
    if state != "exact":
        unsure = next((found for found in locations if found.kind == "?"), None)
        if unsure and unsure.level.directive:
            raise Undecided(unsure.level.directive.head, "which paths this location takes is filled in later")
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
    for found in locations:
        directive = found.level.directive
        if found.kind in ("~", "~*") and directive:
            match = search(found.text, request.uri, found.kind == "~*", directive.head)
            if match:
                request.capture(match)
                request.level, request.location = found.level, found
                _descend(request, found.nested)
                return "found"
    return "prefix" if static else "none"


def _static(locations: Iterable[Location], uri: str) -> tuple[Location | None, str]:
    """The location of this very path, or the longest prefix of it."""
    best: Location | None = None
    slashed: dict[str, Location] = {}
    for found in locations:
        if found.kind == "=" and found.text == uri:
            return found, "exact"
        if found.kind in ("", "^~") and uri.startswith(found.text) and (not best or len(found.text) > len(best.text)):
            best = found
        if found.kind in ("", "^~", "=") and found.text == f"{uri}/":
            slashed[found.kind] = found
    if any(PASSES & found.level.own.keys() for found in slashed.values()) and not (best and best.text == uri):
        return slashed.get("=") or next(iter(slashed.values())), "redirect"
    return best, "prefix" if best else "none"
