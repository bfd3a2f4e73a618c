"""Which compose files of a project are run together.

It is told by their names, as `docker compose` looks for them, and by what they leave out:

- `COMPOSE_FILE` in a folder's `.env` names the files of that folder's default project;
- else it is the first of `compose.yaml`, `compose.yml`, `docker-compose.yml`, `docker-compose.yaml`, with the first
  `compose.override.*` or `docker-compose.override.*` over it;
- a file that another one includes is part of that one, and so is one that another extends, unless its name is one of
  the first four;
- every other file is a project of its own where it is complete: each service has an image or a build, and each
  dependency is among its services;
- a file that is not complete, or whose own comments show it after another `-f`, goes over a base: the file whose
  name it lengthens (`compose.prod.gpu.yaml` over `compose.prod.yaml`), else the default of its folder, else that of a
  folder above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from posixpath import basename, dirname
from typing import NamedTuple

from mcplint.facts.compose import ComposeFile
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.model import Container
from mcplint.model.containers import MOST_CONTAINERS
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import Assembly, Scope, path_in_project
from mcplint.services.compose.mounts import with_given
from mcplint.services.compose.resolve import service
from mcplint.services.compose.variables import variables
from mcplint.values import Label

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)

Files = Mapping[str, ComposeFile]
Named = Mapping[tuple[str, tuple[str, ...]], list[str]]
"""The files of a folder by the parts of their names."""


class ComposeProject(NamedTuple):
    """Compose files that are run together, as `docker compose up` (or `-f a -f b`) would merge them.

    `files`: in the order in which they count, base first, then includes. `directory`: relative paths start there.
    `default`: it is what `docker compose up` runs in that folder; others need `-f`.
    `notes`: what could not be followed: missing or outside files, cycles, settings compose would refuse.
    """

    files: tuple[str, ...]
    directory: str
    services: tuple[Container, ...]
    default: bool = True
    notes: tuple[Label, ...] = ()


def sets(known: Files, tree: Tree) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The paths of each set, base first, and whether it is what its folder runs by default."""
    defaults = {folder: _default(folder, known, tree) for folder in sorted({dirname(path) for path in known})}
    run = {path for paths in defaults.values() for path in paths}
    borrowed = _used_by_others(known)
    named: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for path in known:
        named.setdefault((dirname(path), _name_parts(path)), []).append(path)
    included = _included_files(known)
    for paths in filter(None, defaults.values()):
        if not included.issuperset(paths[:1]):
            yield paths, True
    for path in sorted(known.keys() - run - borrowed):
        base = () if basename(path) in DEFAULTS else _base(path, known, named, defaults)
        yield (*base, path), False


