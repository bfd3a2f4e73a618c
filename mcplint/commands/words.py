"""Words of a command line: which are flags, which are their values, and which are arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.values import Label, Value

Words = tuple[Value[str], ...]


class Grammar(NamedTuple):
    """The flags of a command: those that take no value, and the long names of short ones; all others take one."""

    bare: frozenset[str] = frozenset()
    short: Mapping[str, str] = {}


class Parsed(NamedTuple):
    """Flags by their long name without dashes, and the words from the first argument on; None where it is not known."""

    flags: Mapping[str, Value[str]]
    rest: Words


def grammar(bare: str = "", **short: str) -> Grammar:
    """A grammar of space-separated bare flags and `letter="long-name"`."""
    return Grammar(frozenset(bare.split()), short)


def text(word: Value[str]) -> str | None:
    """A word that is known."""
    return word.only if isinstance(word.only, str) else None


def parse(words: Words, form: Grammar, interspersed: bool = False) -> Parsed | None:
    """Splits words into flags and arguments; None where a word that may be a flag is not known.

    Without `interspersed`, everything from the first argument on is the rest.
    """
    flags: dict[str, Value[str]] = {}
    rest: list[Value[str]] = []
    index = 0
    while index < len(words):
        word = text(words[index])
        if word is None:
            return None
        index += 1
        if word == "--":
            return Parsed(flags, (*rest, *words[index:]))
        if not word.startswith("-") or word == "-":
            rest.append(words[index - 1])
            if not interspersed:
                return Parsed(flags, (*rest, *words[index:]))
            continue
        name, given = _flag(words[index - 1], word, form)
        if given is None and name not in form.bare and index < len(words):
            given = words[index]
            index += 1
        flags[name] = given if given is not None else words[index - 1]._replace(options=("",), slot=None)
    return Parsed(flags, tuple(rest))


def _flag(word: Value[str], spelled: str, form: Grammar) -> tuple[str, Value[str] | None]:
    """The long name of a flag, and the value that stands in the same word."""
    if spelled.startswith("--"):
        name, equals, _ = spelled[2:].partition("=")
        return name, tail(word, len(name) + 3) if equals else None
    letter = spelled[1]
    name = form.short.get(letter, letter)
    if len(spelled) > 2 and name not in form.bare:
        return name, tail(word, 3 if spelled[2] == "=" else 2)
    return name, None


def tail(word: Value[str], start: int) -> Value[str]:
    """The word from an offset on, with the part of its slot that spells it."""
    spelled = text(word) or ""
    slot = word.slot
    if slot and slot.span.text == spelled:
        slot = slot._replace(span=slot.span._replace(start=slot.span.start + start))
    else:
        slot = None
    return Value((spelled[start:],), word.trace, slot)


def place(word: Value[str], fallback: Span) -> Span:
    """Where a word stands."""
    return word.span or fallback


def noted(word: Value[str], note: Label) -> Value[str]:
    return word._replace(trace=(note, *word.trace)) if note not in word.trace else word


Env = Callable[[str], Value[str | None]]
