"""Modules: how they are run once, and what they export."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from mcplint.facts.document import Document, ScalarNode, SequenceNode
from mcplint.facts.document import Node as JsonNode
from mcplint.facts.typescript import Script
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import Import
from mcplint.programs.typescript.functions import class_of, declare_functions, function_of
from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.modules import mapped, resolve
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.values import UNDEFINED, Frame, Object, Package, array
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from tree_sitter import Node

_SDKS = ("@modelcontextprotocol/", *NPM_PACKAGES)
SCHEMAS = ("zod", "zod/v4", "zod/v3")
_MODULE = r"(?:^|/)(?:[^./]+|[^/]+\.[cm]?[jt]sx?)$"
"""A file of a program, whose suffix may be left out."""
_SUFFIX = r"\.(?:js|mjs|cjs)$"


def load(machine: Machine, frame: Frame, specifier: str, name: str) -> Abstract:
    """What an import gives: of a module of the project, or of a library by its dotted name.

    `specifier`: as written, or `file:` and the path of a module of the project. `name`: `*` for all it exports.
    """
    if specifier.startswith("file:"):
        path: str | None = specifier[5:]
    else:
        path = resolve(machine.world.tree, frame.package.fact.source.path, specifier)
    if path is None:
        if specifier.startswith("."):
            if re.search(_MODULE, specifier):
                machine.lost.append(Label(_start(frame.package), f"imports `{specifier}`, which is not in the project"))
            return unknown()
        if specifier.startswith("#"):
            return unknown()
        _, specifier = mapped(machine.world.tree, posixpath.dirname(frame.package.fact.source.path), specifier)
        found = _canonical_name(machine, canonical(specifier), "default" if name == "*" else name)
        reader = machine.tables.reads.get(found)
        return reader(machine, None) if reader is not None else known(External(found))
    if path.endswith(".json"):
        return json_module(machine, path, name)
    package = module(machine, path)
    return exported(machine, package, name, set()) if package is not None else unknown()


def _canonical_name(machine: Machine, path: str, name: str) -> str:
    """What a name that a library's module exports is known by: from anywhere in its package, if there is no better."""
    found, aliases = f"{path}:{name}", machine.tables.aliases
    package = "/".join(path.split("/")[: 2 if path.startswith("@") else 1])
    if found in aliases or found in machine.tables.calls:
        return aliases.get(found, found)
    return aliases.get(f"{package}/*:{name}", found)


def canonical(specifier: str) -> str:
    """The name of a library's module, whichever way it is written."""
    specifier = re.sub(r"^(?:node|npm|jsr):/?", "", specifier)
    specifier = re.sub(r"^((?:@[\w.-]+/)?[\w.-]+)@[^/]+", r"\1", specifier)
    return re.sub(_SUFFIX, "", specifier) if "/" in specifier else specifier


def module(machine: Machine, path: str) -> Package | None:
    """A module of the project, run where it was not before; None where it cannot be read."""
    if path not in machine.packages:
        machine.packages[path] = None
        fact: Script | None = machine.world.tree.facts("typescript", path)
        if fact is not None:
            package = machine.packages[path] = Package(fact)
            run(machine, package)
    return machine.packages[path]


