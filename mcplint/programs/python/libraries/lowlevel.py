"""The low-level server of the SDK and its transports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import SdkCall, Server
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.sdk import registers
from mcplint.programs.python.libraries.sdk_settings import (
    FAST,
    LOW,
    NEW,
    NOWHERE,
    allowed_hosts_and_origins,
    family,
    record_call,
)
from mcplint.programs.python.libraries.standard import unknown_result
from mcplint.programs.python.libraries.web import hands_on
from mcplint.programs.python.machine import Handler, Machine, Reader, new_instance
from mcplint.programs.python.servers import start_serving
from mcplint.programs.python.state import CALL, OUTER, RUNNING, SERVER, TRANSPORTS, UNSURE
from mcplint.programs.python.values import Coroutine, Instance, Method
from mcplint.programs.values import Abstract, External, Sequence, known, map_options, unknown
from mcplint.text.source import Span
from mcplint.values import Label

STREAMS = "mcp.Streams"
SSE_TRANSPORT = "mcp.server.sse.SseServerTransport"
POST = f"{SSE_TRANSPORT}.handle_post_message"
LIFESPAN = "mcp.App.lifespan_context"
MANAGER = "mcp.server.streamable_http_manager.StreamableHTTPSessionManager"


class Handled(NamedTuple):
    """What a handler gives a request to: `sse` or `streamable-http`, the transport object, the server object."""

    transport: str
    through: Instance
    server: Instance | None


def construct(machine: Machine, args: Args, server: Instance) -> Abstract:
    record_call(machine, args, LOW, "constructor")
    server.table[CALL] = (args,)
    server.table["name"] = args.get(0, "name", unknown(*args.notes))
    return known(None)


def open_streams(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    """A pair of streams to run a server on."""
    if kind == SSE and machine.requests:
        machine.requests[-1].append(Handled(SSE, owner, None))
    return new_instance(STREAMS, args, {"kind": known(kind), "through": known(owner)})


def enter_streams(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(Sequence("tuple", (known(owner), known(owner))))


def run(machine: Machine, args: Args, server: Instance) -> Abstract:
    """`server.run(read, write, …)`: on standard streams the program serves, on a request's streams it handles it."""

    def start() -> Abstract:
        only: Any = args.get(0, "read_stream").only
        kind = only.table["kind"].only if isinstance(only, Instance) and only.library == STREAMS else None
        if kind == SSE and machine.requests:
            machine.requests[-1].append(Handled(SSE, only.table["through"].only, server))
            return known(None)
        if kind == STDIO:
            record_call(machine, args, f"{LOW}.run", "run")
            start_serving(machine, stdio(machine, args, server))
        return machine.risk(*args.notes)

    return known(Coroutine(start))


def stdio(machine: Machine, args: Args, server: Instance) -> Server:
    """A low-level server on standard streams."""
    served = blank(machine, server, args)
    return served._replace(transport=known(STDIO, *args.notes))


def blank(machine: Machine, server: Instance | None, args: Args) -> Server:
    """A low-level server of which nothing but its name is said yet."""
    outer = OUTER.first(server.table, None) if server is not None else None
    own: Any = outer if outer is not None else server
    kind = family(machine, own) if own is not None else LOW
    made = CALL.first(own.table, Args()) if own is not None else Args()
    own_calls = (made.span, args.span)
    calls: tuple[SdkCall, ...] = tuple(
        each for each in machine.calls if each.span in own_calls or each.role == "decorator"
    )
    span = args.span or (own.span if own is not None else None) or machine.origin
    return Server.unset(
        span,
        machine.world.sdk(kind),
        made=own.span if own is not None else None,
        kind=kind.rpartition(".")[2],
        runner="sdk",
        name=own.table.get("name", unknown()) if own is not None else unknown(),
        transport=unknown(),
        calls=calls,
        endpoints_closed=True,
    )


def handled_server(machine: Machine, handled: Handled, path: Abstract) -> Server:
    """A server that a handler of the program hands requests to."""
    through = handled.through if isinstance(handled.through, Instance) else Instance(External("unknown"), None)
    args = CALL.first(through.table, Args())
    server = handled.server or through.table.get("app", known(None)).only
    served = blank(machine, server if isinstance(server, Instance) else None, args)
    check, hosts = _security(through)
    common = served._replace(path=path, host_check=check, allowed_hosts=hosts)
    if handled.transport == SSE:
        return common._replace(transport=known(SSE, *args.notes), message_path=through.table["endpoint"])
    running = through in RUNNING.of(machine.state)
    return common._replace(
        transport=known(STREAMABLE, *args.notes),
        stateless=through.table["stateless"],
        json_response=through.table["json_response"],
        lifespan=known(True, *args.notes) if running else idle_or_running(machine, args.span),
    )


