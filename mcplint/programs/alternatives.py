"""Servers of which one is made: alternatives are one server, whose values may be any's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcplint.model import Asgi, Matching, Sdk, Server, Wiring
from mcplint.programs.values import union
from mcplint.text.number import as_number
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Value

Group = list[Server]
"""Servers of which one is made."""
PORTS = range(1 << 16)


def servers(paths: Sequence[tuple[Server, ...] | None]) -> tuple[Server, ...]:
    """One server for each that runs beside others; ways between which the program chooses are one server.

    `paths`: the servers of each way, None for one that serves something else: no transport is certain then.
    """
    groups: list[Group] = []
    for path in sorted(filter(None, dict.fromkeys(paths)), key=len, reverse=True):
        of_other_ways = _OtherWays(groups, alone=len(path) == 1)
        for served in path:
            group = of_other_ways.take(served)
            if group is None:
                group = []
                groups.append(group)
            group.append(served)
    found = (merge_alternatives(group) for group in groups)
    return tuple(_with_unknown_transport(each) if None in paths else each for each in found)


def _with_unknown_transport(served: Server) -> Server:
    return served._replace(transport=Value(None, served.transport.trace))


class _OtherWays:
    """The servers of other ways, of which those of one way take each group once; a class because it knows which.

    `alone`: whether the way has one server only, which is an alternative to the only one that there is.
    """

    def __init__(self, groups: list[Group], alone: bool) -> None:
        self.only = groups[0] if alone and len(groups) == 1 else None
        self.alike: dict[object, deque[Group]] = {}
        self.taken: set[int] = set()
        for group in groups:
            made = group[0].made
            for key in dict.fromkeys((made, *(_endpoint_key(made, each) for each in group))):
                self.alike.setdefault(key, deque()).append(group)

    def take(self, served: Server) -> Group | None:
        """The servers that this one is an alternative to: of the same object, or the only one."""
        for key in (_endpoint_key(served.made, served), served.made):
            waiting = self.alike.get(key, deque())
            while waiting:
                group = waiting.popleft()
                if id(group) not in self.taken:
                    self.taken.add(id(group))
                    return group
        return self.only


def _endpoint_key(made: Span | None, served: Server) -> object:
    return made, served.transport.options, served.path.options


def merge_alternatives(group: list[Server]) -> Server:
    """The server that is one of several: its values may be any's, what it certainly does each of them does."""
    unique = list(dict.fromkeys(group))
    first = unique[0]
    if len(unique) == 1:
        return first
    changes: dict[str, object] = {}
    for name, value in first._asdict().items():
        values = [getattr(each, name) for each in unique]
        if isinstance(value, Value):
            changes[name] = union([each for each in values if each.options != ()] or [value])
        elif isinstance(value, Wiring):
            changes[name] = next((each for each in values if each != Wiring()), value)
        elif isinstance(value, Matching):
            changes[name] = Matching(any(each.caseless for each in values), all(each.strict for each in values))
        elif isinstance(value, Asgi):
            changes[name] = Asgi(*(union(column) for column in zip(*values, strict=True)))
        elif name in ("endpoints", "writes"):
            changes[name] = tuple(item for item in value if all(item in other for other in values))
        elif type(value) is tuple:
            changes[name] = tuple(dict.fromkeys(item for other in values for item in other))
        elif None in values and name != "made":
            changes[name] = None
    changes["endpoints_closed"] = all(each.endpoints_closed for each in unique) and all(
        each.endpoints == first.endpoints for each in unique
    )
    if len({each.sdk.package for each in unique}) > 1:
        changes["sdk"] = Sdk(None, UNKNOWN)
    if len({each.kind for each in unique}) > 1:
        changes["kind"] = ""
    if len({each.runner for each in unique}) > 1:
        changes["runner"] = "unknown"
    return first._replace(**changes)  # type: ignore[arg-type]


def coerced(served: Server) -> Server:
    """The server without the values whose type a setting cannot have; a port may be the text of a variable."""
    port: Value[Any] = served.port
    settings: dict[str, Any] = {
        **served._asdict(),
        "port": port._replace(options=port.options and tuple(map(as_number, port.options))),
    }
    each = served.asgi
    asgi = Asgi(
        _checked_options(each.trusted, _text),
        _checked_options(each.patience, _seconds),
        _checked_options(each.root_path, _text),
        _checked_options(each.reload, _flag),
        each.named,
        each.certified,
    )
    changes: dict[str, Any] = {name: _checked_options(settings[name], fits) for name, fits in _FITS.items()}
    return served._replace(**changes, asgi=asgi)


def _checked_options(value: Value[Any], fits: Callable[[object], bool]) -> Value[Any]:
    return value if all(map(fits, value.options or ())) else value._replace(options=None, site=None)


def _text(option: object) -> bool:
    return isinstance(option, str)


def _flag(option: object) -> bool:
    return isinstance(option, bool)


def _texts(option: object) -> bool:
    return isinstance(option, tuple) and all(map(_text, option))


def _count(option: object) -> bool:
    return option is None or isinstance(option, int)


def _seconds(option: object) -> bool:
    return option is None or isinstance(option, (int, float))


_FITS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("transport", "host", "path", "message_path", "declared_host", "log_level"), _text),
    **dict.fromkeys(("stateless", "json_response", "host_check", "lifespan"), _flag),
    "allowed_hosts": _texts,
    "name": lambda option: option is None or _text(option),
    "port": lambda option: isinstance(option, int) and option in PORTS,
    "workers": _count,
}
