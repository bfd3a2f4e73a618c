"""How each kind of start begins: a file, a module, a function, an ASGI application, an object."""

from __future__ import annotations

from mcplint.program.imports import run_main
from mcplint.program.machine import Args, Machine
from mcplint.program.start import FUNCTION, MODULE, SCRIPT, Start
from mcplint.program.values import known


def launch(machine: Machine, start: Start) -> None:
    """Runs the program from its very beginning."""
    match start.kind:
        case "script":
            fact = machine.world.modules(f"file:{start.target}")
            if fact is not None:
                run_main(machine, fact, "__main__", None)
        case "module":
            _module(machine, start.target)
        case "function":
            _function(machine, start)


def _module(machine: Machine, name: str) -> None:
    parent = name.rpartition(".")[0]
    if parent:
        for length in range(1, parent.count(".") + 2):
            machine.package(".".join(parent.split(".")[:length]))
    fact = machine.world.modules(f"{name}.__main__")
    if fact is not None:
        machine.package(name)
        run_main(machine, fact, f"{name}.__main__", name)
        return
    fact = machine.world.modules(name)
    if fact is not None:
        run_main(machine, fact, name, parent)


def _function(machine: Machine, start: Start) -> None:
    from mcplint.core import Note
    from mcplint.program.expressions import resume
    from mcplint.program.values import Coroutine

    module, _, name = start.target.partition(":")
    parts = module.split(".")
    package = None
    for length in range(1, len(parts) + 1):
        package = machine.package(".".join(parts[:length]))
    if package is None:
        return
    value = known(package)
    for part in name.split("."):
        value = machine.attribute(value, part, Note(start.span, "is started here"))
    result = machine.call(value, Args())
    if isinstance(result.only, Coroutine):
        resume(machine, result)


__all__ = ["FUNCTION", "MODULE", "SCRIPT", "launch"]
