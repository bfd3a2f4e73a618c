"""How the requests for a server are spread over processes: by its workers, its replicas, or a proxy's upstream."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.knowledge.proxies import TRAEFIK, affinity
from mcplint.model import Route, Server, Spread
from mcplint.services.containers import ContainerContext
from mcplint.values import UNKNOWN, Label, Value, join


def spreads(server: Server, running: ContainerContext | None, routes: tuple[Route, ...]) -> Iterator[Spread]:
    """Everything that makes several processes answer for a server."""
    if server.workers.may(lambda count: count is not None and count > 1):
        yield Spread("workers", server.workers, Value(("none",)), server.workers.trace)
    if running and running.container.replicas.options:
        replicas = running.container.replicas
        notes = (*replicas.trace, *(note for route in routes for note in _balancer(route)))
        yield Spread("replicas", replicas, _affinity(server, running, routes), notes)
    for route in routes:
        active = {(member.host, member.port): member for member in route.members if member.active}
        if len(active) > 1:
            notes = tuple(Label(member.span, "one of the servers that take turns") for member in active.values())
            yield Spread("members", Value((len(active),)), kind(route), (*_balancer(route), *notes))


def _balancer(route: Route) -> tuple[Label, ...]:
    how = route.balancing.only
    return (Label(route.balancing.span or route.span, f"{route.proxy} spreads requests by {how}"),) if how else ()


def kind(route: Route) -> Value[str]:
    """What a route's way of balancing means to sessions, as `Spread` says it."""
    balancing = route.balancing
    known = [affinity(route.proxy, option) for option in balancing.options or ()]
    if not known or None in known:
        return UNKNOWN
    return Value(tuple(dict.fromkeys(row.kind for row in known if row)), balancing.trace)


def _affinity(server: Server, running: ContainerContext, routes: tuple[Route, ...]) -> Value[str]:
    """What sends a client to the same replica: a platform's own affinity, or all the proxies in front."""
    container = running.container
    if server.fronted.must(bool):
        return UNKNOWN
    if container.platform not in (None, "compose"):
        return container.affinity
    if any(map(_unread, container.labels)) and not any(route.proxy == TRAEFIK for route in routes):
        return UNKNOWN
    kinds = [kind(route) for route in routes]
    return join(kinds) if kinds else Value(("none",))


def _unread(label: str) -> bool:
    """Whether a label tells some proxy how to balance."""
    return "sticky" in label or label.startswith(("caddy", "haproxy"))
