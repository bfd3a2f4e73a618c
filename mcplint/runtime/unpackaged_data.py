"""The files that a console script reads beside its modules and that the wheel of its project leaves out."""

from __future__ import annotations

import posixpath

from mcplint.facts.dependencies import Project
from mcplint.model import UnpackagedData
from mcplint.packaging.data import decides, leaves_out
from mcplint.packaging.wheel import files_below, wheel
from mcplint.packaging.wheel_files import Wheel
from mcplint.programs.python.certain_imports import imported
from mcplint.programs.python.certain_reads import Read, reads
from mcplint.programs.python.modules import find
from mcplint.project.tree import Tree
from mcplint.values import Label


def unpackaged_data(
    tree: Tree, project: Project, folder: str, roots: tuple[str, ...], script: tuple[str, str], notes: tuple[Label, ...]
) -> UnpackagedData | None:
    """The first such file; `script`: what it calls, and the file of that module. `notes`: what has the wheel."""
    made = wheel(project, files_below(tree.paths, folder))
    if made is None or made.refused or not made.files:
        return None
    target, path = script
    module = target.partition(":")[0]
    found = ((each.path, each.dotted) for each in imported(tree, roots, path, module) if each.path)
    modules = dict([(path, module), *((each, dotted) for each, dotted in found if not each.endswith("/"))])
    names = {posixpath.join(folder, source): name for name, source in made.files.items()}
    for read in reads(tree, modules.items(), target):
        found_as = _file_and_place(tree, roots, read, made, names)
        if found_as and leaves_out(tree, project, made, found_as[1]):
            return UnpackagedData(*found_as, read.span, read.tool, decides(project), notes)
    return None


def _file_and_place(
    tree: Tree, roots: tuple[str, ...], read: Read, made: Wheel, names: dict[str, str]
) -> tuple[str, str] | None:
    """The file of the project that is read, and where it would have to be in the wheel; None for none."""
    if read.own_path.package:
        package = find(tree, roots, read.own_path.package)
        below = read.own_path.package.replace(".", "/")
        around = package.rstrip("/").removesuffix("/__init__.py") if package else None
        if around is None or around.endswith(".py") or not made.has(read.own_path.package):
            return None
    elif read.path in names:
        around, below = posixpath.dirname(read.path), posixpath.dirname(names[read.path])
    else:
        return None
    source, name = (posixpath.normpath(posixpath.join(each, read.own_path.path)) for each in (around, below))
    return (source, name) if source in tree.paths and not source.endswith((".py", "/")) else None
