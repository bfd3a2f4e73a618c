"""The servers of a run: ways in which the program may go are joined, what runs side by side stays apart."""

from __future__ import annotations

from mcplint.model import Asgi
from mcplint.programs.outcome import Served
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import union
from mcplint.values import Value


def servers(machine: Machine) -> tuple[Served, ...]:
    """One server for each that runs beside others; ways between which the program chooses are one server."""
    groups: list[list[Served]] = []
    for path in sorted(dict.fromkeys(machine.paths), key=len, reverse=True):
        taken: list[list[Served]] = []
        for served in path:
            group = _group(served, [each for each in groups if not any(each is other for other in taken)], len(path))
            if group is None:
                group = []
                groups.append(group)
            group.append(served)
            taken.append(group)
    return tuple(joined(group) for group in groups)


def _group(served: Served, groups: list[list[Served]], beside: int) -> list[Served] | None:
    """The servers of other ways that this one is an alternative to: of the same object, or the only one of its way."""
    alike = [group for group in groups if group[0].made == served.made]
    same = [group for group in alike if any(_speaks(each) == _speaks(served) for each in group)]
    return next(iter(same or alike or (groups if beside == 1 and len(groups) == 1 else [])), None)


def _speaks(served: Served) -> object:
    return served.transport.options, served.path.options


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
        elif isinstance(value, Asgi):
            changes[name] = Asgi(*(union(column) for column in zip(*values, strict=True)))
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
