"""How long fixes are tried in one run: what would take longer is not tried, so not offered and not made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mcplint.findings import Diagnostic
from mcplint.project.tree import Tree

SECONDS = 2.5
"""Of processor time, where looking at the project itself takes no longer: then it is as much as that."""
Look = Callable[[Tree], list[Diagnostic]]
T = TypeVar("T")


class Spent(Exception):
    """There is no time left to look at what more fixes would make."""


class Trials:
    """What is left of that time. A class because each look takes some of it; `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.ended = False
        self._clock = clock
        self._first = self._last = self._spent = 0.0

    def first(self, work: Callable[[], T]) -> T:
        """Looks at the project as it is, which takes none of the time."""
        began = self._clock()
        found = work()
        self._first = max(self._first, self._clock() - began)
        return found

    def over(self, look: Look) -> Look:
        """`look` with a bound: it raises Spent where one more look would take too long; the first is always made."""

        def tried(tree: Tree) -> list[Diagnostic]:
            if not self._first:
                return self.first(lambda: look(tree))
            if self._spent + self._last > max(SECONDS, self._first):
                self.ended = True
                raise Spent
            began = self._clock()
            found = look(tree)
            self._last = self._clock() - began
            self._spent += self._last
            return found

        return tried
