"""`dataclasses` and `copy`: fields, and copies of objects with some of them replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.machine import Args, Handler, Machine
from mcplint.programs.python.operators import present
from mcplint.programs.python.state import FIELDS
from mcplint.programs.python.values import ABSENT, Abstract, Class, External, Instance, known, union, unknown
from mcplint.values import Value


def dataclass(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.positional[0].only if args.positional else None
    if isinstance(only, Class):
        machine.put(only.table, FIELDS, ())
        return args.positional[0]
    return known(External("dataclasses.dataclass"))


def replaced(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A copy of an object, some of its attributes replaced."""
    only = args.get(0, "obj").only
    if not isinstance(only, Instance):
        return unknown(*args.notes)
    table = {**only.table, **{name: present(args.placed(name, value)) for name, value in args.keywords.items()}}
    for name, value in args.keywords.items():
        if ABSENT in (value.options or ()):
            table[name] = union([table[name], only.table.get(name, unknown())])
    if args.open:
        table = {name: unknown(*args.opening) if isinstance(value, Value) else value for name, value in table.items()}
    return known(Instance(only.kind, args.span, table), *args.notes)


def field(path: str) -> Handler:
    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        made = Instance(External(path), args.span)
        for name, value in args.keywords.items():
            made.table[name] = value
        if args.positional:
            made.table["default"] = args.positional[0]
        return known(made, *args.notes)

    return handler


CALLS: Mapping[str, Handler] = {
    "dataclasses.dataclass": dataclass,
    "dataclasses.replace": replaced,
    "copy.copy": replaced,
    "copy.deepcopy": replaced,
    "dataclasses.field": field("dataclasses.field"),
}
