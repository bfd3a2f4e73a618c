"""MCP servers of a project whose start command is not known: modules that make one and start it themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.python.modules import reaches, roots
from mcplint.programs.start import SCRIPT, Start
from mcplint.programs.world import STEPS, World
from mcplint.project.tree import Tree
from mcplint.text.paths import is_apart
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

    Those that name what makes a server come first, then those that may import it from elsewhere in the project.
    """
    found = [(path, source.text) for path in sorted(tree.paths) if _apart(path) and (source := tree.source(path))]
    starting = [(not any(sign in text for sign in MAKES), path) for path, text in found if _starts(text)]
    return [path for _, path in sorted(starting)]


def _apart(path: str) -> bool:
    return path.endswith(".py") and not is_apart(path)


def _starts(text: str) -> bool:
    return "__main__" in text and "mcp" in text and any(sign in text for sign in STARTS)


def scan(tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]]) -> Iterator[tuple[str, Outcome]]:
    """What each of these files starts when it is run by itself, its arguments and environment not known.

    `sdks`: from the path of a file to what tells the SDK behind a dotted name there.
    """
    room = ROOM
    for path in entries(tree)[:MOST]:
        source = tree.source(path)
        if source is None or room <= 0:
            continue
        folders = roots(tree, path.rpartition("/")[0])
        if not reaches(tree, folders, path):
            continue
        start = Start(SCRIPT, path, Span(source, 0, 0), None, roots=folders)
        world = World(tree, lambda name: Value(None), sdks(path), lambda file: None, min(STEPS, room))
        outcome = follow(start, world)
        room -= outcome.steps
        if outcome.servers:
            yield path, outcome
