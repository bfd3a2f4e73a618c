"""HAProxy's frontends and backends as routes: which requests each takes, which servers share them, how long it waits.

https://docs.haproxy.org/2.6/configuration.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from mcplint.facts.haproxy import HaproxyFile, Line, Section, Word
from mcplint.knowledge.proxies import HAPROXY
from mcplint.model import EXACT, PREFIX, HealthCheck, Member, PathMatch, Route
from mcplint.proxies import health
from mcplint.proxies.assumed import assumed
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.proxy import OPEN_ON_MACHINE, Proxy, joined, open_ports, published
from mcplint.proxies.routing import (
    MOST_RULES,
    ProxyRule,
    VirtualHost,
    kept,
    leading,
    route_request,
    unknown,
    with_endpoints,
)
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, home
from mcplint.text.urls import is_loopback
from mcplint.values import UNKNOWN, EditSite, Label, Value

PATHS = {"path_beg": PREFIX, "path": EXACT}
HOSTS = frozenset({"hdr(host)", "req.hdr(host)", "hdr(host),lower"})
ALL = (PathMatch(PREFIX, "/"),)
MOST_MEMBERS = 200
UNITS = {"us": 1e-6, "ms": 0.001, "": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""Seconds by unit; a bare number counts milliseconds."""
NEUTRAL = (
    *("set-header", "add-header", "del-header", "replace-header", "set-var", "unset-var", "capture", "deny", "tarpit"),
    *("auth", "set-log-level", "return", "reject", "allow"),
)
"""Rules of `http-request` that leave the path of what they let through as it is."""
CHECKS = re.compile(r"\b(?:auth|deny|reject|tarpit|silent-drop|lua|use-service|return|verify|if)\b")
"""Words of a rule after which not everybody may come in."""
SESSION = re.compile(r"(?:req\.)?hdr\(mcp-session-id\)")


class Condition(NamedTuple):
    """The names (none: any) and paths that a condition holds for."""

    hosts: tuple[str, ...]
    matches: tuple[PathMatch, ...]


def conditions(line: Line, section: Section) -> Iterator[Condition | None]:
    """What a `use_backend` holds for, one path each; None where that is not known."""
    words = line.words[2:]
    if not words:
        yield Condition((), ALL)
        return
    if words[0].text != "if" or line.words[1].open or any(word.open for word in words):
        yield None
        return
    for terms in _alternatives(words[1:]):
        found = _both([_term(term, section) for term in terms])
        yield from [None] if found is None else (found._replace(matches=(match,)) for match in found.matches)


def _alternatives(words: tuple[Word, ...]) -> Iterator[list[list[str]]]:
    """The terms of each part of a condition between `or`; one in braces is a list of its words."""
    terms: list[list[str]] = []
    inside: list[str] | None = None
    for word in (word.text for word in words):
        if inside is not None:
            if word == "}":
                terms.append(inside)
                inside = None
            else:
                inside.append(word)
        elif word == "{":
            inside = []
        elif word in ("or", "||"):
            yield terms
            terms = []
        else:
            terms.append([word])
    yield terms if inside is None else [*terms, []]


def _term(words: list[str], section: Section) -> Condition | None:
    """What a term holds for: an expression, or the name of one or several ACL lines."""
    if len(words) != 1:
        return _expression(words)
    lines = [line for line in section.of("acl") if line.args[:1] == (words[0],)]
    found = [None if any(word.open for word in line.words) else _expression(list(line.args[1:])) for line in lines]
    known = [one for one in found if one]
    if not known or len(known) < len(found):
        return None
    hosts = tuple(host for one in known for host in one.hosts)
    paths = tuple(match for one in known if not one.hosts for match in one.matches)
    if hosts and paths:
        return None
    return Condition(hosts, ALL if hosts else paths)


