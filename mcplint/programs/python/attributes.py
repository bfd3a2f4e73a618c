"""What an attribute of an object is: its own, its class's, or what is known of a library's class."""

from __future__ import annotations

import ast
from typing import Any

from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.state import CLASS, PROPERTY, STATIC
from mcplint.programs.python.values import (
    Abstract,
    Class,
    Dict,
    External,
    Function,
    Instance,
    Method,
    Package,
    Sequence,
    Super,
    known,
    unknown,
)
from mcplint.values import Label

DATA = (str, bytes, int, float, bool)


def attribute(machine: Machine, owner: Any, name: str, note: Label) -> Abstract:
    """An attribute of one option of a value."""
    match owner:
        case Instance():
            return _of_instance(machine, owner, name, note)
        case Class():
            return _of_class(machine, owner, name, note)
        case Package():
            return _of_package(machine, owner, name, note)
        case External():
            return of_library(machine, f"{owner.path}.{name}")
        case Super():
            return _of_super(machine, owner, name, note)
        case Function() | Method():
            return _of_function(machine, owner, name, note)
        case Sequence() | Dict():
            return known(Method(owner, name))
        case _ if isinstance(owner, DATA):
            return known(Method(owner, name))
    return machine.risk(note)


def of_library(machine: Machine, path: str) -> Abstract:
    """Something of a library: what is known of it, or its name."""
    found = machine.canonical(path)
    reader = machine.tables.reads.get(found.path)
    return reader(machine, None) if reader else known(found)


def _of_instance(machine: Machine, owner: Instance, name: str, note: Label) -> Abstract:
    if name in owner.table:
        found: Abstract = owner.table[name]
        return found
    if name == "__class__":
        return known(owner.kind)
    if name == "__dict__":
        return known(Dict(open_=True))
    lineage = owner.kind.lineage() if isinstance(owner.kind, Class) else (owner.kind,)
    for each in lineage:
        if isinstance(each, Class) and name in each.table:
            return bind(machine, each.table[name], owner, note)
        if isinstance(each, External):
            found_in_library = _of_external(machine, owner, each.path, name)
            if found_in_library is not None:
                return found_in_library
    getter = next(
        (each.table["__getattr__"] for each in lineage if isinstance(each, Class) and "__getattr__" in each.table), None
    )
    if getter is not None:
        return machine.call(bind(machine, getter, owner, note), Args((known(name),)))
    return machine.risk(note)


def _of_external(machine: Machine, owner: Instance, path: str, name: str) -> Abstract | None:
    reader = machine.reader(f"{path}.{name}")
    if reader is not None:
        return reader(machine, owner)
    return known(Method(owner, f"{path}.{name}")) if machine.handler(f"{path}.{name}") is not None else None


def bind(machine: Machine, value: Abstract, owner: Any, note: Label) -> Abstract:
    """A class's attribute as one of its instances sees it: functions are bound, properties are computed."""
    only = value.only
    if not isinstance(only, Function):
        return value
    marks = only.table
    if STATIC in marks:
        return value
    if CLASS in marks:
        return known(Method(owner.kind if isinstance(owner, Instance) else owner, only))
    if PROPERTY in marks:
        return machine.call(value, Args((known(owner),)))
    return known(Method(owner, only))


def _of_class(machine: Machine, owner: Class, name: str, note: Label) -> Abstract:
    for each in owner.lineage():
        if isinstance(each, Class) and name in each.table:
            value: Abstract = each.table[name]
            only = value.only
            if isinstance(only, Function) and CLASS in only.table:
                return known(Method(owner, only))
            return value
        if isinstance(each, External) and machine.handler(f"{each.path}.{name}") is not None:
            return known(Method(owner, f"{each.path}.{name}"))
    if name in ("__name__", "__qualname__"):
        return known(owner.name)
    return machine.risk(note)


def _of_package(machine: Machine, owner: Package, name: str, note: Label) -> Abstract:
    if name in owner.table:
        found: Abstract = owner.table[name]
        return found
    inner = machine.package(f"{owner.name}.{name}")
    if inner is not None:
        return known(inner)
    if "__getattr__" in owner.table:
        return machine.call(owner.table["__getattr__"], Args((known(name),)))
    return machine.risk(note._replace(text=f"`{name}` is not defined in what was followed of {owner.name}"))


def _of_super(machine: Machine, owner: Super, name: str, note: Label) -> Abstract:
    kind = owner.instance.kind if isinstance(owner.instance, Instance) else owner.instance
    lineage = kind.lineage() if isinstance(kind, Class) else ()
    after = lineage[lineage.index(owner.owner) + 1 :] if owner.owner in lineage else ()
    for each in after:
        if isinstance(each, Class) and name in each.table:
            return bind(machine, each.table[name], owner.instance, note)
        if isinstance(each, External):
            return known(Method(owner.instance, f"{each.path}.{name}"))
    return known(Method(owner.instance, f"builtins.object.{name}"))


def _of_function(machine: Machine, owner: Any, name: str, note: Label) -> Abstract:
    function = owner.function if isinstance(owner, Method) else owner
    if isinstance(function, str):
        return machine.risk(note)
    if name in function.table:
        found: Abstract = function.table[name]
        return found
    if name in ("__name__", "__qualname__"):
        return known(function.name)
    if name == "__doc__":
        return unknown(note) if isinstance(function.node, ast.Lambda) else known(ast.get_docstring(function.node))
    return machine.risk(note)
