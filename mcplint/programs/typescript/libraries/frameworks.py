"""Frameworks that serve MCP by themselves: fastmcp and mcp-framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from mcplint.knowledge.sdk import release
from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import Endpoint, Sdk, Server
from mcplint.model.releases import common_fact
from mcplint.programs.typescript.libraries.blank import NOWHERE, blank
from mcplint.programs.typescript.libraries.standard import converted
from mcplint.programs.typescript.machine import FRAMEWORK, Args, Handler, Machine, Reader, Served
from mcplint.programs.typescript.values import ARGUMENTS, NOTHING, UNDEFINED, Object, number, prop
from mcplint.programs.values import Abstract, known, noted, union, unknown
from mcplint.values import Label, Value

FASTMCP, MCP_FRAMEWORK = "fastmcp:FastMCP", "mcp-framework:MCPServer"
HEALTH, FIXED = ("/health", "/ready"), ("/ping", "/sse", "/messages")
_ADDS = re.compile(r"\b(?:getApp|addRoute)\b")
"""What a program says that adds routes of its own to fastmcp."""
SPEAKS = {"stdio": STDIO, "httpStream": STREAMABLE, "sse": SSE, "http-stream": STREAMABLE}


def fast_start(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`server.start({transportType, httpStream: {port, host, endpoint, stateless}})` of fastmcp."""
    sdk = machine.world.sdk("npm:fastmcp")
    options = args.get(0)
    given = prop(options, "httpStream", prop(options, "sse"))
    transport = _transport(machine, sdk, prop(options, "transportType"), known("stdio", *args.notes))
    base = _base(machine, sdk, given, args)
    endpoint = _setting(machine, sdk, prop(given, "endpoint"), "endpoint", _path(sdk, args))
    settings = {
        "port": _number(
            _setting(machine, sdk, prop(given, "port"), "port", _release_default(sdk, "default.port", args))
        ),
        "host": _setting(machine, sdk, prop(given, "host"), "host", _release_default(sdk, "default.host", args)),
        "path": _endpoint_below(base, endpoint),
        "base": base,
        "stateless": _stateless(machine, sdk, prop(given, "stateless", known(False, *args.notes))),
        "json_response": prop(given, "enableJsonResponse", known(False, *args.notes)),
    }
    what = partial(_framework_server, owner=owner, args=args, transport=transport, settings=settings, sdk=sdk)
    machine.serve(Served(FRAMEWORK, what, unknown(), unknown(), args.span or machine.origin))
    return known(UNDEFINED)


def _transport(machine: Machine, sdk: Sdk, said: Abstract, default: Abstract) -> Abstract:
    """What fastmcp speaks: releases that read it from outside take whatever is not `httpStream` for `stdio`.

    Releases from 2.0 on that do not read it end with "Invalid transport type" where it is `sse`.
    """
    found = _setting(machine, sdk, said, "transport", default)
    if common_fact(sdk, "env.transport") is True:
        return _map_options(found, lambda option: option if option == "httpStream" else "stdio")
    ends = "sse" in (found.options or ()) and not sdk.version.must(lambda version: _numbers(version) < (2,))
    return unknown(*found.trace) if ends else found


def _map_options(value: Abstract, change: Callable[[Any], Any]) -> Abstract:
    """A value with each of its options changed; one that is changed stands nowhere in a file."""
    options = None if value.options is None else tuple(dict.fromkeys(map(change, value.options)))
    return value if options == value.options else value._replace(options=options, site=None)


def _stateless(machine: Machine, sdk: Sdk, said: Abstract) -> Abstract:
    """Whether fastmcp keeps no sessions: where `start` does not say so, `true` as an argument or in a variable does."""
    if said.must(bool) or common_fact(sdk, "env.stateless") is not True:
        return said
    from_outside = _map_options(_from_outside(machine, "stateless", said), lambda option: option in (True, "true"))
    return union([said, from_outside]) if said.may(bool) else from_outside


def _release_default(sdk: Sdk, name: str, args: Args) -> Abstract:
    """What a release does where the program says nothing."""
    found = common_fact(sdk, name)
    return unknown(*args.notes) if found is None else known(found, *args.notes)


def _path(sdk: Sdk, args: Args) -> Abstract:
    return _release_default(sdk, "default.streamable_http_path", args)