def _expression(words: list[str]) -> Condition | None:
    """What `path_beg /x`, `path /x` or `hdr(host) -i name` holds for."""
    if not words:
        return None
    values = [word for word in words[1:] if word != "-i"]
    if not values or any(value.startswith("-") for value in values):
        return None
    if words[0].lower() in HOSTS:
        return Condition(tuple(map(str.lower, values)), ALL)
    kind = PATHS.get(words[0])
    return Condition((), tuple(PathMatch(kind, value) for value in values)) if kind else None


def _both(terms: list[Condition | None]) -> Condition | None:
    """What all terms hold for, where one of them is about names and one about paths at most."""
    known = [term for term in terms if term]
    hosts = [term.hosts for term in known if term.hosts]
    paths = [term.matches for term in known if not term.hosts]
    if not known or len(known) < len(terms) or len(hosts) > 1 or len(paths) > 1:
        return None
    return Condition(hosts[0] if hosts else (), paths[0] if paths else ALL)


class Backend(NamedTuple):
    """A backend (or `listen`) with the `defaults` that it stands under."""

    section: Section
    defaults: Section | None

    def of(self, name: str, *words: str) -> tuple[Line, ...]:
        """The lines of a keyword that go on with these words: its own, else those of its defaults."""
        for section in (self.section, self.defaults):
            found = [line for line in section.of(name) if line.args[: len(words)] == words] if section else []
            if found:
                return tuple(found)
        return ()

    @property
    def is_http(self) -> bool:
        """Whether it understands what it passes on."""
        return any(line.args == ("http",) for line in self.of("mode")[-1:])


def proxies(files: Mapping[str, HaproxyFile], network: Network) -> Iterator[Proxy]:
    """The HAProxy of each configuration file."""
    for path, file in files.items():
        origin = home(path, network.running, "haproxy")
        parts = tuple(_parts(file))
        backends = {part.section.name: part for part in parts if part.section.kind in ("backend", "listen")}
        ids: dict[str, int] = {}
        vhosts: list[VirtualHost] = []
        ports: dict[int, bool] = {}
        for part in parts if not file.conditional else ():
            if part.section.kind in ("frontend", "listen"):
                heard = _ports(part)
                ports |= heard or {}
                rules = tuple(islice(_rules(part, backends, origin, network, ids), MOST_RULES + 1))
                vhosts.append(VirtualHost((), frozenset(heard or ()), rules, heard is not None))
        done = with_endpoints(tuple(vhosts), partial(assumed, origin, network))
        pages = tuple(page for part in parts for page in _pages(part, origin))
        routes = tuple(
            rule.route._replace(
                published=tuple(_open(file, origin, vhost.ports if vhost.closed else ports)), pages=pages
            )
            for vhost in done
            for rule in vhost.rules
        )
        # HAProxy does not start while it cannot resolve a name.
        ends = {end.span: end for end in dead_ends(leading(done), routes, origin, network, strict=True)}
        ask = partial(route_request, done)
        yield Proxy(HAPROXY, routes, ports, published(origin, ports), ask, tuple(ends.values()))


def _open(file: HaproxyFile, origin: ContainerContext | None, ports: Collection[int]) -> Iterator[Label]:
    """Where HAProxy is open to other machines, if no rule of its file may turn anybody away."""
    rules = [line for section in file.sections for line in section.of("http-request", "tcp-request", "filter", "block")]
    if any(not rule.args or CHECKS.search(" ".join(rule.args)) for rule in rules):
        return
    if origin is not None:
        yield from open_ports(origin, ports)
        return
    for bind in (line for section in file.sections for line in section.of("bind")):
        if bind.args and not any(map(_is_local, bind.args[0].split(","))):
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


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(word.text for word in line.words)


def _parts(file: HaproxyFile) -> Iterator[Backend]:
    """The proxies of a file, each with the last defaults before it, or those that it names."""
    last: Section | None = None
    named: dict[str, Section] = {}
    for section in file.sections:
        if section.kind == "defaults":
            last = named[section.name] = section
        elif section.kind in ("frontend", "backend", "listen"):
            args = section.head.args
            chosen = named.get(args[2]) if args[1:2] == ("from",) and len(args) > 2 else last
            yield Backend(section, chosen)


