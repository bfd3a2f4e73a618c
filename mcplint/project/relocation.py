"""What was found in one file or container, with the spans of another one that is alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label

T = TypeVar("T")
_PLAIN = frozenset({str, int, bool, float, bytes, type(None)})
"""What holds no spans: looked at first, as most things are."""


def without_spans(thing: Any) -> Any:
    """A value, or anything made of tuples and mappings, without its spans, as equal texts may stand elsewhere."""
    if isinstance(thing, Span):
        return None
    if isinstance(thing, Label):
        return Label
    if isinstance(thing, EditSite):
        return (thing.span.text, *thing[1:])
    if isinstance(thing, tuple) and not isinstance(thing, Source):
        return (type(thing), *map(without_spans, thing))
    if isinstance(thing, Mapping):
        return tuple((name, without_spans(value)) for name, value in thing.items())
    return type(thing), thing


class Relocation:
    """Which span stands for which other one, one for one; a class because it grows with each pair of things.

    `new`: by the old span, `old`: by the new one. `sources`: the files of old spans.
    """

    def __init__(self) -> None:
        self.new: dict[Any, Any] = {}
        self.old: dict[Any, Any] = {}
        self.sources: set[Source] = set()

    def pair(self, old: Any, new: Any) -> bool:
        """Pairs the spans of one thing with those of another of its shape; False where that is not one for one."""
        if isinstance(old, Span):
            return self._pair(old, new)
        if isinstance(old, Label):
            return self._pair(old, new) and self._pair(old.span, new.span)
        if isinstance(old, Source):
            return True
        if isinstance(old, tuple):
            return all(map(self.pair, old, new))
        if type(old) in _PLAIN:
            return True
        return not isinstance(old, Mapping) or all(map(self.pair, old.values(), new.values()))

    def _pair(self, old: Any, new: Any) -> bool:
        if isinstance(old, Span) and old.source is not new.source:
            self.sources.add(old.source)
        elif old != new:
            self.sources.add(old.source if isinstance(old, Span) else old.span.source)
        return bool(self.new.setdefault(old, new) == new and self.old.setdefault(new, old) == old)

    def relocated(self, thing: T) -> T:
        """A thing with its new spans; LookupError where one of them is not known."""
        found: Any = self._relocated(thing) if self.sources else thing
        return found  # type: ignore[no-any-return]

    def _relocated(self, thing: Any) -> Any:
        if type(thing) in _PLAIN:
            return thing
        if isinstance(thing, (Span, Label)) and thing in self.new:
            return self.new[thing]
        if isinstance(thing, Span):
            return self._relocated_inside(thing) if thing.source in self.sources else thing
        if isinstance(thing, frozenset):
            return frozenset(map(self._relocated, thing))
        if not isinstance(thing, tuple):
            return (
                {name: self._relocated(value) for name, value in thing.items()} if isinstance(thing, Mapping) else thing
            )
        if isinstance(thing, Source):
            return thing
        parts = list(map(self._relocated, thing))
        if all(map(_is_same, parts, thing)):
            return thing
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)

    def _relocated_inside(self, span: Span) -> Span:
        """Where a part of a span stands that is spelled alike in both files."""
        for old, new in self.new.items():
            around = isinstance(old, Span) and old.start <= span.start and span.end <= old.end
            if around and old.source == span.source and old.text == new.text:
                start = new.start + span.start - old.start
                return Span(new.source, start, start + span.end - span.start)
        raise LookupError(span)


def _is_same(one: object, other: object) -> bool:
    return one is other
