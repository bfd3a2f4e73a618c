"""Version strings as the registry reads them: what it refuses as a range, what it can order, what it misses."""

from __future__ import annotations

import re

_ONE = r"v?[0-9]+(?:\.[0-9]+){0,3}(?:-[0-9A-Za-z.-]+)?"
_RANGES = (
    rf"(?:\^|~|>=|<=|>|<|=)\s*{_ONE}",
    rf"{_ONE}\s-\s*{_ONE}",
    rf"{_ONE}\s*(?:\|\|\s*{_ONE}\s*)+",
    r"(?=.*[xX*])(?:v?[0-9]+|[xX*])(?:\.(?:[0-9]+|[xX*])){1,2}(?:-[0-9A-Za-z.-]+)?",
)
_UNSEEN = r"[*xX]|.*[<>^~!=|].*|.*,.*|v?[0-9]+(\.[0-9xX*]+)*\.[xX*](\.[0-9xX*]+)*"
_SEMVER = r"v?((?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*))(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
_PEP440 = r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(a|b|rc|\.dev|\.post)(\d+))?"
_LONGEST = 300
# Without any of these no pattern of a range matches.
_SIGNS = frozenset("^~<>=!|,*xX \t\n\r\f\v")


def is_range(version: str) -> bool:
    """Whether the registry takes it for a range; also what only looks like one, such as `1.2.3-fix` with its `x`."""
    trimmed = version.strip()[:_LONGEST]
    return not _SIGNS.isdisjoint(trimmed) and any(re.fullmatch(pattern, trimmed, re.ASCII) for pattern in _RANGES)


def is_unseen_range(version: str) -> bool:
    """Whether it is a range although the registry takes it for one version: `>=1,<2`, `*`, `1.2.3.x`."""
    trimmed = version.strip()[:_LONGEST]
    return not (_SIGNS.isdisjoint(trimmed) or is_range(version)) and re.fullmatch(_UNSEEN, trimmed) is not None


def is_release(version: str) -> bool:
    """Whether it can be the version of one release."""
    return version not in ("", "latest") and not is_range(version) and not is_unseen_range(version)


def is_semver(version: str) -> bool:
    """Whether the registry can order it: three numbers without leading zeros, an optional `v`, suffixes."""
    return re.fullmatch(_SEMVER, version[:_LONGEST], re.ASCII) is not None


def as_semver(version: str) -> str | None:
    """The SemVer spelling of a PEP 440 version, where it has one: `1.4.0-rc.1` for `1.4.0rc1`."""
    match = re.fullmatch(_PEP440, version[:_LONGEST], re.ASCII)
    if not match or match[4] == ".post":
        return None
    numbers = ".".join(str(int(number or 0)) for number in match.group(1, 2, 3))
    stage = {"a": "alpha", "b": "beta", "rc": "rc", ".dev": "dev"}.get(match[4] or "")
    return f"{numbers}-{stage}.{match[5]}" if stage else numbers


def core(version: str) -> str:
    """The version without a leading `v` and without a metadata-only release's `-1`."""
    return re.sub(r"-[0-9]+\Z", "", version.removeprefix("v"))


def same_release(one: str, other: str) -> bool:
    """Whether two spellings are one version to an installer: `1.4`, `1.4.0` and `v1.4.0`."""
    from packaging.version import Version

    try:
        return Version(one) == Version(other)
    except ValueError:  # of a version, and of a number with more digits than Python reads
        return False
