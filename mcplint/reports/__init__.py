"""What mcplint prints: one module a format, each a function from diagnostics to text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic


class Covered(NamedTuple):
    """How much of a project a run looked at."""

    files: int = 0
    servers: int = 0
    routes: int = 0
    containers: int = 0


def counts(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many diagnostics there are of each severity, the gravest first."""
    number = {ERROR: 0, WARNING: 0, NOTE: 0}
    for diagnostic in diagnostics:
        number[diagnostic.severity] += 1
    return number


def under(folder: str, path: str) -> str:
    """A path of the project as seen from where mcplint runs; `folder` leads from there to the project's root."""
    from posixpath import join, normpath

    return normpath(join(folder, path)) if folder not in ("", ".") else path


def plural(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `no files`."""
    return f"{number or 'no'} {noun}{'s' * (number != 1)}"
