"""What a program imports that plain Node does not find, although TypeScript, bundlers and other runtimes do."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcplint.dependencies.node_packages import Compiled, nearest, package_json
from mcplint.facts.typescript import Script
from mcplint.knowledge.executables import JAVASCRIPT
from mcplint.knowledge.sdk import fact, releases
from mcplint.model import Import
from mcplint.programs.typescript.builds import compiled_alone, compiles, required_packages, rewritten
from mcplint.programs.typescript.modules import resolve
from mcplint.programs.typescript.operators import text_of
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Span
from mcplint.values import Value

if TYPE_CHECKING:
    from tree_sitter import Node

SDK = "@modelcontextprotocol/sdk"
EXPORTED = ("client", "server", "validation", "validation/ajv", "validation/cfworker", "experimental")
"""The folders of the SDK that its `exports` lead on from; every other subpath is that of a file.
Source: `exports` of every release."""
VERSION_2 = "@modelcontextprotocol/server"
SECOND = (VERSION_2, "@modelcontextprotocol/node", "@modelcontextprotocol/express")
"""The packages of version 2 that servers are made with."""
SECOND_HOMES = {
    "McpServer": [VERSION_2],
    "ResourceTemplate": [VERSION_2],
    "createMcpHandler": [VERSION_2],
    "StdioServerTransport": [f"{VERSION_2}/stdio"],
    "serveStdio": [f"{VERSION_2}/stdio"],
    "SSEServerTransport": ["@modelcontextprotocol/server-legacy/sse"],
    "mcpAuthRouter": ["@modelcontextprotocol/server-legacy/auth"],
    "ProxyOAuthServerProvider": ["@modelcontextprotocol/server-legacy/auth"],
    "NodeStreamableHTTPServerTransport": ["@modelcontextprotocol/node"],
    "StreamableHTTPServerTransport": [""],
    "toNodeHandler": ["@modelcontextprotocol/node"],
    "createMcpExpressApp": ["@modelcontextprotocol/express"],
}
"""What of them exports a name, an empty path for none. Source: each of 2.0.0 and 2.4.0, imported."""
MOST = 400
"""How many modules of a program are looked at."""


def unresolved(tree: Tree, entry: str) -> tuple[Import, ...]:
    """The imports that a program makes for certain and Node does not find, each with the edit of its path.

    None where more than the compiler may have been at work on what Node runs.
    """
    home = nearest(tree, posixpath.dirname(entry))
    if home is None:
        return ()
    compiled = None if entry.endswith(JAVASCRIPT) else compiles(tree, home)
    if rewritten(tree, home) or (compiled is None and not entry.endswith(JAVASCRIPT)):
        return ()
    found: list[Import] = []
    for script, statement, source, own in _imports_of_program(tree, entry, _keeps_types(compiled)):
        specifier, path = text_of(source)[1:-1], script.source.path
        wanted = _resolvable_specifier(specifier, own, path, _is_module(tree, path, compiled))
        site = script.site(source, specifier)
        if wanted and site:
            edits = (Edit(site.span, wanted),) if wanted != specifier else ()
            found.append(Import(f"npm:{specifier}", script.span(statement), edits=edits, unresolved=True))
    return tuple(found)


def unexported(tree: Tree, entry: str, release: Value[str]) -> Iterator[Import]:
    """The imports of what servers are made with by a path of the SDK that does not export it, whatever runs them.

    `release`: that of the SDK.
    """
    used: dict[str, frozenset[str]] = {}
    for script, statement, source, mapped in _imports_of_program(tree, entry, False):
        specifier, clause = text_of(source)[1:-1], _clause(statement)
        first = f"{specifier}/".startswith(f"{SDK}/")
        if clause is None or mapped is not None or not (first or specifier in SECOND):
            continue
        names, file = list(_names(clause)), script.source.path
        for name, own in names:
            homes = _homes(name, release) if first else SECOND_HOMES.get(name, [])
            if not homes or specifier.removesuffix(".js") in homes:
                continue
            if not file.endswith(JAVASCRIPT) and file not in used:
                used[file] = _used_names(script)
            if file not in used or own in used[file]:
                site = script.site(source, specifier) if len(names) == 1 else None
                written = homes[0] + ".js" if first else homes[0]
                edits = (Edit(site.span, written),) if site and (first or homes[0].startswith(VERSION_2)) else ()
                yield Import(f"npm:{specifier}", script.span(statement), False, True, edits, name)
                break


def _homes(name: str, release: Value[str]) -> list[str]:
    """The paths, without `.js`, that export a name in one of the releases that it may be, none for an unknown name."""
    known = release.options or releases(f"npm:{SDK}")
    found = (fact(f"npm:{SDK}", version, f"export.{name}") for version in reversed(known))
    return list(dict.fromkeys(f"{SDK}/{home}" for homes in found for home in str(homes or "").split()))


def wanted_packages(tree: Tree, entry: str) -> Iterator[tuple[str, Span]]:
    """The packages that a program imports for certain when it starts, by those that its `package.json` asks for."""
    home = nearest(tree, posixpath.dirname(entry))
    package = package_json(tree, home) if home is not None else None
    if package is None or home is None:
        return
    compiled = None if entry.endswith(JAVASCRIPT) else compiled_alone(tree, home)
    asked = frozenset(required_packages(package)) if compiled or entry.endswith(JAVASCRIPT) else frozenset()
    for script, _, source, own in _imports_of_program(tree, entry, _keeps_types(compiled)) if asked else ():
        parts = text_of(source)[1:-1].split("/")
        name = "/".join(parts[: 2 if parts[0].startswith("@") else 1])
        if own is None and name in asked:
            yield name, script.span(source)


def imported_files(tree: Tree, entry: str) -> Iterator[tuple[str, str, str | None, Span]]:
    """What the modules of a program import for certain: module, path as written, the file that it means, its span."""
    home = nearest(tree, posixpath.dirname(entry))
    compiled = compiled_alone(tree, home) if home is not None and not entry.endswith(JAVASCRIPT) else None
    for script, _, source, own in _imports_of_program(tree, entry, compiled is not None and _keeps_types(compiled)):
        yield script.source.path, text_of(source)[1:-1], own, script.span(source)


def _imports_of_program(tree: Tree, entry: str, kept: bool) -> Iterator[tuple[Script, Node, Node, str | None]]:
    """What the modules of a program import: module, statement, the path in it, and the file of the project it means.

    `kept`: what is only used as a type is no less imported.
    """
    seen, waiting = {entry}, [entry]
    while waiting and len(seen) < MOST:
        path = waiting.pop()
        script: Script | None = tree.facts("typescript", path)
        for statement, source in _imports(script, kept or path.endswith(JAVASCRIPT)) if script else ():
            own = resolve(tree, path, text_of(source)[1:-1])
            if own is not None and own not in seen:
                seen.add(own)
                waiting.append(own)
            if script:
                yield script, statement, source, own


def _resolvable_specifier(specifier: str, own: str | None, path: str, modern: bool) -> str:
    """How a path would be found, the path itself where nothing else is: empty where Node finds it as it is."""
    if specifier == SDK:
        return specifier
    name, _, inner = specifier.partition(f"{SDK}/")
    if not name and inner and not inner.startswith(EXPORTED[-1]) and inner not in EXPORTED:
        return "" if re.search(r"\.\w+$", inner) else f"{specifier}.js"
    if not specifier.startswith(".") or own is None or not modern or own.endswith((".json", ".node")):
        return ""
    if re.search(r"\.(?:[cm]?js|json|node|wasm)$", specifier):
        return ""
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), specifier))
    suffix = {".mts": ".mjs", ".cts": ".cjs", ".mjs": ".mjs", ".cjs": ".cjs"}.get(posixpath.splitext(own)[1], ".js")
    index = own.startswith(f"{folder}/index.")
    return f"{specifier.rstrip('/')}/index{suffix}" if index else f"{specifier}{suffix}"


def _keeps_types(compiled: Compiled | None) -> bool:
    """Whether imports stay that are only used as types, which the compiler leaves out unless it is told not to."""
    return compiled is None or _option(compiled, "verbatimModuleSyntax") == "true"


def _imports(script: Script, kept: bool) -> Iterator[tuple[Node, Node]]:
    """The statements that import a module when the program runs, each with the path in it."""
    used: frozenset[str] | None = None
    for statement in script.root.named_children:
        yield from _require_calls(statement) if script.source.path.endswith(JAVASCRIPT) else ()
        source = statement.child_by_field_name("source")
        if source is None or statement.type not in ("import_statement", "export_statement"):
            continue
        if any(part.type in ("type", "typeof") for part in statement.children):
            continue
        clause = _clause(statement)
        if statement.type == "export_statement" or clause is None or kept:
            yield statement, source
            continue
        used = _used_names(script) if used is None else used
        if not used.isdisjoint(own for _, own in _names(clause)):
            yield statement, source


def _clause(statement: Node) -> Node | None:
    return next((part for part in statement.named_children if part.type == "import_clause"), None)


def _require_calls(statement: Node) -> Iterator[tuple[Node, Node]]:
    """`const … = require("…")`."""
    for each in statement.named_children if statement.type.endswith("_declaration") else ():
        call = each.child_by_field_name("value") if each.type == "variable_declarator" else None
        name = call.child_by_field_name("function") if call is not None and call.type == "call_expression" else None
        given = call.child_by_field_name("arguments") if call is not None else None
        words = given.named_children if given is not None else []
        if name is not None and text_of(name) == "require" and [word.type for word in words] == ["string"]:
            yield statement, words[0]


def _used_names(script: Script) -> frozenset[str]:
    """The names that stand for a value somewhere behind the imports of a module."""
    found: set[str] = set()
    waiting = [part for part in script.root.named_children if part.type != "import_statement"]
    while waiting:
        node = waiting.pop()
        if node.type in ("identifier", "shorthand_property_identifier"):
            found.add(text_of(node))
        elif node.type not in ("type_annotation", "type_query", "interface_declaration", "type_alias_declaration"):
            waiting += node.named_children
    return frozenset(found)


def _names(clause: Node) -> Iterator[tuple[str, str]]:
    """What a clause imports, `*` for all, each with the name that it has in the module."""
    for part in clause.named_children:
        if part.type == "identifier":
            yield "default", text_of(part)
        elif part.type == "namespace_import":
            yield from (("*", text_of(name)) for name in part.named_children)
        for each in part.named_children if part.type == "named_imports" else ():
            name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            if name is not None and not any(piece.type == "type" for piece in each.children):
                yield text_of(name), text_of(alias or name)


def _is_module(tree: Tree, path: str, compiled: Compiled | None) -> bool:
    """Whether a file runs as a module of ECMAScript, whose relative paths are taken as they are written."""
    if path.endswith((".mjs", ".mts", ".cjs", ".cts")):
        return path.endswith((".mjs", ".mts"))
    home = nearest(tree, posixpath.dirname(path))
    package = package_json(tree, home) if home is not None else None
    if package is None or package.type != "module":
        return False
    return compiled is None or _option(compiled, "module").startswith(("es20", "es6", "es2", "esnext"))


def _option(compiled: Compiled, name: str) -> str:
    node = compiled.options.get(name)
    return node.text.lower() if node is not None else ""
