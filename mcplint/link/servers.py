"""From a container's command to the MCP servers that it starts, with the values they have there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcplint.commands.console_scripts import script
from mcplint.commands.resolve import ExecContext, resolve
from mcplint.dependencies.needs import home
from mcplint.dependencies.versions import sdk as version_of
from mcplint.findings import Failure
from mcplint.images.copies import project_path
from mcplint.knowledge.sdk import fact
from mcplint.model import ASSUMED, MADE, MISSING, Link, Sdk, Server
from mcplint.programs.outcome import Outcome, Served
from mcplint.programs.python.interpreter import run
from mcplint.programs.python.machine import STEPS, World
from mcplint.programs.python.modules import Modules, find, roots
from mcplint.programs.start import FUNCTION, MODULE, OBJECT, SCRIPT, NoStart, Start
from mcplint.project.reading import Reading
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

SDKS = ("fastmcp", "mcp")
# Steps of the interpreter that the programs of all containers, or of all packages, may take together: half a minute.
ROOM = 12 * STEPS
# Where a server class is imported from, where not every release has it.
CLASSES = {("mcp", "FastMCP"): "mcp.server.fastmcp.FastMCP", ("mcp", "MCPServer"): "mcp.server.mcpserver.MCPServer"}


class Started(NamedTuple):
    """The servers that a container starts, or why it cannot be told."""

    servers: tuple[Server, ...]
    why: str = ""
    notes: tuple[Label, ...] = ()
    needed: frozenset[str] = frozenset()
    missing: Label | None = None


def sdks(place: ContainerContext | None, reading: Reading, folder: str) -> Callable[[str], Sdk]:
    """Tells the SDK and the release behind a dotted name, each asked for once."""
    known: dict[str, Sdk] = {}

    def find(dotted: str) -> Sdk:
        if dotted not in known:
            package, _, name = dotted.partition(".")
            installs = place.container.installs if place else ()
            known[dotted] = _described(version_of(package, installs, reading, folder, dotted if name else ""))
        return known[dotted]

    return find


def _described(sdk: Sdk) -> Sdk:
    """The SDK with what its release does about the environment and about sessions."""
    version = sdk.version.only
    if not sdk.package or not version:
        return sdk
    prefixes = fact(sdk.package, version, "env.prefixes")
    sessionless = fact(sdk.package, version, "sessions.sessionless_protocol")
    return sdk._replace(prefixes=prefixes if isinstance(prefixes, tuple) else None, sessionless=sessionless is True)


def parts(
    outcome: Outcome, place: ContainerContext | None, sdk: Callable[[str], Sdk], why: Link, ids: dict[str, int]
) -> Iterator[Server]:
    """The servers of a program's outcome as parts of the model; `ids`: how many there are by each name so far."""
    for served in outcome.servers:
        server = _server(served, outcome, place, sdk, why)
        ids[server.id] = ids.get(server.id, 0) + 1
        yield server if ids[server.id] == 1 else server._replace(id=f"{server.id} ({ids[server.id]})")


def _server(
    served: Served, outcome: Outcome, place: ContainerContext | None, sdk: Callable[[str], Sdk], why: Link
) -> Server:
    container = place.container if place else None
    package = served.package
    release = sdk(CLASSES.get((package, served.kind), package)) if package else Sdk(None, UNKNOWN)
    if package and not release.version.trace:
        said = Label(served.made or served.span, f"nothing says which release of {package} is installed")
        release = release._replace(version=Value(None, (said,)))
    name = served.name.only or served.span.source.path
    shared = {field: getattr(served, field) for field in Served._fields if field in Server._fields}
    return Server(
        **{
            **shared,
            "id": f"{served.span.source.path}:{name}" + (f"@{container.service or container.id}" if container else ""),
            "sdk": release,
            "container": container,
            "endpoints_closed": served.closed,
            "back_channel": served.elicits,
            "reads": outcome.reads,
            "log_levels": outcome.levels,
            "imports": outcome.imports,
            "fallbacks": outcome.fallbacks,
            "links": (why,),
        }
    )


