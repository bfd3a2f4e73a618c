"""Links that a reader would assume: upstreams that no file names, in a project with one server that they can mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.knowledge.image_ports import OTHER_NAMES
from mcplint.model import ASSUMED, MISSING, Link, Member, Route, Server
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import is_other_software
from mcplint.services.network import Network
from mcplint.text.paths import is_apart
from mcplint.values import Label

DJANGO_PORT = "8000"
"""The port of Django's `manage.py runserver`, and of uvicorn where it is told none."""
PROGRAMS = (".py", *JAVASCRIPT, *TYPESCRIPT)
CALLS = ("run(", "run_app(", "run_simple(", "serve(", ".listen(", "Config(")
"""What a program that listens calls."""


def assumed(origin: ContainerContext | None, network: Network, route: Route, follow: Callable[[Route], Route]) -> Route:
    """The route with the one server over HTTP that it can mean, if it leads to its endpoint; else as it was.

    `follow`: tells what a route that knows its server carries of it.
    """
    if route.server or route.inner_route or not route.members or (origin and origin.container.platform):
        return route
    for server in _candidates(network):
        if not all(_means(member, server, origin, network) for member in route.members):
            continue
        said = f"nothing else is known to listen on {route.members[0].port}, and it is the only server over HTTP"
        note = Label(route.members[0].span, "no file says what runs there")
        found = follow(route._replace(server=server, links=(Link(server.id, ASSUMED, said, (note,)),)))
        if found.carried and (_speaks_of(found, server) or _is_alone(route, server, network)):
            return route if _is_contradicted(found, server, network) else found
    return route


def _candidates(network: Network) -> Iterator[Server]:
    """The servers of the one program that speaks HTTP; none where two could be meant."""
    found = [server for server in network.servers if not server.transport.must_be("stdio")]
    if len({(server.span.source.path, server.span.start) for server in found}) == 1:
        yield from found


def _means(member: Member, server: Server, origin: ContainerContext | None, network: Network) -> bool:
    """Whether a machine that no file names, or the one that runs the proxy, can have the server at that port."""
    context = next(
        (each for each in network.running if server.container and each.container.id == server.container.id), None
    )
    named = _named(member, network)
    if not member.host or not all(map(_is_stranger, named)):
        return False
    if named:
        return server.port.must_be(_inner(member, named))
    if context is None or context.container.platform in (None, "systemd"):
        return server.port.must_be(member.port)
    return network.named(member.host, origin) is not None and any(
        port.published.must_be(member.port) and server.port.must_be(port.target.only)
        for port in context.container.ports
        if port.published is not None and port.host_ip is None
    )


def _speaks_of(route: Route, server: Server) -> bool:
    """Whether the location names the server's endpoint, or MCP, and does not take whatever comes."""
    location, path = route.location.only or "", (server.path.only or "").strip("/")
    return "mcp" in location.lower() or bool(path and path in location)


def _is_alone(route: Route, server: Server, network: Network) -> bool:
    """Whether nothing else that the project builds or runs can be meant."""
    meant = {each.container.id for member in route.members for each in _named(member, network)}
    own = {*meant, server.container.id if server.container else None}
    return all(each.container.id in own for each in network.running)


def _is_contradicted(route: Route, server: Server, network: Network) -> bool:
    """Whether a name says that other software is meant, or a program that is not followed listens on that port."""
    names = [member.host for member in route.members]
    if not _speaks_of(route, server):
        names += route.server_names.only or ()
    if any(map(_is_of_others, names)):
        return True
    tree, ports = network.tree, {str(member.port) for member in route.members}
    return tree is not None and any(not network.used.issuperset(tree.once(_listening, port)) for port in ports)


def _is_of_others(host: str) -> bool:
    """Whether the name of a machine or a site is one of well-known software, or of a part that serves no MCP."""
    words = [word.rstrip("0123456789") for word in re.split(r"[-_]", host.lower().partition(".")[0])]
    return "mcp" not in words and any(word in OTHER_NAMES or is_other_software(word) for word in words)


def _listening(tree: Tree, port: str) -> tuple[str, ...]:
    """The programs in the files of a project that listen on a port, by their own text."""
    default = r"|\buvicorn\.run\((?![\s\S]{0,300}?\bport\s*=)" if port == DJANGO_PORT else ""
    listens = re.compile(
        rf"(?:\brun|\brun_app|\brun_simple|\bserve|\.listen|\bConfig)\([\s\S]{{0,200}}?\b{port}\b{default}"
    )
    found: list[str] = []
    for path in sorted(path for path in tree.paths if path.endswith(PROGRAMS) and not is_apart(path)):
        if path.rpartition("/")[2] == "manage.py":
            listening = port == DJANGO_PORT and tree.mentions(path, "django")
        else:
            source = tree.source(path) if tree.mentions(path, *CALLS) else None
            listening = source is not None and listens.search(source.text) is not None
        found += [path] if listening else []
    return tuple(found)


def _named(member: Member, network: Network) -> list[ContainerContext]:
    """The containers that have the name of a machine."""
    return [each for each in network.running if member.host in each.container.names]


def _is_stranger(context: ContainerContext) -> bool:
    """Whether it is not known what a container runs, but for its image's name, which is no well-known software's."""
    container = context.container
    names = [str(name) for name in container.image.options or ()]
    unknown = context.image is None and any(link.kind == MISSING for link in container.links)
    return unknown and bool(names or container.build) and not any(map(is_other_software, names))


def _inner(member: Member, named: list[ContainerContext]) -> int | None:
    """The port of a container that requests to its name come to."""
    forwards = (one for each in named for one in each.container.forwards)
    ports = [one.target.only for one in forwards if one.published is not None and one.published.only == member.port]
    return ports[0] if ports else member.port
