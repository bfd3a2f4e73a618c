"""The globals of JavaScript and the modules of Node that settings go through."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from mcplint.programs.journal import Ended
from mcplint.programs.typescript.machine import WAITED, Args, Handler, Machine, Reader
from mcplint.programs.typescript.operators import MAIN
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    GET,
    PROXY,
    TARGET,
    UNDEFINED,
    Function,
    Object,
    array,
    js_text,
    number,
    prop,
    truth,
)
from mcplint.programs.values import Abstract, External, Kept, Sequence, known, map_options, union, unknown

VALUES = Kept("what was put into a map")


def converted(value: Abstract, change: Callable[[Any], Any]) -> Abstract:
    """The value whose constants are changed, unknown where one cannot be; what still reads alike keeps its site."""
    if value.options is None or any(change(option) is None for option in value.options):
        return unknown(*value.trace)
    changed = map_options(value, change)
    if value.site and len(changed.options or ()) == 1 and str(changed.only) == value.site.span.text:
        return changed._replace(site=value.site)
    return changed


def to_number(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0, known(0)), number)


def parse_int(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: _leading_number(option, int))


def parse_float(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: _leading_number(option, float))


def _leading_number(option: Any, kind: Callable[[str], Any]) -> Any:
    """The number that a text begins with."""
    text = js_text(option)
    if text is None:
        return None
    text = text.strip()
    end = 0
    while (
        end < len(text)
        and end < 18
        and (text[end].isdigit() or (text[end] in "+-" and not end) or (text[end] == "." and kind is float))
    ):
        end += 1
    try:
        return kind(text[:end])
    except ValueError:
        return float("nan")


def _is_part_of_number(sign: str, at: int, broken: bool) -> bool:
    return sign.isdigit() or (sign in "+-" and not at) or (sign == "." and broken)


def to_text(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0, known("")), js_text)


def to_bool(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), truth)


def is_nan(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: None if number(option) is None else number(option) != number(option))


def is_integer(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: isinstance(option, int) and not isinstance(option, bool))


def is_finite(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: _is_finite_number(number(option)))


def _is_finite_number(found: Any) -> bool | None:
    return None if found is None else found == found and abs(found) != float("inf")


def is_array(machine: Machine, args: Args, owner: Any) -> Abstract:
    value = args.get(0)
    return unknown() if value.options is None else map_options(value, lambda option: isinstance(option, Sequence))


def first_argument(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A function that gives what it is given: `Object.freeze`, `path.resolve` of one, `structuredClone`."""
    return args.get(0)


