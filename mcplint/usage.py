"""What someone asked for or wrote that makes no sense, and what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """An error in the command line, the configuration or a folder of rules; its text says where and what."""


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`; did you mean "…"?` with the nearest of the words, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100], list(words), 1)
    return f'; did you mean "{near[0]}"?' if near else ""
