"""A walk over an ASGI application: its MCP endpoints with their prefixes, its other routes, its middleware."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeGuard

from mcplint.knowledge.transports import SSE, STREAMABLE
from mcplint.model import Endpoint, Mounted, Server
from mcplint.programs.alternatives import joined
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.libraries.closed import closes
from mcplint.programs.python.libraries.lowlevel import MANAGER, POST, Handled, handled_server, idle_or_running
from mcplint.programs.python.libraries.middleware import AppScan, prefixed, request_path
from mcplint.programs.python.libraries.refusals import demands, leave, visiting
from mcplint.programs.python.libraries.web import APP, FASTAPI, INCLUDED, LAYERS, MOUNT, ROUTE, Passed, listed
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import (
    ADDED_MIDDLEWARE,
    APPLICATION,
    APPS,
    CALL,
    ENLARGED,
    GUARDED,
    HIDDEN,
    RUNNING,
    SERVED,
    SERVER,
    STARTUP,
    TRANSPORTS,
    UNSURE,
)
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method
from mcplint.programs.values import Abstract, Entries, External, Sequence, known, unknown
from mcplint.values import EditSite, Label, Value

DEEPEST = 12
DOCUMENTATION = {
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
}
_UNNAMED = "/a-path-that-no-program-names"
_MOST_NAMED = 16
_CONSTANTS = (ast.Constant, ast.Name, ast.Attribute)


class WalkState(NamedTuple):
    """Where a walk is: `root`, whether still at the application that is served; `lifespan`: where that would be told
    one; `depth`: how far below it; `app`: the application around; `rooted`: as in `walk`."""

    root: bool = True
    lifespan: EditSite | None = None
    depth: int = 0
    app: Instance | None = None
    rooted: bool = False

    def below(self) -> WalkState:
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
        scan.include(_either(machine, value.options or (), state), known(""))
    elif isinstance(option, Instance) and library in LAYERS:
        inside = state._replace(depth=state.depth + 1)
        _through(machine, (option,), scan, state, lambda inner: _visit(machine, option.table["app"], inner, inside))
    elif isinstance(option, Instance) and machine.kin(library, APP):
        _application(machine, option, scan, state)
    else:
        if _is_callable(option):
            _callable(machine, option, scan, state, _own_paths(machine, option, state))
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
    _behind(machine, app, scan, state, lambda inner: _routes(machine, routes, inner, state, app))


def _documentation(app: Instance, calls: tuple[Args, ...], scan: AppScan) -> None:
    """The pages that FastAPI itself adds to an application, unless it is told None for their paths.

    https://fastapi.tiangolo.com/tutorial/metadata/#docs-urls
    """
    if app.library != FASTAPI or app.span is None or not calls:
        return
    told = {name: calls[0].get(None, name, known(path)) for name, path in DOCUMENTATION.items()}
    if told["openapi_url"].must(lambda path: not path):
        return
    if told["docs_url"].must(lambda path: not path):
        del told["swagger_ui_oauth2_redirect_url"]
    scan.closed &= not calls[0].open and all(value.options is not None for value in told.values())
    paths = (path for value in told.values() for path in value.options or () if isinstance(path, str) and path)
    scan.endpoints += (Endpoint(path, ("GET",), app.span, True) for path in paths)


def _through(
    machine: Machine, layers: Iterable[Any], scan: AppScan, state: WalkState, walk: Callable[[AppScan], None]
) -> None:
    """Walks what stands behind middleware; what that says holds for the servers which are found there."""
    inner = AppScan(machine)
    walk(inner)
    path = (
        request_path(inner.servers) if state.root and not (state.rooted or scan.rooted or inner.rooted) else unknown()
    )
    for layer in layers:
        inner.add_layer(layer, path)
    scan.include(inner, known(""))


def _behind(
    machine: Machine, owner: Instance, scan: AppScan, state: WalkState, walk: Callable[[AppScan], None]
) -> None:
    """Walks what stands behind the middleware of an application, a route or a mount."""
    scan.checked |= HIDDEN in owner.table or GUARDED in owner.table
    _through(machine, ADDED_MIDDLEWARE.of(owner.table), scan, state, walk)


def _routes(machine: Machine, value: Abstract, scan: AppScan, state: WalkState, app: Instance | None) -> None:
    only = value.only
    scan.closed &= isinstance(only, Sequence) and only.items is not None
    for item in only.some if isinstance(only, Sequence) else ():
        scan.closed &= item.options is not None
        for option in item.options or ():
            _route(machine, option, scan, state, app)


def _route(machine: Machine, option: Any, scan: AppScan, state: WalkState, app: Instance | None) -> None:
    library = option.library if isinstance(option, Instance) else None
    if library == "mcp.Endpoint":
        _endpoint(machine, option, scan, state, app)
    elif library == ROUTE:
        _plain(machine, option, scan, state)
    elif library == MOUNT:
        _mount(machine, option, scan, state.below())
    elif library == INCLUDED:
        router, inner = option.table["app"], AppScan(machine)
        own = router.only.table.get("prefix", known("")) if isinstance(router.only, Instance) else known("")
        _visit(machine, router, inner, state.below())
        scan.include(inner, prefixed(option.table["path"], own))
    else:
        scan.closed &= library == "starlette.routing.WebSocketRoute"


def _mount(machine: Machine, route: Instance, scan: AppScan, state: WalkState) -> None:
    path, target, inner = route.table["path"], route.table["app"], AppScan(machine)
    only = target.only
    _behind(machine, route, inner, state, lambda within: _mounted(machine, route, within, state))
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
    owner, made = SERVER.one(endpoint.table, None), APPLICATION.one(endpoint.table, None)
    alive = (state.root and app is made) or owner in running or made in running
    if server.transport.must(lambda name: name == SSE):
        runs: Abstract = Value(())
    elif alive:
        runs = known(True, *server.path.trace[:1])
    else:
        runs = idle_or_running(machine, endpoint.span)
    scan.servers.append(_insertable(server._replace(lifespan=runs), state))


def _insertable(server: Server, state: WalkState) -> Server:
    """A server whose session manager is never run, with the site where the application would be told to run it."""
    if server.lifespan.options != (False,):
        return server
    return server._replace(lifespan=server.lifespan._replace(site=state.lifespan))


def _plain(machine: Machine, route: Instance, scan: AppScan, state: WalkState) -> None:
    path, target = route.table["path"], route.table["endpoint"].only
    inner = AppScan(machine)
    found = _handled(machine, target, state, inner) if _hands_on(machine, target) else []
    if found:
        _behind(machine, route, inner, state.below(), lambda within: _low(machine, found, within, state, path))
        inner.confine()
        scan.include(inner, known(""))
    elif isinstance(path.only, str) and route.span is not None:
        methods = listed(route.table["methods"], Args()).only
        scan.endpoints.append(Endpoint(path.only, tuple(methods or ("GET",)), route.span))
    else:
        scan.closed = False


def _callable(machine: Machine, option: Any, scan: AppScan, state: WalkState, path: Abstract) -> None:
    """A function or object of the project that is an application itself."""
    found = _handled(machine, option, state, scan, passing=True)
    _low(machine, found, scan, state, path)
    scan.closed &= bool(found)


def _low(machine: Machine, found: list[Handled], scan: AppScan, state: WalkState, path: Abstract) -> None:
    for each in found:
        server = handled_server(machine, each, path)
        note = Label(server.made or server.span, "no authentication is configured")
        scan.servers.append(_insertable(server._replace(auth=known(None, note)), state))


def _own_paths(machine: Machine, option: Any, state: WalkState) -> Abstract:
    """The paths on which an application of the project hands requests to a transport, as far as it compares them.

    It is followed with each of the paths that it names, and with one that it does not.
    """
    function = option.function if isinstance(option, Method) else option
    if isinstance(option, Instance) and isinstance(option.kind, Class):
        found = option.kind.find("__call__")
        function = found.only if found is not None else None
    if not isinstance(function, Function):
        return unknown()
    note = Label(function.scope.module.span(function.node).head, "decides itself which paths it answers")
    named = [path for path in _named_paths(machine, function) if _answers(machine, option, state, path)]
    if not named or _answers(machine, option, state, _UNNAMED):
        return unknown(note)
    return Value(tuple(named), (note,))


def _named_paths(machine: Machine, function: Function) -> list[str]:
    """The paths that a function compares with something."""
    compared: list[ast.expr] = []
    for node in ast.walk(function.node):
        if isinstance(node, ast.Compare):
            compared += (node.left, *node.comparators)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            compared += node.args
    parts = [part for node in compared for part in (node.elts if isinstance(node, (ast.Tuple, ast.Set)) else (node,))]
    risks = len(machine.risks)
    values = [machine.evaluate(function.scope, part) for part in parts if isinstance(part, _CONSTANTS)]
    del machine.risks[risks:]
    texts = [value.only for value in values if isinstance(value.only, str) and value.only.startswith("/")]
    return list(dict.fromkeys(texts))[:_MOST_NAMED]


def _answers(machine: Machine, option: Any, state: WalkState, path: str) -> bool:
    """Whether an application may hand a request for a path to a transport; to ask counts as no call of it."""
    costs = dict(machine.costs)
    said: dict[str, Abstract] = {"type": known("http"), "path": known(path)}
    found = _handled(machine, option, state, AppScan(machine), said=said)
    machine.costs = costs
    return bool(found)


def _speaks(machine: Machine) -> bool:
    """Whether the program has made any transport that a handler could hand requests to."""
    return bool(TRANSPORTS.of(machine.state) or APPS.of(machine.state))


_TRANSPORT = frozenset({"connect_sse", "handle_request"})
_REQUEST = frozenset({"_send", "receive", "scope", *_TRANSPORT})


def _hands_on(machine: Machine, option: Any) -> bool:
    """Whether an endpoint may hand a request to a transport: it takes the request apart, or is no plain function."""
    function = option.function if isinstance(option, Method) else option
    if not isinstance(function, Function) or _arity(option) > 1:
        return option is not None and _speaks(machine)
    names = {node.attr for node in ast.walk(function.node) if isinstance(node, ast.Attribute)}
    return not names.isdisjoint(_REQUEST if _speaks(machine) else _TRANSPORT)


def _given(option: Any, app: Instance | None, said: Mapping[str, Abstract]) -> Args:
    """A request as an endpoint is handed it, or as an application is: its scope, and how to receive and to send."""
    served = {**said, **({"app": known(app)} if app else {})}
    scope = known(Dict(Entries(served), open_=True))
    request = known(Instance(External("starlette.requests.Request"), None, {**served, "scope": scope}))
    return Args(((request,), (scope, unknown(), unknown()))[_arity(option) == 3][: _arity(option)])


def _handled(
    machine: Machine,
    option: Any,
    state: WalkState,
    scan: AppScan,
    passing: bool = False,
    said: Mapping[str, Abstract] = {},
) -> list[Handled]:
    """What a handler does with a request; `passing`: it may pass it on to other applications; `said`: of its scope."""
    if isinstance(option, Method) and isinstance(option.function, str):
        manages = option.function == f"{MANAGER}.handle_request"
        return [Handled(STREAMABLE, option.instance, None)] if manages else []
    gathered: list[Any] = []
    machine.requests.append(gathered)
    risks, mark = len(machine.risks), len(machine.exits)
    given = _given(option, state.app, said)
    try:
        with visiting(machine) as visit:
            machine.aside(lambda: call_and_await(machine, known(option), given))
    finally:
        machine.requests.pop()
        del machine.risks[risks:]
    gathered = list(dict.fromkeys(gathered))
    if passing:
        _pass_on(machine, [each for each in gathered if isinstance(each, Passed)], scan, state)
    found = [each for each in gathered if isinstance(each, Handled)]
    refused = visit.refused or demands(machine, mark) or closes(option, visit.seen)
    scan.checked |= refused and (passing or bool(found))
    kind = option.kind if isinstance(option, Instance) else option
    if visit.seen and (passing or found) and not (refused or said) and isinstance(kind, (Class, Function)):
        leave(machine, kind, visit.seen)
    told = {each.through for each in found if each.server is not None}
    return [each for each in found if each.server is not None or each.through not in told]


def _pass_on(machine: Machine, passed: list[Passed], scan: AppScan, state: WalkState) -> None:
    """Walks the applications that a handler calls; one call may mean several."""
    for span in dict.fromkeys(each.span for each in passed):
        apps = [each.app for each in passed if each.span == span]
        scan.include(_either(machine, apps, state), known(""))


def _either(machine: Machine, apps: Collection[Any], state: WalkState) -> AppScan:
    """What one of several applications answers; where each has one server, that is one which may be either."""
    inner = AppScan(machine)
    for app in apps:
        _visit(machine, known(app), inner, state._replace(depth=state.depth + 1))
    inner.closed &= not inner.servers
    if len(inner.servers) == len(apps) > 1:
        inner.servers = [joined(inner.servers)]
    return inner


def _arity(option: Any) -> int:
    """How many arguments an endpoint (one) or an application (three) is called with."""
    function = option.function if isinstance(option, Method) else option
    if isinstance(function, Instance) and isinstance(function.kind, Class):
        return 3
    if not isinstance(function, Function):
        return 1
    return max(0, min(len(function.node.args.args) - isinstance(option, Method), 3))


def _room(app: Instance) -> EditSite | None:
    """Where an application that is told no lifespan would be told one."""
    args = CALL.one(app.table, Args())
    told = "lifespan" in args.keywords or "lifespan_context" in app.table or STARTUP.of(app.table)
    if told or args.node is None or args.module is None or args.open:
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
    completed = [_completes(machine, function, args) for function, args in calls]
    if value.options is None or "" in machine.risks[risks:] or not all(completed):
        UNSURE.add(machine, machine.state, True)
    del machine.risks[risks:]


def _completes(machine: Machine, function: Any, args: Args) -> bool:
    """Calls what goes on beside the program, and enters what that makes of a class; whether it comes to its end."""
    from mcplint.programs.python.statements import entered

    results: list[Abstract] = []

    def run() -> None:
        made = call_and_await(machine, known(function), args)
        results.append(entered(machine, made) if isinstance(getattr(made.only, "kind", None), Class) else made)

    machine.aside(run)
    return bool(results)
