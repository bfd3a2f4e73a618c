"""What the starts of a project come to: MCP servers, other software, or something that cannot be followed."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from re import Pattern
from typing import TYPE_CHECKING, NamedTuple

from mcplint.facts.dependencies import PROJECTS
from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.knowledge.sdk_packages import SERVER_IMPORT
from mcplint.link.suspects import is_misquoted, is_servers, is_shadowed, loses_server, may_serve, runs_other_software
from mcplint.model import MADE, Lack, Link, Loose, Refusal, Route, Server, Unfollowed
from mcplint.programs.start import Start
from mcplint.project.kinds import kind
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import absolute, is_test
from mcplint.values import Label

if TYPE_CHECKING:
    from mcplint.facts.client import ClientFile
    from mcplint.facts.typescript import Script
    from mcplint.link.outside import Outside
    from mcplint.link.servers import Programs, StartedServers
    from mcplint.services.platforms.load import Platforms

MAKES = {
    "dockerfile": "the container that it makes is",
    "compose": "the services that it runs are",
    "server.json": "what it publishes is",
}
"""By kind of file, what is lost with one that cannot be read."""


class ProjectStarts(NamedTuple):
    """What is started.

    `loose`: what starts other software, `unfollowed`: what may start an MCP server, and cannot be followed; `certain`:
    the ids of those containers of them that certainly are an MCP server's. `needed`: the files that the servers cannot
    do without; `used`: the modules of their programs. `lacking`: by container, what it would start and the project
    lacks. `programs`: by container, what is started. `installed`: the servers that people start without a container.
    `refusing`: by container, the argument that ends its program. `bridged`: by container, the files that
    its bridges take their servers from. `published`: by package of `server.json`, the container of the image that it
    is, where files of the project tell which one that is, to nothing where that starts no known server.
    `users`: by container, what has its servers run as another user than it has itself.
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
    published: Mapping[str, Link] = {}
    users: Mapping[str, Label] = {}


def project_starts(tree: Tree, paths: Paths, contexts: tuple[ContainerContext, ...]) -> ProjectStarts:
    """What is started, as the files tell."""
    if not contexts and "python" not in paths and "package.json" not in paths and not tree.problems:
        return ProjectStarts()
    from mcplint.link.outside import without_lock
    from mcplint.link.replaced import replaced_starts
    from mcplint.link.servers import Programs, standalone_servers
    from mcplint.link.sibling_packages import sibling_servers
    from mcplint.link.unstarted import unstarted

    programs = Programs(tree)
    found = [(context, programs.started_by(context)) for context in contexts]
    if not any(start.servers for _, start in found) and any(
        context.container.build or start.missing for context, start in found
    ):
        from mcplint.link.unbuilt import with_likely_program

        found = with_likely_program(programs, found, tree)
    silent = [(context, start) for context, start in found if not start.servers and not start.missing]
    used = tree.paths_read_as("python", "typescript")
    alone = {
        _stage(context): context.container.id
        for context, start in found
        if start.servers and context.container.service is None
    }
    bridged = {context.container.id: frozenset(_bridge_configs(context, start, tree)) for context, start in found}
    installed, unknown, published = _started_outside(
        tree, with_clients(tree, paths, bridged), programs, alone, contexts
    )
    servers = tuple(server for _, start in found for server in start.servers)
    entries = [path for _, start in found if start.servers for path in start.needed]
    scripted, untold = _console_scripts(programs, (*servers, *installed), entries)
    if not servers:
        servers = _not_started_elsewhere(tuple(standalone_servers(tree)), (*installed, *scripted))
    else:
        servers = (*without_lock(servers, installed), *sibling_servers(programs, paths, contexts, unknown))
    installed = (*installed, *scripted)
    lacking = {context.container.id: start.missing for context, start in found if start.missing}
    refusing = {context.container.id: start.refused for context, start in silent if start.refused}
    losing = frozenset(context.container.id for context, _ in silent if loses_server(context, tree))
    open_ = [
        (context, start)
        for context, start in silent
        if not start.certain and (context.container.id in losing or may_serve(context, tree, not servers))
    ]
    serving = not open_ or bool(servers) or "package.json" in paths or bool(unstarted(tree, paths))
    serving = serving or any(_is_unread(start, tree, SERVER_IMPORT) for _, start in open_)
    opened = [Unfollowed(*_as_loose(*each), _is_unread(each[1], tree)) for each in open_]
    shadowed = frozenset(context.container.id for context, start in silent if is_shadowed(context, start, tree))
    images = {
        context.container.dockerfile for context, _ in found if context.image and not runs_other_software(context)
    }
    named = any(link.to for server in servers for link in server.links)
    only = len(images) == 1 and any(not server.container for server in servers)
    return ProjectStarts(
        servers,
        (*(_as_loose(*each) for each in silent if each not in open_), *replaced_starts(found)),
        tuple({(each.id, each.why): each for each in (*opened, *unknown, *untold)}.values())
        or (() if lacking or shadowed or named else unstarted(tree, paths, servers)),
        frozenset(context.container.id for context, _ in open_ if is_servers(context, tree, only) and serving)
        | frozenset(context.container.id for context, start in silent if is_misquoted(context.container, start, tree))
        | losing
        | shadowed,
        frozenset(path for context, start in found for path in (*start.needed, *_unbuilt(context))),
        used,
        lacking,
        {context.container.id: start.start for context, start in found if start.start},
        installed,
        refusing,
        bridged,
        published,
        {context.container.id: start.user for context, start in found if start.user},
    )


