"""What clients are told: registry documents, what they publish, and client configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mcplint.model.links import ASSUMED, Link
from mcplint.model.routes import Route
from mcplint.model.servers import Server
from mcplint.text import urls
from mcplint.text.source import Edit, Source, Span
from mcplint.values import UNKNOWN, Label, Value

if TYPE_CHECKING:
    from mcplint.facts.document import MappingNode, Node, ScalarNode
    from mcplint.facts.manifest import ServerJson


class Remote(NamedTuple):
    """A URL that `server.json` publishes, and the route and server that answer it.

    `asked`: the path that the server is asked for when a client calls the URL; an option None where no route leads on.
    `redirect`: the URL with a slash behind it that the proxy answers first. `taken_by`: the route that takes the calls
    of the server, which is another one's.
    """

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    route: Route | None = None
    server: Server | None = None
    asked: Value[str | None] = UNKNOWN
    redirect: Value[str] = UNKNOWN
    taken_by: Route | None = None
    links: tuple[Link, ...] = ()

    @property
    def path(self) -> str:
        """The path of the URL, empty where it is not known."""
        return urls.path(self.url.only or "")

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Package(NamedTuple):
    """A package that `server.json` publishes, and the server that it starts.

    `unread`: the variables that it requires and that certainly nothing in the project, nor a library of its, reads.
    `spelled`: the variables that a program of the project names though its server is not seen to read them.
    """

    id: str
    span: Span
    registry: Value[str]
    identifier: Value[str]
    version: Value[str]
    type: Value[str]
    url: Value[str]
    server: Server | None = None
    links: tuple[Link, ...] = ()
    node: MappingNode | None = None
    unread: frozenset[str] = frozenset()
    spelled: frozenset[str] = frozenset()

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class ClientFlaw(NamedTuple):
    """What the host of a client's configuration does not take as it is meant.

    `kind`: `shape` (an entry or the file), `variable` (in a string) or `timeout`. `message` names the host, `severity`
    is what it comes to there, and `title` says what the edits do.
    """

    kind: str
    span: Span
    message: str
    severity: str
    notes: tuple[Label, ...] = ()
    edits: tuple[Edit, ...] = ()
    title: str = ""

    @property
    def id(self) -> str:
        return self.span.source.path


class ClientConfig(NamedTuple):
    """One server entry of a client's configuration file (`.mcp.json`, `.vscode/mcp.json`, …).

    `asked`, `redirect` and `taken_by` are as in Remote.

    `host`: the program that reads the file, empty where any may. `type`: the transport that it comes to there;
    `reaches`: those of servers that the host gets on with; `missing`: the one that it tries too where a POST is
    answered 404, empty for none. `types`: how the host spells transports. `node`: the entry. `committed`: whether its
    file is one of the project, which all who work on it share. `bare`: the name of the project's package that `npx` is
    to start and that installs no command for it, and what it installs instead. `is_called`: whether it, or its URL, is
    called as something of the project is: people have servers of others in the same file. `local`: the texts that
    speak of the machine of the client, with their spans.
    """

    id: str
    span: Span
    type: Value[str]
    url: Value[str]
    command: Value[tuple[str, ...]]
    route: Route | None = None
    server: Server | None = None
    asked: Value[str | None] = UNKNOWN
    redirect: Value[str] = UNKNOWN
    taken_by: Route | None = None
    host: str = ""
    reaches: frozenset[str] = frozenset()
    missing: str = ""
    types: Mapping[str, str] = {}
    node: MappingNode | None = None
    committed: bool = False
    bare: Label | None = None
    is_called: bool = False
    local: tuple[tuple[str, Span], ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def words(self) -> tuple[ScalarNode, ...]:
        """The strings that say what is started: the command, its arguments, folder and variables."""
        from mcplint.facts.document import ScalarNode, items, pairs

        node = self.node
        parts = (node.get("command"), node.get("cwd"), *items(node.get("args"))) if node else ()
        values = (value for _, value in pairs(node.get("env"))) if node else ()
        return tuple(part for part in (*parts, *values) if isinstance(part, ScalarNode))

    def spelling(self, transport: str) -> str:
        """The value of `type` by which the entry's host knows a transport."""
        return next((name for name, known in self.types.items() if known == transport), transport)

    @property
    def path(self) -> str:
        """The path of the URL, empty where it is not known."""
        return urls.path(self.url.only or "")

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)


class Distribution(NamedTuple):
    """A package that the project builds, as its own metadata say it.

    `registry`: where it is published (`pypi`, `npm`). `readme`: the text that is shown there, an option None where the
    metadata name none. `commands`: the programs that it installs, with what each starts. `mcp_name`: npm's `mcpName`.
    `unmade`: by program, where a file is named that neither the project has nor its compiler makes.
    """

    registry: str
    span: Span
    name: Value[str]
    version: Value[str] = UNKNOWN
    readme: Value[Source | None] = UNKNOWN
    commands: Value[Mapping[str, str]] = UNKNOWN
    mcp_name: Value[str | None] = UNKNOWN
    unmade: Mapping[str, Span] = {}


class GitRemote(NamedTuple):
    """Where the project's repository is pushed to: host, owner and name as they are spelled there."""

    host: str
    owner: str
    name: str


class Labelled(NamedTuple):
    """The image that a Dockerfile makes, as far as its labels go: where its last stage begins, and the offset after it.

    `end`: None where the Dockerfile stands inside a compose file.
    """

    dockerfile: str
    span: Span
    end: Span | None
    labels: Mapping[str, Value[str]]


class PublishedProject(NamedTuple):
    """What the project around a `server.json` says of the things that it publishes.

    `workflows`: the GitHub workflows that publish to the registry, as they are written. `recipes`: the files that build
    images besides Dockerfiles. `readmes`: files that look like one, shipped or not.
    `paths`: the files of the project; empty where they are not known.
    """

    distributions: tuple[Distribution, ...] = ()
    remote: GitRemote | None = None
    images: tuple[Labelled, ...] = ()
    workflows: tuple[Node, ...] = ()
    recipes: tuple[Source, ...] = ()
    readmes: tuple[Source, ...] = ()
    paths: frozenset[str] = frozenset()


class Manifest(NamedTuple):
    """A `server.json` of the registry: the document with a span for every key and value, and the project around it."""

    id: str
    span: Span
    document: ServerJson
    project: PublishedProject = PublishedProject()
    links: tuple[Link, ...] = ()

    @property
    def assumed(self) -> bool:
        return False
