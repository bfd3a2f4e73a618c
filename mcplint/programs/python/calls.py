"""What a call comes to, and how functions of the project are made and run."""

from __future__ import annotations

import ast
from typing import Any

from mcplint.facts.python_bodies import may_say
from mcplint.programs.journal import Exhausted, Leave, Return
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.classes import construct
from mcplint.programs.python.lost import attribute_values, is_harmless
from mcplint.programs.python.machine import ACTIVE, Machine
from mcplint.programs.python.operators import without_absent
from mcplint.programs.python.state import HIDDEN, MADE, OPTIONS
from mcplint.programs.python.values import Class, Coroutine, Dict, Frame, Function, Instance, Method
from mcplint.programs.values import (
    ABSENT,
    ITEMS,
    OPEN,
    Abstract,
    Entries,
    External,
    Partial,
    Sequence,
    Table,
    known,
    union,
    unknown,
)
from mcplint.values import Label, Value

CALLS, COSTLY = 8, 4_000


def call(machine: Machine, callee: Any, args: Args) -> Abstract:
    match callee:
        case Function():
            return invoke(machine, callee, args)
        case Method():
            return _method(machine, callee, args)
        case Class():
            return construct(machine, callee, args)
        case External():
            return _call_external(machine, callee, args)
        case Instance():
            return _instance(machine, callee, args)
    return machine.risk(*args.notes)


def _method(machine: Machine, callee: Method, args: Args) -> Abstract:
    if isinstance(callee.function, Function):
        return invoke(machine, callee.function, bind(args, known(callee.instance)))
    if not isinstance(callee.function, str):
        return machine.call(known(callee.function), args)
    if isinstance(callee.instance, Instance):
        return library(machine, callee.function, args, callee.instance)
    if isinstance(callee.instance, Class):
        return _call_external(machine, External(callee.function), args)
    from mcplint.programs.python.methods import method

    return method(machine, callee.instance, callee.function, args)


def _call_external(machine: Machine, callee: External, args: Args) -> Abstract:
    """Something of a library by its name; a method called through its class takes its object as first argument."""
    kind = callee.path.rpartition(".")[0]
    if machine.handler(callee.path) is None or not machine.method(callee.path):
        return library(machine, callee.path, args, callee)
    first = args.positional[0].only if args.positional else None
    if isinstance(first, Instance) and machine.kin(first.library, kind):
        return library(machine, callee.path, args._replace(positional=args.positional[1:]), first)
    unseen = Instance(External(kind), args.span)
    _complete(machine, kind, unseen)
    return library(machine, callee.path, args, unseen)


def _complete(machine: Machine, kind: str, owner: Instance) -> None:
    """Makes the part of an object that is a library's: its constructor was not seen to run, with whatever arguments."""
    handler = machine.handler(f"{kind}.__init__")
    if handler is not None and kind not in MADE.of(owner.table):
        MADE.add(machine, owner.table, kind)
        handler(machine, Args(open=True), owner)


def library(machine: Machine, path: str, args: Args, owner: Any) -> Abstract:
    """A call of a library's function, class or method; one that is not known may do anything with what it is given."""
    handler = machine.handler(path)
    if handler is not None:
        kind, _, name = path.rpartition(".")
        if name == "__init__":
            MADE.add(machine, owner.table, kind)
        elif isinstance(owner, Instance) and isinstance(owner.kind, Class):
            _complete(machine, kind, owner)
        try:
            return handler(machine, args, owner)
        except (Leave, Exhausted, RecursionError, MemoryError):
            raise
        except Exception as error:
            return machine.fail(args.span, error) if args.span else machine.risk()
    if machine.handler(f"{path}.__init__") is not None:
        return _library_instance(machine, path, args)
    trusted = is_harmless(path)
    if trusted and args.span:
        machine.harmless.add(args.span)
    machine.lose(args, attribute_values(owner), trusted)
    for value in (*args.positional, *args.keywords.values()):
        forget_contents(machine, value)
    note = Label(args.span, f"what `{path}` returns is not known") if args.span else None
    return machine.risk(*([note] if note else []))


def _library_instance(machine: Machine, path: str, args: Args) -> Abstract:
    """An object of a library's class."""
    made = Instance(External(path), args.span)
    library(machine, f"{path}.__init__", args, made)
    return known(made, *args.notes)


