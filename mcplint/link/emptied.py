"""Which secrets open a server where compose is told none: a `${…}` of a variable that is not set becomes an empty text.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from mcplint.knowledge.secrets import ACCESS, is_private
from mcplint.model import Server
from mcplint.services.containers import ContainerContext
from mcplint.text.source import Span
from mcplint.text.urls import is_loopback
from mcplint.values import HOLE, Label, Value

MOST = 4
BARE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
"""A variable alone, with neither a default nor `:?`, which ends compose where it is not set."""
SWITCH = re.compile(r"(?i)enable|disable|require|mode|type|provider")
"""What stands in the name of a variable that says whether anything is checked, and how."""


def may_hold_credentials(name: str) -> bool:
    """Whether a variable may hold what callers have to know, and is no switch, as far as its name tells."""
    return bool(is_private(name) or ACCESS.search(name)) and not SWITCH.search(name)


def with_openers(
    context: ContainerContext, servers: tuple[Server, ...], again: Callable[[ContainerContext], Iterable[Server]]
) -> tuple[Server, ...]:
    """The servers with the variables without which they let everybody in.

    `again`: the servers that a container starts, which is asked for one of the same with a variable that is empty.
    """
    if not any(server.speaks_http and server.auth.may_not_be(None) for server in servers):
        return servers
    read = frozenset[str]().union(*(server.reads for server in servers))
    found: dict[Span, list[Label]] = {}
    for name, given, label in [each for each in _unset(context) if each[0] in read][:MOST]:
        container = context.container
        env = {**container.env, name: Value(("",), given.trace)}
        for server in again(context._replace(container=container._replace(env=env))):
            if server.auth.must_be(None) and server.speaks_http and not _is_held_back(server):
                found.setdefault(server.made or server.span, []).append(label)
    return tuple(
        server._replace(openers=tuple(found.get(server.made or server.span, ())))
        if server.speaks_http and server.auth.may_not_be(None)
        else server
        for server in servers
    )


def _is_held_back(server: Server) -> bool:
    """Whether a server may listen where no other machine reaches it."""
    return any(isinstance(host, str) and is_loopback(host) for host in server.host.options or ())


def _unset(context: ContainerContext) -> Iterator[tuple[str, Value[str | None], Label]]:
    """The variables of a container that may decide who may call and are nothing but one that no file sets.

    Each with its value, and the span where that stands, named as what it stands for.
    """
    for name, value in context.container.env.items():
        if value.options is not None or value.partly != HOLE or not value.trace or not may_hold_credentials(name):
            continue
        span = next((note.span for note in reversed(value.trace) if note.span.text.startswith("$")), None)
        if span and (spelled := BARE.fullmatch(span.text)):
            yield name, value, Label(span, spelled[1] or spelled[2])
