"""`node:cluster`: a program that forks itself, so that several processes serve what its workers listen to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mcplint.programs.journal import Ended
from mcplint.programs.typescript.machine import FORKS, SERVING, Args, Handler, Machine, Reader, Served
from mcplint.programs.values import Abstract, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label, Value

STICKY = re.compile(r"""sticky|["'](?:node:)?net["']""", re.I)
"""How a program speaks of what sends each client to a worker of its own."""


def role(machine: Machine, worker: bool) -> Abstract:
    """Whether this is the process that forks, or one of those that it forks: each is followed apart."""
    machine.clustered = True
    return known(machine.worker is worker)


def fork(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`cluster.fork()`: one more of them; one with an environment of its own may do other work. Workers have none."""
    if machine.worker:
        raise Ended
    if args.span is not None:
        _count(machine, args.span, 0 if args.positional or machine.uncounted else 1)
    return unknown(*args.notes)


def set_up(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`cluster.setupPrimary({exec})`: what is forked may be another program."""
    if args.span is not None:
        _count(machine, args.span, 0)
    return unknown(*args.notes)


def _count(machine: Machine, span: Span, more: int) -> None:
    """Notes on each way to here that it forks so many more; 0: nobody knows how many."""
    found = []
    for way in SERVING.of(machine.state) or ((),):
        before = next((each for each in way if each.kind == FORKS), None)
        count = more and (more if before is None else before.what and before.what + more)
        forks = Served(FORKS, count, unknown(), unknown(), before.span if before else span)
        found.append((*(each for each in way if each.kind != FORKS), forks))
    machine.put(machine.state, SERVING, tuple(dict.fromkeys(found)))


def processes(primary: Machine, worker: Machine) -> Abstract:
    """How many workers serve: known where each way of the program that serves nothing itself forks so many alike."""
    counts: dict[int, Label] = {}
    for way in primary.ways:
        forks = next((each for each in way if each.kind == FORKS), None)
        if forks is not None:
            counts[forks.what] = Label(forks.span, "forks a worker")
        elif not way:
            return unknown()
    texts = (package.fact.source.text for package in primary.packages.values() if package)
    if not counts or 0 in counts or not all(worker.ways) or any(map(STICKY.search, texts)):
        return unknown(*counts.values())
    return Value(tuple(counts), tuple(counts.values()))


CALLS: Mapping[str, Handler] = {
    "cluster:fork": fork,
    "cluster:setupPrimary": set_up,
    "cluster:setupMaster": set_up,
}
CLASSES: tuple[str, ...] = ()
READS: Mapping[str, Reader] = {
    "cluster:isPrimary": lambda machine, owner: role(machine, False),
    "cluster:isMaster": lambda machine, owner: role(machine, False),
    "cluster:isWorker": lambda machine, owner: role(machine, True),
}
ALIASES: Mapping[str, str] = {}
