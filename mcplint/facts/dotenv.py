"""What one `.env` file says by itself, variables in its values not yet replaced."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span


class Assignment(NamedTuple):
    """One variable: its name, and its value without quotes and escapes, None where only the name stands (inherited).

    `expanded`: whether `$NAME` in the value is replaced (not in single quotes).
    """

    name: str
    key: Span
    value: LocatedText | None
    expanded: bool


class EnvFile(NamedTuple):
    """A `.env` file: its assignments in order, later ones count."""

    source: Source
    assignments: tuple[Assignment, ...]
