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
from mcplint.programs.typescript.unwired import unwired
from mcplint.programs.typescript.values import Function
from mcplint.programs.values import known, unknown
from mcplint.text.source import Source, Span, offsets

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
    passing = {each: each.scope.package.fact.span(each.node) for each in there.chain if isinstance(each, Function)}
    free = [span for each, span in passing.items() if _hands_on(each.node) and not may_refuse(machine, each)]
    known: dict[str, tuple[Span, ...]] = {}
    if id(there) not in machine.unwired:
        machine.unwired[id(there)] = tuple(unwired(machine, there))
    unnamed = machine.unwired[id(there)]
    parts = {span.source: merged_ranges(unnamed, span.source) for span in passing.values() if unnamed}
    # What requests come through is named somewhere: where that is not seen, it is not known what else is named there.
    seen = not any(is_in_ranges(parts[span.source], span.start) for span in passing.values() if parts)
    return (*free, *_switched_off(machine, known), *(unnamed if seen else ()))


def _switched_off(machine: Machine, known: dict[str, tuple[Span, ...]]) -> Iterator[Span]:
    """The checks that stand under conditions which were asked and never held."""
    for fact in (package.fact for package in machine.packages.values() if package):
        if len(fact.source.text) < machine.budget - ROOM and offsets(CHECKS, fact.source):
            yield from (span for span in _passed_over(machine, fact, known) if re.search(CHECKS, span.text))


def merged_ranges(spans: Iterable[Span], source: Source) -> list[tuple[int, int]]:
    """The parts of a file that spans cover, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans if span.source is source):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def is_in_ranges(parts: list[tuple[int, int]], offset: int) -> bool:
    """Whether an offset lies in one of the parts of a file."""
    index = bisect_right(parts, (offset, sys.maxsize)) - 1
    return index >= 0 and offset < parts[index][1]


def may_refuse(machine: Machine, function: Any) -> bool:
    """Whether a middleware comes, for some request, to a statement that refuses it, or to none that hands it on."""
    visit = Visit()
    outer, machine.watch = machine.watch, visit.watch
    marks, machine.request_paths = machine.request_paths, []
    machine.requests.append([])
    try:
        machine.run_isolated(lambda: machine.call(known(function), Args((request(), unknown(), unknown()))))
    finally:
        machine.requests.pop()
        machine.watch, machine.request_paths = outer, marks
    return visit.refused or not visit.handed


def _hands_on(node: Node) -> bool:
    """Whether a function has the form of middleware: what hands a request on is its last parameter."""
    given = node.child_by_field_name("parameters")
    return given is not None and len(given.named_children) in (2, 3) and "next" in text_of(given.named_children[-1])


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
