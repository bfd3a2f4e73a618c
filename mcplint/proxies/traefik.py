"""Traefik's labels and files as routes: rules of names and prefixes, stripped prefixes, sticky cookies.

https://doc.traefik.io/traefik/routing/providers/docker/, https://doc.traefik.io/traefik/routing/routers/#rule
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from mcplint.facts.traefik import TraefikFile
from mcplint.knowledge.proxies import TRAEFIK
from mcplint.model import EXACT, PREFIX, DeadEnd, Member, PathMatch, Route
from mcplint.project.tree import Tree
from mcplint.proxies.assumed import assumed
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.proxy import MOST_MEMBERS, Proxy, open_ports, published_ports, with_only_server, with_server
from mcplint.proxies.routing import (
    ProxyRule,
    VirtualHost,
    leading,
    location,
    request_router,
    unknown_path,
    with_endpoints,
)
from mcplint.proxies.traefik_guards import may_turn_away
from mcplint.proxies.traefik_labels import ROUTER, Labels, balancing, lets_in, middleware_chain, routers, service_of
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import repository
from mcplint.services.network import Network
from mcplint.services.settings import number
from mcplint.text.number import whole_number
from mcplint.text.source import Span
from mcplint.text.urls import authority
from mcplint.values import UNKNOWN, Label, Value

PORTS = {80: False, 443: True}
PROXIES = ("nginx", "nginx-unprivileged", "openresty", "caddy", "haproxy", "traefik", "envoy", "httpd")
SPOKEN = re.compile(r"(?i)traefik\.http\.routers\.([^=:\n]{1,200})\.rule\b")
TERM = re.compile(r"(Host|PathPrefix|Path)\(((?:\s*+`[^`]*`\s*+,?)++)\)")


class RouterRule(NamedTuple):
    """A router's rule: the names (none: any) and the paths that it takes."""

    hosts: tuple[str, ...]
    matches: tuple[PathMatch, ...]


def proxies(files: Collection[TraefikFile], network: Network, tree: Tree, labelled: bool) -> Iterator[Proxy]:
    """The Traefik of each compose project whose services have routers in their labels, and that of `files`.

    `labelled`: whether any labels may give it routers.
    """
    routed = [file for file in files if file.has_routers]
    yield from _of_labels(files, network, tree, alone=not routed)
    if routed:
        yield from _of_files(routed, files, network, tree, alone=not labelled)


def _of_labels(files: Collection[TraefikFile], network: Network, tree: Tree, alone: bool) -> Iterator[Proxy]:
    """The Traefik of each compose project whose services have routers in their labels.

    `alone`: no file of the project gives it routers as well.
    """
    groups: dict[int, list[ContainerContext]] = {}
    for running in network.running:
        if running.project and any(map(ROUTER.fullmatch, _labels(running))):
            groups.setdefault(id(running.project), []).append(running)
    for group in groups.values():
        project = group[0].project
        own = (one for one in network.running if one.project is project)
        origin = next((one for one in own if _is_traefik(one)), None)
        shown = _open_ports(origin, files, network, tree)
        rules = [rule for running in group for rule in _rules(running, network, shown)]
        rules.sort(key=lambda rule: -rule.priority)
        (vhost,) = _vhost_with_assumptions(rules, None, network)
        ports = published_ports(origin, PORTS) if origin else {}
        ends = {end.span: end for running in group for end in _dead_ends(running, network)}
        routes = tuple(rule.route for rule in vhost.rules)
        complete = alone and len(routes) == len(rules) and not (project and project.notes) and _are_all(group)
        yield Proxy(TRAEFIK, routes, PORTS, ports, request_router((vhost,)), tuple(ends.values()), complete=complete)


def _vhost_with_assumptions(
    rules: list[Ranked], origin: ContainerContext | None, network: Network
) -> tuple[VirtualHost, ...]:
    """The one virtual host of a Traefik, its routes with what is assumed of them."""
    vhost = VirtualHost((), frozenset(), tuple(one.rule for one in rules), closed=False)
    return with_endpoints((vhost,), network.tree, partial(assumed, origin, network))


