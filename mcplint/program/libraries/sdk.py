"""The Python SDKs: what their server objects are told, and what starting one serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mcplint.core import Slot, Span, Value
from mcplint.knowledge.sdk import fact, newest, newest_with
from mcplint.model import Argument, Asgi, Endpoint, SdkCall
from mcplint.program.behind import told as asgi_told
from mcplint.program.builtin import nothing
from mcplint.program.libraries.auth import guard
from mcplint.program.libraries.auth import layered as middleware_added
from mcplint.program.libraries.web import layered
from mcplint.program.machine import Args, Handler, Machine, Reader
from mcplint.program.operators import present
from mcplint.program.outcome import SSE, STDIO, STREAMABLE, Served
from mcplint.program.values import (
    ABSENT,
    Abstract,
    Coroutine,
    External,
    Instance,
    Method,
    Sequence,
    each,
    known,
    noted,
    plain,
    spelled,
    union,
    unknown,
)

FAST, NEW, OTHER, LOW = (
    "mcp.server.fastmcp.FastMCP",
    "mcp.server.mcpserver.MCPServer",
    "fastmcp.FastMCP",
    "mcp.server.lowlevel.Server",
)
HIGH = (FAST, NEW, OTHER)
NOWHERE: Value[Any] = Value(())
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOCAL = ("127.0.0.1:*", "localhost:*", "[::1]:*")
NUMBERS = ("port",)
FLAGS = ("stateless_http", "json_response")
PATHS = {SSE: "sse_path", STREAMABLE: "streamable_http_path"}
SETTINGS = ("host", "port", "sse_path", "message_path", "streamable_http_path", "stateless_http", "json_response")


def family(machine: Machine, server: Instance) -> str:
    """Which of the SDKs' server classes an object is made of."""
    return next(kind for kind in (*HIGH, LOW) if machine.kin(server.library, kind))


def release(machine: Machine, kind: str) -> tuple[str, tuple[str, ...]]:
    """The package behind a server class, and its releases that may be there: the newest where that is not known."""
    package = kind.partition(".")[0]
    sdk = machine.world.sdk(kind)
    if sdk.package is not None:
        package = sdk.package
    index = "fastmcp" if package == "fastmcp-slim" else package
    return package, sdk.version.options or (newest_with(index, f"import.{kind}") or newest(index),)


def facts(machine: Machine, kind: str, name: str) -> tuple[Any, ...]:
    """What is known under this name of each release that may be there."""
    package, versions = release(machine, kind)
    return tuple(dict.fromkeys(fact(package, version, name) for version in versions))


def takes(machine: Machine, kind: str, callable_: str, keyword: str) -> bool:
    """Whether every release that may be there obeys a keyword of a call."""
    return facts(machine, kind, f"{callable_}.{keyword}") == ("accepted",)


