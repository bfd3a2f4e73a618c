"""What each kind of expression comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mcplint.programs.demands import interchangeable_variables
from mcplint.programs.typescript.functions import class_of, function_of
from mcplint.programs.typescript.literals import array_literal, literals, numeric, object_literal, string, template
from mcplint.programs.typescript.machine import Args, Evaluator, Machine
from mcplint.programs.typescript.operators import binary, logical_operator, narrow, text_of, unary
from mcplint.programs.typescript.patterns import assign
from mcplint.programs.typescript.values import (
    UNDEFINED,
    Class,
    Frame,
    Method,
    PathTest,
    elements,
    js_text,
    verdict,
)
from mcplint.programs.values import ABSENT, Abstract, External, known, union, unknown
from mcplint.values import Label, Value, stands_in

if TYPE_CHECKING:
    from tree_sitter import Node

GLOBALS = frozenset(
    (
        *("process", "console", "Number", "String", "Boolean", "Object", "Array", "JSON", "Math", "Promise", "URL"),
        *("parseInt", "parseFloat", "isNaN", "require", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"),
        *("Map", "Set", "WeakMap", "Proxy", "Error", "TypeError", "RegExp", "Date", "Symbol", "Buffer", "globalThis"),
        *("fetch", "Bun", "Deno", "Response", "Request", "Headers", "URLSearchParams", "AbortController"),
        *("structuredClone", "clearTimeout", "clearInterval", "isFinite", "encodeURIComponent", "decodeURIComponent"),
        *("__dirname", "__filename", "module", "exports", "performance", "TextEncoder", "TextDecoder", "NaN", "crypto"),
    )
)


def identifier(machine: Machine, frame: Frame, node: Node) -> Abstract:
    name = text_of(node)
    scope = frame.binding(name)
    if scope is not None:
        found: Any = scope.names[name]
        return (
            machine.tables.load(machine, frame, *found)
            if isinstance(found, tuple) and not isinstance(found, Value)
            else found
        )
    if name == "module" and frame.package.fact.source.path != machine.entry:
        return known(External("module that is imported"))
    if name in ("__dirname", "__filename"):
        path = frame.package.fact.source.path
        return known("/" + (path if name == "__filename" else path.rpartition("/")[0]))
    if name == "NaN":
        return known(float("nan"))
    if name in GLOBALS:
        return known(External(name))
    return unknown(machine.note(frame, node, f"`{name}` is not defined in what was followed"))


def member(machine: Machine, frame: Frame, node: Node) -> Abstract:
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
    if owner is None or name is None:
        return unknown()
    value = machine.evaluate(frame, owner)
    if node.child_by_field_name("optional_chain") is not None:
        value = _without_nothing(value)
        if value.options == ():
            return known(UNDEFINED, *value.trace)
    return machine.member(value, text_of(name), machine.note(frame, node, "read here"))


def _without_nothing(value: Abstract) -> Abstract:
    if value.options is None:
        return value
    return value._replace(options=tuple(each for each in value.options if each not in (None, UNDEFINED, ABSENT)))


def subscript(machine: Machine, frame: Frame, node: Node) -> Abstract:
    value = machine.evaluate(frame, node.child_by_field_name("object"))
    index = machine.evaluate(frame, node.child_by_field_name("index"))
    if index.options is None or len(index.options) != 1:
        return unknown(*index.trace)
    only, items = index.only, elements(value)
    if isinstance(only, int) and not isinstance(only, bool):
        if items is not None:
            return items[only] if 0 <= only < len(items) else known(UNDEFINED)
        if isinstance(value.only, str):
            return known(value.only[only]) if 0 <= only < len(value.only) else known(UNDEFINED)
    name = js_text(only)
    return machine.member(value, name, machine.note(frame, node, "read here")) if name is not None else unknown()


def arguments(machine: Machine, frame: Frame, node: Node, this: Abstract | None = None) -> Args:
    """The arguments of a call, unpacked as far as they are known."""
    found: list[Abstract] = []
    opening: tuple[Label, ...] = ()
    given = node.child_by_field_name("arguments")
    for child in given.named_children if given is not None and given.type == "arguments" else ():
        if child.type == "comment":
            continue
        if child.type == "spread_element":
            more = elements(machine.evaluate(frame, child.named_children[0]))
            if more is None:
                opening += (machine.note(frame, child, "unpacks a value that is not known"),)
            else:
                found += more
        elif not opening:
            found.append(machine.evaluate(frame, child))
    return Args(tuple(found), frame.package.fact.span(node), frame.package, opening, this)


def call(machine: Machine, frame: Frame, node: Node) -> Abstract:
    callee = node.child_by_field_name("function")
    if callee is None:
        return unknown()
    if callee.type == "super":
        return _super(machine, frame, node)
    if callee.type == "import":
        args = arguments(machine, frame, node)
        specifier = args.get(0).only
        return machine.tables.load(machine, frame, specifier, "*") if isinstance(specifier, str) else unknown()
    if callee.type == "member_expression":
        owner, name = callee.child_by_field_name("object"), callee.child_by_field_name("property")
        if owner is not None and name is not None:
            if owner.type == "super":
                return _super_method(machine, frame, node, text_of(name))
            value = machine.evaluate(frame, owner)
            if callee.child_by_field_name("optional_chain") is not None and _without_nothing(value).options == ():
                return known(UNDEFINED)
            function = machine.member(value, text_of(name), machine.note(frame, callee, "read here"))
            args = arguments(machine, frame, node, value)
            unseen = machine.tables.calls.get(f"?.{text_of(name)}")
            if unseen is not None and (function.options is None or _is_unknown_method(machine, function.only)):
                unseen(machine, args, value.only)
            return machine.call(function, args)
    return machine.call(machine.evaluate(frame, callee), arguments(machine, frame, node))


def _is_unknown_method(machine: Machine, function: Any) -> bool:
    """Whether a method is one of a library that nothing is known of."""
    return isinstance(function, Method) and function.path not in machine.tables.calls


def _super(machine: Machine, frame: Frame, node: Node) -> Abstract:
    from mcplint.programs.typescript.functions import construct_base

    scope = frame.receiver()
    args = arguments(machine, frame, node)
    if scope is not None and scope.owner is not None and scope.this is not None:
        construct_base(machine, scope.owner, scope.this.only, args)
    return known(UNDEFINED)


def _super_method(machine: Machine, frame: Frame, node: Node, name: str) -> Abstract:
    scope = frame.receiver()
    args = arguments(machine, frame, node)
    base = scope.owner.base if scope is not None and scope.owner is not None else None
    if isinstance(base, Class) and scope is not None and (method := base.find(name)) is not None:
        return machine.call(known(method), args._replace(this=scope.this))
    if isinstance(base, External) and scope is not None and scope.this is not None and scope.this.only is not None:
        return machine.call(known(Method(scope.this.only, f"{base.path}.{name}")), args)
    return unknown()


def new(machine: Machine, frame: Frame, node: Node) -> Abstract:
    from mcplint.programs.typescript.functions import construct

    callee = machine.evaluate(frame, node.child_by_field_name("constructor"))
    args = arguments(machine, frame, node)
    return machine.for_each_option(callee, lambda option: construct(machine, option, args))


def assignment(machine: Machine, frame: Frame, node: Node) -> Abstract:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    value = machine.evaluate(frame, right)
    if left is not None:
        assign(machine, frame, left, value)
    return value


def augmented_assignment(machine: Machine, frame: Frame, node: Node) -> Abstract:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = text_of(node.child_by_field_name("operator") or node)[:-1]
    if left is None or right is None:
        return unknown()
    before = machine.evaluate(frame, left)
    if sign in ("||", "&&", "??"):
        value = logical_operator(machine, before, sign, lambda: machine.evaluate(frame, right))
    else:
        value = binary(sign, before, machine.evaluate(frame, right))
    assign(machine, frame, left, value)
    return value


def update(machine: Machine, frame: Frame, node: Node) -> Abstract:
    argument = node.child_by_field_name("argument")
    if argument is None:
        return unknown()
    before = machine.evaluate(frame, argument)
    sign = text_of(node.child_by_field_name("operator") or node)[:1]
    after = binary(sign, before, known(1))
    assign(machine, frame, argument, after)
    return after if node.children[0].type in ("++", "--") else before


def binary_expression(machine: Machine, frame: Frame, node: Node) -> Abstract:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = text_of(node.child_by_field_name("operator") or node)
    if left is None or right is None:
        return unknown()
    value = machine.evaluate(frame, left)
    if sign in ("||", "&&", "??"):
        return _logical(machine, frame, value, sign, left, right)
    return binary(sign, value, machine.evaluate(frame, right), machine.chosen)


def _logical(machine: Machine, frame: Frame, value: Abstract, sign: str, left: Node, right: Node) -> Abstract:
    def right_operand() -> Abstract:
        narrow(machine, frame, left, sign == "&&") if sign != "??" else None
        found = machine.evaluate(frame, right)
        machine.optional |= interchangeable_variables(value, found)
        return found if sign == "&&" else stands_in(found, value)

    if isinstance(value.only, PathTest) or value.options is None:
        # A comparison with the path of a request is not lost beside what nobody knows.
        found = machine.fork([right_operand, lambda: known(UNDEFINED)])
        tests = [option for option in (*(value.options or ()), *(found.options or ())) if isinstance(option, PathTest)]
        if tests and sign in ("&&", "||"):
            paths = tuple(dict.fromkeys(path for test in tests for path in test.paths))
            return known(PathTest(paths, all(test.exact for test in tests), any(test.negated for test in tests)))
        return union([value, found]) if value.options is not None else unknown(*value.trace)
    return logical_operator(machine, value, sign, right_operand)


def unary_expression(machine: Machine, frame: Frame, node: Node) -> Abstract:
    sign = text_of(node.child_by_field_name("operator") or node)
    value = machine.evaluate(frame, node.child_by_field_name("argument"))
    if sign == "delete":
        return known(True)
    return unary(sign, value)


def ternary(machine: Machine, frame: Frame, node: Node) -> Abstract:
    condition = node.child_by_field_name("condition")
    if condition is None:
        return unknown()
    sure = verdict(machine.evaluate(frame, condition))

    def conditional_arm(name: str, holds: bool) -> Callable[[], Abstract]:
        def go() -> Abstract:
            narrow(machine, frame, condition, holds)
            return machine.evaluate(frame, node.child_by_field_name(name))

        return go

    ways = [conditional_arm("consequence", True), conditional_arm("alternative", False)]
    return machine.fork(ways) if sure is None else ways[0 if sure else 1]()


def inner(machine: Machine, frame: Frame, node: Node) -> Abstract:
    """What stands inside: parentheses, casts, `x!`."""
    children = [child for child in node.named_children if child.type != "comment"]
    return machine.evaluate(frame, children[0]) if children else known(UNDEFINED)


def awaited(machine: Machine, frame: Frame, node: Node) -> Abstract:
    """What `await` waits for."""
    found = inner(machine, frame, node)
    machine.wait(found)
    return found


def sequence(machine: Machine, frame: Frame, node: Node) -> Abstract:
    found = known(UNDEFINED)
    for child in node.named_children:
        found = machine.evaluate(frame, child)
    return found


def this(machine: Machine, frame: Frame, node: Node) -> Abstract:
    scope = frame.receiver()
    return scope.this if scope is not None and scope.this is not None else unknown()


def function(machine: Machine, frame: Frame, node: Node) -> Abstract:
    return known(function_of(machine, frame, node), machine.note(frame, node, "made here"))


def klass(machine: Machine, frame: Frame, node: Node) -> Abstract:
    return known(class_of(machine, frame, node))


def meta(machine: Machine, frame: Frame, node: Node) -> Abstract:
    return known(External("import.meta"))


def unfollowed(machine: Machine, frame: Frame, node: Node) -> Abstract:
    return unknown(machine.note(frame, node, "is not followed"))


EVALUATORS: Mapping[str, Evaluator] = {
    **dict(literals()),
    "string": string,
    "template_string": template,
    "number": numeric,
    "identifier": identifier,
    "shorthand_property_identifier": identifier,
    "array": array_literal,
    "object": object_literal,
    "member_expression": member,
    "subscript_expression": subscript,
    "call_expression": call,
    "new_expression": new,
    "assignment_expression": assignment,
    "augmented_assignment_expression": augmented_assignment,
    "update_expression": update,
    "binary_expression": binary_expression,
    "unary_expression": unary_expression,
    "ternary_expression": ternary,
    **dict.fromkeys(
        (
            *("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"),
            "instantiation_expression",
        ),
        inner,
    ),
    "await_expression": awaited,
    "type_assertion": lambda machine, frame, node: machine.evaluate(frame, node.named_children[-1]),
    "sequence_expression": sequence,
    "this": this,
    "arrow_function": function,
    "function_expression": function,
    "function": function,
    "generator_function": function,
    "class": klass,
    "meta_property": meta,
    "yield_expression": unfollowed,
}
