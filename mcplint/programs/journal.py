"""The state of an abstract run: written through a journal, so that open branches can be run apart and joined.

A statement that does not complete raises a `Leave`. A branch that leaves keeps its writes as an exit, until the
construct that catches it (a call catches Return, a loop Break) joins it with the other ways out of that construct.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from mcplint.programs.demands import deciding_variable
from mcplint.programs.noted import Noted
from mcplint.programs.values import ABSENT, CLOCK, Abstract, Entries, Table, known, union
from mcplint.values import Label

MISSING: Any = object()
FRAMES = 12_000
Delta = dict[tuple[int, Any], tuple[Table, Any, Any]]
# What is written, in parts: an older one, and the one after it; the older ones are shared by many ways.
Chain: TypeAlias = "Delta | tuple[Chain, Chain]"


class Leave(Exception):
    """A statement that does not go on to the next one.

    `demand`: the variable for want of which the program ends so, as a note on where that is read; `explained`: whether
    that is settled.
    """

    demand: Label | None = None
    explained = False

    def because(self, condition: Abstract, optional: set[str]) -> None:
        """Takes the innermost condition that decides it as its cause."""
        if not self.explained:
            self.demand, self.explained = self.demand or deciding_variable(condition, optional), True


class Return(Leave):
    """The call ends with a value."""

    def __init__(self, value: Abstract) -> None:
        self.value = value


class Break(Leave):
    """The loop ends."""


class Continue(Leave):
    """The next turn of the loop begins."""


class Raised(Leave):
    """An exception is raised: its name, or an empty one where it is not known."""

    def __init__(self, name: str = "", demand: Label | None = None) -> None:
        self.name, self.demand = name, demand


class Ended(Leave):
    """The process goes no further here: it serves, or it exits."""


class AllLeft(Leave):
    """Every branch has left in its own way."""


class Exhausted(Exception):
    """The run takes too many steps."""


class Exit:
    """A way out of a construct: the writes on it since a position of the journal, and how it leaves."""

    __slots__ = ("chain", "leave", "position")

    def __init__(self, position: int, chain: Chain, leave: Leave) -> None:
        self.position, self.chain = position, chain
        # Without the frames that it has come through: they hold all that was at hand there.
        self.leave = leave.with_traceback(None)


class Journal:
    """Tables with their history. All writes go through `put`, so that they can be taken back and joined.

    `optional`: variables in whose place the program takes another.
    """

    def __init__(self, budget: int) -> None:
        self.writes: list[tuple[Table, Any, Any]] = []
        self.exits: list[Exit] = []
        self.budget = budget
        self.since = 0
        self.optional: set[str] = set()

    def spend(self, steps: int) -> None:
        """Counts steps; raises Exhausted when too many are made."""
        self.budget -= steps
        if self.budget < 0:
            raise Exhausted

    def put(self, table: Table, name: Any, value: Any) -> None:
        """Sets an entry of a table; MISSING removes it. Tables that no open branch has found need no history."""
        if table.born <= self.since:
            self.writes.append((table, name, table.get(name, MISSING)))
        _set_entry(table, name, value)

    def fork(self, branches: Iterable[Callable[[], Abstract]]) -> Abstract:
        """Runs each branch from the same state, and goes on in the state and with the value that joins them."""
        base, mark, outer = len(self.writes), len(self.exits), self.since
        self.since = next(CLOCK)
        ends: list[tuple[Delta, Abstract]] = []
        for branch in branches:
            fresh = len(self.exits)
            leave: Leave | None = None
            value: Abstract = known(None)
            try:
                value = branch()
            except Leave as left:
                leave = left
            chain = self._rewind(base, fresh)
            if leave is None:
                ends.append((self._flattened(chain), value))
            elif not isinstance(leave, (Ended, AllLeft)):
                self.exits.append(Exit(base, chain, leave))
        self._leave_open(mark, outer)
        if not ends:
            raise Ended if len(self.exits) == mark else AllLeft
        self._merge([delta for delta, _ in ends])
        return union(value for _, value in ends)

    def catch(self, kind: type[Leave], body: Callable[[], Abstract]) -> Abstract:
        """Runs a body; the ways out of it of this kind are joined with its normal end."""
        mark, outer = len(self.exits), self.since
        left: Leave | None = None
        value: Abstract = known(None)
        try:
            value = body()
        except Leave as leave:
            left = leave
        if isinstance(left, kind):
            value, left = _result(left), None
        try:
            if any(isinstance(exit.leave, kind) for exit in self.exits[mark:]):
                return self._gather_exits(kind, mark, value, left)
        finally:
            self._leave_open(mark, outer)
        if left is not None:
            raise left
        return value

    def try_body(self, body: Callable[[], Abstract], fits: Callable[[Abstract], bool]) -> Abstract | None:
        """What a body comes to if it completes and that fits; None, and what it wrote taken back, if not."""
        base, mark, outer = len(self.writes), len(self.exits), self.since
        self.since = next(CLOCK)
        value: Abstract | None = None
        try:
            value = body()
        except Leave:
            pass
        finally:
            self.since = outer
        if value is not None and len(self.exits) == mark and fits(value):
            return value
        self._undo(base)
        del self.exits[mark:]
        return None

    def _leave_open(self, mark: int, outer: int) -> None:
        """From here on there is history for what an outer branch needs, and for what exits that still wait do."""
        self.since = next(CLOCK) if len(self.exits) > mark else outer

    def _gather_exits(self, kind: type[Leave], mark: int, value: Abstract, left: Leave | None) -> Abstract:
        base = min(exit.position for exit in self.exits[mark:])
        live = self._rewind(base, mark)
        pending = self.exits[mark:]
        self.exits[mark:] = [exit for exit in pending if not isinstance(exit.leave, kind)]
        ends = [(self._flattened(exit.chain), _result(exit.leave)) for exit in pending if isinstance(exit.leave, kind)]
        if left is None:
            ends.append((self._flattened(live), value))
        elif not isinstance(left, (Ended, AllLeft)):
            self.exits.append(Exit(base, live, left))
        self._merge([delta for delta, _ in ends])
        return union(result for _, result in ends)

    def _taken_back(self, position: int) -> Delta:
        """Takes back what is written since a position, and returns it."""
        self.spend((len(self.writes) - position) // 32)
        since = self.writes[position:]
        delta = {(id(table), name): (table, name, table.get(name, MISSING)) for table, name, _ in since}
        self._undo(position)
        return delta

    def _undo(self, position: int) -> None:
        while len(self.writes) > position:
            _set_entry(*self.writes.pop())

    def _rewind(self, base: int, mark: int) -> Chain:
        """Takes back what is written since a position, and returns it; exits since a mark then start there too."""
        exits = self.exits[mark:]
        ends = [len(self.writes), *sorted({exit.position for exit in exits}, reverse=True), base]
        parts = [self._taken_back(start) for start in ends[1:]]
        below: dict[int, Chain] = {base: {}}
        chain: Chain = {}
        for end, part in zip(reversed(ends[:-1]), reversed(parts), strict=True):
            if part:
                chain = (chain, part) if chain else part
            below[end] = chain
        for exit in exits:
            under = below[exit.position]
            if under:
                exit.chain = (under, exit.chain) if exit.chain else under
            exit.position = base
        return chain

    def _flattened(self, chain: Chain) -> Delta:
        """All that is written in the parts of a chain."""
        if isinstance(chain, dict):
            return chain
        whole: Delta = {}
        pending: list[Chain] = [chain]
        while pending:
            part = pending.pop()
            if isinstance(part, dict):
                self.spend(len(part) // 32)
                whole |= part
            else:
                older, newer = part
                pending += (newer, older)
        return whole

    def _merge(self, deltas: list[Delta]) -> None:
        """Writes what the states that these changes lead to have in common, or the join of it."""
        entries = {key: entry[:2] for delta in deltas for key, entry in delta.items()}
        for key, (table, name) in entries.items():
            now = table.get(name, MISSING)
            self.put(
                table, name, _merged_entry(table, name, [delta[key][2] if key in delta else now for delta in deltas])
            )


def _set_entry(table: Table, name: Any, value: Any) -> None:
    if value is MISSING:
        table.pop(name, None)
    else:
        table[name] = value


def _result(leave: Leave) -> Abstract:
    return leave.value if isinstance(leave, Return) else known(None)


def _merged_entry(table: Table, name: Any, values: list[Any]) -> Any:
    """What an entry is after branches that leave it so."""
    first = values[0]
    if all(value is first for value in values):
        return first
    if isinstance(name, Noted):
        return name.merged([() if value is MISSING else value for value in values])
    present = [value for value in values if value is not MISSING]
    absent = [known(ABSENT)] if len(present) < len(values) and isinstance(table, Entries) else []
    return union([*present, *absent])


@contextmanager
def recursion() -> Iterator[None]:
    """Room for the depth that the machine allows itself."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
