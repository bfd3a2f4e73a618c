"""What a JSON text says, and where it is not strict JSON."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import Node
from mcplint.text.source import Edit, Span
from mcplint.values import Label


class Problem(NamedTuple):
    """A place that a strict JSON parser refuses, or that it reads in a way nobody means.

    `severity` is WARNING where parsers accept it. `edit` mends it where that is exact.
    `damage`: what follows is a guess, so nothing but the problem itself is to be said of the document.
    """

    span: Span
    message: str
    severity: str
    edit: Edit | None = None
    notes: tuple[Label, ...] = ()
    damage: bool = False


class Document(NamedTuple):
    """The value of a JSON text as far as it could be read, None where there is none, and its problems in order."""

    root: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the value is certainly what was meant."""
        return not any(problem.damage for problem in self.problems)
