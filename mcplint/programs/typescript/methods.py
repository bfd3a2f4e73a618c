"""Methods of texts, numbers, arrays and functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mcplint.programs.typescript.machine import Args, Handler, Machine
from mcplint.programs.typescript.operators import LONGEST
from mcplint.programs.typescript.values import (
    UNDEFINED,
    UNSET,
    Function,
    PathTest,
    array,
    js_text,
    verdict,
)
from mcplint.programs.values import LONG, Abstract, Sequence, known, map_options, union, unknown
from mcplint.values import Value


def method(machine: Machine, owner: Any, name: str, args: Args) -> Abstract:
    """A method of a constant (given as a value of one option) or of a function; what nobody knows stays that."""
    if isinstance(owner, Value) and owner.only is UNSET:
        return owner
    if isinstance(owner, Value):
        return _of_text(owner, name, args) if isinstance(owner.only, str) else _of_number(owner, name)
    if isinstance(owner, Function):
        return _of_function(machine, owner, name, args)
    return unknown(*args.notes)


def _of_function(machine: Machine, owner: Function, name: str, args: Args) -> Abstract:
    if name == "bind":
        made = Function(owner.node, owner.scope, owner.this if owner.this is not None else args.get(0))
        made.owner = owner.owner
        return known(made)
    if name == "call":
        return machine.call(known(owner), args._replace(positional=args.positional[1:], this=args.get(0)))
    return unknown(*args.notes)


def _of_number(owner: Abstract, name: str) -> Abstract:
    return map_options(owner, lambda option: js_text(option)) if name == "toString" else unknown(*owner.trace)


def _of_text(owner: Abstract, name: str, args: Args) -> Abstract:
    text = owner.only
    given = [value.only for value in args.positional]
    if any(value.options is None or len(value.options) != 1 for value in args.positional):
        return unknown(*owner.trace)
    try:
        found = _TEXT[name](text, *given)
    except (KeyError, TypeError, ValueError, IndexError):
        return unknown(*owner.trace)
    if isinstance(found, list):
        return known(array(*(known(piece, *owner.trace) for piece in found[:LONG])), *owner.trace)
    if isinstance(found, str) and len(found) > max(LONGEST, len(text or "")):
        return unknown(*owner.trace)
    kept = owner.site if found == text else None
    return Value((found,), owner.trace, kept)


def _split(text: str, sign: Any = UNDEFINED, *more: Any) -> list[str]:
    if not isinstance(sign, str) or more:
        return [text] if sign is UNDEFINED else _refuse()
    return text.split(sign) if sign else list(text)


def _refuse() -> Any:
    raise ValueError


def _replace(text: str, old: Any, new: Any) -> str:
    if not isinstance(old, str) or not isinstance(new, str) or "$" in new:
        raise ValueError
    return text.replace(old, new, 1)


def _slice(text: str, start: int = 0, end: Any = None) -> str:
    return text[start:end]


def _substring(text: str, start: int, end: Any = None) -> str:
    low, high = max(start, 0), len(text) if end is None else max(end, 0)
    return text[min(low, high) : max(low, high)]


_TEXT: Mapping[str, Callable[..., Any]] = {
    "trim": lambda text: text.strip(),
    "trimStart": lambda text: text.lstrip(),
    "trimEnd": lambda text: text.rstrip(),
    "toLowerCase": lambda text: text.lower(),
    "toUpperCase": lambda text: text.upper(),
    "toString": lambda text: text,
    "startsWith": lambda text, start: text.startswith(start),
    "endsWith": lambda text, end: text.endswith(end),
    "includes": lambda text, part: part in text,
    "indexOf": lambda text, part: text.find(part),
    "split": _split,
    "replace": _replace,
    "replaceAll": lambda text, old, new: (
        text.replace(old, new) if "$" not in new and len(text) * len(new) <= LONGEST**2 else _refuse()
    ),
    "slice": _slice,
    "substring": _substring,
    "concat": lambda text, *more: text + "".join(more),
    "charAt": lambda text, at: text[at],
    "padStart": lambda text, width, fill=" ": text.rjust(width, fill) if width < LONG else _refuse(),
}


def _items(owner: Any) -> tuple[Abstract, ...] | None:
    return owner.items if isinstance(owner, Sequence) else None


def _of_array(change: Callable[[Machine, Args, tuple[Abstract, ...]], Abstract]) -> Handler:
    """A method of an array whose elements are known; of any other it gives anything."""

    def handle(machine: Machine, args: Args, owner: Any) -> Abstract:
        items = _items(owner)
        if items is None or len(items) > LONG:
            return _call_once_or_never(machine, args, owner)
        return change(machine, args, items)

    return handle


def _push(machine: Machine, args: Args, owner: Any) -> Abstract:
    from mcplint.programs.values import ITEMS, Partial

    if isinstance(owner, Sequence):
        items = owner.items
        machine.spend(len(owner.known_items) // 8)
        fits = items is not None and not args.open and len(items) <= LONG
        changed = (*owner.known_items, *args.positional)
        machine.put(owner.table, ITEMS, changed if fits else Partial(changed[:LONG]))
    return unknown()


def _slice_of(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    start, end = args.get(0, known(0)).only, args.get(1, known(None)).only
    end = None if end is UNDEFINED else end
    if not isinstance(start, int) or not (end is None or isinstance(end, int)):
        return unknown()
    return known(array(*items[start:end]))


def _same_value(item: Abstract, wanted: Any) -> bool | None:
    if item.options is None:
        return None
    hits = {option == wanted and type(option) is type(wanted) for option in item.options}
    return hits.pop() if len(hits) == 1 else None


def _includes(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    wanted = args.get(0)
    from mcplint.programs.typescript.operators import REQUEST_PATH
    from mcplint.programs.typescript.values import Object

    if isinstance(wanted.only, Object) and wanted.only.library == REQUEST_PATH:
        texts = tuple(item.only for item in items if isinstance(item.only, str))
        return known(PathTest(texts)) if texts else unknown()
    if wanted.options is None or len(wanted.options) != 1:
        return unknown(*wanted.trace)
    hits = [_same_value(item, wanted.only) for item in items]
    notes = tuple(note for item in items for note in item.trace[:1])[:4]
    if any(hit is True for hit in hits):
        return known(True, *notes)
    return known(False, *args.notes) if None not in hits else unknown(*notes)


def _index_of(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    wanted = args.get(0)
    hits: list[bool | None] = [None]
    if len(wanted.options or ()) == 1:
        hits = [_same_value(item, wanted.only) for item in items]
    if True in hits and None not in hits[: hits.index(True)]:
        return known(hits.index(True))
    return unknown() if None in hits else known(-1)


def _tested(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> list[bool | None]:
    return [verdict(machine.call(args.get(0), Args((item, known(at)), args.span))) for at, item in enumerate(items)]


def _find(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    may: list[Abstract] = []
    for item, hit in zip(items, _tested(machine, args, items), strict=True):
        if hit is not False:
            may.append(item)
        if hit is True:
            return union(may)
    return union([*may, known(UNDEFINED, *args.notes)])


def _find_index(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    for at, hit in enumerate(_tested(machine, args, items)):
        if hit is not False:
            return known(at) if hit else unknown()
    return known(-1)


def _some(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    hits = _tested(machine, args, items)
    return known(True) if True in hits else unknown() if None in hits else known(False)


def _every(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    hits = _tested(machine, args, items)
    return known(False) if False in hits else unknown() if None in hits else known(True)


def _filter(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    if args.get(0).only is not None and getattr(args.get(0).only, "path", "") == "Boolean":
        hits = [verdict(item) for item in items]
    else:
        hits = _tested(machine, args, items)
    if None in hits:
        return unknown()
    return known(array(*(item for item, hit in zip(items, hits, strict=True) if hit)))


def _map(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    return known(
        array(*(machine.call(args.get(0), Args((item, known(at)), args.span)) for at, item in enumerate(items)))
    )


def _for_each(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    _map(machine, args, items)
    return known(UNDEFINED)


def _join(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    sign = args.get(0, known(",")).only
    sign = "," if sign is UNDEFINED else sign
    pieces = [js_text(item.only) if len(item.options or ()) == 1 else None for item in items]
    if not isinstance(sign, str) or any(piece is None for piece in pieces):
        return unknown()
    joined = sign.join(piece or "" for piece in pieces)
    return known(joined) if len(joined) <= LONGEST else unknown()


def _concat(machine: Machine, args: Args, items: tuple[Abstract, ...]) -> Abstract:
    more: list[Abstract] = []
    for value in args.positional:
        inner = _items(value.only)
        if isinstance(value.only, Sequence) and inner is None:
            return unknown()
        more += inner if inner is not None else (value,)
    if len(items) + len(more) > LONG:
        return known(Sequence("list", None, (*items, *more)[:LONG]))
    return known(array(*items, *more))


def _call_once_or_never(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A method that calls a function for each element of something unknown: once, or never."""
    if isinstance(args.get(0).only, Function):
        machine.fork([lambda: machine.call(args.get(0), Args((unknown(),), args.span)), lambda: known(UNDEFINED)])
    return unknown(*args.notes)


CALLS: Mapping[str, Handler] = {
    "?.forEach": _call_once_or_never,
    "?.map": _call_once_or_never,
    "Array.push": _push,
    "Array.unshift": _push,
    **{
        f"Array.{name}": _of_array(change)
        for name, change in {
            "slice": _slice_of,
            "includes": _includes,
            "indexOf": _index_of,
            "find": _find,
            "findIndex": _find_index,
            "some": _some,
            "every": _every,
            "filter": _filter,
            "map": _map,
            "forEach": _for_each,
            "join": _join,
            "concat": _concat,
        }.items()
    },
}
