"""Servers that people start without a container: packages that they install, what their clients are told to start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mcplint.commands.command_lines import DOCKER_RUN, UV, program
from mcplint.commands.console_scripts import Script, is_package, script, scripts
from mcplint.commands.execution import ExecContext
from mcplint.commands.options import parse
from mcplint.commands.resolve import starts
from mcplint.commands.uv_run import with_options
from mcplint.commands.words import Words, spelled, text
from mcplint.dependencies.needs import home
from mcplint.dependencies.unlocked import without_lock_file
from mcplint.facts.dependencies import EXTRA, MAIN
from mcplint.facts.document import MappingNode, ScalarNode, items, pairs
from mcplint.knowledge.executables import CONTAINER_ENGINES
from mcplint.knowledge.transports import STDIO
from mcplint.link.sdks import sdks
from mcplint.link.servers import Programs, model_servers
from mcplint.model import ASSUMED, MADE, Argv, Container, Install, Lack, Link, Package, Server, Unfollowed
from mcplint.model.releases import missing_import
from mcplint.programs.python.modules import roots
from mcplint.programs.start import FUNCTION, SCRIPT, NoStart, Start
from mcplint.programs.world import STEPS
from mcplint.project.ignored import unpacked
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.services.built_images import Builds
from mcplint.services.containers import ContainerContext, named_image, on_host
from mcplint.services.entries import ROOT, Entry
from mcplint.values import UNKNOWN, EditSite, Label, Value, tail

Variables = Mapping[str, Value[str | None]]
BY_CLIENT = Value((False,))
"""Clients talk to what they start over pipes, not a terminal."""
UPLOAD = r"(?m)^[^#\n]*(?:gh-action-pypi-publish|\b(?:uv|poetry|hatch|pdm|flit) publish\b|\btwine upload\b)"
"""How workflows upload to PyPI."""


class Outside(NamedTuple):
    """The servers that are started without a container, without names yet, and why none is where that is not known."""

    servers: tuple[Server, ...] = ()
    unfollowed: Unfollowed | None = None


class Environment(NamedTuple):
    """Where a program runs without a container: its variables, what else they may be, the folder of its project, the
    files that it finds.

    `locked`: a lock file of npm, pnpm, yarn or bun decides what is installed there. `named`: as in
    `lone_environments.lacks`. `assumed`: an install that makes an environment for it, though no file shows that.
    """

    env: Variables
    more: Label
    folder: str
    inside: Callable[[str], str | None] = lambda path: None
    locked: bool = True
    named: frozenset[str] | None = None
    assumed: Install | None = None

    def variable(self, name: str) -> Value[str | None]:
        return self.env.get(name, Value((None,), (self.more,)))


def packaged(programs: Programs, package: Package) -> Outside:
    """The servers that a package of PyPI or npm starts where people install it, as `uvx` and `npx` do.

    No lock decides its SDK. Its arguments and environment are those that `server.json` gives; whoever starts it may
    set more.
    """
    tree, name = programs.tree, package.identifier.only or ""
    if package.registry.only == "npm":
        return _from_npm(programs, package, name)
    found = script(tree, name, None)
    if not found or package.node is None:
        return Outside()
    before = _for_program(name, tuple(arguments(package.node, "runtimeArguments")))
    argv = (*before, *arguments(package.node, "packageArguments"))
    start = Start(
        FUNCTION, found.target, found.span, argv, roots=roots(tree, found.folder, posixpath.join(found.folder, "src"))
    )._replace(terminal=BY_CLIENT)
    install = Install("uvx", ("uvx", name), Value((False,)), None, (found.folder or ".",), (), found.span)
    install = _with_stated_packages(install, package, tree)
    more = Label(package.span, "whoever starts the package may set it")
    environment = Environment(dict(variables(package.node)), more, found.folder)
    note = Label(found.span, "is installed")
    link = Link(package.id, ASSUMED if before else MADE, f"is what people start who install {name}", (note,))
    made, certain = followed_servers(programs, start._replace(installs=(install,)), environment, link)
    return _of_package(package, start.target, made, certain)


def _with_stated_packages(install: Install, package: Package, tree: Tree) -> Install:
    """The install of a package with the extras and the other packages that `server.json` gives for it.

    The extras stay unknown where it may be another package, or another release, than the one of the project.
    """
    folder, node = install.requirements[0], package.node
    project, version = tree.project(folder), package.version.only
    words = tuple(arguments(node, "runtimeArguments")) if node is not None else ()
    other = bool(project and project.version.only and version and project.version.only != version)
    if other or not is_package(tree, folder, package.identifier.only or ""):
        return install
    return with_options(install, words)


def _of_package(package: Package, target: str, made: tuple[Server, ...], certain: bool) -> Outside:
    why = f"`{target}` starts no MCP server of an SDK" if certain else f"what `{target}` starts is not known"
    as_published = tuple(_with_published_transport(server, package.type) for server in made)
    return Outside(as_published, None if made else Unfollowed(package.id, package.span, why))


def _with_published_transport(server: Server, transport: Value[str]) -> Server:
    """The server with the transport that its clients are told, where its program leaves that to them."""
    published_transport, own = transport.only, server.transport.options
    if published_transport is None or (own is not None and (len(own) < 2 or published_transport not in own)):
        return server
    # Which of its calls and writes are on the way that is left is not known.
    chosen = Value((published_transport,), (*server.transport.trace, *transport.trace))
    server = server._replace(transport=chosen, calls=(), printed=(), printed_maybe=(), prints=())
    if published_transport != STDIO:
        return server
    none = Value[Any](())
    return server._replace(host=none, port=none, path=none, stateless=none, json_response=none)


def _from_npm(programs: Programs, package: Package, name: str) -> Outside:
    """What a package of npm starts that the project builds."""
    from mcplint.programs.typescript.packages import command_of, runtime

    command = command_of(programs.tree, name)
    if command is None or package.node is None:
        return Outside()
    argv = tuple(arguments(package.node, "packageArguments"))
    start = Start(
        SCRIPT, command[0], command[1], argv, language="typescript", runtime=runtime(programs.tree, command[0])
    )
    more = Label(package.span, "whoever starts the package may set it")
    environment = Environment(dict(variables(package.node)), more, "", locked=False)
    note = Label(command[1], "is installed")
    link = Link(package.id, MADE, f"is what people start who install {name}", (note,))
    made, certain = followed_servers(programs, start, environment, link)
    return _of_package(package, start.target, made, certain)


def published_servers(programs: Programs) -> Iterator[Server]:
    """The servers of the package that a workflow of the project uploads to PyPI, as people start it who install it."""
    tree = programs.tree
    project = tree.project("")
    name = project.name.only if project else None
    found = (script(tree, name, "") or _only_script(tree)) if name and _uploads(tree) else None
    if not found or found.folder:
        return
    start = Start(FUNCTION, found.target, found.span, (), roots=roots(tree, "", "src"))
    install = with_options(Install("uvx", ("uvx", name or ""), Value((False,)), None, (".",), (), found.span), ())
    more = Label(found.span, "whoever starts the package may set it")
    link = Link(f"pyproject.toml:{found.name}", MADE, f"is what people start who install {name}", (more,))
    environment = Environment({}, more, "", named=frozenset((MAIN, EXTRA)))
    yield from followed_servers(programs, start._replace(installs=(install,)), environment, link)[0]


def _only_script(tree: Tree) -> Script | None:
    own = tuple(scripts(tree, "pyproject.toml"))
    return own[0] if len(own) == 1 else None


def _uploads(tree: Tree) -> bool:
    """Whether a workflow uploads a package to PyPI."""
    workflows = map(tree.source, tree.workflows)
    return any(source and re.search(UPLOAD, source.text) for source in workflows)


def _for_program(name: str, words: Words) -> Words:
    """What of the arguments for `uvx` can only be meant for the program: what stands after the options of its own."""
    rest = parse(words, UV).rest
    return rest[1:] if rest and text(rest[0]) == name else rest


def from_entry(programs: Programs, entry: Entry, builds: Builds, running: Sequence[ContainerContext]) -> Outside:
    """The servers that an entry of a client's configuration starts, where that is a program of the project."""
    if program(entry.words) in CONTAINER_ENGINES and [text(word) for word in entry.words[1:2]] == ["run"]:
        return Outside(_servers_in_image(programs, entry, builds, running))
    tree = programs.tree

    def path_in_project(path: str) -> str:
        own = path == ROOT or path.startswith(f"{ROOT}/")
        return posixpath.normpath(path[len(ROOT) + 1 :] or ".") if own else on_host(path, tree)

    folder = path_in_project(entry.workdir).removeprefix(".")
    environment = Environment(
        entry.env,
        Label(entry.span, "whoever starts it may set it"),
        home(tree, posixpath.join(folder, "_")),
        path_in_project,
    )
    context = ExecContext(entry.workdir, environment.variable, tree, path_in_project, entry.span, folder)

    def made_by(words: Words, kind: str) -> tuple[tuple[Server, ...], list[str]]:
        found = [_packed_with(tree, entry, each) for each in starts(words, context)]
        whys = [
            each.why
            for each in found
            if isinstance(each, NoStart) and (each.missing or _names_own_file(entry, context))
        ]
        servers: list[Server] = []
        for start in (each._replace(terminal=BY_CLIENT) for each in found if isinstance(each, Start)):
            link = Link(entry.id, kind, f"is started by the client as {entry.id.rpartition(':')[2]}", start.notes)
            made, certain = followed_servers(programs, start, environment, link)
            spoken = Value((STDIO,), (Label(entry.span, "the client speaks to it over its standard input and output"),))
            servers += made if start.wrapper else (_with_published_transport(server, spoken) for server in made)
            whys += [] if certain else [f"what `{start.target}` starts is not known"]
        return tuple(servers), whys

    servers, whys = made_by(entry.words, MADE)
    if not servers and (packed := _packed_command(entry, tree)):
        servers, _ = made_by(packed, ASSUMED)
    unfollowed = Unfollowed(entry.id, entry.span, whys[0]) if whys and not servers else None
    return Outside(servers, unfollowed)


