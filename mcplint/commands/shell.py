"""A POSIX shell that runs a text, as far as it can be told without running anything: its commands, words expanded."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from mcplint.commands.command_lines import is_assignment, program, shell_operand
from mcplint.commands.shell_nodes import Assignment, Command, Node
from mcplint.commands.shell_parser import DECLARING, commands
from mcplint.commands.shell_words import (
    ARRAY,
    BLANKS,
    COMMAND,
    LITERAL,
    PATTERN,
    VARIABLE,
    Part,
    Word,
    line_end,
    word_at,
)
from mcplint.commands.words import Words, span_of, text
from mcplint.knowledge.executables import SHELLS
from mcplint.programs.start import HIDDEN, OTHERS
from mcplint.text.expand import expand, variables
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import HOLE, UNKNOWN, EditSite, Label, Value, join, tail

Env = Callable[[str], Value[str | None] | None]
"""What is said of an environment variable; None where nothing is."""

_MOST_VALUES = 16
_MOST_WORDS = 1000
_LONGEST = 100_000
_LONGEST_PATH = 4096
_ALL_ARGUMENTS = ("$@", "${@}", "$*", "${*}", "${@:-}")
_SELF = r'"?\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)"?'
_DIRNAME = rf'dirname\s+(?:--\s+)?(?:{_SELF}|"?\$\(\s*(?:readlink -f|realpath)\s+(?:--\s+)?{_SELF}\s*\)"?)'
OWN_FOLDER = re.compile(
    rf'(?:cd\s+(?:-P\s+)?(?:--\s+)?"?\$\(\s*{_DIRNAME}\s*\)((?:/[\w.-]+)*)/?"?(?:\s*>\s*/dev/null(?:\s+2>&1)?)?'
    rf"\s*(?:&&|;)\s*pwd(?:\s+-P)?|{_DIRNAME})"
)
"""How scripts say the folder that they lie in, or one beside it."""


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

    `sets`: variables; `arrays`: those that are lists, None where their length is not known; `functions`: their bodies.
    `workdir`: its folder, None where unknown; `zero` and `arguments`: `$0` and `$@`, None where these are not known.
    `whole`: where all of its text stands, where it is not spelled there as it is.
    `every`: whether words of which one of several is meant are all handed over.
    """

    def __init__(
        self,
        env: Env,
        workdir: str | None,
        zero: Value[str] | None = None,
        arguments: Words | None = (),
        sets: Mapping[str, Value[str]] = {},
        every: bool = False,
    ) -> None:
        self.env, self.workdir, self.zero, self.arguments, self.every = env, workdir, zero, arguments, every
        self.sets: dict[str, Value[str]] = dict(sets)
        self.arrays: dict[str, Words | None] = {}
        self.functions: dict[str, tuple[Node, ...]] = {}
        self.whole: Span | None = None

    def run(self, script: LocatedText, whole: Span | None = None) -> Iterator[Ran]:
        """The commands of a text one after the other, whatever decides whether they run."""
        self.whole = whole
        for line in commands(script):
            if ran := self.command(line):
                yield ran
                self.enter(ran)

    def command(self, line: Command) -> Ran | None:
        """A command, or None where it only sets variables, which are set then."""
        name = line.argv[0].text if line.argv else ""
        if line.words and name not in DECLARING:
            given = {each.name: self.value(each.value) for each in line.assignments if not each.append}
            return Ran(self.words(line.argv), {**self.sets, **given}, self.workdir, self.at(line.span), line)
        for each in line.assignments:
            self._assign(each, line)
        for word in line.argv[1:]:
            if is_assignment(word.text):
                name = word.text.partition("=")[0]
                self.set(name, tail(self.value(word), len(name) + 1), line)
            elif name == "export" and not re.fullmatch(r"-\w*|\w+", word.text):
                self._export(word, line)
        return None

    def _export(self, word: Word, line: Command) -> None:
        """Sets the variable that `"$name"=value` names, or any where that is not known."""
        before, known = "", text(UNKNOWN)
        for part in word.parts:
            known = text(self._part_value(part))
            name, equals, _ = (known or "").partition("=")
            before += name
            if equals or known is None:
                break
        if before.isidentifier() and known is not None:
            self.set(before, UNKNOWN, line)
        else:
            self.set_any(line)

    def set_any(self, line: Command, hidden: bool = False) -> None:
        """Lets a command set any variable, as one does that reads them from a file; `hidden`: it surely sets some."""
        note = Label(self.at(line.span), "gives variables that no file here tells")
        for name in (OTHERS, HIDDEN) if hidden else (OTHERS,):
            self.set(name, Value(None, (note,)), line)

    def at(self, span: Span) -> Span:
        """Where a piece of the text stands."""
        return self.whole or span

    def variable(self, name: str) -> Value[str | None] | None:
        """What is said of a variable, or of a positional parameter."""
        if name in self.sets:
            return self.sets[name]
        if not name.isdecimal():
            return self.env(name)
        if self.arguments is None or (self.zero is None and int(name) == 0):
            return UNKNOWN
        given = (self.zero, *self.arguments)
        return given[int(name)] if int(name) < len(given) else Value((None,))

    def set(self, name: str, value: Value[str], line: Command) -> None:
        """Sets a variable; where all commands run one after the other, inside a condition it may be what it was too."""
        if self.every and (line.inside or line.operator == "||"):
            value = join((or_empty(self.variable(name)), value))
        self.sets[name] = value

    def _assign(self, assignment: Assignment, line: Command) -> None:
        name, word, append = assignment
        if word.parts and word.parts[0].kind == ARRAY:
            before = self.arrays.get(name, ()) if append else ()
            more = self.words(tuple(_items(word.content)))
            long = before is None or more is None or len(before) + len(more) > _MOST_WORDS
            self.arrays[name] = None if long else (*(before or ()), *(more or ()))
        elif append and self.every:
            self.set(name, UNKNOWN, line)
        else:
            value = self.value(word)
            self.set(name, _concatenation((or_empty(self.variable(name)), value)) if append else value, line)

    def enter(self, ran: Ran) -> None:
        """Changes the folder, where a command is `cd`."""
        if not ran.line.argv or ran.line.argv[0].text != "cd":
            return
        folder = text(ran.argv[1]) if ran.argv and len(ran.argv) == 2 else None
        known = folder and folder not in ("-", "~") and (self.workdir is not None or folder.startswith("/"))
        known = known and len(folder or "") + len(self.workdir or "") < _LONGEST_PATH
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
        return tuple(found) if len(found) <= _MOST_WORDS else None

    def _words(self, word: Word) -> Words | None:
        listed = self._list(word) if not self.every else None
        if listed is not None:
            if listed[0] is None or all(part.quoted for part in word.parts):
                return listed[0]
            return tuple(each for one in listed[0] for each in _split_words(one))
        value = self.value(word)
        bare = [part for part in word.parts if part.kind != LITERAL and not part.quoted]
        if not bare:
            return (value,)
        if self.every:
            return _split_words(value) if value.options else (value,)
        if all(part.kind == PATTERN for part in bare) and re.match(r"--?\w[\w-]*=", word.text):
            return (Value((word.text,), value.trace),)
        if any(part.kind in (ARRAY, PATTERN) for part in bare):
            return None
        if text(value) is None:
            alone = len(word.parts) == len(bare) and not _is_port(word.text)
            return None if alone and any(len(each.split()) != 1 for each in value.options or ("",)) else (value,)
        return _split_words(value) if len(word.parts) == 1 else (value,)

    def _list(self, word: Word) -> tuple[Words | None] | None:
        """The words of `$@` or of an array, None for any other word."""
        if word.text in _ALL_ARGUMENTS:
            return (self.arguments,)
        array = re.fullmatch(r"\$\{(\w+)\[[@*]\](?:[+-].*)?\}", word.text, re.DOTALL)
        return (self.arrays.get(array[1], None if array[1] in self.sets else ()),) if array else None

    def value(self, word: Word) -> Value[str]:
        """A word as the shell expands it, in one piece."""
        note = Label(self.at(word.span), "set here")
        if word.literal:
            site = EditSite(word.content.span()) if self.whole is None and word.content.exact else None
            return Value((word.text,), (note,), site)
        found = _concatenation([self._part_value(part) for part in word.parts])
        return found._replace(trace=tuple(dict.fromkeys((note, *found.trace))))

    def _part_value(self, part: Part) -> Value[str]:
        if part.kind == LITERAL:
            return Value((part.text,))
        if HOLE in part.text:
            return Value(None, (Label(self.at(part.located.span()), "is not known"),))
        if part.text in _ALL_ARGUMENTS and self.arguments is not None and not self.every:
            between = [Value((" ",))] * len(self.arguments)
            return _concatenation([each for pair in zip(between, self.arguments, strict=True) for each in pair][1:])
        if case := re.fullmatch(r"\$\{(\w+)(,,|\^\^)\}", part.text):
            given = or_empty(self.variable(case[1]))
            convert = str.lower if case[2] == ",," else str.upper
            return Value(given.options and tuple(map(convert, given.options)), given.trace)
        if count := re.fullmatch(r"\$#|\$\{#(?:(\w+)\[[@*]\])?\}", part.text):
            counted = self.arrays.get(count[1], ()) if count[1] else self.arguments
            return UNKNOWN if counted is None else Value((str(len(counted)),))
        if default := re.fullmatch(r"\$\{([A-Za-z_]\w*):?=(.*)\}", part.text, re.DOTALL):
            return self._assign_default(default[1], part.located.part(default.start(2), default.end(2)))
        if needed := re.match(r"\$\{([A-Za-z_]\w*):?\?", part.text):
            return self._required_variable(needed[1], part)
        if part.kind == COMMAND and (folder := self._folder(part.text)):
            return Value((folder,), (Label(self.at(part.located.span()), "is a folder of the script"),))
        names = variables(part.located) if part.kind == VARIABLE else frozenset()
        if not names or re.search(r"\$\{?[@*#?$!-]", part.text):
            return Value(None, (Label(self.at(part.located.span()), "is not known"),))
        env = {name: value for name in names if (value := self.variable(name)) is not None}
        return expand(part.located, env, closed=False)  # type: ignore[arg-type]

    def _folder(self, command: str) -> str | None:
        """What `$(pwd)`, `$(dirname "$0")` and `$(cd "$(dirname "$0")" && pwd)` come to, None for other commands."""
        inner = command.strip("`").removeprefix("$(").removesuffix(")").strip()
        if inner == "pwd":
            return self.workdir
        script = text(self.zero) if self.zero is not None else None
        found = OWN_FOLDER.fullmatch(inner)
        if not found or not script or (self.workdir is None and not script.startswith("/")):
            return None
        folder = posixpath.dirname(posixpath.join(self.workdir or "/", script))
        return posixpath.normpath(posixpath.join(folder, (found[1] or "").lstrip("/")))

    def _required_variable(self, name: str, part: Part) -> Value[str]:
        """What `${NAME:?message}` is: the shell ends without it, so whoever starts it sets one."""
        value = self.variable(name)
        if value is not None and value.must(bool):
            return or_empty(value)
        note = Label(self.at(part.located.span()), f"ends without {name}")
        self.sets[name] = Value(None, (note, *(value.trace if value is not None else ())))
        return self.sets[name]

    def _assign_default(self, name: str, default: LocatedText) -> Value[str]:
        """What `${NAME:=default}` is, which also sets the variable."""
        value = self.variable(name)
        if value is None or value.must(lambda option: not option):
            self.sets[name] = self.value(word_at(default, 0)[0])
            return self.sets[name]
        return or_empty(value) if value.must(bool) else Value(None, value.trace)


