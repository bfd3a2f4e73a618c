"""The packages of a project in TypeScript or JavaScript: their `package.json` and how TypeScript compiles them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.document import ScalarNode
from mcplint.facts.node import PackageJson, Tsconfig
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards

DENO_CONFIGS = ("deno.json", "deno.jsonc")
_MOST = 12
"""How long a chain of `extends` may be."""


class Compiled(NamedTuple):
    """How TypeScript compiles the sources of a folder, with what its configuration extends.

    `out`, `root`: folders of the project, None where nothing says them. `base`: what `paths` are relative to; `rooted`:
    whether imports are looked up there too. `include`: globs of the sources, relative to `folder`.
    """

    folder: str
    out: str | None
    root: str | None
    base: str
    rooted: bool
    paths: tuple[tuple[str, tuple[str, ...]], ...]
    options: Mapping[str, ScalarNode]
    include: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def package_json(tree: Tree, folder: str) -> PackageJson | None:
    """The `package.json` of a folder."""
    path = posixpath.join(folder, "package.json")
    found: PackageJson | None = tree.facts("package_json", path) if path in tree.paths else None
    return found


def import_map(tree: Tree, folder: str) -> tuple[str, Mapping[str, ScalarNode]] | None:
    """The `imports` of the nearest configuration of Deno, this folder's or one above it, with its folder."""
    if not any(map(tree.files_named, DENO_CONFIGS)):
        return None
    for each in outwards(folder):
        for name in DENO_CONFIGS:
            path = posixpath.join(each, name)
            found: Mapping[str, ScalarNode] | None = tree.facts("deno", path) if path in tree.paths else None
            if found:
                return each, found
    return None


def nearest(tree: Tree, folder: str) -> str | None:
    """The nearest folder, this one or above it, that has a `package.json`."""
    return next((each for each in outwards(folder) if posixpath.join(each, "package.json") in tree.paths), None)


def tsconfig(tree: Tree, path: str) -> Compiled | None:
    """What a `tsconfig.json` comes to with what it extends."""
    return tree.cached(_compiled, path)


def _compiled(tree: Tree, path: str) -> Compiled | None:
    chain: list[Tsconfig] = []
    waiting = [path]
    while waiting and len(chain) < _MOST:
        each = waiting.pop(0)
        found: Tsconfig | None = tree.facts("tsconfig", each) if each in tree.paths else None
        if found is None or found in chain:
            continue
        chain.append(found)
        waiting = [_extended_file(tree, each, name) for name in reversed(found.extends)] + waiting
    return _merged(path, chain) if chain else None


def _extended_file(tree: Tree, path: str, name: str) -> str:
    """The file that `extends` names."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return found if found in tree.paths or found.endswith(".json") else f"{found}.json"


def _merged(path: str, chain: list[Tsconfig]) -> Compiled:
    def folder(name: str) -> str | None:
        for each in chain:
            option: str | None = getattr(each, name)
            if option is not None:
                home = posixpath.dirname(each.source.path)
                found = posixpath.normpath(posixpath.join(home, option.replace("${configDir}", ".")))
                return "" if found == "." else found
        return None

    mapping = next((each for each in chain if each.paths is not None), None)
    base = folder("base_url")
    options: dict[str, ScalarNode] = {}
    for each in reversed(chain):
        options.update(each.options)
    return Compiled(
        posixpath.dirname(path),
        folder("out_dir"),
        folder("root_dir"),
        base if base is not None else posixpath.dirname((mapping or chain[0]).source.path),
        base is not None,
        (mapping.paths or ()) if mapping else (),
        options,
        next((each.include for each in chain if each.include), ()),
        next((each.files for each in chain if each.files), ()),
    )
