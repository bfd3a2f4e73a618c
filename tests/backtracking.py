"""A matcher of regular expressions that backtracks as Python's does and counts its steps."""

from __future__ import annotations

import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Callable, Iterable
from typing import Any

Matcher = Callable[[int], int]
"""What matches at an offset of the text: the offset where it ends, -1 where it does not match."""

CHARACTERS = {kinds.LITERAL, kinds.NOT_LITERAL, kinds.ANY, kinds.IN}
REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}
BOUND = 10
"""How often a repeat with a bound repeats here at most: what it costs for a text of any length is the same."""
DEPTH = 200_000
"""Frames that a repeat of a group may take: one iteration takes some ten."""


class Backtracking:
    """A pattern as it is asked: `search` for all its matches, `match` or `fullmatch`."""

    def __init__(self, pattern: re.Pattern[Any], way: str = "match") -> None:
        self.bytes = isinstance(pattern.pattern, bytes)
        tree = parser.parse(pattern.pattern, pattern.flags if not self.bytes else pattern.flags & ~re.UNICODE)
        self.way, self.state = way, tree.state
        self.text, self.taken = "", 0
        self.groups: dict[int, tuple[int, int]] = {}
        self.whole = self.chain(tree, self.at_end if way == "fullmatch" else self.done, tree.state.flags)

    def steps(self, text: str) -> int:
        """The steps that asking takes."""
        self.taken, start = 0, 0
        while start <= len(text):
            self.taken += 1
            end = self.ends(text, start)
            start = max(start + 1, end) if self.way == "search" else len(text) + 1
        return self.taken

    def ends(self, text: str, start: int) -> int:
        """Where a match ends that begins at an offset, -1 where none does."""
        self.text, limit = text, sys.getrecursionlimit()
        self.groups.clear()
        sys.setrecursionlimit(DEPTH)
        try:
            return self.whole(start)
        finally:
            sys.setrecursionlimit(limit)

    def done(self, at: int) -> int:
        return at

    def at_end(self, at: int) -> int:
        return at if at == len(self.text) else -1

    def chain(self, items: Iterable[Any], then: Matcher, flags: int) -> Matcher:
        for kind, given in reversed(list(items)):
            then = self.one(kind, given, then, flags)
        return then

    def alone(self, kind: Any, given: Any, flags: int) -> Callable[[int], bool]:
        """Whether an item that needs one character or none matches at an offset."""
        part = parser.SubPattern(self.state, [(kind, given)])
        part = compiler.compile(part, flags)
        if kind is kinds.AT:
            return lambda at: part.match(self.text.encode("latin-1") if self.bytes else self.text, at) is not None
        known: dict[str, bool] = {}

        def is_of(at: int) -> bool:
            if at >= len(self.text):
                return False
            if (each := self.text[at]) not in known:
                known[each] = part.fullmatch(each.encode("latin-1") if self.bytes else each) is not None
            return known[each]

        return is_of

    def one(self, kind: Any, given: Any, then: Matcher, flags: int) -> Matcher:
        """What matches an item and then the rest."""
        if kind in CHARACTERS or kind is kinds.AT:
            return self.character(self.alone(kind, given, flags), kind is not kinds.AT, then)
        if kind in REPEATS:
            least, most, inner = given
            least, most = min(least, BOUND), most if most is kinds.MAXREPEAT else min(most, BOUND)
            if len(inner) == 1 and inner[0][0] in CHARACTERS:
                return self.characters(kind, least, most, self.alone(*inner[0], flags), then)
            if kind is kinds.POSSESSIVE_REPEAT:
                return self.atomic(self.repeat(kind, least, most, inner, self.done, flags), then)
            return self.repeat(kind, least, most, inner, then, flags)
        if kind is kinds.BRANCH:
            return self.branch([self.chain(each, then, flags) for each in given[1]])
        if kind is kinds.SUBPATTERN:
            group, add, remove, inner = given
            return self.group(group, inner, then, (flags | add) & ~remove)
        if kind is kinds.ATOMIC_GROUP:
            return self.atomic(self.chain(given, self.done, flags), then)
        if kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            return self.look(given, kind is kinds.ASSERT, then, flags)
        if kind is kinds.GROUPREF:
            return self.again(given, then)
        if kind is kinds.GROUPREF_EXISTS:
            held, else_ = (self.chain(each or (), then, flags) for each in given[1:])
            return lambda at: (held if given[0] in self.groups else else_)(at)
        raise NotImplementedError(kind)

    def character(self, is_of: Callable[[int], bool], width: int, then: Matcher) -> Matcher:
        def match(at: int) -> int:
            self.taken += 1
            return then(at + width) if is_of(at) else -1

        return match

    def characters(self, kind: Any, least: int, most: Any, is_of: Callable[[int], bool], then: Matcher) -> Matcher:
        """A repeat of one character, without a frame for each."""

        def match(at: int) -> int:
            end, wanted = at, least if kind is kinds.MIN_REPEAT else most
            while (wanted is kinds.MAXREPEAT or end - at < wanted) and is_of(end):
                end += 1
            self.taken += 1 + end - at
            if end - at < least:
                return -1
            if kind is kinds.POSSESSIVE_REPEAT:
                return then(end)
            while True:
                self.taken += 1
                if (found := then(end)) >= 0:
                    return found
                if kind is kinds.MAX_REPEAT:
                    if (end := end - 1) < at + least:
                        return -1
                elif (most is not kinds.MAXREPEAT and end - at >= most) or not is_of(end):
                    return -1
                else:
                    end += 1

        return match

    def repeat(self, kind: Any, least: int, most: Any, inner: Any, then: Matcher, flags: int) -> Matcher:
        waiting: list[tuple[int, int]] = []

        def resume(at: int) -> int:
            start, times = frame = waiting.pop()
            found = -1 if at == start and times >= least else attempt(at, times + 1)
            waiting.append(frame)
            return found

        body = self.chain(inner, resume, flags)

        def more(at: int, times: int) -> int:
            if most is not kinds.MAXREPEAT and times >= most:
                return -1
            waiting.append((at, times))
            found = body(at)
            waiting.pop()
            return found

        def attempt(at: int, times: int) -> int:
            self.taken += 1
            if times < least:
                return more(at, times)
            if kind is kinds.MIN_REPEAT:
                return found if (found := then(at)) >= 0 else more(at, times)
            return found if (found := more(at, times)) >= 0 else then(at)

        return lambda at: attempt(at, 0)

    def branch(self, ways: list[Matcher]) -> Matcher:
        def match(at: int) -> int:
            self.taken += 1
            return next((found for way in ways if (found := way(at)) >= 0), -1)

        return match

    def group(self, group: int | None, inner: Any, then: Matcher, flags: int) -> Matcher:
        starts: list[int] = []

        def close(at: int) -> int:
            start, before = starts.pop(), self.groups.get(group or 0)
            self.groups[group or 0] = (start, at)
            if (found := then(at)) < 0 and before:
                self.groups[group or 0] = before
            starts.append(start)
            return found

        if group is None:
            return self.chain(inner, then, flags)
        body = self.chain(inner, close, flags)

        def match(at: int) -> int:
            starts.append(at)
            found = body(at)
            starts.pop()
            return found

        return match

    def atomic(self, inner: Matcher, then: Matcher) -> Matcher:
        return lambda at: then(end) if (end := inner(at)) >= 0 else -1

    def look(self, given: Any, wanted: bool, then: Matcher, flags: int) -> Matcher:
        back = given[1].getwidth()[0] if given[0] < 0 else 0
        inner = self.chain(given[1], self.done, flags)
        return lambda at: then(at) if (at >= back and inner(at - back) >= 0) == wanted else -1

    def again(self, group: int, then: Matcher) -> Matcher:
        def match(at: int) -> int:
            self.taken += 1
            start, end = self.groups.get(group, (0, -1))
            known = self.text[start:end]
            return then(at + len(known)) if end >= 0 and self.text.startswith(known, at) else -1

        return match
