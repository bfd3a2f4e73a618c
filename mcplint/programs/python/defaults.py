"""Conditions that only choose between what is given and a default: `t if t else "stdio"`, and as statements."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import NamedTuple

from mcplint.programs.python.filled import blocks
from mcplint.programs.python.values import Frame

PLAIN = (ast.Constant, ast.Name, ast.Attribute)
"""What a default is, which needs nothing and cannot fail."""


class Default(NamedTuple):
    """What a condition asks for, what stands in for it, and how it comes out where that is taken."""

    what: ast.expr
    taken: bool
    instead: ast.expr


def expression_default(node: ast.IfExp) -> Default | None:
    """What `t if t else "stdio"` asks for; None where it chooses between other things."""
    asked = _tested_expression(node.test)
    if asked is None:
        return None
    what, taken = asked
    instead, chosen = (node.body, node.orelse) if taken else (node.orelse, node.body)
    return Default(what, taken, instead) if isinstance(instead, PLAIN) and _mentions(chosen, what) else None


def statement_default(frame: Frame, node: ast.If) -> Default | None:
    """The default that an `if` of one statement each chooses: both return something, or assign the same name."""
    asked = _tested_expression(node.test) if len(node.body) == 1 and len(node.orelse) < 2 else None
    if asked is None:
        return None
    what, taken = asked
    first, second = node.body[0], node.orelse[0] if node.orelse else _next_statement(frame, node)
    match (first, second) if taken else (second, first):
        case ast.Return(value=ast.expr() as instead), ast.Return(value=ast.expr() as chosen):
            found = _mentions(chosen, what)
        case ast.Assign(targets=[ast.Name() as target], value=instead), _ if taken and not node.orelse:
            found = _is_same_expression(target, what)
        case (
            ast.Assign(targets=[ast.Name() as target], value=instead),
            ast.Assign(targets=[ast.Name() as other], value=chosen),
        ) if node.orelse:
            found = _is_same_expression(target, other) and _mentions(chosen, what)
        case _:
            return None
    return Default(what, taken, instead) if found and isinstance(instead, PLAIN) else None


def _tested_expression(test: ast.expr) -> tuple[ast.expr, bool] | None:
    """What a condition asks for, and how it comes out where that is not given."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _tested_expression(operand)
            return inner and (inner[0], not inner[1])
        case ast.BoolOp(op=operator, values=[first, *_]):
            inner = _tested_expression(first)
            return inner if inner and inner[1] is isinstance(operator, ast.Or) else None
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as operator], comparators=[ast.Constant(value=None)]):
            return (left, isinstance(operator, ast.Is)) if isinstance(left, (ast.Name, ast.Attribute)) else None
        case ast.NamedExpr(target=target):
            return target, False
        case ast.Name() | ast.Attribute() | ast.Call():
            return test, False
    return None


def _next_statement(frame: Frame, node: ast.If) -> ast.stmt | None:
    """The statement that follows one of a function, looked for once for all of them."""
    if frame.function is None:
        return None
    root = frame.function.node
    found: dict[ast.stmt, ast.stmt] | None = getattr(root, "_following", None)
    if found is None:
        found = {each: later for block in blocks(root) for each, later in pairwise(block) if isinstance(each, ast.If)}
        root._following = found  # type: ignore[union-attr]
    return found.get(node)


def _mentions(taken: ast.expr, what: ast.expr) -> bool:
    return any(_is_same_expression(each, what) for each in ast.walk(taken))


def _is_same_expression(node: ast.AST, what: ast.expr) -> bool:
    if isinstance(node, ast.Name) and isinstance(what, ast.Name):
        return node.id == what.id
    return type(node) is type(what) and ast.dump(node) == ast.dump(what)
