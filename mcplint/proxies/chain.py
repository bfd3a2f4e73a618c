"""nginx in front of nginx: a location that leads to another proxy's port leads to the server behind that one too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from mcplint.model import ASSUMED, MADE, Link, Member, Route
from mcplint.proxies.nginx import Answer, Proxied, paths_to
from mcplint.proxies.nginx.answer import PROXY
from mcplint.proxies.nginx.levels import Level
from mcplint.proxies.proxy import ProxyInstance
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

Ask = Callable[[str, int, str, str], Answer]
LONGEST = 4
"""Proxies in a row that are followed."""
MOST_WAYS = 8
"""Routes of one proxy that another proxy's route is held against."""
OPT_OUT = "x-accel-buffering"


class Heard(NamedTuple):
    """Where a request comes in at another proxy: the port, and the names that it may be asked for by."""

    hop: ProxyInstance
    port: int
    hosts: tuple[str, ...]

    def ask(self, path: str) -> Iterator[Answer]:
        """What becomes of a request for a path, by each of the names."""
        front = self.hop.front
        scheme = "https" if front.ports.get(self.port) else "http"
        return (front.ask(host, self.port, scheme, path) for host in self.hosts)


def chained(hops: tuple[ProxyInstance, ...], network: Network) -> tuple[ProxyInstance, ...]:
    """The proxies, each route that leads to another one's joined to the server behind that.

    A round joins routes to those that know their server already, so proxies that lead to each other come to nothing.
    """
    for _ in range(LONGEST - 1):
        further = tuple(_further(hop, hops, network) for hop in hops)
        if all(new is old for new, old in zip(further, hops, strict=True)):
            break
        hops = further
    return hops


def _further(hop: ProxyInstance, hops: tuple[ProxyInstance, ...], network: Network) -> ProxyInstance:
    """The proxy with the routes that lead to a route which knows its server."""
    heard: dict[Span, Heard] = {}
    routes = []
    for route, found in zip(hop.front.routes, hop.proxied, strict=True):
        inner = None if route.server else _heard(route, hop, hops, network)
        ways = tuple(_ways(found, inner)) if inner else ()
        if inner and len({way.server.id for way, _, _ in ways if way.server}) == 1:
            heard[route.span] = inner
            route = _joined(route, *ways[0])
        routes.append(route)
    if not heard:
        return hop
    return hop._replace(front=hop.front._replace(routes=tuple(routes), ask=partial(_ask, hop.front.ask, heard)))


def _heard(route: Route, hop: ProxyInstance, hops: tuple[ProxyInstance, ...], network: Network) -> Heard | None:
    """The one proxy that all members of a route lead to, None where that cannot be told."""
    fronts = [tuple(_fronts(member, hop, hops, network)) for member in route.members]
    if not fronts or any(each != fronts[0] for each in fronts) or len(fronts[0]) != 1:
        return None
    return Heard(*fronts[0][0], _hosts(route))


def _fronts(
    member: Member, hop: ProxyInstance, hops: tuple[ProxyInstance, ...], network: Network
) -> Iterator[tuple[ProxyInstance, int]]:
    """The proxies that listen where a member leads, each with the port that it hears it on."""
    places = network.named(member.host, hop.origin)
    for other in hops:
        if places is None and member.port in other.front.published:
            yield other, other.front.published[member.port]
        elif places and _is_home(other, places) and member.port in other.front.ports:
            yield other, member.port


def _is_home(hop: ProxyInstance, places: list[ContainerContext]) -> bool:
    """Whether a proxy runs in the one container that is meant."""
    return hop.origin is not None and [hop.origin.container.id] == [each.container.id for each in places]


def _hosts(route: Route) -> tuple[str, ...]:
    """The names that the next proxy may be asked for by; all that are likely where the files do not tell which."""
    sent = route.host.only or "$"
    if "$" not in sent:
        return (sent.partition(":")[0],)
    names = tuple(name for name in route.server_names.only or () if name[:1].isalnum() and "*" not in name)
    asked = (route.target.only or "").partition("://")[2].partition("/")[0].partition(":")[0]
    if sent in ("$host", "$http_host") and names:
        return names
    return (asked,) if sent == "$proxy_host" else (asked, "localhost", *names)


def _ways(found: Proxied, inner: Heard) -> Iterator[tuple[Route, str, Level]]:
    """The routes behind that carry an endpoint to which a route leads, each with the path that clients ask for."""
    pairs = zip(inner.hop.front.routes, inner.hop.proxied, strict=True)
    for route, behind in islice((pair for pair in pairs if pair[0].carried), MOST_WAYS):
        path = route.endpoint.only
        asked = paths_to(found, path) if path else ()
        if path and asked and all(to.kind == PROXY and to.location == route.span for to in inner.ask(path)):
            yield route, asked[0], behind.location.level


def _joined(route: Route, behind: Route, asked: str, level: Level) -> Route:
    """The route with what it carries of the server behind another one."""
    note = Label(route.target.span or route.span, "leads to another proxy")
    why = f"leads to another {behind.proxy}, which leads on to the server"
    return route._replace(
        server=behind.server,
        behind=behind.id,
        path=Value(None, (note,)),
        endpoint=Value((asked,), (*behind.endpoint.trace, note)),
        ping=behind.ping,
        opts_out=_opts_out(behind, level),
        links=(Link(behind.id, ASSUMED if behind.assumed else MADE, why, (note,)),),
    )


def _opts_out(route: Route, level: Level) -> Value[bool]:
    """Whether the streams that come out of a proxy ask the next one for no buffering: nginx keeps that to itself."""
    for directive in level.effective("add_header"):
        if [word.lower() for word in directive.words[:2]] == [OPT_OUT, "no"]:
            return Value((True,), (Label(directive.span, "asks for no buffering"),))
    if any(OPT_OUT in map(str.lower, directive.words) for directive in level.effective("proxy_pass_header")):
        return route.opts_out
    filters = (name for outer in level.outward() for name in outer.own)
    if not route.closed or any(name.startswith(("more_", "header_filter")) for name in filters):
        return UNKNOWN
    return Value((False,), (Label(route.span, "keeps X-Accel-Buffering to itself, as nginx does"),))


def _ask(front: Ask, heard: Mapping[Span, Heard], host: str, port: int, scheme: str, path: str) -> Answer:
    """What becomes of a request, followed through the proxy that it is passed on to."""
    first = front(host, port, scheme, path)
    inner = heard.get(first.location) if first.location and first.kind == PROXY else None
    if inner is None or first.uri is None:
        return first
    then = next(inner.ask(first.uri))
    taken = (Label(then.location, "takes it in the proxy behind"),) if then.location else ()
    trace = (*first.trace, *taken, *then.trace)
    return then._replace(location=first.location, trace=trace, certain=first.certain and then.certain)
