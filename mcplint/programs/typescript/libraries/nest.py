"""Nest: the application of Express, or of Fastify by its adapter, that it is made of, and the routes of controllers.

Run with Nest 11.1 and the SDK 1.30: what `use` takes, and the routes that the inner application is given, are asked
whatever the global prefix is; routes of controllers come last, below it and behind the body parser of Nest; and
`listen(port)` is that of Express, or of Fastify, which listens on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mcplint.programs.noted import Noted
from mcplint.programs.typescript.functions import bound_method
from mcplint.programs.typescript.libraries import mcp_nest, web
from mcplint.programs.typescript.libraries.nest_modules import CALLS as MODULE_CALLS
from mcplint.programs.typescript.libraries.nest_modules import (
    COMMON,
    CONSUMER,
    CONTAINER,
    VERBS,
    Container,
    decorators_of,
    is_watched,
    parameters,
)
from mcplint.programs.typescript.libraries.strangers import any_may_refuse
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import (
    ARGUMENTS,
    NOTHING,
    UNDEFINED,
    Class,
    Function,
    Method,
    Object,
    elements,
    prop,
)
from mcplint.programs.values import Abstract, External, Kept, known, unknown
from mcplint.values import Label, Value

APPLICATION, CONTEXT = "@nestjs/core:Application", "@nestjs/core:Context"
FASTIFY = "@nestjs/platform-fastify:FastifyAdapter"
EXPRESS = "@nestjs/platform-express:ExpressAdapter"
ADAPTER, ROUTE = "@nestjs/core:HttpAdapter", "@nestjs/core:Route"
PREFIX = Kept("path below which controllers are")
EXCLUDED = Kept("routes that are not below it")
PARSER = Kept("what reads bodies before controllers")
VERSIONED: Noted[bool] = Noted("routes have versions")
READY: Noted[bool] = Noted("the routes of controllers are added")
HANDLES: Noted[Any] = Noted("the container, the class and the method that answer")
REQUEST, RESPONSE = (tuple(f"{COMMON}{name}" for name in names) for names in (("Req", "Request"), ("Res", "Response")))


def create_application(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`NestFactory.create(module[, adapter][, options])`."""
    adapter = args.get(1).only
    given = adapter if isinstance(adapter, Object) and adapter.kind is not None else None
    if given is None and not (isinstance(adapter, Object) or adapter in (*NOTHING, None)):
        return unknown(*args.notes)
    if given is not None and given.library not in (FASTIFY, EXPRESS):
        return unknown(*args.notes)
    inner = _inner_application(machine, args, given)
    made = Object(External(APPLICATION), args.span)
    web.HANDLER.put(machine, made.table, inner)
    options = args.get(2 if given else 1)
    if inner.only is not None and inner.only.library == web.APPS["express"]:
        PARSER.put(machine, made.table, prop(options, "bodyParser", known(True)))
        cors = prop(options, "cors")
        if cors.options and not cors.may_be(False, UNDEFINED):
            _cors(machine, made, Args(() if cors.must_be(True) else (cors,), args.span))
    container = Container(args.get(0), machine, _adapter(made))
    made.table[CONTAINER] = (container,)
    container.start(machine)
    if container.open or not all(map(mcp_nest.routes_known, container.dynamic)):
        web.note_unknown_routes(machine, (inner,))
    if container.watched:
        _watch(machine, made)
    return known(made, *args.notes)


def may_add_routes(machine: Machine, args: Args, owner: Any) -> Abstract:
    """What may add routes that are not seen."""
    web.note_unknown_routes(machine, (known(owner),))
    return unknown(*args.notes)


def _inner_application(machine: Machine, args: Args, adapter: Object | None) -> Abstract:
    """The application of Express or Fastify: that which the adapter is given, or its own."""
    fastify = adapter is not None and adapter.library == FASTIFY
    if adapter is not None and not fastify and ARGUMENTS in adapter.table:
        handed: Abstract = adapter.table[ARGUMENTS][0].get(0)
        if isinstance(handed.only, Object) and handed.only.library == web.APPS["express"]:
            return handed
    return web.application(machine, args, None, web.APPS["fastify" if fastify else "express"])


