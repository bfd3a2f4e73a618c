"""The files beside its modules that a program reads for certain: when it is started, or when a tool of it is called."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.python import Module, source_text
from mcplint.programs.python.certain_imports import origin
from mcplint.programs.python.own_paths import Names, OwnPath
from mcplint.project.tree import Tree
from mcplint.text.paths import upwards
from mcplint.text.source import Span

_METHODS = ("read_text", "read_bytes", "open")
_READERS = ("read_text", "read_binary", "open_text", "open_binary")
_BY_PACKAGE = (
    "pkgutil.get_data",
    *(f"{each}{name}" for each in ("resources.", "importlib.resources.") for name in _READERS),
)
_MAKES = ("mkdir", "makedirs", "copytree", "extractall")
"""What makes a folder whose files may be the program's own from then on."""
_KEPT = ("cache", "lru_cache", "functools.cache", "functools.lru_cache")
_OFFERED = ("tool", "resource", "prompt")
"""Methods of a server that hand it a function to be called by clients."""
_RUNNERS = ("asyncio.run", "anyio.run", "asyncio.get_event_loop().run_until_complete")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Read(NamedTuple):
    """A file that is read: its path from the module or package, the module's file, and the span.

    `tool`: the function that reads it when a client has it called, empty where the start does.
    """

    own_path: OwnPath
    path: str
    span: Span
    tool: str = ""


class _Text(NamedTuple):
    """A module, the names that it gives to paths, its functions, and the names that it takes from other modules."""

    path: str
    module: Module
    names: Names
    functions: Mapping[str, Function]
    taken: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, module: Module, path: str, dotted: str) -> _Text:
        file = path.rpartition("/")[2]
        package = dotted if file == "__init__.py" else dotted.rpartition(".")[0]
        body = module.tree.body
        written = [node for node in body if isinstance(node, Function)]
        times = Counter(node.name for node in written)
        functions = {node.name: node for node in written if times[node.name] == 1}
        taken = {
            alias.asname or alias.name: (source, alias.name)
            for node in body
            if isinstance(node, ast.ImportFrom) and (source := origin(node.module, node.level, package))
            for alias in node.names
        }
        return cls(path, module, Names.of(module.tree, file, package), functions, taken)

    def read(self, node: ast.expr) -> OwnPath | None:
        """The path that a call reads, None where it is none that reads one."""
        match node:
            case ast.Call(func=ast.Name(id="open"), args=[path, *rest], keywords=keywords):
                return self.names.own_path(path) if _opens_to_read(rest, keywords) else None
            case ast.Call(func=func, args=[package, name]) if source_text(func) in _BY_PACKAGE:
                home, file = self.names.text(package), self.names.text(name)
                return OwnPath(home, ".").join(file) if home and file else None
            case ast.Call(func=ast.Attribute(value=path, attr=attr), args=args, keywords=keywords) if attr in _METHODS:
                return self.names.own_path(path) if attr != "open" or _opens_to_read(args, keywords) else None
        return None

    def touched_paths(self) -> Iterator[tuple[OwnPath, bool]]:
        """The paths that calls are handed or asked of otherwise, and whether it makes a folder."""
        for node in ast.walk(self.module.tree):
            if not isinstance(node, ast.Call) or self.read(node) or self.names.own_path(node):
                continue
            given = [*node.args, *(each.value for each in node.keywords)]
            named = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            given += [node.func.value] if isinstance(node.func, ast.Attribute) and named not in ("parent",) else []
            for each in given:
                own_path = self.names.own_path(each)
                if own_path:
                    yield own_path, named in _MAKES


def reads(tree: Tree, modules: Iterable[tuple[str, str]], target: str) -> Iterator[Read]:
    """What modules, each with its file and dotted name, read; `target`: what the start calls (`module:function`)."""
    every = list(modules)
    if not any(tree.mentions(path, "__file__", "resources", "pkgutil") for path, _ in every):
        return
    facts = ((path, name, tree.facts("python", path)) for path, name in every)
    texts = {name: _Text.of(module, path, name) for path, name, module in facts if module}
    touched = _TouchedPaths.of(texts.values())
    module, _, function = target.partition(":")
    gone: set[tuple[str, int]] = set()
    for name, text in texts.items():
        starts = [(text.module.tree.body, "")]
        if name == module and (called := text.functions.get(function)):
            starts.append((called.body, ""))
        starts += [(each.body, each.name) for each in text.functions.values() if _is_offered_tool(each)]
        for body, tool in starts:
            for where, call in _calls(text, body, texts, gone):
                own_path = where.read(call)
                if own_path and not touched.covers(where.path, own_path):
                    yield Read(own_path, where.path, where.module.span(call), tool)


