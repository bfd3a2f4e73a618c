"""The routes that a server object of the Python SDKs has beside its MCP endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.model import Endpoint
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.sdk_settings import OTHER, facts, family
from mcplint.programs.python.libraries.standard import maker
from mcplint.programs.python.libraries.web import ROUTE, text_list
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.state import ENLARGED, MOUNTED, ROUTES
from mcplint.programs.python.values import Class, Instance
from mcplint.programs.values import Abstract, Sequence, known, unknown

ADDED, STARLETTE = "_additional_http_routes", "_custom_starlette_routes"
"""The lists of routes of fastmcp and of mcp, which programs add to, although their names are private."""
APPLICATIONS = ("http_app", "streamable_http_app", "sse_app", "_get_additional_http_routes")
"""The methods by which `run()` makes the application that it serves."""


def keep_routes(machine: Machine, kind: str, server: Instance) -> None:
    """Gives a server its list of routes, empty as it is made."""
    machine.put(server.table, ADDED if kind == OTHER else STARLETTE, known(Sequence("list", ())))


def custom_route(machine: Machine, args: Args, server: Instance) -> Abstract:
    path, methods = args.get(0, "path").only, args.get(1, "methods", unknown())
    if isinstance(path, str) and args.span:
        only = text_list(methods, args).only
        ROUTES.add(machine, server.table, Endpoint(path, only or ("GET",), args.span))
    else:
        ENLARGED.add(machine, server.table, True)
    return maker(machine, args, server)


def mount(machine: Machine, args: Args, server: Instance) -> Abstract:
    """`mount(server, prefix)`, in older releases the other way round: its routes are served too, without the prefix.

    A server that is mounted as a proxy keeps them to itself.
    """
    given = [value.only for value in (*args.positional, *args.keywords.values())]
    inner = [each for each in given if isinstance(each, Instance) and "settings" in each.table]
    proxied = args.get(None, "as_proxy", known(False))
    if args.open or len(inner) != 1 or proxied.only not in (True, False, None):
        ENLARGED.add(machine, server.table, True)
    elif not proxied.only:
        MOUNTED.add(machine, server.table, inner[0])
    return known(None)


def routes(machine: Machine, server: Instance, call: str) -> tuple[tuple[Endpoint, ...], bool]:
    """The routes that a server has when it is started, those of servers mounted on it too; whether these are all."""
    kind = family(machine, server)
    replaced = call == "run" and any(
        name in server.table or (isinstance(server.kind, Class) and server.kind.find(name) is not None)
        for name in APPLICATIONS
    )
    passed = facts(machine, kind, "mount.routes")
    found: list[Endpoint] = []
    closed, waiting, seen = not replaced, [server], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        closed &= ENLARGED not in each.table
        for route in (*ROUTES.of(each.table), *_added_routes(each)):
            if route is None:
                closed = False
            else:
                found.append(route)
        if MOUNTED in each.table and True in passed:
            closed &= passed == (True,)
            waiting += MOUNTED.of(each.table)
    return tuple(found), closed


def _added_routes(server: Instance) -> Iterator[Endpoint | None]:
    """The routes that the program has put into the server's list; None for what is no plain one."""
    for name in (ADDED, STARLETTE):
        value = server.table.get(name, known(Sequence("list", ())))
        only = value.only
        if not isinstance(only, Sequence) or only.items is None:
            yield None
        for item in only.known_items if isinstance(only, Sequence) else ():
            route = item.only
            if not isinstance(route, Instance) or route.library != ROUTE or route.span is None:
                yield None
                continue
            path, methods = route.table["path"].only, text_list(route.table["methods"], Args()).only
            yield Endpoint(path, tuple(methods or ("GET",)), route.span) if isinstance(path, str) else None
