"""click: commands, groups and their options, called with the program's own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import leave, return_none
from mcplint.programs.python.libraries.options import FALSE, MANY, TRUE, VALUE, Option, converter, option_value, parse
from mcplint.programs.python.libraries.output import echo
from mcplint.programs.python.libraries.standard import decorates, decorator, maker, unknown_result
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.state import COMMANDS, GROUP, OPTIONS, TAKES_CONTEXT
from mcplint.programs.python.values import Class, Coroutine, Function, Instance, Method
from mcplint.programs.values import Abstract, External, Sequence, known, unknown
from mcplint.values import Label

COMMAND, CONTEXT = "click.Command", "click.Context"


def option(machine: Machine, args: Args, owner: Any, positional: bool = False) -> Abstract:
    """`@click.option(…)`, `@click.argument(…)`: a decorator that adds a parameter to a function or command."""
    options = _options(machine, args, positional)

    def add(value: Abstract) -> Abstract:
        for target in value.options or ():
            if isinstance(target, (Function, Instance)):
                machine.put(target.table, OPTIONS, (*options, *machine.metered(OPTIONS.of(target.table))))
        return value

    return decorator(args, add)


def _options(machine: Machine, args: Args, positional: bool) -> list[Option]:
    spelled = [value.only for value in args.positional if isinstance(value.only, str)]
    if len(spelled) != len(args.positional) or not spelled:
        return []
    flags = tuple(name for name in spelled if name.startswith("-") and not positional)
    names = tuple(flag.partition("/")[0].strip() for flag in flags)
    longest = max(names, key=lambda name: (name.startswith("--"), len(name)), default="")
    dest = next((name for name in spelled if name.isidentifier()), longest.lstrip("-").replace("-", "_").lower())
    note = Label(args.span, f"defines {names[0] if names else dest}") if args.span else None
    if any("/" in flag for flag in flags) or args.get(None, "is_flag", known(False)).must(bool):
        return switch(flags, dest, args.get(None, "default", known(False, *args.notes)), args, note)
    return [_value_option(machine, args, names, dest, args.get(None, "default", known(None, *args.notes)), note)]


def switch(flags: tuple[str, ...], dest: str, default: Abstract, args: Args, note: Label | None) -> list[Option]:
    """A flag, and the one that says no where it is spelled `--on/--off`."""
    on = tuple(flag.partition("/")[0].strip() for flag in flags)
    off = tuple(flag.partition("/")[2].strip() for flag in flags if "/" in flag)
    yes = Option(on, dest, default, TRUE, args.find(None, "flag_value"), variables=variables(args), note=note)
    no = Option(off, dest, default, FALSE, note=note)
    return [yes, no] if off else [yes]


def called_default(machine: Machine, option: Option) -> Option:
    """An option whose default is a function, with what that gives."""
    if not isinstance(option.default.only, (Function, Method)):
        return option
    return option._replace(default=machine.call(option.default, Args()))


def _value_option(
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


def command(machine: Machine, args: Args, owner: Any, group: bool = False) -> Abstract:
    """`@click.command()`, `@click.group()`, with or without parentheses; a group's own make a command of the group."""

    def make(value: Abstract) -> Abstract:
        function = value.only
        if not isinstance(function, Function):
            return unknown(*args.notes)
        name, kind = args.get(0, "name").only, _kind(machine, args)
        table = {
            "callback": known(function),
            OPTIONS: OPTIONS.of(function.table),
            COMMANDS: (),
            GROUP: ((group or _is_group(kind), runs_alone(args)),),
            "name": known(name if isinstance(name, str) else function.name.replace("_", "-")),
        }
        made = Instance(kind, args.span, table)
        if isinstance(made.kind, Class):
            keywords = {key: each for key, each in args.keywords.items() if key not in ("cls", "name")}
            construct = machine.attribute(known(made), "__init__", Label(function.scope.module.span(function.node), ""))
            machine.call(construct, args._replace(positional=(), keywords=keywords))
        if isinstance(owner, Instance):
            COMMANDS.add(machine, owner.table, (made.table["name"].only, made))
        return known(made, *args.notes)

    return decorates(args, make)


def initialized(machine: Machine, args: Args, owner: Instance, group: bool = False) -> Abstract:
    """`super().__init__(name, …)` in a class of the project's own, of which no decorator makes a command."""
    if "callback" not in owner.table and "params" not in args.keywords:
        callback = args.get(None, "callback", known(None))
        table = {"callback": callback, OPTIONS: (), COMMANDS: (), GROUP: ((group, runs_alone(args)),)}
        for key, value in {**table, "name": args.get(0, "name", known(None))}.items():
            machine.put(owner.table, key, value)
    return known(None)