def _instance(machine: Machine, callee: Instance, args: Args) -> Abstract:
    value = callee.kind.find("__call__") if isinstance(callee.kind, Class) else None
    if value is not None:
        return machine.call(value, bind(args, known(callee)))
    handler = machine.handler(f"{callee.library}.__call__")
    if handler is not None:
        return handler(machine, args, callee)
    machine.lose(args)
    return machine.risk(*args.notes)


def function_value(machine: Machine, frame: Frame, node: Any) -> Function:
    """The function of a `def` or `lambda`, its defaults evaluated."""
    parameters = node.args
    named = [*parameters.posonlyargs, *parameters.args]
    defaults: dict[str, Abstract] = {}
    for parameter, default in zip(named[len(named) - len(parameters.defaults) :], parameters.defaults, strict=True):
        defaults[parameter.arg] = machine.evaluate(frame, default)
    for parameter, given in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        if given is not None:
            defaults[parameter.arg] = machine.evaluate(frame, given)
    return Function(node, frame, defaults)


def bound_arguments(machine: Machine, function: Function, args: Args) -> dict[str, Any]:
    """The names of a call: each parameter with its argument or default."""
    parameters = function.node.args
    named = {each.arg: each for each in (*parameters.posonlyargs, *parameters.args)}
    only = {each.arg: each for each in parameters.kwonlyargs}
    machine.metered(named)
    names: dict[str, Any] = dict(zip(named, args.positional, strict=False))
    if parameters.vararg:
        rest = None if args.open else args.positional[len(named) :]
        names[parameters.vararg.arg] = known(Sequence("tuple", rest))
    extra = Entries()
    for name, value in args.keywords.items():
        if name in named or name in only:
            names[name] = _or_default(function, name, args.as_keyword(name, value))
        else:
            extra[name] = args.as_keyword(name, value)
    if parameters.kwarg:
        names[parameters.kwarg.arg] = known(Dict(extra, args.open))
    for name, parameter in (named | only).items():
        if name not in names:
            names[name] = _default(machine, function, parameter, args)
    return names


def _or_default(function: Function, name: str, value: Abstract) -> Abstract:
    """An argument from an unpacked dict that may lack it is joined with the parameter's default."""
    if value.options is None or ABSENT not in value.options:
        return value
    return union([without_absent(value), function.defaults.get(name, unknown(*value.trace))])


def _default(machine: Machine, function: Function, parameter: ast.arg, args: Args) -> Abstract:
    name = parameter.arg
    if args.open:
        return unknown(*args.opening)
    if function.opaque:
        return unknown(machine.note(function.scope, parameter, f"`{name}` is a parameter that something else fills"))
    if name in function.defaults:
        return function.defaults[name]
    return machine.risk(machine.note(function.scope, parameter, f"`{name}` is not given by the call that was followed"))


def invoke(machine: Machine, function: Function, args: Args) -> Abstract:
    """What a call of a function of the project comes to; a coroutine function is run once it is awaited."""
    names = bound_arguments(machine, function, args)
    if isinstance(function.node, ast.AsyncFunctionDef) and not _is_generator(function.node):
        return known(Coroutine(lambda: run(machine, function, names)))
    return run(machine, function, names)


def run(machine: Machine, function: Function, names: dict[str, Any]) -> Abstract:
    """What the body of a function comes to with its parameters bound."""
    key = id(function.node)
    if machine.active.get(key, 0) >= ACTIVE:
        return machine.risk(Label(function.scope.module.span(function.node), "calls itself"))
    calls, steps = machine.costs.get(key, (0, 0))
    if calls >= CALLS and steps > COSTLY:
        for value in names.values():
            forget_contents(machine, value)
        return machine.risk(
            Label(function.scope.module.span(function.node), "called too often to be followed each time")
        )
    probes = machine.probes
    before, outer = machine.budget, (probes.chosen, probes.answered)
    made_there = function.node in probes.functions
    probes.chosen, probes.answered = probes.chosen + made_there, probes.answered + made_there
    frame = Frame(function.scope.module, Table(names), function.scope, function)
    machine.active[key] = machine.active.get(key, 0) + 1
    try:
        if isinstance(function.node, ast.Lambda):
            return machine.evaluate(frame, function.node.body)
        given = (
            _helper_result(machine, frame, function.node) if machine.lenient and _reads_named(function.node) else None
        )
        return _annotated(function, _body(machine, frame, function.node) if given is None else given)
    finally:
        probes.chosen, probes.answered = outer
        machine.active[key] -= 1
        calls, steps = machine.costs.get(key, (0, 0))
        machine.costs[key] = (calls + 1, steps + before - machine.budget)


