"""Comparisons of what a Python program computes: equal, the same, less, contained."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from itertools import islice
from itertools import product as combinations
from typing import Any

from mcplint.programs.journal import Exhausted
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import SHARE, data, traces, unary_result
from mcplint.programs.python.state import MEMBER
from mcplint.programs.python.values import Class, Dict, Function, Instance, Package
from mcplint.programs.values import ABSENT, CONSTANTS, MANY, Abstract, External, Sequence, unknown
from mcplint.values import Value

COMPARISONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compared(machine: Machine, kind: type, left: Abstract, right: Abstract) -> Abstract:
    """A comparison."""
    trace = traces((left, right))
    container = right.only
    if kind in (ast.In, ast.NotIn) and isinstance(container, External):
        handler = machine.handler(f"{container.path}.__contains__")
        found = handler(machine, Args((left,), opening=left.trace[:1]), container) if handler else unknown(*trace)
        return unary_result(machine, ast.Not, found) if kind is ast.NotIn else found
    if left.options is None or (right.options is None and kind not in (ast.In, ast.NotIn)):
        return unknown(*trace)
    results: set[bool | None] = set()
    for one, other in islice(combinations(left.options, right.options or (ABSENT,)), MANY * MANY):
        results.add(_test(machine, kind, one, other))
    return machine.risk(*trace) if None in results else Value(tuple(results), trace)


def _test(machine: Machine, kind: type, one: Any, other: Any) -> bool | None:
    if kind in (ast.Is, ast.IsNot, ast.Eq, ast.NotEq):
        same = _are_equal(machine, one, other, kind in (ast.Is, ast.IsNot))
        return same if same is None else same is (kind in (ast.Is, ast.Eq))
    if kind in (ast.In, ast.NotIn):
        inside = contains(machine, other, one)
        return inside if inside is None else inside is (kind is ast.In)
    try:
        return bool(COMPARISONS[kind](data(machine, one), data(machine, other)))
    except Exhausted:
        raise
    except Exception:
        return None


def _are_equal(machine: Machine, one: Any, other: Any, identical: bool) -> bool | None:
    one, other = _member(one, identical), _member(other, identical)
    if isinstance(one, CONSTANTS) and isinstance(other, CONSTANTS):
        if identical and not (one is None or other is None or isinstance(one, bool) or isinstance(other, bool)):
            return None
        return one is other if identical else bool(one == other)
    if one is other:
        return True
    objects = (Instance, Function, Class, Package, Sequence, Dict)
    if one is None or other is None:
        return False if isinstance(other if one is None else one, (*objects, External)) else None
    if identical and any(isinstance(each, CONSTANTS) for each in (one, other)):
        return False if isinstance(one, objects) or isinstance(other, objects) else None
    if isinstance(one, External) and isinstance(other, External):
        return True if one == other else None
    if isinstance(one, (Class, Function, Package)) and isinstance(other, (Class, Function, Package)):
        return False
    if not identical:
        try:
            return bool(data(machine, one) == data(machine, other))
        except LookupError:
            pass
    if isinstance(one, Instance) and isinstance(other, Instance) and MEMBER.of(one.table) and MEMBER.of(other.table):
        return False
    return None


def _member(option: Any, identical: bool) -> Any:
    """A member of a string enumeration counts as its value, unless it is asked which object it is."""
    if isinstance(option, Instance) and MEMBER.first(option.table, None) is str and not identical:
        return option.table["value"].only
    return option


def contains(machine: Machine, container: Any, item: Any) -> bool | None:
    """Whether an option has an item; None where that cannot be told."""
    match container:
        case str() if isinstance(item, str):
            return item in container
        case Sequence() if container.items is not None:
            machine.spend(len(container.items) // SHARE)
            found = [
                _are_equal(machine, option, item, False) if len(each.options) == 1 else None
                for each in container.items
                for option in each.options or (ABSENT,)
                if each.options is not None
            ]
            if any(each.options is None for each in container.items):
                found.append(None)
            return True if True in found else None if None in found else False
        case Dict() if is_hashable(item):
            if item in container.entries:
                return None if ABSENT in (container.entries[item].options or ()) else True
            return None if container.open else False
    return None


def is_hashable(item: Any) -> bool:
    return isinstance(item, CONSTANTS)
