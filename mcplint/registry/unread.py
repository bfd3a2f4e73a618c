"""Which variables that a package requires certainly nothing reads, neither the project nor a library of its."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from posixpath import dirname

from mcplint.dependencies.needs import home, needs
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.facts.dependencies import normalized
from mcplint.facts.document import ScalarNode, scalar
from mcplint.knowledge.variables import CHILDREN, NAMED, PLAIN, UNCLEAR, UNCLEAR_FIELDS, WHOLE, is_librarys
from mcplint.model import Package, Server
from mcplint.project.tree import Tree
from mcplint.registry.properties import field, objects
from mcplint.runtime.unused_variables import MOST, PROGRAMS, unread

SHORTEST = 3
"""The fewest letters of a word by which a library can be told."""
UNSPELLED = re.compile(r"(?:getenv\(|environ\.get\(|environ\[)\s*[^\s\"']")
"""Reads a variable by a name that stands elsewhere."""
VARIABLES = re.compile(r"env(?!ironment)|expandvars", re.IGNORECASE)
"""Speaks of variables."""
IMPORT = re.compile(
    r"(?:^|[;:])[ \t]*(?:from[ \t]+(\w++)[\w.]*[ \t]+import\b|import[ \t]+(\w[\w., \t]*))", re.MULTILINE
)
PREFIX = re.compile(r"env_prefix\s*=\s*[\"']([\w]+)[\"']")
SETTINGS = re.compile(r"^class \w+\(BaseSettings\):|^from pydantic_settings import [\w, ]+$", re.MULTILINE)


def with_spelled(package: Package, tree: Tree) -> Package:
    """The package with those of its variables that a program of the project names though its server reads none such."""
    if package.server is None or package.node is None or not package.server.reads:
        return package
    named = (scalar(field(item, "name")) for item in objects(field(package.node, "environmentVariables")))
    left = set(islice((name for name in named if name and name not in package.server.reads), MOST))
    spelled: set[str] = set()
    for path in sorted(tree.paths) if left else ():
        if path.endswith(PROGRAMS) and tree.mentions(path, *left):
            spelled |= {name for name in left if tree.mentions(path, name)}
    return package._replace(spelled=frozenset(spelled))


def with_unread(package: Package, tree: Tree) -> Package:
    """The package with the variables that it requires and that certainly nothing reads."""
    server, names = package.server, set(islice(_required_variables(package), MOST))
    if server is None or package.assumed or not names - server.reads:
        return package
    if server.kind == "bridge" or server.bridged or (server.container and server.container.unread):
        return package
    libraries = tuple(_libraries(server, tree))
    names = {name for name in names - server.reads if not is_librarys(name) and not _may_read(libraries, name)}
    programs = [path for path in sorted(tree.paths) if path.endswith(PROGRAMS)]
    whole: tuple[str, ...] = WHOLE
    if names and (not server.reads or any(tree.mentions(path, *NAMED) for path in programs)):
        if package.registry.only != "pypi" or not _imports_only_plain_libraries(tree):
            return package
        names = {name for name in names if not _is_filled_in(package, name)}
        if server.reads:
            names = _without_setting_fields(tree, programs, names)
            whole = tuple(text for text in WHOLE if text not in NAMED)
        elif any(VARIABLES.search(tree.glance(path)) for path in programs if path.endswith(".py")):
            return package
    if not names or any(_reads_others(tree, path, whole) for path in programs):
        return package
    return package._replace(unread=frozenset(unread(names, tree, whole)))


def _imports_only_plain_libraries(tree: Tree) -> bool:
    """Whether all programs are in Python and import nothing but their own modules and libraries that read no others."""
    paths = [path for path in tree.paths if path.endswith(".py")]
    own = {part.removesuffix(".py") for path in paths for part in path.split("/")}
    known = own | PLAIN | sys.stdlib_module_names
    for path in tree.paths:
        if path.endswith((".pyx", ".so", ".pyd")) or (path.endswith(PROGRAMS) and not path.endswith((".py", ".toml"))):
            return False
    for path in paths:
        if tree.mentions(path, *UNCLEAR):
            return False
        for one, many in IMPORT.findall(tree.glance(path)):
            heads = [one] if one else [each.strip().partition(".")[0].partition(" ")[0] for each in many.split(",")]
            if not known.issuperset(heads):
                return False
    return True


def _is_filled_in(package: Package, name: str) -> bool:
    """Whether an argument of the document may be given a variable."""
    span_text = package.span.source.text
    return any(f"{mark}{name}" in span_text for mark in ("{", "$", "%", "="))


def _without_setting_fields(tree: Tree, programs: list[str], names: set[str]) -> set[str]:
    """The variables that no field of a settings class may mean, none where a class does not say what its fields are."""
    for path in programs:
        program_text = tree.glance(path)
        prefixes = PREFIX.findall(program_text)
        if any(text in program_text for text in NAMED) and (
            any(text in program_text for text in UNCLEAR_FIELDS)
            or len(prefixes) != program_text.count("env_prefix")
            or "BaseSettings" in SETTINGS.sub("", program_text)
        ):
            return set()
        names = {name for name in names if not name.lower().startswith(tuple(each.lower() for each in prefixes))}
        names = {name for name in names if name.lower() not in program_text.lower()}
    return names


def _required_variables(package: Package) -> Iterator[str]:
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


def _reads_others(tree: Tree, path: str, whole: tuple[str, ...]) -> bool:
    """Whether a program may read variables whose names it does not spell, or hand them on to another one."""
    return tree.mentions(path, *whole, *CHILDREN) or bool(UNSPELLED.search(tree.glance(path)))
