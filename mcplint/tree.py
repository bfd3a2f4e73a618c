"""The files of a project as the rest of mcplint sees them: names first, texts when someone asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mcplint.core import Source


class Tree:
    """Every file name of a project, relative to its root with `/`, and the text of those that are read.

    A class because it remembers what it has read: the linker asks for the modules of an import chain as it meets them.
    """

    def __init__(self, paths: Iterable[str], load: Callable[[str], Source | None]) -> None:
        self.paths = frozenset(paths)
        self._load = load
        self._sources: dict[str, Source | None] = {}

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Tree:
        """A tree in memory, from path to text."""
        return cls(texts, lambda path: Source(path, texts[path]))

    def source(self, path: str) -> Source | None:
        """The file of this path, or None where the project has no such file or it cannot be read."""
        if path not in self.paths:
            return None
        if path not in self._sources:
            self._sources[path] = self._load(path)
        return self._sources[path]
