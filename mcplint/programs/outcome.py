"""What a program turns out to start: its MCP servers with their settings, and what it reads on the way."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.model import Asgi, Cors, Endpoint, Guard, Import, LogLevel, Mounted, SdkCall, Store
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

STDIO, SSE, STREAMABLE = "stdio", "sse", "streamable-http"


class Served(NamedTuple):
    """One MCP server that the program starts; alternatives that the files leave open are joined value by value.

    A setting that has no meaning however it starts (the host of a stdio server) has no options: `Value(())`.
    `span`: the call that starts it; `made`: the call that makes the server object.
    `package`: `mcp`, `fastmcp` or None; `kind`: `FastMCP`, `MCPServer` or `Server` (low level).
    `runner`: what serves it: `sdk` (its own `run`), `uvicorn`, `gunicorn`, `hypercorn`, … or `unknown`.
    `declared_host`: the host that the SDK was told, which arms its Host check; `host`: where it listens.
    `host_check`: whether requests with a foreign `Host` are refused; `allowed_hosts`: which are not.
    `path`: of the MCP endpoint, prefixes included; `own_path`: without them; `message_path`: where SSE clients post.
    `lifespan`: whether the session manager of a streamable HTTP application runs.
    `endpoints`: the other paths it answers; `closed`: whether these are all.
    `printed`: writes to standard output before it serves, `printed_maybe`: on some condition, `prints`: in its tools.
    `elicits`: requests to the client.
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
    own_path: Value[str] = UNKNOWN
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
    elicits: tuple[Label, ...] = ()
    printed: tuple[Label, ...] = ()
    printed_maybe: tuple[Label, ...] = ()
    prints: tuple[Label, ...] = ()
    cors: tuple[Cors, ...] = ()
    compressed: tuple[Label, ...] = ()
    auth: Value[Guard | None] = UNKNOWN
    asgi: Asgi = Asgi()
    absolute: tuple[Label, ...] = ()
    stores: tuple[Store, ...] = ()


class Outcome(NamedTuple):
    """What a run comes to.

    `levels`: the log levels that it sets, where nothing catches a failure.
    `reads`: the environment variables that its modules read; `asked`: those and the ones that libraries read for it.
    `dotenv`: where it loads a `.env` file. `fallbacks`: the local addresses that stand in for variables.
    `unknown`: why something could not be followed. `missing`: that a module provably lacks the
    attribute that is to be served or called, in words. `complete`: whether the program was followed to its end.
    `steps`: how much work that was.
    """

    servers: tuple[Served, ...] = ()
    reads: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()
    modules: tuple[str, ...] = ()
    levels: tuple[LogLevel, ...] = ()
    dotenv: tuple[Label, ...] = ()
    fallbacks: tuple[tuple[str, Value[str]], ...] = ()
    unknown: tuple[Label, ...] = ()
    missing: str | None = None
    complete: bool = True
    steps: int = 0
