"""What runs: containers with their environment, command, ports and what they were built with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mcplint.knowledge.proxies import TRAEFIK, is_port_label
from mcplint.model.builds import Account, Lack, LackKind, Packaged, StartScript, Sync
from mcplint.model.health import HealthCheck
from mcplint.model.insertion import VariableSite, more_words
from mcplint.model.links import ASSUMED, Link
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value, join


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
    `site`: where a flag can be put into it. `constraints`: the files that only limit what else asks for.
    `packaged`: the projects that it packages. `extras`, `groups`: those of the project that it installs, None for any.
    `instead`: what the build goes on with where it fails, None where the build fails.
    """

    tool: str
    argv: tuple[str, ...]
    locked: Value[bool]
    lock: str | None
    requirements: tuple[str, ...]
    names: tuple[tuple[str, Span], ...]
    span: Span
    site: EditSite | None = None
    constraints: tuple[str, ...] = ()
    packaged: tuple[Packaged, ...] = ()
    extras: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    instead: Label | None = None


class NodeInstall(NamedTuple):
    """One command of the image build that installs the packages of a project by npm, pnpm, yarn or bun.

    `tool`: `npm`, `pnpm`, `yarn`, `bun`; `command`: with its verb. `frozen`: whether it insists on a lock file. `lock`:
    that file in the project, where the image has it by then; `kept`: whether the project has one at all. `site`: its
    verb, where that can be rewritten. `folder`: where it runs in the image, `package`: the `package.json` there, a path
    of the project. `argv`: its words. `development`: whether it installs development packages too, `scripts`: whether
    it runs the scripts of the project.
    """

    tool: str
    command: str
    span: Span
    frozen: bool
    lock: str | None
    kept: bool = False
    site: EditSite | None = None
    folder: str | None = None
    package: str = ""
    argv: tuple[Value[str], ...] = ()
    development: Value[bool] = UNKNOWN
    scripts: bool = True


class Prerequisite(NamedTuple):
    """A service that is started before a container; `span`: where the container says so.

    `condition`: what is waited for (`service_started`, `service_healthy`, …). `probed`: whether it has a health check.
    `called`: why the container is known to connect to it. `failing`: its health check, where that never succeeds.
    """

    name: str
    condition: Value[str]
    probed: Value[bool]
    span: Span
    called: tuple[Label, ...] = ()
    failing: Label | None = None


class Sibling(NamedTuple):
    """A service that the containers on its networks, itself among them, reach by any of these names.

    `ports`: those that it is known to listen on, also under the number that they have on the host. `store`: the name of
    its image where that is a well-known database or the like, `console` where it is none. `shown`: the ports of a store
    or console which are published on every interface; `unguarded`: why it asks nobody for a password, empty where it
    does or may. `measures`: whether it shows metrics only.
    """

    name: str
    names: frozenset[str]
    ports: Mapping[int, int]
    span: Span
    store: str | None = None
    shown: tuple[Port, ...] = ()
    unguarded: str = ""
    console: str | None = None
    measures: bool = False


class Argv(NamedTuple):
    """A command as a platform hands it to the container: no shell, unless its first word is one.

    `words` is None where its number of words cannot be told; a word has a site where its own text spells it.
    No words at all: what the image says is emptied. `span` covers the command as it is written.
    """

    words: tuple[Value[str], ...] | None
    span: Span
    trace: tuple[Label, ...] = ()

    @property
    def value(self) -> Value[tuple[str, ...]]:
        """All words as one value, known where each of them is."""
        trace = self.trace + tuple(note for word in self.words or () for note in word.trace if note not in self.trace)
        if self.words is None or any(word.options is None or len(word.options) != 1 for word in self.words):
            return Value(None, trace)
        return Value((tuple(word.options[0] for word in self.words if word.options),), trace)


class Build(NamedTuple):
    """How an image is built.

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
    `undeclared`: whether it is a volume that has a name and that compose finds declared nowhere.
    """

    kind: str
    source: Value[str | None]
    target: Value[str]
    read_only: bool
    span: Span
    path: str | None = None
    text: Value[str] | None = None
    undeclared: bool = False


class NamedFile(NamedTuple):
    """A file that a service takes variables from: its path in the project (None: not known or outside), and whether it
    has to be there."""

    path: str | None
    required: bool
    span: Span


class HiddenByMount(NamedTuple):
    """Something of the image that a mount hides.

    `kind`: `kept` (a volume is filled with the code of the first image, and keeps it), `code` (it is gone) or
    `environment` (what the build has installed). `path`: a file of the project, or a folder of the image.
    """

    mount: Mount
    kind: str
    path: str


class Unwritable(NamedTuple):
    """A volume that the user of a container cannot write to.

    `used`: whether the program or its settings name its folder; `private`: whether that lies in root's home.
    """

    mount: Mount
    used: bool
    private: bool


class PlatformProbe(NamedTuple):
    """A probe that a platform makes by itself, besides the image's HEALTHCHECK.

    `kind`: `liveness`, `readiness`, `startup`, `check`. `path`, `port` and `scheme` are those of an HTTP probe,
    `timeout` is in seconds.
    """

    kind: str
    span: Span
    path: Value[str] | None = None
    port: Value[int] | None = None
    command: Value[tuple[str, ...]] | None = None
    timeout: Value[float] = UNKNOWN
    scheme: str = "http"


