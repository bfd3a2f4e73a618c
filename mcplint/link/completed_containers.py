"""Completes containers with what the servers in them write, lack and reload."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mcplint.commands.command_lines import UV_AND_NPX, program
from mcplint.knowledge.executables import JAVASCRIPT
from mcplint.knowledge.image_references import placeholder
from mcplint.model import Container, Lack, Server
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.runtime.unprivileged import first_writes, low_ports, needs_root
from mcplint.runtime.unused_variables import with_unused
from mcplint.services.containers import ContainerContext
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from mcplint.link.starts import ProjectStarts


class ServersInside(NamedTuple):
    """The servers of a container, and what of them bears on it: their ids, what needs root, how they are reloaded."""

    servers: tuple[Server, ...]
    ids: tuple[str, ...]
    low_ports: tuple[Label, ...]
    stores: tuple[Label, ...]
    reload: tuple[Value[bool], str] | None

    @classmethod
    def of(cls, servers: tuple[Server, ...]) -> ServersInside:
        """What bears on the container of some servers."""
        stores = tuple(store.note for server in servers for store in server.file_stores)
        reload = next(_reload_settings(servers), None)
        return cls(servers, tuple(server.id for server in servers), tuple(low_ports(servers)), stores, reload)


def containers(contexts: tuple[ContainerContext, ...], starts: ProjectStarts, tree: Tree) -> tuple[Container, ...]:
    """The containers that start an MCP server, or certainly would, each with the ids of its servers."""
    inside: dict[str, list[Server]] = {}
    for server in starts.servers:
        for link in server.links:
            inside.setdefault(link.to or "", []).append(server)
    serving = {*inside, *starts.lacking, *starts.certain, *starts.refusing}
    kept = [context for context in contexts if context.container.id in serving]
    services = {(id(context.project), context.container.service) for context in kept}
    kept = [_without_reported_failures(context, services) for context in kept]
    writes = first_writes(tree)
    # A file that overrides others makes one more container of a name: what its servers are is worked out once a name.
    servers = {name: ServersInside.of(tuple(many)) for name, many in inside.items()}
    nothing = ServersInside.of(())
    found = tuple(
        _completed_container(context, servers.get(context.container.id, nothing), starts, tree, writes)
        for context in kept
    )
    # A command that several share stays as it is where one of them needs it so.
    needed = {each.sync.span for each in found if each.sync and not each.sync.edits}
    found = tuple(
        each._replace(sync=each.sync._replace(edits=())) if each.sync and each.sync.span in needed else each
        for each in found
    )
    return with_unused(found, inside, tree) if any(each.env for each in found) else found


def _without_reported_failures(context: ContainerContext, told: Collection[tuple[int, str | None]]) -> ContainerContext:
    """A container whose prerequisites are not said to fail where that is told of them."""
    needed = context.container.prerequisites
    known = tuple(each._replace(failing=None) if (id(context.project), each.name) in told else each for each in needed)
    return context._replace(container=context.container._replace(prerequisites=known)) if needed else context


def _completed_container(
    context: ContainerContext,
    inside: ServersInside,
    starts: ProjectStarts,
    tree: Tree,
    writes: Callable[[], Iterator[Label]],
) -> Container:
    """A container with what the servers in it make of it."""
    from mcplint.link.servers import with_commands

    servers, start = inside.servers, starts.programs.get(context.container.id)
    each = with_commands(context.container, start)
    if (note := starts.users.get(each.id)) and each.user.options:
        each = each._replace(user=Value(None, (*each.user.trace, note)))
    context = context._replace(container=each)
    root = None if each.unprivileged else next(needs_root(context, inside.low_ports, inside.stores, writes), None)
    found = each._replace(
        servers=inside.ids,
        missing=starts.lacking.get(each.id),
        refused=starts.refusing.get(each.id),
        needs_root=root,
        reload=inside.reload,
        lacks=(*each.lacks, *_program_lacks(context, start, tree), *_unwritable(context, start, servers, tree)),
    )
    if placeholder(each.reference.only or ""):
        from mcplint.services.rendered import may_be_filled_in

        found = found._replace(rendered=may_be_filled_in(each, tree))
    if context.image:
        from mcplint.runtime.private_program import private, shell
        from mcplint.runtime.start_script import start_script

        found = found._replace(script=start_script(context, tree))
        hidden = (*private(context.image, found), *shell(context.image, found))
        found = found._replace(lacks=(*found.lacks, *hidden))
        if any(server.served_folders for server in servers):
            from mcplint.runtime.served_folders import served_folders

            found = found._replace(lacks=(*found.lacks, *served_folders(context.image, found, servers, tree)))
        if start and not hidden and any(program(one.words or ()) in UV_AND_NPX for one in start.commands):
            from mcplint.runtime.sync import sync

            found = found._replace(sync=sync(context.image, found, start, tree))
    if not context.image or not each.mounts:
        return found
    from mcplint.runtime.volumes import hidden_by_mounts, unwritable

    return found._replace(
        covered=tuple(hidden_by_mounts(context, servers, tree)), unwritable=tuple(unwritable(context, tree))
    )


def _unwritable(
    context: ContainerContext, start: Start | None, servers: tuple[Server, ...], tree: Tree
) -> Iterator[Lack]:
    """What the servers of a container write as a user that may not; their command may set another home."""
    if context.image and any(server.writes for server in servers):
        from mcplint.runtime.writable import refused_writes

        container = context.container._replace(env={**context.container.env, **(start.env if start else {})})
        yield from refused_writes(context.image, container, servers, tree)


def _reload_settings(servers: tuple[Server, ...]) -> Iterator[tuple[Value[bool], str]]:
    """The setting of uvicorn by which a program starts its server anew, and what comes of it."""
    for each in servers:
        if each.asgi.reload.must(bool) and each.asgi.named.must(bool):
            yield each.asgi.reload, "starts its server anew whenever a file changes"
        elif each.asgi.reload.must(bool) and each.asgi.named.must_be(False):
            yield each.asgi.reload, "ends at once, since uvicorn needs an import string of the application for it"


def _program_lacks(context: ContainerContext, start: Start | None, tree: Tree) -> Iterator[Lack]:
    """What the program of a container provably does not find."""
    container = context.container
    if not start or container.unread:
        return
    if not context.image:
        from mcplint.runtime.shadowing import of_folder

        yield from of_folder(container, start, tree)
        return
    if start.language == "python":
        from mcplint.runtime.missing_imports import missing_modules, of_start
        from mcplint.runtime.uninstalled_commands import uninstalled_script

        yield from missing_modules(context.image, container, start, tree)
        yield from of_start(context.image, container, start, tree)
        yield from uninstalled_script(context, start, tree)
    elif start.image_path and start.image_path.endswith(JAVASCRIPT) and not (container.mounts or start.prepared):
        from mcplint.runtime.node_start import of_node_start

        word = next((note.span for note in start.notes[-1:] if note.span.text), container.cmd)
        yield from of_node_start(start, word, context.image, container, tree)
