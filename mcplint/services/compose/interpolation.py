"""Compose's `${…}`: texts put together from several files, each part of which knows where it is spelled.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mcplint.commands.room import has_room_for_parts
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import HOLE, EditSite, Label, Value

NAME = r"([_a-zA-Z][_a-zA-Z0-9]*)(:?[-+?])?"
"""A variable, and in braces the operator behind it."""
MAX_NESTED = 20
MAX_LENGTH = 100_000
MAX_RUNS = 200
MAX_TRACE = 20
"""How long a text may grow, of how many parts, and how many steps are remembered of the way to each."""


class Run(NamedTuple):
    """Characters of a text from `start` on that have one origin: `span` where they are spelled just so, or None."""

    start: int
    span: Span | None
    trace: tuple[Label, ...] = ()


class Interpolated(NamedTuple):
    """A text of several files, HOLE where it is unknown, as runs of characters; an empty one has one, for its span."""

    text: str
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, text: str, span: Span | None, trace: tuple[Label, ...] = ()) -> Interpolated:
        """A text of one origin; its characters have spans where the span spells it."""
        return cls(text, (Run(0, span if span and span.text == text else None, trace),))

    @classmethod
    def hole(cls, note: Label) -> Interpolated:
        """A text that is not known, and why."""
        return cls(HOLE, (Run(0, None, (note,)),))

    @classmethod
    def join(cls, parts: Iterable[Interpolated]) -> Interpolated:
        """The parts one after the other; of nothing but empty ones the first stays, for its span."""
        given = tuple(parts)
        runs: list[Run] = []
        length = 0
        for part in given:
            if part.text:
                runs += (run._replace(start=run.start + length) for run in part.runs)
                length += len(part.text)
        return cls("".join(part.text for part in given), tuple(runs) or given[0].runs)

    @property
    def known(self) -> bool:
        return HOLE not in self.text

    def part(self, start: int, end: int | None = None) -> Interpolated:
        """The characters from `start` to `end`."""
        end = len(self.text) if end is None else end
        first = bisect_right(self.runs, start, key=lambda run: run.start) - 1
        runs: list[Run] = []
        for number in range(max(first, 0), len(self.runs)):
            run = self.runs[number]
            if run.start >= end and runs:
                break
            low = max(start, run.start)
            stop = self.runs[number + 1].start if number + 1 < len(self.runs) else len(self.text)
            span = run.span
            if span:
                begin = span.start + low - run.start
                span = span._replace(start=begin, end=begin + max(0, min(end, stop) - low))
            runs.append(Run(low - start, span, run.trace))
        return Interpolated(self.text[start:end], tuple(runs))

    def with_note(self, note: Label) -> Interpolated:
        """The text with one more step of the way to it."""
        return self._replace(runs=tuple(run._replace(trace=(note, *run.trace[:MAX_TRACE])) for run in self.runs))

    def split(self, separator: str) -> tuple[Interpolated, ...]:
        """The parts between the separators."""
        parts, start = [], 0
        for piece in self.text.split(separator):
            parts.append(self.part(start, start + len(piece)))
            start += len(piece) + len(separator)
        return tuple(parts)

    @property
    def trace(self) -> tuple[Label, ...]:
        return tuple(dict.fromkeys(note for run in self.runs for note in run.trace))

    @property
    def span(self) -> Span | None:
        """The span that spells it from end to end, if one does."""
        first = self.runs[0].span
        if first is None:
            return None
        end = first.end
        for run in self.runs[1:]:
            if run.span is None or run.span.source is not first.source or run.span.start != end:
                return None
            end = run.span.end
        return first._replace(end=end)

    @property
    def value(self) -> Value[str]:
        """The text as a value, with a site where one span spells it."""
        if not self.known:
            return Value(None, self.trace, partly=self.text)
        span = self.span
        return Value((self.text,), self.trace, EditSite(span) if span else None)


Lookup = Callable[[str], Interpolated | None]
"""What the files say of a variable, None where they say nothing."""


def located(value: LocatedText) -> Interpolated:
    """A text of one file as one that may have parts of several."""
    ends = (*value.starts[1:], len(value.text))
    spans = (Span(value.source, p, p + e - s) for s, e, p in zip(value.starts, ends, value.offsets, strict=True))
    texts = (value.text[s:e] for s, e in zip(value.starts, ends, strict=True))
    return Interpolated.join(Interpolated.of(text, span) for text, span in zip(texts, spans, strict=True))


def interpolate(text: Interpolated, span: Span, lookup: Lookup, nested: int = 0) -> Interpolated:
    """The text with its variables replaced; `span` is where it stands, for parts that have no span of their own."""
    parts, start, length, runs = [], 0, 0, 0
    while (dollar := text.text.find("$", start)) >= 0:
        if start < dollar:
            parts.append(text.part(start, dollar))
        part, start = _substitute(text, dollar, span, lookup, nested)
        parts.append(part)
        length, runs = length + len(part.text), runs + len(part.runs)
        if (
            length > MAX_LENGTH
            or runs > MAX_RUNS
            or not has_room_for_parts(len(part.runs) + len(part.text) // 50, span)
        ):
            return Interpolated.hole(Label(span, "its variables make more of it than is followed"))
    return Interpolated.join((*parts, text.part(start)) if start < len(text.text) else parts) if parts else text


def _substitute(text: Interpolated, dollar: int, span: Span, lookup: Lookup, nested: int) -> tuple[Interpolated, int]:
    """What a `$` and what belongs to it become, and where that ends."""
    after = text.text[dollar + 1 : dollar + 2]
    if after == "$":
        return Interpolated.of("$", None), dollar + 2
    found = re.compile(NAME).match(text.text, dollar + 1 + (after == "{"))
    name, operator = found.groups("") if found else ("", "")
    if found and after != "{":
        whole = text.part(dollar, found.end(1))
        return lookup(name) or _unset(name, whole.span or span), found.end(1)
    end = _closing(text.text, dollar + 1) if found else -1
    if not found or end < 0 or nested == MAX_NESTED:
        return Interpolated.hole(Label(span, "compose cannot read this `$`")), len(text.text)
    where = text.part(dollar, end).span or span
    if not operator and found.end() != end - 1:
        return Interpolated.hole(Label(where, "compose cannot read this `$`")), end
    argument = text.part(found.end(), end - 1)
    value = lookup(name)
    if _takes_alternative(value, operator):
        return _expand(argument, where, lookup, nested), end
    if operator.endswith("-") and _empty(value, operator):
        default = _expand(argument, where, lookup, nested)
        note = Label(where, f"{name} is {'empty' if value else 'not set in the project'}, so this default applies")
        return default.with_note(note), end
    return value if value is not None else _unset(name, where), end


def _takes_alternative(value: Interpolated | None, operator: str) -> bool:
    """Whether `+` puts its own text in the variable's place."""
    return operator[-1:] == "+" and value is not None and value.known and (operator == "+" or bool(value.text))


def _empty(value: Interpolated | None, operator: str) -> bool:
    """Whether the default of `-` holds: nothing is said of the variable, or with `:-` that it is empty."""
    return value is None or (operator == ":-" and not value.text)


def _expand(argument: Interpolated, span: Span, lookup: Lookup, nested: int) -> Interpolated:
    return interpolate(argument, argument.span or span, lookup, nested + 1)


def _unset(name: str, span: Span) -> Interpolated:
    return Interpolated.hole(Label(span, f"{name} comes from the environment that compose is started in"))


def _closing(text: str, brace: int) -> int:
    """Where the brace that opens at this offset is closed, behind it; -1 where it is not."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, brace):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.end()
    return -1