def _default(folder: str, known: Files, tree: Tree) -> tuple[str, ...]:
    """The files that `docker compose up` runs in a folder, none where it would find none."""
    stated = variables(tree, (path_in_project(folder, ".env"),), lambda name: None)
    if "COMPOSE_FILE" in stated:
        separator = stated["COMPOSE_PATH_SEPARATOR"].text if "COMPOSE_PATH_SEPARATOR" in stated else ":"
        named = [path_in_project(folder, part) or "" for part in stated["COMPOSE_FILE"].text.split(separator or ":")]
        return tuple(named) if all(path in known for path in named) else ()
    base = next((path for path in (_join(folder, name) for name in DEFAULTS) if path in known), None)
    over = next((path for path in (_join(folder, name) for name in OVERRIDES) if path in known), None)
    return tuple(filter(None, (base, over))) if base else ()


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _base(path: str, known: Files, named: Named, defaults: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The files that a file is run over, none where it stands alone."""
    candidates = list(_candidates(path, named, defaults))
    base_paths = next((base for base in candidates if _documents_base(known[path], basename(base[0]))), None)
    if base_paths:
        return base_paths
    missing = _missing(known[path])
    return next((base for base in candidates if missing and missing <= _services(known[base[0]])), ())


def _candidates(path: str, named: Named, defaults: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The files that a file could go over, the likeliest first."""
    own, folder = _name_parts(path), dirname(path)
    for length in range(len(own) - 1, 1, -1):
        yield from ((other,) for other in named.get((folder, own[:length]), ()))
    while True:
        if defaults.get(folder):
            yield defaults[folder][:1]
        if not folder:
            return
        folder = dirname(folder)


def _name_parts(path: str) -> tuple[str, ...]:
    """The parts of a file's name: `docker-compose.prod.gpu.yml` is compose, prod, gpu."""
    name = basename(path).rpartition(".")[0].removeprefix("docker-")
    return tuple(filter(None, name.replace(".", "-").replace("_", "-").split("-")))


def _missing(file: ComposeFile) -> set[str]:
    """The services that a file says something of, or depends on, without saying what is run."""
    missing: set[str] = set()
    complete: set[str] = set()
    for name, node in _pairs(file, "services"):
        own = node if isinstance(node, MappingNode) else MappingNode(node.span, ())
        (complete if any(own.get(key) for key in ("image", "build", "extends", "provider")) else missing).add(name.text)
        depends = own.get("depends_on")
        if isinstance(depends, MappingNode):
            missing |= {key.text for key, _ in depends.pairs}
        elif isinstance(depends, SequenceNode):
            missing |= {item.text for item in depends.items if isinstance(item, ScalarNode)}
    return missing - complete if not any(document.get("include") for document in file.documents) else set()


def _services(file: ComposeFile) -> set[str]:
    return {name.text for name, _ in _pairs(file, "services")}


def _pairs(file: ComposeFile, key: str) -> Iterator[tuple[ScalarNode, Node]]:
    for document in file.documents:
        node = document.get(key)
        if isinstance(node, MappingNode):
            yield from node.pairs


def _documents_base(file: ComposeFile, base: str) -> bool:
    """Whether the file's comments show it being run over the base: `docker compose -f base -f file up`."""
    own = basename(file.source.path)
    comments = (line for line in file.source.text.splitlines() if line.lstrip().startswith("#") and own in line)
    pattern = rf"(?<!\S)-f\s*\S*{re.escape(base)}\s+-f\s*\S*{re.escape(own)}"
    return any(re.search(pattern, line) for line in comments)


def _included_files(known: Files) -> set[str]:
    """The files that are part of another one; where they include each other, none is."""
    inner = {
        path: {path_in_project(dirname(path), text) or "" for text in _include_paths(file)}
        for path, file in known.items()
    }
    found: set[str] = set()
    reached = set().union(*inner.values())
    waiting = [path for path in inner if path not in reached]
    while waiting:
        more = inner.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _used_by_others(known: Files) -> set[str]:
    """The files that others include or extend."""
    extended = {path_in_project(dirname(path), text) for path, file in known.items() for text in _extensions(file)}
    return _included_files(known) | {path for path in extended if path and basename(path) not in DEFAULTS}


def _include_paths(file: ComposeFile) -> Iterator[str]:
    """The paths that `include` names."""
    for document in file.documents:
        included = document.get("include")
        for item in included.items if isinstance(included, SequenceNode) else ():
            yield from _texts(item.get("path") if isinstance(item, MappingNode) else item)


def _extensions(file: ComposeFile) -> Iterator[str]:
    """The paths that `extends` names."""
    for _, node in _pairs(file, "services"):
        extends = node.get("extends") if isinstance(node, MappingNode) else None
        yield from _texts(extends.get("file") if isinstance(extends, MappingNode) else None)


def _texts(node: Node | None) -> Iterator[str]:
    """The texts of a scalar or of a list of them."""
    listed = node.items if isinstance(node, SequenceNode) else (node,)
    yield from (item.text for item in listed if isinstance(item, ScalarNode))


def projects(files: Iterable[ComposeFile], tree: Tree) -> tuple[ComposeProject, ...]:
    """Every set of compose files that is run together and has services: the defaults of folders, then the others."""
    known = {file.source.path: file for file in files}
    found = (_project(paths, default, known, tree) for paths, default in sets(known, tree))
    return tuple(project for project in found if project.services)


def _project(paths: tuple[str, ...], default: bool, known: Mapping[str, ComposeFile], tree: Tree) -> ComposeProject:
    directory = dirname(paths[0]) or "."
    assembly = Assembly(known, tree)
    model = assembly.load(
        paths, Scope(directory, variables(tree, (path_in_project(directory, ".env"),), lambda name: None))
    )
    services = model.get("services") if model else None
    # One more than are followed, so that it is said that there are more.
    first = islice(services.pairs, MOST_CONTAINERS + 1) if isinstance(services, MappingNode) else ()
    return ComposeProject(
        assembly.files or paths,
        directory,
        with_given(tuple(service(assembly, key, node, model) for key, node in first)) if model else (),
        default,
        tuple(assembly.notes),
    )
