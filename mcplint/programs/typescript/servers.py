"""The MCP servers of a run: what each application that listens hands requests to, and what stdio serves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import Endpoint, Server, Wiring
from mcplint.programs.alternatives import coerced
from mcplint.programs.listeners import NODE, may_listen
from mcplint.programs.typescript import ports
from mcplint.programs.typescript.guards import CHECKS, GUARDS
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.libraries.blank import NOWHERE, blank
from mcplint.programs.typescript.libraries.strangers import shown_callers
from mcplint.programs.typescript.libraries.web import APPS, BELOW, HANDLER, REWRITES, ROUTES, SLASHED, Route
from mcplint.programs.typescript.machine import FORKS, FRAMEWORK, Args, Machine, Served
from mcplint.programs.typescript.middleware import LOOPBACK, body_parser, compression_labels, cors, trusted
from mcplint.programs.typescript.routes import McpRequest, Walked, walk
from mcplint.programs.typescript.tools import effects
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    UNDEFINED,
    Object,
    elements,
    prop,
)
from mcplint.programs.values import Abstract, known, unknown
from mcplint.text.layout import quote
from mcplint.text.source import offsets
from mcplint.values import UNKNOWN, EditSite, Label, Value

ALLOWS = r"(?i)access-control-(?:allow|expose)-"
STOPS = (
    r"[gG]raceful|exit-hook|signal-exit|terminus|terminator|lightship|stoppable|enableShutdownHooks|node:cluster|"
    r"""["'](?:cluster|pm2|playwright|puppeteer|@prisma/client)["']"""
)
"""What sets handlers for signals by itself, or may."""
BUNDLE = 1_000_000
"""Characters of a file that only a bundler makes; what looks at callers in it is not searched for."""
CLUSTER = r"""["'](?:node:)?cluster["']"""
MATCHED = r"[tT]railingSlash|strict\s*:|rewriteUrl|routerOptions"
"""What tells a router of Hono or Fastify whether a slash at the end counts, or may."""
STORES = r"""["'](?:ioredis|redis|@upstash/redis|@vercel/kv|@redis/client)["']"""


def servers_of(machine: Machine) -> tuple[Server, ...]:
    """One server for each that runs beside others; ways between which the program chooses are one server."""
    from mcplint.programs.alternatives import servers

    known_apps: dict[int, Walked] = {}
    for way in machine.ways:
        found: list[Server] = []
        for each in way:
            found += (server._replace(writes=each.writes) for server in _servers_of_start(machine, each, known_apps))
        if any(each.kind == STDIO for each in way):
            heard = _listeners(machine, way)
            found = [server._replace(listeners=heard) if server.transport.only == STDIO else server for server in found]
        others = any(each.kind != FORKS for each in way)
        machine.paths.append(tuple(dict.fromkeys(map(coerced, found))) or (None if others else ()))
    return servers(machine.paths)


def _listeners(machine: Machine, way: tuple[Served, ...]) -> tuple[Value[int], ...]:
    """The ports on which a way listens, one that is not known where it may listen in code that is not followed."""
    heard = tuple(ports.port(each.port) for each in way if each.kind not in (STDIO, FORKS))
    sources = (package.fact.source for package in machine.packages.values() if package)
    followed = {each.span for one in machine.ways for each in one if each.kind not in (STDIO, FORKS)}
    return (*heard, UNKNOWN) if may_listen(sources, NODE, followed) else heard


def _servers_of_start(machine: Machine, each: Served, walked: dict[int, Walked]) -> Iterator[Server]:
    if each.kind == STDIO:
        yield blank(machine, each.what, None, each.span)._replace(
            transport=known(STDIO, Label(each.span, "called here")),
            endpoints_closed=True,
            printed=each.printed,
            prints=() if each.diverted else _prints(machine, each),
        )
        return
    if each.kind == FRAMEWORK:
        yield each.what(machine)
        return
    if each.kind == FORKS:
        return
    if id(each.what) not in walked:
        walked[id(each.what)] = walk(machine, each.what)
    there = walked[id(each.what)]
    for kind in (STREAMABLE, SSE):
        met = [item for item in there.met if item.handled.kind == kind]
        if any(item.handled.transport is not None for item in met):
            yield _over_http(machine, each, kind, met, there)


def _prints(machine: Machine, each: Served) -> tuple[Label, ...]:
    """What is written to standard output while a server serves: by the program that goes on, and by tools."""
    return tuple(dict.fromkeys((*each.printed_after, *effects(machine, each.what).prints)))


