"""What each kind of statement does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mcplint.facts.python import DEFINITIONS
from mcplint.facts.python_bodies import FoldedCoroutine, FoldedFunction
from mcplint.programs.journal import AllLeft, Break, Continue, Return
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.attributes import assign
from mcplint.programs.python.calls import function_value
from mcplint.programs.python.classes import define
from mcplint.programs.python.conditions import branch_on, matching, narrow
from mcplint.programs.python.defaults import statement_default
from mcplint.programs.python.exceptions import guarded, run_assert, run_raise, run_try
from mcplint.programs.python.expressions import await_value
from mcplint.programs.python.imports import import_module, import_names
from mcplint.programs.python.machine import Executor, Machine
from mcplint.programs.python.operators import computed
from mcplint.programs.python.values import Class, Frame, Function, Instance, elements, verdict
from mcplint.programs.values import UNROLLED, Abstract, Sequence, known, unknown
from mcplint.values import Label


def expression(machine: Machine, frame: Frame, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        machine.evaluate(frame, node.value)


def assignment(machine: Machine, frame: Frame, node: ast.Assign) -> None:
    versions = machine.probes.versions
    value = machine.evaluate(frame, node.value)
    machine.probes.note_dependence(value, versions)
    for target in node.targets:
        assign(machine, frame, target, value)


def annotated(machine: Machine, frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        versions = machine.probes.versions
        value = machine.evaluate(frame, node.value)
        machine.probes.note_dependence(value, versions)
        assign(machine, frame, node.target, value)


def run_augmented_assignment(machine: Machine, frame: Frame, node: ast.AugAssign) -> None:
    target = node.target
    old = machine.evaluate(frame, target)
    value = machine.evaluate(frame, node.value)
    only = old.only
    if isinstance(only, Sequence) and only.kind == "list" and isinstance(node.op, ast.Add):
        from mcplint.programs.python.methods import extend

        extend(machine, only, value)
        return
    if machine.loops:
        assign(machine, frame, target, unknown(machine.note(frame, node, "changes in a loop")))
    else:
        assign(machine, frame, target, computed(machine, type(node.op), old, value))


def definition(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    if machine.probes.chosen or machine.handlers:
        machine.probes.functions.add(node)
    value = known(function_value(machine, frame, node), machine.note(frame, node, "defined here"))
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


def run_return(machine: Machine, frame: Frame, node: ast.Return) -> None:
    raise Return(known(None) if node.value is None else machine.evaluate(frame, node.value))


def branch(machine: Machine, frame: Frame, node: ast.If) -> None:
    yes, no = partial(machine.execute, frame, node.body), partial(machine.execute, frame, node.orelse)
    onward = not node.orelse and isinstance(node.body[-1], (ast.Return, ast.Continue, ast.Break))
    branch_on(machine, frame, node.test, yes, no, lambda: statement_default(frame, node), onward)


def with_block(machine: Machine, frame: Frame, node: ast.With | ast.AsyncWith) -> None:
    suppressed: list[ast.expr | None] = []
    for item in node.items:
        value = context_value(machine, machine.evaluate(frame, item.context_expr))
        if any(getattr(option, "library", "") == "contextlib.suppress" for option in value.options or ()):
            suppressed += item.context_expr.args if isinstance(item.context_expr, ast.Call) else [None]
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, value)
    if suppressed:
        guarded(machine, frame, node.body, [ast.ExceptHandler(each, None, []) for each in suppressed], [])
    else:
        machine.execute(frame, node.body)


def context_value(machine: Machine, value: Abstract) -> Abstract:
    """What `with … as` binds."""
    only = value.only
    if isinstance(only, Instance):
        if isinstance(only.kind, Class):
            for name in ("__enter__", "__aenter__"):
                if only.kind.find(name) is not None:
                    note = next(iter(value.trace), Label(machine.origin, "is entered"))
                    method = machine.attribute(value, name, note)
                    result = machine.call(method, Args())
                    return await_value(machine, result) if name == "__aenter__" else result
        if only.library == "types.Generator":
            found: Abstract = only.table["yielded"]
            return found
        handler = machine.handler(f"{only.library}.__enter__")
        return handler(machine, Args(), only) if handler else value
    return machine.risk(*value.trace)


def loop(machine: Machine, frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    iterated = machine.evaluate(frame, node.iter)
    items = elements(iterated)
    if items is None or len(items) > UNROLLED:
        _run_unbounded_loop(machine, frame, node, lambda: assign(machine, frame, node.target, unknown(*iterated.trace)))
        return

    def turns() -> Abstract:
        for item in items:
            assign(machine, frame, node.target, item)
            machine.catch(Continue, lambda: machine.execute(frame, node.body))
        return machine.execute(frame, node.orelse)

    machine.catch(Break, turns)


def while_loop(machine: Machine, frame: Frame, node: ast.While) -> None:
    if verdict(machine.evaluate(frame, node.test)) is False:
        machine.execute(frame, node.orelse)
        return
    _run_unbounded_loop(machine, frame, node, lambda: narrow(machine, frame, node.test, True))


def _run_unbounded_loop(machine: Machine, frame: Frame, node: Any, before: Callable[[], object]) -> None:
    """A loop of unknown length: what its body binds is not known while it runs; then it may have run or not."""
    for name in names_bound_in_loop(node):
        names = frame.outer.get(name, frame).names
        if name in names:
            machine.put(names, name, unknown())
    endless = isinstance(node, ast.While) and verdict(machine.evaluate(frame, node.test)) is True

    def turn() -> Abstract:
        machine.loops += 1
        try:
            before()
            machine.catch(Continue, lambda: machine.execute(frame, node.body))
        finally:
            machine.loops -= 1
        return known(None)

    def turns() -> Abstract:
        if endless:
            turn()
            raise AllLeft
        machine.fork([turn, lambda: known(None)])
        return machine.execute(frame, node.orelse)

    machine.catch(Break, turns)


def names_bound_in_loop(node: ast.AST) -> set[str]:
    """The names that the body of a loop binds, looked for once."""
    known: set[str] | None = getattr(node, "_bound", None)
    if known is not None:
        return known
    found: set[str] = set()
    pending: list[ast.AST] = list(ast.iter_child_nodes(node))
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif not isinstance(part, (*DEFINITIONS, ast.Lambda)):
            pending += ast.iter_child_nodes(part)
    node._bound = found  # type: ignore[attr-defined]
    return found


def deleted(machine: Machine, frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            assign(machine, frame, target, unknown())


def global_names(machine: Machine, frame: Frame, node: ast.Global) -> None:
    for name in node.names:
        frame.outer[name] = frame.top


def nonlocal_names(machine: Machine, frame: Frame, node: ast.Nonlocal) -> None:
    for name in node.names:
        scope = frame.parent.binding(name) if frame.parent else None
        if scope is not None:
            frame.outer[name] = scope


def run_pass(machine: Machine, frame: Frame, node: ast.stmt) -> None:
    return None


def run_break(machine: Machine, frame: Frame, node: ast.Break) -> None:
    raise Break


def run_continue(machine: Machine, frame: Frame, node: ast.Continue) -> None:
    raise Continue


EXECUTORS: Mapping[type, Executor] = {
    ast.Expr: expression,
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: run_augmented_assignment,
    ast.FunctionDef: definition,
    ast.AsyncFunctionDef: definition,
    FoldedFunction: definition,
    FoldedCoroutine: definition,
    ast.ClassDef: class_definition,
    ast.Return: run_return,
    ast.If: branch,
    ast.Match: matching,
    ast.With: with_block,
    ast.AsyncWith: with_block,
    ast.For: loop,
    ast.AsyncFor: loop,
    ast.While: while_loop,
    ast.Try: run_try,
    ast.TryStar: run_try,
    ast.Raise: run_raise,
    ast.Assert: run_assert,
    ast.Delete: deleted,
    ast.Global: global_names,
    ast.Nonlocal: nonlocal_names,
    ast.Import: import_module,
    ast.ImportFrom: import_names,
    ast.Pass: run_pass,
    ast.Break: run_break,
    ast.Continue: run_continue,
}
