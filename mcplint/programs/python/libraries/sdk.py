"""What starting a server object of the Python SDKs serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import Asgi, Server
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import return_none
from mcplint.programs.python.libraries.auth import add_own_middleware, guard
from mcplint.programs.python.libraries.environment import from_environment
from mcplint.programs.python.libraries.middleware import either_slash, with_app_middleware
from mcplint.programs.python.libraries.proxy_headers import asgi_settings, certified
from mcplint.programs.python.libraries.sdk_routes import custom_route, keep_routes, mount, routes
from mcplint.programs.python.libraries.sdk_settings import (
    FAST,
    GLOBAL,
    HIGH,
    LOW,
    MISUSE,
    NEW,
    NOWHERE,
    OTHER,
    SETTINGS,
    facts,
    family,
    global_assigned,
    global_setting,
    protection,
    record_call,
    run_setting,
    security_defaults,
    security_settings,
    setting,
    setting_assigned,
)
from mcplint.programs.python.libraries.standard import decorates
from mcplint.programs.python.libraries.web import set_middleware
from mcplint.programs.python.machine import Handler, Machine, Reader
from mcplint.programs.python.operators import or_else
from mcplint.programs.python.servers import start_serving
from mcplint.programs.python.state import (
    APPLICATION,
    APPS,
    CALL,
    INNER,
    MEMBER,
    OUTER,
    SERVED,
    SERVER,
    STARTUP,
)
from mcplint.programs.python.values import Coroutine, Dict, Instance
from mcplint.programs.values import Abstract, External, Sequence, drop_stale_site, known, union, unknown
from mcplint.text.source import Span

PATHS = {SSE: "sse_path", STREAMABLE: "streamable_http_path"}
COST = 1_000
"""How many steps it takes to work out what a server serves, a quarter of them to make one: no program of people has
hundreds of applications."""


def construct(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A server object that its class makes."""
    record_call(machine, args, family(machine, server), "constructor")
    return set_server_settings(machine, args, server)


