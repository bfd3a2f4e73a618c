"""What a console script calls: whether its function is there, and whether calling it without arguments runs it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mcplint.facts.python import Module
from mcplint.model import ScriptTarget
from mcplint.programs.python.module_text import may_bind, nodes
from mcplint.programs.python.modules import find
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label

_DEEPEST, _MOST_RUNS = 6, 20


def script_target(tree: Tree, roots: tuple[str, ...], target: str) -> ScriptTarget | None:
    """What a target `module:name` calls, None where that cannot be told."""
    module, _, name = target.partition(":")
    seen: set[tuple[str, str]] = set()
    for _ in range(_DEEPEST):
        path = find(tree, roots, module)
        fact: Module | None = tree.facts("python", path) if path and not path.endswith("/") else None
        if fact is None or not name.isidentifier():
            return None
        bindings = _bindings(fact.tree, name)
        if not bindings:
            return None if may_bind(fact.tree, name) else ScriptTarget(missing=True)
        match bindings[-1]:
            case ast.FunctionDef() | ast.AsyncFunctionDef() as function if len(bindings) == 1:
                return _target_of_function(fact, function)
            case ast.ImportFrom(module=origin, names=names, level=level) if len(bindings) == 1:
                if _bound_once(fact.tree, name) and not find(tree, roots, f"{module}.{name}"):
                    # A name that a module imports from itself is not there yet.
                    if (module, name) in seen:
                        return ScriptTarget(missing=True)
                    seen.add((module, name))
                parts = module.split(".") if path and path.endswith("__init__.py") else module.split(".")[:-1]
                base = parts[: len(parts) - (level - 1)] if level else []
                name = next(alias.name for alias in names if (alias.asname or alias.name) == name)
                module = ".".join([*base, *([origin] if origin else [])])
            case ast.Assign(targets=[ast.Name()], value=ast.Name(id=other)) if len(bindings) == 1:
                if not (_bound_once(fact.tree, name) and _bound_once(fact.tree, other)):
                    return None
                name = other
            case _:
                return None
    return None


_DEFINED = re.compile(r"(async )?def ([A-Za-z_]\w*)\(")
_BARE = re.compile(r"(?m)^[ \t]{0,8}([A-Za-z_]\w*)\(\)[ \t]*$")


def dropped_coroutines(tree: Tree, roots: tuple[str, ...], path: str) -> Iterator[tuple[str, Span, ScriptTarget]]:
    """The calls of coroutine functions that a file makes when it is run, and whose coroutine it drops."""
    source = tree.source(path)
    names = _may_await(source.text) if source else ()
    fact: Module | None = tree.facts("python", path) if names else None
    if fact is None:
        return
    bound = _bindings_by_name(nodes(fact))
    for name, call in _statements(fact.tree):
        asked = name in names and len(bound[name]) == 1 and _bindings(fact.tree, name)
        target = script_target(tree, roots, f"{path[:-3].replace('/', '.')}:{name}") if asked else None
        if target and target.awaits:
            yield name, fact.span(call), target


def _may_await(text: str) -> set[str]:
    """The names of the statements `name()` of a text that may be coroutine functions."""
    plain = {name for coroutine, name in _DEFINED.findall(text) if not coroutine}
    coroutines = {name for coroutine, name in _DEFINED.findall(text) if coroutine}
    return set(_BARE.findall(text)) - (plain - coroutines)


def _bindings(module: ast.Module, name: str) -> list[ast.stmt]:
    """The statements of a module itself that bind a name, by an index that is made once."""
    index: dict[str, list[ast.stmt]] | None = getattr(module, "_bindings", None)
    if index is None:
        index = _bindings_by_name(module.body)
        module._bindings = index  # type: ignore[attr-defined]
    return index.get(name, [])


def _bound_once(module: ast.Module, name: str) -> bool:
    """Whether one statement of a module itself binds a name, and no other one may."""
    own = _bindings(module, name)
    return len(own) == 1 and not may_bind(ast.Module([each for each in module.body if each is not own[0]], []), name)


def _statements(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """The statements `name()` of a module, and of what it does only when it is run as a file."""
    for node in module.body:
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()])):
                yield from _statements(ast.Module(node.body, []))
            case ast.Expr(ast.Call(func=ast.Name(id=name), args=[], keywords=[]) as call):
                yield name, call


def _names(node: ast.stmt) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            return tuple(alias.asname or alias.name for alias in names)
        case ast.Assign(targets=targets):
            return tuple(each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()


def _target_of_function(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ScriptTarget | None:
    """A function that nothing decorates; what a decorator makes of it is not known."""
    if function.decorator_list:
        return None
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    needed = positional[: len(positional) - len(args.defaults)]
    needed += [each for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    span = module.span(function)
    head = span._replace(end=module.span(function.body[0]).start)
    awaits = isinstance(function, ast.AsyncFunctionDef)
    kind = "async function" if awaits else "function"
    names = tuple(each.arg for each in needed)
    return ScriptTarget(Label(head.head, f"the {kind} is defined here"), awaits, names, runs=_runs(module, function))


def _runs(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Label | None:
    """Where a function awaits with `asyncio.run` what another function of its module returns, and that is nothing."""
    return next((label for label, _ in _awaited_after_server(module, function.body)), None)


_AWAITED = re.compile(r"\basyncio\.run\(\s*([A-Za-z_]\w*)(\.run)?\(")


def runs_after_server(tree: Tree, path: str) -> Iterator[tuple[str, Span, ScriptTarget]]:
    """The calls that a file makes when it is run and that await what a plain function returns, and their targets."""
    source = tree.source(path) if tree.mentions(path, "asyncio.run(") else None
    text = source.text if source else ""
    plain = any(run or f"async def {name}(" not in text for name, run in _AWAITED.findall(text))
    fact: Module | None = tree.facts("python", path) if plain else None
    for node in fact.tree.body if fact else ():
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]), body=body) if fact:
                for label, awaited in _awaited_after_server(fact, body):
                    yield ast.unparse(awaited), label.span, ScriptTarget(runs=label)


def _awaited_after_server(module: Module, statements: list[ast.stmt]) -> Iterator[tuple[Label, ast.expr]]:
    """What of some statements awaits what a plain function returns, once that does so.

    A server of HTTP ends by the signal that stops it and never returns: measured with mcp 1.30.0 and 2.3.0, fastmcp
    2.14.7 and 4.2.3.
    """
    found = ((statement, _run_by_asyncio(statement)) for statement in statements)
    called = tuple(islice((each for each in found if each[1] is not None and not _is_endless(each[0])), _MOST_RUNS))
    bound = _bindings_by_name(ast.walk(module.tree)) if called else {}
    for statement, awaited in called:
        match awaited:
            case ast.Name(id=name) if _is_empty_function(module.tree, bound[name]):
                yield Label(module.span(statement), f"`{name}` is a plain function and returns no coroutine"), awaited
            case ast.Attribute(value=ast.Name(id=name), attr="run") if _is_server(module.tree, bound, name):
                why = f"`{name}.run` is a plain function and returns no coroutine"
                yield Label(module.span(statement), why), awaited


def _is_endless(node: ast.AST) -> bool:
    """Whether something in a node may be a server of HTTP that runs until a signal ends it."""
    calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
    runs = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ("run", "serve")]
    chosen = [word.value for call in runs for word in call.keywords if word.arg in ("transport", None)]
    chosen += [each for call in runs for each in call.args if not isinstance(each, ast.Call)]
    return any(not (isinstance(each, ast.Constant) and each.value == "stdio") for each in chosen)


def _run_by_asyncio(statement: ast.stmt) -> ast.expr | None:
    """What is called for the argument of `asyncio.run(…)` where that is the whole statement."""
    match statement:
        case ast.Expr(
            ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio"), attr="run"), args=[ast.Call(func=called)])
        ):
            return called
    return None


def _bindings_by_name(every: Iterable[ast.AST]) -> dict[str, list[ast.stmt]]:
    """The statements among some nodes that bind names, by these."""
    found: dict[str, list[ast.stmt]] = defaultdict(list)
    for node in (each for each in every if isinstance(each, ast.stmt)):
        for name in set(_names(node)):
            found[name].append(node)
    return found


def _is_empty_function(module: ast.Module, bindings: list[ast.stmt]) -> bool:
    """Whether a name is bound once, to a function of the module that does nothing but return nothing."""
    match bindings:
        case [ast.FunctionDef(decorator_list=[]) as plain]:
            return not _is_endless(plain) and plain in module.body and _is_empty(plain)
    return False


def _is_server(module: ast.Module, bound: Mapping[str, list[ast.stmt]], name: str) -> bool:
    """Whether a name is bound once, to a server of an SDK, whose `run` serves by itself and returns nothing."""
    match bound[name]:
        case [ast.Assign(value=ast.Call(func=ast.Name(id=kind))) as made] if made in module.body:
            origins = [node for node in bound[kind] if isinstance(node, ast.ImportFrom) and node in module.body]
            return [(node.module or "").partition(".")[0] for node in origins] in (["mcp"], ["fastmcp"])
    return False


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether a function returns nothing."""
    given = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return not any(given) and not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
