"""A proxy in front of servers, whatever program it is: its routes, where it listens, and what becomes of a request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from mcplint.findings import WARNING, NotFollowed
from mcplint.model import MISSING, Container, DeadEnd, Link, Route
from mcplint.proxies.response import Response
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, Reached
from mcplint.text.source import Span
from mcplint.values import Label

MOST_MEMBERS = 200
"""Servers that share the requests of a route that are followed."""


class Proxy(NamedTuple):
    """One proxy.

    `name`: of its program. `ports`: those that it listens on, and whether it speaks TLS there. `published`: by port of
    the machine, the port on which the proxy hears it. `ask`: what becomes of a request for a host, a port, a scheme and
    a path. `dead_ends`: the servers that it is told of and that are not there. `names`: those that it answers for,
    also where it passes nothing on, as far as its routes do not say them. `container`: the one that it runs in.
    `complete`: no other rules than those of its routes lead to their servers, whatever else it may be told.
    """

    name: str
    routes: tuple[Route, ...]
    ports: Mapping[int, bool]
    published: Mapping[int, int]
    ask: Callable[[str, int, str, str], Response]
    dead_ends: tuple[DeadEnd, ...] = ()
    names: frozenset[str] = frozenset()
    container: Container | None = None
    complete: bool = False

    @property
    def leads_to_server(self) -> bool:
        """Whether any of its routes leads to a server that is known."""
        return any(route.server for route in self.routes)


def published_ports(origin: ContainerContext | None, ports: Mapping[int, bool]) -> Mapping[int, int]:
    """By port of the machine, the port of a container that it leads to; without a container it is the same one."""
    if origin is None or origin.container.shared_network.must(bool):
        return {port: port for port in ports}
    pairs = ((port.published.only, port.target.only) for port in origin.container.ports if port.published is not None)
    return {outer: inner for outer, inner in pairs if outer is not None and inner is not None}


OPEN_ON_MACHINE = "the proxy is open on all interfaces of its machine and lets everybody in"


def home_of(origin: ContainerContext | None) -> Container | None:
    """The container that a proxy runs in."""
    return origin.container if origin else None


def open_ports(origin: ContainerContext, ports: Collection[int | None]) -> Iterator[Label]:
    """Where a container publishes ports of the proxy in it beyond its machine."""
    for port in origin.container.ports:
        if port.published is not None and port.host_ip is None and port.target.only in ports:
            yield Label(port.span, "the proxy is open on all interfaces and lets everybody in")


def with_server(route: Route, origin: ContainerContext | None, network: Network) -> Route:
    """The route with the server that its members lead to, if all that are known lead to one program."""
    if not route.members:
        return route._replace(links=(Link(None, MISSING, "where it leads depends on the request"),))
    if len(route.members) > MOST_MEMBERS:
        _say_left_out(route.members[MOST_MEMBERS].span, network)
        route = route._replace(members=route.members[:MOST_MEMBERS])
    return with_only_server(route, [_member(route, number, origin, network) for number in range(len(route.members))])


def _say_left_out(span: Span, network: Network) -> None:
    """Says which member of a route is the first that is not followed."""
    if network.tree is not None:
        why = f"names an upstream server after the first {MOST_MEMBERS} of a route, the most that are followed"
        network.tree.problems.setdefault(span.source.path, NotFollowed(span.head, why, WARNING))


def with_only_server(route: Route, reached: list[Reached]) -> Route:
    """The route with the one program that answers behind it."""
    servers = {found.server.id: found.server for found in reached if found.server}
    programs = {(server.span.source.path, server.span.start) for server in servers.values()}
    links = tuple(found.link for found in reached)
    return route._replace(server=next(iter(servers.values())) if len(programs) == 1 else None, links=links)


def _member(route: Route, number: int, origin: ContainerContext | None, network: Network) -> Reached:
    member = route.members[number]
    return network.at(member.host, member.port, origin, Label(member.span, "requests are sent here"), route.path.only)
