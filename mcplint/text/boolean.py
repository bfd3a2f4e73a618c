"""Texts that pydantic, click, uv and pip take for yes and no."""

from __future__ import annotations

_YES = frozenset({"1", "true", "t", "yes", "y", "on"})
_NO = frozenset({"0", "false", "f", "no", "n", "off"})


def boolean(text: str) -> bool | None:
    """What a text says, whatever its case; None where it is neither a yes nor a no."""
    text = text.lower()
    return True if text in _YES else False if text in _NO else None
