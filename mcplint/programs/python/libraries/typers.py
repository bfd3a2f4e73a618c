"""typer: functions whose parameters are options and arguments, called with the program's own words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.libraries.clicks import CONTEXT, variables
from mcplint.programs.python.libraries.options import FALSE, TRUE, VALUE, Option, converter, parse, settled
from mcplint.programs.python.libraries.standard import anything
from mcplint.programs.python.machine import Args, Handler, Machine
from mcplint.programs.python.state import CALLBACK, COMMANDS, GROUP, MAKER
from mcplint.programs.python.values import Abstract, Class, External, Function, Instance, known, unknown
from mcplint.values import Label

TYPER, PARAMETER = "typer.Typer", "typer.Parameter"


def parameter(positional: bool) -> Handler:
    """`typer.Option(…)`, `typer.Argument(…)`."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        made = Instance(External(PARAMETER), args.span, {MAKER: ((args, positional),)})
        return known(made, *args.notes)

    return handler


def typer_app(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table |= {
        COMMANDS: (),
        CALLBACK: (),
        GROUP: ((True, args.get(None, "invoke_without_command", known(False)).must(bool)),),
    }
    return known(None)


def typer_command(callback: bool) -> Handler:
    def handler(machine: Machine, args: Args, owner: Instance) -> Abstract:
        made = Instance(External("typer.Maker"), args.span, {MAKER: ((args, callback, owner),)})
        return known(made, *args.notes)

    return handler


def typer_make(machine: Machine, args: Args, owner: Instance) -> Abstract:
    first, callback, app = MAKER.one(owner.table, (Args(open=True), False, None))
    only = args.get(0, "f").only
    if isinstance(only, Function):
        name = first.get(0, "name").only
        if callback:
            alone = first.get(None, "invoke_without_command", known(False)).must(bool)
            machine.put(app.table, CALLBACK, ((only, alone),))
        else:
            given = name if isinstance(name, str) else only.name.replace("_", "-").lower()
            COMMANDS.add(machine, app.table, (given, only))
    return args.get(0, "f")


def add_typer(machine: Machine, args: Args, owner: Instance) -> Abstract:
    name = args.get(None, "name").only
    COMMANDS.add(machine, owner.table, (name, args.get(0, "typer_instance").only))
    return known(None)


def typer_run(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0, "function").only
    return _typed(machine, only, machine.argv, False)[0] if isinstance(only, Function) else machine.risk(*args.notes)


def typer_invoked(machine: Machine, args: Args, owner: Instance) -> Abstract:
    given = args.find(0, "args")
    return _typer(machine, owner, machine.argv if given is None else None)


def _typer(machine: Machine, app: Instance, words: tuple[Abstract, ...] | None) -> Abstract:
    commands: tuple[tuple[Any, Any], ...] = COMMANDS.of(app.table)
    callback = CALLBACK.of(app.table)
    if len(commands) == 1 and not callback and isinstance(commands[0][1], Function):
        return _typed(machine, commands[0][1], words, False)[0]
    rest = words
    _, alone = GROUP.one(app.table, (True, False))
    if callback:
        first, sufficient = callback[0]
        chosen = _first_name(words, commands)
        if chosen is None and not (alone or sufficient) and words is not None:
            return known(None)
        _, rest = _typed(machine, first, words, True, chosen)
    if rest is None:
        return machine.risk()
    inner = next((each for name, each in commands if rest and rest[0].only == name), None)
    if isinstance(inner, Instance):
        return _typer(machine, inner, rest[1:])
    return _typed(machine, inner, rest[1:], False)[0] if inner is not None else known(None)


def _first_name(words: tuple[Abstract, ...] | None, commands: tuple[tuple[Any, Any], ...]) -> Any:
    names = [name for name, _ in commands]
    return next((word.only for word in words or () if word.only in names), None)


def _typed(
    machine: Machine, function: Function, words: tuple[Abstract, ...] | None, stop: bool, chosen: Any = None
) -> tuple[Abstract, tuple[Abstract, ...] | None]:
    """Calls a function with its parameters taken from words, and gives the words that are left."""
    options: list[Option] = []
    keywords: dict[str, Abstract] = {}
    parameters = function.node.args
    for node in (*parameters.args, *parameters.kwonlyargs):
        annotation = machine.evaluate(function.scope, _bare(node.annotation)) if node.annotation else unknown()
        if isinstance(annotation.only, External) and annotation.only.path in ("typer.Context", CONTEXT):
            context = Instance(External(CONTEXT), None, {"invoked_subcommand": known(chosen), "obj": known(None)})
            keywords[node.arg] = known(context)
            continue
        options += _parameter(machine, function, node, annotation)
    parsed = parse(options, words, stop)
    for each in options:
        if each.dest not in keywords:
            keywords[each.dest] = settled(machine, each, parsed)
    return machine.call(known(function), Args((), keywords)), parsed.rest


def _bare(annotation: ast.expr) -> ast.expr:
    """The type in `Annotated[type, …]`, `Optional[type]`, `type | None`."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple) and annotation.slice.elts:
        return _bare(annotation.slice.elts[0])
    if isinstance(annotation, ast.Subscript):
        return _bare(annotation.slice) if "Optional" in ast.dump(annotation.value) else annotation
    return _bare(annotation.left) if isinstance(annotation, ast.BinOp) else annotation


def _parameter(machine: Machine, function: Function, node: ast.arg, kind: Abstract) -> list[Option]:
    default = function.defaults.get(node.arg)
    told = default.only if default is not None else None
    note = Label(function.scope.module.span(node), f"takes --{node.arg.replace('_', '-')}")
    marker = told if isinstance(told, Instance) and told.library == PARAMETER else _annotated(machine, function, node)
    args, positional = MAKER.one(marker.table if marker else {}, (Args(), default is None))
    if marker is told and marker is not None:
        default = args.get(0, "default")
        default = unknown(note) if default.only is Ellipsis else default
        args = args._replace(positional=args.positional[1:])
    elif default is None:
        default = unknown(note)
    flags = tuple(value.only for value in args.positional if isinstance(value.only, str))
    only = kind.only
    if isinstance(only, External) and only.path == "builtins.bool" and not positional:
        return _switch(flags, node.arg, default, args, note)
    names = () if positional else tuple(flags) or (f"--{node.arg.replace('_', '-')}",)
    convert = converter(machine, kind if isinstance(only, (Class, External)) else None)
    if isinstance(only, External) and only.path not in ("builtins.int", "builtins.str", "builtins.float"):
        convert = converter(machine, None)
    return [Option(names, node.arg, default, VALUE, None, convert, (), variables(args), note)]


def _switch(flags: tuple[str, ...], name: str, default: Abstract, args: Args, note: Label) -> list[Option]:
    word = name.replace("_", "-")
    positive = tuple(flag.partition("/")[0].strip() for flag in flags) or (f"--{word}",)
    negative = tuple(flag.partition("/")[2].strip() for flag in flags if "/" in flag) or (
        () if flags else (f"--no-{word}",)
    )
    return [
        Option(positive, name, default, TRUE, variables=variables(args), note=note),
        *([Option(negative, name, default, FALSE, note=note)] if negative else []),
    ]


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
    f"{TYPER}.command": typer_command(False),
    f"{TYPER}.callback": typer_command(True),
    f"{TYPER}.add_typer": add_typer,
    f"{TYPER}.__call__": typer_invoked,
    "typer.Maker.__call__": typer_make,
    "typer.Option": parameter(False),
    "typer.Argument": parameter(True),
    "typer.run": typer_run,
    "typer.echo": anything,
    "typer.Exit": anything,
}
