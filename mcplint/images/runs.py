"""The RUN lines of a build: the commands they run, and where."""

from __future__ import annotations

import posixpath
import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mcplint.commands.command_lines import WRAPPERS, is_assignment, program, shell_operand, unwrapped, xargs_command
from mcplint.commands.options import parse
from mcplint.commands.shell import Env, Ran, Shell, script_text
from mcplint.commands.shell_branches import Arms, branches
from mcplint.commands.shell_nodes import Command, Redirect
from mcplint.commands.shell_parser import commands
from mcplint.commands.shell_tests import Exists
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.dockerfile import Instruction
from mcplint.images.wheelhouses import Wheelhouses
from mcplint.knowledge.executables import SHELLS
from mcplint.model import Install
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.paths import absolute, upwards
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value, tail

_DEEPEST = 4
UNSET = Value[Any]((None,))
_REMOVING = re.compile(r"\b(?:rm|mv|unlink|truncate|-delete)\b")
_DOCKER_COMMAND = Command((), (), (), "", None)  # type: ignore[arg-type]


class RunStep(NamedTuple):
    """A command of a RUN, where it runs, and what came before it.

    `find`: the way from image paths to the project. `before`: the installs so far.
    `exported`: requirement files that the build wrote from a lock, by name, and that lock; it is filled on the way.
    `deleted`: the paths that the build has deleted since it last copied something; it is filled on the way, too.
    `removed`: packages that the same RUN uninstalls.
    `houses`: the folders of distributions that the build has collected.
    `arms`: the branches that it stands in. `skipped`: whether one of them is not taken, `conditional`: whether that is
    not known of one. `configured`: whether commands before it tell package managers what to leave out.
    """

    env: Mapping[str, Value[str]]
    workdir: str | None
    find: Callable[[str], str | None]
    houses: Wheelhouses
    tree: Tree
    before: tuple[Install, ...]
    exported: dict[str, str | None]
    deleted: set[str]
    argv: Words = ()
    line: Command = _DOCKER_COMMAND
    span: Span | None = None
    removed: frozenset[str] = frozenset()
    arms: Arms = ()
    skipped: bool = False
    conditional: bool = False
    configured: bool = False

    @property
    def written_at(self) -> Span:
        """Where the command is written."""
        assert self.span
        return self.span

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the command, as they are written where they are not known."""
        return tuple(map(spelled, self.argv))

    @property
    def redirects(self) -> tuple[Redirect, ...]:
        return self.line.redirects

    def absolute(self, name: str) -> str | None:
        """A path of the build from the root of the image, None where the working folder is not known."""
        return absolute(self.workdir, name)

    def file(self, name: str) -> str | None:
        """The file of the project that a path in the build means, if there is one."""
        path = self.absolute(name)
        if path is None:
            return None
        found = None if path in self.deleted else self.find(path)
        return found if found in self.tree.paths else None

    def folder(self, name: str) -> str | None:
        """The folder of the project that a path in the build means: one that has a `pyproject.toml` there."""
        found = self.file(posixpath.join(name, "pyproject.toml"))
        named = found is not None and posixpath.basename(found) == "pyproject.toml"
        return (posixpath.dirname(found or "") or ".") if named else None

    def upwards(self, name: str, folder: str = ".") -> str | None:
        """The file of this name in a folder of the build or the nearest one above it."""
        return next(self.files_upwards(name, folder), None)

    def files_upwards(self, name: str, folder: str = ".") -> Iterator[str]:
        """The files of this name in a folder of the build and those above it, nearest first."""
        at = self.absolute(folder)
        found = (self.file(posixpath.join(each, name)) for each in upwards(at)) if at else ()
        return filter(None, found)


def steps(run: Instruction, first: RunStep) -> Iterator[RunStep]:
    """The commands of a RUN: its line, its array or its here-documents, shells inside it opened."""
    shell = Shell(lambda name: _argument(first.env.get(name)), first.workdir, every=True)
    if run.json:
        argv = tuple(word.value._replace(trace=(Label(word.span(), "set here"),)) for word in run.words)
        yield from _unwrapped_steps(Ran(argv, {}, first.workdir, run.span, _DOCKER_COMMAND), first, shell, 0)
        return
    scripts = [run.text]
    if run.heredocs and all(not line.words or _is_shell(line.words[0].text) for line in commands(run.text)):
        scripts = [heredoc.body for heredoc in run.heredocs if _is_shell_script(heredoc.body.text)]
    for script in scripts:
        yield from _steps(script, None, first, shell, 0)


def _steps(script: LocatedText, whole: Span | None, first: RunStep, shell: Shell, depth: int) -> Iterator[RunStep]:
    """The commands of a text, each with the branches that it stands in."""
    chosen = branches(script, _with_unknowns(shell.env), shell.workdir, _existing(script, first))
    for ran in shell.run(script, whole):
        at = ran.line.span
        for step in _unwrapped_steps(ran, first, shell, depth):
            yield step._replace(
                arms=(*chosen.arms.get(at, ()), *step.arms),
                skipped=step.skipped or at in chosen.skipped,
                conditional=step.conditional or at in chosen.conditional,
            )


def _existing(script: LocatedText, first: RunStep) -> Exists:
    """The files that stand in the image before a text is run, as far as it takes none away; any other may be made."""
    kept = not _REMOVING.search(script.text)

    def exists(name: str, workdir: str | None) -> bool | None:
        return True if kept and first._replace(workdir=workdir).file(name) else None

    return exists


def _with_unknowns(env: Env) -> Env:
    """The environment where a name of which nothing is said may have any value."""

    def variable(name: str) -> Value[Any] | None:
        value = env(name)
        return UNKNOWN if value is None else value

    return variable


def _argument(value: Value[Any] | None) -> Value[Any] | None:
    """What is known of a variable; one that an ARG leaves without a value may be given one by the build."""
    return UNKNOWN if value is not None and value.must(lambda each: each is None) else value


def _is_shell(word: str) -> bool:
    return posixpath.basename(word) in SHELLS


def _is_shell_script(script: str) -> bool:
    first = script.split("\n", 1)[0]
    return not first.startswith("#!") or first.rstrip().split()[-1].endswith(SHELLS)


def _variables_unset(words: Words, first: RunStep) -> Iterator[str]:
    """The variables that `env` takes away from the command that it starts."""
    if program(words) != "env":
        return
    for option, value in parse(words[1:], WRAPPERS["env"]).given:
        if option == "unset" and (name := text(value)):
            yield name
        elif option in ("i", "ignore-environment"):
            yield from first.env


def _unwrapped_steps(ran: Ran, first: RunStep, shell: Shell, depth: int) -> Iterator[RunStep]:
    """The command without what only leads up to it (`env`, `sudo`), or the commands of the shell that it starts."""
    words, sets = ran.argv or (), dict[str, Value[Any]](ran.sets)
    while (rest := unwrapped(words)) is not None:
        sets.update(dict.fromkeys(_variables_unset(words, first), UNSET))
        words = rest
        while words and is_assignment(text(words[0]) or ""):
            name = (text(words[0]) or "").partition("=")[0]
            sets[name], words = tail(words[0], len(name) + 1), words[1:]
    if program(words) == "xargs" and ran.span:
        words = xargs_command(words, ran.span)
    operand = shell_operand(words) if program(words) in (*SHELLS, "su") and depth < _DEEPEST else None
    script = script_text(words[operand[0]], ran.span) if operand and operand[1] else None
    if script:
        inner = Shell(lambda name: sets[name] if name in sets else shell.env(name), ran.workdir, every=True)
        yield from _steps(*script, first, inner, depth + 1)
    elif program(words) == "unset":
        names = [each for word in words[1:] if (each := text(word)) and each.isidentifier()]
        shell.sets.update(dict.fromkeys(names, UNKNOWN if ran.line.inside else UNSET))
    elif words and program(words) not in ("cd", "set", "source", "."):
        yield first._replace(
            env=ChainMap(sets, first.env),  # type: ignore[arg-type]
            workdir=ran.workdir,
            argv=words,
            line=ran.line,
            span=ran.span,
        )
