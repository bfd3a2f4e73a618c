"""What imports bind: modules of the project, which are run when first imported, and names of libraries."""

from __future__ import annotations

import ast
import sys
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.model import Import
from mcplint.programs.journal import Exhausted, Raised
from mcplint.programs.python.attributes import of_library
from mcplint.programs.python.exceptions import may_be_caught
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Frame, Package
from mcplint.programs.values import Abstract, Table, known

MODULES = 1_000

LOOK = 25
"""The steps that it takes to look for a module among the copies of an image."""

# What an import that fails raises; handlers of `ImportError` catch it, too.
MISSING = "ModuleNotFoundError"


def load(machine: Machine, name: str) -> Package | None:
    """Runs a module of the project; None where the project has none of this name.

    Raises Exhausted where the program has more than MODULES of the project.
    """
    machine.spend(LOOK)
    fact = machine.modules(name)
    if fact is None:
        return None
    many = len(machine.packages) >= MODULES
    if many and sum(package is not None for package in machine.packages.values()) >= MODULES:
        raise Exhausted
    package = Package(name, fact, Table({"__name__": known(name)}))
    machine.packages[name] = package
    frame = Frame(fact, package.table, None)
    try:
        machine.execute(frame, fact.tree.body)
    except Raised as raised:
        machine.risks.append(raised.name)
        if not machine.takes_as_given():
            raise
    return package


def import_module(machine: Machine, frame: Frame, node: ast.Import) -> None:
    for alias in node.names:
        found = module(machine, frame, alias.name, alias)
        name = alias.asname or alias.name.partition(".")[0]
        if not alias.asname and "." in alias.name:
            found = module(machine, frame, name, alias, quiet=True)
        machine.put(frame.outer.get(name, frame).names, name, found)


def module(machine: Machine, frame: Frame, name: str, node: ast.AST, quiet: bool = False) -> Abstract:
    """A module by its absolute name: the project's own, or a library's."""
    parts = name.split(".")
    own = None
    if parts[0] not in sys.stdlib_module_names or machine.modules(parts[0]) is not None:
        for length in range(1, len(parts) + 1):
            own = machine.package(".".join(parts[:length]))
    if own is not None:
        return known(own)
    if not quiet:
        _note_sdk_import(machine, frame, name, node, is_module=isinstance(node, ast.alias))
    return known(machine.canonical(name))


def _note_sdk_import(machine: Machine, frame: Frame, dotted: str, node: ast.AST, is_module: bool = False) -> None:
    """Notes an import of an SDK; where a failure is caught or the program asks first, one that is not there fails."""
    top = dotted.partition(".")[0]
    if top in sys.stdlib_module_names:
        return
    if top not in PYTHON_MODULES:
        machine.risks.append(MISSING)
        return
    guarded = may_be_caught(machine, MISSING) or machine.probes.answered > 0
    found = Import(dotted, frame.module.span(node), guarded, module=is_module)
    machine.imports.append(found)
    if not guarded:
        return
    there = has(machine, found)
    if there is False:
        raise Raised(MISSING)
    if there is None:
        machine.risks.append(MISSING)


def has(machine: Machine, imported: Import) -> bool | None:
    """Whether the SDK's release has what an import names; None where that is not known."""
    from mcplint.knowledge.sdk import fact

    sdk = machine.world.sdk(imported.dotted.partition(".")[0])
    if sdk.package is None or not sdk.version.options:
        return None
    found = {fact(sdk.package, version, imported.fact) for version in sdk.version.options}
    return True if found == {True} else False if found == {False} else None


def import_names(machine: Machine, frame: Frame, node: ast.ImportFrom) -> None:
    name = _absolute(machine, frame, node)
    if name is None or name == "__future__":
        return
    source = module(machine, frame, name, node, quiet=True)
    for alias in node.names:
        if alias.name == "*":
            _import_star(machine, frame, source)
            continue
        found = _member(machine, frame, source, name, alias)
        bound = alias.asname or alias.name
        machine.put(frame.outer.get(bound, frame).names, bound, found)


def _absolute(machine: Machine, frame: Frame, node: ast.ImportFrom) -> str | None:
    """The absolute name of the module that a `from … import` names."""
    if not node.level:
        return node.module
    top = frame.top
    package = top.names.get("__package__", top.names.get("__name__"))
    own = package.only if package is not None else None
    if not isinstance(own, str):
        return None
    parts = own.split(".")
    folder = frame.module.source.path.endswith("/__init__.py") or frame.module.source.path == "__init__.py"
    drop = node.level - (1 if folder or "__package__" in top.names else 0)
    base = parts[: len(parts) - drop] if drop else parts
    return ".".join([*base, *([node.module] if node.module else [])]) or None


def _member(machine: Machine, frame: Frame, source: Abstract, name: str, alias: ast.alias) -> Abstract:
    only = source.only
    if isinstance(only, Package):
        if alias.name in only.table:
            found: Abstract = only.table[alias.name]
            return found
        inner = machine.package(f"{name}.{alias.name}")
        if inner is not None:
            return known(inner)
        return machine.attribute(source, alias.name, machine.note(frame, alias, "imported here"))
    own = module(machine, frame, f"{name}.{alias.name}", alias, quiet=True).only
    if isinstance(own, Package):
        return known(own)
    _note_sdk_import(machine, frame, f"{name}.{alias.name}", alias)
    return of_library(machine, f"{name}.{alias.name}", machine.note(frame, alias, "imported here"))


def _import_star(machine: Machine, frame: Frame, source: Abstract) -> None:
    only: Any = source.only
    if isinstance(only, Package):
        for name, value in list(machine.metered(only.table.items())):
            if not name.startswith("_"):
                machine.put(frame.names, name, value)


def run_main(machine: Machine, fact: Any, name: str, package: str | None) -> Package:
    """Runs a module as the program itself."""
    table = Table({"__name__": known("__main__")})
    if package is not None:
        table["__package__"] = known(package)
    main = Package(name, fact, table)
    machine.packages["__main__"] = main
    machine.execute(Frame(fact, table, None), fact.tree.body)
    return main


def imported_package(machine: Machine, name: str) -> Package | None:
    """A module of the project after its parents."""
    found = None
    parts = name.split(".") if name else []
    for length in range(1, len(parts) + 1):
        found = machine.package(".".join(parts[:length]))
    return found
