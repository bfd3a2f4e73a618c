"""Routes: each location of nginx that passes requests on, with everything that is in effect there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from mcplint.facts.nginx import Directive, Word
from mcplint.model import CLIENT_HOST, CLIENT_NAME, EXACT, PREFIX, TARGET_HOST, Member, PathMatch, Route
from mcplint.proxies import health
from mcplint.proxies.nginx.config import Config, Location, VirtualServer, address
from mcplint.proxies.nginx.directives import behaviour, flag, seconds, setting, statement
from mcplint.proxies.nginx.includes import Level
from mcplint.proxies.nginx.phases import route_in_location, route_in_server
from mcplint.proxies.nginx.samples import asked_paths, sample, stems
from mcplint.proxies.nginx.text import normalise
from mcplint.proxies.proxy import MOST_MEMBERS
from mcplint.proxies.response import PROXY, Response
from mcplint.proxies.routing import MOST_RULES
from mcplint.proxies.streams import likely_paths
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

STICKY = ("sticky", "ip_hash", "hash", "least_conn", "least_time", "random")
"""How an upstream picks the member; the first of these that it has decides for a session."""
HOSTS = {
    "$host": CLIENT_NAME,
    "$http_host": CLIENT_HOST,
    "$proxy_host": TARGET_HOST,
    "$proxy_host:$proxy_port": TARGET_HOST,
}


def members(config: Config, authority: str | None, word: Word) -> tuple[Level | None, tuple[Member, ...]]:
    """The upstream block behind an authority, if it names one, and the servers that share the requests."""
    if authority is None:
        return None, ()
    scheme, _, name = authority.partition("://")
    upstream = config.upstreams.get(name.lower())
    if upstream is None:
        host, port = address(name, 443 if scheme.lower() == "https" else 80)
        return None, (Member(host, port or 0, True, word.span),)
    found = []
    for server in islice(upstream.own.get("server", ()), MOST_MEMBERS + 1):
        if server.args:
            host, port = address(server.args[0].text, 80)
            active = not {"backup", "down"} & set(server.words[1:])
            unsure = server.args[0].hole or "$" in server.args[0].text
            found.append(Member("" if unsure else host, 0 if unsure else port or 0, active, server.head))
    return upstream, tuple(found)


def balancing(upstream: Level | None, where: tuple[Label, ...]) -> Value[str]:
    """The directive that picks the member."""
    if upstream is None or upstream.directive is None:
        return Value(("round-robin",), where)
    for name in STICKY:
        for directive in upstream.own.get(name, ())[-1:]:
            text = " ".join((name, *directive.words))
            if any(word.hole for word in directive.args):
                return Value(None, (Label(directive.head, "filled in later"),))
            site = EditSite(directive.head) if directive.head.text == text else None
            return Value((text,), (*where, Label(directive.head, "picks the member")), site)
    if upstream.open:
        return Value(None, (Label(upstream.directive.head, "this upstream is not completely known"),))
    trace = (*where, Label(upstream.directive.head, "sets no load balancing method, the default is round-robin"))
    return Value(("round-robin",), trace, statement(upstream))


class Proxied(NamedTuple):
    """A route and what of the configuration it is made of."""

    route: Route
    config: Config
    server: VirtualServer
    location: Location


def proxied(configs: Iterable[Config], version: Value[str] = UNKNOWN) -> tuple[Proxied, ...]:
    """Every location that passes requests on, one more than are followed. `version`: of the nginx that runs these."""
    ids: dict[str, int] = {}
    return tuple(islice(_proxied_locations(configs, version, ids), MOST_RULES + 1))


def _proxied_locations(configs: Iterable[Config], version: Value[str], ids: dict[str, int]) -> Iterator[Proxied]:
    for config in configs:
        for server in config.servers:
            for location in server.locations.walk():
                directive = location.level.directive
                if directive and location.proxy_passes and "return" not in location.level.own:
                    name = f"{directive.span.source.path} {location.match_text}"
                    ids[name] = ids.get(name, 0) + 1
                    id = name if ids[name] == 1 else f"{name} ({ids[name]})"
                    yield Proxied(_route(id, config, server, location, directive, version), config, server, location)


def _route(
    id: str, config: Config, server: VirtualServer, location: Location, directive: Directive, version: Value[str]
) -> Route:
    level, word = location.level, location.proxy_passes[-1].args[0]
    sent = route_in_location(config, server, location, sample(location) or "/")
    where = (Label(word.span, "proxy_pass sends requests here"), *word.trace)
    upstream, shared = members(config, sent.upstream, word)
    return Route(
        id=id,
        span=directive.head,
        block=directive.span,
        proxy="nginx",
        version=version,
        listen=_listen(server),
        server_names=_names(server),
        location=_location(location, directive),
        match=_match(location),
        target=_target(sent, word, where),
        balancing=balancing(upstream, where),
        checks=health.nginx(level, upstream),
        members=shared,
        buffering=setting(level, "proxy_buffering", flag, version),
        read_timeout=setting(level, "proxy_read_timeout", seconds, version),
        http_version=setting(level, "proxy_http_version", str, version),
        path=Value(asked_paths(config, server, location), where),
        closed=level.fully_known,
        tls=Value((any(listen.tls for listen in server.listens),)),
        host=_host(level, location.proxy_passes[-1]),
        **behaviour(level),
    )


def _requests_leading_to(found: Proxied, path: str) -> Iterator[tuple[str, Response]]:
    """Requests near a route's own path that make some upstream be asked for `path`, with what becomes of them."""
    for candidate in likely_paths(stems(found.location), path):
        to = route_in_server(found.config, found.server, candidate)
        if to.kind == PROXY and normalise((to.uri or "").partition("?")[0]) == path:
            yield candidate, to


