"""The files that a wheel holds, and what the lists that choose them are read by."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mcplint.facts.document import Node, ScalarNode, SequenceNode
from mcplint.text.source import Span


class Wheel(NamedTuple):
    """What a wheel holds: by their paths in it, the files beside `pyproject.toml` that they come from.

    `refused`: why there is none: for want of modules, one of the paths `sought` or all of them, or for the `choice`
    that it has. `decides`: the span that chooses what is packaged. `lenient`: an editable install does without it.
    """

    files: Mapping[str, str] = {}
    refused: str = ""
    choice: tuple[str, ...] = ()
    decides: Span | None = None
    sought: tuple[str, ...] = ()
    lenient: bool = False

    def has(self, module: str) -> bool:
        """Whether it holds a module or a package of a dotted name."""
        stem = module.replace(".", "/")
        return any(path in self.files for path in (f"{stem}.py", f"{stem}/__init__.py")) or any(
            path.startswith(f"{stem}/") for path in self.files
        )


def strings(node: Node | None) -> list[str] | None:
    """The strings of a list, or the one in its place; None where something else stands there."""
    if node is None:
        return []
    nodes = node.items if isinstance(node, SequenceNode) else (node,)
    found = [each.value for each in nodes if isinstance(each, ScalarNode) and isinstance(each.value, str)]
    return found if len(found) == len(nodes) else None


def wheel_paths(paths: Iterable[str], folder: str, strip: str = "") -> dict[str, str]:
    """The files at or below a path, by their paths without what is stripped from their front."""
    folder = posixpath.normpath(folder)
    front = f"{strip.rstrip('/')}/" if strip else ""
    inside = (path for path in paths if folder == "." or path == folder or path.startswith(f"{folder}/"))
    return {path.removeprefix(front): path for path in inside}
