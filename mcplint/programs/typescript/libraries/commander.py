"""The command lines of commander: options, sub-commands and their actions."""

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
    parse_options,
    result,
    return_owner,
    words,
)
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    UNDEFINED,
    Function,
    Object,
    array,
    prop,
    truth,
)
from mcplint.programs.values import Abstract, External, Kept, Sequence, known, unknown
from mcplint.values import Label

COMMAND, OPTION = "commander:Command", "commander:Option"
PROGRAM = Kept("the command that commander makes itself")
ARITY, ACTION, PARSED = Kept("arguments of a command"), Kept("what a command does"), Kept("options that are parsed")
SETTINGS = {"default": Kept("default"), "env": Kept("variable"), "argParser": Kept("what parses the word")}


def flags(text: str) -> tuple[tuple[str, ...], bool]:
    """The spellings in `-p, --port <number>` without dashes, and whether a value is taken."""
    pieces = text.replace(",", " ").replace("|", " ").split()
    names = tuple(piece.lstrip("-").partition("=")[0] for piece in pieces if piece.startswith("-"))
    return names, any(piece[0] in "<[" for piece in pieces) or "=" in text


def commander_option(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.option(flags, description, [parser,] default)`."""
    text = args.get(0).only
    if isinstance(text, str) and isinstance(owner, Object):
        given = list(args.positional[1:])
        if given and isinstance(given[0].only, str):
            given.pop(0)
        parser = given.pop(0) if given and isinstance(given[0].only, (Function, External)) else None
        OPTIONS.add(machine, owner.table, _option(text, given[0] if given else known(UNDEFINED), parser, args))
    return known(owner)


def _option(text: str, default: Abstract, parser: Abstract | None, args: Args, env: str = "") -> Option:
    names, takes = flags(text)
    long = max(names, key=len, default="")
    label = Label(args.span, f"defines --{long}") if args.span else None
    if long.startswith("no-"):
        name = camel(long[3:])
        default = known(True) if default.only is UNDEFINED else default
        return Option(name, (), "boolean", default, env, parser, (long,), label)
    kind = "string" if takes else "boolean"
    return Option(camel(long), names, kind, default, env, parser, (f"no-{long}",), label)


def new_option(machine: Machine, args: Args, owner: Any) -> Abstract:
    owner.table[ARGUMENTS] = (args,)
    return known(UNDEFINED)


def option_setting(machine: Machine, args: Args, owner: Any, name: str) -> Abstract:
    SETTINGS[name].put(machine, owner.table, args.get(0))
    return known(owner)


def add_option(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.addOption(new Option(flags).default(…).env(…))`."""
    option = args.get(0).only
    if isinstance(option, Object) and isinstance(owner, Object) and ARGUMENTS in option.table:
        text = option.table[ARGUMENTS][0].get(0).only
        default, env, parser = (each.value(option.table) for each in SETTINGS.values())
        if isinstance(text, str):
            variable = env.only if env is not None and isinstance(env.only, str) else ""
            declared = _option(text, known(UNDEFINED) if default is None else default, parser, args, variable)
            OPTIONS.add(machine, owner.table, declared)
    return known(owner)


def new_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Object(External(COMMAND), args.span), *args.notes)


def sub_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.command(name, …)`: a command of its own, below this one."""
    name = args.get(0).only
    made = Object(External(COMMAND), args.span)
    if isinstance(name, str):
        made.table[ARITY] = known(sum(word[0] in "<[" for word in name.split()))
    if isinstance(owner, Object):
        standard = any(
            truth(prop(each, "isDefault").only) for each in args.positional[1:] if isinstance(each.only, Object)
        )
        COMMANDS.add(machine, owner.table, (name.split()[0] if isinstance(name, str) and name else "", made, standard))
    return known(made)


def add_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    inner = args.get(0).only
    if isinstance(inner, Object) and isinstance(owner, Object):
        COMMANDS.add(machine, owner.table, ("", inner, False))
    return known(owner)


def set_action(machine: Machine, args: Args, owner: Any) -> Abstract:
    if isinstance(owner, Object):
        ACTION.put(machine, owner.table, args.get(0))
    return known(owner)


def commander_parse(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.parse()`: the options are set, and the action of the command that is meant is called."""
    given = words(machine)
    _run_command(machine, owner, given, args, 0)
    return known(owner)


def _run_command(machine: Machine, owner: Any, given: tuple[Abstract, ...] | None, args: Args, depth: int) -> None:
    line = parse_options(machine, OPTIONS.of(owner.table), given)
    options = known(result(line))
    PARSED.put(machine, owner.table, options)
    machine.put(owner.table, "args", known(array(*line.rest)) if line.closed else known(Sequence("list", None)))
    below = COMMANDS.of(owner.table)
    first = line.rest[0].only if line.rest else None
    chosen_commands = [each for each in below if each[0] == first] or [each for each in below if each[2]]
    if chosen_commands and line.closed and depth < 4:
        rest = tuple(word for word in given or () if word is not (line.rest[0] if line.rest else None))
        _run_command(machine, chosen_commands[0][1], rest, args, depth + 1)
        return
    if below and not line.closed:
        ways = [partial(_as_way, machine, each[1], given, args, depth + 1) for each in below if depth < 4]
        machine.fork([*ways, lambda: known(UNDEFINED)])
        return
    action = ACTION.value(owner.table)
    if action is not None:
        arity = _arity(owner)
        passed = [line.rest[at] if at < len(line.rest) else known(UNDEFINED) for at in range(arity)]
        positional = passed if line.closed else [unknown()] * arity
        machine.call(action, Args((*positional, options, known(owner)), args.span, this=known(owner)))


def _as_way(machine: Machine, owner: Any, given: Any, args: Args, depth: int) -> Abstract:
    _run_command(machine, owner, given, args, depth)
    return known(UNDEFINED)


def parsed_options(machine: Machine, args: Args, owner: Any) -> Abstract:
    found = PARSED.value(owner.table)
    return found if found is not None else unknown(*args.notes)


def argument(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.argument(name)`: the action is given one more word."""
    ARITY.put(machine, owner.table, known(_arity(owner) + 1))
    return known(owner)


def _arity(owner: Object) -> int:
    """How many words the action of a command is given, as far as all ways agree."""
    found = ARITY.value(owner.table)
    return found.only or 0 if found is not None else 0


def program(machine: Machine, owner: Any) -> Abstract:
    """The one command that commander itself makes."""
    made = PROGRAM.value(machine.state)
    if made is None:
        made = known(Object(External(COMMAND), None))
        PROGRAM.put(machine, machine.state, made)
    return made


CALLS: Mapping[str, Handler] = {
    f"{COMMAND}.new": new_command,
    "commander:createCommand": new_command,
    **{f"{kind}.{name}": return_owner for kind in (COMMAND, OPTION) for name in CHAINED},
    f"{COMMAND}.argument": argument,
    f"{COMMAND}.option": commander_option,
    f"{COMMAND}.requiredOption": commander_option,
    f"{COMMAND}.addOption": add_option,
    f"{COMMAND}.command": sub_command,
    f"{COMMAND}.addCommand": add_command,
    f"{COMMAND}.action": set_action,
    f"{COMMAND}.parse": commander_parse,
    f"{COMMAND}.parseAsync": commander_parse,
    f"{COMMAND}.opts": parsed_options,
    f"{COMMAND}.optsWithGlobals": parsed_options,
    f"{OPTION}.()": new_option,
    **{f"{OPTION}.{name}": partial(option_setting, name=name) for name in SETTINGS},
}
CLASSES = (COMMAND, OPTION)
READS: Mapping[str, Reader] = {"commander:program": program}
ALIASES: Mapping[str, str] = {}
