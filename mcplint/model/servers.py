"""MCP servers as their containers start them, the SDK below them, and how requests spread over them."""

from __future__ import annotations

from typing import Any, NamedTuple

from mcplint.model.containers import Container
from mcplint.model.lacks import Lack
from mcplint.model.links import ASSUMED, Link
from mcplint.model.program import (
    Asgi,
    Blocking,
    Cors,
    Endpoint,
    Guard,
    Import,
    LogLevel,
    Matching,
    Metrics,
    Mounted,
    Portless,
    SdkCall,
    ServedFolder,
    Store,
    TrustedHosts,
    Wiring,
    Write,
)
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

LOGIN = ("/.well-known/", "/authorize", "/token", "/register", "/revoke", "/auth/", "/consent", "/login", "/oauth")


class DeadPin(NamedTuple):
    """A dependency without an upper bound, a release of which breaks the SDK: its name, that release, and the error.

    `sure`: no other requirement may hold it back. `pin`: the edits that do; `relock`: the command that renews the lock
    file which they would make stale, empty where there is none.
    """

    dependency: str
    since: str
    error: str
    sure: bool
    pin: tuple[Edit, ...] = ()
    relock: str = ""


class Sdk(NamedTuple):
    """The package that makes the server (`mcp`, `fastmcp`, `npm:@modelcontextprotocol/sdk`, None where it cannot be
    told) and its version.

    `version` has one option where a lock decides it or the newest release is taken; `exact` tells which.
    `prefixes`: the prefixes of the environment variables that this release obeys, None where that is not known.
    `sessionless`: it serves clients of the protocol revision 2026-07-28 without a session.
    `installed`: the version that will be there, which differs where the program imports what only others have.
    `starlette`, `sse_starlette`, `uvicorn`: the releases of these that a lock or a pin decides.
    `admitted`: the newest release that the requirement admits, also where a lock decides; `bound`: where that
    requirement would be capped, `oldest`: the oldest release that it admits. `pin`: where its one version is spelled,
    if it may become another one. `repeated`: where a lock file repeats that requirement; `relock`: the command that
    renews a lock file which another requirement would make stale, empty where none does. `mcp`: the release of `mcp`
    that fastmcp runs on. `doubt`: another package that may keep the newest release out, of which that is not known.
    `tasks`: what `task=True` needs is installed, None where that is not known.
    `zod`: the release of zod that the project has beside an SDK of npm, `hono`: that of `@hono/node-server`.
    """

    package: str | None
    version: Value[str]
    exact: bool = False
    prefixes: tuple[str, ...] | None = None
    sessionless: bool = False
    installed: Value[str] = UNKNOWN
    admitted: Value[str] = UNKNOWN
    bound: EditSite | None = None
    oldest: str | None = None
    repeated: EditSite | None = None
    relock: str = ""
    pin: EditSite | None = None
    mcp: Value[str] = UNKNOWN
    doubt: Label | None = None
    starlette: Value[str] = UNKNOWN
    sse_starlette: Value[str] = UNKNOWN
    uvicorn: Value[str] = UNKNOWN
    tasks: bool | None = None
    zod: Value[str] = UNKNOWN
    hono: Value[str] = UNKNOWN
    dead: tuple[DeadPin, ...] = ()

    @property
    def title(self) -> str:
        """The package with its version, as people write it: `mcp 1.27.1`."""
        package = (self.package or "the SDK").removeprefix("npm:")
        return " ".join(filter(None, (package, self.version.only)))

    @property
    def is_npm(self) -> bool:
        """Whether it comes from npm, so that Node runs the server."""
        return (self.package or "").startswith("npm:")

    def edits_below(self, major: int) -> tuple[Edit, ...]:
        """The edits that keep the requirement below a major version; none where it is capped, pinned or above it."""
        if not self.bound or (self.oldest and int(self.oldest.partition(".")[0]) >= major):
            return ()
        # What is named alone may stand in a command without quotes, where a shell would read from a file for `<`.
        listed = self.bound.span.source.path.endswith((".txt", ".in", ".toml", ".cfg"))
        limit = f"<{major}" if self.bound.before or listed else f"~={major - 1}.0"
        sites = (self.bound, self.repeated) if self.repeated else (self.bound,)
        return tuple(Edit(site.span, f"{site.before}{limit}{site.after}") for site in sites)

    @property
    def known(self) -> bool:
        """Whether package and version are told by the files; rules speak milder where not."""
        return self.package is not None and self.version.options is not None


