"""What modules take from each other: which names stand for which, and what of it does nothing unless it is named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from mcplint.facts.typescript import Script
from mcplint.programs.parts import Part
from mcplint.programs.typescript.inert import BODIES, CLASSES, defines, inert
from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.modules import resolve
from mcplint.programs.typescript.operators import text_of
from mcplint.text.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPORTS = re.compile(r"(?:module\.)?exports(?:\.([\w$]+))?")


class Item(NamedTuple):
    """A node whose names are to be read, in its module, and where they are put."""

    node: Node
    script: Script
    mentions: set[str]


def name_forms(name: str) -> tuple[str, ...]:
    """All that a name may stand for."""
    return (name, f"*{name}", f"&{name}")


def declared_parts(node: Node) -> list[Node]:
    """What a declaration consists of but its name."""
    return [child for child in node.named_children if child != node.child_by_field_name("name")]


def is_load(node: Node) -> bool:
    """Whether a call loads a module."""
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    return function is not None and text_of(function) in ("require", "import")


def loaded(call: Node) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    return arguments.named_children[0] if arguments is not None and arguments.named_children else None


class Exchange:
    """The parts of modules and what names them. A class because each statement adds to it.

    A name is kept as it is, with `*` in front where it stands for all that a module exports, and with `&` where it may
    bring requests to an application; a module's default is `PATH:default`, all of it `PATH:*`, an application `PATH@N`.
    `alive`: the names that what runs says; `pending`: what is still to be read; `functions`: those with a name;
    `imported`: the modules that others import; `exports`: the names that the module exports which is read;
    `unsure`: something may be reached that is not seen.
    """

    def __init__(self, machine: Machine, alive: Iterable[str]) -> None:
        self.machine = machine
        self.parts: list[Part] = []
        self.alive = set(alive)
        self.unsure = False
        self.pending: list[Item] = []
        self.functions: dict[str, list[Node]] = {}
        self.imported: set[str] = set()
        self.exports: set[str] = set()

    def _link(self, names: Iterable[str], mentions: Iterable[str], span: Span) -> None:
        """Notes that names stand for others, which is no part of a module by itself."""
        self.parts.append(Part(tuple(names), span._replace(end=span.start), tuple(mentions)))

    def _queue(self, nodes: Iterable[Node], script: Script, mentions: set[str]) -> None:
        self.pending += [Item(node, script, mentions) for node in nodes]

    def _add_part(self, names: Iterable[str], node: Node, script: Script, inside: Iterable[Node]) -> set[str]:
        mentions: set[str] = set()
        self.parts.append(Part(frozenset(names), script.span(node), mentions))
        self._queue(inside, script, mentions)
        return mentions

    def _alias(self, local: str, name: str, node: Node, script: Script) -> None:
        """A name for something that has another one."""
        for mine, other in zip(name_forms(local), name_forms(name), strict=True):
            self._link((mine,), (other,), script.span(node))

    def _module_of(self, source: Node | None, item: Item) -> str | None:
        """The module of the project that an import means; it is one of others that is not there, or not known."""
        specifier = text_of(source)[1:-1] if source is not None and source.type == "string" else ""
        path = resolve(self.machine.world.tree, item.script.source.path, specifier) if specifier else None
        if path is not None and not path.endswith(".json"):
            self.unsure = self.unsure or self.machine.packages.get(path) is None
            self.imported.add(path)
            return path
        if not specifier or specifier.startswith((".", "#")):
            self.unsure = self.unsure or path is None
        return None

    def _import(self, item: Item) -> bool:
        if any(part.type in ("type", "typeof") for part in item.node.children):
            return True
        clause = next((part for part in item.node.named_children if part.type.endswith("_clause")), None)
        source = item.node.child_by_field_name("source")
        path = self._module_of(source or (clause.child_by_field_name("source") if clause else None), item)
        names: list[str] = []
        for part in clause.named_children if clause is not None else ():
            if part.type == "identifier":
                names.append(text_of(part))
                self._bind(names[-1], f"{path}:default" if path else "", item)
            elif part.type == "namespace_import" and part.named_children:
                names.append(text_of(part.named_children[0]))
                self._link_namespace(names[-1], path, item)
            for each in part.named_children if part.type == "named_imports" else ():
                name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                names.append(text_of(alias or name) if name is not None else "")
                if name is not None and alias is not None and text_of(name) == "default":
                    self._bind(names[-1], f"{path}:default" if path else "", item)
                elif name is not None and alias is not None:
                    self._alias(names[-1], text_of(name), item.node, item.script)
        if names:
            self.parts.append(Part(names, item.script.span(item.node), ()))
        return True

    def _bind(self, local: str, key: str, item: Item) -> None:
        """A name for the default of a module."""
        if key:
            self._link((local,), (key,), item.script.span(item.node))

    def _link_namespace(self, local: str, path: str | None, item: Item) -> None:
        """A name for all that a module exports."""
        if path:
            self._link((f"*{local}",), (f"{path}:*",), item.script.span(item.node))

    def _export(self, item: Item) -> bool:
        node, script, own = item.node, item.script, item.script.source.path
        if any(part.type == "type" for part in node.children):
            return True
        if any(part.type == "decorator" for part in node.named_children):
            return False
        source, declared = node.child_by_field_name("source"), node.child_by_field_name("declaration")
        path = self._module_of(source, item) if source is not None else None
        clause = next(
            (part for part in node.named_children if part.type in ("export_clause", "namespace_export")), None
        )
        if clause is not None and clause.type == "export_clause":
            for each in clause.named_children:
                self._read_export(each, path if source is not None else None, item)
        elif clause is not None and clause.named_children:
            self._link_namespace(text_of(clause.named_children[0]), path, item)
        elif source is not None:
            self.exports |= {f"{path}:*"} if path else set()
        elif declared is not None:
            name = declared.child_by_field_name("name")
            names = [text_of(name)] if name is not None else re.findall(r"[\w$]+", text_of(declared).partition("=")[0])
            self.exports |= {form for each in names for form in name_forms(each)}
            if any(part.type == "default" for part in node.children):
                local = name_forms(text_of(name)) if name is not None else ()
                if declared.type in CLASSES and not defines(declared):
                    return False
                self._add_part((*local, f"{own}:default", "default"), node, script, declared_parts(declared))
                return True
            self._queue((declared,), script, item.mentions)
        else:
            value = node.child_by_field_name("value")
            if value is None or not inert(value):
                return False
            self._add_part((f"{own}:default", "default"), node, script, (value,))
        return True

    def _read_export(self, each: Node, path: str | None, item: Item) -> None:
        name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
        if name is None:
            return
        origin, local = text_of(name), text_of(alias or name)
        key = f"{path}:default" if path else ""
        name_forms_meant = (key,) if origin == "default" and key else name_forms(origin)
        if local == "default":
            self._link((f"{item.script.source.path}:default", "default"), name_forms_meant, item.script.span(item.node))
        elif origin == "default":
            self._bind(local, key, item)
        elif local != origin:
            self._alias(local, origin, item.node, item.script)
        self.exports |= set(name_forms(local))

    def _pattern(self, name: Node, value: Node, inner: Node, item: Item) -> bool:
        """`const {a, b: c} = …`: the names of what is taken out of something."""
        if not is_load(inner):
            self._queue((value, name), item.script, item.mentions)
            return True
        path = self._module_of(loaded(inner), item)
        names: list[str] = []
        for each in name.named_children:
            key, bound = each.child_by_field_name("key"), each.child_by_field_name("value")
            if each.type == "shorthand_property_identifier_pattern":
                names.append(text_of(each))
            elif key is not None and bound is not None and bound.type == "identifier":
                names.append(text_of(bound))
                if text_of(key) == "default" and path:
                    self._bind(names[-1], f"{path}:default", item)
                else:
                    self._alias(names[-1], text_of(key), item.node, item.script)
            else:
                item.mentions.add(f"{path}:*")
        self.parts.append(Part(names, item.script.span(item.node), ()))
        return True

    def _assignment(self, item: Item) -> bool:
        """`module.exports = …` and `exports.name = …`, which do nothing unless somebody asks for them."""
        left, right = item.node.child_by_field_name("left"), item.node.child_by_field_name("right")
        found = _EXPORTS.fullmatch(text_of(left)) if left is not None else None
        if found is None or right is None or not inert(right):
            return False
        own = item.script.source.path
        if found[1]:
            self.exports |= set(name_forms(found[1]))
            if right.type in BODIES:
                self.functions.setdefault(found[1], []).append(right)
            self._add_part(name_forms(found[1]), item.node, item.script, (right,))
        else:
            self.exports.add(f"{own}:default")
            self._add_part((f"{own}:default", "default"), item.node, item.script, (right,))
        return True
