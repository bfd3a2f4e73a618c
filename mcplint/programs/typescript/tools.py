"""What the functions that clients call through a server do: they write to standard output, or ask the client back."""

from __future__ import annotations

import re
from typing import Any

from mcplint.programs.journal import Exhausted
from mcplint.programs.typescript.libraries.sdk import EXTRA, TOOLS
from mcplint.programs.typescript.machine import CHECKED, Args, Effects, Machine, TooLarge
from mcplint.programs.typescript.values import Object
from mcplint.programs.values import External, known, unknown

_SIGNS = (
    r"console\.(?:log|info|debug|table|dir|group)|stdout|createMessage|elicitInput|listRoots|sendRequest|pino|winston"
)
_CAREFUL = r"[gG]etClientCapabilities|clientCapabilities"


def effects(machine: Machine, server: Any) -> Effects:
    """What the tools of a server, its prompts and other handlers do; nothing is asked where it looks first.

    They have room of their own, so that what else there is to follow does not suffer.
    """
    found = Effects([], [])
    texts = [package.fact.source.text for package in machine.packages.values() if package]
    if not isinstance(server, Object) or not any(re.search(_SIGNS, text) for text in texts):
        return found
    if id(server) in machine.seen_effects:
        return machine.seen_effects[id(server)][1]
    machine.seen_effects[id(server)] = server, found
    before = set(machine.asked), set(machine.reads), list(machine.imports), dict(machine.packages)
    extra = known(Object(External(EXTRA), None))
    budget, checked = machine.budget, machine.checked
    machine.budget = room = machine.room
    machine.checked, machine.effects = room - CHECKED, found
    try:
        for function in TOOLS.of(server.table):
            machine.run_isolated(lambda function=function: machine.call(function, Args((unknown(), extra))))  # type: ignore[misc]
    except (Exhausted, TooLarge, RecursionError):
        pass
    finally:
        machine.room -= room - max(0, machine.budget)
        machine.budget, machine.checked, machine.effects = budget, checked, None
        machine.asked, machine.reads, machine.imports, machine.packages = before
    if any(re.search(_CAREFUL, text) for text in texts):
        found.asks.clear()
    return found
