"""What `package.json` and `tsconfig.json` say by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label, Value

TABLES = ("dependencies", "optionalDependencies", "peerDependencies", "devDependencies")
"""The tables of `package.json` that ask for packages, in the order in which they count."""


class Bin(NamedTuple):
    """A command that a package installs, and the file that it runs, as written."""

    name: str
    path: str
    span: Span


class PackageJson(NamedTuple):
    """A `package.json`.

    `requirements`: by table (`dependencies`, `devDependencies`, …) the range of each package. `workspaces`: globs of
    the folders of its members. `span`: where it begins. `named`: its name with its span, unknown where it has still to
    be filled in. `mcp_name`: the name of the server that it claims to be, an option None where it claims none.
    `files`: what it says that npm packs. `private`: npm publishes it nowhere.
    `problems`: what npm refuses the file for, the first of it.
    """

    source: Source
    span: Span
    name: str = ""
    main: str = ""
    type: str = ""
    bins: tuple[Bin, ...] = ()
    scripts: Mapping[str, ScalarNode] = {}
    requirements: Mapping[str, Mapping[str, ScalarNode]] = {}
    exports: Node | None = None
    imports: MappingNode | None = None
    workspaces: tuple[str, ...] = ()
    named: Value[str] = UNKNOWN
    version: Value[str] = UNKNOWN
    mcp_name: Value[str | None] = UNKNOWN
    files: Node | None = None
    private: bool = False
    problems: tuple[Label, ...] = ()

    def range(self, package: str) -> ScalarNode | None:
        """What is asked of a package, for running before other tables."""
        for table in TABLES:
            if package in self.requirements.get(table, {}):
                return self.requirements[table][package]
        return None


class Tsconfig(NamedTuple):
    """A `tsconfig.json` without what it extends; an option None where it does not say it.

    `extends`: other files, as written. `paths`: patterns of imports and what stands for them.
    """

    source: Source
    extends: tuple[str, ...] = ()
    out_dir: str | None = None
    root_dir: str | None = None
    base_url: str | None = None
    paths: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    options: Mapping[str, ScalarNode] = {}
    include: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class NodeLocked(NamedTuple):
    """A package that a lock file decides: its release, the folder of whose `node_modules` it is part, the span.

    `asked`: the ranges that this entry answers, where the file names them instead of folders. `development`: whether
    only development packages want it, as npm's lock says.
    """

    name: str
    version: str
    folder: str
    span: Span
    asked: str = ""
    development: bool = False


class NodePeer(NamedTuple):
    """What a package wants of one beside it: the range, and the release that is there; each with its span."""

    package: str
    version: str
    name: str
    range: str
    span: Span
    there: str
    there_span: Span


class NodeLock(NamedTuple):
    """A lock file of npm, pnpm, yarn or bun; `peers`: of npm alone, what its packages want that cannot do without."""

    kind: str
    packages: tuple[NodeLocked, ...]
    peers: tuple[NodePeer, ...] = ()
