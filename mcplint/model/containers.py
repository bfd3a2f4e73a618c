"""What runs: containers with their environment, command, ports and what they were built with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model.links import ASSUMED, Link
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value


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
    slot: EditSite | None = None
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
    called: tuple[Label, ...] = ()


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
    privileges: tuple[Label, ...] = ()
    shared_network: Value[bool] = Value((False,))
    stdin_open: Value[bool] = UNKNOWN
    platform: str | None = None
    container_name: Value[str | None] = Value((None,))
    grace_period: Value[float] = UNKNOWN
    env_notes: tuple[Label, ...] = ()
    swarm: tuple[Label, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    volumes: tuple[Volume, ...] = ()
    servers: tuple[str, ...] = ()
    missing: Label | None = None
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
