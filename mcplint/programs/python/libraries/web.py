"""Starlette and FastAPI: applications, routes, mounts and middleware as objects."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.model import ServedFolder
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import return_none
from mcplint.programs.python.exceptions import may_be_caught
from mcplint.programs.python.libraries.environment import from_start_folder, text_of
from mcplint.programs.python.libraries.standard import decorator, maker, unknown_result
from mcplint.programs.python.machine import Handler, Machine, Reader, new_instance
from mcplint.programs.python.state import ADDED_MIDDLEWARE, CALL, FOLDERS, HIDDEN, STARTUP, WRITTEN
from mcplint.programs.python.values import Coroutine, Instance, as_python
from mcplint.programs.values import Abstract, External, Sequence, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label

APP, FASTAPI, ROUTER = "starlette.applications.Starlette", "fastapi.FastAPI", "fastapi.APIRouter"
ROUTE, MOUNT, MIDDLEWARE = "starlette.routing.Route", "starlette.routing.Mount", "starlette.middleware.Middleware"
FUNCTIONS = "starlette.middleware.base.BaseHTTPMiddleware"
"""The middleware that is a function, as `@app.middleware("http")` makes it."""
INCLUDED = "fastapi.Included"
VERBS = ("get", "post", "put", "delete", "patch", "head", "options")


def application(machine: Machine, args: Args, app: Instance) -> Abstract:
    """An application: its routes are a list that may grow."""
    given = args.get(None, "routes")
    app.table["routes"] = known(_route_list(given))
    app.table["prefix"] = args.get(None, "prefix", known(""))
    app.table["lifespan"] = args.get(None, "lifespan")
    app.table[CALL] = (args,)
    app.table[STARTUP] = ()
    set_middleware(args, app)
    return known(None)


def set_middleware(args: Args, app: Instance) -> None:
    """Gives an application the middleware that a call lists."""
    layers = args.get(None, "middleware")
    lists = [option for option in layers.options or () if option is not None]
    found = [item for option in lists if isinstance(option, Sequence) for item in option.known_items]
    app.table[ADDED_MIDDLEWARE] = tuple(option for item in found for option in item.options or ())
    all_listed = all(isinstance(option, Sequence) and option.items is not None for option in lists)
    if args.open or layers.options is None or not all_listed or any(item.options is None for item in found):
        app.table[HIDDEN] = (True,)


def text_list(value: Abstract | None, args: Args) -> Abstract:
    """A list of texts as one option; empty where it is not given."""
    if value is None:
        return known((), *args.notes)
    if value.must(lambda option: option is None):
        return known((), *value.trace)
    try:
        return value._replace(options=(tuple(as_python(value)),), site=None)
    except (LookupError, TypeError):
        return unknown(*value.trace)


def _route_list(given: Abstract) -> Sequence:
    """The routes that an application is given, as a list of its own."""
    only = given.only
    if isinstance(only, Sequence):
        return Sequence("list", only.items, only.known_items)
    return Sequence("list", () if given.options == (None,) else None)


def add(machine: Machine, app: Instance, route: Abstract) -> None:
    """Adds a route to an application."""
    from mcplint.programs.python.methods import SEQUENCES

    routes = app.table["routes"].only
    if isinstance(routes, Sequence):
        SEQUENCES["append"](machine, Args((route,)), routes)


def entry(machine: Machine, args: Args, owner: Any, path: str) -> Abstract:
    """A route or mount as an object."""
    second = "endpoint" if path == ROUTE else "app"
    parts = {
        "path": args.get(0, "path", known("")),
        second: args.get(1, second),
        "routes": args.get(2 if path == MOUNT else None, "routes"),
        "methods": args.get(None, "methods"),
    }
    found = Instance(External(path), args.span, parts)
    set_middleware(args, found)
    return known(found, *args.notes)


def add_route(machine: Machine, args: Args, app: Instance, path: str) -> Abstract:
    """A route or mount that an application is given."""
    add(machine, app, entry(machine, args, app, path))
    return known(None)


def route(machine: Machine, args: Args, app: Instance, verb: str | None = None) -> Abstract:
    """`@app.get(path)`, `@app.route(path, methods=…)`."""
    methods = known(Sequence("list", (known(verb.upper()),))) if verb else args.get(None, "methods")

    def add_it(function: Abstract) -> Abstract:
        add(
            machine,
            app,
            new_instance(ROUTE, args, {"path": args.get(0, "path"), "methods": methods, "endpoint": function}),
        )
        return function

    return decorator(args, add_it)


def include_router(machine: Machine, args: Args, app: Instance) -> Abstract:
    router = {"path": args.get(None, "prefix", known("")), "app": args.get(0, "router")}
    add(machine, app, new_instance(INCLUDED, args, router))
    return known(None)


def middleware(machine: Machine, args: Args, owner: Any) -> Abstract:
    if args.span:
        machine.layered.add(args.span)
    function = args.find(1, "dispatch") if getattr(args.get(0, "cls").only, "path", "") == FUNCTIONS else None
    return new_instance(
        MIDDLEWARE, args, {CALL: (args if function is None else args._replace(positional=(function,)),)}
    )


def add_middleware(machine: Machine, args: Args, app: Instance) -> Abstract:
    ADDED_MIDDLEWARE.add(machine, app.table, middleware(machine, args, app).only)
    return known(None)


def wrapped(machine: Machine, args: Args, owner: Any, path: str) -> Abstract:
    """A middleware that is put around an application by hand."""
    call = args._replace(positional=(known(External(path)), *args.positional))
    return new_instance(path, args, {"app": args.get(0, "app"), CALL: (call,)})


def on_event(machine: Machine, args: Args, app: Instance) -> Abstract:
    def add_it(function: Abstract) -> Abstract:
        if args.get(0, "event").only == "startup":
            STARTUP.add(machine, app.table, function.only)
        return function

    return decorator(args, add_it)


def add_event_handler(machine: Machine, args: Args, app: Instance) -> Abstract:
    if args.get(0, "event").only == "startup":
        STARTUP.add(machine, app.table, args.get(1, "func").only)
    return known(None)


class HandedOn(NamedTuple):
    """An application that a handler gives a request to, and the call that does."""

    app: Instance
    span: Span | None


def call_app(machine: Machine, args: Args, app: Instance) -> Abstract:
    """A request that is handed on to an application."""
    return hands_on(machine, HandedOn(app, args.span))


def hands_on(machine: Machine, target: Any) -> Abstract:
    """What awaiting a call does that gives the request to something."""

    def start() -> Abstract:
        if machine.requests:
            machine.requests[-1].append(target)
        return known(None)

    return known(Coroutine(start))


def return_owner(machine: Machine, owner: Instance) -> Abstract:
    return known(owner)


def state(machine: Machine, owner: Instance) -> Abstract:
    """`app.state`, where programs keep what belongs to an application."""
    if "state" not in owner.table:
        machine.put(owner.table, "state", known(Instance(External("starlette.datastructures.State"), owner.span)))
    found: Abstract = owner.table["state"]
    return found


def layer(machine: Machine, args: Args, app: Instance) -> Abstract:
    """`@app.middleware("http")`: a function around every request."""

    def add_it(function: Abstract) -> Abstract:
        if args.span:
            machine.layered.add(args.span)
        ADDED_MIDDLEWARE.add(
            machine, app.table, Instance(External(MIDDLEWARE), args.span, {CALL: (Args((function,)),)})
        )
        return function

    return decorator(args, add_it)


def static_files(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`StaticFiles(directory=…)`, which ends the program where there is no such folder, unless that is caught."""
    directory = args.get(None, "directory", known(None))
    name, checked = (
        from_start_folder(machine, text_of(directory) or ""),
        args.get(None, "check_dir", known(True)).must_be(True),
    )
    made_here = any(write.path == name for write in WRITTEN.of(machine.state))
    if (
        name
        and checked
        and not args.open
        and not made_here
        and args.span
        and not may_be_caught(machine, "RuntimeError")
    ):
        FOLDERS.add(machine, machine.state, ServedFolder(name, Label(args.span, "serves the folder")))
    return unknown(*args.notes)


