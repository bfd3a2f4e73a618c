"""Which release of a package of npm will run: what a lock file says, or the newest that its range admits."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.dependencies.node_packages import import_map, package_json
from mcplint.facts.document import ScalarNode
from mcplint.facts.node import NodeLock, NodeLocked
from mcplint.knowledge.npm_releases import DATE
from mcplint.knowledge.sdk import releases
from mcplint.knowledge.semver import admits, bounds, exact
from mcplint.model import Sdk
from mcplint.model.releases import common_fact
from mcplint.project.kinds import NODE_LOCK_TEXTS
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards
from mcplint.values import UNKNOWN, EditSite, Label, Value

HONO, SERVER, ADAPTER = "@hono/node-server", "@modelcontextprotocol/server", "@modelcontextprotocol/node"


def sdk(name: str, tree: Tree, folder: str, frozen: bool = True) -> Sdk:
    """The package as it will be installed for the project of a folder; `name` begins with `npm:`.

    `frozen`: a lock file decides. It does not for those who install the project's own package.
    """
    package = name.removeprefix("npm:")
    found = nearest_requirement(package, tree, folder)
    if found is None:
        return Sdk(name, Value(None))
    home, wanted = found
    zod, hono = _zod(tree, folder, frozen), _hono(package, tree, folder, frozen)
    entry = locked(package, tree, home) if frozen else None
    asked = Label(wanted.span, f"requires {package} {wanted.text}")
    if entry is not None:
        note = Label(entry.span, f"{entry.span.source.path} pins {package} {entry.version}")
        value = Value((entry.version,), (asked, note), EditSite(entry.span))
        return Sdk(name, value, True, installed=value, admitted=_newest(name, wanted, asked), zod=zod, hono=hono)
    value = _newest(name, wanted, asked)
    return Sdk(name, value, exact(wanted.text) is not None, installed=value, admitted=value, zod=zod, hono=hono)


def _zod(tree: Tree, folder: str, frozen: bool) -> Value[str]:
    """The release of zod that the project itself has: locked, pinned, or the oldest that its range admits."""
    found = nearest_requirement("zod", tree, folder)
    if found is None:
        return UNKNOWN
    entry = locked("zod", tree, found[0]) if frozen else None
    if entry is not None:
        return Value((entry.version,), (Label(entry.span, f"{entry.span.source.path} pins zod {entry.version}"),))
    limits = bounds(found[1].text) or ()
    oldest = min((low for low, _ in limits), default=None)
    asked = (Label(found[1].span, f"requires zod {found[1].text}"),)
    return Value((".".join(map(str, oldest)),), asked) if oldest else Value(None, asked)


def _hono(package: str, tree: Tree, folder: str, frozen: bool) -> Value[str]:
    """The release of `@hono/node-server` that an SDK gets: the locked one, the newest where nothing holds it.

    Version 2 gets it through a package of its own, whose older releases hold it below 2.
    """
    if package == SERVER and common_fact(sdk(f"npm:{ADAPTER}", tree, folder, frozen), "hono.crypto") is not True:
        return UNKNOWN
    found = nearest_requirement(HONO, tree, folder)
    entry = locked(HONO, tree, found[0] if found else folder) if frozen else None
    if entry is not None:
        return Value((entry.version,), (Label(entry.span, f"{entry.span.source.path} pins {HONO} {entry.version}"),))
    return UNKNOWN if found or (frozen and lock_of(tree, folder)) else Value(("2",))


def _newest(name: str, wanted: ScalarNode, asked: Label) -> Value[str]:
    """The newest release that a range admits."""
    package = name.removeprefix("npm:")
    pinned = exact(wanted.text)
    if pinned:
        return Value((pinned,), (Label(wanted.span, f"pins {package} {pinned}"),), EditSite(wanted.span))
    fitting = [version for version in releases(name) if admits(wanted.text, version)]
    if not fitting:
        return Value(None, (asked,))
    why = f"{package} {fitting[-1]} is the newest release that `{wanted.text}` allows as of {DATE}"
    return Value((fitting[-1],), (Label(wanted.span, why),))


def nearest_requirement(package: str, tree: Tree, folder: str) -> tuple[str, ScalarNode] | None:
    """The nearest folder, this one or above it, whose `package.json` asks for a package, and what it asks."""
    for each in outwards(folder):
        manifest = package_json(tree, each)
        wanted = manifest.range(package) if manifest else None
        if wanted is not None:
            return each, wanted
    return _from_import_map(package, tree, folder)


def _from_import_map(package: str, tree: Tree, folder: str) -> tuple[str, ScalarNode] | None:
    """What an import map of Deno asks of a package; `deno.lock`, which is not read, decides about ranges."""
    found = import_map(tree, folder)
    for node in found[1].values() if found else ():
        alias = re.match(rf"(?:npm|jsr):/?{re.escape(package)}@([^/\s]+)", node.text)
        locks = found is not None and posixpath.join(found[0], "deno.lock") in tree.paths
        if found and alias and (exact(alias[1]) or not locks):
            return found[0], node._replace(text=alias[1])
    return None


def lock_of(tree: Tree, folder: str) -> str | None:
    """The lock file of a package: beside it, or that of the workspace around it."""
    paths = (posixpath.join(each, name) for each in outwards(folder) for name in NODE_LOCK_TEXTS)
    return next((path for path in paths if path in tree.paths), None)


def locked(package: str, tree: Tree, folder: str) -> NodeLocked | None:
    """What the lock file of a folder's package decides for another package."""
    path = lock_of(tree, folder)
    lock: NodeLock | None = tree.facts("npm_lock", path) if path else None
    if lock is None or path is None:
        return None
    inside = posixpath.relpath(folder or ".", posixpath.dirname(path) or ".")
    inside = "" if inside == "." else inside
    found = [entry for entry in lock.packages if entry.name == package]
    own = [entry for entry in found if entry.folder == inside and inside]
    shared = [entry for entry in found if not entry.folder]
    for entries in (own, _matching(shared, package, tree, folder)):
        if len({entry.version for entry in entries}) == 1:
            return entries[0]
    return None


def _matching(found: list[NodeLocked], package: str, tree: Tree, folder: str) -> list[NodeLocked]:
    """Of entries that name the ranges which they answer, that of the range that is asked."""
    manifest = package_json(tree, folder)
    wanted = manifest.range(package) if manifest else None
    named = [entry for entry in found if not entry.asked or (wanted and _is_asked_for_as(entry, package, wanted.text))]
    return list(_distinct(named))


def _is_asked_for_as(entry: NodeLocked, package: str, wanted: str) -> bool:
    return any(
        each.strip().strip('":') in (f"{package}@{wanted}", f"{package}@npm:{wanted}")
        for each in entry.asked.split(",")
    )


def _distinct(entries: list[NodeLocked]) -> Iterator[NodeLocked]:
    seen: set[str] = set()
    for entry in entries:
        if entry.version not in seen:
            seen.add(entry.version)
            yield entry
