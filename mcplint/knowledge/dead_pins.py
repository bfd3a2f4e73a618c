"""Releases of the SDKs that fail with today's newest releases of what they depend on.

Source: every release installed with floating dependencies as of `sdk_releases.DATE` on Python 3.10 to 3.13, imported,
started and called; each dead one revived with the pin named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcplint.knowledge.sdk import Key, release


class DeadRelease(NamedTuple):
    """Why a release is dead: the dependency that is too new, since which release, and what Python says."""

    dependency: str
    since: str
    error: str


_BACKPORT = "ImportError: cannot import name 'eval_type_backport' from 'pydantic._internal._typing_extra'"
_FACTORY = "TypeError: cannot specify both default and default_factory"
_SETTINGS = "ModuleNotFoundError: No module named 'pydantic_settings'"
_REDIS = "ImportError: cannot import name 'FakeServer' from 'fakeredis.aioredis'"
_DEAD: tuple[tuple[str, Key, Key, tuple[DeadRelease, ...]], ...] = (
    ("mcp", (1, 2), (1, 21), (DeadRelease("pydantic", "2.14", _BACKPORT),)),
    ("fastmcp", (2,), (2, 2, 7), (DeadRelease("pydantic", "2.14", _BACKPORT),)),
    ("fastmcp", (2, 12, 5), (2, 12, 5), (DeadRelease("pydantic", "2.14", _BACKPORT),)),
    ("fastmcp", (2, 3, 4), (2, 9, 2), (DeadRelease("pydantic", "2.12", _FACTORY),)),
    ("fastmcp", (2, 11), (2, 11, 1), (DeadRelease("pydantic", "2.12", _FACTORY),)),
    ("fastmcp", (2, 10), (2, 10, 6), (DeadRelease("mcp", "2", _SETTINGS), DeadRelease("pydantic", "2.12", _FACTORY))),
    (
        *("fastmcp", (2, 11, 2), (2, 11, 2)),
        (DeadRelease("mcp", "2", "ImportError: cannot import name 'AnyFunction' from 'mcp.types'"),),
    ),
    ("fastmcp", (2, 14), (2, 14, 1), (DeadRelease("mcp", "2", _SETTINGS),)),
    ("fastmcp", (2, 14, 4), (2, 14, 4), (DeadRelease("fakeredis", "2.39", _REDIS),)),
)


def dead_releases(package: str, version: str) -> Iterator[DeadRelease]:
    """What kills a release unless something holds it back; nothing of one that lives."""
    numbers = release(version)
    for name, first, last, causes in _DEAD:
        if name == package and numbers is not None and first <= numbers <= last:
            yield from causes