def return_undefined(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(UNDEFINED)


def unknown_result(machine: Machine, args: Args, owner: Any) -> Abstract:
    return unknown(*args.notes)


def merge(machine: Machine, args: Args, owner: Any) -> Abstract:
    from mcplint.programs.typescript.literals import spread_into

    target = args.get(0)
    if isinstance(target.only, Object):
        for value in args.positional[1:]:
            spread_into(machine, value, target.only)
    return target


def keys(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0).only
    return known(array(*map(known, only.names()))) if isinstance(only, Object) and not only.open else unknown()


def values(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0).only
    if not isinstance(only, Object) or only.open:
        return unknown()
    return known(array(*(only.table[name] for name in only.names())))


def pairs(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.get(0).only
    if not isinstance(only, Object) or only.open:
        return unknown()
    return known(array(*(known(array(known(name), only.table[name])) for name in only.names())))


def at_once(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A function that calls what it is given sooner or later: `setTimeout`, `queueMicrotask`."""
    machine.call(args.get(0), Args(args.positional[2:], args.span))
    return unknown()


def proxy(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`new Proxy(target, {get})`: what reads its properties; without that it is the target."""
    get = prop(args.get(1), "get")
    if not isinstance(get.only, Function):
        return args.get(0)
    return known(Object(External(PROXY), args.span, {TARGET: args.get(0), GET: get}), *args.notes)


def call_last_argument(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A function that calls the last one that it is given, around which it notes something, and gives its result."""
    last = next((value for value in reversed(args.positional) if isinstance(value.only, Function)), None)
    return machine.call(last, Args((unknown(),), args.span)) if last is not None else unknown(*args.notes)


def promise(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`new Promise(…)`: what its function resolves with, where that is seen."""
    machine.call(args.get(0), Args((known(External("promise:resolve")), known(External("promise:reject"))), args.span))
    return unknown(*args.notes)


def settled_values(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Promise.all`, `Promise.resolve`: what they are given."""
    return args.get(0)


def promise_then(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`promise.then(function)`: a promise is what it will be."""
    value: Abstract = owner
    if not args.positional:
        return value
    waits = machine.wait(value)
    found = machine.call(args.get(0), Args((value,), args.span))
    if waits:
        machine.put(machine.state, WAITED, ())  # the program itself goes on
    return found


def ignore_rejection(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`promise.catch(function)`: that it fails is not followed."""
    value: Abstract = owner
    return value


def at_last(machine: Machine, args: Args, owner: Any) -> Abstract:
    machine.call(args.get(0), Args((), args.span))
    return ignore_rejection(machine, args, owner)


def join(machine: Machine, args: Args, owner: Any) -> Abstract:
    parts = [value.only for value in args.positional if isinstance(value.only, str)]
    if len(parts) < len(args.positional):
        return unknown()
    return known(posixpath.normpath(posixpath.join(*parts)) if parts else ".")


def basename(machine: Machine, args: Args, owner: Any) -> Abstract:
    return converted(args.get(0), lambda option: posixpath.basename(option) if isinstance(option, str) else None)


def url(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`new URL(…)`: its parts where its text is known; of a request's URL its path."""
    from mcplint.programs.typescript.operators import REQUEST_PATH

    made = Object(External("URL"), args.span)
    value = args.get(0)
    if isinstance(value.only, Object) and value.only.library == REQUEST_PATH:
        made.table["pathname"] = value
        return known(made)
    base = args.get(1)
    text = value.only if value.only is not UNDEFINED else None
    if not isinstance(text, str) or base.only is not UNDEFINED:
        made.table |= dict.fromkeys(("hostname", "port", "host", "href", "origin", "protocol"), unknown(*value.trace))
        made.table["pathname"] = unknown(*value.trace)
        return known(made, *value.trace)
    scheme, sign, rest = text.partition("://")
    authority, _, path = rest.partition("/")
    host, colon, port = authority.rpartition("@")[2].partition(":")
    if not sign or "[" in authority:
        return known(made, *value.trace)
    parts = {"hostname": host, "port": port, "host": host + colon + port, "protocol": f"{scheme}:", "href": text}
    made.table |= {name: known(part, *value.trace) for name, part in parts.items()}
    made.table["pathname"] = known(f"/{path.partition('?')[0].partition('#')[0]}", *value.trace)
    made.table["origin"] = known(f"{scheme}://{host}{colon}{port}", *value.trace)
    return known(made, *value.trace)


def call_require(machine: Machine, args: Args, owner: Any) -> Abstract:
    specifier = args.get(0).only
    if not isinstance(specifier, str) or args.package is None:
        return unknown()
    return machine.tables.load(machine, args.package.frame, specifier, "*")


def leave(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`process.exit()`: nothing is served any more."""
    raise Ended


def on_signal(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0).only
    if isinstance(name, str) and args.span is not None:
        machine.signals.append((name, args.get(1), args.span))
    return unknown()


def argv(machine: Machine, owner: Any) -> Abstract:
    if machine.argv is None:
        return known(Sequence("list", None))
    front = (known("node"), known("/program"))
    return known(array(*front, *machine.argv))


def environ(machine: Machine, owner: Any) -> Abstract:
    return known(External("process.env"))


def platform(machine: Machine, owner: Any) -> Abstract:
    return known("linux")


def deno_args(machine: Machine, owner: Any) -> Abstract:
    """`Deno.args`."""
    return machine.arguments()


def env_get(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Deno.env.get(name)`."""
    from mcplint.programs.typescript.calls import environment

    name = args.get(0).only
    return environment(machine, name, args.notes[0]) if isinstance(name, str) and args.notes else unknown()


def mapping(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`new Map()`, `new Set()`: what may be inside is not followed."""
    made = Object(External("Map"), args.span)
    made.table[ARGUMENTS] = (args,)
    return known(made)


def map_get(machine: Machine, args: Args, owner: Any) -> Abstract:
    """One of what was put into a map, or nothing."""
    found = VALUES.value(owner.table)
    return unknown() if found is None else union([found, known(UNDEFINED)])


def map_set(machine: Machine, args: Args, owner: Any) -> Abstract:
    value = args.get(1)
    if isinstance(owner, Object):
        before = VALUES.value(owner.table)
        VALUES.put(machine, owner.table, value if before is None else union([before, value]))
    return known(owner)


CALLS: Mapping[str, Handler] = {
    "Number": to_number,
    "Number.parseInt": parse_int,
    "Number.parseFloat": parse_float,
    "parseInt": parse_int,
    "parseFloat": parse_float,
    "String": to_text,
    "Boolean": to_bool,
    "isNaN": is_nan,
    "Number.isNaN": is_nan,
    "Number.isInteger": is_integer,
    "Number.isFinite": is_finite,
    "isFinite": is_finite,
    "Array.isArray": is_array,
    "Object.freeze": first_argument,
    "Object.seal": first_argument,
    "Object.assign": merge,
    "Object.keys": keys,
    "Object.values": values,
    "Object.entries": pairs,
    "structuredClone": first_argument,
    "setTimeout": at_once,
    "setImmediate": at_once,
    "queueMicrotask": at_once,
    "process.nextTick": at_once,
    **dict.fromkeys(
        (
            *("?.startActiveSpan", "async_hooks:AsyncLocalStorage.run", "@opentelemetry/api:context.with"),
            *("@sentry/node:startSpan", "@sentry/node:withScope", "p-retry:default", "async-retry:default"),
        ),
        call_last_argument,
    ),
    "Proxy.new": proxy,
    "Promise.new": promise,
    "Promise.resolve": settled_values,
    "Promise.all": settled_values,
    "promise.then": promise_then,
    "promise.catch": ignore_rejection,
    "promise.finally": at_last,
    "require": call_require,
    "process.exit": leave,
    "process.on": on_signal,
    "process.once": on_signal,
    "Deno.env.get": env_get,
    "URL.new": url,
    "url:parse": url,
    "path:join": join,
    "path:resolve": join,
    "path:basename": basename,
    "Map.new": mapping,
    "Map.get": map_get,
    "Map.set": map_set,
    "Map.has": unknown_result,
}
CLASSES = ("Map", "URL", PROXY)
READS: Mapping[str, Reader] = {
    "require.main": lambda machine, owner: known(MAIN),
    "process.argv": argv,
    "process.env": environ,
    "process.platform": platform,
    "Bun.env": environ,
    "import.meta.env": environ,
    "Bun.argv": argv,
    "Deno.args": deno_args,
    "import.meta.main": lambda machine, owner: known(True),
}
ALIASES: Mapping[str, str] = {
    "process:default": "process",
    "process:env": "process.env",
    "process:argv": "process.argv",
    "process:exit": "process.exit",
    "url:URL": "URL",
    "path/posix:join": "path:join",
    "Bun.env": "process.env",
}