def _packed_with(tree: Tree, entry: Entry, found: Start | NoStart) -> Start | NoStart:
    """What an entry starts, without the lock file that its bundle leaves out."""
    form = kind(entry.span.source.path)
    if not isinstance(found, Start) or not found.installs or form is None or form.name != "bundle":
        return found
    folder = posixpath.dirname(entry.span.source.path)
    installs = (
        each._replace(lock=None) if each.lock and unpacked(tree, folder, each.lock) else each for each in found.installs
    )
    return found._replace(installs=tuple(installs))


def _packed_command(entry: Entry, tree: Tree) -> Words:
    """The command of the package that a bundle packs, which is one of its name, or the one around it."""
    form = kind(entry.span.source.path)
    if form is None or form.name != "bundle" or program(entry.words) != "node":
        return ()
    from mcplint.commands.node_managers import packed_command

    folder = posixpath.dirname(entry.span.source.path)
    return packed_command(entry.id.rpartition(":")[2], folder, entry.words, tree)


def _names_own_file(entry: Entry, context: ExecContext) -> bool:
    """Whether a command names a file or a folder of the project, so that it is no program of others."""
    words = [text(word) or "" for word in entry.words]
    if any(context.file(word) for word in words if "/" in word or "." in word):
        return True
    if any(word.partition("#subdirectory=")[2].strip("/") in context.tree.folders for word in words if "#" in word):
        return True
    return "/" in words[0] and on_host(words[0], context.tree) in context.tree.paths


