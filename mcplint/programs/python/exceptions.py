"""`try`, `raise` and `assert`: which exceptions may leave a block, and what their handlers do."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.programs.demands import deciding_variable
from mcplint.programs.journal import Ended, Exit, Leave, Raised
from mcplint.programs.python.conditions import narrow
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Frame, verdict
from mcplint.programs.values import Abstract, unknown

ABSENCES = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError"})
FLAGS = (True, False, None)
STOPS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit")


def exception_matches(name: str, kinds: tuple[str, ...]) -> bool:
    """Whether a handler of these exceptions (none: all) may catch one of this name (empty: any but an exit)."""
    if not kinds or name in kinds or "BaseException" in kinds:
        return True
    raised = getattr(builtins, name, None) if name else None
    if not name:
        return any(kind not in ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "CancelledError") for kind in kinds)
    if not (isinstance(raised, type) and issubclass(raised, BaseException)):
        return "Exception" in kinds
    caught = [getattr(builtins, kind, None) for kind in kinds]
    return any(isinstance(kind, type) and issubclass(raised, kind) for kind in caught)


def may_be_caught(machine: Machine, name: str) -> bool:
    """Whether the program may catch an exception of this name (empty: any but an exit) where it is, and go on."""
    return any(exception_matches(name, kinds) for kinds in machine.guards)


def run_try(machine: Machine, frame: Frame, node: Any) -> None:
    try:
        guarded(machine, frame, node.body, node.handlers, node.orelse)
    except Ended:
        raise
    except Leave:
        machine.execute(frame, node.finalbody)
        raise
    machine.execute(frame, node.finalbody)


def guarded(
    machine: Machine, frame: Frame, body: list[ast.stmt], handlers: list[ast.ExceptHandler], orelse: list[ast.stmt]
) -> None:
    """A `try`: its body, and the handlers of what it may raise, joined."""
    risks, mark = len(machine.risks), len(machine.exits)
    outer = machine.guards
    if any(not ABSENCES.isdisjoint(_kinds(machine, frame, handler)) for handler in handlers):
        _note_sdk_flags(machine, frame, [*body, *orelse, *(each for handler in handlers for each in handler.body)])
    guards = [
        *outer,
        *(_kinds(machine, frame, handler) for handler in handlers if not _surely_exits(machine, handler.body)),
    ]

    def main() -> Abstract:
        machine.guards = guards
        try:
            machine.execute(frame, body)
        except Raised as leave:
            raise _RaisedInTry(leave) from None
        finally:
            machine.guards = outer
        return machine.execute(frame, orelse)

    def branches() -> Iterator[Callable[[], Abstract]]:
        yield main
        raised = [exit for exit in machine.exits[mark:] if isinstance(exit.leave, (Raised, _RaisedInTry))]
        machine.exits[mark:] = [exit for exit in machine.exits[mark:] if exit not in raised]
        names = {exit.leave.name for exit in raised if isinstance(exit.leave, (Raised, _RaisedInTry))}
        risky = set(machine.risks[risks:]).difference(STOPS)
        for handler in handlers:
            kinds = _kinds(machine, frame, handler)
            caught = {name for name in names if exception_matches(name, kinds)}
            if caught or any(exception_matches(name, kinds) for name in risky):
                yield _handling(machine, frame, handler)
            names -= caught - {""}
        for exit in raised:
            left = exit.leave
            if isinstance(left, (Raised, _RaisedInTry)) and left.name in names and (left.name or not handlers):
                machine.exits.append(Exit(exit.position, exit.chain, Raised(left.name)))

    machine.fork(branches())


def _note_sdk_flags(machine: Machine, frame: Frame, statements: list[ast.stmt]) -> None:
    """Remembers what tells after a `try` whether the SDK has something: `HAS_V2 = True`, `FastMCP = None`."""
    if any(map(_asks_sdk, statements)):
        for each in statements:
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant) and each.value.value in FLAGS:
                machine.probes.spans[machine.span(frame, each.value)] = True


def _asks_sdk(statement: ast.stmt) -> bool:
    """Whether a statement imports an SDK, or only asks for an attribute."""
    match statement:
        case ast.Import(names=names):
            return any(alias.name.partition(".")[0] in PYTHON_MODULES for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            return module.partition(".")[0] in PYTHON_MODULES
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Attribute)


def _surely_exits(machine: Machine, body: list[ast.stmt]) -> bool:
    """Whether the program does not go on after these statements of a handler, as far as the handlers around it tell."""
    match body[-1:]:
        case [ast.Raise(exc)]:
            return exc is None or not machine.guards
        case [ast.Expr(ast.Call(ast.Name("exit" | "quit") | ast.Attribute(attr="exit" | "_exit")))]:
            return True
    return False


class _RaisedInTry(Leave):
    """An exception on its way to the handlers of the `try` around it."""

    def __init__(self, raised: Raised) -> None:
        self.name = raised.name


def _kinds(machine: Machine, frame: Frame, handler: ast.ExceptHandler) -> tuple[str, ...]:
    """The names of the exceptions that a handler catches; empty for all."""
    if handler.type is None:
        return ()
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return tuple(_name(each, "?") for each in nodes)


def _name(node: ast.expr | None, default: str) -> str:
    """The name of an exception, without its module."""
    found: str = getattr(node, "attr", getattr(node, "id", default))
    return found


def _handling(machine: Machine, frame: Frame, handler: ast.ExceptHandler) -> Callable[[], Abstract]:
    def run() -> Abstract:
        if handler.name:
            machine.put(frame.names, handler.name, unknown(machine.note(frame, handler, "caught here")))
        machine.handlers += 1
        try:
            return machine.execute(frame, handler.body)
        finally:
            machine.handlers -= 1

    return run


def run_raise(machine: Machine, frame: Frame, node: ast.Raise) -> None:
    call = node.exc if isinstance(node.exc, ast.Call) else None
    for argument in call.args if call else ():
        if isinstance(argument, ast.Call):
            machine.evaluate(frame, argument)
    raise Raised(_name(call.func if call else node.exc, ""))


def run_assert(machine: Machine, frame: Frame, node: ast.Assert) -> None:
    value = machine.evaluate(frame, node.test)
    if verdict(value) is False:
        raise Raised("AssertionError", deciding_variable(value, machine.optional))
    narrow(machine, frame, node.test, True)
