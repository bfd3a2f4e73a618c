"""Keys under which tables keep what mcplint itself notes, each with what becomes of it after branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Writer(Protocol):
    """What is written is written through: a journal, which can take it back."""

    def spend(self, steps: int) -> None: ...
    def put(self, table: Any, name: Any, value: Any) -> None: ...


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

    def first(self, table: Mapping[Any, Any], default: T) -> T:
        """The first thing that a table keeps."""
        return next(iter(self.of(table)), default)

    def add(self, journal: Writer, table: Mapping[Any, Any], *more: T) -> None:
        """Keeps more in a table."""
        kept = self.of(table)
        journal.spend(len(kept) // 16)
        journal.put(table, self, (*kept, *more))

    def merged(self, kept: list[Any]) -> Any:
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

    def merged(self, kept: list[Any]) -> Any:
        return tuple(item for item in kept[0] if all(item in each for each in kept))
