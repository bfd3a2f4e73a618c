"""Paths of a project: which folder holds which, and which lie apart from what is deployed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

TESTS = frozenset({"test", "tests", "testdata", "fixtures", "__tests__", ".devcontainer", "node_modules"})
"""Folders whose files deploy nothing, whatever they look like."""

APART = TESTS | {"examples", "example", "docs", "benchmarks"}
"""Folders whose files are only for what lies there too."""


_ENV = frozenset({"env", "dotenv"})
_PATTERN = frozenset({"example", "sample", "template", "dist", "default", "defaults"})


def is_env_example(path: str) -> bool:
    """Whether a file is one that people copy to `.env`: `.env.example`, `env-sample.txt`, `notes.env.template`."""
    name = posixpath.basename(path).lower()
    words = re.split(r"[._-]", name) if "env" in name else []
    return not _ENV.isdisjoint(words) and not _PATTERN.isdisjoint(words) and words[-1] in {*_ENV, *_PATTERN, "txt"}


def is_test(path: str) -> bool:
    """Whether a file lies in a folder that deploys nothing, such as one of tests."""
    return not TESTS.isdisjoint(path.split("/")[:-1])


def is_example_or_test(path: str) -> bool:
    """Whether a path lies in a hidden folder or one of tests, examples or documentation, or is itself called so."""
    return any(part in APART or part.startswith((".", "test")) for part in path.split("/"))


def side_folder(folder: str) -> str:
    """The innermost folder of tests, examples or documentation that a folder lies in, empty where there is none.

    What lies in such a folder is only for what lies there too.
    """
    parts = folder.split("/")
    last = max((index for index, part in enumerate(parts, 1) if part in APART), default=0)
    return "/".join(parts[:last])


def contains(folder: str, start: str) -> bool:
    """Whether a folder is another one or holds it."""
    return not folder or start == folder or start.startswith(f"{folder}/")


def outwards(folder: str) -> Iterator[str]:
    """A folder of the project and those that it lies in, up to the root, which is the empty name."""
    parts = [part for part in folder.split("/") if part]
    for size in range(len(parts), -1, -1):
        yield "/".join(parts[:size])


def absolute(folder: str | None, path: str) -> str | None:
    """A path from the root, as a working folder makes it so; None where it is relative and that is not known."""
    if folder is None and not path.startswith("/"):
        return None
    return posixpath.normpath(posixpath.join(folder or "/", path))


def upwards(path: str) -> Iterator[str]:
    """A path and the folders around it, nearest first: up to the root, or to where a relative path begins."""
    yield path
    while (folder := posixpath.dirname(path)) not in ("", path):
        path = folder
        yield path
