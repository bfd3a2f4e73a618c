"""The requests that reach MCP: what the routes of an application, and the middleware before them, do with each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from mcplint.model import Endpoint, Matching
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.libraries.strangers import may_refuse
from mcplint.programs.typescript.libraries.web import (
    APPS,
    ENLARGED,
    GUARDED,
    HANDLER,
    HOST_GUARDS,
    MIDDLEWARE,
    ROUTES,
    Route,
)
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.middleware import Middleware, middleware_for
from mcplint.programs.typescript.operators import REQUEST_PATH
from mcplint.programs.typescript.second_request import kept_connections
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    Function,
    Method,
    Object,
    Wrapped,
    elements,
    prop,
)
from mcplint.programs.values import CLOCK, OPEN, Abstract, External, Sequence, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label, Value

DEEPEST = 8
PLAIN = re.compile(r"(?:/(?:[^:*{(/]*|:\w+))*|[^:*{(]*")
"""A path of a route, or one whose parameters are whole parts."""
CASELESS = frozenset({APPS["express"], APPS["router"], APPS["koa-router"]})
"""Whose routers take capitals for small letters unless they are told otherwise."""

IN_ORDER = (APPS["express"], APPS["router"], APPS["hono"])
"""Where middleware is come to only by requests that nothing before it has answered."""

PARSERS = re.compile(r"ContentTypeParser|preParsing|onRequest|@fastify/(?:express|middie)|\.hook\b|addHook")
"""What a program says that may have Fastify leave bodies alone."""


class McpRequest(NamedTuple):
    """A request of a route that reaches MCP: where it is answered, what answers it, and the middleware before that."""

    path: Abstract
    methods: tuple[str, ...]
    handled: sdk.Handled
    layers: tuple[Middleware, ...] = ()


class Walked(NamedTuple):
    """What there is to an application: its requests for MCP, its other routes, and whether these are all.

    `chain`: what requests for MCP come through before they are answered, None for what is not known; `elsewhere`: the
    calls that set up other routes. `apps`: which libraries made what routes requests, as often as they did. `guards`:
    what refuses foreign hosts in front of all endpoints but those that are not guarded. `watched`: whether requests for
    MCP come through a layer that is not known, which may look at who calls. `late`: middleware that is set up after the
    last route for MCP of its application, each with that one; `passed`: where the applications are made.
    """

    met: tuple[McpRequest, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    closed: bool = True
    hosts: tuple[Abstract, ...] = ()
    chain: tuple[Any, ...] = ()
    elsewhere: tuple[Span, ...] = ()
    apps: tuple[str, ...] = ()
    guards: tuple[Middleware, ...] = ()
    watched: bool = False
    late: tuple[tuple[Span, Span], ...] = ()
    passed: frozenset[Span] = frozenset()

    def matching(self, told: bool) -> Matching:
        """How its routes are found; `told`: whether the program may have said how. A router inside has settings too."""
        outer = [each for each in self.apps if each != APPS["http"]]
        strict = not told and outer in ([APPS["hono"]], [APPS["fastify"]])
        return Matching(bool({*outer} & CASELESS), strict)


def walk(machine: Machine, app: Any) -> Walked:
    """What an application or a listener does with requests."""
    walking = _Walk(machine)
    closed = walking.app(app, known(""))
    endpoints, chain = tuple(dict.fromkeys(walking.endpoints)), tuple(walking.chain)
    above = {path for item in walking.met for path in _path_and_parents(item.path)}
    sure = all(_plain_path(item.path) != "*" for item in walking.met)
    here = walking.leading.union(span for path, span in walking.aside if _plain_path(path) in above)
    elsewhere = tuple(span for _, span in walking.aside if sure and span not in here)
    late = tuple(pair for pair in walking.late if pair[0] not in walking.leading)
    hosts, apps, guards = tuple(walking.hosts), tuple(walking.apps), tuple(walking.guards)
    return Walked(
        tuple(walking.met),
        endpoints,
        closed,
        hosts,
        chain,
        elsewhere,
        apps,
        guards,
        walking.watched,
        late,
        frozenset(walking.passed),
    )


def _plain_path(prefix: Abstract) -> str:
    """A path without its last slash, `*` where it may be any."""
    plain = isinstance(prefix.only, str) and not set(":*{(").intersection(prefix.only)
    return str(prefix.only).rstrip("/") if plain else "*"


def _path_and_parents(path: Abstract) -> Iterable[str]:
    """A path and all those above it, and `*`; that alone where the path is not known."""
    parts = _plain_path(path).split("/")
    return ("*", *("/".join(parts[: length + 1]) for length in range(len(parts))))


class _Walk:
    """A walk over an application: what was met on the way, and the middleware that requests have passed by then."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.met: list[McpRequest] = []
        self.endpoints: list[Endpoint] = []
        self.hosts: list[Abstract] = []
        self.layers: list[Middleware] = []
        self.depth = 0
        self.before: dict[str, list[Any]] = {}
        self.chain: list[Any] = []
        self.aside: list[tuple[Abstract, Span]] = []
        self.apps: list[str] = []
        self.guards: list[Middleware] = []
        self.watching: set[str] = set()
        self.watched = False
        self.leading: set[Span] = set()
        self.late: list[tuple[Span, Span]] = []
        self.passed: set[Span] = set()

    def app(self, app: Any, prefix: Abstract) -> bool:
        """Whether nothing but what is found answers below a prefix."""
        if self.depth > DEEPEST or app is None:
            return False
        self.watched = self.watched or isinstance(app, Wrapped) or (isinstance(app, Object) and GUARDED in app.table)
        if isinstance(app, (Function, Wrapped, Method)) or (isinstance(app, Object) and app.library == sdk.HANDLERS):
            self.listener(app, prefix, ())
            return False
        if not isinstance(app, Object):
            return False
        self.apps.append(app.library or "")
        self.passed |= {app.span} if app.span is not None else set()
        self.depth += 1
        try:
            return (
                self._listens(app, prefix)
                if app.library == APPS["http"]
                else self._routes(app, _router_prefix(app, prefix))
            )
        finally:
            self.depth -= 1

    def _listens(self, server: Object, prefix: Abstract) -> bool:
        handler = server.table.get(HANDLER)
        found = [self.app(each, prefix) for each in ((handler.options or ()) if handler is not None else ())]
        return bool(found) and all(found) and ENLARGED not in server.table

    def _routes(self, app: Object, prefix: Abstract) -> bool:
        if sdk.HOSTS in app.table:
            self.hosts.append(app.table[sdk.HOSTS])
            if app.span is not None:
                self.layers.append(Middleware("/", "express:json", app.span, app.span))
        closed = app.library in APPS.values() and ENLARGED not in app.table
        own = self._own_parser(app) if app.library == APPS["fastify"] else ()
        last: Span | None = None
        late: list[Span] = []
        for route in ROUTES.of(app.table):
            self.machine.spend(1)
            met = len(self.met)
            for path in _paths(route.path):
                closed = self._route(route, _prefixed(prefix, path), own) and closed
            if len(self.met) > met:
                last, late = route.span, []
            elif route.use:
                late.append(route.span)
        if last is not None and app.library in IN_ORDER:
            self.late += ((each, last) for each in late)
        return closed

    def _own_parser(self, app: Object) -> tuple[Middleware, ...]:
        """What Fastify reads bodies with before the handlers of routes, unless the program speaks of other parsers."""
        texts = (package.fact.source.text for package in self.machine.packages.values() if package)
        if app.span is None or any(map(PARSERS.search, texts)):
            return ()
        return (Middleware("/", "fastify:json", app.span, app.span),)

    def _route(self, route: Route, path: Abstract, own: tuple[Middleware, ...] = ()) -> bool:
        closed, before = True, len(self.met)
        layers = self.layers if route.use else [*self.layers, *own]
        for handler in route.handlers:
            for option in handler.options or ():
                if isinstance(option, Object) and option.library in MIDDLEWARE and isinstance(path.only, str):
                    layers.append(_layer(option, path.only, route))
                    if option.library in HOST_GUARDS and route.use and path.only in ("", "/") and handler.only:
                        self._note_guard(layers[-1])
                elif isinstance(option, Object) and option.library in APPS.values():
                    closed = self.app(option, path) and closed
                elif isinstance(option, Sequence):
                    for item in option.items or ():
                        self.listener(item.only, path, route.methods, layers)
                else:
                    self.listener(option, path, route.methods, layers)
                    closed = closed and not (route.use and _may_answer(option))
            if handler.options is None:
                closed = closed and not route.use
        self._note_passed(route, path, len(self.met) > before)
        if len(self.met) > before or route.use:
            return closed
        if isinstance(path.only, str) and PLAIN.fullmatch(path.only):
            self.endpoints.append(Endpoint(path.only, route.methods, route.span))
            return closed
        return False

    def _note_guard(self, guard: Middleware) -> None:
        """Notes what stands in front of all that follows, and of none of the endpoints before it."""
        self.guards.append(guard)
        self.endpoints = [each._replace(guarded=False) for each in self.endpoints]

    def _note_passed(self, route: Route, path: Abstract, met: bool) -> None:
        """Notes what requests come through: that of this route, and what was put in front of it before, each once."""
        options = [option for handler in route.handlers for option in handler.options or (None,)]
        steps = [option if _is_known_step(option) else None for option in options]
        watches = any(map(may_refuse, options))
        if met:
            self.leading.add(route.span)
            above = tuple(_path_and_parents(path))
            paths = tuple(self.before) if set(above) == {"*"} else above
            self.watched = self.watched or watches or not self.watching.isdisjoint(paths)
            for each in paths:
                self.chain += self.before.pop(each, ())
            self.chain += steps
        elif route.use:
            self.before.setdefault(_plain_path(path), []).extend(steps)
            if watches:
                self.watching.add(_plain_path(path))
        if not met:
            self.aside.append((path, route.span))

    def listener(
        self, option: Any, path: Abstract, methods: tuple[str, ...], layers: Iterable[Middleware] = ()
    ) -> None:
        """Looks at the handler of a request, whose effects are not kept."""
        for inner in option.values if isinstance(option, Wrapped) else ():
            for each in inner.options or ():
                self.listener(each, path, methods, layers)
        for handled in _handled(self.machine, option):
            if handled.paths is None:
                where = path if path.only != "" else unknown()
                self.met.append(McpRequest(where, methods, handled, middleware_for(layers, path)))
            for inside in handled.paths or ():
                notes = (Label(handled.span, "called here"),) if handled.span else ()
                self.met.append(McpRequest(known(inside, *notes), methods, handled))


