"""What a handler of the project does with a request: an endpoint of a framework, or an ASGI application of its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from mcplint.knowledge.transports import STREAMABLE
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.libraries.closed import closes
from mcplint.programs.python.libraries.lowlevel import MANAGER, Handled
from mcplint.programs.python.libraries.refusals import ends_for_variable, leave, noting_visit
from mcplint.programs.python.libraries.web import HandedOn
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import APPS, TRANSPORTS
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method
from mcplint.programs.values import Abstract, Entries, External, known, unknown
from mcplint.values import Label, Value

_UNNAMED = "/a-path-that-no-program-names"
_MOST_NAMED = 16
_CONSTANTS = (ast.Constant, ast.Name, ast.Attribute)
_TRANSPORT = frozenset({"connect_sse", "handle_request"})
_REQUEST = frozenset({"_send", "receive", "scope", *_TRANSPORT})


class Followed(NamedTuple):
    """What a handler does with a request: the transports it hands it to, the applications it passes it on to, and
    whether it may turn its caller away."""

    handled: list[Handled]
    passed: list[HandedOn]
    checked: bool


def follow(
    machine: Machine,
    option: Any,
    app: Instance | None,
    passing: bool = False,
    said: Mapping[str, Abstract] = {},
) -> Followed:
    """Follows a handler with a request; `app`: the application around it; `passing`: it may pass the request on to
    other applications; `said`: of the request's scope."""
    if isinstance(option, Method) and isinstance(option.function, str):
        manages = option.function == f"{MANAGER}.handle_request"
        return Followed([Handled(STREAMABLE, option.instance, None)] if manages else [], [], False)
    gathered: list[Any] = []
    machine.requests.append(gathered)
    risks, mark = len(machine.risks), len(machine.exits)
    given = _request_arguments(option, app, said)
    try:
        with noting_visit(machine) as visit:
            machine.run_in_background(lambda: call_and_await(machine, known(option), given))
    finally:
        machine.requests.pop()
        del machine.risks[risks:]
    gathered = list(dict.fromkeys(gathered))
    found = [each for each in gathered if isinstance(each, Handled)]
    refused = visit.refused or ends_for_variable(machine, mark) or closes(option, visit.seen)
    kind = option.kind if isinstance(option, Instance) else option
    if visit.seen and (passing or found) and not (refused or said) and isinstance(kind, (Class, Function)):
        leave(machine, kind, visit.seen)
    known_transports = {each.through for each in found if each.server is not None}
    handled = [each for each in found if each.server is not None or each.through not in known_transports]
    passed = [each for each in gathered if isinstance(each, HandedOn)] if passing else []
    return Followed(handled, passed, refused and (passing or bool(found)))


def own_paths(machine: Machine, option: Any, app: Instance | None) -> Abstract:
    """The paths on which an application of the project hands requests to a transport, as far as it compares them.

    It is followed with each of the paths that it names, and with one that it does not.
    """
    function = option.function if isinstance(option, Method) else option
    if isinstance(option, Instance) and isinstance(option.kind, Class):
        found = option.kind.find("__call__")
        function = found.only if found is not None else None
    if not isinstance(function, Function):
        return unknown()
    note = Label(function.scope.module.span(function.node).head, "decides itself which paths it answers")
    named = [path for path in _named_paths(machine, function) if _may_answer(machine, option, app, path)]
    if not named or _may_answer(machine, option, app, _UNNAMED):
        return unknown(note)
    return Value(tuple(named), (note,))


def _named_paths(machine: Machine, function: Function) -> list[str]:
    """The paths that a function compares with something."""
    compared: list[ast.expr] = []
    for node in ast.walk(function.node):
        if isinstance(node, ast.Compare):
            compared += (node.left, *node.comparators)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            compared += node.args
    parts = [part for node in compared for part in (node.elts if isinstance(node, (ast.Tuple, ast.Set)) else (node,))]
    risks = len(machine.risks)
    values = [machine.evaluate(function.scope, part) for part in parts if isinstance(part, _CONSTANTS)]
    del machine.risks[risks:]
    texts = [value.only for value in values if isinstance(value.only, str) and value.only.startswith("/")]
    return list(dict.fromkeys(texts))[:_MOST_NAMED]


def _may_answer(machine: Machine, option: Any, app: Instance | None, path: str) -> bool:
    """Whether an application may hand a request for a path to a transport; to ask counts as no call of it."""
    costs = dict(machine.costs)
    scope: dict[str, Abstract] = {"type": known("http"), "path": known(path)}
    found = follow(machine, option, app, said=scope).handled
    machine.costs = costs
    return bool(found)


def _has_transport(machine: Machine) -> bool:
    """Whether the program has made any transport that a handler could hand requests to."""
    return bool(TRANSPORTS.of(machine.state) or APPS.of(machine.state))


def may_hand_on(machine: Machine, option: Any) -> bool:
    """Whether an endpoint may hand a request to a transport: it takes the request apart, or is no plain function."""
    function = option.function if isinstance(option, Method) else option
    if not isinstance(function, Function) or _arity(option) > 1:
        return option is not None and _has_transport(machine)
    names = {node.attr for node in ast.walk(function.node) if isinstance(node, ast.Attribute)}
    return not names.isdisjoint(_REQUEST if _has_transport(machine) else _TRANSPORT)


def _request_arguments(option: Any, app: Instance | None, said: Mapping[str, Abstract]) -> Args:
    """A request as an endpoint is handed it, or as an application is: its scope, and how to receive and to send."""
    served = {**said, **({"app": known(app)} if app else {})}
    scope = known(Dict(Entries(served), open_=True))
    request = known(Instance(External("starlette.requests.Request"), None, {**served, "scope": scope}))
    return Args(((request,), (scope, unknown(), unknown()))[_arity(option) == 3][: _arity(option)])


def _arity(option: Any) -> int:
    """How many arguments an endpoint (one) or an application (three) is called with."""
    function = option.function if isinstance(option, Method) else option
    if isinstance(function, Instance) and isinstance(function.kind, Class):
        return 3
    if not isinstance(function, Function):
        return 1
    return max(0, min(len(function.node.args.args) - isinstance(option, Method), 3))
