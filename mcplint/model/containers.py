"""What runs: containers with their environment, command, ports and what they were built with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mcplint.knowledge.proxies import TRAEFIK, is_port_label
from mcplint.knowledge.secrets import ACCESS
from mcplint.model.container_config import (
    Argv,
    Dependency,
    HiddenByMount,
    Mount,
    NamedFile,
    PlatformProbe,
    Port,
    Prerequisite,
    Probe,
    Refusal,
    Sibling,
    UnusedVariable,
    Unwritable,
)
from mcplint.model.health import HealthCheck
from mcplint.model.insertion import VariableSite, more_words, starting
from mcplint.model.installs import Build, Install, NodeInstall
from mcplint.model.lacks import Account, Lack, LackKind, StartScript, Sync
from mcplint.model.links import ASSUMED, Link
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value, join

SET_BY_PLATFORMS = ("FLY_", "K_", "KUBERNETES_", "RAILWAY_", "RENDER_")
"""How names begin that hosting platforms set by themselves."""
SET_BY_ENGINES = ("HOME", "HOSTNAME", "PATH")


_OF_SDKS, _ADDRESSES = (
    ("FASTMCP_", "UVICORN_", "WEB_CONCURRENCY"),
    ("FASTMCP_HOST", "FASTMCP_PORT", "FASTMCP_TRANSPORT"),
)
"""Names that SDKs and servers read by themselves; a file that is not known is taken to set only the latter of them."""
MOST_CONTAINERS = 1_200
"""How many of them are followed in a run."""


class Container(NamedTuple):
    """What runs: a compose service, a container of Kubernetes or a service of a platform, over its image; or an image
    alone.

    `service`: its name on the platform, None for an image alone. `span`: where it is defined. `dockerfile`: the file
    that its image is built from. `platform`: what runs it (`compose`, `kubernetes`, `fly`, …), None for an image alone.
    `image`: the image that is run, or the one that it is built from; `reference`: the name that the platform is told.
    `names`: every name by which its siblings on `networks` reach it; `hosts`: names that only this one can resolve.
    `env`: the variables that are set, an option None means removed; `env_closed`: no other is; `env_notes`: why more
    may be. `defaults`: whether a program's own default holds for a name that no file sets, though whoever starts it may
    set it; `examples`: what files such as `.env.example` would have them set. `env_files`: the files that it takes
    variables from; `hidden`: one that has to be there is not in the project. `profiles`: those of compose without which
    it is not started, none: it always is.
    `entrypoint` and `arguments`: what the platform puts in place of ENTRYPOINT and CMD; `argv`: what is run,
    `commands`: that and what it comes down to, each started by the one before: by a shell, a script or a wrapper.
    `probe`: the HEALTHCHECK that counts, `probe_disabled`: where it is switched off; `probes`: those of the platform;
    `checks`: what all of these ask for.
    `ports`: published ones; `host_ip` is the text as written where it is not known, None for all interfaces.
    `network_mode`: `host`, `none`, `bridge`, `service:NAME`, …; an option None where nothing is said.
    `guests`: where other services say, or may say, that they use its network.
    `user`: as written (`app`, `10001:10001`). `workdir`: the folder that it starts in. `replicas`: how many there are.
    `restart`: the policy as its platform spells it (`always`, `on-failure`). `memory`: the limit as written (`512m`,
    `1Gi`). Of both an option None means that no file says one. `tty`, `stdin_open`: whether it has a terminal, and an
    input that stays open. `read_only`: whether it may write to volumes alone.
    `grace_period`: seconds between SIGTERM and SIGKILL. `init`: another process is number 1, and hands signals on.
    `privileges`: what gives it power over its host.
    `affinity`: what keeps a client with one replica, as `Spread.affinity` says it.
    `forwards`: ports under its names that lead to others (a Kubernetes Service). `inner_ports`: by a port of the host
    those inside that commands of the project lead it to when they run the image. `injected`: the variables that
    Services beside it give it, an address each; `service_links`: where it would say that it wants none. `web`: what
    makes it a web service to its platform, which expects it to listen and lets everybody in. `stopped`: where its
    platform stops it while nobody asks. `swarm`: settings that only Docker Swarm obeys. `outside`: it is on a network
    that others have made. `folder`: the folder of the project that is run as it is, where no image is built or named.
    `prerequisites`: what it waits for; `awaited`: what waits for it, each under its own name.
    `unread`: what may say otherwise and cannot be read. `covered`: what of its image its mounts hide. `unwritable`: the
    volumes that its user cannot write to. `refused`: the argument that its program refuses. `missing`: what its command
    starts and the project provably lacks, where an SDK is installed to serve with. `needs_root`: what may fail as
    another user than root, which it may be, as far as the files tell.
    `new_variable`: where one more variable would be set for it. `account`: the user that its image makes, and may not
    change to. `accounts`: all that it makes, by name. `outlets`: files and folders of its image that lead to the output
    of the container, or that outlive it. `non_root`: where Kubernetes is told to start it as no root only.
    `lacks`: what its build and its program need and do not find. `script`: the one that it starts, `sync`: what uv
    does at its start, if any.
    `reload`: how a program of it has itself started anew at changes, and what comes of that.
    `notified`: that systemd waits to be told that it is up. `unused`: the variables that nothing reads.
    `rendered`: whether the project fills in what the name of its image leaves.
    """

    span: Span
    service: str | None = None
    dockerfile: str | None = None
    platform: str | None = None
    image: Value[Any] = Value((None,))
    reference: Value[str | None] = Value((None,))
    build: Build | None = None
    installs: tuple[Install, ...] = ()
    node_installs: tuple[NodeInstall, ...] = ()
    env: Mapping[str, Value[Any]] = {}
    env_closed: bool = True
    env_notes: tuple[Label, ...] = ()
    defaults: bool = False
    examples: Mapping[str, Value[str]] = {}
    env_files: tuple[NamedFile, ...] = ()
    hidden: bool = False
    profiles: frozenset[str] = frozenset()
    entrypoint: Argv | None = None
    arguments: Argv | None = None
    argv: Argv | None = None
    commands: tuple[Argv, ...] = ()
    user: Value[str] = UNKNOWN
    workdir: Value[str] = UNKNOWN
    folder: str | None = None
    ports: tuple[Port, ...] = ()
    expose: tuple[Port, ...] = ()
    forwards: tuple[Port, ...] = ()
    inner_ports: Mapping[int, frozenset[int]] = {}
    injected: Mapping[str, Value[str]] = {}
    service_links: EditSite | None = None
    web: tuple[Label, ...] = ()
    probe: Probe | None = None
    probe_disabled: Label | None = None
    probes: tuple[PlatformProbe, ...] = ()
    checks: tuple[HealthCheck, ...] = ()
    replicas: Value[int] = UNKNOWN
    networks: frozenset[str] = frozenset()
    network_mode: Value[str | None] = Value((None,))
    guests: tuple[Label, ...] = ()
    outside: bool = False
    names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    container_name: Value[str | None] = Value((None,))
    labels: Mapping[str, Value[str]] = {}
    depends_on: tuple[Dependency, ...] = ()
    mounts: tuple[Mount, ...] = ()
    privileges: tuple[Label, ...] = ()
    restart: Value[str | None] = Value((None,))
    grace_period: Value[float] = UNKNOWN
    memory: Value[str | None] = Value((None,))
    tty: Value[bool] = UNKNOWN
    stdin_open: Value[bool] = UNKNOWN
    init: Value[bool] = UNKNOWN
    read_only: Value[bool] = UNKNOWN
    affinity: Value[str] = UNKNOWN
    stopped: tuple[Label, ...] = ()
    swarm: tuple[Label, ...] = ()
    unread: tuple[Label, ...] = ()
    covered: tuple[HiddenByMount, ...] = ()
    unwritable: tuple[Unwritable, ...] = ()
    unused: tuple[UnusedVariable, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    awaited: tuple[Prerequisite, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    servers: tuple[str, ...] = ()
    missing: Lack | None = None
    refused: Refusal | None = None
    needs_root: Label | None = None
    new_variable: VariableSite | None = None
    account: str = ""
    accounts: Mapping[str, Account] = {}
    outlets: tuple[str, ...] = ()
    non_root: Label | None = None
    lacks: tuple[Lack, ...] = ()
    script: StartScript | None = None
    sync: Sync | None = None
    reload: tuple[Value[bool], str] | None = None
    notified: Value[str] = UNKNOWN
    rendered: bool = False
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        return self.dockerfile or "" if self.service is None else f"{self.span.source.path}:{self.service}"

    @property
    def obeys_healthcheck(self) -> bool:
        """Whether what runs it is Docker: no platform starts the HEALTHCHECK of an image."""
        return self.platform in (None, "compose")

    def lacking(self, kind: LackKind) -> Iterator[Lack]:
        """What a step of its build, or its start, needs and does not find, of one kind of `Lack`."""
        return (lack for lack in self.lacks if lack.kind == kind)

    @property
    def ports_published_once(self) -> frozenset[Port]:
        """Its ports of which no other has the same number on the host, which Docker may give to one of them only."""
        ports = {
            port: (port.protocol, port.published.options if port.published is not None else None) for port in self.ports
        }
        counted = Counter(ports.values())
        return frozenset(port for port, number in ports.items() if port.published is None or counted[number] == 1)

    @property
    def title(self) -> str:
        """What a message calls it: container `notes` or unit `notes.service`, without a service by its Dockerfile."""
        if self.service:
            return f"{'unit' if self.platform == 'systemd' else 'container'} `{self.service[:60]}`"
        return f"the image built from {self.dockerfile}" if self.dockerfile else "the image of this service"

    @property
    def proxied(self) -> tuple[Label, ...]:
        """Where its labels tell a proxy to which port requests are sent."""
        found = (value.span for name, value in self.labels.items() if is_port_label(name))
        return tuple(Label(span, f"{TRAEFIK} sends requests to this port") for span in found if span)

    @property
    def unprivileged(self) -> str:
        """The user that it runs as, by name or number, where that certainly is not root; else empty."""
        user = (self.user.only or "").partition(":")[0]
        return "" if user in ("root", "0") else user

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)

    @property
    def command(self) -> Value[tuple[str, ...]]:
        """The words of what is started."""
        if self.unread or self.argv is None:
            return Value(None, self.unread)
        argv_value = self.argv.value
        return argv_value if argv_value.trace else argv_value._replace(trace=(Label(self.argv.span, "starts it"),))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of all commands that its start comes down to, as far as they are known."""
        return tuple(str(word.only) for each in self.commands for word in each.words or () if word.only is not None)

    def write(self, value: Value[Any], text: str) -> tuple[Edit, ...]:
        """The edits that set a setting of what it starts: a default that others share is replaced for it alone.

        Its image gets the variable, or its command the option; none where neither can be.
        """
        site = value.site
        if site is None or not (site.option or site.variable):
            return value.write(text)
        if site.variable and self.new_variable:
            return self.new_variable.write(site.variable, text)
        words = self.argv.words if self.argv and site.option else None
        added = (f"{site.option}{text}",) if site.option.endswith("=") else (site.option, text)
        return more_words(starting(words), added) if words else ()

    def is_called(self, host: str) -> bool:
        """Whether its siblings reach it by a name; compose calls the first of several alike `PROJECT-SERVICE-1`."""
        if host in self.names or self.platform != "compose" or self.container_name.may_not_be(None):
            return host in self.names
        front = host.rstrip("0123456789")
        return front != host and front.endswith((f"-{self.service}-", f"_{self.service}_"))

    @property
    def on_machine(self) -> bool:
        """Whether it is a program that a machine runs by itself, without a container."""
        return self.platform in ("systemd", "supervisord")

    @property
    def cmd(self) -> Span:
        """The span that says what is started."""
        return self.command.span or self.span

    @property
    def shared_network(self) -> Value[bool]:
        """Whether it uses the network of its host or of another container."""
        mode = self.network_mode
        if mode.options is None:
            return Value(None, mode.trace)
        shared = {name == "host" or str(name).startswith(("service:", "container:")) for name in mode.options}
        return Value(tuple(sorted(shared)), mode.trace)

    @property
    def shares_loopback(self) -> bool:
        """Whether others may listen or ask on its loopback interface: they use its network, or it uses theirs."""
        return bool(self.guests) or self.shared_network.may(bool)

    @property
    def volumes(self) -> tuple[Mount, ...]:
        """What it can write to and outlives it."""
        kept = (mount for mount in self.mounts if not mount.read_only)
        return tuple(mount for mount in kept if mount.kind not in ("tmpfs", "config", "secret"))

    def may_hide(self, path: str) -> bool:
        """Whether something may be mounted over a path of the image, or over a folder that it lies in."""
        targets = (mount.target.only for mount in self.mounts)
        return any(target is None or f"{path}/".startswith(f"{target.rstrip('/')}/") for target in targets)

    def variable(self, name: str) -> Value[str | None]:
        """What the environment says of a name: known to be absent only where every layer of it is read."""
        if name in self.env:
            return self.env[name]
        return Value((None,)) if self.env_closed else Value(None, self.env_notes)

    def program_variable(self, name: str) -> Value[str | None]:
        """What a program is given for a name: nothing where no file sets it, or what an example has for it.

        Where whoever starts it may set the name after all, the trace says so; what decides who may call is set there,
        and not in a file, so that its default is not known to hold.
        """
        if name in self.env or not self.defaults or self.unread:
            return self.variable(name)
        if self.hidden and (name in _ADDRESSES or not name.startswith(_OF_SDKS)):
            return Value(None, self.env_notes)
        if name in SET_BY_ENGINES or name.startswith(SET_BY_PLATFORMS):
            return UNKNOWN
        if self.env_notes and ACCESS.search(name):
            return Value(None, self.env_notes[:1])
        absent: Value[str | None] = Value((None,), self.env_notes[:1])
        return join((absent, self.examples[name])) if name in self.examples else absent
