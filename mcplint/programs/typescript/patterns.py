"""Assignments: to names, properties and patterns that take values apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcplint.programs.typescript.machine import DIVERTED, Machine
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.values import NOTHING, UNDEFINED, Class, Frame, Function, Object, array, elements
from mcplint.programs.values import OPEN, Abstract, Entries, External, known, union, unknown

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = 8
"""Steps that a name of a pattern takes: it is read, noted and kept."""


def assign(machine: Machine, frame: Frame, node: Node, value: Abstract) -> None:
    """Gives a value to what stands on the left of `=`."""
    match node.type:
        case "identifier":
            name = text_of(node)
            scope = frame.binding(name)
            machine.put((scope or frame).names, name, value)
        case "member_expression":
            owner, inner = node.child_by_field_name("object"), node.child_by_field_name("property")
            if owner is not None and inner is not None:
                set_property(machine, machine.evaluate(frame, owner), text_of(inner), value)
        case "subscript_expression":
            target = machine.evaluate(frame, node.child_by_field_name("object"))
            index = machine.evaluate(frame, node.child_by_field_name("index")).only
            set_property(machine, target, index if isinstance(index, str) else None, value)
        case "parenthesized_expression" | "non_null_expression" | "as_expression" if node.named_children:
            assign(machine, frame, node.named_children[0], value)
        case _:
            bind(machine, frame, node, value, fresh=False)


def set_property(machine: Machine, owner: Abstract, name: str | None, value: Abstract) -> None:
    """Sets a property of whatever a value may be."""
    for option in owner.options or ():
        if isinstance(option, External) and option.path == "process.env":
            if name is not None:
                machine.put(machine.environ, name, value)
        elif isinstance(option, External) and "console" in (option.path, name):
            DIVERTED.add(machine, machine.state, True)
        elif isinstance(option, External) and option.path in ("module", "exports"):
            continue
        elif isinstance(option, (Object, Function, Class)):
            if name is None:
                machine.put(option.table, OPEN, True)
                continue
            now = option.table.get(name, known(UNDEFINED))
            machine.put(option.table, name, value if len(owner.options or ()) == 1 else union([now, value]))


def bind(machine: Machine, frame: Frame, node: Node, value: Abstract, fresh: bool = True) -> None:
    """Declares the names of a pattern in a scope (or assigns to names that are there) and gives them their values."""
    match node.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            scope = frame if fresh else frame.binding(text_of(node)) or frame
            machine.put(scope.names, text_of(node), value)
        case "object_pattern":
            _destructure(machine, frame, node, value, fresh)
        case "array_pattern":
            items = elements(value)
            patterns = _patterns(node)
            for index, child in enumerate(patterns):
                machine.spend(_NAME)
                if child is None:
                    continue
                if child.type == "rest_pattern":
                    rest = known(array(*items[index:])) if items is not None else unknown(*value.trace)
                    bind(machine, frame, child.named_children[0], rest, fresh)
                    continue
                item = unknown(*value.trace)
                if items is not None:
                    item = items[index] if index < len(items) else known(UNDEFINED)
                bind(machine, frame, child, item, fresh)
        case "assignment_pattern" | "object_assignment_pattern":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None:
                bind(machine, frame, left, defaulted(machine, frame, value, right), fresh)
        case "rest_pattern" if node.named_children:
            bind(machine, frame, node.named_children[0], value, fresh)
        case "member_expression" | "subscript_expression":
            assign(machine, frame, node, value)


def _patterns(node: Node) -> list[Any]:
    """The patterns between the commas of an array pattern, None for a hole."""
    patterns: list[Any] = [None]
    for child in node.children:
        if child.type == ",":
            patterns.append(None)
        elif child.is_named and child.type != "comment":
            patterns[-1] = child
    return patterns


def defaulted(machine: Machine, frame: Frame, value: Abstract, default: Node | None) -> Abstract:
    """A value with a default in the place of `undefined`."""
    if value.options is None or default is None:
        return value
    kept = tuple(option for option in value.options if option not in NOTHING)
    if len(kept) == len(value.options):
        return value
    other = machine.evaluate(frame, default)
    return union([value._replace(options=kept), other]) if kept else other


def _destructure(machine: Machine, frame: Frame, node: Node, value: Abstract, fresh: bool) -> None:
    taken: set[str] = set()
    for child in node.named_children:
        machine.spend(_NAME)
        key: Any = None
        inner: Any = child
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
        elif child.type == "shorthand_property_identifier_pattern":
            key = child
        elif child.type == "object_assignment_pattern":
            key = child.child_by_field_name("left")
        elif child.type == "rest_pattern":
            _bind_rest(machine, frame, child, value, taken, fresh)
            continue
        if key is None or inner is None:
            continue
        name = text_of(key).strip("\"'")
        taken.add(name)
        bind(machine, frame, inner, machine.member(value, name, machine.note(frame, child, "read here")), fresh)


def _bind_rest(machine: Machine, frame: Frame, node: Node, value: Abstract, taken: set[str], fresh: bool) -> None:
    only = value.only
    rest = unknown(*value.trace)
    if isinstance(only, Object) and only.kind is None:
        kept = Entries((name, entry) for name, entry in only.table.items() if name not in taken)
        rest = known(Object(None, only.span, kept))
    bind(machine, frame, node.named_children[0], rest, fresh)