def set_server_settings(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A server object's settings: what it is told, and what holds where it is told nothing."""
    machine.spend(COST // 4)
    kind = family(machine, server)
    server.table[CALL] = (args,)
    server.table["name"] = args.get(0, "name", unknown(*args.notes))
    settings = Instance(External("mcp.Settings"), args.span)
    for name in SETTINGS:
        given = args.find(None, name)
        if facts(machine, kind, f"constructor.{name}") == ("ignored",):
            given = None
        machine.put(settings.table, name, setting(machine, kind, name, given, args))
    security = args.find(None, "transport_security")
    made = security if security is not None else security_defaults(machine, kind, settings.table["host"], args)
    machine.put(settings.table, "transport_security", made)
    machine.put(settings.table, "log_level", args.get(None, "log_level", known("INFO")))
    machine.put(server.table, "settings", known(settings))
    keep_routes(machine, kind, server)
    machine.put(server.table, "declared", settings.table["host"])
    return known(None)


def transports(machine: Machine, kind: str, given: Abstract) -> Abstract:
    """What transport names mean to the SDK; one that it rejects starts nothing."""
    if given.options is None:
        return given
    meanings = {}
    for option in given.options:
        if isinstance(option, Instance) and MEMBER.first(option.table, None) is str:
            option = option.table["value"].only
        found = [each for each in facts(machine, kind, f"transport.{option}") if each not in (None, "rejected")]
        meanings.update(dict.fromkeys(found or ([] if len(given.options) > 1 else [option])))
    if not all(isinstance(each, str) for each in meanings):
        return unknown(*given.trace)
    return drop_stale_site(given._replace(options=tuple(meanings)))


def run(fixed: str | None, asynchronous: bool) -> Handler:
    """`run()` and its relatives; `fixed` is the transport of those that have one."""

    def handler(machine: Machine, args: Args, server: Instance) -> Abstract:
        def start() -> Abstract:
            serve(machine, args, server, fixed)
            return known(None)

        return known(Coroutine(start)) if asynchronous else start()

    return handler


def serve(machine: Machine, args: Args, server: Instance, fixed: str | None) -> None:
    kind = family(machine, server)
    record_call(machine, args, f"{kind}.run", "run", owner=server)
    given = known(fixed, *args.notes) if fixed else args.find(0, "transport")
    given = or_else(given, _default_transport(machine, kind, args))
    transport = transports(machine, kind, given)
    served = template(machine, args, server, transport, "run")._replace(runner="sdk")
    start_serving(machine, served if "middleware" not in args.keywords else _with_run_middleware(machine, args, served))


def _with_run_middleware(machine: Machine, args: Args, served: Server) -> Server:
    """A server with the middleware that `run()` puts around it."""
    app = Instance(External("mcp.App"), args.span)
    set_middleware(args, app)
    return with_app_middleware(machine, app, served)


def _default_transport(machine: Machine, kind: str, args: Args) -> Abstract:
    value: Abstract = known(
        STDIO, *(note._replace(text="run() without a transport speaks stdio") for note in args.notes)
    )
    if args.node is not None and args.module is not None and not args.open and not args.node.args:
        value = value._replace(site=args.module.insertion(args.node, "transport"))
    if facts(machine, kind, "env.transport") == (True,):
        notes = tuple(note._replace(text="the SDK reads FASTMCP_TRANSPORT") for note in args.notes)
        return from_environment(machine, "FASTMCP_TRANSPORT", value, notes)
    return value


def template(machine: Machine, args: Args, server: Instance, transport: Abstract, call: str) -> Server:
    """What a server serves by a transport, with the settings of the call that starts it."""
    machine.spend(COST)
    kind = family(machine, server)
    spoken = transport.options
    http = spoken is None or any(option != STDIO for option in spoken)
    suffix = "run_sse" if call == "run" and spoken == (SSE,) else call
    host = run_setting(machine, server, args, suffix, "host") if http else NOWHERE
    streams = spoken is None or STREAMABLE in spoken
    inner = {
        name: run_setting(machine, server, args, suffix, setting_name, "path" if kind == OTHER else None)
        for name, setting_name in PATHS.items()
    }
    wanted = [inner[name] for name in PATHS if spoken is None or name in spoken]
    path = union(wanted) if wanted else NOWHERE
    declared = server.table["declared"] if facts(machine, kind, "host_check") == ("constructor",) else host
    check, hosts = protection(machine, args, server, kind, declared)
    beside, closed = routes(machine, server, call)
    made = CALL.first(server.table, Args(open=True))
    settings = server.table["settings"].only
    level = settings.table["log_level"] if isinstance(settings, Instance) else unknown()
    return Server(
        id="",
        span=call_span(machine, args, server),
        made=server.span,
        sdk=machine.world.sdk(kind),
        kind=kind.rpartition(".")[2],
        runner="sdk",
        name=server.table["name"],
        transport=transport,
        host=host,
        port=run_setting(machine, server, args, suffix, "port") if http else NOWHERE,
        path=path,
        message_path=_message_path(machine, server, args, suffix) if spoken is None or SSE in spoken else NOWHERE,
        stateless=_stateless(machine, server, args, suffix) if streams else NOWHERE,
        json_response=run_setting(machine, server, args, suffix, "json_response") if streams else NOWHERE,
        workers=known(1, *args.notes) if http else NOWHERE,
        declared_host=declared if http else NOWHERE,
        host_check=check if http else NOWHERE,
        allowed_hosts=hosts if http else NOWHERE,
        lifespan=known(True) if streams else NOWHERE,
        log_level=args.get(None, "log_level", level),
        endpoints=beside if http else (),
        endpoints_closed=closed,
        calls=tuple(
            each
            for each in machine.calls
            if made.span in (None, each.span) or each.span == args.span or each.role == "registration"
        ),
        auth=guard(machine, args, server, kind, either_slash(path) if spoken == (STREAMABLE,) else unknown()),
        asgi=_asgi(machine, args, kind) if http and call == "run" else Asgi(),
    )


def _message_path(machine: Machine, server: Instance, args: Args, call: str) -> Abstract:
    """Where SSE clients post; below `mount_path` they are told another path than the one that is answered."""
    made = CALL.first(server.table, Args(open=True))
    number = 1 if call in ("run", "run_sse") else 0
    mounted = args.find(number, "mount_path") if family(machine, server) != OTHER else None
    if mounted is not None or "mount_path" in made.keywords:
        return unknown(*args.notes)
    return run_setting(machine, server, args, call, "message_path")


def _asgi(machine: Machine, args: Args, kind: str) -> Asgi:
    """What the SDK's own `run()` has uvicorn do; `uvicorn_config` may say anything else."""
    given = args.keywords.get("uvicorn_config")
    if given is not None:
        told_there = given.only.entries.get if isinstance(given.only, Dict) else {}.get
        return Asgi(certified=certified(told_there, *args.notes))
    if args.open:
        return Asgi()
    found = asgi_settings(machine, "sdk", lambda name: None, *args.notes)
    return found._replace(patience=unknown()) if kind == OTHER else found


def call_span(machine: Machine, args: Args, server: Instance) -> Span:
    """Where a call stands; one that no text makes stands where a command makes it, or the server is made."""
    spans = (args.span, *(note.span for note in args.opening), server.span)
    return next((span for span in spans if span is not None), machine.origin)


def _stateless(machine: Machine, server: Instance, args: Args, call: str) -> Abstract:
    word = "stateless" if "stateless" in args.keywords and "stateless_http" not in args.keywords else "stateless_http"
    return run_setting(machine, server, args, call, "stateless_http", word)


def app(transport: str | None) -> Handler:
    """An application factory; without a fixed transport, `http_app` takes it as an argument."""

    def handler(machine: Machine, args: Args, server: Instance) -> Abstract:
        kind = family(machine, server)
        name = "http_app" if transport is None else "sse_app" if transport == SSE else "streamable_http_app"
        record_call(machine, args, f"{kind}.{name}", "app", owner=server)
        spoken = (
            known(transport, *args.notes)
            if transport
            else transports(machine, kind, args.get(None, "transport", known(STREAMABLE, *args.notes)))
        )
        made = Instance(External("mcp.App"), args.span)
        path = args.find(0, "path") if transport is None else None
        served = template(machine, args, server, spoken, name)
        if path is not None and not path.must(lambda option: option is None):
            served = served._replace(path=path)
        endpoint = Instance(External("mcp.Endpoint"), args.span, {SERVED: (served,)})
        endpoint.table |= {SERVER: (server,), APPLICATION: (made,)}
        made.table |= {"routes": known(Sequence("list", (known(endpoint),))), STARTUP: ()}
        set_middleware(args, made)
        APPS.add(machine, machine.state, made)
        return known(made, *args.notes)

    return handler


def made_app(transport: str, index: int) -> Handler:
    """`create_sse_app(server, …)`, `create_streamable_http_app(server, …)` of fastmcp; `index`: of the path."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        server = args.get(0, "server").only
        if not isinstance(server, Instance) or "settings" not in server.table:
            return machine.risk(*args.notes)
        made: Any = app(transport)(machine, args._replace(positional=(), keywords={}, node=None), server).only
        endpoint = made.table["routes"].only.items[0].only
        (served,) = SERVED.of(endpoint.table)
        auth = args.find(None, "auth")
        changes: dict[str, Any] = {
            "path": args.get(index, PATHS[transport], served.path),
            "message_path": args.get(1 if transport == SSE else None, "message_path", served.message_path),
            "stateless": args.get(None, "stateless_http", served.stateless),
            "json_response": args.get(None, "json_response", served.json_response),
            "auth": served.auth if auth is None or auth.must_be(None) else unknown(),
        }
        endpoint.table[SERVED] = (served._replace(**changes),)
        set_middleware(args, made)
        return known(made, *args.notes)

    return handler


def derived_server(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A server made from something else (`from_openapi`, `from_fastapi`, `as_proxy`), with its settings in keywords."""
    made = Instance(External(OTHER), args.span)
    set_server_settings(machine, args._replace(positional=()), made)
    return known(made, *args.notes)


def registers(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A decorator for tools, resources and prompts, with or without arguments: remembers the function."""
    if "task" in args.keywords:
        record_call(machine, args, f"{family(machine, server)}.tool", "registration", MISUSE | {"ImportError"})

    def remember(value: Abstract) -> Abstract:
        if value.only is not None:
            machine.tools.append((server.span, value.only))
        return value

    return decorates(args, remember)


def low_level(machine: Machine, owner: Instance) -> Abstract:
    """The low-level server inside a server object."""
    if INNER not in owner.table:
        made = Instance(External(LOW), owner.span, {OUTER: (owner,), "name": owner.table.get("name", unknown())})
        owner.table[INNER] = (made,)
    return known(INNER.of(owner.table)[0])


REGISTER = ("tool", "resource", "prompt", "add_tool", "add_resource", "add_prompt", "completion")
QUIET = ("remove_tool", "disable", "enable", "add_transform")
CALLS: dict[str, Handler] = {
    "mcp.server.transport_security.TransportSecuritySettings": security_settings,
    "mcp.Settings.__setattr__": setting_assigned,
    f"{GLOBAL}.__setattr__": global_assigned,
}
READS: dict[str, Reader] = {
    f"{FAST}._mcp_server": low_level,
    f"{OTHER}._mcp_server": low_level,
    f"{NEW}._lowlevel_server": low_level,
}
READS |= {f"{GLOBAL}.{name}": global_setting(name) for name in SETTINGS}
READS |= {
    f"{GLOBAL}.log_level": lambda machine, owner: unknown(),
    f"{GLOBAL}.debug": lambda machine, owner: unknown(),
}
for _kind in HIGH:
    CALLS |= {
        f"{_kind}.__init__": construct,
        f"{_kind}.run": run(None, False),
        f"{_kind}.run_async": run(None, True),
        f"{_kind}.run_stdio_async": run(STDIO, True),
        f"{_kind}.run_sse_async": run(SSE, True),
        f"{_kind}.run_streamable_http_async": run(STREAMABLE, True),
        f"{_kind}.sse_app": app(SSE),
        f"{_kind}.streamable_http_app": app(STREAMABLE),
        f"{_kind}.custom_route": custom_route,
        **{f"{_kind}.{name}": registers for name in REGISTER},
        **{f"{_kind}.{name}": return_none for name in QUIET},
        f"{_kind}.add_middleware": add_own_middleware,
    }
CALLS |= {f"{OTHER}.{name}": derived_server for name in ("from_openapi", "from_fastapi", "as_proxy", "from_client")}
CALLS |= {"fastmcp.server.create_proxy": derived_server, f"{OTHER}.mount": mount, f"{OTHER}.import_server": return_none}
CALLS |= {
    "fastmcp.server.http.create_sse_app": made_app(SSE, 2),
    "fastmcp.server.http.create_streamable_http_app": made_app(STREAMABLE, 1),
}
CALLS |= {f"{OTHER}.http_app": app(None), f"{OTHER}.run_http_async": run(STREAMABLE, True)}
ALIASES: Mapping[str, str] = {
    "mcp.server.FastMCP": FAST,
    "mcp.server.fastmcp.server.FastMCP": FAST,
    "mcp.server.MCPServer": NEW,
    "mcp.server.mcpserver.server.MCPServer": NEW,
    "fastmcp.server.FastMCP": OTHER,
    "fastmcp.server.server.FastMCP": OTHER,
    "mcp.server.Server": LOW,
    "mcp.server.lowlevel.server.Server": LOW,
}
