"""argparse, fire and their like: parsers, groups and sub-commands as objects, the namespace that words give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import leave, return_none
from mcplint.programs.python.libraries.options import (
    COUNT,
    FALSE,
    MANY,
    TRUE,
    VALUE,
    Option,
    Parsed,
    converter,
    option_value,
    parse,
)
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.state import COMMANDS, DEFAULTS, HIDDEN, OPTIONS, PARSER_GROUPS
from mcplint.programs.python.values import Class, Function, Instance, Method
from mcplint.programs.values import Abstract, External, Sequence, known, union, unknown
from mcplint.values import Label

ASKING = frozenset({"-h", "--help"})
"""Words that every parser takes, and at which it prints its help and ends."""
PARSER, SUBPARSERS, NAMESPACE = "argparse.ArgumentParser", "argparse.SubParsers", "argparse.Namespace"


def parser(machine: Machine, args: Args, owner: Instance) -> Abstract:
    inherited: tuple[Any, ...] = ()
    parents = args.get(None, "parents")
    only = parents.only
    for item in only.items or () if isinstance(only, Sequence) else ():
        if isinstance(item.only, Instance):
            inherited += OPTIONS.of(item.only.table)
    owner.table |= {OPTIONS: inherited, DEFAULTS: (), PARSER_GROUPS: ()}
    strange = any(args.find(None, name) is not None for name in ("prefix_chars", "fromfile_prefix_chars"))
    if args.open or strange or parents.options != (None,) or not isinstance(owner.kind, External):
        HIDDEN.add(machine, owner.table, True)
    return known(None)


def group(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(owner, *args.notes)


def add_argument(machine: Machine, args: Args, owner: Instance) -> Abstract:
    option = _option(machine, args)
    if option is not None:
        OPTIONS.add(machine, owner.table, option)
    if option is None or _has_variable_arity(args, option):
        HIDDEN.add(machine, owner.table, True)
    return unknown(*args.notes)


def _has_variable_arity(args: Args, option: Option) -> bool:
    """Whether an option may take another number of words than is known here."""
    count, action = args.get(None, "nargs").only, args.get(None, "action", known("store")).only
    own = not isinstance(action, (str, External)) or (
        isinstance(action, External) and not action.path.startswith("argp")
    )
    return args.open or own or count == "..." or (bool(option.names) and count == "?")


def _option(machine: Machine, args: Args) -> Option | None:
    names = [value.only for value in args.positional]
    if not names or not all(isinstance(name, str) for name in names):
        return None
    flags = tuple(str(name) for name in names if str(name).startswith("-"))
    longest = next((name for name in flags if name.startswith("--")), flags[0] if flags else str(names[0]))
    dest = args.get(None, "dest", known(longest.lstrip("-").replace("-", "_"))).only
    if not isinstance(dest, str):
        return None
    action = args.get(None, "action", known("store"))
    kind, const = _kind(args, action.only)
    convert = converter(machine, args.find(None, "type"))
    default = args.find(None, "default")
    if default is None:
        default = known({TRUE: False, FALSE: True}.get(kind) if action.only != "store_const" else None, *args.notes)
    elif default.must(lambda option: isinstance(option, str)) and kind == VALUE:
        default = convert(default)
    if isinstance(action.only, External) and action.only.path == "argparse.BooleanOptionalAction":
        return _optional(flags, dest, default, args)
    only = args.get(None, "choices").only
    choices = tuple(only.items or ()) if isinstance(only, Sequence) else ()
    note = Label(args.span, f"defines {longest}") if args.span else None
    return Option(flags, dest, default, kind, const, convert, choices, (), note)


def _optional(flags: tuple[str, ...], dest: str, default: Abstract, args: Args) -> Option:
    note = Label(args.span, f"defines {flags[0]}") if args.span and flags else None
    choices = (known(True), known(False))
    return Option(flags, dest, default, TRUE, known(True, *args.notes), note=note, choices=choices)


def _kind(args: Args, action: Any) -> tuple[str, Abstract | None]:
    const = args.find(None, "const")
    if action in ("store_true", "store_const"):
        return TRUE, const if action == "store_const" else known(True, *args.notes)
    if action == "store_false":
        return FALSE, known(False, *args.notes)
    if action in ("count", "append", "extend", "help", "version"):
        return {"append": MANY, "extend": MANY}.get(action, COUNT), const
    count = args.get(None, "nargs").only
    return (MANY if count in ("*", "+", "...") or isinstance(count, int) else VALUE), const


def set_defaults(machine: Machine, args: Args, owner: Instance) -> Abstract:
    DEFAULTS.add(machine, owner.table, *args.keywords.items())
    return known(None)


def add_subparsers(machine: Machine, args: Args, owner: Instance) -> Abstract:
    group = new_instance(SUBPARSERS, args, {COMMANDS: (), "dest": args.get(None, "dest")})
    PARSER_GROUPS.add(machine, owner.table, group.only)
    return group


def add_parser(machine: Machine, args: Args, owner: Instance) -> Abstract:
    made = Instance(External(PARSER), args.span)
    parser(machine, args._replace(positional=()), made)
    COMMANDS.add(machine, owner.table, (args.get(0, "name").only, made))
    return known(made, *args.notes)


def parse_args(machine: Machine, args: Args, owner: Instance, known_alone: bool = False) -> Abstract:
    """The namespace of the words that are given, or else of the program's own.

    A word that no option takes ends the program, unless only those that are known are asked for.
    """
    given = args.find(0, "args")
    words: tuple[Abstract, ...] | None = machine.argv
    if given is not None and given.options != (None,):
        words = given.only.items if isinstance(given.only, Sequence) else None
    made = Instance(External(NAMESPACE), args.span)
    left = _fill(machine, owner, words, made)
    if left and not known_alone and not HIDDEN.of(owner.table) and not PARSER_GROUPS.of(owner.table):
        _refuse(machine, left, args)
    return known(made, *args.notes)


def _refuse(machine: Machine, left: tuple[Abstract, ...], args: Args) -> None:
    """Ends the program at the first of the words that no option takes; short options may be several in one word."""
    spelled = [word.only for word in left]
    if not ASKING.isdisjoint(spelled):
        leave(machine, args, None)
    whole = all(isinstance(word, str) and (word[:1] != "-" or word[:2] == "--") and word != "--" for word in spelled)
    if whole and args.span:
        machine.refuse(left[0], args.span)


def parse_known(machine: Machine, args: Args, owner: Instance) -> Abstract:
    parsed = parse_args(machine, args, owner, known_alone=True)
    return known(Sequence("tuple", (parsed, known(Sequence("list", None)))))


def _fill(
    machine: Machine, owner: Instance, words: tuple[Abstract, ...] | None, made: Instance
) -> tuple[Abstract, ...] | None:
    """Puts what the words give into a namespace, and tells the words that no option takes."""
    options: tuple[Option, ...] = OPTIONS.of(owner.table)
    subs: tuple[Instance, ...] = PARSER_GROUPS.of(owner.table)
    parsed = parse(options, words, stop=bool(subs))
    made.table |= dict(DEFAULTS.of(owner.table))
    for option in options:
        if parsed.rest is None or option.dest in parsed.given or option.dest not in made.table:
            made.table[option.dest] = option_value(machine, option, parsed)
    for sub in subs:
        _choose(machine, sub, parsed, made)
    return parsed.rest


def _choose(machine: Machine, sub: Instance, parsed: Parsed, made: Instance) -> None:
    """The sub-command that the words name."""
    dest = sub.table["dest"].only
    parsers: dict[Any, Instance] = dict(COMMANDS.of(sub.table))
    if parsed.rest is None:
        for inner in parsers.values():
            _fill(machine, inner, None, made)
        if isinstance(dest, str):
            made.table[dest] = union([known(name) for name in parsers]) if parsers else unknown()
        for name in {name for inner in parsers.values() for name, _ in DEFAULTS.of(inner.table)}:
            made.table[name] = unknown()
        return
    named = next((index for index, word in enumerate(parsed.rest) if word.only in parsers), None)
    chosen = parsed.rest[named] if named is not None else None
    if isinstance(dest, str):
        made.table[dest] = chosen if chosen is not None else known(None)
    if chosen is not None and named is not None:
        _fill(machine, parsers[chosen.only], parsed.rest[named + 1 :], made)


def namespace(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table |= dict(args.keywords)
    return known(None)


def run_fire(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`fire.Fire(function)`: without words, a plain call."""
    if machine.argv == () and isinstance(args.get(0, "component").only, (Function, Method)):
        return machine.call(args.get(0, "component"), Args())
    return machine.risk(*args.notes)


def from_class(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`simple_parsing.parse(Class)`, `tyro.cli(Class)`: without words, the class with its defaults."""
    if machine.argv == () and isinstance(args.get(0, "config_class").only, (Class, Function)):
        return machine.call(args.get(0, "config_class"), Args())
    return machine.risk(*args.notes)


CALLS: Mapping[str, Handler] = {
    "fire.Fire": run_fire,
    "simple_parsing.parse": from_class,
    "tyro.cli": from_class,
    f"{PARSER}.__init__": parser,
    f"{PARSER}.add_argument": add_argument,
    f"{PARSER}.add_argument_group": group,
    f"{PARSER}.add_mutually_exclusive_group": group,
    f"{PARSER}.set_defaults": set_defaults,
    f"{PARSER}.add_subparsers": add_subparsers,
    f"{PARSER}.parse_args": parse_args,
    f"{PARSER}.parse_known_args": parse_known,
    f"{PARSER}.print_help": return_none,
    f"{PARSER}.error": leave,
    f"{PARSER}.exit": leave,
    f"{SUBPARSERS}.add_parser": add_parser,
    f"{NAMESPACE}.__init__": namespace,
}
