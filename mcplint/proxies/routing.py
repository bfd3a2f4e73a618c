"""Which rule a request takes through a proxy that looks at its host and path and passes it on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple, TypeAlias

from mcplint.findings import WARNING, NotFollowed
from mcplint.model import EXACT, PathMatch, Route
from mcplint.project.tree import Tree
from mcplint.proxies.response import PROXY, STATUS, UNKNOWN, Response
from mcplint.proxies.streams import likely_paths, with_endpoint
from mcplint.values import Label, Value

MOST_RULES = 500
NAMELESS = ""
"""In place of the name of a virtual host that answers for any."""


class ProxyRule(NamedTuple):
    """What becomes of the requests for some names and paths.

    `hosts`: small letters, `*.` for one more label, none where any will do, None where they are not known.
    `match`: None where the paths are not known. `rewrite`: from the path that a client asks for to the one that the
    server is asked for, or to None where that is not known. `response`: what the proxy answers by itself.
    """

    route: Route
    hosts: tuple[str, ...] | None
    match: PathMatch | None
    rewrite: Callable[[str], str | None]
    response: Response | None = None

    def takes(self, host: str, path: str) -> bool | None:
        """Whether a request takes this rule; None where the files do not tell."""
        if (self.hosts and not any(name in self.hosts for name in names(host))) or (
            self.match and not self.match.takes(path)
        ):
            return False
        return None if self.hosts is None or self.match is None else True


class VirtualHost(NamedTuple):
    """Rules that are tried in order, for requests to some names (none: any) on some ports (none: all).

    `closed`: whether the files show every rule that there is.
    """

    hosts: tuple[str, ...]
    ports: frozenset[int]
    rules: tuple[ProxyRule, ...]
    closed: bool = True


Ask: TypeAlias = Callable[[str, str], Response]
"""What becomes of a request for a name and a path."""
Assume: TypeAlias = Callable[[Route, Callable[[Route], Route]], Route]


def as_it_is(route: Route, follow: Callable[[Route], Route]) -> Route:
    """Assumes nothing of a route."""
    return route


def unchanged(path: str) -> str:
    """The path as it is."""
    return path


def unknown_path(path: str) -> None:
    """A path of which nothing is known."""


def without_prefix(prefix: str, path: str) -> str:
    """The path without a prefix."""
    rest = path.removeprefix(prefix.rstrip("/"))
    return rest if rest.startswith("/") else f"/{rest}"


def location(match: PathMatch | None, said: Value[str]) -> Value[str]:
    """The paths of a rule as a route says them, spelled where the very text stands."""
    if match is None:
        return Value(None, said.trace)
    return Value((match.text,), said.trace, said.site if match.text == said.only else None)


def names(host: str) -> tuple[str, str]:
    """The names that mean a host, the exact one first: itself, and with a star for its first label."""
    host = host.lower()
    return host, f"*.{host.partition('.')[2]}"


def request_router(vhosts: tuple[VirtualHost, ...]) -> Callable[[str, int, str, str], Response]:
    """What becomes of a request for a host, a port, a scheme and a path, the virtual hosts looked up by their names."""
    by_name: dict[str, list[VirtualHost]] = {}
    for vhost in vhosts:
        for name in vhost.hosts or (NAMELESS,):
            by_name.setdefault(name, []).append(vhost)

    def ask(host: str, port: int, scheme: str, path: str) -> Response:
        fitting = (vhost for name in (*names(host), NAMELESS) for vhost in by_name.get(name, ()))
        vhost = next((each for each in fitting if not each.ports or port in each.ports), None)
        return route_request(vhost, host, path) if vhost else Response(UNKNOWN, certain=False)

    return ask


def route_request(vhost: VirtualHost, host: str, path: str) -> Response:
    """What a virtual host makes of a request; that no rule takes it is only said of names that it is there for."""
    for rule in vhost.rules:
        takes = rule.takes(host, path)
        if takes is None:
            note = Label(rule.route.span, "which requests this matches is not known")
            return Response(UNKNOWN, rule.route.span, trace=(note,), certain=False)
        if takes:
            note = Label(rule.route.span, "handles the request")
            if rule.response:
                return rule.response._replace(location=rule.route.span, trace=(note,))
            return Response(PROXY, rule.route.span, rule.route.target.only, rule.rewrite(path), trace=(note,))
    return Response(STATUS if vhost.closed else UNKNOWN, certain=vhost.closed)


def with_endpoints(
    vhosts: tuple[VirtualHost, ...], tree: Tree | None, assume: Assume = as_it_is
) -> tuple[VirtualHost, ...]:
    """The virtual hosts with what each route carries of its server, no more than so many rules each, and says it.

    `assume`: what is assumed of a route that leads to no server, and how to follow one that does.
    """
    return tuple(_with_endpoints(vhost, tree, assume) for vhost in vhosts)


def _with_endpoints(vhost: VirtualHost, tree: Tree | None, assume: Assume) -> VirtualHost:
    """The rules up to the first that leaves open what it takes are followed: which requests are left is not known."""
    say_left_out([rule.route for rule in vhost.rules], tree)
    vhost = vhost._replace(rules=vhost.rules[:MOST_RULES], closed=vhost.closed and len(vhost.rules) <= MOST_RULES)
    rules, certain, ask = [], True, _cached_ask(vhost)
    for rule in vhost.rules:
        certain = certain and rule.hosts is not None and rule.match is not None
        if certain and rule.route.path.options is not None:
            follow = partial(_with_endpoint, rule, vhost, ask)
            rule = rule._replace(route=assume(follow(rule.route), follow)._replace(fixed=_asks_fixed_path(rule)))
        rules.append(rule)
    return vhost._replace(rules=tuple(rules))


def say_left_out(routes: Sequence[Route], tree: Tree | None) -> None:
    """Says which route is the first that is not followed, where there are more than are."""
    if tree is not None and len(routes) > MOST_RULES:
        span = routes[MOST_RULES].span
        why = f"has a route after the first {MOST_RULES}, the most that are followed"
        tree.problems.setdefault(span.source.path, NotFollowed(span.head, why, WARNING))


def _asks_fixed_path(rule: ProxyRule) -> bool:
    """Whether a rule asks for one path whatever it takes."""
    if rule.match is None or rule.match.kind == EXACT:
        return rule.match is not None
    stem = rule.match.text.rstrip("/")
    asked = {rule.rewrite(path) for path in (stem or "/", f"{stem}/a", f"{stem}/b/c")}
    return len(asked) == 1 and None not in asked


def leading(vhosts: Iterable[VirtualHost]) -> Iterator[tuple[Route, Callable[[str], object]]]:
    """The routes, each with whether clients can ask for a path so that its server is asked for one."""
    for vhost in vhosts:
        ask = _cached_ask(vhost)
        yield from ((rule.route, partial(_paths_to, rule, vhost, ask)) for rule in vhost.rules if not rule.response)


def _with_endpoint(rule: ProxyRule, vhost: VirtualHost, ask: Ask, route: Route) -> Route:
    return with_endpoint(route, partial(_paths_to, rule, vhost, ask), partial(_reaches_server_path, rule, vhost, ask))


def _cached_ask(vhost: VirtualHost) -> Ask:
    """What a virtual host makes of a request for a name and a path, each asked once."""
    return lru_cache(maxsize=None)(partial(route_request, vhost))


def _requests_leading_to(rule: ProxyRule, vhost: VirtualHost, ask: Ask, path: str) -> Iterator[tuple[str, Response]]:
    """Requests near a rule's own path that make some server be asked for `path`, with what becomes of them."""
    hosts = rule.hosts or vhost.hosts
    host = hosts[0].replace("*.", "any.", 1) if hosts else "localhost"
    for candidate in likely_paths([rule.match.text if rule.match else "/"], path):
        to = ask(host, candidate)
        if to.uri == path:
            yield candidate, to


