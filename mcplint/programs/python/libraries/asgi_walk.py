"""A walk over an ASGI application: its MCP endpoints with their prefixes, its other routes, its middleware."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple, TypeGuard

from mcplint.knowledge.transports import SSE
from mcplint.model import Endpoint, Mounted, Server
from mcplint.programs.alternatives import merge_alternatives
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.libraries.handlers import follow, may_hand_on, own_paths
from mcplint.programs.python.libraries.lowlevel import POST, Handled, handled_server, idle_or_running
from mcplint.programs.python.libraries.middleware import AppScan, below_prefix, request_path
from mcplint.programs.python.libraries.web import APP, FASTAPI, INCLUDED, LAYERS, MOUNT, ROUTE, HandedOn, text_list
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import (
    ADDED_MIDDLEWARE,
    APPLICATION,
    CALL,
    ENLARGED,
    GUARDED,
    HIDDEN,
    RUNNING,
    SERVED,
    SERVER,
    STARTUP,
    UNSURE,
)
from mcplint.programs.python.values import Class, Function, Instance, Method
from mcplint.programs.values import Abstract, Sequence, known, unknown
from mcplint.values import EditSite, Label, Value

DEEPEST = 12
DOCUMENTATION = {
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
}


class WalkState(NamedTuple):
    """Where a walk is: `root`, whether still at the application that is served; `lifespan`: where that would be told
    one; `depth`: how far below it; `app`: the application around; `rooted`: as in `walk`."""

    root: bool = True
    lifespan: EditSite | None = None
    depth: int = 0
    app: Instance | None = None
    rooted: bool = False

    def nested(self) -> WalkState:
        return self._replace(root=False, depth=self.depth + 1)


def walk(machine: Machine, value: Abstract, rooted: bool) -> AppScan:
    """What an application answers; `rooted`: its server may have been told a path in front of every other."""
    scan = AppScan(machine)
    _visit(machine, value, scan, WalkState(rooted=rooted))
    return scan


def _visit(machine: Machine, value: Abstract, scan: AppScan, state: WalkState) -> None:
    option = value.only
    library = option.library if isinstance(option, Instance) else None
    if state.depth > DEEPEST:
        scan.closed = False
    elif len(value.options or ()) > 1:
        scan.include(_one_of_apps(machine, value.options or (), state), known(""))
    elif isinstance(option, Instance) and library in LAYERS:
        inside = state._replace(depth=state.depth + 1)
        _walk_layers(machine, (option,), scan, state, lambda inner: _visit(machine, option.table["app"], inner, inside))
    elif isinstance(option, Instance) and machine.kin(library, APP):
        _application(machine, option, scan, state)
    else:
        if _is_callable(option):
            _callable(machine, option, scan, state, own_paths(machine, option, state.app))
        scan.closed &= value.options == (None,)


def _is_callable(option: Any) -> TypeGuard[Function | Method | Instance]:
    """Whether something is an application of the project's own making."""
    return isinstance(option, (Function, Method)) or (isinstance(option, Instance) and isinstance(option.kind, Class))


def _application(machine: Machine, app: Instance, scan: AppScan, state: WalkState) -> None:
    if state.root:
        start_up(machine, app)
        state = state._replace(lifespan=_room(app))
    state = state._replace(app=app)
    calls = CALL.of(app.table)
    scan.closed &= HIDDEN not in app.table and ENLARGED not in app.table
    _documentation(app, calls, scan)
    scan.rooted |= any("root_path" in each.keywords for each in calls)
    routes = app.table.get("routes", unknown())
    _walk_behind_middleware(machine, app, scan, state, lambda inner: _routes(machine, routes, inner, state, app))


def _documentation(app: Instance, calls: tuple[Args, ...], scan: AppScan) -> None:
    """The pages that FastAPI itself adds to an application, unless it is told None for their paths.

    https://fastapi.tiangolo.com/tutorial/metadata/#docs-urls
    """
    if app.library != FASTAPI or app.span is None or not calls:
        return
    document_paths = {name: calls[0].get(None, name, known(path)) for name, path in DOCUMENTATION.items()}
    if document_paths["openapi_url"].must(lambda path: not path):
        return
    if document_paths["docs_url"].must(lambda path: not path):
        del document_paths["swagger_ui_oauth2_redirect_url"]
    scan.closed &= not calls[0].open and all(value.options is not None for value in document_paths.values())
    paths = (
        path for value in document_paths.values() for path in value.options or () if isinstance(path, str) and path
    )
    scan.endpoints += (Endpoint(path, ("GET",), app.span, True) for path in paths)


