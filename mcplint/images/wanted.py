"""What the installs and the start of an image need of the folder that its build is given, and whether that has it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.images.copies import project_path
from mcplint.images.image import Image
from mcplint.project.tree import Tree
from mcplint.text.paths import absolute

_FILE = re.compile(r"(?<![\w./-])[\w./-]{0,200}\w\.(?:py|sh|js|mjs|cjs|ts)")
_MODULE = re.compile(r"(?:^|\s)-m\s+([\w.]+)")
_OBJECT = re.compile(r"(?:^|\s)([A-Za-z_][\w.]*):[A-Za-z_]\w*")
"""How a start names a file, a module that Python runs, and an object of a module that a server serves."""
_NODE = re.compile(r"\bnpm ci\b|\b(?:npm|pnpm|yarn) install(?=\s*(?:$|[&;]|--(?!global)))")
"""The commands that install the packages of a package.json."""


def needed_files(image: Image, tree: Tree) -> dict[str, bool]:
    """What the commands of an image need of the project, and whether the folder that is copied has it."""
    found: dict[str, bool] = {}
    for stage in image.stages:
        for install in stage.installs:
            if install.requirements or install.files or not install.names:
                found[" ".join(install.argv)] = bool(install.requirements)
        if any(_NODE.search(run.script) for run in stage.runs):
            place = absolute(stage.workdir.only, "package.json")
            found["package.json"] = place is not None and _has_file(image, place, tree)
    for name, places in _start_files(image, tree):
        found[name] = any(_has_file(image, place, tree) for place in places)
    return found


def started_files(image: Image, tree: Tree) -> list[str]:
    """The files of the project that the start of an image names, as far as it has them."""
    paths = (project_path(image, place, tree) for _, places in _start_files(image, tree) for place in places)
    return [path for path in paths if path in tree.paths]


def _start_files(image: Image, tree: Tree) -> Iterator[tuple[str, list[str]]]:
    """The files and modules of the project that a start names, with the places where it finds them."""
    workdir = image.workdir.only
    launches = (launch for launch in (image.entrypoint, image.cmd) if launch)
    line = " ".join(word.only or "" for launch in launches for word in launch.argv.words or ())
    for name in _FILE.findall(line):
        place = absolute(workdir, name)
        if place is not None and tree.files_named(posixpath.basename(name)):
            yield name, [place]
    paths = (image.env["PYTHONPATH"].only or "").split(":") if "PYTHONPATH" in image.env else []
    roots = [each for each in (absolute(workdir, path) for path in (".", "src", *paths)) if each]
    for name in (*_MODULE.findall(line), *_OBJECT.findall(line)):
        module = name.replace(".", "/")
        first = module.partition("/")[0]
        if tree.files_named(f"{first}.py") or tree.folders_called(first):
            yield (
                name,
                [f"{posixpath.join(root, module)}{end}" for root in roots for end in (".py", "/__init__.py", "")],
            )


def _has_file(image: Image, place: str, tree: Tree) -> bool:
    """Whether the folder that is copied has what an image looks for at a place."""
    path = project_path(image, place, tree)
    return path is not None and (path in tree.paths or path in tree.folders)
