"""Whether a middleware turns away every request that lacks a header, as it is written: nothing of it is followed."""

from __future__ import annotations

import ast

from mcplint.programs.python.libraries.closed import about_requests
from mcplint.programs.python.libraries.refusals import may_turn_away

ABSENT, UNSURE, HEADERS = object(), object(), object()
NOTHING = (ABSENT, "", b"")
CHANGES = frozenset({"strip", "lower", "removeprefix", "replace", "encode", "decode"})
"""Methods that leave an empty text empty."""


def demands_header(root: ast.AST) -> bool:
    """Whether a request without any header of the program's own certainly gets an answer of 401 or 403.

    `root`: the class or function of a middleware that does not look at paths.
    """
    body = _body(root)
    known: dict[str, object] = {}
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                known[name] = _header(value, known)
            case ast.If(test=test, body=inside, orelse=[]) if _holds_without_header(test, known) is True:
                return _returns_early(inside) and any(may_turn_away(each) for node in inside for each in ast.walk(node))
            case ast.If(test=test, body=_, orelse=[]) if _is_of_options(test):
                continue
            case _:
                return False
    return False


def _body(root: ast.AST) -> list[ast.stmt]:
    """The statements that a request goes through, of Starlette's middleware or of plain ASGI."""
    if isinstance(root, ast.ClassDef):
        methods = {getattr(each, "name", ""): each for each in root.body}
        root = methods.get("dispatch") or methods.get("__call__") or root
    body = root.body if isinstance(root, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    return [inner for statement in body for inner in _of_requests(statement)]


def _of_requests(statement: ast.stmt) -> list[ast.stmt]:
    """A statement, or what of it is about HTTP requests where it asks for their `type`."""
    about = about_requests(statement)
    return [statement] if about is None else about


def _header(node: ast.expr, known: dict[str, object]) -> object:
    """What a header that is missing comes to: ABSENT, the text given in its place, UNSURE for anything else."""
    changed = False
    while isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGES:
        node, changed = node.func.value, True  # type: ignore[attr-defined]
    found = _value_without_header(node, known)
    return found if not changed or found in NOTHING[1:] else UNSURE


def _value_without_header(node: ast.expr, known: dict[str, object]) -> object:
    match node:
        case ast.Call(func=ast.Attribute(attr="get", value=ast.Attribute(attr="headers")), args=[_]):
            return ABSENT
        case ast.Call(
            func=ast.Attribute(attr="get", value=ast.Attribute(attr="headers")), args=[_, ast.Constant(value=given)]
        ):
            return ABSENT if given is None else given
        case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name)), args=[_, *given]) if (
            known.get(name) is HEADERS
        ):
            return given[0].value if given and isinstance(given[0], ast.Constant) else UNSURE if given else ABSENT
        case ast.Call(func=ast.Name(id="dict"), args=[ast.Subscript(slice=ast.Constant(value="headers"))]):
            return HEADERS
        case ast.Call(func=ast.Name(id="Headers"), keywords=[ast.keyword(arg="scope")]):
            return HEADERS
        case ast.Name(id=name):
            return known.get(name, UNSURE)
    return UNSURE


def _holds_without_header(test: ast.expr, known: dict[str, object]) -> bool | None:
    """Whether a condition holds for a request without the header, None where that is not known."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=values):
            found = [_holds_without_header(value, known) for value in values]
            return True if True in found else None
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Attribute(attr="startswith", value=value))):
            return True if _header(value, known) in NOTHING[1:] else None
        case ast.UnaryOp(
            op=ast.Not(), operand=ast.Call(func=ast.Attribute(attr="compare_digest"), args=[value, other])
        ):
            return True if _header(value, known) in NOTHING and _is_text(other) else None
        case ast.UnaryOp(op=ast.Not(), operand=value):
            return True if _header(value, known) in NOTHING else None
        case ast.Compare(left=value, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return True if _header(value, known) is ABSENT else None
        case ast.Compare(
            left=ast.Constant(value=str()), ops=[ast.NotIn()], comparators=[ast.Attribute(attr="headers")]
        ):
            return True
        case ast.Compare(
            left=value,
            ops=[ast.NotEq()],
            comparators=[ast.Subscript(value=ast.Attribute(value=ast.Name(id="os"), attr="environ"))],
        ):
            return True if _header(value, known) is ABSENT else None
        case ast.Compare(left=value, ops=[ast.NotEq()], comparators=[other]):
            return True if _header(value, known) in NOTHING and _is_text(other) else None
    return None


def _is_text(node: ast.expr) -> bool:
    """Whether something is certainly a text that is not empty."""
    while (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)) or _encoded(node):
        node = node.left if isinstance(node, ast.BinOp) else node.func.value  # type: ignore[attr-defined]
    match node:
        case ast.JoinedStr(values=[ast.Constant(), *_]):
            return True
        case ast.Constant(value=str(text) | bytes(text)):
            return bool(text)
    return False


def _encoded(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode"


def _is_of_options(test: ast.expr) -> bool:
    """Whether a condition is about preflights alone, which no health check makes."""
    match test:
        case ast.Compare(
            left=ast.Attribute(attr="method"), ops=[ast.Eq()], comparators=[ast.Constant(value="OPTIONS")]
        ):
            return True
    return False


def _returns_early(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise)) and not any(_hands_on(node) for node in body)


def _hands_on(root: ast.AST) -> bool:
    """Whether the request may be handed on."""
    return any(
        (isinstance(node, ast.Name) and node.id == "call_next")
        or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self")
        for node in ast.walk(root)
    )
