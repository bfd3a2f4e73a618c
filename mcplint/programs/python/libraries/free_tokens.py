"""Whether everyone is given the token that a middleware asks for: an OAuth router without a login, as it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mcplint.facts.python import Module, source_text
from mcplint.programs.python.values import Class, Instance
from mcplint.values import Label

APPS = frozenset({"FastAPI", "FastMCP", "Starlette"})
ROUTES = frozenset({"get", "post", "route", "api_route", "custom_route"})
_Handler = ast.FunctionDef | ast.AsyncFunctionDef
_PARAMETERS = frozenset({"", "str", "int", "Request", "str | None", "Optional[str]"})
_NAMES = frozenset(
    {"secrets", "uuid", "time", "str", "int", "dict", "len", "hashlib", "base64", "urlencode", "quote", "call_next"}
    | {"RedirectResponse", "JSONResponse", "Response", "PlainTextResponse", "HTTPException"}
)
_MEMBERS = frozenset(
    {"query_params", "form", "json", "url", "path", "headers", "get", "pop", "add", "append", "remove", "discard"}
    | {"token_urlsafe", "token_hex", "uuid4", "hex", "time", "sha256", "digest", "urlsafe_b64encode", "rstrip"}
    | {"startswith", "split", "strip", "removeprefix", "lower", "encode", "decode"}
)
"""What makes codes and tokens, reads a request and answers: nothing of it knows who asks."""
_CALLS = (
    _NAMES
    | _MEMBERS
    | {
        "construct_redirect_uri",
        "now",
        "utcnow",
        "timestamp",
        "isoformat",
        "timedelta",
        "float",
        "list",
        "set",
        "replace",
    }
    | {"setdefault", "update", "format", "join", "hexdigest", "model_dump", "print", "debug", "info", "warning"}
)
_ASKS = re.compile(r"(?i)approv|consent|login|log_in|pending|white_?list|allow_?list|denied|password|session|confirm")
"""What is called so lets somebody decide who gets a token."""
_DECIDES = (ast.If, ast.IfExp, ast.Raise, ast.Await, ast.Assert, ast.Match, ast.Try, ast.For, ast.While)


def hands_out_codes(made: Instance, beside: Module | None) -> Label | None:
    """Where a provider of the project gives a code to everyone who registers a client, and lets everyone register.

    That is: `authorize` comes to nothing but a redirect with a code, without asking or waiting for anybody. `beside`:
    the module that makes the server, which may say that everyone registers.
    """
    if not isinstance(made.kind, Class):
        return None
    module, body = made.kind.frame.module, made.kind.node.body
    methods = {each.name: each for each in body if isinstance(each, _Handler)}
    authorize, register = methods.get("authorize"), methods.get("register_client")
    opened = (
        re.search(r"ClientRegistrationOptions\([^()]*\benabled\s*=\s*True", each.source.text)
        for each in (module, beside)
        if each is not None
    )
    if not isinstance(authorize, ast.AsyncFunctionDef) or register is None or not any(opened):
        return None
    every = [node for each in _with_called_methods((authorize, register), methods) for node in ast.walk(each)]
    if any(isinstance(node, _DECIDES) or _may_ask(node, methods) for node in every) or any(
        map(_is_named_as_consent, body)
    ):
        return None
    answers = [node.value for node in ast.walk(authorize) if isinstance(node, ast.Return) and node.value]
    if answers and all(
        re.search(r"\bcode=", source_text(each)) and "redirect_uri" in _redirect_target(each) for each in answers
    ):
        return Label(module.span(authorize).head, "hands a code to everyone who asks")
    return None


def _redirect_target(answer: ast.expr) -> str:
    """The part of a URL that says where it leads, empty where that is not told."""
    match answer:
        case ast.Call(func=ast.Name(id="construct_redirect_uri"), args=[where, *_]):
            return source_text(where)
        case ast.JoinedStr(values=[ast.FormattedValue(value=where), *_]):
            return source_text(where)
        case ast.BinOp(left=where, op=ast.Add()):
            return _redirect_target(where) or source_text(where)
    return ""


def _with_called_methods(functions: tuple[_Handler, ...], methods: dict[str, _Handler]) -> list[_Handler]:
    """Methods and those of the same object that they call, each once."""
    found = dict.fromkeys(functions)
    pending = list(functions)
    while pending:
        called = (methods.get(name) for name in _own_calls(pending.pop()))
        new = [each for each in called if each is not None and each not in found]
        found.update(dict.fromkeys(new))
        pending += new
    return list(found)


def _own_calls(function: _Handler) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                yield name


def _may_ask(node: ast.AST, methods: dict[str, _Handler]) -> bool:
    """Whether a call may ask somebody: it is of something else than what makes objects, codes and redirects."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            return name not in methods
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name not in _CALLS and not name[:1].isupper()
        case ast.Call():
            return True
    return False


