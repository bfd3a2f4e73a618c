"""Whether middleware looks at where a request comes from alone, which tells nothing of who sends it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mcplint.programs.python.libraries.closed import ASGI

_ORIGIN = frozenset({"origin", "host", "referer", "access-control-request-method", "access-control-request-headers"})
_TELLING = frozenset({"cookies", "query_params", "client", "scope", "auth", "user", "session", "body", "json"})


def asks_for_origin_alone(root: ast.AST) -> bool:
    """Whether code looks at where a request comes from, and at nothing else of it that could tell who sends it."""
    return _by_request(root) or _by_scope(root)


def _by_request(root: ast.AST) -> bool:
    """Whether code that has a request of Starlette reads nothing of it but where it comes from."""
    asked, touched = [], 0
    for node in ast.walk(root):
        match node:
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Attribute(attr="headers")), args=[name, *_]):
                asked.append(name)
            case ast.Subscript(value=ast.Attribute(attr="headers"), slice=name, ctx=context):
                touched -= isinstance(context, ast.Store)
                asked += [] if isinstance(context, ast.Store) else [name]
            case ast.Attribute(attr="headers"):
                touched += 1
            case ast.Attribute(attr=attr) if attr in _TELLING:
                return False
    names = [name.value.lower() for name in asked if isinstance(name, ast.Constant) and isinstance(name.value, str)]
    return bool(names) and len(names) == touched and _ORIGIN.issuperset(names)


def _by_scope(root: ast.AST) -> bool:
    """Whether an ASGI application reads only headers of the origin in its scope; every use of them has to be known."""
    calls = [
        node
        for node in ast.walk(root)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and [each.arg for each in node.args.args][-len(ASGI) :] == list(ASGI)
    ]
    if len(calls) != 1 or _wraps_application(root):
        return False
    call = calls[0]
    known: set[int] = set()
    names, asked = set[str](), list[ast.expr]()
    for node in ast.walk(call):
        match node:
            case ast.Assign(targets=[ast.Name(id=made)], value=value) if _is_made_of_headers(value):
                names.add(made)
                known.update(id(each) for each in ast.walk(value))
            case ast.Subscript(value=ast.Name(id="scope") as scope, slice=ast.Constant(value="type" | "method")):
                known.add(id(scope))
            case ast.Call(args=[ast.Name(id="scope") as scope, ast.Name(id="receive") as receive, ast.Name(id="send")]):
                known.update((id(scope), id(receive)) if _goes_on_or_answers(node.func) else ())
    for node in ast.walk(call):
        match node:
            case ast.Call(func=ast.Attribute(attr="get", value=table), args=[name, *_]) if _is_table(table, names):
                asked.append(name)
                known.update(id(each) for each in ast.walk(table))
            case ast.Subscript(value=table, slice=name, ctx=ast.Load()) if _is_table(table, names):
                asked.append(name)
                known.update(id(each) for each in ast.walk(table))
            case ast.For(target=target, iter=pairs, body=[ast.If(test=test, orelse=[])]) if _is_headers(pairs, names):
                asked += _compared_values(target, test)
                known.update(id(each) for each in ast.walk(pairs))
    used = (node for node in ast.walk(call) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    constants = [
        each.value for each in asked if isinstance(each, ast.Constant) and isinstance(each.value, (str, bytes))
    ]
    plain = {(each.decode("latin-1") if isinstance(each, bytes) else each).lower() for each in constants}
    return (
        bool(asked)
        and len(constants) == len(asked)
        and _ORIGIN.issuperset(plain)
        and all(id(node) in known for node in used if node.id in {"scope", "receive", *names})
    )


def _wraps_application(root: ast.AST) -> bool:
    """Whether code puts something else around the application behind it, which may ask more."""
    return any(
        isinstance(node, ast.Call)
        and any(isinstance(each, ast.Name) and each.id == "app" for each in node.args)
        and not (isinstance(node.func, ast.Attribute) and node.func.attr == "__init__")
        for node in ast.walk(root)
    )


def _goes_on_or_answers(function: ast.expr) -> bool:
    """Whether what is called with a request is the application behind, or a response."""
    match function:
        case ast.Attribute(value=ast.Name(id="self")) | ast.Name():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name.endswith("Response")
    return False


def _compared_values(target: ast.expr, test: ast.expr) -> Iterator[ast.expr]:
    """What the names of headers are compared with before anything is asked of their values; else all that is asked."""
    first = test.values[0] if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else test
    match target, first:
        case ast.Tuple(elts=[ast.Name(id=name), ast.Name()]), ast.Compare(ops=[ast.Eq()], comparators=[with_]) if (
            _is_name(first.left, name)
        ):
            yield with_
        case _:
            yield test


def _is_name(node: ast.expr, name: str) -> bool:
    """Whether an expression is the name of a header, in lower case or as text if need be."""
    while isinstance(node, ast.Call) and not node.args and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return isinstance(node, ast.Name) and node.id == name


def _is_scopes(node: ast.expr) -> bool:
    """Whether an expression is the headers of the scope."""
    match node:
        case ast.Subscript(value=ast.Name(id="scope"), slice=ast.Constant(value="headers")):
            return True
        case ast.Call(
            func=ast.Attribute(attr="get", value=ast.Name(id="scope")), args=[ast.Constant(value="headers"), *_]
        ):
            return True
    return False


def _is_made_of_headers(node: ast.expr) -> bool:
    """Whether an expression is the headers of the scope, or a dictionary of all of them."""
    match node:
        case ast.Call(func=ast.Name(id="dict"), args=[inner], keywords=[]):
            return _is_scopes(inner)
        case ast.Call(func=ast.Name(id="Headers"), args=[], keywords=[ast.keyword(arg="scope", value=ast.Name())]):
            return True
        case ast.DictComp(generators=[ast.comprehension(iter=inner, ifs=[])]):
            return _is_scopes(inner)
    return _is_scopes(node)


def _is_table(node: ast.expr, names: set[str]) -> bool:
    return node.id in names if isinstance(node, ast.Name) else _is_headers_dict(node)


def _is_headers_dict(node: ast.expr) -> bool:
    """Whether an expression is a dictionary of headers that is made where it is asked."""
    return not _is_scopes(node) and _is_made_of_headers(node)


def _is_headers(node: ast.expr, names: set[str]) -> bool:
    return node.id in names if isinstance(node, ast.Name) else _is_scopes(node)
