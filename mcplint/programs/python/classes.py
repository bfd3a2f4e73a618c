"""Classes of the project: how they are made, and what calling one makes."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import FIELDS, MEMBER
from mcplint.programs.python.values import Class, Frame, Function, Instance, Method
from mcplint.programs.values import Abstract, External, Table, known, map_options, unknown
from mcplint.text.source import Span
from mcplint.values import Label

ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")


def define(machine: Machine, frame: Frame, node: ast.ClassDef) -> Abstract:
    """The class that a `class` statement makes, decorators aside."""
    bases = tuple(option for base in node.bases for option in _options(machine, frame, base))
    table = Table()
    inner = Frame(frame.module, table, frame)
    made = Class(node.name, bases, table, node, frame)
    machine.execute(inner, node.body)
    for value in table.values():
        for option in getattr(value, "options", None) or ():
            if isinstance(option, Function) and option.owner is None and option.scope is inner:
                option.owner = made
                option.scope = frame
    if any(isinstance(base, External) and base.path in ENUMS for base in made.lineage()):
        _enumerate(machine, made, frame)
    return known(made, machine.note(frame, node, "defined here"))


def _options(machine: Machine, frame: Frame, base: ast.expr) -> tuple[Any, ...]:
    value = machine.evaluate(frame, base)
    return (value.options or ())[:1] or (External("unknown"),)


def _enumerate(machine: Machine, made: Class, frame: Frame) -> None:
    """Turns the plain attributes of an enumeration into its members."""
    text = any(isinstance(base, External) and base.path in ("builtins.str", "enum.StrEnum") for base in made.lineage())
    for index, (name, value) in enumerate(list(made.table.items()), 1):
        only = getattr(value, "only", None)
        if isinstance(only, Instance) and only.library == "enum.auto":
            value = known(name.lower() if text else index, *value.trace)
        elif name.startswith("_") or not isinstance(only, (str, int, float)):
            continue
        mark = (str if text else None,)
        member = Instance(made, None, {"value": value, "name": known(name), MEMBER: mark})
        machine.put(made.table, name, known(member, *value.trace))


def members(made: Class) -> list[Instance]:
    """The members of an enumeration."""
    values = [getattr(value, "only", None) for value in made.table.values()]
    return [value for value in values if isinstance(value, Instance) and MEMBER.of(value.table)]


def construct(machine: Machine, made: Class, args: Args) -> Abstract:
    """What calling a class makes."""
    if any(isinstance(base, External) and base.path in ENUMS for base in made.lineage()):
        return _member(machine, made, args)
    instance = Instance(made, args.span)
    value = known(instance, *args.notes)
    for owner in made.lineage():
        if isinstance(owner, Class) and "__init__" in owner.table:
            machine.call(map_options(owner.table["__init__"], lambda option: Method(instance, option)), args)
            return value
        if isinstance(owner, Class) and FIELDS in owner.table:
            fill(machine, instance, args)
            return value
        if isinstance(owner, External):
            if machine.handler(f"{owner.path}.__init__") is not None:
                machine.call(known(Method(instance, f"{owner.path}.__init__")), args)
                return value
            if owner.path != "builtins.object" and machine.handler(owner.path) is None:
                continue
    return value


def _member(machine: Machine, made: Class, args: Args) -> Abstract:
    given = args.get(0, "value")
    if given.options is None:
        return given
    found = [
        member
        for member in machine.metered(members(made))
        for option in given.options
        if option is member or member.table["value"].only == option
    ]
    if not found:
        from mcplint.programs.journal import Raised

        raise Raised("ValueError")
    from mcplint.values import Value

    return Value(tuple(dict.fromkeys(found)), given.trace)


class Field(NamedTuple):
    """An annotated name of a class: the class whose body has it, the name, and its line there."""

    owner: Class
    name: str
    statement: ast.AnnAssign

    @property
    def span(self) -> Span:
        return self.owner.frame.module.span(self.statement)


def fields(made: Class) -> tuple[Field, ...]:
    """The fields of a class and its bases, in their order."""
    found: dict[str, Field] = {}
    for owner in reversed(made.lineage()):
        if isinstance(owner, Class):
            for statement in owner.node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    found[statement.target.id] = Field(owner, statement.target.id, statement)
    return tuple(found.values())


def fill(machine: Machine, instance: Instance, args: Args) -> None:
    """Gives a dataclass's instance its fields: arguments, then defaults; and runs `__post_init__`."""
    made = instance.kind
    assert isinstance(made, Class)
    for index, field in enumerate(machine.metered(fields(made))):
        value = args.find(index, field.name)
        if value is None:
            value = default(machine, field)
        machine.put(instance.table, field.name, value)
    after = made.find("__post_init__")
    if after is not None:
        machine.call(map_options(after, lambda option: Method(instance, option)), Args())


def default(machine: Machine, field: Field) -> Abstract:
    """The default of a field, its factory called."""
    if field.name not in field.owner.table:
        return unknown(Label(field.span, f"`{field.name}` has no default"))
    value: Abstract = field.owner.table[field.name]
    only = value.only
    if isinstance(only, Instance) and only.library in ("dataclasses.field", "pydantic.Field"):
        if "default_factory" in only.table:
            return machine.call(only.table["default_factory"], Args())
        given: Abstract = only.table.get("default", unknown(*value.trace))
        return given
    return value