def _is_named_as_consent(part: ast.AST) -> bool:
    """Whether something in a class is called as what lets somebody decide."""
    names = (getattr(node, key, None) for node in ast.walk(part) for key in ("id", "attr", "name", "arg"))
    return any(isinstance(name, str) and _ASKS.search(name) for name in names)


def handed_out(layer: ast.AST, module: Module) -> Label | None:
    """Where an application hands its codes to everyone, and the middleware asks for nothing but a token of such a code.

    That is: `/authorize` always redirects with a code, and `/token` puts what it gives out where the middleware looks.
    """
    if "/authorize" not in module.source.text or "dependencies" in module.source.text:
        return None
    authorize, token, checks = _handler(module, "/authorize"), _handler(module, "/token"), _dispatch(layer)
    if authorize is None or token is None or checks is None:
        return None
    given = _containers_filled(token)
    tables = _containers_filled(authorize) | given
    if not all(_knows_nobody(each, tables) for each in (authorize, token, checks)) or not _always_gives(authorize):
        return None
    asked = {
        getattr(side, "id", "?")
        for node in ast.walk(checks)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn))
        for side in node.comparators
    }
    if asked and asked <= given and _lets_through(checks, "/authorize"):
        return Label(module.span(authorize).head, "hands a code to everyone who asks")
    return None


def _handler(module: Module, path: str) -> _Handler | None:
    """The one function that an application of the module itself answers a path with."""
    apps = {
        getattr(each.targets[0], "id", "")
        for each in module.tree.body
        if isinstance(each, ast.Assign)
        and isinstance(each.value, ast.Call)
        and getattr(each.value.func, "id", "") in APPS
    }
    found = [
        each
        for each in module.tree.body
        if isinstance(each, _Handler) and [_routed(one, apps) for one in each.decorator_list] == [path]
    ]
    return found[0] if len(found) == 1 else None


def _routed(decorator: ast.expr, apps: set[str]) -> str:
    match decorator:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=[ast.Constant(value=str(path)), *_]
        ) if name in apps and attr in ROUTES:
            return path
    return ""


def _dispatch(layer: ast.AST) -> _Handler | None:
    """The function that a request goes through in a middleware which has no other."""
    if isinstance(layer, ast.ClassDef):
        layer = layer.body[0] if len(layer.body) == 1 else layer
    return layer if isinstance(layer, _Handler) else None


def _containers_filled(function: _Handler) -> set[str]:
    """What a function puts something in: `codes[code] = …`, `TOKENS.add(…)`."""
    found: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="add" | "append")):
                found.add(name)
    return found


def _knows_nobody(function: _Handler, tables: set[str]) -> bool:
    """Whether nothing that a function asks could tell who calls: a session, a setting, a function of the project."""
    given = function.args
    if given.defaults and not all(isinstance(each, ast.Constant) for each in given.defaults):
        return False
    local = {each.arg for each in given.args} | tables
    body = [node for statement in function.body for node in ast.walk(statement)]
    for node in body:
        if isinstance(node, ast.alias):
            local.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)
    names = {node.id for node in body if isinstance(node, ast.Name) and node.id not in local}
    members = {node.attr for node in body if isinstance(node, ast.Attribute)}
    return names <= _NAMES and members <= _MEMBERS


def _always_gives(function: _Handler) -> bool:
    """Whether a function comes to nothing but a redirect with a code, on no condition and without a value that may be
    missing."""
    parameters = (ast.unparse(each.annotation) if each.annotation else "" for each in function.args.args)
    if not _PARAMETERS.issuperset(parameters):
        return False
    declared = set(ast.walk(function.args))
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            if not isinstance(node.slice, ast.Constant) and node not in declared:
                return False
        elif isinstance(node, (ast.If, ast.IfExp, ast.Raise, ast.Await, ast.Assert, ast.Match, ast.Try, ast.For)):
            return False
    answers = [ast.unparse(node.value) for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
    return len(answers) == 1 and answers[0].startswith("RedirectResponse(") and "code=" in answers[0]


def _lets_through(function: _Handler, path: str) -> bool:
    """Whether a middleware hands on a request for a path: each of its conditions is about other paths."""
    return all(not isinstance(each, ast.If) or _is_of_others(each.test, path) for each in function.body) and any(
        isinstance(each, ast.If) for each in function.body
    )


def _is_of_others(test: ast.expr, path: str) -> bool:
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return any(_is_of_others(value, path) for value in values)
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="path"), attr="startswith"),
            args=[ast.Constant(value=str(text))],
        ):
            return not path.startswith(text)
        case ast.Compare(left=ast.Attribute(attr="path"), ops=[ast.Eq()], comparators=[ast.Constant(value=str(text))]):
            return path != text
    return False
