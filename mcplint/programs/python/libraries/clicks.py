"""click: commands, groups and their options, called with the program's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.builtin import leave, nothing
from mcplint.programs.python.libraries.options import FALSE, MANY, TRUE, VALUE, Option, converter, parse, settled
from mcplint.programs.python.libraries.standard import anything
from mcplint.programs.python.machine import Args, Handler, Machine
from mcplint.programs.python.state import COMMANDS, GROUP, MAKER, OPTIONS, TAKES_CONTEXT
from mcplint.programs.python.values import Abstract, Coroutine, External, Function, Instance, Sequence, known, unknown
from mcplint.values import Label

COMMAND, CONTEXT, DECORATOR = "click.Command", "click.Context", "click.Decorator"


def option(kind: str) -> Handler:
    """`@click.option(…)`, `@click.argument(…)`: a decorator that adds a parameter."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        made = Instance(External(DECORATOR), args.span)
        made.table |= {OPTIONS: _click_option(machine, args, kind) or (), "kind": known(kind)}
        return known(made, *args.notes)

    return handler


def _click_option(machine: Machine, args: Args, kind: str) -> tuple[Option, ...]:
    spelled = [value.only for value in args.positional if isinstance(value.only, str)]
    if len(spelled) != len(args.positional) or not spelled:
        return ()
    dest = next((name for name in spelled if name.isidentifier()), None)
    flags = [name for name in spelled if name.startswith("-")]
    if kind == "argument":
        flags = []
    positive = [name for flag in flags for name in flag.partition("/")[:1]]
    negative = [flag.partition("/")[2].strip() for flag in flags if "/" in flag]
    if dest is None:
        longest = max((flag for flag in positive), key=lambda flag: (flag.startswith("--"), len(flag)), default="")
        dest = longest.strip().lstrip("-").replace("-", "_").lower()
    default = args.get(None, "default", known(None, *args.notes))
    note = Label(args.span, f"takes {positive[0].strip()}" if positive else f"takes {dest}") if args.span else None
    names = tuple(name.strip() for name in positive)
    if negative or args.get(None, "is_flag", known(False)).must(bool):
        default = args.get(None, "default", known(False, *args.notes))
        on = Option(names, dest, default, TRUE, args.find(None, "flag_value"), variables=variables(args), note=note)
        off = Option(tuple(negative), dest, default, FALSE, note=note)
        return (on, off) if negative else (on,)
    return (_valued(machine, args, names, dest, default, note),)


def _valued(
    machine: Machine, args: Args, names: tuple[str, ...], dest: str, default: Abstract, note: Label | None
) -> Option:
    kind = args.find(None, "type")
    only = kind.only if kind is not None else None
    choices: tuple[Abstract, ...] = ()
    if isinstance(only, Instance) and only.library == "click.Choice":
        listed = only.table["choices"].only
        choices = listed.items or () if isinstance(listed, Sequence) else ()
        kind = None
    elif kind is None and default.options and all(isinstance(each, (int, float)) for each in default.options):
        kind = known(External(f"builtins.{type(default.options[0]).__name__}"))
    elif isinstance(only, (External, Instance)):
        kind = (
            known(External(KINDS[_path(only)]))
            if _path(only) in KINDS
            else kind
            if isinstance(only, External)
            else known(External("unknown"))
        )
    many = args.get(None, "multiple", known(False)).must(bool)
    return Option(
        names, dest, default, MANY if many else VALUE, None, converter(machine, kind), choices, variables(args), note
    )


def _path(kind: Any) -> str:
    return (kind.path if isinstance(kind, External) else kind.library) or ""


KINDS = {
    "click.INT": "builtins.int",
    "click.STRING": "builtins.str",
    "click.FLOAT": "builtins.float",
    "click.IntRange": "builtins.int",
    "click.Path": "builtins.str",
    "click.File": "unknown",
    "click.BOOL": "builtins.bool",
}


def variables(args: Args) -> tuple[str, ...]:
    value = args.find(None, "envvar")
    only = value.only if value is not None else None
    if isinstance(only, Sequence):
        return tuple(item.only for item in only.items or () if isinstance(item.only, str))
    return (only,) if isinstance(only, str) else ()


