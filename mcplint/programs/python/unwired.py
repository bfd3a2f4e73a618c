"""What of a program's checks no request comes to: what nothing names that runs, and middleware of idle applications."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from mcplint.facts.python import Module, source_text
from mcplint.facts.python_bodies import unfolded
from mcplint.programs.parts import Part, dead_parts
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.module_text import nodes
from mcplint.programs.python.modules import find
from mcplint.programs.start import Start
from mcplint.text.source import Span

BASES = frozenset({"object", "ABC", "Protocol", "BaseHTTPMiddleware", "Middleware", "TokenVerifier"})
"""What the bases of a class are called that does nothing by being there: no other one registers its classes."""
UNSURE = re.compile(
    r"\b(?:globals|locals|vars|exec|eval|import_module|__import__|getmembers|iter_modules|__subclasses__|setattr|"
    r"__init_subclass__|metaclass|patch)\b|\bgetattr\((?![^()]{1,200}?,\s*[\"'])|"
    r"(?:streamable_http|sse|http)_app\s*=(?!=)|def (?:streamable_http|sse|http)_app\b|"
    r"(?:user_middleware|build_middleware_stack|middleware_stack)\b"
)
"""What may come to something that is nowhere named, or put another application in place of the SDK's."""
WORDS = re.compile(r"\w+")


def unwired_parts(machine: Machine, modules: list[Module], start: Start) -> Iterator[Span]:
    """The parts of a program that no request comes to, and its imports of what it may name elsewhere."""
    yield from _optional(modules, machine.wired)
    if any(UNSURE.search(module.source.text) for module in modules):
        return
    trees = [(module, unfolded(module.tree).body) for module in modules]
    if any(_loads_later(machine, statement, start) for _, body in trees for statement in body):
        return
    idle = frozenset() if machine.lost or machine.lends else frozenset(machine.layered - machine.walked)
    parts: list[Part] = []
    alive = set(WORDS.findall(start.target))
    for module, body in trees:
        for statement in body:
            if isinstance(statement, ast.ImportFrom) and not any(each.asname for each in statement.names):
                yield module.span(statement)
                continue
            names = _names_of_idle_statement(statement, module, idle)
            mentions = frozenset(_mentions(statement, module, idle))
            if names:
                parts.append(Part(names, module.span(statement), mentions))
            else:
                alive |= mentions
    yield from (part.span for part in dead_parts(parts, alive))


def _loads_later(machine: Machine, statement: ast.stmt, start: Start) -> bool:
    """Whether a statement imports a module of the project that is not loaded as the program starts."""
    for node in ast.walk(statement):
        match node:
            case ast.Import(names=names):
                asked = [each.name for each in names]
            case ast.ImportFrom(module=name, names=names, level=0):
                asked = [str(name), *(f"{name}.{each.name}" for each in names)]
            case ast.ImportFrom(module=name, names=names):
                loaded = {each.rpartition(".")[2] for each, package in machine.packages.items() if package}
                if not loaded.issuperset([name.rpartition(".")[2]] if name else [each.name for each in names]):
                    return True
                continue
            case _:
                continue
        if any(not machine.packages.get(each) and find(machine.world.tree, start.roots, each) for each in asked):
            return True
    return False


def _names_of_idle_statement(statement: ast.stmt, module: Module, idle: Collection[Span]) -> frozenset[str]:
    """The names of a statement that does nothing unless one of them is asked for; empty for every other one."""
    match statement:
        case ast.ClassDef(name=name, decorator_list=[], keywords=[], bases=bases):
            inert = all(source_text(base).rpartition(".")[2] in BASES for base in bases)
            return frozenset({name}) if inert else frozenset()
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("__"):
            asked = [each for each in statement.decorator_list if module.span(each) not in idle]
            return frozenset() if asked else frozenset({name})
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Tuple() as value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.List() | ast.Tuple() as value)
        ):
            called = (source_text(each.func) for each in ast.walk(value) if isinstance(each, ast.Call))
            plain = all(each.rpartition(".")[2] == "Middleware" for each in called)
            return frozenset({name}) if plain and not name.startswith("__") else frozenset()
    return frozenset()


def _mentions(root: ast.stmt, module: Module, idle: Collection[Span]) -> Iterator[str]:
    """The names that a statement says, in texts too; not what is imported, exported or given to an idle application."""
    match root:
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if not isinstance(node.ctx, ast.Store):
                yield name
            case ast.alias(name=name, asname=str()):
                yield from name.split(".")
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Constant(value=str(text)):
                yield from WORDS.findall(text)
            case ast.Call(func=function) if idle and module.span(node) in idle:
                pending.append(function)
                continue
        pending += ast.iter_child_nodes(node)


def _optional(modules: list[Module], wired: Collection[str]) -> Iterator[Span]:
    """The middleware of a program that none of its applications is given: all that names it is a call under a condition
    that does not hold, if anything does."""
    for module in modules:
        tree = nodes(module) if "BaseHTTPMiddleware" in module.source.text else ()
        for node in (each for each in tree if isinstance(each, ast.ClassDef) and each.name not in wired):
            bases = [source_text(base) for base in node.bases]
            if "BaseHTTPMiddleware" in str(bases) and all(_is_optional(each, node.name) for each in modules):
                yield module.span(node)


def _is_optional(module: Module, name: str) -> bool:
    """Whether a module adds a middleware of this name under a condition alone, or does not speak of it."""
    if name not in module.source.text:
        return True
    every = tuple(nodes(module))
    if any(isinstance(node, ast.alias) and node.name == name and node.asname for node in every):
        return False
    used = {node for node in every if getattr(node, "id", "") == name or getattr(node, "attr", "") == name}
    conditions = (node for node in every if isinstance(node, ast.If))
    calls = (call for node in conditions for call in ast.walk(node) if isinstance(call, ast.Call))
    added = {call.args[0] for call in calls if source_text(call.func).endswith("add_middleware") and call.args}
    return used <= added