def _are_all(group: list[ContainerContext]) -> bool:
    """Whether the labels that are read have every router that their files speak of, and it is known which count."""
    read: set[str] = set()
    sources = {}
    for context in group:
        labels = _labels(context)
        enabled = labels.get("traefik.enable")
        if enabled is not None and enabled.only is None:
            return False
        read.update(router for router, _ in routers(labels))
        spans = (context.container.span, *(rule_value.span for _, rule_value in routers(labels) if rule_value.span))
        sources.update({span.source.path: span.source for span in spans})
    if any("label_file" in source.text for source in sources.values()):
        return False
    return all(found[1].lower() in read for source in sources.values() for found in SPOKEN.finditer(source.text))


def _of_files(
    routed: Iterable[TraefikFile], files: Collection[TraefikFile], network: Network, tree: Tree, alone: bool
) -> Iterator[Proxy]:
    """The Traefik that reads these files: the one that a compose file runs, or one on the machine.

    `alone`: no labels of the project give it routers as well.
    """
    origin = next((one for one in network.running if _is_traefik(one)), None)
    shown = _open_ports(origin, files, network, tree)
    rules = [rule for file in routed for rule in _of_file(file, network, origin, shown)]
    rules.sort(key=lambda rule: -rule.priority)
    (vhost,) = _vhost_with_assumptions(rules, origin, network)
    routes = tuple(rule.route for rule in vhost.rules)
    ends = tuple(dead_ends(leading((vhost,)), routes, origin, network, strict=False))
    if ends or any(route.server for route in routes):
        complete = alone and len(routes) == len(rules)
        yield Proxy(
            TRAEFIK, routes, PORTS, published_ports(origin, PORTS), request_router((vhost,)), ends, complete=complete
        )


def _of_file(
    file: TraefikFile, network: Network, origin: ContainerContext | None, shown: tuple[Label, ...]
) -> Iterator[Ranked]:
    """The routers of a file, whose services name the machines that they lead to."""
    labels = Labels(file.settings)
    start = Span(file.source, 0, 0)
    for router, rule_value in routers(labels):
        service, _ = service_of(router, labels)
        urls: Value[str] = labels.services.get(service or "", {}).get("loadbalancer.servers", UNKNOWN)
        members = tuple(islice(_members(urls), MOST_MEMBERS + 1))
        target = urls if len(members) == 1 else urls._replace(options=None, site=None)
        opened = shown if lets_in(router, labels) else ()
        for ranked in _ranked_rules(router, rule_value, labels, members, target, start):
            route = with_server(ranked.rule.route, origin, network)._replace(published=opened)
            yield ranked._replace(rule=ranked.rule._replace(route=route))


def _members(urls: Value[str]) -> Iterator[Member]:
    for url, note in zip((urls.only or "").split(","), urls.trace, strict=False):
        host, colon, port = authority(url).rpartition(":")
        usual = 443 if url.startswith("https:") else 80
        yield Member(host if colon else port, (whole_number(port) if colon else None) or usual, True, note.span)


def _open_ports(
    origin: ContainerContext | None, files: Iterable[TraefikFile], network: Network, tree: Tree
) -> tuple[Label, ...]:
    """Where Traefik is open to other machines, and turns nobody away before a router is asked."""
    if origin is None or may_turn_away(origin, network.running, files, tree):
        return ()
    return tuple(open_ports(origin, PORTS))


def _dead_ends(context: ContainerContext, network: Network) -> Iterator[DeadEnd]:
    """The ports that labels name and none of the container's servers listens on."""
    container, labels = context.container, _labels(context)
    inside = [each for each in network.servers if each.container and each.container.id == container.id]
    for router in filter(None, map(ROUTER.fullmatch, labels)):
        _, port = service_of(router[1], labels)
        if port.only and port.span and inside and all(each.port.must_not_be(port.only) for each in inside):
            name, server = container.service or "", inside[0] if len(inside) == 1 else None
            end = f"{port.span.source.path} {name}:{port.only}"
            yield DeadEnd(end, port.span, "port", name, port.only, server, inside[0].port.trace, port.site, "Traefik")


def _labels(context: ContainerContext) -> Labels:
    """The labels of a service and of its image, which count where it does not say otherwise; letter case does not."""
    return Labels({**(context.image.labels if context.image else {}), **context.container.labels})


def _is_traefik(context: ContainerContext) -> bool:
    return repository(context.container.image.only or "").rpartition("/")[2] == "traefik"


