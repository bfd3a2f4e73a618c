"""Command lines: `util.parseArgs`, commander, yargs and minimist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.programs.noted import Noted
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    UNDEFINED,
    UNSET,
    Function,
    Object,
    array,
    elements,
    number,
    prop,
    truth,
)
from mcplint.programs.values import OPEN, Abstract, External, Kept, Sequence, known, noted, union, unknown
from mcplint.values import EditSite, Label


class Option(NamedTuple):
    """An option of a command line: its name in the result, how it may be written without dashes, what it takes.

    `kind`: `string`, `number` or `boolean`. `default`: what it is where it is not given. `env`: a variable that gives
    it before the default does. `parser`: what is made of its text. `negated`: written `--no-…`, it is false.
    """

    name: str
    spellings: tuple[str, ...]
    kind: str
    default: Abstract
    env: str = ""
    parser: Abstract | None = None
    negated: tuple[str, ...] = ()
    place: Label | None = None


class Line(NamedTuple):
    """A command line taken apart: the options by name, and the other words; `closed`: whether all words are known."""

    values: dict[str, Abstract]
    rest: list[Abstract]
    closed: bool


COMMAND, YARGS, OPTION = "commander:Command", "yargs:Instance", "commander:Option"
OPTIONS: Noted[Option] = Noted("options")
COMMANDS: Noted[Any] = Noted("sub-commands")
PROGRAM, WORDS = Kept("the command that commander makes itself"), Kept("the words that yargs is given")
PLACES, ACTION, PARSED = Kept("arguments of a command"), Kept("what a command does"), Kept("options that are parsed")
SETTINGS = {"default": Kept("default"), "env": Kept("variable"), "argParser": Kept("what parses the word")}
_CHAINED = (
    *("name", "version", "description", "usage", "help", "allowUnknownOption", "allowExcessArguments"),
    *("addHelpText", "showHelpAfterError", "exitOverride", "strict", "alias", "epilogue", "epilog", "example", "wrap"),
    *(
        "demandOption",
        "showHelpOnFail",
        "scriptName",
        "check",
        "choices",
        "conflicts",
        "hideHelp",
        "parserConfiguration",
    ),
    *("configureOutput", "helpOption", "enablePositionalOptions", "passThroughOptions", "demandCommand", "completion"),
    *("recommendCommands", "env", "group", "hook", "implies", "makeOptionMandatory", "coerce", "number", "string"),
)


def words(machine: Machine, value: Abstract | None = None) -> tuple[Abstract, ...] | None:
    """The words of the command line, None where they are not known; those of an array where one is given."""
    if value is not None and value.only is not UNDEFINED:
        return elements(value)
    return machine.argv


def taken_apart(machine: Machine, options: Iterable[Option], given: tuple[Abstract, ...] | None) -> Line:
    """What the words of a command line set."""
    known_options = list(options)
    spelled = {spelling: option for option in known_options for spelling in option.spellings}
    negated = {spelling: option for option in known_options for spelling in option.negated}
    found: dict[str, Abstract] = {}
    rest: list[Abstract] = []
    queue = list(given or ())
    closed = given is not None
    while queue:
        word = queue.pop(0)
        text = word.only
        if not isinstance(text, str):
            closed = False
            continue
        if text == "--":
            rest += queue
            break
        if not text.startswith("-") or text == "-":
            rest.append(word)
            continue
        name, equals, _ = text.lstrip("-").partition("=")
        option = spelled.get(name)
        if option is None:
            if name in negated:
                found[negated[name].name] = known(False, *word.trace)
            continue
        if equals:
            value = _tail(word, text.index("=") + 1)
        elif option.kind == "boolean":
            value = known(True, *word.trace)
        else:
            value = queue.pop(0) if queue else unknown()
        found[option.name] = _typed(machine, option, value)
    return Line({each.name: _value(machine, each, found, closed) for each in known_options}, rest, closed)


def _tail(word: Abstract, start: int) -> Abstract:
    """The value in a word `--name=value`."""
    site: EditSite | None = word.site
    if site is not None and site.span.text == word.only:
        site = site._replace(span=site.span._replace(start=site.span.start + start))
    return word._replace(options=tuple(option[start:] for option in word.options or ()), site=site)


def _typed(machine: Machine, option: Option, value: Abstract) -> Abstract:
    from mcplint.programs.typescript.libraries.standard import converted

    if option.parser is not None:
        return machine.call(option.parser, Args((value, option.default)))
    if option.kind == "number":
        return converted(value, number)
    if option.kind == "boolean" and isinstance(value.only, str):
        return known(value.only not in ("false", "0"), *value.trace)
    return value


def _value(machine: Machine, option: Option, found: Mapping[str, Abstract], closed: bool) -> Abstract:
    """What an option comes to: what is given, else a variable, else the default."""
    reading = (option.place,) if option.place else ()
    if option.name in found:
        return noted(found[option.name], *reading)
    default = option.default
    if default.site is not None and option.spellings:
        long = max(option.spellings, key=len)
        default = default._replace(site=default.site._replace(option=f"--{long}"))
    if option.env:
        read: Abstract = machine.variable(option.env)
        if read.options is None:
            return noted(read, *reading)
        there = tuple(each for each in read.options if each is not None)
        if there:
            typed = _typed(machine, option, read._replace(options=there))
            default = typed if len(there) == len(read.options) else union([typed, default])
        elif machine.lenient and default.only is UNDEFINED:
            default = known(UNSET, *read.trace)
    return noted(default if closed else unknown(*default.trace), *reading)


def result(line: Line, more: Mapping[str, Abstract] = {}, open_: bool = False) -> Object:
    """The options as an object."""
    made = Object(None, None, {**line.values, **more})
    if open_ or not line.closed:
        made.table[OPEN] = open_ or not line.closed
    return made


def parse_args(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`parseArgs({options, args})` of Node."""
    config = args.get(0)
    spec: Any = prop(config, "options").only
    options = []
    for name in spec.names() if isinstance(spec, Object) else ():
        entry = spec.table[name]
        kind, short = prop(entry, "type").only, prop(entry, "short").only
        spellings = (name, *((short,) if isinstance(short, str) else ()))
        default = prop(entry, "default")
        options.append(
            Option(name, spellings, "boolean" if kind == "boolean" else "string", default, negated=(f"no-{name}",))
        )
    line = taken_apart(machine, options, words(machine, prop(config, "args")))
    values = known(result(line, open_=not isinstance(spec, Object)))
    rest = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    return known(Object(None, args.span, {"values": values, "positionals": rest}), *args.notes)


