"""Whether a small program in Python ends as failed for what it is answered: it is run, its requests never made."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mcplint.services.health.names import CLIENTS, CONNECTIONS, resolved

HARMLESS = frozenset({"print", "str", "repr", "len", "debug", "info", "warning", "error", "exception", "write"})
"""What may be handed an answer and fails for none."""
GOOD = (200, 201, 202, 204)
REDIRECTS = (301, 302, 307, 308)
REFUSALS = (400, 401, 403, 404, 405, 406, 421, 500, 503)
"""Answers of a server that a check should take for a failure."""
MOST_STEPS = 2_000
EXITS = frozenset({"sys.exit", "os._exit", "exit", "quit", "raise SystemExit", "SystemExit"})
RAISED = {
    "urllib": ("urllib.error.HTTPError", "urllib.error.URLError", "OSError", "IOError"),
    "requests": (
        *("requests.HTTPError", "requests.exceptions.HTTPError", "requests.RequestException"),
        *("requests.exceptions.RequestException", "OSError", "IOError"),
    ),
    "httpx": ("httpx.HTTPStatusError", "httpx.HTTPError"),
    "ZeroDivisionError": ("ArithmeticError",),
    "assert": ("AssertionError",),
}
"""By what raises it for an answer, the names under which that is caught beside `Exception`."""
OTHERS = frozenset(
    {"TimeoutError", "ConnectionError", "ConnectionRefusedError", "socket.timeout", "ValueError", "KeyError"}
    | {"ImportError", "KeyboardInterrupt", "SystemExit", "http.client.HTTPException", "json.JSONDecodeError"}
    | {"requests.ConnectionError", "requests.Timeout", "requests.exceptions.ConnectionError", "httpx.ConnectError"}
    | {"requests.exceptions.Timeout", "httpx.RequestError", "httpx.TimeoutException", "RuntimeError"}
)
"""What is raised where there is no answer, or for something else."""
COMPARES: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


class _Answer(NamedTuple):
    library: str
    status: int


class _Unknown(NamedTuple):
    """A value that is not followed, which no end may depend on. `told`: it is made of an answer."""

    told: bool = False


class _UndecidedError(Exception):
    """The end depends on what is not followed."""


class _ExitError(Exception):
    def __init__(self, fails: bool) -> None:
        self.fails = fails


class _RaisedError(Exception):
    def __init__(self, kind: str, answer: Any = None) -> None:
        self.kind, self.answer = kind, answer


class _ReturnedError(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class FailingAnswers(NamedTuple):
    """What a program takes for a failure: answers of 400 and more, None where it takes some; and a redirect.

    `doomed`: why it fails where the server is well, empty where it may succeed.
    """

    refusals: bool | None
    redirect: bool | None
    doomed: str = ""


def failing_answers(tree: ast.Module, names: Mapping[str, str]) -> FailingAnswers | None:
    """Which answers make a program fail; None where that is not told, as where it depends on what they hold."""
    ends = {_fails_on(tree, names, status) for status in REFUSALS}
    if None in ends:
        return None
    never = len(ends) > 1 or (True in ends and _fails_on(tree, names, 200))
    doomed = _why_always_fails(tree, names)
    return FailingAnswers(None if never or doomed else True in ends, _fails_on(tree, names, 307), doomed)


def _why_always_fails(tree: ast.Module, names: Mapping[str, str]) -> str:
    """Why a program fails for every good answer, where it does so for all others, too, or for no error of a server."""
    if not all(_fails_on(tree, names, status) for status in GOOD):
        return ""
    if all(_fails_on(tree, names, status) for status in (*REDIRECTS, *REFUSALS)):
        return "it fails on every answer"
    turned = _fails_on(tree, names, 500) is False and _fails_on(tree, names, 503) is False
    return "it fails on a good answer and succeeds on an error" if turned else ""


def _fails_on(tree: ast.Module, names: Mapping[str, str], status: int) -> bool | None:
    """Whether a program ends as failed where all that it asks is answered so; None where that is not told."""
    run = _Run(names, status)
    try:
        run.run_body(tree.body, run.globals)
    except _ExitError as end:
        return end.fails
    except _RaisedError:
        return True
    except (_UndecidedError, _ReturnedError, RecursionError, TypeError, ValueError):
        return None
    return False


class _Run:
    """One run of a program whose requests are all answered with one status."""

    def __init__(self, names: Mapping[str, str], status: int) -> None:
        self.names, self.status, self.steps = names, status, 0
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.globals: dict[str, Any] = {}
        self.caught: _RaisedError | _ExitError | None = None

    def run_body(self, body: list[ast.stmt], scope: dict[str, Any]) -> None:
        for statement in body:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise _UndecidedError
            self.run_statement(statement, scope)

    def run_statement(self, statement: ast.stmt, scope: dict[str, Any]) -> None:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Global():
                pass
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.functions[name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                scope[name] = self.value(value, scope)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                scope[name] = self.value(value, scope)
            case ast.Expr(value=value):
                self.value(value, scope)
            case ast.Assert(test=test):
                if not self.truth(test, scope):
                    raise _RaisedError("assert")
            case ast.If(test=test, body=body, orelse=orelse):
                self.run_body(body if self.truth(test, scope) else orelse, scope)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    made = self.value(item.context_expr, scope)
                    if "suppress" in resolved(item.context_expr, self.names):
                        raise _UndecidedError
                    if isinstance(item.optional_vars, ast.Name):
                        scope[item.optional_vars.id] = made
                self.run_body(body, scope)
            case ast.Return(value=value):
                raise _ReturnedError(self.value(value, scope) if value else None)
            case ast.Try():
                self.run_try(statement, scope)
            case ast.Raise(exc=None) if self.caught:
                raise self.caught
            case ast.Raise(exc=ast.expr() as raised):
                self.value(raised, scope)
                if resolved(raised, self.names) == "SystemExit":
                    raise _ExitError(False)
                raise _RaisedError(resolved(raised.func if isinstance(raised, ast.Call) else raised, self.names))
            case _:
                raise _UndecidedError

    def run_try(self, statement: ast.Try, scope: dict[str, Any]) -> None:
        try:
            try:
                self.run_body(statement.body, scope)
            except (_RaisedError, _ExitError) as raised:
                body = self.handled(statement, raised, scope)
                self.caught = raised
                self.run_body(body, scope)
            else:
                self.run_body(statement.orelse, scope)
        finally:
            self.run_body(statement.finalbody, scope)

    def handled(self, statement: ast.Try, raised: _RaisedError | _ExitError, scope: dict[str, Any]) -> list[ast.stmt]:
        """The lines of the handler that catches it, or raises it again."""
        for handler in statement.handlers:
            if self.catches(handler.type, raised):
                if handler.name:
                    scope[handler.name] = raised.answer if isinstance(raised, _RaisedError) else _Unknown()
                return handler.body
        raise raised

    def catches(self, caught: ast.expr | None, raised: _RaisedError | _ExitError) -> bool:
        if isinstance(caught, ast.Tuple):
            return any(self.catches(each, raised) for each in caught.elts)
        name = resolved(caught, self.names) if caught is not None else "BaseException"
        if isinstance(raised, _ExitError):
            return name in ("BaseException", "SystemExit")
        if name in ("Exception", "BaseException", raised.kind, *RAISED.get(raised.kind, ())):
            return True
        if raised.kind not in RAISED or not (name in OTHERS or any(name in each for each in RAISED.values())):
            raise _UndecidedError
        return False

    def truth(self, node: ast.expr, scope: dict[str, Any]) -> bool:
        value = self.value(node, scope)
        if isinstance(value, _Unknown) or (isinstance(value, _Answer) and value.library != "requests"):
            raise _UndecidedError
        return value.status < 400 if isinstance(value, _Answer) else bool(value)

    def value(self, node: ast.expr, scope: dict[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id="__name__"):
                return "__main__"
            case ast.Name(id=name):
                return scope.get(name, _Unknown())
            case ast.Await(value=value):
                return self.value(value, scope)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                scope[name] = self.value(value, scope)
                return scope[name]
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                made = tuple(self.value(each, scope) for each in parts)
                unknown = any(isinstance(each, _Unknown) for each in made)
                return _Unknown(any(map(self.comes_from_answer, made))) if unknown else made
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return not self.truth(inner, scope)
            case ast.BoolOp(op=op, values=parts):
                for part in parts[:-1]:
                    if self.truth(part, scope) is isinstance(op, ast.Or):
                        return isinstance(op, ast.Or)
                return self.value(parts[-1], scope)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.truth(test, scope) else orelse, scope)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self.compared([left, *others], ops, scope)
            case ast.BinOp(left=left, op=ast.FloorDiv() | ast.Div(), right=right):
                first, second = self.value(left, scope), self.value(right, scope)
                if not isinstance(first, int) or not isinstance(second, int):
                    return _Unknown(self.comes_from_answer(first) or self.comes_from_answer(second))
                if second == 0:
                    raise _RaisedError("ZeroDivisionError")
                return first // second
            case ast.Attribute(value=owner, attr=name):
                return self.attribute(self.value(owner, scope), name)
            case ast.Call():
                return self.call_result(node, scope)
        parts = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        values = [self.value(each, scope) for each in parts]
        from_answer = any(map(self.comes_from_answer, values))
        if from_answer and not isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
            raise _UndecidedError
        return _Unknown(from_answer)

    def comes_from_answer(self, value: Any) -> bool:
        return isinstance(value, _Answer) or (isinstance(value, _Unknown) and value.told)

    def compared(self, parts: list[ast.expr], ops: list[ast.cmpop], scope: dict[str, Any]) -> Any:
        values = [self.value(each, scope) for each in parts]
        if any(isinstance(each, (_Unknown, _Answer)) for each in values) or not all(type(op) in COMPARES for op in ops):
            return _Unknown()
        pairs = zip(values, ops, values[1:], strict=False)
        return all(COMPARES[type(op)](left, right) for left, op, right in pairs)

    def attribute(self, owner: Any, name: str) -> Any:
        if not isinstance(owner, _Answer):
            return _Unknown(self.comes_from_answer(owner))
        if name == "response":
            return owner
        if name in ("status_code", "status", "code"):
            return owner.status
        good = {"ok": owner.status < 400, "is_success": 200 <= owner.status < 300, "is_error": owner.status >= 400}
        return good.get(name, _Unknown(True))

    def call_result(self, call: ast.Call, scope: dict[str, Any]) -> Any:
        """What a call comes to, its arguments first."""
        given = [self.value(each, scope) for each in (*call.args, *(each.value for each in call.keywords))]
        name = resolved(call.func, self.names)
        library, _, last = name.rpartition(".")
        if name in EXITS:
            code = given[0] if given else None
            if isinstance(code, (_Unknown, _Answer)):
                raise _UndecidedError
            raise _ExitError(bool(code % 256) if isinstance(code, int) else code is not None)
        if name == "bool" and len(call.args) == 1:
            return self.truth(call.args[0], scope)
        if name == "int" and len(given) == 1 and isinstance(given[0], int):
            return int(given[0])
        if name == "range" and given and all(isinstance(each, int) for each in given):
            return range(*given)
        if name in ("asyncio.run", "anyio.run") and len(given) == 1:
            return self.function_result(call.args[0].id, []) if isinstance(call.args[0], ast.Name) else given[0]
        if name in self.functions:
            return self.function_result(name, given)
        if name == "urllib.request.urlopen":
            if self.status >= 400:
                raise _RaisedError("urllib", _Answer("urllib", self.status))
            return _Answer("urllib", self.status)
        if library in CLIENTS and last in ("get", "head", "request", "options", "post", "stream"):
            return _Answer(library.partition(".")[0], self.status)
        if library in CONNECTIONS and last == "getresponse":
            return _Answer("http", self.status)
        if isinstance(call.func, ast.Attribute):
            owner = self.value(call.func.value, scope)
            if isinstance(owner, _Answer):
                return self.method(owner, last)
            if self.comes_from_answer(owner):
                return _Unknown(True)
        if any(map(self.comes_from_answer, given)) and last not in HARMLESS:
            raise _UndecidedError
        return _Unknown(any(map(self.comes_from_answer, given)))

    def method(self, owner: _Answer, name: str) -> Any:
        if name == "raise_for_status" and owner.status >= (300 if owner.library == "httpx" else 400):
            raise _RaisedError(owner.library, owner)
        if name == "getcode":
            return owner.status
        if name == "json":
            raise _UndecidedError
        return owner if name in ("raise_for_status", "__enter__") else _Unknown(True)

    def function_result(self, name: str, given: list[Any]) -> Any:
        """What a function of the program returns."""
        function = self.functions.pop(name, None)
        if function is None:
            raise _UndecidedError
        parameters = [each.arg for each in function.args.args]
        try:
            self.run_body(function.body, self.globals | dict(zip(parameters, given, strict=False)))
        except _ReturnedError as end:
            return end.value
        finally:
            self.functions[name] = function
        return None
