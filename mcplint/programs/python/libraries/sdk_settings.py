"""What the SDKs' server objects are told: by the program, the environment, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mcplint.knowledge.sdk import fact, newest, newest_with
from mcplint.model import Argument, SdkCall
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.environment import from_environment
from mcplint.programs.python.libraries.web import text_list
from mcplint.programs.python.machine import Machine, Reader
from mcplint.programs.python.operators import or_else
from mcplint.programs.python.state import CALL
from mcplint.programs.python.values import Class, Instance
from mcplint.programs.values import ABSENT, Abstract, External, Sequence, known, map_options, unknown
from mcplint.text.boolean import boolean
from mcplint.text.number import as_number
from mcplint.values import EditSite, Value

FAST, NEW, OTHER, LOW = (
    "mcp.server.fastmcp.FastMCP",
    "mcp.server.mcpserver.MCPServer",
    "fastmcp.FastMCP",
    "mcp.server.lowlevel.Server",
)
HIGH = (FAST, NEW, OTHER)
# What a call raises that a release does not have or take: who catches it by name has another way.
MISUSE = frozenset({"AttributeError", "TypeError"})
SETTINGS = ("host", "port", "sse_path", "message_path", "streamable_http_path", "stateless_http", "json_response")

NOWHERE: Value[Any] = Value(())
GLOBAL = "fastmcp.settings"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOCAL = ("127.0.0.1:*", "localhost:*", "[::1]:*")


CONVERSIONS: Mapping[str, Callable[[str], Any]] = {
    "port": as_number,
    "stateless_http": lambda text: boolean(text) is True,
    "json_response": lambda text: boolean(text) is True,
}


def family(machine: Machine, server: Instance) -> str:
    """Which of the SDKs' server classes an object is made of."""
    lineage = server.kind.lineage() if isinstance(server.kind, Class) else (server.kind,)
    paths = [each.path for each in lineage if isinstance(each, External)]
    return next((kind for kind in HIGH if any(machine.kin(path, kind) for path in paths)), LOW)


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


def accepts_keyword(machine: Machine, kind: str, callable_: str, keyword: str) -> bool:
    """Whether every release that may be there has the class, and obeys a keyword of a call."""
    return False not in facts(machine, kind, f"import.{kind}") and facts(machine, kind, f"{callable_}.{keyword}") == (
        "accepted",
    )


def record_call(
    machine: Machine, args: Args, target: str, role: str, raises: frozenset[str] = MISUSE, owner: Any = None
) -> None:
    """Remembers a call of the SDK with its arguments; `raises`: how it fails on a release that it is not for.

    `owner`: the object whose method is called, which the program may have asked for it before.
    """
    if args.span is None or args.module is None or args.node is None:
        return
    given = [
        Argument("", args.module.span(node), value)
        for node, value in zip(args.node.args, args.positional, strict=False)
    ]
    for name, value in args.keywords.items():
        given.append(Argument(name, args.keyword_span(name) or args.span, value))
    named = any(not raises.isdisjoint(kinds) for kinds in machine.guards)
    asked = machine.probes.chosen > 0 or machine.probes.was_probed(owner, getattr(args.node.func, "attr", ""))
    call = SdkCall(target, role, args.span, tuple(given), not args.open, named or machine.handlers > 0 or asked)
    if call.span not in machine.called:
        machine.called.add(call.span)
        machine.calls.append(call)


def setting(machine: Machine, kind: str, name: str, given: Abstract | None, args: Args) -> Abstract:
    """A setting: what it is given, else what the environment says, else the SDK's default."""
    absent = (ABSENT, None) if kind == OTHER else (ABSENT,)
    if given is not None and not any(option in absent for option in given.options or ()):
        return given
    return or_else(given, environment(machine, kind, name, args))


def environment(machine: Machine, kind: str, name: str, args: Args) -> Abstract:
    """A setting that the program leaves open."""
    value = default(machine, kind, name, args)
    if kind == LOW:
        return value
    for prefix in reversed(facts(machine, kind, "env.prefixes")[0] or ()):
        notes = tuple(note._replace(text=f"the SDK reads {prefix}{name.upper()}") for note in args.notes)
        value = from_environment(machine, f"{prefix}{name.upper()}", value, notes, CONVERSIONS.get(name, str))
    return value


def default(machine: Machine, kind: str, name: str, args: Args) -> Abstract:
    """The SDK's own default, with the site where the program could say otherwise."""
    package, versions = release(machine, kind)
    options = tuple(option for option in facts(machine, kind, f"default.{name}") if option is not None)
    words = " or ".join(str(option) for option in options)
    text = f"{package} {', '.join(versions)} defaults to {name}={words}" if options else f"`{name}` is not known"
    notes = tuple(note._replace(text=text) for note in args.notes)
    if not options:
        return unknown(*notes)
    site: EditSite | None = None
    if (
        accepts_keyword(machine, kind, "constructor", name)
        and args.node is not None
        and args.module is not None
        and not args.open
    ):
        site = _with_variable(machine, kind, name, args.module.insertion(args.node, name, isinstance(options[0], str)))
    return Value(options, notes, site)


def _with_variable(machine: Machine, kind: str, name: str, site: EditSite | None) -> EditSite | None:
    """The site of a setting; in a program that takes arguments, with the variable by which the SDK is told for one."""
    package, _ = release(machine, kind)
    known_release = machine.world.sdk(kind).package == package and machine.world.sdk(kind).version.options
    prefixes = [set(each or ()) for each in facts(machine, kind, "env.prefixes")]
    common = sorted(set.intersection(*prefixes)) if prefixes and known_release else []
    return site._replace(variable=f"{common[0]}{name.upper()}") if site and common and machine.argv else site


