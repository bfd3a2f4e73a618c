"""The parts of a deployment, from what clients are told to what runs: remote, route, server, container.

Every part knows its own span and how it was linked. A setting is a `Value`: rules ask it with `must` and `may`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mcplint.core import UNKNOWN, Edit, Note, Slot, Source, Span, Value

if TYPE_CHECKING:
    from mcplint.facts.document import MappingNode, Node
    from mcplint.facts.manifest import ServerJson

LOGIN = ("/.well-known/", "/authorize", "/token", "/register", "/revoke", "/auth/", "/consent", "/login", "/oauth")
MADE, ASSUMED, MISSING, STATED = "made", "assumed", "missing", "stated"

P = TypeVar("P")


class Link(NamedTuple):
    """From one part to another: the id of the far part or None, how it was found, and why (or why not)."""

    to: str | None
    kind: str
    why: str
    notes: tuple[Note, ...] = ()


class Port(NamedTuple):
    """A port of a container: where it is published on the host (None: nowhere) and what it leads to inside."""

    target: Value[int]
    published: Value[int] | None
    host_ip: str | None
    span: Span
    protocol: str = "tcp"


class Probe(NamedTuple):
    """A health check: its argument vector (shell form: `/bin/sh -c …`), and its URL where it asks for one."""

    command: Value[tuple[str, ...]]
    span: Span


class Install(NamedTuple):
    """One command of the image build that installs Python packages.

    `tool`: `uv sync`, `uv pip`, `pip`, `poetry`, `pdm`, `pipenv`, `uv run`, … `argv`: its words, expanded.
    `locked`: whether it installs exactly what a lock file, hashes or exact pins say; `lock`: that file in the project.
    `requirements`: the requirement files and projects it reads, as paths in the project.
    `requirements`: projects are folders, `.` for the root. `names`: requirements that stand in the command itself.
    `slot`: where a flag can be put into it. `constraints`: the files that only limit what else asks for.
    """

    tool: str
    argv: tuple[str, ...]
    locked: Value[bool]
    lock: str | None
    requirements: tuple[str, ...]
    names: tuple[tuple[str, Span], ...]
    span: Span
    slot: Slot | None = None
    constraints: tuple[str, ...] = ()


class Prerequisite(NamedTuple):
    """A service that is started before a container; `span`: where the container says so.

    `condition`: what is waited for (`service_started`, `service_healthy`, …). `probed`: whether it has a health check.
    `called`: why the container is known to connect to it.
    """

    name: str
    condition: Value[str]
    probed: Value[bool]
    span: Span
    called: tuple[Note, ...] = ()


class Sibling(NamedTuple):
    """Another service that a container reaches by any of these names.

    `ports`: those that it is known to listen on, also under the number that they have on the host. `store`: the name of
    its image where that is a well-known database or the like.
    """

    name: str
    names: frozenset[str]
    ports: Mapping[int, int]
    span: Span
    store: str | None = None


class Volume(NamedTuple):
    """A folder or file of a container that outlives it: where it is put, and by what (`bind`, `volume`, …)."""

    target: Value[str]
    kind: str
    span: Span


class Container(NamedTuple):
    """What runs: the final (or chosen) stage of a Dockerfile, alone or under a compose service.

    `env_notes`: why more variables may be set than `env` has, where `env_closed` is not true.
    `platform`: what runs it (`compose`, `kubernetes`, `fly`, …), None for an image alone. `swarm`: settings of its
    service that only Docker Swarm obeys. `grace_period`: seconds between SIGTERM and SIGKILL. `volumes`: what it can
    write to and outlives it.
    `missing`: what its command starts and the project provably lacks, where an SDK is installed to serve with.
    """

    id: str
    span: Span
    dockerfile: str | None
    service: str | None
    names: frozenset[str]
    env: Mapping[str, Value[str]]
    env_closed: bool
    command: Value[tuple[str, ...]]
    user: Value[str]
    workdir: Value[str]
    ports: tuple[Port, ...] = ()
    expose: tuple[Port, ...] = ()
    probe: Probe | None = None
    installs: tuple[Install, ...] = ()
    replicas: Value[int] = UNKNOWN
    networks: frozenset[str] = frozenset()
    image: Value[str] = UNKNOWN
    privileges: tuple[Note, ...] = ()
    shared_network: Value[bool] = Value((False,))
    stdin_open: Value[bool] = UNKNOWN
    platform: str | None = None
    container_name: Value[str | None] = Value((None,))
    grace_period: Value[float] = UNKNOWN
    env_notes: tuple[Note, ...] = ()
    swarm: tuple[Note, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    volumes: tuple[Volume, ...] = ()
    servers: tuple[str, ...] = ()
    missing: Note | None = None
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)

    @property
    def cmd(self) -> Span:
        """The place that says what is started."""
        return self.command.span or self.span

    def variable(self, name: str) -> Value[str | None]:
        """What the environment says of a name: known to be absent only where every layer of it is read."""
        if name in self.env:
            return self.env[name]  # type: ignore[return-value]
        return Value((None,)) if self.env_closed else Value(None, self.env_notes)


class Sdk(NamedTuple):
    """The package that makes the server (`mcp`, `fastmcp`, or None where it cannot be told) and its version.

    `version` has one option where a lock decides it or the newest release is taken; `exact` tells which.
    `prefixes`: the prefixes of the environment variables that this release obeys, None where that is not known.
    `sessionless`: it serves clients of the protocol revision 2026-07-28 without a session.
    `installed`: the version that will be there, which differs where the program imports what only others have.
    `starlette`, `sse_starlette`: the releases of starlette and sse-starlette that a lock or a pin decides.
    `admitted`: the newest release that the requirement admits, also where a lock decides; `bound`: where that
    requirement would be capped. `mcp`: the release of `mcp` that fastmcp runs on.
    """

    package: str | None
    version: Value[str]
    exact: bool = False
    prefixes: tuple[str, ...] | None = None
    sessionless: bool = False
    installed: Value[str] = UNKNOWN
    admitted: Value[str] = UNKNOWN
    bound: Slot | None = None
    mcp: Value[str] = UNKNOWN
    starlette: Value[str] = UNKNOWN
    sse_starlette: Value[str] = UNKNOWN

    @property
    def title(self) -> str:
        """The package with its version, as people write it: `mcp 1.27.1`."""
        return " ".join(filter(None, (self.package or "the SDK", self.version.only)))

    def below(self, major: int) -> tuple[Edit, ...]:
        """The edits that keep the requirement below a major version; none where it is capped or pinned already."""
        return (Edit(self.bound.span, f"{self.bound.before}<{major}"),) if self.bound else ()

    @property
    def known(self) -> bool:
        """Whether package and version are told by the files; rules speak milder where not."""
        return self.package is not None and self.version.options is not None


class Endpoint(NamedTuple):
    """A path that the program answers besides the MCP endpoint, such as a health route."""

    path: str
    methods: tuple[str, ...]
    span: Span


class Argument(NamedTuple):
    """An argument of a call: its name (empty where it is given by position), place and value."""

    name: str
    span: Span
    value: Value[Any]


class SdkCall(NamedTuple):
    """A call of the SDK by the dotted name of what is called (`mcp.server.fastmcp.FastMCP`, `….FastMCP.run`).

    `role`: `constructor`, `run`, `app`, `setting` or `decorator` (of the low-level server). `closed`: whether all its arguments are known by name.
    `auth`: what checks who calls, an option None where the program provably checks nobody. `gates`: where a
    proxy in front checks it. `absolute`: where the program makes URLs as requests seem to have come.
    `stores`: the files in which its tools keep things between calls.
    """

    target: str
    role: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    closed: bool = True


class Store(NamedTuple):
    """A file in which tools keep things between calls: `json`, read and written whole, or `sqlite`."""

    kind: str
    note: Note


class Asgi(NamedTuple):
    """What an ASGI server is told besides where to listen.

    `trusted`: the addresses whose `X-Forwarded-…` headers it obeys, as one text. `patience`: how many seconds it gives
    open requests when it is asked to end, an option None for as long as they take. `root_path`: what it takes to stand in
    front of every path.
    """

    trusted: Value[str] = UNKNOWN
    patience: Value[float | None] = UNKNOWN
    root_path: Value[str] = UNKNOWN


class Guard(NamedTuple):
    """What checks the callers of a server: the dotted name of its class, the call that makes it and its arguments.

    `closed`: whether these are all, and whether the class is the library's own.
    """

    provider: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    closed: bool = False

    def given(self, name: str) -> Argument | None:
        """The argument of this name."""
        return next((each for each in self.arguments if each.name == name), None)


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


class LogLevel(NamedTuple):
    """A log level that the program hands to `logging`, and the call that takes it.

    `looked_up`: it was the name of an attribute of `logging` on its way.
    """

    value: Value[str]
    span: Span
    looked_up: bool = False


class Import(NamedTuple):
    """An import of an SDK that the program makes; `guarded` where a failure is caught."""

    dotted: str
    span: Span
    guarded: bool = False


class Spread(NamedTuple):
    """How the requests for one server are spread over several processes.

    `kind`: `workers` of one container, `replicas` of one service, or `members` of one upstream. `affinity`: `none`,
    `works` (a client's requests reach one process), `cookie`, `session-header` or `token`; unknown where not all of
    what stands in front is read.
    """

    kind: str
    processes: Value[int]
    affinity: Value[str]
    notes: tuple[Note, ...] = ()


class Server(NamedTuple):
    """An MCP server as its container starts it: what it will speak, where, and how.

    Alternatives that the files leave open are joined value by value. A setting without meaning for every way in which it
    may start (the host of a stdio server) has no options: `Value(())`.
    `span`: the call that starts it; `made`: the call that makes the server object.
    `kind`: `FastMCP`, `MCPServer` or `Server` (low level). `runner`: what serves it: `sdk` (its own `run`), `uvicorn`, …, or
    what serves it over HTTP while it speaks stdio: `mcpo`, `mcp-proxy`, `supergateway`.
    `host`: where it listens; `declared_host`: the host that the SDK was told, which arms its Host check.
    `host_check`: whether requests with a foreign `Host` are refused; `allowed_hosts`: which are not.
    `path`: of the MCP endpoint, prefixes included; `message_path`: where SSE clients post.
    `lifespan`: whether the session manager of a streamable HTTP application runs.
    `endpoints`: the other paths it answers; `endpoints_closed`: whether these are all.
    `printed`: writes to standard output before it serves, `printed_maybe`: on some condition; `prints`: in its tools.
    `back_channel`: requests to the client.
    `log_level`: what the SDK is told, `log_levels`: what the program sets itself, where nothing catches a failure.
    `reads`: the environment variables that its modules read. `certain`: it is started however open conditions turn out.
    `fallbacks`: the addresses on the machine itself that stand in for variables that are not set, by name.
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
    endpoints: tuple[Endpoint, ...] = ()
    endpoints_closed: bool = False
    back_channel: tuple[Note, ...] = ()
    spread: tuple[Spread, ...] = ()
    reads: frozenset[str] = frozenset()
    made: Span | None = None
    kind: str = ""
    runner: str = ""
    message_path: Value[str] = UNKNOWN
    declared_host: Value[str] = UNKNOWN
    host_check: Value[bool] = UNKNOWN
    allowed_origins: Value[tuple[str, ...]] = UNKNOWN
    lifespan: Value[bool] = UNKNOWN
    log_level: Value[str] = UNKNOWN
    log_levels: tuple[LogLevel, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    calls: tuple[SdkCall, ...] = ()
    imports: tuple[Import, ...] = ()
    printed: tuple[Note, ...] = ()
    printed_maybe: tuple[Note, ...] = ()
    prints: tuple[Note, ...] = ()
    cors: tuple[Cors, ...] = ()
    compressed: tuple[Note, ...] = ()
    certain: bool = True
    fallbacks: tuple[tuple[str, Value[str]], ...] = ()
    auth: Value[Guard | None] = UNKNOWN
    gates: tuple[Note, ...] = ()
    asgi: Asgi = Asgi()
    absolute: tuple[Note, ...] = ()
    stores: tuple[Store, ...] = ()
    longest_call: Value[float] = UNKNOWN
    fronted: Value[bool] = UNKNOWN
    authenticated: Value[bool] = UNKNOWN
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)

    @property
    def paths(self) -> tuple[str, ...] | None:
        """Every path that the program answers, or None where the files do not tell them all."""
        if self.path.options is None or not self.endpoints_closed:
            return None
        if self.transport.may(lambda kind: kind == "sse") and self.message_path.options is None:
            return None
        return (*self.path.options, *(self.message_path.options or ()), *(point.path for point in self.endpoints))

    def refuses(self, path: str) -> bool:
        """Whether the program certainly answers nothing at a path; the last slash does not count."""
        if self.paths is None or self._logs_in(path):
            return False
        return path.rstrip("/") not in {known.rstrip("/") for known in self.paths}

    def refuses_below(self, path: str) -> bool:
        """Whether the program certainly answers nothing at a path or below it."""
        if self.paths is None or self._logs_in(path):
            return False
        return not any(known.startswith(path.rstrip("/")) for known in self.paths)

    def _logs_in(self, path: str) -> bool:
        """Whether a path may be one that an OAuth provider answers; which ones these are depends on the provider."""
        return path.startswith(LOGIN) and self.auth.may(lambda guard: guard is not None)


class Member(NamedTuple):
    """One `server` of an upstream: host, port and whether requests normally reach it (not `backup` or `down`)."""

    host: str
    port: int
    active: bool
    span: Span


class Setting(NamedTuple):
    """One directive as it takes effect: its arguments, all of it, each argument, and whether an outer block has it."""

    args: tuple[str, ...]
    span: Span
    words: tuple[Span, ...] = ()
    inherited: bool = False

    def without(self, number: int) -> tuple[Edit, ...]:
        """The edits that take one of several arguments away; none where quotes stand around it."""
        word = self.words[number]
        start = word.start
        while start and word.source.text[start - 1] in " \t":
            start -= 1
        return (Edit(word._replace(start=start), ""),) if len(self.words) > 1 and start < word.start else ()

    @property
    def line(self) -> Span:
        """The whole line where nothing else stands on it, so that taking it away leaves no hole; else the directive."""
        text, start, end = self.span.source.text, self.span.start, self.span.end
        while start and text[start - 1] in " \t":
            start -= 1
        if start and text[start - 1] not in "\r\n":
            return self.span
        while end < len(text) and text[end] in " \t":
            end += 1
        if text[end : end + 2] == "\r\n":
            return Span(self.span.source, start, end + 2)
        return Span(self.span.source, start, end + 1) if text[end : end + 1] in ("\r", "\n") else self.span


class Route(NamedTuple):
    """What a proxy does with the requests of one location: nginx server, location, proxy_pass and upstream.

    `proxy` is the program's name (`nginx`, `ingress-nginx`, …); what other programs are told is put in nginx's terms.
    `location` is the match as it is spelled (`/mcp`, `= /mcp`, `~ ^/mcp`, `@name`), `target` the URL that `proxy_pass`
    comes to, `path` what the upstream is asked for when a client asks for the location's own path. `balancing` is the
    directive that picks the member (`ip_hash`, `hash $remote_addr`, `sticky cookie srv`, …) or `round-robin`.
    `settings`: every directive in effect, by name, inherited as nginx does. `closed`: whether the files show all of
    them; where not, a directive that is missing may yet be there. `inside`: where a further directive would stand.
    `endpoint`: the path under which clients reach the server's MCP endpoint through this location; an option None where
    they do not. `ping`: seconds between bytes on an idle event stream of the server, an option None where nothing
    comes. `opts_out`: whether its streams carry `X-Accel-Buffering: no`. `secured`: where TLS is set
    up for the same name, while clients reach the endpoint without it too.
    `messages`: whether posts reach an SSE server on the path that it names; `metadata`: whether the paths on which clients
    look for OAuth metadata lead to anything.
    """

    id: str
    span: Span
    proxy: str
    version: Value[str]
    listen: Value[tuple[str, ...]]
    server_names: Value[tuple[str, ...]]
    location: Value[str]
    target: Value[str]
    balancing: Value[str]
    members: tuple[Member, ...]
    buffering: Value[bool]
    read_timeout: Value[float]
    http_version: Value[str]
    settings: Mapping[str, tuple[Setting, ...]]
    path: Value[str]
    server: Server | None = None
    links: tuple[Link, ...] = ()
    closed: bool = True
    inside: Slot | None = None
    upstream: str | None = None
    tls: Value[bool] = UNKNOWN
    endpoint: Value[str | None] = UNKNOWN
    ping: Value[float | None] = UNKNOWN
    opts_out: Value[bool] = UNKNOWN
    secured: Span | None = None
    messages: Value[bool] = UNKNOWN
    metadata: Value[bool] = UNKNOWN

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)

    def duration(self, seconds: int) -> str:
        """A time as this proxy's configuration spells it; an Ingress counts seconds without a unit."""
        return str(seconds) if self.proxy == "ingress-nginx" else f"{seconds}s"

    @property
    def carried(self) -> Server | None:
        """The server that speaks MCP over HTTP through this location, if the location surely carries its endpoint."""
        if self.server is None or self.server.transport.may(lambda transport: transport == "stdio"):
            return None
        return self.server if self.endpoint.must(lambda path: path is not None) else None


