"""Where a command is started, and how what it starts is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from mcplint.commands.words import Words, span_of, text
from mcplint.findings import WARNING, NotFollowed, Unreadable
from mcplint.model import Argv, Install
from mcplint.programs.start import HIDDEN, OTHERS, NoStart, Start
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.paths import absolute
from mcplint.text.source import Span
from mcplint.values import Label, Value, tail


class ExecContext(NamedTuple):
    """Where a command is started.

    `workdir`: an absolute path in the image, or None; `project_path`: the path in the project of an absolute path of
    the image, or None; `span`: the command. `home`: the folder of the project whose image it is. `built`: the text of
    a file that the build itself writes at an absolute path.
    `wrapper`, `bridge`: as in Start.
    `sets`: what the command itself has put into the environment so far, as in Start. `zero` and `arguments`: what `$0`
    and `$@` are in its shell. `printed`: what shells print before. `installs`, `registry`, `background`
    `prepared` and `user`: as in Start. `commands`: those that led here, this one last.
    """

    workdir: str | None
    env: Callable[[str], Value[str | None]]
    tree: Tree
    project_path: Callable[[str], str | None]
    span: Span
    home: str = ""
    built: Callable[[str], LocatedText | None] = lambda path: None
    sets: Mapping[str, Value[str]] = {}
    wrapper: str | None = None
    bridge: Words = ()
    registry: str = ""
    notes: tuple[Label, ...] = ()
    zero: Value[str] | None = None
    arguments: Words = ()
    printed: tuple[Label, ...] = ()
    installs: tuple[Install, ...] | None = None
    background: Label | None = None
    prepared: bool = False
    commands: tuple[Argv, ...] = ()
    user: Label | None = None

    @property
    def plain_fields(self) -> tuple[object, ...]:
        """All of it that is not asked for by name."""
        (workdir, _, _, _, span, home, _, *rest) = self
        return (workdir, span, home, *rest)

    def variable(self, name: str) -> Value[str | None]:
        """An environment variable as the program finds it."""
        return self.sets[name] if name in self.sets else self.env(name)

    def absolute(self, path: str) -> str | None:
        """A path that the command names as one from the image's root, None where the working directory is unknown."""
        return absolute(self.workdir, path)

    def path_in_project(self, path: str) -> str | None:
        """The path in the project of a path that the command names."""
        place = self.absolute(path)
        return self.project_path(place) if place else None

    def script(self, path: str) -> LocatedText | None:
        """The text of a file that the command names: one of the project, or one that the build writes."""
        place = self.absolute(path)
        if place and (built := self.built(place)) is not None:
            return built
        source = self.tree.source(found) if (found := self.file(path)) else None
        if source and "\n" not in source.text and "\r" in source.text.rstrip():
            why = "is a single line, as a lone carriage return ends none; save it with line feeds"
            self.tree.problems.setdefault(source.path, NotFollowed(Span(source, 0, 0), why, WARNING))
        return LocatedText.of(Span(source, 0, len(source.text))) if source else None

    def unread(self, paths: Iterable[str]) -> NoStart | None:
        """That the first of some files which is there cannot be read, and so nothing is known of what it starts."""
        path = next(filter(None, map(self.file, paths)), None)
        problem = self.tree.problems.get(path) if path else None
        if path is None or problem is None:
            return None
        self.tree.problems[path] = Unreadable(problem.span, problem.message, WARNING)
        return self.none(f"{path} cannot be read", path)

    def file(self, path: str) -> str | None:
        """The path in the project of a path that the command names, None where the project has no such file."""
        found = self.path_in_project(path)
        return found if found in self.tree.paths else None

    @property
    def folder(self) -> str | None:
        """The folder of the project that the command is started in."""
        return self.path_in_project(".")

    @property
    def python_path(self) -> tuple[str, ...]:
        """The folders of the project that PYTHONPATH names."""
        value = self.variable("PYTHONPATH").only
        folders = (self.path_in_project(part) for part in value.split(":") if part) if isinstance(value, str) else ()
        return tuple(folder for folder in folders if folder is not None)

    def with_unknown_variables(self, word: Value[str], hidden: bool = False) -> ExecContext:
        """This context where a program, or a file that it reads, may set any variable; `hidden`: surely sets some."""
        note = Label(span_of(word, self.span), "gives variables that no file here tells")
        names = (OTHERS, HIDDEN) if hidden else (OTHERS,)
        return self._replace(sets={**self.sets, **dict.fromkeys(names, Value(None, (note,)))})

    def because(self, word: Value[str], what: str) -> ExecContext:
        """This context with one more note on the way to the target."""
        return self._replace(notes=(*self.notes, Label(span_of(word, self.span), what)))

    def none(self, why: str, missing: str | None = None, word: Value[str] | None = None) -> NoStart:
        """That nothing is started that can be told, and why; `word`: the one that is not known."""
        notes = (*self.notes, *(word.trace if word is not None else ()))
        registry = self.registry if self.bridge else ""
        return NoStart(why, notes, missing, self.wrapper, self.bridge, registry, user=self.user)

    def start(
        self,
        kind: str,
        target: str,
        argv: Words,
        roots: tuple[str, ...],
        note: Label,
        runner: str | None = None,
        flags: Mapping[str, Value[str]] = {},
    ) -> Start:
        """What is started; `note` leads to it."""
        start = Start(kind, target, self.span, argv, self.sets, roots, runner, flags, self.wrapper)
        start = start._replace(notes=(*self.notes, note), printed=self.printed, installs=self.installs)
        start = start._replace(background=self.background, prepared=self.prepared)
        start = start._replace(commands=self.commands, workdir=self.workdir, user=self.user)
        return start._replace(bridge=self.bridge, registry=self.registry if self.bridge else "")


class NextCommand(NamedTuple):
    """A command that the one before it starts, and where."""

    words: Words
    context: ExecContext


Step = Start | NoStart | NextCommand | tuple[NextCommand, ...]


def assigned(words: Words, context: ExecContext) -> NextCommand:
    """The command after a `NAME=value` word."""
    name = (text(words[0]) or "").partition("=")[0]
    value = tail(words[0], len(name) + 1)
    return NextCommand(words[1:], context._replace(sets={**context.sets, name: value}))
