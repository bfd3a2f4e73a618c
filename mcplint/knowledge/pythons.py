"""On which releases of Python the SDKs run. Source: `Requires-Python` of each release."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mcplint.knowledge.ranges import admitted_releases
from mcplint.knowledge.sdk import Key, release

# The oldest Python that each release runs on, from the release on that is named.
PYTHONS: Mapping[str, tuple[tuple[Key, str], ...]] = {
    "mcp": (((), "3.10"),),
    "fastmcp": (((4, 2, 3), "3.11"), ((), "3.10")),
    "fastmcp-slim": (((4, 2), "3.11"), ((), "3.10")),
}


def least_python(package: str, specifier: str) -> str:
    """The oldest Python on which some release runs that a requirement admits, be it newer than those known."""
    known = admitted_releases(package, specifier)
    newer = re.search(r"(?:==|>=|~=)\s*(\d[\d.]*\d)", specifier) if known == () else None
    oldest = newer[1] if newer else (known or ("0",))[-1]
    return next(python for since, python in PYTHONS[package] if (release(oldest) or ()) >= since)