def paths_to(found: Proxied, path: str) -> tuple[str, ...]:
    """The paths that clients may ask for so that this route's upstream is asked for `path`, the likeliest first."""
    return tuple(candidate for candidate, to in _requests_leading_to(found, path) if to.location == found.route.span)


def reaches_upstream_path(found: Proxied, path: str) -> bool:
    """Whether any location around this route makes the same upstream be asked for `path`."""
    own = _authority(found.route.target.only)
    return any(_authority(to.upstream) == own for _, to in _requests_leading_to(found, path))


def _authority(url: str | None) -> str | None:
    """The host and port of a URL, or the name of an upstream."""
    return url.partition("://")[2].partition("/")[0] if url else None


def _listen(server: VirtualServer) -> Value[tuple[str, ...]]:
    directives = server.level.own.get("listen", ())
    trace = tuple(Label(directive.head, "listens here") for directive in directives)
    words = tuple(" ".join(listen.words) or "80" for listen in server.listens)
    if any(listen.port is None for listen in server.listens) or (not directives and server.level.open):
        return Value(None, trace)
    return Value((words,), trace or _notes(server.level, "listen is not set, the default is 80"))


def _notes(level: Level, text: str) -> tuple[Label, ...]:
    return (Label(level.directive.head, text),) if level.directive else ()


def _names(server: VirtualServer) -> Value[tuple[str, ...]]:
    trace = tuple(Label(word.span, "has this name") for word in server.names)
    if any(word.hole for word in server.names) or (not server.names and server.level.open):
        return Value(None, trace)
    return Value((tuple(word.text for word in server.names),), trace or _notes(server.level, "has no name"))


def _location(location: Location, directive: Directive) -> Value[str]:
    if location.kind == "?":
        return Value(None, (Label(directive.head, "filled in later"),))
    span = Span(directive.span.source, directive.args[0].span.start, directive.args[-1].span.end)
    site = EditSite(span) if span.text == location.match_text else None
    return Value((location.match_text,), (Label(directive.head, "matches these paths"),), site)


def _match(location: Location) -> PathMatch | None:
    kind = {"": PREFIX, "^~": PREFIX, "=": EXACT}.get(location.kind)
    return PathMatch(kind, location.text) if kind else None


def _target(sent: Response, word: Word, where: tuple[Label, ...]) -> Value[str]:
    """The URL of `proxy_pass`, its variables replaced where the files set them."""
    if sent.kind != PROXY or sent.upstream is None:
        return Value(None, (*where, *sent.trace))
    if "$" not in word.text:
        return Value(
            (word.text,), where, EditSite(word.span) if word.span.text == word.text and not word.trace else None
        )
    return Value((sent.upstream,), (*where, *sent.trace[:-1]))


def _host(level: Level, passes: Directive) -> Value[str]:
    """The `Host` that the upstream is sent: the one that is set, else that of `proxy_pass`."""
    for directive in level.effective("proxy_set_header"):
        name, *values = (*directive.words, "")
        if name.lower() == "host" and len(values) > 1:
            host = HOSTS.get(values[0], None if "$" in values[0] else values[0])
            return Value(None if host is None else (host,), (Label(directive.span, "sets Host"),))
    return Value((TARGET_HOST,) if level.fully_known else None, (Label(passes.span, "its host is sent as Host"),))
