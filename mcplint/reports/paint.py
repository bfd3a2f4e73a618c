"""Colour, or none."""

from __future__ import annotations

from typing import Protocol


class Paint(Protocol):
    """Gives a text the looks that the keywords of `click.style` name."""

    def __call__(self, text: str, *, fg: str | None = None, bold: bool = False) -> str: ...


def plain(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text as it is."""
    return text


def coloured(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text with the codes that a terminal understands."""
    from click import style

    return style(text, fg=fg, bold=bold or None) if text else text