def _endpoint_below(base: Abstract, path: Abstract) -> Abstract:
    """The endpoint below the path of all that is served."""
    if base.must_be("", None, *NOTHING):
        return path
    if not isinstance(base.only, str) or not isinstance(path.only, str):
        return unknown(*path.trace[:1], *base.trace)
    below = f"/{base.only.strip('/')}".rstrip("/") + f"/{path.only.removeprefix('/')}"
    return known(below, *path.trace[:1], *base.trace)


def _base(machine: Machine, sdk: Sdk, given: Abstract, args: Args) -> Abstract:
    """The path below which all is served, that releases from 4.4 on read: of `start`, an argument or a variable."""
    by_release = common_fact(sdk, "base_path")
    base_path = prop(given, "basePath", known("")) if by_release is not False else known("")
    if by_release is not False and base_path.must_be(""):
        base_path = _from_outside(machine, "base-path", known("", *args.notes))
    return unknown(*base_path.trace) if by_release is None and not base_path.must_be("") else base_path


def _number(value: Abstract) -> Abstract:
    return converted(value, number)


def _setting(machine: Machine, sdk: Sdk, said: Abstract, name: str, default: Abstract) -> Abstract:
    """A setting of fastmcp: what `start` is told, else an argument, else a variable, else the default."""
    if said.options is None or not any(option in NOTHING for option in said.options):
        return said
    reads = common_fact(sdk, "env.host" if name == "host" else "env.transport")
    fallback = _from_outside(machine, name, default) if reads is True else default
    kept = tuple(option for option in said.options if option not in NOTHING)
    return union([said._replace(options=kept), fallback]) if kept else fallback


def _from_outside(machine: Machine, name: str, default: Abstract) -> Abstract:
    """What `--name WORD` says, else a variable, else the default; an empty text counts as none.

    `--name=WORD` is not read. Source: 4.20.0 as it starts, 3.5.0 as it reads.
    """
    variable = f"FASTMCP_{name.upper().replace('-', '_')}"
    words = machine.argv
    if words is None or any(word.options is None for word in words):
        spans = [note.span for note in default.trace[:1]]
        return unknown(*default.trace, *(Label(each, f"--{name} or {variable} may set it") for each in spans))
    given = next((after for word, after in pairwise(words) if word.must_be(f"--{name}")), None)
    if given is None or given.must_be(""):
        return fallback(machine, variable, default)
    return _map_options(given, lambda word: "httpStream" if name == "transport" and word == "http-stream" else word)


def fallback(machine: Machine, name: str, default: Abstract) -> Abstract:
    """An environment variable, and the default where it may be unset or empty."""
    value: Abstract = machine.variable(name)
    if value.options is None:
        return value
    kept = tuple(option for option in value.options if not (option is None or option in (*NOTHING, "")))
    if len(kept) == len(value.options):
        return value
    return union([value._replace(options=kept), default]) if kept else default


def _framework_server(
    machine: Machine, owner: Any, args: Args, transport: Abstract, settings: Mapping[str, Abstract], sdk: Sdk
) -> Server:
    """The server of the model for one that a framework serves."""
    span = args.span or machine.origin
    served = blank(machine, owner, None, span)._replace(sdk=sdk, endpoints_closed=False)
    speaks = _transport_value(transport)
    if speaks.must_be(STDIO):
        return served._replace(transport=speaks, endpoints_closed=True)
    auth, waiting = unknown(), ""
    if isinstance(owner, Object) and ARGUMENTS in owner.table:
        options = owner.table[ARGUMENTS][0].get(0)
        if prop(options, "authenticate").only is UNDEFINED and prop(options, "auth").only is UNDEFINED:
            auth = known(None, *args.notes)
        own = _own_health(prop(options, "health"))
        plain = sdk.package == "npm:fastmcp" and own is not None
        at_root = settings.get("base", known("")).must_be("")
        waiting = "/ready" if plain and own and at_root and settings["stateless"].must_be(False) else ""
        paths = _paths_added(machine, sdk, options) if plain and at_root else None
        endpoints = tuple(Endpoint(path, ("GET",), span) for path in ((*(own or ()), *paths) if paths else ()))
        served = served._replace(endpoints=endpoints, endpoints_closed=paths is not None)
    sse = known("/sse", *args.notes) if speaks.must_be(SSE) else settings["path"]
    return served._replace(
        transport=speaks,
        host=settings["host"],
        port=settings["port"],
        path=sse,
        stateless=settings["stateless"],
        json_response=settings["json_response"],
        workers=known(1, *args.notes),
        host_check=known(False, *args.notes),
        message_path=NOWHERE,
        auth=auth,
        waiting=waiting,
    )


