"""A server of which nothing but its name and SDK is said yet."""

from __future__ import annotations

from typing import Any

from mcplint.model import Server
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.values import ARGUMENTS, Object, prop
from mcplint.programs.values import unknown
from mcplint.text.source import Span
from mcplint.values import Value

FRAMEWORKS = ("fastmcp:FastMCP", "mcp-framework:MCPServer")
NOWHERE: Value[Any] = Value(())


def blank(machine: Machine, server: Any, through: Any, span: Span) -> Server:
    """A server object, or the transport that serves one, as a server without settings."""
    package = sdk.package_of(server, through)
    args: Args = server.table[ARGUMENTS][0] if isinstance(server, Object) and ARGUMENTS in server.table else Args()
    known_class = isinstance(server, Object) and server.library in (*sdk.SERVERS, *FRAMEWORKS)
    name = prop(args.get(0), "name") if args.positional and known_class else unknown()
    made = server.span if isinstance(server, Object) else None
    kind = (server.library or "").rpartition(":")[2] if isinstance(server, Object) else ""
    return Server.unset(
        span,
        machine.world.sdk(f"npm:{package}"),
        made=made,
        name=name._replace(
            options=name.options and tuple(each if isinstance(each, str) else None for each in name.options)
        ),
        kind=kind,
        runner="sdk",
        transport=unknown(),
    )
