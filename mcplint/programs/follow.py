"""What becomes of a start command, whichever language its program is written in.

A language is a package here with two functions: `follow(start, world)`, and `scan(tree, sdks)` for the programs that
no start command names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from mcplint.model import Sdk
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import Start
from mcplint.programs.world import World
from mcplint.project.cache import cached
from mcplint.project.tree import Tree

Language = Callable[[Start, World], Outcome]
LANGUAGES = {"python": (".py",), "typescript": ("package.json",)}
"""The languages that are followed, each with how the names of files end that a program of it cannot be without."""


def follow(start: Start, world: World) -> Outcome:
    """What the program of a start command starts; from the cache it takes no steps."""
    language: Language = import_module(f"mcplint.programs.{start.language}.interpreter").follow
    outcome, fresh = cached(
        world.tree,
        start,
        {"env": world.env, "sdk": world.sdk, "file": world.file},
        lambda asking: language(start, world._replace(env=asking["env"], sdk=asking["sdk"], file=asking["file"])),
        lambda outcome: outcome.complete and not outcome.failures,
    )
    return outcome if fresh else outcome._replace(steps=0)


def scan(tree: Tree, sdks: Callable[[str], Callable[[str], Sdk]]) -> Iterator[tuple[str, Outcome]]:
    """What each program that looks like the main one of a server starts, by its path.

    `sdks`: from the path of a file to what tells the SDK behind a dotted name there.
    """
    for language, ends in LANGUAGES.items():
        if not any(path.endswith(ends) for path in tree.paths):
            continue
        yield from import_module(f"mcplint.programs.{language}.scan").scan(tree, sdks)
