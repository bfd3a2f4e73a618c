"""How the scripts of a package build it, as far as nothing but the compiler of TypeScript is at work."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.dependencies.node_packages import Compiled, package_json, tsconfig
from mcplint.facts.document import ScalarNode
from mcplint.facts.node import PackageJson
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards

_MAKES = (
    r"(?:tsup|tsdown|esbuild|vite|rollup|webpack|parcel|unbuild|pkgroll|microbundle|bunchee|swc|babel|rolldown|rspack|"
    r"ncc|nx|turbo|ts-patch|ttypescript|tsc-alias|tsc-esm-fix|tsc-module-loader|resolve-tspaths|tscpaths|"
    r"ts-add-js-extension|fix-esm-import-path|typescript-transform-paths|nest)(?![\w])"
)
"""What makes other files of the sources than the compiler does, in the name of a package."""
_REWRITE = rf"{_MAKES}|(?:tsconfig-paths|module-alias|next|tsx|ts-node|bun)(?![\w])"
"""The same and what has Node find more."""
_RUN = re.compile(r"(?:^|[\s;&|])(?:npm|pnpm|yarn|bun)(?: run)?(?: -\S+)* ([\w:.-]+)")
_COMPILES = re.compile(r"(?:^|[;&|]\s*|\s)tsc(?:\s|$)")
_PLAIN = re.compile(
    r"(?:cross-env(?: \w+=\S+)* |npx )?(?:tsc|rm|rimraf|shx|chmod|cp|cpy|copyfiles|mkdir|echo|eslint|prettier|true|"
    r"husky|lefthook|simple-git-hooks|only-allow|is-ci|"
    r"(?:npm|pnpm|yarn)(?: run)? [\w:-]+)(?: |$)|node -e .*chmod.*"
)


def compiled_alone(tree: Tree, home: str) -> Compiled | None:
    """How the compiler makes the files of a package, None where something else may make them too."""
    return None if rewritten(tree, home, _MAKES) else compiles(tree, home)


def compiles(tree: Tree, home: str) -> Compiled | None:
    """How a package is compiled, where its scripts do nothing else with its sources."""
    package = package_json(tree, home)
    scripts = [node.text for node in building(package)] if package else []
    commands = [each.strip() for text in scripts for each in re.split(r"&&|\|\||;", text)]
    if not any(map(_COMPILES.search, commands)) or not all(map(_PLAIN.match, commands)):
        return None
    if any(" -p" in each or "--project" in each or " -b" in each for each in commands):
        return None
    return tsconfig(tree, posixpath.join(home, "tsconfig.json"))


def building(package: PackageJson) -> Iterator[ScalarNode]:
    """The scripts of a package that build it, or run when it is installed, with those that they run."""
    seen = {name for name in package.scripts if is_build(name) or name in ("preinstall", "install")}
    waiting = sorted(seen)
    while waiting:
        node = package.scripts[waiting.pop()]
        yield node
        called = (name for found in _RUN.findall(node.text) for name in (f"pre{found}", found, f"post{found}"))
        new = {name for name in called if name in package.scripts} - seen
        seen |= new
        waiting += sorted(new)


def is_build(name: str) -> bool:
    """Whether a script is called like one that builds."""
    return "build" in name or name in ("compile", "prepare", "prepack", "prepublishOnly", "postinstall", "tsc")


def rewritten(tree: Tree, home: str, called: str = _REWRITE) -> bool:
    """Whether a package, or the workspace around it, asks for what rewrites paths or finds more."""
    packages = [found for each in outwards(home) if (found := package_json(tree, each))]
    return any(re.search(called, name) for package in packages for name in required_packages(package))


def required_packages(package: PackageJson) -> Iterator[str]:
    """The packages that a package asks for, whatever for."""
    for table in package.requirements.values():
        yield from table