def _annotated(function: Function, result: Abstract) -> Abstract:
    """What a function gives back; where that is not known, what `-> Literal["stdio", "http"]` says that it may be."""
    annotation = function.node.returns if not isinstance(function.node, ast.Lambda) else None
    if result.options is not None or not isinstance(annotation, ast.Subscript):
        return result
    if (
        annotation.value.attr if isinstance(annotation.value, ast.Attribute) else getattr(annotation.value, "id", "")
    ) != "Literal":
        return result
    parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    options = [part.value for part in parts if isinstance(part, ast.Constant)]
    if len(options) < len(parts):
        return result
    note = Label(function.scope.module.span(annotation), "is what the function says that it gives back")
    return Value(tuple(options), (*result.trace, note))


def _body(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Abstract:
    if _is_generator(node):
        frame.yields = []

    result = machine.catch(Return, lambda: machine.execute(frame, node.body))
    if frame.yields is None:
        return result
    from mcplint.programs.python.values import Instance

    made = Instance(External("types.Generator"), None)
    made.table["yielded"] = union(frame.yields) if frame.yields else unknown()
    return known(made)


def _helper_result(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Abstract | None:
    """What a helper gives for a variable that no file sets; None where it gives nothing, and whoever starts it must.

    Another call of it may ask for a variable that has no default, which says nothing of this one.
    """
    risks = len(machine.risks)
    machine.lenient = False
    try:
        found = machine.try_body(lambda: _body(machine, frame, node), _is_setting)
    finally:
        machine.lenient = True
    if found is None:
        del machine.risks[risks:]
    return found


def _is_setting(value: Abstract) -> bool:
    return bool(value.options) and all(
        isinstance(option, (str, int, float)) and option and option is not True for option in value.options or ()
    )


def _reads_named(node: ast.AST) -> bool:
    """Whether a function reads a variable that its caller names, looked for once."""
    found: bool | None = getattr(node, "_reads_named", None)
    if found is None:
        own = isinstance(node, ast.FunctionDef) and (may_say(node, "environ") or may_say(node, "getenv"))
        found = own and any(_reads_one_of({each.arg for each in node.args.args}, each) for each in ast.walk(node))  # type: ignore[attr-defined]
        node._reads_named = found  # type: ignore[attr-defined]
    return found


def _reads_one_of(names: set[str], node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="getenv") | ast.Attribute(attr="getenv"), args=[asked, *_]):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner)), args=[asked, *_]):
            if owner != "environ":
                return False
        case ast.Subscript(value=ast.Name(id="environ") | ast.Attribute(attr="environ"), slice=asked):
            pass
        case _:
            return False
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(asked))


def _is_generator(node: ast.AST) -> bool:
    """Whether a function's own body has a `yield`."""
    found = getattr(node, "_yields", None)
    if found is None:
        found = False
        pending: list[ast.AST] = list(getattr(node, "body", ())) if may_say(node, "yield") else []
        while pending and not found:
            each = pending.pop()
            found = isinstance(each, (ast.Yield, ast.YieldFrom))
            if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
                pending += ast.iter_child_nodes(each)
        node._yields = found  # type: ignore[attr-defined]
    return bool(found)


def forget_contents(machine: Machine, value: Abstract) -> None:
    """Forgets what is in a list, a dict or a parser that something unknown gets hold of."""
    for option in value.options or ():
        if isinstance(option, Sequence) and option.kind == "list":
            machine.put(option.table, ITEMS, Partial())
        elif isinstance(option, Dict):
            machine.put(option.table, OPEN, True)
            for name in machine.metered(option.entries):
                machine.put(option.entries, name, machine.risk(*value.trace))
        elif isinstance(option, Instance) and OPTIONS in option.table:
            HIDDEN.add(machine, option.table, True)


def bind(args: Args, *first: Abstract) -> Args:
    """The arguments with others in front."""
    return args._replace(positional=(*first, *args.positional))
