"""What of a program's modules no request for MCP comes to: what nothing names that runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcplint.facts.typescript import Script
from mcplint.programs.parts import Part, dead_parts
from mcplint.programs.typescript.exchange import Exchange, Item, declared_parts, is_load, loaded, name_forms
from mcplint.programs.typescript.inert import BODIES, CLASSES, TYPES, defines, inert, makes
from mcplint.programs.typescript.libraries.web import METHODS
from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.routes import Walked
from mcplint.text.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

UNSURE = re.compile(
    r"\beval\s?\(|new Function\s?\(|import\.meta\.glob|\bReflect\.|__exportStar|\bexports\s?\[|"
    r"Object\.assign\(\s?(?:module\.)?exports"
)
"""What may come to something that is nowhere named."""
TAKEN = ("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "ALL", "fetch", "handler", "middleware", "proxy", "config")
"""What platforms take of a module by its name."""
RECEIVED = frozenset({*METHODS, "use", "set", "disable", "enable", "listen", "route", "on", "addHook", "register"})
"""What an application is told, which brings nobody to it."""
_AROUND = frozenset(
    {"await_expression", "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)
DECLARED = ("class_declaration", "abstract_class_declaration")


def unwired(machine: Machine, there: Walked) -> Iterator[Span]:
    """The parts of a program that no request for MCP comes to, and its imports of nothing else."""
    scripts = [package.fact for package in machine.packages.values() if package]
    texts = [script.source.text for script in scripts]
    if sum(map(len, texts)) > machine.budget or any(script.root.has_error for script in scripts):
        return
    if any(map(UNSURE.search, texts)):
        return
    reading = _Reading(machine, there)
    for script in scripts:
        reading.module(script)
    reading.finish()
    if not reading.unsure:
        yield from (part.span for part in dead_parts(reading.parts, reading.alive))


class _Reading(Exchange):
    """What the modules of a program say, read once. A class because each statement adds to it.

    `aside`: the calls that set up other routes; `late`: those that set up middleware behind all routes for MCP, each
    with the last of these; `idle`: those of other applications, each with the keys of these, and `named` how a module
    calls them; `homes`: the block in which a call stands. `later`, `waiting`, `received`: what is decided at the end.
    """

    def __init__(self, machine: Machine, there: Walked) -> None:
        super().__init__(machine, TAKEN)
        self.later: list[tuple[str, Item, Node]] = []
        self.aside = frozenset(there.elsewhere)
        self.late = dict(there.late)
        self.homes: dict[Span, int] = {}
        self.waiting: list[tuple[Item, Span]] = []
        idle = {span: made for span, made in machine.routed.items() if made.isdisjoint(there.passed)}
        self.idle = {span: {f"{each.source.path}@{each.start}" for each in made} for span, made in idle.items()}
        self.keys = {key for keys in self.idle.values() for key in keys}
        self.named: dict[str, str] = {}
        self.received: list[tuple[Item, Span]] = []

    def module(self, script: Script) -> None:
        """Reads a module."""
        self.exports = set()
        self._queue(script.root.named_children, script, self.alive)
        self._drain()
        path = script.source.path
        self._link((f"{path}:*",), (f"{path}:default", *self.exports), script.span(script.root))

    def finish(self) -> None:
        """Decides what had to wait until all was read."""
        while self.waiting or self.received or self.later:
            self._take_waiting_call()
            self._drain()
        paths = (package.fact.source.path for package in self.machine.packages.values() if package)
        self.alive |= {f"{path}:default" for path in paths if path not in self.imported}

    def _take_waiting_call(self) -> None:
        """Takes one call that had to wait: its arguments are a part by themselves, or are read where it stands."""
        names: Iterable[str] | None
        if self.waiting:
            item, before = self.waiting.pop()
            names = () if self.homes.get(before) == _home(item.node) else None
        elif self.received:
            item, span = self.received.pop()
            owner = text_of(_receiver(item.node))
            names = tuple(self.idle[span]) if all(owner == self.named.get(key) for key in self.idle[span]) else None
        else:
            name, item, made = self.later.pop()
            found = self.functions.get(text_of(made), [made] if made.type in BODIES else [])
            names = name_forms(name) if found and all(map(makes, found)) else None
        if names is None:
            self._queue((item.node,), item.script, item.mentions)
        else:
            self._add_part(names, item.node, item.script, (item.node,))

    def _drain(self) -> None:
        while self.pending:
            item = self.pending.pop()
            self.machine.spend(1)
            if item.node.type in TYPES:
                continue
            read = _READERS.get(item.node.type)
            if read is None or not read(self, item):
                self._queue(item.node.named_children, item.script, item.mentions)

    def _read_function(self, item: Item) -> bool:
        name = item.node.child_by_field_name("name")
        if name is None or (item.node.type in CLASSES and not defines(item.node)):
            return False
        self.functions.setdefault(text_of(name), []).append(item.node)
        self._add_part(name_forms(text_of(name)), item.node, item.script, declared_parts(item.node))
        return True

    def _declarator(self, item: Item) -> bool:
        name, value = item.node.child_by_field_name("name"), item.node.child_by_field_name("value")
        if name is None or value is None:
            return True
        inner = _unwrapped(value)
        if name.type != "identifier":
            return self._pattern(name, value, inner, item)
        local = text_of(name)
        if inner.type in BODIES or inner.type in CLASSES:
            self.functions.setdefault(local, []).append(inner)
        if is_load(inner):
            path = self._module_of(loaded(inner), item)
            self._link_namespace(local, path, item)
            self.parts.append(Part((local,), item.script.span(item.node), ()))
        elif inert(value):
            self._add_part(name_forms(local), item.node, item.script, (value,))
        elif (key := f"{item.script.source.path}@{item.script.span(inner).start}") in self.keys:
            self.named[key] = local
            self._link((f"&{local}",), (key,), item.script.span(inner))
            self._queue((value,), item.script, item.mentions)
        elif inner.type in ("call_expression", "new_expression") and (made := _inert_callee(inner)) is not None:
            self.later.append((local, Item(value, item.script, item.mentions), made))
        else:
            self._queue((value,), item.script, item.mentions)
        return True

    def _call(self, item: Item) -> bool:
        node, span = item.node, item.script.span(item.node)
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if is_load(node):
            path = self._module_of(loaded(node), item)
            if path and not (node.parent is not None and node.parent.type == "member_expression"):
                item.mentions.add(f"{path}:*")
            return True
        self.homes[span] = _home(node)
        if function is None or arguments is None:
            return False
        if span in self.aside:
            self._queue((function,), item.script, item.mentions)
        elif span in self.late:
            self._queue((function,), item.script, item.mentions)
            self.waiting.append((Item(arguments, item.script, item.mentions), self.late[span]))
        elif span in self.idle:
            self._queue((function,), item.script, item.mentions)
            self.received.append((Item(arguments, item.script, item.mentions), span))
        else:
            return False
        return True

    def _name(self, item: Item) -> bool:
        node, name = item.node, text_of(item.node)
        parent = node.parent
        owned = (
            parent is not None and parent.type == "member_expression" and parent.child_by_field_name("object") == node
        )
        item.mentions.add(name)
        if not owned or parent is None:
            item.mentions.update({f"*{name}", f"&{name}"})
            return True
        property_name, called = parent.child_by_field_name("property"), parent.parent
        if (
            property_name is None
            or text_of(property_name) not in RECEIVED
            or called is None
            or called.type != "call_expression"
        ):
            item.mentions.add(f"&{name}")
        return True

    def _property(self, item: Item) -> bool:
        parent = item.node.parent
        if parent is not None and parent.type in ("member_expression", "pair_pattern"):
            item.mentions.update(set(name_forms(text_of(item.node))))
        return True

    def _text(self, item: Item) -> bool:
        string_content = text_of(item.node)[1:-1]
        if re.fullmatch(r"[\w$]{1,60}", string_content):
            item.mentions.update(set(name_forms(string_content)))
        return True

    def _condition(self, item: Item) -> bool:
        """A condition without the ways that were asked for and never gone."""
        if item.node.id not in self.machine.executed or self.machine.opaque:
            return False
        ways = [item.node.child_by_field_name(key) for key in ("condition", "consequence", "alternative")]
        gone = [way for way in ways if way is not None and (way is ways[0] or way.id in self.machine.executed)]
        self._queue(gone, item.script, item.mentions)
        return True


_READERS = {
    "import_statement": _Reading._import,
    "export_statement": _Reading._export,
    **dict.fromkeys(("function_declaration", "generator_function_declaration", *DECLARED), _Reading._read_function),
    "variable_declarator": _Reading._declarator,
    "assignment_expression": _Reading._assignment,
    "call_expression": _Reading._call,
    **dict.fromkeys(("identifier", "shorthand_property_identifier"), _Reading._name),
    "property_identifier": _Reading._property,
    "string": _Reading._text,
    "if_statement": _Reading._condition,
}


def _unwrapped(value: Node) -> Node:
    """An expression without what stands around it for the reader or the compiler."""
    while value.type in _AROUND and value.named_children:
        value = value.named_children[0]
    return value


def _inert_callee(call: Node) -> Node | None:
    """What makes something of arguments that do nothing: its name, or the function that is called at once."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    arguments = call.child_by_field_name("arguments")
    if function is None or (arguments is not None and not inert(arguments)):
        return None
    bare = _unwrapped(function)
    return bare if bare.type == "identifier" or bare.type in BODIES else None


def _receiver(arguments: Node) -> Node:
    """What of a call is told its arguments: a name, or an expression."""
    function = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
    owner = function.child_by_field_name("object") if function is not None else None
    return owner or arguments


def _home(node: Node) -> int:
    """The block in which a call is a statement."""
    while node.parent is not None and node.type in ("arguments", "call_expression", *_AROUND):
        node = node.parent
    return node.parent.id if node.type == "expression_statement" and node.parent is not None else -node.id
