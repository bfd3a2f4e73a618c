"""How an image is built, and what the commands of its build install."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model.lacks import Packaged
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value


class Install(NamedTuple):
    """One command of the image build that installs Python packages.

    `tool`: `uv sync`, `uv pip`, `pip`, `poetry`, `pdm`, `pipenv`, `uv run`, … `argv`: its words, expanded.
    `locked`: whether it installs exactly what a lock file, hashes or exact pins say; `lock`: that file in the project.
    `requirements`: the requirement files and projects it reads, as paths in the project.
    `requirements`: projects are folders, `.` for the root. `names`: requirements that stand in the command itself.
    `site`: where a flag can be put into it. `constraints`: the files that only limit what else asks for.
    `packaged`: the projects that it packages. `extras`, `groups`: those of the project that it installs, None for any.
    `rooted`: the projects that `poetry install` leads back to. `local`: the other projects that its lock leads to and
    that it surely builds, such as the members of a workspace.
    `instead`: what the build goes on with where it fails, None where the build fails. `environments`: the folders of
    the image that it may write packages into, None where that cannot be told. `systems`: whether those are
    surely the system's own, in no virtual environment. `files`: the requirements files and constraints that it surely
    reads, each as it is named and by its path in the image. `settings`: the files of the project that uv reads its
    settings from. `decided`: what else decides the releases that it takes, such as a date. `certain`: whether every
    build runs it and ends where it fails. `python`: the minor release of an image's own Python where it installs for
    that, empty where that is not known, None outside of images. `workdir`: the folder of the image where pip runs.
    `untold`: whether pip is given a file or folder of which the project does not tell what it installs.
    `collects`: the folder of the image where it puts distributions and installs none, None where it installs.
    """

    tool: str
    argv: tuple[str, ...]
    locked: Value[bool]
    lock: str | None
    requirements: tuple[str, ...]
    names: tuple[tuple[str, Span], ...]
    span: Span
    site: EditSite | None = None
    constraints: tuple[str, ...] = ()
    packaged: tuple[Packaged, ...] = ()
    extras: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    instead: Label | None = None
    rooted: tuple[Packaged, ...] = ()
    environments: tuple[str, ...] | None = None
    systems: bool = False
    files: tuple[tuple[str, str], ...] = ()
    settings: tuple[str, ...] = ()
    decided: Label | None = None
    certain: bool = False
    local: tuple[Packaged, ...] = ()
    python: str | None = None
    workdir: str | None = None
    untold: bool = False
    collects: str | None = None


class NodeInstall(NamedTuple):
    """One command of the image build that installs the packages of a project by npm, pnpm, yarn or bun.

    `tool`: `npm`, `pnpm`, `yarn`, `bun`; `command`: with its verb. `frozen`: whether it insists on a lock file. `lock`:
    that file in the project, where the image has it by then; `kept`: whether the project has one at all. `site`: its
    verb, where that can be rewritten. `folder`: where it runs in the image, `package`: the `package.json` there, a path
    of the project. `argv`: its words. `development`: whether it installs development packages too, `scripts`: whether
    it runs the scripts of the project. `lenient`: what would insist on a lock file, and passes as there is none.
    `certain`: whether every build runs it, in no branch of which that is not known.
    """

    tool: str
    command: str
    span: Span
    frozen: bool
    lock: str | None
    kept: bool = False
    site: EditSite | None = None
    folder: str | None = None
    package: str = ""
    argv: tuple[Value[str], ...] = ()
    development: Value[bool] = UNKNOWN
    scripts: bool = True
    lenient: str = ""
    certain: bool = True


class Build(NamedTuple):
    """How an image is built.

    `context`: the folder, `.` for the root; unknown where it is a URL or lies outside the project.
    `dockerfile`: the file's path in the project; `inline`: its text where it stands in the compose file itself.
    `target`: the stage, an option None for the last one. `args` without a value come from the host: unknown.
    `contexts`: the folders of the project that `COPY --from` finds by a name of their own.
    """

    span: Span
    context: Value[str]
    dockerfile: Value[str]
    inline: Value[str] | None = None
    target: Value[str | None] = Value((None,))
    args: Mapping[str, Value[str]] = {}
    contexts: Mapping[str, str] = {}