def _walk_layers(
    machine: Machine, layers: Iterable[Any], scan: AppScan, state: WalkState, walk: Callable[[AppScan], None]
) -> None:
    """Walks what is behind middleware, and applies each layer to the servers found there."""
    inner = AppScan(machine)
    walk(inner)
    path = (
        request_path(inner.servers) if state.root and not (state.rooted or scan.rooted or inner.rooted) else unknown()
    )
    for layer in layers:
        inner.add_layer(layer, path)
    scan.include(inner, known(""))


def _walk_behind_middleware(
    machine: Machine, owner: Instance, scan: AppScan, state: WalkState, walk: Callable[[AppScan], None]
) -> None:
    """Walks what stands behind the middleware of an application, a route or a mount."""
    scan.checked |= HIDDEN in owner.table or GUARDED in owner.table
    _walk_layers(machine, ADDED_MIDDLEWARE.of(owner.table), scan, state, walk)


def _routes(machine: Machine, value: Abstract, scan: AppScan, state: WalkState, app: Instance | None) -> None:
    only = value.only
    scan.closed &= isinstance(only, Sequence) and only.items is not None
    for item in only.known_items if isinstance(only, Sequence) else ():
        scan.closed &= item.options is not None
        for option in item.options or ():
            _route(machine, option, scan, state, app)


def _route(machine: Machine, option: Any, scan: AppScan, state: WalkState, app: Instance | None) -> None:
    library = option.library if isinstance(option, Instance) else None
    if library == "mcp.Endpoint":
        _endpoint(machine, option, scan, state, app)
    elif library == ROUTE:
        _visit_plain_route(machine, option, scan, state)
    elif library == MOUNT:
        _mount(machine, option, scan, state.nested())
    elif library == INCLUDED:
        router, inner = option.table["app"], AppScan(machine)
        own = router.only.table.get("prefix", known("")) if isinstance(router.only, Instance) else known("")
        _visit(machine, router, inner, state.nested())
        scan.include(inner, below_prefix(option.table["path"], own))
    else:
        scan.closed &= library == "starlette.routing.WebSocketRoute"


def _mount(machine: Machine, route: Instance, scan: AppScan, state: WalkState) -> None:
    path, target, inner = route.table["path"], route.table["app"], AppScan(machine)
    only = target.only
    _walk_behind_middleware(machine, route, inner, state, lambda within: _mounted(machine, route, within, state))
    if isinstance(only, Method) and only.function == POST:
        scan.checked |= inner.checked
        return
    inner.confine()
    if route.span is not None:
        for index, server in enumerate(inner.servers):
            own = server.mounts[0].prefix if server.mounts else server.path
            inner.servers[index] = server._replace(mounts=(Mounted(path, own, route.span), *server.mounts))
    scan.include(inner, path)


def _mounted(machine: Machine, route: Instance, scan: AppScan, state: WalkState) -> None:
    """Walks what a mount leads to."""
    target = route.table["app"]
    only = target.only
    if target.options == (None,):
        _routes(machine, route.table["routes"], scan, state, None)
    elif _is_callable(only):
        _callable(machine, only, scan, state, known("/"))
    elif not (isinstance(only, Method) and only.function == POST):
        _visit(machine, target, scan, state)


def _endpoint(machine: Machine, endpoint: Instance, scan: AppScan, state: WalkState, app: Instance | None) -> None:
    (server,) = SERVED.of(endpoint.table)
    running = RUNNING.of(machine.state)
    owner, made = SERVER.first(endpoint.table, None), APPLICATION.first(endpoint.table, None)
    alive = (state.root and app is made) or owner in running or made in running
    if server.transport.must(lambda name: name == SSE):
        runs: Abstract = Value(())
    elif alive:
        runs = known(True, *server.path.trace[:1])
    else:
        runs = idle_or_running(machine, endpoint.span)
    scan.servers.append(_with_lifespan_site(server._replace(lifespan=runs), state))


