"""`pathlib` and `os.path`: paths as text, where all their parts are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.python.libraries.standard import anything, same
from mcplint.programs.python.machine import Args, Handler, Machine, Reader
from mcplint.programs.python.operators import product
from mcplint.programs.python.values import Abstract, External, Instance, each, known, unknown


def text_of(path: Abstract) -> str | None:
    only = path.only
    if isinstance(only, Instance) and only.library == "pathlib.Path":
        only = only.table["text"].only
    return only if isinstance(only, str) else None


def path(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Path(a, b)`: text where all parts are known."""
    made = Instance(External("pathlib.Path"), args.span)
    parts = [text_of(value) for value in args.positional]
    whole = None not in parts and not args.open
    made.table["text"] = known("/".join(part or "" for part in parts) or ".") if whole else unknown(*args.notes)
    return known(made, *args.notes)


def path_join(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return path(machine, args._replace(positional=(known(owner), *args.positional)), owner)


def path_same(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(owner, *args.notes)


def path_parent(machine: Machine, owner: Instance) -> Abstract:
    text = text_of(known(owner))
    made = Instance(External("pathlib.Path"), None)
    made.table["text"] = known(text.rpartition("/")[0] or ".") if text is not None else unknown()
    return known(made)


def _join(args: Args) -> Abstract:
    return product(args.positional, lambda *parts: "/".join(parts))


CALLS: Mapping[str, Handler] = {
    "os.path.exists": anything,
    "os.path.isfile": anything,
    "os.path.isdir": anything,
    "pathlib.Path": path,
    "pathlib.Path./": path_join,
    "pathlib.Path.joinpath": path_join,
    "pathlib.Path.resolve": path_same,
    "pathlib.Path.absolute": path_same,
    "pathlib.Path.expanduser": path_same,
    "pathlib.Path.mkdir": anything,
    "pathlib.Path.exists": anything,
    "os.path.abspath": same,
    "os.path.dirname": lambda machine, args, owner: each(
        args.get(0, "path"), lambda text: text.rpartition("/")[0] if isinstance(text, str) else text
    ),
    "os.path.join": lambda machine, args, owner: _join(args),
}
READS: Mapping[str, Reader] = {
    "pathlib.Path.parent": path_parent,
}
ALIASES: Mapping[str, str] = {
    "pathlib.PurePath": "pathlib.Path",
}
