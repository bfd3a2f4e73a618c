"""What services want of each other, of the host and of the project: addresses, ports, labels and files."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.model.containers import Container
from mcplint.model.servers import Server
from mcplint.text.source import Edit, Span
from mcplint.values import EditSite, Label, Value


class Call(NamedTuple):
    """An address of another container of the same compose project in what a container is given.

    `variable`: what it is called there. `caller`: the container that is given it; `container`: the one that is meant,
    and `server`: what of MCP answers there. `host`: a name of that container, or the caller's own loopback. `port`,
    `path`: as they are told; `inner`: the ports that are known to be listened on in the container, `published`: by
    port of the host, the one that it leads to. `site`: where the host and the port are spelled.
    """

    id: str
    span: Span
    variable: str
    caller: Container
    container: Container
    host: str
    port: int
    path: str
    inner: frozenset[int]
    published: dict[int, int]
    server: Server | None = None
    site: EditSite | None = None
    trace: tuple[Label, ...] = ()

    def moved(self, host: str, port: int) -> tuple[Edit, ...]:
        """The edit that has it lead to another host and port; none where they are not spelled together."""
        return (Edit(self.site.span, f"{host}:{port}"),) if self.site else ()

    @property
    def assumed(self) -> bool:
        return self.server is not None and self.server.assumed


class Scrape(NamedTuple):
    """A target that a Prometheus of the same compose project asks for metrics, and the server that it means.

    `job`: its job. `caller`: the container of Prometheus; `container`: that of the server. `host`, `port`, `path`: as
    they are told.
    """

    id: str
    span: Span
    job: str
    caller: Container
    container: Container
    server: Server
    host: str
    port: int
    path: str

    @property
    def assumed(self) -> bool:
        return self.server.assumed


class Unscraped(NamedTuple):
    """A server whose metrics nothing asks for: all that could is one Prometheus beside it, and that asks others.

    `caller`: the container of Prometheus. `targets`: all that it asks, where they stand.
    """

    id: str
    span: Span
    server: Server
    caller: Container
    targets: tuple[Span, ...]

    @property
    def assumed(self) -> bool:
        return self.server.assumed


class PortConflict(NamedTuple):
    """A port of the host that two services of a project want, which are started together, or one service twice;
    `first`: where the other one says so. `service`, `other`: their names."""

    id: str
    span: Span
    port: int
    service: str
    other: str
    first: Span


class MissingFile(NamedTuple):
    """A file, folder or volume that a service names and that the project lacks.

    `kind`: `dockerfile`, `context`, `env_file`, `mount` or `volume`. `path`: its path in the project, or the name of a
    volume. `ignored`: the line for which git leaves it out. `told`: a file that says how to make it. `near`: files and
    folders that may be meant.
    """

    id: str
    span: Span
    kind: str
    path: str
    service: str
    ignored: Label | None = None
    told: str | None = None
    near: tuple[str, ...] = ()


class MisnamedImage(NamedTuple):
    """The name of an image of a service beside a server, which is none: compose then starts no service at all."""

    id: str
    span: Span
    reference: Value[str | None]
    service: str


class UnmatchedSelector(NamedTuple):
    """A selector of Kubernetes that no pod fits.

    `kind`, `name`: the object that has it. `missing`: the labels that are wanted and not there. `pods`: the object
    whose pods are meant.
    """

    id: str
    span: Span
    kind: str
    name: str
    missing: str
    pods: str
    notes: tuple[Label, ...] = ()


class Mistyped(NamedTuple):
    """A value of another type than its field has, for which Kubernetes refuses the object.

    `kind`, `name`: the object. `field`: what is to be of the type `wanted` and is `found` to be of another; `edits`:
    what fixes it.
    """

    id: str
    span: Span
    kind: str
    name: str
    field: str
    wanted: str
    found: str
    edits: tuple[Edit, ...] = ()


class VersionKey(NamedTuple):
    """A compose file that says the version of its format, which nothing reads any more; `span` covers the setting."""

    id: str
    span: Span