class DeadEnd(NamedTuple):
    """A server that a proxy is told to pass requests on to and that is not there.

    `kind`: `name` (nothing has it), `network` (its container is on no network of the proxy's) or `port` (nothing listens
    there). `server`: the one that can be meant. `slot`: the host, with the port where that is spelled.
    """

    id: str
    span: Span
    kind: str
    host: str
    port: int
    server: Server | None = None
    notes: tuple[Note, ...] = ()
    slot: Slot | None = None


class Remote(NamedTuple):
    """A URL that `server.json` publishes, and the route and server that answer it.

    `asked`: the path that the server is asked for when a client calls the URL; an option None where no route leads on.
    """

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    route: Route | None = None
    server: Server | None = None
    asked: Value[str | None] = UNKNOWN
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Package(NamedTuple):
    """A package that `server.json` publishes, and the server that it starts."""

    id: str
    span: Span
    registry: Value[str]
    identifier: Value[str]
    version: Value[str]
    type: Value[str]
    url: Value[str]
    server: Server | None = None
    links: tuple[Link, ...] = ()
    node: "MappingNode | None" = None

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class ClientConfig(NamedTuple):
    """One server entry of a client's configuration file (`.mcp.json`, `.vscode/mcp.json`, …); `asked`: see Remote.

    `wrapper`: the key that the entries of the file stand under, told with the first of them.
    """

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    command: Value[tuple[str, ...]]
    route: Route | None = None
    server: Server | None = None
    asked: Value[str | None] = UNKNOWN
    wrapper: Value[str] = UNKNOWN
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Loose(NamedTuple):
    """A fact that nothing linked to, and why: shown, never judged."""

    id: str
    span: Span
    why: str
    notes: tuple[Note, ...] = ()


