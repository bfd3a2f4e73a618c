"""The addresses on the machine itself that a program takes for environment variables that are not set."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mcplint.facts.python import Module
from mcplint.values import Label, Value

LOCAL = ("localhost", "127.0.0.1")


def fallbacks(modules: Iterable[Module]) -> Iterator[tuple[str, Value[str]]]:
    """Variables with such a default, wherever in the modules they are read: `os.getenv("REDIS_HOST", "localhost")`."""
    for module in modules:
        if any(local in module.source.text for local in LOCAL):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    yield from _read(module, node)


def _read(module: Module, call: ast.Call) -> Iterator[tuple[str, Value[str]]]:
    match call:
        case ast.Call(
            func=ast.Name(id="getenv") | ast.Attribute(attr="getenv"),
            args=[ast.Constant(value=str(name)), ast.Constant(value=str(text)) as default],
        ):
            pass
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), attr="get"),
            args=[ast.Constant(value=str(name)), ast.Constant(value=str(text)) as default],
        ):
            pass
        case _:
            return
    if any(local in text for local in LOCAL):
        span = module.span(default)
        note = Label(span, f"is taken where {name} is not set")
        yield name, Value((text,), (note,), module.slot(default, span))
