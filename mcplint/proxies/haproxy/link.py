"""HAProxy's frontends as routes: which requests each takes, and which backend has them.

https://docs.haproxy.org/2.6/configuration.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from mcplint.facts.haproxy import HaproxyFile, Line, Section
from mcplint.knowledge.proxies import HAPROXY
from mcplint.knowledge.transports import STREAMABLE
from mcplint.model import Route
from mcplint.proxies.assumed import assumed
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.haproxy.backend import Backend, balancing, checks, members, read_timeout, sections
from mcplint.proxies.haproxy.conditions import TURN_AWAY, Condition, acls, admitted_condition, conditions, spares_paths
from mcplint.proxies.proxy import (
    MOST_MEMBERS,
    OPEN_ON_MACHINE,
    Proxy,
    home_of,
    open_ports,
    published_ports,
    with_server,
)
from mcplint.proxies.response import STATUS, Response
from mcplint.proxies.routing import (
    MOST_RULES,
    ProxyRule,
    VirtualHost,
    leading,
    request_router,
    unchanged,
    unknown_path,
    with_endpoints,
)
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, home
from mcplint.text.source import Span
from mcplint.text.urls import is_loopback
from mcplint.values import UNKNOWN, Label, Value

NEUTRAL = (
    *("set-header", "add-header", "del-header", "replace-header", "set-var", "unset-var", "capture", "deny", "tarpit"),
    *("auth", "set-log-level", "return", "reject", "allow", "silent-drop"),
)
"""Rules of `http-request` that leave the path of what they let through as it is."""
CHECKS = re.compile(r"\b(?:auth|deny|reject|tarpit|silent-drop|lua|use-service|return|verify|if)\b")
"""Words of a rule after which not everybody may come in."""


def proxies(files: Mapping[str, HaproxyFile], network: Network) -> Iterator[Proxy]:
    """The HAProxy of each configuration file."""
    for path, file in files.items():
        origin = home(path, network.running, "haproxy")
        parts = tuple(sections(file))
        backends = {part.section.name: part for part in parts if part.section.kind in ("backend", "listen")}
        configuration = _Configuration(backends, origin, network, {})
        vhosts: list[VirtualHost] = []
        ports: dict[int, bool] = {}
        for part in parts if not file.conditional else ():
            if part.section.kind in ("frontend", "listen"):
                heard = _ports(part)
                ports |= heard or {}
                rules = tuple(islice(_rules(part, configuration), MOST_RULES + 1))
                vhosts.append(VirtualHost((), frozenset(heard or ()), rules, heard is not None))
        done = with_endpoints(tuple(vhosts), network.tree, partial(assumed, origin, network))
        refusing = [(line, acls(section)) for section in file.sections for line in _refusing(section)]
        asked = {
            port for part in parts for bind in _binds_with_client_certificates(part) for port in _ports_of(bind) or ()
        }
        pages = tuple(page for part in parts for page in _pages(part, origin))
        routes = []
        for vhost in done:
            open_on = {*(vhost.ports if vhost.closed else ports)} - asked
            shown = tuple(open_ports(origin, open_on)) if origin else ()
            binds = tuple(_binds(file)) if origin is None else ()
            for route in (rule.route._replace(pages=pages) for rule in vhost.rules):
                lets_in = all(_spares_endpoint(line, known, route) for line, known in refusing)
                routes.append(route._replace(published=shown, binds=binds) if lets_in else route)
        # HAProxy does not start while it cannot resolve a name.
        ends = {end.span: end for end in dead_ends(leading(done), tuple(routes), origin, network, strict=True)}
        ask = request_router(done)
        lost = tuple(ends.values())
        yield Proxy(HAPROXY, tuple(routes), ports, published_ports(origin, ports), ask, lost, container=home_of(origin))


def _refusing(section: Section) -> Iterator[Line]:
    """The rules of a section that may turn anybody away."""
    rules = section.of("http-request", "tcp-request", "filter", "block")
    return (rule for rule in rules if not rule.args or CHECKS.search(" ".join(rule.args)))


def _spares_endpoint(line: Line, known: Mapping[str, list[Line]], route: Route) -> bool:
    """Whether a rule turns nobody away who asks for the endpoint of a route, unless they ask in odd ways."""
    actions = [line.args[:1]] if line.name == "http-request" else [line.args[1:2]] if line.name == "tcp-request" else []
    server = route.server
    if not set(actions) & set(TURN_AWAY) or server is None or route.path.options is None:
        return False
    paths = server.path.options if server.transport.must_be(STREAMABLE) else None
    every = [text for path in paths or () if isinstance(path, str) for text in (path, f"{path.rstrip('/')}/")]
    return bool(every) and spares_paths(line, known, every)


def _binds(file: HaproxyFile) -> Iterator[Label]:
    """Where HAProxy listens on every interface of its machine."""
    for bind in (line for section in file.sections for line in section.of("bind")):
        if bind.args and not any(map(_is_local, bind.args[0].split(","))) and not _asks_for_certificate(bind):
            yield Label(bind.span, OPEN_ON_MACHINE)


def _is_local(address: str) -> bool:
    """Whether other machines cannot reach what a `bind` listens on."""
    return is_loopback(address.rpartition(":")[0]) or address.startswith(("unix@", "/", "abns@"))


def _pages(part: Backend, origin: ContainerContext | None) -> Iterator[Label]:
    """Where HAProxy's own statistics are opened to other machines, and no line asks for a password."""
    asked = [line for name in ("stats", "http-request") for line in part.of(name)]
    shown = [line for line in asked if line.name == "stats" and line.args[:1] in (("enable",), ("uri",))]
    hidden = [line for line in part.section.of("bind") if line.args and _is_local(line.args[0])]
    if not shown or hidden or origin is None or part.section.kind == "backend":
        return
    if not any({"auth", "deny", "reject"} & set(line.args) for line in asked):
        for port in open_ports(origin, _ports(part) or ()):
            yield Label(port.span, "HAProxy shows its statistics to everybody")


