"""Where the Python of a container looks for the modules of a program, as far as all of it is certain."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from mcplint.commands.asgi_commands import looks_elsewhere
from mcplint.facts.document import at
from mcplint.images.contents import Contents
from mcplint.images.copies import copied_from, image_paths
from mcplint.images.image import Image
from mcplint.model import Container
from mcplint.packaging.backend import is_packaged
from mcplint.programs.start import APP, FUNCTION, MODULE, OBJECT, SCRIPT, Start
from mcplint.project.tree import Tree
from mcplint.text.paths import absolute, upwards
from mcplint.values import Value

ELSEWHERE = r"\bcd |--chdir|--app-dir|--directory|\bexec\b|\bsh\b"
"""What a command says that may look for modules elsewhere than in the working directory."""
LEADS_BACK = ("poetry", "pdm", "pipenv")
"""Tools that install the project as well, unless they are told otherwise."""
_WORKING = ("uvicorn", "gunicorn", "hypercorn")
"""ASGI servers that put their working directory first
(https://uvicorn.dev/settings/#application, https://docs.gunicorn.org/en/stable/settings.html#pythonpath)."""
_CHANGES = ("sys.path", "import path", "addsitedir", "__path__", "extend_path", "meta_path", "path_hooks", "importlib")
"""What a program says that may find modules where Python alone does not look."""


def search_path(image: Image, container: Container, start: Start, entry: str, tree: Tree) -> tuple[str, ...] | None:
    """The folders of an image that a program finds modules of the project in, besides those that packages lie in.

    `entry`: the file that is started. None where more may be.
    """
    folders = (
        None
        if start.kind == FUNCTION or _leads_back(image, start, tree)
        else own_folders(image, container, start, entry, tree)
    )
    if folders is None or start.kind not in (MODULE, APP):
        return folders
    stem = start.file_and_object[0].replace(".", "/")
    found = {posixpath.join(each, end) for each in folders for end in (f"{stem}.py", f"{stem}/__init__.py")}
    found |= {posixpath.join(each, f"{stem}/__main__.py") for each in folders}
    return None if found.isdisjoint(image_paths(image, entry)) else folders


def own_folders(image: Image, container: Container, start: Start, entry: str, tree: Tree) -> tuple[str, ...] | None:
    """The folders that Python looks into by itself: the program's, the working directory, those of PYTHONPATH.

    As for `search_path`, but for what installed packages lead to.
    """
    contents = Contents.of(image, tree)
    if contents.open or contents.ran.names(".pth") or container.mounts or tree.cached(_has_path_file):
        return None
    places, named, folder = list(image_paths(image, entry)), _pythonpath(container, start), start.workdir
    if not places or None in places or named is None:
        return None
    if start.kind == FUNCTION:
        return named
    beside = tuple(posixpath.dirname(place) for place in places if place)
    if start.kind == SCRIPT:
        return tuple(dict.fromkeys((*beside, *named)))
    words = " ".join(word.only or "$" for word in (container.argv and container.argv.words) or ())
    if folder is None or re.search(ELSEWHERE, words) or looks_elsewhere(start, tree):
        return None
    if start.kind == OBJECT:
        return tuple(dict.fromkeys((*beside, folder, *named)))
    if start.kind != MODULE and (start.kind != APP or start.runner not in _WORKING):
        return None
    return tuple(dict.fromkeys((folder, *named)))


def _has_path_file(tree: Tree) -> bool:
    """Whether a file of the project could add folders to those that Python looks into."""
    return any(path.endswith(".pth") for path in tree.paths)


def _pythonpath(container: Container, start: Start) -> tuple[str, ...] | None:
    """The folders of PYTHONPATH, None where they are not known."""
    value: Value[str | None] = {**container.env, **start.env}.get("PYTHONPATH", Value((None,)))
    # An empty text is what is left of a build argument that someone may give.
    if value.options is None or len(value.options) > 1 or value.only == "":
        return None
    named = tuple(absolute(container.workdir.only, each or ".") for each in value.only.split(":")) if value.only else ()
    return None if None in named else tuple(each for each in named if each)


def _leads_back(image: Image, start: Start, tree: Tree) -> bool:
    """Whether an install may put a folder of the project among those that Python looks into."""
    installs = (*image.installs, *(start.installs or ()))
    if any(install.tool in LEADS_BACK or install.rooted for install in installs):
        return True
    if any(word.startswith(("-e", "--edit")) for install in installs for word in install.argv):
        return True
    if any(each.editable for install in installs for each in install.packaged):
        return True
    synced = (install for install in installs if install.tool in ("uv sync", "uv run"))
    projects = [project for install in synced for each in install.requirements if (project := tree.project(each))]
    own = any(map(is_packaged, projects)) if start.installs else False
    return own or any(at(each.document, "tool", "uv", name) for each in projects for name in ("workspace", "sources"))


def found_nowhere(image: Image, folders: tuple[str, ...], path: str, dotted: str, tree: Tree) -> str:
    """Where a module of the project stands in an image, if it certainly is in none of these folders by its name."""
    places = list(image_paths(image, path))
    if not places or any(place is None or "-packages/" in place for place in places):
        return ""
    contents, stem = Contents.of(image, tree), dotted.replace(".", "/")
    for folder in folders:
        whole = posixpath.join(folder, stem)
        around = (each for each in upwards(whole) if each != folder and each.startswith(folder))
        if any(contents.why_absent(end, path) is None for end in (f"{whole}.py", f"{whole}/__init__.py")):
            return ""
        if any(_is_link(image, each, tree) for each in around):
            return ""
    return places[-1] or ""


def _is_link(image: Image, place: str, tree: Tree) -> bool:
    """Whether something that is no folder of the project stands where one would."""
    found = copied_from(image.copies, image.parts, image.ignored, image.context, place, tree)
    return found is not None and found in tree.paths


def changes_path(tree: Tree, paths: Iterable[str]) -> bool:
    """Whether one of some files says something by which Python may look elsewhere."""
    return any(tree.mentions(path, *_CHANGES) for path in paths)
