"""Statements of functions that run only until a name of the module holds something, as in a getter that keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mcplint.programs.python.values import Frame, Function, verdict


def over(function: Function) -> frozenset[ast.stmt]:
    """The statements of a function that fill a name of its module, which holds something by now and keeps it."""
    named = {name for node in ast.walk(function.node) if isinstance(node, ast.Global) for name in node.names}
    if not named:
        return frozenset()
    found: list[ast.stmt] = []
    for block in blocks(function.node):
        for index, statement in enumerate(block):
            if isinstance(statement, ast.If) and (asked := _asked(statement.test)) and asked[0] in named:
                name, filled = asked
                guarded = statement.body
                if filled:
                    leaves = isinstance(statement.body[-1], (ast.Return, ast.Raise))
                    guarded = [*statement.orelse, *(block[index + 1 :] if leaves else ())]
                if any(_puts(each, name) for each in guarded) and _holds(function.scope, name, statement.test):
                    found += guarded
    return frozenset(found)


def blocks(root: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements below a node."""
    for node in ast.walk(root):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def _asked(test: ast.expr) -> tuple[str, bool] | None:
    """The name that a condition asks for, and whether it asks if that holds something."""
    match test:
        case ast.Name(id=name):
            return name, True
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return name, False
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot() as operator], comparators=[other]) if (
            isinstance(other, ast.Constant) and other.value is None
        ):
            return name, isinstance(operator, ast.IsNot)
    return None


def _puts(root: ast.AST, name: str) -> bool:
    """Whether a statement assigns something to a name, or deletes it."""
    names = (node for node in ast.walk(root) if isinstance(node, ast.Name) and node.id == name)
    return any(isinstance(each.ctx, (ast.Store, ast.Del)) for each in names)


def _holds(scope: Frame, name: str, test: ast.expr) -> bool:
    """Whether a name of the module does not hold nothing by now, and no function puts nothing there again."""
    value = scope.top.names.get(name)
    if value is None or None in (value.options or ()):
        return False
    if not isinstance(test, ast.Compare) and verdict(value) is False:
        return False
    return not any(_empties(node, name) for node in ast.walk(scope.module.tree) if isinstance(node, ast.stmt))


def _empties(node: ast.stmt, name: str) -> bool:
    """Whether a function puts nothing into a name of its module, or takes away what it holds."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    every = list(ast.walk(node))
    return any(isinstance(each, ast.Global) and name in each.names for each in every) and any(
        _is_nothing(each) and _puts(each, name) for each in every
    )


def _is_nothing(node: ast.AST) -> bool:
    """Whether a statement assigns nothing, or deletes."""
    match node:
        case ast.Assign(value=ast.Constant(value=value)) | ast.AnnAssign(value=ast.Constant(value=value)):
            return not value
        case ast.Delete():
            return True
    return False