LAYERS = (
    "starlette.middleware.cors.CORSMiddleware",
    "starlette.middleware.gzip.GZipMiddleware",
    "starlette.middleware.trustedhost.TrustedHostMiddleware",
    "starlette.middleware.authentication.AuthenticationMiddleware",
    "starlette.middleware.sessions.SessionMiddleware",
    "starlette.middleware.httpsredirect.HTTPSRedirectMiddleware",
    "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware",
    "brotli_asgi.BrotliMiddleware",
)
CALLS: dict[str, Handler] = {
    f"{APP}.__init__": application,
    f"{APP}.__call__": call_app,
    f"{APP}.mount": partial(add_route, path=MOUNT),
    f"{APP}.add_route": partial(add_route, path=ROUTE),
    f"{APP}.add_api_route": partial(add_route, path=ROUTE),
    f"{APP}.route": route,
    f"{APP}.api_route": route,
    f"{APP}.websocket": maker,
    f"{APP}.exception_handler": maker,
    f"{APP}.include_router": include_router,
    f"{APP}.add_middleware": add_middleware,
    f"{APP}.middleware": layer,
    f"{APP}.on_event": on_event,
    f"{APP}.add_event_handler": add_event_handler,
    f"{APP}.add_exception_handler": return_none,
    **{f"{APP}.{verb}": partial(route, verb=verb) for verb in VERBS},
    ROUTE: partial(entry, path=ROUTE),
    MOUNT: partial(entry, path=MOUNT),
    MIDDLEWARE: middleware,
    **{path: partial(wrapped, path=path) for path in LAYERS},
    "fastapi.Depends": unknown_result,
    "starlette.staticfiles.StaticFiles": static_files,
    "starlette.responses.JSONResponse": unknown_result,
    "starlette.responses.PlainTextResponse": unknown_result,
    "starlette.responses.Response": unknown_result,
}
READS: Mapping[str, Reader] = {
    f"{APP}.router": return_owner,
    f"{APP}.state": state,
    f"{APP}.user_middleware": lambda machine, owner: unknown(),
}
PARENTS: Mapping[str, str] = {
    "fastmcp.server.http.create_base_app": APP,
    "fastmcp.server.http.StarletteWithLifespan": APP,
    FASTAPI: APP,
    ROUTER: APP,
    "starlette.routing.Router": APP,
}
ALIASES: Mapping[str, str] = {
    "fastapi.staticfiles.StaticFiles": "starlette.staticfiles.StaticFiles",
    "fastapi.applications.FastAPI": FASTAPI,
    "fastapi.routing.APIRouter": ROUTER,
    "starlette.routing.WebSocketRoute": "starlette.routing.WebSocketRoute",
    "fastapi.middleware.cors.CORSMiddleware": LAYERS[0],
    "fastapi.middleware.gzip.GZipMiddleware": LAYERS[1],
    "fastapi.middleware.trustedhost.TrustedHostMiddleware": LAYERS[2],
    "fastapi.middleware.Middleware": MIDDLEWARE,
    "starlette.middleware.cors.CORSMiddleware": LAYERS[0],
}
