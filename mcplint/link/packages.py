"""MCP servers of the packages of Node that nothing else starts: their commands, `npm start`, or another script."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator

from mcplint.commands.execution import ExecContext
from mcplint.commands.resolve import starts
from mcplint.dependencies.node_packages import package_json
from mcplint.facts.node import PackageJson
from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import Sdk
from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import SCRIPT, Start
from mcplint.programs.typescript.packages import runtime, source_of
from mcplint.programs.world import STEPS, World
from mcplint.project.tree import Tree
from mcplint.services.entries import ROOT
from mcplint.text.paths import is_example_or_test
from mcplint.text.source import Span
from mcplint.values import Value

MOST = 12
ROOM = STEPS * 3 // 2
"""Steps of the interpreter that all these programs may take together: some seconds."""
_STARTS = (
    re.compile(r"start$"),
    re.compile(r"start\W|(?:\w+\W)*(?:serve|server|mcp|prod|production|stdio|http|sse)\b"),
    re.compile(r"dev\b"),
)
"""What scripts are called that start a server, the likeliest first; each only where none before it does."""
_NONE = re.compile(r"(?:pre|post)?(?:build|test|lint|format|check|clean|inspect\w*|typecheck|watch|docker|deploy)\b")


def scan(
    tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]], started: Collection[str] = ()
) -> Iterator[tuple[str, Outcome]]:
    """What the packages start that ask for an SDK, by the path of the program; what else decides is not known.

    `sdks`: from the path of a file to what tells the SDK behind a name there. `started`: the folders of packages that
    something else starts.
    """
    room, seen = ROOM, set[tuple[object, ...]]()
    for folder, package in serving(tree):
        if folder in started:
            continue
        for group in _groups(tree, folder, package):
            served = False
            for start in group:
                key = (start.target, start.argv, tuple(start.env.items()))
                if key in seen or len(seen) >= MOST or room <= 0:
                    continue
                seen.add(key)
                world = World(tree, lambda name: Value(None), sdks(start.target), lambda file: None, min(STEPS, room))
                outcome = follow(start, world)
                room -= outcome.steps
                if outcome.servers:
                    served = True
                    yield start.target, outcome
            if served:
                break


def serving(tree: Tree) -> Iterator[tuple[str, PackageJson]]:
    """The packages that ask for an SDK, by their folders."""
    for path in tree.files_named("package.json"):
        folder = posixpath.dirname(path)
        package = None if is_example_or_test(folder) else package_json(tree, folder)
        if package is not None and any(map(package.range, NPM_PACKAGES)):
            yield folder, package


def _groups(tree: Tree, folder: str, package: PackageJson) -> Iterator[Iterable[Start]]:
    """What may start the server of a package, the likeliest first."""
    yield _commands(tree, folder, package)
    for called in _STARTS:
        names = (name for name in package.scripts if called.match(name) and not _NONE.match(name))
        yield (start for name in names for start in _of_script(tree, folder, package.scripts[name].span, name))


def _commands(tree: Tree, folder: str, package: PackageJson) -> Iterator[Start]:
    """The commands that a package installs, their arguments not known."""
    for each in package.bins:
        source = source_of(tree, posixpath.normpath(posixpath.join(folder, each.path)))
        if source is not None and source.endswith((*TYPESCRIPT, *JAVASCRIPT)):
            yield Start(SCRIPT, source, each.span, None, language="typescript", runtime=runtime(tree, source))


def _of_script(tree: Tree, folder: str, span: Span, name: str) -> Iterator[Start]:
    """What a script starts of the project; words that it does not give may be added where it is called."""
    workdir = posixpath.join(ROOT, folder)

    def path_in_project(path: str) -> str | None:
        return posixpath.relpath(path, ROOT) if path.startswith(ROOT) else None

    context = ExecContext(workdir, lambda name: Value(None), tree, path_in_project, span, folder)
    words = tuple(Value((word,)) for word in ("npm", "run", "--silent", name))
    for start in starts(words, context):
        if isinstance(start, Start) and start.language == "typescript" and not is_example_or_test(start.target):
            yield start._replace(argv=start.argv or None)
