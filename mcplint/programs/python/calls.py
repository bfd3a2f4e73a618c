"""What calling one option of a value does."""

from __future__ import annotations

from typing import Any

from mcplint.programs.python.classes import construct
from mcplint.programs.python.functions import bind, invoke, loosen
from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.values import Abstract, Class, External, Function, Instance, Method, known
from mcplint.values import Label


def call(machine: Machine, callee: Any, args: Args) -> Abstract:
    match callee:
        case Function():
            return invoke(machine, callee, args)
        case Method():
            return _method(machine, callee, args)
        case Class():
            return construct(machine, callee, args)
        case External():
            return _external(machine, callee, args)
        case Instance():
            return _instance(machine, callee, args)
    return machine.risk(*args.notes)


def _method(machine: Machine, callee: Method, args: Args) -> Abstract:
    if isinstance(callee.function, Function):
        return invoke(machine, callee.function, bind(args, known(callee.instance)))
    if isinstance(callee.instance, (Instance, Class)):
        return library(machine, callee.function, args, callee.instance)
    from mcplint.programs.python.methods import method

    return method(machine, callee.instance, callee.function, args)


def _external(machine: Machine, callee: External, args: Args) -> Abstract:
    """Something of a library by its name; a method called through its class takes its object as first argument."""
    kind = callee.path.rpartition(".")[0]
    if machine.handler(callee.path) is None or machine.handler(f"{kind}.__init__") is None:
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
    if handler is not None and f"%made {kind}" not in owner.table:
        machine.put(owner.table, f"%made {kind}", (True,))
        handler(machine, Args(open=True), owner)


def library(machine: Machine, path: str, args: Args, owner: Any) -> Abstract:
    """A call of a library's function, class or method; one that is not known may do anything with what it is given."""
    handler = machine.handler(path)
    if handler is not None:
        kind, _, name = path.rpartition(".")
        if name == "__init__":
            machine.put(owner.table, f"%made {kind}", (True,))
        elif isinstance(owner, Instance) and isinstance(owner.kind, Class):
            _complete(machine, kind, owner)
        return handler(machine, args, owner)
    if machine.handler(f"{path}.__init__") is not None:
        return _made(machine, path, args)
    machine.lose(args)
    for value in (*args.positional, *args.keywords.values()):
        loosen(machine, value)
    note = Label(args.span, f"what `{path}` gives is not known") if args.span else None
    return machine.risk(*([note] if note else []))


def _made(machine: Machine, path: str, args: Args) -> Abstract:
    """An object of a library's class."""
    made = Instance(External(path), args.span)
    handler = machine.handler(f"{path}.__init__")
    if handler is not None:
        handler(machine, args, made)
    return known(made, *args.notes)


def _instance(machine: Machine, callee: Instance, args: Args) -> Abstract:
    note = Label(args.span, "called here") if args.span else None
    if isinstance(callee.kind, Class):
        for owner in callee.kind.lineage():
            if isinstance(owner, Class) and "__call__" in owner.table:
                value: Abstract = owner.table["__call__"]
                return machine.call(value, bind(args, known(callee)))
    handler = machine.handler(f"{callee.library}.__call__")
    if handler is not None:
        return handler(machine, args, callee)
    machine.lose(args)
    return machine.risk(*([note] if note else []))
