"""What a second client meets that the first one has left: a server that is made once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.machine import Machine
from mcplint.programs.typescript.values import NOTHING, Object
from mcplint.programs.values import CLOCK, known
from mcplint.text.source import offsets

KEEPS = (
    r"if\s{0,9}\(\s{0,9}!?\s{0,9}[\w$.#]{0,60}(?:[sS]erver|[mM]cp|[iI]nstance|[cC]ache|[sS]ingleton)[\w$]{0,60}"
    r"\s{0,9}(?:\)|[!=]==?|&&)|\?\?=|\|\|=|[\w$]\s{0,9}(?:\?\?|\|\|)\s{0,9}\(|\.has\("
)
"""What a module says that makes something only where it has none yet."""
_MADE = (*sdk.SERVERS, *sdk.HTTP_TRANSPORTS, *sdk.SSE_TRANSPORTS)


def kept_connections(
    machine: Machine, found: list[sdk.Handled], base: int, again: Callable[[], object]
) -> list[sdk.Handled]:
    """The connections of a second client that certainly go to a server which the first one has got.

    `found`: what the first one was handed to; `base`: where its writes begin. It is taken to have come as far as that.
    """
    fresh = [each for each in found if each.does == "connect" and not each.shares(each.server)]
    sources = (package.fact.source for package in machine.packages.values() if package)
    if not any(isinstance(each.server, Object) for each in fresh) or not any(offsets(KEEPS, each) for each in sources):
        return []
    _settle_writes(machine, base)
    second: list[sdk.Handled] = []
    machine.requests.append(second)
    first, machine.begun = machine.begun, next(CLOCK)
    try:
        again()
    finally:
        machine.requests.pop()
        machine.begun = first
    connected = [each for each in second if each.does == "connect"]
    others = {each.span for each in connected if not each.shares(each.server)}
    return [each for each in connected if each.span not in others and not each.shares(each.transport)]


def _settle_writes(machine: Machine, base: int) -> None:
    """Has what the first client may have left be there."""
    for table, name, _ in machine.writes[base:]:
        value: Any = table.get(name)
        options = getattr(value, "options", None) or ()
        made = [each for each in options if isinstance(each, Object) and each.library in _MADE]
        rest = [each for each in options if each not in made]
        empty = bool(rest) and all(each is None or each in NOTHING for each in rest)
        if empty and len(made) == 1 and made[0].table.born >= machine.begun:
            machine.put(table, name, known(made[0], *value.trace))
