"""Shell patterns against a text, without backtracking: time grows with text times pattern."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

ANY, ONE = object(), object()
_LARGEST = 1_000_000
_LONGEST = 20_000


def fits(text: str, pattern: str) -> bool:
    """What `fnmatchcase` says; a pattern of no signs but `*` is not worth the regular expression that it compiles.

    One with far more brackets than a path can have fits nothing.
    """
    if "?" in pattern or "[" in pattern:
        # For each bracket `fnmatch` looks for its end.
        return pattern.count("[") * len(pattern) < _LONGEST and fnmatchcase(text, pattern)
    head, *inner = pattern.split("*")
    if not inner:
        return text == pattern
    if not text.startswith(head):
        return False
    tail, at = inner.pop(), len(head)
    for part in inner:
        at = text.find(part, at) + len(part)
        if at < len(part):
            return False
    return text.endswith(tail, at)


def literal(path: str) -> str:
    """A path as the pattern that fits nothing else."""
    return re.sub(r"[*?[]", r"[\g<0>]", path)


class Pattern(NamedTuple):
    """A pattern of `*` and `?`: its characters, `ANY` and `ONE` for these."""

    tokens: tuple[object, ...]

    @classmethod
    def of(cls, text: str) -> Pattern:
        r"""A pattern in which `\*`, `\?`, `\\`, `\}` and `\/` stand for themselves. Raises ValueError."""
        tokens: list[object] = []
        i = 0
        while i < len(text):
            if text[i] == "\\":
                i += 1
                if text[i : i + 1] not in ("*", "?", "\\", "}", "/"):
                    raise ValueError(f"invalid escape `\\{text[i : i + 1]}` in a pattern")
                tokens.append(text[i])
            else:
                tokens.append({"*": ANY, "?": ONE}.get(text[i], text[i]))
            i += 1
        return cls(tuple(tokens))

    def match_ends(self, text: str, start: int) -> list[int]:
        """Every offset at which a match that begins at `start` can end, in rising order."""
        if len(text) * len(self.tokens) > _LARGEST:
            raise ValueError("the pattern is too large to follow")
        reached = {start}
        for token in self.tokens:
            if token is ANY:
                reached = set(range(min(reached), len(text) + 1)) if reached else reached
            else:
                reached = {i + 1 for i in reached if i < len(text) and (token is ONE or text[i] == token)}
        return sorted(reached)


def remove_prefix(pattern: Pattern, text: str, longest: bool) -> str:
    """The text without the shortest or longest beginning that matches."""
    ends = pattern.match_ends(text, 0)
    return text[ends[-1 if longest else 0] :] if ends else text


def remove_suffix(pattern: Pattern, text: str, longest: bool) -> str:
    """The text without the shortest or longest end that matches."""
    backwards = Pattern(pattern.tokens[::-1])
    return remove_prefix(backwards, text[::-1], longest)[::-1]


def replace(pattern: Pattern, text: str, other: str, every: bool) -> str:
    """The text with the first (or every) longest match replaced."""
    if len(text) ** 2 * len(pattern.tokens) > _LARGEST:
        raise ValueError("the pattern is too large to follow")
    kept: list[str] = []
    i = 0
    while i <= len(text):
        ends = pattern.match_ends(text, i)
        if not ends:
            kept.append(text[i : i + 1])
            i += 1
            continue
        kept.append(other)
        if not every:
            return "".join(kept) + text[ends[-1] :]
        if ends[-1] == i:
            kept.append(text[i : i + 1])
        i = max(ends[-1], i + 1)
    return "".join(kept)