def _items(array: LocatedText) -> Iterator[Word]:
    """The words of `(…)`."""
    at, end = 1, len(array.text) - array.text.endswith(")")
    inner = array.part(0, end)
    while at < end:
        if array.text[at] in BLANKS or array.text[at] == "\n":
            at += 1
            continue
        if array.text[at] == "#":
            at = line_end(array.text, at)
            continue
        word, after = word_at(inner, at)
        at = max(after, at + 1)
        yield word


def _concatenation(values: list[Value[str]] | tuple[Value[str], ...]) -> Value[str]:
    """The values one after the other; what one of them may be, the whole may be."""
    trace = tuple(dict.fromkeys(each for value in values for each in value.trace))
    if not values:
        return Value(("",))
    if len(values) == 1:
        return values[0]._replace(trace=trace)
    long = sum(max(map(len, value.options or ()), default=0) for value in values) > _LONGEST
    if long or any(value.options is None for value in values):
        partly = "" if long else "".join(HOLE if value.only is None else value.only for value in values)
        return Value(None, trace, partly=partly)
    options = tuple(dict.fromkeys(map("".join, product(*(value.options or () for value in values)))))
    return Value(options if len(options) <= _MOST_VALUES else None, trace)


def or_empty(value: Value[str | None] | None) -> Value[str]:
    """A variable as an expansion finds it: empty where it is not set."""
    if value is None or value.options is None:
        return Value(("",) if value is None else None)
    return Value(tuple(option or "" for option in value.options), value.trace, value.site)