def construct(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A server object that its class makes."""
    record(machine, args, family(machine, server), "constructor")
    return equip(machine, args, server)


def equip(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A server object's settings: what it is told, and what holds where it is told nothing."""
    kind = family(machine, server)
    server.table["%call"] = (args,)
    server.table["name"] = args.get(0, "name", unknown(*args.notes))
    settings = Instance(External("mcp.Settings"), args.span)
    for name in SETTINGS:
        given = args.find(None, name)
        if facts(machine, kind, f"constructor.{name}") == ("ignored",):
            given = None
        machine.put(settings.table, name, setting(machine, server, kind, name, given, args))
    security = args.find(None, "transport_security")
    made = security if security is not None else _armed(machine, kind, settings.table["host"], args)
    machine.put(settings.table, "transport_security", made)
    machine.put(settings.table, "log_level", args.get(None, "log_level", known("INFO")))
    machine.put(server.table, "settings", known(settings))
    machine.put(server.table, "declared", settings.table["host"])
    return known(None)


def _armed(machine: Machine, kind: str, host: Abstract, args: Args) -> Abstract:
    """The security settings that a constructor makes where it is told none: those of a loopback host, or None."""
    if facts(machine, kind, "host_check") != ("constructor",) or not host.options:
        return known(None, *args.notes)
    if any(option not in LOOPBACK for option in host.options):
        return known(None, *args.notes)
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    made.table["enable_dns_rebinding_protection"] = known(True, *host.trace)
    for name, forms in (("allowed_hosts", LOCAL), ("allowed_origins", tuple(f"http://{form}" for form in LOCAL))):
        made.table[name] = known(Sequence("list", tuple(known(form) for form in forms)), *host.trace)
    return known(made, *host.trace)


def record(machine: Machine, args: Args, target: str, role: str) -> None:
    """Remembers a call of the SDK with its arguments."""
    if args.span is None or args.module is None or args.node is None:
        return
    given = [
        Argument("", args.module.span(node), value)
        for node, value in zip(args.node.args, args.positional, strict=False)
    ]
    for name, value in args.keywords.items():
        given.append(Argument(name, args.place(name) or args.span, value))
    call = SdkCall(target, role, args.span, tuple(given), not args.open)
    if all(call.span != other.span for other in machine.calls):
        machine.calls.append(call)


def setting(machine: Machine, server: Instance, kind: str, name: str, given: Abstract | None, args: Args) -> Abstract:
    """A setting: what it is given, else what the environment says, else the SDK's default."""
    if given is not None and given.options is None:
        return given
    options = given.options if given is not None else None
    missing = given is None or ABSENT in (options or ()) or (None in (options or ()) and kind == OTHER)
    found: list[Abstract] = []
    if given is not None:
        there = present(given)._replace(
            options=tuple(each for each in options or () if each is not ABSENT and not (each is None and kind == OTHER))
        )
        if there.options:
            found.append(there)
    if missing:
        found.append(environment(machine, server, kind, name, args))
    return union(found)


def environment(machine: Machine, server: Instance, kind: str, name: str, args: Args) -> Abstract:
    """A setting that the program leaves open."""
    value = default(machine, server, kind, name, args)
    if kind == LOW:
        return value
    for prefix in reversed(facts(machine, kind, "env.prefixes")[0] or ()):
        read = machine.variable(f"{prefix}{name.upper()}")
        machine.reads.discard(f"{prefix}{name.upper()}")
        note = tuple(note._replace(text=f"the SDK reads {prefix}{name.upper()}") for note in args.notes)
        if read.options is None:
            return noted(unknown(*read.trace), *note)
        if read.options != (None,):
            there = read._replace(options=tuple(option for option in read.options if option is not None))
            value = noted(
                coerced(there, name) if None not in read.options else union([coerced(there, name), value]), *note
            )
    return value


def coerced(value: Abstract, name: str) -> Abstract:
    """A text of the environment as the setting's type."""
    if name in NUMBERS:
        return each(value, lambda text: int(text) if isinstance(text, str) and text.isdigit() else text)
    if name in FLAGS:
        return each(value, lambda text: str(text).lower() in ("1", "true", "t", "yes", "y", "on"))
    return value


BY_DEFAULT = " by default"
"""How the note ends of a value that nobody gave."""


def default(machine: Machine, server: Instance, kind: str, name: str, args: Args) -> Abstract:
    """The SDK's own default, with the place where the program could say otherwise."""
    package, versions = release(machine, kind)
    options = tuple(option for option in facts(machine, kind, f"default.{name}") if option is not None)
    words = " or ".join(str(option) for option in options)
    text = f"{package} {', '.join(versions)} takes {name} {words}{BY_DEFAULT}" if options else f"`{name}` is not known"
    notes = tuple(note._replace(text=text) for note in args.notes)
    if not options:
        return unknown(*notes)
    slot: Slot | None = None
    if (
        takes(machine, kind, "constructor", name)
        and args.node is not None
        and args.module is not None
        and not args.open
    ):
        slot = args.module.insertion(args.node, name, isinstance(options[0], str))
    return Value(options, notes, slot)


def told(machine: Machine, server: Instance, args: Args, call: str, name: str, keyword: str | None = None) -> Abstract:
    """A setting as `run()` or an app factory is told, else as the server object was."""
    kind = family(machine, server)
    word = keyword or name
    given = args.find(None, word) if args.keywords.get(word) is not None or args.open else None
    if args.open and given is not None and given.options is None and word not in args.keywords:
        given = unknown(*args.opening)
    settings = server.table["settings"].only
    own: Abstract = settings.table[name] if isinstance(settings, Instance) else unknown()
    if given is None or (given.options is not None and not given.options):
        return _insertable(machine, args, own, kind, call, name, word)
    if given.options is None:
        return given
    there = tuple(option for option in given.options if option is not ABSENT and option is not None)
    if len(there) == len(given.options):
        return given
    return union([*([present(given)._replace(options=there)] if there else []), own])


def _insertable(machine: Machine, args: Args, own: Abstract, kind: str, call: str, name: str, word: str) -> Abstract:
    """A default that this call, rather than the constructor, could overrule."""
    if own.slot is not None or own.options is None or not own.trace or args.node is None or args.module is None:
        return own
    if not own.trace[-1].text.endswith(BY_DEFAULT) or not takes(machine, kind, call, word):
        return own
    return own._replace(slot=args.module.insertion(args.node, word, isinstance(own.options[0], str)))


def transports(machine: Machine, kind: str, given: Abstract) -> Abstract:
    """What transport names mean to the SDK; one that it rejects starts nothing."""
    if given.options is None:
        return given
    meanings = {}
    for option in given.options:
        if isinstance(option, Instance) and option.table.get("%member") == ("text",):
            option = option.table["value"].only
        found = [each for each in facts(machine, kind, f"transport.{option}") if each not in (None, "rejected")]
        meanings.update(dict.fromkeys(found or ([] if len(given.options) > 1 else [option])))
    if not all(isinstance(each, str) for each in meanings):
        return unknown(*given.trace)
    return spelled(given._replace(options=tuple(meanings)))


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
    record(machine, args, f"{kind}.run", "run")
    given = known(fixed, *args.notes) if fixed else args.find(0, "transport")
    if given is None or given.must(lambda option: option is None):
        given = _default_transport(machine, kind, args)
    elif given.options is not None and (ABSENT in given.options or None in given.options):
        there = given._replace(options=tuple(each for each in given.options if each is not ABSENT and each is not None))
        given = union([there, _default_transport(machine, kind, args)])
    transport = transports(machine, kind, given)
    served = template(machine, args, server, transport, "run")._replace(runner="sdk")
    machine.serve(served if "middleware" not in args.keywords else _surrounded(machine, args, served))


def _surrounded(machine: Machine, args: Args, served: Served) -> Served:
    """A server with the middleware that `run()` puts around it."""
    from mcplint.program.site import surrounded

    app = Instance(External("mcp.App"), args.span)
    layered(args, app)
    return surrounded(machine, app, served)


def _default_transport(machine: Machine, kind: str, args: Args) -> Abstract:
    value: Abstract = known(
        STDIO, *(note._replace(text="run() without a transport speaks stdio") for note in args.notes)
    )
    if args.node is not None and args.module is not None and not args.open and not args.node.args:
        value = value._replace(slot=args.module.insertion(args.node, "transport"))
    if facts(machine, kind, "env.transport") == (True,):
        read = machine.variable("FASTMCP_TRANSPORT")
        machine.reads.discard("FASTMCP_TRANSPORT")
        reading = tuple(note._replace(text="the SDK reads FASTMCP_TRANSPORT") for note in args.notes)
        if read.options is None:
            return noted(unknown(*read.trace), *reading)
        there = tuple(option for option in read.options if option is not None)
        if there:
            chosen = noted(read._replace(options=there), *reading)
            return union([chosen, value]) if None in read.options else chosen
    return value


def template(machine: Machine, args: Args, server: Instance, transport: Abstract, call: str) -> Served:
    """What a server serves by a transport, with the settings of the call that starts it."""
    kind = family(machine, server)
    spoken = transport.options
    http = spoken is None or any(option != STDIO for option in spoken)
    suffix = "run_sse" if call == "run" and spoken == (SSE,) else call
    host = told(machine, server, args, suffix, "host") if http else NOWHERE
    streams = spoken is None or STREAMABLE in spoken
    inner = {
        name: told(machine, server, args, suffix, setting_name, "path" if kind == OTHER else None)
        for name, setting_name in PATHS.items()
    }
    wanted = [inner[name] for name in PATHS if spoken is None or name in spoken]
    declared = server.table["declared"] if facts(machine, kind, "host_check") == ("constructor",) else host
    check, hosts, origins = protection(machine, args, server, kind, declared)
    made = server.table["%call"][0]
    return Served(
        span=place(args, server),
        made=server.span,
        package=release(machine, kind)[0],
        kind=kind.rpartition(".")[2],
        runner="sdk",
        name=server.table["name"],
        transport=transport,
        host=host,
        port=told(machine, server, args, suffix, "port") if http else NOWHERE,
        path=union(wanted) if wanted else NOWHERE,
        own_path=union(wanted) if wanted else NOWHERE,
        message_path=told(machine, server, args, suffix, "message_path")
        if spoken is None or SSE in spoken
        else NOWHERE,
        stateless=_stateless(machine, server, args, suffix) if streams else NOWHERE,
        json_response=told(machine, server, args, suffix, "json_response") if streams else NOWHERE,
        workers=known(1, *args.notes) if http else NOWHERE,
        declared_host=declared if http else NOWHERE,
        host_check=check if http else NOWHERE,
        allowed_hosts=hosts if http else NOWHERE,
        allowed_origins=origins if http else NOWHERE,
        lifespan=known(True) if streams else NOWHERE,
        log_level=args.get(None, "log_level", server.table["settings"].only.table["log_level"]),
        endpoints=tuple(_endpoints(server)) if http else (),
        closed=True,
        calls=tuple(each for each in machine.calls if made.span in (None, each.span) or each.span == args.span),
        auth=guard(machine, args, server, kind),
        asgi=_asgi(machine, args, kind) if http and call == "run" else Asgi(),
    )


def _asgi(machine: Machine, args: Args, kind: str) -> Asgi:
    """What the SDK's own `run()` has uvicorn do; `uvicorn_config` may say anything else."""
    if args.open or "uvicorn_config" in args.keywords:
        return Asgi()
    found = asgi_told(machine, "sdk", lambda name: None, *args.notes)
    return found._replace(patience=unknown()) if kind == OTHER else found


def place(args: Args, server: Instance) -> Span:
    """Where a call stands; one that no text makes stands where a command makes it, or the server is made."""
    spans = (args.span, *(note.span for note in args.opening), server.span)
    return next(span for span in spans if span is not None)


def _stateless(machine: Machine, server: Instance, args: Args, call: str) -> Abstract:
    word = "stateless" if "stateless" in args.keywords and "stateless_http" not in args.keywords else "stateless_http"
    return told(machine, server, args, call, "stateless_http", word)


def _endpoints(server: Instance) -> Iterable[Endpoint]:
    return (route for route in server.table.get("%routes", ()) if isinstance(route, Endpoint))


def protection(
    machine: Machine, args: Args, server: Instance, kind: str, declared: Abstract
) -> tuple[Abstract, Abstract, Abstract]:
    """Whether requests with a foreign Host are refused, and which hosts and origins are not."""
    rule = facts(machine, kind, "host_check")
    if kind == OTHER:
        given = args.find(None, "host_origin_protection") if "host_origin_protection" in args.keywords else None
        check = given if given is not None else known(rule == ("on",), *args.notes)
        if check.options == (False,):
            return check, NOWHERE, NOWHERE
        return check, listed(args.find(None, "allowed_hosts"), args), listed(args.find(None, "allowed_origins"), args)
    settings = server.table["settings"].only
    security = args.find(None, "transport_security")
    if security is None:
        security = settings.table["transport_security"]
    if security.options is None or len(security.options) != 1:
        return (unknown(*security.trace),) * 3
    only = security.options[0]
    if isinstance(only, Instance):
        return secured(only)
    if rule not in (("constructor",), ("app",)) or declared.options is None:
        if declared.options is None and rule != ("off",):
            return (unknown(*declared.trace),) * 3
        return known(False, *declared.trace), NOWHERE, NOWHERE
    armed = each(declared._replace(slot=None), lambda host: host in LOOPBACK)
    if armed.options == (False,):
        return armed, NOWHERE, NOWHERE
    return armed, known(LOCAL, *declared.trace), known(tuple(f"http://{host}" for host in LOCAL), *declared.trace)


def secured(security: Instance) -> tuple[Abstract, Abstract, Abstract]:
    """What transport security settings allow."""
    check = security.table.get("enable_dns_rebinding_protection", known(True))
    if check.options == (False,):
        return check, NOWHERE, NOWHERE
    hosts, origins = (security.table.get(name) for name in ("allowed_hosts", "allowed_origins"))
    args = Args()
    return check, listed(hosts, args), listed(origins, args)


def listed(value: Abstract | None, args: Args) -> Abstract:
    """A list of texts as one option; empty where it is not given."""
    if value is None:
        return known((), *args.notes)
    if value.must(lambda option: option is None):
        return known((), *value.trace)
    try:
        return value._replace(options=(tuple(plain(value)),), slot=None)
    except (LookupError, TypeError):
        return unknown(*value.trace)


def security_settings(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    for name in ("enable_dns_rebinding_protection", "allowed_hosts", "allowed_origins"):
        value = args.find(None, name)
        made.table[name] = (
            value
            if value is not None
            else known(name.startswith("enable"), *args.notes)
            if name.startswith("enable")
            else known(Sequence("list", ()), *args.notes)
        )
    return known(made, *args.notes)


def app(transport: str | None) -> Handler:
    """An application factory; without a fixed transport, `http_app` takes it as an argument."""

    def handler(machine: Machine, args: Args, server: Instance) -> Abstract:
        kind = family(machine, server)
        name = "http_app" if transport is None else "sse_app" if transport == SSE else "streamable_http_app"
        record(machine, args, f"{kind}.{name}", "app")
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
        endpoint = Instance(
            External("mcp.Endpoint"), args.span, {"%served": (served,), "%server": (server,), "%app": (made,)}
        )
        made.table |= {"routes": known(Sequence("list", (known(endpoint),))), "%startup": ()}
        layered(args, made)
        machine.put(machine.state, "%apps", (*machine.state.get("%apps", ()), made))
        return known(made, *args.notes)

    return handler


def derived(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A server made from something else (`from_openapi`, `from_fastapi`, `as_proxy`), with its settings in keywords."""
    made = Instance(External(OTHER), args.span)
    equip(machine, args._replace(positional=()), made)
    return known(made, *args.notes)


def custom_route(machine: Machine, args: Args, server: Instance) -> Abstract:
    path, methods = args.get(0, "path").only, args.get(1, "methods", unknown())
    if isinstance(path, str) and args.span:
        only = listed(methods, args).only
        machine.put(
            server.table, "%routes", (*server.table.get("%routes", ()), Endpoint(path, only or ("GET",), args.span))
        )
    return known(External("decorator.same"))


def registers(machine: Machine, args: Args, server: Instance) -> Abstract:
    """A decorator for tools, resources and prompts, with or without arguments: remembers the function."""
    from mcplint.program.values import Function

    only = args.positional[0].only if args.positional else None
    if isinstance(only, (Function, Method)):
        remember(machine, server, only)
        return args.positional[0]
    return known(Method(server, "mcp.Registry.remember"))


def remember(machine: Machine, server: Instance, function: Any) -> None:
    machine.tools.append((server.span, function))


def remembers(machine: Machine, args: Args, server: Instance) -> Abstract:
    only = args.get(0, "fn").only
    if only is not None:
        remember(machine, server, only)
    return args.get(0, "fn")


def low_level(machine: Machine, owner: Instance) -> Abstract:
    """The low-level server inside a server object."""
    inner = owner.table.get("%low")
    if inner is None:
        made = Instance(External(LOW), owner.span, {"%of": (owner,), "name": owner.table.get("name", unknown())})
        inner = owner.table["%low"] = (made,)
    return known(inner[0])


def global_setting(name: str) -> Reader:
    """`fastmcp.settings.…`: what the environment or the default says of a setting."""

    def reader(machine: Machine, owner: Any) -> Abstract:
        nobody = Instance(External(OTHER), None)
        return environment(machine, nobody, OTHER, name, Args())

    return reader


def setting_assigned(machine: Machine, args: Args, settings: Instance) -> Abstract:
    """`server.settings.host = …`, as a call of the SDK that a release may reject."""
    name = args.get(0, "name").only
    note = args.opening[0] if args.opening else None
    if note is not None and isinstance(name, str):
        call = SdkCall("settings", "setting", note.span, (Argument(name, note.span, args.get(1, "value")),))
        if call not in machine.calls:
            machine.calls.append(call)
    return known(None)


REGISTER = ("tool", "resource", "prompt", "add_tool", "add_resource", "add_prompt", "completion")
QUIET = ("remove_tool", "disable", "enable", "add_transform")
CALLS: dict[str, Handler] = {
    "mcp.Registry.remember": remembers,
    "mcp.server.transport_security.TransportSecuritySettings": security_settings,
    "mcp.Settings.__setattr__": setting_assigned,
}
READS: dict[str, Reader] = {
    f"{FAST}._mcp_server": low_level,
    f"{OTHER}._mcp_server": low_level,
    f"{NEW}._lowlevel_server": low_level,
}
READS |= {f"fastmcp.settings.{name}": global_setting(name) for name in SETTINGS}
READS |= {
    "fastmcp.settings.log_level": lambda machine, owner: unknown(),
    "fastmcp.settings.debug": lambda machine, owner: unknown(),
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
        **{f"{_kind}.{name}": nothing for name in QUIET},
        f"{_kind}.add_middleware": middleware_added,
    }
CALLS |= {f"{OTHER}.{name}": derived for name in ("from_openapi", "from_fastapi", "as_proxy", "from_client")}
CALLS |= {"fastmcp.server.create_proxy": derived, f"{OTHER}.mount": nothing, f"{OTHER}.import_server": nothing}
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
