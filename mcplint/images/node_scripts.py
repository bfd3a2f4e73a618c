"""The scripts of a project as a build runs them: which programs they start, and what these do not find."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import dropwhile
from typing import NamedTuple

from mcplint.commands.node_calls import SCRIPT_VERBS, Called, called_in
from mcplint.commands.package_calls import package_call_in
from mcplint.commands.shell_parser import commands
from mcplint.dependencies.node_closure import development_alone
from mcplint.facts.document import ScalarNode
from mcplint.facts.node import NodeLock, PackageJson
from mcplint.knowledge.executables import NODE_MANAGERS, SHELLS
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Source

TOOLS = {
    "tsc": "typescript",
    "cpy": "cpy-cli",
    "nest": "@nestjs/cli",
    "ncc": "@vercel/ncc",
    "webpack": "webpack-cli",
    "swc": "@swc/cli",
    "run-s": "npm-run-all",
    "run-p": "npm-run-all",
    "del": "del-cli",
}
"""The packages that bring programs of another name; most are called as their package."""
_RUNNERS = (
    "corepack",
    "ni",
    "nci",
    "lerna",
    "rush",
    "nx",
    "turbo",
    "make",
    "just",
    "task",
    "npm-run-all",
    "run-s",
    "run-p",
)
"""What runs other scripts or installs packages itself."""
_DEEPEST = 5


class ScriptStep(NamedTuple):
    """A program that a script starts, and the script."""

    words: tuple[str, ...]
    node: ScalarNode | None = None


def programs(package: PackageJson, tree: Tree, *names: str) -> Iterator[ScriptStep]:
    """The programs that scripts, one after the other, certainly start and fail without, up to what is unclear.

    What may install packages is unclear: what those behind it find is then not known.
    """
    home = posixpath.dirname(package.source.path)
    for step in (step for name in names for step in _steps(package, name)):
        if step is None or _may_install(step.words, home, tree):
            return
        yield step


def _steps(package: PackageJson, name: str, depth: int = 0) -> Iterator[ScriptStep | None]:
    """The programs that a script certainly starts, in their order, None in place of what is unclear."""
    node = package.scripts.get(name)
    if node is None:
        return
    if depth > _DEEPEST:
        yield None
        return
    for command in commands(LocatedText(Source("package.json", node.text), node.text)):
        words = tuple(word.text for word in command.words)
        if command.inside or command.negated or command.operator not in ("", "&&", "\n") or not words:
            yield None
            return
        words = without_wrappers(words)
        if (call := called_in(words)) and (script := script_of(call, package)):
            for each in (f"pre{script}", script, f"post{script}"):
                yield from _steps(package, each, depth + 1)
        elif words[0] in ("cd", "export", "set"):
            yield None
            return
        else:
            yield ScriptStep(words, node)


def _may_install(words: tuple[str, ...], home: str, tree: Tree) -> bool:
    """Whether a program of a script may install packages: a manager, a shell, or a file that speaks of it."""
    if words[0] in (*NODE_MANAGERS, *SHELLS, *_RUNNERS):
        return True
    files = (posixpath.normpath(posixpath.join(home, word)) for word in words if "/" in word or "." in word)
    return any(path in tree.paths and tree.mentions(path, "install", "npm", "pnpm", "yarn") for path in files)


def without_wrappers(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command without what only sets variables for it or looks it up.

    What npx can fetch it does not lack: only `tsc` is not the name of the package that brings it.
    """
    while words[:1] == ("cross-env",):
        rest = tuple(dropwhile(lambda word: "=" in word, words[1:]))
        if not rest or rest[0].startswith("-"):
            return words
        words = rest
    call = package_call_in(words)
    if call is None or not call.certain or call.packages or not call.local or not call.words:
        return words
    return words if call.fetches and call.command[0] != "tsc" else without_wrappers(call.command)


def script_of(said: Called, package: PackageJson) -> str:
    """The script of the same package that a manager is told to run."""
    if said.goes_elsewhere or (said.tool == "bun" and said.verb in ("build", "test")):  # which are its own
        return ""
    runs = said.tool != "npm" or said.verb in (*SCRIPT_VERBS, "test")
    return said.script if said.script in package.scripts and runs else ""


def omitted_package(tool: str, package: PackageJson, lock: str | None, tree: Tree) -> ScalarNode | None:
    """Where a program's package is asked for, if an install without development packages certainly leaves it out."""
    name = TOOLS.get(tool, tool)
    tables = [table for table, wanted in package.requirements.items() if name in wanted]
    found: NodeLock | None = tree.facts("npm_lock", lock) if lock and tables == ["devDependencies"] else None
    if lock is None or found is None or not development_alone(name, found, lock, package, tree):
        return None
    return package.requirements["devDependencies"][name]