def _with_lifespan_site(server: Server, state: WalkState) -> Server:
    """A server whose session manager is never run, with the site where the application would be told to run it."""
    if server.lifespan.options != (False,):
        return server
    return server._replace(lifespan=server.lifespan._replace(site=state.lifespan))


def _visit_plain_route(machine: Machine, route: Instance, scan: AppScan, state: WalkState) -> None:
    path, target = route.table["path"], route.table["endpoint"].only
    inner = AppScan(machine)
    followed = follow(machine, target, state.app) if may_hand_on(machine, target) else None
    if followed and followed.handled:
        found, inner.checked = followed.handled, followed.checked
        _walk_behind_middleware(
            machine,
            route,
            inner,
            state.nested(),
            lambda within: _add_lowlevel_servers(machine, found, within, state, path),
        )
        inner.confine()
        scan.include(inner, known(""))
    elif isinstance(path.only, str) and route.span is not None:
        methods = text_list(route.table["methods"], Args()).only
        scan.endpoints.append(Endpoint(path.only, tuple(methods or ("GET",)), route.span))
    else:
        scan.closed = False


def _callable(machine: Machine, option: Any, scan: AppScan, state: WalkState, path: Abstract) -> None:
    """A function or object of the project that is an application itself."""
    followed = follow(machine, option, state.app, passing=True)
    scan.checked |= followed.checked
    _pass_on(machine, followed.passed, scan, state)
    _add_lowlevel_servers(machine, followed.handled, scan, state, path)
    scan.closed &= bool(followed.handled)


def _add_lowlevel_servers(
    machine: Machine, found: list[Handled], scan: AppScan, state: WalkState, path: Abstract
) -> None:
    for each in found:
        server = handled_server(machine, each, path)
        note = Label(server.made or server.span, "no authentication is configured")
        scan.servers.append(_with_lifespan_site(server._replace(auth=known(None, note)), state))


def _pass_on(machine: Machine, passed: list[HandedOn], scan: AppScan, state: WalkState) -> None:
    """Walks the applications that a handler calls; one call may mean several."""
    for span in dict.fromkeys(each.span for each in passed):
        apps = [each.app for each in passed if each.span == span]
        scan.include(_one_of_apps(machine, apps, state), known(""))


def _one_of_apps(machine: Machine, apps: Collection[Any], state: WalkState) -> AppScan:
    """What one of several applications answers; where each has one server, that is one which may be either."""
    inner = AppScan(machine)
    for app in apps:
        _visit(machine, known(app), inner, state._replace(depth=state.depth + 1))
    inner.closed &= not inner.servers
    if len(inner.servers) == len(apps) > 1:
        inner.servers = [merge_alternatives(inner.servers)]
    return inner


def _room(app: Instance) -> EditSite | None:
    """Where an application that is told no lifespan would be told one."""
    args = CALL.first(app.table, Args())
    has_lifespan = "lifespan" in args.keywords or "lifespan_context" in app.table or STARTUP.of(app.table)
    if has_lifespan or args.node is None or args.module is None or args.open:
        return None
    return args.module.insertion(args.node, "lifespan", False)


def start_up(machine: Machine, app: Instance) -> None:
    """Starts what the application starts with, so that it is known whether a session manager runs.

    That stays open where it raises, such as for want of a variable that only the operator gives.
    """
    risks = len(machine.risks)
    value = app.table.get("lifespan_context", app.table.get("lifespan", known(None)))
    calls = [(option, Args((known(app),))) for option in value.options or () if option is not None]
    calls += [(function, Args()) for function in STARTUP.of(app.table)]
    completed = [_runs_to_end(machine, function, args) for function, args in calls]
    if value.options is None or "" in machine.risks[risks:] or not all(completed):
        UNSURE.add(machine, machine.state, True)
    del machine.risks[risks:]


def _runs_to_end(machine: Machine, function: Any, args: Args) -> bool:
    """Runs a lifespan and enters the context manager that it makes; whether it comes to its end."""
    from mcplint.programs.python.statements import context_value

    results: list[Abstract] = []

    def run() -> None:
        made = call_and_await(machine, known(function), args)
        results.append(context_value(machine, made) if isinstance(getattr(made.only, "kind", None), Class) else made)

    machine.run_in_background(run)
    return bool(results)