def _is_gateway(context: ContainerContext) -> bool:
    """Whether a proxy of another kind runs in a container with a configuration of its own: it may lead anywhere."""
    image = context.image
    base = (image.base.only if image else context.container.image.only) or ""
    brings_files = context.container.mounts or (image and image.copies)
    return bool(brings_files) and repository(base).rpartition("/")[2] in PROXIES


class Ranked(NamedTuple):
    """A rule and its priority: the greatest is tried first."""

    priority: int
    rule: ProxyRule


def _rules(context: ContainerContext, network: Network, shown: tuple[Label, ...]) -> Iterator[Ranked]:
    """The routers of a service, one for each path of its rule; `shown`: where Traefik is open to other machines."""
    labels = _labels(context)
    if (enabled := labels.get("traefik.enable")) is not None and enabled.may(lambda said: said.lower() != "true"):
        return
    for router, said in routers(labels):
        _, port = service_of(router, labels)
        span = said.span or context.container.span
        name = context.container.service or ""
        members = (Member(name, port.only or 0, True, port.span or span),)
        target = Value(None if port.only is None else (f"http://{name}:{port.only}",), port.trace)
        opened = shown if lets_in(router, labels) else ()
        for ranked in _ranked_rules(router, said, labels, members, target, context.container.span):
            route = _with_labelled_server(ranked.rule.route, context, network)._replace(published=opened)
            rewrite = unknown_path if _is_gateway(context) else ranked.rule.rewrite
            yield ranked._replace(rule=ranked.rule._replace(route=route, rewrite=rewrite))


def _ranked_rules(
    router: str, said: Value[str], labels: Labels, members: tuple[Member, ...], target: Value[str], otherwise: Span
) -> Iterator[Ranked]:
    """A router as rules, one for each path that it takes, and its priority: the length of its rule, or as it says."""
    parts = parsed(said.only or "")
    priority = number(labels.get(f"traefik.http.routers.{router}.priority", UNKNOWN)).only or len(said.only or "")
    for match in parts.matches if parts else (None,):
        rule = _rule(router, said, labels, match, members, target, said.span or otherwise)
        yield Ranked(priority, rule._replace(hosts=parts.hosts if parts else None))


def parsed(rule: str) -> RouterRule | None:
    """A rule of `Host`, `PathPrefix` and `Path` joined by `&&`; None where it is of another form."""
    hosts: tuple[str, ...] = ()
    matches: tuple[PathMatch, ...] = ()
    for part in rule.split("&&"):
        term = TERM.fullmatch(part.strip())
        if term is None or (hosts if term[1] == "Host" else matches):
            return None
        texts = tuple(re.findall(r"`([^`]*)`", term[2]))
        if any("{" in text for text in texts):
            return None
        if term[1] == "Host":
            hosts = tuple(map(str.lower, texts))
        else:
            matches = tuple(PathMatch(EXACT if term[1] == "Path" else PREFIX, text) for text in texts)
    return RouterRule(hosts, matches or (PathMatch(PREFIX, "/"),))


def _rule(
    name: str,
    said: Value[str],
    labels: Labels,
    match: PathMatch | None,
    members: tuple[Member, ...],
    target: Value[str],
    span: Span,
) -> ProxyRule:
    rewrite, auth = middleware_chain(name, labels)
    path = rewrite(match.text) if match else None
    router_rule = parsed(said.only or "")
    note = Label(span, f"the rule of the router {name}")
    service, _ = service_of(name, labels)
    route = Route(
        id=f"{span.source.path} {name}{match.text if match else ''}",
        span=span,
        proxy=TRAEFIK,
        version=UNKNOWN,
        listen=UNKNOWN,
        server_names=Value((router_rule.hosts,) if router_rule else None, (note,)),
        location=location(match, Value(said.options, (note,))),
        match=match,
        target=target,
        balancing=balancing(service, labels, note),
        members=members,
        buffering=UNKNOWN,
        read_timeout=UNKNOWN,
        http_version=UNKNOWN,
        auth=auth,
        path=Value(None if path is None else (path,), (note,)),
        closed=False,
    )
    return ProxyRule(route, (), match, rewrite)


def _with_labelled_server(route: Route, context: ContainerContext, network: Network) -> Route:
    """The route with the server of the container that has the labels."""
    note = Label(context.container.span, "has the rule in its labels")
    port = route.members[0].port or None
    return with_only_server(
        route, [network.of_containers([context], port, "has Traefik's labels as", note, route.path.only)]
    )
