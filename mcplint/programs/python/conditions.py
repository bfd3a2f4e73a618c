"""What conditions and patterns say of the names in them: `if` and `match`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from mcplint.programs.journal import Raised
from mcplint.programs.python.attributes import assign
from mcplint.programs.python.comparisons import compared
from mcplint.programs.python.defaults import Default
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import ASKS_TERMINAL, AT_TERMINAL
from mcplint.programs.python.values import Frame, Instance, verdict
from mcplint.programs.values import MANY, Abstract, Sequence, Table, drop_stale_site, known, unknown
from mcplint.values import Value


def narrow(machine: Machine, frame: Frame, test: ast.expr, sense: bool) -> None:
    """Leaves the names and attributes of a condition only the options with which it comes out so."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return narrow(machine, frame, test.operand, not sense)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is sense:
        for part in test.values:
            narrow(machine, frame, part, sense)
        return None
    for target in _targets(test):
        binding = _binding(machine, frame, target)
        if binding is not None:
            table, name = binding
            narrowed = _narrowed_value(machine, frame, test, sense, table, name)
            if narrowed is not None:
                machine.put(table, name, narrowed)
    return None


def branch_on(
    machine: Machine,
    frame: Frame,
    test: ast.expr,
    yes: Callable[[], Abstract],
    no: Callable[[], Abstract],
    default: Callable[[], Default | None] | None = None,
    onward: bool = False,
) -> Abstract:
    """What a condition chooses between: both, each with what that says of the names in it, where it may be either.

    `default`: what it asks for, where it chooses between that and a default. `onward`: whether what follows is the
    second way, since the first one leaves.
    """
    machine.tested = test
    probes = machine.probes
    versions = probes.versions
    value = machine.evaluate(frame, test)
    if probes.spans:
        first, second = (probes.decide(test, value, versions, sense) for sense in (True, False))
        yes, no = probes.decided_branch(yes, first), probes.decided_branch(no, second)
        onward = onward and bool(second)
    else:
        onward = False
    try:
        return _decide_branch(machine, frame, test, value, yes, no, default)
    finally:
        probes.chosen += onward
        probes.answered += onward


def _decide_branch(
    machine: Machine,
    frame: Frame,
    test: ast.expr,
    value: Abstract,
    yes: Callable[[], Abstract],
    no: Callable[[], Abstract],
    default: Callable[[], Default | None] | None,
) -> Abstract:
    decided = verdict(value)
    if decided is None and default is not None:
        decided = _by_default(machine, frame, test, value, default())
    if decided is not None:
        try:
            return yes() if decided else no()
        except Raised as left:
            left.because(value, machine.optional)
            raise

    def side(sense: bool) -> Abstract:
        narrow(machine, frame, test, sense)
        if ASKS_TERMINAL in (note.text for note in value.trace) and _at_terminal(machine, frame, test, sense):
            AT_TERMINAL.add(machine, machine.state, True)
        return yes() if sense else no()

    return machine.fork([partial(side, True), partial(side, False)])


def _at_terminal(machine: Machine, frame: Frame, test: ast.expr, sense: bool) -> bool:
    """Whether a condition that comes out so has found a terminal, which clients never give to what they start."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _at_terminal(machine, frame, test.operand, not sense)
    if isinstance(test, ast.BoolOp):
        parts = test.values if isinstance(test.op, ast.And) is sense else ()
        return any(_at_terminal(machine, frame, part, sense) for part in parts)
    if not sense or not isinstance(test, (ast.Call, ast.Name, ast.Attribute)):
        return False
    value = machine.evaluate(frame, test)
    return value.options is None and any(note.text == ASKS_TERMINAL for note in value.trace)


def _by_default(
    machine: Machine, frame: Frame, test: ast.expr, value: Abstract, default: Default | None
) -> bool | None:
    """How a condition comes out that asks for a variable which no file sets, where something stands in for that."""
    if default is None or not verdict(machine.evaluate(frame, default.instead)):
        return None
    asked = value if default.what is test else machine.evaluate(frame, default.what)
    return default.taken if machine.open_variable(asked) else None


def _targets(test: ast.expr) -> list[ast.expr]:
    """The plain names and attributes that a simple condition asks about."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return [side for side in (test.left, test.comparators[0]) if isinstance(side, (ast.Name, ast.Attribute))]
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        return [test.func.value] if isinstance(test.func.value, (ast.Name, ast.Attribute)) else []
    return [test] if isinstance(test, (ast.Name, ast.Attribute)) else []


