"""From what a build makes back to its source: `dist/index.js` through tsconfig, bundlers and build scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from mcplint.dependencies.node_packages import nearest, package_json, tsconfig
from mcplint.facts.document import at, items, scalar
from mcplint.facts.manifest import ServerJson
from mcplint.facts.node import Bin, PackageJson
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.project.tree import Tree
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.values import Label

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
SOURCES = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
"""What a compiled file's suffix is in its source."""
BUNDLERS = re.compile(r"(?:tsup|tsdown|vite|rollup|rolldown|esbuild)\.config\.[cm]?[jt]s")
"""The configurations of bundlers."""
BUILDS = ("build", "prepare", "compile", "build:server", "bundle", "prepack", "prepublishOnly", "postinstall", "dist")
OUTPUTS = ("dist", "build", "lib", "out", "bin")
_ENTRY = (
    r"""["']?(?<![\w./@-])([\w./@-]++)["']?\s*+:\s*+["']([\w./@-]+\.[cm]?[jt]sx?)["']"""
    r"""|["']([\w./@-]+\.[cm]?[jt]sx?)["']"""
)

_ENTRIES = (
    r"\b(?:entry(?:Points|points)?|input|ssr)\s*:\s*(\[[^\]]{0,2000}\]|\{[^}]{0,2000}\}|[\"'][^\"'\n]{1,400}[\"'])"
)
_CONSTANT = r"""\b(?:const|let|var)\s+(\w+)\s*=\s*(["'][\w./@-]+\.[cm]?[jt]sx?["'])"""
_NAMES = ("outDir|outdir|dir", "outfile|file", "fileName|entryFileNames")


def file_of(tree: Tree, path: str) -> str | None:
    """The file that a path without, or with the compiled, suffix means."""
    for candidate in candidates(path):
        if candidate in tree.paths and not candidate.endswith((".d.ts", ".d.mts", ".d.cts")):
            return candidate
    return None


def candidates(path: str) -> Iterator[str]:
    """The files that a path may mean, the first that is there does."""
    stem, suffix = posixpath.splitext(path)
    for source in SOURCES.get(suffix, ()):
        yield stem + source
    yield path
    for other in SUFFIXES:
        yield path + other
    index = posixpath.join(path, "index")
    for other in SUFFIXES:
        yield index + other


def package_folders(tree: Tree) -> Mapping[str, str]:
    """The folders of the project's packages by their names: the outermost, no name that several have side by side.

    A package goes also by the name under which a `server.json` publishes the server that it claims to be.
    """
    return tree.cached(_package_folders)


def _package_folders(tree: Tree) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    claimed: dict[str, list[str]] = {}
    for path in tree.files_named("package.json"):
        if not is_test(path):
            folder = posixpath.dirname(path)
            package = package_json(tree, folder)
            if package and package.name:
                found.setdefault(package.name, []).append(folder)
            if package and package.mcp_name.only:
                claimed.setdefault(package.mcp_name.only, []).append(folder)
    for server, name in _published_packages(tree) if claimed else ():
        if name not in found and len(claimed.get(server, ())) == 1:
            found[name] = claimed[server]
    chosen = {name: sorted(folders, key=_depth) for name, folders in found.items()}
    return {name: first for name, (first, *others) in chosen.items() if not others or _depth(first) < _depth(others[0])}


def _published_packages(tree: Tree) -> Iterator[tuple[str, str]]:
    """The npm packages of `server.json` files: the name of the server, and that of the package."""
    for path in tree.files_named("server.json"):
        document: ServerJson | None = None if is_test(path) else tree.facts("manifest", path)
        for package in items(document.root.get("packages")) if document else ():
            if document and scalar(at(package, "registryType")) == "npm":
                yield scalar(document.root.get("name")), scalar(at(package, "identifier"))


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def npx_command(package: PackageJson, name: str) -> Bin | None:
    """The command that `npx` runs of a package by its name: the one that is called so, or the only one there is."""
    own = next((each for each in package.bins if each.name == name.rpartition("/")[2]), None)
    return own or (package.bins[0] if len({each.path for each in package.bins}) == 1 else None)


