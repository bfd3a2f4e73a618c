"""What the files that uv reads its settings from say: `uv.toml`, and `[tool.uv]` of a `pyproject.toml`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.document import Node, at
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards

FILES = ("uv.toml", "pyproject.toml")


def around(tree: Tree, folder: str) -> Iterator[str]:
    """The files of a folder and those around it that may have settings of uv."""
    paths = (posixpath.join(each, name) for each in outwards("" if folder == "." else folder) for name in FILES)
    return (path for path in paths if path in tree.paths)


def setting(tree: Tree, path: str, name: str) -> Node | None:
    """What a file says of a setting."""
    if path.endswith("pyproject.toml"):
        project = tree.facts("project", path)
        return at(project.document, "tool", "uv", name) if project else None
    return at(tree.facts("toml", path), name)
