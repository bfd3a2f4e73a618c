"""A cache of outcomes: a program that is answered alike whatever it asks comes to the same, at other places.

What programs have asked so far is a tree: a question, and by its answer the next one. A program that is started alike
asks the same first question, and so on, until its answers lead to what it comes to, or were never given before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from mcplint.programs.outcome import Outcome
from mcplint.programs.relocation import Relocation, shape
from mcplint.programs.start import Start
from mcplint.programs.world import World

Question = tuple[str, ...]
T = TypeVar("T")


class CachedOutcome(NamedTuple):
    """What a program came to, how it was started, and what it was answered."""

    start: Start
    answers: tuple[Any, ...]
    outcome: Outcome


class Node:
    """Where programs have come to that were answered alike: what they ask next, or what they came to."""

    __slots__ = ("cached", "next", "question")

    def __init__(self) -> None:
        self.question: Question | None = None
        self.next: dict[Any, Node] = {}
        self.cached: CachedOutcome | None = None


class RecordedWorld:
    """The questions of a program in their order, with their answers; a class because it grows as the program asks."""

    def __init__(self, world: World) -> None:
        self.answers: dict[Question, Any] = {}
        self.world = world._replace(
            env=self._noting("env", world.env),
            sdk=self._noting("sdk", world.sdk),
            file=self._noting("file", world.file),
        )

    def _noting(self, kind: str, answer: Callable[[str], T]) -> Callable[[str], T]:
        def ask(name: str) -> T:
            found = answer(name)
            self.answers.setdefault((kind, name), found)
            return found

        return ask


def ask_world(world: World, question: Question) -> Any:
    """What a world says to a question; to one about a file, which text it has."""
    kind, *names = question
    if kind == "facts":
        world.tree.facts(*names)
        return world.tree.source(names[-1])
    return {"env": world.env, "sdk": world.sdk, "file": world.file, "source": world.tree.source}[kind](*names)


def followed(start: Start, world: World, follow: Callable[[Start, World], Outcome]) -> Outcome:
    """What becomes of a program: the outcome of one that was answered alike, with its places, where there is one."""
    try:
        node = world.tree.kept.setdefault((world.tree.paths, shape(start)), Node())
    except TypeError:
        return follow(start, world)
    known = _known(node, start, world)
    if known:
        return known
    recorded = RecordedWorld(world)
    with world.tree.noting(recorded.answers):
        outcome = follow(start, recorded.world)
    if outcome.complete and not outcome.failures:
        _keep(node, recorded.answers, CachedOutcome(start, tuple(recorded.answers.values()), outcome))
    return outcome


def _known(node: Node, start: Start, world: World) -> Outcome | None:
    answers: list[Any] = []
    while node.question is not None:
        answers.append(ask_world(world, node.question))
        after = node.next.get(shape(answers[-1]))
        if after is None:
            return None
        node = after
    if node.cached is None:
        return None
    relocation = Relocation()
    try:
        if relocation.pair((node.cached.start, node.cached.answers), (start, tuple(answers))):
            return relocation.relocated(node.cached.outcome)._replace(steps=0)
    except LookupError:
        pass
    return None


def _keep(node: Node, answers: dict[Question, Any], known: CachedOutcome) -> None:
    for question, found in answers.items():
        if node.question != question:
            node.question, node.next = question, {}
        try:
            node = node.next.setdefault(shape(found), Node())
        except TypeError:
            return
    node.cached, node.question = known, None
