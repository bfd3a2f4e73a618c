"""The servers of a run: ways in which the program may go are joined, what runs side by side stays apart."""

from __future__ import annotations

from mcplint.core import Value
from mcplint.program.machine import Machine
from mcplint.program.outcome import Served
from mcplint.program.values import union


def servers(machine: Machine) -> tuple[Served, ...]:
    """One server for each object that is served, or one for all where the program chooses between them."""
    paths = list(dict.fromkeys(path for path in machine.paths if path))
    groups: dict[object, list[Served]] = {}
    several = any(len(path) > 1 for path in paths)
    for path in paths:
        for served in path:
            groups.setdefault((served.made, served.transport.options) if several else None, []).append(served)
    return tuple(joined(group) for group in groups.values())


def joined(group: list[Served]) -> Served:
    """The server that is one of several, value by value."""
    unique = list(dict.fromkeys(group))
    first = unique[0]
    if len(unique) == 1:
        return first
    changes: dict[str, object] = {}
    for name, value in first._asdict().items():
        values = [getattr(each, name) for each in unique]
        if isinstance(value, Value):
            changes[name] = union([each for each in values if each.options != ()] or [value])
        elif name in ("endpoints",):
            changes[name] = tuple(item for item in value if all(item in other for other in values))
        elif isinstance(value, tuple) and name not in ("span", "made"):
            changes[name] = tuple(dict.fromkeys(item for other in values for item in other))
    changes["closed"] = all(each.closed for each in unique) and all(
        each.endpoints == first.endpoints for each in unique
    )
    for name in ("package", "kind"):
        if len({getattr(each, name) for each in unique}) > 1:
            changes[name] = None if name == "package" else ""
    if len({each.runner for each in unique}) > 1:
        changes["runner"] = "unknown"
    return first._replace(**changes)  # type: ignore[arg-type]
