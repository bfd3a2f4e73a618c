"""What an expression can stand for: constants, and the objects of a program, which have an identity.

A `Value` has these as options. Constants are Python's own; everything else is one of the classes here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Self

from mcplint.facts.python import Module
from mcplint.programs.values import (
    ABSENT,
    CONSTANTS,
    LARGE,
    OPEN,
    UNROLLED,
    Abstract,
    Entries,
    External,
    Scope,
    Sequence,
    Table,
    known,
    same_for_all,
    unknown,
)
from mcplint.text.source import Span
from mcplint.values import Label


class Frame(Scope):
    """The names of a module, class body or call; `parent` is the scope around it."""

    __slots__ = ("depth", "function", "module", "outer", "yields")

    def __init__(self, module: Module, names: Table, parent: Self | None, function: Function | None = None) -> None:
        self.module, self.names, self.parent, self.function = module, names, parent, function
        self.outer: dict[str, Frame] = {}
        self.yields: list[Abstract] | None = None

    def scopes(self) -> Iterator[Frame]:
        """This scope and those around it, innermost first."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent

    @property
    def top(self) -> Frame:
        return list(self.scopes())[-1]


class Package:
    """A module of the project as an object."""

    __slots__ = ("fact", "folder", "name", "table")

    def __init__(self, name: str, fact: Module, table: Table) -> None:
        self.name, self.fact, self.table = name, fact, table


class Function:
    """A function of the project, its defaults evaluated; `table` holds its attributes."""

    __slots__ = ("defaults", "node", "opaque", "owner", "scope", "table")

    def __init__(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Frame, defaults: Mapping[str, Abstract]
    ) -> None:
        self.node, self.scope, self.defaults = node, scope, defaults
        self.table = Table()
        self.owner: Class | None = None
        self.opaque = False

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "<lambda>")


class Method:
    """A function with its first argument bound, or a method of a library's object or of a plain value."""

    __slots__ = ("function", "instance")

    def __init__(self, instance: Any, function: Function | str) -> None:
        self.instance, self.function = instance, function


# More than any class has; each costs its own list.
_MOST_INHERITED = 100


class Class:
    """A class of the project; its bases may be a library's."""

    __slots__ = ("frame", "inherited", "name", "node", "table")

    def __init__(self, name: str, bases: tuple[Any, ...], table: Table, node: ast.ClassDef, frame: Frame) -> None:
        self.name, self.table, self.node, self.frame = name, table, node, frame
        self.inherited: list[Any] = []
        for base in bases[:_MOST_INHERITED]:
            above = base.lineage() if isinstance(base, Class) else (base,)
            self.inherited += [each for each in above if each not in self.inherited]
            del self.inherited[_MOST_INHERITED:]

    def lineage(self) -> tuple[Any, ...]:
        """The class and what it inherits from, nearest first; a library's classes are its dotted names."""
        return self, *self.inherited

    def find(self, name: Any) -> Abstract | None:
        """What the class has by a name, or the nearest class of the project that it inherits from."""
        return next(
            (each.table[name] for each in self.lineage() if isinstance(each, Class) and name in each.table), None
        )


class Instance:
    """An object of a class of the project or of a library; `span` is the call that made it."""

    __slots__ = ("kind", "span", "table")

    def __init__(self, kind: Class | External, span: Span | None, table: Mapping[Any, Any] | None = None) -> None:
        self.kind, self.span = kind, span
        self.table = table if isinstance(table, Table) else Table(table or ())

    @property
    def library(self) -> str | None:
        """The dotted name of the library's class that it is made of, or None."""
        if isinstance(self.kind, External):
            return self.kind.path
        return next((each.path for each in self.kind.lineage() if isinstance(each, External)), None)


class Dict:
    """A dict of constant keys; `open` in its table says that it may have others."""

    __slots__ = ("entries", "table")

    def __init__(self, entries: Entries | None = None, open_: bool = False) -> None:
        self.entries = Entries() if entries is None else entries
        self.table = Table({OPEN: open_})

    @property
    def open(self) -> bool:
        return bool(self.table[OPEN])


