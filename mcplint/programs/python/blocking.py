"""The tools of a server that keep their thread for long: they sleep, or wait for another machine or program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from mcplint.facts.python import DEFINITIONS, Module, source_text
from mcplint.model import Blocking
from mcplint.programs.python.values import Function, Method
from mcplint.values import Label

LONG = 60
"""Seconds after which every probe with usual settings has given up: three of Kubernetes', one of Docker's."""
_URLOPEN, _LIMITED = "urllib.request.urlopen", "setdefaulttimeout"
_UNBOUNDED = (
    *(f"requests.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "request")),
    _URLOPEN,
)
"""Functions that wait for another machine as long as it takes, where no `timeout` is given."""
_HTTPX = tuple(f"httpx.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request"))
"""Functions that wait for another machine for five seconds, or as long as they are told."""
_BOUNDED = (*_UNBOUNDED, *_HTTPX, *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output")))
"""Those, and functions that wait for a program, of which nobody knows how long it takes."""
_SLEEP = "time.sleep"


def blocking(functions: Iterable[Any]) -> tuple[Blocking, ...]:
    """Where tools block, each with its name and whether it is a coroutine function."""
    found, imports = [], dict[str, Mapping[str, str]]()
    for each in functions:
        function = each.function if isinstance(each, Method) else each
        if not isinstance(function, Function):
            continue
        node = function.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and len(node.body) < 200:
            module = function.scope.module
            if module.source.path not in imports:
                imports[module.source.path] = _imports(module)
            for call, why in islice(_calls(node.body, imports[module.source.path]), 1):
                found.append(Blocking(node.name, isinstance(node, ast.AsyncFunctionDef), Label(module.span(call), why)))
    return tuple(found)


def _calls(body: list[ast.stmt], imports: Mapping[str, str]) -> Iterator[tuple[ast.Call, str]]:
    """The calls of a function itself that block, those of functions inside left out."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Call) and (why := _blocks(node, imports)):
            yield node, why
        pending += reversed(list(ast.iter_child_nodes(node)))


def _blocks(call: ast.Call, imports: Mapping[str, str]) -> str:
    """How long a call keeps its thread, empty where that is not known to be long."""
    name = _imported_function(source_text(call.func), imports)
    if name == _SLEEP and call.args:
        seconds = _number(call.args[0])
        return f"sleeps for {seconds:g} seconds" if seconds is not None and seconds >= LONG else ""
    if name not in _BOUNDED:
        return ""
    given = next((each.value for each in call.keywords if each.arg == "timeout"), None)
    spread = any(each.arg is None for each in call.keywords)
    if spread or (name == _URLOPEN and len(call.args) > 2):
        return ""
    if name == _URLOPEN and given is None and _LIMITED in imports:
        return ""
    endless = isinstance(given, ast.Constant) and given.value is None
    if given is None or endless:
        return "waits without a timeout" if name in _UNBOUNDED or (endless and name in _HTTPX) else ""
    seconds = _number(given)
    return f"waits for up to {seconds:g} seconds" if seconds is not None and seconds >= LONG else ""


def _number(node: ast.expr) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _imported_function(name: str, imports: Mapping[str, str]) -> str:
    """The whole name of a function that a module names by what it imports, empty where it does not."""
    if name in imports:
        return imports[name]
    front, _, last = name.rpartition(".")
    return f"{imports[front]}.{last}" if front in imports else ""


def _imports(module: Module) -> Mapping[str, str]:
    """What a module imports, by the names that it has for it, and that it limits how long sockets wait if it does."""
    found = {_LIMITED: ""} if _LIMITED in module.source.text else dict[str, str]()
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            found.update((each.asname or each.name, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)
        elif isinstance(node, DEFINITIONS):
            found.pop(node.name, None)
    return found
