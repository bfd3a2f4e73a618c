"""ASGI servers: uvicorn and hypercorn as a program calls them, and as commands."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.facts.python import parsed
from mcplint.model import Asgi, LogLevel, Server
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.imports import imported_package
from mcplint.programs.python.libraries.asgi_walk import walk
from mcplint.programs.python.libraries.environment import from_environment
from mcplint.programs.python.libraries.listening import flag, flag_if_given, listens, number, split_address
from mcplint.programs.python.libraries.proxy_headers import asgi_settings
from mcplint.programs.python.libraries.sdk_settings import HIGH, OTHER
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.operators import or_else
from mcplint.programs.python.servers import start_serving
from mcplint.programs.python.state import CALL
from mcplint.programs.python.values import Class, Coroutine, Instance
from mcplint.programs.start import CALLED, Start
from mcplint.programs.values import Abstract, Sequence, known, map_options, noted, unknown
from mcplint.text.source import Span
from mcplint.values import Label

DEFAULTS: Mapping[str, Any] = {"host": "127.0.0.1", "port": 8000}


def listen(machine: Machine, args: Args, name: str) -> Abstract:
    """Where uvicorn is told to listen, or its default with the site where it could be told."""
    value: Abstract = known(
        DEFAULTS[name],
        *(note._replace(text=f"uvicorn defaults to {name}={DEFAULTS[name]}") for note in args.notes),
    )
    if args.node is not None and args.module is not None and not args.open:
        value = value._replace(site=args.module.insertion(args.node, name, name == "host"))
    return or_else(args.find({"host": 1, "port": 2}[name], name), value)


def run(machine: Machine, args: Args, owner: Any) -> Abstract:
    app = args.get(0, "app")
    if args.open and not args.positional and "app" not in args.keywords:
        app = unknown(*args.opening)
    named = map_options(app._replace(site=None), lambda option: isinstance(option, str))
    if app.must(lambda option: isinstance(option, str)):
        app = imported(machine, app, args)
    if args.get(None, "factory", known(False)).must(bool):
        app = machine.call(app, Args())
    off = args.get(None, "lifespan", known("auto")).must(lambda option: option == "off")
    workers = or_else(args.find(None, "workers"), known(1, *args.notes))
    asgi = asgi_settings(machine, "uvicorn", lambda name: args.find(None, name), *args.notes)
    asgi = asgi._replace(reload=args.get(None, "reload", known(False)), named=named)
    if asgi.reload.must(bool) and named.must(bool):
        workers = known(1, *asgi.reload.trace)  # What watches files starts one process, whatever number it is told.
    if args.node is not None and args.module is not None and asgi.patience.options == (None,):
        site = args.module.insertion(args.node, "timeout_graceful_shutdown", False)
        asgi = asgi._replace(patience=asgi.patience._replace(site=site))
    host, port = listen(machine, args, "host"), listen(machine, args, "port")
    finish(machine, app, args.span or machine.origin, Bound(host, port, workers, "uvicorn", off, asgi))
    return known(None)


def imported(machine: Machine, target: Abstract, args: Args) -> Abstract:
    """The application that `module:attribute` names."""
    spelled = target.only
    if not isinstance(spelled, str):
        return unknown(*target.trace)
    module, _, name = spelled.partition(":")
    package = imported_package(machine, module)
    if package is None:
        main = machine.packages.get("__main__")
        if main is None or not main.fact.source.path.endswith(f"{module.replace('.', '/')}.py"):
            return unknown(*target.trace)
        package = main
    value: Abstract = known(package)
    note = target.trace[0] if target.trace else args.notes[0]
    for part in name.split(".") if name else ():
        value = machine.attribute(value, part, note)
    return value


class Bound(NamedTuple):
    """Where and how a server serves; `off`: it does not run the application's lifespan.

    `interface`, `reused`: as in Server.
    """

    host: Abstract
    port: Abstract
    workers: Abstract
    runner: str
    off: bool = False
    asgi: Asgi = Asgi()
    interface: Abstract = known("asgi")
    reused: Label | None = None


def finish(machine: Machine, app: Abstract, span: Span, bound: Bound) -> None:
    """Serves each thing that the application may be; alternatives are ways that the program may go."""

    def serve_option(option: Any) -> Abstract:
        sdk_app = _app_of_sdk_server(machine, option, span)
        rooted = not bound.asgi.root_path.must_be("")
        scan = walk(machine, known(option) if sdk_app is None else sdk_app, rooted)
        asgi = bound.asgi._replace(root_path=unknown()) if scan.rooted else bound.asgi
        itself = Label(span, "is given the server itself")
        interface = bound.interface if sdk_app is None else known("object", itself)
        found = [
            _with_bound_settings(served, span, bound._replace(asgi=asgi, interface=interface))
            for served in scan.complete_servers()
        ]
        if not found and not scan.closed:
            machine.lost.append(Label(span, "which paths this application answers is not known"))
        start_serving(machine, *found)
        return known(None)

    machine.serving = True
    if app.options is None:
        machine.lost.append(Label(span, "which application this serves is not known"))
        start_serving(machine)
    machine.fork(partial(serve_option, option) for option in app.options or ())


def _app_of_sdk_server(machine: Machine, option: Any, span: Span) -> Abstract | None:
    """The application of an SDK's server that is served in its place, which cannot be called; None for others."""
    library = option.library if isinstance(option, Instance) and not isinstance(option.kind, Class) else None
    if library not in HIGH:
        return None
    name = "http_app" if library == OTHER else "streamable_http_app"
    return machine.call(machine.attribute(known(option), name, Label(span, "served here")), Args())


