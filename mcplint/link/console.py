"""Servers of the console scripts of packages that nothing else starts, as people start them by their names."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator

from mcplint.commands.console_scripts import Script, installed
from mcplint.commands.uv_run import with_options
from mcplint.commands.uvx import by_uvx
from mcplint.facts.dependencies import KINDS
from mcplint.link.outside import Environment, Outside, followed_servers
from mcplint.link.servers import Programs
from mcplint.model import MADE, Install, Link, Server, Unfollowed
from mcplint.programs.python.modules import find, loads_library, roots
from mcplint.programs.start import FUNCTION, Start
from mcplint.text.paths import outwards
from mcplint.text.source import Span
from mcplint.values import Label, Value

MOST = 100
"""How many of them are followed."""
STEPS = 20_000
"""How far each is: nobody has said that these are deployed."""


def from_scripts(programs: Programs, servers: Collection[Server], entries: Iterable[str]) -> Iterator[Outside]:
    """What they start without arguments; `servers`: those that something else starts, `entries`: their programs."""
    tree = programs.tree
    every = [each for same in installed(tree, "").values() for each in same]
    folders = {each.folder for each in every}
    used = {*entries, *(span.source.path for each in servers for span in calls(each))}
    started = {_package(path, folders) for path in used if path.endswith(".py")}
    waiting = [each for each in every if each.folder not in started and _may_serve(programs, each)]
    known = {span for server in servers for span in calls(server)}
    for each in waiting[:MOST]:
        found = _outside_start(programs, each)
        yield Outside(tuple(server for server in found.servers if known.isdisjoint(calls(server))), found.unfollowed)
    if rest := waiting[MOST:]:
        why = f"it is one of {len(rest)} console scripts more than the {MOST} that are followed"
        yield Outside(unfollowed=Unfollowed(_id(rest[0]), rest[0].span, why))


def calls(server: Server) -> Iterator[Span]:
    """Where a server starts to serve, on each way that its program may go."""
    yield server.span
    yield from (note.span for note in server.transport.trace if note.span.source == server.span.source)


def _package(path: str, folders: Collection[str]) -> str | None:
    """The folder of the package that a file is of."""
    return next((folder for folder in outwards(posixpath.dirname(path)) if folder in folders), None)


def _may_serve(programs: Programs, script: Script) -> bool:
    """Whether a script may come across an SDK."""
    folders = _folders(programs, script)
    found = find(programs.tree, folders, script.target.partition(":")[0])
    return found is not None and loads_library(programs.tree, folders, found)


def _folders(programs: Programs, script: Script) -> tuple[str, ...]:
    return roots(programs.tree, script.folder, posixpath.join(script.folder, "src"))


def _id(script: Script) -> str:
    return f"{script.span.source.path}:{script.name}"


def _outside_start(programs: Programs, script: Script) -> Outside:
    project = programs.tree.project(script.folder)
    names = tuple(filter(None, (project.name.only if project else "", script.name)))
    installs = by_uvx(programs.tree, script.folder, names, script.span)
    start = Start(FUNCTION, script.target, script.span, (), roots=_folders(programs, script))._replace(
        installs=installs
    )
    alone = with_options(Install("pip", (), Value((False,)), None, (script.folder or ".",), (), script.span), ())
    environment = Environment(
        {}, Label(script.span, "whoever starts it may set it"), script.folder, named=KINDS, assumed=alone
    )
    link = Link(_id(script), MADE, f"is started by the console script {script.name}")
    made, certain = followed_servers(programs, start, environment, link, STEPS)
    why = f"what `{start.target}` starts is not known"
    return Outside(made, None if made or certain else Unfollowed(_id(script), script.span, why))
