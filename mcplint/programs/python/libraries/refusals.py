"""Whether what stands in front of a server turns callers away: it is followed with a request of any kind."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from mcplint.facts.python import DEFINITIONS, source_text
from mcplint.programs.journal import Ended, Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.libraries.closed import ASGI, closes
from mcplint.programs.python.libraries.read_headers import idle_reads
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import CALL
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method
from mcplint.programs.values import Abstract, Entries, External, known, unknown

HOOKS = (
    *("dispatch", "__call__", "on_message", "on_request", "on_notification", "on_initialize", "on_call_tool"),
    *("on_read_resource", "on_get_prompt", "on_list_tools", "on_list_resources", "on_list_prompts"),
)
"""The methods of middleware that a request goes through, in Starlette, ASGI and fastmcp."""
STATUSES = (401, 403)
WORDS = re.compile(r"(?i)unauthori[sz]ed|forbidden|HTTP_40[13]|permission denied|access denied")
CHECKS = re.compile(r"(?i)auth|verif|valid|check|permi|secur|guard|allow|den(?:y|ies)|ensure|require|protect")
"""What a function is called that may refuse a request, where its body is not in the project."""
REASONS = re.compile(
    r"(?i)auth|den(?:y|ied)|forbid|permi|token|key|credential|secret|login|access|bearer|password|caller"
)
"""What an exception says or is called that is raised at a caller for who it is."""


class Visit:
    """What a request comes to: statements, and calls of what is not in the project; a class because it grows.

    `seen`: these, by their identity. `refused`: whether one of them may turn a caller away.
    `outer`: what is told of them too. `ends`: whether a request goes no further than to such a one.
    """

    def __init__(self, outer: Callable[[ast.AST], None] | None, ends: bool) -> None:
        self.outer, self.ends = outer, ends
        self.seen: dict[int, ast.AST] = {}
        self.refused = False

    def watch(self, node: ast.AST) -> None:
        """Takes in a node before it is run; raises Ended where the request ends."""
        if id(node) not in self.seen:
            self.seen[id(node)] = node
            self.refused = self.refused or may_turn_away(node)
        if self.outer is not None:
            self.outer(node)
        if self.refused and self.ends:
            raise Ended


@contextmanager
def noting_visit(machine: Machine, ends: bool = False) -> Iterator[Visit]:
    """What a request that is followed meanwhile comes to; `ends`: it ends as soon as it may be refused."""
    outer = machine.watch
    visit = Visit(outer, ends)
    machine.watch = visit.watch
    try:
        yield visit
    finally:
        machine.watch = outer


def may_refuse(machine: Machine, layer: Any, path: Abstract) -> bool:
    """Whether a middleware may turn callers away who ask for one of some paths.

    `layer`: it, or what it is made of where that is noted only.

    Of one that does not, the machine remembers the statements that no request comes to.
    """
    made = CALL.first(layer.table, Args(open=True)) if isinstance(layer, Instance) else Args(open=True)
    only: Any = made.positional[0].only if made.positional else None
    if isinstance(layer, Instance) and isinstance(layer.kind, Class):
        only = layer.kind
    with noting_visit(machine) as visit:
        asked = [unknown()] if path.options is None else map(known, path.options)
        if any(_layer_may_refuse(machine, layer, only, made, each) for each in asked):
            return True
    leave(machine, only, visit.seen)
    return False


def leave(machine: Machine, only: Function | Class, seen: Collection[int]) -> None:
    """Has the machine remember what no request comes to of code that turns nobody away, nor what it does for nothing.

    `seen`: the statements that some request comes to.
    """
    module = only.scope.module if isinstance(only, Function) else only.frame.module
    machine.unreached += [module.span(node) for node in _unreached_nodes(only.node, seen)]
    machine.unreached += idle_reads(only.node, module, seen)


def _unreached_nodes(root: ast.AST, seen: Collection[int]) -> Iterator[ast.AST]:
    """The statements that no request comes to, and the conditions that therefore hold for none."""
    for node in ast.walk(root):
        if isinstance(node, ast.stmt) and not isinstance(node, DEFINITIONS) and id(node) not in seen:
            yield node
        elif isinstance(node, ast.If) and id(node.body[0]) not in seen:
            yield node.test


def _layer_may_refuse(machine: Machine, layer: Any, only: Any, made: Args, path: Abstract) -> bool:
    if isinstance(only, Function):
        return follows_to_refusal(machine, only, Args((asked_for(path), unknown())))
    if not isinstance(only, Class):
        return True
    if isinstance(layer, Instance) and layer.kind is only:
        return _hooks_refuse(machine, layer, path)
    if made.open:
        return True
    built = machine.call(known(only), made._replace(positional=(unknown(), *made.positional[1:]))).only
    return not isinstance(built, Instance) or _hooks_refuse(machine, built, path)


def _hooks_refuse(machine: Machine, middleware: Instance, path: Abstract) -> bool:
    found = [(name, middleware.kind.find(name)) for name in HOOKS if isinstance(middleware.kind, Class)]
    functions = [(name, value.only) for name, value in found if value is not None]
    if not functions:
        return True
    return any(
        not isinstance(function, Function)
        or follows_to_refusal(machine, Method(middleware, function), _request(function, path))
        for _, function in functions
    )


def _request(function: Function, path: Abstract) -> Args:
    """A request as a method is handed it: itself or its scope, and as many things of which nothing is known."""
    names = [each.arg for each in function.node.args.args[1:]]
    if names == list(ASGI):
        return Args((scope_of(path), unknown(), unknown()))
    first = asked_for(path) if function.name == "dispatch" else unknown()
    return Args((first, *(unknown() for _ in names[1:])) if names else ())


def scope_of(path: Abstract) -> Abstract:
    """What ASGI says of a request for a path."""
    return known(Dict(Entries({"path": path}), open_=True))


def asked_for(path: Abstract) -> Abstract:
    """A request of Starlette for a path."""
    if path.options is None:
        return unknown()
    url = known(Instance(External("starlette.datastructures.URL"), None, {"path": path}))
    return known(Instance(External("starlette.requests.Request"), None, {"url": url, "scope": scope_of(path)}))


def follows_to_refusal(machine: Machine, callee: Any, given: Args) -> bool:
    """Whether a function comes, for some request, to a statement that refuses it, or to one that is not followed."""
    risks, mark = len(machine.risks), len(machine.exits)
    machine.requests.append([])
    ended: list[Any] = []
    try:
        with noting_visit(machine, ends=True) as visit:
            machine.run_in_background(lambda: ended.append(call_and_await(machine, known(callee), given)))
        if not ended or not visit.seen or visit.refused or ends_for_variable(machine, mark):
            return True
    finally:
        machine.requests.pop()
        del machine.risks[risks:]
    return closes(callee, visit.seen)


def ends_for_variable(machine: Machine, mark: int) -> bool:
    """Whether a way that has been left since a mark ends for want of a variable that only the operator gives."""
    return any(isinstance(each.leave, Raised) and each.leave.demand for each in machine.exits[mark:])


def may_turn_away(node: ast.AST) -> bool:
    """Whether a statement, or a call of what is not in the project, may turn a caller away."""
    if isinstance(node, ast.Call):
        return CHECKS.search(_name(node.func)) is not None
    if isinstance(node, ast.Raise) and node.exc is not None and REASONS.search(source_text(node.exc)):
        return True
    return any(_names_refusal(part) for part in _own_expressions(node))


def _own_expressions(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions of a statement, without those of the statements in it and without what is only compared."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.Compare, ast.match_case)):
            yield child
            yield from _own_expressions(child)


def _names_refusal(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int(number)):
            return number in STATUSES
        case ast.Constant(value=str(text)):
            return WORDS.search(text) is not None
        case ast.Constant(value=bytes(data)):
            return WORDS.search(data.decode("latin-1")) is not None
        case ast.Attribute(attr=name):
            return WORDS.search(name) is not None
    return False


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
