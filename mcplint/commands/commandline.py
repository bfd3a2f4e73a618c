"""A command line taken apart into options with their values and what is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from mcplint.text.source import Span


class Arg(NamedTuple):
    """A word of a command: its text, expanded where `known`, else as it is written."""

    text: str
    span: Span
    known: bool = True


class Options(NamedTuple):
    """Options by name, each with the values it was given (None for none), and the words that are no options.

    `closed`: whether no word is an option, or a value of one, that cannot be told from other words.
    """

    flags: Mapping[str, tuple[Arg | None, ...]]
    words: tuple[Arg, ...]
    closed: bool = True

    @classmethod
    def of(cls, args: Sequence[Arg], valued: Collection[str], plain: Collection[str] | None = None) -> Options:
        """`valued`: the options that take the next word where they are not written `--name=value`.

        `plain`: those that take none; a word after an option that is in neither may be its value.
        """
        flags: dict[str, list[Arg | None]] = {}
        words: list[Arg] = []
        closed = not any(not arg.known and arg.text.startswith("$") for arg in args)
        rest = iter(args)
        for arg in rest:
            name, equals, value = arg.text.partition("=")
            if not arg.text.startswith("-") or arg.text == "-":
                words.append(arg)
            elif arg.text == "--":
                words += rest
            elif equals and name.startswith("--"):
                flags.setdefault(name, []).append(Arg(value, arg.span, arg.known))
            elif arg.text in valued:
                flags.setdefault(arg.text, []).append(next(rest, None))
            elif not arg.text.startswith("--") and arg.text[:2] in valued:
                flags.setdefault(arg.text[:2], []).append(Arg(arg.text[2:], arg.span, arg.known))
            else:
                flags.setdefault(arg.text, []).append(None)
                closed = closed and (plain is None or arg.text in plain or not arg.text.startswith("--"))
        return cls({name: tuple(values) for name, values in flags.items()}, tuple(words), closed)

    def values(self, *names: str) -> tuple[Arg, ...]:
        """The values given to an option, by any of its names."""
        return tuple(value for name in names for value in self.flags.get(name, ()) if value is not None)

    def given(self, *names: str) -> str | None:
        """The first of these options that is there."""
        return next((name for name in names if name in self.flags), None)


def subcommand(args: Sequence[Arg], valued: Collection[str]) -> int:
    """The position of the first word that is neither an option nor the value of one; the length where there is none."""
    i = 0
    while i < len(args) and args[i].text.startswith("-"):
        i += 2 if args[i].text in valued else 1
    return min(i, len(args))
