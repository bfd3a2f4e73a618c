"""The MCP servers of a run: what each application that listens hands requests to, and what stdio serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import Endpoint, Server, Wiring
from mcplint.programs.alternatives import coerced
from mcplint.programs.typescript import ports
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.libraries.blank import NOWHERE, blank
from mcplint.programs.typescript.libraries.web import APPS, HANDLER, MIDDLEWARE, REWRITES, ROUTES, Route
from mcplint.programs.typescript.machine import FRAMEWORK, Args, Machine, Served
from mcplint.programs.typescript.middleware import Middleware, around, body_parser, compressed, cors
from mcplint.programs.typescript.operators import REQUEST_PATH
from mcplint.programs.typescript.tools import effects
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    UNDEFINED,
    Function,
    Method,
    Object,
    Wrapped,
    elements,
    prop,
)
from mcplint.programs.values import CLOCK, OPEN, Abstract, External, Sequence, known, unknown
from mcplint.values import EditSite, Label, Value

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
DEEPEST = 8
GUARDS = r"(?i)authorization|x-api-key|api[_-]?key|bearer|jwt|oauth|passport|session[_-]?token|authenticat|mcpauth"

ALLOWS = r"(?i)access-control-(?:allow|expose)-"
STOPS = (
    r"SIGTERM|[gG]raceful|exit-hook|signal-exit|terminus|terminator|lightship|stoppable|enableShutdownHooks|node:cluster|"
    r"""["'](?:cluster|pm2|playwright|puppeteer|@prisma/client)["']"""
)
"""What sets handlers for signals, or may."""
CLUSTER = r"""["'](?:node:)?cluster["']"""
STORES = r"""["'](?:ioredis|redis|@upstash/redis|@vercel/kv|@redis/client)["']"""


class Met(NamedTuple):
    """A request of a route that reaches MCP: where it is answered, what answers it, and the middleware before that."""

    path: Abstract
    methods: tuple[str, ...]
    handled: sdk.Handled
    layers: tuple[Middleware, ...] = ()


