"""The command lines of yargs, and of what is built on its parser."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
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
    UNDEFINED,
    Function,
    Object,
    array,
    elements,
    prop,
)
from mcplint.programs.values import Abstract, External, Kept, Sequence, known, unknown
from mcplint.values import Label

YARGS = "yargs:Instance"
WORDS = Kept("the words that yargs is given")
PREFIX = Kept("what the variables that set options begin with")


def yargs(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Object(External(YARGS), args.span)
    given = args.get(0)
    made.table[WORDS] = given
    return known(made, *args.notes)


def hide_bin(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`hideBin(process.argv)`."""
    return machine.arguments()


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
    label = Label(args.span, f"defines --{name}") if args.span else None
    if isinstance(owner, Object):
        option = Option(name, spellings, kind, default, negated=(f"no-{name}",), label=label)
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


def yargs_env(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.env(prefix)`: variables set what the command line does not; without a prefix all of them do."""
    if isinstance(owner, Object):
        PREFIX.put(machine, owner.table, args.get(0, known("")))
    return known(owner)


def from_environment(options: Iterable[Option], prefix: Abstract | None) -> list[Option]:
    """Options with the variables that set them; with a prefix that is not known, anything may."""
    begin = prefix.only if prefix is not None and prefix.options is not None else prefix
    if begin is None or begin in (False, UNDEFINED):
        return list(options)
    if not isinstance(begin, str):
        return [each._replace(default=unknown(*each.default.trace)) for each in options]
    front = f"{begin.rstrip('_')}_" if begin else ""
    return [each._replace(env=front + _screaming_snake_case(each.name)) for each in options]


def _screaming_snake_case(name: str) -> str:
    """`http-port` and `httpPort` as `HTTP_PORT`: each capital follows an underscore, `maxMS` is `MAX_M_S`."""
    return re.sub(r"(?<=\w)(?=[A-Z])", "_", name).replace("-", "_").upper()


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
    prefix = PREFIX.value(owner.table)
    inner = from_environment(OPTIONS.of(owner.table), prefix)
    line = parse_options(machine, inner, given)
    below = COMMANDS.of(owner.table)
    first = line.rest[0].only if line.rest else None
    chosen_commands = [each for each in below if each[0] == first] or [each for each in below if each[2]]
    if chosen_commands:
        inner += from_environment(OPTIONS.of(chosen_commands[0][1][0].table), prefix)
        line = parse_options(machine, inner, given)
    more = {
        spelling: line.values[option.name]
        for option in inner
        for spelling in (*option.spellings, camel(option.name))
        if option.name in line.values
    }
    more["_"] = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    values = known(result(line, more))
    if chosen_commands and line.closed:
        machine.call(chosen_commands[0][1][1], Args((values,), args.span))
    return values


def yargs_argv(machine: Machine, owner: Any) -> Abstract:
    return yargs_parse(machine, Args(), owner)


def yargs_parser(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`parser(words, {string, boolean, number, alias, default, envPrefix})`: every option is taken, declared or not."""
    given, config = words(machine, args.get(0)), args.get(1)
    aliases, defaults = _names(prop(config, "alias")), _names(prop(config, "default"))
    kinds = {name: kind for kind in ("string", "number", "boolean") for name in _texts(prop(config, kind))}
    declared = dict.fromkeys((*kinds, *aliases, *defaults))
    options = [
        Option(
            name,
            (name, camel(name), *_texts(prop(prop(config, "alias"), name))),
            kinds.get(name, "string"),
            prop(prop(config, "default"), name) if name in defaults else known(UNDEFINED),
            negated=(f"no-{name}",),
        )
        for name in declared
    ]
    options += _undeclared_options(
        given or (), {each for option in options for each in (*option.spellings, *option.negated)}
    )
    line = parse_options(machine, from_environment(options, prop(config, "envPrefix")), given)
    more = {spelling: line.values[each.name] for each in options for spelling in each.spellings}
    more["_"] = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    return known(result(line, more), *args.notes)


def _undeclared_options(given: Iterable[Abstract], declared: Container[str]) -> Iterator[Option]:
    """The options of a command line that nobody declares: with a value where a word follows that is none itself."""
    queue = [word.only for word in given]
    for word, following in pairwise([*queue, None]):
        if isinstance(word, str) and word.startswith("-") and word.strip("-"):
            name, equals, _ = word.lstrip("-").partition("=")
            valued = equals or (isinstance(following, str) and not following.startswith("-"))
            if name not in declared:
                yield Option(name, (name, camel(name)), "string" if valued else "boolean", known(UNDEFINED))


def _names(value: Abstract) -> list[str]:
    return value.only.names() if isinstance(value.only, Object) else []


def _texts(value: Abstract) -> list[str]:
    return [each.only for each in (elements(value) or (value,)) if isinstance(each.only, str)]


CALLS: Mapping[str, Handler] = {
    **{f"{YARGS}.{name}": return_owner for name in CHAINED},
    "yargs:default": yargs,
    "yargs/helpers:hideBin": hide_bin,
    f"{YARGS}.option": yargs_option,
    f"{YARGS}.options": yargs_option,
    f"{YARGS}.default": yargs_default,
    f"{YARGS}.boolean": partial(yargs_flag, kind="boolean"),
    f"{YARGS}.command": yargs_command,
    f"{YARGS}.env": yargs_env,
    "yargs-parser:default": yargs_parser,
    **{f"{YARGS}.{name}": yargs_parse for name in ("parse", "parseSync", "parseAsync")},
}
CLASSES = (YARGS,)
READS: Mapping[str, Reader] = {f"{YARGS}.argv": yargs_argv}
ALIASES: Mapping[str, str] = {}