def decorate(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """Adds the parameter of a decorator to a function or command."""
    value = args.get(0, "f")
    for target in value.options or ():
        if isinstance(target, (Function, Instance)):
            machine.put(target.table, OPTIONS, (*OPTIONS.of(owner.table), *OPTIONS.of(target.table)))
    return value


def command(group: bool) -> Handler:
    """`@click.command()`, `@click.group()`, with or without parentheses."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        only = args.positional[0].only if args.positional else None
        if isinstance(only, Function):
            return known(_command(only, args, group, None))
        made = Instance(External("click.Maker"), args.span, {MAKER: ((args, group, owner),)})
        return known(made, *args.notes)

    return handler


def make(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """The function under `@click.command(…)` becomes a command, of a group where the group makes it."""
    first, group, parent = MAKER.one(owner.table, (Args(open=True), False, None))
    only = args.get(0, "f").only
    if not isinstance(only, Function):
        return unknown(*args.notes)
    made = _command(only, first, group, owner.span)
    if isinstance(parent, Instance):
        _register(machine, parent, made, first.get(0, "name").only)
    return known(made, *args.notes)


def _command(function: Function, args: Args, group: bool, span: Any) -> Instance:
    made = Instance(External(COMMAND), span)
    alone = args.get(None, "invoke_without_command", known(False)).must(bool)
    made.table |= {
        "callback": known(function),
        OPTIONS: OPTIONS.of(function.table),
        COMMANDS: (),
        GROUP: ((group, alone),),
        "name": known(function.name),
    }
    return made


def _register(machine: Machine, group: Instance, made: Any, name: Any) -> None:
    given = (
        name
        if isinstance(name, str)
        else made.table["name"].only.replace("_", "-")
        if isinstance(made, Instance)
        else None
    )
    COMMANDS.add(machine, group.table, (given, made))


def add_command(machine: Machine, args: Args, owner: Instance) -> Abstract:
    only = args.get(0, "cmd").only
    if isinstance(only, Instance):
        _register(machine, owner, only, args.get(1, "name").only)
    return known(None)


def invoked(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`main()` of a command: it reads the program's words and exits when it is done."""
    given = args.find(0, "args")
    words = machine.argv
    if given is not None and given.options != (None,):
        words = given.only.items if isinstance(given.only, Sequence) else None
    return run_command(machine, owner, words)


def run_command(machine: Machine, owner: Instance, words: tuple[Abstract, ...] | None) -> Abstract:
    group, alone = GROUP.one(owner.table, (False, False))
    params: tuple[Option, ...] = OPTIONS.of(owner.table)
    parsed = parse(params, words, stop=group)
    keywords: dict[str, Abstract] = {}
    for param in params:
        if param.dest not in keywords:
            keywords[param.dest] = settled(machine, param, parsed)
    commands: dict[Any, Any] = dict(COMMANDS.of(owner.table))
    chosen = parsed.rest[0].only if group and parsed.rest else None
    function = owner.table["callback"].only
    if group and parsed.rest is None and commands:
        return machine.risk()
    if group and chosen is None and not alone:
        return known(None)
    context = Instance(External(CONTEXT), None, {"invoked_subcommand": known(chosen), "obj": known(None)})
    result = _called(machine, function, keywords, context)
    inner = commands.get(chosen)
    if inner is not None and parsed.rest:
        return run_command(machine, inner, parsed.rest[1:])
    return result


def _called(machine: Machine, function: Any, keywords: Mapping[str, Abstract], context: Instance) -> Abstract:
    passed = TAKES_CONTEXT in function.table if isinstance(function, Function) else False
    first = (known(context),) if passed else ()
    result = machine.call(known(function), Args(first, keywords))
    if isinstance(result.only, Coroutine):
        return unknown()
    return result


def pass_context(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0, "f").only
    if isinstance(only, Function):
        only.table[TAKES_CONTEXT] = ()
    return args.get(0, "f")


def context_invoke(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`ctx.invoke(command, …)`: the command's function, its options at their defaults where not given."""
    only = args.get(0, "callback").only
    if isinstance(only, Function):
        return machine.call(known(only), args._replace(positional=args.positional[1:]))
    if not isinstance(only, Instance) or "callback" not in only.table:
        return machine.risk(*args.notes)
    keywords = {param.dest: param.default for param in OPTIONS.of(only.table)}
    return _called(machine, only.table["callback"].only, {**keywords, **args.keywords}, owner)


def choice(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Instance(External("click.Choice"), args.span, {"choices": args.get(0, "choices")})
    return known(made, *args.notes)


CALLS: Mapping[str, Handler] = {
    "click.option": option("option"),
    "click.argument": option("argument"),
    "click.command": command(False),
    "click.group": command(True),
    "click.Maker.__call__": make,
    "click.version_option": lambda machine, args, owner: known(External("decorator.same")),
    "click.help_option": lambda machine, args, owner: known(External("decorator.same")),
    "click.pass_context": pass_context,
    "click.echo": anything,
    "click.secho": anything,
    "click.Choice": choice,
    "click.IntRange": lambda machine, args, owner: known(External("click.INT")),
    "click.Path": lambda machine, args, owner: known(External("click.STRING")),
    f"{DECORATOR}.__call__": decorate,
    f"{COMMAND}.__call__": invoked,
    f"{COMMAND}.main": invoked,
    f"{COMMAND}.command": command(False),
    f"{COMMAND}.group": command(True),
    f"{COMMAND}.add_command": add_command,
    f"{CONTEXT}.invoke": context_invoke,
    f"{CONTEXT}.ensure_object": nothing,
    f"{CONTEXT}.get_help": anything,
    f"{CONTEXT}.exit": leave,
}
ALIASES: Mapping[str, str] = {
    "rich_click.command": "click.command",
    "rich_click.group": "click.group",
    "rich_click.option": "click.option",
    "rich_click.argument": "click.argument",
    "asyncclick.command": "click.command",
    "asyncclick.option": "click.option",
    "asyncclick.group": "click.group",
}
