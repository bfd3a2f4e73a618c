"""Where the build of a package writes, as far as its scripts and its compiler's or bundler's configuration say it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from mcplint.commands.compiler_calls import SAYING, compiler_call
from mcplint.commands.package_calls import looked_up
from mcplint.commands.shell_parser import commands
from mcplint.dependencies.node_packages import package_json, tsconfig
from mcplint.knowledge.executables import NODE_MANAGERS, WITHOUT_FILES
from mcplint.programs.typescript.builds import building
from mcplint.programs.typescript.packages import BUNDLERS
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label

_MAKES_NONE = WITHOUT_FILES | {"rimraf", "del", "eslint", "prettier", "husky", "lefthook", "simple-git-hooks", "is-ci"}
_LEADS = ("shx", "cross-env")
_WRITES_MORE = re.compile(r"(?i)write|copy|cp|rename|exec|spawn|link|require\(['\"](?!(?:node:)?fs['\"])|import")
"""What a line for Node says that may make a file."""
_OUTPUT = re.compile(r"\b(outdir|outfile|file|dir)\b(\s*:\s*[\"']([\w./@-]+)[\"'])?", re.IGNORECASE)
_FLAGS = ("--outfile", "--outdir", "--out-dir", "--outDir")
_CONFIGURED = {
    "tsup": ("-d", "--config"),
    "tsdown": ("-d", "-c"),
    "vite": ("", "-c"),
    "esbuild": ("", ""),
    "bun": ("", ""),
}
"""The short option of a bundler's folder, and one that names another configuration."""


class Outputs(NamedTuple):
    """Below which folders and files of the project a build writes, and which program says so where."""

    paths: tuple[str, ...]
    tool: str
    said: tuple[Label, ...]

    def may_hold(self, path: str) -> bool:
        """Whether a file may be one that the build makes."""
        return any(not each or path == each or path.startswith(f"{each}/") for each in self.paths)

    def folders_from(self, home: str) -> str:
        """The folders as one who works in a folder of the project names them."""
        return " and ".join(dict.fromkeys(posixpath.relpath(each or ".", home or ".") for each in self.paths))


class _Output(NamedTuple):
    path: str
    tool: str = ""
    said: Span | None = None


def outputs(tree: Tree, home: str) -> Outputs | None:
    """Where all scripts that build a package write, None where one of them is not understood."""
    package = package_json(tree, home)
    if package is None:
        return None
    found: list[_Output] = []
    for node in building(package):
        for command in commands(LocatedText(Source("package.json", node.text), node.text)):
            words = [word.text for word in command.words]
            redirected = any(">" in each.operator and "/dev/" not in each.target.text for each in command.redirects)
            written = _script_outputs(tree, home, words, package.scripts)
            if written is None or redirected or any("$" in word for word in words):
                return None
            found += (each if each.said else each._replace(said=node.span) for each in written)
    making = [each for each in found if each.tool]
    if not making:
        return None
    labels = tuple(Label(each.said, "the build writes there") for each in making[:1] if each.said)
    return Outputs(tuple(each.path for each in found), making[0].tool, labels)


def _script_outputs(tree: Tree, home: str, words: list[str], scripts: Collection[str]) -> list[_Output] | None:
    """What a command of a script writes, None where that is not known; other scripts are looked at by themselves."""
    while words and (words[0] in _LEADS or re.match(r"\w+=", words[0])):
        words = words[1:]
    words = list(looked_up(tuple(words)))
    if words and words[0] in NODE_MANAGERS and words[:2] != ["bun", "build"]:
        tool, *rest = (word for word in words if word not in ("-s", "--silent", "run"))
        if rest and rest[0] in scripts:
            return [] if len(rest) == 1 else None
        words = rest if tool in ("pnpm", "yarn") else [tool]
    if not words or words[0] in _MAKES_NONE:
        return []
    name = words[0]
    if name in ("cp", "mv"):
        return [_Output(_path(home, words[-1]))]
    if name == "node":
        return [] if words[1:2] == ["-e"] and not _WRITES_MORE.search(" ".join(words[2:])) else None
    if name == "tsc":
        return _compiled(tree, home, words[1:])
    return _bundler_outputs(tree, home, name, words[1:]) if name in _CONFIGURED else None


