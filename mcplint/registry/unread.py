"""Which variables that a package requires certainly nothing reads, neither the project nor a library of its."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from posixpath import dirname

from mcplint.dependencies.needs import home, needs
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.facts.dependencies import normalized
from mcplint.facts.document import ScalarNode, scalar
from mcplint.knowledge.variables import CHILDREN, WHOLE, is_librarys
from mcplint.model import Package, Server
from mcplint.project.tree import Tree
from mcplint.registry.properties import field, objects
from mcplint.runtime.unused_variables import MOST, PROGRAMS, unread

SHORTEST = 3
"""The fewest letters of a word by which a library can be told."""
UNSPELLED = re.compile(r"(?:getenv\(|environ\.get\(|environ\[)\s*[^\s\"']")
"""Reads a variable by a name that stands elsewhere."""


def with_unread(package: Package, tree: Tree) -> Package:
    """The package with the variables that it requires and that certainly nothing reads."""
    server, names = package.server, set(islice(_required(package), MOST))
    if server is None or package.assumed or not server.reads or not names - server.reads:
        return package
    if server.kind == "bridge" or server.bridged or (server.container and server.container.unread):
        return package
    libraries = tuple(_libraries(server, tree))
    names = {name for name in names - server.reads if not is_librarys(name) and not _may_read(libraries, name)}
    if not names or any(_reads_others(tree, path) for path in tree.paths if path.endswith(PROGRAMS)):
        return package
    return package._replace(unread=frozenset(unread(names, tree)))


def _required(package: Package) -> Iterator[str]:
    for item in objects(field(package.node, "environmentVariables")) if package.node else ():
        required, given = field(item, "isRequired"), field(item, "value") or field(item, "default")
        if isinstance(required, ScalarNode) and required.value is True and given is None:
            yield scalar(field(item, "name"))


def _libraries(server: Server, tree: Tree) -> Iterator[str]:
    """The packages that a server's project asks for, or that its lock file holds."""
    path = server.span.source.path
    if server.sdk.is_npm:
        found = package_json(tree, nearest(tree, dirname(path)) or "")
        yield from (name for table in (found.requirements if found else {}).values() for name in table)
        return
    folder = home(tree, path)
    needed, project = needs(tree, (), folder), tree.project(folder)
    own = normalized(project.name.only or "") if project else ""
    locked = (each.name for each in (*needed.locked, *needed.passed_over) if each.name != own)
    yield from (*locked, *(each.name for each in needed.requirements), *needed.elsewhere)


def _may_read(libraries: Iterable[str], name: str) -> bool:
    """Whether a library may read a variable, as its first word is in the library's name or too short to tell."""
    first = name.partition("_")[0].lower()
    return len(first) < SHORTEST or any(first in each.lower() for each in libraries)


def _reads_others(tree: Tree, path: str) -> bool:
    """Whether a program may read variables whose names it does not spell, or hand them on to another one."""
    return tree.mentions(path, *WHOLE, *CHILDREN) or bool(UNSPELLED.search(tree.glance(path)))
