"""The proxies in front of the servers of a project, and how they spread requests over processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcplint.knowledge.proxies import TRAEFIK, affinity
from mcplint.model import Route, Server, Spread
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network
from mcplint.values import UNKNOWN, Label, Value, join

if TYPE_CHECKING:
    from mcplint.proxies.proxy import Proxy
    from mcplint.services.kubernetes.ingress import IngressPath


def proxies(tree: Tree, paths: Paths, network: Network, entries: tuple[IngressPath, ...]) -> tuple[Proxy, ...]:
    """The proxies, each told by the files of its program."""
    found: list[Proxy] = []
    if "nginx" in paths:
        from mcplint.proxies.nginx.link import proxies

        files = tree.all_facts("nginx", paths["nginx"])
        tree.refuse(note for file in files.values() for note in file.problems)
        found += proxies(files, tree, network)
    if entries:
        from mcplint.proxies import ingress

        found += ingress.proxies(entries, network)
    if "haproxy" in paths:
        from mcplint.proxies.haproxy import link as haproxy

        configurations = tree.all_facts("haproxy", paths["haproxy"])
        tree.refuse(note for file in configurations.values() for note in haproxy.unread(file))
        found += haproxy.proxies(configurations, network)
    if "caddyfile" in paths:
        from mcplint.proxies.caddy import link as caddy

        found += caddy.proxies(tree.all_facts("caddy", paths["caddyfile"]), tree, network)
    if "lighttpd" in paths:
        from mcplint.proxies.lighttpd import link as lighttpd

        found += lighttpd.proxies(tree.all_facts("lighttpd", paths["lighttpd"]), tree, network)
    labelled = any(any(map(_is_traefiks, context.container.labels)) for context in network.running)
    provided = (*paths.get("kubernetes", ()), *paths.get("traefik", ()))
    provided_files = tuple(tree.all_facts("traefik", provided).values())
    if labelled or provided_files:
        from mcplint.proxies import traefik

        found += traefik.proxies(provided_files, network, tree, labelled)
    if not found:
        return ()
    from mcplint.proxies.auxiliary_routes import with_auxiliary_routes
    from mcplint.proxies.passed_checks import with_passed_checks
    from mcplint.proxies.spare_routes import with_spare_routes

    return tuple(with_passed_checks(with_spare_routes(with_auxiliary_routes(proxy))) for proxy in found)


def _is_traefiks(label: str) -> bool:
    return label.lower().startswith("traefik.http.")


def servers_with_spread(network: Network, routes: tuple[Route, ...]) -> tuple[Server, ...]:
    """The servers, each with how its requests are spread over processes, and with what is checked on their way."""
    contexts = {context.container.id: context for context in network.running}
    found = []
    for server in network.servers:
        context = contexts.get(server.container.id) if server.container else None
        mine = tuple(
            route for route in routes if route.server and route.server.id == server.id and not route.inner_route
        )
        ports = tuple(dict.fromkeys(label for route in mine if route.mcp_server for label in route.published))
        binds = tuple(dict.fromkeys(label for route in mine if route.mcp_server for label in route.binds))
        pages = tuple(dict.fromkeys(label for route in mine for label in route.pages))
        auth = tuple(label for route in mine if route.mcp_server for label in route.auth)
        checks = tuple(dict.fromkeys(check for route in mine for check in route.checks))
        container = server.container
        if container and checks:
            container = container._replace(checks=(*container.checks, *checks))
        spreading = tuple(spreads(server, context, mine))
        found.append(
            server._replace(
                spread=spreading,
                proxy_auth=auth,
                proxy_ports=ports,
                proxy_binds=binds,
                proxy_pages=pages,
                container=container,
            )
        )
    return tuple(found)


def spreads(server: Server, context: ContainerContext | None, routes: tuple[Route, ...]) -> Iterator[Spread]:
    """Everything that makes several processes answer for a server."""
    if server.workers.may(lambda count: count is not None and count > 1):
        yield Spread("workers", server.workers, Value(("none",)), server.workers.trace)
    if context and context.container.replicas.options:
        replicas = context.container.replicas
        notes = (*replicas.trace, *(note for route in routes for note in _balancer(route)))
        yield Spread("replicas", replicas, _affinity(server, context, routes), notes)
    for route in routes:
        active = {(member.host, member.port): member for member in route.members if member.active}
        if len(active) > 1:
            notes = tuple(Label(member.span, "one of the upstream servers") for member in active.values())
            yield Spread(
                "members", Value((len(active),)), kind(route), (*_balancer(route), *notes), route.assumed, route.proxy
            )


def _balancer(route: Route) -> tuple[Label, ...]:
    how = route.balancing.only
    return (Label(route.balancing.span or route.span, f"{route.proxy} distributes requests by {how}"),) if how else ()


def kind(route: Route) -> Value[str]:
    """What a route's way of balancing means to sessions, as `Spread` says it."""
    balancing = route.balancing
    known = [affinity(route.proxy, option) for option in balancing.options or ()]
    if not known or None in known:
        return UNKNOWN
    return Value(tuple(dict.fromkeys(filter(None, known))), balancing.trace)


def _affinity(server: Server, context: ContainerContext, routes: tuple[Route, ...]) -> Value[str]:
    """What sends a client to the same replica: a platform's own affinity, or all the proxies in front."""
    container = context.container
    if server.fronted.must(bool):
        return UNKNOWN
    if container.platform not in (None, "compose"):
        return container.affinity
    if any(map(_unread, container.labels)) and not any(route.proxy == TRAEFIK for route in routes):
        return UNKNOWN
    kinds = [kind(route) for route in routes]
    return join(kinds) if kinds else Value(("none",))


def _unread(label: str) -> bool:
    """Whether a label tells some proxy how to balance."""
    return "sticky" in label or label.startswith(("caddy", "haproxy"))
