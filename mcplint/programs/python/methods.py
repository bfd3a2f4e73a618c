"""Methods of strings, lists, sets and dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.journal import MISSING, Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.operators import LONGEST, data, overwritten, product, traces, without_absent
from mcplint.programs.python.values import Dict, elements, sole
from mcplint.programs.values import (
    ABSENT,
    ITEMS,
    LONG,
    OPEN,
    Abstract,
    Entries,
    Partial,
    Sequence,
    drop_stale_site,
    known,
    union,
    unknown,
)

TEXT = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "split",
        "rsplit",
        "splitlines",
        "replace",
        "startswith",
        "endswith",
        "format",
        "join",
        "removeprefix",
        "removesuffix",
        "partition",
        "rpartition",
        "find",
        "rfind",
        "index",
        "count",
        "isdigit",
        "isnumeric",
        "isdecimal",
        "isalpha",
        "isalnum",
        "isspace",
        "islower",
        "isupper",
        "isidentifier",
        "zfill",
        "encode",
        "decode",
        "center",
        "ljust",
        "rjust",
        "expandtabs",
        "hex",
        "is_integer",
    ]
)


def method(machine: Machine, owner: Any, name: str, args: Args) -> Abstract:
    """A method of a plain value, a list, a tuple, a set or a dict."""
    table = DICTS if isinstance(owner, Dict) else SEQUENCES if isinstance(owner, Sequence) else {}
    handler = table.get(name)
    if handler is not None:
        machine.metered(owner.entries if isinstance(owner, Dict) else owner.known_items)
        return handler(machine, args, owner)
    if isinstance(owner, (str, bytes, int, float)) and name in TEXT and not args.open:
        return _call_constant_method(machine, owner, name, args)
    return machine.risk(*args.notes)


def _call_constant_method(machine: Machine, owner: Any, name: str, args: Args) -> Abstract:
    if name in ("zfill", "center", "ljust", "rjust", "expandtabs", "format"):
        if not all(value.options and all(_short(option) for option in value.options) for value in args.positional):
            return machine.risk(*args.notes)
        if name == "format" and any(character in str(owner) for character in "[.!:"):
            return machine.risk(*args.notes)
    names = tuple(args.keywords)
    count = len(args.positional)

    def function(*chosen: Any) -> Any:
        if _method_cost(owner, name, chosen) > LONGEST:
            raise OverflowError
        return getattr(owner, name)(*chosen[:count], **dict(zip(names, chosen[count:], strict=True)))

    values = (*args.positional, *args.keywords.values())
    result = product(machine, values, function)
    if result.options is None:
        return machine.risk(*traces(values))
    return result if result.trace else result._replace(trace=args.notes)


def _method_cost(owner: Any, name: str, chosen: tuple[Any, ...]) -> int:
    """How long a text a method makes, or how long it takes to look for one, at most."""
    texts = [len(each) for each in chosen if isinstance(each, (str, bytes))]
    match name, owner, chosen:
        case "replace", str() | bytes(), (str() | bytes() as old, str() | bytes() as new, *_):
            return (owner.count(old) + 1) * len(new)  # type: ignore[arg-type]
        case "join", str() | bytes(), (list() | tuple() | set() as items,):
            return len(items) * len(owner)
        case "format", str(), _:
            return owner.count("{") * max(map(len, map(str, chosen)), default=0)
        case "expandtabs", str() | bytes(), (int() as width, *_):
            return len(owner) * width
        case "rfind" | "rindex" | "rsplit" | "rpartition", str() | bytes(), _:
            return len(owner) * max(texts, default=0) // 64
    return 0


def _short(option: Any) -> bool:
    return isinstance(option, str) or (isinstance(option, int) and abs(option) < 1000)


def text_method(machine: Machine, value: Abstract, name: str, args: Args) -> Abstract:
    """A method of a value all of whose options are plain, its trace and site kept where it still fits."""
    results = [method(machine, option, name, args) for option in value.options or ()]
    result = union(results)
    if result.options is None:
        return result
    trace = (*value.trace, *(note for note in result.trace if note not in value.trace and note not in args.notes))
    return drop_stale_site(result._replace(trace=trace, site=value.site))


def extend(machine: Machine, owner: Sequence, value: Abstract) -> None:
    """Adds the elements of a value to a list."""
    grow(machine, owner, elements(value))


def grow(machine: Machine, owner: Sequence, items: tuple[Abstract, ...] | None) -> None:
    """Adds values to a list; where they are not known, what was in it before is kept as some of it."""
    if items is not None and owner.items is not None and len(owner.items) <= LONG:
        machine.put(owner.table, ITEMS, (*owner.items, *items))
        return
    machine.put(owner.table, ITEMS, Partial((*owner.known_items, *(items or ()))[:LONG]))


def _append(machine: Machine, args: Args, owner: Sequence) -> Abstract:
    grow(machine, owner, (args.get(0, "object"),))
    return known(None)


def _insert(machine: Machine, args: Args, owner: Sequence) -> Abstract:
    at, items = args.get(0, "index").only, owner.items
    fits = isinstance(at, int) and items is not None and len(items) <= LONG
    whole = (*items[:at], args.get(1, "object"), *items[at:]) if fits and items is not None else Partial()
    machine.put(owner.table, ITEMS, whole)
    return known(None)


def _extend(machine: Machine, args: Args, owner: Sequence) -> Abstract:
    extend(machine, owner, args.get(0, "iterable"))
    return known(None)


def _index(machine: Machine, args: Args, owner: Sequence) -> Abstract:
    try:
        items = [data(machine, sole(item)) for item in owner.items or ()]
        wanted = data(machine, sole(args.get(0, "value")))
    except LookupError:
        return machine.risk(*args.notes)
    if owner.items is None or wanted not in items:
        return machine.risk(*args.notes)
    return known(items.index(wanted), *args.notes)


def _forget_items(machine: Machine, args: Args, owner: Sequence) -> Abstract:
    machine.put(owner.table, ITEMS, Partial())
    return machine.risk(*args.notes)


def _copy(machine: Machine, args: Args, owner: Any) -> Abstract:
    if isinstance(owner, Dict):
        return known(Dict(Entries(owner.entries), owner.open), *args.notes)
    return known(Sequence(owner.kind, owner.items), *args.notes)


def _get(machine: Machine, args: Args, owner: Dict) -> Abstract:
    key, default = args.get(0, "key"), args.get(1, "default")
    if key.options is None:
        return unknown(*key.trace)
    return union([_entry(machine, owner, option, default, args) for option in key.options])


def _entry(machine: Machine, owner: Dict, key: Any, default: Abstract, args: Args) -> Abstract:
    value = owner.entries.get(key) if isinstance(key, (str, int, float, bytes, type(None))) else None
    if value is None:
        return unknown(*args.notes) if owner.open else default
    return union([without_absent(value), default]) if ABSENT in (value.options or ()) else value


def _pop(machine: Machine, args: Args, owner: Dict) -> Abstract:
    key = args.get(0, "key").only
    default = args.find(1, "default")
    if not isinstance(key, str):
        machine.put(owner.table, OPEN, True)
        return machine.risk(*args.notes)
    found = _get(machine, args, owner)
    if key not in owner.entries and not owner.open and default is None:
        raise Raised("KeyError")
    if key in owner.entries:
        machine.put(owner.entries, key, MISSING)
    return found


def _set_default(machine: Machine, args: Args, owner: Dict) -> Abstract:
    key = args.get(0, "key").only
    value = _get(machine, args, owner)
    if isinstance(key, str):
        machine.put(owner.entries, key, value)
    return value


def _update(machine: Machine, args: Args, owner: Dict) -> Abstract:
    for value in args.positional:
        only = value.only
        if isinstance(only, Dict):
            for key, entry in only.entries.items():
                machine.put(owner.entries, key, overwritten(owner.entries.get(key), entry))
        if not isinstance(only, Dict) or only.open:
            machine.put(owner.table, OPEN, True)
            for key in list(owner.entries):
                if not isinstance(only, Dict) or key not in only.entries:
                    machine.put(owner.entries, key, machine.risk(*value.trace))
    for key, entry in args.keywords.items():
        machine.put(owner.entries, key, overwritten(owner.entries.get(key), entry))
    if args.open:
        machine.put(owner.table, OPEN, True)
    return known(None)


def _keys(machine: Machine, args: Args, owner: Dict) -> Abstract:
    return known(Sequence("list", None if _may_have_more(owner) else tuple(known(key) for key in owner.entries)))


def _values(machine: Machine, args: Args, owner: Dict) -> Abstract:
    return known(Sequence("list", None if _may_have_more(owner) else tuple(owner.entries.values())))


def _items(machine: Machine, args: Args, owner: Dict) -> Abstract:
    pairs = (known(Sequence("tuple", (known(key), value))) for key, value in owner.entries.items())
    return known(Sequence("list", None if _may_have_more(owner) else tuple(pairs)))


def _may_have_more(owner: Dict) -> bool:
    return owner.open or any(ABSENT in (value.options or ()) for value in owner.entries.values())


SEQUENCES: Mapping[str, Handler] = {
    "append": _append,
    "add": _append,
    "insert": _insert,
    "extend": _extend,
    "update": _extend,
    "copy": _copy,
    "index": _index,
    "pop": _forget_items,
    "remove": _forget_items,
    "clear": _forget_items,
    "sort": _forget_items,
    "reverse": _forget_items,
    "discard": _forget_items,
}
DICTS: Mapping[str, Handler] = {
    "get": _get,
    "pop": _pop,
    "setdefault": _set_default,
    "update": _update,
    "copy": _copy,
    "keys": _keys,
    "values": _values,
    "items": _items,
}
