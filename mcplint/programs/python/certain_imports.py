"""What a program imports for certain when it is started, told by its text: the statements that nothing guards."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.python import Module, source_text
from mcplint.programs.python.modules import find
from mcplint.project.tree import Tree
from mcplint.text.source import Span

_MOST = 400


class Imported(NamedTuple):
    """An import that is made for certain: the module's dotted name, where, and its file in the project.

    `path`: None where the project has no such module; a folder, with a slash at its end, for one without `__init__.py`.
    `main`: whether it is the program itself that imports it. `module`: whether it is a module, and no name in one.
    """

    dotted: str
    span: Span
    path: str | None
    main: bool = False
    module: bool = True


def imported(tree: Tree, roots: tuple[str, ...], path: str, name: str, main: bool = False) -> tuple[Imported, ...]:
    """Everything that the module of a file imports for certain, and what that imports; each module once.

    `name`: its dotted name, `main`: whether it is run as the program itself.
    """
    found: dict[str, Imported] = {}
    seen, waiting = {path}, [(path, name, main)]
    while waiting and len(seen) < _MOST:
        path, name, main = waiting.pop()
        module: Module | None = tree.facts("python", path)
        for dotted, node, whole in _statements(module.tree.body, _package(path, name), main) if module else ():
            if dotted.partition(".")[0] in sys.stdlib_module_names and find(tree, roots[:1], dotted) is None:
                continue
            own = find(tree, roots, dotted)
            if module and dotted not in found:
                found[dotted] = Imported(dotted, module.span(node), own, main, whole or own is not None)
            for inner, where in _chain(tree, roots, dotted):
                if where not in seen:
                    seen.add(where)
                    waiting.append((where, inner, False))
    return tuple(found.values())


def _chain(tree: Tree, roots: tuple[str, ...], dotted: str) -> Iterator[tuple[str, str]]:
    """A module and the packages around it, each with its file."""
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        path = find(tree, roots, name)
        if path and not path.endswith("/"):
            yield name, path


def _package(path: str, name: str) -> str:
    """The package that relative imports of a module begin from."""
    return name if path.endswith("__init__.py") else name.rpartition(".")[0]


def _statements(body: list[ast.stmt], package: str, main: bool) -> Iterator[tuple[str, ast.AST, bool]]:
    """The modules that statements import whatever happens, each with the node that names it.

    A name that is imported from a module may be a module, too.
    """
    for node in body:
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, alias, True) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                source = origin(module, level, package)
                if source:
                    yield source, node, True
                    yield from ((f"{source}.{alias.name}", alias, False) for alias in names if alias.name != "*")
            case ast.If(test=test, body=inner) if main and "__main__" in source_text(test):
                yield from _statements(inner, package, main)
            case ast.With(body=inner) if not _suppresses(node):
                yield from _statements(inner, package, main)


def _suppresses(node: ast.With) -> bool:
    return any("suppress" in source_text(item.context_expr) for item in node.items)


def origin(module: str | None, level: int, package: str) -> str | None:
    """The module that names are imported from; `package`: where a relative import begins."""
    if not level:
        return module
    parts = package.split(".") if package else []
    if level - 1 > len(parts) or not parts:
        return None
    base = parts[: len(parts) - (level - 1)]
    return ".".join([*base, *([module] if module else [])]) or None
