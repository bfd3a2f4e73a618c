"""Whole numbers as texts spell them."""

from __future__ import annotations

# More than any port, count or size has; Python itself refuses to read some thousand.
_MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """The number that digits of ASCII spell, None for every other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def as_number(option: object) -> object:
    """A text that spells a number as that number; everything else as it is."""
    number = whole_number(option) if isinstance(option, str) else None
    return option if number is None else number
