"""The standard library at large: decorators, contexts, and calls that nothing here depends on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.model import Import
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import marking, return_none
from mcplint.programs.python.imports import has
from mcplint.programs.python.machine import Handler, Machine, Reader, new_instance
from mcplint.programs.python.operators import without_absent
from mcplint.programs.python.state import CALL, FIELDS, MAKER, PROPERTY
from mcplint.programs.python.values import Class, Coroutine, Function, Instance, Method
from mcplint.programs.values import ABSENT, Abstract, External, known, union, unknown
from mcplint.values import Label, Value


def unknown_result(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A call that nothing here depends on."""
    return unknown(*args.notes)


def first_argument(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A decorator without consequence here: the function as it is."""
    return args.get(0, "function")


def decorator(args: Args, change: Callable[[Abstract], Abstract]) -> Abstract:
    """A decorator that a call gives, by what it makes of a function."""
    return new_instance("decorator.made", args, {MAKER: (change,)})


def decorated(machine: Machine, args: Args, owner: Instance) -> Abstract:
    change: Callable[[Abstract], Abstract] = MAKER.of(owner.table)[0]
    return change(args.get(0, "function"))


def decorates(args: Args, change: Callable[[Abstract], Abstract]) -> Abstract:
    """What a decorator gives that is used with or without arguments."""
    first = args.positional[0] if args.positional else known(None)
    return change(first) if isinstance(first.only, (Function, Class, Method)) else decorator(args, change)


def same_or_maker(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A decorator without consequence here, used with or without arguments."""
    return decorates(args, lambda function: function)


def maker(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A call that gives a decorator without consequence here."""
    return known(External("decorator.same"))


def partial(machine: Machine, args: Args, owner: Any) -> Abstract:
    return new_instance("functools.partial", args, {CALL: (args,)})


def partial_call(machine: Machine, args: Args, owner: Instance) -> Abstract:
    first: Args = CALL.first(owner.table, Args(open=True))
    if not first.positional:
        return machine.risk(*args.notes)
    keywords = {**first.keywords, **args.keywords}
    merged = Args(
        (*first.positional[1:], *args.positional), keywords, first.node, first.module, first.open or args.open
    )
    return machine.call(first.positional[0], merged)


def dataclass(machine: Machine, args: Args, owner: Any) -> Abstract:
    def mark(value: Abstract) -> Abstract:
        if isinstance(value.only, Class):
            machine.put(value.only.table, FIELDS, ())
        return value

    return decorates(args, mark)


def copy_with_changes(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A copy of an object, some of its attributes replaced."""
    only = args.get(0, "obj").only
    if not isinstance(only, Instance):
        return unknown(*args.notes)
    table = {
        **only.table,
        **{name: without_absent(args.as_keyword(name, value)) for name, value in args.keywords.items()},
    }
    for name, value in args.keywords.items():
        if ABSENT in (value.options or ()):
            table[name] = union([table[name], only.table.get(name, unknown())])
    if args.open:
        table = {name: unknown(*args.opening) if isinstance(value, Value) else value for name, value in table.items()}
    return known(Instance(only.kind, args.span, table), *args.notes)


def field(machine: Machine, args: Args, owner: Any, path: str) -> Abstract:
    """A field of a class, with what it is told."""
    first = {"default": args.positional[0]} if args.positional else {}
    return new_instance(path, args, {**args.keywords, **first})


def import_by_name(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0, "name").only
    if not isinstance(name, str):
        machine.hides = True
        machine.lost += [Label(args.span, "which module this imports is not known")] if args.span else []
        return machine.risk(*args.notes)
    found = machine.package(name)
    if found is not None:
        return known(found)
    return known(machine.canonical(name)) if args.module is None else machine.risk(*args.notes)


def context(path_: str) -> Handler:
    return lambda machine, args, owner: new_instance(path_, args)


def enter_context(machine: Machine, args: Args, owner: Any) -> Abstract:
    from mcplint.programs.python.statements import context_value

    return context_value(machine, args.get(0, "cm"))


def enter_async_context(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Coroutine(lambda: enter_context(machine, args, owner)))


def release(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`importlib.metadata.version(…)`, which the files do not tell."""
    if args.get(0, "distribution_name").only in PYTHON_MODULES:
        machine.probes.version(args.span)
    return machine.risk(*args.notes)


def find_module(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`importlib.util.find_spec(…)`: None where the SDK's release has no such module."""
    name = args.get(0, "name").only
    if isinstance(name, str) and name.partition(".")[0] in PYTHON_MODULES and args.span:
        machine.probes.version(args.span)
        if has(machine, Import(name, args.span, module=True)) is False:
            return known(None, *args.notes)
    return machine.risk(*args.notes)


QUIET = (
    "time.sleep",
    "signal.signal",
    "warnings.filterwarnings",
    "time.time",
    "warnings.warn",
    "warnings.simplefilter",
    "atexit.register",
    "uuid.uuid4",
    "gc.collect",
    "socket.gethostname",
    "typing.TypeVar",
    "typing.NewType",
    "typing.NamedTuple",
)
RELEASES = ("importlib.metadata.version", "importlib_metadata.version", "pkg_resources.get_distribution")

CALLS: Mapping[str, Handler] = {
    **dict.fromkeys(QUIET, unknown_result),
    "dataclasses.dataclass": dataclass,
    "dataclasses.replace": copy_with_changes,
    "dataclasses.field": functools.partial(field, path="dataclasses.field"),
    "copy.copy": copy_with_changes,
    "copy.deepcopy": copy_with_changes,
    "functools.partial": partial,
    "functools.partial.__call__": partial_call,
    "functools.lru_cache": same_or_maker,
    "functools.cache": first_argument,
    "functools.wraps": maker,
    "functools.cached_property": marking(PROPERTY),
    "contextlib.contextmanager": first_argument,
    "contextlib.asynccontextmanager": first_argument,
    "contextlib.suppress": context("contextlib.suppress"),
    "contextlib.AsyncExitStack": context("contextlib.AsyncExitStack"),
    "contextlib.ExitStack": context("contextlib.ExitStack"),
    "contextlib.AsyncExitStack.enter_async_context": enter_async_context,
    "contextlib.AsyncExitStack.enter_context": enter_context,
    "contextlib.ExitStack.enter_context": enter_context,
    "decorator.same": first_argument,
    "decorator.made.__call__": decorated,
    "abc.abstractmethod": first_argument,
    "typing.cast": lambda machine, args, owner: args.get(1, "val"),
    "typing.overload": first_argument,
    "typing.final": first_argument,
    "typing.runtime_checkable": first_argument,
    "importlib.import_module": import_by_name,
    **dict.fromkeys(RELEASES, release),
    "importlib.util.find_spec": find_module,
    "enum.auto": context("enum.auto"),
    "builtins.super": return_none,
    "textwrap.dedent": first_argument,
}
READS: Mapping[str, Reader] = {
    "typing.TYPE_CHECKING": lambda machine, owner: known(False),
}
ALIASES: Mapping[str, str] = {
    "typing_extensions.TYPE_CHECKING": "typing.TYPE_CHECKING",
}
