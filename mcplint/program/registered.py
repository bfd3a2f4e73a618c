"""What the tools, resources and prompts of a server do when they are called: write to standard output, ask the client."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from mcplint.core import Note
from mcplint.program.machine import Machine
from mcplint.program.values import Frame, Function, Method, Package

# Requests to the client, by what they are asked of: the tool's `Context`, or the session behind it.
OF_CONTEXT = frozenset({"elicit", "elicit_url", "sample", "sample_step", "list_roots"})
OF_SESSION = frozenset({"create_message", "elicit", "elicit_form", "elicit_url", "list_roots"})
# Who looks at what the client can do before asking it does not ask one that cannot be asked.
CAREFUL = frozenset({"check_client_capability", "client_params", "client_capabilities"})
MOST = 400


class Doings(NamedTuple):
    """The places where the functions write to standard output, and those where they ask the client for something."""

    prints: tuple[Note, ...] = ()
    asks: tuple[Note, ...] = ()


def doings(machine: Machine, functions: tuple[Any, ...]) -> Doings:
    """What functions do, with those of the project that they call."""
    pending = [each.function if isinstance(each, Method) else each for each in functions]
    found: dict[ast.AST, Function] = {}
    while pending and len(found) < MOST:
        function = pending.pop()
        if isinstance(function, Function) and function.node not in found:
            found[function.node] = function
            pending += machine.callees(function, _callees)
    each = [machine.looked(function, _own) for function in found.values()]
    return Doings(
        tuple(dict.fromkeys(note for one in each for note in one.prints)),
        tuple(dict.fromkeys(note for one in each for note in one.asks)),
    )
