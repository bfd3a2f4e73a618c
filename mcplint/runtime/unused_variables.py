"""Which variables of a container nothing reads: those of a family of which its program reads others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mcplint.knowledge.variables import WHOLE, is_librarys
from mcplint.model import Container, Server, UnusedVariable
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.values import Value

MOST = 50
"""How many names are looked for in the files of a project."""
SETTING = {
    "dockerfile": r"(?<![$\w{{])(?:{0}=|(?<=ENV ){0}\b|(?<=ARG ){0}\b)",
    "compose": r"(?<!\$)\$\{{?{0}\b|(?<![$\w])(?<!\$\{{){0}[\"']?[ ]{{0,9}}[:=]|- {0}[ ]{{0,9}}$",
    "kubernetes": r"(?:name|key):[ ]{{1,9}}[\"']?{0}[\"']?[ ]{{0,9}}(?:$|[,}}])|^[ ]{{0,80}}[\"']?{0}[\"']?:",
}
"""How the files that give containers their variables name one only to set it, by their kind."""
TELLING = frozenset({"env", "client", "server.json"})
PAGES = (".md", ".rst", ".adoc", ".svg", ".lock")
"""The ends of names of files that only speak of variables."""
PROGRAMS = (".py", ".ts", ".js", ".mts", ".mjs", ".cjs", ".tsx", ".toml")


def with_unused(
    containers: tuple[Container, ...], inside: Mapping[str, Iterable[Server]], tree: Tree
) -> tuple[Container, ...]:
    """The containers with their variables that nothing reads."""
    reads = {name: _reads(tuple(servers)) for name, servers in inside.items()}
    found = {each.id: tuple(_candidates(each, reads.get(each.id, frozenset()))) for each in containers}
    names = set(islice(dict.fromkeys(one.name for many in found.values() for one in many), MOST))
    if names:
        names = unread(names, tree)
    return tuple(
        each._replace(unused=tuple(one for one in found[each.id] if one.name in names)) if found[each.id] else each
        for each in containers
    )


def _reads(servers: tuple[Server, ...]) -> frozenset[str]:
    """The variables that some servers read; none where a bridge hands them on to a program that is not known."""
    if any(server.kind == "bridge" or server.bridged for server in servers):
        return frozenset()
    return frozenset[str]().union(*(server.reads for server in servers))


def _candidates(container: Container, reads: frozenset[str]) -> Iterator[UnusedVariable]:
    """The variables that files of the project set and no server of a container reads, while it reads their family."""
    if container.unread:
        return
    families = {family(name) for name in reads} - {""}
    for name, value in container.env.items():
        if name in reads or family(name) not in families or is_librarys(name) or not _set_by_project(name, value):
            continue
        free = [other for other in reads if other not in container.env and family(other) == family(name)]
        yield UnusedVariable(
            name, value.trace[-1].span if value.span is None else value.span, _similar_name(name, free)
        )


def _similar_name(name: str, names: list[str]) -> str:
    """The name that may be meant, empty where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names[:MOST], 1, 0.85)), "")


def family(name: str) -> str:
    """The first word of a variable's name, empty where it has no other."""
    first, line, _ = name.partition("_")
    return first.upper() if line and len(first) > 1 else ""


def _set_by_project(name: str, value: Value[str | None]) -> bool:
    """Whether a file of the project that runs the container gives a variable, by its whole name."""
    span = value.span or (value.trace[-1].span if value.trace else None)
    row = kind(span.source.path) if span else None
    return bool(row and row.name in SETTING and name in span.source.text) if span else False


def unread(names: set[str], tree: Tree, whole: tuple[str, ...] = WHOLE) -> set[str]:
    """The names that no file of the project has, but for those that set them or tell people of them.

    None where a program may read any variable: by a name that it puts together, or all at once, as `whole` tells.
    """
    left = set(names)
    for path in sorted(tree.paths):
        row = kind(path)
        if not left or (path.endswith(PROGRAMS) and tree.mentions(path, *whole)):
            return set()
        if path.endswith(PAGES) or (row and row.name in TELLING):
            continue
        spelled = {name: (name, name.lower()) for name in left}
        if not tree.mentions(path, *(text for texts in spelled.values() for text in texts)):
            continue
        source = tree.source(path) if row and row.name in SETTING else None
        if row and source:
            left = {name for name in left if not _uses(source.text, name, SETTING[row.name])}
        else:
            left = {name for name in left if not tree.mentions(path, *spelled[name])}
    return left


def _uses(text: str, name: str, setting: str) -> bool:
    """Whether a file names a variable elsewhere than where it sets it."""
    rest = re.sub(setting.format(re.escape(name)), "", text, flags=re.MULTILINE)
    return name.lower() in rest.lower()