def run_setting(
    machine: Machine, server: Instance, args: Args, call: str, name: str, keyword: str | None = None
) -> Abstract:
    """A setting as `run()` or an app factory is told, else as the server object was."""
    word = keyword or name
    given = args.find(None, word) if args.keywords.get(word) is not None or args.open else None
    if args.open and given is not None and given.options is None and word not in args.keywords:
        given = unknown(*args.opening)
    settings = server.table["settings"].only
    own: Abstract = settings.table[name] if isinstance(settings, Instance) else unknown()
    if family(machine, server) == OTHER:
        own = or_else(machine.state.get(f"{GLOBAL}.{name}"), own)
    if given is None or (given.options is not None and not given.options):
        return _insertable(machine, server, args, own, call, name, word)
    return or_else(given, own)


def _insertable(
    machine: Machine, server: Instance, args: Args, own: Abstract, call: str, name: str, word: str
) -> Abstract:
    """A default that this call overrules; where the constructor could as well, that keyword is the deprecated one."""
    kind = family(machine, server)
    untold = default(machine, kind, name, CALL.first(server.table, Args(open=True))).trace
    if own.options is None or own.trace[-1:] != untold[-1:] or not accepts_keyword(machine, kind, call, word):
        return own
    if args.node is not None and args.module is not None:
        site = args.module.insertion(args.node, word, isinstance(own.options[0], str))
        return own._replace(site=_with_variable(machine, kind, name, site))
    if args.opening and facts(machine, kind, f"cli.run.{name}_option") == (True,):
        return own._replace(site=EditSite.for_option(args.opening[0].span, f"--{name}"))
    return own


def global_setting(name: str) -> Reader:
    """`fastmcp.settings.…`: what the program, the environment or the default says of a setting."""

    def reader(machine: Machine, owner: Any) -> Abstract:
        return or_else(machine.state.get(f"{GLOBAL}.{name}"), environment(machine, OTHER, name, Args()))

    return reader


def global_assigned(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`fastmcp.settings.host = …`, which holds for every server that is not told otherwise."""
    name = args.get(0, "name").only
    if name in SETTINGS:
        machine.put(machine.state, f"{GLOBAL}.{name}", args.get(1, "value"))
    return known(None)


def setting_assigned(machine: Machine, args: Args, settings: Instance) -> Abstract:
    """`server.settings.host = …`, as a call of the SDK that a release may reject."""
    name = args.get(0, "name").only
    note = args.opening[0] if args.opening else None
    if note is not None and isinstance(name, str):
        call = SdkCall("settings", "setting", note.span, (Argument(name, note.span, args.get(1, "value")),))
        if call.span not in machine.called or call not in machine.calls:
            machine.called.add(call.span)
            machine.calls.append(call)
    return known(None)


def security_defaults(machine: Machine, kind: str, host: Abstract, args: Args) -> Abstract:
    """The security settings that a constructor makes where it is told none: those of a loopback host, or None."""
    if facts(machine, kind, "host_check") != ("constructor",) or not host.options:
        return known(None, *args.notes)
    if any(option not in LOOPBACK for option in host.options):
        return known(None, *args.notes)
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    made.table["enable_dns_rebinding_protection"] = known(True, *host.trace)
    made.table["allowed_hosts"] = known(Sequence("list", tuple(known(form) for form in LOCAL)), *host.trace)
    return known(made, *host.trace)


def protection(
    machine: Machine, args: Args, server: Instance, kind: str, declared: Abstract
) -> tuple[Abstract, Abstract]:
    """Whether requests with a foreign Host are refused, and which hosts are not."""
    rule = facts(machine, kind, "host_check")
    if kind == OTHER:
        given = args.find(None, "host_origin_protection") if "host_origin_protection" in args.keywords else None
        check = given if given is not None else known(rule == ("on",), *args.notes)
        if check.options == (False,):
            return check, NOWHERE
        listing = args.find(None, "allowed_hosts")
        if listing is None or listing.may_be(None):
            set_outside = machine.variable("FASTMCP_HTTP_ALLOWED_HOSTS", own=False).may_not_be(None)
            return check, unknown(*check.trace) if set_outside else text_list(listing, args)
        if check.must_be("auto"):
            check = known(True, *check.trace)
        return check, text_list(listing, args)
    settings = server.table["settings"].only
    security = args.find(None, "transport_security")
    if security is None:
        security = settings.table["transport_security"] if isinstance(settings, Instance) else unknown()
    if security.options is None or len(security.options) != 1:
        return (unknown(*security.trace),) * 2
    only = security.options[0]
    if isinstance(only, Instance):
        return allowed_hosts_and_origins(only)
    if rule not in (("constructor",), ("app",)) or declared.options is None:
        if declared.options is None and rule != ("off",):
            return (unknown(*declared.trace),) * 2
        return known(False, *declared.trace), NOWHERE
    on = map_options(declared._replace(site=None), lambda host: host in LOOPBACK)
    if on.options == (False,):
        return on, NOWHERE
    return on, known(LOCAL, *declared.trace)


def allowed_hosts_and_origins(security: Instance) -> tuple[Abstract, Abstract]:
    """What transport security settings allow."""
    check = security.table.get("enable_dns_rebinding_protection", known(True))
    if check.options == (False,):
        return check, NOWHERE
    return check, text_list(security.table.get("allowed_hosts"), Args())


def security_settings(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    for name in ("enable_dns_rebinding_protection", "allowed_hosts"):
        value = args.find(None, name)
        made.table[name] = (
            value
            if value is not None
            else known(name.startswith("enable"), *args.notes)
            if name.startswith("enable")
            else known(Sequence("list", ()), *args.notes)
        )
    return known(made, *args.notes)
