"""The proxies in front of the servers of a project, whatever programs they are, and how they spread requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcplint.model import Route, Server
from mcplint.project.reading import Paths, Reading
from mcplint.proxies.spread import spreads
from mcplint.services.network import Network

if TYPE_CHECKING:
    from mcplint.proxies.proxy import Proxy
    from mcplint.services.kubernetes.ingress import Entry


def fronts(reading: Reading, paths: Paths, network: Network, entries: tuple[Entry, ...]) -> tuple[Proxy, ...]:
    """The proxies, each told by the files of its program."""
    found: list[Proxy] = []
    if "nginx" in paths:
        from mcplint.proxies.nginx.link import proxies

        files = reading.all("nginx", paths["nginx"])
        reading.mind(note for file in files.values() for note in file.problems)
        found += proxies(files, reading.tree, network)
    if entries:
        from mcplint.proxies import ingress

        found += ingress.fronts(entries, network)
    if "haproxy" in paths:
        from mcplint.proxies import haproxy

        configurations = reading.all("haproxy", paths["haproxy"])
        reading.mind(note for file in configurations.values() for note in haproxy.unread(file))
        found += haproxy.fronts(configurations, network)
    if any(any(map(_is_traefiks, place.container.labels)) for place in network.running):
        from mcplint.proxies import traefik

        found += traefik.fronts(network)
    if not found:
        return ()
    from mcplint.proxies.auxiliary_routes import around

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
        auth = tuple(label for route in mine if route.carried for label in route.auth)
        found.append(server._replace(spread=tuple(spreads(server, place, mine)), proxy_auth=auth))
    return tuple(found)
