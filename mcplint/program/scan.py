"""MCP servers of a project whose start command is not known: modules that make one and start it themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mcplint.core import Span, Value
from mcplint.program.interpreter import run
from mcplint.program.machine import Surroundings
from mcplint.program.outcome import Outcome
from mcplint.program.places import ASIDE, Modules, roots
from mcplint.program.start import SCRIPT, Start
from mcplint.tree import Tree

if TYPE_CHECKING:
    from mcplint.model import Sdk

STARTS = (".run(", ".run_", "uvicorn", "_app(")
MOST = 40


def entries(tree: Tree) -> Iterator[str]:
    """The files, outside tests, examples and documentation, that look like the main module of an MCP server."""
    for path in sorted(tree.paths):
        if not path.endswith(".py") or any(part in ASIDE or part.startswith((".", "test")) for part in path.split("/")):
            continue
        source = tree.source(path)
        if source is not None and _starts(source.text):
            yield path


def _starts(text: str) -> bool:
    return "__main__" in text and "mcp" in text and any(sign in text for sign in STARTS)


def scan(tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]]) -> Iterator[tuple[str, Outcome]]:
    """What each of these files starts when it is run by itself, its arguments and environment not known.

    `sdks`: from the path of a file to what tells the SDK behind a dotted name there.
    """
    for _, path in zip(range(MOST), entries(tree), strict=False):
        source = tree.source(path)
        if source is None:
            continue
        places = roots(tree, path.rpartition("/")[0])
        start = Start(SCRIPT, path, Span(source, 0, 0), None, roots=places)
        world = Surroundings(Modules(tree, places), lambda name: Value(None), sdks(path), lambda file: None)
        outcome = run(start, world)
        if outcome.servers:
            yield path, outcome
