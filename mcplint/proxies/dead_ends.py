"""The servers that a proxy is told to pass MCP requests on to and that are not there: no such name, no such port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mcplint.commands.command_lines import program
from mcplint.commands.words import text
from mcplint.knowledge.executables import INITS
from mcplint.model import DeadEnd, Member, Route, Server
from mcplint.services.containers import ContainerContext
from mcplint.services.network import GATEWAY, Network
from mcplint.text.urls import is_this_machine
from mcplint.values import EditSite, Label

PROGRAMS = frozenset(
    {
        "nginx",
        "caddy",
        "haproxy",
        "lighttpd",
        "traefik",
        "envoy",
        *INITS,
        "docker-entrypoint.sh",
        "entrypoint.sh",
    }
)
"""What the image of a proxy starts, and nothing beside it."""


def dead_ends(
    leading: Iterable[tuple[Route, Callable[[str], object]]],
    routes: Iterable[Route],
    origin: ContainerContext | None,
    network: Network,
    strict: bool,
) -> Iterator[DeadEnd]:
    """The dead ends of one configuration that keep MCP clients from a server of the project.

    `leading`: the routes, each with whether clients can ask for a path so that its server is asked for one.
    `strict`: the proxy does not start while it cannot resolve a name that stands in its configuration, so such a name
    keeps them from whatever else the configuration carries; behind a variable it is resolved with a request.
    """
    if origin is None or not _resolves_own_names_only(origin, network):
        return
    speaking = [server for server in network.servers if _runs_beside(server, origin, network)]
    alone = _is_alone_in_container(origin, network)
    carries = strict and any(route.mcp_server in speaking for route in routes if route.mcp_server)
    for route, leads in leading:
        wanted = [server for server in speaking if server.path.only and leads(server.path.only)]
        fatal = carries and "$" not in route.target.trace[0].span.text if route.target.trace else False
        for member in route.members:
            if not is_this_machine(member.host):
                yield from _dead_end(route, member, origin, network, wanted, fatal)
            elif alone:
                yield from _dead_end_at_itself(route, member, origin, wanted)


def _resolves_own_names_only(origin: ContainerContext, network: Network) -> bool:
    """Whether every name that the proxy can resolve is one of the project's own."""
    container, project = origin.container, origin.project
    if project is None or project.notes or container.outside:
        return False
    if container.network_mode.may_not_be(None):
        return False
    return all(each.container.container_name.options is not None for each in network.running if each.project is project)


def _runs_beside(server: Server, origin: ContainerContext, network: Network) -> bool:
    """Whether a server speaks MCP over HTTP in a container of the proxy's project."""
    if server.container is None or not server.speaks_http:
        return False
    ours = (each.container.id for each in network.running if each.project is origin.project)
    return server.container.id in ours


def _dead_end(
    route: Route, member: Member, origin: ContainerContext, network: Network, wanted: list[Server], fatal: bool
) -> Iterator[DeadEnd]:
    host = member.host
    if (
        not _is_label(host)
        or host in GATEWAY | origin.container.hosts
        or not {"resolve", "resolvers", "init-addr"}.isdisjoint(member.span.text.split())
    ):
        return
    named = [each for each in network.running if each.container.is_called(host)]
    near = [each for each in named if network.can_resolve(origin, each)]
    inside = [
        server
        for server in wanted
        if server.container and any(server.container.id == each.container.id for each in near)
    ]
    if not near and (wanted or fatal) and all(each.project is origin.project for each in named):
        yield _end(
            "network" if named else "name",
            route,
            member,
            wanted,
            tuple(Label(each.container.span, "has that name") for each in named),
        )
    occupied = {server.container.id for server in inside if server.container}
    elsewhere = all(server.port.must_not_be(member.port) for server in inside)
    if inside and elsewhere and all(each.container.id in occupied for each in near):
        yield _end("port", route, member, inside, inside[0].port.trace)


def _is_alone_in_container(origin: ContainerContext, network: Network) -> bool:
    """Whether nothing but the proxy listens in its container, whose network is no other's of the project."""
    words = origin.container.argv.words if origin.container.argv else ()
    # An option alone is for the program of the image.
    own = words is not None and (not words or program(words) in PROGRAMS or (text(words[0]) or "").startswith("-"))
    beside = (each.container for each in network.running if each.project is origin.project)
    joined = any(each.network_mode.may_not_be(None) for each in beside)
    serving = any(server.container and server.container.id == origin.container.id for server in network.servers)
    return own and not joined and not serving


def _dead_end_at_itself(
    route: Route, member: Member, origin: ContainerContext, wanted: list[Server]
) -> Iterator[DeadEnd]:
    """A member on the proxy's own machine, which is its container, where servers in others are meant."""
    on_port = [server for server in wanted if server.container and member.port in _ports_of_server(server)]
    own = any(f":{member.port}" in f":{listen}" for listens in route.listen.options or () for listen in listens)
    if on_port and not own:
        yield _end("itself", route, member, on_port, (Label(origin.container.span, "the proxy runs here"),))


def _ports_of_server(server: Server) -> set[int | None]:
    """The ports of a server, in its container and where these are published."""
    published = server.container.ports if server.container else ()
    return {server.port.only, *(port.published.only for port in published if port.published is not None)}


def _is_label(host: str) -> bool:
    """Whether it is a name without dots: letters and digits, and between them `-` and `_`."""
    return host.isascii() and host.replace("-", "").replace("_", "").isalnum() and host == host.strip("-_")


def _end(kind: str, route: Route, member: Member, intended: list[Server], notes: tuple[Label, ...]) -> DeadEnd:
    start = member.span.text.find(f"{member.host}:{member.port}")
    text = f"{member.host}:{member.port}" if start >= 0 else member.host
    start = member.span.start + (start if start >= 0 else member.span.text.find(member.host))
    span = member.span._replace(start=start, end=start + len(text))
    server = intended[0] if len(intended) == 1 else None
    site = EditSite(span) if span.text == text else None
    return DeadEnd(
        f"{route.id} {text}",
        span if site else member.span,
        kind,
        member.host,
        member.port,
        server,
        notes,
        site,
        route.title_at(member.span),
    )
