"""What an ASGI application answers: its MCP endpoints with their prefixes, its other routes, its middleware."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from mcplint.model import Cors, Endpoint, Mounted, Server
from mcplint.programs.outcome import SSE, STREAMABLE
from mcplint.programs.python.libraries.sdk_protection import listed
from mcplint.programs.python.libraries.web import APP, INCLUDED, LAYERS, MOUNT, ROUTE
from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.middleware import layer_says
from mcplint.programs.python.operators import product
from mcplint.programs.python.servers import joined
from mcplint.programs.python.state import (
    ADDED_MIDDLEWARE,
    APPLICATION,
    APPS,
    CALL,
    FUNCTION_LAYER,
    HIDDEN,
    RUNNING,
    SERVED,
    SERVER,
    STARTUP,
    TRANSPORTS,
    UNSURE,
)
from mcplint.programs.python.values import Abstract, Class, Function, Instance, Method, Sequence, known, noted, unknown
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

DEEPEST = 12


class Handled(NamedTuple):
    """What a handler gives a request to: `sse` or `streamable-http`, the transport object, the server object."""

    transport: str
    through: Instance
    server: Instance | None


class Passed(NamedTuple):
    """An application that a handler gives a request to, and the call that does."""

    app: Instance
    span: Span | None


class Site:
    """What is found on a walk over an application; a class because the walk gathers it."""

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self.inner: list[Abstract] = []
        self.endpoints: list[Endpoint] = []
        self.cors: list[Cors] = []
        self.compressed: list[Label] = []
        self.closed = True
        self.checked = False
        self.rooted = False
        self.lifespan: EditSite | None = None

    def all(self) -> Iterable[Server]:
        """The servers, each with what else is there."""
        paths = {served.path.only for served in self.servers}
        for served in self.servers:
            alone = served.auth.only is not None or (self.closed and not self.checked)
            mine = (*served.endpoints, *(each for each in self.endpoints if each.path not in paths))
            yield served._replace(
                endpoints=tuple(dict.fromkeys(mine)),
                endpoints_closed=served.endpoints_closed and self.closed,
                auth=served.auth if alone else unknown(*served.auth.trace),
            )


class ProxyRule(NamedTuple):
    """Where on its way from the root a walk is: the prefix so far, the mounts, and whether this is still the root."""

    prefix: Abstract
    mounts: tuple[Mounted, ...] = ()
    root: bool = True
    depth: int = 0


def visit(machine: Machine, value: Abstract, site: Site, way: ProxyRule) -> None:
    """Walks what an application serves."""
    if value.options is None or len(value.options) != 1 or way.depth > DEEPEST:
        site.closed = False
        return
    option = value.options[0]
    library = option.library if isinstance(option, Instance) else None
    if library in LAYERS:
        inside = way._replace(depth=way.depth + 1)
        _around(machine, (option,), site, lambda: visit(machine, option.table["app"], site, inside))
    elif isinstance(option, Instance) and machine.kin(library, APP):
        _application(machine, option, site, way)
    elif isinstance(option, (Function, Method)) or (isinstance(option, Instance) and isinstance(option.kind, Class)):
        _callable(machine, option, site, way, unknown(*_decides(option)))
        site.closed = False
    elif option is not None:
        site.closed = False


def _application(machine: Machine, app: Instance, site: Site, way: ProxyRule) -> None:
    if way.root:
        lifespan(machine, app)
        site.lifespan = _room(app)
    if "open" in app.table:
        site.closed = False
    site.rooted |= any("root_path" in each.keywords for each in CALL.of(app.table))
    site.checked |= FUNCTION_LAYER in app.table or any("dependencies" in each.keywords for each in CALL.of(app.table))
    layers = ADDED_MIDDLEWARE.of(app.table)
    _around(machine, layers, site, lambda: _routes(machine, app.table.get("routes"), site, way, app))


def _around(machine: Machine, layers: Iterable[Any], site: Site, walk: Callable[[], None]) -> None:
    """Walks what stands behind middleware; what that says holds for the servers which are found there."""
    outer, before = (site.cors, site.compressed), len(site.servers)
    site.cors, site.compressed = [], []
    for layer in layers:
        layer_says(layer, site)
    own = (tuple(site.cors), tuple(site.compressed))
    walk()
    for index in range(before, len(site.servers)):
        served = site.servers[index]
        site.servers[index] = served._replace(cors=(*own[0], *served.cors), compressed=(*own[1], *served.compressed))
    site.cors, site.compressed = outer


def _routes(machine: Machine, value: Abstract | None, site: Site, way: ProxyRule, app: Instance | None) -> None:
    only = value.only if value is not None else None
    if not isinstance(only, Sequence) or only.items is None:
        site.closed = False
    for item in only.some if isinstance(only, Sequence) else ():
        if item.options is None:
            site.closed = False
        for option in item.options or ():
            _route(machine, option, site, way, app)


def _route(machine: Machine, option: Any, site: Site, way: ProxyRule, app: Instance | None) -> None:
    library = option.library if isinstance(option, Instance) else None
    if library == "mcp.Endpoint":
        _mcp(machine, option, site, way, app)
    elif library == ROUTE:
        _plain(machine, option, site, way)
    elif library == MOUNT:
        _mount(machine, option, site, way)
    elif library == INCLUDED:
        router = option.table["app"].only
        own = router.table.get("prefix", known("")) if isinstance(router, Instance) else known("")
        inner = prefixed(prefixed(way.prefix, option.table["path"]), own)
        visit(machine, option.table["app"], site, ProxyRule(inner, way.mounts, False, way.depth + 1))
    elif library != "starlette.routing.WebSocketRoute":
        site.closed = False


def prefixed(prefix: Abstract, path: Abstract) -> Abstract:
    """A path below a prefix; without a prefix, the path as it is, and where it is written."""
    if prefix.must(lambda text: text in ("", "/", None)):
        return path
    if path.must(lambda text: text in ("", None)):
        return prefix
    joined = product((prefix, path), lambda first, second: first.rstrip("/") + second)
    return noted(joined, *prefix.trace[:1])


def _mount(machine: Machine, route: Instance, site: Site, way: ProxyRule) -> None:
    path = route.table["path"]
    before = len(site.servers)
    deeper = ProxyRule(prefixed(way.prefix, path), way.mounts, False, way.depth + 1)
    target = route.table["app"]
    only = target.only
    if target.options == (None,) or only is None:
        _routes(machine, route.table["routes"], site, deeper, None)
    elif isinstance(only, Method) and only.function == "mcp.server.sse.SseServerTransport.handle_post_message":
        return
    elif isinstance(only, (Function, Method)) or (isinstance(only, Instance) and isinstance(only.kind, Class)):
        below = product((deeper.prefix,), lambda text: text.rstrip("/") + "/")
        _callable(machine, only, site, deeper, noted(below, *deeper.prefix.trace))
    else:
        visit(machine, target, site, deeper)
    if route.span is not None:
        for index in range(before, len(site.servers)):
            served = site.servers[index]
            mounted = Mounted(path, served.mounts[0].prefix if served.mounts else site.inner[index], route.span)
            site.servers[index] = served._replace(mounts=(mounted, *served.mounts))


def _mcp(machine: Machine, endpoint: Instance, site: Site, way: ProxyRule, app: Instance | None) -> None:
    (served,) = SERVED.of(endpoint.table)
    running = RUNNING.of(machine.state)
    owners = (SERVER.one(endpoint.table, None), APPLICATION.one(endpoint.table, None))
    alive = (way.root and app is owners[1]) or any(owner in running for owner in owners)
    spoken = served.transport
    if spoken.must(lambda name: name == SSE):
        runs: Abstract = Value(())
    elif alive:
        runs = known(True, *served.path.trace[:1])
    else:
        runs = unknown() if UNSURE.of(machine.state) else known(False, *_called(endpoint))._replace(slot=site.lifespan)
    routes = tuple(each._replace(path=str(prefixed(way.prefix, known(each.path)).only)) for each in served.endpoints)
    site.inner.append(served.path)
    site.servers.append(served._replace(path=prefixed(way.prefix, served.path), lifespan=runs, endpoints=routes))


def _called(endpoint: Instance) -> tuple[Label, ...]:
    return (Label(endpoint.span, "its session manager is never run"),) if endpoint.span else ()


def _plain(machine: Machine, route: Instance, site: Site, way: ProxyRule) -> None:
    path = prefixed(way.prefix, route.table["path"])
    target = route.table["endpoint"].only
    found = _handled(machine, target) if _speaks(machine) and _hands_on(target) else []
    for handled in found:
        _low(machine, handled, site, path, route.table["path"])
    if found:
        return
    spelled = path.only
    if not isinstance(spelled, str) or route.span is None:
        site.closed = False
        return
    methods = listed(route.table["methods"], Args()).only
    site.endpoints.append(Endpoint(spelled, tuple(methods or ("GET",)), route.span))


def _callable(machine: Machine, option: Any, site: Site, way: ProxyRule, path: Abstract) -> None:
    """A function or object of the project that is an application itself."""
    found = _handled(machine, option, site, way)
    for handled in found:
        _low(machine, handled, site, path, known("/"))
    if not found:
        site.closed = False


def _decides(option: Any) -> tuple[Label, ...]:
    """Where an application of the project decides about paths by itself."""
    function = option.function if isinstance(option, Method) else option
    if not isinstance(function, Function):
        return ()
    return (Label(function.scope.module.span(function.node).head, "decides itself which paths it answers"),)


def _speaks(machine: Machine) -> bool:
    """Whether the program has made any transport that a handler could hand requests to."""
    return bool(TRANSPORTS.of(machine.state) or APPS.of(machine.state))


_REQUEST = frozenset({"_send", "receive", "scope", "connect_sse", "handle_request"})


def _hands_on(option: Any) -> bool:
    """Whether an endpoint may hand a request to a transport: it takes the request apart, or is no plain function."""
    function = option.function if isinstance(option, Method) else option
    if not isinstance(function, Function) or _arity(option) > 1:
        return option is not None
    return any(isinstance(node, ast.Attribute) and node.attr in _REQUEST for node in ast.walk(function.node))


def _handled(machine: Machine, option: Any, site: Site | None = None, way: ProxyRule | None = None) -> list[Handled]:
    """What a handler does with a request."""
    if isinstance(option, Method) and isinstance(option.function, str):
        if option.function.endswith("StreamableHTTPSessionManager.handle_request"):
            return [Handled(STREAMABLE, option.instance, None)]
        return []
    gathered: list[Any] = []
    machine.requests.append(gathered)
    risks = len(machine.risks)
    try:
        given = tuple(unknown() for _ in range(_arity(option)))
        result: list[Abstract] = []
        machine.aside(lambda: result.append(_awaited(machine, machine.call(known(option), Args(given)))))
    finally:
        machine.requests.pop()
        del machine.risks[risks:]
    found = [each for each in gathered if isinstance(each, Handled)]
    if site is not None and way is not None:
        _pass_on(machine, [each for each in dict.fromkeys(gathered) if isinstance(each, Passed)], site, way)
    told = {each.through for each in found if each.server is not None}
    return [each for each in dict.fromkeys(found) if each.server is not None or each.through not in told]


def _pass_on(machine: Machine, passed: list[Passed], site: Site, way: ProxyRule) -> None:
    """Walks the applications that a handler calls; those that one call may mean are one server, which may be either."""
    for span in dict.fromkeys(each.span for each in passed):
        before = len(site.servers)
        apps = [each.app for each in passed if each.span == span]
        for app in apps:
            visit(machine, known(app), site, way._replace(depth=way.depth + 1))
        if len(site.servers) > before:
            site.closed = False
        if len(site.servers) - before == len(apps) > 1:
            site.servers[before:] = [joined(site.servers[before:])]
            del site.inner[before + 1 :]


def _called_once(machine: Machine, option: Any, args: Args) -> Abstract:
    return _awaited(machine, machine.call(known(option), args))


def _awaited(machine: Machine, value: Abstract) -> Abstract:
    from mcplint.programs.python.expressions import resume
    from mcplint.programs.python.values import Coroutine

    return resume(machine, value) if isinstance(value.only, Coroutine) else value


def _arity(option: Any) -> int:
    """How many arguments an endpoint (one) or an application (three) is called with."""
    function = option.function if isinstance(option, Method) else option
    if isinstance(function, Instance) and isinstance(function.kind, Class):
        return 3
    if not isinstance(function, Function):
        return 1
    count = len(function.node.args.args) - isinstance(option, Method)
    return max(0, min(count, 3))


def _low(machine: Machine, handled: Handled, site: Site, path: Abstract, own: Abstract) -> None:
    from mcplint.programs.python.libraries.lowlevel import low_served

    served = low_served(machine, handled, path)
    if served.lifespan.options == (False,):
        served = served._replace(lifespan=served.lifespan._replace(slot=site.lifespan))
    site.servers.append(served)
    site.inner.append(own)


def surrounded(machine: Machine, app: Instance, served: Server) -> Server:
    """A server with what the middleware of its application says."""
    site = Site()
    for layer in ADDED_MIDDLEWARE.of(app.table):
        layer_says(layer, site)
    closed = served.endpoints_closed and site.closed and HIDDEN not in app.table
    return served._replace(cors=tuple(site.cors), compressed=tuple(site.compressed), endpoints_closed=closed)


def _room(app: Instance) -> EditSite | None:
    """Where an application that is told no lifespan would be told one."""
    args: Args = CALL.one(app.table, Args())
    told = "lifespan" in args.keywords or "lifespan_context" in app.table or STARTUP.of(app.table)
    if told or args.node is None or args.module is None or args.open:
        return None
    return args.module.insertion(args.node, "lifespan", False)


def lifespan(machine: Machine, app: Instance) -> None:
    """Starts what the application starts with, so that it is known whether a session manager runs."""
    risks = len(machine.risks)
    value = app.table.get("lifespan", known(None))
    assigned = app.table.get("lifespan_context")
    value = assigned if assigned is not None else value
    for option in value.options or ():
        if option is not None:
            machine.aside(partial(_called_once, machine, option, Args((known(app),))))
    for function in STARTUP.of(app.table):
        machine.aside(partial(_called_once, machine, function, Args()))
    if value.options is None or "" in machine.risks[risks:]:
        UNSURE.add(machine, machine.state, True)
    del machine.risks[risks:]