class Deployment(NamedTuple):
    """All parts of one project."""

    containers: tuple[Container, ...] = ()
    servers: tuple[Server, ...] = ()
    routes: tuple[Route, ...] = ()
    remotes: tuple[Remote, ...] = ()
    packages: tuple[Package, ...] = ()
    clients: tuple[ClientConfig, ...] = ()
    manifests: "tuple[Manifest, ...]" = ()
    dead_ends: tuple[DeadEnd, ...] = ()
    loose: tuple[Loose, ...] = ()

    @property
    def assumed(self) -> bool:
        return False

    def routes_to(self, server: Server) -> tuple[Route, ...]:
        """The routes through which clients reach a server."""
        return tuple(route for route in self.routes if route.server and route.server.id == server.id)


class Distribution(NamedTuple):
    """A package that the project builds, as its own metadata say it.

    `registry`: where it is published (`pypi`, `npm`). `readme`: the text that is shown there, an option None where the
    metadata name none. `commands`: the programs that it installs, with what each starts. `mcp_name`: npm's `mcpName`.
    """

    registry: str
    span: Span
    name: Value[str]
    version: Value[str] = UNKNOWN
    readme: Value[Source | None] = UNKNOWN
    commands: Value[Mapping[str, str]] = UNKNOWN
    mcp_name: Value[str | None] = UNKNOWN


class GitRemote(NamedTuple):
    """Where the project's repository is pushed to: host, owner and name as they are spelled there."""

    host: str
    owner: str
    name: str


class Labelled(NamedTuple):
    """The image that a Dockerfile makes, as far as its labels go: where its last stage begins, and where it ends."""

    dockerfile: str
    span: Span
    end: Span
    labels: Mapping[str, Value[str]]


class Project(NamedTuple):
    """What the project around a `server.json` says of the things that it publishes.

    `workflows`: the GitHub workflows that publish to the registry, as they are written. `recipes`: the files that build
    images besides Dockerfiles. `readmes`: files that look like one, shipped or not.
    `paths`: the files of the project; empty where they are not known.
    """

    distributions: tuple[Distribution, ...] = ()
    remote: GitRemote | None = None
    images: tuple[Labelled, ...] = ()
    workflows: "tuple[Node, ...]" = ()
    recipes: tuple[Source, ...] = ()
    readmes: tuple[Source, ...] = ()
    paths: frozenset[str] = frozenset()


class Manifest(NamedTuple):
    """A `server.json` of the registry: the document with a span for every key and value, and the project around it."""

    id: str
    span: Span
    document: "ServerJson"
    project: Project = Project()
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return False
