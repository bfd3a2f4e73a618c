"""Where a program is told to end and waits for its streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mcplint.programs.typescript.libraries.web import APPS, HANDLER
from mcplint.programs.typescript.machine import Machine, Served
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.values import NOTHING, Frame, Function, Object
from mcplint.text.source import offsets
from mcplint.values import Label

if TYPE_CHECKING:
    from tree_sitter import Node

SIGNAL = r"""["'`]SIGTERM["'`]"""
ENDS = r"closeAllConnections|\.destroy\(|process\.(?:kill|abort|emit)\b|\.setTimeout\(|\.timeout\s*="
"""What may cut streams off, or end a program, besides what its handlers do."""
LOGS = re.compile(r"(?:console|[\w.]*[lL]og(?:ger)?|process\.std(?:err|out))\??\.\w+")
DEEPEST = 4


def waits_at_shutdown(machine: Machine, served: Served) -> tuple[Label, ...]:
    """Where handlers of SIGTERM close what listens, which waits for every stream, and certainly do nothing more."""
    texts = [package.fact.source for package in machine.packages.values() if package]
    spans = {span for name, _, span in machine.signals if name == "SIGTERM"}
    if not spans or sum(len(offsets(SIGNAL, each)) for each in texts) != len(spans):
        return ()
    if any(offsets(ENDS, each) for each in texts):
        return ()
    found: list[Label] = []
    for handler in dict.fromkeys(handler.only for name, handler, _ in machine.signals if name == "SIGTERM"):
        closes = _closing_calls(machine, handler, served, 0)
        if not closes:
            return ()
        found += closes
    return tuple(dict.fromkeys(found))


def _closing_calls(machine: Machine, handler: Any, served: Served, depth: int) -> list[Label]:
    """Where a function closes what listens; nothing where it does something else than that and to log."""
    if not isinstance(handler, Function) or depth > DEEPEST:
        return []
    body = handler.node.child_by_field_name("body")
    found: list[Label] = []
    for statement in _statements(body) if body is not None else ():
        waits = _awaited_close(statement)
        for node in _calls(waits or statement):
            called = _close(machine, handler.scope, node, served)
            inner = _called_function(machine, handler.scope, node) if called is None else None
            if called is not None:
                found.append(Label(handler.scope.package.fact.span(node), "waits for every open stream"))
            elif inner is not None and (closes := _closing_calls(machine, inner, served, depth + 1)):
                found += closes
            elif node.type != "call_expression" or not LOGS.fullmatch(text_of(_callee(node))):
                return []
        if waits is not None and found:
            break
    return found


def _statements(body: Node) -> Iterator[Node]:
    """The statements of a function, those of a `try` too; an arrow function may have an expression alone."""
    for each in body.named_children if body.type == "statement_block" else (body,):
        inner = each.child_by_field_name("body") if each.type == "try_statement" else None
        if inner is None:
            yield each
        else:
            yield from _statements(inner)


def _awaited_close(statement: Node) -> Node | None:
    """The call in `await new Promise((done) => server.close(done))`, behind which nothing is come to before."""
    outer = statement.named_children[0] if statement.type == "expression_statement" else statement
    made = outer.named_children[0] if outer.type == "await_expression" else None
    given = made.child_by_field_name("arguments") if made is not None and made.type == "new_expression" else None
    function = given.named_children[0] if given is not None and given.named_child_count == 1 else None
    body = function.child_by_field_name("body") if function is not None else None
    if body is None:
        return None
    only = body.named_children if body.type == "statement_block" else [body]
    return only[0] if len(only) == 1 else None


def _calls(node: Node) -> Iterator[Node]:
    """What may do something in a statement: its calls, without those that functions make which they are given."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type in ("call_expression", "new_expression", "throw_statement"):
            yield each
        if each.type not in ("arrow_function", "function_expression", "function_declaration"):
            waiting += each.named_children


def _callee(node: Node) -> Node:
    return node.child_by_field_name("function") or node


def _close(machine: Machine, scope: Frame, node: Node, served: Served) -> Any:
    """What a call closes, None where that is not what the start listens on."""
    callee = _callee(node)
    owner, name = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    if callee.type != "member_expression" or owner is None or name is None or text_of(name) != "close":
        return None
    options = [option for option in _value(machine, scope, owner).options or () if option not in (*NOTHING, None)]
    return options[0] if len(options) == 1 and _listens_as(options[0], served) else None


def _listens_as(option: Any, served: Served) -> bool:
    if not isinstance(option, Object) or option.library != APPS["http"]:
        return False
    handler = HANDLER.value(option.table)
    return option is served.what or (handler is not None and handler.only is served.what)


def _called_function(machine: Machine, scope: Frame, node: Node) -> Any:
    """The function of the project that a call by its plain name calls."""
    callee = _callee(node)
    return _value(machine, scope, callee).only if callee.type == "identifier" else None


def _value(machine: Machine, scope: Frame, node: Node) -> Any:
    found: list[Any] = []
    machine.run_isolated(lambda: found.append(machine.evaluate(scope, node)))
    return found[0]