def camel(name: str) -> str:
    """`--output-file` as the name of a property."""
    first, *more = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in more)


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
        OPTIONS.add(machine, owner.table, _declared(text, given[0] if given else known(UNDEFINED), parser, args))
    return known(owner)


def _declared(text: str, default: Abstract, parser: Abstract | None, args: Args, env: str = "") -> Option:
    names, takes = flags(text)
    long = max(names, key=len, default="")
    place = Label(args.span, f"defines --{long}") if args.span else None
    if long.startswith("no-"):
        name = camel(long[3:])
        default = known(True) if default.only is UNDEFINED else default
        return Option(name, (), "boolean", default, env, parser, (long,), place)
    kind = "string" if takes else "boolean"
    return Option(camel(long), names, kind, default, env, parser, (f"no-{long}",), place)


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
            declared = _declared(text, known(UNDEFINED) if default is None else default, parser, args, variable)
            OPTIONS.add(machine, owner.table, declared)
    return known(owner)


def new_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Object(External(COMMAND), args.span), *args.notes)


def sub_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.command(name, …)`: a command of its own, below this one."""
    name = args.get(0).only
    made = Object(External(COMMAND), args.span)
    if isinstance(name, str):
        made.table[PLACES] = known(sum(word[0] in "<[" for word in name.split()))
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
    line = taken_apart(machine, OPTIONS.of(owner.table), given)
    options = known(result(line))
    PARSED.put(machine, owner.table, options)
    machine.put(owner.table, "args", known(array(*line.rest)) if line.closed else known(Sequence("list", None)))
    below = COMMANDS.of(owner.table)
    first = line.rest[0].only if line.rest else None
    meant = [each for each in below if each[0] == first] or [each for each in below if each[2]]
    if meant and line.closed and depth < 4:
        rest = tuple(word for word in given or () if word is not (line.rest[0] if line.rest else None))
        _run_command(machine, meant[0][1], rest, args, depth + 1)
        return
    if below and not line.closed:
        ways = [partial(_as_way, machine, each[1], given, args, depth + 1) for each in below if depth < 4]
        machine.fork([*ways, lambda: known(UNDEFINED)])
        return
    action = ACTION.value(owner.table)
    if action is not None:
        places = _places(owner)
        given_places = [line.rest[at] if at < len(line.rest) else known(UNDEFINED) for at in range(places)]
        positional = given_places if line.closed else [unknown()] * places
        machine.call(action, Args((*positional, options, known(owner)), args.span, this=known(owner)))


def _as_way(machine: Machine, owner: Any, given: Any, args: Args, depth: int) -> Abstract:
    _run_command(machine, owner, given, args, depth)
    return known(UNDEFINED)


def opts(machine: Machine, args: Args, owner: Any) -> Abstract:
    found = PARSED.value(owner.table)
    return found if found is not None else unknown(*args.notes)


def argument(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.argument(name)`: the action is given one more word."""
    PLACES.put(machine, owner.table, known(_places(owner) + 1))
    return known(owner)


def _places(owner: Object) -> int:
    """How many words the action of a command is given, as far as all ways agree."""
    found = PLACES.value(owner.table)
    return found.only or 0 if found is not None else 0


def chained(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(owner)


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


def minimist(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`minimist(words, {default, alias, string, boolean})`: every word that looks like an option is one."""
    given = words(machine, args.get(0))
    config = args.get(1)
    aliases: Any = prop(config, "alias").only
    defaults: Any = prop(config, "default").only
    booleans = [each.only for each in _listed(prop(config, "boolean"))]
    pairs: dict[str, set[str]] = {}
    for name in aliases.names() if isinstance(aliases, Object) else ():
        others = [each.only for each in _listed(aliases.table[name]) if isinstance(each.only, str)]
        for each in (name, *others):
            pairs.setdefault(each, set()).update((name, *others))
    if given is None:
        return known(Object(None, args.span, {OPEN: True}))
    queue, found = list(given), dict[str, Abstract]()
    rest: list[Abstract] = []
    while queue:
        word = queue.pop(0)
        text = word.only
        if not isinstance(text, str) or not text.startswith("-"):
            rest.append(word)
            continue
        name, equals, _ = text.lstrip("-").partition("=")
        follows = queue[0].only if queue else None
        if equals:
            value = _tail(word, text.index("=") + 1)
        elif name in booleans or not isinstance(follows, str) or follows.startswith("-"):
            value = known(True, *word.trace)
        else:
            value = queue.pop(0)
        if isinstance(value.only, str) and value.only.isdigit():
            value = value._replace(options=(int(value.only),))
        if name.startswith("no-") and value.only is True:
            name, value = name[3:], known(False, *word.trace)
        found.update(dict.fromkeys(pairs.get(name, {name}), value))
    made = Object(None, args.span)
    for name in defaults.names() if isinstance(defaults, Object) else ():
        made.table.update(dict.fromkeys(pairs.get(name, {name}), defaults.table[name]))
    made.table.update({name: known(False) for name in booleans if isinstance(name, str) and name not in made.table})
    made.table.update(found)
    made.table["_"] = known(array(*rest))
    return known(made, *args.notes)


