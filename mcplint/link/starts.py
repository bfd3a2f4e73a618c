"""What the starts of a project come to: MCP servers, other software, or something that cannot be followed."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mcplint.commands.command_lines import UV_AND_NPX, program
from mcplint.facts.dependencies import PROJECTS
from mcplint.knowledge.executables import JAVASCRIPT
from mcplint.knowledge.image_ports import OTHER_PROGRAMS
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import Container, Lack, Loose, Refusal, Route, Server, Unfollowed
from mcplint.programs.start import Start
from mcplint.project.kinds import kind
from mcplint.project.tree import Paths, Tree
from mcplint.runtime.unprivileged import needs_root, written
from mcplint.runtime.unused_variables import with_unused
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import is_other_software
from mcplint.text.paths import absolute, is_test
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from mcplint.link.outside import Outside
    from mcplint.link.servers import Programs, Started
    from mcplint.services.platforms.load import Platforms

MAKES = {
    "dockerfile": "the container that it makes is",
    "compose": "the services that it runs are",
    "server.json": "what it publishes is",
}
"""By kind of file, what is lost with one that cannot be read."""
MANIFESTS = {"package.json": ("modelcontextprotocol", "mcp"), "go.mod": ("mcp",), "Cargo.toml": ("mcp",)}
"""What other languages' lists of dependencies say where a program may serve MCP."""


class Starts(NamedTuple):
    """What is started.

    `loose`: what starts other software, `unfollowed`: what may start an MCP server, and cannot be followed; `certain`:
    the ids of those containers of them that certainly are an MCP server's. `needed`: the files that the servers cannot
    do without; `used`: the modules of their programs. `lacking`: by container, what it would start and the project
    lacks. `programs`: by container, what is started. `installed`: the servers that people start without a container.
    `refusing`: by container, the argument that ends its program. `bridged`: by container, the files that
    its bridges take their servers from.
    """

    servers: tuple[Server, ...] = ()
    loose: tuple[Loose, ...] = ()
    unfollowed: tuple[Unfollowed, ...] = ()
    certain: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    lacking: Mapping[str, Lack] = {}
    programs: Mapping[str, Start] = {}
    installed: tuple[Server, ...] = ()
    refusing: Mapping[str, Refusal] = {}
    bridged: Mapping[str, frozenset[str]] = {}


def started(tree: Tree, paths: Paths, contexts: tuple[ContainerContext, ...]) -> Starts:
    """What is started, as the files tell."""
    if not contexts and "python" not in paths and "package.json" not in paths:
        return Starts()
    from mcplint.link.beside import beside
    from mcplint.link.outside import without_lock
    from mcplint.link.replaced import replaced
    from mcplint.link.servers import Programs, bare
    from mcplint.link.unstarted import unstarted

    programs = Programs(tree)
    found = [(context, programs.started(context)) for context in contexts]
    if not any(start.servers for _, start in found) and any(context.container.build for context in contexts):
        from mcplint.link.unbuilt import with_meant

        found = with_meant(programs, found, tree)
    silent = [(context, start) for context, start in found if not start.servers and not start.missing]
    used = tree.asked("python", "typescript")
    alone = any(start.servers and context.container.service is None for context, start in found)
    bridged = {context.container.id: frozenset(_bridged(context, start, tree)) for context, start in found}
    installed, unknown = _outside(tree, with_clients(tree, paths, bridged), programs, alone)
    servers = tuple(server for _, start in found for server in start.servers)
    entries = [path for _, start in found if start.servers for path in start.needed]
    scripted, untold = _scripted(programs, (*servers, *installed), entries)
    if not servers:
        servers = _bare(tuple(bare(tree)), (*installed, *scripted))
    else:
        servers = (*without_lock(servers, installed), *beside(programs, paths, contexts, unknown))
    installed = (*installed, *scripted)
    lacking = {context.container.id: start.missing for context, start in found if start.missing}
    refusing = {context.container.id: start.refused for context, start in silent if start.refused}
    losing = frozenset(context.container.id for context, _ in silent if _loses_server(context, tree))
    open_ = [
        (context, start)
        for context, start in silent
        if not start.certain and (context.container.id in losing or _may_serve(context, tree, not servers))
    ]
    serving = not open_ or bool(servers) or "package.json" in paths or bool(unstarted(tree, paths))
    opened = [Unfollowed(*_loose(*each), _is_unread(each[1], tree)) for each in open_]
    shadowed = frozenset(context.container.id for context, start in silent if _is_shadowed(context, start, tree))
    images = {context.container.dockerfile for context, _ in found if context.image and not _is_other(context)}
    named = any(link.to for server in servers for link in server.links)
    only = len(images) == 1 and any(not server.container for server in servers)
    return Starts(
        servers,
        (*(_loose(*each) for each in silent if each not in open_), *replaced(found)),
        tuple({(each.id, each.why): each for each in (*opened, *unknown, *untold)}.values())
        or (() if lacking or shadowed or named else unstarted(tree, paths, servers)),
        frozenset(context.container.id for context, _ in open_ if _is_servers(context, tree, only) and serving)
        | frozenset(context.container.id for context, start in silent if _is_misquoted(context.container, start))
        | losing
        | shadowed,
        frozenset(path for context, start in found for path in (*start.needed, *_unbuilt(context))),
        used,
        lacking,
        {context.container.id: start.start for context, start in found if start.start},
        installed,
        refusing,
        bridged,
    )


