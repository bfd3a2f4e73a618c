"""From the compose files of a project to the services that they make together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import dirname

from mcplint.facts.compose import ComposeFile
from mcplint.facts.document import MappingNode
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import Assembly, Scope, within
from mcplint.services.compose.resolve import service
from mcplint.services.compose.sets import sets
from mcplint.services.compose.settings import optional
from mcplint.services.compose.variables import variables
from mcplint.services.service import ABSENT, ComposeProject


def projects(files: Iterable[ComposeFile], tree: Tree) -> tuple[ComposeProject, ...]:
    """Every set of compose files that is run together and has services: the defaults of folders, then the others."""
    known = {file.source.path: file for file in files}
    found = (_project(paths, default, known, tree) for paths, default in sets(known, tree))
    return tuple(project for project in found if project.services)


def _project(paths: tuple[str, ...], default: bool, known: Mapping[str, ComposeFile], tree: Tree) -> ComposeProject:
    directory = dirname(paths[0]) or "."
    assembly = Assembly(known, tree)
    model = assembly.load(paths, Scope(directory, variables(tree, (within(directory, ".env"),), lambda name: None)))
    services = model.get("services") if model else None
    name = model.get("name") if model else None
    return ComposeProject(
        optional(assembly.text(name).value) if name else ABSENT,
        assembly.files or paths,
        directory,
        tuple(service(assembly, key, node, model) for key, node in services.pairs)
        if model and isinstance(services, MappingNode)
        else (),
        default,
        tuple(assembly.notes),
    )