def _ports(part: Backend) -> dict[int, bool] | None:
    """The ports that a frontend is bound to and whether it speaks TLS there; None where they are not known."""
    found: dict[int, bool] = {}
    for line in part.section.of("bind"):
        for address in line.args[:1] and line.args[0].split(","):
            port = address.rpartition(":")[2]
            if not port.isdecimal() or len(port) > 5 or line.words[1].open:
                return None
            found[int(port)] = "ssl" in line.args
    return found


def _rules(
    part: Backend,
    backends: Mapping[str, Backend],
    origin: ContainerContext | None,
    network: Network,
    ids: dict[str, int],
) -> Iterator[ProxyRule]:
    """The rules of a frontend in the order in which they are tried."""
    for line in part.section.of("use_backend"):
        for condition in conditions(line, part.section):
            yield _rule(line, condition, part, backends, origin, network, ids)
    default = part.of("default_backend")
    if default or part.section.of("server", "server-template"):
        line = default[-1] if default else part.section.head
        yield _rule(line, Condition((), (PathMatch(PREFIX, "/"),)), part, backends, origin, network, ids)


def _rule(
    line: Line,
    condition: Condition | None,
    part: Backend,
    backends: Mapping[str, Backend],
    origin: ContainerContext | None,
    network: Network,
    ids: dict[str, int],
) -> ProxyRule:
    name = line.args[0] if line.args else part.section.name
    backend = backends.get(name)
    rewritten = any(
        _rewrites(rule) for one in (part, backend) if one for rule in one.section.of("http-request", "reqrep")
    )
    rewrite = unknown if rewritten else kept
    match = condition.matches[0] if condition else None
    route = _route(line, condition, part, backend, rewritten, ids)
    return ProxyRule(joined(route, origin, network), condition.hosts if condition else None, match, rewrite)


def _rewrites(rule: Line) -> bool:
    """Whether a rule may change what is asked for or answer itself."""
    action = rule.args[0] if rule.args else ""
    return not (
        action.startswith(NEUTRAL) or action.startswith("track-sc") or rule.args[:3] == ("redirect", "scheme", "https")
    )


def _route(
    line: Line,
    condition: Condition | None,
    part: Backend,
    backend: Backend | None,
    rewritten: bool,
    ids: dict[str, int],
) -> Route:
    match = condition.matches[0] if condition else None
    where = Label(line.span, "HAProxy sends requests here")
    name = f"{line.span.source.path} {part.section.name} {match.text if match else ''}".rstrip()
    ids[name] = ids.get(name, 0) + 1
    members = tuple(islice(_members(backend), MOST_MEMBERS)) if backend else ()
    only = members[0] if len(members) == 1 else None
    binds = tuple(Label(bind.span, "listens here") for bind in part.section.of("bind"))
    path = None if match is None or rewritten else (match.text,)
    hosts = condition.hosts if condition else None
    return Route(
        id=name if ids[name] == 1 else f"{name} ({ids[name]})",
        span=line.span,
        proxy=HAPROXY,
        version=UNKNOWN,
        listen=Value((tuple(" ".join(bind.args) for bind in part.section.of("bind")),), binds),
        server_names=Value(None if hosts is None else (hosts,), (where,)),
        location=Value(None if match is None else (match.text,), (where,)),
        match=match,
        target=Value((f"http://{only.host}:{only.port}",) if only else None, (where,)),
        balancing=_balancing(backend, where) if backend else UNKNOWN,
        members=members,
        buffering=Value((False,), (Label(line.span, "HAProxy passes every chunk of a response on"),)),
        read_timeout=_timeout(backend) if backend and backend.is_http else UNKNOWN,
        http_version=UNKNOWN,
        auth=tuple(_auth(part, backend))[-1:],
        path=Value(path, (where,)),
        closed=False,
        checks=_checks(backend) if backend else (),
    )


def _checks(backend: Backend) -> tuple[HealthCheck, ...]:
    """What HAProxy asks the servers of a backend to know whether they work."""
    servers = (*backend.section.of("server", "server-template"), *backend.of("default-server"))
    return health.haproxy(backend.of("option", "httpchk"), backend.section.of("http-check"), servers)


