"""What nginx does with one request, from the host name it is for to what the upstream is asked for."""

from __future__ import annotations

import re

from mcplint.facts.nginx import Directive
from mcplint.knowledge.nginx import CONTENT
from mcplint.proxies.nginx.config import Config, Listen, Location, VirtualServer
from mcplint.proxies.nginx.request import Request, find_location, find_server
from mcplint.proxies.nginx.rewrite import rewrite_phase
from mcplint.proxies.nginx.text import Undecided, escape, normalise, search
from mcplint.proxies.response import FILE, OTHER, PROXY, REDIRECT, STATUS, UNKNOWN, Response
from mcplint.text.source import Span
from mcplint.values import Label

MOST_TURNS = 10
LONGEST = 2000
"""Characters of a path; nginx itself takes some more."""


def serve(request: Request) -> Response:
    """From the server's rewrites on: also where an internal redirect starts again."""
    request.level, request.location = request.server.level, None
    stopped = rewrite_phase(request, request.server.level)
    if stopped is not None:
        return _rewrite_response(request, *stopped)
    for _ in range(MOST_TURNS):
        slashed = find_location(request)
        if request.level.effective("internal") and not request.internal:
            return _status(request, 404)
        if slashed:
            query = f"?{request.args}" if request.args else ""
            return Response(REDIRECT, status=301, to=f"{_origin(request)}{request.uri}/{query}")
        except_methods(request)
        found = in_location(request)
        if found:
            return found
    return Response(STATUS, status=500)


def _origin(request: Request) -> str:
    """What stands before the path in a redirect of nginx's own: its port counts where it is no usual one."""
    off = any(
        directive.words == ("off",)
        for name in ("absolute_redirect", "port_in_redirect")
        for directive in request.level.effective(name)[-1:]
    )
    usual = 443 if request.scheme == "https" else 80
    return "" if off or request.port == usual else f"{request.scheme}://{request.host}:{request.port}"


def except_methods(request: Request) -> None:
    """Enters `limit_except` where the method is not one of those it leaves alone."""
    for block in request.level.own.get("limit_except", ()):
        methods = {word.upper() for word in block.words}
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            request.level = request.config.includes.level("limit_except", block, block.block or (), request.level)


def in_location(request: Request) -> Response | None:
    """The phases of one location; None where a rewrite leads to another."""
    request.changed = False
    stopped = rewrite_phase(request, request.level) if request.location else None
    if stopped is not None:
        return _rewrite_response(request, *stopped)
    if request.changed:
        return None
    if _is_denied(request):
        return _status(request, 403)
    return _try_files(request) or _content(request)


def _rewrite_response(request: Request, status: int, text: str | None, to: str | None) -> Response:
    """What `return` or a redirecting rewrite gives."""
    if to is not None or status in (301, 302, 303, 307, 308):
        return Response(REDIRECT, status=status, to=to)
    return Response(STATUS, status=status) if text is not None or status < 400 else _status(request, status)


def _is_denied(request: Request) -> bool:
    """Whether every client is refused; an address that is allowed first may be the client's."""
    if any(directive.words == ("any",) for directive in request.level.effective("satisfy")):
        return False
    for level in request.level.self_and_parents():
        if level.rules:
            return level.rules[0].name == "deny" and level.rules[0].words == ("all",)
    return False


def _try_files(request: Request) -> Response | None:
    """The last argument of `try_files`: the path of an MCP endpoint is no file."""
    for directive in request.level.own.get("try_files", ())[:1]:
        if len(directive.args) < 2:
            return None
        if request.tried_files:
            return Response(FILE)
        request.tried_files = True
        request.trace.append(Label(directive.head, "no file has this path"))
        return _go_on_with(request, directive.args[-1].text, directive.head)
    return None


def _go_on_with(request: Request, text: str, span: Span) -> Response:
    """Goes on with a named location, another path or a status."""
    if text.startswith("="):
        return _status(request, int(text[1:4]) if text[1:4].isdecimal() else 404)
    if text.startswith("@"):
        return _in_named_location(request, text)
    request.uri, _, request.args = request.evaluate(text, span).partition("?")
    request.internal, request.raw_holds, request.prefix_holds = True, False, True
    return serve(request)


def _in_named_location(request: Request, name: str) -> Response:
    for location in request.server.locations.walk():
        if location.kind == "@" and location.text == name:
            request.level, request.location, request.internal = location.level, location, True
            return in_location(request) or serve_again(request)
    return Response(STATUS, status=500)


def serve_again(request: Request) -> Response:
    """A rewrite in a named location leads to the locations once more."""
    for _ in range(MOST_TURNS):
        if find_location(request):
            return Response(REDIRECT, status=301, to=f"{request.uri}/")
        found = in_location(request)
        if found:
            return found
    return Response(STATUS, status=500)