def idle_or_running(machine: Machine, span: Span | None) -> Abstract:
    """Whether a session manager runs that nothing is seen to run."""
    if UNSURE.of(machine.state):
        return unknown()
    return known(False, *((Label(span, "its session manager is never started"),) if span else ()))


def _security(through: Instance) -> tuple[Abstract, Abstract]:
    given = through.table["security_settings"]
    if given.must(lambda option: option is None):
        return known(False, *given.trace), NOWHERE
    only = given.only
    return allowed_hosts_and_origins(only) if isinstance(only, Instance) else (unknown(*given.trace),) * 2


def sse_transport(machine: Machine, args: Args, owner: Instance) -> Abstract:
    record_call(machine, args, SSE_TRANSPORT, "constructor")
    owner.table |= {
        CALL: (args,),
        "endpoint": args.get(0, "endpoint"),
        "security_settings": args.get(1, "security_settings", known(None, *args.notes)),
    }
    return _note_transport(machine, owner)


def manager(machine: Machine, args: Args, owner: Instance) -> Abstract:
    record_call(machine, args, MANAGER, "constructor")
    owner.table[CALL] = (args,)
    for index, name, default in (
        (0, "app", None),
        (2, "json_response", False),
        (3, "stateless", False),
        (4, "security_settings", None),
    ):
        value: Abstract = args.get(index, name, known(default, *args.notes))
        if (
            default is False
            and value.site is None
            and value.options == (False,)
            and args.node
            and args.module
            and not args.open
        ):
            value = value._replace(site=args.module.insertion(args.node, name, False))
        owner.table[name] = value
    return _note_transport(machine, owner)


def _note_transport(machine: Machine, owner: Instance) -> Abstract:
    TRANSPORTS.add(machine, machine.state, owner)
    return known(None)


def runs(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`session_manager.run()`: from here on it can answer."""
    target = SERVER.first(owner.table, owner)
    RUNNING.add(machine, machine.state, target)
    return known(Instance(External("contextlib.nullcontext"), args.span))


def handles(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return hands_on(machine, Handled(STREAMABLE, owner, None))


def asgi_app(machine: Machine, args: Args, owner: Any) -> Abstract:
    """An application around a session manager."""
    return map_options(args.get(0, "session_manager"), lambda option: Method(option, f"{MANAGER}.handle_request"))


def session_manager(machine: Machine, owner: Instance) -> Abstract:
    return known(Instance(External("mcp.SessionManager"), owner.span, {SERVER: (owner,)}))


def app_lifespan(machine: Machine, owner: Instance) -> Abstract:
    return known(Method(owner, LIFESPAN))


def app_runs(machine: Machine, args: Args, owner: Instance) -> Abstract:
    RUNNING.add(machine, machine.state, owner)
    return known(Instance(External("contextlib.nullcontext"), args.span))


def register_handler(machine: Machine, args: Args, server: Instance, name: str) -> Abstract:
    """A decorator of the low-level server, which not every release has."""
    record_call(machine, args, f"{LOW}.{name}", "decorator", owner=server)
    return registers(machine, args, server)


REGISTER = [
    "list_tools",
    "call_tool",
    "list_resources",
    "read_resource",
    "list_prompts",
    "get_prompt",
    "list_resource_templates",
    "set_logging_level",
    "subscribe_resource",
    "unsubscribe_resource",
    "progress_notification",
    "completion",
]
CALLS: Mapping[str, Handler] = {
    f"{LOW}.__init__": construct,
    f"{LOW}.run": run,
    f"{LOW}.create_initialization_options": unknown_result,
    f"{LOW}.get_capabilities": unknown_result,
    **{f"{LOW}.{name}": partial(register_handler, name=name) for name in REGISTER},
    "mcp.server.stdio.stdio_server": partial(open_streams, kind=STDIO),
    f"{STREAMS}.__enter__": enter_streams,
    f"{STREAMS}.__getitem__": lambda machine, args, owner: known(owner),
    f"{SSE_TRANSPORT}.__init__": sse_transport,
    f"{SSE_TRANSPORT}.connect_sse": partial(open_streams, kind=SSE),
    POST: unknown_result,
    f"{MANAGER}.__init__": manager,
    f"{MANAGER}.run": runs,
    f"{MANAGER}.handle_request": handles,
    "fastmcp.server.http.StreamableHTTPASGIApp": asgi_app,
    "mcp.SessionManager.run": runs,
    "mcp.SessionManager.handle_request": unknown_result,
    LIFESPAN: app_runs,
}
READS: dict[str, Reader] = {f"{kind}.session_manager": session_manager for kind in (FAST, NEW)}
READS |= {"mcp.App.lifespan": app_lifespan, LIFESPAN: app_lifespan}
ALIASES: Mapping[str, str] = {
    "mcp.stdio_server": "mcp.server.stdio.stdio_server",
    "mcp.server.stdio_server": "mcp.server.stdio.stdio_server",
}
PARENTS: Mapping[str, str] = {"mcp.App": "starlette.applications.Starlette"}