SET_BY_PLATFORMS = ("FLY_", "K_", "KUBERNETES_", "RAILWAY_", "RENDER_")
"""How names begin that hosting platforms set by themselves."""
SET_BY_ENGINES = ("HOME", "HOSTNAME", "PATH")


class Refusal(NamedTuple):
    """A word of a command line that ends the program: which program, where the word is given, where it is read."""

    program: str
    word: str
    span: Span
    read: Span


class Container(NamedTuple):
    """What runs: a compose service, a container of Kubernetes or a service of a platform, over its image; or an image
    alone.

    `service`: its name on the platform, None for an image alone. `span`: where it is defined. `dockerfile`: the file
    that its image is built from. `platform`: what runs it (`compose`, `kubernetes`, `fly`, …), None for an image alone.
    `image`: the image that is run, or the one that it is built from; `reference`: the name that the platform is told.
    `names`: every name by which its siblings on `networks` reach it; `hosts`: names that only this one can resolve.
    `env`: the variables that are set, an option None means removed; `env_closed`: no other is; `env_notes`: why more
    may be. `defaults`: whether a program's own default holds for a name that no file sets, though whoever starts it may
    set it; `examples`: what files such as `.env.example` would have them set. `env_files`: the files that
    it takes variables from. `profiles`: those of compose without which it is not started, none: it always is.
    `entrypoint` and `arguments`: what the platform puts in place of ENTRYPOINT and CMD; `argv`: what is run.
    `probe`: the HEALTHCHECK that counts, `probe_disabled`: where it is switched off; `probes`: those of the platform;
    `checks`: what all of these ask for.
    `ports`: published ones; `host_ip` is the text as written where it is not known, None for all interfaces.
    `network_mode`: `host`, `none`, `bridge`, `service:NAME`, …; an option None where nothing is said.
    `grace_period`: seconds between SIGTERM and SIGKILL. `init`: another process is number 1, and hands signals on.
    `privileges`: what gives it power over its host.
    `affinity`: what keeps a client with one replica, as `Spread.affinity` says it.
    `forwards`: ports under its names that lead to others (a Kubernetes Service). `injected`: the variables that
    Services beside it give it, an address each; `service_links`: where it would say that it wants none. `web`: what
    makes it a web service to its platform, which expects it to listen and lets everybody in. `stopped`: where its
    platform stops it while nobody asks. `swarm`: settings that only Docker Swarm obeys. `outside`: it is on a network
    that others have made. `folder`: the folder of the project that is run as it is, where no image is built or named.
    `unread`: what may say otherwise and cannot be read. `covered`: what of its image its mounts hide. `unwritable`: the
    volumes that its user cannot write to. `refused`: the argument that its program refuses. `missing`: what its command
    starts and the project provably lacks, where an SDK is installed to serve with. `needs_root`: what it does that may
    fail as another user, as far as the files tell.
    `new_variable`: where one more variable would be set for it. `account`: the user that its image makes, and may not
    change to. `accounts`: all that it makes, by name. `non_root`: where Kubernetes is told to start it as no root only.
    `lacks`: what its build and its program need and do not find. `script`: the one that it starts, `sync`: what uv
    does at its start, if any.
    `notified`: that systemd waits to be told that it is up.
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
    profiles: frozenset[str] = frozenset()
    entrypoint: Argv | None = None
    arguments: Argv | None = None
    argv: Argv | None = None
    user: Value[str] = UNKNOWN
    workdir: Value[str] = UNKNOWN
    folder: str | None = None
    ports: tuple[Port, ...] = ()
    expose: tuple[Port, ...] = ()
    forwards: tuple[Port, ...] = ()
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
    prerequisites: tuple[Prerequisite, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    servers: tuple[str, ...] = ()
    missing: Label | None = None
    refused: Refusal | None = None
    needs_root: tuple[Label, ...] = ()
    new_variable: VariableSite | None = None
    account: str = ""
    accounts: Mapping[str, Account] = {}
    non_root: Label | None = None
    lacks: tuple[Lack, ...] = ()
    script: StartScript | None = None
    sync: Sync | None = None
    notified: Value[str] = UNKNOWN
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        return self.dockerfile or "" if self.service is None else f"{self.span.source.path}:{self.service}"

    def lacking(self, kind: LackKind) -> Iterator[Lack]:
        """What a step of its build, or its start, needs and does not find, of one kind of `Lack`."""
        return (lack for lack in self.lacks if lack.kind == kind)

    @property
    def title(self) -> str:
        """What a message calls it: container `notes` or unit `notes.service`, without a service by its Dockerfile."""
        if self.service:
            return f"{'unit' if self.platform == 'systemd' else 'container'} `{self.service[:60]}`"
        return f"the image of {self.dockerfile or 'this service'}"

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
        said = self.argv.value
        return said if said.trace else said._replace(trace=(Label(self.argv.span, "starts it"),))

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
        return more_words(words, (site.option, text)) if words else ()

    @property
    def cmd(self) -> Span:
        """The place that says what is started."""
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

    def given(self, name: str) -> Value[str | None]:
        """What a program is given for a name: nothing where no file sets it, or what an example has for it.

        Where whoever starts it may set the name after all, the trace says so.
        """
        if name in self.env or not self.defaults or self.unread:
            return self.variable(name)
        if name in SET_BY_ENGINES or name.startswith(SET_BY_PLATFORMS):
            return UNKNOWN
        absent: Value[str | None] = Value((None,), self.env_notes[:1])
        return join((absent, self.examples[name])) if name in self.examples else absent
