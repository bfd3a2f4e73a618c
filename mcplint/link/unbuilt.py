"""A service that is built from a folder which is not in the project: the one server that there is may be meant."""

from __future__ import annotations

import posixpath

from mcplint.link.servers import Programs, StartedServers, alone
from mcplint.model import ASSUMED, Argv, Link
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.values import Label, Value

Found = list[tuple[ContainerContext, StartedServers]]


def with_meant(programs: Programs, found: Found, tree: Tree) -> Found:
    """What containers start, the only such service the project's only server, where that listens on a port of it."""
    waiting = [context for context, _ in found if _is_elsewhere(context, tree)]
    servers = list(alone(tree)) if len(waiting) == 1 else []
    if len(servers) != 1:
        return found
    [context], [(path, _)] = waiting, servers
    started = _started(programs, context, path)
    ports = {port.target.only for port in (*context.container.ports, *context.container.expose)}
    if not started.servers or not all(each.port.only in ports for each in started.servers):
        return found
    return [(each, started if each is context else start) for each, start in found]


def _started(programs: Programs, context: ContainerContext, path: str) -> StartedServers:
    """What a service makes of a program of the project, with the variables that it is given."""
    container = context.container
    words = ("python" if path.endswith(".py") else "node", f"/{path}")
    argv = Argv(tuple(Value((word,)) for word in words), container.span)
    runs = container._replace(folder=".", workdir=Value(("/",)), argv=argv)
    started = programs.started(context._replace(container=runs))
    why = "is the only server of the project, on a port of a service that is built from what is not here"
    note = (Label(container.build.span, "not here"),) if container.build else ()
    links = (Link(container.id, ASSUMED, why, note),)
    return started._replace(servers=tuple(each._replace(container=container, links=links) for each in started.servers))


def _is_elsewhere(context: ContainerContext, tree: Tree) -> bool:
    """Whether a service is built from a folder of which the project has nothing, and names no command."""
    build = context.container.build
    folder = build.context.only if build and build.inline is None and not context.image else None
    if not folder or context.container.argv:
        return False
    folder = posixpath.normpath(folder)
    return folder != "." and folder not in tree.folders