def _own_health(said: Abstract) -> tuple[str, ...] | None:
    """The paths at which fastmcp tells its health, as `health: {enabled, path}` says; None where that is not known."""
    if said.only is UNDEFINED:
        return HEALTH
    enabled, path = prop(said, "enabled", known(True)), prop(said, "path", known(HEALTH[0]))
    if enabled.must_be(False):
        return ()
    return (path.only, *HEALTH[1:]) if enabled.must_be(True) and isinstance(path.only, str) else None


def _paths_added(machine: Machine, sdk: Sdk, options: Abstract) -> tuple[str, ...] | None:
    """The paths that fastmcp itself adds to the MCP endpoint; None where that is not known, or there may be others.

    https://github.com/punkpeye/fastmcp/blob/v3.23.0/src/FastMCP.ts
    """
    releases = [_numbers(version) for version in sdk.version.options or () if version]
    if not releases or min(releases) < (3, 3):
        return None
    texts = (package.fact.source.text for package in machine.packages.values() if package)
    if any(prop(options, name).only is not UNDEFINED for name in ("auth", "oauth")) or any(map(_ADDS.search, texts)):
        return None
    return FIXED


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release, be it one before another (`-rc.1`)."""
    return release(version.partition("-")[0]) or ()


def _transport_value(transport: Abstract) -> Value[str]:
    if transport.options is None or any(option not in SPEAKS for option in transport.options):
        return unknown(*transport.trace)
    return transport._replace(options=tuple(dict.fromkeys(SPEAKS[option] for option in transport.options)))


def framework_start(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`new MCPServer({transport: {type, options: {port, endpoint}}}).start()` of mcp-framework."""
    sdk = machine.world.sdk("npm:mcp-framework")
    made: Args = owner.table[ARGUMENTS][0] if isinstance(owner, Object) and ARGUMENTS in owner.table else Args()
    transport_option = prop(made.get(0), "transport")
    options = prop(transport_option, "options")
    transport = prop(transport_option, "type", known("stdio", *args.notes))
    loopback = sdk.version.must(lambda version: _numbers(version) >= (0, 2, 22))
    host = known("127.0.0.1" if loopback else "0.0.0.0", *args.notes) if sdk.version.options else unknown(*args.notes)
    settings = {
        "port": prop(options, "port", known(8080, *args.notes)),
        "host": prop(options, "host", host),
        "path": prop(options, "endpoint", known("/mcp", *args.notes)),
        "stateless": unknown(*args.notes),
        "json_response": unknown(*args.notes),
    }
    notes = tuple(Label(args.span, "starts to serve") for _ in "1" if args.span)
    transport = noted(transport, *notes)
    what = partial(_framework_server, owner=owner, args=args, transport=transport, settings=settings, sdk=sdk)
    machine.serve(Served(FRAMEWORK, what, unknown(), unknown(), args.span or machine.origin))
    return known(UNDEFINED)


def xmcp_start(machine: Machine, args: Args, kind: str) -> None:
    """What xmcp makes of a project: `dist/stdio.js`, or `dist/http.js` with `{http: {port, host, endpoint}}`."""
    sdk = machine.world.sdk("npm:xmcp")
    http_option = prop(args.get(0), "http", known(UNDEFINED))
    options = known(Object(None, None)) if http_option.only in (True, UNDEFINED) else http_option
    loopback = sdk.version.must(lambda version: version.startswith("1."))
    settings = {
        "port": prop(options, "port", known(3001, *args.notes)),
        "host": prop(options, "host", known("127.0.0.1", *args.notes) if loopback else unknown(*args.notes)),
        "path": prop(options, "endpoint", known("/mcp", *args.notes)),
        "stateless": unknown(*args.notes),
        "json_response": unknown(*args.notes),
    }
    transport = known("stdio" if kind == "stdio" else "httpStream", *args.notes)
    what = partial(_framework_server, owner=None, args=args, transport=transport, settings=settings, sdk=sdk)
    machine.serve(Served(FRAMEWORK, what, unknown(), unknown(), args.span or machine.origin))


CALLS: Mapping[str, Handler] = {
    f"{FASTMCP}.start": fast_start,
    f"{MCP_FRAMEWORK}.start": framework_start,
}
CLASSES = (FASTMCP, MCP_FRAMEWORK)
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
