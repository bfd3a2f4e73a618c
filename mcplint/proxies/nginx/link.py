"""From nginx files to routes that know their server: where each configuration runs, and what its upstreams are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.knowledge.nginx import REFUSES, image_version
from mcplint.model import ASSUMED, DeadEnd, Link, Route
from mcplint.project.tree import Tree
from mcplint.proxies.assumed import assumed
from mcplint.proxies.conditions import EVERYBODY, NEEDLESS_METHODS
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.nginx import Config, Proxied, configure, paths_to, proxied, reaches_upstream_path, route_request
from mcplint.proxies.nginx.config import Listen, VirtualServer, address
from mcplint.proxies.nginx.directives import compared
from mcplint.proxies.nginx.includes import Level
from mcplint.proxies.nginx.instance import ProxyInstance
from mcplint.proxies.nginx.shared import with_separate_sites
from mcplint.proxies.proxy import OPEN_ON_MACHINE, Proxy, home_of, open_ports, published_ports, with_server
from mcplint.proxies.routing import MOST_RULES, say_left_out
from mcplint.proxies.streams import with_endpoint
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, home
from mcplint.text.source import Span
from mcplint.text.urls import is_loopback
from mcplint.values import UNKNOWN, Label, Value


def proxies(files: Mapping[str, NginxFile], tree: Tree, network: Network) -> Iterator[Proxy]:
    """Every nginx configuration of the project, its routes joined to the servers that they lead to."""
    homes: dict[str | None, tuple[ContainerContext | None, dict[str, NginxFile]]] = {}
    for path, file in files.items():
        origin = home(path, network.running, "nginx")
        homes.setdefault(origin.container.id if origin else None, (origin, {}))[1][path] = file
    instances = tuple(instance for origin, own in homes.values() for instance in _instances(own, origin, tree, network))
    if any(route.members and not route.server for instance in instances for route in instance.proxy.routes):
        from mcplint.proxies.nginx.chain import chained_proxies

        instances = chained_proxies(instances, network)
    for instance in instances:
        routes = []
        for route, found in zip(instance.proxy.routes, instance.proxied, strict=True):
            route = assumed(instance.origin, network, route, partial(_with_endpoint, found))
            route = route._replace(
                secured=_reached_without_tls(found, route, instance.origin), uncertified=_missing_certificate(found)
            )
            opened = tuple(_published_without_own_auth(found, instance.origin, route.auth))
            if route.auth:
                guarded = tuple(label._replace(text="the proxy is open to other machines") for label in opened)
                routes.append(route._replace(guarded=guarded))
            else:
                routes.append(route._replace(published=opened) if instance.origin else route._replace(binds=opened))
        yield instance.proxy._replace(routes=tuple(with_separate_sites(routes, instance.proxied)))


def _instances(
    files: Mapping[str, NginxFile], origin: ContainerContext | None, tree: Tree, network: Network
) -> Iterator[ProxyInstance]:
    """The configurations of one container, or of the machine."""
    env = origin.container.variable if origin else None
    version = release(origin.container.image) if origin else UNKNOWN
    for config in configure(files, tree, _in_image(origin), env):
        found = proxied((config,), version)
        say_left_out([one.route for one in found], tree)
        found = found[:MOST_RULES]
        routes = tuple(_route(one, origin, network) for one in found)
        leading = ((route, partial(paths_to, one)) for one, route in zip(found, routes, strict=True))
        ports, lost = _ports(config), tuple(dead_ends(leading, routes, origin, network, strict=True))
        routes = tuple(_with_intended(one, route, lost) for one, route in zip(found, routes, strict=True))
        names = frozenset(word.text for server in config.servers for word in server.names)
        ask = partial(route_request, config)
        opened, container = published_ports(origin, ports), home_of(origin)
        yield ProxyInstance(Proxy("nginx", routes, ports, opened, ask, lost, names, container), origin, found)


def _with_intended(found: Proxied, route: Route, ends: tuple[DeadEnd, ...]) -> Route:
    """A route to a port that nothing listens on with the server that is meant, so that the rest of it counts too."""
    wrong = {(end.host, end.port): end.server for end in ends if end.kind == "port" and end.server}
    servers = {id(wrong.get((member.host, member.port))): member for member in route.members}
    server = wrong.get((route.members[0].host, route.members[0].port)) if len(servers) == 1 else None
    if route.server or server is None:
        return route
    note = Label(route.members[0].span, "nothing listens on this port")
    link = Link(server.id, ASSUMED, "is the only server in the container that is named", (note,))
    followed = _with_endpoint(found, route._replace(server=server, links=(link,)))
    return followed if followed.mcp_server else route


def _route(found: Proxied, origin: ContainerContext | None, network: Network) -> Route:
    return _with_endpoint(found, with_server(found.route, origin, network))


def _with_endpoint(found: Proxied, route: Route) -> Route:
    """The route with what it carries of its server."""
    return with_endpoint(route, partial(paths_to, found), partial(reaches_upstream_path, found))


def _published_without_own_auth(
    found: Proxied, origin: ContainerContext | None, auth: tuple[Label, ...]
) -> Iterator[Label]:
    """Where the ports of a server are published beyond the machine, if only `auth` keeps callers from its location."""
    known = {label.span for label in auth}
    for level in found.location.level.self_and_parents():
        refusing = (each for name, own in level.own.items() if _may_refuse(name, bool(auth)) for each in own)
        if level.open or any(each.span not in known and not _spares_callers(each, level) for each in refusing):
            return
    if origin is not None:
        yield from open_ports(origin, [listen.port for listen in found.server.listens if not _local(listen.host)])
    elif not all(_local(name.text) for name in found.server.names):
        for listen in found.server.level.own.get("listen", ()):
            if listen.words and not _local(listen.words[0]):
                yield Label(listen.head, OPEN_ON_MACHINE)


def _may_refuse(name: str, known: bool) -> bool:
    """Whether a directive may turn callers away; `known`: what checks their tokens is."""
    scripts = ("access_by", "rewrite_by", "js_", "perl", "lua_", "modsecurity")
    return name in REFUSES or name.startswith(scripts if known else (*scripts, "auth_"))


def _spares_callers(directive: Directive, level: Level) -> bool:
    """Whether a directive refuses nobody but some addresses, or requests by methods that nobody needs."""
    if directive.name in ("allow", "deny"):
        for rule in level.rules:
            if rule.words == ("all",) or len(rule.words) != 1:
                return rule.name == "allow"
            if rule.name == "deny" and EVERYBODY.fullmatch(rule.words[0]):
                return False
        return True
    asked, sign, text = (*compared(directive), "", "", "")[:3]
    return directive.name == "if" and asked == "$request_method" and sign == "=" and text in NEEDLESS_METHODS


def _ports(config: Config) -> Mapping[int, bool]:
    """The ports that any server listens on, and whether one of them speaks TLS there."""
    ports: dict[int, bool] = {}
    for listen in (listen for server in config.servers for listen in server.listens):
        if listen.port:
            ports[listen.port] = ports.get(listen.port, False) or listen.tls
    return ports


def _in_image(origin: ContainerContext | None) -> Mapping[str, str]:
    """What of the project lies at which path of the container."""
    mounts = origin.container.mounts if origin else ()
    copies = origin.image.copies if origin and origin.image else ()
    found = {mount.target.only: mount.path for mount in mounts if mount.target.only and mount.path}
    for copy in copies:
        for copied in (copy.files or ()) if copy.stage is None and copy.image is None else ():
            found.setdefault(copied.target.rstrip("/"), copied.source)
    return found


def release(image: Value[str]) -> Value[str]:
    """The nginx release that an image runs, as far as its tag names one."""
    if image.options is None:
        return UNKNOWN
    named = [image_version(option or "") for option in image.options]
    return Value(tuple(name for name in named if name), image.trace) if named and all(named) else UNKNOWN


def _reached_without_tls(found: Proxied, route: Route, origin: ContainerContext | None) -> Span | None:
    """Where TLS is set up for one of the names, if the endpoint is reached without it all the same.

    `origin`: the container of nginx, which may open the port that is told TLS and no other.
    """
    path = route.endpoint.only
    names = {word.text for word in found.server.names}
    named = [
        server
        for server in found.config.servers
        if server is found.server or names & {word.text for word in server.names}
    ]
    tls = [
        directive.head
        for server in named
        for directive in server.level.own.get("listen", ())
        if "ssl" in directive.words
    ]
    if not tls or not path or not _answers_without_tls(found, path):
        return None
    only_tls = origin and _opens(origin, named, tls=True) and not _opens(origin, [found.server], tls=False)
    return None if only_tls else tls[0]


def _opens(origin: ContainerContext, servers: Iterable[VirtualServer], tls: bool) -> bool:
    """Whether a port of some servers is opened to other machines, of those with TLS or of those without."""
    listens = (each for server in servers for each in server.listens if each.tls == tls and not _local(each.host))
    return any(open_ports(origin, [each.port for each in listens]))


def _missing_certificate(found: Proxied) -> Span | None:
    """Where TLS is asked for without a certificate of the server that answers first there: nginx does not start."""
    every = [(server, listen) for server in found.config.servers for listen in server.listens]
    if any(listen.port is None for _, listen in every):
        return None
    for own in (listen for listen in found.server.listens if listen.tls):
        heard = [(server, listen) for server, listen in every if (listen.host, listen.port) == (own.host, own.port)]
        first = next((server for server, listen in heard if listen.default), heard[0][0])
        # Where that one turns every caller away, each of the others has to have one.
        needed = [server for server, _ in heard] if first.level.effective("ssl_reject_handshake") else [first]
        for server in needed:
            own_key = bool(server.level.effective("ssl_certificate")) and bool(
                server.level.effective("ssl_certificate_key")
            )
            if server.level.fully_known and not own_key and not server.level.effective("ssl_reject_handshake"):
                return next(_listening(server, own), None)
    return None


def _listening(server: VirtualServer, listen: Listen) -> Iterator[Span]:
    """Where a server is told to listen on the address and port of a `listen`."""
    for directive in server.level.own.get("listen", ()):
        if directive.words and address(directive.words[0], 80) == (listen.host, listen.port):
            yield directive.head


def _answers_without_tls(found: Proxied, path: str) -> bool:
    """Whether the location answers on a port that other machines reach without TLS."""
    host = next((word.text for word in found.server.names if word.text[:1].isalnum()), "localhost")
    ports = [each.port for each in found.server.listens if each.port and not each.tls and not _local(each.host)]
    answers = (route_request(found.config, host, port, "http", path) for port in ports)
    return any(sent.kind == "proxy" and sent.location == found.route.span for sent in answers)


def _local(host: str) -> bool:
    return is_loopback(host) or host.startswith("unix:")