def _over_http(machine: Machine, each: Served, kind: str, met: list[McpRequest], there: Walked) -> Server:
    first = _most_telling(met)
    handled = first.handled
    server = (
        handled.server
        or _server_of(handled.transport)
        or next((found for item in met if (found := item.handled.server or _server_of(item.handled.transport))), None)
    )
    message = [item.path for item in there.met if item.handled.kind == "message"]
    note = Label(handled.span or each.span, "called here")
    check, hosts = _host_check(there, handled.transport, machine)
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
        deaf=_runner(each.what) != "next" and not _mentions(machine, f"SIGTERM|{STOPS}"),
        lingering=_lingering(machine, each, met, kind),
        path=_rewritten_path(each.what, first.path),
        message_path=_message_path(handled.transport, message) if kind == SSE else NOWHERE,
        stateless=_stateless(machine, handled.transport) if kind == STREAMABLE else NOWHERE,
        json_response=sdk.flag(handled.transport, "enableJsonResponse") if kind == STREAMABLE else NOWHERE,
        workers=_workers(machine, each),
        endpoints=(*there.endpoints, *others),
        endpoints_closed=there.closed,
        matching=there.matching(_mentions(machine, MATCHED)),
        declared_host=_declared_host(there),
        host_check=check,
        allowed_hosts=hosts,
        trusted_hosts=trusted(there.guards),
        auth=_auth(machine, there, note),
        runner=_runner(each.what),
        wiring=_wiring(machine, there.met, kind),
        cors=() if _mentions(machine, ALLOWS) else cors(first.layers),
        compressed=compression_labels(first.layers),
        back_channel=_client_requests(machine, server, handled),
    )


def _workers(machine: Machine, each: Served) -> Abstract:
    """How many processes listen: one, unless the program may fork more and never asks which of them it is."""
    alone = machine.clustered or not _mentions(machine, CLUSTER)
    return known(1, Label(each.span, "one process listens here")) if alone else unknown()


def _client_requests(machine: Machine, server: Any, handled: sdk.Handled) -> tuple[Label, ...]:
    """Where tools ask the client back; answers find a transport that all requests share, and handlers of version 2."""
    through = handled.transport
    if not isinstance(through, Object) or through.library not in sdk.HTTP_TRANSPORTS:
        return ()
    if handled.shares(through) and sdk.stateless(machine, through).may(bool):
        return ()
    return tuple(effects(machine, server).asks)


def _lingering(machine: Machine, each: Served, met: list[McpRequest], kind: str) -> tuple[Label, ...]:
    """Where the program waits for streams that clients keep open, in which nothing of others has a part."""
    asked = any(item.handled.does == "give" and (not item.methods or "GET" in item.methods) for item in met)
    if not machine.signals or not (kind == SSE or asked) or _mentions(machine, STOPS):
        return ()
    from mcplint.programs.typescript.shutdown import waits_at_shutdown

    return waits_at_shutdown(machine, each)


def _rewritten_path(app: Any, path: Abstract) -> Abstract:
    """A path, or one of those that stand for it."""
    rewrites = REWRITES.of(app.table) if isinstance(app, Object) else ()
    if any(not source and not target for source, target in rewrites):
        return unknown(*path.trace)
    others = tuple(source for source, target in rewrites if path.options and target in path.options)
    path = path._replace(options=(*(path.options or ()), *others), site=None) if others else path
    return _configured_path(app, path) if isinstance(app, Object) else path


def _configured_path(app: Object, path: Abstract) -> Abstract:
    """A path where the configuration of a framework puts it: below another one, or with a slash behind it."""
    base = BELOW.value(app.table)
    if base is not None:
        # mcp-handler compares the whole path, and is told another one.
        if base.options is None or path.options is None or any(map(_is_adapted, ROUTES.of(app.table))):
            return unknown(*path.trace, *base.trace)
        below = tuple(f"{each}{one}".rstrip("/") or "/" for each in base.options for one in path.options)
        path = path._replace(options=below, trace=(*path.trace, *base.trace), site=None)
    if SLASHED.of(app.table) and path.options is not None:
        both = (form for each in path.options for form in (each, each.rstrip("/") + "/"))
        path = path._replace(options=tuple(dict.fromkeys(both)), site=None)
    return path


def _is_adapted(route: Route) -> bool:
    """Whether a route is answered by a handler that looks for the path itself."""
    return any(isinstance(each.only, Object) and sdk.AT in each.only.table for each in route.handlers)


def _stateless(machine: Machine, transport: Any) -> Abstract:
    """Whether no sessions are kept in memory; a program that uses a store of others may keep them there."""
    found = sdk.stateless(machine, transport)
    if found.must_be(False) and _mentions(machine, STORES):
        return unknown(*found.trace)
    return found