def _binding(machine: Machine, frame: Frame, target: ast.expr) -> tuple[Table, str] | None:
    """The table and the name under which the value of a name or attribute is kept."""
    if isinstance(target, ast.Name):
        scope = frame.binding(target.id)
        return None if scope is None else (scope.names, target.id)
    if isinstance(target, ast.Attribute):
        owner = machine.evaluate(frame, target.value).only
        if isinstance(owner, Instance) and target.attr in owner.table:
            return owner.table, target.attr
    return None


def _narrowed_value(
    machine: Machine, frame: Frame, test: ast.expr, sense: bool, table: Table, name: str
) -> Abstract | None:
    value: Abstract = table[name]
    if not isinstance(value, Value):
        return None
    if value.options is None:
        return _equal_options(machine, frame, test, sense, value)
    if not 1 < len(value.options) <= MANY:
        return None
    kept = []
    for option in value.options:
        base = len(machine.writes)
        machine.put(table, name, value._replace(options=(option,)))
        if verdict(machine.evaluate(frame, test)) is not (not sense):
            kept.append(option)
        machine.put(table, name, value)
        del machine.writes[base:]
    return drop_stale_site(value._replace(options=tuple(kept))) if kept else None


def _equal_options(machine: Machine, frame: Frame, test: ast.expr, sense: bool, value: Abstract) -> Abstract | None:
    """An unknown value that is compared with known ones is one of them where the comparison holds."""
    match test:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as operator], comparators=[right]) if (
            isinstance(operator, ast.Eq) is sense
        ):
            other = machine.evaluate(frame, right)
            return other._replace(trace=(*value.trace, *other.trace), site=None) if other.options else None
        case ast.Compare(ops=[ast.In() | ast.NotIn() as operator], comparators=[right]) if (
            isinstance(operator, ast.In) is sense
        ):
            among = machine.evaluate(frame, right).only
            if isinstance(among, Sequence) and among.items and all(item.options for item in among.items):
                options = tuple(option for item in among.items for option in item.options or ())
                return Value(options, value.trace) if len(options) <= MANY else None
    return None


def matching(machine: Machine, frame: Frame, node: ast.Match) -> None:
    versions = machine.probes.versions
    subject = machine.evaluate(frame, node.subject)
    decided = machine.probes.decide(node.subject, subject, versions, False)
    machine.probes.decided_branch(lambda: _cases(machine, frame, node, subject, 0), decided)()


def _cases(machine: Machine, frame: Frame, node: ast.Match, subject: Abstract, index: int) -> Abstract:
    if index == len(node.cases):
        return known(None)
    case = node.cases[index]
    found = _matches(machine, frame, case.pattern, subject)
    if found and case.guard is not None:
        found = verdict(machine.evaluate(frame, case.guard))

    def run_case(value: Abstract) -> Abstract:
        if isinstance(node.subject, ast.Name) and value is not subject:
            assign(machine, frame, node.subject, value)
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchAs) and part.name:
                assign(machine, frame, ast.Name(part.name), value if part is case.pattern else unknown())
        return machine.execute(frame, case.body)

    def try_next_case() -> Abstract:
        return _cases(machine, frame, node, _filtered(machine, frame, case.pattern, subject, False), index + 1)

    if found is not None:
        return run_case(subject) if found else try_next_case()
    return machine.fork([lambda: run_case(_filtered(machine, frame, case.pattern, subject, True)), try_next_case])


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
