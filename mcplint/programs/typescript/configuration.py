"""What a configuration file in JavaScript, TypeScript or JSON gives to the program that reads it."""

from __future__ import annotations

from mcplint.model import Sdk
from mcplint.programs.journal import Exhausted, Leave, recursion
from mcplint.programs.typescript.imports import exported, json_module, module
from mcplint.programs.typescript.interpreter import tables
from mcplint.programs.typescript.machine import Machine, TooLarge
from mcplint.programs.typescript.values import Object
from mcplint.programs.values import Abstract, unknown
from mcplint.programs.world import World
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Value

STEPS = 20_000


def exported_configuration(tree: Tree, path: str, span: Span) -> Abstract:
    """What a file exports by default, or as `module.exports`; unknown where that takes more than a few steps.

    The environment that it may read is not known. `span`: where it is asked for.
    """
    world = World(tree, lambda name: Value(None), lambda name: Sdk(name, Value(None)), lambda file: None, STEPS)
    machine = Machine(world, tables(), None, span)
    machine.entry = path
    try:
        with recursion():
            if path.endswith(".json"):
                return json_module(machine, path, "default")
            package = module(machine, path)
            return exported(machine, package, "default", set()) if package is not None else unknown()
    except (Leave, Exhausted, TooLarge, RecursionError, MemoryError):
        return unknown()


def entry(value: Abstract, name: str) -> Abstract:
    """What an object surely has by a name; unknown where it is not one known object."""
    only = value.only
    found: Abstract = only.table[name] if isinstance(only, Object) and name in only.table else unknown()
    return found


def has(value: Abstract, name: str) -> bool:
    """Whether an object may have an entry by a name."""
    return not isinstance(value.only, Object) or value.only.open or name in value.only.table