def _bridged(context: ContainerContext, start: Started, tree: Tree) -> Iterator[str]:
    """The files of the project that bridges in a container take their servers from."""
    from mcplint.link.servers import in_project

    for server in start.servers:
        if server.bridge and (config := server.bridge.config.only):
            workdir = start.start.workdir if start.start else context.container.workdir.only
            path = absolute(workdir or "/", config)
            if path and (found := in_project(context, tree)(path)) in tree.paths:
                yield found


def with_clients(tree: Tree, paths: Paths, bridged: Mapping[str, frozenset[str]]) -> Paths:
    """The files by kind, those that bridges take servers from, and those that plugins name, with the clients' own."""
    found = frozenset[str]().union(*bridged.values())
    if plugins := [path for path in paths.get("client", ()) if path.endswith("plugin.json")]:
        from mcplint.services.clients import named_by_plugins

        found = found.union(named_by_plugins(tree.all_facts("client", plugins).values(), tree.paths))
    return {**paths, "client": sorted(found.union(paths.get("client", ())))} if found else paths


def _outside(
    tree: Tree, paths: Paths, programs: Programs, contained: bool
) -> tuple[tuple[Server, ...], tuple[Unfollowed, ...]]:
    """What people start without a container: packages that are published, and what their clients are told to start.

    `contained`: an image that is published is started alone by its own Dockerfile's container.
    """
    documents = tree.all_facts("manifest", paths.get("server.json", ())).values()
    configurations = tree.all_facts("client", (*paths.get("client", ()), *bundles(tree, paths))).values()
    from_scripts = "pyproject.toml" in tree.paths and bool(tree.workflows)
    if not documents and not configurations and not from_scripts:
        return (), ()
    from mcplint.link.outside import from_entry, merged, packaged, published, published_image
    from mcplint.registry.manifests import packages
    from mcplint.services.entries import entries

    dockerfiles = tree.all_facts("dockerfile", paths.get("dockerfile", ()))
    servers: list[Server] = []
    found: list[Outside] = []
    for package in (package for document in documents for package in packages(document)):
        if package.registry.only in ("pypi", "npm"):
            found.append(packaged(programs, package))
        elif package.registry.only == "oci" and not contained:
            servers += published_image(programs, package, dockerfiles)
    if not any(package.registry.only == "pypi" for document in documents for package in packages(document)):
        servers += published(programs)
    found += [from_entry(programs, entry, dockerfiles) for file in configurations for entry in entries(file)]
    servers += (server for each in found for server in each.servers)
    return merged(programs, servers), tuple(each.unfollowed for each in found if each.unfollowed)


def _scripted(
    programs: Programs, servers: tuple[Server, ...], entries: Iterable[str]
) -> tuple[tuple[Server, ...], tuple[Unfollowed, ...]]:
    """The servers of console scripts of packages that nothing else starts, and those scripts that are not followed."""
    if not any(posixpath.basename(path) in PROJECTS for path in programs.tree.paths):
        return (), ()
    from mcplint.link.console import from_scripts
    from mcplint.link.outside import merged

    found = tuple(from_scripts(programs, servers, entries))
    unfollowed = tuple(each.unfollowed for each in found if each.unfollowed)
    return merged(programs, (server for each in found for server in each.servers)), unfollowed


def bundles(tree: Tree, paths: Paths) -> list[str]:
    """The manifests of bundles, among other files of that name."""
    found = ((path, tree.source(path)) for path in paths.get("bundle", ()))
    return [path for path, source in found if source and "mcp_config" in source.text]


def _bare(found: tuple[Server, ...], installed: tuple[Server, ...]) -> tuple[Server, ...]:
    """The servers that nothing else starts, those of packages in place of what is merely read from the same calls."""
    if not installed:
        return found
    from mcplint.link.console import calls

    known = {span for server in installed for span in calls(server)}
    return (*(server for server in found if known.isdisjoint(calls(server))), *installed)


