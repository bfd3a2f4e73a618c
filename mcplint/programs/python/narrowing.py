"""What a condition says of the names in it, on either side of a branch."""

from __future__ import annotations

import ast

from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import MANY, Abstract, Frame, Instance, Sequence, Table, spelled, verdict
from mcplint.values import Value


def narrow(machine: Machine, frame: Frame, test: ast.expr, sense: bool) -> None:
    """Leaves the names and attributes of a condition only the options with which it comes out so."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return narrow(machine, frame, test.operand, not sense)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is sense:
        for part in test.values:
            narrow(machine, frame, part, sense)
        return None
    for target in _targets(test):
        place = _place(machine, frame, target)
        if place is not None:
            table, name = place
            narrowed = _narrowed(machine, frame, test, sense, table, name)
            if narrowed is not None:
                machine.put(table, name, narrowed)
    return None


def _targets(test: ast.expr) -> list[ast.expr]:
    """The plain names and attributes that a simple condition asks about."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return [side for side in (test.left, test.comparators[0]) if isinstance(side, (ast.Name, ast.Attribute))]
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        return [test.func.value] if isinstance(test.func.value, (ast.Name, ast.Attribute)) else []
    return [test] if isinstance(test, (ast.Name, ast.Attribute)) else []


def _place(machine: Machine, frame: Frame, target: ast.expr) -> tuple[Table, str] | None:
    """The table and the name under which the value of a name or attribute is kept."""
    if isinstance(target, ast.Name):
        scope: Frame | None = frame
        while scope is not None and target.id not in scope.names:
            scope = scope.parent
        return None if scope is None else (scope.names, target.id)
    if isinstance(target, ast.Attribute):
        owner = machine.evaluate(frame, target.value).only
        if isinstance(owner, Instance) and target.attr in owner.table:
            return owner.table, target.attr
    return None


def _narrowed(machine: Machine, frame: Frame, test: ast.expr, sense: bool, table: Table, name: str) -> Abstract | None:
    value: Abstract = table[name]
    if not isinstance(value, Value):
        return None
    if value.options is None:
        return _equalled(machine, frame, test, sense, value)
    if not 1 < len(value.options) <= MANY:
        return None
    kept = []
    for option in value.options:
        base = len(machine.writes)
        machine.put(table, name, value._replace(options=(option,)))
        if verdict(machine.evaluate(frame, test)) is not (not sense):
            kept.append(option)
        machine.put(table, name, value)
        del machine.writes[base:]
    return spelled(value._replace(options=tuple(kept))) if kept else None


def _equalled(machine: Machine, frame: Frame, test: ast.expr, sense: bool, value: Abstract) -> Abstract | None:
    """An unknown value that is compared with known ones is one of them where the comparison holds."""
    match test:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as operator], comparators=[right]) if (
            isinstance(operator, ast.Eq) is sense
        ):
            other = machine.evaluate(frame, right)
            return other._replace(trace=(*value.trace, *other.trace), slot=None) if other.options else None
        case ast.Compare(ops=[ast.In() | ast.NotIn() as operator], comparators=[right]) if (
            isinstance(operator, ast.In) is sense
        ):
            among = machine.evaluate(frame, right).only
            if isinstance(among, Sequence) and among.items and all(item.options for item in among.items):
                options = tuple(option for item in among.items for option in item.options or ())
                return Value(options, value.trace) if len(options) <= MANY else None
    return None
