"""Attributes and what else can be assigned to: what they are, and what an assignment changes."""

from __future__ import annotations

import ast
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.lost import attribute_values, handed_kinds
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import CLASS, PROPERTY, STATIC
from mcplint.programs.python.values import Class, Dict, Frame, Function, Instance, Method, Package, Super
from mcplint.programs.values import CONSTANTS, ITEMS, OPEN, Abstract, External, Partial, Sequence, known, union, unknown
from mcplint.values import Label

DATA = (str, bytes, int, float, bool)
VERSIONS = frozenset(f"{name}.__version__" for name in PYTHON_MODULES)
"""Where an SDK says which release it is."""


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
            return of_library(machine, f"{owner.path}.{name}", note)
        case Super():
            return _of_super(machine, owner, name, note)
        case Function() | Method():
            return _of_function(machine, owner, name, note)
        case Sequence() | Dict():
            return known(Method(owner, name))
        case _ if isinstance(owner, DATA):
            return known(Method(owner, name))
    return machine.risk(note)


def of_library(machine: Machine, path: str, note: Label) -> Abstract:
    """Something of a library: what is known of it, or its name."""
    if path in VERSIONS:
        machine.probes.version(note.span)
        return unknown(note)
    found = machine.canonical(path)
    reader = machine.tables.reads.get(found.path)
    return reader(machine, None) if reader and not machine.method(found.path) else known(found)


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
    getter = owner.kind.find("__getattr__") if isinstance(owner.kind, Class) else None
    if getter is not None:
        return machine.call(bind(machine, getter, owner, note), Args((known(name),)))
    foreign = next((each.path for each in lineage if isinstance(each, External)), None)
    if foreign is not None and any(handed_kinds(Args(), attribute_values(owner), machine.handler)):
        machine.lost.append(note._replace(text=f"what {foreign} does with the server it is given is not known"))
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
                note = machine.note(frame, target, "set here")
                handler(machine, Args((known(target.attr), value), opening=(note,)), option)
        if isinstance(option, (Instance, Class, Package, Function)):
            put_attribute(machine, option, target.attr, value, weak)


def put_attribute(machine: Machine, owner: Any, name: str, value: Abstract, weak: bool = False) -> None:
    """Sets an attribute; weakly where it is one of several objects that gets it."""
    if isinstance(owner, Instance) and name not in owner.table and isinstance(owner.kind, Class):
        inherited = owner.kind.find(name)
        if inherited is not None and not isinstance(inherited.only, Function):
            machine.put(owner.table, name, inherited)
        elif inherited is not None and isinstance(inherited.only, Function) and PROPERTY in inherited.only.table:
            return
    old = owner.table.get(name)
    machine.put(owner.table, name, union([old, value]) if weak and old is not None else value)


def _entry(machine: Machine, frame: Frame, target: ast.Subscript, value: Abstract) -> None:
    owner = machine.evaluate(frame, target.value)
    index = machine.evaluate(frame, target.slice)
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
    machine.spend(len(owner.entries))
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
