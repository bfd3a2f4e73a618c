"""The files in which tools keep things between calls: JSON that is read and written whole, SQLite databases."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.model import Store
from mcplint.programs.python.values import Function
from mcplint.values import Label

LOCKS = r"\b(?:fcntl|filelock|portalocker|msvcrt|fasteners)\b"
CONNECTS = ("sqlite3.connect", "aiosqlite.connect")


class Touch(NamedTuple):
    """What a function does with a file that is the same in every call: `reads`, `writes` or `connects`."""

    how: str
    name: str
    note: Label


def touches(function: Function, nodes: list[ast.AST]) -> tuple[Touch, ...]:
    """What one function does with such files; nothing where its module knows of locks."""
    module = function.scope.module
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if not any(_name(call) in (*CONNECTS, "json.dump", "json.load", "json.dumps", "json.loads") for call in calls):
        return ()
    if re.search(LOCKS, module.source.text):
        return ()
    return tuple(
        Touch(how, ast.unparse(place), Label(module.span(place), f"{how} this file"))
        for how, place in _touched(calls)
        if _lasting(function, place)
    )


def stores(touched: Iterable[Touch]) -> tuple[Store, ...]:
    """The files that tools both read and write whole, and the databases that they connect to."""
    every = list(touched)
    read = {touch.name for touch in every if touch.how == "reads"}
    found = {touch.name: Store("json", touch.note) for touch in every if touch.how == "writes" and touch.name in read}
    found |= {touch.name: Store("sqlite", touch.note) for touch in every if touch.how == "connects"}
    return tuple(found.values())


def _touched(calls: list[ast.Call]) -> Iterator[tuple[str, ast.expr]]:
    names = {_name(call) for call in calls}
    for call in calls:
        match call:
            case ast.Call(func=ast.Name(id="open"), args=[place, *rest]):
                mode = rest[0].value if rest and isinstance(rest[0], ast.Constant) else "r"
                if mode in ("w", "wt") and "json.dump" in names:
                    yield "writes", place
                elif mode in ("r", "rt") and "json.load" in names:
                    yield "reads", place
            case ast.Call(func=ast.Attribute(value=place, attr="write_text")) if "json.dumps" in names:
                yield "writes", place
            case ast.Call(func=ast.Attribute(value=place, attr="read_text")) if "json.loads" in names:
                yield "reads", place
            case ast.Call(args=[place, *_]) if _name(call) in CONNECTS:
                yield "connects", place


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
    return ""


def _lasting(function: Function, place: ast.expr) -> bool:
    """Whether an expression is a name of the module or an attribute of `self`: the same file in every call."""
    match place:
        case ast.Name(id=name):
            return not _local(function.node, name) and name in function.scope.top.names
        case ast.Attribute(value=ast.Name(id="self")):
            return True
    return False


def _local(node: ast.AST, name: str) -> bool:
    bound = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
    given = (each.arg for each in ast.walk(node) if isinstance(each, ast.arg))
    return name in given or any(each.id == name for each in bound)
