"""Python's built-in functions, as far as settings pass through them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from typing import Any

from mcplint.programs.demands import deciding_variable
from mcplint.programs.journal import Exhausted, Raised
from mcplint.programs.noted import Noted
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.operators import check_size, data, product, traces
from mcplint.programs.python.state import CLASS, MEMBER, PROPERTY, STATIC
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method, abstract, elements, verdict
from mcplint.programs.values import OPEN, Abstract, External, Sequence, known, map_options, noted, unknown
from mcplint.values import Value

BUILTINS = frozenset(dir(builtins)) - {"__name__", "__doc__", "__file__", "__spec__", "__loader__", "__package__"}


def pure(function: Callable[..., Any], failure: str = "ValueError") -> Handler:
    """The handler of a built-in that makes plain data of plain data."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        values = args.positional
        if args.open or args.keywords or any(value.options is None for value in values):
            return machine.risk(*traces(values), kind=failure)
        failed: list[Exception] = []

        def guarded(*chosen: Any) -> Any:
            try:
                return check_size(function(*chosen))
            except Exception as error:
                failed.append(error)
                raise

        result = product(machine, values, guarded)
        if result.options is None:
            if (
                failed
                and not isinstance(failed[0], OverflowError)
                and all(len(value.options or ()) == 1 for value in values)
            ):
                empty = len(values) == 1 and values[0].only in (None, "")
                demand = deciding_variable(values[0], machine.optional) if empty else None
                if demand and machine.takes_as_given():
                    return machine.risk(*traces(values), kind=failure)
                raise Raised(type(failed[0]).__name__, demand)
            return machine.risk(*result.trace)
        return _with_site(values, result)

    return handler


def _with_site(values: tuple[Abstract, ...], result: Abstract) -> Abstract:
    """The result with the site of the one value that it spells alike."""
    from mcplint.programs.values import drop_stale_site

    return drop_stale_site(result._replace(site=values[0].site)) if len(values) == 1 and result.site is None else result


def _round(number: Any, digits: Any = None) -> Any:
    if isinstance(digits, int) and abs(digits) > 400:
        raise OverflowError
    return round(number, digits)


def _summed(items: Any, start: Any = 0) -> Any:
    if not isinstance(start, (int, float)) or not all(isinstance(item, (int, float)) for item in items):
        raise OverflowError
    return sum(items, start)


def text(machine: Machine, args: Args, owner: Any) -> Abstract:
    if not args.positional:
        return known("")
    value = args.positional[0]
    if value.options is not None:
        value = value._replace(options=tuple(_member_text(option) for option in value.options))
        unread = [option for option in value.options or () if isinstance(option, Instance)]
        if unread and unread[0].library == "pathlib.Path":
            return map_options(
                value, lambda option: option.table["text"].only if isinstance(option, Instance) else option
            )
    return pure(str)(machine, args._replace(positional=(value,)), owner)


def _member_text(option: Any) -> Any:
    if isinstance(option, Instance) and MEMBER.first(option.table, None) is str:
        return option.table["value"].only
    return option


def size(machine: Machine, args: Args, owner: Any) -> Abstract:
    value = args.get(0, "obj")
    only = value.only
    if isinstance(only, Sequence) and only.items is not None:
        return known(len(only.items), *value.trace)
    return pure(len, "TypeError")(machine, args, owner)


def sequence(kind: str) -> Handler:
    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        if not args.positional:
            return known(Sequence(kind, ()), *args.notes)
        items = elements(args.positional[0])
        return known(Sequence(kind, items), *args.positional[0].trace)

    return handler


