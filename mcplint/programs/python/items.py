"""What `owner[index]` is in a Python program: items, slices, members of an enumeration."""

from __future__ import annotations

import operator
from functools import partial
from itertools import islice
from itertools import product as combinations
from typing import Any

from mcplint.programs.journal import Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.classes import ENUMS
from mcplint.programs.python.comparisons import is_hashable
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import SHARE, product, traces, without_absent
from mcplint.programs.python.values import Class, Dict, Instance
from mcplint.programs.values import ABSENT, MANY, Abstract, External, Sequence, known
from mcplint.values import Label


def subscripted(machine: Machine, owner: Abstract, index: Abstract, note: Label) -> Abstract:
    """`owner[index]`."""
    if index.options is None and isinstance(owner.only, (Class, External)) and _is_generic(machine, owner.only):
        return owner
    if owner.options is None or index.options is None:
        return machine.risk(*traces((owner, index)))
    pairs = list(islice(combinations(owner.options, index.options), MANY))
    if len(pairs) == 1:
        return _item(machine, pairs[0][0], pairs[0][1], note, traces((owner, index)))
    trace = traces((owner, index))
    return machine.fork(partial(_item, machine, one, at, note, trace) for one, at in pairs)


def _item(machine: Machine, owner: Any, index: Any, note: Label, trace: tuple[Label, ...]) -> Abstract:
    if isinstance(owner, External):
        handler = machine.handler(f"{owner.path}.__getitem__")
        if handler is not None:
            return handler(machine, Args((known(index),), opening=(note,)), owner)
        return known(owner)
    if isinstance(owner, Class):
        return item_of_class(machine, owner, index, note)
    if isinstance(owner, Dict) and is_hashable(index):
        if index in owner.entries:
            value = owner.entries[index]
            if ABSENT in (value.options or ()):
                machine.risks.append("KeyError")
            return without_absent(value)
        if not owner.open:
            raise Raised("KeyError")
        return machine.risk(note, *trace)
    if isinstance(index, Sequence) and index.kind == "slice":
        return _slice(machine, owner, index, note)
    if isinstance(owner, Sequence) and owner.items is not None and isinstance(index, int):
        if -len(owner.items) <= index < len(owner.items):
            return owner.items[index]
        raise Raised("IndexError")
    if isinstance(owner, (str, bytes)) and isinstance(index, int):
        return product(machine, [known(owner, *trace), known(index)], operator.getitem)
    if isinstance(owner, Instance):
        handler = machine.handler(f"{owner.library}.__getitem__")
        if handler is not None:
            return handler(machine, Args((known(index),), opening=(note,)), owner)
    return machine.risk(note, *trace)


def item_of_class(machine: Machine, owner: Class, index: Any, note: Label) -> Abstract:
    """`Colour["RED"]` of an enumeration, `Box[int]` of a generic class."""
    if isinstance(index, str) and index in owner.table:
        return machine.tables.attribute(machine, owner, index, note)
    return known(owner)


def _is_generic(machine: Machine, owner: Class | External) -> bool:
    """Whether something is a class, and what stands in brackets behind it says nothing but its type."""
    if isinstance(owner, Class):
        return not any(isinstance(each, External) and each.path in ENUMS for each in owner.lineage())
    return machine.handler(f"{owner.path}.__init__") is not None or owner.path.startswith("typing")


def _slice(machine: Machine, owner: Any, index: Sequence, note: Label) -> Abstract:
    bounds: list[Any] = [
        bound.only if bound.options is not None and len(bound.options) == 1 else ... for bound in index.items or ()
    ]
    if any(bound is not None and not isinstance(bound, int) for bound in bounds) or 0 in bounds[2:]:
        return machine.risk(note)
    cut = slice(*bounds)
    if isinstance(owner, Sequence) and owner.items is not None:
        machine.spend(len(owner.items) // SHARE)
        return known(Sequence(owner.kind, owner.items[cut]), note)
    if isinstance(owner, (str, bytes)):
        return known(owner[cut], note)
    return machine.risk(note)