def context(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`NestFactory.createApplicationContext(module)`: everything but what answers requests."""
    made = Object(External(CONTEXT), args.span)
    container = Container(args.get(0), machine, unknown(*args.notes))
    made.table[CONTAINER] = (container,)
    container.start(machine)
    container.run_hooks(machine)
    for module in container.dynamic:
        mcp_nest.on_streams(machine, module, listens=False)
    return known(made, *args.notes)


def _application(owner: Any) -> tuple[Object, Container] | None:
    """The inner application and the container of one of Nest."""
    inner = web.HANDLER.value(owner.table) if isinstance(owner, Object) else None
    found = CONTAINER.of(owner.table) if isinstance(owner, Object) else ()
    return (inner.only, found[0]) if inner is not None and isinstance(inner.only, Object) and found else None


def use(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.use([path,] …middleware)`, which the inner application does."""
    found = _application(owner)
    return web.use(machine, args, found[0]) if found else unknown(*args.notes)


def listen(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.listen(port[, host])`."""
    found = _application(owner)
    if found is None:
        return unknown(*args.notes)
    initialized(machine, args, owner)
    kind = "express" if found[0].library == web.APPS["express"] else "fastify"
    return web.listen(machine, args, found[0], kind)


def initialized(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.init()`, which `listen` begins with: the body parser, the routes of controllers, and what is called then."""
    found = _application(owner)
    if found is None or READY.of(owner.table):
        return known(owner)
    inner, container = found
    READY.add(machine, owner.table, True)
    parser = PARSER.value(owner.table)
    if parser is not None and parser.must_be(True) and args.span is not None:
        reads = Object(External("express:json"), owner.span, {ARGUMENTS: (Args((), owner.span),)})
        web.ROUTES.add(machine, inner.table, web.Route((), known("/"), (known(reads),), owner.span or args.span, True))
    container.run_hooks(machine)
    for each in container.controllers:
        for route in _routes(machine, owner, container, each):
            web.ROUTES.add(machine, inner.table, route)
    for module in container.dynamic:
        for methods, path, handler in mcp_nest.routes(machine, module):
            where = _below_global_prefix(machine, owner, path, methods)
            span = module.span or args.span
            if span is not None:
                web.ROUTES.add(machine, inner.table, web.Route(methods, where, (handler,), span))
        mcp_nest.on_streams(machine, module, listens=True)
    return known(owner)


def _routes(machine: Machine, owner: Object, container: Container, controller: Class) -> Iterator[web.Route]:
    """The routes of a controller."""
    controllers = [
        each
        for each in decorators_of(machine, controller.scope, controller.node)
        if _decorator_name(each) == "Controller"
    ]
    if not controllers:
        return
    below = controllers[0].table[ARGUMENTS][0].get(0)
    below = prop(below, "path", known("")) if isinstance(below.only, Object) and not elements(below) else below
    if is_watched(machine, controller.scope, controller.node):
        _watch(machine, owner)
    methods = {name: function for each in reversed(controller.lineage()) for name, function in each.methods.items()}
    for function in methods.values():
        for verb in decorators_of(machine, function.scope, function.node):
            if _decorator_name(verb) not in VERBS or verb.span is None:
                continue
            if is_watched(machine, function.scope, function.node):
                _watch(machine, owner)
            asked: tuple[str, ...] = (
                () if _decorator_name(verb) == "All" else (_decorator_name(verb).upper().replace("SSE", "GET"),)
            )
            note = Label(verb.span, "called here")
            answers = Object(External(ROUTE), verb.span, {HANDLES: ((container, controller, function),)})
            for start in elements(below) or (below,):
                path = verb.table[ARGUMENTS][0].get(0)
                for end in elements(path) or (path,):
                    where = _below_global_prefix(
                        machine, owner, _joined_paths((start, end), note), asked, container.moved
                    )
                    handler = known(Method(answers, f"{ROUTE}.answer"), note)
                    yield web.Route(asked, where, (handler,), verb.span)


def _watch(machine: Machine, owner: Any) -> None:
    """Notes that something may look at who calls."""
    found = _application(owner)
    if found is not None:
        web.GUARDED.add(machine, found[0].table, True)


def use_interceptors(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.useGlobalInterceptors(…)`, which may refuse."""
    if any(map(any_may_refuse, args.positional)):
        _watch(machine, owner)
    return known(owner)


def _decorator_name(decorator: Object) -> str:
    return (decorator.library or "").removeprefix(COMMON)


def _below_global_prefix(
    machine: Machine, owner: Object, path: Abstract, methods: tuple[str, ...], moved: bool = False
) -> Abstract:
    """The path of a route below the global prefix, which some are not below; unknown where routes have versions."""
    if moved or VERSIONED.of(owner.table):
        return unknown(*path.trace)
    prefix, excluded = PREFIX.value(owner.table), EXCLUDED.value(owner.table)
    if prefix is None:
        return path
    if excluded is not None and excluded.only is not UNDEFINED:
        listed = elements(excluded)
        names = [prop(each, "path") if isinstance(each.only, Object) else each for each in listed or ()]
        if listed is None or any(not isinstance(each.only, str) or set(each.only) & set(":*{(") for each in names):
            return unknown(*path.trace)
        if any(f"/{str(each.only).strip('/')}" == path.only for each in names):
            plain = not any(isinstance(each.only, Object) for each in listed)
            return path if plain else unknown(*path.trace)
    return _joined_paths((prefix, path), *path.trace[:1])


def _joined_paths(parts: tuple[Abstract, ...], *notes: Label) -> Abstract:
    """Paths put together as Nest does it, whichever slashes they have; nothing said is no part."""
    found = [""]
    for part in parts:
        if part.options is None or not all(isinstance(each, str) or each is UNDEFINED for each in part.options):
            return unknown(*notes, *part.trace)
        inner = ["" if each is UNDEFINED else str(each).strip("/") for each in part.options]
        found = [f"{front}/{each}" if each else front for front in found for each in inner]
    return Value(tuple(dict.fromkeys(each or "/" for each in found)), notes)


def answer(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A request comes to a method of a controller: each parameter is given what its decorator says."""
    container, controller, function = HANDLES.first(owner.table, (None, None, None))
    instance = container.find(machine, controller, {}) if isinstance(function, Function) else unknown()
    if not isinstance(instance.only, Object):
        return unknown()
    given: list[Abstract] = []
    for node in parameters(function):
        names = [each.library for each in decorators_of(machine, function.scope, node)]
        asked = [args.get(0) for name in names if name in REQUEST] + [args.get(1) for name in names if name in RESPONSE]
        given.append(asked[0] if asked else unknown())
    return machine.call(known(bound_method(instance.only, function)), Args(tuple(given), owner.span))


def set_global_prefix(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.setGlobalPrefix(prefix[, {exclude}])`."""
    if isinstance(owner, Object):
        PREFIX.put(machine, owner.table, args.get(0))
        EXCLUDED.put(machine, owner.table, prop(args.get(1), "exclude"))
    return known(owner)


def versioned(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.enableVersioning(…)`."""
    if isinstance(owner, Object):
        VERSIONED.add(machine, owner.table, True)
    return known(owner)


def with_cors(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.enableCors([options])`, which puts the package `cors` in front of what follows."""
    found = _application(owner)
    if found is not None and found[0].library == web.APPS["express"]:
        _cors(machine, owner, args)
    return known(owner)


def _cors(machine: Machine, owner: Object, args: Args) -> None:
    found = web.HANDLER.value(owner.table)
    if found is not None and isinstance(found.only, Object) and args.span is not None:
        answers = Object(External("cors:default"), args.span, {ARGUMENTS: (args,)})
        web.ROUTES.add(machine, found.only.table, web.Route((), known("/"), (known(answers),), args.span, True))


def adapter_of(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.getHttpAdapter()`."""
    return _adapter(owner) if _application(owner) else unknown(*args.notes)


def _adapter(application: Object) -> Abstract:
    return known(Object(External(ADAPTER), application.span, {web.HANDLER: application.table[web.HANDLER]}))


def inner_of(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`adapter.getInstance()`: the application of Express or Fastify itself."""
    found = web.HANDLER.value(owner.table) if isinstance(owner, Object) else None
    return found if found is not None else unknown(*args.notes)


def given_to_inner(machine: Machine, args: Args, owner: Any, name: str) -> Abstract:
    """What an adapter has its application do: `adapter.post(path, handler)`."""
    inner = inner_of(machine, args, owner)
    if isinstance(inner.only, Object):
        web.use(machine, args, inner.only) if name == "use" else web.route(machine, args, inner.only, name)
    return unknown(*args.notes)


def get_provider(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`app.get(Service)`, `await app.resolve(Service)`."""
    found = CONTAINER.of(owner.table) if isinstance(owner, Object) else ()
    only = args.get(0).only
    known_name = found and isinstance(only, (Class, str))
    return found[0].find(machine, only, {}) if known_name else unknown(*args.notes)


OPENS = ("useStaticAssets", "register", "connectMicroservice", "startAllMicroservices", "setViewEngine")
SETTINGS = ("useGlobalPipes", "useGlobalFilters", "useGlobalGuards", "enableShutdownHooks")
CALLS: Mapping[str, Handler] = {
    **MODULE_CALLS,
    "@nestjs/core:NestFactory.create": create_application,
    "@nestjs/core:NestFactory.createApplicationContext": context,
    f"{APPLICATION}.use": use,
    f"{APPLICATION}.listen": listen,
    f"{APPLICATION}.init": initialized,
    f"{APPLICATION}.setGlobalPrefix": set_global_prefix,
    f"{APPLICATION}.enableVersioning": versioned,
    f"{APPLICATION}.enableCors": with_cors,
    f"{APPLICATION}.getHttpAdapter": adapter_of,
    f"{ADAPTER}.getInstance": inner_of,
    **{f"{ADAPTER}.{name}": partial(given_to_inner, name=name) for name in (*web.METHODS, "use")},
    **{f"{kind}.{name}": get_provider for kind in (APPLICATION, CONTEXT) for name in ("get", "resolve")},
    **{f"{kind}.{name}": web.return_owner for kind in (APPLICATION, CONTEXT) for name in SETTINGS},
    f"{APPLICATION}.useGlobalInterceptors": use_interceptors,
    **{f"{APPLICATION}.{name}": may_add_routes for name in OPENS},
    f"{ROUTE}.answer": answer,
}
CLASSES: tuple[str, ...] = (APPLICATION, CONTEXT, FASTIFY, EXPRESS, ADAPTER, ROUTE, CONSUMER)
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
