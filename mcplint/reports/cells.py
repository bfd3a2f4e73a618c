"""Text as a terminal shows it: control characters made visible, widths counted, long lines cut."""

from __future__ import annotations

LONGEST = 200
TAB = "    "
JOINER = "\u200d"


def clean(text: str, keep: str = "") -> str:
    """The text with nothing in it that could steer a terminal; characters in `keep` stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep or c == JOINER else _visible(c) for c in text)


def _visible(character: str) -> str:
    code = ord(character)
    return TAB if character == "\t" else chr(0x2400 + code) if code < 32 else "\u2421" if code == 127 else "\ufffd"


def layout(text: str, start: int, length: int) -> tuple[str, int, int]:
    """A line as it is shown, and the column and width in cells of `length` characters from `start`.

    Of a long line a window around these characters is shown. The width is never 0.
    """
    first = 0 if start + length < LONGEST else max(0, start - LONGEST // 3)
    piece = text[first : first + LONGEST]
    before, after = "…" * (first > 0), "…" * (first + LONGEST < len(text))
    column = len(before) + cells(piece[: start - first])
    return f"{before}{clean(piece)}{after}", column, max(1, cells(piece[start - first : start - first + length]))


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    shown = clean(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import category, east_asian_width

    empty = ("Mn", "Me", "Cf")
    return sum(0 if category(c) in empty else 2 if east_asian_width(c) in "WF" else 1 for c in shown)
