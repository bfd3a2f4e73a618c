"""The facts of a project's files, a kind at a time: its reader is imported only when there is such a file."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

from mcplint.findings import NOTE, Failure, Unreadable
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label

Paths = Mapping[str, list[str]]
"""The files of a project by the name of their kind."""


class Reading:
    """What has been read of a project so far.

    A class because it remembers: `problems` holds what could not be read, `failures` where mcplint itself failed over a
    file, which keeps nothing from the rest, `parsed` the modules of the programs that were followed. Each file is read
    once.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: dict[str, Unreadable] = {}
        self.failures: list[Failure] = []
        self.parsed: dict[str, Any] = {}
        self._facts: dict[tuple[str, str], Any] = {}

    def of(self, reader: str, path: str) -> Any | None:
        """The facts of a file as a reader (a module of `mcplint.readers`) gives them, None where it gives none."""
        if (reader, path) not in self._facts:
            self._facts[reader, path] = self._read(reader, path)
        return self._facts[reader, path]

    def all(self, reader: str, paths: Iterable[str]) -> dict[str, Any]:
        """The facts of those of the files that have some, by path."""
        facts = ((path, self.of(reader, path)) for path in paths)
        return {path: fact for path, fact in facts if fact is not None}

    def lost(self, reader: str, paths: Iterable[str]) -> tuple[Unreadable, ...]:
        """What kept those of the files that have no facts from being read."""
        failed = {failure.span.source.path: Unreadable(failure.span, failure.error) for failure in self.failures}
        known = {**failed, **self.tree.problems, **self.problems}
        return tuple(known[path] for path in paths if self.of(reader, path) is None and path in known)

    def _read(self, reader: str, path: str) -> Any | None:
        source = self.tree.source(path)
        if source is None:
            return None
        try:
            return importlib.import_module(f"mcplint.readers.{reader}").read(source)
        except Unreadable as problem:
            self.problems[path] = problem
        except Exception as error:
            self.failures.append(Failure.of(f"the reader of {path}", Span(source, 0, 0), error))
        return None

    def mind(self, notes: Iterable[Label]) -> None:
        """Keeps what the program that reads a file would refuse, though its facts could be read: one a file."""
        for note in notes:
            self.problems.setdefault(note.span.source.path, Unreadable(note.span, note.text))

    def found(self, needed: Iterable[str]) -> tuple[Unreadable, ...]:
        """What could not be read: as grave as its reader says where it is needed or was asked for, else a note."""
        wanted = frozenset(needed) | self.tree.named
        problems = {**self.tree.problems, **self.problems}
        return tuple(
            problem if path in wanted else Unreadable(problem.span, problem.message, NOTE)
            for path, problem in problems.items()
        )
