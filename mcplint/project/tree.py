"""The files of a project as the rest of mcplint sees them: names first, texts when someone asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from mcplint.findings import Unreadable
from mcplint.text.source import Source


class Tree:
    """Every file name of a project, relative to its root with `/`, and the text of those that are read.

    A class because it remembers what it has read: the linker asks for the modules of an import chain as it meets them.
    `load` gives the file of a path, or raises Unreadable; `problems` holds what it raised, by path. `named`: the paths
    that someone asked about by name.
    """

    def __init__(
        self,
        paths: Iterable[str],
        load: Callable[[str], Source | None],
        problems: Iterable[Unreadable] = (),
        named: Iterable[str] = (),
    ) -> None:
        self.paths = frozenset(paths)
        self.problems = {problem.span.source.path: problem for problem in problems}
        self.named = frozenset(named)
        self._load = load
        self._sources: dict[str, Source | None] = {}

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Tree:
        """A tree in memory, from path to text."""
        return cls(texts, lambda path: Source(path, texts[path]))

    def over(self, texts: Mapping[str, str]) -> Tree:
        """This tree with other texts in some of its paths."""

        def load(path: str) -> Source | None:
            if path in texts:
                return Source(path, texts[path])
            source = self.source(path)
            if path in self.problems:
                raise self.problems[path]
            return source

        kept = (problem for path, problem in self.problems.items() if path not in self.paths)
        return Tree(self.paths | texts.keys(), load, kept, self.named)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that has files of the project below it; the root is the empty name."""
        found: set[str] = set()
        for path in self.paths:
            while path and (path := path.rpartition("/")[0]) not in found:
                found.add(path)
        return frozenset(found)

    def source(self, path: str) -> Source | None:
        """The file of this path, or None where the project has no such file or it cannot be read."""
        if path not in self.paths:
            return None
        if path not in self._sources:
            self._sources[path] = None
            try:
                self._sources[path] = self._load(path)
            except Unreadable as problem:
                self.problems[path] = problem
        return self._sources[path]

    @property
    def read(self) -> tuple[Source, ...]:
        """The files that were read so far."""
        return tuple(source for source in self._sources.values() if source is not None)
