"""Settings of nginx that locations share: where one of them gets its own, or what else a change changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcplint.model import Route
from mcplint.proxies.nginx.directives import statement
from mcplint.proxies.nginx.routes import Proxied
from mcplint.values import Value

SETTINGS = {
    "buffering": "proxy_buffering",
    "read_timeout": "proxy_read_timeout",
    "http_version": "proxy_http_version",
    "body_limit": "client_max_body_size",
}


def apart(routes: Sequence[Route], found: Sequence[Proxied]) -> list[Route]:
    """The routes to servers, what they share with health checks or with routes to elsewhere written for them alone.

    What an included file sets in the location itself cannot be set there once more: the edit says what else it changes.
    """
    return [_apart(route, routes, one) if route.server else route for route, one in zip(routes, found, strict=True)]


def _apart(route: Route, routes: Sequence[Route], found: Proxied) -> Route:
    changed: dict[str, Any] = {}
    for field, name in SETTINGS.items():
        value: Value[Any] = getattr(route, field)
        others = [other for other in routes if _shares(other, route, field)]
        if not others or not value.site:
            continue
        if name in found.location.level.own:
            named = tuple(sorted(set(map(_named, others))))
            changed[field] = value._replace(site=value.site._replace(changes=named))
        else:
            changed[field] = value._replace(site=statement(found.location.level, f"{name} "))
    return route._replace(**changed)


def _shares(other: Route, route: Route, field: str) -> bool:
    """Whether a health check, or a route to elsewhere, is told a setting at the same place."""
    theirs, mine = (getattr(each, field).site for each in (other, route))
    elsewhere = other.checks_health or _leads_to(other) != _leads_to(route)
    return elsewhere and not route.checks_health and bool(theirs and mine and theirs.span == mine.span)


def _leads_to(route: Route) -> str | None:
    return route.server.id if route.server else route.target.only


def _named(route: Route) -> str:
    """What people call a location: its match, and the name of its server."""
    name = (route.server_names.only or ("",))[0]
    return f"`location {route.location.only or ''}`" + (f" of `{name}`" if name else "")
