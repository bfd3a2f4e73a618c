"""A program is followed once: where all that it asks is answered alike, it comes to the same, at other places.

What programs have asked so far is a tree: a question, and by its answer the next one. A program that is started alike
asks the same first question, and so on, until its answers lead to what it comes to, or were never given before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from mcplint.programs.outcome import Outcome
from mcplint.programs.places import Moved, shape
from mcplint.programs.start import Start
from mcplint.programs.world import World

Question = tuple[str, ...]
T = TypeVar("T")


class Known(NamedTuple):
    """What a program came to, how it was started, and what it was answered."""

    start: Start
    answers: tuple[Any, ...]
    outcome: Outcome


class Point:
    """Where programs have come to that were answered alike: what they ask next, or what they came to."""

    __slots__ = ("known", "question", "ways")

    def __init__(self) -> None:
        self.question: Question | None = None
        self.ways: dict[Any, Point] = {}
        self.known: Known | None = None


class Asked:
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


def answer(world: World, question: Question) -> Any:
    """What a world says to a question; to one about a file, which text it has."""
    kind, *names = question
    if kind == "facts":
        world.tree.facts(*names)
        return world.tree.source(names[-1])
    return {"env": world.env, "sdk": world.sdk, "file": world.file, "source": world.tree.source}[kind](*names)


def followed(start: Start, world: World, follow: Callable[[Start, World], Outcome]) -> Outcome:
    """What becomes of a program, told from one that was answered alike where there is one."""
    try:
        point = world.tree.kept.setdefault((world.tree.paths, shape(start)), Point())
    except TypeError:
        return follow(start, world)
    known = _known(point, start, world)
    if known:
        return known
    asked = Asked(world)
    with world.tree.noting(asked.answers):
        outcome = follow(start, asked.world)
    if outcome.complete and not outcome.failures:
        _keep(point, asked.answers, Known(start, tuple(asked.answers.values()), outcome))
    return outcome


def _known(point: Point, start: Start, world: World) -> Outcome | None:
    answers: list[Any] = []
    while point.question is not None:
        answers.append(answer(world, point.question))
        way = point.ways.get(shape(answers[-1]))
        if way is None:
            return None
        point = way
    if point.known is None:
        return None
    moved = Moved()
    try:
        if moved.learn((point.known.start, point.known.answers), (start, tuple(answers))):
            return moved.told(point.known.outcome)._replace(steps=0)
    except LookupError:
        pass
    return None


def _keep(point: Point, answers: dict[Question, Any], known: Known) -> None:
    for question, found in answers.items():
        if point.question != question:
            point.question, point.ways = question, {}
        try:
            point = point.ways.setdefault(shape(found), Point())
        except TypeError:
            return
    point.known, point.question = known, None
