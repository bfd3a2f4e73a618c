"""The parts of a deployment, from what clients are told to what runs: remote, route, server, container.

Every part knows its own span and how it was linked. A setting is a `Value`: rules ask it with `must` and `may`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from mcplint.core import UNKNOWN, Note, Span, Value

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
    `names`: requirements that stand in the command itself.
    """

    tool: str
    argv: tuple[str, ...]
    locked: Value[bool]
    lock: str | None
    requirements: tuple[str, ...]
    names: tuple[tuple[str, Span], ...]
    span: Span


class Container(NamedTuple):
    """What runs: the final (or chosen) stage of a Dockerfile, alone or under a compose service."""

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
    servers: tuple[str, ...] = ()
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
        return Value((None,)) if self.env_closed else UNKNOWN


class Sdk(NamedTuple):
    """The package that makes the server (`mcp`, `fastmcp`, or None where it cannot be told) and its version.

    `version` has one option where a lock decides it or the newest release is taken; `exact` tells which.
    `prefixes`: the prefixes of the environment variables that this release obeys, None where that is not known.
    `sessionless`: it serves clients of the protocol revision 2026-07-28 without a session.
    """

    package: str | None
    version: Value[str]
    exact: bool = False
    prefixes: tuple[str, ...] | None = None
    sessionless: bool = False

    @property
    def title(self) -> str:
        """The package with its version, as people write it: `mcp 1.27.1`."""
        return " ".join(filter(None, (self.package or "the SDK", self.version.only)))

    @property
    def known(self) -> bool:
        """Whether package and version are told by the files; rules speak milder where not."""
        return self.package is not None and self.version.options is not None


class Endpoint(NamedTuple):
    """A path that the program answers besides the MCP endpoint, such as a health route."""

    path: str
    methods: tuple[str, ...]
    span: Span


class Spread(NamedTuple):
    """How the requests for one server are spread over several processes.

    `kind`: `workers` of one container, `replicas` of one service, or `members` of one upstream. `affinity`: `none`,
    `works` (a client's requests reach one process), `cookie`, `session-header` or `token`; unknown where not all of
    what stands in front is read.
    """

    kind: str
    count: Value[int]
    affinity: Value[str]
    notes: tuple[Note, ...] = ()


class Server(NamedTuple):
    """An MCP server object as its container starts it: what it will speak, where, and how."""

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
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Member(NamedTuple):
    """One `server` of an upstream: host, port and whether requests normally reach it (not `backup` or `down`)."""

    host: str
    port: int
    active: bool
    span: Span


class Route(NamedTuple):
    """What a proxy does with the requests of one location: nginx server, location, proxy_pass and upstream."""

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
    settings: Mapping[str, tuple[tuple[tuple[str, ...], Span], ...]]
    path: Value[str]
    server: Server | None = None
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Remote(NamedTuple):
    """A URL that `server.json` publishes, and the route and server that answer it."""

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    route: Route | None = None
    server: Server | None = None
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

    @property
    def assumed(self) -> bool:
        return False


class ClientConfig(NamedTuple):
    """One server entry of a client's configuration file (`.mcp.json`, `.vscode/mcp.json`, …)."""

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    command: Value[tuple[str, ...]]
    route: Route | None = None
    server: Server | None = None
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Loose(NamedTuple):
    """A fact that nothing linked to, and why: shown, never judged."""

    id: str
    span: Span
    why: str


class Deployment(NamedTuple):
    """All parts of one project."""

    containers: tuple[Container, ...] = ()
    servers: tuple[Server, ...] = ()
    routes: tuple[Route, ...] = ()
    remotes: tuple[Remote, ...] = ()
    packages: tuple[Package, ...] = ()
    clients: tuple[ClientConfig, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    loose: tuple[Loose, ...] = ()

    @property
    def assumed(self) -> bool:
        return False

    def routes_to(self, server: Server) -> tuple[Route, ...]:
        """The routes through which clients reach a server."""
        return tuple(route for route in self.routes if route.server and route.server.id == server.id)


class Manifest(NamedTuple):
    """A `server.json` of the registry: the document with a span for every key and value, and the project around it."""

    id: str
    span: Span
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return False
