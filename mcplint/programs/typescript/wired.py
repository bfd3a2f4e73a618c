"""What of a program's checks no request for MCP comes to: middleware that is not wired, or lets everybody through."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mcplint.facts.typescript import Script
from mcplint.programs.typescript.functions import FUNCTIONS
from mcplint.programs.typescript.guards import CHECKS, LIBRARIES, REFUSALS
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.routes import Walked, request
from mcplint.programs.typescript.values import Function
from mcplint.programs.values import known, unknown
from mcplint.text.source import Source, Span, places

if TYPE_CHECKING:
    from tree_sitter import Node

ROOM = 5_000
"""How many steps must be left."""
CALLS = r"\b\w{0,40}(?:auth|verif|valid|check|permi|secur|guard|allow|den(?:y|ies)|ensure|require|protect)\w{0,40}\s?\("
ANSWERS = (
    r"\.(?:end|send\w{0,12}|jsonp?|status|writeHead|write|redirect|render|text|html|body|newResponse|code|destroy)\s?\("
)
REFUSES = re.compile(
    f"(?i){'|'.join((*REFUSALS, *LIBRARIES, CALLS, ANSWERS))}|\\bthrow\\b|\\bnext\\(\\s?\\w|new Response"
)
"""What a statement says that may turn a caller away: it answers, or asks something that may."""
COMPOUND = re.compile(r"(?:if|for|for_in|while|do|switch|try|labeled)_statement|statement_block|else_clause|comment")
NAMES = re.compile(r"[\w$]+")
LISTS = re.compile(
    r"\b(?:import|export)\s{0,9}(?:type\s)?\{(?![^{}]{0,2000}\sas\s)[^{}]{0,2000}\}"
    r"(?:\s{0,9}from\s{0,9}[\"'][^\"'\n]{0,200}[\"'])?"
)
"""What imports or exports names as they are, and from where."""


class Visit:
    """What a request that is followed comes to; a class because it grows.

    `handed`: whether it comes to a statement that hands it on, `refused`: to one that may turn its caller away.
    """

    def __init__(self) -> None:
        self.handed = self.refused = False

    def watch(self, node: Node) -> None:
        """Takes in a statement before it is run."""
        self.handed = self.handed or "next(" in text_of(node)
        if not COMPOUND.fullmatch(node.type) and node.type not in FUNCTIONS:
            self.refused = self.refused or REFUSES.search(text_of(node)) is not None


def unreached(machine: Machine, there: Walked) -> tuple[Span, ...]:
    """The functions of a program in which nobody who asks for MCP is checked, as far as its routes are all seen."""
    if machine.budget < ROOM or any(each is None for each in there.chain):
        return ()
    passing = (each for each in dict.fromkeys(there.chain) if isinstance(each, Function) and _hands_on(each.node))
    free = [each.scope.package.fact.span(each.node) for each in passing if not may_refuse(machine, each)]
    known: dict[str, tuple[Span, ...]] = {}
    return (*free, *_switched_off(machine, known), *_unwired(machine, there.elsewhere, known))


def _switched_off(machine: Machine, known: dict[str, tuple[Span, ...]]) -> Iterator[Span]:
    """The checks that stand under conditions which were asked and never held."""
    for fact in (package.fact for package in machine.packages.values() if package):
        if len(fact.source.text) < machine.budget - ROOM and places(CHECKS, fact.source):
            yield from (span for span in _passed_over(machine, fact, known) if re.search(CHECKS, span.text))


def covered(spans: Iterable[Span], source: Source) -> list[tuple[int, int]]:
    """The parts of a file that spans cover, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans if span.source is source):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def within(parts: list[tuple[int, int]], place: int) -> bool:
    """Whether a place lies in one of the parts of a file."""
    index = bisect_right(parts, (place, sys.maxsize)) - 1
    return index >= 0 and place < parts[index][1]


