"""asyncio, anyio, trio, threads and processes: what is awaited, and what runs beside the rest of the program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.standard import context, unknown_result
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.state import CALL
from mcplint.programs.python.values import Class, Coroutine, Dict, Instance, Method, elements
from mcplint.programs.values import Abstract, Sequence, known, map_options, unknown


def run_coroutine(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Runs a coroutine to its end: `asyncio.run`, `run_until_complete`."""
    from mcplint.programs.python.expressions import await_value

    return await_value(machine, args.get(0, "main"))


def calls(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Calls a function with the rest of the arguments and awaits it: `anyio.run`, `asyncio.to_thread`."""
    from mcplint.programs.python.expressions import call_and_await

    return call_and_await(machine, args.get(0, "func"), args._replace(positional=args.positional[1:], keywords={}))


def in_thread(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A function to call with the rest of the arguments once it is awaited."""
    return known(Coroutine(lambda: calls(machine, args, owner)))


def start_task(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Starts coroutines beside the rest of the program: `create_task`, `ensure_future`."""
    from mcplint.programs.python.expressions import await_value

    for value in args.positional:
        if isinstance(value.only, Coroutine):
            machine.run_in_background(partial(await_value, machine, value))
    return known(Coroutine(lambda: unknown(*args.notes)))


def run_together(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Coroutines that run beside each other until all end: `gather`, `wait`."""

    def start() -> Abstract:
        values = args.positional
        if len(values) == 1 and isinstance(values[0].only, Sequence):
            values = elements(values[0]) or ()
        start_task(machine, args._replace(positional=values), owner)
        return unknown(*args.notes)

    return known(Coroutine(start))


def await_first(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Awaits its first argument: `wait_for`, `shield`."""
    from mcplint.programs.python.expressions import await_value

    return known(Coroutine(lambda: await_value(machine, args.get(0, "fut"))))


def starts_soon(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Calls a function beside the rest of the program: `task_group.start_soon`, `loop.run_in_executor`."""
    machine.run_in_background(lambda: calls(machine, args, owner))
    return known(Coroutine(lambda: unknown(*args.notes)))


def executes(machine: Machine, args: Args, owner: Any) -> Abstract:
    return starts_soon(machine, args._replace(positional=args.positional[1:]), owner)


def thread(machine: Machine, args: Args, owner: Instance) -> Abstract:
    CALL.add(machine, owner.table, args)
    return known(None)


def thread_start(machine: Machine, args: Args, owner: Instance) -> Abstract:
    made = CALL.first(owner.table, Args())
    target = made.find(1, "target")
    if target is not None:
        given, keywords = made.get(3, "args").only, made.get(4, "kwargs").only
        positional = given.items if isinstance(given, Sequence) and given.items else ()
        entries = dict(keywords.entries) if isinstance(keywords, Dict) else {}
        machine.run_in_background(
            lambda: (
                calls(machine, Args((target, *positional), entries), owner)
                if not entries
                else machine.call(target, Args(positional, entries))
            )
        )
    elif isinstance(owner.kind, Class):
        for base in owner.kind.lineage():
            if isinstance(base, Class) and "run" in base.table:
                method = map_options(base.table["run"], lambda it: Method(owner, it))
                machine.run_in_background(partial(machine.call, method, Args()))
                break
    return known(None)


QUIET = (
    "asyncio.set_event_loop",
    "asyncio.set_event_loop_policy",
    "asyncio.Event",
    "asyncio.Lock",
    "asyncio.Semaphore",
    "threading.Lock",
    "threading.RLock",
    "threading.Event",
    "multiprocessing.freeze_support",
)

CALLS: Mapping[str, Handler] = {
    **dict.fromkeys(QUIET, unknown_result),
    "asyncio.run": run_coroutine,
    "asyncio.new_event_loop": context("asyncio.Loop"),
    "asyncio.get_event_loop": context("asyncio.Loop"),
    "asyncio.get_running_loop": context("asyncio.Loop"),
    "asyncio.Loop.run_until_complete": run_coroutine,
    "asyncio.Loop.create_task": start_task,
    "asyncio.Loop.run_in_executor": executes,
    "asyncio.Loop.add_signal_handler": unknown_result,
    "asyncio.Loop.close": unknown_result,
    "asyncio.Loop.run_forever": unknown_result,
    "asyncio.create_task": start_task,
    "asyncio.ensure_future": start_task,
    "asyncio.gather": run_together,
    "asyncio.wait": run_together,
    "asyncio.wait_for": await_first,
    "asyncio.shield": await_first,
    "asyncio.sleep": lambda machine, args, owner: known(Coroutine(lambda: known(None))),
    "asyncio.to_thread": in_thread,
    "asyncio.TaskGroup": context("asyncio.TaskGroup"),
    "asyncio.TaskGroup.create_task": start_task,
    "asyncio.Runner": context("asyncio.Runner"),
    "asyncio.Runner.run": run_coroutine,
    "anyio.run": calls,
    "trio.run": calls,
    "uvloop.run": run_coroutine,
    "uvloop.install": unknown_result,
    "nest_asyncio.apply": unknown_result,
    "anyio.to_thread.run_sync": in_thread,
    "anyio.create_task_group": context("anyio.TaskGroup"),
    "anyio.TaskGroup.start_soon": starts_soon,
    "anyio.TaskGroup.cancel_scope.cancel": unknown_result,
    "threading.Thread.__init__": thread,
    "threading.Thread.start": thread_start,
    "threading.Thread.join": unknown_result,
    "multiprocessing.Process.__init__": thread,
    "multiprocessing.Process.start": thread_start,
    "multiprocessing.Process.join": unknown_result,
}
ALIASES: Mapping[str, str] = {
    "anyio.abc.TaskGroup": "anyio.TaskGroup",
    "multiprocessing.context.Process": "multiprocessing.Process",
}
