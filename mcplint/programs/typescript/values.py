"""What an expression of a TypeScript program can stand for: constants, and objects, which have an identity.

Constants are Python's own (None is `null`), arrays are sequences; everything else is one of the classes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from mcplint.facts.typescript import Script
from mcplint.programs.noted import Noted
from mcplint.programs.values import (
    ABSENT,
    OPEN,
    Abstract,
    Entries,
    External,
    Kept,
    Scope,
    Sequence,
    Table,
    known,
    same_for_all,
    union,
    unknown,
)
from mcplint.text.source import Span
from mcplint.values import Label

if TYPE_CHECKING:
    from tree_sitter import Node


class _Undefined:
    """The one value `undefined`."""

    def __repr__(self) -> str:
        return "undefined"


class _Unset:
    """A variable that no file sets: defaults stand in for it, and whoever starts the program may set it."""

    def __repr__(self) -> str:
        return "unset"


UNDEFINED, UNSET = _Undefined(), _Unset()
ENVIRON: Any = object()
"""The key of an object that has all variables of the environment besides its own properties."""
NOTHING = (UNDEFINED, UNSET, ABSENT)
"""What a default stands in for."""
PROXY = "Proxy"
TARGET, GET = Kept("what a proxy stands for"), Kept("what reads its properties")
CONSTANTS = (str, int, float, bool, type(None), _Undefined)


class Frame(Scope):
    """The names of a module, a block or a call; `parent` is the scope around it.

    `this`: of a call that has one of its own. `owner`: the class in which the function of the call is written.
    """

    __slots__ = ("depth", "owner", "package", "this")

    def __init__(self, package: Package, parent: Self | None, this: Abstract | None = None) -> None:
        self.package, self.parent, self.this = package, parent, this
        self.names = Table()
        self.owner: Class | None = None
        self.depth: int = parent.depth + 1 if parent else 0

    def receiver(self) -> Frame | None:
        """The innermost call that has a `this` of its own."""
        scope: Frame | None = self
        while scope is not None and scope.this is None:
            scope = scope.parent
        return scope


class Package:
    """A module of the project as it is run: what it exports, by name.

    `exports`: a name to the scope's own name, or to what another module exports by a name. `stars`: the modules all of
    whose names it exports. `labels`, `constants`: what was said of nodes before, by their identity.
    """

    __slots__ = ("constants", "exports", "fact", "frame", "labels", "stars")

    def __init__(self, fact: Script) -> None:
        self.fact = fact
        self.frame = Frame(self, None)
        self.exports = Table()
        self.stars: list[Any] = []
        self.labels: dict[tuple[int, str], Label] = {}
        self.constants: dict[int, Abstract] = {}


class Function:
    """A function of the project; `this` is bound where it is an arrow function or was bound."""

    __slots__ = ("node", "owner", "scope", "table", "this")

    def __init__(self, node: Node, scope: Frame, this: Abstract | None = None) -> None:
        self.node, self.scope, self.this = node, scope, this
        self.owner: Class | None = None
        self.table = Table()

    @property
    def arrow(self) -> bool:
        return self.node.type == "arrow_function"


class Method:
    """A method of a library's object or of a plain value, by its dotted name."""

    __slots__ = ("owner", "path")

    def __init__(self, owner: Any, path: str) -> None:
        self.owner, self.path = owner, path


class Class:
    """A class of the project; `base` is another one, or a library's."""

    __slots__ = ("base", "methods", "node", "scope", "table")

    def __init__(self, node: Node, scope: Frame, base: Any) -> None:
        self.node, self.scope, self.base = node, scope, base
        self.methods: dict[str, Function] = {}
        self.table = Table()

    def find(self, name: str) -> Function | None:
        """The method of a name, of this class or of the nearest above it that has one."""
        for each in self.lineage():
            if name in each.methods:
                return each.methods[name]
        return None

    def lineage(self) -> list[Class]:
        """The class and those of the project above it, nearest first."""
        found: list[Class] = []
        each: Any = self
        while isinstance(each, Class) and each not in found and len(found) < 50:
            found.append(each)
            each = each.base
        return found

    @property
    def library(self) -> str | None:
        """The library's class that it extends, if any."""
        base = self.lineage()[-1].base
        return base.path if isinstance(base, External) else None


