"""Command lines, as libraries take them apart; `util.parseArgs` and minimist, which need no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mcplint.programs.noted import Noted
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import UNDEFINED, UNSET, Object, array, as_list, elements, number, prop
from mcplint.programs.values import OPEN, Abstract, Sequence, known, noted, union, unknown
from mcplint.values import Label, tail


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
    label: Label | None = None


class Line(NamedTuple):
    """A command line taken apart: the options by name, and the other words; `closed`: whether all words are known."""

    values: dict[str, Abstract]
    rest: list[Abstract]
    closed: bool


OPTIONS: Noted[Option] = Noted("options")
COMMANDS: Noted[Any] = Noted("sub-commands")
CHAINED = (
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
    *("recommendCommands", "group", "hook", "implies", "makeOptionMandatory", "coerce", "number", "string"),
)


def words(machine: Machine, value: Abstract | None = None) -> tuple[Abstract, ...] | None:
    """The words of the command line, None where they are not known; those of an array where one is given."""
    if value is not None and value.only is not UNDEFINED:
        return elements(value)
    return machine.argv


def parse_options(machine: Machine, options: Iterable[Option], given: tuple[Abstract, ...] | None) -> Line:
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
            value: Abstract = tail(word, text.index("=") + 1)
        elif option.kind == "boolean":
            value = known(True, *word.trace)
        else:
            value = queue.pop(0) if queue else unknown()
        found[option.name] = _coerce(machine, option, value)
    return Line({each.name: _value(machine, each, found, closed) for each in known_options}, rest, closed)


def _coerce(machine: Machine, option: Option, value: Abstract) -> Abstract:
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
    reading = (option.label,) if option.label else ()
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
            typed = _coerce(machine, option, read._replace(options=there))
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
    line = parse_options(machine, options, words(machine, prop(config, "args")))
    values = known(result(line, open_=not isinstance(spec, Object)))
    rest = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    return known(Object(None, args.span, {"values": values, "positionals": rest}), *args.notes)


def camel(name: str) -> str:
    """`--output-file` as the name of a property."""
    first, *more = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in more)


def return_owner(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(owner)


def minimist(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`minimist(words, {default, alias, string, boolean})`: every word that looks like an option is one."""
    given = words(machine, args.get(0))
    config = args.get(1)
    aliases: Any = prop(config, "alias").only
    defaults: Any = prop(config, "default").only
    booleans = [each.only for each in as_list(prop(config, "boolean"))]
    pairs: dict[str, set[str]] = {}
    for name in aliases.names() if isinstance(aliases, Object) else ():
        others = [each.only for each in as_list(aliases.table[name]) if isinstance(each.only, str)]
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
            value: Abstract = tail(word, text.index("=") + 1)
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


CALLS: Mapping[str, Handler] = {
    "util:parseArgs": parse_args,
    "minimist:default": minimist,
    "mri:default": minimist,
}
CLASSES: tuple[str, ...] = ()
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
