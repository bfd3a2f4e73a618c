"""Where a program's modules log all of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcplint.facts.typescript import Script
from mcplint.programs.typescript.operators import text_of
from mcplint.values import Label

if TYPE_CHECKING:
    from tree_sitter import Node

ENVIRONMENT = "process.env"
WHOLE = re.compile(r"\bprocess\.env\s{0,9}[,)}]")
LOGS = re.compile(r"(?:console|(?:this\.)?log(?:ger)?)\.(?:log|info|debug|warn|error|dir|table|trace)")
TEXTS = frozenset({"JSON.stringify", "util.inspect", "inspect", "Object.entries", "Object.values", "Object.assign"})
"""Calls that make a text, or another object, of all that an object holds."""
ASKED = re.compile(r"(?i)debug|verbose|trace")


def logged_secrets(scripts: Iterable[Script]) -> Iterator[Label]:
    """The calls that log `process.env` as a whole, but for those under a condition that asks for debugging."""
    for script in scripts:
        pending = [script.root] if WHOLE.search(script.source.text) else []
        while pending:
            node = pending.pop()
            asked = node.child_by_field_name("condition") if node.type == "if_statement" else None
            if asked is not None and ASKED.search(text_of(asked)):
                continue
            if _logs(node):
                yield Label(script.span(node), f"`{ENVIRONMENT}` holds every secret that the server is given")
            pending += node.named_children


def _logs(node: Node) -> bool:
    """Whether a call logs something that is the environment as a whole."""
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call_expression" or function is None or given is None or not LOGS.fullmatch(text_of(function)):
        return False
    return any(map(_holds_all, given.named_children))


def _holds_all(root: Node) -> bool:
    """Whether an expression holds all of the environment; a text that is joined to it itself has `[object Object]`."""
    pending = [(root, False)]
    while pending:
        node, joined = pending.pop()
        inner = node.named_children
        if node.type == "member_expression" and text_of(node) == ENVIRONMENT and not joined:
            return True
        if node.type in ("template_string", "binary_expression"):
            pending += ((each, True) for each in inner)
        elif node.type in ("template_substitution", "parenthesized_expression"):
            pending += ((each, joined) for each in inner)
        elif node.type == "call_expression" and len(inner) == 2 and text_of(inner[0]) in TEXTS:
            given = inner[1].named_children
            if given and (len(given) == 1 or text_of(given[1]) in ("null", "undefined")):
                pending.append((given[0], False))
        elif node.type in ("object", "array") and len(inner) == 1 and inner[0].type == "spread_element":
            pending.append((inner[0].named_children[0], joined))
    return False
