"""From what clients are told to what answers: the URL of a remote or a client followed through the proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from mcplint.model import ASSUMED, MADE, MISSING, ClientConfig, Link, Remote, Server
from mcplint.proxies.hijacks import intended_server
from mcplint.proxies.proxy import Proxy
from mcplint.proxies.response import FILE, PROXY, REDIRECT, STATUS, Response
from mcplint.services.network import GATEWAY, Network, servers_at
from mcplint.text.urls import is_this_machine
from mcplint.values import UNKNOWN, Label, Value

P = TypeVar("P", Remote, ClientConfig)

# Last segments of a path that name a transport: whatever a gateway puts in front, the server is asked for them.
TELLING = frozenset({"mcp", "sse"})
REFUSALS = (None, 403, 404, 410)
_EXAMPLES = ("example.com", "example.org", "example.net", ".example", ".test", ".invalid", ".internal", ".local")
"""Names that are nobody's."""
_COMMON = frozenset(
    {
        *(
            "mcp",
            "sse",
            "server",
            "servers",
            "service",
            "app",
            "api",
            "http",
            "https",
            "www",
            "com",
            "org",
            "net",
            "io",
        ),
        *("dev", "ai", "co", "cloud", "run", "python", "node", "latest", "main", "docker", "ghcr", "hub", "public"),
        *("io", "prod", "production", "stage", "staging", "v1", "v2", "remote", "proxy", "web"),
    }
)
"""Words that names of anybody's services have."""


class Target(NamedTuple):
    """A URL taken apart; the path has no query."""

    scheme: str
    host: str
    port: int
    path: str


def with_route(part: P, proxies: tuple[Proxy, ...], network: Network) -> P:
    """The part with the route and server that answer its URL, and what that server is asked for."""
    target = parse_url(part.url.only) if part.url.only else None
    if target is None:
        why = "has no URL" if part.url.options == () else "its URL is not known"
        return part._replace(links=(Link(None, MISSING, why),))
    note = Label(part.url.span or part.span, "clients are told this URL")
    taking = next(_proxies_taking(target, proxies), None)
    if isinstance(part, ClientConfig):
        part = part._replace(is_called=_is_named_alike(part, target, network))
    foreign = isinstance(part, ClientConfig) and not (part.is_called or _may_be_any_project(target.host))
    if taking and (taking[2] == MADE or not foreign):
        proxy, port, kind = taking
        return _routed(part, proxy, target, port, kind, note, network)
    if lost := next(_missing(part, target, proxies, network, note), None):
        return lost
    if _on_machine(target.host):
        reached = network.at(target.host, target.port, None, note, target.path)
        asked: Value[str | None] = Value((target.path,), (note,)) if reached.server else UNKNOWN
        return part._replace(server=reached.server, asked=asked, links=(reached.link,))
    if foreign:
        why = f"nothing of the project is known to be at {target.host[:60]}"
        return part._replace(links=(Link(None, MISSING, why, (note,)),))
    return _without_proxy(part, target, network, note)


def _on_machine(host: str) -> bool:
    """Whether a host is the machine that the project's containers run on, as it or one of its containers names it."""
    return is_this_machine(host) or host in GATEWAY


def _may_be_any_project(host: str) -> bool:
    """Whether a host may be one of the project whatever it is called."""
    return _on_machine(host) or "." not in host or host.endswith(_EXAMPLES)


def _is_named_alike(part: ClientConfig, target: Target, network: Network) -> bool:
    """Whether an entry or its URL is called as something of the project is."""
    containers = [context.container for context in network.running]
    named = (*(server.name.only for server in network.servers), *(each.service for each in containers))
    images = (each.image.only for each in containers)
    own = _words(*filter(None, (*named, *images)))
    return not own.isdisjoint(_words(part.id.rpartition(":")[2], target.host, target.path))


def _words(*names: str) -> set[str]:
    """The words of names that tell something from something else."""
    return {word for name in names for word in re.findall(r"[a-z0-9]+", name.lower())} - _COMMON


def parse_url(url: str) -> Target | None:
    """The parts of an HTTP URL, or None where it is none."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Target(parts.scheme, parts.hostname, port, parts.path or "/")


def _proxies_taking(target: Target, proxies: tuple[Proxy, ...]) -> Iterator[tuple[Proxy, int, str]]:
    """The proxies that take a request for a target, best first: the port they hear it on, and the kind of link."""
    leading = [proxy for proxy in proxies if proxy.leads_to_server]
    for proxy in leading:
        if _on_machine(target.host):
            if inner := proxy.published.get(target.port):
                yield proxy, inner, MADE
        elif any(_names(name, target.host) for route in proxy.routes for name in route.server_names.only or ()):
            yield proxy, _public_port(proxy, target), MADE
    if len(leading) == 1 and not _on_machine(target.host):
        yield leading[0], _public_port(leading[0], target), ASSUMED


def _missing(part: P, target: Target, proxies: tuple[Proxy, ...], network: Network, note: Label) -> Iterator[P]:
    """The part where a proxy that goes by the URL's very name leads on to no server, and the project has one."""
    servers = [server for server in network.servers if server.speaks_http]
    for proxy in proxies if len(servers) == 1 else ():
        routed = (name for route in proxy.routes for name in route.server_names.only or ())
        if target.host not in proxy.names and target.host not in routed:
            continue
        found = _routed(part, proxy, target, _public_port(proxy, target), ASSUMED, note, network)
        if found.asked.must_be(None):
            yield found._replace(server=servers[0])


