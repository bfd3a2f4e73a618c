"""What a project says that it depends on, and what a lock file says will be installed."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import ScalarNode
from mcplint.text.source import Span

MAIN, EXTRA, GROUP, BUILD = "main", "extra", "group", "build"


class Requirement(NamedTuple):
    """A dependency as it is named in a file: `mcp[cli]>=1.2,<2; python_version >= "3.11"`.

    `name` is normalized (`fastmcp-slim`). `specifier`: version specifiers of PEP 440, empty for any version, None for
    what no version decides (a URL, a path, a range that is not understood); `range`: its text as written, an empty span
    where it would stand, None where a shell makes it of something else. `kind`: `main`, `extra` or `group` (with its
    name in `group`), `build`.
    """

    name: str
    specifier: str | None
    span: Span
    range: Span | None
    extras: tuple[str, ...] = ()
    marker: str = ""
    kind: str = MAIN
    group: str = ""
    hashed: bool = False


class Include(NamedTuple):
    """Another file or folder that a file refers to, as a path in the project.

    `kind`: `requirements` (`-r`), `constraints` (`-c`) or `project` (`-e .`).
    """

    path: str
    kind: str
    span: Span


class Requirements(NamedTuple):
    """A requirements or constraints file; `hashed`: `--require-hashes` is said."""

    requirements: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    hashed: bool = False


class Script(NamedTuple):
    """A console script: its name and what it calls (`package.module:function`)."""

    name: str
    target: str
    span: Span


class Project(NamedTuple):
    """A `pyproject.toml`, `setup.cfg`, `setup.py` or `Pipfile`.

    `sources`: dependencies that come from elsewhere than an index, with how (`git`, `path`, `url`, `workspace`).
    `roots`: the folders, beside the file, in which its packages lie. `members`: patterns of the folders of a workspace.
    `tools`: the names of its `[tool.…]` tables. `groups`: the dependency groups that are installed by default.
    `dynamic`: what the build decides. `whole`: whether all its dependencies are said here.
    """

    span: Span
    name: ScalarNode | None = None
    version: ScalarNode | None = None
    python: ScalarNode | None = None
    requirements: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    scripts: tuple[Script, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    roots: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    tools: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ("dev",)
    dynamic: frozenset[str] = frozenset()
    whole: bool = True


class Locked(NamedTuple):
    """A package of a lock file; `span` covers its version. `source`: `registry`, `git`, `editable`, `virtual`, …."""

    name: str
    version: str
    span: Span
    source: str = "registry"


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
