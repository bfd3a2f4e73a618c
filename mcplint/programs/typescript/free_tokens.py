"""Whether the SDK's OAuth router gives everyone the token that its middleware asks for, as the provider is written.

https://github.com/modelcontextprotocol/typescript-sdk/blob/1.29.0/src/server/auth/provider.ts
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mcplint.facts.typescript import Script
from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.operators import text_of
from mcplint.text.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

ROUTER = "mcpAuthRouter"
WIRED = (ROUTER, "mcpAuthMetadataRouter", "requireBearerAuth")
"""What of the SDK is told a provider, and asks it."""
_REFUSES = re.compile(r"(?:throw|await|try|switch|while|do|for|for_in|ternary|yield)_(?:statement|expression)")
"""What may keep a caller from a code, or ask somebody first."""
_ALLOWED = r"[\"']Access-Control-[\w-]{1,40}[\"'],\s{0,99}[\"'][^\"'\n]{0,400}[\"']"
"""Names of headers that browsers are told of."""
_OPTIONAL = re.compile(r"\((?:params\.\w{1,30}(?:\s?!==?\s?(?:undefined|null))?|res\.cookie)\)")
"""What of a request may be there or not, whoever asks."""
_REGISTERED = re.compile(r"\(\s?!\w{1,30}\.redirect_uris\.includes\(\w{1,30}\.\w{1,30}\)\s?\)")
"""Whether a client asks for another address than it registered, which the SDK refuses as well."""
_MADE = frozenset({"randomBytes", "randomUUID", "uuidv4", "nanoid", "URL", "URLSearchParams", "String", "Date"})
_MEMBERS = frozenset({"set", "append", "toString", "now", "redirect", "randomUUID", "randomBytes", "log", "info"}) | {
    *("cookie", "stringify", "debug", "error", "getTime", "toISOString", "join", "padStart", "valueOf", "href")
}
"""What makes a code and sends it: nothing of it knows who asks."""


class Free(NamedTuple):
    """A provider that knows nobody: where it hands out codes, and what of the program speaks of it."""

    authorize: Span
    spans: tuple[Span, ...]


def handed_out(machine: Machine) -> Free | None:
    """The provider of the one OAuth router of a program, where it gives everyone a code who registers a client."""
    scripts = [package.fact for package in machine.packages.values() if package]
    wired = [(script, node) for script in scripts if ROUTER in script.source.text for node in _calls(script)]
    routers = [(script, node) for script, node in wired if _called_name(node) == ROUTER]
    if len(routers) != 1:
        return None
    script, router = routers[0]
    name = _provider(router)
    made = re.findall(rf"\b(?:const|let)\s+{name}\s?=\s?new\s+(\w{{1,99}})\(", script.source.text) if name else []
    made = made or _provider_classes(router)
    found = [(home, kind) for home in scripts for kind in _classes(home, made[0])] if len(made) == 1 else []
    found = found or [(script, each) for each in _objects(script, name)]
    if len(found) != 1:
        return None
    home, kind = found[0]
    authorize = _authorize(kind)
    if authorize is None or not _knows_nobody(authorize) or not _registers(home):
        return None
    spans = [home.span(kind), *(each.span(node) for each, node in wired)]
    asides = re.compile(rf"\b(?:{'|'.join(filter(None, (name, *made)))})\b|{_ALLOWED}")
    for each in (script,) if script.source is home.source else (script, home):
        spans += [each.span(node) for node in _nodes(each.root, ("import_statement", "comment"))]
        spans += [Span(each.source, *aside.span()) for aside in asides.finditer(each.source.text)]
    return Free(home.span(authorize).head, tuple(spans))


def _nodes(root: Node, kinds: tuple[str, ...] = ()) -> Iterator[Node]:
    """A node and all in it, of some types where these are given."""
    pending = [root]
    while pending:
        node = pending.pop()
        if not kinds or node.type in kinds:
            yield node
        pending += node.named_children


def _classes(script: Script, name: str) -> Iterator[Node]:
    """The classes of a module that have a name."""
    if re.search(rf"\bclass {name}\b", script.source.text):
        yield from (node for node in _nodes(script.root, ("class_declaration",)) if _name(node) == name)


def _objects(script: Script, name: str) -> Iterator[Node]:
    """The objects of a module that a constant of this name is."""
    for node in _nodes(script.root, ("variable_declarator",)) if name else ():
        value = node.child_by_field_name("value")
        if value is not None and value.type == "object" and _name(node) == name:
            yield value


def _calls(script: Script) -> Iterator[Node]:
    """Where what the SDK has for OAuth is called."""
    return (node for node in _nodes(script.root, ("call_expression",)) if _called_name(node) in WIRED)


def _called_name(node: Node) -> str:
    function = node.child_by_field_name("function")
    return text_of(function) if function is not None and function.type == "identifier" else ""


def _provider(router: Node) -> str:
    """The name of the provider that a router is told."""
    found = re.search(r"\{(?:[^{}]{0,500},)?\s{0,99}provider(?:\s?:\s?(\w{1,99}))?\s{0,99}[,}]", text_of(router))
    return (found[1] or "provider") if found else ""


def _provider_classes(router: Node) -> list[str]:
    """The class that a router's provider is made of in the call itself."""
    return re.findall(r"\bprovider\s?:\s?new\s+(\w{1,99})\(", text_of(router))


