"""Standard output, `logging`, rich and loguru: where a program writes, and the levels that it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mcplint.model import LogLevel
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.exceptions import may_be_caught
from mcplint.programs.python.libraries.standard import unknown_result
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.state import AT_TERMINAL, DIVERTED, PRINTED, SURELY_PRINTED
from mcplint.programs.python.values import Dict, Instance, elements
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label

STDOUT = External("sys.stdout")
LOGGER = "logging.Logger"
LOGS = ("debug", "info", "warning", "error", "critical", "exception")
QUIET = ("log", "warn", "isEnabledFor", "removeHandler", "addFilter")
MOST = 100
LOGS_TO = "logs to standard output"
FILE_HANDLERS = ("FileHandler", "handlers.RotatingFileHandler", "handlers.TimedRotatingFileHandler")


def basic_config(machine: Machine, args: Args, owner: Any) -> Abstract:
    takes_level(machine, args.find(None, "level"), args)
    stream, handlers = args.find(None, "stream"), args.get(None, "handlers")
    if stream is not None and stream.must(lambda option: option == STDOUT):
        writes(machine, args.span, LOGS_TO)
    for handler in elements(handlers) or ():
        attach(machine, handler)
    if args.find(None, "filename") is not None:
        file_handler(machine, args, None)
    return unknown(*args.notes)


def file_handler(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logging.FileHandler(filename)` and its like open their file at once unless they are told not to."""
    from mcplint.programs.python.libraries.files import note_write

    if args.get(None, "delay", known(False)).must_be(False):
        note_write(machine, args.get(None if owner is None else 0, "filename"), args)
    return known(None)


