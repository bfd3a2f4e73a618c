"""What a program writes to standard output: by `console`, or to the stream itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.typescript.machine import DIVERTED, PRINTED, WAITED, Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import UNDEFINED
from mcplint.programs.values import Abstract, known
from mcplint.text.source import Span
from mcplint.values import Label

MOST = 20


def prints(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A line for standard output."""
    note_output(machine, args.span)
    return known(UNDEFINED)


def note_output(machine: Machine, span: Span | None) -> None:
    """Notes what writes to standard output; what a handler of HTTP requests writes is not noted."""
    if span is None:
        return
    note = Label(span, "writes to standard output")
    if machine.effects is not None:
        if note not in machine.effects.prints and len(machine.effects.prints) < MOST:
            machine.effects.prints.append(note)
    elif not machine.requests and not DIVERTED.of(machine.state) and not WAITED.of(machine.state):
        kept = PRINTED.of(machine.state)
        if note not in kept and len(kept) < MOST:
            PRINTED.add(machine, machine.state, note)


CALLS: Mapping[str, Handler] = {
    **dict.fromkeys((f"console.{name}" for name in ("log", "info", "debug", "table", "dir", "group")), prints),
    "process.stdout.write": prints,
}
"""Source: https://nodejs.org/api/console.html; `warn`, `error` and `trace` write to standard error."""
CLASSES: tuple[str, ...] = ()
READS: Mapping[str, Reader] = {
    f"process.{stream}.isTTY": lambda machine, owner: known(UNDEFINED) for stream in ("stdin", "stdout", "stderr")
}
"""Clients and containers start programs without a terminal."""
ALIASES: Mapping[str, str] = {}
