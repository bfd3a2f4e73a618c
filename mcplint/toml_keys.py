"""Where a key stands in a TOML text, which tomllib does not tell."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

Path = tuple[str, ...]


def find(text: str, keys: Path, item: str = "") -> tuple[int, int]:
    """Line and column (from 1) of the value `item` under a path of keys, else of the last of the keys that is there."""
    lines = text.split("\n")
    best, depth = (1, 1), 0
    for number, path in _paths(lines):
        if len(path) > depth and path == keys[: len(path)]:
            best, depth = (number, len(lines[number - 1]) - len(lines[number - 1].lstrip()) + 1), len(path)
    words = [json.dumps(item, ensure_ascii=False), f"'{item}'"] if item else list(keys[depth:])
    for number in range(best[0], len(lines) + 1) if item else (best[0],):
        for word in words:
            if (column := lines[number - 1].find(word)) >= 0:
                return number, column + 1
    return best


def _paths(lines: list[str]) -> Iterator[tuple[int, Path]]:
    """The line number and the full path of every table header and of every key that starts a line."""
    table: Path = ()
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if line.startswith("["):
            table = _path(line.partition("#")[0].strip().strip("[]") + " = 0") or table
            yield number, table
        elif "=" in line and (path := _path(line.partition("=")[0] + " = 0")):
            yield number, table + path


def _path(line: str) -> Path:
    """The keys of a line `a.b."c" = 0`, or none where it is no such line."""
    try:
        document: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: Path = ()
    while isinstance(document, dict):
        path += tuple(document)[:1]
        document = next(iter(document.values()), None)
    return path
