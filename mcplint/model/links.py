"""How parts are linked, and what nothing linked to."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.values import Label

MADE, ASSUMED, MISSING, STATED = "made", "assumed", "missing", "stated"


class Link(NamedTuple):
    """From one part to another: the id of the far part or None, how it was found, and why (or why not)."""

    to: str | None
    kind: str
    why: str
    notes: tuple[Label, ...] = ()


class Unfollowed(NamedTuple):
    """A start that may be an MCP server's and cannot be followed, and why.

    `unread`: because of a file that is told as unreadable.
    """

    id: str
    span: Span
    why: str
    notes: tuple[Label, ...] = ()
    unread: bool = False


class Loose(NamedTuple):
    """A fact that nothing linked to, and why: shown, never judged."""

    id: str
    span: Span
    why: str
    notes: tuple[Label, ...] = ()
