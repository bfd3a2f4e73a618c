"""typer: functions whose parameters are options and arguments, called with the program's own words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.clicks import CONTEXT, called_default, runs_alone, switch, variables
from mcplint.programs.python.libraries.options import VALUE, Option, converter, option_value, parse
from mcplint.programs.python.libraries.output import echo
from mcplint.programs.python.libraries.standard import decorator, unknown_result
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.state import CALLBACK, COMMANDS, GROUP, MAKER
from mcplint.programs.python.values import Class, Function, Instance
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.values import Label

TYPER, PARAMETER = "typer.Typer", "typer.Parameter"


def parameter(machine: Machine, args: Args, owner: Any, positional: bool) -> Abstract:
    """`typer.Option(…)`, `typer.Argument(…)`."""
    return new_instance(PARAMETER, args, {MAKER: ((args, positional),)})


def typer_app(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table |= {COMMANDS: (), CALLBACK: (), GROUP: ((True, runs_alone(args)),)}
    return known(None)


def command(machine: Machine, args: Args, app: Instance) -> Abstract:
    def register(value: Abstract) -> Abstract:
        if isinstance(value.only, Function):
            name = args.get(0, "name").only
            COMMANDS.add(machine, app.table, (name or value.only.name.replace("_", "-").lower(), value.only))
        return value

    return decorator(args, register)


def callback(machine: Machine, args: Args, app: Instance) -> Abstract:
    def register(value: Abstract) -> Abstract:
        if isinstance(value.only, Function):
            machine.put(app.table, CALLBACK, ((value.only, runs_alone(args)),))
        return value

    return decorator(args, register)


def add_typer(machine: Machine, args: Args, owner: Instance) -> Abstract:
    name = args.get(None, "name").only
    COMMANDS.add(machine, owner.table, (name, args.get(0, "typer_instance").only))
    return known(None)


def typer_run(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0, "function").only
    if not isinstance(only, Function):
        return machine.risk(*args.notes)
    return _called_with(machine, only, machine.argv, False)[0]


def typer_invoked(machine: Machine, args: Args, owner: Instance) -> Abstract:
    given = args.find(0, "args")
    return _typer(machine, owner, machine.argv if given is None else None)


def _typer(machine: Machine, app: Instance, words: tuple[Abstract, ...] | None) -> Abstract:
    commands: tuple[tuple[Any, Any], ...] = COMMANDS.of(app.table)
    callback = CALLBACK.of(app.table)
    if len(commands) == 1 and not callback and isinstance(commands[0][1], Function):
        return _called_with(machine, commands[0][1], words, False)[0]
    rest = words
    _, alone = GROUP.first(app.table, (True, False))
    if callback:
        first, sufficient = callback[0]
        chosen = _first_name(words, commands)
        if chosen is None and not (alone or sufficient) and words is not None:
            return known(None)
        _, rest = _called_with(machine, first, words, True, chosen)
    if rest is None:
        return machine.risk()
    inner = next((each for name, each in commands if rest and rest[0].only == name), None)
    if isinstance(inner, Instance):
        return _typer(machine, inner, rest[1:])
    return _called_with(machine, inner, rest[1:], False)[0] if inner is not None else known(None)


def _first_name(words: tuple[Abstract, ...] | None, commands: tuple[tuple[Any, Any], ...]) -> Any:
    names = [name for name, _ in commands]
    return next((word.only for word in words or () if word.only in names), None)


def _called_with(
    machine: Machine, function: Function, words: tuple[Abstract, ...] | None, stop: bool, chosen: Any = None
) -> tuple[Abstract, tuple[Abstract, ...] | None]:
    """Calls a function with its parameters taken from words, and gives the words that are left."""
    options: list[Option] = []
    keywords: dict[str, Abstract] = {}
    parameters = function.node.args
    for node in (*parameters.args, *parameters.kwonlyargs):
        annotation = (
            machine.evaluate(function.scope, _unwrapped_type(node.annotation)) if node.annotation else unknown()
        )
        if isinstance(annotation.only, External) and annotation.only.path in ("typer.Context", CONTEXT):
            context = Instance(External(CONTEXT), None, {"invoked_subcommand": known(chosen), "obj": known(None)})
            keywords[node.arg] = known(context)
            continue
        options += _parameter(machine, function, node, annotation)
    parsed = parse(options, words, stop)
    for each in options:
        if each.dest not in keywords:
            keywords[each.dest] = option_value(machine, called_default(machine, each), parsed)
    return machine.call(known(function), Args((), keywords)), parsed.rest


def _unwrapped_type(annotation: ast.expr) -> ast.expr:
    """The type in `Annotated[type, …]`, `Optional[type]`, `type | None`."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple) and annotation.slice.elts:
        return _unwrapped_type(annotation.slice.elts[0])
    if isinstance(annotation, ast.Subscript):
        return _unwrapped_type(annotation.slice) if "Optional" in ast.dump(annotation.value) else annotation
    return _unwrapped_type(annotation.left) if isinstance(annotation, ast.BinOp) else annotation


def _parameter(machine: Machine, function: Function, node: ast.arg, kind: Abstract) -> list[Option]:
    default = function.defaults.get(node.arg)
    marker_value = default.only if default is not None else None
    note = Label(function.scope.module.span(node), f"defines --{node.arg.replace('_', '-')}")
    marker = (
        marker_value
        if isinstance(marker_value, Instance) and marker_value.library == PARAMETER
        else _annotated(machine, function, node)
    )
    args, positional = MAKER.first(marker.table if marker else {}, (Args(), default is None))
    if marker is marker_value and marker is not None:
        default = args.get(0, "default")
        default = unknown(note) if default.only is Ellipsis else default
        args = args._replace(positional=args.positional[1:])
    elif default is None:
        default = unknown(note)
    flags = tuple(value.only for value in args.positional if isinstance(value.only, str))
    only = kind.only
    if isinstance(only, External) and only.path == "builtins.bool" and not positional:
        word = node.arg.replace("_", "-")
        return switch(flags or (f"--{word}/--no-{word}",), node.arg, default, args, note)
    names = () if positional else tuple(flags) or (f"--{node.arg.replace('_', '-')}",)
    convert = converter(machine, kind if isinstance(only, (Class, External)) else None)
    if isinstance(only, External) and only.path not in ("builtins.int", "builtins.str", "builtins.float"):
        convert = converter(machine, None)
    return [Option(names, node.arg, default, VALUE, None, convert, (), variables(args), note)]


def _annotated(machine: Machine, function: Function, node: ast.arg) -> Instance | None:
    """The `typer.Option(…)` in `Annotated[…]`."""
    annotation = node.annotation
    if not (isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple)):
        return None
    for part in annotation.slice.elts[1:]:
        only = machine.evaluate(function.scope, part).only
        if isinstance(only, Instance) and only.library == PARAMETER:
            return only
    return None


CALLS: Mapping[str, Handler] = {
    f"{TYPER}.__init__": typer_app,
    f"{TYPER}.command": command,
    f"{TYPER}.callback": callback,
    f"{TYPER}.add_typer": add_typer,
    f"{TYPER}.__call__": typer_invoked,
    "typer.Option": partial(parameter, positional=False),
    "typer.Argument": partial(parameter, positional=True),
    "typer.run": typer_run,
    "typer.echo": echo,
    "typer.Exit": unknown_result,
}