def _wiring(machine: Machine, met: tuple[McpRequest, ...], kind: str) -> Wiring:
    """What the requests of a server share."""
    shared = reused = consumed = tuple[Label, ...]()
    for item in met:
        handled = item.handled
        span = handled.span
        if span is None or handled.kind not in (kind, "message") or (handled.kind == "message" and kind != SSE):
            continue
        posted = not item.methods or "POST" in item.methods
        alone = handled.shares(handled.server) and not handled.shares(handled.transport)
        if handled.does == "connect" and alone and not handled.fresh:
            shared = shared or (
                Label(span, "each request connects it"),
                *_label_at(handled.server, "the server is made here"),
            )
        given = handled.does == "give" and posted and handled.kind == STREAMABLE
        if given and handled.shares(handled.transport) and _keeps_nothing(machine, handled.transport):
            made = _label_at(handled.transport, "the transport is made here")
            reused = reused or (Label(span, "each request is given to it"), *made)
        unread = handled.transport is None and any(_is_v1(other.handled.transport) for other in met)
        bodiless = handled.does == "give" and handled.passed == 2 and posted and (unread or _is_v1(handled.transport))
        parser = body_parser(item.layers)
        if bodiless and parser is not None and not ("koa" in parser.name and _mentions(machine, "disableBodyParser")):
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


def _label_at(each: Any, text: str) -> tuple[Label, ...]:
    return (Label(each.span, text),) if each.span is not None else ()


def _most_telling(met: list[McpRequest]) -> McpRequest:
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


def _host_check(there: Walked, transport: Any, machine: Machine) -> tuple[Abstract, Abstract]:
    """Whether foreign hosts are refused, and which are not."""
    for options in there.hosts:
        if options.options == (UNDEFINED,):
            return known(True, *options.trace), known(LOOPBACK, *options.trace)
        allowed, host = prop(options, "allowedHosts"), prop(options, "host")
        if allowed.only is not UNDEFINED:
            return known(True, *allowed.trace), _texts(allowed)
        if host.must(lambda name: name in (UNDEFINED, "127.0.0.1", "localhost", "::1")):
            return known(True, *(host.trace or options.trace)), known(LOOPBACK, *options.trace)
        if host.must(lambda name: isinstance(name, str) and name not in ("127.0.0.1", "localhost", "::1")):
            return known(False, *host.trace), NOWHERE
        return (unknown(*options.trace),) * 2
    on = sdk.flag(transport, "enableDnsRebindingProtection")
    if on.must(lambda option: option is True) and isinstance(transport, Object):
        args: Args = transport.table[ARGUMENTS][0]
        hosts = prop(args.get(0), "allowedHosts")
        check = known(False, *on.trace) if hosts.only is UNDEFINED else known(True, *on.trace)
        return check, _texts(hosts)
    if on.must(lambda option: option in (False, UNDEFINED, None)):
        return known(False, *on.trace), NOWHERE
    return unknown(), unknown()


def _declared_host(there: Walked) -> Abstract:
    """The host that the SDK is told, and where it would be told another one."""
    for options in there.hosts:
        if options.only is UNDEFINED:
            call = options.trace[0].span if options.trace else None
            site = None
            if call is not None and call.text.endswith("()"):
                sign = quote(call.source)
                site = EditSite(call._replace(start=call.end - 1, end=call.end - 1), f"{{ host: {sign}", f"{sign} }}")
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


def _auth(machine: Machine, there: Walked, note: Label) -> Abstract:
    """What checks callers where requests for MCP come to: None where no module of the program speaks of them there."""
    texts = [package.fact.source.text for package in machine.packages.values() if package]
    if there.watched or any(len(text) > BUNDLE or shown_callers(text) for text in texts):
        return unknown()
    if not _mentions(machine, GUARDS):
        return known(None, note)
    from mcplint.programs.typescript.free_tokens import handed_out
    from mcplint.programs.typescript.wired import is_in_ranges, merged_ranges, unreached

    if len(machine.packages) not in machine.free:
        machine.free[len(machine.packages)] = handed_out(machine)
    free = machine.free[len(machine.packages)]
    spans = (*unreached(machine, there), *(free.spans if free else ()))
    for package in machine.packages.values() if spans else ():
        source = package.fact.source if package else None
        parts = merged_ranges(spans, source) if source else []
        if source and any(not is_in_ranges(parts, offset) for offset in offsets(CHECKS, source)):
            return unknown()
    if free:
        return known(None, Label(free.authorize, "hands a code to everyone who asks"))
    return known(None, note) if spans else unknown()


def _mentions(machine: Machine, pattern: str) -> bool:
    """Whether a module of the program, as far as it is read, has a text; each module is searched once."""
    found, searched = machine.mentions.get(pattern, (False, 0))
    if not found and searched < len(machine.packages):
        new = islice(machine.packages.values(), searched, None)
        found = any(offsets(pattern, package.fact.source) for package in new if package)
        machine.mentions[pattern] = found, len(machine.packages)
    return found


def _runner(what: Any) -> str:
    library = what.library if isinstance(what, Object) else None
    if library == APPS["http"]:
        inner = what.table.get(HANDLER)
        library = inner.only.library if inner is not None and isinstance(inner.only, Object) else library
    named = {APPS[name]: name for name in ("express", "hono", "fastify", "koa", "next")}
    return named.get(library or "", "node")
