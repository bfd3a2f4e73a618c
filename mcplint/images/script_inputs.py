"""What the programs that a script starts read, where a line of a build provably lacks it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import pairwise

from mcplint.commands.compiler_calls import SHOWING, compiler_call
from mcplint.commands.package_calls import looked_up
from mcplint.dependencies.node_packages import tsconfig
from mcplint.facts.node import PackageJson
from mcplint.images.contents import Absence, Contents
from mcplint.images.node_scripts import ScriptStep
from mcplint.knowledge.executables import TYPESCRIPT
from mcplint.programs.typescript.packages import BUNDLERS, SUFFIXES, entries

_MOST_SOURCES = 2000
_ALONE = {
    "tsup": (),
    "tsdown": tuple(f"src/index{suffix}" for suffix in SUFFIXES),
    "vite": ("index.html",),
    "rollup": (),
}
"""The bundlers that read a configuration where they are told no file, and what they build without one."""

Missed = tuple[str, Absence]
"""What is not found, in words, and why it is not there."""


def unread(ran: ScriptStep, folder: str, package: PackageJson, contents: Contents) -> Missed | None:
    """What a program that a script starts in a folder of the image needs and does not find."""
    home = posixpath.dirname(package.source.path)
    tool, *words = looked_up(ran.words)
    if tool == "tsc":
        return _compiler_inputs(words, folder, home, contents)
    if tool == "nest" and words == ["build"]:
        names = ("nest-cli.json", "tsconfig.build.json", "tsconfig.json")
        return _first(names, folder, home, contents, "tsconfig.json")
    if tool in ("node", "tsx"):
        named = words[:1] if words and words[0].endswith(SUFFIXES) and not words[0].startswith("-") else []
        return _first(_listed_files(named, home, contents), folder, home, contents)
    if tool in ("esbuild", "tsdown", "tsup", "ncc"):
        # Of several, tsup builds those that are there.
        listed_sources = _listed_files(_sources_in(words), home, contents)
        alone = listed_sources if tool == "tsup" else listed_sources[:1]
        if listed_sources or any(word.endswith(SUFFIXES) for word in words):
            return _first(alone, folder, home, contents)
    if tool in _ALONE and _reads_configuration(tool, words):
        return _bundler_inputs(tool, folder, package, contents)
    return None


def _first(
    names: tuple[str, ...], folder: str, home: str, contents: Contents, shown: str | None = None
) -> Missed | None:
    """The first of some files of a package, where certainly none of them is there."""
    missed: list[Missed] = []
    for name in names:
        absence = contents.why_absent(
            posixpath.normpath(posixpath.join(folder, name)), posixpath.normpath(posixpath.join(home, name))
        )
        if absence is None:
            return None
        missed.append((name, absence))
    return next((each for each in missed if shown in (None, each[0])), None)


def _listed_files(names: list[str], home: str, contents: Contents) -> tuple[str, ...]:
    """Files that a command names, where the project has all of them."""
    paths = [posixpath.normpath(posixpath.join(home, name)) for name in names]
    return tuple(names) if all(path in contents.tree.paths for path in paths) else ()


def _sources_in(words: list[str]) -> list[str]:
    """The files among the words of a command that are certainly no value of an option."""
    plain = (word for before, word in pairwise(["", *words]) if not before.startswith("-") or "=" in before)
    return [word for word in plain if word.endswith(SUFFIXES) and not word.startswith("-") and "=" not in word]


def _reads_configuration(tool: str, words: list[str]) -> bool:
    """Whether a bundler is told neither a file nor another configuration than the usual one."""
    if tool == "vite":
        return words == ["build"]
    if tool == "rollup":
        return words in (["-c"], ["--config"])
    return not any(word.endswith(SUFFIXES) or "config" in word or word in ("-c", "--entry") for word in words)


def _bundler_inputs(tool: str, folder: str, package: PackageJson, contents: Contents) -> Missed | None:
    """The configuration of a bundler, where nothing else says what to build."""
    home, tree = posixpath.dirname(package.source.path), contents.tree
    configured = (posixpath.basename(path) for path in tree.files_in_folder(home))
    names = tuple(name for name in configured if BUNDLERS.fullmatch(name) and name.startswith(f"{tool}."))
    if not names or f'"{tool}": {{' in package.source.text or f'"{tool}":{{' in package.source.text:
        return None
    missed = _first((*names, *_ALONE[tool]), folder, home, contents)
    if missed or len(names) > 1:
        return missed
    # The configuration is there, what it names may not be.
    found = tree.source(posixpath.join(home, names[0]))
    if found is None or any(word in found.text for word in ("process.", "root", "import(", "readdir", "glob", "*")):
        return None
    sources = dict.fromkeys(posixpath.relpath(source, home or ".") for _, source in entries(tree, home))
    named = [name for name in sources if name in found.text and name.endswith(SUFFIXES)]
    return _first(_listed_files(named, home, contents), folder, home, contents)


def _compiler_inputs(words: list[str], folder: str, home: str, contents: Contents) -> Missed | None:
    """The configuration of the compiler, or all sources that it names."""
    call = compiler_call(words)
    if SHOWING & call.options.keys() or any("@" in word or "=" in word for word in words):
        return None
    if call.files and "build" not in call.options:
        sources = all(each.endswith((*TYPESCRIPT, ".tsx")) for each in call.files)
        return _first(_listed_files(list(call.files), home, contents)[:1], folder, home, contents) if sources else None
    name = call.configuration
    path = posixpath.normpath(posixpath.join(home, name))
    absence = contents.why_absent(posixpath.normpath(posixpath.join(folder, name)), path)
    if absence:
        return name, absence
    compiled, source = tsconfig(contents.tree, path), contents.tree.source(path)
    if compiled is None or compiled.files or home != compiled.folder or (source and '"references"' in source.text):
        return None
    wanted = compiled.include or ("**/*",)
    first: Absence | None = None
    for count, each in enumerate(_sources(contents, home, wanted)):
        absence = contents.why_absent(posixpath.join(folder, posixpath.relpath(each, home or ".")), each)
        if absence is None or count > _MOST_SOURCES:
            return None
        first = first or absence
    return (f"any source in {', '.join(wanted)}", first) if first else None


def _sources(contents: Contents, home: str, wanted: tuple[str, ...]) -> Iterator[str]:
    """The files of TypeScript below a folder that a configuration may include."""
    roots = [posixpath.normpath(posixpath.join(home, each.split("*", 1)[0].rstrip("/") or ".")) for each in wanted]
    tree = contents.tree
    found = {path for root in roots for path in (root, *tree.below(root)) if path in tree.paths}
    yield from (path for path in sorted(found) if path.endswith((*TYPESCRIPT, ".tsx")))
