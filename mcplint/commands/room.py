"""How much text is read as commands: of one, and of all in a run. What is more is given up, and that is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar

from mcplint.findings import WARNING, NotFollowed
from mcplint.text.source import Span

MOST, MOST_OF_ALL = 100_000, 400_000
TOO_LONG = f"its command has more than {MOST:,} characters, or all commands together have more than {MOST_OF_ALL:,}"


class Room:
    """What is left of it in a run. A class because each text that is read takes some, once."""

    def __init__(self) -> None:
        self._left = MOST_OF_ALL
        self._read = set[str]()
        self._given_up = dict[str, Span]()

    def takes(self, text: str, span: Span) -> bool:
        """Whether there is room for a text, which stands there."""
        if text in self._read:
            return True
        if text in self._given_up or len(text) > min(MOST, self._left):
            self._given_up.setdefault(text, span)
            return False
        self._read.add(text)
        self._left -= len(text)
        return True

    def given_up(self) -> Iterator[NotFollowed]:
        """What had no room."""
        for text, span in self._given_up.items():
            why = (
                f"a command of more than {MOST:,} characters" if len(text) > MOST else "more commands than are followed"
            )
            yield NotFollowed(span.head, f"has {why}", WARNING)


ROOM: ContextVar[Room] = ContextVar("room")
"""That of the run that is going on."""


def opened() -> Room:
    """A room for a run that begins."""
    room = Room()
    ROOM.set(room)
    return room


def fits(text: str, span: Span) -> bool:
    """Whether there is room for a text in the run that is going on."""
    room = ROOM.get(None)
    return len(text) <= MOST if room is None else room.takes(text, span)
