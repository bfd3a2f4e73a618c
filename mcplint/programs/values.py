"""What an expression of any language can stand for: constants, things of libraries, lists, tables of names.

A `Value` has these as options. Constants are Python's own; everything else is an object, which has an identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple, Self, TypeAlias

from mcplint.programs.noted import Noted, Writer
from mcplint.values import UNKNOWN, Label, Value

Abstract: TypeAlias = Value[Any]

CLOCK = count(1)

CONSTANTS = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))

MANY = 16
"""Options of a value: one with more may be anything."""
LONG = 2_000
"""Items of a list or keys of a dictionary that are kept."""
LARGE = 8_192
"""Characters of a text, or items of what a repetition makes."""
DEEP = 8
"""Labels of a trace."""
UNROLLED = 64
"""Rounds of a loop that are run one by one."""


class External(NamedTuple):
    """Something of a library, by its dotted name."""

    path: str


class Table(dict[Any, Any]):
    """The attributes of an object or the names of a scope, and when it was made: no branch opened later made it."""

    __slots__ = ("born",)

    def __init__(self, entries: Any = ()) -> None:
        super().__init__(entries)
        self.born = next(CLOCK)

    def __missing__(self, name: Any) -> Any:
        """What nothing that was followed has set is not known."""
        return () if isinstance(name, Noted) else UNKNOWN


class Scope:
    """The names of a module, a block or a call; `parent` is the scope around it."""

    __slots__ = ("names", "parent")
    names: Table
    parent: Self | None

    def binding(self, name: str) -> Self | None:
        """The innermost scope that has a name."""
        scope: Self | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope


class Entries(Table):
    """The entries of a dict, of which one may or may not be there."""

    __slots__ = ()


class Flag(Noted[Any]):
    """A key that is set after branches where any of them has set it."""

    def merged(self, kept: list[Any]) -> Any:
        return any(kept)


class Elements(Noted[Any]):
    """The key of the elements of a list; after branches each of them, where all leave as many."""

    def merged(self, kept: list[Any]) -> Any:
        if not any(isinstance(each, Partial) for each in kept) and len({len(each) for each in kept}) == 1:
            return tuple(union(column) for column in zip(*kept, strict=True))
        found = [item for each in kept for item in (each.some if isinstance(each, Partial) else each)]
        return Partial(tuple({id(item): item for item in found}.values())[:LONG])


class Kept(Noted[Any]):
    """A key of one value; after branches, what any of them has there."""

    def value(self, table: Mapping[Any, Any]) -> Abstract | None:
        """What a table has there, None where it has nothing."""
        found: Abstract | None = table.get(self)
        return found

    def put(self, journal: Writer, table: Table, value: Abstract) -> None:
        """Puts it there, in place of what there was."""
        journal.put(table, self, value)

    def merged(self, kept: list[Any]) -> Any:
        return union([value for value in kept if value != ()])


OPEN, ITEMS = Flag("may have other entries"), Elements("elements")


class Partial(NamedTuple):
    """Some of the elements of a list that may have others."""

    some: tuple[Abstract, ...] = ()


class Sequence:
    """A list, tuple or set: its values, or None where they cannot all be told; `some` are those that are told."""

    __slots__ = ("kind", "table")

    def __init__(self, kind: str, items: tuple[Abstract, ...] | None, some: tuple[Abstract, ...] = ()) -> None:
        self.kind = kind
        self.table = Table({ITEMS: Partial(some) if items is None else items})

    @property
    def items(self) -> tuple[Abstract, ...] | None:
        found: tuple[Abstract, ...] = self.table[ITEMS]
        return None if isinstance(found, Partial) else found

    @property
    def known_items(self) -> tuple[Abstract, ...]:
        found: tuple[Abstract, ...] | Partial = self.table[ITEMS]
        return found.some if isinstance(found, Partial) else found


class _Absent:
    """The option of an entry that may be missing."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def key(option: Any) -> Any:
    """What makes two options the same: type and value of a constant, identity of an object."""
    if isinstance(option, CONSTANTS):
        return type(option), option
    return option if isinstance(option, External) else id(option)


def same_for_all(value: Abstract, truth: Callable[[Any], bool | None]) -> bool | None:
    """What all options of a value are told to be; None where they differ or are not known."""
    found = {truth(option) for option in value.options or ()}
    return found.pop() if len(found) == 1 else None


def known(option: Any, *notes: Label) -> Abstract:
    """The value that is just this."""
    return Value((option,), notes)


def unknown(*notes: Label) -> Abstract:
    """The value that may be anything, and why."""
    return Value(None, notes)


def union(values: Iterable[Abstract]) -> Abstract:
    """The value that is one of the given ones; `values.join`, but `1` and `True` stay apart and long lists are cut."""
    given = tuple(values)
    if len(given) == 1 or all(value is given[0] for value in given):
        return given[0]
    options: dict[Any, Any] | None = {}
    trace: tuple[Label, ...] = ()
    for value in given:
        trace += tuple(note for note in value.trace if note not in trace) if len(trace) < DEEP else ()
        if value.options is None:
            options = None
        elif options is not None:
            options.update((key(option), option) for option in value.options)
    sites = {value.site for value in given}
    site = sites.pop() if len(sites) == 1 else None
    if options is None or len(options) > MANY:
        return Value(None, trace[:DEEP])
    return Value(tuple(options.values()), trace[:DEEP], site if len(options) == 1 else None)


def map_options(value: Abstract, change: Callable[[Any], Any]) -> Abstract:
    """The value whose options are changed one by one; it keeps its site where that still spells it."""
    if value.options is None:
        return value
    options = {key(new): new for new in map(change, value.options)}
    return drop_stale_site(Value(tuple(options.values()), value.trace, value.site))


def drop_stale_site(value: Abstract) -> Abstract:
    """The value without a site that spells something else."""
    site = value.site
    if (
        site
        and site.span.text
        and (value.options is None or len(value.options) != 1 or site.span.text != str(value.only))
    ):
        return value._replace(site=None)
    return value


def noted(value: Abstract, *notes: Label) -> Abstract:
    """The value as it is read elsewhere first."""
    fresh = tuple(note for note in notes if note not in value.trace)
    return value._replace(trace=(*fresh, *value.trace)) if fresh and len(value.trace) < DEEP else value
