"""MCP servers of a project whose start command is not known: modules that make one and start it themselves."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.python.modules import loads_library, roots
from mcplint.programs.start import MODULE, SCRIPT, Start
from mcplint.programs.world import STEPS, World
from mcplint.project.tree import Tree
from mcplint.text.paths import is_example_or_test
from mcplint.text.source import Span
from mcplint.values import Value

if TYPE_CHECKING:
    from mcplint.model import Sdk

STARTS = (".run(", ".run_", "uvicorn", "_app(")
MAKES = ("FastMCP", "MCPServer", "mcp.server", "fastmcp")
MOST = 40
# Steps of the interpreter that all these files may take together: some seconds.
ROOM = STEPS * 3 // 2


def entries(tree: Tree) -> list[str]:
    """The files, outside tests, examples and documentation, that look like the main module of an MCP server.

    What `python -m` runs of a package comes first, then those that name what makes a server, then those that may import
    it from elsewhere in the project.
    """
    found = [
        (path, source.text) for path in sorted(tree.paths) if _is_program_file(path) and (source := tree.source(path))
    ]
    starting = [(path, text) for path, text in found if _is_main(path) or _may_start_server(text)]
    return [path for path, text in sorted(starting, key=lambda each: (_rank(*each), each[0]))]


def _rank(path: str, text: str) -> int:
    return 0 if _is_main(path) else 1 if any(sign in text for sign in MAKES) else 2


def _is_program_file(path: str) -> bool:
    return path.endswith(".py") and not is_example_or_test(path)


def _is_main(path: str) -> bool:
    """Whether a file is what `python -m` runs of a package."""
    return posixpath.basename(path) == "__main__.py"


def _may_start_server(text: str) -> bool:
    return "__main__" in text and "mcp" in text and any(sign in text for sign in STARTS)


def scan(tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]]) -> Iterator[tuple[str, Outcome]]:
    """What each of these files starts when it is run by itself, its arguments and environment not known; each once.

    `sdks`: from the path of a file to what tells the SDK behind a dotted name there.
    """
    room = ROOM
    seen = set[Span]()
    for path in entries(tree)[:MOST]:
        source = tree.source(path)
        if source is None or room <= 0:
            continue
        start = _start(tree, path, Span(source, 0, 0))
        if not loads_library(tree, start.roots, path):
            continue
        world = World(tree, lambda name: Value(None), sdks(path), lambda file: None, min(STEPS, room))
        outcome = follow(start, world)
        room -= outcome.steps
        servers = tuple(server for server in outcome.servers if server.span not in seen)
        seen |= {server.span for server in servers}
        if servers:
            yield path, outcome._replace(servers=servers)


def _start(tree: Tree, path: str, span: Span) -> Start:
    """A file as it is run by itself, or the package whose `__main__.py` it is as `python -m` runs it."""
    folder = posixpath.dirname(path)
    names: list[str] = []
    while _is_main(path) and posixpath.join(folder, "__init__.py") in tree.paths and folder:
        folder, _, name = folder.rpartition("/")
        names.insert(0, name)
    if not names:
        return Start(SCRIPT, path, span, None, roots=roots(tree, posixpath.dirname(path)))
    return Start(MODULE, ".".join(names), span, None, roots=roots(tree, folder))
