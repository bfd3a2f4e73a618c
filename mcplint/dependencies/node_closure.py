"""Which packages of a lock file only development wants."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from mcplint.facts.node import NodeLock, PackageJson
from mcplint.project.tree import Tree

_ROOT = ""


def development_alone(name: str, lock: NodeLock, path: str, package: PackageJson, tree: Tree) -> bool:
    """Whether a lock file has a package, and an install without development packages leaves it out."""
    entries = [entry for entry in lock.packages if entry.name == name]
    if not entries:
        return False
    wants: Mapping[str, set[str]] = tree.facts("node_wants", path) or {}
    if lock.kind == "yarn.lock":
        if package.workspaces or posixpath.dirname(path) != posixpath.dirname(package.source.path):
            return False
        asked = (package.requirements.get(table, {}) for table in ("dependencies", "optionalDependencies"))
        wants = {**wants, _ROOT: {each for table in asked for each in table}}
    if _ROOT not in wants:
        return all(entry.development for entry in entries)
    reached, ahead = {_ROOT}, [_ROOT]
    while ahead:
        fresh = wants.get(ahead.pop(), set()) - reached
        reached |= fresh
        ahead += fresh
    return name not in reached