def may_refuse(machine: Machine, function: Any) -> bool:
    """Whether a middleware comes, for some request, to a statement that refuses it, or to none that hands it on."""
    visit = Visit()
    outer, machine.watch = machine.watch, visit.watch
    marks, machine.request_paths = machine.request_paths, []
    machine.requests.append([])
    try:
        machine.apart(lambda: machine.call(known(function), Args((request(), unknown(), unknown()))))
    finally:
        machine.requests.pop()
        machine.watch, machine.request_paths = outer, marks
    return visit.refused or not visit.handed


def _hands_on(node: Node) -> bool:
    """Whether a function has the form of middleware: what hands a request on is its last parameter."""
    given = node.child_by_field_name("parameters")
    return given is not None and len(given.named_children) in (2, 3) and "next" in text_of(given.named_children[-1])


def _unwired(machine: Machine, elsewhere: tuple[Span, ...], known: dict[str, tuple[Span, ...]]) -> Iterator[Span]:
    """The middleware that is named nowhere but where it is made, for other routes, and where nothing comes to."""
    scripts = [package.fact for package in machine.packages.values() if package]
    checks = {
        name: fact.span(node)
        for fact in scripts
        for name, node in _functions(fact.root)
        if _hands_on(node) and re.search(CHECKS, text_of(node)) and not _is_default(node)
    }
    if not checks:
        return
    used: set[str] = set()
    for fact in scripts:
        ways: list[tuple[int, int]] | None = None
        for found in NAMES.finditer(fact.source.text):
            own = checks.get(found[0])
            if own is None or found[0] in used or (own.source is fact.source and own.start <= found.start() < own.end):
                continue
            if ways is None:
                lists = (Span(fact.source, *each.span()) for each in LISTS.finditer(fact.source.text))
                idle = (*elsewhere, *_passed_over(machine, fact, known), *_declared(fact), *_comments(machine, fact))
                ways = covered((*lists, *idle), fact.source)
            if not within(ways, found.start()):
                used.add(found[0])
    yield from (span for name, span in checks.items() if name not in used)


def _functions(root: Node) -> Iterator[tuple[str, Node]]:
    """The functions of a module by name."""
    for child in root.named_children:
        node = child.child_by_field_name("declaration") if child.type == "export_statement" else child
        if node is not None and node.type in FUNCTIONS:
            name = node.child_by_field_name("name")
            if name is not None:
                yield text_of(name), node
        for each in node.named_children if node is not None and node.type == "lexical_declaration" else ():
            name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
            if name is not None and value is not None and value.type in ("arrow_function", "function_expression"):
                yield text_of(name), value


def _is_default(node: Node) -> bool:
    """Whether a function is the default of its module, which others call by names of their own."""
    parent = node.parent
    return (
        parent is not None
        and parent.type == "export_statement"
        and any(each.type == "default" for each in parent.children)
    )


def _comments(machine: Machine, fact: Script) -> Iterator[Span]:
    """The comments of a module, where it is small enough to be searched for them."""
    pending = [fact.root] if len(fact.source.text) < machine.budget - ROOM else []
    while pending:
        node = pending.pop()
        machine.spend(1)
        if node.type == "comment":
            yield fact.span(node)
        pending += node.named_children


def _declared(fact: Script) -> Iterator[Span]:
    """Where functions of a module are given their names as constants."""
    for child in fact.root.named_children:
        node = child.child_by_field_name("declaration") if child.type == "export_statement" else child
        for each in node.named_children if node is not None and node.type == "lexical_declaration" else ():
            name = each.child_by_field_name("name")
            if name is not None:
                yield fact.span(name)


def _passed_over(machine: Machine, fact: Script, known: dict[str, tuple[Span, ...]]) -> tuple[Span, ...]:
    """What stands under conditions of a module that were asked and never held; `known`: that of modules by path."""
    if fact.source.path not in known:
        known[fact.source.path] = tuple(_never_run(machine, fact))
    return known[fact.source.path]


def _never_run(machine: Machine, fact: Script) -> Iterator[Span]:
    pending = [fact.root]
    while pending:
        node = pending.pop()
        machine.spend(1)
        if node.type == "if_statement" and node.id in machine.executed:
            for key in ("consequence", "alternative"):
                way = node.child_by_field_name(key)
                if way is not None and way.id not in machine.executed:
                    yield fact.span(way)
        pending += node.named_children
