"""HTTP in Node, Bun and Deno: Express, plain `http`, Hono, Fastify and Koa; their routes, and where they listen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.programs.noted import Noted
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader, Served
from mcplint.programs.typescript.operators import REQUEST_PATH
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    NOTHING,
    UNDEFINED,
    Function,
    Object,
    PathTest,
    Wrapped,
    array,
    elements,
    prop,
)
from mcplint.programs.values import Abstract, External, Kept, known, noted, unknown
from mcplint.text.source import Span
from mcplint.values import Label, Value

EVERY, DUAL = "0.0.0.0", "::"
METHODS = ("get", "post", "put", "delete", "patch", "options", "head", "all")
APPS = {
    "express": "express:Application",
    "router": "express:Router",
    "http": "http:Server",
    "hono": "hono:Hono",
    "fastify": "fastify:Instance",
    "koa": "koa:default",
    "koa-router": "@koa/router:default",
    "next": "next:Application",
}


GIVES = ("express-async-handler:default", "hono/factory:createMiddleware", "koa-compose:default")
"""What gives the function that it is given, or one that does the same."""
HOOKS = ("onRequest", "preParsing", "preValidation", "preHandler")
"""What Fastify calls before a handler. Source: https://fastify.dev/docs/latest/Reference/Lifecycle/"""
HOST_GUARDS = tuple(
    f"{home}:{name}"
    for home in ("@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation", "@modelcontextprotocol/express")
    for name in ("hostHeaderValidation", "localhostHostValidation")
)
"""What answers only requests with one of some names in `Host`: of a list, and of the machine itself."""
BODY_PARSERS = (
    *("express:json", "body-parser:json", "fastify:json", "koa-bodyparser:default", "@koa/bodyparser:bodyParser"),
    *("koa-body:koaBody", "koa-body:default"),
)
MIDDLEWARE = (
    *(*BODY_PARSERS, "express:urlencoded", "express:text", "express:raw", "cors:default", "helmet:default"),
    *("morgan:default", "compression:default", "express-rate-limit:default", "cookie-parser:default"),
    *("hono/cors:cors", "hono/logger:logger", "hono/compress:compress", "pino-http:default"),
    *("hono/body-limit:bodyLimit", *HOST_GUARDS),
)
"""What changes requests and responses and answers none that a client of MCP makes."""


class Route(NamedTuple):
    """What an application does with requests: for a path and methods (none: all), or around all of them (`use`)."""

    methods: tuple[str, ...]
    path: Abstract
    handlers: tuple[Abstract, ...]
    span: Span
    use: bool = False


ROUTES: Noted[Route] = Noted("routes and middleware of an application, in their order")
HANDLER, OF, PATH = Kept("what answers"), Kept("application of a route"), Kept("path of a route")
OUTER = Kept("the application around one that lies below a path")
ENLARGED: Noted[bool] = Noted("something unknown may add routes")
GUARDED: Noted[bool] = Noted("what lies in front of all routes may turn callers away")
REWRITES: Noted[tuple[str, str]] = Noted("paths that stand for others, each with the other")
BELOW: Kept = Kept("path below which all routes of an application are")
SLASHED: Noted[bool] = Noted("a path is sent on to the one with a slash behind it")


