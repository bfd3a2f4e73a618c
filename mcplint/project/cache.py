"""A cache of what was worked out: where all that it asks is answered alike, it comes to the same, at other spans.

What has been asked so far is a tree: a question, and by its answer the next one. Work that begins alike asks the same
first question, and so on, until its answers lead to what it comes to, or were never given before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from mcplint.project.relocation import Relocation, without_spans
from mcplint.project.tree import Tree

Question = tuple[str, ...]
Asking: TypeAlias = Mapping[str, Callable[[str], Any]]
"""What answers questions about a name, by their kind."""
T = TypeVar("T")


class Cached(NamedTuple):
    """A result that is kept, with its inputs and the answers that it rests on."""

    given: Any
    answers: tuple[Any, ...]
    found: Any


class Node:
    """Where work has come to that was answered alike: what it asks next, or what it came to."""

    __slots__ = ("cached", "next", "question")

    def __init__(self) -> None:
        self.question: Question | None = None
        self.next: dict[Any, Node] = {}
        self.cached: Cached | None = None


def cached(
    tree: Tree,
    given: Any,
    asking: Asking,
    work: Callable[[Asking], T],
    holds: Callable[[T], bool] = lambda found: True,
) -> tuple[T, bool]:
    """What work comes to, from the cache where what it asks was answered alike before, and whether it was done now.

    `given`: all that it rests on beside the files of the tree and what it asks. `holds`: whether what it came to may
    be cached.
    """
    try:
        node = tree.kept.setdefault((tree.paths, without_spans(given)), Node())
    except TypeError:
        return work(asking), True
    known = _cached_result(node, given, tree, asking)
    if known is not None:
        return known, False
    answers: dict[Question, Any] = {}
    with tree.noting(answers):
        found = work({kind: _recording(tree, answers, kind, answer) for kind, answer in asking.items()})
    if holds(found):
        _store(node, answers, Cached(given, tuple(answers.values()), found))
    return found, True


def _recording(tree: Tree, answers: dict[Question, Any], kind: str, answer: Callable[[str], T]) -> Callable[[str], T]:
    """An answering function that records each question with its answer, in order, and asks each only once."""

    def ask(name: str) -> T:
        if (kind, name) not in answers:
            with tree.without_notes(answers):
                answers[kind, name] = answer(name)
        return answers[kind, name]  # type: ignore[no-any-return]

    return ask


def _ask(tree: Tree, asking: Asking, question: Question) -> Any:
    """The answer to a question; to one about a file, its text."""
    kind, *names = question
    if kind == "facts":
        tree.facts(*names)
    return tree.source(names[-1]) if kind in ("facts", "source") else asking[kind](*names)


def _cached_result(node: Node, given: Any, tree: Tree, asking: Asking) -> Any:
    answers: list[Any] = []
    while node.question is not None:
        answers.append(_ask(tree, asking, node.question))
        after = node.next.get(without_spans(answers[-1]))
        if after is None:
            return None
        node = after
    if node.cached is None:
        return None
    relocation = Relocation()
    try:
        if relocation.pair((node.cached.given, node.cached.answers), (given, tuple(answers))):
            return relocation.relocated(node.cached.found)
    except LookupError:
        pass
    return None


def _store(node: Node, answers: dict[Question, Any], known: Cached) -> None:
    for question, found in answers.items():
        if node.question != question:
            node.question, node.next = question, {}
        try:
            node = node.next.setdefault(without_spans(found), Node())
        except TypeError:
            return
    node.cached, node.question = known, None