def _handled(machine: Machine, option: Any) -> list[sdk.Handled]:
    """What a handler hands requests to."""
    found: list[sdk.Handled] = []
    machine.requests.append(found)
    machine.begun = next(CLOCK)
    marks = machine.request_paths
    machine.request_paths = []
    try:
        if isinstance(option, Object) and option.library == sdk.HANDLERS:
            sdk.handler_call(machine, Args((unknown(), unknown()), option.span), option)
        elif isinstance(option, (Function, Method)):
            machine.run_isolated(lambda: _answer_two_clients(machine, option, found))
    finally:
        machine.requests.pop()
        machine.request_paths = marks
    return found


def _answer_two_clients(machine: Machine, function: Any, found: list[sdk.Handled]) -> None:
    """A handler answers a client, and then another one."""
    base = len(machine.writes)

    def answer() -> object:
        return machine.call(known(function), Args((request(), unknown(), unknown())))

    answer()
    found += kept_connections(machine, found, base, answer)


def _is_known_step(option: Any) -> bool:
    """Whether it is known what a step does with requests."""
    library = option.library if isinstance(option, Object) else None
    return isinstance(option, Function) or library in MIDDLEWARE or library in APPS.values() or library == sdk.HANDLERS


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


def _router_prefix(app: Object, prefix: Abstract) -> Abstract:
    """The prefix of an application's routes, with what `new Router({prefix})` of Koa puts below it."""
    made = ARGUMENTS.of(app.table)
    if app.library != APPS["koa-router"] or not made:
        return prefix
    own = prop(made[0].get(0), "prefix", known(""))
    return prefix if own.options == ("",) else _prefixed(prefix, own)


def _prefixed(prefix: Abstract, path: Abstract) -> Abstract:
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


def request() -> Abstract:
    """A request as a handler gets it, whichever library gives it: its path is compared, the rest is not known."""
    path = known(Object(External(REQUEST_PATH), None))
    inner = Object(None, None, {OPEN: True, "url": path, "path": path, "pathname": path, "raw": unknown()})
    names = {OPEN: True, "url": path, "path": path, "originalUrl": path, "baseUrl": unknown(), "req": known(inner)}
    return known(Object(None, None, names))
