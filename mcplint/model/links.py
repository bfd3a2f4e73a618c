"""How parts are linked, and what nothing linked to."""

from __future__ import annotations

from mcplint.core import Note, Span
from mcplint.record import NamedTuple

MADE, ASSUMED, MISSING, STATED = "made", "assumed", "missing", "stated"


class Link(NamedTuple):
    """From one part to another: the id of the far part or None, how it was found, and why (or why not)."""

    to: str | None
    kind: str
    why: str
    notes: tuple[Note, ...] = ()


class Loose(NamedTuple):
    """A fact that nothing linked to, and why: shown, never judged."""

    id: str
    span: Span
    why: str
    notes: tuple[Note, ...] = ()
