"""A service that is built from a folder which is not in the project, or a command whose file is missing: the one server
that there is may be meant."""

from __future__ import annotations

import posixpath
import re

from mcplint.commands.words import Words, text
from mcplint.link.servers import Programs, StartedServers, standalone_programs
from mcplint.model import ASSUMED, Argv, Lack, Link, Mount
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.values import Label, Value

_MEANT = "/meant"
"""Where the project lies for a command that is given a file of it."""
_HTTP = re.compile(r"http|sse|(?<!\S)--?(?:port|host)\b")
_PYTHON: Value[str] = Value(("python",))
Found = list[tuple[ContainerContext, StartedServers]]


def with_likely_program(programs: Programs, found: Found, tree: Tree) -> Found:
    """What containers start, the only such service or command the project's only server, where that fits it.

    A service has to publish the port of that, a command to give it an argument that has it speak HTTP.
    """
    waiting = [context for context, _ in found if _is_built_elsewhere(context, tree)]
    lost = [(context, start.missing) for context, start in found if start.missing and not start.certain]
    idle = all(start.certain or start.missing or not context.image for context, start in found)
    if len(waiting) + len(lost) != 1 or not idle:
        return found
    servers = list(standalone_programs(tree))
    if len(servers) != 1 or len(servers[0][1].servers) != 1:
        return found
    [(path, _)] = servers
    if lost:
        [(context, lack)] = lost
        return _with_start(found, context, _start_instead(programs, context, lack, path))
    [context] = waiting
    started = _start_program(programs, context, path)
    ports = {port.target.only for port in (*context.container.ports, *context.container.expose)}
    fits = started.servers and all(each.port.only in ports for each in started.servers)
    return _with_start(found, context, started) if fits else found


def _with_start(found: Found, context: ContainerContext, started: StartedServers | None) -> Found:
    return [(each, started if started and each is context else start) for each, start in found]


def _start_instead(programs: Programs, context: ContainerContext, lack: Lack, path: str) -> StartedServers | None:
    """What a command makes that is given a program of the project in place of the file that is missing."""
    container = context.container
    words = _renamed(container.argv.words or () if container.argv else (), lack.name, path)
    if not words or not path.endswith(".py"):
        return None
    runs = container._replace(
        argv=Argv(words, container.argv.span if container.argv else container.span),
        workdir=Value((_MEANT,)),
        mounts=(Mount("bind", Value((".",)), Value((_MEANT,)), False, container.span, "."),),
    )
    started = programs.started_by(context._replace(container=runs))
    if not started.servers or not all(server.speaks_http for server in started.servers):
        return None
    why = f"is the only server of the project, and is told to speak HTTP as the command tells `{lack.name}`"
    links = (Link(container.id, ASSUMED, why, (Label(lack.span, "this is missing"),)),)
    servers = tuple(each._replace(container=container, links=links) for each in started.servers)
    return started._replace(servers=servers, missing=lack, start=None)


def _renamed(words: Words, name: str, path: str) -> Words:
    """The words of a command with a file of the project in place of a name; none where no argument chooses HTTP."""
    last = name.rpartition("/")[2]
    attribute = last.partition(":")[2]
    given = f"{path.removesuffix('.py').replace('/', '.')}:{attribute}" if attribute else f"{_MEANT}/{path}"
    naming = re.compile(rf"(?<!\S)(?:(-m)[ \t]+)?[\w./-]{{0,99}}?{re.escape(last)}(?!\S)")
    for index, word in enumerate(words):
        word_text = text(word) or ""
        found = naming.search(word_text)
        if found is None:
            continue
        rest = " ".join((word_text[found.end() :], *(text(each) or "" for each in words[index + 1 :])))
        if not attribute and not _HTTP.search(rest):
            return ()
        program = index == 0 and found.start() == 0
        module = word_text == last and index > 0 and text(words[index - 1]) == "-m"
        put = word._replace(options=(word_text[: found.start()] + given + word_text[found.end() :],))
        return (*words[: index - module], *((_PYTHON,) if program else ()), put, *words[index + 1 :])
    return ()


def _start_program(programs: Programs, context: ContainerContext, path: str) -> StartedServers:
    """What a service makes of a program of the project, with the variables that it is given."""
    container = context.container
    words = ("python" if path.endswith(".py") else "node", f"/{path}")
    argv = Argv(tuple(Value((word,)) for word in words), container.span)
    runs = container._replace(folder=".", workdir=Value(("/",)), argv=argv)
    started = programs.started_by(context._replace(container=runs))
    why = "is the only server of the project, on a port of a service that is built from what is not here"
    note = (Label(container.build.span, "not here"),) if container.build else ()
    links = (Link(container.id, ASSUMED, why, note),)
    return started._replace(servers=tuple(each._replace(container=container, links=links) for each in started.servers))


def _is_built_elsewhere(context: ContainerContext, tree: Tree) -> bool:
    """Whether a service is built from a folder of which the project has nothing, and names no command."""
    build = context.container.build
    folder = build.context.only if build and build.inline is None and not context.image else None
    if not folder or context.container.argv:
        return False
    folder = posixpath.normpath(folder)
    return folder != "." and folder not in tree.folders