def _listed(value: Abstract) -> tuple[Abstract, ...]:
    found = elements(value)
    return found if found is not None else (value,)


CALLS: Mapping[str, Handler] = {
    "util:parseArgs": parse_args,
    f"{COMMAND}.new": new_command,
    "commander:createCommand": new_command,
    **{f"{kind}.{name}": chained for kind in (COMMAND, YARGS, OPTION) for name in _CHAINED},
    f"{COMMAND}.argument": argument,
    f"{COMMAND}.option": commander_option,
    f"{COMMAND}.requiredOption": commander_option,
    f"{COMMAND}.addOption": add_option,
    f"{COMMAND}.command": sub_command,
    f"{COMMAND}.addCommand": add_command,
    f"{COMMAND}.action": set_action,
    f"{COMMAND}.parse": commander_parse,
    f"{COMMAND}.parseAsync": commander_parse,
    f"{COMMAND}.opts": opts,
    f"{COMMAND}.optsWithGlobals": opts,
    f"{OPTION}.()": new_option,
    **{f"{OPTION}.{name}": partial(option_setting, name=name) for name in SETTINGS},
    "yargs:default": yargs,
    "yargs/helpers:hideBin": hide_bin,
    f"{YARGS}.option": yargs_option,
    f"{YARGS}.options": yargs_option,
    f"{YARGS}.default": yargs_default,
    f"{YARGS}.boolean": partial(yargs_flag, kind="boolean"),
    f"{YARGS}.command": yargs_command,
    **{f"{YARGS}.{name}": yargs_parse for name in ("parse", "parseSync", "parseAsync")},
    "minimist:default": minimist,
    "mri:default": minimist,
    "yargs-parser:default": minimist,
}


def program(machine: Machine, owner: Any) -> Abstract:
    """The one command that commander itself makes."""
    made = PROGRAM.value(machine.state)
    if made is None:
        made = known(Object(External(COMMAND), None))
        PROGRAM.put(machine, machine.state, made)
    return made


CLASSES = (COMMAND, YARGS, OPTION)
READS: Mapping[str, Reader] = {f"{YARGS}.argv": yargs_argv, "commander:program": program}
ALIASES: Mapping[str, str] = {}
