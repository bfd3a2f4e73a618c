"""What a directive of Caddy that answers comes to: a route to servers, or what Caddy answers itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mcplint.facts.caddy import Directive
from mcplint.knowledge.proxies import CADDY
from mcplint.model import CLIENT_HOST, CLIENT_NAME, TARGET_HOST, Member, PathMatch, ProxySetting, Route
from mcplint.proxies.caddy.handlers import Handler
from mcplint.proxies.caddy.order import addresses, arguments
from mcplint.proxies.proxy import MOST_MEMBERS
from mcplint.proxies.response import FILE, OTHER, REDIRECT, STATUS, Response
from mcplint.proxies.routing import location
from mcplint.services.settings import seconds
from mcplint.text.number import whole_number
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

UPSTREAM = re.compile(
    r"(?:(?P<scheme>[a-z0-9+]+)://)?(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9_.-]*)(?::(?P<port>\d{1,5}))?/?"
)


class SiteAddress(NamedTuple):
    """An address of a site: the name (empty: any, None: not known), the ports, and the one that speaks TLS."""

    host: str | None
    ports: Mapping[int, bool]


def response_of(handler: Handler) -> Response:
    """What Caddy itself answers."""
    words = [word.text for word in arguments(handler.directive)]
    if handler.none:
        return Response(STATUS)
    match handler.directive.name:
        case "file_server":
            return Response(FILE)
        case "redir":
            to = words[0] if words else ""
            secure = to.startswith("https://{host}")
            return Response(REDIRECT, status=302, to="https://" if secure else to, certain="{" not in to or secure)
        case "respond" | "error":
            status = next((whole_number(word) for word in words if whole_number(word) and len(word) == 3), 200)
            return Response(STATUS, status=status)
        case "abort":
            return Response(STATUS)
    return Response(OTHER)


def route_of(handler: Handler, match: PathMatch | None, block: Directive, heard: list[SiteAddress], name: str) -> Route:
    line = handler.directive
    where, taken = Label(line.span, "Caddy sends requests here"), Label(handler.selector.span, "takes these requests")
    members = tuple(islice(_members(line), MOST_MEMBERS + 1))
    only = members[0] if len(members) == 1 else None
    labels = tuple(Label(word.span, "listens here") for word in addresses(block))
    listen = tuple(f"{port} ssl" if tls else str(port) for one in heard for port, tls in one.ports.items())
    hosts = None if any(one.host is None for one in heard) else tuple(one.host for one in heard if one.host)
    path = None if match is None else handler.rewrite(match.text)
    if match and path != handler.rewrite(match.text.lower()):
        path = None  # it is passed on in the letters of the client
    return Route(
        id=name,
        span=handler.selector.span,
        proxy=CADDY,
        version=UNKNOWN,
        listen=Value((tuple(dict.fromkeys(listen)),), labels),
        server_names=Value(None if hosts is None else (hosts,), labels),
        location=location(match, Value(None, (taken,))),
        match=match,
        target=Value((f"http://{only.host}:{only.port}",) if only else None, (where,)),
        balancing=_balancing(line, members, where),
        members=members,
        buffering=Value((False,), (Label(line.span, "Caddy passes every chunk of an event stream on"),)),
        read_timeout=_timeout(line, "read_timeout"),
        header_timeout=_timeout(line, "response_header_timeout"),
        http_version=UNKNOWN,
        host=_host(line),
        auth=handler.auth[-1:],
        request_headers=tuple(_headers(line, "header_up")),
        hidden_headers=tuple(one for one in _headers(line, "header_down") if not one.value),
        path=Value(None if path is None else (path,), (where,)),
        tls=Value((all(port.get(443, False) or any(port.values()) for port in (one.ports for one in heard)),), labels),
        closed=False,
        secured=_plain_text_site(block, heard),
    )


def _plain_text_site(block: Directive, heard: list[SiteAddress]) -> Span | None:
    """Where a site has a name with TLS that it answers to without as well."""
    plain = {one.host for one in heard if not any(one.ports.values())}
    pairs = zip(addresses(block), heard, strict=True)
    return next((word.span for word, one in pairs if any(one.ports.values()) and one.host in plain), None)


def _members(line: Directive) -> Iterator[Member]:
    """The servers that share the requests."""
    if line.of("dynamic"):
        return
    for word in (*arguments(line), *(word for to in line.of("to") for word in to.args)):
        found = UPSTREAM.fullmatch(word.text)
        if word.open or found is None:
            yield Member("", 0, True, word.span)
            continue
        usual = 443 if found["scheme"] == "https" else 80
        yield Member(found["host"] or "localhost", int(found["port"]) if found["port"] else usual, True, word.span)


def _balancing(line: Directive, members: tuple[Member, ...], where: Label) -> Value[str]:
    """What picks the server; which address of a name is taken is not known."""
    chosen = line.of("lb_policy")
    if len(members) < 2:
        return UNKNOWN
    if chosen:
        note = Label(chosen[-1].span, "picks the server")
        return Value((" ".join(("lb_policy", *chosen[-1].texts)),), (where, note))
    return Value(("lb_policy random",), (where, Label(line.span, "distributes requests at random by default")))


def _timeout(line: Directive, name: str) -> Value[float]:
    """The seconds that it waits for a server, in one of the ways that its transport names; unset, any."""
    timeouts = [one for transport in line.of("transport") for one in transport.of(name)]
    if not timeouts:
        return Value((), (Label(line.span, f"{name} is not set: Caddy waits forever"),))
    time = seconds(Value((timeouts[-1].texts[0] if timeouts[-1].args else "",)))
    return Value((time.only,) if time.only else None, (Label(timeouts[-1].span, f"sets {name}"),))


def _host(line: Directive) -> Value[str]:
    """The `Host` that the server is sent: the client's own, unless it is set."""
    for one in line.of("header_up"):
        if len(one.args) == 2 and one.texts[0].lower() == "host":
            given = one.texts[1]
            own = given in ("{upstream_hostport}", "{http.reverse_proxy.upstream.hostport}")
            passed = given in ("{host}", "{hostport}", "{http.request.host}", "{http.request.hostport}")
            text = TARGET_HOST if own else CLIENT_NAME if passed else None if "{" in given else given
            return Value(None if text is None else (text,), (Label(one.span, "sets the Host that the server gets"),))
    return Value((CLIENT_HOST,), (Label(line.span, "Caddy passes the Host on as it came"),))


def _headers(line: Directive, name: str) -> Iterator[ProxySetting]:
    """The headers that are set or removed; an addition leaves what is there."""
    for one in line.of(name):
        header = one.texts[0] if one.args else ""
        if header and not header.startswith("+") and len(one.args) < 3:
            yield ProxySetting(header.lstrip("-").lower(), one.texts[1] if len(one.args) == 2 else "", one.span)
