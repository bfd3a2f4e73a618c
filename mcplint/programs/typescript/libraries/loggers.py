"""The loggers pino and winston: which of their lines go to standard output."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.typescript.libraries.files import note_write
from mcplint.programs.typescript.libraries.output import note_output
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import ARGUMENTS, UNDEFINED, Object, array, as_list, elements, prop, verdict
from mcplint.programs.values import Abstract, External, Kept, known, unknown

PINO, DESTINATION = "pino:Logger", "pino:Destination"
WINSTON, CONSOLE = "winston:Logger", "winston:transports.Console"
PINO_LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
WINSTON_LEVELS = ("silly", "debug", "verbose", "http", "info", "warn", "error")
"""Least urgent first. Source: https://getpino.io/#/docs/api, https://github.com/winstonjs/winston#logging-levels"""
STDOUT = (1, "1", UNDEFINED, "process.stdout", "process.stdout.fd")
LEVEL, STREAM, TRANSPORTS = "level", Kept("where its lines go"), Kept("what takes its lines")


def pino(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`pino([options][, stream])`, `pino(stream)`."""
    first = args.get(0)
    alone = _is_stream(first)
    options = known(UNDEFINED) if alone or not args.positional else first
    if len(args.positional) > 1 or alone:
        stream = args.positional[-1]
    else:
        stream = prop(options, "transport")
        if stream.only is not UNDEFINED:
            stream = machine.for_each_option(
                stream, lambda option: _transport_destination(machine, known(option), args)
            )
    made = Object(External(PINO), args.span)
    made.table[LEVEL] = prop(options, LEVEL, known("info"))
    made.table[STREAM] = stream if prop(options, "enabled", known(True)).must(bool) else unknown()
    return known(made, *args.notes)


def _is_stream(value: Abstract) -> bool:
    only = value.only
    return isinstance(only, External) or (isinstance(only, Object) and only.library == DESTINATION)


def destination(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`pino.destination([where])`: a number of an open file, a path, or an object that says `dest`."""
    where = args.get(0) if args.positional else known(UNDEFINED)
    if isinstance(where.only, Object):
        where = prop(where, "dest")
    note_write(machine, where, args.span)
    return known(Object(External(DESTINATION), args.span, {STREAM: where}))


def transport(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`pino.transport({target, options})`."""
    return _transport_destination(machine, args.get(0), args)


def _transport_destination(machine: Machine, options: Abstract, args: Args) -> Abstract:
    """Where a transport of pino's own, or one that makes lines pretty, writes; nothing is known of others."""
    if options.only is UNDEFINED:
        return options
    for each in elements(prop(options, "targets")) or ():
        _transport_destination(machine, each, args)
    ours = prop(options, "target").must_be("pino/file", "pino-pretty")
    where = prop(prop(options, "options"), "destination") if ours else unknown()
    note_write(machine, where, args.span)
    return known(Object(External(DESTINATION), args.span, {STREAM: where}))


def pino_writes(machine: Machine, args: Args, owner: Any, level: str) -> Abstract:
    """A line of a logger of pino."""
    logger: Object = owner
    if logger.table[LEVEL].must(partial(_is_logged, PINO_LEVELS, level)) and logger.table[STREAM].must(_is_stdout):
        note_output(machine, logger.span)
    return known(UNDEFINED)


def _is_logged(levels: tuple[str, ...], level: Any, least: Any) -> bool:
    """Whether a line of a level is written where a level is the least."""
    return least in levels and level in levels and levels.index(level) >= levels.index(least)


def _is_stdout(option: Any) -> bool:
    match option:
        case Object() if option.library == DESTINATION:
            where = STREAM.value(option.table)
            return where is not None and where.must(_is_stdout)
        case External():
            return option.path in STDOUT
    return option in STDOUT and option is not True


def pino_child(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logger.child(bindings[, options])`."""
    made = Object(owner.kind, owner.span, dict(owner.table))
    made.table[LEVEL] = prop(args.get(1), LEVEL, owner.table[LEVEL]) if len(args.positional) > 1 else owner.table[LEVEL]
    return known(made)


def winston(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`winston.createLogger({level, levels, silent, transports})`."""
    options = args.get(0) if args.positional else known(UNDEFINED)
    made = Object(External(WINSTON), args.span)
    own = prop(options, "levels").only is not UNDEFINED or prop(options, "silent", known(False)).may(bool)
    made.table[LEVEL] = unknown() if own else prop(options, LEVEL, known("info"))
    given = prop(options, "transports", known(None))
    made.table[TRANSPORTS] = given
    return known(made, *args.notes)


def add(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logger.add(transport)`."""
    old = TRANSPORTS.value(owner.table)
    kept = as_list(old) if old is not None and old.only is not None else ()
    TRANSPORTS.put(machine, owner.table, known(array(*kept, args.get(0))))
    return known(owner)


def winston_writes(machine: Machine, args: Args, owner: Any, level: str) -> Abstract:
    """A line of a logger of winston, which each of its transports takes that its level reaches."""
    given = TRANSPORTS.value(owner.table)
    for each in as_list(given) if given is not None else ():
        only = each.only
        if isinstance(only, Object) and only.library == CONSOLE and _on_stdout(only, owner.table[LEVEL], level):
            note_output(machine, only.span)
    return known(owner)


def winston_log(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`logger.log(level, message)`, `logger.log({level, message})`."""
    first = args.get(0)
    level = prop(first, LEVEL) if isinstance(first.only, Object) else first
    return winston_writes(machine, args, owner, level.only if isinstance(level.only, str) else "")


def _on_stdout(console: Object, least: Abstract, level: str) -> bool:
    """Whether a console transport writes lines of a level to standard output."""
    args: Args = console.table[ARGUMENTS][0]
    options = args.get(0) if args.positional else known(UNDEFINED)
    if verdict(prop(options, "silent", known(False))) is not False:
        return False
    for name in ("stderrLevels", "consoleWarnLevels"):
        elsewhere = prop(options, name)
        named = elements(elsewhere) if elsewhere.only is not UNDEFINED else ()
        if named is None or any(one.only is None or one.only == level for one in named):
            return False
    return prop(options, LEVEL, least).must(partial(_is_logged, WINSTON_LEVELS, level))


CALLS: Mapping[str, Handler] = {
    "pino:default": pino,
    "pino:destination": destination,
    "pino:transport": transport,
    **{f"{PINO}.{level}": partial(pino_writes, level=level) for level in PINO_LEVELS},
    f"{PINO}.child": pino_child,
    "winston:createLogger": winston,
    **{f"{WINSTON}.{level}": partial(winston_writes, level=level) for level in WINSTON_LEVELS},
    f"{WINSTON}.log": winston_log,
    f"{WINSTON}.add": add,
    f"{WINSTON}.child": lambda machine, args, owner: known(owner),
}
CLASSES = (PINO, WINSTON, CONSOLE)
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {"pino:pino": "pino:default"}