def unread(file: HaproxyFile) -> Iterator[Label]:
    """What keeps a file from being followed."""
    if file.conditional and file.sections:
        yield Label(file.sections[0].head.span, "parts of it are conditional (.if): not read")


def _ports(part: Backend) -> dict[int, bool] | None:
    """The ports that a frontend is bound to and whether it speaks TLS there; None where they are not known."""
    found: dict[int, bool] = {}
    for line in part.section.of("bind"):
        heard = _ports_of(line)
        if heard is None:
            return None
        found |= dict.fromkeys(heard, "ssl" in line.args)
    return found


def _ports_of(bind: Line) -> list[int] | None:
    """The ports of one `bind`; None where one is not known."""
    ports = [address.rpartition(":")[2] for address in bind.args[:1] and bind.args[0].split(",")]
    known = all(port.isdecimal() and len(port) <= 5 for port in ports) and not (ports and bind.words[1].open)
    return [int(port) for port in ports] if known else None


def _binds_with_client_certificates(part: Backend) -> Iterator[Line]:
    """The lines of a section by which it listens for those alone that show a certificate, also if sent on to them."""
    binds = part.section.of("bind")
    asking = [bind for bind in binds if _asks_for_certificate(bind)]
    over_tls = [bind for bind in binds if "ssl" in bind.args]
    return iter(binds if asking and len(asking) == len(over_tls) and _redirected(part) else asking)


def _asks_for_certificate(bind: Line) -> bool:
    """Whether TLS ends here for callers that have no certificate, or a list of certificates may say so.

    https://docs.haproxy.org/3.0/configuration.html#5.1-verify
    """
    required = ("verify", "required") in zip(bind.args, bind.args[1:], strict=False)
    return "ssl" in bind.args and (required or "crt-list" in bind.args)


class _Configuration(NamedTuple):
    """A file of HAProxy: its backends by name, the container that runs it, and how often each id was given."""

    backends: Mapping[str, Backend]
    origin: ContainerContext | None
    network: Network
    ids: dict[str, int]


def _rules(frontend: Backend, file: _Configuration) -> Iterator[ProxyRule]:
    """The rules of a frontend in the order in which they are tried."""
    known = acls(frontend.section)
    for line in frontend.section.of("use_backend"):
        for condition in conditions(line, known):
            yield _rule(line, condition, frontend, file)
    default = frontend.of("default_backend")
    if default or frontend.section.of("server", "server-template"):
        line = default[-1] if default else frontend.section.head
        yield _rule(line, admitted_condition(frontend.section, known), frontend, file)


