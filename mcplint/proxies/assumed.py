"""Links that a reader would assume: upstreams that no file names, in a project with one server that they can mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mcplint.knowledge.web import ANY_MACHINE
from mcplint.model import ASSUMED, MISSING, Link, Member, Route, Server
from mcplint.proxies.other_programs import other_programs
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import is_other_software, repository
from mcplint.services.network import Network
from mcplint.text.paths import outwards
from mcplint.text.urls import host
from mcplint.values import Label

MCP = "mcp"


def assumed(origin: ContainerContext | None, network: Network, route: Route, follow: Callable[[Route], Route]) -> Route:
    """The route with the one server over HTTP that it can mean, if it leads to its endpoint; else as it was.

    `follow`: tells what a route that knows its server carries of it.
    """
    if route.server or route.inner_route or not route.members or (origin and origin.container.platform):
        return route
    for server in _candidates(network):
        if not all(_can_reach(member, server, origin, network) for member in route.members):
            continue
        port = route.members[0].port
        held = f"nothing else is known to listen on {port}"
        if container := server.container:
            held = f"a command publishes its port as {port}" if port in container.inner_ports else held
        why = f"{held}, and it is the only server over HTTP"
        note = Label(route.members[0].span, "no file says what runs there")
        found = follow(route._replace(server=server, links=(Link(server.id, ASSUMED, why, (note,)),)))
        if found.mcp_server and _is_meant_for(found, server, network):
            return found
    return route


def _candidates(network: Network) -> Iterator[Server]:
    """The servers of the one program that speaks HTTP; none where two could be meant."""
    found = [server for server in network.servers if not server.transport.must_be("stdio")]
    if len({(server.span.source.path, server.span.start) for server in found}) == 1:
        yield from found


def _can_reach(member: Member, server: Server, origin: ContainerContext | None, network: Network) -> bool:
    """Whether a machine that no file names, or the one that runs the proxy, can have the server at that port."""
    context = next(
        (each for each in network.running if server.container and each.container.id == server.container.id), None
    )
    named = _containers_named(member, network)
    if not member.host or not all(map(_is_unknown_software, named)):
        return False
    if named:
        return server.port.must_be(_container_port(member, named))
    if context is None or context.container.platform is None or context.container.on_machine:
        inner = context.container.inner_ports.get(member.port or 0) if context else None
        return any(map(server.port.must_be, inner or (member.port,)))
    return network.containers_named(member.host, origin) is not None and any(
        port.published.must_be(member.port) and server.port.must_be(port.target.only)
        for port in context.container.ports
        if port.published is not None and port.host_ip is None
    )


def _is_meant_for(route: Route, server: Server, network: Network) -> bool:
    """Whether a route says that it means the server, or nothing else of the project can be meant and no name says so.

    It says so where its location is one for MCP or for the server's own path, or where its machines are called after
    MCP and nothing else; not where they are called after other software. Whatever comes is also passed on to other
    programs, and a site may be called after MCP for what stands beside the server: then each name has to be one of
    any machine or of the project, and nothing else in the project may listen.
    """
    own = _own_words(server, network)
    machines = [*(member.host for member in route.members), host(route.target.only or "")]
    words = frozenset().union(*map(_words, machines))
    if _is_mcp_location(route.location.only or "", server):
        return MCP in words or not any(map(is_other_software, words))
    if MCP in words and words <= own | ANY_MACHINE:
        return True
    names = (*machines, *map(_of_site, route.server_names.only or ()))
    return all(_may_mean(_words(name), own) for name in names) and _is_only_candidate(route, server, network)


def _is_mcp_location(location: str, server: Server) -> bool:
    """Whether a location is one for MCP, or for the very path of the server."""
    path = (server.path.only or "").strip("/")
    return MCP in location.lower() or bool(path and path in location)


def _may_mean(words: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a name of these words says nothing of what runs there, or speaks of the project."""
    return words <= ANY_MACHINE or not words.isdisjoint(own)


def _is_only_candidate(route: Route, server: Server, network: Network) -> bool:
    """Whether nothing else that the project builds, runs or has a program for can be meant."""
    own = [each.container for each in _candidates(network) if each.container]
    candidates = {each.container.id for member in route.members for each in _containers_named(member, network)}
    candidates |= {container.id for container in own}
    if network.tree is None or any(each.container.id not in candidates for each in network.running):
        return False
    dockerfile = server.container.dockerfile if server.container else None
    others = network.tree.cached(other_programs, server.span.source.path, dockerfile or "")
    return network.used.union(container.dockerfile or "" for container in own).issuperset(others)


def _own_words(server: Server, network: Network) -> frozenset[str]:
    """The words by which the server, its files, its package and its container are called, and MCP itself."""
    container, path = server.container, server.span.source.path
    folders = outwards(path.rpartition("/")[0])
    packages = (network.tree.project(each) for each in folders) if network.tree else ()
    names = [
        server.name.only or "",
        path.rpartition(".")[0],
        *(package.name.only or "" for package in packages if package),
    ]
    if container:
        images = (repository(str(image)).rpartition("/")[2] for image in container.image.options or () if image)
        names += [container.service or "", *container.names, *images]
    return frozenset({MCP}).union(*map(_words, names)) - ANY_MACHINE


def _of_site(name: str) -> str:
    """What the name of a site says of what it serves, empty where it is only its owner's."""
    first, _, rest = name.lower().partition(".")
    return "" if first == "www" or (rest and "." not in rest and rest not in ANY_MACHINE) else first


def _words(name: str) -> frozenset[str]:
    """The words that a name is made of, without numbers, single letters and the domain; MCP also within one."""
    label = name if "/" in name else name.partition(".")[0]
    parts = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", label).lower())
    found = {part.rstrip("0123456789") for part in parts}
    return frozenset(MCP if MCP in word else word for word in found if len(word) > 1)


def _containers_named(member: Member, network: Network) -> list[ContainerContext]:
    """The containers that have the name of a machine."""
    return [each for each in network.running if member.host in each.container.names]


def _is_unknown_software(context: ContainerContext) -> bool:
    """Whether it is not known what a container runs, but for its image's name, which is no well-known software's."""
    container = context.container
    names = [str(name) for name in container.image.options or ()]
    unknown = context.image is None and any(link.kind == MISSING for link in container.links)
    return unknown and bool(names or container.build) and not any(map(is_other_software, names))


def _container_port(member: Member, named: list[ContainerContext]) -> int | None:
    """The port of a container that requests to its name come to."""
    forwards = (one for each in named for one in each.container.forwards)
    ports = [one.target.only for one in forwards if one.published is not None and one.published.only == member.port]
    return ports[0] if ports else member.port
