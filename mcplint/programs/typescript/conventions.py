"""Where programs begin: in a file, or where a framework looks for what it serves, which is Next or xmcp."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcplint.programs.start import FRAMEWORK, Start
from mcplint.programs.typescript.guards import CHECKS
from mcplint.programs.typescript.imports import exported, module
from mcplint.programs.typescript.libraries.frameworks import fallback, xmcp_start
from mcplint.programs.typescript.libraries.web import (
    APPS,
    BELOW,
    DUAL,
    GUARDED,
    REWRITES,
    ROUTES,
    SLASHED,
    Route,
    serve,
)
from mcplint.programs.typescript.machine import SERVING, Args, Machine, Served
from mcplint.programs.typescript.operators import text_of
from mcplint.programs.typescript.values import Object, Package
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.values import Label

if TYPE_CHECKING:
    from tree_sitter import Node

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
ROUTE = re.compile(r"^(?:src/)?app/(?:(.*)/)?route\.[cm]?[jt]sx?$")
PAGE = re.compile(r"^(?:src/)?pages/(api/.*)\.[cm]?[jt]sx?$")
LAYER = re.compile(r"(?:middleware|proxy)\.[jt]s")
SIGNS = ("modelcontextprotocol", "mcp-handler", "mcp-adapter")
MOST = 40


def begin(machine: Machine, start: Start) -> None:
    """Runs what a start begins with."""
    if start.kind != FRAMEWORK:
        package = module(machine, start.target)
        if package is not None and start.runtime != "node" and not SERVING.of(machine.state):
            _serve_default(machine, exported(machine, package, "default", set()), start)
    elif start.runner == "xmcp":
        path = next(
            (path for path in _files_starting(machine, start, "xmcp.config.") if path.endswith(("ts", "js"))), None
        )
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


def _files_starting(machine: Machine, start: Start, name: str) -> Iterator[str]:
    folder = posixpath.dirname(start.target)
    return (path for path in machine.world.tree.files_in_folder(folder) if posixpath.basename(path).startswith(name))


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
    layers = filter(None, map(machine.world.tree.source, _layers(machine, start)))
    if any(_may_refuse(source.text) for source in layers):
        GUARDED.add(machine, app.table, True)
    app.table[REWRITES] = tuple(_rewrites(machine, start))
    _configure(machine, start, app)
    port, host = _port_and_host(machine, start)
    machine.serve(Served("http", app, host, port, start.span))


def _configure(machine: Machine, start: Start, app: Object) -> None:
    """Notes the path below which all routes are, and whether a slash ends them, as the configuration of Next has it."""
    files = (path for path in _files_starting(machine, start, "next.config.") if path.endswith(("js", "ts")))
    path = next(files, None)
    source = machine.world.tree.source(path) if path else None
    if path is None or source is None:
        return
    if "basePath" in source.text:
        BELOW.put(machine, app.table, _base(machine, path))
    if "trailingSlash" in source.text:
        SLASHED.add(machine, app.table, True)


def _base(machine: Machine, path: str) -> Abstract:
    """The `basePath` that a configuration spells once as a constant, unknown where it comes from anything else."""
    package = module(machine, path)
    if package is None:
        return unknown()
    found: list[Abstract] = []
    pending: list[Node] = [package.fact.root]
    while pending:
        node = pending.pop()
        pending += node.named_children
        if node.type == "shorthand_property_identifier" and text_of(node) == "basePath":
            found.append(machine.evaluate(package.frame, node))
        elif node.type == "property_identifier" and text_of(node) == "basePath":
            pair = node.parent if node.parent is not None and node.parent.type == "pair" else None
            value = pair.child_by_field_name("value") if pair is not None else None
            found.append(machine.evaluate(package.frame, value) if value is not None else unknown())
    if not found:
        return unknown()
    base = found[0]
    varies = any(note.variable for note in base.trace) or (base.site is not None and base.site.variable)
    plain = isinstance(base.only, str) and len(found) == 1 and not varies
    return base._replace(site=None) if plain else unknown(*base.trace)


def _rewrites(machine: Machine, start: Start) -> Iterator[tuple[str, str]]:
    """The paths that stand for others, each with the other; an empty one where not all of them can be told."""
    files = [*_files_starting(machine, start, "next.config."), *_layers(machine, start)]
    for source in map(machine.world.tree.source, files):
        text = source.text if source else ""
        found = re.findall(r"""source:\s*["']([^"'\n]+)["'],?\s*destination:\s*["'](/[^"'\n]*)["']""", text)
        yield from found
        if "rewrite" in text and (not found or any(":" in path for pair in found for path in pair)):
            yield "", ""


def _layers(machine: Machine, start: Start) -> Iterator[str]:
    """What requests come to before the routes: `middleware`, which Next 16 calls `proxy`, beside them or in `src`."""
    folder = posixpath.dirname(start.target)
    folders = (folder, posixpath.join(folder, "src"))
    return (
        path
        for parent in folders
        for path in machine.world.tree.files_in_folder(parent)
        if LAYER.fullmatch(posixpath.basename(path))
    )


def _may_refuse(text: str) -> bool:
    """Whether a layer may answer by itself, or hands requests to what may: only what is Next's own is known not to."""
    return bool(re.search(rf"{CHECKS}|redirect|Response\(|\.json\(", text)) or not all(
        name.startswith(("next/", "next-intl"))
        for name in re.findall(r"""(?:from|import)\s?\(?["']([^"'\n]+)["']""", text)
    )


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
    return known("/" + "/".join(re.sub(r"^\[++(?:\.\.\.)?([^\]]*+)\]++$", r":\1", part) for part in parts))


def _port_and_host(machine: Machine, start: Start) -> tuple[Abstract, Abstract]:
    """The port and the host: of the command, else of the environment; a standalone server takes both from there."""
    note = Label(start.span, "Next listens here")
    flags = start.flags
    port = flags["port"] if "port" in flags else fallback(machine, "PORT", known(3000, note))
    if "standalone" in flags:
        # Docker sets HOSTNAME to the name of the container, where nothing else does.
        return port, fallback(machine, "HOSTNAME", unknown(note))
    return port, flags["hostname"] if "hostname" in flags else known(DUAL, note)
