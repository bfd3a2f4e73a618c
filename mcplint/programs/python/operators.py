"""Operators over values: option by option where all operands are known, unknown otherwise."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from itertools import product as combinations
from typing import Any

from mcplint.programs.journal import Exhausted
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Dict, Instance, abstract, concrete, size, truth
from mcplint.programs.values import (
    ABSENT,
    CONSTANTS,
    DEEP,
    LARGE,
    LONG,
    MANY,
    Abstract,
    Sequence,
    key,
    known,
    union,
    unknown,
)
from mcplint.values import Label, Value

LARGEST = 1 << 256
LONGEST = 100_000
SHARE = 4
"""How much of a value one step handles."""


def data(machine: Machine | None, option: Any) -> Any:
    """An option as Python's own value, at a price by its size; LookupError where it is no plain data, or too large."""
    if isinstance(option, CONSTANTS) and not isinstance(option, (str, bytes)):
        return option
    found = size(option)
    if machine is not None:
        machine.spend(found // SHARE)
    return concrete(option, found)


def product(machine: Machine | None, values: Iterable[Abstract], function: Callable[..., Any]) -> Abstract:
    """A function of plain data over every combination of options; unknown where one is not known or it fails.

    The function may fail to say that its result would be too large. `machine`: who pays for the size of what it is
    given, None where that is never large.
    """
    given = tuple(values)
    trace = traces(given)
    if any(value.options is None for value in given):
        return unknown(*trace)
    results: list[Any] = []
    for chosen in islice(combinations(*(value.options or () for value in given)), MANY + 1):
        try:
            results.append(function(*(data(machine, option) for option in chosen)))
        except Exhausted:
            raise
        except Exception:
            return unknown(*trace)
    if len(results) > MANY or not all(_small(result) for result in results):
        return unknown(*trace)
    if machine is not None:
        machine.spend(sum(len(result) for result in results if isinstance(result, (list, tuple, set, dict))) // SHARE)
    options = [option for result in results for option in abstract(result).options or ()]
    return Value(tuple({key(option): option for option in options}.values()), trace)


def traces(values: Iterable[Abstract]) -> tuple[Label, ...]:
    """The notes of several values, each once."""
    given = [value.trace for value in values if value.trace]
    if len(given) < 2:
        return given[0][:DEEP] if given else ()
    return tuple(islice(dict.fromkeys(note for trace in given for note in trace), DEEP))


def _small(result: Any) -> bool:
    if isinstance(result, (str, bytes)):
        return len(result) <= LONGEST
    if isinstance(result, (list, tuple, set, dict)):
        return len(result) <= LARGE
    return not isinstance(result, int) or -LARGEST < result < LARGEST


def check_size(result: Any) -> Any:
    """A result that is not too large; OverflowError otherwise."""
    if not _small(result):
        raise OverflowError
    return result


def _remainder(left: Any, right: Any) -> Any:
    """`%`: a remainder, or a format, which may make a text of any length."""
    if isinstance(left, (str, bytes)):
        fields = left.count("%") if isinstance(left, str) else left.count(b"%")
        if has_large_width(left) or fields * len(repr(right)) > LONGEST:
            raise OverflowError
    return left % right


OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _remainder,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
UNARY: Mapping[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


def computed(machine: Machine, kind: type, left: Abstract, right: Abstract) -> Abstract:
    """A binary operator; `/` joins paths."""
    if kind is ast.Add and isinstance(left.only, Sequence) and isinstance(right.only, Sequence):
        return _concatenation(machine, left, right)
    for many, times in ((left, right), (right, left)):
        if kind is ast.Mult and isinstance(many.only, Sequence) and isinstance(times.only, int):
            return _repeat_list(machine, many, many.only, times.only)
    if kind is ast.BitOr and isinstance(left.only, Dict) and isinstance(right.only, Dict):
        return _merged(machine, left, right)
    if kind is ast.Div and isinstance(left.only, Instance):
        handler = machine.handler(f"{left.only.library}./")
        if handler is not None:
            return handler(machine, Args((right,)), left.only)
    function = OPERATORS.get(kind)
    if function is None or not _stays_small(kind, left, right):
        return machine.risk(*traces((left, right)))
    result = product(machine, (left, right), function)
    return machine.risk(*result.trace) if result.options is None else result


def _stays_small(kind: type, left: Abstract, right: Abstract) -> bool:
    """Whether a result cannot become much larger than its operands."""
    if kind is ast.Mult:
        options = [*(left.options or ()), *(right.options or ())]
        texts = [len(option) for option in options if isinstance(option, (str, bytes))]
        numbers = [abs(option) for option in options if isinstance(option, int)]
        return max(texts, default=0) * max(numbers, default=0) <= LONGEST
    return True


def has_large_width(form: str | bytes) -> bool:
    """Whether a format may ask for any number of characters: by `*`, or by a number of four digits and more."""
    text = form if isinstance(form, str) else form.decode("latin-1")
    digits = 0
    for character in text:
        digits = digits + 1 if character.isdigit() else 0
        if digits > 3 or character == "*":
            return True
    return False


def _concatenation(machine: Machine, left: Abstract, right: Abstract) -> Abstract:
    first: Any = left.only
    second: Any = right.only
    trace = traces((left, right))
    if first.kind != second.kind or first.kind == "set":
        return machine.risk(*trace)
    some = (*first.known_items, *second.known_items)
    if first.items is None or second.items is None or len(some) > LONG:
        return known(Sequence(first.kind, None, some[:LONG]), *trace)
    return known(Sequence(first.kind, (*first.items, *second.items)), *trace)


def _repeat_list(machine: Machine, value: Abstract, owner: Sequence, times: int) -> Abstract:
    """A list so many times, no longer than any that is kept whole."""
    length = max(times, 0) * len(owner.known_items)
    if owner.items is None or length > LONG:
        return known(Sequence(owner.kind, None, owner.known_items[:LONG]), *value.trace)
    machine.spend(length // SHARE)
    return known(Sequence(owner.kind, owner.items * max(times, 0)), *value.trace)


def _merged(machine: Machine, left: Abstract, right: Abstract) -> Abstract:
    below: Any = left.only
    above: Any = right.only
    made = Dict(open_=below.open or above.open)
    machine.spend((len(below.entries) + len(above.entries)) // SHARE)
    made.entries.update(below.entries)
    for name, value in above.entries.items():
        made.entries[name] = overwritten(made.entries.get(name), value)
    return known(made, *traces((left, right)))


def overwritten(old: Abstract | None, new: Abstract) -> Abstract:
    """An entry over which another, that may be missing, is written."""
    if old is None or new.options is None or ABSENT not in new.options:
        return new
    return union([without_absent(new), old])


def without_absent(value: Abstract) -> Abstract:
    """A value without the option that it is missing."""
    if value.options is None or ABSENT not in value.options:
        return value
    return value._replace(options=tuple(option for option in value.options if option is not ABSENT))


def or_else(value: Abstract | None, default: Abstract) -> Abstract:
    """A value, or the default where it is, or may be, None or not there."""
    if value is None or value.options is None:
        return default if value is None else value
    there = tuple(option for option in value.options if option is not None and option is not ABSENT)
    if len(there) == len(value.options):
        return value
    return union([*([value._replace(options=there)] if there else []), default])


def unary_result(machine: Machine, kind: type, value: Abstract) -> Abstract:
    """A unary operator."""
    if kind is ast.Not:
        if value.options is None:
            return unknown(*value.trace)
        found = {truth(option) for option in value.options}
        return unknown(*value.trace) if None in found else Value(tuple(not each for each in found), value.trace)
    result = product(machine, [value], UNARY[kind])
    return machine.risk(*result.trace) if result.options is None else result
