"""The repositories that lie inside a project, such as submodules, of which nothing is read."""

from __future__ import annotations

import re

from mcplint.findings import InnerRepository
from mcplint.project.tree import Tree
from mcplint.text.paths import upwards

_PATH = re.compile(r"(?m)^[ \t]*path[ \t]*=[ \t]*([^\r\n]+)")


def is_inner(tree: Tree, path: str) -> bool:
    """Whether a path is, lies in or holds a repository of its own, so that what stands there is not known."""
    inner, around = tree.cached(_inner_repositories)
    return path in around or any(folder in inner for folder in upwards(path))


def _inner_repositories(tree: Tree) -> tuple[frozenset[str], frozenset[str]]:
    """Those that were met or that `.gitmodules` names, and the folders that hold them."""
    modules = tree.source(".gitmodules")
    named = (found[1].strip().strip('"').rstrip("/") for found in _PATH.finditer(modules.text)) if modules else ()
    met = (path for path, problem in tree.problems.items() if isinstance(problem, InnerRepository))
    inner = frozenset((*named, *met))
    return inner, frozenset(folder for each in inner for folder in (*upwards(each), "", "."))
