"""Where programs begin: in a file, or where a framework looks for what it serves, which is Next or xmcp."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.programs.start import FRAMEWORK, Start
from mcplint.programs.typescript.imports import exported, module
from mcplint.programs.typescript.libraries.frameworks import xmcp_start
from mcplint.programs.typescript.libraries.web import APPS, DUAL, REWRITES, ROUTES, Route, serve
from mcplint.programs.typescript.machine import SERVING, Args, Machine, Served
from mcplint.programs.typescript.values import NOTHING, Object, Package
from mcplint.programs.values import Abstract, External, known, union, unknown
from mcplint.values import Label

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
ROUTE = re.compile(r"^(?:src/)?app/(?:(.*)/)?route\.[cm]?[jt]sx?$")
PAGE = re.compile(r"^(?:src/)?pages/(api/.*)\.[cm]?[jt]sx?$")
SIGNS = ("modelcontextprotocol", "mcp-handler", "mcp-adapter")
MOST = 40


def begin(machine: Machine, start: Start) -> None:
    """Runs what a start begins with."""
    if start.kind != FRAMEWORK:
        package = module(machine, start.target)
        if package is not None and start.runtime != "node" and not SERVING.of(machine.state):
            _serve_default(machine, exported(machine, package, "default", set()), start)
    elif start.runner == "xmcp":
        path = next((path for path in _beside(machine, start, "xmcp.config.") if path.endswith(("ts", "js"))), None)
        package = module(machine, path) if path else None
        config = exported(machine, package, "default", set()) if package is not None else unknown()
        xmcp_start(machine, Args((config,), start.span), start.flags["transport"].only or "http")
    else:
        _serve_routes(machine, start)


def _serve_default(machine: Machine, exports: Abstract, start: Start) -> None:
    """Bun serves what its main module exports by default, where that has `fetch`."""
    only = exports.only
    if isinstance(only, Object) and ("fetch" in only.table or only.library == APPS["hono"]):
        serve(machine, Args((exports,), only.span or start.span), None)


def _beside(machine: Machine, start: Start, name: str) -> Iterator[str]:
    folder = posixpath.dirname(start.target)
    return (path for path in machine.world.tree.beside(folder) if posixpath.basename(path).startswith(name))


def _serve_routes(machine: Machine, start: Start) -> None:
    """The routes of Next, as far as they may speak MCP: of its app router, and of pages below `api`."""
    app = Object(External(APPS["next"]), start.span)
    folder = posixpath.dirname(start.target)
    for path in sorted(machine.world.tree.below(folder) if folder else machine.world.tree.paths):
        inside = posixpath.relpath(path, folder or ".")
        route, page = ROUTE.match(inside), PAGE.match(inside)
        if (route or page) and len(ROUTES.of(app.table)) < MOST:
            for method, value in _handlers(machine, path, bool(page)):
                where = _path((route[1] or "") if route else page[1] if page else "")
                ROUTES.add(machine, app.table, Route(method, where, (value,), start.span))
        elif route or page:
            machine.lost.append(Label(start.span, f"the project has more than {MOST} routes, the others are not read"))
            break
    app.table[REWRITES] = tuple(_rewrites(machine, start))
    port, host = _listens(machine, start)
    machine.serve(Served("http", app, host, port, start.span))


def _rewrites(machine: Machine, start: Start) -> Iterator[tuple[str, str]]:
    """The paths that stand for others, each with the other; an empty one where not all of them can be told."""
    files = [*_beside(machine, start, "next.config."), *_beside(machine, start, "middleware.")]
    for source in map(machine.world.tree.source, files):
        text = source.text if source else ""
        found = re.findall(r"""source:\s*["']([^"'\n]+)["'],?\s*destination:\s*["'](/[^"'\n]*)["']""", text)
        yield from found
        if "rewrite" in text and (not found or any(":" in path for pair in found for path in pair)):
            yield "", ""


def _handlers(machine: Machine, path: str, page: bool) -> Iterator[tuple[tuple[str, ...], Abstract]]:
    """What a file exports for requests, by their methods."""
    source = machine.world.tree.source(path)
    package: Package | None = module(machine, path) if source and any(map(source.text.__contains__, SIGNS)) else None
    if package is None:
        return
    if page:
        yield (), exported(machine, package, "default", set())
        return
    for method in METHODS:
        if method in package.exports or package.stars:
            yield (method,), exported(machine, package, method, set())


def _path(folder: str) -> Abstract:
    """The path of a folder of routes: those in parentheses do not count, those in brackets stand for anything."""
    parts = [part for part in folder.split("/") if part and not part.startswith("(")]
    if parts and parts[-1] == "index":
        parts.pop()
    return known("/" + "/".join(re.sub(r"^\[+(?:\.\.\.)?(.*?)\]+$", r":\1", part) for part in parts))


def _listens(machine: Machine, start: Start) -> tuple[Abstract, Abstract]:
    """The port and the host: of the command, else of the environment; a standalone server takes both from there."""
    note = Label(start.span, "Next listens here")
    flags = start.flags
    port = flags["port"] if "port" in flags else _variable(machine, "PORT", known(3000, note))
    if "standalone" in flags:
        # Docker sets HOSTNAME to the name of the container, where nothing else does.
        return port, _variable(machine, "HOSTNAME", unknown(note))
    return port, flags["hostname"] if "hostname" in flags else known(DUAL, note)


def _variable(machine: Machine, name: str, default: Abstract) -> Abstract:
    value: Abstract = machine.variable(name)
    if value.options is None:
        return value
    kept = tuple(option for option in value.options if not (option is None or option in (*NOTHING, "")))
    if len(kept) == len(value.options):
        return value
    return union([value._replace(options=kept), default]) if kept else default
