"""What the containers of a project start, and which of them thereby belong to the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model import Container, Loose, Server
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import ContainerContext
from mcplint.values import Label


class Serving(NamedTuple):
    """The servers of all containers, else those in the code, and what starts none.

    `needed`: the files that they cannot do without. `lacking`: by container, what it would start and the project lacks.
    """

    servers: tuple[Server, ...] = ()
    loose: tuple[Loose, ...] = ()
    needed: frozenset[str] = frozenset()
    lacking: Mapping[str, Label] = {}


def started(tree: Tree, paths: Paths, places: tuple[ContainerContext, ...]) -> Serving:
    """What is started, as the files tell."""
    if not places and "python" not in paths:
        return Serving()
    from mcplint.link.servers import Programs, bare

    programs = Programs(tree)
    found = [(place, programs.started(place)) for place in places]
    servers = [server for _, start in found for server in start.servers]
    loose = (
        Loose(place.container.id, place.container.span, start.why, start.notes)
        for place, start in found
        if not start.servers and not start.missing
    )
    needed = frozenset(path for place, start in found for path in (*start.needed, *_unbuilt(place)))
    lacking = {place.container.id: start.missing for place, start in found if start.missing}
    return Serving(tuple(servers or bare(tree)), tuple(loose), needed, lacking)


def _unbuilt(place: ContainerContext) -> tuple[str, ...]:
    """The Dockerfile that a service builds where no image came of it."""
    build = None if place.image else place.container.build
    return (build.dockerfile.only,) if build and build.dockerfile.only else ()


def containers(
    places: tuple[ContainerContext, ...], servers: tuple[Server, ...], lacking: Mapping[str, Label]
) -> tuple[Container, ...]:
    """The containers that start an MCP server, or would if that were there, each with the ids of its servers."""
    inside: dict[str, list[str]] = {}
    for server in servers:
        if server.container:
            inside.setdefault(server.container.id, []).append(server.id)
    return tuple(
        each._replace(servers=tuple(inside.get(each.id, ())), missing=lacking.get(each.id))
        for each in (place.container for place in places)
        if each.id in inside or each.id in lacking
    )