def _path(home: str, name: str) -> str:
    path = posixpath.normpath(posixpath.join(home, name))
    return "" if path == "." else path


def _compiled(tree: Tree, home: str, words: list[str]) -> list[_Output] | None:
    """What the compiler writes: only where its configuration says in which folder."""
    call = compiler_call(words)
    given = call.options
    if given.get("noemit") == "true":
        return []
    compiled = tsconfig(tree, _path(home, call.configuration))
    known = SAYING | {"project", "outdir", "noemit", "emitdeclarationonly", "declaration"}
    if not given.keys() <= known or call.files or compiled is None:
        return None
    if "outdir" in given:
        return [_Output(_path(home, given["outdir"]), "tsc")]
    if not compiled.out:
        return None
    out_dir = compiled.options.get("outDir")
    return [_Output(compiled.out, "tsc", out_dir.span if out_dir else None)]


def _bundler_outputs(tree: Tree, home: str, tool: str, words: list[str]) -> list[_Output] | None:
    """What a bundler writes: where its options, its configuration, or nothing says in which folder."""
    short, other = _CONFIGURED[tool]
    if any(word.startswith((other or "--config", "--config")) for word in words) or "--cwd" in words:
        return None
    flags = [word.split("=", 1) for word in words if word.startswith("--") and "=" in word]
    flags += [[word, after] for word, after in pairwise(words) if word in (*_FLAGS, short)]
    beside_or_configured = [
        _Output(_path(home, value), tool) for flag, value in flags if flag in (*_FLAGS, short) and flag
    ]
    if beside_or_configured:
        return beside_or_configured
    if tool in ("esbuild", "bun"):
        return None
    package = package_json(tree, home)
    if package is None or '"tsup"' in re.sub(r'"tsup"\s*:\s*"[^"]*"', "", package.source.text):
        return None
    configured = [path for path in tree.files_in_folder(home) if BUNDLERS.fullmatch(posixpath.basename(path))]
    own = [path for path in configured if posixpath.basename(path).startswith(f"{tool}.")]
    if len(own) != 1:
        return None if own else [_Output(_path(home, "dist"), tool)]
    return _of_configuration(tree, home, own[0], tool)


def _of_configuration(tree: Tree, home: str, path: str, tool: str) -> list[_Output] | None:
    """The folders that the configuration of a bundler names, all of them as literals."""
    source = tree.source(path)
    if source is None or re.search(r"onSuccess|closeBundle|writeBundle|process\.|\.\.\.|\broot\b", source.text):
        return None
    found = list(_OUTPUT.finditer(source.text))
    if not all(each[2] for each in found):
        return None
    folders = [_Output(_path(home, each[3]), tool, Span(source, each.start(3), each.end(3))) for each in found]
    usual = len(re.findall(r"\bentry\b", source.text)) > len(folders)
    return folders + [_Output(_path(home, "dist"), tool)] * (usual or not folders)


def unmade(tree: Tree, home: str) -> Callable[[str], bool]:
    """Whether a file of a package, by its path there, lies where certainly nothing that builds the package writes."""
    made = outputs(tree, home)
    if made is None or next(unknown_writers(tree), None):
        return lambda name: False

    @cache
    def texts() -> tuple[str, ...]:
        recipes = (each for each in tree.paths if each.endswith((".sh", "Makefile", "justfile", "Taskfile.yml")))
        return tuple(map(tree.glance, (*tree.workflows, *recipes)))

    def is_elsewhere(name: str) -> bool:
        path, first = posixpath.normpath(posixpath.join(home, name)), f"{name.partition('/')[0]}/"
        if "/" not in name or made.may_hold(path) or is_inner(tree, path):
            return False
        return not any(first in text for text in texts())

    return is_elsewhere


def unknown_writers(tree: Tree) -> Iterator[str]:
    """The files of a project besides its scripts that have a compiler write elsewhere."""
    for path in sorted(tree.paths):
        name = posixpath.basename(path)
        may = name in ("Makefile", "justfile", "Taskfile.yml") or path.endswith(".sh") or path in tree.workflows
        if may and tree.mentions(path, "outDir", "outdir", "out-dir"):
            yield path
