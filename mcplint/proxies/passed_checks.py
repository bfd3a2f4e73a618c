"""The health checks of a proxy's container that the proxy passes on to the servers behind it."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.model import Container
from mcplint.model.health import HealthCheck
from mcplint.proxies.proxy import Proxy
from mcplint.proxies.response import PROXY
from mcplint.values import Label


def with_passed_checks(proxy: Proxy) -> Proxy:
    """The proxy, its routes with what the checks of its own container ask their servers for."""
    container = proxy.container
    if container is None or not container.checks:
        return proxy
    passed = list(_checks_passed_on(proxy, container))
    routes = (
        route._replace(checks=(*route.checks, *(check for span, check in passed if span == route.span)))
        if route.server and not route.assumed and not route.intercepted and not route.error_pages
        else route
        for route in proxy.routes
    )
    return proxy._replace(routes=tuple(routes))


def _checks_passed_on(proxy: Proxy, container: Container) -> Iterator[tuple[object, HealthCheck]]:
    """Each check whose request is passed on, with the span of the route that does."""
    for check in container.checks:
        asked = check.deciding_request
        if asked is None or asked.port is None:
            continue
        answer = proxy.ask(asked.host or "localhost", asked.port, asked.scheme, asked.path)
        if answer.kind != PROXY or not answer.certain or answer.uri is None or answer.location is None:
            continue
        sent = asked._replace(scheme="http", host="", port=None, path=answer.uri.partition("?")[0])
        passed = (Label(answer.location, f"passes it on as {sent.path[:60]}"),)
        yield answer.location, check._replace(requests=(sent,), container=container.title, passed=passed)
