"""Operators, and what conditions say of the names in them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.values import (
    CONSTANTS,
    NOTHING,
    UNDEFINED,
    UNSET,
    Class,
    Frame,
    Object,
    PathTest,
    js_text,
    number,
    truth,
)
from mcplint.programs.values import ABSENT, MANY, Abstract, External, key, known, map_options, noted, union, unknown
from mcplint.values import Value

if TYPE_CHECKING:
    from tree_sitter import Node

LONGEST = 4_000


def logical_operator(machine: Machine, left: Abstract, sign: str, right: Callable[[], Abstract]) -> Abstract:
    """`||`, `&&` and `??`: the left side where it decides, else the right one."""
    if left.options is None:
        return union([left, machine.fork([right, lambda: left])])
    decides = _DECIDES[sign]
    stays = tuple(option for option in left.options if decides(option) is not False)
    goes = any(decides(option) is not True for option in left.options)
    if not goes:
        return left
    if not stays:
        return fallback_value(right(), left)
    kept = left._replace(options=stays)
    if sign == "&&":
        return union([kept, machine.fork([right, lambda: known(UNDEFINED)])])
    return union([kept, fallback_value(right(), left)])


def fallback_value(fallback: Abstract, value: Abstract) -> Abstract:
    """A default that stands in for a variable that is not set, and where that would be read."""
    if fallback.options in _EMPTY and UNSET in (value.options or ()):
        return known(UNSET, *value.trace)
    names = {note.variable for note in value.trace if note.variable}
    site = fallback.site
    if site is not None and len(names) == 1:
        site = site._replace(variable=names.pop())
    return noted(fallback._replace(site=site), *value.trace[:1])


_EMPTY = (("",), (UNDEFINED,), (None,))
"""Defaults that give nothing: whoever sets the variable decides."""


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


_DECIDES: Mapping[str, Callable[[Any], bool | None]] = {
    "||": lambda option: option is not UNSET and truth(option),
    "&&": lambda option: _not(truth(option)),
    "??": lambda option: not (option is None or option in NOTHING),
}


def binary(sign: str, left: Abstract, right: Abstract, chosen: bool = True) -> Abstract:
    """An operator of two values; `chosen`: a variable that somebody sets may be what it is compared with."""
    tested = _path_test(sign, left, right)
    if tested is not None:
        return tested
    trace = tuple(dict.fromkeys((*left.trace, *right.trace)))[:8]
    if any(UNSET in (side.options or ()) for side in (left, right)) and (
        chosen or not _compares_with_constant(sign, left, right)
    ):
        return unknown(*trace)
    if left.options is None or right.options is None or len(left.options) * len(right.options) > MANY:
        return unknown(*trace)
    found = [_of_two(sign, a, b) for a, b in product(left.options, right.options)]
    if not found or any(option is _NOBODY for option in found):
        return unknown(*trace)
    options = tuple({key(option): option for option in found}.values())
    return Value(options, trace)


_NOBODY: Any = object()
_EQUALS = ("===", "!==", "==", "!=")


def _compares_with_constant(sign: str, left: Abstract, right: Abstract) -> bool:
    """Whether something is compared with texts or numbers that the program names."""
    return sign in _EQUALS and any(
        bool(side.options) and all(isinstance(each, (str, int)) for each in side.options or ())
        for side in (left, right)
    )


def _path_test(sign: str, left: Abstract, right: Abstract) -> Abstract | None:
    """A comparison of a request's path with a text."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one.only, Object) and one.only.library == REQUEST_PATH and isinstance(other.only, str):
            if sign in ("===", "=="):
                return known(PathTest((other.only,)))
            if sign in ("!==", "!="):
                return known(PathTest((other.only,), negated=True))
    return None


REQUEST_PATH = "request:path"
MAIN = External("module")
"""The module that is started, as `require.main` and its own `module` are."""


def _of_two(sign: str, left: Any, right: Any) -> Any:
    plain = isinstance(left, CONSTANTS) and isinstance(right, CONSTANTS)
    if sign in _EQUALS:
        if UNSET in (left, right):
            return sign.startswith("!")
        same = _are_equal(left, right, len(sign) == 3, plain)
        return _NOBODY if same is None else same == sign.startswith("=")
    if sign == "instanceof" and isinstance(left, Object) and isinstance(right, Class) and not left.library:
        return isinstance(left.kind, Class) and right in left.kind.lineage()
    if sign == "in" and isinstance(right, Object) and isinstance(left, str):
        there = right.table.get(left)
        sure = there is not None and there.options is not None and ABSENT not in there.options
        return True if sure else _NOBODY if right.open or there is not None else False
    if not plain:
        return _NOBODY
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        text = f"{js_text(left)}{js_text(right)}"
        return text if len(text) <= LONGEST else _NOBODY
    if sign in _COMPARES and isinstance(left, str) and isinstance(right, str):
        return _COMPARES[sign](left, right)
    a, b = number(left), number(right)
    if a is None or b is None:
        return _NOBODY
    try:
        if sign in _COMPARES:
            return _COMPARES[sign](a, b)
        found = _COMPUTES[sign](a, b)
        return int(found) if isinstance(found, float) and found.is_integer() and abs(found) < 1e15 else found
    except (KeyError, ArithmeticError, ValueError):
        return _NOBODY


