"""From a container's command to the MCP servers that it starts, with the values they have there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from mcplint.commands.execution import ExecContext
from mcplint.commands.resolve import starts
from mcplint.findings import Failure, NotFollowed
from mcplint.images.copies import built_text, project_path
from mcplint.knowledge.executables import JAVASCRIPT
from mcplint.link.emptied import with_openers
from mcplint.link.sdks import installs_of, installs_of_unit, sdk_of_file, sdks
from mcplint.model import ASSUMED, MADE, MISSING, Container, Lack, Link, Refusal, Sdk, Server
from mcplint.programs.alternatives import merge_alternatives
from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import HIDDEN, OTHERS, NoStart, Start
from mcplint.programs.world import STEPS, World
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext, on_host
from mcplint.text.located import LocatedText
from mcplint.text.paths import absolute
from mcplint.text.source import Span
from mcplint.values import Label, Value

# Steps that the programs of all containers, or of all packages, may take together: half a minute.
ROOM = 6 * STEPS


class StartedServers(NamedTuple):
    """The servers that a container starts, or why it cannot be told; `certain`: that it starts none.

    `start`: the program that it starts, where it is one. `asked`: the variables that decide about its servers.
    `refused`: the argument that ends it. `user`: what has its servers, or what may be one, run as another user.
    """

    servers: tuple[Server, ...]
    why: str = ""
    notes: tuple[Label, ...] = ()
    needed: frozenset[str] = frozenset()
    missing: Lack | None = None
    certain: bool = False
    start: Start | None = None
    asked: frozenset[str] = frozenset()
    refused: Refusal | None = None
    user: Label | None = None


def with_commands(container: Container, start: Start | None) -> Container:
    """A container with the commands that its start runs in turn; only its own command where that is not followed."""
    own = (container.argv,) if container.argv else ()
    return _with_unknown_variables(container, start)._replace(commands=start.commands if start else own)


def _with_unknown_variables(container: Container, start: Start | None) -> Container:
    """A container with the variables that its start may give itself: what is not set is not known to be absent."""
    if start is None or OTHERS not in start.env:
        return container
    notes, hidden = (*start.env[OTHERS].trace, *container.env_notes), container.hidden or HIDDEN in start.env
    return container._replace(env_closed=False, env_notes=notes, hidden=hidden)


def model_servers(servers: Iterable[Server], container: Container | None, ids: dict[str, int]) -> Iterator[Server]:
    """Servers of a program as parts of the model; `ids`: how many there are by each name so far."""
    inside = f"@{container.service or container.id}" if container else ""
    for server in servers:
        path = server.span.source.path
        name = f"{path}:{server.name.only or path}{inside}"
        ids[name] = ids.get(name, 0) + 1
        number = f" ({ids[name]})" if ids[name] > 1 else ""
        unit = container if container and container.on_machine else None
        yield server._replace(
            id=f"{name}{number}",
            sdk=_traced_sdk(server),
            container=None if unit else container,
            unit=unit and Label(unit.span, f"{unit.platform} runs it on the machine itself"),
        )


def _one_of(options: list[StartedServers]) -> StartedServers:
    """What a container starts that runs one of several programs: a server that all of them make is certain."""
    made: dict[Span, list[Server]] = {}
    for option in options:
        for server in option.servers:
            made.setdefault(server.made or server.span, []).append(server)
    servers = []
    for same in made.values():
        server = merge_alternatives(same)
        if len(same) < len(options):
            why = f"may be one of {len(options)} that are started"
            server = server._replace(links=tuple(link._replace(kind=ASSUMED, why=why) for link in server.links))
        servers.append(server)
    needed = frozenset.intersection(*(option.needed for option in options))
    return StartedServers(tuple(servers), needed=needed)


def _traced_sdk(server: Server) -> Sdk:
    """The SDK of a server, with a span also where nothing says its release."""
    sdk = server.sdk
    if not sdk.package or sdk.version.trace:
        return sdk
    label = Label(server.made or server.span, f"no file says which release of {sdk.package} is installed")
    return sdk._replace(version=Value(None, (label,)))


class Programs:
    """The programs of a project's containers or packages.

    A class because all together have so much room.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.ids: dict[str, int] = {}
        self._room = ROOM
        self._given_up: set[tuple[str, str, str]] = set()

    def started_by(self, context: ContainerContext) -> StartedServers:
        """What a container starts."""
        found = self._unnamed_servers(context)
        context = context._replace(container=_with_unknown_variables(context.container, found.start))
        stdio = [server for server in found.servers if server.transport.must_be("stdio")]
        if stdio and (not context.container.env_closed or any(server.background for server in stdio)):
            found = self._with_settled_transport(found, context)
        opened = found.servers
        if context.container.platform == "compose" and opened and self._room > ROOM // 2:
            opened = with_openers(context, opened, lambda emptied: self._unnamed_servers(emptied).servers)
        named = tuple(model_servers(opened, with_commands(context.container, found.start), self.ids))
        return found._replace(servers=named)

    def _with_settled_transport(self, started: StartedServers, context: ContainerContext) -> StartedServers:
        """The servers with whether they speak stdio whatever variables whoever starts the container may set."""
        undecided = context._replace(container=context.container._replace(defaults=False, env_closed=False))
        otherwise = self._unnamed_servers(undecided).servers if context.container.defaults else started.servers
        settled = bool(otherwise) and all(server.transport.must_be("stdio") for server in otherwise)
        return started._replace(servers=tuple(each._replace(transport_settled=settled) for each in started.servers))

    def _unnamed_servers(self, context: ContainerContext) -> StartedServers:
        """What a container starts, its servers without their names yet."""
        argv = context.container.argv
        if argv is None or argv.words is None:
            return StartedServers((), _why_no_command(context), argv.trace if argv else ())
        inside = in_project(context, self.tree)
        workdir, tree = context.container.workdir.only, self.tree
        home = posixpath.dirname(context.image.dockerfile if context.image else argv.span.source.path)
        execution = ExecContext(
            workdir, context.container.program_variable, tree, inside, argv.span, home, _built_texts(context)
        )
        found = starts(tuple(_with_span(word, argv.span) for word in argv.words), execution)
        programs = [start for start in found if isinstance(start, Start)]
        if not programs:
            none = next(start for start in found if isinstance(start, NoStart))
            if others := self._bridge_servers(none, argv.span, context):
                return StartedServers(others, user=none.user)
            if none.missing and (unread := tree.problems.get(none.missing)):
                why, notes = f"`{none.missing}` cannot be read", (Label(unread.span, unread.message),)
                return StartedServers((), why, notes, frozenset((none.missing,)), user=_user(found))
            missing = self._missing(context, none.missing) or self._absent(context, none.absent)
            certain = all(isinstance(start, NoStart) and start.other for start in found)
            why, user = _why_image_unknown(context) or none.why, _user(found)
            return StartedServers((), why, none.notes, missing=missing, certain=certain, user=user)
        options = [self._follow_start(start, context, inside) for start in programs]
        if len(options) == 1:
            return options[0]._replace(start=programs[0], user=programs[0].user)
        serving = [start for start, option in zip(programs, options, strict=True) if option.servers]
        user = _user(serving or found)
        served = [option for option in options if option.servers]
        certain = len(programs) == len(found) and all(option.certain for option in options)
        return (_one_of(served) if served else options[0]._replace(certain=certain))._replace(user=user)

    def _follow_start(
        self, start: Start, context: ContainerContext, inside: Callable[[str], str | None]
    ) -> StartedServers:
        """What one program that a container starts makes, its servers without their names yet."""
        context = context._replace(container=_with_unknown_variables(context.container, start))
        start = start._replace(terminal=_terminal(context), argv=None if context.container.unread else start.argv)
        try:
            outcome = self._outcome(start, context, inside)
        except Exception as error:
            self.tree.failures.append(Failure.of(f"following {start.target}", start.span, error))
            return StartedServers((), f"mcplint itself failed on {start.target}")
        runner: dict[str, Any] = {"runner": start.wrapper} if start.wrapper else {}
        servers = tuple(server._replace(links=(_link(context, start),), **runner) for server in outcome.servers)
        if start.workdir != context.container.workdir.only:
            servers = tuple(_with_image_paths(server, start.workdir) for server in servers)
        needed = frozenset(filter(None, (outcome.entry,)))
        if start.bridge and servers:
            from mcplint.link.bridges import bridge, in_front

            if made := bridge(start, start.span, context.image, context.container, self.tree):
                servers = tuple(server._replace(bridge=made) for server in servers)
                servers += tuple(in_front(made, servers))
        if servers:
            return StartedServers(servers, needed=needed)
        unread = next((problem for path, problem in self.tree.problems.items() if path in needed), None)
        if unread and not isinstance(unread, NotFollowed):
            return StartedServers((), f"`{start.target}` cannot be read", (Label(unread.span, unread.message),), needed)
        lacks = self._missing(context, outcome.missing)
        certain = outcome.complete and not outcome.unknown and not outcome.refused
        refused = outcome.refused if outcome.imports and not context.container.unread else None
        why, notes = silence(start, outcome), outcome.unknown
        return StartedServers((), why, notes, needed, lacks, certain, asked=outcome.asked, refused=refused)

    def _bridge_servers(self, none: NoStart, command: Span, context: ContainerContext) -> tuple[Server, ...]:
        """The server of others that a container serves by a bridge, and the bridge in front of it."""
        if not none.bridge or none.missing:
            return ()
        from mcplint.link.bridges import bridge, foreign_server, in_front

        made = bridge(none, command, context.image, context.container, self.tree)
        if made is None:
            return ()
        link = Link(context.container.id, MADE, f"is started by {made.name}, {none.why}", none.notes)
        inner = (foreign_server(none, made, link),)
        return (*inner, *in_front(made, inner))

    def _missing(self, context: ContainerContext, target: str | None) -> Lack | None:
        if not target or context.container.unread:
            return None
        if target.startswith(("script ", "node ")) or target.endswith(JAVASCRIPT):
            from mcplint.runtime import missing_node

            return missing_node.missing_node_target(context, target, self.tree)
        from mcplint.runtime.missing import missing_target

        return missing_target(context, target, self.tree)

    def _absent(self, context: ContainerContext, name: str) -> Lack | None:
        if not name or context.container.unread:
            return None
        from mcplint.runtime.absent_commands import absent_command

        return absent_command(context, name, self.tree)

    def _sdk(self, context: ContainerContext, start: Start) -> Callable[[str], Sdk]:
        folder = context.image.folder if context.image else context.container.folder or ""
        if start.language == "typescript":
            folder = posixpath.dirname(start.target)
        folder = "" if folder == "." else folder
        return sdks(installs_of(context, start) or installs_of_unit(context, self.tree, folder), self.tree, folder)

    def _outcome(self, start: Start, context: ContainerContext, inside: Callable[[str], str | None]) -> Outcome:
        folder = "/" if context.container.workdir.only is None else None

        def file(path: str) -> str | None:
            place = absolute(start.workdir or folder, path)
            return inside(place) if place else None

        return self.run(start, context.container.program_variable, self._sdk(context, start), file)

    def run(
        self,
        start: Start,
        env: Callable[[str], Value[str | None]],
        sdk: Callable[[str], Sdk],
        file: Callable[[str], str | None],
        most: int = STEPS,
    ) -> Outcome:
        """What becomes of a program, as far as there is room for it; `most`: how many steps it may take.

        One that has taken all that a program may is not followed again for another container.
        """
        program = (start.language, start.kind, start.target)
        if self._room <= 0 or program in self._given_up:
            note = Label(start.span, "the programs of the project are too large to be followed completely")
            return Outcome(unknown=(note,), complete=False)
        outcome = follow(start, World(self.tree, env, sdk, file, min(most, self._room)))
        self._room -= outcome.steps
        if most == STEPS and not outcome.complete:
            self._given_up.add(program)
        return outcome


