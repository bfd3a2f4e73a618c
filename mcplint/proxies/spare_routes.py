"""Paths that a proxy passes on to a server beside those that lead to its endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mcplint.model import Route
from mcplint.proxies.auxiliary_routes import ask, host_of
from mcplint.proxies.proxy import Proxy
from mcplint.proxies.response import PROXY, REDIRECT, UNKNOWN, Response
from mcplint.text.source import Span

MOST_PATHS = 20


def with_spare_routes(proxy: Proxy) -> Proxy:
    """The proxy, its refused routes with whether another path of the same name may lead to their server's endpoint."""
    if not any(route.refused for route in proxy.routes):
        return proxy
    endpoints = EndpointPaths(proxy)
    routes = (
        route._replace(spare=endpoints.may_lead_to_endpoint(route)) if route.refused else route
        for route in proxy.routes
    )
    return proxy._replace(routes=tuple(routes))


class EndpointPaths:
    """The paths by which a proxy leads clients to the endpoints of servers. A class because it asks for each once."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.taking: dict[Span, Route] = {}
        self.paths: dict[str, dict[str, None]] = {}
        self.open: set[str] = set()
        self.found: dict[tuple[str, str, tuple[str, ...] | None], bool] = {}
        self.dead = {(end.host, end.port) for end in proxy.dead_ends}
        for route in proxy.routes:
            self.taking[route.span] = route
            if route.server is None or self._is_dead(route):
                continue
            options = route.endpoint.options
            self.paths.setdefault(route.server.id, {}).update((path, None) for path in options or () if path)
            if options is None and not route.refused:
                self.open.add(route.server.id)

    def _is_dead(self, route: Route) -> bool:
        """Whether nothing of what a route passes requests on to is there."""
        return bool(route.members) and all((each.host, each.port) in self.dead for each in route.members)

    def may_lead_to_endpoint(self, route: Route) -> bool:
        """Whether a request for a route's name may lead its server to its endpoint."""
        host, id = host_of(route), route.server.id if route.server else ""
        if host is None or id in self.open:
            return id in self.open or bool(self.paths.get(id))
        key = (id, host, route.listen.only)
        if key not in self.found:
            self.found[key] = any(
                self._may_lead(route, ask(self.proxy, route, path)) for path in self._endpoint_paths(route)
            )
        return self.found[key]

    def _endpoint_paths(self, route: Route) -> Iterator[str]:
        """The paths of a server's endpoint, as clients may ask for it and as it is."""
        if route.server:
            yield from islice(self.paths.get(route.server.id, ()), MOST_PATHS)
            yield from route.server.path.options or ()

    def _may_lead(self, route: Route, answer: Response) -> bool:
        """Whether a request may come out at the endpoint of a route's server; a redirect is not followed."""
        if answer.kind == REDIRECT:
            return True
        taking = self.taking.get(answer.location) if answer.location else None
        if taking is None or route.server is None or self._is_dead(taking):
            return False
        if taking.server is None:
            return not taking.members
        if taking.server.id != route.server.id or answer.kind not in (PROXY, UNKNOWN):
            return False
        asked = (answer.uri or "").partition("?")[0].rstrip("/")
        return not answer.uri or route.server.path.may(lambda path: path.rstrip("/") == asked)