def _is_port(word: str) -> bool:
    """Whether a word is a variable that is named as a port: that is one number, whatever it is."""
    return re.fullmatch(r"\$\{?(?:\w+_)?PORT(?:\W.*)?", word) is not None


def _split_words(value: Value[str]) -> Words:
    """The words that an expansion without quotes is, of all its values."""
    options = value.options
    if options is None or (len(options) == 1 and options[0].split() == [options[0]]):
        return (value,)
    return tuple(Value((each,), value.trace) for option in options for each in option.split())


def inline_script(words: Words, span: Span) -> tuple[LocatedText, Span | None] | None:
    """The text that a shell is told to run by `-c`, as `script_text`; None for another command."""
    operand = shell_operand(words) if program(words) in SHELLS else None
    return script_text(words[operand[0]], span) if operand and operand[1] else None


def script_text(word: Value[str], fallback: Span) -> tuple[LocatedText, Span | None] | None:
    """The text of a word that a shell runs, and where it stands if it is not spelled there as it is."""
    given = text(word)
    if given is None and word.partly:
        return LocatedText(Source(fallback.source.path, word.partly), word.partly), fallback
    if given is None:
        return None
    site = word.site
    if site and site.span.text == given:
        return LocatedText.of(site.span), None
    span = span_of(word, fallback)
    return LocatedText(Source(span.source.path, given), given), span