class _TouchedPaths(NamedTuple):
    """What calls are handed otherwise than to be read, and folders that they make: a package or file, and a path."""

    paths: frozenset[tuple[str, str]]
    made: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, texts: Iterable[_Text]) -> _TouchedPaths:
        found = [
            (own_path.package or text.path, own_path.path, makes)
            for text in texts
            for own_path, makes in text.touched_paths()
        ]
        made = frozenset((where, path) for where, path, makes in found if makes)
        return cls(frozenset((where, path) for where, path, _ in found), made)

    def covers(self, path: str, own_path: OwnPath) -> bool:
        """Whether a path that a file reads is one of them, or is below one that is made."""
        where = own_path.package or path
        return (where, own_path.path) in self.paths or any(
            (where, each) in self.made for each in upwards(own_path.path)
        )


def _opens_to_read(args: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    """Whether a file is opened to be read, and nothing else."""
    mode = args[0] if args else next((each.value for each in keywords if each.arg == "mode"), ast.Constant("r"))
    return isinstance(mode, ast.Constant) and mode.value in ("r", "rt", "rb")


def _is_offered_tool(function: Function) -> bool:
    names = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return any(isinstance(name, ast.Attribute) and name.attr in _OFFERED for name in names)


def _calls(
    text: _Text, body: list[ast.stmt], texts: Mapping[str, _Text], gone: set[tuple[str, int]]
) -> Iterator[tuple[_Text, ast.Call]]:
    """The calls that statements make whatever happens, and those of the functions that they call.

    `gone`: the functions that have been gone through, each as its file and line.
    """
    waiting = [(text, body)]
    while waiting:
        here, statements = waiting.pop()
        for call, awaited in _certain_calls(statements):
            yield here, call
            if not isinstance(call.func, ast.Name):
                continue
            module, name = here.taken.get(call.func.id, ("", call.func.id))
            other = texts.get(module) if module else here
            function = other.functions.get(name) if other else None
            if other and function and (other.path, function.lineno) not in gone and _runs(function, awaited):
                gone.add((other.path, function.lineno))
                waiting.append((other, function.body))


def _runs(function: Function, awaited: bool) -> bool:
    """Whether calling a function runs its body: it is no generator, and its decorators do nothing else."""
    plain = all(
        source_text(each.func if isinstance(each, ast.Call) else each) in _KEPT for each in function.decorator_list
    )
    lazy = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in ast.walk(ast.Module(function.body, [])))
    return plain and not lazy and (awaited or isinstance(function, ast.FunctionDef))


def _certain_calls(body: list[ast.stmt]) -> Iterator[tuple[ast.Call, bool]]:
    """The calls that statements make whatever happens, each with whether it is awaited."""
    for node in body:
        match node:
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
                yield from _certain_calls_in(value)
            case ast.AnnAssign(value=ast.expr() as value) | ast.AugAssign(value=value):
                yield from _certain_calls_in(value)
            case ast.If(test=value) | ast.For(iter=value):
                yield from _certain_calls_in(value)
            case ast.With(items=items, body=inner) | ast.AsyncWith(items=items, body=inner):
                if any("suppress" in source_text(each.context_expr) for each in items):
                    continue
                for each in items:
                    yield from _certain_calls_in(each.context_expr)
                yield from _certain_calls(inner)
        if any(isinstance(each, ast.Return) for each in _parts_of_statement(node)):
            return


def _parts_of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement, those of a function or class that it defines left out."""
    return iter(()) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else ast.walk(node)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _certain_calls_in(value: ast.expr) -> Iterator[tuple[ast.Call, bool]]:
    """The calls of an expression that are made for certain, each with whether it is awaited."""
    waiting = [(value, False)]
    while waiting:
        node, awaited = waiting.pop()
        runs = False
        match node:
            case ast.Lambda() | ast.GeneratorExp():
                continue
            case ast.IfExp(test=first) | ast.BoolOp(values=[first, *_]):
                inner = [first]
            case ast.ListComp(generators=[first, *_]) | ast.SetComp(generators=[first, *_]):
                inner = [first.iter]
            case ast.DictComp(generators=[first, *_]):
                inner = [first.iter]
            case _:
                if isinstance(node, ast.Call):
                    yield node, awaited
                runs = isinstance(node, ast.Await) or (
                    isinstance(node, ast.Call) and source_text(node.func) in _RUNNERS
                )
                parts = (each.value if isinstance(each, ast.keyword) else each for each in ast.iter_child_nodes(node))
                inner = [each for each in parts if isinstance(each, ast.expr)]
        waiting += ((each, runs) for each in reversed(inner))
