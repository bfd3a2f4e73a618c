"""MCP-Nest: `McpModule.forRoot(…)`, a module of Nest whose controllers speak MCP.

Read in the releases 1.8.2 to 1.9.11 of `@rekog/mcp-nest`: options stand in for the defaults as a whole, so that whoever
gives `streamableHttp` without `statelessMode` gets sessions. https://github.com/rekog-labs/MCP-Nest/tree/v1.9.11
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader, Served
from mcplint.programs.typescript.values import ARGUMENTS, UNDEFINED, Method, Object, array, as_list, prop, verdict
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.values import Value

MODULE, ANSWERS = "@rekog/mcp-nest:McpModule", "@rekog/mcp-nest:Controllers"
KINDS = {"SSE": "sse", "STREAMABLE_HTTP": "streamable-http", "STDIO": "stdio"}
RouteParts = tuple[tuple[str, ...], Abstract, Abstract]
"""The methods of a route, its path, and what answers there."""


def for_root(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`McpModule.forRoot(options)`."""
    return known(Object(External(MODULE), args.span, {ARGUMENTS: (args,)}), *args.notes)


def _has_arguments(module: Object) -> bool:
    return module.library == MODULE and ARGUMENTS in module.table


def routes_known(module: Object) -> bool:
    """Whether all routes that a module adds are known."""
    return _has_arguments(module) and _kinds(module) <= {*KINDS.values()}


def _options(module: Object) -> Abstract:
    args: Args = module.table[ARGUMENTS][0]
    return args.get(0)


def _kinds(module: Object) -> set[Any]:
    """What it speaks, all of it where nothing is said; nothing that is not known."""
    transport_option = prop(_options(module), "transport", known(array(*map(known, KINDS.values()))))
    return {each.only for each in as_list(transport_option)}


def routes(machine: Machine, module: Object) -> Iterator[RouteParts]:
    """The routes that the module adds, below the prefix of the application."""
    if not _has_arguments(module):
        return
    kinds = _kinds(module)
    if KINDS["SSE"] in kinds:
        yield ("GET",), _path(module, "sseEndpoint", "sse"), _answer_method(module, "stream")
        yield ("POST",), _path(module, "messagesEndpoint", "messages"), _answer_method(module, "message")
    if KINDS["STREAMABLE_HTTP"] in kinds:
        path = _path(module, "mcpEndpoint", "mcp")
        for method in ("POST", "GET", "DELETE"):
            yield (method,), path, _answer_method(module, "posted" if method == "POST" else "asked")


def _answer_method(module: Object, name: str) -> Abstract:
    return known(Method(module, f"{ANSWERS}.{name}"))


def _path(module: Object, name: str, default: str) -> Abstract:
    notes = module.table[ARGUMENTS][0].notes
    parts = prop(_options(module), "apiPrefix", known("")), prop(_options(module), name, known(default))
    if any(part.options is None or not all(isinstance(each, str) for each in part.options) for part in parts):
        return unknown(*notes)
    pairs = product(*(part.options or () for part in parts))
    return Value(tuple(re.sub("/+", "/", f"/{prefix}/{path}") for prefix, path in pairs), notes)


def on_streams(machine: Machine, module: Object, listens: bool) -> None:
    """Serves standard streams where the module is told to, or where nothing listens and it is not told otherwise."""
    kinds = _kinds(module) if _has_arguments(module) else set()
    if KINDS["STDIO"] in kinds and module.span is not None and (not listens or len(kinds) == 1):
        machine.serve(Served(STDIO, _server(module), unknown(), unknown(), module.span))


def _server(module: Object) -> Object:
    """A server of the SDK as the module makes one."""
    return Object(External(sdk.SERVERS[0]), module.span, {ARGUMENTS: (Args((_options(module),), module.span),)})


def over_http(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A request is given to a transport of its own, or to that of its session."""
    option = prop(_options(owner), "streamableHttp")
    if option.only is UNDEFINED:
        notes = owner.table[ARGUMENTS][0].notes
        names = {"statelessMode": known(True, *notes), "enableJsonResponse": known(True, *notes)}
        option = known(Object(None, owner.span, names))
    stateless = verdict(prop(option, "statelessMode"))
    ids = unknown() if stateless is None else known(UNDEFINED if stateless else True)
    names = {"sessionIdGenerator": ids, "enableJsonResponse": prop(option, "enableJsonResponse", known(False))}
    return _hand_to_transport(
        machine, owner, STREAMABLE, sdk.HTTP_TRANSPORTS[0], (known(Object(None, owner.span, names)),)
    )


def over_sse(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A client opens a stream of its own."""
    return _hand_to_transport(machine, owner, SSE, sdk.SSE_TRANSPORTS[0], (unknown(), unknown()))


def _hand_to_transport(
    machine: Machine, owner: Object, kind: str, library: str, given: tuple[Abstract, ...]
) -> Abstract:
    made = Args(given, owner.span)
    through = Object(External(library), owner.span, {ARGUMENTS: (made,)})
    sdk.note_handled(machine, kind, through, _server(owner), made, "give", 3)
    return unknown()


def message(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A message comes to the transport of its session."""
    return sdk.handle_unseen(machine, Args((unknown(),) * 3, owner.span), owner, "message")


def answer_session_request(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A stream is asked for or a session ended, which only sessions have."""
    stateless = verdict(prop(prop(_options(owner), "streamableHttp"), "statelessMode", known(False)))
    default = prop(_options(owner), "streamableHttp").only is UNDEFINED
    return unknown() if default or stateless else over_http(machine, args, owner)


def _kind(machine: Machine, owner: Any, name: str) -> Abstract:
    return known(KINDS[name])


CALLS: Mapping[str, Handler] = {
    f"{MODULE}.forRoot": for_root,
    f"{ANSWERS}.posted": over_http,
    f"{ANSWERS}.asked": answer_session_request,
    f"{ANSWERS}.stream": over_sse,
    f"{ANSWERS}.message": message,
}
CLASSES: tuple[str, ...] = (ANSWERS,)
READS: Mapping[str, Reader] = {f"@rekog/mcp-nest:McpTransportType.{name}": partial(_kind, name=name) for name in KINDS}
ALIASES: Mapping[str, str] = {}