class Object:
    """An object: a literal (kind None), an instance of a class of the project, or of a library's by its dotted name.

    `span`: the expression that makes it.
    """

    __slots__ = ("kind", "span", "table")

    def __init__(
        self, kind: Class | External | None, span: Span | None, names: Mapping[Any, Any] | None = None
    ) -> None:
        self.kind, self.span = kind, span
        self.table = Entries(names or {})

    @property
    def library(self) -> str | None:
        """The library's class that it is made of."""
        if isinstance(self.kind, External):
            return self.kind.path
        return self.kind.library if self.kind else None

    @property
    def open(self) -> bool:
        """Whether it may have properties that are not known."""
        return bool(self.table.get(OPEN)) or ENVIRON in self.table

    def names(self) -> list[str]:
        """The names of its known properties, in their order."""
        return [name for name in self.table if isinstance(name, str)]


class Wrapped:
    """What an unknown function makes of functions that it is given: `asyncHandler(fn)`."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Abstract, ...]) -> None:
        self.values = values


class PathTest:
    """Whether the path of a request is, or begins with, a text: the result of a comparison that nobody knows yet."""

    __slots__ = ("exact", "methods", "negated", "paths")

    def __init__(self, paths: tuple[str, ...], exact: bool = True, negated: bool = False) -> None:
        self.paths, self.exact, self.negated = paths, exact, negated


ARGUMENTS: Noted[Any] = Noted("arguments of the call that made it")


def prop(value: Abstract, name: str, default: Abstract | None = None) -> Abstract:
    """A property of what should be a literal object; the default where it is not given."""
    if value.options is None:
        return unknown(*value.trace)
    found = [_property(option, name, default) for option in value.options]
    return union(found) if found else unknown()


def _property(option: Any, name: str, default: Abstract | None) -> Abstract:
    absent = default if default is not None else known(UNDEFINED)
    if option in NOTHING or option is None:
        return absent
    if not isinstance(option, Object):
        return unknown()
    if name not in option.table:
        return unknown() if option.open else absent
    found: Abstract = option.table[name]
    if found.options is None or not any(each in NOTHING for each in found.options):
        return found
    kept = tuple(each for each in found.options if each not in NOTHING)
    return union([absent, found._replace(options=kept)]) if kept else absent


def truth(option: Any) -> bool | None:
    """Whether an option counts as true; None where that cannot be told."""
    if option is UNDEFINED or option is None or option is ABSENT:
        return False
    if isinstance(option, float) and option != option:
        return False
    if isinstance(option, (str, int, float, bool)):
        return bool(option)
    if isinstance(option, (External, Wrapped, PathTest, _Unset)):
        return None
    return True


def verdict(value: Abstract) -> bool | None:
    """Whether a value counts as true, whatever it turns out to be; None where it may be either."""
    return same_for_all(value, truth)


def array(*items: Abstract) -> Sequence:
    """An array of known length."""
    return Sequence("list", items)


def elements(value: Abstract) -> tuple[Abstract, ...] | None:
    """The elements of an array, None where they are not all known."""
    only = value.only
    return only.items if isinstance(only, Sequence) else None


def as_list(value: Abstract) -> tuple[Abstract, ...]:
    """The elements of a list; one thing is a list of itself."""
    found = elements(value)
    return found if found is not None else (value,)


def js_text(option: Any) -> str | None:
    """A constant as JavaScript puts it into a text, None for anything else."""
    match option:
        case bool():
            return "true" if option else "false"
        case None:
            return "null"
        case str():
            return option
        case float() if option != option:
            return "NaN"
        case float() if option.is_integer() and abs(option) < 1e21:
            return str(int(option))
        case int() | float():
            return str(option)
    return "undefined" if option is UNDEFINED else None


def number(option: Any) -> float | int | None:
    """What `Number()` makes of a constant; NaN where it is none, None where that cannot be told."""
    match option:
        case bool():
            return int(option)
        case int() | float():
            return option
        case None:
            return 0
        case str():
            text = option.strip()
            try:
                return int(text, 0) if text[:2].lower() in ("0x", "0b", "0o") else int(text or "0")
            except ValueError:
                pass
            try:
                return float(text) if len(text) < 60 and "_" not in text and "n" not in text.lower() else float("nan")
            except ValueError:
                return float("nan")
    return float("nan") if option is UNDEFINED else None