def _names(name: str, host: str) -> bool:
    """Whether a server's name is that of a host: `*.name` and `.name` take what ends so, `name.*` what begins so."""
    if name.endswith(".*"):
        return host.startswith(name[:-1])
    tail = name.removeprefix("*")
    return host == name.removeprefix(".") or (tail.startswith(".") and host.endswith(tail))


def _public_port(proxy: Proxy, target: Target) -> int:
    """The port that a public request comes in on: the URL's own, or the only one where TLS ends before the proxy."""
    if target.port in proxy.ports:
        return target.port
    return 80 if 80 in proxy.ports else min(proxy.ports, default=80)


def _routed(part: P, proxy: Proxy, target: Target, port: int, kind: str, note: Label, network: Network) -> P:
    answered: Response = _final_response(proxy, target, port)
    if answered.status == 301 and (answered.to or "").endswith(f"{target.path}/") and not target.path.endswith("/"):
        why = "redirects it, as it takes the path with a slash alone"
        notes = (Label(answered.location, why),) if answered.location else ()
        part = part._replace(redirect=Value((_absolute(answered.to or "", target),), notes))
        answered = proxy.ask(target.host, port, "https" if proxy.ports.get(port) else "http", f"{target.path}/")
    trace = (note, *answered.trace)
    if answered.kind == PROXY and answered.uri is not None:
        route = next((route for route in proxy.routes if route.span == answered.location), None)
        server = route.server if route else None
        if route and (other := intended_server(route, answered.uri.partition("?")[0], target.path, network.servers)):
            link = Link(other.id, kind, "is the only other server that answers this path", (note,))
            return part._replace(taken_by=route, server=other, links=(link,))
        link = Link(route.id if route else None, kind if route else MISSING, "is answered by this location", (note,))
        asked: Value[str | None] = Value((answered.uri.partition("?")[0],), trace) if server else UNKNOWN
        return part._replace(route=route, server=server, asked=asked, links=(link,))
    if answered.certain and (answered.kind == FILE or (answered.kind == STATUS and answered.status in REFUSALS)):
        server = next((route.server for route in proxy.routes if route.server), None)
        refused: Value[str | None] = Value((None,), trace)
        link = Link(None, kind, f"{proxy.name} answers {answered.status or 'without any server'}", (note,))
        return part._replace(server=server, asked=refused, links=(link,))
    return part._replace(links=(Link(None, MISSING, f"what {proxy.name} answers is not known", trace),))


def _absolute(to: str, target: Target) -> str:
    """The URL that a redirect comes to for a client."""
    usual = target.port == (443 if target.scheme == "https" else 80)
    return f"{target.scheme}://{target.host}{'' if usual else f':{target.port}'}{to}" if to.startswith("/") else to


def _final_response(proxy: Proxy, target: Target, port: int) -> Response:
    """What the proxy does, a redirect from http to https followed once."""
    tls = proxy.ports.get(port, False)
    first = proxy.ask(target.host, port, "https" if tls else "http", target.path)
    if first.kind == REDIRECT and (first.to or "").startswith("https://") and 443 in proxy.ports and not tls:
        return proxy.ask(target.host, 443, "https", target.path)
    return first


def _without_proxy(part: P, target: Target, network: Network, note: Label) -> P:
    """Without a proxy in the project: the one server that speaks HTTP, or the one of several whose path it is."""
    servers = [server for server in network.servers if server.speaks_http]
    named = [one for one in servers if one.container and target.host in one.container.names]
    if len(named) == 1 and named[0].port.must_be(target.port):
        link = Link(named[0].id, MADE, f"is called {target.host} by containers beside it", (note,))
        return part._replace(server=named[0], asked=Value((target.path,), (note,)), links=(link,))
    if len(servers) > 1 and len(own := servers_at(servers, target.path)) == 1:
        why = f"is the only server of the project that answers {target.path}"
        link = Link(own[0].id, ASSUMED, why, (note,))
        return part._replace(server=own[0], asked=Value((target.path,), (note,)), links=(link,))
    if len(servers) != 1:
        why = "several servers may answer it" if servers else "no server of the project certainly speaks HTTP"
        return part._replace(links=(Link(None, MISSING, why, (note,)),))
    telling = target.path.rstrip("/").rpartition("/")[2] in TELLING
    asked: Value[str | None] = Value((_own_path(target.path, servers[0]),), (note,)) if telling else UNKNOWN
    link = Link(servers[0].id, ASSUMED, "is the only server of the project that speaks HTTP", (note,))
    return part._replace(server=servers[0], asked=asked, links=(link,))


def _own_path(path: str, server: Server) -> str:
    """The path without what a gateway outside the project may have put in front of the own one, its slash kept."""
    own = (server.path.only or "").rstrip("/")
    return path[path.rindex(own) :] if own and path.rstrip("/").endswith(own) else path
