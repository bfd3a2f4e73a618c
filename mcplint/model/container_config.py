"""What a container is told from outside: its command, ports, mounts and probes, and the services beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model.health import PROBES
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value


class Port(NamedTuple):
    """A port of a container: where it is published on the host (None: nowhere) and what it leads to inside.

    `host_ip`: the address there, None for all interfaces, `private` for a load balancer that lets only some in.
    `nameless`: the name of a container's port that it is to lead to and that no container of the pod has.
    `node`: the port of every node of a cluster in front of it, unknown where the cluster picks it; None without any.
    """

    target: Value[int]
    published: Value[int] | None
    host_ip: str | None
    span: Span
    protocol: str = "tcp"
    nameless: str = ""
    node: Value[int] | None = None

    @property
    def title(self) -> str:
        """What a message calls it where others reach it: `port 8000`, without a number where Docker picks one."""
        if self.node is not None:
            leads = (
                f"the port of each node that leads to {self.target.only}" if self.target.only else "a port of each node"
            )
            return f"port {self.node.only} of each node" if self.node.only else leads
        if self.published is not None and self.published.only is not None:
            return f"port {self.published.only}"
        return f"the port of the host that leads to {self.target.only}" if self.target.only else "a port of the host"


class Probe(NamedTuple):
    """A health check: its argument vector (shell form: `/bin/sh -c …`), and its URL where it asks for one."""

    command: Value[tuple[str, ...]]
    span: Span


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
    its image where that is a well-known database or the like, `console` where it is none, or what it lets others steer
    it by. `shown`: the ports of a store or console which are published on every interface; `unguarded`: why it asks
    nobody for a password, empty where it does or may. `measures`: whether it shows metrics only.
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
    No words at all: what the image says is emptied. `span` covers the command as it is written. `workdir`: the folder
    that it is run in, where another command starts it there; None where that is not known.
    """

    words: tuple[Value[str], ...] | None
    span: Span
    trace: tuple[Label, ...] = ()
    workdir: str | None = None

    @property
    def value(self) -> Value[tuple[str, ...]]:
        """All words as one value, known where each of them is."""
        word_notes = tuple(note for word in self.words or () for note in word.trace if note not in self.trace)
        if self.words is None or any(word.options is None or len(word.options) != 1 for word in self.words):
            return Value(None, word_notes + self.trace)
        return Value((tuple(word.options[0] for word in self.words if word.options),), self.trace + word_notes)


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
    `undeclared`: whether it is a volume that has a name and that compose finds declared nowhere. `given`: whether a
    driver, whoever made it, or a service says whom it belongs to.
    """

    kind: str
    source: Value[str | None]
    target: Value[str]
    read_only: bool
    span: Span
    path: str | None = None
    text: Value[str] | None = None
    undeclared: bool = False
    given: bool = False


class NamedFile(NamedTuple):
    """A file that a service takes variables from: its path in the project (None: not known or outside), and whether it
    has to be there."""

    path: str | None
    required: bool
    span: Span


class HiddenByMount(NamedTuple):
    """Something of the image that a mount hides.

    `kind`: `kept` (a volume is filled with the code of the first image, and keeps it), `code` (it is gone),
    `environment` (what the build has installed), `build` (what it has compiled), or, where the mount is in the very
    place of what is installed, `packages` (a volume keeps those of the first image) or `own` (a folder of the project
    hides them). `path`: a file of the project, or a path in the image.
    """

    mount: Mount
    kind: str
    path: str


class UnusedVariable(NamedTuple):
    """A variable that is set for a container and that nothing of the project reads.

    `similar`: the name of one that its program reads and nothing sets, empty where none is alike.
    """

    name: str
    span: Span
    similar: str = ""


class Unwritable(NamedTuple):
    """A volume that the user of a container cannot write to.

    `used`: whether the program or its settings name its folder; `private`: whether that lies in root's home; `made`:
    whether the build makes it, as root.
    """

    mount: Mount
    used: bool
    private: bool
    made: bool


class PlatformProbe(NamedTuple):
    """A probe that a platform makes by itself, besides the image's HEALTHCHECK.

    `kind`: `liveness`, `readiness`, `startup`, `check`, or whose load balancer makes it. `path`, `port` and `scheme`
    are those of an HTTP probe, `timeout` is in seconds; `nameless`: where it asks for a port by a name that no port of
    the container has; `dialed`: the port that it calls by gRPC; `method` is empty where it is not told; `named`: what
    it sends as `Host`, None where that goes by the platform or is not told.
    """

    kind: str
    span: Span
    path: Value[str] | None = None
    port: Value[int] | None = None
    command: Value[tuple[str, ...]] | None = None
    timeout: Value[float] = UNKNOWN
    scheme: str = "http"
    nameless: Label | None = None
    dialed: Value[int] | None = None
    method: str = "GET"
    named: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether what runs the container makes it, and no load balancer before that."""
        return self.kind in (*PROBES, "check")


class Refusal(NamedTuple):
    """A word of a command line that ends the program: which program, where the word is given, where it is read."""

    program: str
    word: str
    span: Span
    read: Span
