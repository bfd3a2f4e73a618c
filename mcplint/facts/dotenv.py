"""What one `.env` file says by itself, variables in its values not yet replaced."""

from __future__ import annotations

from mcplint.core import Source, Span
from mcplint.passage import Passage
from mcplint.record import NamedTuple


class Assignment(NamedTuple):
    """One variable: its name, and its value without quotes and escapes, None where only the name stands (inherited).

    `expanded`: whether `$NAME` in the value is replaced (not in single quotes).
    """

    name: str
    key: Span
    value: Passage | None
    expanded: bool


class EnvFile(NamedTuple):
    """A `.env` file: its assignments in order, later ones count."""

    source: Source
    assignments: tuple[Assignment, ...]
