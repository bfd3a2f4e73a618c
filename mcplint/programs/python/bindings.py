"""Which names a module may bind, wherever in it: what it certainly lacks is found by reading, not by running."""

from __future__ import annotations

import ast

# What can bind names that are nowhere written.
HIDDEN = frozenset({"globals", "exec", "eval", "vars", "locals", "__getattr__"})
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def may_bind(tree: ast.Module, name: str) -> bool:
    """Whether a module may have a global of this name."""
    pending: list[tuple[ast.AST, bool]] = [(statement, True) for statement in tree.body]
    while pending:
        node, top = pending.pop()
        if _hidden(node) or (isinstance(node, ast.Global) and name in node.names) or (top and name in _bound(node)):
            return True
        inside = top and not isinstance(node, SCOPES)
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]
    return False


def _hidden(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.FunctionDef(name=name):
            return name in HIDDEN
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
    return False


def _bound(node: ast.AST) -> tuple[str | None, ...]:
    """The names that a node itself binds in the scope it stands in."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.alias(name=name, asname=other):
            return (other or name.partition(".")[0],)
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return (name,)
        case ast.MatchMapping(rest=name):
            return (name,)
    return ()
