"""Which packages an install from a lock file brings, by what each of them needs."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator

from mcplint.facts.dependencies import Node
from mcplint.model import Install
from mcplint.project.tree import Tree


def locked_names(tree: Tree, install: Install) -> frozenset[str] | None:
    """The names of all packages that `uv sync` or its like installs, None where the lock does not tell them."""
    project = own_node(tree, install)
    if project is None or install.extras is None or install.groups is None:
        return None
    nodes: tuple[Node, ...] = tree.facts("lock.graph", install.lock or "") or ()
    # Every release of these needs something: a lock that says otherwise does not tell everything.
    if any(node.name in ("mcp", "fastmcp") and not node.needs for node in nodes):
        return None
    first = [*project.needs, *_extra_needs(project, install.extras, install.groups)]
    return frozenset(_closure(nodes, first)) | {project.name}


def surely_brought(tree: Tree, install: Install, roots: frozenset[str] | None) -> frozenset[str]:
    """The names of packages that an install certainly brings, whatever the markers and the extras of others say.

    `roots`: the packages that it is about, None for the project alone.
    """
    nodes: tuple[Node, ...] = tree.facts("lock.graph", install.lock or "") or ()
    several = {name for name, number in Counter(node.name for node in nodes).items() if number > 1}
    known = {node.name: node for node in nodes if node.name not in several}
    own = own_node(tree, install) if roots is None else None
    chosen = _extra_needs(own, install.extras or (), install.groups or ()) if own else ()
    waiting = [
        *(roots or ()),
        *((name for name in (*own.needs, *chosen) if name not in own.conditional) if own else ()),
    ]
    found = set[str]()
    while waiting:
        node = known.get(waiting.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            waiting += (name for name in node.needs if name not in node.conditional)
    return frozenset(found)


def own_node(tree: Tree, install: Install) -> Node | None:
    """What the lock of an install says of the project that it is about."""
    if install.lock is None or not install.requirements:
        return None
    nodes: tuple[Node, ...] = tree.facts("lock.graph", install.lock) or ()
    here = posixpath.relpath(install.requirements[0], posixpath.dirname(install.lock) or ".")
    own = (node for node in nodes if node.folder is not None)
    return next((node for node in own if posixpath.normpath(node.folder or ".") == here), None)


def _extra_needs(project: Node, extras: Iterable[str], groups: Iterable[str]) -> Iterator[str]:
    for extra in extras:
        yield from project.extras.get(extra, ())
    for group in groups:
        yield from project.groups.get(group, ())


def _closure(nodes: tuple[Node, ...], first: list[str]) -> set[str]:
    """The packages that some need, with whatever extras: which of them are asked for is not looked at."""
    known: dict[str, set[str]] = {}
    for node in nodes:
        more = (name for names in node.extras.values() for name in names)
        known.setdefault(node.name, set()).update(node.needs, more)
    found, waiting = set[str](), first
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += known.get(name, ())
    return found
