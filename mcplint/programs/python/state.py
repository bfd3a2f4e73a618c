"""What mcplint itself notes in a run and on its objects: each kind of note says what becomes of it after branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from mcplint.model import Endpoint, Server, Write
    from mcplint.programs.python.journal import Journal
    from mcplint.programs.python.machine import Args
    from mcplint.programs.python.values import Table
    from mcplint.values import Label

T = TypeVar("T")


class Noted(Generic[T]):
    """A key under which tables keep several things; after branches, what any of them keeps. No program can spell it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def of(self, table: Mapping[Any, Any]) -> tuple[T, ...]:
        """What a table keeps, nothing where it has no such key."""
        found: tuple[T, ...] = table.get(self, ())
        return found

    def one(self, table: Mapping[Any, Any], default: T) -> T:
        """The first thing that a table keeps."""
        return next(iter(self.of(table)), default)

    def add(self, journal: Journal, table: Table, *more: T) -> None:
        """Keeps more in a table."""
        kept = self.of(table)
        journal.spend(len(kept) // 16)
        journal.put(table, self, (*kept, *more))

    def joined(self, kept: list[Any]) -> Any:
        """What a table keeps after branches that leave it so."""
        return tuple({_identity(item): item for each in kept for item in each}.values())


def _identity(item: object) -> object:
    try:
        hash(item)
    except TypeError:
        return id(item)
    return item


class NotedByAll(Noted[T]):
    """A key whose things are, after branches, those that all of them keep."""

    def joined(self, kept: list[Any]) -> Any:
        return tuple(item for item in kept[0] if all(item in each for each in kept))


# Of the run.
BACKGROUND: Noted[Server] = Noted("servers that run beside the rest of the program")
PRINTED: Noted[Label] = Noted("writes to standard output on some way to here")
SURELY_PRINTED: NotedByAll[Label | bool] = NotedByAll("the writes that every way to here has, True where each has some")
WRITTEN: NotedByAll[Write] = NotedByAll("files and folders that are written on every way to here")
DIVERTED: Noted[bool] = Noted("standard output leads elsewhere")
RUNNING: Noted[Any] = Noted("applications and session managers whose lifespan runs")
UNSURE: Noted[bool] = Noted("something unknown may run a lifespan")
TRANSPORTS: Noted[Any] = Noted("transports that are made")
APPS: Noted[Any] = Noted("applications of servers that are made")

# Of an object.
CALL: Noted[Args] = Noted("arguments of the call that made it")
MADE: Noted[str] = Noted("classes of libraries whose constructor has run")
MEMBER: Noted[type | None] = Noted("member of an enumeration, and of which plain type")
MAKER: Noted[Any] = Noted("what a decorator was told")

# Of a function or class.
PROPERTY: Noted[bool] = Noted("property")
STATIC: Noted[bool] = Noted("staticmethod")
CLASS: Noted[bool] = Noted("classmethod")
FIELDS: Noted[bool] = Noted("dataclass")
VALIDATES: Noted[tuple[str, tuple[str, ...]]] = Noted("validator, and of which fields")
TAKES_CONTEXT: Noted[bool] = Noted("takes the context of its command")

# Of a server, an application or its parts.
ROUTES: Noted[Endpoint] = Noted("routes beside the MCP endpoint")
OWN_MIDDLEWARE: Noted[Any] = Noted("middleware of the server")
OUTER: Noted[Any] = Noted("server around a low-level one")
INNER: Noted[Any] = Noted("low-level server inside")
SERVED: Noted[Server] = Noted("what an endpoint serves")
SERVER: Noted[Any] = Noted("server of an endpoint or session manager")
APPLICATION: Noted[Any] = Noted("application of an endpoint")
ADDED_MIDDLEWARE: Noted[Any] = Noted("middleware, innermost first")
STARTUP: Noted[Any] = Noted("functions that run at start-up")
HIDDEN: Noted[bool] = Noted("may have more than is known")

# Of a parser of the command line.
OPTIONS: Noted[Any] = Noted("options")
DEFAULTS: Noted[tuple[str, Any]] = Noted("defaults by destination")
PARSER_GROUPS: Noted[Any] = Noted("groups of sub-commands")
COMMANDS: Noted[tuple[Any, Any]] = Noted("sub-commands by name")
GROUP: Noted[tuple[bool, bool]] = Noted("whether it is a group, and runs without a sub-command")
CALLBACK: Noted[tuple[Any, bool]] = Noted("function before sub-commands, and whether it runs alone")
