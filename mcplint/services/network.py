"""Which server answers at a host and a port, asked by someone: a container, or the machine that runs them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from mcplint.images.copies import image_paths
from mcplint.model import ASSUMED, MADE, MISSING, Container, Link, Server
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.urls import is_this_machine
from mcplint.values import Label

GATEWAY = frozenset({"host.docker.internal", "gateway.docker.internal", "172.17.0.1"})
HOST = ("host",)


class Reached(NamedTuple):
    """The server that answers, or None, with the link that says why."""

    server: Server | None
    link: Link


class Network(NamedTuple):
    """All that can be reached in a project: its containers, and its servers with and without one.

    `tree`: its files, None where they are not asked for; `used`: the modules of the programs that are followed.
    """

    running: tuple[ContainerContext, ...]
    servers: tuple[Server, ...]
    tree: Tree | None = None
    used: frozenset[str] = frozenset()

    def at(
        self, host: str, port: int, origin: ContainerContext | None, note: Label, path: str | None = None
    ) -> Reached:
        """The server at a host and a port as seen from a container, or from the machine itself (`origin` None).

        `path`: what is asked for there, which tells servers at one port, or at ports that are not known, from others.
        """
        if not host:
            return _none("where it leads is only known at run time")
        named = self.containers_named(host, origin)
        if named is None:
            return self._server_on_machine(port, note, path)
        if is_this_machine(host):
            own = [each.container for each in named]
            return self._server_on_port(own, port, MADE, "shares its network with", note, path)
        if named:
            return self.of_containers(named, port, "is named by", note, path)
        strangers = {
            o.container.id: o.container for o in self.running if o.container.is_called(host) and self._has_server(o)
        }
        if len(strangers) == 1:
            why = "is the only one that has the name in"
            return self._server_on_port(list(strangers.values()), port, ASSUMED, why, note, path)
        return _none(
            f"nothing in the project is named {host}" if not strangers else f"several containers are named {host}"
        )

    def containers_named(self, host: str, origin: ContainerContext | None) -> list[ContainerContext] | None:
        """The containers that a host means as seen from one, or from the machine; None where it means the machine."""
        if host in GATEWAY or (is_this_machine(host) and (origin is None or _stack(origin) == HOST)):
            return None
        if is_this_machine(host) and origin:
            return [origin]
        return [other for other in self.running if other.container.is_called(host) and self.can_resolve(origin, other)]

    def of_containers(
        self, named: list[ContainerContext], port: int | None, why: str, note: Label, path: str | None = None
    ) -> Reached:
        """The server of containers that have a name, asked for on a port under that name (None: not known)."""
        if not named:
            return _none(f"nothing in the project {why} {note.span.text.strip()}")
        forwards = [forward for each in named for forward in each.container.forwards]
        inner = [one.target.only for one in forwards if one.published is not None and one.published.only == port]
        return self._server_on_port(
            [each.container for each in named], inner[0] if inner else port, MADE, why, note, path
        )

    def can_resolve(self, origin: ContainerContext | None, other: ContainerContext) -> bool:
        """Whether a container resolves another's names: a network in common, of the same compose files or cluster."""
        if origin is None or origin.project is not other.project:
            return False
        return any(
            other.container.networks & each.container.networks for each in self._sharing_address([origin.container])
        )

    def _sharing_address(self, containers: list[Container]) -> list[ContainerContext]:
        """These containers and those that share an address with one of them."""
        ids = {container.id for container in containers}
        stacks = {_stack(context) for context in self.running if context.container.id in ids}
        return [context for context in self.running if _stack(context) in stacks]

    def _has_server(self, context: ContainerContext) -> bool:
        return any(server.container and server.container.id == context.container.id for server in self.servers)

    def _server_on_machine(self, port: int, note: Label, path: str | None) -> Reached:
        """The server behind a port of the machine: published, on the host's network, or run without a container."""
        for container, inner in self._ports():
            if port in inner:
                return self._server_on_port([container], inner[port], MADE, "publishes the port in", note, path)
        on_host = {context.container.id for context in self.running if _stack(context) == HOST}
        shared = [server for server in self.servers if server.container and server.container.id in on_host]
        bare = [server for server in self.servers if not server.container]
        found = [server for server in (*shared, *bare) if server.port.must_be(port)]
        if len(found) == 1:
            kind = MADE if found[0].container else ASSUMED
            return Reached(found[0], Link(found[0].id, kind, f"is the only server that listens on {port}", (note,)))
        open_ = [server for server in bare if server.port.options is None and server.path.only == path]
        if len(open_) == 1 and not found:
            why = f"is the only server that answers {path}, on a port that is not known"
            return Reached(open_[0], Link(open_[0].id, ASSUMED, why, (note,)))
        return _none(f"nothing is known to listen on port {port} of the machine")

    def _ports(self) -> Iterator[tuple[Container, dict[int, int]]]:
        """Each container with its published ports, by number on the machine."""
        for context in self.running:
            ports: dict[int, int] = {}
            for port in context.container.ports:
                published, target = port.published.only if port.published is not None else None, port.target.only
                if published and target:
                    ports[published] = target
            yield context.container, ports

    def _server_on_port(
        self, containers: list[Container], port: int | None, kind: str, why: str, note: Label, path: str | None
    ) -> Reached:
        """The server of these containers that listens on a port, or may where it is not known."""
        ids = {context.container.id for context in self._sharing_address(containers)}
        inside = [server for server in self.servers if server.container and server.container.id in ids]
        label = containers[0].service or containers[0].id
        if not inside:
            return Reached(None, Link(containers[0].id, MISSING, f"no MCP server is known in {label}", (note,)))
        fitting = [server for server in inside if _may_listen(server, port)]
        # One over stdio is meant where nothing listens; beside what does, it is what that is a bridge to.
        fitting = [server for server in fitting if not server.transport.must_be("stdio")] or fitting
        if len(fitting) > 1:
            fitting = _servers_towards(fitting, path)
        if len(fitting) != 1:
            ports = ", ".join(sorted({str(server.port.only) for server in inside}))
            why_not = (
                f"{label} listens on {ports}, not on {port}"
                if not fitting
                else f"several servers of {label} may listen"
            )
            return Reached(None, Link(containers[0].id, MISSING, why_not, (note,)))
        return Reached(fitting[0], Link(fitting[0].id, kind, f"{label} {why} {note.span.text.strip()}", (note,)))


