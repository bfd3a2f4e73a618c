"""What TypeScript 6 and 7 refuse of a configuration that earlier releases compile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from mcplint.commands.compiler_calls import SAYING, compiler_call
from mcplint.commands.node_calls import Called
from mcplint.commands.package_calls import package_call_in, without_release
from mcplint.dependencies.node_packages import Compiled, tsconfig
from mcplint.facts.document import ScalarNode
from mcplint.facts.node import NodeLock, PackageJson
from mcplint.knowledge.semver import admits, exact
from mcplint.model import NodeInstall
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label, Value

NEWEST = ("7.0.2", "6.0.3")
"""The newest releases of the majors that refuse something, as of 2026-11-28."""
REMOVED = (("moduleResolution", ("node", "node10", "classic")), ("target", ("es5", "es3")), ("baseUrl", ()))
"""Options and the values of them that are refused, all where none is named."""
MOST = 400


def release_of_scripts(
    package: PackageJson | None, install: NodeInstall | None, everywhere: Called | None, tree: Tree
) -> Value[str] | None:
    """The release of TypeScript that a package's scripts run, or that is on PATH, if it is one that refuses something.

    `everywhere`: the command that has installed TypeScript outside of the project, if any.
    """
    wanted = package.range("typescript") if package else None
    if wanted is None:
        if everywhere is None or everywhere.span is None:
            return None
        name = next(each for each in everywhere.names if re.match(r"typescript(?:@|$)", each))
        newest = _newest(name.partition("@")[2] or "latest")
        why = f"installs TypeScript {newest}"
        return Value((newest,), (Label(everywhere.span, why),)) if newest else None
    if install is None:
        return None
    lock: NodeLock | None = tree.facts("npm_lock", install.lock) if install.lock else None
    if lock is not None:
        found = {entry.version: entry for entry in lock.packages if entry.name == "typescript"}
        if len(found) != 1:
            return None
        ((version, entry),) = found.items()
        note = Label(entry.span, f"{entry.span.source.path} pins typescript {version}")
        return Value((version,), (note,)) if version >= "6" and version[:2] in ("6.", "7.") else None
    newest = None if install.lock or install.kept else _newest(wanted.text)
    why = f"typescript {newest} is the newest release that `{wanted.text}` allows"
    return Value((newest,), (Label(wanted.span, why),)) if newest else None


def fetched_compiler(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The TypeScript that `npx -p typescript tsc` asks for, as it is named, and the command that it is fetched for."""
    call = package_call_in(words)
    if call is None or not call.certain or call.command[:1] != ("tsc",):
        return "", words
    wanted = [each for each in call.packages if without_release(each) == "typescript"]
    return (wanted[0], call.command) if len(wanted) == 1 and call.fetches else ("", words)


def release_by_npx(wanted: str, package: PackageJson | None, span: Span) -> Value[str] | None:
    """The release of TypeScript that npx fetches, if it refuses something.

    A name alone is that of the project's own where the project asks for one, or a range which that may meet.
    """
    _, at, version = wanted.partition("@")
    if package is not None and package.range("typescript") and version != "latest":
        return None
    newest = _newest(version if at else "latest")
    return Value((newest,), (Label(span, f"fetches TypeScript {newest}"),)) if newest else None


def _newest(wanted: str) -> str | None:
    pinned = exact(wanted)
    if pinned:
        return pinned if pinned[:2] in ("6.", "7.") else None
    return next((each for each in NEWEST if admits(wanted, each)), None)


def refused_option(words: tuple[str, ...], home: str, release: Value[str], tree: Tree) -> Label | None:
    """The first option of a configuration that a release of TypeScript refuses, where it is set.

    Source: tsc 5.9.3, 6.0.3 and 7.0.2 on each of these.
    """
    call = compiler_call(words[1:])
    plain = not call.files and call.options.keys() <= SAYING | {"project"}
    compiled = tsconfig(tree, posixpath.normpath(posixpath.join(home, call.configuration))) if plain else None
    if compiled is None:
        return None
    options, bears = compiled.options, False
    if "ignoreDeprecations" in options:
        bears = options["ignoreDeprecations"].text == "6.0" and (release.only or "").startswith("6.")
    for option, values in REMOVED:
        node = options.get(option)
        if node is not None and not bears and (not values or node.text.lower() in values):
            setting = f"{option}: {node.text}" if values else option
            return Label(node.span, f"has no `{setting}`")
    node = options.get("outDir")
    if node is None or not _one_folder(compiled, tree):
        return None
    return Label(node.span, "needs a `rootDir` beside `outDir`")


def _one_folder(compiled: Compiled, tree: Tree) -> bool:
    """Whether all sources lie in one folder beside the configuration that does not say so."""
    settings = compiled.options
    if compiled.root is not None or compiled.files or any(_is_true(settings, each) for each in ("composite", "noEmit")):
        return False
    tops = {posixpath.normpath(each).partition("/")[0] for each in compiled.include}
    if len(tops) != 1 or "*" in (top := tops.pop()) or top in (".", "..") or top.endswith(".ts"):
        return False
    if posixpath.dirname(settings["outDir"].span.source.path) != compiled.folder:
        return False
    folder = posixpath.join(compiled.folder, top)
    paths = [path for path in tree.below(folder) if re.search(r"(?<!\.d)\.[cm]?tsx?$", path)]
    return (
        bool(paths) and len(paths) < MOST and not any(_imports_outside(path, compiled.folder, tree) for path in paths)
    )


def _is_true(options: Mapping[str, ScalarNode], name: str) -> bool:
    node = options.get(name)
    return node is not None and node.text == "true"


def _imports_outside(path: str, folder: str, tree: Tree) -> bool:
    """Whether a source imports something from outside the folder that all of them lie in."""
    source = tree.source(path)
    depth = posixpath.dirname(posixpath.relpath(path, folder or ".")).count("/") + 1
    return source is None or "../" * depth in source.text
