"""The programs of a project that no start command names, whichever language they are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from mcplint.model import Sdk
from mcplint.programs.outcome import Outcome
from mcplint.project.tree import Tree

LANGUAGES = {"python": (".py",), "typescript": ("package.json",)}
"""The languages that are followed, each with how the names of files end that a program of it cannot be without."""


def scan(tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]]) -> Iterator[tuple[str, Outcome]]:
    """What each program that looks like the main one of a server starts, by its path.

    `sdks`: from the path of a file to what tells the SDK behind a dotted name there.
    """
    for language, ends in LANGUAGES.items():
        if not any(path.endswith(ends) for path in tree.paths):
            continue
        yield from import_module(f"mcplint.programs.{language}.scan").scan(tree, sdks)
