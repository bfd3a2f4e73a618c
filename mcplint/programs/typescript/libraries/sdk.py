"""The MCP SDKs for TypeScript: `@modelcontextprotocol/sdk` and the packages of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import SdkCall
from mcplint.programs.noted import Noted, NotedByAll
from mcplint.programs.typescript.libraries.closing import closes_before
from mcplint.programs.typescript.libraries.web import APPS
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader, Served
from mcplint.programs.typescript.values import ARGUMENTS, UNDEFINED, Object, prop
from mcplint.programs.values import OPEN, Abstract, External, Kept, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label, Value

V1, V2 = "@modelcontextprotocol/sdk", "@modelcontextprotocol/server"
SERVERS = (
    f"{V1}/server/mcp:McpServer",
    f"{V1}/server/index:Server",
    f"{V1}/server:Server",
    f"{V2}:McpServer",
    f"{V2}:Server",
)
STDIO_TRANSPORTS = (f"{V1}/server/stdio:StdioServerTransport", f"{V2}/stdio:StdioServerTransport")
SSE_TRANSPORTS = (
    f"{V1}/server/sse:SSEServerTransport",
    "@modelcontextprotocol/server-legacy/sse:SSEServerTransport",
)
HTTP_TRANSPORTS = (
    f"{V1}/server/streamableHttp:StreamableHTTPServerTransport",
    f"{V1}/server/webStandardStreamableHttp:WebStandardStreamableHTTPServerTransport",
    f"{V2}:WebStandardStreamableHTTPServerTransport",
    f"{V2}:PerRequestHTTPServerTransport",
    "@modelcontextprotocol/node:NodeStreamableHTTPServerTransport",
    "@hono/mcp:StreamableHTTPTransport",
)
EXPRESS_APPS = (
    f"{V1}/server/express:createMcpExpressApp",
    f"{V1}/server/index:createMcpExpressApp",
    "@modelcontextprotocol/express:createMcpExpressApp",
)
SERVER, HOSTS = Kept("server of a transport"), Kept("what an application is told of hosts")
ADAPTER, AT = Noted[Any]("it is one of mcp-handler"), Noted[Any]("the paths that it answers, whatever leads to it")
HANDLERS, EXTRA = "mcp:Handler", "mcp:Extra"
TOOLS: Noted[Abstract] = Noted("functions that clients call")
REMOVED = ("tool", "prompt", "resource")
"""What servers of version 2 have no more."""
GONE: NotedByAll[SdkCall] = NotedByAll("calls that version 2 has no more")
REGISTRATIONS = (
    "tool",
    "registerTool",
    "prompt",
    "registerPrompt",
    "resource",
    "registerResource",
    "setRequestHandler",
)
ASKS = ("createMessage", "elicitInput", "listRoots")
ASKING = ("sampling/createMessage", "elicitation/create", "roots/list")


class Handled(NamedTuple):
    """What the handler of a request gives it to.

    `transport` and `server`: the objects. `does`: `make` (a transport is made), `connect` (a server to it) or `give`
    (it is given the request). `passed`: how many arguments the transport is given. `begun`: when the handler was
    called, which is after what all requests share was made. `fresh`: it closes what was served before.
    """

    kind: str
    transport: Any
    server: Any
    span: Span | None
    paths: tuple[str, ...] | None
    does: str = "make"
    passed: int = 0
    begun: int = 0
    fresh: bool = False

    def shares(self, each: Any) -> bool:
        """Whether an object was made before the request."""
        return isinstance(each, Object) and each.table.born < self.begun


def note_handled(
    machine: Machine, kind: str, transport: Any, server: Any, args: Args, does: str = "make", passed: int = 0
) -> None:
    """Notes that a request reaches a transport."""
    if machine.requests:
        paths = machine.request_paths[-1] if machine.request_paths else None
        fresh = does == "connect" and closes_before(args)
        seen = Handled(kind, transport, server, args.span, paths, does, passed, machine.begun, fresh)
        machine.requests[-1].append(seen)


def connect(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`server.connect(transport)`: on standard streams the program serves from here on."""
    for option in args.get(0).options or ():
        library = option.library if isinstance(option, Object) else None
        if library in STDIO_TRANSPORTS:
            machine.serve(Served(STDIO, owner, unknown(), unknown(), args.span or machine.origin))
        elif library in HTTP_TRANSPORTS or library in SSE_TRANSPORTS:
            SERVER.put(machine, option.table, known(owner))
            note_handled(machine, SSE if library in SSE_TRANSPORTS else STREAMABLE, option, owner, args, "connect")
    return known(UNDEFINED)