def _name(node: Node) -> str:
    named = node.child_by_field_name("name") or node.child_by_field_name("key")
    return text_of(named) if named is not None else ""


def _authorize(kind: Node) -> Node | None:
    """What an object, or a class of its own which inherits from nothing, answers `/authorize` with."""
    body = kind if kind.type == "object" else kind.child_by_field_name("body")
    members = body.named_children if body is not None else ()
    if any(child.type == "class_heritage" and "extends" in text_of(child) for child in kind.named_children):
        return None
    found = [node for node in members if node.type == "method_definition" and _name(node) == "authorize"]
    return found[0] if len(found) == 1 else None


def _registers(script: Script) -> bool:
    """Whether whoever asks becomes a client: each `registerClient` of the module refuses nobody."""
    kinds = ("method_definition", "pair")
    found = [node for node in _nodes(script.root, kinds) if _name(node) == "registerClient"]
    inner = (each for node in found for each in _nodes(node))
    return bool(found) and not any(each.type == "if_statement" or _REFUSES.fullmatch(each.type) for each in inner)


def _knows_nobody(authorize: Node) -> bool:
    """Whether a function comes to nothing but a redirect with a code, without asking anybody or refusing."""
    text = text_of(authorize)
    if "redirect(" not in text or not re.search(r"[\"']code[\"']|[?&]code=|\(\{\s?code\s?[,}]", text):
        return False
    pending = [authorize]
    while pending:
        node = pending.pop()
        if _REGISTERED.fullmatch(_condition(node)):
            continue
        if not _is_harmless(node):
            return False
        pending += node.named_children
    return True


def _condition(node: Node) -> str:
    """What an `if` asks; empty for another node."""
    asked = node.child_by_field_name("condition") if node.type == "if_statement" else None
    return text_of(asked) if asked is not None else ""


def _is_harmless(node: Node) -> bool:
    if node.type == "if_statement":
        return _OPTIONAL.fullmatch(_condition(node)) is not None
    if node.type == "call_expression":
        function = node.child_by_field_name("function")
        member = function.child_by_field_name("property") if function is not None else None
        return text_of(member) in _MEMBERS if member is not None else _called_name(node) in _MADE
    if node.type == "new_expression":
        made = node.child_by_field_name("constructor")
        return made is not None and text_of(made) in _MADE
    return node.type != "return_statement" and not _REFUSES.fullmatch(node.type)
