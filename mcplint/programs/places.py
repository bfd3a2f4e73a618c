"""The same at other places: what was found once, told with the places of another file or container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label

T = TypeVar("T")


def shape(thing: Any) -> Any:
    """What is left of a value, or of anything made of tuples and mappings, where it does not count where it stands."""
    if isinstance(thing, Span):
        return None
    if isinstance(thing, Label):
        return Label
    if isinstance(thing, EditSite):
        return (thing.span.text, *thing[1:])
    if isinstance(thing, tuple) and not isinstance(thing, Source):
        return (type(thing), *map(shape, thing))
    if isinstance(thing, Mapping):
        return tuple((name, shape(value)) for name, value in thing.items())
    return type(thing), thing


class Moved:
    """What stands where instead, one for one; a class because it grows with each pair of things of the same shape."""

    def __init__(self) -> None:
        self.there: dict[Any, Any] = {}
        self.back: dict[Any, Any] = {}
        self.left: set[Source] = set()

    def learn(self, old: Any, new: Any) -> bool:
        """Takes in where the places of one thing are in another of its shape; False where that is not one for one."""
        if isinstance(old, Span):
            return self._pair(old, new)
        if isinstance(old, Label):
            return self._pair(old, new) and self._pair(old.span, new.span)
        if isinstance(old, Source):
            return True
        if isinstance(old, tuple):
            return all(map(self.learn, old, new))
        return not isinstance(old, Mapping) or all(map(self.learn, old.values(), new.values()))

    def _pair(self, old: Any, new: Any) -> bool:
        if isinstance(old, Span) and old.source is not new.source:
            self.left.add(old.source)
        elif old != new:
            self.left.add(old.source if isinstance(old, Span) else old.span.source)
        return bool(self.there.setdefault(old, new) == new and self.back.setdefault(new, old) == old)

    def told(self, thing: T) -> T:
        """The same at its new places; LookupError where one of them is not known."""
        found: Any = self._told(thing)
        return found  # type: ignore[no-any-return]

    def _told(self, thing: Any) -> Any:
        if isinstance(thing, (Span, Label)) and thing in self.there:
            return self.there[thing]
        if isinstance(thing, Span):
            return self._inside(thing) if thing.source in self.left else thing
        if isinstance(thing, Mapping):
            return {name: self._told(value) for name, value in thing.items()}
        if isinstance(thing, frozenset):
            return frozenset(map(self._told, thing))
        if not isinstance(thing, tuple) or isinstance(thing, Source):
            return thing
        parts = list(map(self._told, thing))
        if all(map(_is, parts, thing)):
            return thing
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)

    def _inside(self, span: Span) -> Span:
        """Where a part of a place stands that is spelled alike in both files."""
        for old, new in self.there.items():
            around = isinstance(old, Span) and old.start <= span.start and span.end <= old.end
            if around and old.source == span.source and old.text == new.text:
                start = new.start + span.start - old.start
                return Span(new.source, start, start + span.end - span.start)
        raise LookupError(span)


def _is(one: object, other: object) -> bool:
    return one is other
