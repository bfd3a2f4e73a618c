"""What a platform is told to run, resolved over all files that say something of it: a compose service, a pod, an app.

`None` in place of a fact means that nothing is said of it, so what the image says holds; a `Value` of no options means
that something is said which the files cannot tell. Paths are relative to the project's root, with `/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.commands.argv import Argv
from mcplint.model import Port, Probe
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

ABSENT: Value[str | None] = Value((None,))
"""Known to be said nowhere."""


class Build(NamedTuple):
    """How the image is built.

    `context`: the folder, `.` for the root; unknown where it is a URL or lies outside the project.
    `dockerfile`: the file's path in the project; `inline`: its text where it stands in the compose file itself.
    `target`: the stage, an option None for the last one. `args` without a value come from the host: unknown.
    """

    span: Span
    context: Value[str]
    dockerfile: Value[str]
    inline: Value[str] | None = None
    target: Value[str | None] = Value((None,))
    args: Mapping[str, Value[str]] = {}


class Dependency(NamedTuple):
    """A service that is started before this one; `condition`: `service_started`, `service_healthy`, …"""

    name: str
    condition: Value[str]
    required: bool
    span: Span


class Mount(NamedTuple):
    """A file, folder or volume put into the container.

    `kind`: `bind`, `volume`, `tmpfs`, `config`, `secret`, … `path`: the file or folder of the project that is mounted,
    None where it is none of the project's; `source`: as it is written; `text`: contents that stand in the file itself.
    """

    kind: str
    source: Value[str | None]
    target: Value[str]
    read_only: bool
    span: Span
    path: str | None = None
    text: Value[str] | None = None


class Health(NamedTuple):
    """A probe of a platform besides the image's own: what it asks and how patiently.

    `kind`: `liveness`, `readiness`, `startup`, `check`. `path` and `port` are those of an HTTP probe.
    """

    kind: str
    span: Span
    path: Value[str] | None = None
    port: Value[int] | None = None
    command: Value[tuple[str, ...]] | None = None
    timeout: Value[float] = UNKNOWN


class Service(NamedTuple):
    """One thing that a platform runs.

    `span`: its name where it is defined. `files`: paths of the files that say something of it, in the order they count.
    `names`: every name by which its siblings on `networks` reach it. `hosts`: names that only this one can resolve.
    `env`: what the platform sets, over what the image sets; an option None means the variable is removed or absent.
    `env_closed`: nothing else is set by the platform (False: an unread `env_file`, a secret, …).
    `entrypoint` and `command`: see `Argv`; where an entrypoint is given the image's CMD no longer counts.
    `probe`: replaces the image's HEALTHCHECK; `probe_disabled`: where it is switched off.
    `ports`: published ones; `host_ip` is the text as written where it is not known, None for all interfaces.
    `network_mode`: `host`, `none`, `bridge`, `service:NAME`, …; an option None where nothing is said.
    `grace_period`: seconds between SIGTERM and SIGKILL. `privileges`: what gives the container power over its host.
    `affinity`: notes on what pins a client to one replica (`sessionAffinity`, sticky cookies); `affinity_kind`: as
    `Spread.affinity` says it. `idle_timeout`: seconds of silence the platform's proxy bears; `request_timeout`: seconds
    after which it cuts a request, however busy. `forwards`: ports under its names that lead to others (a Kubernetes
    Service). `swarm`: settings that only Docker Swarm obeys. `outside`: it is on a network
    that others have made. `folder`: the folder of the project that is run as it is, where no image is built or named.
    `unread`: what it extends and cannot be read.
    """

    name: str
    span: Span
    platform: str = "compose"
    files: tuple[str, ...] = ()
    image: Value[str | None] = Value((None,))
    build: Build | None = None
    env: Mapping[str, Value[str | None]] = {}
    env_closed: bool = True
    env_notes: tuple[Label, ...] = ()
    entrypoint: Argv | None = None
    command: Argv | None = None
    user: Value[str] | None = None
    working_dir: Value[str] | None = None
    ports: tuple[Port, ...] = ()
    expose: tuple[Port, ...] = ()
    probe: Probe | None = None
    probe_disabled: Label | None = None
    health: tuple[Health, ...] = ()
    replicas: Value[int] = UNKNOWN
    networks: frozenset[str] = frozenset()
    network_mode: Value[str | None] = Value((None,))
    names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    container_name: Value[str | None] = Value((None,))
    depends_on: tuple[Dependency, ...] = ()
    mounts: tuple[Mount, ...] = ()
    privileges: tuple[Label, ...] = ()
    profiles: tuple[str, ...] = ()
    labels: Mapping[str, Value[str]] = {}
    restart: Value[str | None] = Value((None,))
    stop_signal: Value[str | None] = Value((None,))
    grace_period: Value[float] = UNKNOWN
    memory: Value[str | None] = Value((None,))
    init: Value[bool] = UNKNOWN
    tty: Value[bool] = UNKNOWN
    stdin_open: Value[bool] = UNKNOWN
    read_only: Value[bool] = UNKNOWN
    affinity_kind: Value[str] = UNKNOWN
    affinity: tuple[Label, ...] = ()
    idle_timeout: Value[float] = UNKNOWN
    request_timeout: Value[float] = UNKNOWN
    forwards: tuple[Port, ...] = ()
    swarm: tuple[Label, ...] = ()
    outside: bool = False
    folder: str | None = None
    unread: tuple[Label, ...] = ()

    def variable(self, name: str) -> Value[str | None]:
        """What the platform says of a variable: known to be absent only where every layer of it is read."""
        if name in self.env:
            return self.env[name]
        return Value((None,)) if self.env_closed else Value(None, self.env_notes)


class ComposeProject(NamedTuple):
    """Compose files that are run together, as `docker compose up` (or `-f a -f b`) would merge them.

    `files`: in the order in which they count, base first, then includes. `directory`: relative paths start there.
    `default`: it is what `docker compose up` runs in that folder; others need `-f`.
    `notes`: what could not be followed: missing or outside files, cycles, settings compose would refuse.
    """

    name: Value[str | None]
    files: tuple[str, ...]
    directory: str
    services: tuple[Service, ...]
    default: bool = True
    notes: tuple[Label, ...] = ()

    def service(self, name: str) -> Service | None:
        """The service of this name."""
        return next((service for service in self.services if service.name == name), None)

    def siblings(self, service: Service) -> tuple[Service, ...]:
        """The services that share a network with this one, itself left out."""
        return tuple(s for s in self.services if s.name != service.name and s.networks & service.networks)
