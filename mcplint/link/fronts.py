"""The proxies in front of the servers of a project, whatever programs they are, and how they spread requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcplint.link.gates import gates
from mcplint.link.reach import Network
from mcplint.link.reading import Paths, Reading
from mcplint.link.spread import spreads
from mcplint.model import Route, Server

if TYPE_CHECKING:
    from mcplint.link.front import Front
    from mcplint.link.platform.ingress import Entry


def fronts(reading: Reading, paths: Paths, network: Network, entries: tuple[Entry, ...]) -> tuple[Front, ...]:
    """The proxies, each told by the files of its program."""
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


def spread(network: Network, routes: tuple[Route, ...]) -> tuple[Server, ...]:
    """The servers, each with how its requests are spread over processes, and with what is checked on their way."""
    places = {place.container.id: place for place in network.running}
    found = []
    for server in network.servers:
        place = places.get(server.container.id) if server.container else None
        mine = tuple(route for route in routes if route.server and route.server.id == server.id and not route.behind)
        found.append(server._replace(spread=tuple(spreads(server, place, mine)), gates=tuple(gates(mine))))
    return tuple(found)
