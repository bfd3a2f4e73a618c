"""The words of a command, each with the span where it is written."""

from __future__ import annotations

from mcplint.text.source import Span
from mcplint.values import HOLE, Value

Words = tuple[Value[str], ...]


def text(word: Value[str]) -> str | None:
    """A word that is known."""
    return word.only if isinstance(word.only, str) else None


def span_of(word: Value[str], fallback: Span) -> Span:
    """The span that decides a word."""
    return word.span or fallback


def word_span(word: Value[str]) -> Span:
    """The span of the command where a word stands, its quotes included; the trace of every word begins with it."""
    return word.trace[0].span


def known_front(word: Value[str]) -> str:
    """The text of a word as far as its front is known, HOLE where it goes on unknown; else as it is written."""
    return word.partly if word.partly and not word.partly.startswith(HOLE) else spelled(word)


def spelled(word: Value[str]) -> str:
    """The text of a word, as it is written where it is not known."""
    found = text(word)
    return found if found is not None else word_span(word).text.strip("\"'") if word.trace else "$"
