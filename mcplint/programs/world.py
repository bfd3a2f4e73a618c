"""What a program meets where it is started."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcplint.model import Sdk
from mcplint.project.tree import Tree
from mcplint.values import Value

STEPS = 500_000
"""How many steps one program may take."""


class World(NamedTuple):
    """What a program meets.

    `tree`: the files of the project. `env`: a variable, its option None where it is not set. `sdk`: the package and
    release behind a dotted name of an SDK; a bare package name asks for what is installed. `file`: the path in the
    project of a path that the program opens, or None. `steps`: how many the program may take.
    """

    tree: Tree
    env: Callable[[str], Value[str | None]]
    sdk: Callable[[str], Sdk]
    file: Callable[[str], str | None]
    steps: int = STEPS


def run_path(world: World, path: str) -> str | None:
    """Where a file of the project lies below the folder that a program starts in, None where it does not."""
    parts = path.split("/")
    ends = ("/".join(parts[count:]) for count in range(len(parts)))
    return next((end for end in ends if world.file(end) == path), None)