def _paths_to(rule: ProxyRule, vhost: VirtualHost, ask: Ask, path: str) -> tuple[str, ...]:
    """The paths that clients may ask for so that the rule's server is asked for `path`, the likeliest first."""
    return tuple(
        candidate for candidate, to in _requests_leading_to(rule, vhost, ask, path) if to.location == rule.route.span
    )


def _reaches_server_path(rule: ProxyRule, vhost: VirtualHost, ask: Ask, path: str) -> bool:
    """Whether any rule passes a request on so that the server is asked for `path`, and not something else."""
    return any(not _leads_to_other(rule, vhost, to) for _, to in _requests_leading_to(rule, vhost, ask, path))


def _leads_to_other(rule: ProxyRule, vhost: VirtualHost, to: Response) -> bool:
    taking = next((one.route for one in vhost.rules if one.route.span == to.location), None)
    return taking is not None and _leads_elsewhere(taking, rule.route)


def _leads_elsewhere(other: Route, route: Route) -> bool:
    """Whether another route leads to no server of the project, and to none of the addresses that this one does."""
    addresses = {(member.host, member.port) for member in route.members}
    strange = all((member.host, member.port) not in addresses for member in other.members)
    ports = {member.port for member in other.members} - {0}
    return (
        other.server is None
        and bool(ports)
        and strange
        and bool(route.server and route.server.port.must_not_be(*ports))
    )
