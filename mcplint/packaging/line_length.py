"""How long the formatter of a Python project lets its lines be."""

from __future__ import annotations

import posixpath
from typing import Any

from mcplint.facts.document import plain
from mcplint.findings import Unreadable
from mcplint.project.tree import Tree

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
            if found in tree.paths and (length := tree.once(_told, found)) is not None:
                return length
    return None


def _told(tree: Tree, path: str) -> int | None:
    """What one file tells them."""
    from mcplint.readers.toml import read

    source = tree.source(path)
    try:
        said: dict[str, Any] = plain(read(source)) if source else {}
    except Unreadable:
        return None
    tools = said.get("tool") if path.endswith("pyproject.toml") else {"ruff": said}
    for name in ("ruff", "black"):
        settings = tools.get(name) if isinstance(tools, dict) else None
        length = settings.get("line-length") if isinstance(settings, dict) else None
        if isinstance(length, int) and not isinstance(length, bool):
            return length
    return None
