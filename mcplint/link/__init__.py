"""Facts of all files joined into the parts of the model, inside out: containers, servers, routes, what is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from mcplint.config import Config
from mcplint.core import Failure, Note, Source, Span, Unreadable
from mcplint.kinds import kind, kinds
from mcplint.link import stated
from mcplint.link.containers import Running, aside, running
from mcplint.link.reach import Network
from mcplint.link.reading import Reading
from mcplint.model import (
    ClientConfig,
    Container,
    Deployment,
    Labelled,
    Loose,
    Manifest,
    Package,
    Remote,
    Route,
    Server,
)
from mcplint.record import NamedTuple
from mcplint.tree import Tree

if TYPE_CHECKING:
    from mcplint.facts.dockerfile import Dockerfile
    from mcplint.link.front import Front
    from mcplint.link.image import Image
    from mcplint.link.platform.ingress import Entry
    from mcplint.link.platforms import Platforms
    from mcplint.link.service import Service

Paths = Mapping[str, list[str]]
P = TypeVar("P", Remote, ClientConfig)
MAKES = {
    "dockerfile": "the container that it makes is",
    "compose": "the services that it runs are",
    "server.json": "what it publishes is",
}
"""By kind of file, what is lost with one that cannot be read."""


class Linked(NamedTuple):
    """The deployment of a project, and what of its files could not be read."""

    deployment: Deployment
    problems: tuple[Unreadable | Failure, ...]


def link(tree: Tree, config: Config) -> Linked:
    """The deployment that the files of a project make."""
    reading = Reading(tree)
    paths = kinds(path for path in tree.paths if not aside(path))
    wanted = _speaks_of_mcp(reading, paths) or _publishes(reading, paths)
    hosted = _platforms(reading, paths) if wanted else None
    places = _places(reading, paths, hosted.services if hosted else ()) if wanted else ()
    places = tuple(stated.containers(places, config.deployment))
    servers, loose, needed, lacking = _servers(reading, paths, places)
    servers = tuple(stated.servers(servers, config.deployment))
    network = Network(places, servers)
    deployment = Deployment(
        _containers(places, servers, lacking),
        servers,
        remotes=tuple(stated.remotes(config.deployment)),
        loose=(*loose, *_lost(reading), *(_unread(paths, hosted) if servers else ())),
    )
    in_front = _in_front(reading, paths, network, hosted.entries if hosted else ())
    deployment = _published(reading, paths, network, deployment, in_front)
    problems = reading.found(needed | _asked_for(paths, servers))
    return Linked(deployment, (*problems, *reading.failures))


def _speaks_of_mcp(reading: Reading, paths: Paths) -> bool:
    """Whether any Python file or list of dependencies has the letters: without them there is no server to look for."""
    for form in ("pyproject", "requirements", "python"):
        for path in paths.get(form, ()):
            source = reading.tree.source(path)
            if source and "mcp" in source.text:
                return True
    return False


def _publishes(reading: Reading, paths: Paths) -> bool:
    """Whether the project publishes a server: its image is then of interest, whatever is in it."""
    return bool(reading.all("manifest", paths.get("server.json", ())))


def _places(reading: Reading, paths: Paths, workloads: tuple[Service, ...]) -> tuple[Running, ...]:
    dockerfiles = reading.all("dockerfile", paths.get("dockerfile", ()))
    if "compose" not in paths:
        return tuple(running(reading.tree, dockerfiles, (), workloads))
    from mcplint.link.services import projects
    from mcplint.link.siblings import acquainted
    from mcplint.link.unread import doubted

    compose = reading.all("compose", paths["compose"])
    lost = reading.lost("compose", paths["compose"])
    found = running(reading.tree, dockerfiles, projects(compose.values(), reading.tree), workloads)
    return acquainted(tuple(doubted(place, lost) for place in found))


def _platforms(reading: Reading, paths: Paths) -> Platforms | None:
    """What platforms other than compose run, None where there is no file of any."""
    manifests, *others = (
        reading.all(form, paths.get(form, ())).values()
        for form in ("kubernetes", "kustomization", "fly", "render", "railway", "procfile")
    )
    if not manifests and not any(others):
        return None
    from mcplint.link.platforms import platforms

    kustomizations, *applications, procfiles = others
    configurations = [each for kind in applications for each in kind]
    return platforms(reading.tree, manifests, kustomizations, configurations, procfiles)


def _lost(reading: Reading) -> Iterator[Loose]:
    """What would make parts of the deployment, and cannot be read."""
    for path, problem in {**reading.tree.problems, **reading.problems}.items():
        made = kind(path)
        if made and made.name in MAKES and not aside(path):
            yield Loose(path, problem.span, f"{problem.message}; {MAKES[made.name]} not known")


def _unread(paths: Paths, hosted: Platforms | None) -> Iterator[Loose]:
    """What may belong to the deployment and is not followed."""
    for path in paths.get("caddyfile", ()):
        yield Loose(path, Span(Source(path, ""), 0, 0), "Caddyfiles are not read")
    for note in hosted.notes if hosted else ():
        yield Loose(note.span.source.path, note.span, note.text)


def _servers(
    reading: Reading, paths: Paths, places: tuple[Running, ...]
) -> tuple[tuple[Server, ...], tuple[Loose, ...], frozenset[str], Mapping[str, Note]]:
    """The servers of all containers, else those in the code; what starts none; the files they cannot do without;
    by container, what it would start and the project lacks."""
    if not places and "python" not in paths:
        return (), (), frozenset(), {}
    from mcplint.link.servers import Programs, bare

    programs = Programs(reading)
    found = [(place, programs.started(place)) for place in places]
    servers = [server for _, start in found for server in start.servers]
    loose = (
        Loose(place.container.id, place.container.span, start.why, start.notes)
        for place, start in found
        if not start.servers and not start.missing
    )
    needed = frozenset(path for place, start in found for path in (*start.needed, *_unbuilt(place)))
    lacking = {place.container.id: start.missing for place, start in found if start.missing}
    return tuple(servers or bare(reading)), tuple(loose), needed, lacking


def _unbuilt(place: Running) -> tuple[str, ...]:
    """The Dockerfile that a service builds where no image came of it."""
    build = place.service.build if place.service and not place.image else None
    return (build.dockerfile.only,) if build and build.dockerfile.only else ()


def _containers(
    places: tuple[Running, ...], servers: tuple[Server, ...], lacking: Mapping[str, Note]
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


def _published(
    reading: Reading, paths: Paths, network: Network, deployment: Deployment, in_front: tuple[Front, ...]
) -> Deployment:
    """The deployment with its routes, with how they spread requests, and with what clients are told."""
    routes = tuple(route for front in in_front for route in front.routes)
    manifests, remotes, packages = _manifests(reading, paths, network)
    remotes = _joined((*deployment.remotes, *remotes), in_front, network)
    return deployment._replace(
        servers=_spread(network, routes),
        routes=tuple(route for route in routes if route.server),
        remotes=remotes,
        packages=packages,
        manifests=manifests,
        dead_ends=tuple(end for front in in_front for end in front.dead_ends),
        clients=_joined(_clients(reading, paths), in_front, network),
        loose=(*deployment.loose, *(Loose(r.id, r.span, _why(r)) for r in routes if not r.server)),
    )


def _why(part: Route) -> str:
    return "; ".join(dict.fromkeys(link.why for link in part.links)) or "leads to no server that is known"


def _in_front(reading: Reading, paths: Paths, network: Network, entries: tuple[Entry, ...]) -> tuple[Front, ...]:
    """The proxies of a project that has servers to stand in front of."""
    if not network.servers:
        return ()
    found: list[Front] = []
    if "nginx" in paths:
        from mcplint.link.proxies import proxies

        files = reading.all("nginx", paths["nginx"])
        reading.mind(note for file in files.values() for note in file.problems)
        found += proxies(files, reading.tree, network)
    if entries:
        from mcplint.link.gateway import ingress

        found += ingress.fronts(entries, network)
    if "haproxy" in paths:
        from mcplint.link.gateway import haproxy

        configurations = reading.all("haproxy", paths["haproxy"])
        reading.mind(note for file in configurations.values() for note in haproxy.unread(file))
        found += haproxy.fronts(configurations, network)
    if any(place.service and any(map(_is_traefiks, place.service.labels)) for place in network.running):
        from mcplint.link.gateway import traefik

        found += traefik.fronts(network)
    if not found:
        return ()
    from mcplint.link.around import around

    return tuple(map(around, found))


def _is_traefiks(label: str) -> bool:
    return label.lower().startswith("traefik.http.")


def _spread(network: Network, routes: tuple[Route, ...]) -> tuple[Server, ...]:
    if not network.servers:
        return ()
    from mcplint.link.gates import gates
    from mcplint.link.spread import spreads

    places = {place.container.id: place for place in network.running}
    found = []
    for server in network.servers:
        place = places.get(server.container.id) if server.container else None
        mine = tuple(route for route in routes if route.server and route.server.id == server.id and not route.behind)
        found.append(server._replace(spread=tuple(spreads(server, place, mine)), gates=tuple(gates(mine))))
    return tuple(found)


def _manifests(
    reading: Reading, paths: Paths, network: Network
) -> tuple[tuple[Manifest, ...], tuple[Remote, ...], tuple[Package, ...]]:
    documents = reading.all("manifest", paths.get("server.json", ())).values()
    if not documents:
        return (), (), ()
    from mcplint.link.manifests import manifest, packages, project, remotes, served
    from mcplint.link.servers import installed

    images = {(place.image.dockerfile, place.image.number): place.image for place in network.running if place.image}
    around = project(reading.tree, (_labelled(image, reading) for image in images.values()))
    return (
        tuple(manifest(document, around) for document in documents),
        tuple(remote for document in documents for remote in remotes(document)),
        tuple(
            served(package, around, network.servers, partial(installed, reading))
            for document in documents
            for package in packages(document)
        ),
    )


def _labelled(image: Image, reading: Reading) -> Labelled:
    dockerfile: Dockerfile = reading.all("dockerfile", [image.dockerfile])[image.dockerfile]
    stage = dockerfile.stages[image.number]
    last = (stage.origin, *stage.instructions)[-1].span
    return Labelled(image.dockerfile, image.span, last, image.labels)


def _clients(reading: Reading, paths: Paths) -> tuple[ClientConfig, ...]:
    if "client" not in paths:
        return ()
    from mcplint.link.clients import clients

    return tuple(client for file in reading.all("client", paths["client"]).values() for client in clients(file))


def _joined(parts: tuple[P, ...], in_front: tuple[Front, ...], network: Network) -> tuple[P, ...]:
    if not parts or not network.servers:
        return parts
    from mcplint.link.published import joined

    return tuple(joined(part, in_front, network) for part in parts)


def _asked_for(paths: Paths, servers: tuple[Server, ...]) -> frozenset[str]:
    """The files that tell how a server is deployed, where there is one to deploy."""
    kinds_needed = ("dockerfile", "compose", "nginx", "server.json") if servers else ("server.json",)
    return frozenset(path for kind in kinds_needed for path in paths.get(kind, ()))