class Coroutine:
    """A call that is made once it is awaited."""

    __slots__ = ("start",)

    def __init__(self, start: Callable[[], Abstract]) -> None:
        self.start = start


class Super:
    """`super()`: the instance, seen from behind a class of its lineage."""

    __slots__ = ("instance", "owner")

    def __init__(self, instance: Any, owner: Class) -> None:
        self.instance, self.owner = instance, owner


def truth(option: Any) -> bool | None:
    """Whether an option counts as true; None where that cannot be told."""
    if isinstance(option, CONSTANTS):
        return bool(option)
    if isinstance(option, Sequence):
        return None if option.items is None else bool(option.items)
    if isinstance(option, Dict):
        sure = any(ABSENT not in (value.options or ()) for value in option.entries.values())
        return True if sure else None if option.open or option.entries else False
    if isinstance(option, External):
        return None
    if isinstance(option, Instance):
        return None if isinstance(option.kind, Class) and _may_be_false(option.kind) else True
    return True


def _may_be_false(kind: Class) -> bool:
    return any(
        name in each.table for each in kind.lineage() if isinstance(each, Class) for name in ("__bool__", "__len__")
    )


def verdict(value: Abstract) -> bool | None:
    """Whether a value counts as true, whatever it turns out to be; None where it may be either."""
    return same_for_all(value, truth)


def size(option: Any, most: int = LARGE) -> int:
    """How much there is to an option: one for each value in it, however often, and for each 32 characters.

    It is not counted beyond `most`: what contains itself, or the same thing again and again, has no end.
    """
    found, pending = 0, [option]
    while pending and found <= most:
        each = pending.pop()
        found += 1 + (len(each) // 32 if isinstance(each, (str, bytes)) else 0)
        inner: Iterable[Any] = ()
        if isinstance(each, Sequence):
            inner = each.items or ()
        elif isinstance(each, Dict):
            inner = each.entries.values()
        pending += (inside for value in islice(inner, most) for inside in value.options or ())
    return found


def concrete(option: Any, measured: int | None = None) -> Any:
    """An option as Python's own value; LookupError where it is no plain data, not all known, or too large."""
    if (size(option) if measured is None else measured) > LARGE:
        raise LookupError
    return _concrete(option)


def _concrete(option: Any) -> Any:
    if isinstance(option, CONSTANTS):
        return option
    if isinstance(option, Sequence) and option.items is not None and option.kind in _KINDS:
        return _KINDS[option.kind](_concrete(sole(item)) for item in option.items)
    if isinstance(option, Dict) and not option.open:
        return {name: _concrete(sole(value)) for name, value in option.entries.items()}
    raise LookupError


_KINDS: Mapping[str, Callable[[Iterable[Any]], Any]] = {"list": list, "tuple": tuple, "set": set}


def sole(value: Abstract) -> Any:
    """The one option of a value; LookupError where there is none, or several."""
    if value.options is None or len(value.options) != 1:
        raise LookupError
    return value.options[0]


def as_python(value: Abstract) -> Any:
    """The one thing a value is, as Python's own value; LookupError where it is not known, or too large."""
    return concrete(sole(value))


def abstract(data: Any, *notes: Label) -> Abstract:
    """Python's own value as a value here; unknown for anything but plain data."""
    match data:
        case list() | tuple() | set() | frozenset():
            kind = type(data).__name__.removeprefix("frozen")
            return known(Sequence(kind, tuple(abstract(item, *notes) for item in data)), *notes)
        case dict():
            return known(Dict(Entries((name, abstract(item, *notes)) for name, item in data.items())), *notes)
        case _ if isinstance(data, CONSTANTS):
            return known(data, *notes)
    return unknown(*notes)


def elements(value: Abstract) -> tuple[Abstract, ...] | None:
    """What iterating over a value gives, or None where that is not known."""
    only = value.only
    match only:
        case Sequence():
            return only.items
        case Dict() if not only.open and all(ABSENT not in (entry.options or ()) for entry in only.entries.values()):
            return tuple(known(key, *value.trace) for key in only.entries)
        case str() if len(only) <= UNROLLED:
            return tuple(known(character, *value.trace) for character in only)
        case Instance() | External() | Function():
            return None
    return None