def _loose(context: ContainerContext, start: Started) -> Loose:
    return Loose(context.container.id, context.container.span, start.why, start.notes)


def _is_servers(context: ContainerContext, tree: Tree, only: bool) -> bool:
    """Whether a container that cannot be followed certainly is an MCP server's: it starts what its image is made for.

    That is the command of its image, or one that is called after MCP. `only`: it is the only image of a project that
    has a server.
    """
    from mcplint.runtime.missing import brings_sdk

    container = context.container
    if not context.image or not container.argv:
        return False
    overridden = container.entrypoint or container.arguments
    if overridden and "mcp" not in program(container.argv.words or ()).lower():
        return False
    return only or (bool(container.installs) and brings_sdk(context, tree)) or _is_called_mcp(context, tree)


def _is_called_mcp(context: ContainerContext, tree: Tree) -> bool:
    """Whether an image is made for a package of Node that asks for an SDK and is called after MCP."""
    installed = context.image.node_installs if context.image else ()
    packages = (tree.facts("package_json", install.package) for install in installed)
    asking = (package for package in packages if package and any(map(package.range, NPM_PACKAGES)))
    return any("mcp" in name for package in asking for name in (package.name, *(each.name for each in package.bins)))


def _is_misquoted(container: Container, start: Started) -> bool:
    """Whether a variable that decides about a program's servers has quotes as a part of its value, and none came."""
    values = (container.env[name].only for name in start.asked if name in container.env)
    return any(isinstance(text, str) and len(text) > 2 and text[0] == text[-1] in ("'", '"') for text in values)


def _loses_server(context: ContainerContext, tree: Tree) -> bool:
    if not context.image or not context.image.lacks or _is_other(context):
        return False
    from mcplint.runtime.missing import loses_server

    return loses_server(context, tree)


def _is_shadowed(context: ContainerContext, start: Started, tree: Tree) -> bool:
    if not start.start or not context.image:
        return False
    from mcplint.runtime.missing_imports import is_shadowed

    return is_shadowed(context.image, context.container, start.start, tree)


def _is_unread(start: Started, tree: Tree) -> bool:
    return any(label.span.source.path in tree.problems for label in start.notes)


def _may_serve(context: ContainerContext, tree: Tree, none: bool) -> bool:
    """Whether what a container starts may be an MCP server, by its names and by what is installed in it.

    `none`: the project has no server yet, so that one on an image that is not known may be it.
    """
    container, image = context.container, context.image
    if _is_other(context):
        return False
    called = [container.service or "", *((container.image.options or ()) if not image else ())]
    called += [option for word in (container.argv and container.argv.words) or () for option in word.options or ()]
    if any("mcp" in str(name).lower() for name in called):
        return True
    if image is None:
        return (
            context.open
            or container.folder is not None
            or (container.build is not None and container.build.inline is not None)
        )
    from mcplint.runtime.missing import brings_sdk

    if brings_sdk(context, tree) or (none and not image.base_known):
        return True
    folders = {posixpath.dirname(image.dockerfile), image.folder}
    return any(
        source is not None and any(word in source.text for word in words)
        for folder in folders
        for name, words in MANIFESTS.items()
        for source in (tree.source(posixpath.join(folder, name)),)
    )


def _is_other(context: ContainerContext) -> bool:
    """Whether a container runs software that is well known and serves no MCP, or is built upon it."""
    names = [str(name) for name in context.container.image.options or ()]
    words = [str(word.only) for word in (context.container.argv and context.container.argv.words) or ()]
    programs = any(program in word for word in words for program in OTHER_PROGRAMS)
    return programs or (bool(names) and all(map(is_other_software, names)))


def _unbuilt(context: ContainerContext) -> tuple[str, ...]:
    """The Dockerfile that a service builds where no image came of it."""
    build = None if context.image else context.container.build
    return (build.dockerfile.only,) if build and build.dockerfile.only else ()


def containers(contexts: tuple[ContainerContext, ...], starts: Starts, tree: Tree) -> tuple[Container, ...]:
    """The containers that start an MCP server, or certainly would, each with the ids of its servers."""
    inside: dict[str, list[Server]] = {}
    for server in starts.servers:
        for link in server.links:
            inside.setdefault(link.to or "", []).append(server)
    serving = {*inside, *starts.lacking, *starts.certain, *starts.refusing}
    kept = [context for context in contexts if context.container.id in serving]
    writes = cache(lambda: written(tree))
    found = tuple(
        _serving(context, tuple(inside.get(context.container.id, ())), starts, tree, writes) for context in kept
    )
    # A command that several share stays as it is where one of them needs it so.
    needed = {each.sync.span for each in found if each.sync and not each.sync.edits}
    found = tuple(
        each._replace(sync=each.sync._replace(edits=())) if each.sync and each.sync.span in needed else each
        for each in found
    )
    return with_unused(found, inside, tree) if any(each.env for each in found) else found


