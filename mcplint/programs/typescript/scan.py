"""MCP servers of a project whose start command is not known: the commands that its packages install, or `npm start`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.facts.node import PackageJson
from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import FRAMEWORK, SCRIPT, Start
from mcplint.programs.typescript.packages import runtime, source_of
from mcplint.programs.world import STEPS, World
from mcplint.project.tree import Tree
from mcplint.text.paths import is_apart
from mcplint.text.source import Span
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from mcplint.model import Sdk

MOST = 12
NEXT = "next"
# Steps of the interpreter that all these programs may take together: some seconds.
ROOM = STEPS * 3 // 2
_RUN = r"^(?:npx\s+)?(?:node|tsx|ts-node|bun(?: run)?)\s+(?:-\S+\s+)*([\w./-]+\.[cm]?[jt]s)\b"
_SCRIPT = r"^(?:(?:npm|pnpm|yarn|bun) run|pnpm|yarn) ([\w:.-]+)$"
_OPTIONS = (("port", "-p"), ("hostname", "-H"))
_FRONT = r"^(?:cross-env\s+|\w+=\S+\s+)+"
DEEPEST = 4


def entries(tree: Tree) -> dict[str, Span]:
    """The main modules of packages that serve MCP, by path, each with the place that names it.

    In place of a module stands the `package.json` whose project Next serves.
    """
    found: dict[str, Span] = {}
    for path in tree.called("package.json"):
        folder = posixpath.dirname(path)
        if is_apart(folder):
            continue
        package = package_json(tree, folder)
        if package is None or not any(map(package.range, NPM_PACKAGES)):
            continue
        for target, span in _targets(package):
            if target == NEXT:
                found.setdefault(path, span)
                continue
            source = source_of(tree, posixpath.normpath(posixpath.join(folder, target)))
            if source is not None and source.endswith((*TYPESCRIPT, *JAVASCRIPT)):
                found.setdefault(source, span)
    return found


def _targets(package: PackageJson) -> Iterator[tuple[str, Span]]:
    """What a package starts: its commands, else its script `start`."""
    if package.bins:
        yield from ((each.path, each.span) for each in package.bins)
        return
    name = "start"
    for _ in range(DEEPEST):
        script = package.scripts.get(name)
        if script is None:
            return
        last = re.sub(_FRONT, "", script.text.rpartition("&&")[2].strip())
        if last.startswith("next start") and package.range(NEXT):
            yield NEXT, script.span
        if found := re.match(_RUN, last):
            yield found[1], script.span
        called = re.match(_SCRIPT, last)
        if called is None:
            return
        name = called[1]


def _told(command: Span) -> dict[str, Value[str]]:
    """Where Next is told to listen by the command that starts it."""
    said = {name: re.search(rf"\s(?:{short}|--{name}[ =])\s*([\w.:]+)", command.text) for name, short in _OPTIONS}
    return {name: Value((found[1],), (Label(command, "set here"),)) for name, found in said.items() if found}


def scan(
    tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]], started: Collection[str] = ()
) -> Iterator[tuple[str, Outcome]]:
    """What each of these programs starts, its arguments and environment not known.

    `sdks`: from the path of a file to what tells the SDK behind a name there. `started`: the folders of packages that
    something else starts.
    """
    room = ROOM
    left = (
        (path, span) for path, span in entries(tree).items() if nearest(tree, posixpath.dirname(path)) not in started
    )
    for path, span in islice(left, MOST):
        if room <= 0:
            return
        start = Start(SCRIPT, path, span, None, language="typescript", runtime=runtime(tree, path))
        if path.endswith("package.json"):
            start = start._replace(kind=FRAMEWORK, runner=NEXT, flags=_told(span))
        world = World(tree, lambda name: Value(None), sdks(path), lambda file: None, min(STEPS, room))
        outcome = follow(start, world)
        room -= outcome.steps
        if outcome.servers:
            yield path, outcome