def followed_servers(
    programs: Programs, start: Start, environment: Environment, link: Link, most: int = STEPS
) -> tuple[tuple[Server, ...], bool]:
    """The servers that a program makes, and whether it certainly makes no more.

    A console script that refuses to start like this is started by people with arguments of their own. `most`: how
    many steps are followed; a program that takes them all is not tried again.
    """
    python = start.language == "python"
    folder = environment.folder if python else posixpath.dirname(start.target)
    installs = start.installs
    if installs is None and python:
        installs = without_lock_file(programs.tree, folder, start.span)
    sdk = sdks(installs or (), programs.tree, folder, environment.locked)
    outcome = programs.run(start, environment.variable, sdk, environment.inside, most)
    short = outcome.complete
    if short and not outcome.servers and start.kind == FUNCTION and start.argv:
        # An option and its value more than what the files give.
        more = start._replace(argv=(*start.argv, Value(None, (environment.more,)), Value(None, (environment.more,))))
        outcome = programs.run(more, environment.variable, sdk, environment.inside, most)
    if short and not outcome.servers and start.kind == FUNCTION:
        outcome = programs.run(start._replace(argv=None), environment.variable, sdk, environment.inside, most)
    lacks = tuple(_environment_lacks(start, environment, programs.tree)) if python and outcome.servers else ()
    made = tuple(
        server._replace(links=(link,), runner=start.wrapper or server.runner, container=None, lacks=lacks)
        for server in outcome.servers
    )
    return made, outcome.complete and not outcome.unknown


def _environment_lacks(start: Start, environment: Environment, tree: Tree) -> Iterator[Lack]:
    """What a program does not find in the environment that is made to start it."""
    made = environment.assumed or (start.installs[0] if start.installs and len(start.installs) == 1 else None)
    if made is not None and "PYTHONPATH" not in environment.env:
        from mcplint.runtime.lone_environments import environment_lacks

        for lack in environment_lacks(start, made, environment.more.span, environment.named, tree):
            yield lack._replace(assumed=environment.assumed is not None)