def _serving(
    context: ContainerContext,
    servers: tuple[Server, ...],
    starts: Starts,
    tree: Tree,
    writes: Callable[[], tuple[Label, ...]],
) -> Container:
    """A container with what the servers in it make of it."""
    from mcplint.link.servers import with_commands

    start = starts.programs.get(context.container.id)
    each = with_commands(context.container, start)
    context = context._replace(container=each)
    found = each._replace(
        servers=tuple(server.id for server in servers),
        missing=starts.lacking.get(each.id),
        refused=starts.refusing.get(each.id),
        needs_root=None if each.unprivileged else next(needs_root(context, servers, writes), None),
        reload=next(_reloading(servers), None),
        lacks=(*each.lacks, *_lacks(context, start, tree), *_unwritable(context, servers, tree)),
    )
    if context.image:
        from mcplint.runtime.private_program import private, shell
        from mcplint.runtime.start_script import start_script

        hidden = (*private(context.image, found), *shell(context.image, found))
        found = found._replace(script=start_script(context, tree), lacks=(*found.lacks, *hidden))
        if any(server.served_folders for server in servers):
            from mcplint.runtime.served_folders import served_folders

            found = found._replace(lacks=(*found.lacks, *served_folders(context.image, found, servers, tree)))
        if start and not hidden and any(program(one.words or ()) in UV_AND_NPX for one in start.commands):
            from mcplint.runtime.sync import sync

            found = found._replace(sync=sync(context.image, found, start, tree))
    if not context.image or not each.mounts:
        return found
    from mcplint.services.volumes import covered, unwritable

    return found._replace(covered=tuple(covered(context, servers, tree)), unwritable=tuple(unwritable(context, tree)))


def _unwritable(context: ContainerContext, servers: tuple[Server, ...], tree: Tree) -> Iterator[Lack]:
    """What the servers of a container write as a user that may not."""
    if context.image and any(server.writes for server in servers):
        from mcplint.runtime.writable import refused

        yield from refused(context.image, context.container, servers, tree)


def _reloading(servers: tuple[Server, ...]) -> Iterator[tuple[Value[bool], str]]:
    """The setting of uvicorn by which a program starts its server anew, and what comes of it."""
    for each in servers:
        if each.asgi.reload.must(bool) and each.asgi.named.must(bool):
            yield each.asgi.reload, "starts its server anew whenever a file changes"
        elif each.asgi.reload.must(bool) and each.asgi.named.must_be(False):
            yield each.asgi.reload, "ends at once, since uvicorn needs an import string of the application for it"


def _lacks(context: ContainerContext, start: Start | None, tree: Tree) -> Iterator[Lack]:
    """What the program of a container provably does not find."""
    container = context.container
    if not start or not context.image or container.unread:
        return
    if start.language == "python":
        from mcplint.runtime.missing_imports import lacks, of_start

        yield from lacks(context.image, container, start, tree)
        yield from of_start(context.image, container, start, tree)
    elif start.image_path and start.image_path.endswith(JAVASCRIPT) and not (container.mounts or start.prepared):
        from mcplint.runtime.node_start import of_node_start

        word = next((note.span for note in start.notes[-1:] if note.span.text), container.cmd)
        yield from of_node_start(start, word, context.image, container, tree)


def lost(tree: Tree) -> Iterator[Loose]:
    """What would make parts of the deployment, and cannot be read."""
    for path, problem in tree.problems.items():
        made = kind(path)
        if made and made.name in MAKES and not is_test(path):
            yield Loose(path, problem.span, f"{problem.message}; {MAKES[made.name]} not known")


def unread(hosted: Platforms | None) -> Iterator[Loose]:
    """What may belong to the deployment and is not read."""
    for note in hosted.notes if hosted else ():
        yield Loose(note.span.source.path, note.span, note.text)


def unlinked(routes: Iterable[Route]) -> Iterator[Loose]:
    """The routes that lead to no server."""
    for route in routes:
        if not route.server:
            why = "; ".join(dict.fromkeys(link.why for link in route.links)) or "leads to no known server"
            yield Loose(route.id, route.span, why)