def _user(found: Iterable[Start | NoStart]) -> Label | None:
    """What has all that may be a server run as another user."""
    users = [start.user for start in found if isinstance(start, Start) or not start.other]
    return users[0] if users and all(users) else None


def _with_image_paths(server: Server, workdir: str | None) -> Server:
    """A server with its paths as those of the image, where it is started in another folder than its container is."""
    writes = ((absolute(workdir, each.path) if each.path[:1] != "~" else each.path, each) for each in server.writes)
    served = ((absolute(workdir, each.path) if each.path[:1] != "~" else None, each) for each in server.served_folders)
    return server._replace(
        writes=tuple(each._replace(path=path) for path, each in writes if path),
        served_folders=tuple(each._replace(path=path) for path, each in served if path),
    )


def silence(start: Start, outcome: Outcome) -> str:
    """Why no server of a program is known."""
    if outcome.refused:
        return f"`{start.target}` refuses the argument `{outcome.refused.word}` and exits"
    if outcome.complete and not outcome.unknown:
        return f"`{start.target}` starts no MCP server of an SDK"
    return f"what `{start.target}` starts is not known"


def _terminal(context: ContainerContext) -> Value[bool]:
    """Whether a container is given a terminal, which no service is that does not ask for one."""
    container = context.container
    silent = container.tty.options is None and not container.tty.trace and container.service and not container.unread
    return Value((False,)) if silent else container.tty


