"""The commands that RUN lines run, with their words as the shell of the build would expand them."""

from __future__ import annotations

import posixpath
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from typing import NamedTuple

from mcplint.commands.commandline import Arg
from mcplint.commands.shell import LITERAL, VARIABLE, Command, Part, Redirect, Word, commands
from mcplint.facts.dockerfile import Instruction
from mcplint.text.expand import expand, variables
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Value, join

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_DEEPEST = 4
_MOST_VALUES = 16


class Ran(NamedTuple):
    """One command that a RUN runs. `workdir`: its working directory, None where unknown; `env`: what it sees.

    `redirects` and `feeds`: where its output goes, and whether that is the next command's input. `inside`: the
    constructs of the shell around it.
    """

    argv: tuple[Arg, ...]
    env: Mapping[str, Value[str]]
    workdir: str | None
    span: Span
    redirects: tuple[Redirect, ...] = ()
    feeds: bool = False
    inside: tuple[str, ...] = ()


def ran(run: Instruction, env: Mapping[str, Value[str]], workdir: str | None) -> Iterator[Ran]:
    """The commands of a RUN: its line, its array or its here-documents, shells inside it opened."""
    shell = _Shell(dict[str, Value[str]](), env, workdir)
    if run.json:
        argv = tuple(Arg(word.text, word.span()) for word in run.words)
        yield from shell.opened(Ran(argv, shell.env, workdir, run.span), 0)
        return
    if run.heredocs and all(_takes_script(line) for line in commands(run.text)):
        for heredoc in run.heredocs:
            if _is_shell_script(heredoc.body.text):
                yield from shell.run(heredoc.body, 0)
        return
    yield from shell.run(run.text, 0)


def _takes_script(line: Command) -> bool:
    return not line.words or posixpath.basename(line.words[0].text) in _SHELLS


def _is_shell_script(text: str) -> bool:
    first = text.split("\n", 1)[0]
    return not first.startswith("#!") or any(first.rstrip().split()[-1].endswith(name) for name in _SHELLS)


class _Shell:
    """A shell of the build: what was exported in it and the folder that it is in."""

    def __init__(
        self, own: MutableMapping[str, Value[str]], env: Mapping[str, Value[str]], workdir: str | None
    ) -> None:
        self.own, self.workdir = own, workdir
        self.env: Mapping[str, Value[str]] = ChainMap(own, env)  # type: ignore[arg-type]

    def run(self, text: LocatedText, depth: int) -> Iterator[Ran]:
        """The commands of a text, one after the other."""
        for command in commands(text):
            given = {each.name: self._value(each.value) for each in command.assignments if not each.append}
            argv = tuple(arg for i, word in enumerate(command.argv) for arg in self._args(word, i == 0))
            if not argv:
                for name, value in given.items():
                    before = self.env.get(name, Value(("",)))
                    self.own[name] = join((before, value)) if command.inside else value
                continue
            env = ChainMap(given, self.env) if given else self.env  # type: ignore[arg-type]
            feeds = command.operator in ("|", "|&")
            made = Ran(argv, env, self.workdir, command.span, command.redirects, feeds, command.inside)
            yield from self.opened(made, depth)

    def opened(self, command: Ran, depth: int) -> Iterator[Ran]:
        """The command without what only leads up to it (`env`, `sudo`), or the commands of the shell that it starts."""
        command = _bare(command)
        words = [arg.text for arg in command.argv]
        match words:
            case [] | ["export" | "cd" | "set" | "source" | ".", *_]:
                self._builtin(words, command)
            case [name, *rest] if posixpath.basename(name) in _SHELLS | {"su"} and depth < _DEEPEST:
                at = next((i for i, word in enumerate(rest, 1) if _is_command_flag(word)), None)
                if at is None or at + 1 >= len(words):
                    yield command
                else:
                    inner = LocatedText.of(command.argv[at + 1].span)
                    text = inner if inner.text == words[at + 1] else _unquoted(inner, words[at + 1])
                    if text is not None:
                        yield from _Shell({}, command.env, command.workdir).run(text, depth + 1)
            case _:
                yield command

    def _builtin(self, words: list[str], command: Ran) -> None:
        if words[:1] == ["cd"]:
            self.workdir = _moved(self.workdir, command.argv)
        elif words[:1] == ["export"]:
            for arg in command.argv[1:]:
                name, equals, value = arg.text.partition("=")
                if equals:
                    self.own[name] = Value((value,)) if arg.known else Value(None)

    def _args(self, word: Word, program: bool) -> Iterator[Arg]:
        """The word, or the words that unquoted variables make of it.

        Where a variable has several values these are the words of all of them, or, for the program, of the last.
        """
        values = (word.text,) if word.literal else self._value(word).options
        if values is None or (len(values) > 1 and any(part.quoted for part in word.parts)):
            yield Arg(word.text, word.span, False)
        elif all(part.quoted or part.kind == LITERAL for part in word.parts):
            yield Arg(values[0], word.span)
        else:
            kept = values[-1:] if program else values
            yield from (Arg(piece, word.span) for value in kept for piece in value.split())

    def _value(self, word: Word) -> Value[str]:
        """The word with its variables replaced; unknown where a command or a pattern decides it."""
        texts: tuple[str, ...] = ("",)
        for part in word.parts:
            known = (part.text,) if part.kind == LITERAL else self._variable(part)
            if known is None or len(known) * len(texts) > _MOST_VALUES:
                return Value(None)
            texts = tuple(dict.fromkeys(text + more for text in texts for more in known))
        return Value(texts)

    def _variable(self, part: Part) -> tuple[str, ...] | None:
        """What a variable is replaced by; one that an ARG leaves without a value may be given one by the build."""
        if part.kind != VARIABLE:
            return None
        for name in variables(part.passage):
            if name in self.env and self.env[name].must(lambda value: value is None):
                return None
        return expand(part.passage, self.env, closed=False).options


def _unquoted(inner: LocatedText, text: str) -> LocatedText | None:
    """The content of a quoted word, where its span holds it in one piece."""
    at = inner.text.find(text)
    return inner.part(at, at + len(text)) if at >= 0 else None


def _is_command_flag(word: str) -> bool:
    return word.startswith("-") and not word.startswith("--") and word.endswith("c")


def _moved(workdir: str | None, argv: tuple[Arg, ...]) -> str | None:
    if len(argv) != 2 or not argv[1].known or argv[1].text in ("-", "~"):
        return None
    if argv[1].text.startswith("/"):
        return posixpath.normpath(argv[1].text)
    return posixpath.normpath(posixpath.join(workdir, argv[1].text)) if workdir is not None else None


def _bare(command: Ran) -> Ran:
    """The command without `env NAME=value`, `sudo`, `time`, … in front."""
    argv, env = command.argv, command.env
    while argv and posixpath.basename(argv[0].text) in ("env", "sudo", "command", "time", "nice", "nohup"):
        argv = argv[1:]
        while argv and (argv[0].text.startswith("-") or "=" in argv[0].text):
            name, equals, value = argv[0].text.partition("=")
            if equals and not name.startswith("-"):
                env = ChainMap({name: Value((value,))}, env)  # type: ignore[arg-type]
            argv = argv[1:]
    return command._replace(argv=argv, env=env)
