"""The command lines of yargs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.typescript.libraries.options import (
    CHAINED,
    COMMANDS,
    OPTIONS,
    Option,
    camel,
    chained,
    result,
    taken_apart,
    words,
)
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import (
    UNDEFINED,
    Function,
    Object,
    array,
    elements,
    prop,
)
from mcplint.programs.values import Abstract, External, Kept, Sequence, known
from mcplint.values import Label

YARGS = "yargs:Instance"
WORDS = Kept("the words that yargs is given")


def yargs(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Object(External(YARGS), args.span)
    given = args.get(0)
    made.table[WORDS] = given
    return known(made, *args.notes)


def hide_bin(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(array(*machine.argv)) if machine.argv is not None else known(Sequence("list", None))


def yargs_option(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.option(name, {…})`, `.options({name: {…}})`."""
    first = args.get(0).only
    if isinstance(first, Object):
        for name in first.names():
            _yargs_one(machine, owner, name, first.table[name], args)
    elif isinstance(first, str):
        _yargs_one(machine, owner, first, args.get(1), args)
    return known(owner)


def _yargs_one(machine: Machine, owner: Any, name: str, spec: Abstract, args: Args) -> None:
    alias = prop(spec, "alias")
    others = [each.only for each in (elements(alias) or (alias,)) if isinstance(each.only, str)]
    kind = prop(spec, "type").only
    default = prop(spec, "default")
    if not isinstance(kind, str):
        kind = "boolean" if isinstance(default.only, bool) else "string"
    spellings = tuple(dict.fromkeys((name, camel(name), *others)))
    place = Label(args.span, f"defines --{name}") if args.span else None
    if isinstance(owner, Object):
        option = Option(name, spellings, kind, default, negated=(f"no-{name}",), place=place)
        OPTIONS.add(machine, owner.table, option)


def yargs_flag(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    first = args.get(0).only
    if isinstance(first, str) and isinstance(owner, Object):
        OPTIONS.add(machine, owner.table, Option(first, (first,), kind, known(UNDEFINED), negated=(f"no-{first}",)))
    return known(owner)


def yargs_default(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0).only
    options: tuple[Option, ...] = OPTIONS.of(owner.table)
    kept = tuple(each._replace(default=args.get(1)) if each.name == name else each for each in options)
    machine.put(owner.table, OPTIONS, kept)
    return known(owner)


def yargs_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.command(name, description, builder, handler)`."""
    name, handler, builder = args.get(0).only, args.get(3), args.get(2)
    if isinstance(owner, Object) and isinstance(name, (str, Object, Sequence)):
        names = [each.only for each in elements(args.get(0)) or (args.get(0),)]
        inner = Object(External(YARGS), args.span)
        if isinstance(builder.only, Function):
            machine.call(builder, Args((known(inner),), args.span))
        for each in names:
            if isinstance(each, str):
                COMMANDS.add(
                    machine, owner.table, (each.split()[0] if each else "", (inner, handler), each.startswith("$0"))
                )
    return known(owner)


def yargs_parse(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.parse()`, `.parseSync()`, `.argv`."""
    given = words(machine, args.get(0) if args.positional else WORDS.value(owner.table))
    line = taken_apart(machine, OPTIONS.of(owner.table), given)
    below = COMMANDS.of(owner.table)
    first = line.rest[0].only if line.rest else None
    meant = [each for each in below if each[0] == first] or [each for each in below if each[2]]
    inner: list[Option] = list(OPTIONS.of(owner.table))
    if meant:
        inner += OPTIONS.of(meant[0][1][0].table)
        line = taken_apart(machine, inner, given)
    more = {
        spelling: line.values[option.name]
        for option in inner
        for spelling in (*option.spellings, camel(option.name))
        if option.name in line.values
    }
    more["_"] = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    values = known(result(line, more))
    if meant and line.closed:
        machine.call(meant[0][1][1], Args((values,), args.span))
    return values


def yargs_argv(machine: Machine, owner: Any) -> Abstract:
    return yargs_parse(machine, Args(), owner)


CALLS: Mapping[str, Handler] = {
    **{f"{YARGS}.{name}": chained for name in CHAINED},
    "yargs:default": yargs,
    "yargs/helpers:hideBin": hide_bin,
    f"{YARGS}.option": yargs_option,
    f"{YARGS}.options": yargs_option,
    f"{YARGS}.default": yargs_default,
    f"{YARGS}.boolean": partial(yargs_flag, kind="boolean"),
    f"{YARGS}.command": yargs_command,
    **{f"{YARGS}.{name}": yargs_parse for name in ("parse", "parseSync", "parseAsync")},
}
CLASSES = (YARGS,)
READS: Mapping[str, Reader] = {f"{YARGS}.argv": yargs_argv}
ALIASES: Mapping[str, str] = {}
