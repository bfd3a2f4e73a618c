"""The addresses of other containers that compose services are given in their environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from mcplint.knowledge.image_ports import PORTS
from mcplint.model import Call, ClientConfig, Container, Server
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import repository
from mcplint.services.network import Network
from mcplint.text.urls import is_sentence, is_this_machine
from mcplint.values import EditSite, Value

MOST = 10
ADDRESS = re.compile(
    r"(?<![\w.])[a-z][a-z0-9+.-]{0,20}://(?:[^/@\s\"']{0,200}@)?([A-Za-z0-9][\w.-]{0,100}):(\d{1,5})(?!\d)"
)

OPTION = re.compile(r"--?[A-Za-z][\w-]{1,60}")


def calls(network: Network, clients: Iterable[ClientConfig], bridged: Mapping[str, frozenset[str]]) -> Iterator[Call]:
    """Every address with a port that leads from one container to another, where one of them runs an MCP server.

    It stands in a variable, in an option of a command, or in a client's configuration that is mounted or that a bridge
    reads: `bridged` has these by container. Those of the machine itself only as others than MCP servers are told them.
    """
    mounted: dict[str, list[ClientConfig]] = {}
    for client in clients:
        mounted.setdefault(client.span.source.path, []).append(client)
    serving = {server.container.id: server for server in network.servers if server.container}
    known = _index(network, serving)
    for context in network.running:
        caller = context.container
        if context.project is None or caller.unread or caller.shared_network.may(bool):
            continue
        files = {*(mount.path or "" for mount in caller.mounts), *bridged.get(caller.id, ())}
        file_clients = [each for path in sorted(files) for each in mounted.get(path, ())]
        # A server says which variables it reads; a client's file is read by the client, be it a bridge.
        serves = caller.id in serving
        given = (
            (name, value, serves) for name, value in caller.env.items() if value.only and not is_sentence(value.only)
        )
        arguments = () if serves else _arguments(caller)
        urls = ((f"the URL of `{client.span.text[:60]}`", client.url, False) for client in file_clients)
        for name, value, from_server in (*given, *arguments, *urls):
            for found in ADDRESS.finditer(value.only or ""):
                other = _container_at(found[1], int(found[2]), context, known)
                if other and _involves_server(found[1], from_server, other.container.id in serving):
                    yield _call(name, value, found, caller, other.container, serving.get(other.container.id))


def _arguments(caller: Container) -> Iterator[tuple[str, Value[str], bool]]:
    """The URLs that the command of a container is given by an option, `--url URL` or `--url=URL`, with its name."""
    words = (caller.argv.words if caller.argv else None) or ()
    for before, word in pairwise(words):
        if OPTION.fullmatch(before.only or "") and ADDRESS.match(word.only or ""):
            yield f"{before.only}", word, False
    for word in words:
        option, _, url = (word.only or "").partition("=")
        if OPTION.fullmatch(option) and ADDRESS.match(url):
            yield option, word, False


def _involves_server(host: str, from_server: bool, to_server: bool) -> bool:
    return to_server and not from_server if is_this_machine(host) else from_server or to_server


class Index(NamedTuple):
    """The containers of each compose project by name, by a port of the host, and by one that a server listens on."""

    named: dict[tuple[int, str], list[ContainerContext]]
    published: dict[tuple[int, int], list[ContainerContext]]
    heard: dict[tuple[int, int], list[ContainerContext]]


def _index(network: Network, serving: Mapping[str, Server]) -> Index:
    known = Index({}, {}, {})
    for context in network.running if serving else ():
        project, container = id(context.project), context.container
        server = serving.get(container.id)
        for name in container.names:
            known.named.setdefault((project, name), []).append(context)
        for port in _published_ports(container):
            known.published.setdefault((project, port), []).append(context)
        for port in (server.port.options or ()) if server and server.speaks_http else ():
            known.heard.setdefault((project, port), []).append(context)
    return known


def _container_at(host: str, port: int, context: ContainerContext, known: Index) -> ContainerContext | None:
    """The one other container that an address can mean: by its name, or on the machine itself by a port of the host, or
    by the one that its server listens on."""
    project, own = id(context.project), (*context.container.ports, *context.container.expose)
    if not is_this_machine(host):
        found = known.named.get((project, host), [])
    elif port in {one.target.only for one in own}:
        return None
    elif not (found := known.published.get((project, port), [])):
        found = known.heard.get((project, port), [])
    near = [one for one in found[:MOST] if one.container.networks & context.container.networks]
    return near[0] if len(near) == 1 and near[0].container.id != context.container.id else None


def _call(
    name: str, value: Value[str], found: re.Match[str], caller: Container, other: Container, server: Server | None
) -> Call:
    whole = value.site.span if value.site and value.site.span.text == value.only else None
    start = whole.start if whole else 0
    site = EditSite(whole._replace(start=start + found.start(1), end=start + found.end(2))) if whole else None
    span = site.span if site else value.span or caller.span
    inner = {port.target.only for port in (*other.ports, *other.expose) if port.protocol == "tcp"}
    inner |= set(server.port.options or ()) if server else set()
    if other.dockerfile is None:
        inner |= PORTS.get(repository(other.image.only or "").rpartition("/")[2], frozenset())
    return Call(
        f"{caller.id} {name}",
        span,
        name,
        caller,
        other,
        found[1],
        int(found[2]),
        (value.only or "")[found.end() :].partition("?")[0],
        frozenset(port for port in inner if port),
        _published_ports(other),
        server,
        site,
        value.trace,
    )


def _published_ports(container: Container) -> dict[int, int]:
    pairs = ((port.published.only, port.target.only) for port in container.ports if port.published is not None)
    return {outer: inner for outer, inner in pairs if outer and inner}
