"""Which of the known releases a version range admits."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import lru_cache

from mcplint.knowledge.sdk import Key, release, releases

Test = Callable[[str], bool]

_SIGNS = ("~=", ">=", "<=", "==", "!=", "<", ">")
_COMPARED: dict[str, Callable[[Key, Key], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@lru_cache(maxsize=512)
def admitted_releases(package: str, ranges: str) -> tuple[str, ...] | None:
    """The releases of an SDK that specifiers of PEP 440 admit, newest first; None where these are not understood.

    Plain ones are compared here: loading `packaging` takes longer than all the rest of finding a version.
    """
    tests = [_test(clause) for clause in ranges.split(",") if clause.strip()]
    if None in tests:
        return _by_packaging(package, ranges)
    return tuple(each for each in reversed(releases(package)) if all(test(each) for test in tests if test))


def _test(clause: str) -> Test | None:
    """Whether a final release fits a clause, None for a clause that is not plain."""
    clause = clause.strip()
    sign = next((sign for sign in _SIGNS if clause.startswith(sign)), "")
    number = clause.removeprefix(sign).lstrip()
    text = number.removesuffix(".*")
    wanted = release(text)
    if not sign or wanted is None:
        return None
    given = tuple(map(int, text.split(".")))
    if text != number:
        return (lambda each: _has_prefix(each, given) is (sign == "==")) if sign in ("==", "!=") else None
    if sign == "~=":
        return (
            (lambda each: (release(each) or ()) >= wanted and _has_prefix(each, given[:-1])) if len(given) > 1 else None
        )
    return lambda each: _COMPARED[sign](release(each) or (), wanted)


def _has_prefix(version: str, prefix: Key) -> bool:
    return _padded(release(version) or (), len(prefix)) == prefix


def may_admit(ranges: str | None, least: str) -> bool:
    """Whether specifiers may admit a release as new as `>=…` asks for; what is not understood may."""
    wanted = release(least.removeprefix(">=")) or ()
    return not any(_ends_before(clause.strip(), wanted) for clause in (ranges or "").split(","))


def _ends_before(clause: str, wanted: Key) -> bool:
    sign = next((sign for sign in _SIGNS if clause.startswith(sign)), "")
    text = clause.removeprefix(sign).strip()
    prefix = text.removesuffix(".*") if sign == "==" else text.rpartition(".")[0] if sign == "~=" else text
    number = release(prefix)
    if number is None or sign not in ("==", "~=", "<", "<="):
        return False
    if prefix != text:
        count = len(prefix.split("."))
        return _padded(number, count) < _padded(wanted, count)
    return number <= wanted if sign == "<" else number < wanted


def _padded(number: Key, count: int) -> Key:
    return (*number, *(0 for _ in range(count)))[:count]


def _by_packaging(package: str, ranges: str) -> tuple[str, ...] | None:
    from packaging.specifiers import SpecifierSet

    try:
        allowed = SpecifierSet(ranges)
        return tuple(each for each in reversed(releases(package)) if allowed.contains(each))
    except ValueError:  # of a specifier, and of a number with more digits than Python reads
        return None