def _status(request: Request, status: int) -> Response:
    """A status of nginx itself, or what `error_page` puts in its place."""
    found = Response(STATUS, status=status)
    for directive in request.level.effective("error_page"):
        codes = [word for word in directive.words[:-1] if not word.startswith("=")]
        if str(status) in codes and not request.failed and not directive.args[-1].hole:
            request.failed = True
            request.trace.append(Label(directive.head, f"replaces the {status} response"))
            page = directive.args[-1].text
            if re.match(r"https?://", page):
                return Response(REDIRECT, status=302, to=page)
            if not page.startswith("@"):
                request.method = "GET"
            return _go_on_with(request, page, directive.head)
    return found


def _content(request: Request) -> Response:
    """What the location's content handler does."""
    for level in request.level.self_and_parents():
        passes = level.own.get("proxy_pass")
        if passes:
            return _proxy_response(request, passes[-1])
        if any(name in level.own for name in CONTENT):
            return Response(OTHER)
        if level.name not in ("if", "limit_except"):
            break
    found = Response(FILE) if request.uri == "/" or request.tried_files else _status(request, 404)
    return Response(FILE) if found.kind == STATUS else found


def _proxy_response(request: Request, directive: Directive) -> Response:
    """Where `proxy_pass` sends the request, and what for."""
    word = directive.args[0] if directive.args else None
    if word is None or word.hole:
        raise Undecided(directive.head, "where this leads is filled in later")
    url = request.evaluate(word.text, word.span)
    parts = target(url)
    if parts is None:
        raise Undecided(word.span, "this is not a URL")
    upstream, uri = parts
    request.trace.append(Label(directive.head, f"passes the request to {upstream}"))
    query = f"?{request.args}" if request.args else ""
    if "$" in word.text and uri:
        return Response(PROXY, upstream=upstream, uri=f"/{uri}" if uri.startswith("?") else uri)
    if not uri and request.raw_holds:
        return Response(PROXY, upstream=upstream, uri=request.raw)
    prefix = len(request.location.text) if request.location and request.prefix_holds and uri else 0
    rest = request.uri[prefix:]
    rest = escape(rest) if request.quoted or request.internal else rest
    return Response(PROXY, upstream=upstream, uri=f"{uri if request.prefix_holds else ''}{rest}{query}")


def target(url: str) -> tuple[str, str] | None:
    """The scheme and authority of a `proxy_pass` URL, and the URI behind it."""
    found = re.match(r"(https?://(?:unix:[^:]*|[^/?\s]*)):?(?=[/?]|$)", url, re.IGNORECASE)
    if not found:
        return None
    return found[1].rstrip(":"), url[found.end() :]


__all__ = [
    "FILE",
    "PROXY",
    "REDIRECT",
    "STATUS",
    "UNKNOWN",
    "Response",
    "route_in_location",
    "route_in_server",
    "route_request",
]


def route_request(config: Config, host: str, port: int, scheme: str, path: str, method: str = "POST") -> Response:
    """What nginx does with a request for `path` (its query included) at a host name and port that it listens on."""
    if len(path) > LONGEST:
        return Response(STATUS, status=414)
    try:
        chosen = find_server(config, host, port)
    except Undecided as undecided:
        return Response(UNKNOWN, trace=(undecided.note,), certain=False)
    if chosen is None:
        return Response(STATUS if not config.http.open else UNKNOWN, certain=not config.http.open)
    return _route_request_in(config, *chosen, (scheme, host, port), path, method)


def route_in_server(config: Config, server: VirtualServer, path: str, method: str = "POST") -> Response:
    """What becomes of a request that has come to a server, by its first name and port."""
    listen = server.listens[0]
    return _route_request_in(config, server, listen, _client_origin(server, listen), path, method)


def _client_origin(server: VirtualServer, listen: Listen) -> tuple[str, str, int]:
    """The scheme, host and port by which clients call a server."""
    name = next((word.text for word in server.names if word.text[:1].isalnum()), "localhost")
    return "https" if listen.tls else "http", name, listen.port or 80


def _route_request_in(
    config: Config, server: VirtualServer, listen: Listen, where: tuple[str, str, int], path: str, method: str
) -> Response:
    request = Request(config, server, where, path, method)
    uri = normalise(request.uri)
    if uri is None or (where[0] == "http" and listen.tls):
        return Response(STATUS, status=400)
    request.uri = uri
    request.certain = not config.http.open or len(config.servers) > 1 or bool(server.names)
    try:
        return _finish(request, serve(request))
    except Undecided as undecided:
        return Response(UNKNOWN, _head(request), trace=(*request.trace, undecided.note), certain=False)


def route_in_location(
    config: Config, server: VirtualServer, location: Location, path: str, method: str = "POST"
) -> Response:
    """What becomes of a request that has come to a location, whichever location nginx would choose for its path."""
    request = Request(config, server, _client_origin(server, server.listens[0]), path, method)
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
        return Response(UNKNOWN, _head(request), trace=(*request.trace, undecided.note), certain=False)


def _head(request: Request) -> Span | None:
    return request.location.span if request.location else None


def _finish(request: Request, found: Response) -> Response:
    return found._replace(
        location=_head(request), trace=tuple(request.trace), certain=found.certain and request.certain
    )
