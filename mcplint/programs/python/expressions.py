"""What each kind of expression comes to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mcplint.programs.demands import interchangeable_variables
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.attributes import DATA, assign
from mcplint.programs.python.builtin import BUILTINS
from mcplint.programs.python.calls import function_value
from mcplint.programs.python.comparisons import compared
from mcplint.programs.python.conditions import branch_on, narrow
from mcplint.programs.python.defaults import PLAIN, expression_default
from mcplint.programs.python.items import subscripted
from mcplint.programs.python.machine import Evaluator, Machine
from mcplint.programs.python.operators import computed, has_large_width, product, unary_result
from mcplint.programs.python.values import Coroutine, Dict, Frame, Super, elements, truth, verdict
from mcplint.programs.values import (
    ABSENT,
    CONSTANTS,
    LONG,
    OPEN,
    UNROLLED,
    Abstract,
    Entries,
    External,
    Sequence,
    Table,
    known,
    map_options,
    union,
    unknown,
)
from mcplint.programs.world import run_path
from mcplint.values import Label, Value, stands_in

MOST_OPERANDS = 200
"""How many operands of one `and` or `or` are followed."""


def constant(machine: Machine, frame: Frame, node: ast.Constant) -> Abstract:
    found: Abstract | None = getattr(node, "_known", None)
    if found is None and isinstance(node.value, int) and node.value.bit_length() > 256:
        return unknown(machine.note(frame, node, "is too large a number to be followed"))
    if found is None:
        note = machine.note(frame, node, "set here")
        found = Value((node.value,), (note,), frame.module.site(node, note.span))
        node._known = found  # type: ignore[attr-defined]
    return found


def name(machine: Machine, frame: Frame, node: ast.Name) -> Abstract:
    scope = frame.binding(node.id)
    if scope is not None:
        found: Abstract = scope.names[node.id]
        return found
    if node.id == "__file__":
        path = frame.module.source.path
        return known(run_path(machine.world, path) or path, machine.note(frame, node, "the path of this file"))
    if node.id in BUILTINS:
        return known(External(f"builtins.{node.id}"))
    return machine.risk(machine.note(frame, node, f"`{node.id}` is not defined in what was followed"))


def attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Abstract:
    return machine.attribute(machine.evaluate(frame, node.value), node.attr, machine.note(frame, node, "read here"))


def call(machine: Machine, frame: Frame, node: ast.Call) -> Abstract:
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return _super(frame)
    if isinstance(node.func, ast.Attribute):
        owner = machine.evaluate(frame, node.func.value)
        if owner.options and all(isinstance(option, DATA) for option in owner.options):
            from mcplint.programs.python.methods import text_method

            return text_method(machine, owner, node.func.attr, arguments(machine, frame, node))
        callee = machine.attribute(owner, node.func.attr, machine.note(frame, node.func, "read here"))
    else:
        callee = machine.evaluate(frame, node.func)
    return machine.call(callee, arguments(machine, frame, node))


def _super(frame: Frame) -> Abstract:
    for scope in frame.scopes():
        owner = scope.function.owner if scope.function else None
        if owner is not None:
            return map_options(next(iter(scope.names.values()), unknown()), partial(Super, owner=owner))
    return unknown()


def arguments(machine: Machine, frame: Frame, node: ast.Call) -> Args:
    """The arguments of a call, unpacked as far as they are known."""
    positional: list[Abstract] = []
    keywords: dict[str, Abstract] = {}
    opening: tuple[Label, ...] = ()
    for given in node.args:
        if isinstance(given, ast.Starred):
            items = _items(machine.evaluate(frame, given.value))
            if items is None:
                opening += (machine.note(frame, given, "unpacks a value that is not known"),)
            positional += machine.metered(items)
        else:
            positional.append(machine.evaluate(frame, given))
    for keyword in node.keywords:
        value = machine.evaluate(frame, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif not _unpack(machine, value, keywords):
            opening += (machine.note(frame, keyword, "unpacks a value that is not known"), *value.trace[:3])
    written = {keyword.arg: keyword for keyword in node.keywords}
    return Args(tuple(positional), keywords, node, frame.module, bool(opening), opening, written)


def _items(value: Abstract) -> tuple[Abstract, ...] | None:
    only = value.only
    return only.items if isinstance(only, Sequence) else None


def _unpack(machine: Machine, value: Abstract, keywords: dict[str, Abstract]) -> bool:
    """Adds the entries of a dict to the keywords of a call; False where it may have others."""
    if value.options is None or not all(isinstance(option, Dict) for option in value.options):
        return False
    dicts: tuple[Dict, ...] = value.options
    for entry in machine.metered({name: None for one in dicts for name in one.entries}):
        keywords[entry] = union([one.entries.get(entry, known(ABSENT)) for one in dicts])
    return not any(one.open for one in dicts)


def starred_display(kind: str) -> Evaluator:
    """The evaluator of a list, tuple or set display."""

    def display(machine: Machine, frame: Frame, node: Any) -> Abstract:
        items: list[Abstract] = []
        whole = True
        machine.spend(2)
        for element in node.elts:
            if isinstance(element, ast.Starred):
                more = machine.evaluate(frame, element.value).only
                whole = whole and isinstance(more, Sequence) and more.items is not None
                items += machine.metered(more.known_items if isinstance(more, Sequence) else ())
            else:
                items.append(machine.evaluate(frame, element))
        starred = any(isinstance(element, ast.Starred) for element in node.elts)
        whole = whole and not (starred and len(items) > LONG)
        made = Sequence(kind, tuple(items)) if whole else Sequence(kind, None, tuple(items[:LONG]))
        return known(made, machine.note(frame, node, "set here"))

    return display


def dictionary(machine: Machine, frame: Frame, node: ast.Dict) -> Abstract:
    made = Dict()
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.evaluate(frame, value_node)
        if key_node is None:
            made.table[OPEN] = not _unpack(machine, value, made.entries) or made.open
            continue
        key = machine.evaluate(frame, key_node)
        if key.options is None or len(key.options) != 1 or not isinstance(key.options[0], CONSTANTS):
            made.table[OPEN] = True
        else:
            made.entries[key.options[0]] = value
    return known(made, machine.note(frame, node, "set here"))


def binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Abstract:
    left, right = machine.evaluate(frame, node.left), machine.evaluate(frame, node.right)
    return computed(machine, type(node.op), left, right)


def unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Abstract:
    return unary_result(machine, type(node.op), machine.evaluate(frame, node.operand))


def boolean(machine: Machine, frame: Frame, node: ast.BoolOp) -> Abstract:
    if len(node.values) > MOST_OPERANDS:
        return machine.risk(machine.note(frame, node, "too long to be followed"))
    spares = isinstance(node.op, ast.Or) and isinstance(node.values[-1], PLAIN)
    machine.spared += spares
    try:
        return _chain(machine, frame, node.values, isinstance(node.op, ast.Or), machine.tested is node)
    finally:
        machine.spared -= spares


def _chain(machine: Machine, frame: Frame, operands: list[ast.expr], wanted: bool, asked: bool = False) -> Abstract:
    """`a or b or …` (wanted: True) and `a and b and …` (wanted: False): the first operand that is as wanted.

    `asked`: only its truth counts.
    """
    value = machine.evaluate(frame, operands[0])
    decided = verdict(value)
    if decided is None and wanted and isinstance(operands[-1], PLAIN) and machine.open_variable(value):
        decided = False if verdict(machine.evaluate(frame, operands[-1])) else None
    if len(operands) == 1 or decided is wanted:
        return value
    if decided is not None:
        rest = _chain(machine, frame, operands[1:], wanted, asked)
        machine.optional |= interchangeable_variables(value, rest)
        return stands_in(rest, value) if wanted else rest

    def rest_of_chain() -> Abstract:
        machine.spend(4)
        narrow(machine, frame, operands[0], not wanted)
        return _chain(machine, frame, operands[1:], wanted, asked)

    unsure = asked and value.options is None
    return machine.fork(
        [lambda: known(wanted, *value.trace) if unsure else _options_ending_chain(value, wanted), rest_of_chain]
    )


def _options_ending_chain(value: Abstract, wanted: bool) -> Abstract:
    """The options with which a chain ends at an operand."""
    if value.options is None:
        return value
    return value._replace(options=tuple(option for option in value.options if truth(option) in (wanted, None)))


def conditional(machine: Machine, frame: Frame, node: ast.IfExp) -> Abstract:
    yes, no = partial(machine.evaluate, frame, node.body), partial(machine.evaluate, frame, node.orelse)
    return branch_on(machine, frame, node.test, yes, no, lambda: expression_default(node))


def comparison(machine: Machine, frame: Frame, node: ast.Compare) -> Abstract:
    left = machine.evaluate(frame, node.left)
    results: list[Abstract] = []
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(frame, right_node)
        results.append(compared(machine, type(operator), left, right))
        if verdict(results[-1]) is False:
            break
        left = right
    if len(results) == 1:
        return results[0]
    undecided = [result for result in results if verdict(result) is not True]
    return known(True, *results[0].trace) if not undecided else undecided[0]


def subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Abstract:
    owner = machine.evaluate(frame, node.value)
    return subscripted(machine, owner, machine.evaluate(frame, node.slice), machine.note(frame, node, "read here"))


def evaluate_slice(machine: Machine, frame: Frame, node: ast.Slice) -> Abstract:
    parts = (node.lower, node.upper, node.step)
    bounds = (known(None) if part is None else machine.evaluate(frame, part) for part in parts)
    return known(Sequence("slice", tuple(bounds)))


def formatted(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Abstract:
    return _text(machine, frame, node, machine.note(frame, node, "set here"))


def _text(machine: Machine, frame: Frame, node: ast.JoinedStr, *notes: Label) -> Abstract:
    """A text with values in it, the notes for what stands between them: Python 3.11 has no spans for that."""
    parts = (
        known(part.value, *notes) if isinstance(part, ast.Constant) else machine.evaluate(frame, part)
        for part in node.values
    )
    return product(machine, parts, lambda *texts: "".join(map(str, texts)))


def formatted_value(machine: Machine, frame: Frame, node: ast.FormattedValue) -> Abstract:
    value = machine.evaluate(frame, node.value)
    spec = _text(machine, frame, node.format_spec) if isinstance(node.format_spec, ast.JoinedStr) else known("")
    turn: Mapping[int, Callable[[Any], Any]] = {115: str, 114: repr, 97: ascii}
    if any(isinstance(form, str) and has_large_width(form) for form in spec.options or ()):
        return unknown(*value.trace)
    return product(
        machine, [value, spec], lambda option, form: format(turn.get(node.conversion, lambda it: it)(option), form)
    )


def function(machine: Machine, frame: Frame, node: ast.Lambda) -> Abstract:
    return known(function_value(machine, frame, node))


def awaited(machine: Machine, frame: Frame, node: ast.Await) -> Abstract:
    return await_value(machine, machine.evaluate(frame, node.value))


def await_value(machine: Machine, value: Abstract) -> Abstract:
    """What awaiting a value comes to."""

    def awaited_option(option: Any) -> Abstract:
        return option.start() if isinstance(option, Coroutine) else machine.risk(*value.trace)

    return machine.each_option(value, awaited_option)


def call_and_await(machine: Machine, callee: Abstract, args: Args) -> Abstract:
    """What a call comes to, awaited where that can be."""
    result = machine.call(callee, args)
    return await_value(machine, result) if isinstance(result.only, Coroutine) else result


def evaluate_yield(machine: Machine, frame: Frame, node: ast.Yield) -> Abstract:
    value = known(None) if node.value is None else machine.evaluate(frame, node.value)
    yields = next((scope.yields for scope in frame.scopes() if scope.yields is not None), None)
    if yields is not None:
        yields.append(value)
    return unknown()


def comprehension(machine: Machine, frame: Frame, node: Any) -> Abstract:
    """A list, set or dict comprehension or generator over known sequences; anything else is not known."""
    found: list[Any] = []
    inner = Frame(frame.module, Table(), frame, frame.function)
    whole = _collect(machine, inner, node, node.generators, found)
    note = machine.note(frame, node, "created here")
    if isinstance(node, ast.DictComp):
        keys = [key.options for key, _ in found]
        if not whole or not all(
            options and len(options) == 1 and isinstance(options[0], CONSTANTS) for options in keys
        ):
            return known(Dict(open_=True), note)
        return known(Dict(Entries((key.options[0], value) for key, value in found)), note)
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    return known(Sequence(kind, tuple(found) if whole else None), note)


def _collect(machine: Machine, inner: Frame, node: Any, generators: list[ast.comprehension], found: list[Any]) -> bool:
    """Gathers the elements of a comprehension; False where they cannot all be told."""
    if not generators:
        if isinstance(node, ast.DictComp):
            found.append((machine.evaluate(inner, node.key), machine.evaluate(inner, node.value)))
        else:
            found.append(machine.evaluate(inner, node.elt))
        return len(found) <= UNROLLED
    items = elements(machine.evaluate(inner, generators[0].iter))
    if items is None or len(items) > UNROLLED:
        return False
    for item in items:
        assign(machine, inner, generators[0].target, item)
        tests = [verdict(machine.evaluate(inner, test)) for test in generators[0].ifs]
        if None in tests or (all(tests) and not _collect(machine, inner, node, generators[1:], found)):
            return False
    return True


def walrus(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Abstract:
    value = machine.evaluate(frame, node.value)
    assign(machine, frame, node.target, value)
    return value


EVALUATORS: Mapping[type, Evaluator] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Call: call,
    ast.List: starred_display("list"),
    ast.Tuple: starred_display("tuple"),
    ast.Set: starred_display("set"),
    ast.Dict: dictionary,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.IfExp: conditional,
    ast.Compare: comparison,
    ast.Subscript: subscript,
    ast.Slice: evaluate_slice,
    ast.JoinedStr: formatted,
    ast.FormattedValue: formatted_value,
    ast.Lambda: function,
    ast.Await: awaited,
    ast.Yield: evaluate_yield,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.NamedExpr: walrus,
}