class Spread(NamedTuple):
    """How the requests for one server are spread over several processes.

    `kind`: `workers` of one container, `replicas` of one service, or `members` of one upstream. `affinity`: `none`,
    `works` (a client's requests reach one process), `cookie`, `session-header` or `token`; unknown where not all of
    what stands in front is read. `assumed`: whether the upstream is only assumed to lead to the server.
    `balancer`: what a message calls what chooses.
    """

    kind: str
    processes: Value[int]
    affinity: Value[str]
    notes: tuple[Label, ...] = ()
    assumed: bool = False
    balancer: str = "the load balancer"

    @property
    def several(self) -> bool:
        """Whether there is certainly more than one process."""
        return self.processes.must(lambda count: count > 1)


class Bridge(NamedTuple):
    """What serves a server over HTTP that speaks stdio: its name, its release, how its clients reach it, and where it
    is started.

    `pin`: where its one release is spelled. `package`: as in Sdk, None where it is not known or speaks no MCP itself.
    `keyed`: it is told what its callers have to show. `closed`: it answers no other paths. `config`: the path where it
    runs of the file that names its servers. `sdk`: the release of the SDK that it gets. The rest is as in Server.
    """

    name: str
    release: Value[str]
    transport: Value[str]
    span: Span
    host: Value[str]
    port: Value[int]
    path: Value[str] = UNKNOWN
    message_path: Value[str] = Value(())
    stateless: Value[bool] = Value(())
    pin: EditSite | None = None
    package: str | None = None
    keyed: bool = False
    closed: bool = False
    config: Value[str] = Value(())
    sdk: Value[str] = UNKNOWN


_SETTINGS = (
    *("host", "port", "path", "message_path", "stateless", "json_response", "workers", "declared_host"),
    *("host_check", "allowed_hosts", "lifespan"),
)


