"""The commands of packages that npm publishes, where the package leaves out a module that they import."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.dependencies.npm_files import left_out
from mcplint.facts.node import Bin, PackageJson
from mcplint.knowledge.executables import TYPESCRIPT
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import EntryPoint
from mcplint.programs.typescript.builds import compiled_alone
from mcplint.programs.typescript.packages import source_of
from mcplint.programs.typescript.unresolved import imported_files
from mcplint.project.tree import Tree
from mcplint.text.paths import is_example_or_test
from mcplint.text.source import Span
from mcplint.values import Label

_PUBLISHES = re.compile(
    r"\b(?:(?:npm|pnpm|yarn|bun) (?:-\S{1,99} ){0,9}(?:npm )?|changeset )publish\b|semantic-release|\blerna\b"
)
_ELSEWHERE = re.compile(
    r"publish +(?!-)[\w./$\"']|publish\b[^\n;&|]{0,200} (?!-|https?:)[^\s-]\S*/|\bcd |working-directory|pkgRoot|"
    r"clean-package|pkg set (?!version)|--prefix"
)
"""What a file that publishes says where another folder may be packed, or `package.json` changed before."""
_OTHER = re.compile(r'"publishConfig"\s*:\s*\{[^}]{0,2000}"(?:directory|bin|main|files)"|"pkgRoot"')
"""What a `package.json` says where another one is published."""
_JAVASCRIPT = re.compile(r"\.[cm]?js$")


def npm_commands(tree: Tree, published: Collection[str]) -> Iterator[EntryPoint]:
    """Those that start nowhere but in the project. `published`: the packages that `server.json` names."""
    for path in tree.files_named("package.json"):
        home = posixpath.dirname(path)
        package = None if is_example_or_test(home) else package_json(tree, home)
        if package is None or package.private or package.problems or not any(map(package.range, NPM_PACKAGES)):
            continue
        if not package.bins or not _is_published(tree, package, published) or _may_be_changed(tree, package):
            continue
        for each in package.bins:
            if lost := _first_missing_module(tree, home, each):
                yield EntryPoint(each.name, each.path, each.span, path, unpackaged=lost, installed=True)


def _is_published(tree: Tree, package: PackageJson, published: Collection[str]) -> bool:
    """Whether a `server.json` names a package, or a workflow publishes the project's."""
    return package.name in published or tree.cached(_publishes_packages)


def _publishes_packages(tree: Tree) -> bool:
    return any(_PUBLISHES.search(text) for text in _texts(tree, tree.workflows))


def _may_be_changed(tree: Tree, package: PackageJson) -> bool:
    """Whether something may publish another folder than that of a package, or with another `package.json`."""
    if _OTHER.search(package.source.text):
        return True
    scripts = [node.text for node in package.scripts.values()]
    if any("package.json" in text or "package-json" in text for text in scripts):
        return True
    return any(map(_publishes_elsewhere_itself, scripts)) or tree.cached(_publishes_elsewhere)


def _publishes_elsewhere(tree: Tree) -> bool:
    recipes = (path for path in sorted(tree.paths) if path.endswith((".sh", "Makefile", "justfile", ".releaserc")))
    return any(map(_publishes_elsewhere_itself, _texts(tree, (*tree.workflows, *recipes))))


def _publishes_elsewhere_itself(text: str) -> bool:
    return bool(_PUBLISHES.search(text) and _ELSEWHERE.search(text))


def _texts(tree: Tree, paths: Collection[str]) -> Iterator[str]:
    return (source.text for path in paths if (source := tree.source(path)))


def _first_missing_module(tree: Tree, home: str, command: Bin) -> tuple[str, Label, Span | None] | None:
    """The first module that a command imports and the package leaves out, as the package would have it."""
    started = posixpath.normpath(posixpath.join(home, command.path))
    entry = source_of(tree, started)
    if entry is None:
        return None
    layout = _Layout(tree, home)
    layout.learn(started, entry)
    for importer, specifier, own, span in imported_files(tree, entry):
        path = layout.imported(importer, specifier, own)
        if path is not None and (decided := left_out(tree, home, path)):
            shown = posixpath.relpath(path, home or ".")
            return shown, Label(span, f"{posixpath.relpath(importer, home or '.')} imports it"), decided
    return None


class _Layout:
    """Where what a package is made of stands when it is packed."""

    def __init__(self, tree: Tree, home: str) -> None:
        self._tree, self._home = tree, home
        self._compiled = compiled_alone(tree, home)
        self._root: str | None = None
        self._as_is: set[str] = set()

    def learn(self, built: str, source: str) -> None:
        """Takes in which source a file is made of; a file that is no other's stands as it is."""
        if built == source:
            self._as_is.add(source)
            return
        out = self._compiled.out if self._compiled else None
        stem, inside = _stem(source), _stem(posixpath.relpath(built, out or "."))
        if out and f"/{stem}".endswith(f"/{inside}"):
            self._root = self._root or posixpath.join(stem[: -len(inside)], ".")

    def imported(self, importer: str, specifier: str, own: str | None) -> str | None:
        """What the package has to hold for an import, None where that is not known."""
        if not specifier.startswith("."):
            return None
        if importer in self._as_is:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
            path = path if own is None or path == own or _JAVASCRIPT.search(path) else own
            self.learn(path, own or path)
            return path if _JAVASCRIPT.search(path) else None
        return self._emitted_path(own) if own and self._emitted_path(importer) else None

    def _emitted_path(self, source: str) -> str | None:
        """Where the compiler writes what it makes of a source, None where it may not be its own."""
        out = self._compiled.out if self._compiled else None
        if not out or self._root is None or not source.endswith(TYPESCRIPT) or source.endswith(".d.ts"):
            return None
        inside = posixpath.relpath(source, posixpath.normpath(self._root))
        if inside.startswith("..") or nearest(self._tree, posixpath.dirname(source)) != self._home:
            return None
        stem, suffix = posixpath.splitext(posixpath.join(out, inside))
        return stem + {".mts": ".mjs", ".cts": ".cjs"}.get(suffix, ".js")


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]
