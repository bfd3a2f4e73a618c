"""Functions and classes of the project: how they are made, called and constructed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mcplint.programs.journal import Return
from mcplint.programs.typescript.libraries.strangers import is_harmless
from mcplint.programs.typescript.libraries.web import note_unknown_routes
from mcplint.programs.typescript.machine import Args, Machine, TooLarge
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.patterns import bind
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    UNDEFINED,
    Class,
    Frame,
    Function,
    Object,
    Wrapped,
    array,
)
from mcplint.programs.values import Abstract, External, known, unknown

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = ("function_declaration", "generator_function_declaration")
MOST_ACTIVE = 6
"""How often one function may be active at a time: a recursion is followed so deep."""
CONSTRUCTED = "()"


def function_of(machine: Machine, frame: Frame, node: Node) -> Function:
    """The function of a declaration, an expression or a method."""
    made = Function(node, frame)
    if made.arrow:
        scope = frame.receiver()
        made.this = scope.this if scope else None
        made.owner = scope.owner if scope else None
    return made


def declare_functions(machine: Machine, frame: Frame, statements: Iterable[Node]) -> None:
    """Declares the functions of a block before anything of it runs."""
    for statement in statements:
        node: Node | None = statement
        if statement.type == "export_statement":
            node = statement.child_by_field_name("declaration")
        if node is not None and node.type in FUNCTIONS:
            name = node.child_by_field_name("name")
            if name is not None:
                machine.put(frame.names, text_of(name), known(function_of(machine, frame, node)))


def run_block(machine: Machine, frame: Frame, statements: list[Node]) -> None:
    """Runs the statements of a block in a scope; what a test of the path guards runs once for that path."""
    declare_functions(machine, frame, statements)
    mark = len(machine.request_paths)
    try:
        for statement in statements:
            machine.execute(frame, statement)
    finally:
        del machine.request_paths[mark:]


def invoke(machine: Machine, function: Function, args: Args) -> Abstract:
    """Calls a function of the project; promises are what they will be."""
    node = function.node
    body = node.child_by_field_name("body")
    active = machine.active.get(node.id, 0)
    if body is None or active >= MOST_ACTIVE or node.id in machine.opaque:
        return unknown(*args.notes)
    this = function.this if function.this is not None else args.this
    frame = Frame(function.scope.package, function.scope, this if function.arrow is False else None)
    if not function.arrow and this is None:
        frame.this = known(UNDEFINED)
    frame.owner = function.owner
    _parameters(machine, frame, node, args)
    machine.active[node.id] = active + 1
    start, base, mark, depth = machine.budget, len(machine.writes), len(machine.exits), machine.depth
    machine.starts.append(start)
    try:
        return machine.catch(Return, lambda: _body(machine, frame, body))
    except TooLarge as large:
        if large.start != start:
            raise
        machine.undo(base, mark, depth)
        machine.opaque.add(node.id)
        return unknown(*args.notes)
    finally:
        machine.starts.pop()
        machine.active[node.id] = active
        if not active:
            machine.count_call(node.id, start - machine.budget)


def _body(machine: Machine, frame: Frame, body: Node) -> Abstract:
    if body.type != "statement_block":
        machine.come_to(body)
        return machine.evaluate(frame, body)
    run_block(machine, frame, body.named_children)
    return known(UNDEFINED)


def _parameters(machine: Machine, frame: Frame, node: Node, args: Args) -> None:
    single = node.child_by_field_name("parameter")
    given = node.child_by_field_name("parameters")
    parameters = [single] if single is not None else list(given.named_children if given is not None else ())
    index = 0
    for parameter in parameters:
        if parameter.type == "comment":
            continue
        pattern = parameter.child_by_field_name("pattern") or parameter
        if pattern.type == "this":
            continue
        value = args.get(index)
        if pattern.type == "rest_pattern":
            value = unknown(*args.open) if args.open else known(array(*args.positional[index:]))
        if parameter.type in ("required_parameter", "optional_parameter"):
            from mcplint.programs.typescript.patterns import defaulted

            value = defaulted(machine, frame, value, parameter.child_by_field_name("value"))
            if any(part.type in ("accessibility_modifier", "readonly") for part in parameter.children):
                only = frame.this.only if frame.this is not None else None
                if isinstance(only, Object) and pattern.type == "identifier":
                    machine.put(only.table, text_of(pattern), value)
        bind(machine, frame, pattern, value)
        index += 1


def class_of(machine: Machine, frame: Frame, node: Node) -> Class:
    """The class of a declaration or an expression, its static fields evaluated."""
    base: Any = None
    for part in node.named_children:
        if part.type == "class_heritage":
            base = _base(machine, frame, part)
    made = Class(node, frame, base)
    body = node.child_by_field_name("body")
    for member in body.named_children if body is not None else ():
        name = member.child_by_field_name("name") or member.child_by_field_name("property")
        static = any(part.type == "static" for part in member.children)
        if member.type == "method_definition" and name is not None:
            function = Function(member, frame)
            function.owner = made
            if static:
                made.table[text_of(name)] = known(function)
            else:
                made.methods[text_of(name)] = function
        elif member.type in ("public_field_definition", "field_definition") and static and name is not None:
            inside = Frame(frame.package, frame, known(made))
            made.table[text_of(name)] = machine.evaluate(inside, member.child_by_field_name("value"))
        elif member.type == "class_static_block":
            continue
    return made


def _base(machine: Machine, frame: Frame, node: Node) -> Any:
    for part in node.named_children:
        if part.type == "extends_clause":
            part = part.child_by_field_name("value") or part
        elif part.type == "implements_clause":
            continue
        value = machine.evaluate(frame, part)
        return value.only if isinstance(value.only, (Class, External)) else External("?")
    return None


def construct(machine: Machine, option: Any, args: Args) -> Abstract:
    """`new X(…)`."""
    if isinstance(option, Class):
        made = Object(option, args.span)
        initialize(machine, option, made, args)
        return known(made, *args.notes)
    if isinstance(option, External):
        path = machine.tables.aliases.get(option.path, option.path)
        handler = machine.tables.calls.get(f"{path}.new")
        if handler is not None:
            return handler(machine, args, None)
        made = Object(External(path), args.span)
        made.table[ARGUMENTS] = (args,)
        known_class = f"{path}.{CONSTRUCTED}" in machine.tables.calls
        if known_class:
            machine.tables.calls[f"{path}.{CONSTRUCTED}"](machine, args, made)
        else:
            note_unknown_routes(machine, args.positional, guards=not is_harmless(path))
        return known(made, *args.notes)
    if isinstance(option, Function):
        made = Object(None, args.span)
        invoke(machine, option, args._replace(this=known(made)))
        return known(made, *args.notes)
    functions = tuple(value for value in args.positional if isinstance(value.only, Function))
    return known(Wrapped(functions)) if functions else unknown(*args.notes)


def initialize(machine: Machine, owner: Class, made: Object, args: Args) -> None:
    """Runs the constructor of a class, or that of the nearest above it, with the fields of each."""
    constructor = owner.methods.get("constructor")
    if constructor is None:
        construct_base(machine, owner, made, args)
        return
    if owner.base is None:
        _fields(machine, owner, made)
    invoke(machine, constructor, args._replace(this=known(made)))


def construct_base(machine: Machine, owner: Class, made: Any, args: Args) -> None:
    """`super(…)`: the constructor of what a class extends, then the fields of the class itself."""
    if not isinstance(made, Object):
        return
    if isinstance(owner.base, Class) and len(owner.lineage()) < 40:
        initialize(machine, owner.base, made, args)
    elif isinstance(owner.base, External):
        path = machine.tables.aliases.get(owner.base.path, owner.base.path)
        made.table[ARGUMENTS] = (args,)
        handler = machine.tables.calls.get(f"{path}.{CONSTRUCTED}")
        if handler is not None:
            handler(machine, args, made)
    _fields(machine, owner, made)


def _fields(machine: Machine, owner: Class, made: Object) -> None:
    body = owner.node.child_by_field_name("body")
    for member in body.named_children if body is not None else ():
        name = member.child_by_field_name("name") or member.child_by_field_name("property")
        static = any(part.type == "static" for part in member.children)
        if member.type in ("public_field_definition", "field_definition") and not static and name is not None:
            value = member.child_by_field_name("value")
            inside = Frame(owner.scope.package, owner.scope, known(made))
            inside.owner = owner
            found = machine.evaluate(inside, value)
            if value is not None or text_of(name) not in made.table:
                machine.put(made.table, text_of(name), found)


def bound_method(owner: Any, function: Function) -> Function:
    """A method as it is read from an object: called, it has that object as `this`."""
    if function.this is not None or function.arrow:
        return function
    made = Function(function.node, function.scope, known(owner))
    made.owner, made.table = function.owner, function.table
    return made
