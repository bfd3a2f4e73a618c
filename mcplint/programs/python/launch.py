"""How each kind of start begins: a file, a module, a function, an ASGI application, an object."""

from __future__ import annotations

from typing import Any

from mcplint.programs.python.imports import run_main
from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.values import (
    Abstract,
    Coroutine,
    Frame,
    Function,
    Instance,
    Package,
    Table,
    known,
    unknown,
)
from mcplint.programs.start import APP, FUNCTION, MODULE, OBJECT, SCRIPT, Start
from mcplint.values import Label


def launch(machine: Machine, start: Start) -> None:
    """Runs the program from its very beginning."""
    if start.kind == SCRIPT:
        fact = machine.world.modules(f"file:{start.target}")
        if fact is not None:
            run_main(machine, fact, "__main__", None)
    elif start.kind == MODULE:
        _module(machine, start.target)
    elif start.kind == FUNCTION:
        value = _named(machine, start, start.target)
        _awaited(machine, machine.call(value, Args()))
    elif start.kind == APP:
        from mcplint.programs.python.commandline import serve_app

        serve_app(machine, start, _named(machine, start, start.target))
    elif start.kind == OBJECT:
        _object(machine, start)


def _module(machine: Machine, name: str) -> None:
    """`python -m name`: its parents are imported first; a package runs its `__main__`."""
    parent = name.rpartition(".")[0]
    _imported(machine, parent)
    fact = machine.world.modules(f"{name}.__main__")
    if fact is not None:
        machine.package(name)
        run_main(machine, fact, f"{name}.__main__", name)
        return
    fact = machine.world.modules(name)
    if fact is not None:
        run_main(machine, fact, name, parent)


def _imported(machine: Machine, name: str) -> Package | None:
    """A module after its parents."""
    found = None
    parts = name.split(".") if name else []
    for length in range(1, len(parts) + 1):
        found = machine.package(".".join(parts[:length]))
    return found


def _named(machine: Machine, start: Start, target: str) -> Abstract:
    """The object that `module:attribute` names."""
    module, _, name = target.partition(":")
    package = _imported(machine, module)
    if package is None:
        return unknown(*start.notes)
    value: Abstract = known(package)
    for part in (name or "app").split("."):
        owner: Any = value.only
        value = machine.attribute(value, part, Label(start.span, f"starts {target}"))
        if value.options is None and lacks(machine, owner, part):
            machine.missing = target
    return value


def lacks(machine: Machine, owner: Any, name: str) -> bool:
    """Whether a module of the project provably has no attribute of a name."""
    from mcplint.programs.python.bindings import may_bind

    if not isinstance(owner, Package) or name in owner.table or not owner.fact.tree.body:
        return False
    return not may_bind(owner.fact.tree, name) and machine.world.modules(f"{owner.name}.{name}") is None


def _awaited(machine: Machine, value: Abstract) -> Abstract:
    from mcplint.programs.python.expressions import resume

    return resume(machine, value) if isinstance(value.only, Coroutine) else value


def _object(machine: Machine, start: Start) -> None:
    """`mcp run`, `fastmcp run`: imports the file, finds the server object and runs it as the flags say."""
    path, _, name = start.target.partition(":")
    fact = machine.world.modules(f"file:{path}")
    if fact is None:
        return
    table = Table({"__name__": known("server_module")})
    package = Package("server_module", fact, table)
    machine.packages["server_module"] = package
    machine.execute(Frame(fact, table, None), fact.tree.body)
    names = [name] if name else ["mcp", "server", "app"]
    value = next((table[each] for each in names if each in table), None)
    if value is None:
        machine.missing = start.target if name and lacks(machine, package, name) else None
        return
    if isinstance(value.only, Function):
        value = _awaited(machine, machine.call(value, Args()))
    from mcplint.programs.python.commandline import run_object

    for option in value.options or ():
        if isinstance(option, Instance):
            run_object(machine, start, option)
