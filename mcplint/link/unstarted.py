"""What servers are made of, where nothing that is started leads to one: a module of Python, packages of Node."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain

from mcplint.dependencies.node_packages import package_json
from mcplint.facts.document import ScalarNode
from mcplint.facts.node import TABLES, PackageJson
from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.knowledge.sdk_packages import NPM_PACKAGES, SERVER_IMPORT
from mcplint.model import Server, Unfollowed
from mcplint.programs.typescript.packages import package_folders
from mcplint.project.tree import Paths, Tree
from mcplint.text.source import Span

MOST = 20
"""How many of them are named."""
_WHY = "and no start that the files name leads to one"
_WORKER = "wrangler."
"""How the file is called that starts a program at Cloudflare."""
_DEPLOYING = ("dockerfile", "compose", "kubernetes")
_SDK = "|".join(map(re.escape, NPM_PACKAGES))
_NODE_IMPORT = re.compile(
    rf"""(?<!\w)(?:from|import|require\()[ \t(]*["'](?:npm:)?((?:{_SDK})(?:@[^/"'\n]*)?(?:/server\b[^"'\n]*)?)["']"""
)
"""An import of what a server is made of in a program of Node."""


def unstarted(tree: Tree, paths: Paths, servers: Sequence[Server] = ()) -> tuple[Unfollowed, ...]:
    """What a server may be made of in each language that no server is written in; one of Next is a package."""
    written = {server.span.source.path for server in servers}
    python = () if any(path.endswith(".py") for path in written) else _modules(tree, paths)
    node = (
        ()
        if any(path.endswith((*TYPESCRIPT, *JAVASCRIPT, "package.json")) for path in written)
        else _packages(tree, paths)
    )
    found = tuple(chain(python, node))
    if len(found) <= MOST:
        return found
    last = found[MOST - 1]
    more = len(found) - MOST
    return (*found[: MOST - 1], last._replace(why=f"{last.why}; nor to one of {more} more"))


def _modules(tree: Tree, paths: Paths) -> Iterator[Unfollowed]:
    """The first module that imports what a server is made of."""
    for path in paths.get("python", ()):
        source = tree.source(path) if path not in tree.problems else None
        found = SERVER_IMPORT.search(source.text) if source and "mcp" in source.text else None
        if source and found:
            yield Unfollowed(path, Span(source, *found.span(1)), f"it imports an SDK for servers, {_WHY}")
            return


def _packages(tree: Tree, paths: Paths) -> Iterator[Unfollowed]:
    """The packages that ask for an SDK; in place of a library of the project those that ask for it.

    A library is started by nobody: it has neither a command nor a script `start`.
    """
    if "typescript" not in paths:
        return
    if not any(True for _ in _candidate_manifests(tree, paths)):
        yield from _programs(tree, paths)
        return
    packages = {
        posixpath.dirname(path): package_json(tree, posixpath.dirname(path))
        for path in _candidate_manifests(tree, paths)
    }
    asking = _dependents(tree, packages)
    waiting = deque((folder, node, "an SDK for servers") for folder, node in _direct_dependents(packages))
    seen: set[str] = set()
    while waiting:
        folder, node, what = waiting.popleft()
        package = packages[folder]
        if folder in seen or package is None:
            continue
        seen.add(folder)
        if asking.get(folder) and not package.bins and "start" not in package.scripts:
            waiting += [
                (other, dependency, f"{package.name}, which is made with {what}")
                for other, dependency in asking[folder]
            ]
            continue
        worker = any(posixpath.basename(path).startswith(_WORKER) for path in tree.files_in_folder(folder))
        why = "and Cloudflare starts it, which is not followed" if worker else _WHY
        yield Unfollowed(package.source.path, node.span, f"it depends on {what}, {why}")


def _programs(tree: Tree, paths: Paths) -> Iterator[Unfollowed]:
    """The first program that imports an SDK that no `package.json` asks for: what cannot be read may install it."""
    if all(path not in tree.problems for kind in _DEPLOYING for path in paths.get(kind, ())):
        return
    for path in paths["typescript"]:
        found = _NODE_IMPORT.search(tree.glance(path))
        if found and (source := tree.source(path)):
            yield Unfollowed(path, Span(source, *found.span(1)), f"it imports an SDK for servers, {_WHY}")
            return


def _candidate_manifests(tree: Tree, paths: Paths) -> Iterator[str]:
    """The `package.json` files that may belong to it: where one names an SDK, all of them."""
    files = paths.get("package.json", ())
    sources = (tree.source(path) for path in files)
    if any(source and any(sdk in source.text for sdk in NPM_PACKAGES) for source in sources):
        yield from files


def _direct_dependents(packages: dict[str, PackageJson | None]) -> Iterator[tuple[str, ScalarNode]]:
    for folder, package in packages.items():
        node = next((node for sdk in NPM_PACKAGES if package and (node := package.range(sdk))), None)
        if node is not None:
            yield folder, node


def _dependents(tree: Tree, packages: dict[str, PackageJson | None]) -> dict[str, list[tuple[str, ScalarNode]]]:
    """By folder of a package of the project, those that need it to run, each with where they say so."""
    folders = package_folders(tree)
    found: dict[str, list[tuple[str, ScalarNode]]] = {}
    for folder, package in packages.items():
        for table in TABLES[:3] if package else ():
            for name, node in package.requirements.get(table, {}).items() if package else ():
                if name in folders and folders[name] != folder:
                    found.setdefault(folders[name], []).append((folder, node))
    return found
