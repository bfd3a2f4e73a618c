"""`match` statements: which cases a subject may take, and what is known of it there."""

from __future__ import annotations

import ast

from mcplint.programs.python.assignments import assign
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import compared
from mcplint.programs.python.values import Abstract, Frame, known, unknown, verdict


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
