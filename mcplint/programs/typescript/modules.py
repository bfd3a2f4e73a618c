"""Which file of the project an import means, as Node, bundlers and TypeScript's paths find it."""

from __future__ import annotations

import posixpath
import re

from mcplint.dependencies.node_packages import import_map, nearest, package_json, tsconfig
from mcplint.facts.document import MappingNode, items, pairs, scalar
from mcplint.programs.typescript.packages import file_of, package_folders, source_of
from mcplint.project.tree import Tree
from mcplint.text.paths import contains


def resolve(tree: Tree, importer: str, specifier: str) -> str | None:
    """The file of the project that an import means; None for a package of somebody else, and for what is not there."""
    return tree.cached(_resolve, importer, specifier)


def _resolve(tree: Tree, importer: str, specifier: str) -> str | None:
    folder = posixpath.dirname(importer)
    home, specifier = mapped(tree, folder, specifier)
    if specifier.startswith("."):
        path = posixpath.normpath(posixpath.join(home, specifier))
        return file_of(tree, path) or source_of(tree, path)
    if specifier.startswith(("node:", "npm:", "jsr:", "bun:", "http:", "https:")):
        return None
    return _by_alias(tree, folder, specifier) or _of_workspace(tree, importer, specifier)


LONGEST = 400
"""Characters of a path in which the keys of an import map are looked for."""


def mapped(tree: Tree, folder: str, specifier: str) -> tuple[str, str]:
    """What Deno's import map makes of a specifier, the longest key first, and the folder that it is relative to."""
    found = None if specifier.startswith(".") else import_map(tree, folder)
    if found is None:
        return folder, specifier
    slashes = (at for match in re.finditer("/", specifier[:LONGEST]) for at in match.span())
    for end in sorted((len(specifier), *slashes), reverse=True):
        target = found[1].get(specifier[:end])
        if target and target.text:
            return found[0], target.text + specifier[end:]
    return folder, specifier


def _by_alias(tree: Tree, folder: str, specifier: str) -> str | None:
    """What `paths` or `baseUrl` of the nearest tsconfig, or `imports` of package.json, make of a specifier."""
    home = nearest(tree, folder)
    if home is None:
        return None
    if specifier.startswith("#"):
        package = package_json(tree, home)
        return _mapped_path(tree, home, package.imports if package else None, specifier)
    config = tsconfig(tree, posixpath.join(home, "tsconfig.json"))
    if config is None:
        return None
    for pattern, targets in config.paths:
        rest = _star_match(pattern, specifier)
        if rest is None:
            continue
        for target in targets:
            found = file_of(tree, posixpath.normpath(posixpath.join(config.base, target.replace("*", rest))))
            if found:
                return found
    return file_of(tree, posixpath.normpath(posixpath.join(config.base, specifier))) if config.rooted else None


def _star_match(pattern: str, specifier: str) -> str | None:
    """What the star of a pattern stands for."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if specifier == pattern else None
    if specifier.startswith(head) and specifier.endswith(tail) and len(specifier) >= len(head) + len(tail):
        return specifier[len(head) : len(specifier) - len(tail)]
    return None


def _mapped_path(tree: Tree, home: str, node: MappingNode | None, specifier: str) -> str | None:
    for key, value in pairs(node):
        rest = _star_match(key.text, specifier)
        if rest is None:
            continue
        target = _condition(value)
        if target.startswith("."):
            path = posixpath.normpath(posixpath.join(home, target.replace("*", rest)))
            return source_of(tree, path)
    return None


def _condition(node: object) -> str:
    """The path that `import`, `node` or `default` of a conditional export names."""
    while isinstance(node, MappingNode):
        node = next(
            (node.get(key) for key in ("import", "node", "module", "default", "require") if node.get(key)), None
        )
    return scalar(node) or next((scalar(each) for each in items(node) if scalar(each)), "")  # type: ignore[arg-type]


def _of_workspace(tree: Tree, importer: str, specifier: str) -> str | None:
    """The file of another package of the same workspace."""
    parts = specifier.split("/")
    size = 2 if specifier.startswith("@") else 1
    name, inner = "/".join(parts[:size]), "/".join(parts[size:])
    folder = package_folders(tree).get(name)
    if folder is None:
        return None
    package = package_json(tree, folder)
    if package is None:
        return None
    wanted = f"./{inner}" if inner else "."
    target = _export(package.exports, wanted) if package.exports is not None else ""
    if not target and not inner:
        target = package.main or "index.js"
    target = target or inner
    found = source_of(tree, posixpath.normpath(posixpath.join(folder, target)))
    return found if found and contains(folder, posixpath.dirname(found)) else None


def _export(exports: object, wanted: str) -> str:
    if isinstance(exports, MappingNode):
        if not any(key.text.startswith(".") for key, _ in exports.pairs):
            return _condition(exports) if wanted == "." else ""
        for key, value in exports.pairs:
            rest = _star_match(key.text, wanted)
            if rest is not None:
                return _condition(value).replace("*", rest)
        return ""
    return _condition(exports) if wanted == "." else ""
