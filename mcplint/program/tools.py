"""What the tools of a server do that matters to its deployment: ask the client, write to standard output."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mcplint.core import Note
from mcplint.facts.python import Module
from mcplint.program.values import Function, Instance, Method

ASKS = frozenset({"elicit", "elicit_form", "elicit_url", "sample", "sample_step", "create_message", "list_roots"})
CONTEXTS = ("Context",)


def functions(server: Instance) -> Iterator[Function]:
    """The functions that a server has registered."""
    for each in server.table.get("%tools", ()):
        function = each.function if isinstance(each, Method) else each
        if isinstance(function, Function):
            yield function


def asks(server: Instance) -> tuple[Note, ...]:
    """Where the tools send requests to the client: elicitation, sampling, roots."""
    found = [note for function in functions(server) for note in _asks(function.scope.module, function.node)]
    return tuple(dict.fromkeys(found))


def _asks(module: Module, function: Any) -> Iterator[Note]:
    contexts = {each.arg for each in (*function.args.args, *function.args.kwonlyargs) if _is_context(each.annotation)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            owner = node.func.value
            if (isinstance(owner, ast.Name) and owner.id in contexts) or _is_session(owner):
                yield Note(module.span(node).head, f"asks the client by `{node.func.attr}`")


def _is_context(annotation: ast.expr | None) -> bool:
    """Whether a parameter is annotated as a request's context."""
    if annotation is None:
        return False
    names = (getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(annotation))
    return any(name in CONTEXTS for name in names)


def _is_session(owner: ast.expr) -> bool:
    """`….session` of a request context."""
    return isinstance(owner, ast.Attribute) and owner.attr == "session"


def prints(server: Instance) -> tuple[Note, ...]:
    """Where the tools print to standard output."""
    found = []
    for function in functions(server):
        for node in ast.walk(function.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                if not any(keyword.arg in ("file", None) for keyword in node.keywords):
                    found.append(Note(function.scope.module.span(node).head, "prints to standard output"))
    return tuple(dict.fromkeys(found))
