"""Caddy's configuration as routes: sites, matchers, handles and what they rewrite on the way to a server.

https://caddyserver.com/docs/caddyfile
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from mcplint.facts.caddy import Caddyfile, Directive, Word
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.proxies import CADDY
from mcplint.model import PathMatch, Route
from mcplint.project.tree import Tree
from mcplint.proxies.assumed import assumed
from mcplint.proxies.caddy.handlers import Handler, handlers
from mcplint.proxies.caddy.imports import Imports
from mcplint.proxies.caddy.order import (
    addresses,
)
from mcplint.proxies.caddy.routes import SiteAddress, response_of, route_of
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.proxy import Proxy, home_of, open_ports, published_ports, with_server
from mcplint.proxies.routing import MOST_RULES, ProxyRule, VirtualHost, leading, request_router, with_endpoints
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, home
from mcplint.text.number import whole_number
from mcplint.values import Label

MOST_SITES = 200
CHECKS = re.compile(r"auth|jwt|secur|_ip\b|token|crowdsec|\babort\b|\b40[13]\b")
"""What may turn callers away."""
ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9a-fA-F:]+\]|[^:/\s]*)(?::(?P<port>\d{1,5}))?(?P<path>/\S*)?"
)


def proxies(files: Mapping[str, Caddyfile], tree: Tree, network: Network) -> Iterator[Proxy]:
    """The Caddy of each file that no other one imports."""
    imports = {path: Imports(file, tree) for path, file in files.items()}
    sites = {path: tuple(imports[path].sites(file)) for path, file in files.items()}
    imported = {path for own, each in imports.items() for path in each.files if path != own}
    for path in sorted(files.keys() - imported):
        origin = home(path, network.running, "caddy")
        yield _proxy(files[path], sites[path], imports[path], origin, network)


def _proxy(
    file: Caddyfile, blocks: tuple[Directive, ...], imports: Imports, origin: ContainerContext | None, network: Network
) -> Proxy:
    ids: dict[str, int] = {}
    ports: dict[int, bool] = {}
    sites = []
    if len(blocks) > MOST_SITES and network.tree is not None:
        why = f"has a site after the first {MOST_SITES}, the most that are followed"
        span = blocks[MOST_SITES].span
        network.tree.problems.setdefault(span.source.path, NotFollowed(span.head, why, WARNING))
    for block in blocks[:MOST_SITES]:
        secure = any(line.name == "tls" for line in imports.resolved(block.body))
        heard = [_site_address(word, secure) for word in addresses(block)]
        for each in heard:
            ports |= each.ports
        sites.append(_site(block, heard, imports, origin, network, ids))
    # One that is asked for by http alone comes first: the others hear that port to redirect from it.
    sites.sort(key=lambda site: len(site.ports))
    done = with_endpoints(tuple(sites), network.tree, partial(assumed, origin, network))
    shown = tuple(open_ports(origin, ports)) if origin and not CHECKS.search(file.source.text) else ()
    routes = tuple(
        _with_published_ports(rule.route, shown) for site in done for rule in site.rules if rule.response is None
    )
    # Caddy resolves a name with the first request that needs it.
    ends = tuple(dead_ends(leading(done), routes, origin, network, strict=False))
    return Proxy(
        CADDY, routes, ports, published_ports(origin, ports), request_router(done), ends, container=home_of(origin)
    )


def _with_published_ports(route: Route, ports: tuple[Label, ...]) -> Route:
    return route if route.auth else route._replace(published=ports)


def _site_address(word: Word, secure: bool) -> SiteAddress:
    """What an address of a site listens to; a name without a port is served over TLS, and redirected there.

    `secure`: the site says which certificate it has.
    """
    found = ADDRESS.fullmatch(word.text)
    if word.open or found is None or "{" in word.text:
        return SiteAddress(None, {443: True, 80: False})
    host, port = found["host"].strip("[]").lower(), whole_number(found["port"]) if found["port"] else None
    host = "" if host == "*" else host
    if found["scheme"] == "http" or port == 80 or (not host and port not in (None, 443)):
        return SiteAddress(host, {port or 80: secure})
    return SiteAddress(host, {port: True} if port not in (None, 443) else {443: True, 80: False})


def _site(
    block: Directive,
    heard: list[SiteAddress],
    imports: Imports,
    origin: ContainerContext | None,
    network: Network,
    ids: dict[str, int],
) -> VirtualHost:
    body = tuple(imports.resolved(block.body))
    hosts = () if any(not one.host for one in heard) else tuple(one.host for one in heard if one.host)
    known = all(one.host is not None for one in heard) and not any(line.name == "import" for line in body)
    ports = frozenset(port for one in heard for port in one.ports)
    found = islice(handlers(body, block), MOST_RULES + 1)
    rules = [
        _rule(handler, match, block, heard, origin, network, ids)
        for handler in found
        if not handler.condition.never
        for match in handler.condition.matches or (None,)
    ]
    return VirtualHost(hosts, ports, tuple(rules), known)


def _rule(
    handler: Handler,
    match: PathMatch | None,
    block: Directive,
    heard: list[SiteAddress],
    origin: ContainerContext | None,
    network: Network,
    ids: dict[str, int],
) -> ProxyRule:
    line = handler.directive
    name = f"{line.span.source.path} {block.name if block.words else ''} {match.text if match else ''}".strip()
    ids[name] = ids.get(name, 0) + 1
    route = route_of(handler, match, block, heard, name if ids[name] == 1 else f"{name} ({ids[name]})")
    if line.name == "reverse_proxy" and not handler.none:
        return ProxyRule(with_server(route, origin, network), handler.condition.hosts, match, handler.rewrite)
    return ProxyRule(route, handler.condition.hosts, match, handler.rewrite, response_of(handler))