def _auth(part: Backend, backend: Backend | None) -> Iterator[Label]:
    """Where HAProxy itself checks who calls."""
    rules = (rule for one in (part, backend) if one for rule in one.section.of("http-request"))
    return (Label(rule.span, "the proxy authenticates callers") for rule in rules if rule.args[:1] == ("auth",))


def _members(backend: Backend) -> Iterator[Member]:
    """The servers that share the requests."""
    for line in backend.section.of("server", "server-template"):
        number = 1 if line.name == "server" else 2
        if len(line.args) > number:
            host, _, port = line.args[number].rpartition(":")
            open_ = line.words[number + 1].open or not port.isdecimal() or len(port) > 5
            active = not {"backup", "disabled"} & set(line.args[number + 1 :])
            yield Member("" if open_ else host, 0 if open_ else int(port), active, line.span)


def _timeout(backend: Backend) -> Value[float]:
    """The seconds of silence that it bears from a server; without a word of it, any."""
    lines = backend.of("timeout", "server")
    if not lines:
        return Value((), (Label(backend.section.head.span, "timeout server is not set: HAProxy waits forever"),))
    word = lines[-1].words[2] if len(lines[-1].words) > 2 else None
    found = re.fullmatch(r"([0-9]{1,15})(us|ms|s|m|h|d|)", word.text) if word else None
    note = Label(word.span if word else lines[-1].span, "sets timeout server")
    if word is None or found is None or word.open:
        return Value(None, (note,))
    seconds = int(found[1]) * UNITS[found[2]]
    site = EditSite(word.span) if word.span.text == word.text else None
    return Value((seconds,) if seconds else (), (note,), site)


def _balancing(backend: Backend, where: Label) -> Value[str]:
    """What picks the server: what clients are remembered by, else how they are spread."""
    sticks, cookies = backend.section.of("stick"), backend.of("cookie")
    worn = [line for line in backend.section.of("server", "server-template") if "cookie" in line.args]
    notes = tuple(Label(line.span, "keeps a client on one server") for line in sticks)
    if sticks and (cookies and worn):
        return Value(None, notes)
    if sticks:
        said = _stuck(sticks)
        return Value((said,) if said else None, notes)
    if cookies and worn:
        return Value(
            (" ".join(_texts(cookies[-1])),),
            (where, Label(cookies[-1].span, "keeps a client on one server by a cookie")),
        )
    servers = backend.section.of("server")
    if len(servers) == 1 and not backend.section.of("server-template"):
        return Value(("one server",), (where, Label(servers[0].span, "its name is resolved once, to one address")))
    if len({line.args[1:2] for line in servers}) < len(servers):
        return Value(None, (where, Label(servers[0].span, "several servers of one name may be one or not")))
    chosen = backend.of("balance")
    if not chosen:
        return Value(
            ("balance roundrobin",),
            (where, Label(backend.section.head.span, "distributes requests by round-robin by default")),
        )
    text = " ".join(_texts(chosen[-1]))
    site = EditSite(chosen[-1].span) if chosen[-1].span.text == text else None
    return Value((text,), (where, Label(chosen[-1].span, "picks the server")), site)


def _stuck(sticks: tuple[Line, ...]) -> str | None:
    """What a stick table goes by, None where it is something else than the address or the session's id."""
    said = {tuple(word.lower() for word in line.args) for line in sticks}
    keys = {words[0]: words[1] for words in said if len(words) == 2}
    if len(keys) < len(sticks):
        return None
    asked = keys.get("match", keys.get("on", ""))
    if SESSION.fullmatch(asked):
        learned = SESSION.fullmatch(keys.get("store-response", "").replace("res.", "req.", 1))
        return "stick store-response res.hdr(Mcp-Session-Id)" if learned else "stick on req.hdr(Mcp-Session-Id)"
    return "stick on src" if asked == "src" and "store-response" not in keys else None
