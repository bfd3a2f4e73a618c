"""What calling one option of a value does."""

from __future__ import annotations

from typing import Any

from mcplint.core import Note
from mcplint.program.classes import construct
from mcplint.program.functions import bind, invoke, loosen
from mcplint.program.machine import Args, Machine
from mcplint.program.values import (
    Abstract,
    Class,
    External,
    Function,
    Instance,
    Method,
    known,
)


def call(machine: Machine, callee: Any, args: Args) -> Abstract:
    match callee:
        case Function():
            return invoke(machine, callee, args)
        case Method():
            return _method(machine, callee, args)
        case Class():
            return construct(machine, callee, args)
        case External():
            return library(machine, callee.path, args, callee)
        case Instance():
            return _instance(machine, callee, args)
    return machine.risk(*args.notes)


def _method(machine: Machine, callee: Method, args: Args) -> Abstract:
    if isinstance(callee.function, Function):
        return invoke(machine, callee.function, bind(args, known(callee.instance)))
    if isinstance(callee.instance, (Instance, Class)):
        return library(machine, callee.function, args, callee.instance)
    from mcplint.program.methods import method

    return method(machine, callee.instance, callee.function, args)


def library(machine: Machine, path: str, args: Args, owner: Any) -> Abstract:
    """A call of a library's function, class or method; one that is not known may do anything with what it is given."""
    handler = machine.handler(path)
    if handler is not None:
        return handler(machine, args, owner)
    if machine.handler(f"{path}.__init__") is not None:
        return _made(machine, path, args)
    machine.lose(args)
    for value in (*args.positional, *args.keywords.values()):
        loosen(machine, value)
    note = Note(args.span, f"what `{path}` gives is not known") if args.span else None
    return machine.risk(*([note] if note else []))


def _made(machine: Machine, path: str, args: Args) -> Abstract:
    """An object of a library's class."""
    made = Instance(External(path), args.span)
    handler = machine.handler(f"{path}.__init__")
    if handler is not None:
        handler(machine, args, made)
    return known(made, *args.notes)


def _instance(machine: Machine, callee: Instance, args: Args) -> Abstract:
    note = Note(args.span, "called here") if args.span else None
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
