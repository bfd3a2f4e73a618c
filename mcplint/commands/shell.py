"""A POSIX shell that runs a text, as far as it can be told without running anything: its commands, words expanded."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from mcplint.commands.command_lines import is_assignment
from mcplint.commands.shell_parser import Command, commands
from mcplint.commands.shell_words import ARRAY, LITERAL, PATTERN, VARIABLE, Part, Word
from mcplint.commands.words import Words, place, tail, text
from mcplint.text.expand import expand, variables
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value, join

Env = Callable[[str], Value[str | None] | None]
"""What is said of an environment variable; None where nothing is."""

_MOST_VALUES = 16
_ALL_ARGUMENTS = ("$@", "${@}", "$*", "${*}", "${@:-}")
_EXPORTS = ("export", "readonly", "local", "declare")


class Ran(NamedTuple):
    """A command that a shell runs: its words expanded, None where their number cannot be told; and as it is written.

    `sets`: the variables that were set in the shell or in front of the command. `workdir`: None where unknown.
    """

    argv: Words | None
    sets: Mapping[str, Value[str]]
    workdir: str | None
    span: Span
    line: Command


class Shell:
    """The state of a shell between two commands; a class because each command may change it.

    `sets`: variables; `workdir`: its folder, None where unknown; `zero` and `arguments`: `$0` and `$@`.
    `every`: whether words of which one of several is meant are all handed over.
    """

    def __init__(
        self,
        env: Env,
        workdir: str | None,
        zero: Value[str] | None = None,
        arguments: Words = (),
        sets: Mapping[str, Value[str]] = {},
        every: bool = False,
    ) -> None:
        self.env, self.workdir, self.zero, self.arguments, self.every = env, workdir, zero, arguments, every
        self.sets: dict[str, Value[str]] = dict(sets)
        self._span: Span | None = None

    def run(self, script: LocatedText, span: Span | None = None) -> Iterator[Ran]:
        """The commands of a text; `span`: where all of it stands, where it is not spelled there as it is."""
        self._span = span
        for line in commands(script):
            given = {each.name: self.value(each.value) for each in line.assignments if not each.append}
            name = line.argv[0].text if line.argv else ""
            if line.words and name not in _EXPORTS:
                yield Ran(self.words(line.argv), {**self.sets, **given}, self.workdir, self.at(line.span), line)
                if name == "cd" and (self.every or not line.inside):
                    self._enter(line.argv[1:])
                continue
            for each in line.assignments:
                self._assign(each.name, UNKNOWN if each.append else given[each.name], line)
            for word in line.argv[1:]:
                if is_assignment(word.text):
                    name = word.text.partition("=")[0]
                    self._assign(name, tail(self.value(word), len(name) + 1), line)

    def at(self, span: Span) -> Span:
        """Where a piece of the text stands."""
        return self._span or span

    def variable(self, name: str) -> Value[str | None] | None:
        """What is said of a variable."""
        return self.sets[name] if name in self.sets else self.env(name)

    def _assign(self, name: str, value: Value[str], line: Command) -> None:
        """Sets a variable; inside a condition it may also be what it was."""
        if line.inside or line.operator == "||":
            value = join((_or_empty(self.variable(name)), value))
        self.sets[name] = value

    def _enter(self, words: tuple[Word, ...]) -> None:
        folder = text(self.value(words[0])) if len(words) == 1 else None
        known = folder and folder not in ("-", "~") and (self.workdir is not None or folder.startswith("/"))
        self.workdir = posixpath.normpath(posixpath.join(self.workdir or "/", folder or "")) if known else None

    def words(self, words: tuple[Word, ...]) -> Words | None:
        """The words that a command is handed; None where their number is not known."""
        found: list[Value[str]] = []
        for word in words:
            more = self._words(word)
            if more and self.every and not found:
                more = more[-1:] if len(self.value(word).options or ()) > 1 else more
            if more is None:
                return None
            found += more
        return tuple(found)

    def _words(self, word: Word) -> Words | None:
        if word.text in _ALL_ARGUMENTS and not self.every:
            quoted = all(part.quoted for part in word.parts)
            return self.arguments if quoted else tuple(each for one in self.arguments for each in _split(one))
        value = self.value(word)
        bare = [part for part in word.parts if part.kind != LITERAL and not part.quoted]
        if not bare:
            return (value,)
        if self.every:
            return _split(value) if value.options else (value,)
        if any(part.kind in (ARRAY, PATTERN) for part in bare):
            return None
        if text(value) is None:
            alone = len(word.parts) == len(bare) and not _is_port(word.text)
            return None if alone and any(len(each.split()) != 1 for each in value.options or ("",)) else (value,)
        return _split(value) if len(word.parts) == 1 else (value,)

    def value(self, word: Word) -> Value[str]:
        """A word as the shell expands it, in one piece."""
        note = Label(self.at(word.span), "set here")
        if word.literal:
            slot = EditSite(word.content.span()) if self._span is None and word.content.exact else None
            return Value((word.text,), (note,), slot)
        texts = [self._part(part) for part in word.parts]
        trace = tuple(dict.fromkeys([note, *(each for value in texts for each in value.trace)]))
        if any(value.options is None for value in texts):
            return Value(None, trace) if len(texts) > 1 else texts[0]._replace(trace=trace)
        slot = texts[0].slot if len(texts) == 1 else None
        options = tuple(dict.fromkeys(map("".join, product(*(value.options or () for value in texts)))))
        return Value(options if len(options) <= _MOST_VALUES else None, trace, slot)

    def _part(self, part: Part) -> Value[str]:
        if part.kind == LITERAL:
            return Value((part.text,))
        if positional := re.fullmatch(r"\$\{?([0-9])\}?", part.text):
            given = (self.zero, *self.arguments)
            found = given[int(positional[1])] if len(given) > int(positional[1]) else None
            return Value(None, (Label(self.at(part.passage.span()), "is not known"),)) if found is None else found
        names = variables(part.passage) if part.kind == VARIABLE else frozenset()
        if not names or re.search(r"\$\{?[@*#?$!0-9-]", part.text):
            return Value(None, (Label(self.at(part.passage.span()), "is not known"),))
        env = {name: value for name in names if (value := self.variable(name)) is not None}
        return expand(part.passage, env, closed=False)  # type: ignore[arg-type]


def _or_empty(value: Value[str | None] | None) -> Value[str]:
    """A variable as an expansion finds it: empty where it is not set."""
    if value is None or value.options is None:
        return Value(("",) if value is None else None)
    return Value(tuple(option or "" for option in value.options), value.trace, value.slot)


def _is_port(word: str) -> bool:
    """Whether a word is a variable that is named as a port: that is one number, whatever it is."""
    return re.fullmatch(r"\$\{?(?:\w+_)?PORT(?:\W.*)?", word) is not None


def _split(value: Value[str]) -> Words:
    """The words that an expansion without quotes is, of all its values."""
    options = value.options
    if options is None or (len(options) == 1 and options[0].split() == [options[0]]):
        return (value,)
    return tuple(Value((each,), value.trace) for option in options for each in option.split())


def script_text(word: Value[str], fallback: Span) -> tuple[LocatedText, Span | None] | None:
    """The text of a word that a shell runs, and where it stands if it is not spelled there as it is."""
    given = text(word)
    if given is None:
        return None
    slot = word.slot
    if slot and slot.span.text == given:
        return LocatedText.of(slot.span), None
    span = place(word, fallback)
    return LocatedText(Source(span.source.path, given), given), span
