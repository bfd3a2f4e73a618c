"""What each kind of statement does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from mcplint.programs.journal import Break, Continue, Ended, Raised, Return
from mcplint.programs.typescript.functions import FUNCTIONS, class_of, run_block
from mcplint.programs.typescript.machine import Executor, Machine
from mcplint.programs.typescript.operators import binary, narrow, text_of
from mcplint.programs.typescript.patterns import bind
from mcplint.programs.typescript.values import UNDEFINED, Frame, Object, PathTest, elements, verdict
from mcplint.programs.values import UNROLLED, Abstract, known, unknown

if TYPE_CHECKING:
    from tree_sitter import Node


def block(machine: Machine, frame: Frame, node: Node) -> None:
    run_block(machine, Frame(frame.package, frame), node.named_children)


def declaration(machine: Machine, frame: Frame, node: Node) -> None:
    for child in node.named_children:
        if child.type == "variable_declarator":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            found = machine.evaluate(frame, value)
            if name is not None:
                bind(machine, frame, name, found)


def expression(machine: Machine, frame: Frame, node: Node) -> None:
    for child in node.named_children:
        if child.type != "comment":
            machine.evaluate(frame, child)


def branch(machine: Machine, frame: Frame, node: Node) -> None:
    """`if`: the ways that it may go, each in the state that its condition leaves."""
    condition = node.child_by_field_name("condition")
    consequence, alternative = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    if condition is None or consequence is None:
        return
    value = machine.evaluate(frame, condition)
    test = value.only
    sure = verdict(value)

    def conditional_arm(body: Node | None, holds: bool) -> Callable[[], Abstract]:
        def go() -> Abstract:
            narrow(machine, frame, condition, holds)
            mark = len(machine.request_paths)
            if isinstance(test, PathTest) and test.negated != holds:
                machine.request_paths.append(test.paths)
            try:
                if body is not None:
                    machine.execute(frame, body)
            finally:
                del machine.request_paths[mark:]
            return known(UNDEFINED)

        return go

    if sure is not None:
        try:
            conditional_arm(consequence if sure else alternative, sure)()
        except (Raised, Ended) as left:
            left.because(value, machine.optional)
            raise
        return
    if isinstance(test, PathTest) and test.negated and _ends_function(consequence):
        machine.fork([conditional_arm(consequence, True), lambda: known(UNDEFINED)])
        machine.request_paths.append(test.paths)
        return
    machine.fork([conditional_arm(consequence, True), conditional_arm(alternative, False)])


def _ends_function(node: Node) -> bool:
    """Whether a block surely ends the function."""
    last = node.named_children[-1] if node.type == "statement_block" and node.named_children else node
    return last.type in ("return_statement", "throw_statement")


def else_clause(machine: Machine, frame: Frame, node: Node) -> None:
    for child in node.named_children:
        machine.execute(frame, child)


def run_return(machine: Machine, frame: Frame, node: Node) -> None:
    children = [child for child in node.named_children if child.type != "comment"]
    raise Return(machine.evaluate(frame, children[0]) if children else known(UNDEFINED))


def run_throw(machine: Machine, frame: Frame, node: Node) -> None:
    expression(machine, frame, node)
    raise Raised("thrown")


def run_break(machine: Machine, frame: Frame, node: Node) -> None:
    raise Break


def continues(machine: Machine, frame: Frame, node: Node) -> None:
    raise Continue


def run_try(machine: Machine, frame: Frame, node: Node) -> None:
    """`try`: its body; the handler where the body surely throws, or where what it calls may."""
    body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
    final = node.child_by_field_name("finalizer")
    if body is None:
        return

    def run_body() -> Abstract:
        machine.execute(frame, body)
        return known(True)

    try:
        if handler is None:
            run_body()
        else:
            ended = machine.catch(Raised, run_body)
            if ended.must(lambda option: option is None):
                _handle(machine, frame, handler)
            elif ended.only is not True:
                machine.fork([lambda: _handle(machine, frame, handler), lambda: known(UNDEFINED)])
    finally:
        if final is not None:
            for child in final.named_children:
                machine.execute(frame, child)


def _handle(machine: Machine, frame: Frame, handler: Node) -> Abstract:
    scope = Frame(frame.package, frame)
    parameter, body = handler.child_by_field_name("parameter"), handler.child_by_field_name("body")
    if parameter is not None:
        bind(machine, scope, parameter, unknown())
    if body is not None:
        machine.execute(scope, body)
    return known(UNDEFINED)


def for_of(machine: Machine, frame: Frame, node: Node) -> None:
    """`for (… of …)` over known elements, one after the other; else its body once, which may not run at all."""
    left, right, body = (node.child_by_field_name(name) for name in ("left", "right", "body"))
    if left is None or right is None or body is None:
        return
    value = machine.evaluate(frame, right)
    items = elements(value)
    if text_of(node.child_by_field_name("operator") or node) == "in":
        only = value.only
        items = tuple(map(known, only.names())) if isinstance(only, Object) and not only.open else None

    def turn(item: Abstract) -> Callable[[], Abstract]:
        def go() -> Abstract:
            scope = Frame(frame.package, frame)
            bind(machine, scope, left, item)

            def run() -> Abstract:
                machine.execute(scope, body)
                return known(UNDEFINED)

            return machine.catch(Continue, run)

        return go

    def run_all() -> Abstract:
        for item in items or ():
            turn(item)()
        return known(UNDEFINED)

    if items is not None and len(items) <= UNROLLED:
        machine.catch(Break, run_all)
        return
    _forget_changed_names(machine, frame, body)
    machine.catch(Break, lambda: _run_any_number(machine, turn(unknown(*value.trace))))


def loop(machine: Machine, frame: Frame, node: Node) -> None:
    """`for`, `while`, `do`: turn by turn while it is known whether there is another one.

    From then on the body is run once more, which may not run at all; what it counts is not known.
    """
    scope = Frame(frame.package, frame)
    body, initializer = node.child_by_field_name("body"), node.child_by_field_name("initializer")
    if initializer is not None:
        machine.execute(scope, initializer)
    if body is not None:
        machine.catch(Break, lambda: _run_turns(machine, scope, node, body))


def _run_turns(machine: Machine, scope: Frame, node: Node, body: Node) -> Abstract:
    increment = node.child_by_field_name("increment")

    def run() -> Abstract:
        machine.execute(scope, body)
        return known(UNDEFINED)

    def turn() -> Abstract:
        machine.catch(Continue, run)
        if increment is not None:
            machine.evaluate(scope, increment)
        return known(UNDEFINED)

    for _ in range(UNROLLED):
        more = _condition(machine, scope, node)
        if more is False:
            return known(UNDEFINED)
        if more is None:
            break
        turn()
    _forget_changed_names(machine, scope, node)
    return _run_any_number(machine, turn)


def _run_any_number(machine: Machine, turn: Callable[[], Abstract]) -> Abstract:
    """A turn that stands for any number of them."""
    machine.uncounted += 1
    try:
        return machine.fork([turn, lambda: known(UNDEFINED)])
    finally:
        machine.uncounted -= 1


def _condition(machine: Machine, scope: Frame, node: Node) -> bool | None:
    """Whether there is another turn, None where that is not known, or where there is one before anything is asked."""
    condition = node.child_by_field_name("condition")
    if condition is None or node.type == "do_statement":
        return None
    wrapped = condition.type == "expression_statement" and condition.named_children
    return verdict(machine.evaluate(scope, condition.named_children[0] if wrapped else condition))


def _forget_changed_names(machine: Machine, frame: Frame, node: Node) -> None:
    """The names that a loop changes by what they are themselves are not known."""
    pending = [node]
    while pending:
        each = pending.pop()
        machine.spend(1)
        target = None
        if each.type == "update_expression":
            target = each.child_by_field_name("argument")
        elif each.type == "augmented_assignment_expression":
            target = each.child_by_field_name("left")
        if target is not None and target.type == "identifier":
            scope = frame.binding(text_of(target))
            if scope is not None:
                machine.put(scope.names, text_of(target), unknown())
        pending += each.named_children


def switch(machine: Machine, frame: Frame, node: Node) -> None:
    """`switch`: the cases that may be meant, each with those it falls through to."""
    value = machine.evaluate(frame, node.child_by_field_name("value"))
    body = node.child_by_field_name("body")
    cases = [child for child in (body.named_children if body is not None else ()) if child.type.startswith("switch_")]
    scope = Frame(frame.package, frame)
    ways: list[Callable[[], Abstract]] = []
    settled = False
    for index, case in enumerate(cases):
        if case.type == "switch_default":
            continue
        test = binary("===", value, machine.evaluate(scope, case.child_by_field_name("value")), machine.chosen)
        sure = verdict(test)
        if sure is False:
            continue
        ways.append(_run_cases(machine, scope, cases, index, test.only))
        if sure is True:
            settled = True
            break
    if not settled:
        default = next((index for index, case in enumerate(cases) if case.type == "switch_default"), len(cases))
        ways.append(_run_cases(machine, scope, cases, default, None))
    if len(ways) == 1:
        machine.catch(Break, ways[0])
    else:
        machine.catch(Break, lambda: machine.fork(ways))


def _run_cases(machine: Machine, frame: Frame, cases: list[Node], first: int, test: Any) -> Callable[[], Abstract]:
    """Runs the cases from one on; all ways share the list, as there may be thousands."""

    def go() -> Abstract:
        mark = len(machine.request_paths)
        if isinstance(test, PathTest):
            machine.request_paths.append(test.paths)
        try:
            for case in islice(cases, first, None):
                label = case.child_by_field_name("value")
                for child in case.named_children:
                    if label is None or child.id != label.id:
                        machine.execute(frame, child)
        finally:
            del machine.request_paths[mark:]
        return known(UNDEFINED)

    return go


def class_declaration(machine: Machine, frame: Frame, node: Node) -> None:
    name = node.child_by_field_name("name")
    if name is not None:
        machine.put(frame.names, text_of(name), known(class_of(machine, frame, node)))


def enumeration(machine: Machine, frame: Frame, node: Node) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    made = Object(None, frame.package.fact.span(node))
    count = 0
    for member in body.named_children if body is not None else ():
        if member.type == "enum_assignment":
            key, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            found = machine.evaluate(frame, value)
            if key is not None:
                made.table[text_of(key).strip("\"'")] = found
            count = found.only + 1 if isinstance(found.only, int) else count
        elif member.type in ("property_identifier", "string"):
            made.table[text_of(member).strip("\"'")] = known(count)
            count += 1
    if name is not None:
        machine.put(frame.names, text_of(name), known(made))


def labeled(machine: Machine, frame: Frame, node: Node) -> None:
    body = node.child_by_field_name("body")

    def run() -> Abstract:
        if body is not None:
            machine.execute(frame, body)
        return known(UNDEFINED)

    machine.catch(Break, run)


def do_nothing(machine: Machine, frame: Frame, node: Node) -> None:
    """Types, comments and what is no valid program do nothing."""


EXECUTORS: Mapping[str, Executor] = {
    "statement_block": block,
    "lexical_declaration": declaration,
    "variable_declaration": declaration,
    "expression_statement": expression,
    "if_statement": branch,
    "else_clause": else_clause,
    "return_statement": run_return,
    "throw_statement": run_throw,
    "break_statement": run_break,
    "continue_statement": continues,
    "try_statement": run_try,
    "for_in_statement": for_of,
    "for_statement": loop,
    "while_statement": loop,
    "do_statement": loop,
    "switch_statement": switch,
    "class_declaration": class_declaration,
    "abstract_class_declaration": class_declaration,
    "enum_declaration": enumeration,
    "labeled_statement": labeled,
    **dict.fromkeys(
        (
            *(*FUNCTIONS, "interface_declaration", "type_alias_declaration", "ambient_declaration", "comment"),
            *("import_statement", "empty_statement", "ERROR", "function_signature", "hash_bang_line", "import_alias"),
        ),
        do_nothing,
    ),
}
