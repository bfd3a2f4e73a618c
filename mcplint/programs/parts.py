"""The parts of a program that do nothing unless something names them, and which of them nothing that runs names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from mcplint.text.source import Span


class Part(NamedTuple):
    """A part of a module that does nothing unless it is named: a function, a class or a list of middleware."""

    names: Collection[str]
    span: Span
    mentions: Collection[str]


def dead_parts(parts: list[Part], alive: Iterable[str]) -> list[Part]:
    """The parts that nothing which is alive names; `alive`: the names that what runs says."""
    by_name: dict[str, list[int]] = {}
    for index, part in enumerate(parts):
        for name in part.names:
            by_name.setdefault(name, []).append(index)
    reached: set[int] = set()
    pending = list(alive)
    while pending:
        for index in by_name.pop(pending.pop(), ()):
            if index not in reached:
                reached.add(index)
                pending += parts[index].mentions
    return [part for index, part in enumerate(parts) if index not in reached]
