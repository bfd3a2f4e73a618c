"""What constants, templates, arrays and objects come to, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mcplint.programs.typescript.functions import function_of
from mcplint.programs.typescript.machine import Args, Evaluator, Machine
from mcplint.programs.typescript.operators import binary, text_of
from mcplint.programs.typescript.values import (
    ENVIRON,
    UNDEFINED,
    Frame,
    Object,
    array,
    elements,
    js_text,
)
from mcplint.programs.values import ABSENT, LONG, OPEN, Abstract, External, Sequence, known, map_options, union, unknown
from mcplint.values import Value

if TYPE_CHECKING:
    from tree_sitter import Node

LONGEST = 8_000
LARGEST = 100_000
"""The bytes that an object or array of plain data may have whose contents are looked at; more is a table or schema."""
_CODE = re.compile(rb"=>|\bfunction\b|\)\s{0,9}\{")


def constant(machine: Machine, frame: Frame, node: Node, option: Any) -> Abstract:
    site = frame.package.fact.site(node, js_text(option) or "")
    found: Abstract = Value((option,), (machine.note(frame, node, "set here"),), site)
    frame.package.constants[node.id] = found
    return found


def string(machine: Machine, frame: Frame, node: Node) -> Abstract:
    found = frame.package.constants.get(node.id)
    if found is not None:
        return found
    text = string_text(node)
    return constant(machine, frame, node, text) if len(text) <= LONGEST else unknown()


def string_text(node: Node) -> str:
    """What a string in quotes says."""
    return "".join(unescaped(part) if part.type == "escape_sequence" else text_of(part) for part in node.named_children)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "\n": ""}


def unescaped(node: Node) -> str:
    """The character that an escape stands for."""
    text = text_of(node)[1:]
    if text[:1] in ("u", "x"):
        digits = text[1:].strip("{}")
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return ""
    return _ESCAPES.get(text[:1], text)


def template(machine: Machine, frame: Frame, node: Node) -> Abstract:
    """A template string: its pieces, one after the other."""
    found: Abstract | None = None
    for part in node.named_children:
        if part.type == "template_substitution":
            piece = machine.evaluate(frame, part.named_children[0]) if part.named_children else known("")
            piece = _texts(piece)
        else:
            piece = known(unescaped(part) if part.type == "escape_sequence" else text_of(part))
        found = piece if found is None else binary("+", found, piece)
    if found is None or (len(node.named_children) == 1 and node.named_children[0].type != "template_substitution"):
        return constant(machine, frame, node, "" if found is None else found.only)
    return found._replace(site=None)


def _texts(value: Abstract) -> Abstract:
    if value.options is None or any(js_text(option) is None for option in value.options):
        return unknown(*value.trace)
    return map_options(value, js_text)


def numeric(machine: Machine, frame: Frame, node: Node) -> Abstract:
    text = text_of(node).replace("_", "")
    try:
        found: Any = int(text, 0) if not text.isdigit() else int(text)
    except ValueError:
        try:
            found = float(text)
        except ValueError:
            return unknown()
    return (
        constant(machine, frame, node, int(found) if found == found // 1 else found) if abs(found) < 1e18 else unknown()
    )


def _is_table(node: Node) -> bool:
    """Whether an object or array is a large one of plain data."""
    return node.end_byte - node.start_byte > LARGEST and _CODE.search(node.text or b"") is None


def array_literal(machine: Machine, frame: Frame, node: Node) -> Abstract:
    if _is_table(node):
        return known(Sequence("list", None, ()))
    items: list[Abstract] = []
    for child in node.named_children:
        if child.type == "comment":
            continue
        if child.type != "spread_element":
            items.append(machine.evaluate(frame, child))
            continue
        more = elements(machine.evaluate(frame, child.named_children[0]))
        if more is None:
            rest = [machine.evaluate(frame, other) for other in node.named_children if other.type != "spread_element"]
            return known(Sequence("list", None, tuple(rest)))
        machine.spend(len(more) // 8)
        items += more
        if len(items) > LONG:
            return known(Sequence("list", None, tuple(items[:LONG])))
    return known(array(*items), machine.note(frame, node, "made here"))


def object_literal(machine: Machine, frame: Frame, node: Node) -> Abstract:
    made = Object(None, frame.package.fact.span(node))
    if _is_table(node):
        made.table[OPEN] = True
    for child in () if OPEN in made.table else node.named_children:
        match child.type:
            case "pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                name = property_name(machine, frame, key) if key is not None else None
                found = machine.evaluate(frame, value)
                if name is None:
                    made.table[OPEN] = True
                else:
                    made.table[name] = found
            case "shorthand_property_identifier":
                made.table[text_of(child)] = machine.evaluate(frame, child)
            case "spread_element":
                spread_into(machine, machine.evaluate(frame, child.named_children[0]), made)
            case "method_definition":
                key = child.child_by_field_name("name")
                name = property_name(machine, frame, key) if key is not None else None
                getter = any(part.type == "get" for part in child.children)
                if name is not None and not getter:
                    made.table[name] = known(function_of(machine, frame, child))
                elif name is not None:
                    made.table[name] = machine.call(known(function_of(machine, frame, child)), Args(this=known(made)))
    return known(made, machine.note(frame, node, "made here"))


def property_name(machine: Machine, frame: Frame, node: Node) -> str | None:
    """The name of a property, None where it is computed and not known."""
    if node.type in ("property_identifier", "private_property_identifier", "number"):
        return text_of(node)
    if node.type == "string":
        found = string_text(node)
        return found if len(found) <= LONGEST else None
    if node.type == "computed_property_name" and node.named_children:
        value = machine.evaluate(frame, node.named_children[0]).only
        return js_text(value)
    return None


def spread_into(machine: Machine, value: Abstract, into: Object) -> None:
    """`{...value}`: what is certain replaces, what is possible joins."""
    options = [option for option in value.options or () if option not in (None, UNDEFINED, False, "", 0)]
    if value.options == (External("process.env"),) and not into.names():
        into.table[ENVIRON] = True
        return
    if value.options is None or any(not isinstance(option, Object) for option in options):
        into.table[OPEN] = True
        for name in into.names():
            into.table[name] = unknown(*value.trace)
        return
    sure = len(options) == 1 and len(value.options) == 1
    for option in options:
        machine.spend(len(option.table) // 8)
        if sure and ENVIRON in option.table and not into.names():
            into.table[ENVIRON] = True
        elif option.open:
            into.table[OPEN] = True
            for name in into.names():
                into.table[name] = unknown(*value.trace)
        for name in option.names():
            entry: Abstract = option.table[name]
            before = into.table.get(name, known(UNDEFINED))
            if entry.options is not None and ABSENT in entry.options:
                left = tuple(each for each in entry.options if each is not ABSENT)
                entry = union([before, entry._replace(options=left)])
            into.table[name] = entry if sure else union([before, entry])


def literals() -> Iterator[tuple[str, Evaluator]]:
    for name, option in (("true", True), ("false", False), ("null", None), ("undefined", UNDEFINED)):
        yield name, lambda machine, frame, node, option=option: constant(machine, frame, node, option)  # type: ignore[misc]