def _with_bound_settings(served: Server, span: Span, bound: Bound) -> Server:
    off = known(False, Label(span, "turns the lifespan off"))
    return served._replace(
        span=span,
        host=bound.host,
        port=bound.port,
        workers=bound.workers,
        runner=bound.runner,
        lifespan=off if bound.off and served.lifespan.options else served.lifespan,
        asgi=bound.asgi,
        interface=bound.interface,
        reused=bound.reused,
    )


def config(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table[CALL] = (args,)
    return known(None)


def server(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table["config"] = args.get(0, "config")
    return known(None)


def server_run(machine: Machine, args: Args, owner: Instance) -> Abstract:
    only = owner.table["config"].only if "config" in owner.table else None
    if not isinstance(only, Instance) or CALL not in only.table:
        return machine.risk(*args.notes)
    return run(machine, CALL.first(only.table, Args(open=True)), owner)


def server_serve(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(Coroutine(lambda: server_run(machine, args, owner)))


def hypercorn_config(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table["bind"] = known(Sequence("list", (known("127.0.0.1:8000", *args.notes),)))
    owner.table["workers"] = known(1, *args.notes)
    return known(None)


def hypercorn_serve(machine: Machine, args: Args, owner: Any) -> Abstract:
    def start() -> Abstract:
        only = args.get(1, "config").only
        bind = only.table.get("bind", unknown()) if isinstance(only, Instance) else unknown()
        if isinstance(bind.only, Sequence) and bind.only.items:
            bind = noted(bind.only.items[0], *bind.trace[:1])
        host, port = split_address(bind)
        table = only.table if isinstance(only, Instance) else {}
        workers = table.get("workers", unknown())
        asgi = asgi_settings(machine, "hypercorn", table.get, *args.notes)
        bound = Bound(host, port, workers, "hypercorn", asgi=asgi)
        finish(machine, args.get(0, "app"), args.span or machine.origin, bound)
        return known(None)

    return known(Coroutine(start))


def serve_app(machine: Machine, start: Start, app: Abstract) -> None:
    """An ASGI server's command serves an application."""
    runner = start.runner or "unknown"
    if CALLED in start.flags:
        args = _arguments(start.flags[CALLED])
        app = machine.call(app, args) if args is not None else unknown(*start.notes)
    elif "factory" in start.flags:
        app = machine.call(app, Args())
    host, port = listens(machine, start, runner)
    workers = number(flag(machine, start, "workers", _concurrency(machine, start)))
    if runner == "uvicorn" and "reload" in start.flags:
        workers = known(1, Label(start.span, "uvicorn starts one process where it watches files"))
    off = "lifespan" in start.flags and start.flags["lifespan"].must(lambda word: word == "off")
    interface = _interface(machine, start, runner)
    level = start.flags.get("log-level") if runner == "uvicorn" and start.argv is not None else None
    if level is not None and level.options and all(isinstance(option, str) for option in level.options):
        machine.levels.append(LogLevel(level, start.span, option=True))
    note = Label(start.span, f"{runner} started here")
    asgi = asgi_settings(machine, runner, lambda name: flag_if_given(machine, start, name.replace("_", "-")), note)
    finish(machine, app, start.span, Bound(host, port, workers, runner, off or runner == "daphne", asgi, interface))


def _arguments(call: Abstract) -> Args | None:
    """The arguments of a call that a command spells, which are literals; None where they are none."""
    tree = parsed(call.only or "")
    node = tree.body[0].value if tree and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
    if not isinstance(node, ast.Call):
        return None
    try:
        positional = tuple(known(ast.literal_eval(each), *call.trace) for each in node.args)
        keywords = {each.arg or "": known(ast.literal_eval(each.value), *call.trace) for each in node.keywords}
    except (ValueError, RecursionError, MemoryError):
        return None
    return Args(positional, keywords) if all(map(_is_scalar, (*positional, *keywords.values()))) else None


def _is_scalar(value: Abstract) -> bool:
    return isinstance(value.only, str | int | float | None)


def _interface(machine: Machine, start: Start, runner: str) -> Abstract:
    """How a command calls the application: gunicorn as WSGI unless a worker says otherwise, granian as RSGI."""
    if runner == "granian":
        note = Label(start.span, "granian speaks RSGI by default")
        return flag(machine, start, "interface", known("rsgi", note))
    if runner != "gunicorn":
        return known("asgi")
    note = Label(start.span, "gunicorn's own worker speaks WSGI")
    return map_options(flag(machine, start, "worker-class", known("sync", note)), _worker_interface)


def _worker_interface(worker: object) -> str:
    """What a worker class of gunicorn speaks."""
    return "wsgi" if worker in ("sync", "gthread", "eventlet", "gevent", "tornado") else "asgi"


def _concurrency(machine: Machine, start: Start) -> Abstract:
    """The number of workers that WEB_CONCURRENCY sets for uvicorn and gunicorn, else one."""
    one: Abstract = known(1, Label(start.span, f"{start.runner} starts one worker by default"))
    if start.runner not in ("uvicorn", "gunicorn"):
        return one
    note = Label(start.span, f"{start.runner} reads WEB_CONCURRENCY")
    return from_environment(machine, "WEB_CONCURRENCY", one, (note,))


def run_object(machine: Machine, start: Start, server: Abstract) -> Abstract:
    """`mcp run` and `fastmcp run`: the server's own `run()`, told what the flags say."""
    names = ("transport", "host", "port", "path", "log-level") if start.runner == "fastmcp" else ("transport",)
    closed = start.argv is not None
    flags = start.flags if closed else {}
    settings = {name.replace("-", "_"): flags[name] for name in names if name in flags}
    if "port" in settings:
        settings["port"] = number(settings["port"])
    if "stateless" in flags:
        settings["stateless_http"] = known(True, *flags["stateless"].trace)
    note = Label(start.span, "started here")
    run = machine.attribute(server, "run_async" if start.runner == "fastmcp" else "run", note)
    return call_and_await(machine, run, Args((), settings, open=not closed, opening=(note,)))


CALLS: Mapping[str, Handler] = {
    "uvicorn.run": run,
    "uvicorn.Config.__init__": config,
    "uvicorn.Server.__init__": server,
    "uvicorn.Server.run": server_run,
    "uvicorn.Server.serve": server_serve,
    "hypercorn.config.Config.__init__": hypercorn_config,
    "hypercorn.asyncio.serve": hypercorn_serve,
}
ALIASES: Mapping[str, str] = {
    "hypercorn.Config": "hypercorn.config.Config",
    "uvicorn.main.run": "uvicorn.run",
    "uvicorn.config.Config": "uvicorn.Config",
    "uvicorn.server.Server": "uvicorn.Server",
}