def _servers_in_image(
    programs: Programs, entry: Entry, builds: Builds, running: Sequence[ContainerContext]
) -> tuple[Server, ...]:
    """The servers of an image of the project that a client runs by its name."""
    options = parse(entry.words[2:], DOCKER_RUN)
    if not options.rest or text(options.rest[0]) is None:
        return ()
    env: dict[str, Value[str | None]] = {}
    for word in options.values("env"):
        name, equals, _ = spelled(word).partition("=")
        env[name] = tail(word, len(name) + 1) if equals else entry.env.get(name, Value(None, word.trace))
    arguments = Argv(options.rest[1:], entry.span) if options.rest[1:] else None
    service = Container(entry.span, image=options.rest[0], env=env, arguments=arguments)
    context = named_image(service, builds, running)
    why = f"is started by the client as {entry.id.rpartition(':')[2]}"
    return in_image(programs, context, entry.id, why) if context else ()


def published_image(package: Package, builds: Builds, running: Sequence[ContainerContext]) -> ContainerContext | None:
    """The container that people start of an image that `server.json` publishes, None where it is not the project's."""
    if package.node is None:
        return None
    words = tuple(arguments(package.node, "packageArguments"))
    env = dict(variables(package.node))
    given = Argv(words, package.span) if words else None
    service = Container(package.span, image=package.identifier, env=env, arguments=given, tty=BY_CLIENT)
    return named_image(service, builds, running)


def of_image(programs: Programs, package: Package, context: ContainerContext) -> tuple[Server, ...]:
    """The servers of an image that `server.json` publishes, as those who run it start them."""
    made = in_image(programs, context, package.id, "is what people start who run the image")
    return tuple(_with_published_transport(server, package.type) for server in made)


def has_settings(package: Package) -> bool:
    """Whether a package of `server.json` gives what it starts arguments or variables."""
    node = package.node
    return node is not None and bool((*arguments(node, "packageArguments"), *variables(node)))


def in_image(programs: Programs, context: ContainerContext, id: str, why: str) -> tuple[Server, ...]:
    """The servers that an image of the project starts by itself."""
    kind = ASSUMED if context.container.assumed else MADE
    link = Link(id, kind, why, context.container.links[0].notes)
    return tuple(server._replace(links=(link,), container=None) for server in programs.started_by(context).servers)


def arguments(package: MappingNode, key: str) -> Iterator[Value[str]]:
    """The words that a package of `server.json` is started with; what has no value and needs none is left out."""
    for node in items(package.get(key)):
        given = {key.text: value for key, value in pairs(node) if isinstance(value, ScalarNode)}
        value, name, required = given.get("value") or given.get("default"), given.get("name"), given.get("isRequired")
        asked = required is not None and required.value is True
        if name and (value or asked):
            yield _stated_value(name)
        if value:
            yield _stated_value(value)
        elif asked:
            yield Value(None, (Label(node.span.head, "people are asked for it"),))


def variables(package: MappingNode) -> Iterator[tuple[str, Value[str | None]]]:
    """The variables that a package of `server.json` gives a value; those that it leaves to people are open."""
    for node in items(package.get("environmentVariables")):
        given = {key.text: value for key, value in pairs(node) if isinstance(value, ScalarNode)}
        value = given.get("value") or given.get("default")
        if "name" in given and value:
            yield given["name"].text, _stated_value(value)


def _stated_value(node: ScalarNode) -> Value[str]:
    note = (Label(node.span, "server.json gives it"),)
    known = None if "{" in node.text else (node.text,)
    return Value(known, note, EditSite(node.span) if node.span.text == node.text else None)


def merged(programs: Programs, servers: Iterable[Server]) -> tuple[Server, ...]:
    """The servers as parts of the model, each once for all who start it alike."""
    found: dict[object, Server] = {}
    for server in servers:
        key = _settings(server)
        if (one := found.get(key)) is not None:
            server = one._replace(links=(*one.links, *server.links), lacks=(*one.lacks, *server.lacks))
        found[key] = server
    return tuple(model_servers(found.values(), None, programs.ids))


def without_lock(servers: tuple[Server, ...], installed: Sequence[Server]) -> tuple[Server, ...]:
    """The servers of containers, without what their lock keeps out where people who install the package meet it."""
    met = {
        each.span
        for server in installed
        if (each := missing_import(server.sdk, server.sdk.installed, server.imports)) is not None
    }
    return tuple(
        server._replace(sdk=server.sdk._replace(admitted=UNKNOWN))
        if met and met & {each.span for each in server.imports}
        else server
        for server in servers
    )


def _settings(server: Server) -> object:
    """What makes a server another one than others of the same call."""
    values = tuple(value.options for value in server if isinstance(value, Value))
    return server.span, server.made, server.sdk.package, server.sdk.version.options, server.runner, values
