"""Runs a start command's program abstractly, and says which MCP servers it starts and with which settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from mcplint.facts.python import Module
from mcplint.programs.outcome import Outcome, Served
from mcplint.programs.python.attributes import attribute
from mcplint.programs.python.calls import call
from mcplint.programs.python.fallbacks import fallbacks
from mcplint.programs.python.imports import load
from mcplint.programs.python.journal import Exhausted, Leave
from mcplint.programs.python.launch import launch
from mcplint.programs.python.machine import STEPS, Machine, Tables, World
from mcplint.programs.python.servers import servers
from mcplint.programs.python.state import BACKGROUND, PRINTED, SURELY_PRINTED
from mcplint.programs.python.values import known, unknown
from mcplint.programs.start import Start
from mcplint.values import Label

FRAMES = 12_000


def run(start: Start, world: World) -> Outcome:
    """What becomes of a start command. The linted program itself is never run.

    A program that ends for want of a variable without a default is followed again as if someone gave it one.
    """
    found = _run(start, world, lenient=False)
    if found.servers or found.missing or not found.complete:
        return found
    again = _run(start, world, lenient=True)
    return (again if again.servers else found)._replace(steps=found.steps + again.steps)


def _run(start: Start, world: World, lenient: bool) -> Outcome:
    machine = Machine(world, tables(), start.argv, known(start.target, *start.notes), lenient)
    machine.state[PRINTED] = machine.state[SURELY_PRINTED] = start.said
    for name, value in start.env.items():
        machine.environ[name] = value
    notes: tuple[Label, ...] = ()
    complete = True
    try:
        with recursion():
            launch(machine, start)
            machine.paths.append(BACKGROUND.of(machine.state))
    except Leave:
        machine.paths.append(BACKGROUND.of(machine.state))
    except (Exhausted, RecursionError, MemoryError):
        complete = False
        notes = (Label(start.span, "the program is too large to be followed to its end"),)
    return outcome(machine, notes, complete)


def outcome(machine: Machine, notes: tuple[Label, ...], complete: bool) -> Outcome:
    modules = [package.fact for package in machine.packages.values() if package]
    found = tuple(_seen(_doubted(served, modules), modules) for served in servers(machine)) if complete else ()
    return Outcome(
        servers=found,
        reads=frozenset(machine.reads),
        asked=frozenset(machine.asked),
        imports=tuple(dict.fromkeys(machine.imports)),
        modules=tuple(module.source.path for module in modules),
        levels=tuple(dict.fromkeys(machine.levels)),
        fallbacks=tuple(fallbacks(modules)) if found else (),
        dotenv=tuple(dict.fromkeys(machine.dotenv)),
        unknown=(*notes, *(dict.fromkeys(machine.lost) if not found and machine.imports else ())),
        missing=machine.missing,
        complete=complete,
        steps=STEPS - machine.budget,
    )


def _seen(served: Served, modules: list[Module]) -> Served:
    """The server with what its program makes of what proxies say, where it speaks HTTP."""
    if served.asgi.trusted.options is None:
        return served
    from mcplint.programs.python.proxy_headers import absolute, minds

    if minds(modules):
        return served._replace(asgi=served.asgi._replace(trusted=unknown()))
    return served._replace(absolute=tuple(absolute(modules)))


def _doubted(served: Served, modules: list[Module]) -> Served:
    """The server; that nothing checks its callers is not known where the program looks at their requests by itself."""
    if served.auth.options != (None,):
        return served
    from mcplint.programs.python.libraries.auth import looks

    note = looks(modules)
    return served._replace(auth=unknown(*served.auth.trace, note)) if note else served


@contextmanager
def recursion() -> Iterator[None]:
    """Room for the depth that the machine allows itself."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@cache
def tables() -> Tables:
    """What the interpreter knows how to do, libraries aside that no program has needed so far."""
    from mcplint.programs.python import builtin
    from mcplint.programs.python.expressions import EVALUATORS
    from mcplint.programs.python.libraries import ALWAYS
    from mcplint.programs.python.statements import EXECUTORS

    made = Tables(EVALUATORS, EXECUTORS, call, attribute, load, dict(builtin.CALLS), {}, {}, {}, set())
    made.learn(ALWAYS)
    return made