class Walked(NamedTuple):
    """What there is to an application: its requests for MCP, its other routes, and whether these are all."""

    met: tuple[Met, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    closed: bool = True
    hosts: tuple[Abstract, ...] = ()
    guarded: bool = False


def served(machine: Machine) -> tuple[Server, ...]:
    """One server for each that runs beside others; ways between which the program chooses are one server."""
    from mcplint.programs.alternatives import servers

    known_apps: dict[int, Walked] = {}
    for way in machine.ways:
        found: list[Server] = []
        for each in way:
            found += _described(machine, each, known_apps)
        machine.paths.append(tuple(dict.fromkeys(map(coerced, found))) or (None if way else ()))
    return servers(machine.paths)


def _described(machine: Machine, each: Served, walked: dict[int, Walked]) -> Iterator[Server]:
    if each.kind == STDIO:
        yield blank(machine, each.what, None, each.span)._replace(
            transport=known(STDIO, Label(each.span, "called here")),
            endpoints_closed=True,
            printed=each.printed,
            prints=() if each.diverted else tuple(effects(machine, each.what).prints),
        )
        return
    if each.kind == FRAMEWORK:
        yield each.what(machine)
        return
    if id(each.what) not in walked:
        walked[id(each.what)] = walk(machine, each.what)
    there = walked[id(each.what)]
    for kind in (STREAMABLE, SSE):
        met = [item for item in there.met if item.handled.kind == kind]
        if any(item.handled.transport is not None for item in met):
            yield _over_http(machine, each, kind, met, there)


def _over_http(machine: Machine, each: Served, kind: str, met: list[Met], there: Walked) -> Server:
    first = _best(met)
    handled = first.handled
    server = (
        handled.server
        or _server_of(handled.transport)
        or next((found for item in met if (found := item.handled.server or _server_of(item.handled.transport))), None)
    )
    message = [item.path for item in there.met if item.handled.kind == "message"]
    note = Label(handled.span or each.span, "called here")
    checks = _host_check(there, handled.transport, machine)
    others = tuple(
        Endpoint(str(item.path.only), item.methods, item.handled.span or each.span)
        for item in there.met
        if isinstance(item.path.only, str) and item.path.only != first.path.only
    )
    return blank(machine, server, handled.transport, each.span)._replace(
        transport=known(kind, note),
        host=each.host,
        port=ports.port(each.port),
        portless=ports.portless(each),
        deaf=not _mentions(machine, STOPS),
        path=_rewritten(each.what, first.path),
        message_path=_message_path(handled.transport, message) if kind == SSE else NOWHERE,
        stateless=_stateless(machine, handled.transport) if kind == STREAMABLE else NOWHERE,
        json_response=sdk.flag(handled.transport, "enableJsonResponse") if kind == STREAMABLE else NOWHERE,
        workers=unknown() if _mentions(machine, CLUSTER) else known(1, Label(each.span, "one process listens here")),
        endpoints=(*there.endpoints, *others),
        endpoints_closed=there.closed,
        declared_host=_declared(there),
        host_check=checks[0],
        allowed_hosts=checks[1],
        allowed_origins=checks[2],
        auth=unknown() if there.guarded or _looks(machine) else known(None, note),
        runner=_runner(each.what),
        wiring=_wiring(machine, there.met, kind),
        cors=() if _mentions(machine, ALLOWS) else cors(first.layers),
        compressed=compressed(first.layers),
        back_channel=_asks(machine, server, handled),
    )


def _asks(machine: Machine, server: Any, handled: sdk.Handled) -> tuple[Label, ...]:
    """Where tools ask the client back; answers find a transport that all requests share, and handlers of version 2."""
    through = handled.transport
    if not isinstance(through, Object) or through.library not in sdk.HTTP_TRANSPORTS:
        return ()
    if handled.shares(through) and sdk.stateless(machine, through).may(bool):
        return ()
    return tuple(effects(machine, server).asks)


def _rewritten(app: Any, path: Abstract) -> Abstract:
    """A path, or one of those that stand for it."""
    rewrites = REWRITES.of(app.table) if isinstance(app, Object) else ()
    if any(not source and not target for source, target in rewrites):
        return unknown(*path.trace)
    others = tuple(source for source, target in rewrites if path.options and target in path.options)
    return path._replace(options=(*(path.options or ()), *others), site=None) if others else path


def _stateless(machine: Machine, transport: Any) -> Abstract:
    """Whether no sessions are kept in memory; a program that uses a store of others may keep them there."""
    found = sdk.stateless(machine, transport)
    if found.must_be(False) and _mentions(machine, STORES):
        return unknown(*found.trace)
    return found


def _wiring(machine: Machine, met: tuple[Met, ...], kind: str) -> Wiring:
    """What the requests of a server share."""
    shared = reused = consumed = tuple[Label, ...]()
    for item in met:
        handled = item.handled
        span = handled.span
        if span is None or handled.kind not in (kind, "message") or (handled.kind == "message" and kind != SSE):
            continue
        posted = not item.methods or "POST" in item.methods
        if handled.does == "connect" and handled.shares(handled.server) and not handled.shares(handled.transport):
            shared = shared or (
                Label(span, "each request connects it"),
                *_made(handled.server, "the server is made here"),
            )
        given = handled.does == "give" and posted and handled.kind == STREAMABLE
        if given and handled.shares(handled.transport) and _keeps_nothing(machine, handled.transport):
            made = _made(handled.transport, "the transport is made here")
            reused = reused or (Label(span, "each request is given to it"), *made)
        unread = handled.transport is None and any(_is_v1(other.handled.transport) for other in met)
        bodiless = handled.does == "give" and handled.passed == 2 and posted and (unread or _is_v1(handled.transport))
        parser = body_parser(item.layers)
        if bodiless and parser is not None:
            consumed = consumed or (Label(span, "it reads the body"), Label(parser.span, "this reads it before"))
    return Wiring(shared, reused, consumed)


def _keeps_nothing(machine: Machine, transport: Any) -> bool:
    """Whether a transport of the SDK keeps no sessions."""
    return transport.library in sdk.HTTP_TRANSPORTS and sdk.stateless(machine, transport).must(bool)


def _is_v1(transport: Any) -> bool:
    """Whether a transport takes a request of Node with its body."""
    return isinstance(transport, Object) and (transport.library or "").startswith(
        (f"{sdk.V1}/server/sse:", f"{sdk.V1}/server/streamableHttp:", "@modelcontextprotocol/node:")
    )


def _made(each: Any, text: str) -> tuple[Label, ...]:
    return (Label(each.span, text),) if each.span is not None else ()


def _best(met: list[Met]) -> Met:
    """The request that tells most: one that is posted to a known path, through a transport that is seen."""
    return max(
        met,
        key=lambda item: (
            isinstance(item.path.only, str),
            not item.methods or "POST" in item.methods,
            item.handled.transport is not None,
            item.handled.passed > 0,
        ),
    )


def _server_of(transport: Any) -> Any:
    value = sdk.SERVER.value(transport.table) if isinstance(transport, Object) else None
    return value.only if value is not None else None


def _message_path(transport: Any, met: list[Abstract]) -> Abstract:
    args: Args | None = (
        transport.table[ARGUMENTS][0] if isinstance(transport, Object) and ARGUMENTS in transport.table else None
    )
    if args is not None and args.get(0).options is not None:
        return args.get(0)
    return met[0] if met else unknown()


def _host_check(there: Walked, transport: Any, machine: Machine) -> tuple[Abstract, Abstract, Abstract]:
    """Whether foreign hosts are refused, which are not, and which origins are not."""
    for options in there.hosts:
        if options.options == (UNDEFINED,):
            return known(True, *options.trace), known(LOOPBACK, *options.trace), NOWHERE
        allowed, host = prop(options, "allowedHosts"), prop(options, "host")
        if allowed.only is not UNDEFINED:
            return known(True, *allowed.trace), _texts(allowed), NOWHERE
        if host.must(lambda name: name in (UNDEFINED, "127.0.0.1", "localhost", "::1")):
            return known(True, *(host.trace or options.trace)), known(LOOPBACK, *options.trace), NOWHERE
        if host.must(lambda name: isinstance(name, str) and name not in ("127.0.0.1", "localhost", "::1")):
            return known(False, *host.trace), NOWHERE, NOWHERE
        return (unknown(*options.trace),) * 3
    on = sdk.flag(transport, "enableDnsRebindingProtection")
    if on.must(lambda option: option is True) and isinstance(transport, Object):
        args: Args = transport.table[ARGUMENTS][0]
        hosts, origins = prop(args.get(0), "allowedHosts"), prop(args.get(0), "allowedOrigins")
        check = known(False, *on.trace) if hosts.only is UNDEFINED else known(True, *on.trace)
        return check, _texts(hosts), _texts(origins)
    if on.must(lambda option: option in (False, UNDEFINED, None)):
        return known(False, *on.trace), NOWHERE, NOWHERE
    return unknown(), unknown(), unknown()


def _declared(there: Walked) -> Abstract:
    """The host that the SDK is told, and where it would be told another one."""
    for options in there.hosts:
        if options.only is UNDEFINED:
            call = options.trace[0].span if options.trace else None
            site = None
            if call is not None and call.text.endswith("()"):
                site = EditSite(call._replace(start=call.end - 1, end=call.end - 1), '{ host: "', '" }')
            return Value(("127.0.0.1",), options.trace, site)
        return prop(options, "host", known("127.0.0.1", *options.trace))
    return NOWHERE


def _texts(value: Abstract) -> Abstract:
    items = elements(value)
    if value.only is UNDEFINED:
        return NOWHERE
    if items is None or any(not isinstance(item.only, str) for item in items):
        return unknown(*value.trace)
    return known(tuple(item.only for item in items), *value.trace)


def _looks(machine: Machine) -> bool:
    """Whether a module of the program speaks of who calls."""
    return _mentions(machine, GUARDS)


def _mentions(machine: Machine, pattern: str) -> bool:
    """Whether a module of the program has a text."""
    known_at = (pattern, len(machine.packages))
    if known_at not in machine.mentions:
        sources = (package.fact.source for package in machine.packages.values() if package)
        machine.mentions[known_at] = any(re.search(pattern, source.text) is not None for source in sources)
    return machine.mentions[known_at]


def _runner(what: Any) -> str:
    library = what.library if isinstance(what, Object) else None
    if library == APPS["http"]:
        inner = what.table.get(HANDLER)
        library = inner.only.library if inner is not None and isinstance(inner.only, Object) else library
    named = {APPS[name]: name for name in ("express", "hono", "fastify", "koa", "next")}
    return named.get(library or "", "node")


def walk(machine: Machine, app: Any) -> Walked:
    """What an application or a listener does with requests."""
    met: list[Met] = []
    endpoints: list[Endpoint] = []
    hosts: list[Abstract] = []
    closed = _walk(machine, app, known(""), met, endpoints, hosts, [], 0)
    return Walked(tuple(met), tuple(dict.fromkeys(endpoints)), closed, tuple(hosts))


def _walk(
    machine: Machine,
    app: Any,
    prefix: Abstract,
    met: list[Met],
    endpoints: list[Endpoint],
    hosts: list[Abstract],
    layers: list[Middleware],
    depth: int,
) -> bool:
    """Whether nothing but what is found answers below a prefix."""
    if depth > DEEPEST or app is None:
        return False
    if isinstance(app, (Function, Wrapped, Method)) or (isinstance(app, Object) and app.library == sdk.HANDLERS):
        _listener(machine, app, prefix, (), met, [])
        return False
    if not isinstance(app, Object):
        return False
    if app.library == APPS["http"]:
        inner = app.table.get(HANDLER)
        found = [
            _walk(machine, each, prefix, met, endpoints, hosts, layers, depth + 1)
            for each in ((inner.options or ()) if inner is not None else ())
        ]
        return bool(found) and all(found)
    if sdk.HOSTS in app.table:
        hosts.append(app.table[sdk.HOSTS])
        layers += [Middleware("/", "express:json", app.span, app.span)] if app.span is not None else []
    closed = app.library in APPS.values()
    for route in ROUTES.of(app.table):
        machine.spend(1)
        closed = _route(machine, route, prefix, met, endpoints, hosts, layers, depth) and closed
    return closed


def _route(
    machine: Machine,
    route: Route,
    prefix: Abstract,
    met: list[Met],
    endpoints: list[Endpoint],
    hosts: list[Abstract],
    layers: list[Middleware],
    depth: int,
) -> bool:
    closed = True
    paths = _paths(route.path)
    for path in paths:
        whole = _below(prefix, path)
        before = len(met)
        own = list(layers)
        for handler in route.handlers:
            for option in handler.options or ():
                if isinstance(option, Object) and option.library in MIDDLEWARE and isinstance(whole.only, str):
                    (layers if route.use else own).append(_layer(option, whole.only, route))
                    own = own if not route.use else list(layers)
                elif isinstance(option, Object) and option.library in APPS.values():
                    closed = _walk(machine, option, whole, met, endpoints, hosts, layers, depth + 1) and closed
                elif isinstance(option, Sequence):
                    for item in option.items or ():
                        _listener(machine, item.only, whole, route.methods, met, own)
                else:
                    _listener(machine, option, whole, route.methods, met, own)
                    closed = closed and not (route.use and _may_answer(option))
            if handler.options is None:
                closed = closed and not route.use
        if len(met) == before and not route.use:
            if isinstance(whole.only, str) and not set(":*{(").intersection(whole.only):
                endpoints.append(Endpoint(whole.only, route.methods, route.span))
            else:
                closed = False
    return closed


def _layer(option: Object, prefix: str, route: Route) -> Middleware:
    args = ARGUMENTS.of(option.table)
    made = option.span or route.span
    return Middleware(prefix, option.library or "", route.span, made, args[0] if args else Args())


def _may_answer(option: Any) -> bool:
    """Whether a middleware may answer requests by itself: one that hands on what it does not answer mostly does not."""
    if isinstance(option, Function):
        return "next" not in (option.node.text or b"").decode("utf-8", "replace")
    return isinstance(option, Wrapped) or (isinstance(option, Object) and option.library not in MIDDLEWARE)


def _paths(value: Abstract) -> list[Abstract]:
    items = elements(value)
    if items is not None:
        return list(items)
    return [value]


def _below(prefix: Abstract, path: Abstract) -> Abstract:
    """A path under a prefix, as Express joins them."""
    if prefix.options is None or path.options is None:
        return unknown(*prefix.trace, *path.trace)
    if not all(isinstance(each, str) for each in (*prefix.options, *path.options)):
        return unknown(*path.trace)
    if prefix.options == ("",):
        return path
    found = tuple(dict.fromkeys(_joined_path(a, b) for a in prefix.options for b in path.options))
    return Value(found, (*prefix.trace, *path.trace)[:6], path.site if prefix.options in (("",), ("/",)) else None)


def _joined_path(prefix: str, path: str) -> str:
    front = prefix.rstrip("/")
    return f"{front}{path}" if path.strip("/") else front or "/"


def _listener(
    machine: Machine,
    option: Any,
    path: Abstract,
    methods: tuple[str, ...],
    met: list[Met],
    layers: list[Middleware],
) -> None:
    """Looks at the handler of a request, whose effects are not kept."""
    for inner in option.values if isinstance(option, Wrapped) else ():
        for each in inner.options or ():
            _listener(machine, each, path, methods, met, layers)
    found: list[sdk.Handled] = []
    machine.requests.append(found)
    machine.begun = next(CLOCK)
    marks = machine.request_paths
    machine.request_paths = []
    try:
        if isinstance(option, Object) and option.library == sdk.HANDLERS:
            sdk.handler_call(machine, Args((unknown(), unknown()), option.span), option)
        elif isinstance(option, (Function, Method)):
            machine.apart(lambda: machine.call(known(option), Args((request(), unknown(), unknown()))))
    finally:
        machine.requests.pop()
        machine.request_paths = marks
    for handled in found:
        if handled.paths is None:
            met.append(Met(path if path.only != "" else unknown(), methods, handled, around(layers, path)))
        for inside in handled.paths or ():
            met.append(
                Met(known(inside, *(Label(handled.span, "called here") for _ in "1" if handled.span)), methods, handled)
            )


def request() -> Abstract:
    """A request as a handler gets it, whichever library gives it: its path is compared, the rest is not known."""
    path = known(Object(External(REQUEST_PATH), None))
    inner = Object(None, None, {OPEN: True, "url": path, "path": path, "pathname": path, "raw": unknown()})
    names = {OPEN: True, "url": path, "path": path, "originalUrl": path, "baseUrl": unknown(), "req": known(inner)}
    return known(Object(None, None, names))
