"""A server of which nothing but its name and SDK is said yet."""

from __future__ import annotations

import re
from typing import Any

from mcplint.model import SdkCall, Server
from mcplint.programs.typescript.libraries import sdk
from mcplint.programs.typescript.machine import Args, Machine
from mcplint.programs.typescript.values import ARGUMENTS, Object, prop
from mcplint.programs.values import unknown
from mcplint.text.source import Span
from mcplint.values import Value

FRAMEWORKS = ("fastmcp:FastMCP", "mcp-framework:MCPServer")
_ASKS_BEFORE = re.compile(
    r"typeof [\w.]+\.(?:tool|prompt|resource)\b|[\"'](?:tool|prompt|resource)[\"'] in |\?\.\(|"
    r"catch[^{}\n]{0,40}\{[^{}]{0,400}?\bregister"
)
"""What a module says that may do without what it calls."""
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
        calls=_removed_calls(server),
        transport=unknown(),
    )


def _removed_calls(server: Any) -> tuple[SdkCall, ...]:
    """The calls that a server of version 2 has no more; none where the program asks before whether it has them."""
    found = sdk.GONE.of(server.table) if isinstance(server, Object) else ()
    return tuple(each for each in found if not _ASKS_BEFORE.search(each.span.source.text))
