"""Paths that a module spells by its own path (`Path(__file__).parent / "x.json"`) or by a package (`files("pkg")`)."""

from __future__ import annotations

import ast
import posixpath
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.python import source_text

_DEEPEST = 20


class OwnPath(NamedTuple):
    """A path from the folder of a package, or from that of the module itself where no package is named."""

    package: str
    path: str

    def join(self, *parts: str) -> OwnPath | None:
        """Something below it; None for an absolute path, which would stand in its place."""
        if any(part.startswith("/") for part in parts):
            return None
        return self._replace(path=posixpath.normpath(posixpath.join(self.path, *parts)))

    def parent(self, times: int = 1) -> OwnPath:
        """The folder around it."""
        own_path = self
        for _ in range(times):
            path = own_path.path
            outside = path == "." or posixpath.basename(path) == ".."
            own_path = own_path._replace(path=posixpath.join(path, "..") if outside else posixpath.dirname(path) or ".")
        return own_path._replace(path=posixpath.normpath(own_path.path))


_SAME = (
    "Path PurePath pathlib.Path str os.fspath fspath os.path.abspath os.path.realpath os.path.normpath "
    "abspath realpath normpath"
)
_SAME_PATH = frozenset(_SAME.split())
"""Functions that give back the path that they are handed."""
_SAME_METHODS = ("resolve", "absolute", "as_posix", "expanduser")
_FILES = ("files", "resources.files", "importlib.resources.files", "importlib_resources.files")


class Names(NamedTuple):
    """The names of a module that are bound to one thing wherever they are seen, and what they are bound to.

    `file`: the name of its file, `package`: the package that it is in.
    """

    values: Mapping[str, ast.expr]
    file: str
    package: str

    @classmethod
    def of(cls, module: ast.Module, file: str, package: str) -> Names:
        """Those that one assignment binds, and no argument, import or loop."""
        bound: Counter[str] = Counter()
        values: dict[str, ast.expr] = {}
        for node in ast.walk(module):
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    bound[name] += 1
                case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    bound[name] += 2
                case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                    bound[name] += 2
                case ast.alias(name=name, asname=other):
                    bound[other or name.partition(".")[0]] += 2
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    values[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    values[name] = value
        return cls({name: value for name, value in values.items() if bound[name] == 1}, file, package)

    def text(self, node: ast.expr) -> str | None:
        """The text of an expression: one that is written, or `__package__`."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id="__package__"):
                return self.package
            case ast.Name(id="__name__") if self.file == "__init__.py":
                return self.package
            case ast.Name(id=name) if isinstance(self.values.get(name), ast.Constant):
                return self.text(self.values[name])
        return None

    def own_path(self, node: ast.expr, depth: int = 0) -> OwnPath | None:
        """The path that an expression spells, None where it is no path of this kind."""
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Name(id="__file__"):
                return OwnPath("", self.file)
            case ast.Name(id=name) if name in self.values:
                return self.own_path(self.values[name], depth + 1)
            case ast.Attribute(value=inner, attr="parent"):
                own_path = self.own_path(inner, depth + 1)
                return own_path.parent() if own_path else None
            case ast.Subscript(ast.Attribute(value=inner, attr="parents"), ast.Constant(value=int(times))) if (
                times >= 0
            ):
                own_path = self.own_path(inner, depth + 1)
                return own_path.parent(min(times, _DEEPEST) + 1) if own_path else None
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._path_below(left, [right], depth)
            case ast.Call(func=func, args=args, keywords=[]):
                return self._path_of_call(func, args, depth)
        return None

    def _path_of_call(self, func: ast.expr, args: list[ast.expr], depth: int) -> OwnPath | None:
        name = source_text(func)
        if name in _SAME_PATH and args:
            return self._path_below(args[0], args[1:], depth)
        if name in ("os.path.join", "path.join", "join") and args:
            return self._path_below(args[0], args[1:], depth)
        if name in ("os.path.dirname", "dirname") and len(args) == 1:
            own_path = self.own_path(args[0], depth + 1)
            return own_path.parent() if own_path else None
        if name in _FILES and len(args) == 1:
            package = self.text(args[0])
            return OwnPath(package, ".") if package else None
        match func:
            case ast.Attribute(value=inner, attr="joinpath"):
                return self._path_below(inner, args, depth)
            case ast.Attribute(value=inner, attr=attr) if attr in _SAME_METHODS and not args:
                return self.own_path(inner, depth + 1)
            case ast.Attribute(value=inner, attr="with_name") if len(args) == 1:
                own_path, other = self.own_path(inner, depth + 1), self.text(args[0])
                return own_path.parent().join(other) if own_path and other else None
        return None

    def _path_below(self, start: ast.expr, rest: list[ast.expr], depth: int) -> OwnPath | None:
        own_path, parts = self.own_path(start, depth + 1), [self.text(each) for each in rest]
        known_parts = [part for part in parts if part is not None]
        return own_path.join(*known_parts) if own_path and len(known_parts) == len(parts) else None