def transport(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    """A transport is made; while a request is handled it is one of its session, or of that request."""
    note_handled(machine, kind, owner, None, args)
    return known(UNDEFINED)


def handle(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    """`transport.handleRequest(req, res[, body])`, `handlePostMessage(…)`."""
    server = SERVER.value(owner.table) if isinstance(owner, Object) else None
    note_handled(machine, kind, owner, server.only if server is not None else None, args, "give", len(args.positional))
    return unknown(*args.notes)


def handle_unseen(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    """`handleRequest` and `handlePostMessage` of a transport that is not seen, such as one looked up by its session."""
    note_handled(machine, kind, None, None, args, "give", len(args.positional))
    return unknown(*args.notes)


def inner_server(machine: Machine, owner: Any) -> Abstract:
    return known(owner)


def checked_app(machine: Machine, args: Args, owner: Any, kind: str = "express") -> Abstract:
    """`createMcpExpressApp({host, allowedHosts})` and its like: an application that checks `Host`."""
    made = Object(External(APPS[kind]), args.span)
    made.table[ARGUMENTS] = (args,)
    made.table[HOSTS] = args.get(0)
    return known(made, *args.notes)


def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`createMcpHandler(factory[, options])` of version 2."""
    made = Object(External(HANDLERS), args.span)
    made.table[ARGUMENTS] = (args,)
    return known(made, *args.notes)


def adapter(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`createMcpHandler(initialize[, {serverInfo}[, {basePath}]])` of mcp-handler, which answers at `/mcp` below it."""
    made = Object(External(HANDLERS), args.span, {ARGUMENTS: (args,), ADAPTER: True})
    base = prop(args.get(2), "basePath", known(""))
    full = prop(args.get(2), "streamableHttpEndpoint")
    if isinstance(full.only, str):
        made.table[AT] = (full.only,)
    elif base.options is not None and all(isinstance(each, str) for each in base.options):
        made.table[AT] = tuple(f"{each.rstrip('/')}/mcp" for each in base.options)
    return known(made, *args.notes)


def _server_of_handler(machine: Machine, owner: Object, args: Args) -> Any:
    """The server that mcp-handler makes for a request, and gives to the function that adds its tools."""
    given: Args = owner.table[ARGUMENTS][0]
    info = prop(given.get(1), "serverInfo", known(Object(None, None, {OPEN: True})))
    server = Object(External(SERVERS[0]), owner.span, {ARGUMENTS: (Args((info,), args.span),)})
    machine.run_isolated(lambda: machine.call(given.get(0), Args((known(server),), args.span)))
    return server


def handler_call(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A request is given to a handler: each gets a server of its own, from the factory."""
    adapted = ADAPTER in owner.table
    server = (
        _server_of_handler(machine, owner, args)
        if adapted
        else _from_factory(machine, owner.table[ARGUMENTS][0].get(0), args)
    )
    mark = len(machine.request_paths)
    if AT in owner.table:
        machine.request_paths.append(owner.table[AT])
    note_handled(machine, STREAMABLE, owner, server, args, "give", len(args.positional))
    del machine.request_paths[mark:]
    return unknown()


def _from_factory(machine: Machine, factory: Abstract, args: Args) -> Any:
    """The server that a factory makes once a client is there, if that is seen."""
    made: list[Any] = []
    machine.run_isolated(lambda: made.append(machine.call(factory, Args((unknown(),), args.span)).only))
    return made[0] if made else None


def serve_stdio(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`serveStdio(factory)` of version 2."""
    server = _from_factory(machine, args.get(0), args)
    machine.serve(Served(STDIO, server, unknown(), unknown(), args.span or machine.origin))
    return unknown(*args.notes)


def node_handler(machine: Machine, args: Args, owner: Any) -> Abstract:
    return args.get(0)


def stateless(machine: Machine, through: Any) -> Abstract:
    """Whether a transport keeps no sessions: it is given nothing that makes their ids."""
    if not isinstance(through, Object):
        return unknown()
    if through.library == HANDLERS:
        return known(True, *_notes(through))
    args: Args = through.table[ARGUMENTS][0] if ARGUMENTS in through.table else Args(open=())
    if through.library not in HTTP_TRANSPORTS:
        return unknown()
    given = prop(args.get(0), "sessionIdGenerator")
    if given.options is None:
        return unknown(*given.trace)
    sessions = {option is not UNDEFINED and option is not None for option in given.options}
    return known(not sessions.pop(), *args.notes) if len(sessions) == 1 else unknown(*given.trace)


def flag(through: Any, name: str) -> Abstract:
    """A flag of a transport, off where it is not given."""
    if not isinstance(through, Object) or ARGUMENTS not in through.table:
        return unknown()
    args: Args = through.table[ARGUMENTS][0]
    return prop(args.get(0), name, known(False, *args.notes))


def register_tool(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A tool, a prompt, a resource or another handler, whose function is told last."""
    if isinstance(owner, Object) and args.positional:
        TOOLS.add(machine, owner.table, args.positional[-1])
    return unknown(*args.notes)


def note_removed_call(machine: Machine, args: Args, owner: Any, name: str) -> Abstract:
    """`server.tool(…)` and its like on a server of version 2, which ends the program."""
    if isinstance(owner, Object) and args.span is not None:
        GONE.add(machine, owner.table, SdkCall(f"npm:{V2}.McpServer.{name}", "registration", args.span))
    return register_tool(machine, args, owner)


def tool(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`tool(name[, description][, schemas][, annotations], function)`, `registerTool(name, {inputSchema}, function)`.

    Annotations are plain values; whatever else stands between is a schema for each parameter.
    """
    given = (prop(args.get(1), "inputSchema"), *args.positional[1:-1])
    tables = (option.table for each in given for option in each.options or () if isinstance(option, Object))
    if args.span is not None and any(_has_schema(table) for table in tables):
        machine.shaped = machine.shaped or Label(args.span, "has a schema")
    return register_tool(machine, args, owner)


def _has_schema(table: Mapping[Any, Any]) -> bool:
    """Whether an object has a property that is a schema of zod."""
    values = [value for name, value in table.items() if isinstance(name, str) and isinstance(value, Value)]
    options = [option for value in values for option in value.options or ()]
    return any(isinstance(option, Object) and (option.library or "").startswith("zod:") for option in options)


def ask_client(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A request to the client, whose answer is not known."""
    if machine.effects is not None and args.span is not None:
        note = Label(args.span, "asks the client")
        if note not in machine.effects.asks:
            machine.effects.asks.append(note)
    return unknown(*args.notes)


def sends(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`extra.sendRequest({ method: … })`."""
    if prop(args.get(0), "method").must_be(*ASKING):
        ask_client(machine, args, owner)
    return unknown(*args.notes)


def _notes(through: Object) -> tuple[Any, ...]:
    return through.table[ARGUMENTS][0].notes if ARGUMENTS in through.table else ()


def package_of(server: Any, through: Any) -> str:
    """The npm package that a server or transport comes from."""
    if isinstance(through, Object) and ADAPTER in through.table:
        return "mcp-handler"
    for each in (server, through):
        library = each.library if isinstance(each, Object) else None
        if library and library.startswith(V1):
            return V1
        if library and library.startswith(("@modelcontextprotocol/", HANDLERS)):
            return V2
        if library and library.startswith("fastmcp:"):
            return "fastmcp"
    return V1


CALLS: Mapping[str, Handler] = {
    **{f"{path}.connect": connect for path in SERVERS},
    **{f"{path}.{name}": register_tool for path in SERVERS for name in REGISTRATIONS},
    **{f"{path}.{name}": tool for path in SERVERS for name in ("tool", "registerTool")},
    **{f"{V2}:McpServer.{name}": partial(note_removed_call, name=name) for name in REMOVED},
    **{f"{path}.{name}": ask_client for path in SERVERS for name in ASKS},
    f"{EXTRA}.sendRequest": sends,
    "?.elicitInput": ask_client,
    **{f"{path}.()": partial(transport, kind=STREAMABLE) for path in HTTP_TRANSPORTS},
    **{f"{path}.()": partial(transport, kind=SSE) for path in SSE_TRANSPORTS},
    **{f"{path}.handleRequest": partial(handle, kind=STREAMABLE) for path in HTTP_TRANSPORTS},
    **{f"{path}.handlePostMessage": partial(handle, kind="message") for path in SSE_TRANSPORTS},
    **dict.fromkeys(EXPRESS_APPS, checked_app),
    "@modelcontextprotocol/hono:createMcpHonoApp": partial(checked_app, kind="hono"),
    "@modelcontextprotocol/fastify:createMcpFastifyApp": partial(checked_app, kind="fastify"),
    "?.connect": connect,
    "?.handleRequest": partial(handle_unseen, kind=STREAMABLE),
    "?.handlePostMessage": partial(handle_unseen, kind="message"),
    f"{V2}:createMcpHandler": handler,
    "mcp-handler:createMcpHandler": adapter,
    "@vercel/mcp-adapter:createMcpHandler": adapter,
    "mcp-handler:withMcpAuth": node_handler,
    "mcp-handler:experimental_withMcpAuth": node_handler,
    f"{V2}/stdio:serveStdio": serve_stdio,
    f"{HANDLERS}.fetch": handler_call,
    f"{HANDLERS}.call": handler_call,
    "@modelcontextprotocol/node:toNodeHandler": node_handler,
}
CLASSES = (*SERVERS, *HTTP_TRANSPORTS, *SSE_TRANSPORTS, HANDLERS, EXTRA)
READS: Mapping[str, Reader] = {f"{path}.server": inner_server for path in SERVERS}
ALIASES: Mapping[str, str] = {
    f"{V1}/*:{path.partition(':')[2]}": path
    for path in (*SERVERS[:2], STDIO_TRANSPORTS[0], SSE_TRANSPORTS[0], *HTTP_TRANSPORTS[:2], EXPRESS_APPS[0])
} | {
    f"{V2}:StdioServerTransport": f"{V2}/stdio:StdioServerTransport",
    f"{V2}:SSEServerTransport": SSE_TRANSPORTS[1],
    f"{V2}:createMcpExpressApp": EXPRESS_APPS[2],
    **{
        f"{path}:{name}": "@modelcontextprotocol/node:NodeStreamableHTTPServerTransport"
        for path, name in (
            (V2, "StreamableHTTPServerTransport"),
            (V2, "NodeStreamableHTTPServerTransport"),
            ("@modelcontextprotocol/node", "StreamableHTTPServerTransport"),
        )
    },
}
"""What is taken from where no release exports it is meant all the same; `/*` is any path of a package."""
