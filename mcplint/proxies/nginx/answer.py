"""What nginx does with one request, from the host name it is for to what the upstream is asked for."""

from __future__ import annotations

from mcplint.proxies.nginx import find
from mcplint.proxies.nginx.blocks import Listen, Location, VirtualServer
from mcplint.proxies.nginx.config import Config
from mcplint.proxies.nginx.phases import (
    FILE,
    PROXY,
    REDIRECT,
    STATUS,
    UNKNOWN,
    Answer,
    except_methods,
    in_location,
    serve,
    serve_again,
)
from mcplint.proxies.nginx.request import Request
from mcplint.proxies.nginx.rewrite import rewrite_phase
from mcplint.proxies.nginx.text import Undecided, normalise, search
from mcplint.text.source import Span

__all__ = ["FILE", "PROXY", "REDIRECT", "STATUS", "UNKNOWN", "Answer", "answer", "through", "within"]

LONGEST = 2000
"""Characters of a path; nginx itself takes some more."""


def answer(config: Config, host: str, port: int, scheme: str, path: str, method: str = "POST") -> Answer:
    """What nginx does with a request for `path` (its query included) at a host name and port that it listens on."""
    if len(path) > LONGEST:
        return Answer(STATUS, status=414)
    try:
        chosen = find.server(config, host, port)
    except Undecided as undecided:
        return Answer(UNKNOWN, trace=(undecided.note,), certain=False)
    if chosen is None:
        return Answer(STATUS if not config.http.open else UNKNOWN, certain=not config.http.open)
    return _asked(config, *chosen, (scheme, host, port), path, method)


def within(config: Config, server: VirtualServer, path: str, method: str = "POST") -> Answer:
    """What becomes of a request that has come to a server, by its first name and port."""
    listen = server.listens[0]
    return _asked(config, server, listen, _where(server, listen), path, method)


def _where(server: VirtualServer, listen: Listen) -> tuple[str, str, int]:
    """The scheme, host and port by which clients call a server."""
    name = next((word.text for word in server.names if word.text[:1].isalnum()), "localhost")
    return "https" if listen.tls else "http", name, listen.port or 80


def _asked(
    config: Config, server: VirtualServer, listen: Listen, where: tuple[str, str, int], path: str, method: str
) -> Answer:
    request = Request(config, server, where, path, method)
    uri = normalise(request.uri)
    if uri is None or (where[0] == "http" and listen.tls):
        return Answer(STATUS, status=400)
    request.uri = uri
    request.certain = not config.http.open or len(config.servers) > 1 or bool(server.names)
    try:
        return _finish(request, serve(request))
    except Undecided as undecided:
        return Answer(UNKNOWN, _head(request), trace=(*request.trace, undecided.note), certain=False)


def through(config: Config, server: VirtualServer, location: Location, path: str, method: str = "POST") -> Answer:
    """What becomes of a request that has come to a location, whichever location nginx would choose for its path."""
    request = Request(config, server, _where(server, server.listens[0]), path, method)
    request.uri = normalise(request.uri) or "/"
    try:
        rewrite_phase(request, server.level)
        request.level, request.location = location.level, location
        if location.kind in ("~", "~*"):
            match = search(location.text, request.uri, location.kind == "~*", location.span)
            if match:
                request.capture(match)
        except_methods(request)
        return _finish(request, in_location(request) or serve_again(request))
    except Undecided as undecided:
        return Answer(UNKNOWN, _head(request), trace=(*request.trace, undecided.note), certain=False)


def _head(request: Request) -> Span | None:
    return request.location.span if request.location else None


def _finish(request: Request, found: Answer) -> Answer:
    return found._replace(
        location=_head(request), trace=tuple(request.trace), certain=found.certain and request.certain
    )
