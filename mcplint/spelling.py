"""What someone may have meant by a word that means nothing."""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, words: Iterable[str]) -> str:
    """`; did you mean "…"?` with the nearest of the words, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100], list(words), 1)
    return f'; did you mean "{near[0]}"?' if near else ""
