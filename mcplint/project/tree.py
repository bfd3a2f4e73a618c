"""The files of a project, each read once: names first, texts and facts when someone asks."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from mcplint.findings import NOTE, WARNING, Failure, NotFollowed, Unreadable
from mcplint.project.names import Names
from mcplint.text.source import Source, Span
from mcplint.values import Label

if TYPE_CHECKING:
    from mcplint.facts.dependencies import Project

Paths = Mapping[str, list[str]]
"""The files of a project by the name of their kind."""
Notes = dict[tuple[str, ...], Any]
"""What was asked of files, and the text that they had."""
MOST_WEIGHT = 600_000
"""What may be read of Python: a word that is kept as part of a tree counts one, and so do 100 characters."""
T = TypeVar("T")


class Tree:
    """Every file name of a project, relative to its root with `/`, and the text and facts of those that are read.

    A class because it remembers what it has read: the linker asks for the modules of an import chain as it meets them.
    `load` gives the file of a path, or raises Unreadable. `problems`: what could not be read, by path. `failures`:
    where mcplint itself failed, which keeps nothing from the rest. `named`: the paths that someone asked about.
    `above`: whether a lock file of uv lies above the root, which may be that of a workspace with this project.
    `executable`: whether a file may be executed, None where its mode is not known.
    `target`: the file of the project that a link leads to, None for any other path.
    `kept`: what is worth keeping for trees that are made over this one. `listed`: whether git names its files, which
    leaves out those that it ignores.
    """

    def __init__(
        self,
        paths: Iterable[str] | Names,
        load: Callable[[str], Source | None],
        problems: Iterable[Unreadable] = (),
        named: Iterable[str] = (),
        above: bool = False,
        executable: Callable[[str], bool | None] = lambda path: None,
        target: Callable[[str], str | None] = lambda path: None,
        listed: bool = False,
    ) -> None:
        self.executable = executable
        self.target = target
        self.listed = listed
        # What is kept by the names of the files is looked up by them: the same object is told at a glance.
        self._names = paths if isinstance(paths, Names) else Names(paths)
        self.paths = self._names.paths
        self.problems = {problem.span.source.path: problem for problem in problems}
        self.named = frozenset(named)
        self.above = above
        self.failures: list[Failure] = []
        self.weight, self._full = 0, False
        self._load = load
        self._sources: dict[str, Source | None] = {}
        self._loads: dict[str, Source | Unreadable | None] = {}
        self._facts: dict[tuple[str, str], Any] = {}
        self._under: tuple[Tree, frozenset[str]] | None = None
        self._notes: tuple[Notes, ...] = ()
        self._once: dict[Any, tuple[Any, Notes]] = {}
        self.kept: dict[Any, Any] = {}

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Tree:
        """A tree in memory, from path to text."""
        return cls(texts, lambda path: Source(path, texts[path]))

    def with_texts(self, texts: Mapping[str, str]) -> Tree:
        """This tree with other texts in some of its paths, and behind the links that lead there."""
        led = ((source.path, self.target(source.path) or "") for source in self.read if source.path not in texts)
        texts = {**texts, **{path: texts[target] for path, target in led if target in texts}}

        def load(path: str) -> Source | None:
            if path in texts:
                return Source(path, texts[path])
            source = self.source(path)
            if source is None and path in self.problems:
                raise self.problems[path]
            return source

        kept = (problem for path, problem in self.problems.items() if path not in self.paths)
        names = self._names if texts.keys() <= self.paths else Names(self.paths | texts.keys())
        over = Tree(names, load, kept, self.named, self.above, self.executable, self.target, self.listed)
        over._under = self, frozenset(texts)
        over.kept = self.kept
        return over

    @contextmanager
    def noting(self, notes: Notes) -> Iterator[None]:
        """Notes the first time that something is asked for: `source` or `facts` and what names it, and the text."""
        outer = self._notes
        self._notes = (*outer, notes)
        try:
            yield
        finally:
            self._notes = outer

    @contextmanager
    def without_notes(self, notes: Notes) -> Iterator[None]:
        """Notes nothing there, and goes on elsewhere."""
        outer = self._notes
        self._notes = tuple(each for each in outer if each is not notes)
        try:
            yield
        finally:
            self._notes = outer

    def cached(self, work: Callable[..., T], *given: str) -> T:
        """What a function makes of this tree, worked out once; which files it asks for is noted for all who ask."""
        if (work, given) not in self._once:
            notes: Notes = {}
            with self.noting(notes):
                self._once[work, given] = work(self, *given), notes
        found, notes = self._once[work, given]
        for question, text in notes.items() if self._notes else ():
            self._note(question, text)
        return found  # type: ignore[no-any-return]

    def _note(self, question: tuple[str, ...], found: Source | None) -> None:
        for notes in self._notes:
            notes.setdefault(question, found)

    @property
    def folders(self) -> frozenset[str]:
        """Every folder that has files of the project below it; the root is the empty name."""
        return self._names.folders

    def files_named(self, name: str) -> tuple[str, ...]:
        """The files of a name, in whatever folder, sorted."""
        return self._names.by_name.get(name, ())

    def folders_called(self, name: str) -> tuple[str, ...]:
        """The folders of a name, wherever they lie, sorted."""
        return self._names.folders_called.get(name, ())

    def files_in_folder(self, folder: str) -> tuple[str, ...]:
        """The files in a folder itself, sorted; the root is the empty name."""
        return self._names.by_folder.get(folder, ())

    def below(self, folder: str) -> tuple[str, ...]:
        """The files below a folder, sorted; all of them below the root, which is `.` or the empty name."""
        return self._names.below(folder)

    def has(self, path: str) -> bool:
        """Whether a file lies at a path on this machine, also one that git ignores."""
        return path in self.paths or self.executable(path) is not None

    @property
    def workflows(self) -> tuple[str, ...]:
        """The files that GitHub runs, sorted: those that end in `.yml` or `.yaml` in this one folder itself."""
        return tuple(path for path in self.files_in_folder(".github/workflows") if path.endswith((".yml", ".yaml")))

    def source(self, path: str) -> Source | None:
        """The file of this path, or None where the project has no such file or it cannot be read."""
        if path not in self.paths:
            return None
        if path not in self._sources:
            found = self._loaded(path)
            self._sources[path] = None if isinstance(found, Unreadable) else found
            if isinstance(found, Unreadable):
                self.problems[path] = found
        if self._notes:
            self._note(("source", path), self._sources[path])
        return self._sources[path]

    def _loaded(self, path: str) -> Source | Unreadable | None:
        """A file as it is loaded, the first time that anybody asks for it, or why it cannot be read."""
        if path not in self._loads:
            try:
                self._loads[path] = self._load(path) if path in self.paths else None
            except Unreadable as problem:
                self._loads[path] = problem
        return self._loads[path]

    def glance(self, path: str) -> str:
        """The text of a file, empty where it is missing or cannot be read; it does not count for one that was read."""
        found = self._loaded(path)
        return found.text if isinstance(found, Source) else ""

    def read_ignored(self, path: str) -> Source | None:
        """A file that lies here and that git ignores, which decides nothing of what is deployed."""
        try:
            return self._load(path) if path not in self.paths and self.has(path) else None
        except Unreadable:
            return None

    def fails(self, path: str) -> bool:
        """Whether a file cannot be read; it does not count for one that was read."""
        return isinstance(self._loaded(path), Unreadable)

    def mentions(self, path: str, *texts: str) -> bool:
        """Whether a file has one of some texts; it does not count for one that was read."""
        found = self.glance(path)
        return any(text in found for text in texts)

    @property
    def read(self) -> tuple[Source, ...]:
        """The files that were read so far."""
        return tuple(source for source in self._sources.values() if source is not None)

    def facts(self, reader: str, path: str) -> Any | None:
        """What a reader says of a file, None where it says nothing.

        `reader`: a module of `mcplint.readers` with a function in it (`dotenv.raw`) that is not `read`.
        """
        if (reader, path) not in self._facts:
            self._facts[reader, path] = self._read(reader, path)
        if self._notes:
            self._note(("facts", reader, path), self.source(path))
        return self._facts[reader, path]

    def project(self, folder: str) -> Project | None:
        """What the `pyproject.toml` of a folder says, None where it has none that can be read."""
        path = posixpath.normpath(posixpath.join(folder, "pyproject.toml"))
        found: Project | None = self.facts("project", path)
        return found

    def all_facts(self, reader: str, paths: Iterable[str]) -> dict[str, Any]:
        """The facts of those of the files that have some, by path."""
        found = ((path, self.facts(reader, path)) for path in paths)
        return {path: fact for path, fact in found if fact is not None}

    def _read(self, reader: str, path: str) -> Any | None:
        source = self.source(path)
        if source is None:
            return None
        under, changed = self._under or (None, frozenset())
        if under and path not in changed:
            known = under.facts(reader, path)
            self.problems |= {path: under.problems[path]} if path in under.problems else {}
            self.failures += [failure for failure in under.failures if failure.span.source.path == path]
            return known
        if self.weight > MOST_WEIGHT and reader == "python":
            after = "which comes after the most Python that is read in one run"
            self.problems[path] = Unreadable(Span(source, 0, 0), after, NOTE if self._full else WARNING)
            self._full = True
            return None
        try:
            module, _, function = reader.partition(".")
            found = getattr(import_module(f"mcplint.readers.{module}"), function or "read")(source)
            self.weight += getattr(found, "weight", 0)
            return found
        except Unreadable as problem:
            self.problems[path] = problem
        except Exception as error:
            self.failures.append(Failure.of(f"the reader of {path}", Span(source, 0, 0), error))
        return None

    def unread(self, reader: str, paths: Iterable[str]) -> tuple[Unreadable, ...]:
        """What kept those of the files that have no facts from being read."""
        failed = {failure.span.source.path: Unreadable(failure.span, failure.error) for failure in self.failures}
        known = {**failed, **self.problems}
        return tuple(known[path] for path in paths if self.facts(reader, path) is None and path in known)

    def refuse(self, notes: Iterable[Label]) -> None:
        """Keeps what the program that reads a file would refuse, though its facts could be read: one a file."""
        for note in notes:
            self.problems.setdefault(note.span.source.path, Unreadable(note.span, note.text))

    def paths_read_as(self, *readers: str) -> frozenset[str]:
        """The paths of the files that were read by one of these readers."""
        return frozenset(path for reader, path in self._facts if reader in readers)

    def graded_problems(self, needed: Collection[str], used: Collection[str]) -> tuple[Unreadable, ...]:
        """What could not be read: as grave as its reader says where it is needed or was named, else a note.

        It is a warning at most where the deployment uses it and may do without. What concerns the whole project, or was
        given up on the way, is as grave as it says.
        """
        found = []
        for path, problem in self.problems.items():
            severity = WARNING if path in used and problem.severity != NOTE else NOTE
            given = path in self.named or path in needed or path == "." or isinstance(problem, NotFollowed)
            found.append(problem if given else type(problem)(problem.span, problem.message, severity))
        return tuple(found)
