"""Whether middleware lets nobody through with the settings that it is followed with, whatever it answers them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from mcplint.programs.python.values import Class, Instance, Method

ENDINGS = (ast.Return, ast.Raise)


class Hook(NamedTuple):
    """A function that a request goes through, as it was followed.

    `seen`: the statements that some request comes to. `handed`: the parameter by which it hands a request on, empty
    where it calls the application behind it, as ASGI does. `own`: the names that it gives itself.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef
    seen: Mapping[int, ast.AST]
    handed: str
    own: Collection[str]

    def hands_on(self, root: ast.AST) -> bool:
        """Whether code gives the request to what stands behind the function."""
        return any(self._passes_request_on(node) for node in ast.walk(root))

    def _passes_request_on(self, node: ast.AST) -> bool:
        if self.handed:
            return isinstance(node, ast.Name) and node.id == self.handed and isinstance(node.ctx, ast.Load)
        if not isinstance(node, ast.Call) or len(node.args) != len(ASGI):
            return False
        called = node.func
        return isinstance(called, ast.Attribute) or (isinstance(called, ast.Name) and called.id not in self.own)

    def comes_to(self, block: list[ast.stmt]) -> bool:
        """Whether some request comes to the first statement of a block."""
        return bool(block) and id(block[0]) in self.seen


ASGI = ("scope", "receive", "send")


def closes(function: Any, seen: Mapping[int, ast.AST]) -> bool:
    """Whether a function hands on no request, or its settings alone turn away those that it is about.

    `seen`: the statements of it, and of what it calls, that some request comes to.
    """
    node = getattr(_function_called(function), "node", None)
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    names = [each.arg for each in node.args.args]
    own = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    last = names[-1] if names else ""
    hook = Hook(node, seen, "" if last == ASGI[-1] else last, own)
    if not (last == ASGI[-1] or "next" in last) or not hook.hands_on(node):
        return False
    reached = (each for each in seen.values() if isinstance(each, (ast.stmt, ast.Call)))
    if not any(hook.hands_on(part) for each in reached for part in _own_expressions(each)):
        return True
    return _surely_ends(hook, node.body, False)


def _function_called(what: Any) -> Any:
    """The function that is run where a thing is called."""
    if isinstance(what, Instance) and isinstance(what.kind, Class):
        method = what.kind.find("__call__")
        return method.only if method is not None else None
    return what.function if isinstance(what, Method) else what


def _own_expressions(node: ast.AST) -> list[ast.AST]:
    """The expressions of a statement, without the statements in it."""
    if isinstance(node, ast.expr):
        return [node]
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _surely_ends(hook: Hook, block: list[ast.stmt], among: bool) -> bool:
    """Whether a condition that certainly holds ends requests in a block; `among`: only some of them come to it.

    Of some requests, one that ends for what it is (a preflight) is told from one that is refused by its status.
    """
    for index, statement in enumerate(block):
        if id(statement) not in hook.seen:
            return False
        blocks = [getattr(statement, name, None) or [] for name in ("body", "orelse", "finalbody")]
        if not isinstance(statement, ast.If):
            inner = isinstance(statement, (ast.Try, ast.With, ast.AsyncWith))
            if inner and any(_surely_ends(hook, each, among) for each in blocks):
                return True
            continue
        body, orelse, _ = blocks
        about = about_requests(statement)
        follows = block[index + 1 :]
        certain = hook.comes_to(body) and not (
            hook.comes_to(orelse) if orelse else hook.comes_to(follows) or not follows
        )
        if certain and not about and _ends_request(hook, body, among):
            return True
        if any(_surely_ends(hook, each, among or not (certain or about)) for each in (body, orelse)):
            return True
    return False


def _ends_request(hook: Hook, block: list[ast.stmt], among: bool) -> bool:
    """Whether a block ends a request without handing it on; `among`: and answers with the status of an error."""
    if not isinstance(block[-1], ENDINGS) or any(hook.hands_on(each) for each in block):
        return False
    return not among or any(map(_is_failure, (node for each in block for node in ast.walk(each))))


def _is_failure(node: ast.AST) -> bool:
    match node:
        case ast.Raise():
            return True
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return 400 <= number < 600
        case ast.Attribute(attr=name):
            return name.startswith(("HTTP_4", "HTTP_5")) or name == "SERVICE_UNAVAILABLE"
    return False


def about_requests(statement: ast.stmt) -> list[ast.stmt] | None:
    """What of a statement that asks for the `type` of a scope is about HTTP requests; None of another statement."""
    match statement:
        case ast.If(
            test=ast.Compare(left=ast.Subscript(slice=ast.Constant(value="type")), ops=[sign], comparators=[kind]),
            body=inside,
            orelse=[],
        ) if isinstance(kind, ast.Constant) and isinstance(sign, (ast.Eq, ast.NotEq)):
            return inside if (kind.value == "http") == isinstance(sign, ast.Eq) else []
    return None