def _rule(line: Line, condition: Condition | None, frontend: Backend, file: _Configuration) -> ProxyRule:
    backend = file.backends.get(line.args[0] if line.args else frontend.section.name)
    rules = (rule for one in (frontend, backend) if one for rule in one.section.of("http-request", "reqrep"))
    rewritten = any(map(_rewrites, rules))
    match = condition.matches[0] if condition else None
    name = f"{line.span.source.path} {frontend.section.name} {match.text if match else ''}".rstrip()
    file.ids[name] = number = file.ids.get(name, 0) + 1
    route = _route(line, condition, frontend, backend)._replace(id=name if number == 1 else f"{name} ({number})")
    if rewritten:
        route = route._replace(path=route.path._replace(options=None))
    hosts = condition.hosts if condition else None
    own = None if rewritten or backend is None or not _is_empty(backend) else Response(STATUS)
    return ProxyRule(
        with_server(route, file.origin, file.network), hosts, match, unknown_path if rewritten else unchanged, own
    )


def _is_empty(backend: Backend) -> bool:
    """Whether a backend has no server and answers by itself, the same to everybody."""
    servers = backend.section.of("server", "server-template", "dispatch", "use-server", "option", "filter", "redirect")
    return not servers and all(line.args[:1] in TURN_AWAY for line in backend.section.of("http-request"))


def _rewrites(rule: Line) -> bool:
    """Whether a rule may change what is asked for or answer itself."""
    action = rule.args[0] if rule.args else ""
    return not (
        action.startswith(NEUTRAL) or action.startswith("track-sc") or rule.args[:3] == ("redirect", "scheme", "https")
    )


def _route(line: Line, condition: Condition | None, frontend: Backend, backend: Backend | None) -> Route:
    match = condition.matches[0] if condition else None
    where = Label(line.span, "HAProxy sends requests here")
    servers = tuple(islice(members(backend), MOST_MEMBERS + 1)) if backend else ()
    only = servers[0] if len(servers) == 1 else None
    binds = tuple(Label(bind.span, "listens here") for bind in frontend.section.of("bind"))
    text = None if match is None else (match.text,)
    hosts = condition.hosts if condition else None
    return Route(
        id="",
        span=line.span,
        proxy=HAPROXY,
        version=UNKNOWN,
        listen=Value((tuple(" ".join(bind.args) for bind in frontend.section.of("bind")),), binds),
        server_names=Value(None if hosts is None else (hosts,), (where,)),
        location=Value(text, (where,)),
        match=match,
        target=Value((f"http://{only.host}:{only.port}",) if only else None, (where,)),
        balancing=balancing(backend, where) if backend else UNKNOWN,
        members=servers,
        buffering=Value((False,), (Label(line.span, "HAProxy passes every chunk of a response on"),)),
        read_timeout=read_timeout(backend) if backend and backend.is_http else UNKNOWN,
        http_version=UNKNOWN,
        auth=tuple(_auth(frontend, backend))[-1:],
        path=Value(text, (where,)),
        closed=False,
        checks=checks(backend) if backend else (),
        tls=Value((True,), binds) if _is_tls_only(frontend) else UNKNOWN,
        secured=None if _is_tls_only(frontend) else next(_tls_binds(frontend), None),
    )


def _tls_binds(frontend: Backend) -> Iterator[Span]:
    return (bind.span for bind in frontend.section.of("bind") if "ssl" in bind.args)


def _is_tls_only(frontend: Backend) -> bool:
    """Whether other machines reach a frontend by TLS alone: what comes without is sent there, or not taken."""
    if _redirected(frontend):
        return True
    opened = (bind for bind in frontend.section.of("bind") if bind.args and not _is_local(bind.args[0]))
    return all("ssl" in bind.args for bind in opened)


def _redirected(frontend: Backend) -> bool:
    """Whether what comes without TLS is sent there."""
    redirects = (rule for rule in frontend.section.of("http-request", "redirect"))
    return any("scheme" in rule.args and "https" in rule.args for rule in redirects)


def _auth(part: Backend, backend: Backend | None) -> Iterator[Label]:
    """Where HAProxy itself checks who calls."""
    rules = (rule for one in (part, backend) if one for rule in one.section.of("http-request"))
    lines = [rule for rule in rules if rule.args[:1] == ("auth",)]
    opened = [bind for bind in part.section.of("bind") if bind.args and not _is_local(bind.args[0])]
    asking = [bind for bind in opened if "crt-list" not in bind.args and _asks_for_certificate(bind)]
    lines += asking if len(asking) == len(opened) else []
    return (Label(line.span, "the proxy authenticates callers") for line in lines)
