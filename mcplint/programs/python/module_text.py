"""What the text of a program's modules says, without following it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from mcplint.facts.python import Module
from mcplint.facts.python_bodies import unfolded
from mcplint.text.source import Span
from mcplint.values import Label, Value

T = TypeVar("T")
LOCAL = ("localhost", "127.0.0.1")

# What can bind names that are nowhere written.
HIDDEN = frozenset({"globals", "exec", "eval", "vars", "locals", "__getattr__"})
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
FORWARDED = ("x-forwarded-", "proxyheadersmiddleware")
URLS = r"\brequest\.(?:base_url|url_for\()"


def nodes(module: Module) -> tuple[ast.AST, ...]:
    """All nodes of a module, functions that nothing calls included."""
    return _nodes(module.tree)


@lru_cache(maxsize=1)
def _nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Those of the tree that was last asked for, since who looks at a module looks at it for several things."""
    return tuple(ast.walk(unfolded(tree)))


def cached_on_module(work: Callable[[Module], Iterator[T]]) -> Callable[[Module], tuple[T, ...]]:
    """What is gathered from all nodes of a module, kept beside its tree for the programs that share it."""
    name = f"_{work.__name__}"

    def cached(module: Module) -> tuple[T, ...]:
        found: tuple[T, ...] | None = getattr(module.tree, name, None)
        if found is None:
            found = tuple(work(module))
            setattr(module.tree, name, found)
        return found

    return cached


def fallbacks(modules: Iterable[Module]) -> Iterator[tuple[str, Value[str]]]:
    """Variables with such a default, wherever in the modules they are read: `os.getenv("REDIS_HOST", "localhost")`."""
    for module in modules:
        if any(local in module.source.text for local in LOCAL):
            yield from _fallbacks(module)


@cached_on_module
def _fallbacks(module: Module) -> Iterator[tuple[str, Value[str]]]:
    for node in nodes(module):
        if isinstance(node, ast.Call):
            yield from _environment_default(module, node)


def _environment_default(module: Module, call: ast.Call) -> Iterator[tuple[str, Value[str]]]:
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
        note = Label(span, f"used if {name} is not set")
        yield name, Value((text,), (note,), module.site(default, span))


def may_bind(tree: ast.Module, name: str) -> bool:
    """Whether a module may have a global of this name."""
    pending: list[tuple[ast.AST, bool]] = [(statement, True) for statement in tree.body]
    while pending:
        node, top = pending.pop()
        if (
            _may_bind_unseen(node)
            or (isinstance(node, ast.Global) and name in node.names)
            or (top and name in _names_bound(node))
        ):
            return True
        inside = top and not isinstance(node, SCOPES)
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]
    return False


def _may_bind_unseen(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.FunctionDef(name=name):
            return name in HIDDEN
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
    return False


def _names_bound(node: ast.AST) -> tuple[str | None, ...]:
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


def reads_forwarded(modules: Iterable[Module]) -> bool:
    """Whether a program reads `X-Forwarded-…` headers itself."""
    texts = (module.source.text.casefold() for module in modules)
    return any(mark in text for text in texts for mark in FORWARDED)


def absolute_urls(modules: Iterable[Module]) -> Iterator[Label]:
    """Where a program makes URLs of the scheme and host that a request seems to have come to."""
    for module in modules:
        text = module.source.text
        for found in re.finditer(URLS, text) if "base_url" in text or "url_for(" in text else ():
            yield Label(Span(module.source, *found.span()), "builds a URL from the request")
