"""Which releases a range of npm admits: `^1.2`, `~1.2.3`, `>=1 <2`, `1.x`, `1.2 - 1.5`, `a || b`.

Source: https://github.com/npm/node-semver#ranges
"""

from __future__ import annotations

import re
from functools import lru_cache

Key = tuple[int, int, int]
_PART = r"(<=|>=|<|>|=|\^|~>?)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(-[\w.-]+)?(?:\+[\w.-]+)?"
_NEXT = re.compile(rf"\s*+{_PART}")
_ENDLESS: Key = (1 << 60, 0, 0)


@lru_cache(maxsize=512)
def bounds(text: str) -> tuple[tuple[Key, Key], ...] | None:
    """The ranges as pairs of the first release that is admitted and the first that is not; None for anything else."""
    if len(text) > 200:
        return None
    found = [_range_bounds(part.strip()) for part in text.split("||")]
    return None if None in found else tuple(each for each in found if each is not None)


def admits(text: str, version: str) -> bool | None:
    """Whether a range admits a final release; None where either is not understood."""
    limits, key = bounds(text), _key(version)
    return None if limits is None or key is None else any(low <= key < high for low, high in limits)


def exact(text: str) -> str | None:
    """The one release that a range names, if it is no range at all."""
    found = re.fullmatch(r"=?\s*v?(\d+\.\d+\.\d+(?:-[\w.-]+)?)", text.strip())
    return found[1] if found else None


def _key(version: str) -> Key | None:
    found = re.fullmatch(r"(\d{1,15})\.(\d{1,15})\.(\d{1,15})", version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _range_bounds(text: str) -> tuple[Key, Key] | None:
    if text in ("", "*", "x", "X", "latest"):
        return (0, 0, 0), _ENDLESS
    hyphen = re.fullmatch(r"(\S+)\s+-\s+(\S+)", text)
    if hyphen:
        first, last = _comparator(f">={hyphen[1]}"), _comparator(f"<={hyphen[2]}")
        return (first[0], last[1]) if first and last else None
    low, high = (0, 0, 0), _ENDLESS
    at = 0
    while part := _NEXT.match(text, at):
        limit = _comparator(part[0].strip())
        if limit is None:
            return None
        low, high, at = max(low, limit[0]), min(high, limit[1]), part.end()
    return (low, high) if text[at:].strip() == "" and at else None


def _comparator(text: str) -> tuple[Key, Key] | None:
    found = re.fullmatch(_PART, text)
    if found is None or len(text) > 60:
        return None
    numbers = [int(each) if each and each.isdigit() else None for each in found.group(2, 3, 4)]
    if numbers[0] is None:
        return (0, 0, 0), _ENDLESS
    major, minor, patch = numbers[0], numbers[1], numbers[2] if numbers[1] is not None else None
    least: Key = (major, minor or 0, patch or 0)
    above: Key = (major + 1, 0, 0) if minor is None else (major, minor + 1, 0)
    match found[1] or "":
        case "^":
            if major or minor is None:
                return least, (major + 1, 0, 0)
            return least, (0, minor + 1, 0) if minor or patch is None else (0, 0, patch + 1)
        case "~" | "~>":
            return least, above
        case ">=":
            return least, _ENDLESS
        case ">":
            return (above if patch is None else (major, minor or 0, patch + 1)), _ENDLESS
        case "<":
            return (0, 0, 0), least
        case "<=":
            return (0, 0, 0), above if patch is None else (major, minor or 0, patch + 1)
    return least, above if patch is None else (major, minor or 0, patch + 1)
