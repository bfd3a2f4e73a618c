"""Reads from the lock files of pnpm, yarn and bun which packages each package wants for running.

Versions are left aside: what one release of a package wants counts for all of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.text.source import Source

ROOT = ""
"""The name that stands for the projects of a lock file themselves."""
_TABLES = ("dependencies", "optionalDependencies")
_NAME = r"(@?[^@\s'\":(,/]+(?:/[^@\s'\":(,]+)?)"
_KEY = re.compile(rf"['\"]?/?{_NAME}@")
_ENTRY = re.compile(rf"['\"]?{_NAME}['\"]?(?::|[ \t])[ \t]*(.*)")
_OTHER = re.compile(rf"['\"]?(?:npm:)?{_NAME}@\S")
"""What stands for a package of another name."""
_BUN_TABLE = re.compile(r'"(?:dependencies|optionalDependencies|peerDependencies)": \{([^{}]*)\}')
_BUN_PACKAGE = re.compile(rf'(?m)^[ \t]*"[^"\n]*":[ \t]*\["{_NAME}@[^\n]*')
_BUN_ENTRY = re.compile(rf'"{_NAME}": "([^"\n]*)"')


def read(source: Source) -> dict[str, set[str]]:
    """By the name of a package those that it wants; of lock files in another form nothing."""
    form = _FORMS.get(posixpath.basename(source.path))
    wants: dict[str, set[str]] = {}
    for owner, name in form(source.text) if form else ():
        wants.setdefault(owner, set()).add(name)
    return wants


def _pnpm(text: str) -> Iterator[tuple[str, str]]:
    """The projects and the packages of a `pnpm-lock.yaml` of lockfile version 6 or later."""
    section = table = owner = ""
    for line in text.split("\n") if re.search(r"(?m)^lockfileVersion: '?[6-9]", text) else ():
        word, depth = line.strip(), len(line) - len(line.lstrip(" "))
        if not word:
            continue
        if depth == 0:
            section = table = word.rstrip(":")
            owner = ROOT
        elif depth == 2 and section in ("packages", "snapshots", "importers"):
            key = _KEY.match(word)
            owner, table = key[1] if key and section != "importers" else ROOT, ""
        elif depth == 4 and section not in _TABLES:
            table = word.rstrip(":")
        elif table in _TABLES and depth == (2 if section in _TABLES else 6):
            yield from _names(owner, word)
        elif table in _TABLES and word.startswith("version: ") and (other := _OTHER.match(word[9:])):
            yield owner, other[1]


def _yarn(text: str) -> Iterator[tuple[str, str]]:
    """The packages of a `yarn.lock`, which does not tell projects' development packages from others."""
    owners: list[str] = []
    table = ""
    for line in text.split("\n"):
        word, depth = line.strip(), len(line) - len(line.lstrip(" "))
        if depth == 0 and word.endswith(":"):
            found = () if "@workspace:" in word else map(_KEY.match, word.split(", "))
            owners, table = [key[1] for key in found if key], ""
        elif depth == 2:
            table = word.rstrip(":")
        elif depth == 4 and table in _TABLES:
            yield from (pair for owner in owners for pair in _names(owner, word))


def _names(owner: str, word: str) -> Iterator[tuple[str, str]]:
    """What an entry of a table says is wanted: the name, and the package that stands for it."""
    if entry := _ENTRY.match(word):
        yield owner, entry[1]
        if other := _OTHER.match(entry[2]):
            yield owner, other[1]


def _bun(text: str) -> Iterator[tuple[str, str]]:
    """The projects and the packages of a `bun.lock`; peers are installed, too."""
    projects, _, packages = text.partition('\n  "packages": {')
    found = [(ROOT, projects), *((line[1], line[0]) for line in _BUN_PACKAGE.finditer(packages))]
    for owner, table_text in found:
        for table in _BUN_TABLE.finditer(table_text):
            for entry in _BUN_ENTRY.finditer(table[1]):
                yield owner, entry[1]
                if entry[2].startswith("npm:") and (other := _OTHER.match(entry[2])):
                    yield owner, other[1]


_FORMS = {"pnpm-lock.yaml": _pnpm, "yarn.lock": _yarn, "bun.lock": _bun}