def servers_at(servers: Iterable[Server], path: str) -> list[Server]:
    """Those of several servers that a path is an endpoint of."""

    def is_own_path(mine: str | None) -> bool:
        return mine is not None and mine.rstrip("/") == path.rstrip("/")

    return [server for server in servers if server.path.must(is_own_path) or server.message_path.must(is_own_path)]


def _servers_towards(servers: list[Server], path: str | None) -> list[Server]:
    """Those of several servers that a path leads to: its own, else those that may be below it, else all."""
    asked = (path or "").rstrip("/")
    below = [server for server in servers if server.path.may(lambda mine: f"{mine}".startswith(f"{asked}/"))]
    return servers_at(servers, asked) or below or servers


def _may_listen(server: Server, port: int | None) -> bool:
    """Whether a server may be what answers on a port; one over stdio is, for all that whoever linked it meant."""
    return port is None or server.transport.must_be("stdio") or server.port.may_be(port)


def _stack(context: ContainerContext) -> tuple[object, ...]:
    """What a container shares its address with: the host, the service or pod whose network it uses, else itself."""
    mode = context.container.network_mode.only
    if mode == "host":
        return HOST
    own = context.container.service or context.container.id
    return id(context.project), mode.removeprefix("service:") if mode and mode.startswith("service:") else own


def _none(why: str) -> Reached:
    return Reached(None, Link(None, MISSING, why))


# Where programs of an image look for what configures them; the folder of a project says nothing of that.
_SYSTEM = ("/etc/", "/usr/")


def home(path: str, running: Iterable[ContainerContext], program: str) -> ContainerContext | None:
    """The container whose program a file of the project configures, None where no container is known to.

    It is mounted into it, else copied there: an image with the whole project in it does not run its proxies for that.
    """
    everywhere = tuple(running)
    mounted = (found for found in everywhere if _mounted(path, found))
    copied = (found for found in everywhere if _stands_in_image(path, found, program))
    return next(chain(mounted, copied), None)


def _mounted(path: str, context: ContainerContext) -> bool:
    paths = (mount.path for mount in context.container.mounts if mount.path is not None)
    return any(path == mounted or path.startswith(f"{mounted.rstrip('/')}/") for mounted in paths)


def _stands_in_image(path: str, context: ContainerContext, program: str) -> bool:
    """Whether a file stands in a container whose image, installs, start or folder for that file name the program."""
    image, argv = context.image, context.container.argv
    stands = [place for place in image_paths(image, path) if place is not None] if image else []
    if not image or not stands:
        return False
    texts = [place for place in stands if place.startswith(_SYSTEM)]
    texts += [*(image.base.options or ()), *(run.text.text for run in image.runs)]
    texts += [option for word in (argv and argv.words) or () for option in word.options or ()]
    return any(program in text for text in texts)