def _with_span(word: Value[str], command: Span) -> Value[str]:
    """A word of a command with the span where it is written, which is the command where it has none of its own."""
    span = word.site.span if word.site and word.site.span.text else command
    return word if word.trace else word._replace(trace=(Label(span, "set here"),))


def _why_no_command(context: ContainerContext) -> str:
    """Why a container has no command that can be told."""
    return (not context.container.argv and _why_image_unknown(context)) or "its start command is not known"


def _why_image_unknown(context: ContainerContext) -> str:
    """Why it is not known what lies in a container and what its image starts; nothing where it is."""
    return next((link.why for link in context.container.links if link.kind == MISSING), "")


def _link(context: ContainerContext, start: Start) -> Link:
    """The link from a server to its container, assumed where the image may hold anything by the name of the command."""
    how = f"is started by `{start.span.text.strip()}`"
    elsewhere = _why_image_unknown(context)
    if elsewhere:
        return Link(context.container.id, ASSUMED, f"{how}; its container {elsewhere}", start.notes)
    if context.container.unread:
        how = f"{how}, unless a file says otherwise that cannot be read"
        return Link(context.container.id, ASSUMED, how, context.container.unread)
    return Link(context.container.id, MADE, how, start.notes)


def in_project(context: ContainerContext, tree: Tree) -> Callable[[str], str | None]:
    """The path in the project of an absolute path in a container: what is mounted there, else what the image has."""
    mounts, folder = context.container.mounts, context.container.folder
    mounted = {
        mount.target.only.rstrip("/"): mount.path
        for mount in mounts
        if mount.target.only and (mount.path or mount.kind in ("bind", "config", "secret"))
    }

    targets = sorted(mounted, reverse=True)

    @cache
    def find(path: str) -> str | None:
        for target in targets:
            if path == target or path.startswith(f"{target}/"):
                source = mounted[target]
                return source and posixpath.normpath(posixpath.join(source, path[len(target) + 1 :]))
        if context.container.on_machine:
            return on_host(path, tree)
        if folder and not context.image:
            return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        return project_path(context.image, path, tree) if context.image else None

    return find


def _built_texts(context: ContainerContext) -> Callable[[str], LocatedText | None]:
    """The text of a file that the build of a container's image writes."""
    image = context.image
    return lambda path: built_text(image, path) if image else None


def standalone_servers(tree: Tree) -> Iterator[Server]:
    """The servers of modules and packages that start one by themselves, where no container tells how."""
    return unlinked_servers(standalone_programs(tree), {})


def standalone_programs(tree: Tree) -> Iterator[tuple[str, Outcome]]:
    """The modules and packages that start a server by themselves, by path."""
    if any(path.endswith(".py") for path in tree.paths):
        from mcplint.programs.python.scan import scan

        yield from scan(tree, sdk_of_file(tree))
    if tree.files_named("package.json"):
        from mcplint.link import packages

        yield from packages.scan(tree, sdk_of_file(tree))


def unlinked_servers(found: Iterable[tuple[str, Outcome]], ids: dict[str, int]) -> Iterator[Server]:
    """The servers of programs, by their paths, that no container is known to start."""
    for path, outcome in found:
        why = Link(None, MISSING, f"no container is known to start {path}")
        yield from model_servers((server._replace(links=(why,)) for server in outcome.servers), None, ids)