class Programs:
    """The programs of a project's containers or packages.

    A class because one that several start alike is run once, and all together have so much room.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._runs: list[tuple[Start, ContainerContext, Outcome]] = []
        self._ids: dict[str, int] = {}
        self._room = ROOM

    def started(self, place: ContainerContext) -> Started:
        """What a container starts."""
        argv = place.argv
        if argv is None or argv.words is None:
            return Started((), _unsaid(place), argv.trace if argv else ())
        inside = _inside(place)
        workdir, tree = place.container.workdir.only, self.reading.tree
        home = posixpath.dirname(place.image.dockerfile if place.image else argv.span.source.path)
        scene = ExecContext(workdir, place.container.variable, tree, inside, argv.span, home)
        start = resolve(tuple(_written(word, argv.span) for word in argv.words), scene)
        if isinstance(start, NoStart):
            missing = self._missing(place, start.missing)
            return Started((), _elsewhere(place) or start.why, start.notes, missing=missing)
        start = start._replace(argv=None) if place.unread else start
        try:
            outcome = self._outcome(start, place, inside)
        except Exception as error:
            self.reading.failures.append(Failure.of(f"following {start.target}", start.span, error))
            return Started((), f"mcplint itself failed over {start.target}")
        servers = tuple(parts(outcome, place, self._sdk(place), _link(place, start), self._ids))
        if start.wrapper:
            servers = tuple(server._replace(runner=start.wrapper) for server in servers)
        needed = _entry(start, tree)
        if servers:
            return Started(servers, needed=needed)
        unread = next((problem for path, problem in self.reading.problems.items() if path in needed), None)
        if unread:
            return Started((), f"`{start.target}` cannot be read", (Label(unread.span, unread.message),), needed)
        lacks = self._missing(place, outcome.missing)
        return Started((), _silence(outcome, start), outcome.unknown, needed, lacks)

    def _missing(self, place: ContainerContext, target: str | None) -> Label | None:
        from mcplint.link.missing import missing

        return missing(place, target, self.reading) if target and not place.unread else None

    def _sdk(self, place: ContainerContext) -> Callable[[str], Sdk]:
        context = place.image.context if place.image else place.service.folder if place.service else None
        return sdks(place, self.reading, "" if context in (None, ".") else context or "")

    def installed(self, name: str) -> tuple[Server, ...]:
        """The servers that a console script of the project starts where a package of it is installed, as `uvx` does.

        Its arguments and environment are those of whoever starts it.
        """
        tree = self.reading.tree
        found = script(tree, name, None)
        if not found:
            return ()
        places = roots(tree, found.folder, posixpath.join(found.folder, "src"))
        start = Start(FUNCTION, found.target, found.span, None, roots=places)
        sdk = sdks(None, self.reading, found.folder)
        outcome = self._run(start, lambda name: Value(None), sdk, lambda file: None)
        why = Link(None, MISSING, f"{name} is started by those who install it", (Label(found.span, "is installed"),))
        return tuple(parts(outcome, None, sdk, why, {}))

    def _outcome(self, start: Start, place: ContainerContext, inside: Callable[[str], str | None]) -> Outcome:
        for other, elsewhere, outcome in self._runs:
            if other == start and _alike(place, elsewhere, outcome.asked):
                return outcome
        workdir = place.container.workdir.only or "/"

        def file(path: str) -> str | None:
            return inside(posixpath.normpath(posixpath.join(workdir, path)))

        outcome = self._run(start, place.container.variable, self._sdk(place), file)
        self._runs.append((start, place, outcome))
        return outcome

    def _run(
        self,
        start: Start,
        env: Callable[[str], Value[str | None]],
        sdk: Callable[[str], Sdk],
        file: Callable[[str], str | None],
    ) -> Outcome:
        """What becomes of a program, as far as there is room for it."""
        if self._room < 0:
            note = Label(start.span, "the programs of the project are too large together to be followed to their end")
            return Outcome(unknown=(note,), complete=False)
        modules = Modules(self.reading.tree, start.roots, self.reading.parsed)
        outcome = run(start, World(modules, env, sdk, file))
        self.reading.problems.update(modules.unreadable)
        self._room -= outcome.steps
        return outcome


def _written(word: Value[str], command: Span) -> Value[str]:
    """A word of a command with the place where it is written, which is the command where it has none of its own."""
    place = word.slot.span if word.slot and word.slot.span.text else command
    return word if word.trace else word._replace(trace=(Label(place, "is written here"),))


def _unsaid(place: ContainerContext) -> str:
    """Why a container has no command that can be told."""
    return (not place.argv and _elsewhere(place)) or "its start command cannot be told"


def _elsewhere(place: ContainerContext) -> str:
    """Why it is not known what lies in a container and what its image starts; nothing where it is."""
    return next((link.why for link in place.container.links if link.kind == MISSING), "")


def _link(place: ContainerContext, start: Start) -> Link:
    """The link from a server to its container, assumed where the image may hold anything by the name of the command."""
    how = f"is started by `{start.span.text.strip()}`"
    elsewhere = _elsewhere(place)
    if elsewhere:
        return Link(place.container.id, ASSUMED, f"{how}; its container {elsewhere}", start.notes)
    if place.unread:
        how = f"{how}, unless a file says otherwise that cannot be read"
        return Link(place.container.id, ASSUMED, how, place.unread)
    return Link(place.container.id, MADE, how, start.notes)


def _alike(place: ContainerContext, other: ContainerContext, asked: frozenset[str]) -> bool:
    """Whether a program finds the same in two containers: the same image, the same in the variables it reads."""
    here, there = place.container, other.container
    same = (here.dockerfile, here.installs, here.workdir) == (there.dockerfile, there.installs, there.workdir)
    return same and all(here.variable(name) == there.variable(name) for name in asked)


def _inside(place: ContainerContext) -> Callable[[str], str | None]:
    """The path in the project of an absolute path in a container: what is mounted there, else what the image has."""
    mounts = place.service.mounts if place.service else ()
    mounted = [(mount.target.only.rstrip("/"), mount.path) for mount in mounts if mount.target.only and mount.path]

    folder = place.service.folder if place.service else None

    def find(path: str) -> str | None:
        for target, source in sorted(mounted, reverse=True):
            if path == target or path.startswith(f"{target}/"):
                return posixpath.normpath(posixpath.join(source, path[len(target) + 1 :]))
        if folder and not place.image:
            return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        return project_path(place.image, path) if place.image else None

    return find


def _entry(start: Start, tree: Tree) -> frozenset[str]:
    """The file that is started, which no deployment can do without."""
    name = start.target.partition(":")[0]
    if start.kind in (SCRIPT, OBJECT):
        return frozenset({name})
    main = find(tree, start.roots, f"{name}.__main__") if start.kind == MODULE else None
    return frozenset(filter(None, (main or find(tree, start.roots, name),)))


def bare(reading: Reading) -> Iterator[Server]:
    """The servers of modules that make one and start it by themselves, where no container tells how."""
    from mcplint.programs.python.scan import scan

    known: dict[str, Callable[[str], Sdk]] = {}
    ids: dict[str, int] = {}

    def sdk(path: str) -> Callable[[str], Sdk]:
        folder = home(reading.tree, path)
        return known.setdefault(folder, sdks(None, reading, folder))

    for path, outcome in scan(reading.tree, sdk):
        why = Link(None, MISSING, f"no container is known to start {path}")
        yield from parts(outcome, None, sdk(path), why, ids)


def _silence(outcome: Outcome, start: Start) -> str:
    if outcome.unknown:
        return f"what `{start.target}` starts cannot be told"
    return f"`{start.target}` starts no MCP server"
