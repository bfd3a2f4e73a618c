"""Which requirements their environment markers rule out where a project is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product

_LITERAL = re.compile(r"""(["'])([^"'\n]*)\1""")
_LONGEST = 400
_LEAST, _NEWEST = 10, 15
"""The minor releases of Python 3 that run an SDK: every release of mcp and fastmcp needs 3.10."""
_LINUX = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
_SYSTEMS = (
    _LINUX,
    {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
    {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
)
_CPYTHON = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
_PYPY = {"implementation_name": "pypy", "platform_python_implementation": "PyPy"}
_OPEN = ("platform_machine", "platform_release", "platform_version", "implementation_version")


@lru_cache(maxsize=512)
def is_ruled_out(marker: str, python: str | None, by_extra: bool) -> bool:
    """Whether a marker is false wherever an SDK is installed; a marker that is not understood is not.

    `python`: the minor release of an image's Python, empty where that is not known, None outside of images.
    `by_extra`: whether an extra may be asked for, which nothing does for a line of a requirements file.
    """
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    if len(marker) > _LONGEST or len(_open_variables(marker)) > 1:
        return False
    try:
        asked = Marker(marker)
        return not any(asked.evaluate(dict(each)) for each in _environments(marker, python, by_extra))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return False


def _environments(marker: str, python: str | None, by_extra: bool) -> Iterator[Mapping[str, str]]:
    """All that a marker may be asked in; what is not told has each of the values that the marker compares with."""
    literals = tuple(dict.fromkeys(match[2] for match in _LITERAL.finditer(marker)))
    systems = _SYSTEMS if python is None else (_LINUX,)
    implementations = (_CPYTHON,) if python else (_CPYTHON, _PYPY)
    extras = ("", *literals) if by_extra and "extra" in marker else ("",)
    others = ("", *literals) if _open_variables(marker) else ("",)
    for system, implementation, pythons, extra, other in product(
        systems, implementations, _pythons(literals, python), extras, others
    ):
        yield {**system, **implementation, **pythons, "extra": extra, **dict.fromkeys(_OPEN, other)}


def _open_variables(marker: str) -> list[str]:
    """The variables of a marker whose values the files do not tell."""
    return [name for name in _OPEN if name in marker]


def _pythons(said: tuple[str, ...], python: str | None) -> list[dict[str, str]]:
    named = (re.match(r"3\.(\d{2})(?!\d)", each) for each in said)
    minors = {*range(_LEAST, _NEWEST + 1), *(int(match[1]) for match in named if match and int(match[1]) >= _LEAST)}
    releases = (python,) if python else [f"3.{minor}" for minor in sorted(minors)]
    return [
        {"python_version": release, "python_full_version": full}
        for release in releases
        for full in (f"{release}.0", f"{release}.99", *(each for each in said if each.startswith(f"{release}.")))
    ]
