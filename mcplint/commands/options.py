"""The words of a command line: which are options, which are their values, and which are arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.words import Words, known_front, text
from mcplint.values import Value, tail


class Grammar(NamedTuple):
    """The options of a command by their long names without dashes, and the long names of short ones.

    `bare` ones take no value. `valued` ones take one; where it is None, all take one that are not `bare`.
    """

    bare: frozenset[str] = frozenset()
    short: Mapping[str, str] = {}
    valued: frozenset[str] | None = None

    def takes_value(self, name: str) -> bool:
        """Whether an option takes the next word."""
        return name not in self.bare if self.valued is None else name in self.valued


def grammar(bare: str = "", valued: str | None = None, **short: str) -> Grammar:
    """A grammar of space-separated names and `letter="long-name"`."""
    return Grammar(frozenset(bare.split()), short, None if valued is None else frozenset(valued.split()))


class Parsed(NamedTuple):
    """The options that are given, in their order, one without a value with empty text; and the arguments.

    `closed`: whether no word is an option, or a value of one, that cannot be told from other words.
    """

    given: tuple[tuple[str, Value[str]], ...]
    rest: Words
    closed: bool = True

    @property
    def flags(self) -> Mapping[str, Value[str]]:
        """The last value of each option."""
        return dict(self.given)

    def values(self, *names: str) -> Words:
        """The values given to an option, by any of its names."""
        return tuple(value for name, value in self.given if name in names and value.only != "")

    def first(self, *names: str) -> str | None:
        """The first of these options that is there, with its dashes."""
        flags = self.flags
        return next((f"--{name}" for name in names if name in flags), None)


def parse(words: Words, form: Grammar, interspersed: bool = False) -> Parsed:
    """Splits words into options and arguments; without `interspersed`, all from the first argument on are the rest."""
    given: list[tuple[str, Value[str]]] = []
    rest: list[Value[str]] = []
    closed = True
    index = 0
    while index < len(words):
        word, shown = words[index], known_front(words[index])
        index += 1
        if shown == "--":
            return Parsed(tuple(given), (*rest, *words[index:]), closed)
        if not shown.startswith("-") or shown == "-":
            if not interspersed:
                return Parsed(tuple(given), words[index - 1 :], closed)
            closed = closed and not (shown.startswith("$") and text(word) is None)
            rest.append(word)
            continue
        for name, value in _options(word, shown, form):
            if value is None and form.takes_value(name):
                value = words[index] if index < len(words) else None
                index += 1
            elif value is None and form.valued is not None and shown.startswith("--"):
                closed = closed and name in form.bare
            given.append((name, word._replace(options=("",), site=None) if value is None else value))
    return Parsed(tuple(given), tuple(rest), closed)


def _options(word: Value[str], shown: str, form: Grammar) -> Iterator[tuple[str, Value[str] | None]]:
    """The long names of the options in a word, several where letters without a value stand together, and their values.

    The value is what stands in the same word, None where nothing does.
    """
    if shown.startswith("--"):
        name, equals, _ = shown[2:].partition("=")
        yield name, tail(word, len(name) + 3) if equals else None
        return
    for at, letter in enumerate(shown[1:], 2):
        name = form.short.get(letter, letter)
        if form.takes_value(name) and at < len(shown):
            yield name, tail(word, at + 1 if shown[at] == "=" and form.valued is None else at)
            return
        yield name, None
        if form.valued is not None and name not in form.bare:
            return