def command_of(tree: Tree, name: str) -> tuple[str, Span] | None:
    """The source of what people start who install a package of the project, and where its command is named."""
    folder = package_folders(tree).get(name)
    package = package_json(tree, folder) if folder is not None else None
    if package is None or folder is None:
        return None
    command = npx_command(package, name)
    source = source_of(tree, posixpath.normpath(posixpath.join(folder, command.path))) if command else None
    return (source, command.span) if source and command else None


def serves(tree: Tree, path: str) -> bool:
    """Whether the package of a module asks for an SDK."""
    home = nearest(tree, posixpath.dirname(path))
    package = package_json(tree, home) if home is not None else None
    return package is not None and any(map(package.range, NPM_PACKAGES))


def runtime(tree: Tree, path: str) -> str:
    """What runs a command whose source this is: `node` where its first line says so and tells Node nothing more."""
    source = tree.source(path)
    return "node" if source and re.match(r"#!\s*(?:/usr/bin/env\s+|/usr/(?:local/)?bin/)node\s", source.text) else ""


def unstartable_package(tree: Tree, name: str, command: str = "") -> Label | None:
    """The package of the project that `npx` cannot start, and what commands it installs.

    `command`: what is asked of it, where that is told; another name than that of the package may be of anything.
    """
    folder = package_folders(tree).get(name)
    package = package_json(tree, folder) if folder is not None else None
    if package is None or package.named.span is None or command not in ("", name.rpartition("/")[2]):
        return None
    if any(each.name == command for each in package.bins) if command else npx_command(package, name):
        return None
    there = ", ".join(f"`{each.name}`" for each in package.bins[:5])
    why = f"several commands and none of them is `{name.rpartition('/')[2]}`: {there}" if there else "no command"
    return Label(package.named.span, why)


def source_of(tree: Tree, path: str) -> str | None:
    """The source of a file of the project that may be built: itself where it is none, None where no source is found."""
    home = nearest(tree, posixpath.dirname(path))
    if home is not None:
        for candidate in _sources(tree, home, path):
            found = file_of(tree, posixpath.normpath(candidate))
            if found and found != path:
                return found
    return file_of(tree, path)


def _sources(tree: Tree, home: str, path: str) -> Iterator[str]:
    """Where the source of a built file may stand, the likeliest first."""
    stem = _stem(path)
    for config in tree.cached(_configurations, home):
        compiled = tsconfig(tree, config)
        if compiled is None or compiled.out is None:
            continue
        inside = _relative_path(path, compiled.out)
        if inside is None:
            continue
        if compiled.root is not None:
            yield posixpath.join(compiled.root, inside)
        else:
            yield posixpath.join(compiled.folder, "src", inside)
            yield posixpath.join(compiled.folder, inside)
    yield from (source for output, source in tree.cached(_entries, home) if _stem(output) == stem)
    inside = posixpath.relpath(path, home or ".")
    first, _, rest = inside.partition("/")
    if rest and first in OUTPUTS:
        yield posixpath.join(home, "src", rest)
        yield posixpath.join(home, rest)


def _stem(path: str) -> str:
    return re.sub(r"\.[cm]?[jt]sx?$", "", path)


def _relative_path(path: str, folder: str) -> str | None:
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _configurations(tree: Tree, home: str) -> list[str]:
    """The tsconfig files of a package, those that its build names first."""
    package = package_json(tree, home)
    texts = [
        node.text for name, node in (package.scripts if package else {}).items() if name in BUILDS or "build" in name
    ]
    named = re.findall(r"(?:-p|--project|-b|--build)[ =]+(\S+)", " ".join(texts))
    paths = [posixpath.normpath(posixpath.join(home, name)) for name in named]
    paths = [path if path.endswith(".json") else posixpath.join(path, "tsconfig.json") for path in paths]
    usual = [posixpath.join(home, name) for name in ("tsconfig.json", "tsconfig.build.json", "tsconfig.prod.json")]
    here = (
        path for path in tree.files_in_folder(home) if re.fullmatch(r"tsconfig\.\w+\.json", posixpath.basename(path))
    )
    return list(dict.fromkeys((*paths, *usual, *here)))


