"""What one nginx file says: its directives as a tree, every word with its span."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcplint.text.source import Source, Span
from mcplint.values import Label


class Word(NamedTuple):
    """One argument as nginx understands it: quotes taken off, escapes resolved.

    `span` covers it as written, quotes left outside. `hole`: a template puts in something that the file does not tell.
    `trace`: where its text comes from when a placeholder was filled in.
    """

    text: str
    span: Span
    quoted: bool = False
    hole: bool = False
    trace: tuple[Label, ...] = ()


class Directive(NamedTuple):
    """One directive with the block behind it, or None where it ends with a semicolon.

    `span` runs from its name to its `;` or `}`, `head` from its name to its last argument, `body` between the braces.
    `hole`: a template statement stands here instead of a directive, or decides what stands in this one.
    """

    name: str
    args: tuple[Word, ...]
    span: Span
    head: Span
    block: tuple[Directive, ...] | None = None
    body: Span | None = None
    hole: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of its arguments."""
        return tuple(word.text for word in self.args)

    def walk(self) -> Iterator[Directive]:
        """This directive and all below it, in the order of the file."""
        pending = [self]
        while pending:
            directive = pending.pop()
            yield directive
            pending.extend(reversed(directive.block or ()))


class NginxFile(NamedTuple):
    """One file: its directives, and what nginx would refuse about it, where."""

    source: Source
    directives: tuple[Directive, ...]
    problems: tuple[Label, ...] = ()

    @property
    def context(self) -> str | None:
        """The context that its top level belongs in, as far as it tells: `main`, `http`, `server` or None."""
        names = {directive.name for directive in self.directives if directive.block is not None}
        if names & {"http", "events", "stream", "mail"}:
            return "main"
        if names & {"server", "upstream", "map", "geo", "split_clients"}:
            return "http"
        return "server" if "location" in names else None
