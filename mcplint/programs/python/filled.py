"""Statements of functions that run only until a name of the module holds something, as in a getter that keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mcplint.facts.python import Module
from mcplint.programs.python.module_text import cached_on_module, nodes
from mcplint.programs.python.values import Frame, Function, verdict


def guarded_fills(function: Function) -> frozenset[ast.stmt]:
    """The statements of a function that fill a name of its module, which holds something by now and keeps it."""
    named = {name for node in ast.walk(function.node) if isinstance(node, ast.Global) for name in node.names}
    if not named:
        return frozenset()
    found: list[ast.stmt] = []
    for block in blocks(function.node):
        for index, statement in enumerate(block):
            if isinstance(statement, ast.If) and (asked := _tested_name(statement.test)) and asked[0] in named:
                name, filled = asked
                guarded = statement.body
                if filled:
                    leaves = isinstance(statement.body[-1], (ast.Return, ast.Raise))
                    guarded = [*statement.orelse, *(block[index + 1 :] if leaves else ())]
                if any(_assigns(each, name) for each in guarded) and _holds_something(
                    function.scope, name, statement.test
                ):
                    found += guarded
    return frozenset(found)


def blocks(root: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements below a node."""
    for node in ast.walk(root):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def _tested_name(test: ast.expr) -> tuple[str, bool] | None:
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


def _assigns(root: ast.AST, name: str) -> bool:
    """Whether a statement assigns something to a name, or deletes it."""
    return name in _assigned_names(root)


def _assigned_names(root: ast.AST) -> Iterator[str]:
    """The names that a statement assigns something to or deletes."""
    names = (node for node in ast.walk(root) if isinstance(node, ast.Name))
    return (node.id for node in names if isinstance(node.ctx, (ast.Store, ast.Del)))


def _holds_something(scope: Frame, name: str, test: ast.expr) -> bool:
    """Whether a name of the module does not hold nothing by now, and no function puts nothing there again."""
    value = scope.top.names.get(name)
    if value is None or None in (value.options or ()):
        return False
    if not isinstance(test, ast.Compare) and verdict(value) is False:
        return False
    return name not in _names_emptied(scope.module)


@cached_on_module
def _names_emptied(module: Module) -> Iterator[str]:
    """The names of a module into which a function puts nothing, or takes away what they hold."""
    for function in nodes(module):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            every = tuple(ast.walk(function))
            names = {name for each in every if isinstance(each, ast.Global) for name in each.names}
            stored = (
                each for statement in every if names and _empties(statement) for each in _assigned_names(statement)
            )
            yield from names.intersection(stored)


def _empties(node: ast.AST) -> bool:
    """Whether a statement assigns nothing, or deletes."""
    match node:
        case ast.Assign(value=ast.Constant(value=value)) | ast.AnnAssign(value=ast.Constant(value=value)):
            return not value
        case ast.Delete():
            return True
    return False