def application(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    made = Object(External(kind), args.span)
    made.table[ARGUMENTS] = (args,)
    return known(made, *args.notes)


def _add(machine: Machine, app: Object, route: Route) -> None:
    ROUTES.add(machine, app.table, route)
    if app.span is not None:
        machine.routed.setdefault(route.span, set()).add(app.span)


def route(machine: Machine, args: Args, owner: Any, method: str) -> Abstract:
    """`app.get(path, …handlers)`; with one argument `app.get` reads a setting."""
    if len(args.positional) > 1 and isinstance(owner, Object):
        methods = () if method == "all" else (method.upper(),)
        _add(machine, owner, Route(methods, args.get(0), args.positional[1:], _span_of(args)))
    return known(owner)


def note_unknown_routes(machine: Machine, values: Iterable[Abstract], depth: int = 0, guards: bool = False) -> None:
    """Notes that something unknown may add routes to the applications and servers that it is given, or `guards`."""
    for option in (option for value in values for option in value.options or ()):
        if isinstance(option, Object) and ENLARGED in option.table and (GUARDED in option.table or not guards):
            continue
        if isinstance(option, Object) and (option.library in APPS.values() or HANDLER in option.table):
            ENLARGED.add(machine, option.table, True)
            if guards:
                GUARDED.add(machine, option.table, True)
            handler = HANDLER.value(option.table)
            note_unknown_routes(machine, (handler,) if handler is not None else (), depth, guards)
        elif isinstance(option, Object) and option.kind is None and not depth:
            note_unknown_routes(
                machine, [value for value in option.table.values() if isinstance(value, Value)], 1, guards
            )


def base_path(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.basePath(path)` of Hono: an application below a path, which requests come to through the other one."""
    made = Object(External(APPS["hono"]), args.span)
    outer = Object(External(APPS["hono"]), args.span)
    _add(machine, outer, Route((), args.get(0), (known(made),), _span_of(args), True))
    made.table[OUTER] = known(outer)
    return known(made, *args.notes)


def use(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.use([path,] …middleware)`."""
    given = list(args.positional)
    path: Abstract = known("/")
    if given and (_is_path(given[0]) or (len(given) > 1 and _is_unknown_variable(given[0]))):
        path = given.pop(0)
    if isinstance(owner, Object):
        given += [unknown(*args.open)] if args.open else []
        _add(machine, owner, Route((), path, tuple(given), _span_of(args), True))
    return known(owner)


def _is_path(value: Abstract) -> bool:
    """Whether an argument is a path, or several."""
    items = elements(value)
    return any(isinstance(option, str) for each in items or (value,) for option in each.options or ())


def _is_unknown_variable(value: Abstract) -> bool:
    """Whether an argument is an environment variable that is not known, which is no middleware."""
    return value.options is None and any(note.variable for note in value.trace)


def route_object(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.route(path).get(…)` of Express, `route({method, url, handler})` of Fastify, `route(path, app)` of Hono."""
    first = args.get(0)
    if isinstance(first.only, Object) and isinstance(owner, Object):
        methods = prop(first, "method")
        names = [methods] if isinstance(methods.only, str) else list(elements(methods) or ())
        methods_named = tuple(str(each.only).upper() for each in names if isinstance(each.only, str))
        hooks = (first.only.table[name] for name in HOOKS if name in first.only.table)
        handlers = (*hooks, prop(first, "handler"))
        _add(machine, owner, Route(methods_named, prop(first, "url"), handlers, _span_of(args)))
        return known(owner)
    if len(args.positional) > 1:
        return use(machine, args, owner)
    made = Object(External("express:Route"), args.span)
    made.table[OF], made.table[PATH] = known(owner), first
    return known(made)


def route_method(machine: Machine, args: Args, owner: Any, method: str) -> Abstract:
    app, path = OF.value(owner.table), PATH.value(owner.table)
    methods = () if method == "all" else (method.upper(),)
    if app is not None and path is not None and isinstance(app.only, Object):
        _add(machine, app.only, Route(methods, path, args.positional, _span_of(args)))
    return known(owner)


def _span_of(args: Args) -> Span:
    assert args.span
    return args.span


def create_server(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`http.createServer([options,] [listener])`."""
    made = Object(External(APPS["http"]), args.span)
    given = [value for value in args.positional if not (isinstance(value.only, Object) and value.only.kind is None)]
    if given or args.open:
        made.table[HANDLER] = given[-1] if given else unknown()
    return known(made, *args.notes)


def on_event(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`server.on("request", listener)`; other events answer no requests."""
    if args.get(0).only == "request" and isinstance(owner, Object):
        HANDLER.put(machine, owner.table, args.get(1))
    return known(owner)


def listen(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    """`listen(port[, host])`, `listen({port, host})`: without a host on every interface, except for Fastify."""
    first, second = args.get(0), args.get(1)
    host: Abstract = known(UNDEFINED)
    if isinstance(first.only, Object) and first.only.kind is None:
        port, host = prop(first, "port", known(0)), prop(first, "host")
    else:
        port = first
        if not (isinstance(second.only, (Function, int, Wrapped)) or second.only is UNDEFINED):
            host = second
    # A server of `http` that is given no listener answers nothing: it tells whether a port is free.
    if kind != "http" or not isinstance(owner, Object) or HANDLER in owner.table:
        machine.serve(Served("http", owner, listening_host(machine, host, kind, args), port, _span_of(args)))
    for value in args.positional:
        if isinstance(value.only, Function):
            machine.call(value, Args((), args.span))
    result = known(owner) if kind == "http" else application(machine, args, None, APPS["http"])
    if kind != "http" and isinstance(result.only, Object):
        result.only.table[HANDLER] = known(owner)
    return result


def listening_host(machine: Machine, host: Abstract, kind: str, args: Args) -> Abstract:
    """Where it listens, given what it is told: nothing means every interface."""
    if host.options is None:
        return host
    absent = [option for option in host.options if option in (*NOTHING, None, "")]
    if not absent:
        return host
    default = known(DUAL, *(Label(_span_of(args), "without a host it listens on every interface") for _ in "1"))
    if kind == "fastify":
        release = machine.world.sdk("npm:fastify").version.only or ""
        major = int(release.partition(".")[0]) if release.partition(".")[0].isdigit() else 5
        if major >= 4:
            default = known("localhost", Label(_span_of(args), "without a host Fastify listens on localhost"))
    kept = tuple(option for option in host.options if option not in (*NOTHING, None, ""))
    if not kept:
        return noted(default, *host.trace[:3])
    from mcplint.programs.values import union

    return union([host._replace(options=kept), default])


def serve(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`serve({fetch, port, hostname})` of Hono, `Bun.serve(…)`."""
    options = args.get(0)
    app = isinstance(options.only, Object) and options.only.library in APPS.values()
    handler = _outermost_application(options) if app else _outermost_application(prop(options, "fetch"))
    options = known(Object(None, args.span)) if app else options
    host = listening_host(machine, prop(options, "hostname"), "hono", args)
    port = prop(options, "port", known(3000))
    made = Object(External(APPS["http"]), args.span)
    made.table[HANDLER] = handler
    machine.serve(Served("http", made, host, port, _span_of(args)))
    if isinstance(args.get(1).only, Function):
        machine.call(args.get(1), Args((), args.span))
    return known(made)


def _outermost_application(app: Abstract) -> Abstract:
    """The application that requests come to for one that lies below a path."""
    outer: Any = app.only.table.get(OUTER) if isinstance(app.only, Object) else None
    return app if outer is None else outer


def deno_serve(machine: Machine, args: Args, owner: Any) -> Abstract:
    options = args.get(0) if len(args.positional) > 1 else unknown()
    made = Object(External(APPS["http"]), args.span)
    made.table[HANDLER] = args.positional[-1] if args.positional else unknown()
    plain = len(args.positional) == 1
    port = known(8000, *args.notes) if plain else prop(options, "port", known(8000))
    host = known(EVERY, *args.notes) if plain else prop(options, "hostname", known(EVERY, *args.notes))
    machine.serve(Served("http", made, host, port, _span_of(args)))
    return known(made)


def fetch_of(machine: Machine, owner: Any) -> Abstract:
    """`app.fetch`: the application itself, as what serves it sees it."""
    return known(owner)


def return_owner(machine: Machine, args: Args, owner: Any) -> Abstract:
    """What changes nothing that is told here, and gives the object itself."""
    return known(owner)


def register(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`fastify.register(plugin, {prefix})`: a plugin of the project is called with the application."""
    if isinstance(args.get(0).only, Function) and isinstance(owner, Object):
        inner = Object(owner.kind, args.span)
        machine.call(args.get(0), Args((known(inner), args.get(1)), args.span))
        prefix = prop(args.get(1), "prefix", known("/"))
        _add(machine, owner, Route((), prefix, (known(inner),), _span_of(args), True))
    elif isinstance(owner, Object):
        _add(machine, owner, Route((), known("/"), (args.get(0),), _span_of(args), True))
    return known(owner)


def add_hook(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`fastify.addHook(name, hook)`: one that the project has not written may turn callers away."""
    hook = args.get(1)
    if isinstance(owner, Object) and not isinstance(hook.only, Function):
        GUARDED.add(machine, owner.table, True)
    return known(owner)


def first_of(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A call of what wraps a handler and changes nothing that is told here."""
    return args.get(0)


def request_starts(machine: Machine, args: Args, owner: Any) -> Abstract:
    text = args.get(0).only
    return known(PathTest((text,), exact=False)) if isinstance(text, str) else unknown()


def request_split(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(array(known(owner), unknown()))


def request_same(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(owner)


HTTP_METHODS: Mapping[str, Handler] = {
    **{f"{kind}.{name}": partial(route, method=name) for kind in APPS.values() for name in METHODS},
    **{f"{kind}.use": use for kind in APPS.values()},
    **{f"{kind}.route": route_object for kind in APPS.values()},
    **{f"{kind}.{name}": return_owner for kind in APPS.values() for name in ("set", "disable", "enable", "on", "once")},
    f"{APPS['http']}.on": on_event,
}
CALLS: Mapping[str, Handler] = {
    **HTTP_METHODS,
    "express:default": partial(application, kind=APPS["express"]),
    "express:Router": partial(application, kind=APPS["router"]),
    **{name: partial(application, kind=name) for name in MIDDLEWARE},
    "express:Router.new": partial(application, kind=APPS["router"]),
    f"{APPS['express']}.listen": partial(listen, kind="express"),
    **{f"express:Route.{name}": partial(route_method, method=name) for name in METHODS},
    **{f"{module}:createServer": create_server for module in ("http", "https", "http2")},
    "http:Server.new": create_server,
    f"{APPS['http']}.listen": partial(listen, kind="http"),
    "hono:Hono.new": partial(application, kind=APPS["hono"]),
    f"{APPS['hono']}.mount": use,
    f"{APPS['hono']}.basePath": base_path,
    "@hono/node-server:serve": serve,
    "Bun.serve": serve,
    "Deno.serve": deno_serve,
    "fastify:default": partial(application, kind=APPS["fastify"]),
    f"{APPS['fastify']}.listen": partial(listen, kind="fastify"),
    f"{APPS['fastify']}.register": register,
    f"{APPS['fastify']}.addHook": add_hook,
    **dict.fromkeys(GIVES, first_of),
    f"{APPS['koa']}.listen": partial(listen, kind="koa"),
    f"{APPS['koa-router']}.routes": return_owner,
    f"{APPS['koa-router']}.allowedMethods": return_owner,
    f"{REQUEST_PATH}.startsWith": request_starts,
    f"{REQUEST_PATH}.split": request_split,
    **{f"{REQUEST_PATH}.{name}": request_same for name in ("replace", "toLowerCase", "toString", "trim", "slice")},
}
CLASSES = (*APPS.values(), "express:Route")
READS: Mapping[str, Reader] = {f"{APPS['hono']}.fetch": fetch_of}
ALIASES: Mapping[str, str] = {
    "express:express": "express:default",
    "fastify:fastify": "fastify:default",
    "fastify:Fastify": "fastify:default",
    "koa-router:default": "@koa/router:default",
    "express-rate-limit:rateLimit": "express-rate-limit:default",
    "pino-http:pinoHttp": "pino-http:default",
    "body-parser:default.json": "body-parser:json",
    "Bun:serve": "Bun.serve",
    "bun:serve": "Bun.serve",
    "hono/tiny:Hono": "hono:Hono",
    "hono/quick:Hono": "hono:Hono",
}
