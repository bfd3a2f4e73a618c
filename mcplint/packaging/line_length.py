"""How long the formatter of a Python project lets its lines be."""

from __future__ import annotations

import posixpath

from mcplint.facts.document import ScalarNode, at
from mcplint.project.tree import Tree
from mcplint.text.number import whole_number

FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")


def line_length(tree: Tree, path: str) -> int | None:
    """The length that ruff or black is told for a file, in characters; None where neither is told one.

    Sources: https://docs.astral.sh/ruff/configuration/#config-file-discovery and
    https://black.readthedocs.io/en/stable/usage_and_configuration/the_basics.html#configuration-via-a-file
    """
    folder = path
    while folder:
        folder = posixpath.dirname(folder)
        for name in FILES:
            found = posixpath.join(folder, name)
            if found in tree.paths and (length := tree.cached(_length_in, found)) is not None:
                return length
    return None


def _length_in(tree: Tree, path: str) -> int | None:
    """What one file tells them."""
    folder, _, name = path.rpartition("/")
    if name == "pyproject.toml":
        project = tree.project(folder)
        settings = [at(project.document if project else None, "tool", each) for each in ("ruff", "black")]
    else:
        settings = [tree.facts("toml", path)]
    lengths = (at(each, "line-length") for each in settings)
    return next((whole_number(each.text) for each in lengths if isinstance(each, ScalarNode)), None)
