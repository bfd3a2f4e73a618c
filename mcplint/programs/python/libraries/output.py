"""Standard output and `logging`: where a program writes, and the levels that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.model import LogLevel
from mcplint.programs.python.exceptions import survived
from mcplint.programs.python.libraries.standard import anything
from mcplint.programs.python.machine import Args, Handler, Machine
from mcplint.programs.python.state import DIVERTED, PRINTED, SURELY_PRINTED
from mcplint.programs.python.values import Abstract, External, Instance, known, unknown
from mcplint.values import Label

STDOUT = External("sys.stdout")
LOGGER = "logging.Logger"
LOGS = ("debug", "info", "warning", "error", "critical", "exception")
QUIET = ("log", "warn", "isEnabledFor", "addHandler", "removeHandler", "addFilter")


def basic_config(machine: Machine, args: Args, owner: Any) -> Abstract:
    takes_level(machine, args.find(None, "level"), args)
    stream = args.find(None, "stream")
    if stream is not None and stream.must(lambda option: option == STDOUT):
        writes(machine, args, "logs to standard output")
    return unknown(*args.notes)


def stream_handler(machine: Machine, args: Args, owner: Any) -> Abstract:
    if args.get(0, "stream").must(lambda option: option == STDOUT):
        writes(machine, args, "logs to standard output")
    return unknown(*args.notes)


def set_level(machine: Machine, args: Args, owner: Any) -> Abstract:
    takes_level(machine, args.find(0, "level"), args)
    return unknown(*args.notes)


def takes_level(machine: Machine, value: Abstract | None, args: Args) -> None:
    """Remembers a level by its name, also where it was looked up in `logging` on its way."""
    if value is None or args.span is None or survived(machine, ""):
        return
    looked_up = next((machine.named[note.span] for note in value.trace if note.span in machine.named), None)
    name = looked_up if looked_up is not None else value
    if name.options and all(isinstance(option, str) for option in name.options):
        machine.levels.append(LogLevel(name, args.span, looked_up is not None))


def writes(machine: Machine, args: Args, what: str) -> None:
    """Remembers a way to standard output, unless that leads elsewhere by now."""
    if args.span and not DIVERTED.of(machine.state):
        for name in (PRINTED, SURELY_PRINTED):
            machine.put(machine.state, name, (*machine.state[name], Label(args.span, what)))


def prints(machine: Machine, args: Args, owner: Any) -> Abstract:
    target = args.find(None, "file")
    if not args.open and (target is None or target.must(lambda option: option in (None, STDOUT))):
        writes(machine, args, "prints to standard output")
    return known(None)


def write(machine: Machine, args: Args, owner: Any) -> Abstract:
    writes(machine, args, "writes to standard output")
    return unknown(*args.notes)


def diverted(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Standard output leads elsewhere from here on, as far as can be told."""
    DIVERTED.add(machine, machine.state, True)
    return known(Instance(External("contextlib.nullcontext"), args.span))


def assigned(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`sys.stdout = …`"""
    return diverted(machine, args, owner) if args.get(0, "name").only == "stdout" else known(None)


CALLS: Mapping[str, Handler] = {
    "logging.basicConfig": basic_config,
    "logging.StreamHandler": stream_handler,
    "logging.getLogger": lambda machine, args, owner: known(Instance(External(LOGGER), args.span)),
    **{f"logging.{name}": anything for name in (*LOGS, "disable", "FileHandler", "Formatter", "getLevelName")},
    **{f"{LOGGER}.{name}": anything for name in (*LOGS, *QUIET)},
    f"{LOGGER}.setLevel": set_level,
    f"{LOGGER}.getChild": lambda machine, args, owner: known(Instance(External(LOGGER), args.span)),
    "builtins.print": prints,
    "sys.stdout.write": write,
    "sys.__setattr__": assigned,
    "os.dup2": diverted,
    "contextlib.redirect_stdout": diverted,
}
