"""What does nothing by being evaluated but make a value: functions, literals, and calls that only make something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcplint.programs.typescript.operators import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

BODIES = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "generator_function", "method_definition"}
    | {"generator_function_declaration"}
)
CLASSES = frozenset({"class", "class_declaration", "abstract_class_declaration"})
TYPES = frozenset(
    {"interface_declaration", "type_alias_declaration", "type_annotation", "type_arguments", "type_parameters"}
    | {"type_identifier", "function_signature", "ambient_declaration", "implements_clause", "comment"}
)
"""What is not there any more when a program runs."""
_DOES = frozenset({"augmented_assignment_expression", "update_expression", "yield_expression", "decorator", "ERROR"})
_PLAIN = re.compile(
    r"(?:console|Math|JSON|Number|String|Buffer|Object|Date|Array|path|crypto)\.(?!assign|define|setPrototypeOf)\w{1,30}|"
    r"String|Number|Boolean|parseInt|Set|Map|WeakMap|\w{0,20}Error|RegExp|URL|Date|TextEncoder|Headers|createHash|"
    r"randomUUID|randomBytes|process\.cwd|Symbol|require|import|"
    r"requireBearerAuth|bearerAuth|basicAuth|expressjwt|passport\.authenticate"
)
"""What only makes something of what it is told."""
_METHODS = re.compile(
    "split|map|filter|trim|toLowerCase|toUpperCase|replace|replaceAll|slice|startsWith|endsWith|includes|join|match|test|"
    "some|every|find|toString|concat|has|update|digest|encode|flat|flatMap|at|padStart|substring|indexOf"
)
"""Methods of texts, arrays and the like, whose functions are called at once."""


def inert(node: Node) -> bool:
    """Whether evaluating an expression, or running statements, does nothing but make values."""
    pending = [(node, False)]
    while pending:
        each, called = pending.pop()
        kind = each.type
        if kind in TYPES or (kind in BODIES and not called):
            continue
        if kind in _DOES:
            return False
        if kind in CLASSES:
            if not defines(each):
                return False
            continue
        if kind in ("call_expression", "new_expression"):
            if not _only_constructs(each):
                return False
            called = True
        elif kind == "assignment_expression":
            left = each.child_by_field_name("left")
            if left is None or not re.fullmatch(r"this\.#?\w+", text_of(left)):
                return False
        pending += [(child, called) for child in each.named_children]
    return True


def _only_constructs(call: Node) -> bool:
    """Whether a call only makes something, as far as its name tells."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    if function is None:
        return False
    name = function.child_by_field_name("property") if function.type == "member_expression" else None
    made = name is not None and _METHODS.fullmatch(text_of(name))
    return bool(made or _PLAIN.fullmatch(text_of(function)))


def defines(kind: Node) -> bool:
    """Whether a class does nothing by being defined: no decorator takes it, and nothing of it runs at once."""
    body = kind.child_by_field_name("body")
    members = body.named_children if body is not None else []
    return not any(
        each.type in ("decorator", "class_static_block") or (_is_static(each) and not inert(each))
        for each in (*kind.named_children, *members)
    )


def _is_static(member: Node) -> bool:
    return member.type.endswith("field_definition") and any(each.type == "static" for each in member.children)


def makes(node: Node) -> bool:
    """Whether calling a function, or constructing a class, only makes something."""
    body = node.child_by_field_name("body")
    if body is None:
        return False
    if node.type not in CLASSES:
        return inert(body)
    if any(each.type == "class_heritage" and "extends" in text_of(each) for each in node.named_children):
        return False
    return all(_is_inert_member(each) for each in body.named_children)


def _is_inert_member(member: Node) -> bool:
    name, body = member.child_by_field_name("name"), member.child_by_field_name("body")
    if member.type == "method_definition" and body is not None:
        return name is None or text_of(name) != "constructor" or inert(body)
    return inert(member)
