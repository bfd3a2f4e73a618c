"""What the names of a small program in Python stand for: modules and what is taken of them, clients that it makes."""

from __future__ import annotations

import ast
from collections.abc import Mapping

CLIENTS = frozenset({"requests", "requests.api", "requests.Session", "requests.session", "requests.sessions.Session"}
    | {"httpx", "httpx.Client", "httpx.AsyncClient"})  # fmt: skip
"""What asks with its method `get`."""
CONNECTIONS = frozenset({"http.client.HTTPConnection", "http.client.HTTPSConnection"})
"""What asks with `request` and answers with `getresponse`."""


def names(tree: ast.Module) -> dict[str, str]:
    """The full names of what a program imports, and of the clients that it makes, by its own names for them."""
    found: dict[str, str] = {}
    made: list[tuple[str, ast.Call]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=parts):
                for part in parts:
                    found[part.asname or part.name.partition(".")[0]] = (
                        part.name if part.asname else part.name.partition(".")[0]
                    )
            case ast.ImportFrom(module=str(module), names=parts):
                found |= {part.asname or part.name: f"{module}.{part.name}" for part in parts}
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                made.append((name, call))
            case ast.withitem(context_expr=ast.Call() as call, optional_vars=ast.Name(id=name)):
                made.append((name, call))
    for name, call in made:
        if (full := resolved(call, found)) in CLIENTS | CONNECTIONS:
            found[name] = full
    return found


def resolved(node: ast.AST, known: Mapping[str, str]) -> str:
    """The full name of an expression, that of what it calls where it makes a client; empty where it is no name."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=owner, attr=attr):
            first = resolved(owner, known)
            return f"{first}.{attr}" if first else ""
        case ast.Call(func=ast.Name(id="__import__"), args=[ast.Constant(value=str(module))]):
            return module.partition(".")[0]
        case ast.Call(func=function):
            return resolved(function, known)
    return ""