def _bridge_configs(context: ContainerContext, start: StartedServers, tree: Tree) -> Iterator[str]:
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


def _stage(context: ContainerContext) -> tuple[str, int] | None:
    """The stage of a Dockerfile that makes a container's image."""
    return (context.image.dockerfile, context.image.number) if context.image else None


def _started_outside(
    tree: Tree,
    paths: Paths,
    programs: Programs,
    alone: Mapping[tuple[str, int] | None, str],
    running: tuple[ContainerContext, ...],
) -> tuple[tuple[Server, ...], tuple[Unfollowed, ...], Mapping[str, Link]]:
    """What people start without a container: packages that are published, and what their clients are told to start.

    `alone`: the containers of nothing but an image that start servers, each by the stage that makes it. An image that
    is published is started there, unless it is told more; which one that is stands in the last of what is given.
    """
    documents = tree.all_facts("manifest", paths.get("server.json", ())).values()
    named = (*paths.get("client", ()), *bundles(tree, paths))
    configurations: Collection[ClientFile] = ()
    if named:
        from mcplint.link.clients import files

        configurations = files(tree, named).values()
    from_scripts = "pyproject.toml" in tree.paths and bool(tree.workflows)
    if not documents and not configurations and not from_scripts:
        return (), (), {}
    from mcplint.link.outside import (
        from_entry,
        has_settings,
        merged,
        of_image,
        packaged,
        published_image,
        published_servers,
    )
    from mcplint.registry.manifests import packages
    from mcplint.services.built_images import Builds
    from mcplint.services.entries import entries

    builds = Builds(tree, tree.all_facts("dockerfile", paths.get("dockerfile", ())))
    servers: list[Server] = []
    found: list[Outside] = []
    images: dict[str, Link] = {}
    for package in (package for document in documents for package in packages(document)):
        if package.registry.only in ("pypi", "npm"):
            found.append(packaged(programs, package))
        elif package.registry.only == "oci" and (context := published_image(package, builds, running)) is not None:
            is_configured, link = has_settings(package), context.container.links[0]
            if not is_configured and (own := alone.get(_stage(context))) is not None:
                images[package.id] = link._replace(to=own)
            elif is_configured or not alone or link.kind == MADE:
                made = of_image(programs, package, context)
                servers += made
                if not made and not is_configured and link.kind == MADE:
                    images[package.id] = link._replace(to=None)
    if not any(package.registry.only == "pypi" for document in documents for package in packages(document)):
        servers += published_servers(programs)
    found += [from_entry(programs, entry, builds, running) for file in configurations for entry in entries(file)]
    servers += (server for each in found for server in each.servers)
    return merged(programs, servers), tuple(each.unfollowed for each in found if each.unfollowed), images


def _console_scripts(
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


def _not_started_elsewhere(found: tuple[Server, ...], installed: tuple[Server, ...]) -> tuple[Server, ...]:
    """The servers that nothing else starts, those of packages in place of what is merely read from the same calls."""
    if not installed:
        return found
    from mcplint.link.console import calls

    known = {span for server in installed for span in calls(server)}
    return (*(server for server in found if known.isdisjoint(calls(server))), *installed)


def _as_loose(context: ContainerContext, start: StartedServers) -> Loose:
    return Loose(context.container.id, context.container.span, start.why, start.notes)


def _is_unread(start: StartedServers, tree: Tree, names: Pattern[str] | None = None) -> bool:
    """Whether a program has a file that cannot be read; `names`: and that says this."""
    sources = (label.span.source for label in start.notes)
    return any(each.path in tree.problems and (not names or names.search(each.text)) for each in sources)


def _unbuilt(context: ContainerContext) -> tuple[str, ...]:
    """The Dockerfile that a service builds where no image came of it."""
    build = None if context.image else context.container.build
    return (build.dockerfile.only,) if build and build.dockerfile.only else ()


def unreadable_parts(tree: Tree) -> Iterator[Loose]:
    """What would make parts of the deployment, and cannot be read."""
    for path, problem in tree.problems.items():
        made = kind(path)
        if made and made.name in MAKES and not is_test(path):
            yield Loose(path, problem.span, f"{problem.message}; {MAKES[made.name]} not known")


def damaged_modules(tree: Tree, used: Iterable[str]) -> Iterator[Loose]:
    """What the parser of TypeScript reads around in the modules of programs."""
    for path in sorted(path for path in used if path.endswith((*TYPESCRIPT, *JAVASCRIPT))):
        script: Script | None = tree.facts("typescript", path)
        if script is not None and (span := script.first_syntax_error):
            yield Loose(path, span, "this is no valid program or newer than the parser, so it is not read")


def unread(hosted: Platforms | None) -> Iterator[Loose]:
    """What may belong to the deployment and is not read."""
    for note in hosted.notes if hosted else ():
        yield Loose(note.span.source.path, note.span, note.text)


def unlinked_routes(routes: Iterable[Route]) -> Iterator[Loose]:
    """The routes that lead to no server."""
    for route in routes:
        if not route.server:
            why = "; ".join(dict.fromkeys(link.why for link in route.links)) or "leads to no known server"
            yield Loose(route.id, route.span, why)
