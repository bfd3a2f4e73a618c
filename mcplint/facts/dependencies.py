"""What a project says that it depends on, and what a lock file says will be installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.document import MappingNode
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Value

MAIN, EXTRA, GROUP, BUILD = "main", "extra", "group", "build"
KINDS = frozenset({MAIN, EXTRA, GROUP})
"""The kinds of dependencies that a program may be run with."""

PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg")
"""The files that make a folder a project of Python: each may name it, its dependencies and its commands."""


class Requirement(NamedTuple):
    """A dependency as it is named in a file: `mcp[cli]>=1.2,<2; python_version >= "3.11"`.

    `name` is normalized (`fastmcp-slim`). `specifier`: version specifiers of PEP 440, empty for any version, None for
    what no version decides (a URL, a path, a range that is not understood); `range`: its text as written, an empty span
    where it would stand, None where a shell makes it of something else. `kind`: `main`, `extra`, `group` or
    `build`.
    """

    name: str
    specifier: str | None
    span: Span
    range: Span | None
    extras: tuple[str, ...] = ()
    marker: str = ""
    kind: str = MAIN
    hashed: bool = False


class Include(NamedTuple):
    """Another file or folder that a file refers to, as a path in the project.

    `kind`: `requirements` (`-r`), `constraints` (`-c`) or `project` (`-e .`), whose path pip and uv take from where
    they run: here as if they ran in the folder of the file.
    """

    path: str
    kind: str
    span: Span


class Requirements(NamedTuple):
    """A requirements or constraints file; `hashed`: `--require-hashes` is said.

    `nameless`: whether a line installs what it does not name: a folder, an archive, a repository. `decides`: the
    option by which not what the public index has today is taken. `local`: whether a line installs a folder or an
    archive by its path.
    """

    requirements: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    hashed: bool = False
    nameless: bool = False
    decides: Span | None = None
    local: bool = False


class Script(NamedTuple):
    """A console script: its name and what it calls (`package.module:function`)."""

    name: str
    target: str
    span: Span


class Packages(NamedTuple):
    """What a `setup.py` or `setup.cfg` packages: packages and modules that it lists, or what is found below a folder.

    `where`: the folder that is searched, None for none; `include`, `exclude`: patterns of dotted names. `spaces`: a
    folder without `__init__.py` is a package as well. `base`: the folder that stands for the root of all packages.
    """

    span: Span
    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    where: str | None = None
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    spaces: bool = False
    base: str = ""


class Project(NamedTuple):
    """What a `pyproject.toml`, `setup.cfg`, `setup.py` or `Pipfile` says of the package that it builds.

    `readme`: the path beside the file that the package's
    description is read from, an option None where it has none; `described`: the description itself where it stands in
    the file. `elsewhere`: the dependencies that come from git, a path, a URL or the
    workspace. `members`: patterns of the folders of a workspace. `dynamic`: what other files or the build decide, in
    the words of `[project]` (`dependencies`, `scripts`). `document`: a whole `pyproject.toml`. `packages`: what a
    `setup.py` or `setup.cfg` packages, None where that is not told in literals.
    """

    source: Source
    span: Span
    name: Value[str] = UNKNOWN
    version: Value[str] = UNKNOWN
    readme: Value[str | None] = UNKNOWN
    described: str | None = None
    requirements: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    scripts: tuple[Script, ...] = ()
    elsewhere: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    dynamic: frozenset[str] = frozenset()
    document: MappingNode | None = None
    packages: Packages | None = None


class Locked(NamedTuple):
    """A package of a lock file; `span` covers its version. `source`: `registry`, `git`, `editable`, `virtual`, …."""

    name: str
    version: str
    span: Span
    source: str = "registry"


class Node(NamedTuple):
    """A package of a lock file with what it needs: always, with an extra, in a group.

    `folder`: where it lies beside the lock file, None for one of an index. `source`: `editable`, `directory` or
    `virtual`, which is never built; empty for one of an index. `member`: it is one of the workspace. `conditional`:
    what it needs where a marker says so.
    """

    name: str
    folder: str | None
    needs: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = {}
    groups: Mapping[str, tuple[str, ...]] = {}
    source: str = ""
    member: bool = False
    conditional: frozenset[str] = frozenset()


class Lock(NamedTuple):
    """A lock file: `kind` is its name (`uv.lock`), `packages` all that it holds, in order."""

    kind: str
    span: Span
    packages: tuple[Locked, ...] = ()

    def of(self, name: str) -> tuple[Locked, ...]:
        """What is locked under a normalized name; several versions where environments differ."""
        return tuple(package for package in self.packages if package.name == name)


def normalized(name: str) -> str:
    """The name of a package as indexes compare it: lower case, with single dashes."""
    name = name.replace("_", "-").replace(".", "-").lower()
    while "--" in name:
        name = name.replace("--", "-")
    return name
