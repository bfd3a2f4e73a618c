"""What each kind of statement does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mcplint.program.assignments import assign
from mcplint.program.builtin import exception_matches
from mcplint.program.classes import define
from mcplint.program.expressions import UNROLLED, elements, resume
from mcplint.program.functions import made
from mcplint.program.imports import import_module, import_names
from mcplint.program.journal import Break, Continue, Dead, Ended, Exit, Leave, Raised, Return
from mcplint.program.machine import Args, Executor, Machine
from mcplint.program.narrowing import narrow
from mcplint.program.operators import compared, computed
from mcplint.program.values import (
    Abstract,
    Class,
    Frame,
    Function,
    Instance,
    Sequence,
    known,
    unknown,
    verdict,
)

STOPS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit")


def expression(machine: Machine, frame: Frame, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        machine.evaluate(frame, node.value)


def assignment(machine: Machine, frame: Frame, node: ast.Assign) -> None:
    value = machine.evaluate(frame, node.value)
    for target in node.targets:
        assign(machine, frame, target, value)


def annotated(machine: Machine, frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(machine, frame, node.target, machine.evaluate(frame, node.value))


def augmented(machine: Machine, frame: Frame, node: ast.AugAssign) -> None:
    target = node.target
    old = machine.evaluate(frame, target)
    value = machine.evaluate(frame, node.value)
    only = old.only
    if isinstance(only, Sequence) and only.kind == "list" and isinstance(node.op, ast.Add):
        from mcplint.program.builtin import extend

        extend(machine, only, value)
        return
    if machine.loops:
        assign(machine, frame, target, unknown(machine.note(frame, node, "changes in a loop")))
    else:
        assign(machine, frame, target, computed(machine, type(node.op), old, value))


def definition(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    value = known(made(machine, frame, node), machine.note(frame, node, "is defined here"))
    machine.put(frame.outer.get(node.name, frame).names, node.name, decorated(machine, frame, node, value))


def class_definition(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    value = define(machine, frame, node)
    machine.put(frame.outer.get(node.name, frame).names, node.name, decorated(machine, frame, node, value))


def decorated(machine: Machine, frame: Frame, node: Any, value: Abstract) -> Abstract:
    """What decorators make of a function or class; one that is not known is taken to wrap it."""
    for decorator in reversed(node.decorator_list):
        result = machine.call(machine.evaluate(frame, decorator), Args((value,), {}, None, frame.module))
        if result.options is not None:
            value = result
        else:
            for option in value.options or ():
                if isinstance(option, Function):
                    option.opaque = True
    return value


def returned(machine: Machine, frame: Frame, node: ast.Return) -> None:
    raise Return(known(None) if node.value is None else machine.evaluate(frame, node.value))


def branch(machine: Machine, frame: Frame, node: ast.If) -> None:
    test = verdict(machine.evaluate(frame, node.test))
    if test is not None:
        machine.execute(frame, node.body if test else node.orelse)
        return

    def side(statements: list[ast.stmt], sense: bool) -> Callable[[], Abstract]:
        def run() -> Abstract:
            narrow(machine, frame, node.test, sense)
            machine.execute(frame, statements)
            return known(None)

        return run

    machine.fork([side(node.body, True), side(node.orelse, False)])


def matching(machine: Machine, frame: Frame, node: ast.Match) -> None:
    subject = machine.evaluate(frame, node.subject)
    _cases(machine, frame, node, subject, 0)


def _cases(machine: Machine, frame: Frame, node: ast.Match, subject: Abstract, index: int) -> None:
    if index == len(node.cases):
        return
    case = node.cases[index]
    found = _matches(machine, frame, case.pattern, subject)
    if found and case.guard is not None:
        found = verdict(machine.evaluate(frame, case.guard))

    def taken(value: Abstract) -> Abstract:
        if isinstance(node.subject, ast.Name) and value is not subject:
            assign(machine, frame, node.subject, value)
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchAs) and part.name:
                assign(machine, frame, ast.Name(part.name), value if part is case.pattern else unknown())
        machine.execute(frame, case.body)
        return known(None)

    def passed() -> Abstract:
        rest = _filtered(machine, frame, case.pattern, subject, False)
        _cases(machine, frame, node, rest, index + 1)
        return known(None)

    if found is True:
        taken(subject)
    elif found is False:
        passed()
    else:
        machine.fork([lambda: taken(_filtered(machine, frame, case.pattern, subject, True)), passed])


def _filtered(machine: Machine, frame: Frame, pattern: ast.pattern, subject: Abstract, sense: bool) -> Abstract:
    """The options of a subject with which it matches, or does not."""
    if subject.options is None:
        if sense and isinstance(pattern, ast.MatchValue):
            return machine.evaluate(frame, pattern.value)
        return subject
    kept = tuple(
        option
        for option in subject.options
        if _matches(machine, frame, pattern, subject._replace(options=(option,))) is not (not sense)
    )
    return subject._replace(options=kept) if kept else subject


def _matches(machine: Machine, frame: Frame, pattern: ast.pattern, subject: Abstract) -> bool | None:
    match pattern:
        case ast.MatchValue(value=value):
            return verdict(compared(machine, ast.Eq, subject, machine.evaluate(frame, value)))
        case ast.MatchSingleton(value=constant):
            return verdict(compared(machine, ast.Is, subject, known(constant)))
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=inner) if inner is not None:
            return _matches(machine, frame, inner, subject)
        case ast.MatchOr(patterns=patterns):
            found = [_matches(machine, frame, each, subject) for each in patterns]
            return True if True in found else None if None in found else False
    return None


def with_block(machine: Machine, frame: Frame, node: ast.With | ast.AsyncWith) -> None:
    suppressed: list[str] = []
    for item in node.items:
        value = entered(machine, machine.evaluate(frame, item.context_expr))
        for option in value.options or ():
            if isinstance(option, Instance) and option.library == "contextlib.suppress":
                suppressed.append("")
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, value)
    if suppressed:
        guarded(machine, frame, node.body, [ast.ExceptHandler(None, None, [])], [])
    else:
        machine.execute(frame, node.body)


def entered(machine: Machine, value: Abstract) -> Abstract:
    """What `with … as` binds."""
    only = value.only
    if isinstance(only, Instance):
        if isinstance(only.kind, Class):
            for name in ("__enter__", "__aenter__"):
                if any(isinstance(each, Class) and name in each.table for each in only.kind.lineage()):
                    method = machine.attribute(value, name, value.trace[0])
                    result = machine.call(method, Args())
                    return resume(machine, result) if name == "__aenter__" else result
        if only.library == "types.Generator":
            found: Abstract = only.table["yielded"]
            return found
        handler = machine.handler(f"{only.library}.__enter__")
        return handler(machine, Args(), only) if handler else value
    return machine.risk(*value.trace)


def loop(machine: Machine, frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    iterated = machine.evaluate(frame, node.iter)
    items = elements(machine, iterated)
    if items is None or len(items) > UNROLLED:
        _repeated(machine, frame, node, lambda: assign(machine, frame, node.target, unknown(*iterated.trace)))
        return

    def turns() -> Abstract:
        for item in items:
            assign(machine, frame, node.target, item)
            machine.catch(Continue, lambda: _run(machine, frame, node.body))
        return _run(machine, frame, node.orelse)

    machine.catch(Break, turns)


def while_loop(machine: Machine, frame: Frame, node: ast.While) -> None:
    if verdict(machine.evaluate(frame, node.test)) is False:
        machine.execute(frame, node.orelse)
        return
    _repeated(machine, frame, node, lambda: narrow(machine, frame, node.test, True))


def _repeated(machine: Machine, frame: Frame, node: Any, before: Callable[[], object]) -> None:
    """A loop of unknown length: what its body binds is not known while it runs; then it may have run or not."""
    endless = isinstance(node, ast.While) and verdict(machine.evaluate(frame, node.test)) is True
    for name in bound(node):
        place = frame.outer.get(name, frame).names
        if name in place:
            machine.put(place, name, unknown())

    def turn() -> Abstract:
        machine.loops += 1
        try:
            before()
            machine.catch(Continue, lambda: _run(machine, frame, node.body))
        finally:
            machine.loops -= 1
        return known(None)

    def turns() -> Abstract:
        if endless:
            turn()
            raise Dead
        machine.fork([turn, lambda: known(None)])
        return _run(machine, frame, node.orelse)

    machine.catch(Break, turns)


def bound(node: ast.AST) -> set[str]:
    """The names that the body of a loop binds."""
    found: set[str] = set()
    pending: list[ast.AST] = list(ast.iter_child_nodes(node))
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending += ast.iter_child_nodes(part)
    return found


def _run(machine: Machine, frame: Frame, statements: list[ast.stmt]) -> Abstract:
    machine.execute(frame, statements)
    return known(None)


def attempt(machine: Machine, frame: Frame, node: Any) -> None:
    if not node.finalbody:
        guarded(machine, frame, node.body, node.handlers, node.orelse)
        return
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
    raised: list[Exit] = []
    outer = machine.guards
    guards = [*outer, *(_kinds(machine, frame, handler) for handler in handlers if not _ends(machine, handler.body))]

    def main() -> Abstract:
        machine.guards = guards
        try:
            machine.execute(frame, body)
        except Raised as leave:
            raise _Caught(leave) from None
        finally:
            machine.guards = outer
        return _run(machine, frame, orelse)

    def branches() -> Iterator[Callable[[], Abstract]]:
        yield main
        for exit in machine.exits[mark:]:
            if isinstance(exit.leave, (Raised, _Caught)):
                raised.append(exit)
        machine.exits[mark:] = [exit for exit in machine.exits[mark:] if exit not in raised]
        names = {exit.leave.name for exit in raised if isinstance(exit.leave, (Raised, _Caught))}
        risky = set(machine.risks[risks:]) - {name for name in machine.risks[risks:] if name in STOPS}
        for handler in handlers:
            kinds = _kinds(machine, frame, handler)
            caught = {name for name in names if exception_matches(name, kinds)}
            if caught or any(exception_matches(name, kinds) for name in risky):
                yield _handling(machine, frame, handler)
            names -= {name for name in caught if name}
        for exit in raised:
            left = exit.leave
            if isinstance(left, (Raised, _Caught)) and left.name in names and not _swallowed(handlers, left.name):
                machine.exits.append(Exit(exit.position, exit.delta, Raised(left.name)))

    machine.fork(branches())


def _swallowed(handlers: list[ast.ExceptHandler], name: str) -> bool:
    return not name and bool(handlers)


def _ends(machine: Machine, body: list[ast.stmt]) -> bool:
    """Whether the program does not go on after these statements of a handler, as far as the handlers around it tell."""
    match body[-1:]:
        case [ast.Raise(exc)]:
            return exc is None or not machine.guards
        case [ast.Expr(ast.Call(ast.Name("exit" | "quit") | ast.Attribute(attr="exit" | "_exit")))]:
            return True
    return False


class _Caught(Leave):
    """An exception on its way to the handlers of the `try` around it."""

    def __init__(self, raised: Raised) -> None:
        self.name = raised.name


def _kinds(machine: Machine, frame: Frame, handler: ast.ExceptHandler) -> tuple[str, ...]:
    """The names of the exceptions that a handler catches; empty for all."""
    if handler.type is None:
        return ()
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return tuple(each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "?") for each in nodes)


def _handling(machine: Machine, frame: Frame, handler: ast.ExceptHandler) -> Callable[[], Abstract]:
    def run() -> Abstract:
        if handler.name:
            machine.put(frame.names, handler.name, unknown(machine.note(frame, handler, "is caught here")))
        machine.execute(frame, handler.body)
        return known(None)

    return run


def raising(machine: Machine, frame: Frame, node: ast.Raise) -> None:
    name = ""
    target = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(target, ast.Name):
        name = target.id
    elif isinstance(target, ast.Attribute):
        name = target.attr
    if node.exc is not None and isinstance(node.exc, ast.Call):
        for argument in node.exc.args:
            if isinstance(argument, ast.Call):
                machine.evaluate(frame, argument)
    raise Raised(name)


def asserted(machine: Machine, frame: Frame, node: ast.Assert) -> None:
    if verdict(machine.evaluate(frame, node.test)) is False:
        raise Raised("AssertionError")
    narrow(machine, frame, node.test, True)


def deleted(machine: Machine, frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            assign(machine, frame, target, unknown())


def global_names(machine: Machine, frame: Frame, node: ast.Global) -> None:
    for name in node.names:
        frame.outer[name] = frame.top


def nonlocal_names(machine: Machine, frame: Frame, node: ast.Nonlocal) -> None:
    for name in node.names:
        scope = frame.parent
        while scope is not None and name not in scope.names:
            scope = scope.parent
        if scope is not None:
            frame.outer[name] = scope


def passing(machine: Machine, frame: Frame, node: ast.stmt) -> None:
    return None


def broken(machine: Machine, frame: Frame, node: ast.Break) -> None:
    raise Break


def continued(machine: Machine, frame: Frame, node: ast.Continue) -> None:
    raise Continue


EXECUTORS: Mapping[type, Executor] = {
    ast.Expr: expression,
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.FunctionDef: definition,
    ast.AsyncFunctionDef: definition,
    ast.ClassDef: class_definition,
    ast.Return: returned,
    ast.If: branch,
    ast.Match: matching,
    ast.With: with_block,
    ast.AsyncWith: with_block,
    ast.For: loop,
    ast.AsyncFor: loop,
    ast.While: while_loop,
    ast.Try: attempt,
    ast.TryStar: attempt,
    ast.Raise: raising,
    ast.Assert: asserted,
    ast.Delete: deleted,
    ast.Global: global_names,
    ast.Nonlocal: nonlocal_names,
    ast.Import: import_module,
    ast.ImportFrom: import_names,
    ast.Pass: passing,
    ast.Break: broken,
    ast.Continue: continued,
}
