"""From nginx files to routes that know their server: where each configuration runs, and what its upstreams are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.core import UNKNOWN, Note, Value
from mcplint.facts.nginx import NginxFile
from mcplint.knowledge.nginx import image_version
from mcplint.link.carried import carrying
from mcplint.link.containers import Running
from mcplint.link.nginx import Config, Proxied, configure, proxied
from mcplint.link.reach import Network, Reached, home
from mcplint.model import MISSING, Link, Route
from mcplint.tree import Tree


class Proxy(NamedTuple):
    """One nginx configuration, the container that runs it (None: the machine itself, or unknown), and its routes."""

    config: Config
    origin: Running | None
    routes: tuple[tuple[Proxied, Route], ...]


def proxies(files: Mapping[str, NginxFile], tree: Tree, network: Network) -> Iterator[Proxy]:
    """Every nginx configuration of the project, its routes joined to the servers that they lead to."""
    homes: dict[str | None, tuple[Running | None, dict[str, NginxFile]]] = {}
    for path, file in files.items():
        origin = next(iter(home(path, network.running)), None)
        homes.setdefault(origin.container.id if origin else None, (origin, {}))[1][path] = file
    for origin, own in homes.values():
        env = origin.container.variable if origin else None
        version = release(origin.container.image) if origin else UNKNOWN
        for config in configure(own, tree, _places(origin), env):
            found = proxied((config,), version)
            yield Proxy(
                config, origin, tuple((one, carrying(one, _joined(one.route, origin, network))) for one in found)
            )


def _places(origin: Running | None) -> Mapping[str, str]:
    """What of the project lies at which path of the container."""
    mounts = origin.service.mounts if origin and origin.service else ()
    copies = origin.image.copies if origin and origin.image else ()
    places = {mount.target.only: mount.path for mount in mounts if mount.target.only and mount.path}
    base = "" if not origin or not origin.image or origin.image.context in (None, ".") else f"{origin.image.context}/"
    for copy in copies:
        if copy.stage is None and copy.image is None and copy.target.only and len(copy.sources) == 1:
            places.setdefault(copy.target.only.rstrip("/"), base + (copy.sources[0].only or "").lstrip("./"))
    return places


def release(image: Value[str]) -> Value[str]:
    """The nginx release that an image runs, as far as its tag names one."""
    if image.options is None:
        return UNKNOWN
    named = [image_version(option or "") for option in image.options]
    return Value(tuple(name for name in named if name), image.trace) if named and all(named) else UNKNOWN


def _joined(route: Route, origin: Running | None, network: Network) -> Route:
    """The route with the server that its members lead to, if all that are known lead to one program."""
    if not route.members:
        return route._replace(links=(Link(None, MISSING, "where it leads is not known before there is a request"),))
    reached = [_member(route, number, origin, network) for number in range(len(route.members))]
    servers = {found.server.id: found.server for found in reached if found.server}
    programs = {(server.span.source.path, server.span.start) for server in servers.values()}
    if len(programs) != 1:
        return route._replace(links=tuple(found.link for found in reached))
    return route._replace(server=next(iter(servers.values())), links=tuple(found.link for found in reached))


def _member(route: Route, number: int, origin: Running | None, network: Network) -> Reached:
    member = route.members[number]
    return network.at(member.host, member.port, origin, Note(member.span, "leads here"), route.path.only)
