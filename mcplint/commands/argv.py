"""A command as a list of words, each with the place where it is written."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.values import Label, Value


class Argv(NamedTuple):
    """A command as a platform hands it to the container: no shell, unless its first word is one.

    `words` is None where its number of words cannot be told; a word has a slot where its own text spells it.
    No words at all: what the image says is emptied. `span` covers the command as it is written.
    """

    words: tuple[Value[str], ...] | None
    span: Span
    trace: tuple[Label, ...] = ()

    @property
    def value(self) -> Value[tuple[str, ...]]:
        """All words as one value, known where each of them is."""
        trace = self.trace + tuple(note for word in self.words or () for note in word.trace if note not in self.trace)
        if self.words is None or any(word.options is None or len(word.options) != 1 for word in self.words):
            return Value(None, trace)
        return Value((tuple(word.options[0] for word in self.words if word.options),), trace)
