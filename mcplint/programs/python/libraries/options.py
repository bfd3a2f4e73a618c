"""Command-line options as argparse, click and typer understand them, over words that may not all be known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mcplint.programs.journal import Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Machine
from mcplint.programs.values import Abstract, External, Sequence, known, noted, union, unknown
from mcplint.text.boolean import boolean
from mcplint.values import Label, tail

VALUE, TRUE, FALSE, COUNT, MANY = "value", "true", "false", "count", "many"


class Option(NamedTuple):
    """An option or positional argument.

    `names`: as they are written, with dashes; none for a positional argument. `kind`: what it takes. `const`: the value
    of a `true` or `false` kind. `convert`: from word to value. `choices`: the values it admits, where that is known.
    `variables`: the environment variables that stand for it.
    """

    names: tuple[str, ...]
    dest: str
    default: Abstract
    kind: str = VALUE
    const: Abstract | None = None
    convert: Callable[[Abstract], Abstract] = lambda value: value
    choices: tuple[Abstract, ...] = ()
    variables: tuple[str, ...] = ()
    note: Label | None = None


class Parsed(NamedTuple):
    """The value of each option that was given, and the words that are left; where they are not told, `why` not."""

    given: dict[str, Abstract]
    rest: tuple[Abstract, ...] | None
    why: tuple[Label, ...] = ()


def parse(
    options: Iterable[Option], words: tuple[Abstract, ...] | None, stop: bool = False, prefixes: bool = True
) -> Parsed:
    """Reads words by options; with `stop`, the first argument that no option takes ends it.

    Words of which it is not known whether they are options leave everything open: `rest` is None.
    """
    listed = tuple(options)
    named = {name: option for option in listed for name in option.names}
    waiting = [option for option in listed if not option.names]
    given: dict[str, Abstract] = {}
    rest: list[Abstract] = []
    index = 0
    if words is None:
        return Parsed({}, None)
    while index < len(words):
        word = words[index].only
        index += 1
        if not isinstance(word, str):
            if waiting and waiting[0].kind == VALUE:
                option = waiting.pop(0)
                given[option.dest] = _parsed_value(option, words[index - 1], given)
                continue
            return Parsed(given, None, words[index - 1].trace)
        found, value = _option_named(words[index - 1], word, named, prefixes)
        if found is None:
            if word.startswith("-") and len(word) > 1 and not word[1:].replace(".", "").isdigit():
                rest.append(words[index - 1])
                continue
            if waiting:
                option = waiting[0]
                given[option.dest] = _parsed_value(option, words[index - 1], given)
                if option.kind == VALUE:
                    waiting.pop(0)
                continue
            rest.append(words[index - 1])
            if stop:
                return Parsed(given, (*rest, *words[index:]))
            continue
        option = found
        if option.kind == VALUE and value is None:
            if index >= len(words):
                raise Raised("SystemExit")
            value, index = words[index], index + 1
        elif option.kind == MANY and value is None:
            taken, index = _words_up_to_option(words, index)
            value = known(Sequence("list", taken))
            given[option.dest] = value
            continue
        given[option.dest] = _parsed_value(option, value, given)
    return Parsed(given, tuple(rest))


def _words_up_to_option(words: tuple[Abstract, ...], index: int) -> tuple[tuple[Abstract, ...], int]:
    start = index
    while index < len(words) and not str(words[index].only or "").startswith("-"):
        index += 1
    return words[start:index], index


def _option_named(
    word: Abstract, spelled: str, named: dict[str, Option], prefixes: bool
) -> tuple[Option | None, Abstract | None]:
    """The option that a word names, and the value in the same word."""
    if spelled in named:
        return named[spelled], None
    head, equals, _ = spelled.partition("=")
    if not spelled.startswith("-"):
        return None, None
    if equals and head in named:
        return named[head], tail(word, len(head) + 1)
    if spelled.startswith("--"):
        found = {id(option): option for name, option in named.items() if prefixes and name.startswith(head)}
        if len(found) == 1:
            return next(iter(found.values())), tail(word, len(head) + 1) if equals else None
        return None, None
    short = named.get(spelled[:2])
    if short is not None and short.kind == VALUE:
        return short, tail(word, 2)
    return None, None


def _parsed_value(option: Option, value: Abstract | None, given: dict[str, Abstract]) -> Abstract:
    if option.kind in (TRUE, FALSE):
        return option.const if option.const is not None else known(option.kind == TRUE)
    if value is None:
        return unknown()
    if option.kind == MANY:
        before = given[option.dest].only if option.dest in given else None
        items = before.items if isinstance(before, Sequence) and before.items else ()
        return known(Sequence("list", (*items, value)))
    return option.convert(value)


def option_value(machine: Machine, option: Option, parsed: Parsed, environment: bool = True) -> Abstract:
    """What an option comes to: the word that gives it, its variable, or its default."""
    machine.reads |= set(option.variables if environment else ())
    note = (option.note,) if option.note else ()
    if option.dest in parsed.given:
        return noted(parsed.given[option.dest], *note)
    if parsed.rest is None:
        choices = union(option.choices) if option.choices else unknown()
        return noted(choices._replace(site=None), *note, *parsed.why)
    value = option.default
    if value.site and (long := next((name for name in option.names if name.startswith("--")), "")):
        value = value._replace(site=value.site._replace(option=long))
    if value.site and environment and option.variables:
        value = value._replace(site=value.site._replace(variable=option.variables[0]))
    for name in reversed(option.variables if environment else ()):
        read = machine.variable(name)
        reading = tuple(each.reading(name) for each in note)
        if read.options is None:
            value = noted(unknown(*read.trace), *reading)
            continue
        there = read._replace(options=tuple(each for each in read.options if each is not None))
        if there.options:
            converted = _convert(option, there)
            value = noted(union([converted, value]) if None in read.options else converted, *reading)
    return noted(value, *note)


def _convert(option: Option, value: Abstract) -> Abstract:
    """A variable's text as the option's value; flags take words for yes and no."""
    if option.kind not in (TRUE, FALSE):
        return option.convert(value)
    texts = value.options or ()
    return value._replace(options=tuple({boolean(str(text)) is True for text in texts}), site=None)


def converter(machine: Machine, kind: Abstract | None) -> Callable[[Abstract], Abstract]:
    """What `type=…` makes of a word; a word that it refuses ends the program, but one for a shell."""
    if kind is None or kind.options in (None, (None,)):
        return (lambda value: value) if kind is None or kind.options == (None,) else lambda value: unknown(*value.trace)
    only = kind.only
    if isinstance(only, External) and not only.path.startswith(("builtins.", "pathlib.")):
        handler = machine.handler(only.path)
        if handler is None:
            return lambda value: unknown(*value.trace)

    def convert(value: Abstract) -> Abstract:
        if value.options is None or None in value.options:
            return value
        try:
            return machine.call(kind, Args((value,)))
        except Raised:
            if isinstance(value.only, str) and _VARIABLE.search(value.only):
                return unknown(*value.trace)
            raise Raised("SystemExit") from None

    return convert


_VARIABLE = re.compile(r"\$(?:\{|[A-Za-z_])")
