"""nginx in front of nginx: a location that leads to another proxy's port leads to the server behind that one too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from mcplint.model import ASSUMED, CLIENT_HOST, CLIENT_NAME, MADE, TARGET_HOST, Link, Member, Route
from mcplint.proxies.nginx.includes import Level
from mcplint.proxies.nginx.instance import ProxyInstance
from mcplint.proxies.nginx.routes import Proxied, paths_to
from mcplint.proxies.response import PROXY, Response
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

Ask = Callable[[str, int, str, str], Response]
LONGEST = 4
"""Proxies in a row that are followed."""
MOST_RULES = 8
"""Routes of one proxy that another proxy's route is held against."""
OPT_OUT = "x-accel-buffering"


class Listener(NamedTuple):
    """Where a request comes in at another proxy: the port, and the names that it may be asked for by."""

    instance: ProxyInstance
    port: int
    hosts: tuple[str, ...]

    def ask(self, path: str) -> Iterator[Response]:
        """What becomes of a request for a path, by each of the names."""
        proxy = self.instance.proxy
        scheme = "https" if proxy.ports.get(self.port) else "http"
        return (proxy.ask(host, self.port, scheme, path) for host in self.hosts)


def chained_proxies(instances: tuple[ProxyInstance, ...], network: Network) -> tuple[ProxyInstance, ...]:
    """The proxies, each route that leads to another one's joined to the server behind that.

    A round joins routes to those that know their server already, so proxies that lead to each other come to nothing.
    """
    for _ in range(LONGEST - 1):
        further = tuple(_with_chained_routes(instance, instances, network) for instance in instances)
        if all(new is old for new, old in zip(further, instances, strict=True)):
            break
        instances = further
    return instances


def _with_chained_routes(
    instance: ProxyInstance, instances: tuple[ProxyInstance, ...], network: Network
) -> ProxyInstance:
    """The proxy with the routes that lead to a route which knows its server."""
    heard: dict[Span, Listener] = {}
    routes = []
    for route, found in zip(instance.proxy.routes, instance.proxied, strict=True):
        inner = None if route.server else _listener(route, instance, instances, network)
        rules = tuple(_rules(found, inner)) if inner else ()
        if inner and len({rule.server.id for rule, _, _ in rules if rule.server}) == 1:
            heard[route.span] = inner
            route = _with_inner_route(route, *rules[0])
        routes.append(route)
    if not heard:
        return instance
    return instance._replace(
        proxy=instance.proxy._replace(routes=tuple(routes), ask=partial(_ask_through, instance.proxy.ask, heard))
    )


def _listener(
    route: Route, instance: ProxyInstance, instances: tuple[ProxyInstance, ...], network: Network
) -> Listener | None:
    """The one proxy that all members of a route lead to, None where that cannot be told."""
    proxies = [tuple(_proxies(member, instance, instances, network)) for member in route.members]
    if not proxies or any(each != proxies[0] for each in proxies) or len(proxies[0]) != 1:
        return None
    return Listener(*proxies[0][0], _hosts(route))


def _proxies(
    member: Member, instance: ProxyInstance, instances: tuple[ProxyInstance, ...], network: Network
) -> Iterator[tuple[ProxyInstance, int]]:
    """The proxies that listen where a member leads, each with the port that it hears it on."""
    contexts = network.containers_named(member.host, instance.origin)
    for other in instances:
        if contexts is None and member.port in other.proxy.published:
            yield other, other.proxy.published[member.port]
        elif contexts and _runs_in(other, contexts) and member.port in other.proxy.ports:
            yield other, member.port


def _runs_in(instance: ProxyInstance, contexts: list[ContainerContext]) -> bool:
    """Whether a proxy runs in the one container that is meant."""
    return instance.origin is not None and [instance.origin.container.id] == [each.container.id for each in contexts]


def _hosts(route: Route) -> tuple[str, ...]:
    """The names that the next proxy may be asked for by; all that are likely where the files do not tell which."""
    sent = route.host.only
    if sent and sent not in (CLIENT_NAME, CLIENT_HOST, TARGET_HOST):
        return (sent.partition(":")[0],)
    names = tuple(name for name in route.server_names.only or () if name[:1].isalnum() and "*" not in name)
    asked = (route.target.only or "").partition("://")[2].partition("/")[0].partition(":")[0]
    if sent in (CLIENT_NAME, CLIENT_HOST) and names:
        return names
    return (asked,) if sent == TARGET_HOST else (asked, "localhost", *names)


def _rules(found: Proxied, inner: Listener) -> Iterator[tuple[Route, str, Level]]:
    """The routes behind that carry an endpoint to which a route leads, each with the path that clients ask for."""
    pairs = zip(inner.instance.proxy.routes, inner.instance.proxied, strict=True)
    for route, made_of in islice((pair for pair in pairs if pair[0].mcp_server), MOST_RULES):
        path = route.endpoint.only
        asked = paths_to(found, path) if path else ()
        if path and asked and all(to.kind == PROXY and to.location == route.span for to in inner.ask(path)):
            yield route, asked[0], made_of.location.level


def _with_inner_route(route: Route, inner: Route, asked: str, level: Level) -> Route:
    """The route with what it carries of the server behind another one."""
    note = Label(route.target.span or route.span, "sends requests to another proxy")
    why = f"sends requests to another {inner.proxy}, which sends them to the server"
    return route._replace(
        server=inner.server,
        inner_route=inner.id,
        path=Value(None, (note,)),
        endpoint=Value((asked,), (*inner.endpoint.trace, note)),
        ping=inner.ping,
        opts_out=_opts_out(inner, level),
        links=(Link(inner.id, ASSUMED if inner.assumed else MADE, why, (note,)),),
    )


def _opts_out(route: Route, level: Level) -> Value[bool]:
    """Whether the streams that come out of a proxy ask the next one for no buffering: nginx keeps that to itself."""
    for directive in level.effective("add_header"):
        if [word.lower() for word in directive.words[:2]] == [OPT_OUT, "no"]:
            return Value((True,), (Label(directive.span, "sends X-Accel-Buffering: no"),))
    if any(OPT_OUT in map(str.lower, directive.words) for directive in level.effective("proxy_pass_header")):
        return route.opts_out
    filters = (name for outer in level.self_and_parents() for name in outer.own)
    if not route.closed or any(name.startswith(("more_", "header_filter")) for name in filters):
        return UNKNOWN
    return Value((False,), (Label(route.span, "does not pass X-Accel-Buffering on, the default of nginx"),))


def _ask_through(proxy: Ask, heard: Mapping[Span, Listener], host: str, port: int, scheme: str, path: str) -> Response:
    """What becomes of a request, followed through the proxy that it is passed on to."""
    first = proxy(host, port, scheme, path)
    inner = heard.get(first.location) if first.location and first.kind == PROXY else None
    if inner is None or first.uri is None:
        return first
    then = next(inner.ask(first.uri))
    taken = (Label(then.location, "this location of the inner proxy handles the request"),) if then.location else ()
    trace = (*first.trace, *taken, *then.trace)
    return then._replace(location=first.location, trace=trace, certain=first.certain and then.certain)
