"""Paths that a program which is no MCP server certainly answers: those that its first file spells out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from mcplint.commands.words import text
from mcplint.images.copies import image_paths
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.source import Source, Span

MOST_PATHS = 100
MOST_WORDS = 200
MODULE = re.compile(r"([A-Za-z_][\w.]{0,200}):(\w+)")
FILE = re.compile(r"(?:\./)?([\w./-]{1,200}\.(?:py|[cm]?js))")
PYTHON = re.compile(
    r'"""(?s:.*?)(?:"""|\Z)|'
    r"'''(?s:.*?)(?:'''|\Z)|"
    r"^(?P<app>\w+)(?:[ ]?:[ ]?[\w.]+)?[ ]?=[ ]?(?:\w+\.)?(?:FastAPI|Flask|Quart|Sanic)\((?!.*(?:root_path|prefix))"
    r"""|^@(?P<of>\w+)\.(?:get|post|put|delete|patch|route)\(\s{0,20}["'](?P<path>/[\w./-]{1,200})["']\s{0,20}[,)]""",
    re.MULTILINE,
)
"""The applications of a module, and the routes on them, outside of any block or string."""
JAVASCRIPT = re.compile(
    r"/\*(?s:.*?)(?:\*/|\Z)|"
    r"`[^`]*(?:`|\Z)|"
    r"^(?:const|let|var)[ ](?P<app>\w+)[ ]?=[ ]?(?:express|fastify|Fastify)\("
    r"""|^(?P<of>\w+)\.(?:get|post|put|delete|patch|all)\(\s{0,20}["'](?P<path>/[\w./-]{1,200})["']\s{0,20},""",
    re.MULTILINE,
)


class ServedPath(NamedTuple):
    """A path that a program answers, where its file says so, and what a message calls the program."""

    path: str
    span: Span
    title: str


class Serving:
    """What the containers of a project answer by their name. A class because it looks at each once."""

    def __init__(self, running: Iterable[ContainerContext], tree: Tree) -> None:
        self.running, self.tree = tuple(running), tree
        self.at = lru_cache(maxsize=None)(self._at)

    def _at(self, host: str) -> tuple[ServedPath, ...]:
        """What the one container of a name certainly answers; none where the files do not tell."""
        named = [each for each in self.running if each.container.is_called(host)]
        return tuple(islice(_paths_of_container(named[0], self.tree), MOST_PATHS)) if len(named) == 1 else ()


def _paths_of_container(context: ContainerContext, tree: Tree) -> Iterator[ServedPath]:
    for path, app in _started_file(context, tree):
        source = tree.source(path)
        for found, span in _routes(source, app) if source else ():
            yield ServedPath(found, span, context.container.title)


def _started_file(context: ContainerContext, tree: Tree) -> Iterator[tuple[str, str]]:
    """The file that a container starts, with the name of its application where the command says it."""
    if context.image is None or context.open:
        return
    spoken = [text(word) or "" for word in (context.container.argv and context.container.argv.words) or ()]
    for word in [part for each in spoken for part in each.split()][:MOST_WORDS]:
        module, file = MODULE.fullmatch(word), FILE.fullmatch(word)
        wanted = f"{module[1].replace('.', '/')}.py" if module else file[1].lstrip("/") if file else ""
        paths = [path for path in tree.files_named(wanted.rpartition("/")[2]) if _is_at_place(context, path, wanted)]
        if len(paths) == 1:
            yield paths[0], module[2] if module else ""
            return


def _is_at_place(context: ContainerContext, path: str, wanted: str) -> bool:
    """Whether a file of the project stands in an image where a command looks for it."""
    places = image_paths(context.image, path) if context.image else ()
    return any(place is not None and f"{place}".endswith(f"/{wanted}") for place in places)


def _routes(source: Source, app: str) -> Iterator[tuple[str, Span]]:
    """The paths of the routes on an application, or on any that the file makes where its name is not said."""
    apps = set()
    for found in (PYTHON if source.path.endswith(".py") else JAVASCRIPT).finditer(source.text):
        if found["app"]:
            apps.add(found["app"])
        elif found["path"] and found["of"] in apps and app in ("", found["of"]):
            yield found["path"], Span(source, *found.span("path"))