class Server(NamedTuple):
    """An MCP server as its container starts it: what it will speak, where, and how.

    Alternatives that the files leave open are joined value by value. A setting without meaning for every way in which
    it may start (the host of a stdio server) has no options: `Value(())`.
    `unit`: what runs it on a machine itself, without a container.
    `span`: the call that starts it; `made`: the call that makes the server object.
    `kind`: `FastMCP`, `MCPServer`, `Server` (low level) or `bridge`, which stands in front of one over stdio.
    `runner`: what serves it: `sdk` (its own `run`), `uvicorn`, …, or what serves it over HTTP while it speaks stdio:
    `mcpo`, `mcp-proxy`, `supergateway`.
    `bridge`: more of that, where it is known.
    `host`: where it listens; `declared_host`: the host that the SDK was told, which arms its Host check.
    `host_check`: whether requests with a foreign `Host` are refused; `allowed_hosts`: which are not.
    `portless`: what becomes of it where it is told no port to listen on.
    `unheard`: the ports that checks of its container ask and on which certainly nothing listens there, `besides`:
    those that are published or declared and on which something else there may.
    `companion`: where its container starts, or may start, another program with it, such as a proxy that leads to it;
    `listeners`: over stdio, the ports on which its program, or one that starts beside it, listens for something else;
    `deaf`: no file of its program speaks of SIGTERM, which process 1 of a container then ignores; `lingering`: where
    its handlers of that do nothing but wait for all streams.
    `path`: of the MCP endpoint, prefixes included; `message_path`: where SSE clients post.
    `lifespan`: whether the session manager of a streamable HTTP application runs.
    `endpoints`: the other paths it answers; `endpoints_closed`: whether these are all; `matching`: how it finds
    the one of a request.
    `shaped`: a tool of its program that is given a schema of zod.
    `background`: where a shell starts it without a standard input.
    `printed`: writes to standard output before it serves, `printed_maybe`: on some condition; `prints`: in its tools.
    `back_channel`: requests to the client.
    `log_level`: what the SDK is told, `log_levels`: what the program sets itself, where nothing catches a failure.
    `reads`: the environment variables that its modules read. `certain`: it is started however open conditions turn out.
    `transport_settled`: no variable that nobody sets in the files, but may set elsewhere, has it speak another one.
    `fallbacks`: the addresses on the machine itself that stand in for variables that are not set, by name.
    `auth`: what checks who calls, an option None where the program provably checks nobody. `proxy_auth`: where a
    proxy in front checks it; `proxy_ports`: where one that lets everybody in is opened to other machines,
    `proxy_binds`: where it listens on every interface of a machine; `proxy_pages`: where a page of its own is.
    `absolute`: where the program makes URLs as requests seem to have come.
    `blocking`: its tools that keep their thread for long.
    `file_stores`: the files in which its tools keep things between calls. `writes`: what it certainly writes before it
    serves, where nothing catches a failure. `served_folders`: the folders of files that it certainly does not start
    without. `metrics`: where it shows them on a port of its own. `interface`: how what
    serves it calls it: `asgi`, `wsgi`, `rsgi`, or not at all: `object`.
    `reused`: it is made once, and its lifespan runs at every invocation.
    `shown`: where what it logs holds secrets. `wiring`: what its requests share. `trusted_hosts`: what refuses requests
    to all its routes by their `Host`, `locked`: what refuses those without a header. `demands`: the variable without
    which its program ends, and which no file gives it, as a note on where that is read. `openers`: the variables that
    compose is to be told and without which it lets everybody in, where they stand.
    `lacks`: what its program does not find where it is started without a container.
    `columns`: the most characters that its project's formatter puts in a line, known where it prints.
    `waiting`: the path that answers 503 until a client holds a session.
    `longest_call`: seconds that a tool may take; `fronted`: a proxy that the files do not show is in front of it;
    `authenticated`: somebody else checks who calls. These are known only where the project states them.
    """

    id: str
    span: Span
    name: Value[str]
    sdk: Sdk
    transport: Value[str]
    host: Value[str]
    port: Value[int]
    path: Value[str]
    stateless: Value[bool]
    json_response: Value[bool]
    workers: Value[int]
    allowed_hosts: Value[tuple[str, ...]]
    container: Container | None = None
    unit: Label | None = None
    bridge: Bridge | None = None
    portless: Portless | None = None
    unheard: frozenset[int] = frozenset()
    besides: frozenset[int] = frozenset()
    companion: Label | None = None
    listeners: tuple[Value[int], ...] = ()
    deaf: bool = False
    lingering: tuple[Label, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    endpoints_closed: bool = False
    matching: Matching = Matching()
    back_channel: tuple[Label, ...] = ()
    spread: tuple[Spread, ...] = ()
    reads: frozenset[str] = frozenset()
    made: Span | None = None
    kind: str = ""
    runner: str = ""
    message_path: Value[str] = UNKNOWN
    declared_host: Value[str] = UNKNOWN
    host_check: Value[bool] = UNKNOWN
    lifespan: Value[bool] = UNKNOWN
    log_level: Value[str] = UNKNOWN
    log_levels: tuple[LogLevel, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    calls: tuple[SdkCall, ...] = ()
    imports: tuple[Import, ...] = ()
    shaped: Label | None = None
    background: Label | None = None
    printed: tuple[Label, ...] = ()
    printed_maybe: tuple[Label, ...] = ()
    prints: tuple[Label, ...] = ()
    cors: tuple[Cors, ...] = ()
    compressed: tuple[Label, ...] = ()
    trusted_hosts: tuple[TrustedHosts, ...] = ()
    locked: tuple[Label, ...] = ()
    demands: Label | None = None
    openers: tuple[Label, ...] = ()
    waiting: str = ""
    columns: int | None = None
    certain: bool = True
    transport_settled: bool = True
    fallbacks: tuple[tuple[str, Value[str]], ...] = ()
    auth: Value[Guard | None] = UNKNOWN
    proxy_auth: tuple[Label, ...] = ()
    proxy_ports: tuple[Label, ...] = ()
    proxy_binds: tuple[Label, ...] = ()
    proxy_pages: tuple[Label, ...] = ()
    asgi: Asgi = Asgi()
    absolute: tuple[Label, ...] = ()
    file_stores: tuple[Store, ...] = ()
    writes: tuple[Write, ...] = ()
    served_folders: tuple[ServedFolder, ...] = ()
    blocking: tuple[Blocking, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    shown: tuple[Label, ...] = ()
    wiring: Wiring = Wiring()
    longest_call: Value[float] = UNKNOWN
    fronted: Value[bool] = UNKNOWN
    authenticated: Value[bool] = UNKNOWN
    interface: Value[str] = UNKNOWN
    reused: Label | None = None
    lacks: tuple[Lack, ...] = ()
    links: tuple[Link, ...] = ()

    @classmethod
    def unset(cls, span: Span, sdk: Sdk, **known: Any) -> Server:
        """A server that may speak anything, and of whose settings none has a meaning as long as that is not known."""
        return cls(id="", span=span, sdk=sdk, **{**dict.fromkeys(_SETTINGS, Value(())), **known})

    @property
    def title(self) -> str:
        """What a message calls it: server `notes`, or the server where its name is not known."""
        return f"server `{self.name.only[:60]}`" if self.name.only else "the server"

    @property
    def assumed(self) -> bool:
        """Whether it is assumed to run in its container, or that one to be made of the files that it is read from."""
        container = self.container is not None and self.container.assumed
        return container or any(link.kind == ASSUMED for link in self.links)

    @property
    def bridged(self) -> bool:
        """Whether a program starts it that speaks stdio with it and HTTP with clients."""
        return self.kind != "bridge" and self.runner in ("mcpo", "mcp-proxy", "supergateway")

    @property
    def refuses_posts(self) -> bool:
        """Whether a POST to the path of its SSE stream surely gets 405, as of the Python SDKs; Express answers 404."""
        return self.sdk.package in ("mcp", "fastmcp") and self.runner != "supergateway"

    @property
    def speaks_http(self) -> bool:
        """Whether it certainly speaks HTTP: MCP in whatever form, or what a bridge makes of it."""
        return not self.transport.may_be("stdio")

    @property
    def speaks_mcp(self) -> bool:
        """Whether it certainly speaks MCP over HTTP, in whatever form."""
        return self.speaks_http and self.transport.options != ()

    @property
    def paths(self) -> tuple[str, ...] | None:
        """Every path that the program answers, or None where the files do not tell them all."""
        if self.path.options is None or not self.endpoints_closed:
            return None
        if self.transport.may_be("sse") and self.message_path.options is None:
            return None
        return (*self.path.options, *(self.message_path.options or ()), *(point.path for point in self.endpoints))

    def refuses(self, path: str) -> bool:
        """Whether the program certainly answers nothing at a path."""
        if self.paths is None or self._logs_in(path):
            return False
        return not any(self.matching.answers(known, path) for known in self.paths)

    def refuses_below(self, path: str) -> bool:
        """Whether the program certainly answers nothing at a path or below it."""
        if self.paths is None or self._logs_in(path):
            return False
        return not any(self.matching.answers_below(known, path) for known in self.paths)

    def is_unguarded(self, path: str) -> bool:
        """Whether a route that the middleware around the MCP endpoint is not around may answer a path."""
        return any(self.matching.answers(each.path, path) for each in self.endpoints if each.guarded is False)

    def _logs_in(self, path: str) -> bool:
        """Whether a path may be one that an OAuth provider answers; which ones these are depends on the provider."""
        return f"{path}/".startswith(LOGIN) and self.auth.may_not_be(None)
