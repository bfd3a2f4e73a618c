"""Recipes that a task runner fills in before a shell runs them: what their references stand for, and their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.scripts import NO_PROGRAM, from_lines
from mcplint.commands.words import Words
from mcplint.programs.start import NoStart
from mcplint.text.located import LocatedText
from mcplint.values import HOLE, Value

Replaced = tuple[int, int, str]
"""Where a reference begins and ends in a text, and what stands there then."""
LONGEST, MOST_TEXT = 10_000, 100_000
_TOO_LONG = f"its recipe has more than {MOST_TEXT:,} characters"
_OPEN = re.compile(rf"{HOLE}|\$\{{")


def with_references(text: LocatedText, references: Iterable[Replaced]) -> LocatedText:
    """A text with what its references stand for, each placed where the reference is written."""
    pieces: list[tuple[str, int]] = []
    at = length = 0
    for start, end, given in references:
        pieces += text.part(at, start).pieces() if at < start else ()
        length += len(given)
        stands = given if length <= LONGEST else HOLE
        pieces.append((stands[:1], text.source_offset(start)))
        pieces += ((each, text.source_offset(end - 1)) for each in stands[1:])
        at = end
    rest = text.part(at).pieces() if at < len(text.text) else ()
    return LocatedText.join(text.source, (*pieces, *rest), text.source_offset(0))


def text_with_references(text: str, references: Iterable[Replaced]) -> str:
    """A plain text with what its references stand for."""
    found, at = "", 0
    for start, end, given in references:
        found = bounded(found + text[at:start] + given)
        at = end
    return bounded(found + text[at:])


def bounded(text: str) -> str:
    """A text, unknown where it grows without measure."""
    return text if len(text) <= LONGEST else HOLE


def read(name: str, context: ExecContext, default: str | None = None, modifier: str = "-") -> str:
    """What a variable of the environment stands for: as a shell reads it, or its default where none is set."""
    if default is not None and context.variable(name).must_be(None):
        return default
    if default is None:
        return f"${{{name}}}"
    return HOLE if re.search(rf"[{{}}{HOLE}]", default) else f"${{{name}{modifier}{default}}}"


def last(backwards: Iterable[LocatedText], context: ExecContext, arguments: Words = ()) -> Step:
    """What the last of some lines starts, handed over from the last one on; each has a shell of its own."""
    room = MOST_TEXT
    for line in backwards:
        room -= len(line.text)
        if room < 0:
            return context.none(_TOO_LONG)
        step = from_lines(line, context, arguments)
        if not isinstance(step, NoStart) or step.why != NO_PROGRAM:
            return step
    return context.none(NO_PROGRAM)


def script(lines: Iterable[LocatedText], context: ExecContext, arguments: Words = ()) -> Step:
    """What lines start that one shell reads."""
    found, length = list[LocatedText](), 0
    for line in lines:
        found.append(line)
        length += len(line.text)
        if length > MOST_TEXT:
            return context.none(_TOO_LONG)
    pieces = [piece for line in found for piece in line.pieces()]
    return from_lines(LocatedText.join(found[0].source, pieces, found[0].source_offset(0)), context, arguments)


def with_variables(context: ExecContext, names: Mapping[str, Value[str]]) -> ExecContext:
    """A context with more variables in the environment; what is not known there may be anything."""
    sets = {name: value._replace(options=None) if value.may(_OPEN.search) else value for name, value in names.items()}
    return context._replace(sets={**context.sets, **sets})
