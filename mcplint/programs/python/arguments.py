"""The arguments of a call, as it is written and as its values are."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.python import Module
from mcplint.programs.values import Abstract, known, noted, unknown
from mcplint.text.source import Span
from mcplint.values import Label


class Args(NamedTuple):
    """The arguments of a call. `open`: there may be more, from an unpacked value that is not known.

    `written`: the keywords of the call as they are written, by name.
    """

    positional: tuple[Abstract, ...] = ()
    keywords: Mapping[str, Abstract] = {}
    node: ast.Call | None = None
    module: Module | None = None
    open: bool = False
    opening: tuple[Label, ...] = ()
    written: Mapping[str | None, ast.keyword] = {}

    @property
    def span(self) -> Span | None:
        return self.module.kept_span(self.node) if self.module and self.node else None

    @property
    def notes(self) -> tuple[Label, ...]:
        """The call as a note, or nothing where no text makes it."""
        span = self.span
        return (Label(span, "called here"),) if span else ()

    def find(self, index: int | None, name: str) -> Abstract | None:
        """The argument at a position or of a name, read where it is given; None where it is not given."""
        if name in self.keywords:
            return self.as_keyword(name, self.keywords[name])
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return unknown(*self.opening) if self.open else None

    def get(self, index: int | None, name: str, default: Abstract | None = None) -> Abstract:
        """The argument, or what holds without it."""
        found = self.find(index, name)
        return found if found is not None else known(None) if default is None else default

    def as_keyword(self, name: str, value: Abstract) -> Abstract:
        """The value as it is read at the keyword that gives it."""
        span = self.keyword_span(name)
        if span is None or (value.trace and _is_inside(value.trace[0].span, span)):
            return value
        return noted(value, Label(span, f"`{name}` passed here"))

    def keyword_span(self, name: str) -> Span | None:
        """Where the keyword of this name stands."""
        found = self.written.get(name)
        return self.module.span(found) if found and self.module else None


def _is_inside(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end
