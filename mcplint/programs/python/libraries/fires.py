"""fire: a function called with the program's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.machine import Args, Handler, Machine
from mcplint.programs.python.values import Abstract, Function, Method


def fire(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`fire.Fire(function)`: without words, a plain call."""
    if machine.argv == () and isinstance(args.get(0, "component").only, (Function, Method)):
        return machine.call(args.get(0, "component"), Args())
    return machine.risk(*args.notes)


CALLS: Mapping[str, Handler] = {"fire.Fire": fire}
