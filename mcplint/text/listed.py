"""Names in a row, as a sentence has them."""

from __future__ import annotations

from collections.abc import Iterable


def joined_by_and(names: Iterable[str]) -> str:
    """The names with commas between them, and "and" before the last one."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
