"""Settings of nginx that locations share: where one of them gets its own, or what else a change changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mcplint.model import Route
from mcplint.proxies.nginx.directives import statement
from mcplint.proxies.nginx.routes import Proxied
from mcplint.text.source import Span
from mcplint.values import Value

SETTINGS = {
    "buffering": "proxy_buffering",
    "read_timeout": "proxy_read_timeout",
    "http_version": "proxy_http_version",
    "body_limit": "client_max_body_size",
}


def with_separate_sites(routes: Sequence[Route], found: Sequence[Proxied]) -> list[Route]:
    """The routes to servers, what they share with health checks or with routes to elsewhere written for them alone.

    What an included file sets in the location itself cannot be set there once more: the edit says what else it changes.
    """
    by_site: dict[tuple[str, Span], list[Route]] = {}
    for route in routes:
        for field in SETTINGS:
            if site := getattr(route, field).site:
                by_site.setdefault((field, site.span), []).append(route)
    sharing = {key: Sharing.of(alike) for key, alike in by_site.items()}
    return [
        _with_separate_sites(route, sharing, one) if route.server else route
        for route, one in zip(routes, found, strict=True)
    ]


class Sharing(NamedTuple):
    """The names of the locations that are told a setting by one line: health checks, the rest by where it leads."""

    checks: tuple[str, ...]
    leading: Mapping[str | None, tuple[str, ...]]

    @classmethod
    def of(cls, routes: Sequence[Route]) -> Sharing:
        leading: dict[str | None, list[str]] = {}
        for route in routes:
            if not route.checks_health:
                leading.setdefault(_target_of(route), []).append(_location_title(route))
        checks = (_location_title(route) for route in routes if route.checks_health)
        return cls(tuple(checks), {target: tuple(names) for target, names in leading.items()})

    def others_than(self, route: Route) -> Iterator[str]:
        """What shares the setting with a route, and is a health check or leads elsewhere."""
        yield from self.checks
        for target, names in self.leading.items():
            yield from names if target != _target_of(route) else ()


def _with_separate_sites(route: Route, sharing: Mapping[tuple[str, Span], Sharing], found: Proxied) -> Route:
    changed: dict[str, Any] = {}
    for field, name in SETTINGS.items():
        value: Value[Any] = getattr(route, field)
        others = (
            sharing[field, value.site.span].others_than(route) if value.site and not route.checks_health else iter(())
        )
        if value.site is None or (first := next(others, None)) is None:
            continue
        if name in found.location.level.own:
            changed[field] = value._replace(site=value.site._replace(changes=tuple(sorted({first, *others}))))
        else:
            changed[field] = value._replace(site=statement(found.location.level, f"{name} "))
    return route._replace(**changed)


def _target_of(route: Route) -> str | None:
    return route.server.id if route.server else route.target.only


def _location_title(route: Route) -> str:
    """What people call a location: its match, and the name of its server."""
    name = (route.server_names.only or ("",))[0]
    return f"`location {route.location.only or ''}`" + (f" of `{name}`" if name else "")