def _entries(tree: Tree, home: str) -> tuple[tuple[str, str], ...]:
    return tuple(entries(tree, home))


def entries(tree: Tree, home: str) -> Iterator[tuple[str, str]]:
    """What bundlers make of a package, each with its source: by their configuration and by build scripts."""
    package = package_json(tree, home)
    scripts = package.scripts.items() if package else ()
    texts = (node.text for name, node in scripts if name in BUILDS or "build" in name)
    commands = [command.split() for text in texts for command in re.split(r"&&|\|\||;", text)]
    called = [posixpath.join(home, words[1]) for words in commands if len(words) == 2 and words[0] in ("node", "bun")]
    for path in (
        *filter(lambda path: BUNDLERS.fullmatch(posixpath.basename(path)), tree.files_in_folder(home)),
        *called,
    ):
        source = tree.source(path)
        for folder in dict.fromkeys((home, posixpath.dirname(path))) if source else ():
            yield from _of_configuration(home, folder, source.text if source else "")
    for words in commands:
        yield from _of_command(home, words)


def _of_configuration(home: str, beside: str, text: str) -> Iterator[tuple[str, str]]:
    """What a configuration, or a script that calls a bundler, names: entries, their folder, and what they become.

    `beside`: the folder that entries are relative to.
    """
    constants = dict(re.findall(_CONSTANT, text))
    folder, file, called = (re.search(rf"""\b(?:{name})\s*:\s*["']([\w./@-]+)["']""", text) for name in _NAMES)
    out = folder[1] if folder else "dist"
    for entry in re.finditer(_ENTRIES, text):
        entry_text = re.sub(
            r"(?<![\w.\"'/])\w{1,80}(?![\w.\"'/(])", lambda word: constants.get(word[0], word[0]), entry[1]
        )
        for name, path, alone in re.findall(_ENTRY, entry_text):
            source = path or alone
            output = posixpath.join(out, name or posixpath.basename(_stem(source)))
            if file:
                output = _stem(file[1])
            elif called:
                output = posixpath.join(out, _stem(called[1]))
            yield posixpath.normpath(posixpath.join(home, output)), posixpath.normpath(posixpath.join(beside, source))


def _of_command(home: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """`esbuild src/index.ts --outfile=…`, `bun build … --outdir …`, `tsup src/index.ts`, `ncc build … -o …`."""
    tools = [word for word in words[:3] if word in ("esbuild", "bun", "tsup", "tsdown", "ncc", "npx")]
    if not tools or (tools == ["bun"] and "build" not in words):
        return
    sources = [
        word.strip("\"'") for word in words if re.search(r"\.[cm]?[jt]sx?[\"']?$", word) and not word.startswith("-")
    ]
    flags = dict(word.lstrip("-").split("=", 1) for word in words if word.startswith("--") and "=" in word)
    for flag, value in pairwise(words):
        if flag in ("--outfile", "--outdir", "-o", "-d", "--out-dir"):
            flags.setdefault({"-o": "outdir", "-d": "outdir", "--out-dir": "outdir"}.get(flag, flag[2:]), value)
    file, folder = flags.get("outfile"), flags.get("outdir") or flags.get("out-dir")
    sources = [source for source in sources if source not in (file, folder)]
    for source in sources:
        name = _stem(file) if file else posixpath.join(folder or "dist", posixpath.basename(_stem(source)))
        if "ncc" in tools and not file:
            name = posixpath.join(folder or "dist", "index")
        yield posixpath.normpath(posixpath.join(home, name)), posixpath.join(home, source)
