"""What an assignment changes: a name, an attribute, an entry, or each part of a tuple of them."""

from __future__ import annotations

import ast
from typing import Any

from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.state import PROPERTY
from mcplint.programs.python.values import (
    CONSTANTS,
    ITEMS,
    OPEN,
    Abstract,
    Class,
    Dict,
    External,
    Frame,
    Function,
    Instance,
    Package,
    Partial,
    Sequence,
    known,
    union,
    unknown,
)


def assign(machine: Machine, frame: Frame, target: ast.expr, value: Abstract) -> None:
    """Binds a target to a value."""
    match target:
        case ast.Name():
            machine.put(frame.outer.get(target.id, frame).names, target.id, value)
        case ast.Attribute():
            _attribute(machine, frame, target, value)
        case ast.Subscript():
            _entry(machine, frame, target, value)
        case ast.Tuple() | ast.List():
            _unpack(machine, frame, target, value)
        case ast.Starred():
            assign(machine, frame, target.value, unknown(*value.trace))


def _attribute(machine: Machine, frame: Frame, target: ast.Attribute, value: Abstract) -> None:
    owner = machine.evaluate(frame, target.value)
    weak = owner.options is not None and len(owner.options) > 1
    for option in owner.options or ():
        if isinstance(option, (Instance, External)):
            path = option.library if isinstance(option, Instance) else option.path
            handler = machine.handler(f"{path}.__setattr__")
            if handler is not None:
                note = machine.note(frame, target, "is set here")
                handler(machine, Args((known(target.attr), value), opening=(note,)), option)
        if isinstance(option, (Instance, Class, Package, Function)):
            put(machine, option, target.attr, value, weak)


def put(machine: Machine, owner: Any, name: str, value: Abstract, weak: bool = False) -> None:
    """Sets an attribute; weakly where it is one of several objects that gets it."""
    if isinstance(owner, Instance) and name not in owner.table and isinstance(owner.kind, Class):
        inherited = next(
            (each.table[name] for each in owner.kind.lineage() if isinstance(each, Class) and name in each.table), None
        )
        if inherited is not None and not isinstance(inherited.only, Function):
            machine.put(owner.table, name, inherited)
        elif inherited is not None and PROPERTY in inherited.only.table:
            return
    old = owner.table.get(name)
    machine.put(owner.table, name, union([old, value]) if weak and old is not None else value)


def _entry(machine: Machine, frame: Frame, target: ast.Subscript, value: Abstract) -> None:
    owner = machine.evaluate(frame, target.value)
    index = machine.evaluate(frame, target.slice) if not isinstance(target.slice, ast.Slice) else unknown()
    for option in owner.options or ():
        if isinstance(option, Dict):
            store(machine, option, index, value)
        elif isinstance(option, Sequence):
            machine.put(option.table, ITEMS, Partial())
        elif isinstance(option, (External, Instance)):
            path = option.path if isinstance(option, External) else option.library
            handler = machine.handler(f"{path}.__setitem__")
            if handler is not None:
                handler(machine, Args((index, value)), option)


def store(machine: Machine, owner: Dict, index: Abstract, value: Abstract) -> None:
    """Sets an entry of a dict; whatever it may set where the key is not known."""
    keys = index.options
    if keys is not None and len(keys) == 1 and isinstance(keys[0], CONSTANTS):
        machine.put(owner.entries, keys[0], value)
        return
    machine.put(owner.table, OPEN, True)
    for name, old in list(owner.entries.items()):
        machine.put(owner.entries, name, union([old, value]))


def _unpack(machine: Machine, frame: Frame, target: ast.Tuple | ast.List, value: Abstract) -> None:
    only = value.only
    items = only.items if isinstance(only, Sequence) else None
    stars = [index for index, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
    if items is None or (len(items) < len(target.elts) - 1 if stars else len(items) != len(target.elts)):
        machine.risks.append("")
        for part in target.elts:
            assign(machine, frame, part, unknown(*value.trace))
        return
    after = len(target.elts) - stars[0] - 1 if stars else 0
    for index, part in enumerate(target.elts):
        if stars and index == stars[0]:
            rest = Sequence("list", items[index : len(items) - after])
            assign(machine, frame, part.value, known(rest))  # type: ignore[attr-defined]
        else:
            assign(machine, frame, part, items[index - len(target.elts) if stars and index > stars[0] else index])