def mapping(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Dict(open_=args.open)
    if args.positional:
        only = args.positional[0].only
        if isinstance(only, Dict):
            made.entries.update(only.entries)
            made.table[OPEN] = only.open or args.open
        else:
            made.table[OPEN] = True
    made.entries.update(args.keywords)
    return known(made, *args.notes)


def get_attribute(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(1, "name")
    note = args.notes[0] if args.notes else None
    if not isinstance(name.only, str) or note is None:
        return machine.risk(*args.notes)
    value = args.get(0, "object")
    if len(args.positional) > 2:
        machine.probes.attribute(value, name.only, args.span)
    risks = len(machine.risks)
    found = machine.attribute(value, name.only, note)
    if value.only == External("logging"):
        machine.named[note.span] = name
        found = noted(found, note)
    if found.options is None and len(args.positional) > 2:
        del machine.risks[risks:]
        if value.options and all(_lacks_attribute(option, name.only) for option in value.options):
            return args.positional[2]
        return unknown(note, *found.trace)
    return found


def names(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`dir(…)` of a class of the project: what it and the project's classes above it define."""
    only = args.get(0, "object").only
    machine.probes.attribute(args.get(0, "object"), None, args.span)
    if not isinstance(only, Class):
        return unknown(*args.notes)
    tables = [each.table for each in only.lineage() if isinstance(each, Class)]
    found = sorted({name for table in tables for name in machine.metered(table) if isinstance(name, str)})
    return known(Sequence("list", tuple(known(name) for name in found)), *args.notes)


def _lacks_attribute(option: Any, name: str) -> bool:
    """Whether an object of the project provably has no such attribute."""
    return isinstance(option, Instance) and option.library == "argparse.Namespace" and name not in option.table


def has_attribute(machine: Machine, args: Args, owner: Any) -> Abstract:
    value, name = args.get(0, "object"), args.get(1, "name").only
    if isinstance(name, str):
        machine.probes.attribute(value, name, args.span)
    if isinstance(name, str) and value.options and len(value.options) == 1:
        option = value.options[0]
        if isinstance(option, Instance) and name in option.table:
            return known(True)
        if _lacks_attribute(option, name):
            return known(False)
    return unknown(*args.notes)


def set_attribute(machine: Machine, args: Args, owner: Any) -> Abstract:
    from mcplint.programs.python.attributes import put_attribute

    name = args.get(1, "name").only
    for option in args.get(0, "object").options or ():
        if isinstance(option, (Instance, Class)) and isinstance(name, str):
            put_attribute(machine, option, name, args.get(2, "value"))
    return known(None)


def instance_of(machine: Machine, args: Args, owner: Any) -> Abstract:
    value, kinds = args.get(0, "object"), args.get(1, "class")
    if value.options is None or kinds.options is None or len(kinds.options) != 1:
        return unknown(*args.notes)
    only = kinds.options[0]
    wanted = [item.only for item in only.items] if isinstance(only, Sequence) and only.items else [only]
    found = {_is_any(machine, option, wanted) for option in value.options}
    return unknown(*args.notes) if None in found else Value(tuple(found), args.notes)


def _is_any(machine: Machine, option: Any, kinds: list[Any]) -> bool | None:
    found = [_is_instance(machine, option, kind) for kind in kinds]
    return True if True in found else None if None in found else False


def _is_instance(machine: Machine, option: Any, kind: Any) -> bool | None:
    if isinstance(option, Instance):
        if isinstance(kind, Class):
            return isinstance(option.kind, Class) and kind in option.kind.lineage()
        if isinstance(kind, External):
            return (
                True if machine.kin(option.library, kind.path) else None if isinstance(option.kind, External) else False
            )
        return None
    if isinstance(option, (Function, Class)) and isinstance(kind, External):
        return None if kind.path.partition(".")[0] in sys.stdlib_module_names else False
    if not isinstance(kind, External) or not kind.path.startswith("builtins."):
        return None if isinstance(kind, External) and not isinstance(option, (str, int, float, type(None))) else False
    name = kind.path.removeprefix("builtins.")
    if isinstance(option, (Sequence, Dict)):
        return name == (option.kind if isinstance(option, Sequence) else "dict")
    wanted = getattr(builtins, name, None)
    return (
        isinstance(option, wanted)
        if isinstance(wanted, type) and isinstance(option, (str, bytes, int, float, type(None)))
        else None
    )


def any_or_all(wanted: bool) -> Handler:
    """`any` (wanted: True) and `all` (wanted: False)."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        items = elements(args.get(0, "iterable"))
        found = [None] if items is None else [verdict(item) for item in machine.metered(items)]
        if wanted in found:
            return known(wanted, *args.notes)
        return unknown(*args.notes) if None in found else known(not wanted, *args.notes)

    return handler


def reordering(function: Callable[[list[Any]], Any]) -> Handler:
    """`sorted`, `reversed`: over plain data only."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        only = args.get(0, "iterable").only
        if args.keywords or not isinstance(only, Sequence):
            return known(Sequence("list", None), *args.notes)
        try:
            return abstract(list(function(list(data(machine, only)))), *args.notes)
        except Exhausted:
            raise
        except Exception:
            return known(Sequence("list", None), *args.notes)

    return handler


def enumerated(machine: Machine, args: Args, owner: Any) -> Abstract:
    items = elements(args.get(0, "iterable"))
    start = args.get(1, "start", known(0)).only
    if items is None or not isinstance(start, int):
        return known(Sequence("list", None))
    machine.spend(2 * len(items))
    return known(
        Sequence(
            "list",
            tuple(known(Sequence("tuple", (known(i), item))) for i, item in enumerate(items, start)),
        )
    )


def builtin_zip(machine: Machine, args: Args, owner: Any) -> Abstract:
    columns = [elements(value) for value in args.positional]
    if args.keywords or any(column is None for column in columns):
        return known(Sequence("list", None))
    rows = list(zip(*map(machine.metered, columns), strict=False))
    machine.spend(2 * len(rows))
    return known(Sequence("list", tuple(known(Sequence("tuple", row)) for row in rows)))


def marking(mark: Noted[bool]) -> Handler:
    """`property`, `staticmethod`, `classmethod`: the function, and how it is bound."""

    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        value = args.get(0, "function")
        for option in value.options or ():
            if isinstance(option, Function):
                option.table[mark] = ()
        return value

    return handler


def type_of(machine: Machine, args: Args, owner: Any) -> Abstract:
    def kind(option: Any) -> Any:
        if isinstance(option, Instance):
            return option.kind
        return (
            External(f"builtins.{type(option).__name__}")
            if isinstance(option, (str, int, float))
            else External("unknown")
        )

    return map_options(args.get(0, "object"), kind)


def builtin_open(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`open(path)`, which needs what is known of files without an import."""
    machine.tables.learn(("files",))
    return machine.tables.calls["builtins.open"](machine, args, owner)


def constant(value: Any) -> Handler:
    return lambda machine, args, owner: known(value)


def return_none(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(None)


def leave(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Ends the program: `exit()`, `sys.exit()`."""
    raise Raised("SystemExit")


CALLS: Mapping[str, Handler] = {
    "builtins.int": pure(int),
    "builtins.float": pure(float),
    "builtins.bool": pure(bool),
    "builtins.str": text,
    "builtins.repr": pure(repr),
    "builtins.abs": pure(abs, "TypeError"),
    "builtins.round": pure(_round, "TypeError"),
    "builtins.ord": pure(ord, "TypeError"),
    "builtins.chr": pure(chr),
    "builtins.min": pure(min, "TypeError"),
    "builtins.max": pure(max, "TypeError"),
    "builtins.sum": pure(_summed, "TypeError"),
    "builtins.len": size,
    "builtins.list": sequence("list"),
    "builtins.tuple": sequence("tuple"),
    "builtins.set": sequence("set"),
    "builtins.frozenset": sequence("set"),
    "builtins.dict": mapping,
    "builtins.dir": names,
    "builtins.getattr": get_attribute,
    "builtins.hasattr": has_attribute,
    "builtins.setattr": set_attribute,
    "builtins.isinstance": instance_of,
    "builtins.any": any_or_all(True),
    "builtins.all": any_or_all(False),
    "builtins.sorted": reordering(sorted),
    "builtins.reversed": reordering(lambda items: items[::-1]),
    "builtins.enumerate": enumerated,
    "builtins.zip": builtin_zip,
    "builtins.property": marking(PROPERTY),
    "builtins.staticmethod": marking(STATIC),
    "builtins.classmethod": marking(CLASS),
    "builtins.type": type_of,
    "builtins.open": builtin_open,
    "builtins.object": lambda machine, args, owner: known(Instance(External("builtins.object"), args.span)),
    "builtins.object.__init__": return_none,
    "builtins.callable": lambda machine, args, owner: (
        known(True)
        if args.get(0, "obj").must(lambda option: isinstance(option, (Function, Method, Class)))
        else unknown(*args.notes)
    ),
    "builtins.exit": leave,
    "builtins.quit": leave,
}
