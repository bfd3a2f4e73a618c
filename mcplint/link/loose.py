"""What may belong to the deployment and is no part of it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcplint.model import Loose, Route
from mcplint.project.kinds import kind
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import aside
from mcplint.text.source import Source, Span

if TYPE_CHECKING:
    from mcplint.services.platforms import Platforms

MAKES = {
    "dockerfile": "the container that it makes is",
    "compose": "the services that it runs are",
    "server.json": "what it publishes is",
}
"""By kind of file, what is lost with one that cannot be read."""


def lost(tree: Tree) -> Iterator[Loose]:
    """What would make parts of the deployment, and cannot be read."""
    for path, problem in tree.problems.items():
        made = kind(path)
        if made and made.name in MAKES and not aside(path):
            yield Loose(path, problem.span, f"{problem.message}; {MAKES[made.name]} not known")


def unfollowed(paths: Paths, hosted: Platforms | None) -> Iterator[Loose]:
    """What may belong to the deployment and is not followed."""
    for path in paths.get("caddyfile", ()):
        yield Loose(path, Span(Source(path, ""), 0, 0), "Caddyfiles are not read")
    for note in hosted.notes if hosted else ():
        yield Loose(note.span.source.path, note.span, note.text)


def astray(routes: Iterable[Route]) -> Iterator[Loose]:
    """The routes that lead to no server."""
    for route in routes:
        if not route.server:
            why = "; ".join(dict.fromkeys(link.why for link in route.links)) or "leads to no known server"
            yield Loose(route.id, route.span, why)
