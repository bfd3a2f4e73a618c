"""How much text is read as commands: of one, and of all in a run. What is more is given up, and that is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sized
from contextvars import ContextVar

from mcplint.findings import NOTE, WARNING, NotFollowed
from mcplint.text.source import Span

MOST, MOST_COMMANDS, MOST_OF_ALL = 100_000, 5_000, 400_000
MOST_WORDS, MOST_WORDS_OF_ALL, FEW_WORDS = 5_000, 50_000, 50
"""Words of a command that is a list of them, of all such lists, and of one that is too short to be counted."""
MOST_PARTS = 300_000
"""Parts of texts that variables put together, in a run; fifty characters of them count as one."""
LONG = f"more than {MOST:,} characters or {MOST_COMMANDS:,} lines"
TOO_LONG = f"its command has {LONG}, or all commands together have more than {MOST_OF_ALL:,} characters"
TOO_MANY_BRANCHES = "the shell has too many branches to follow"
MORE_VARIABLES = "more variables inside of others than are followed"
BRANCHES = "a command with more branches than are followed"
TOO_MANY_WORDS = f"its command has more than {MOST_WORDS:,} words, or all together more than {MOST_WORDS_OF_ALL:,}"


class Room:
    """What is left of it in a run. A class because each text that is read takes some, once."""

    def __init__(self) -> None:
        self._left, self._words_left, self._parts_left = MOST_OF_ALL, MOST_WORDS_OF_ALL, MOST_PARTS
        self._read = set[str]()
        self._given_up = dict[str, tuple[Span, str]]()

    def reserve(self, text: str, span: Span) -> bool:
        """Whether there is room for a text, which stands there."""
        if text in self._read:
            return True
        if text in self._given_up or _is_long(text) or len(text) > self._left:
            self.gives_up(text, span, f"a command of {LONG}" if _is_long(text) else "more commands than are followed")
            return False
        self._read.add(text)
        self._left -= len(text)
        return True

    def reserve_words(self, count: int, span: Span) -> bool:
        """Whether there is room for so many words, which stand there; each container has its own of a shared list."""
        if FEW_WORDS < count <= self._words_left and count <= MOST_WORDS:
            self._words_left -= count
        elif count > FEW_WORDS:
            long = f"a command of more than {MOST_WORDS:,} words"
            self.gives_up(span.text, span, long if count > MOST_WORDS else "more words of commands than are followed")
            return False
        return True

    def reserve_parts(self, count: int, span: Span) -> bool:
        """Whether there is room for a text of so many parts, which variables put together there."""
        if count > self._parts_left:
            self.gives_up(MORE_VARIABLES, span, MORE_VARIABLES)
            return False
        self._parts_left -= count
        return True

    def gives_up(self, text: str, span: Span, why: str) -> None:
        """Keeps that a text is not followed."""
        self._given_up.setdefault(text, (span, why))

    def given_up(self, starts: Collection[str]) -> Iterator[NotFollowed]:
        """What is not followed; `starts`: why starts that may be servers' are not followed."""
        for span, why in self._given_up.values():
            harmless = why == BRANCHES and TOO_MANY_BRANCHES not in starts
            yield NotFollowed(span.head, f"has {why}", NOTE if harmless else WARNING)


def _is_long(text: str) -> bool:
    """Whether a text by itself is too long; each operator of a shell and each end of a line may end a command."""
    return len(text) > MOST or (len(text) > MOST_COMMANDS and sum(map(text.count, "\n;&|")) > MOST_COMMANDS)


ROOM: ContextVar[Room] = ContextVar("room")
"""That of the run that is going on."""


def open_room() -> Room:
    """A room for a run that begins."""
    room = Room()
    ROOM.set(room)
    return room


def has_room(text: str, span: Span) -> bool:
    """Whether there is room for a text in the run that is going on."""
    room = ROOM.get(None)
    return not _is_long(text) if room is None else room.reserve(text, span)


def has_room_for_words(words: Sized, span: Span) -> bool:
    """Whether there is room for a command that is a list of words, which stands there."""
    room = ROOM.get(None)
    return len(words) <= MOST_WORDS if room is None else room.reserve_words(len(words), span)


def has_room_for_parts(count: int, span: Span) -> bool:
    """Whether there is room for a text of so many parts, which variables put together there."""
    room = ROOM.get(None)
    return room is None or room.reserve_parts(count, span)


def branches_too_often(text: str, span: Span) -> str:
    """Why a text that reserve more ways than are followed starts nothing that is known, which the run will say."""
    room = ROOM.get(None)
    if room is not None:
        room.gives_up(text, span, BRANCHES)
    return TOO_MANY_BRANCHES