def _are_equal(left: Any, right: Any, strictly: bool, plain: bool) -> bool | None:
    if not plain:
        if isinstance(left, CONSTANTS) or isinstance(right, CONSTANTS):
            objects = [each for each in (left, right) if not isinstance(each, CONSTANTS)]
            return False if all(truth(each) for each in objects) else None
        if isinstance(left, External) and isinstance(right, External):
            return True if left == right else False if MAIN in (left, right) else None
        return True if left is right else None
    if isinstance(left, bool) or isinstance(right, bool) or type(left) is type(right):
        return left == right and (not strictly or isinstance(left, bool) == isinstance(right, bool))
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    if strictly:
        return left is right
    nothing = (None, UNDEFINED)
    if left in nothing or right in nothing:
        return left in nothing and right in nothing
    return number(left) == number(right)


_COMPARES: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_COMPUTES: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": lambda a, b: a % b if a >= 0 < b else 1 / 0,
}


def unary(sign: str, value: Abstract) -> Abstract:
    """An operator of one value."""
    only = value.only
    if sign == "!" and isinstance(only, PathTest):
        return known(PathTest(only.paths, only.exact, not only.negated))
    if sign == "void":
        return known(UNDEFINED)
    if value.options is None:
        return unknown(*value.trace)
    if sign == "!":
        if any(truth(option) is None for option in value.options):
            return unknown(*value.trace)
        return map_options(value, lambda option: not truth(option))
    if sign in ("+", "-"):
        if any(number(option) is None for option in value.options):
            return unknown(*value.trace)
        return map_options(value, lambda option: _with_sign(sign, number(option)))
    if sign == "typeof":
        return map_options(value, _type)
    return unknown(*value.trace)


def _with_sign(sign: str, found: Any) -> Any:
    return -found if sign == "-" else found


def _type(option: Any) -> str:
    match option:
        case str():
            return "string"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case None | Object():
            return "object"
    return "undefined" if option is UNDEFINED or option is ABSENT else "function"


def narrow(machine: Machine, frame: Frame, node: Node, holds: bool) -> None:
    """Keeps of the names in a condition only what they can be where it holds, or does not."""
    machine.spend(1)
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    if node.type == "unary_expression" and node.child_by_field_name("operator").type == "!":  # type: ignore[union-attr]
        argument = node.child_by_field_name("argument")
        if argument is not None:
            narrow(machine, frame, argument, not holds)
        return
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = (node.child_by_field_name("operator") or node).type
        if left is None or right is None:
            return
        if (sign == "&&" and holds) or (sign == "||" and not holds):
            narrow(machine, frame, left, holds)
            narrow(machine, frame, right, holds)
        elif sign in ("===", "!==", "==", "!="):
            wanted = machine.evaluate(frame, right).only
            if isinstance(wanted, CONSTANTS) and wanted is not None:
                equal = holds == (sign[0] == "=")
                _narrow_name(
                    machine,
                    frame,
                    left,
                    lambda option: _are_equal(option, wanted, True, isinstance(option, CONSTANTS)),
                    equal,
                )
        return
    _narrow_name(machine, frame, node, truth, holds)


def _narrow_name(machine: Machine, frame: Frame, node: Node, test: Callable[[Any], bool | None], holds: bool) -> None:
    table: Any = None
    name = ""
    if node.type == "identifier":
        name = text_of(node)
        scope = frame.binding(name)
        table = scope.names if scope else None
    elif node.type == "member_expression":
        owner, inner = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is not None and inner is not None and owner.type in ("identifier", "this"):
            only = machine.evaluate(frame, owner).only
            table, name = (only.table, text_of(inner)) if isinstance(only, Object) else (None, "")
    if table is None or name not in table:
        return
    value: Abstract = table[name]
    if not isinstance(value, Value):
        return
    kept = tuple(option for option in value.options or () if test(option) is not (not holds))
    if value.options and kept and len(kept) < len(value.options):
        machine.put(table, name, value._replace(options=kept))


def text_of(node: Node) -> str:
    """The text of a node, as it is written."""
    return (node.text or b"").decode("utf-8", "replace")