def _kind(machine: Machine, args: Args) -> Class | External:
    """The class of a command, which may be the project's own."""
    only = args.get(None, "cls").only
    return only if isinstance(only, Class) else External(COMMAND)


def _is_group(kind: Class | External) -> bool:
    above = kind.lineage() if isinstance(kind, Class) else ()
    return any(isinstance(each, External) and each.path in PARENTS for each in above)


def get_command(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """The command of a name, as a group finds it unless a class of the project does."""
    return known(dict(COMMANDS.of(owner.table)).get(args.get(1, "cmd_name").only))


def runs_alone(args: Args) -> bool:
    """Whether a group runs without a sub-command."""
    return args.get(None, "invoke_without_command", known(False)).must(bool)


def add_command(machine: Machine, args: Args, owner: Instance) -> Abstract:
    only = args.get(0, "cmd").only
    if isinstance(only, Instance):
        own = only.table.get("name", unknown()).only
        COMMANDS.add(machine, owner.table, (args.get(1, "name").only or own, only))
    return known(None)


def invoked(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`main()` of a command: it reads the program's words and exits when it is done."""
    given = args.find(0, "args")
    words = machine.argv
    if given is not None and given.options != (None,):
        words = given.only.items if isinstance(given.only, Sequence) else None
    return run_command(machine, owner, words)


def run_command(machine: Machine, owner: Instance, words: tuple[Abstract, ...] | None) -> Abstract:
    group, alone = GROUP.first(owner.table, (False, False))
    params: tuple[Option, ...] = OPTIONS.of(owner.table)
    parsed = parse(params, words, stop=group)
    keywords: dict[str, Abstract] = {}
    for param in params:
        if param.dest not in keywords:
            keywords[param.dest] = option_value(machine, called_default(machine, param), parsed)
    commands: dict[Any, Any] = dict(COMMANDS.of(owner.table))
    chosen = parsed.rest[0].only if group and parsed.rest else None
    function = owner.table["callback"].only
    if group and parsed.rest is None and commands:
        return machine.risk()
    if group and chosen is None and not alone:
        return known(None)
    context = Instance(External(CONTEXT), None, {"invoked_subcommand": known(chosen), "obj": known(None)})
    result = _call_command(machine, function, keywords, context) if function is not None else known(None)
    inner = commands.get(chosen)
    if isinstance(owner.kind, Class) and chosen is not None:
        note = Label(owner.kind.frame.module.span(owner.kind.node).head, "finds its commands itself")
        finds = machine.attribute(known(owner), "get_command", note)
        inner = machine.call(finds, Args((known(context), known(chosen)))).only
    if isinstance(inner, Instance) and parsed.rest:
        return run_command(machine, inner, parsed.rest[1:])
    return result


def _call_command(machine: Machine, function: Any, keywords: Mapping[str, Abstract], context: Instance) -> Abstract:
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
    return _call_command(machine, only.table["callback"].only, {**keywords, **args.keywords}, owner)


def choice(machine: Machine, args: Args, owner: Any) -> Abstract:
    return new_instance("click.Choice", args, {"choices": args.get(0, "choices")})


CALLS: Mapping[str, Handler] = {
    "click.option": option,
    "click.argument": partial(option, positional=True),
    "click.command": command,
    "click.group": partial(command, group=True),
    "click.version_option": maker,
    "click.help_option": maker,
    "click.pass_context": pass_context,
    "click.echo": echo,
    "click.secho": echo,
    "click.Choice": choice,
    "click.IntRange": lambda machine, args, owner: known(External("click.INT")),
    "click.Path": lambda machine, args, owner: known(External("click.STRING")),
    f"{COMMAND}.__call__": invoked,
    f"{COMMAND}.main": invoked,
    f"{COMMAND}.command": command,
    f"{COMMAND}.group": partial(command, group=True),
    f"{COMMAND}.add_command": add_command,
    f"{COMMAND}.get_command": get_command,
    f"{COMMAND}.list_commands": unknown_result,
    f"{COMMAND}.__init__": initialized,
    "click.Group.__init__": partial(initialized, group=True),
    f"{CONTEXT}.invoke": context_invoke,
    f"{CONTEXT}.ensure_object": return_none,
    f"{CONTEXT}.get_help": unknown_result,
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
PARENTS: Mapping[str, str] = dict.fromkeys(("click.Group", "click.MultiCommand", "rich_click.RichGroup"), COMMAND)