def run(machine: Machine, package: Package) -> None:
    """Runs a module from its imports on."""
    machine.spend(len(package.fact.source.text) // 400)
    frame, statements = package.frame, package.fact.root.named_children
    if "exports" in package.fact.source.text:
        made = Object(None, None, {"exports": known(Object(None, None))})
        frame.names["module"], frame.names["exports"] = known(made), made.table["exports"]
    declare_functions(machine, frame, statements)
    for statement in statements:
        if statement.type == "import_statement":
            _import(machine, frame, statement)
    for statement in statements:
        if statement.type == "export_statement":
            _names(machine, package, statement)
    for statement in statements:
        if statement.type == "export_statement":
            _export(machine, package, statement)
        elif statement.type != "import_statement":
            machine.execute(frame, statement)


def _import(machine: Machine, frame: Frame, node: Node) -> None:
    source = node.child_by_field_name("source")
    if source is None or any(part.type in ("type", "typeof") for part in node.children):
        return
    specifier = text_of(source)[1:-1]
    path = resolve(machine.world.tree, frame.package.fact.source.path, specifier)
    clause = next((part for part in node.named_children if part.type == "import_clause"), None)
    names = list(_imported_names(clause)) if clause is not None else []
    for local, name in names:
        frame.names[local] = (f"file:{path}" if path else specifier, name)
    if path and not path.endswith(".json") and (names or clause is None):
        module(machine, path)
    if path is None:
        span = frame.package.fact.span(node)
        if specifier.startswith(_SDKS) or specifier in SCHEMAS:
            machine.imports += [Import(f"npm:{specifier}:{name}", span) for _, name in names]
        handler = machine.tables.calls.get(f"import {canonical(specifier)}")
        if handler is not None:
            from mcplint.programs.typescript.machine import Args

            handler(machine, Args((), span, frame.package), None)
        elif "mcp" in specifier and not specifier.startswith((".", *_SDKS)):
            machine.lost.append(Label(span, f"imports `{specifier}`, which may serve"))


def _imported_names(clause: Node) -> list[tuple[str, str]]:
    """The names that an import binds, each with what it is called where it comes from."""
    found: list[tuple[str, str]] = []
    for part in clause.named_children:
        if part.type == "identifier":
            found.append((text_of(part), "default"))
        elif part.type == "namespace_import" and part.named_children:
            found.append((text_of(part.named_children[0]), "*"))
        elif part.type == "named_imports":
            for each in part.named_children:
                name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                if name is not None and not any(piece.type == "type" for piece in each.children):
                    found.append((text_of(alias or name), text_of(name)))
    return found


def _names(machine: Machine, package: Package, node: Node) -> None:
    """What an export statement exports, noted before anything runs: modules may import each other."""
    source = node.child_by_field_name("source")
    clause = next((part for part in node.named_children if part.type == "export_clause"), None)
    specifier = text_of(source)[1:-1] if source is not None else None
    if any(part.type == "type" for part in node.children):
        return
    if clause is not None:
        for each in clause.named_children:
            name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            if name is not None:
                origin = (specifier, text_of(name)) if specifier else ("", text_of(name))
                package.exports[text_of(alias or name)] = origin
    elif specifier is not None:
        space = next((part for part in node.named_children if part.type == "namespace_export"), None)
        if space is not None and space.named_children:
            package.exports[text_of(space.named_children[0])] = (specifier, "*")
        else:
            package.stars.append(specifier)
    declared = node.child_by_field_name("declaration")
    for declaration in _declared_names(declared) if declared is not None else ():
        package.exports["default" if _is_default(node) else declaration] = ("", declaration)


def _declared_names(node: Node) -> list[str]:
    """The names that a declaration declares."""
    if node.type in ("lexical_declaration", "variable_declaration"):
        found: list[str] = []
        for child in node.named_children:
            name = child.child_by_field_name("name")
            pending = [name] if name is not None else []
            while pending:
                each = pending.pop()
                if each.type in ("identifier", "shorthand_property_identifier_pattern"):
                    found.append(text_of(each))
                pending += [part for part in each.named_children if part.type != "property_identifier"]
        return found
    name = node.child_by_field_name("name")
    return [text_of(name)] if name is not None else []


def _is_default(node: Node) -> bool:
    return any(part.type == "default" for part in node.children)


def _export(machine: Machine, package: Package, node: Node) -> None:
    """Runs an export statement."""
    declared, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    source = node.child_by_field_name("source")
    if source is not None and not any(part.type == "type" for part in node.children):
        path = resolve(machine.world.tree, package.fact.source.path, text_of(source)[1:-1])
        if path and not path.endswith(".json"):
            module(machine, path)
    if declared is not None and declared.child_by_field_name("name") is None and _is_default(node):
        made: Any = (
            class_of(machine, package.frame, declared)
            if "class" in declared.type
            else function_of(machine, package.frame, declared)
        )
        package.exports["default"] = known(made)
    elif declared is not None:
        machine.execute(package.frame, declared)
    elif value is not None:
        found = machine.evaluate(package.frame, value)
        package.exports["default"] = found


def exported(machine: Machine, package: Package, name: str, seen: set[tuple[str, str]]) -> Abstract:
    """What a module exports by a name."""
    if name == "*":
        common = _commonjs_exports(package)
        return common if common is not None else known(package)
    key = (package.fact.source.path, name)
    if key in seen or len(seen) > 200:
        return unknown()
    seen.add(key)
    origin = package.exports.get(name)
    if isinstance(origin, Value):
        return origin
    if origin is not None:
        specifier, inner = origin
        if not specifier:
            value: Any = package.frame.names.get(inner)
            if isinstance(value, tuple) and not isinstance(value, Value):
                return _reexported(machine, package, value, seen)
            return value if value is not None else unknown()
        return _reexported(machine, package, origin, seen)
    for specifier in package.stars if name != "default" else ():
        found = _reexported(machine, package, (specifier, name), seen)
        if not isinstance(found.only, External) and found.options is not None:
            return found
    common = _commonjs_exports(package)
    if common is None:
        return unknown()
    return common if name == "default" else machine.member(common, name, Label(_start(package), "exported here"))


def _reexported(machine: Machine, package: Package, origin: tuple[str, str], seen: set[tuple[str, str]]) -> Abstract:
    specifier, name = origin
    path = specifier[5:] if specifier.startswith("file:") else None
    path = path or resolve(machine.world.tree, package.fact.source.path, specifier)
    if path is None or path.endswith(".json"):
        return load(machine, package.frame, f"file:{path}" if path else specifier, name)
    inner = module(machine, path)
    return exported(machine, inner, name, seen) if inner is not None else unknown()


def _commonjs_exports(package: Package) -> Abstract | None:
    """What `module.exports` of a CommonJS module is."""
    made = package.frame.names.get("module")
    if not isinstance(made, Value) or package.exports or not isinstance(made.only, Object):
        return None
    found: Abstract = made.only.table["exports"]
    return found


def _start(package: Package) -> Any:
    return package.fact.span(package.fact.root)._replace(end=0)


def json_module(machine: Machine, path: str, name: str) -> Abstract:
    """A JSON file as a module: as a whole, or one of its keys."""
    document: Document | None = machine.world.tree.facts("json", path)
    root = _data(document.root, 0) if document is not None and document.root is not None else unknown()
    if name in ("default", "*") or not isinstance(root.only, Object):
        return root
    found: Abstract = root.only.table.get(name, known(UNDEFINED))
    return found


def _data(node: JsonNode, depth: int) -> Abstract:
    if depth > 20:
        return unknown()
    note = (Label(node.span, "set here"),)
    if isinstance(node, ScalarNode):
        return Value((node.value,), note)
    if isinstance(node, SequenceNode):
        return known(array(*(_data(item, depth + 1) for item in node.items[:200])), *note)
    made = Object(None, node.span)
    for key, value in node.pairs[:400]:
        made.table[key.text] = _data(value, depth + 1)
    return known(made, *note)