def stream_handler(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table["stream"] = args.get(0, "stream")
    return known(None)


def rich_handler(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """rich logs to standard output, where no console says otherwise."""
    console = args.get(1, "console")
    owner.table["stream"] = known(STDOUT) if console.options == (None,) else console_stream(machine, console.only)
    return known(None)


def console(machine: Machine, args: Args, owner: Instance) -> Abstract:
    quiet = args.open or "file" in args.keywords or not args.get(None, "stderr", known(False)).must(lambda on: not on)
    owner.table["stream"] = unknown(*args.notes) if quiet else known(STDOUT)
    return known(None)


def console_stream(machine: Machine, console: Any) -> Abstract:
    found: Abstract = console.table.get("stream", unknown()) if isinstance(console, Instance) else unknown()
    return found


def console_prints(machine: Machine, args: Args, owner: Any) -> Abstract:
    if console_stream(machine, owner).only == STDOUT:
        writes(machine, args.span, "prints to standard output")
    return known(None)


def attach(machine: Machine, handler: Abstract) -> None:
    """What a logger is given to log with: only then does it write."""
    only = handler.only
    if isinstance(only, Instance) and only.table.get("stream", unknown()).only == STDOUT:
        writes(machine, only.span, LOGS_TO)


def add_handler(machine: Machine, args: Args, owner: Any) -> Abstract:
    attach(machine, args.get(0, "hdlr"))
    return known(None)


def logger_assigned(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logger.handlers = […]`"""
    if args.get(0, "name").only == "handlers":
        for handler in elements(args.get(1, "value")) or ():
            attach(machine, handler)
    return known(None)


def set_stream(machine: Machine, args: Args, owner: Instance) -> Abstract:
    machine.put(owner.table, "stream", args.get(0, "stream"))
    return unknown(*args.notes)


def dict_config(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logging.config.dictConfig({…})`: what its loggers use of its handlers."""
    config = args.get(0, "config")
    loggers = [entry_of(config, "root"), *_entries(entry_of(config, "loggers")).values()]
    used = {name.only for logger in loggers for name in elements(entry_of(logger, "handlers")) or ()}
    handlers = _entries(entry_of(config, "handlers"))
    for each in (*loggers, *handlers.values()):
        takes_level(machine, _entries(each).get("level"), args)
    for name, handler in handlers.items():
        stream = entry_of(handler, "stream")
        if name in used and stream.only == "ext://sys.stdout":
            writes(machine, stream.trace[-1].span if stream.trace else args.span, LOGS_TO)
        _configured_file(machine, handler, args)
    return unknown(*args.notes)


def _configured_file(machine: Machine, handler: Abstract, args: Args) -> None:
    """A handler of a dict that opens a file, which it does whether a logger uses it or not."""
    from mcplint.programs.python.libraries.files import note_write

    file, entries = entry_of(handler, "filename"), _entries(handler)
    if entry_of(handler, "class").must_be(*(f"logging.{name}" for name in FILE_HANDLERS)) and (
        "delay" not in entries or entries["delay"].must_be(False)
    ):
        note_write(machine, file, args, spelled_at=file.trace[-1].span if file.trace else None)


def _entries(value: Abstract) -> Mapping[Any, Abstract]:
    return value.only.entries if isinstance(value.only, Dict) else {}


def entry_of(value: Abstract, name: str) -> Abstract:
    """The entry of a dict, unknown where it is not known to have one."""
    return _entries(value).get(name, unknown())


def file_config(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logging.config.fileConfig(path)`: what its loggers use of its handlers."""
    from configparser import Error, RawConfigParser

    from mcplint.programs.python.libraries.files import source_of

    source = source_of(machine, args.get(0, "fname"))
    parser = RawConfigParser()
    try:
        parser.read_string(source.text if source else "")
    except Error:
        return unknown(*args.notes)
    loggers = [parser[name].get("handlers", "") for name in parser.sections() if name.startswith("logger_")]
    for name in {name.strip() for names in loggers for name in names.split(",")}:
        found = re.search(rf"^\[handler_{re.escape(name)}\][^\[]*?(sys\.stdout)", source.text if source else "", re.M)
        if found and source:
            writes(machine, Span(source, *found.span(1)), LOGS_TO)
    return unknown(*args.notes)


def set_level(machine: Machine, args: Args, owner: Any) -> Abstract:
    takes_level(machine, args.find(0, "level"), args)
    return unknown(*args.notes)


def takes_level(machine: Machine, value: Abstract | None, args: Args) -> None:
    """Remembers a level by its name, also where it was looked up in `logging` on its way."""
    if value is None or args.span is None or may_be_caught(machine, ""):
        return
    looked_up = next((machine.named[note.span] for note in value.trace if note.span in machine.named), None)
    name = looked_up if looked_up is not None else value
    if name.options and all(isinstance(option, str) for option in name.options):
        machine.levels.append(LogLevel(name, args.span, looked_up is not None))


def writes(machine: Machine, span: Span | None, what: str) -> None:
    """Remembers a way to standard output, unless that leads elsewhere by now or to a terminal."""
    if (
        span
        and not DIVERTED.of(machine.state)
        and not AT_TERMINAL.of(machine.state)
        and len(PRINTED.of(machine.state)) < MOST
    ):
        PRINTED.add(machine, machine.state, Label(span, what))
        SURELY_PRINTED.add(machine, machine.state, Label(span, what), True)


def echo(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`click.echo(…)`, `typer.echo(…)`"""
    if not args.open and "file" not in args.keywords and args.get(3, "err", known(False)).must(lambda on: not on):
        writes(machine, args.span, "prints to standard output")
    return known(None)


def sink(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`loguru.logger.add(sys.stdout)`, or a path, which is opened at once unless it is told not to be."""
    from mcplint.programs.python.libraries.files import note_write

    where = args.get(0, "sink")
    if where.only == STDOUT:
        writes(machine, args.span, LOGS_TO)
    elif args.get(None, "delay", known(False)).must_be(False):
        note_write(machine, where, args)
    return unknown(*args.notes)


def prints(machine: Machine, args: Args, owner: Any) -> Abstract:
    target = args.find(None, "file")
    if not args.open and (target is None or target.must(lambda option: option in (None, STDOUT))):
        writes(machine, args.span, "prints to standard output")
    return known(None)


def write(machine: Machine, args: Args, owner: Any) -> Abstract:
    writes(machine, args.span, "writes to standard output")
    return unknown(*args.notes)


def divert_output(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Standard output leads elsewhere from here on, as far as can be told."""
    DIVERTED.add(machine, machine.state, True)
    return known(Instance(External("contextlib.nullcontext"), args.span))


def assigned(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`sys.stdout = …`"""
    return divert_output(machine, args, owner) if args.get(0, "name").only == "stdout" else known(None)


CALLS: Mapping[str, Handler] = {
    "logging.basicConfig": basic_config,
    "logging.StreamHandler.__init__": stream_handler,
    "logging.StreamHandler.setStream": set_stream,
    **{f"logging.StreamHandler.{name}": unknown_result for name in ("setFormatter", "addFilter")},
    "logging.StreamHandler.setLevel": set_level,
    "logging.root.setLevel": set_level,
    "logging.config.dictConfig": dict_config,
    "logging.config.fileConfig": file_config,
    f"{LOGGER}.addHandler": add_handler,
    f"{LOGGER}.__setattr__": logger_assigned,
    "logging.root.addHandler": add_handler,
    "logging.root.__setattr__": logger_assigned,
    "rich.logging.RichHandler.__init__": rich_handler,
    "rich.console.Console.__init__": console,
    "rich.console.Console.print": console_prints,
    "rich.print": prints,
    "loguru.logger.add": sink,
    "logging.getLogger": lambda machine, args, owner: known(Instance(External(LOGGER), args.span)),
    **{f"logging.{name}": unknown_result for name in (*LOGS, "disable", "Formatter", "getLevelName")},
    **{f"logging.{name}.__init__": file_handler for name in FILE_HANDLERS},
    **{f"{LOGGER}.{name}": unknown_result for name in (*LOGS, *QUIET)},
    f"{LOGGER}.setLevel": set_level,
    f"{LOGGER}.getChild": lambda machine, args, owner: known(Instance(External(LOGGER), args.span)),
    "builtins.print": prints,
    "sys.stdout.write": write,
    "sys.__setattr__": assigned,
    "os.dup2": divert_output,
    "contextlib.redirect_stdout": divert_output,
}
PARENTS: Mapping[str, str] = {"rich.logging.RichHandler": "logging.StreamHandler"}
