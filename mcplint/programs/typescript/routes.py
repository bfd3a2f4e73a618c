"""The requests that reach MCP: what the routes of an application, and the middleware before them, do with each."""

from __future__ import annotations

from typing import Any, NamedTuple

from mcplint.model import Endpoint
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.libraries.web import APPS, HANDLER, MIDDLEWARE, ROUTES, Route
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.middleware import Middleware, around
from mcplint.programs.typescript.operators import REQUEST_PATH
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    Function,
    Method,
    Object,
    Wrapped,
    elements,
)
from mcplint.programs.values import CLOCK, OPEN, Abstract, External, Sequence, known, unknown
from mcplint.values import Label, Value

DEEPEST = 8


class Met(NamedTuple):
    """A request of a route that reaches MCP: where it is answered, what answers it, and the middleware before that."""

    path: Abstract
    methods: tuple[str, ...]
    handled: sdk.Handled
    layers: tuple[Middleware, ...] = ()


class Walked(NamedTuple):
    """What there is to an application: its requests for MCP, its other routes, and whether these are all."""

    met: tuple[Met, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    closed: bool = True
    hosts: tuple[Abstract, ...] = ()
    guarded: bool = False


def walk(machine: Machine, app: Any) -> Walked:
    """What an application or a listener does with requests."""
    met: list[Met] = []
    endpoints: list[Endpoint] = []
    hosts: list[Abstract] = []
    closed = _walk(machine, app, known(""), met, endpoints, hosts, [], 0)
    return Walked(tuple(met), tuple(dict.fromkeys(endpoints)), closed, tuple(hosts))


def _walk(
    machine: Machine,
    app: Any,
    prefix: Abstract,
    met: list[Met],
    endpoints: list[Endpoint],
    hosts: list[Abstract],
    layers: list[Middleware],
    depth: int,
) -> bool:
    """Whether nothing but what is found answers below a prefix."""
    if depth > DEEPEST or app is None:
        return False
    if isinstance(app, (Function, Wrapped, Method)) or (isinstance(app, Object) and app.library == sdk.HANDLERS):
        _listener(machine, app, prefix, (), met, [])
        return False
    if not isinstance(app, Object):
        return False
    if app.library == APPS["http"]:
        inner = app.table.get(HANDLER)
        found = [
            _walk(machine, each, prefix, met, endpoints, hosts, layers, depth + 1)
            for each in ((inner.options or ()) if inner is not None else ())
        ]
        return bool(found) and all(found)
    if sdk.HOSTS in app.table:
        hosts.append(app.table[sdk.HOSTS])
        layers += [Middleware("/", "express:json", app.span, app.span)] if app.span is not None else []
    closed = app.library in APPS.values()
    for route in ROUTES.of(app.table):
        machine.spend(1)
        closed = _route(machine, route, prefix, met, endpoints, hosts, layers, depth) and closed
    return closed


def _route(
    machine: Machine,
    route: Route,
    prefix: Abstract,
    met: list[Met],
    endpoints: list[Endpoint],
    hosts: list[Abstract],
    layers: list[Middleware],
    depth: int,
) -> bool:
    closed = True
    paths = _paths(route.path)
    for path in paths:
        whole = _below(prefix, path)
        before = len(met)
        own = list(layers)
        for handler in route.handlers:
            for option in handler.options or ():
                if isinstance(option, Object) and option.library in MIDDLEWARE and isinstance(whole.only, str):
                    (layers if route.use else own).append(_layer(option, whole.only, route))
                    own = own if not route.use else list(layers)
                elif isinstance(option, Object) and option.library in APPS.values():
                    closed = _walk(machine, option, whole, met, endpoints, hosts, layers, depth + 1) and closed
                elif isinstance(option, Sequence):
                    for item in option.items or ():
                        _listener(machine, item.only, whole, route.methods, met, own)
                else:
                    _listener(machine, option, whole, route.methods, met, own)
                    closed = closed and not (route.use and _may_answer(option))
            if handler.options is None:
                closed = closed and not route.use
        if len(met) == before and not route.use:
            if isinstance(whole.only, str) and not set(":*{(").intersection(whole.only):
                endpoints.append(Endpoint(whole.only, route.methods, route.span))
            else:
                closed = False
    return closed


def _layer(option: Object, prefix: str, route: Route) -> Middleware:
    args = ARGUMENTS.of(option.table)
    made = option.span or route.span
    return Middleware(prefix, option.library or "", route.span, made, args[0] if args else Args())


def _may_answer(option: Any) -> bool:
    """Whether a middleware may answer requests by itself: one that hands on what it does not answer mostly does not."""
    if isinstance(option, Function):
        return "next" not in (option.node.text or b"").decode("utf-8", "replace")
    return isinstance(option, Wrapped) or (isinstance(option, Object) and option.library not in MIDDLEWARE)


def _paths(value: Abstract) -> list[Abstract]:
    items = elements(value)
    if items is not None:
        return list(items)
    return [value]


def _below(prefix: Abstract, path: Abstract) -> Abstract:
    """A path under a prefix, as Express joins them."""
    if prefix.options is None or path.options is None:
        return unknown(*prefix.trace, *path.trace)
    if not all(isinstance(each, str) for each in (*prefix.options, *path.options)):
        return unknown(*path.trace)
    if prefix.options == ("",):
        return path
    found = tuple(dict.fromkeys(_joined_path(a, b) for a in prefix.options for b in path.options))
    return Value(found, (*prefix.trace, *path.trace)[:6], path.site if prefix.options in (("",), ("/",)) else None)


def _joined_path(prefix: str, path: str) -> str:
    front = prefix.rstrip("/")
    return f"{front}{path}" if path.strip("/") else front or "/"


def _listener(
    machine: Machine,
    option: Any,
    path: Abstract,
    methods: tuple[str, ...],
    met: list[Met],
    layers: list[Middleware],
) -> None:
    """Looks at the handler of a request, whose effects are not kept."""
    for inner in option.values if isinstance(option, Wrapped) else ():
        for each in inner.options or ():
            _listener(machine, each, path, methods, met, layers)
    found: list[sdk.Handled] = []
    machine.requests.append(found)
    machine.begun = next(CLOCK)
    marks = machine.request_paths
    machine.request_paths = []
    try:
        if isinstance(option, Object) and option.library == sdk.HANDLERS:
            sdk.handler_call(machine, Args((unknown(), unknown()), option.span), option)
        elif isinstance(option, (Function, Method)):
            machine.apart(lambda: machine.call(known(option), Args((request(), unknown(), unknown()))))
    finally:
        machine.requests.pop()
        machine.request_paths = marks
    for handled in found:
        if handled.paths is None:
            met.append(Met(path if path.only != "" else unknown(), methods, handled, around(layers, path)))
        for inside in handled.paths or ():
            met.append(
                Met(known(inside, *(Label(handled.span, "called here") for _ in "1" if handled.span)), methods, handled)
            )


def request() -> Abstract:
    """A request as a handler gets it, whichever library gives it: its path is compared, the rest is not known."""
    path = known(Object(External(REQUEST_PATH), None))
    inner = Object(None, None, {OPEN: True, "url": path, "path": path, "pathname": path, "raw": unknown()})
    names = {OPEN: True, "url": path, "path": path, "originalUrl": path, "baseUrl": unknown(), "req": known(inner)}
    return known(Object(None, None, names))
