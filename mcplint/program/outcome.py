"""What a program turns out to start: its MCP servers with their settings, and what it reads on the way."""

from __future__ import annotations

from typing import Any, NamedTuple

from mcplint.core import UNKNOWN, Note, Span, Value
from mcplint.model import Endpoint

STDIO, SSE, STREAMABLE = "stdio", "sse", "streamable-http"


class Argument(NamedTuple):
    """An argument of a call: its name (empty where it is given by position), place and value."""

    name: str
    span: Span
    value: Value[Any]


class SdkCall(NamedTuple):
    """A call of the SDK by the dotted name of what is called (`mcp.server.fastmcp.FastMCP`, `….FastMCP.run`).

    `role`: `constructor`, `run`, `app` or `setting`. `closed`: whether all its arguments are known by name.
    """

    target: str
    role: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    closed: bool = True


class Mounted(NamedTuple):
    """A mount on the way to the MCP application: its prefix, and the path that the mounted application serves itself."""

    prefix: Value[str]
    inner: Value[str]
    span: Span


class Cors(NamedTuple):
    """A CORS middleware around the application; a list that is not given is known to be empty."""

    span: Span
    origins: Value[tuple[str, ...]]
    methods: Value[tuple[str, ...]]
    headers: Value[tuple[str, ...]]
    exposed: Value[tuple[str, ...]]


class Served(NamedTuple):
    """One MCP server that the program starts; alternatives that the files leave open are joined value by value.

    A setting without meaning for every way in which it may start (the host of a stdio server) has no options: `Value(())`.
    `span`: the call that starts it; `made`: the call that makes the server object.
    `package`: `mcp`, `fastmcp` or None; `kind`: `FastMCP`, `MCPServer` or `Server` (low level).
    `runner`: what serves it: `sdk` (its own `run`), `uvicorn`, `gunicorn`, `hypercorn`, … or `unknown`.
    `declared_host`: the host that the SDK was told, which arms its Host check; `host`: where it listens.
    `host_check`: whether requests with a foreign `Host` are refused; `allowed_hosts`: which are not.
    `path`: of the MCP endpoint, prefixes included; `message_path`: where SSE clients post.
    `lifespan`: whether the session manager of a streamable HTTP application runs.
    `endpoints`: the other paths it answers; `closed`: whether these are all.
    `printed`: writes to standard output before it serves, `prints`: in its tools. `elicits`: requests to the client.
    `certain`: whether the program starts it however the open conditions turn out.
    """

    span: Span
    made: Span | None
    package: str | None
    kind: str
    runner: str
    name: Value[str]
    transport: Value[str]
    host: Value[str]
    port: Value[int]
    path: Value[str]
    message_path: Value[str] = UNKNOWN
    stateless: Value[bool] = UNKNOWN
    json_response: Value[bool] = UNKNOWN
    workers: Value[int] = UNKNOWN
    declared_host: Value[str] = UNKNOWN
    host_check: Value[bool] = UNKNOWN
    allowed_hosts: Value[tuple[str, ...]] = UNKNOWN
    allowed_origins: Value[tuple[str, ...]] = UNKNOWN
    lifespan: Value[bool] = UNKNOWN
    log_level: Value[str] = UNKNOWN
    endpoints: tuple[Endpoint, ...] = ()
    closed: bool = False
    mounts: tuple[Mounted, ...] = ()
    calls: tuple[SdkCall, ...] = ()
    elicits: tuple[Note, ...] = ()
    printed: tuple[Note, ...] = ()
    prints: tuple[Note, ...] = ()
    cors: tuple[Cors, ...] = ()
    compressed: tuple[Note, ...] = ()
    certain: bool = True


class Import(NamedTuple):
    """An import of an SDK that the program makes; `guarded` where a failure is caught."""

    dotted: str
    span: Span
    guarded: bool = False


class Outcome(NamedTuple):
    """What a run comes to.

    `reads`: the environment variables that its modules read. `dotenv`: where it loads a `.env` file.
    `unknown`: why something could not be followed. `unreadable`: its modules that could not be parsed, by path.
    """

    servers: tuple[Served, ...] = ()
    reads: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()
    modules: tuple[str, ...] = ()
    dotenv: tuple[Note, ...] = ()
    unknown: tuple[Note, ...] = ()
    complete: bool = True
