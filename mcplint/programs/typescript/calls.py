"""Calls, and the properties of what they are called on."""

from __future__ import annotations

from typing import Any

from mcplint.programs.typescript.functions import bound_method, invoke
from mcplint.programs.typescript.libraries.strangers import is_harmless, makes_layer
from mcplint.programs.typescript.libraries.web import application, note_unknown_routes
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.operators import REQUEST_PATH
from mcplint.programs.typescript.values import (
    CONSTANTS,
    ENVIRON,
    GET,
    NOTHING,
    PROXY,
    TARGET,
    UNDEFINED,
    UNSET,
    Class,
    Function,
    Method,
    Object,
    Package,
    Wrapped,
)
from mcplint.programs.values import ABSENT, Abstract, External, Sequence, known, noted, union, unknown
from mcplint.values import Label


def call(machine: Machine, callee: Abstract, args: Args) -> Abstract:
    """What a call gives, whatever may be called."""
    if callee.options is None or not callee.options:
        return _call_unknown(machine, callee, args)
    return machine.for_each_option(callee, lambda option: _call(machine, option, args))


def _call(machine: Machine, option: Any, args: Args) -> Abstract:
    machine.spend(1)
    match option:
        case Function():
            return invoke(machine, option, args)
        case Method():
            return _library(machine, option.path, args, option.owner)
        case External() if machine.tables.is_method(option.path):
            return _call_unknown(machine, known(option), args)
        case External():
            return _library(machine, option.path, args, None)
        case Object() if option.library is not None:
            return _library(machine, f"{option.library}.call", args, option)
    return _call_unknown(machine, known(option), args)


def _library(machine: Machine, path: str, args: Args, owner: Any) -> Abstract:
    path = machine.tables.aliases.get(path, path)
    handler = machine.tables.calls.get(path)
    if handler is not None:
        return handler(machine, args, owner)
    if isinstance(owner, (Object, Sequence)) or owner is None:
        made = _call_unknown(machine, unknown(*args.notes), args, not is_harmless(path))
        return application(machine, args, None, path) if made.options is None and makes_layer(path, owner) else made
    from mcplint.programs.typescript.methods import method

    return method(machine, owner, path.rpartition(".")[2], args)


def _call_unknown(machine: Machine, callee: Abstract, args: Args, guards: bool = False) -> Abstract:
    """What an unknown function gives: anything; where it is given functions, what may call them."""
    note_unknown_routes(machine, args.positional, guards=guards)
    functions = tuple(value for value in args.positional if isinstance(value.only, (Function, Wrapped, Method)))
    if functions:
        return known(Wrapped(functions), *args.notes)
    return unknown(*args.notes, *callee.trace[:2])


def member(machine: Machine, owner: Abstract, name: str, note: Label) -> Abstract:
    """What a property of a value is, whatever it may be."""
    if name in ("then", "catch", "finally") and not _has_own_method(owner, name):
        return known(Method(owner, f"promise.{name}"))
    if owner.options is None or not owner.options:
        return unknown(note, *owner.trace[:3])
    if owner.options == (UNSET,) and name in ("trim", "toLowerCase", "toUpperCase", "toString"):
        return known(Method(owner, f"String.{name}"))
    present = tuple(option for option in owner.options if option is not None and option not in NOTHING)
    if not present:
        return unknown(note)
    return union([_member(machine, option, name, note, owner) for option in present])


def _has_own_method(owner: Abstract, name: str) -> bool:
    """Whether something that is no promise has a property of the name of a promise's methods."""
    objects = [option for option in owner.options or () if isinstance(option, (Object, External))]
    return any(isinstance(each, External) or each.library or name in each.table for each in objects)


def _member(machine: Machine, option: Any, name: str, note: Label, owner: Abstract) -> Abstract:
    match option:
        case External():
            return _of_library(machine, option.path, name, note)
        case Package():
            return machine.tables.load(machine, option.frame, f"file:{option.fact.source.path}", name)
        case Object():
            return _of_object(machine, option, name, note)
        case Class():
            return _of_class(machine, option, name)
        case Function():
            if name in option.table:
                kept: Abstract = option.table[name]
                return kept
            return known(Method(option, f"Function.{name}"))
        case Sequence():
            if name == "length":
                return known(len(option.items), *owner.trace) if option.items is not None else unknown(*owner.trace)
            return known(Method(option, f"Array.{name}"))
        case str():
            if name == "length":
                return known(len(option), *owner.trace)
            return known(Method(owner._replace(options=(option,)), f"String.{name}"))
        case int() | float():
            return known(Method(owner._replace(options=(option,)), f"Number.{name}"))
    return unknown(note)


def _of_library(machine: Machine, path: str, name: str, note: Label) -> Abstract:
    path = machine.tables.aliases.get(path, path)
    if path == "process.env":
        return environment(machine, name, note)
    inner = f"{path[:-7]}{name}" if path.endswith(":default") else f"{path}.{name}"
    if inner.endswith(":default"):
        return known(External(inner))
    inner = machine.tables.aliases.get(inner, inner)
    reader = None if machine.tables.is_method(inner) else machine.tables.reads.get(inner)
    return noted(reader(machine, None), note) if reader is not None else known(External(inner))


def environment(machine: Machine, name: str, note: Label) -> Abstract:
    """What reading an environment variable gives, `undefined` where it is not set."""
    value: Abstract = machine.variable(name)
    reading = note.reading(name)
    if value.options is None:
        return noted(value, reading)
    absent = UNSET if machine.lenient else UNDEFINED
    options = tuple(absent if option is None or option is ABSENT else option for option in value.options)
    return noted(value._replace(options=options), reading)


def _of_object(machine: Machine, option: Object, name: str, note: Label) -> Abstract:
    if name in option.table:
        found: Abstract = option.table[name]
        if found.options is not None and ABSENT in found.options:
            return found._replace(options=tuple(UNDEFINED if each is ABSENT else each for each in found.options))
        return found
    library = option.library
    if ENVIRON in option.table:
        return environment(machine, name, note)
    if library == PROXY:
        return machine.call(option.table[GET], Args((option.table[TARGET], known(name), known(option))))
    if library == REQUEST_PATH:
        return known(Method(option, f"{REQUEST_PATH}.{name}"))
    if isinstance(option.kind, Class):
        function = option.kind.find(name)
        if function is not None:
            method = bound_method(option, function)
            if any(part.type == "get" for part in function.node.children):
                return machine.call(known(method), Args(this=known(option)))
            return known(method)
    if library is not None:
        reader = machine.tables.reads.get(f"{library}.{name}")
        return reader(machine, option) if reader is not None else known(Method(option, f"{library}.{name}"))
    if name in ("hasOwnProperty", "toString") or option.open:
        return unknown(note)
    return known(UNDEFINED, note)


def _of_class(machine: Machine, option: Class, name: str) -> Abstract:
    for each in option.lineage():
        if name in each.table:
            found: Abstract = each.table[name]
            only = found.only
            return known(bound_method(option, only)) if isinstance(only, Function) else found
    if name == "name":
        return unknown()
    library = option.library
    return known(External(f"{library}.{name}")) if library else known(UNDEFINED)


def is_constant(value: Abstract) -> bool:
    """Whether a value is surely a constant."""
    return bool(value.options) and all(isinstance(option, CONSTANTS) for option in value.options or ())
