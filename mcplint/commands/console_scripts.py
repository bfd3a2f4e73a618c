"""The commands that a project installs: console scripts of its metadata, by name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.dependencies import PROJECTS, Project, normalized
from mcplint.project.tree import Tree
from mcplint.text.paths import contains, side_folder
from mcplint.text.source import Span


class Script(NamedTuple):
    """A command, what it calls (`module:function`), and the folder of the project that installs it."""

    name: str
    target: str
    folder: str
    span: Span


def script(tree: Tree, name: str, near: str | None, home: str = "") -> Script | None:
    """The command of a name, None where it cannot be told which of several projects installs it.

    It is that of the project around the folder where the command is started, else of the one around its home.
    """
    found = installed(tree, side_folder(home if near is None else near)).get(name, ())
    for folder in (near, home):
        nearest = [each for each in found if folder is not None and contains(each.folder, folder)]
        longest = max((len(each.folder) for each in nearest), default=0)
        found = tuple(each for each in nearest if len(each.folder) == longest) or found
    return found[0] if len({(each.folder, each.target) for each in found}) == 1 else None


def installed(tree: Tree, apart: str) -> Mapping[str, tuple[Script, ...]]:
    """All commands that the projects of a tree install, by name; `apart`: the folder of examples they may lie in."""
    return tree.cached(_installed, apart)


def _installed(tree: Tree, apart: str) -> Mapping[str, tuple[Script, ...]]:
    found: dict[str, tuple[Script, ...]] = {}
    for path in sorted(tree.paths):
        if contains(side_folder(path.rpartition("/")[0]), apart):
            for each in scripts(tree, path):
                found[each.name] = (*found.get(each.name, ()), each)
    return found


def scripts(tree: Tree, path: str) -> Iterator[Script]:
    """The commands that one file of metadata installs."""
    folder, _, name = path.rpartition("/")
    project: Project | None = tree.facts("project", path) if name in PROJECTS else None
    for command, target, span in project.scripts if project else ():
        yield Script(command, target.partition("[")[0].replace(" ", ""), folder, span)


def is_package(tree: Tree, folder: str, name: str) -> bool:
    """Whether a folder holds the project of a package of this name."""
    project = tree.project(folder)
    return project is not None and normalized(project.name.only or "") == normalized(name)


def lacks_command(tree: Tree, folder: str, name: str) -> bool:
    """Whether a folder holds the project of a package of this name, which says no more of that name."""
    project = tree.project(folder)
    if not project or not is_package(tree, folder, name) or "scripts" in project.dynamic:
        return False
    others = any(posixpath.join(folder, each) in tree.paths for each in ("setup.py", "setup.cfg"))
    return not others and project.source.text.count(name) == (project.name.only == name)
