"""What a configuration file of HAProxy says by itself: its sections and their lines, word by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.text.source import Source, Span


class Word(NamedTuple):
    """One word, quotes and escapes resolved; `open`: a variable of the environment stands in it."""

    text: str
    span: Span
    open: bool = False


class Line(NamedTuple):
    """A keyword and its arguments; the span covers them all."""

    words: tuple[Word, ...]
    span: Span

    @property
    def name(self) -> str:
        return self.words[0].text

    @property
    def args(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words[1:])


class Section(NamedTuple):
    """A `defaults`, `frontend`, `backend`, `listen` or other section: its first line, and those below it by keyword."""

    head: Line
    lines: Mapping[str, tuple[Line, ...]]

    @property
    def kind(self) -> str:
        return self.head.name

    @property
    def name(self) -> str:
        """Its name, empty where it has none."""
        return self.head.args[0] if self.head.args else ""

    def of(self, *names: str) -> tuple[Line, ...]:
        """The lines that begin with these keywords."""
        return tuple(line for name in names for line in self.lines.get(name, ()))


class HaproxyFile(NamedTuple):
    """A configuration file; `conditional`: parts of it may be left out (`.if`)."""

    source: Source
    sections: tuple[Section, ...]
    conditional: bool = False
