"""What a build packages, and what it or a start needs and provably does not find."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mcplint.text.source import Edit, Span
from mcplint.values import Label


class Account(NamedTuple):
    """A user of an image: its number, None where the image chooses it; its home, and whether that is there.

    Both are None where they are not known.
    """

    name: str
    uid: int | None
    home: str | None
    made: bool | None


class Packaged(NamedTuple):
    """A project that a step of a build packages.

    `folder`: that of the project (`.`: its root), `image_path`: where it lies in the image. `editable`: what is
    installed leads back there.
    """

    folder: str
    image_path: str
    editable: bool


class LackKind(StrEnum):
    """What it is that a `Lack` is of."""

    COPIED = "copied"
    """A source of COPY; `path`: the folder that the Dockerfile is written for, where that is not the context."""
    README = "readme"
    """What the build backend insists on: the readme."""
    LICENSE = "license"
    """A file of the license."""
    VERSION = "version"
    """The file that the version is read from."""
    INCLUDED = "force-include"
    """What the wheel is to include."""
    HOOK = "build hook"
    """The build hook of the project."""
    HISTORY = "history"
    """The history of git, which the version is read from."""
    MODULES = "modules"
    """The modules that a project is to be packaged with."""
    EMPTY = "empty"
    """The same, where the backend makes an empty wheel without them; `path`: the folder of the project."""
    PACKAGE = "package"
    """The package or module that a wheel is to hold, where the project itself has none that its backend finds."""
    CHOICE = "choice"
    """One package of those named, which the backend does not choose from."""
    PYTHON = "python"
    """A release of Python."""
    USER_TOOL = "user tool"
    """A program that makes accounts."""
    SWALLOWED = "swallowed"
    """What a command installs of the system's packages, or of a project's by npm and its like, and that the build goes
    on without; `name`: the command."""
    MODULE = "module"
    """A module that the program imports; `path`: its file."""
    STARTED = "started"
    """The module that is started, where Python looks for it; `path`: its file."""
    SHADOWED = "shadowed"
    """A package that the program imports, and that a file of the project hides; `path`: that file."""
    DISTRIBUTION = "distribution"
    """Distributions that the program imports from; `name`: the modules, in backquotes."""
    CLI = "cli"
    """Distributions that the command of an SDK needs, which starts the program; `name`: the same."""
    TARGET = "target"
    """What a command starts; `path`: its file, where the project has one."""
    COMMAND = "command"
    """A console script of the project that no install of the image makes."""
    SCRIPT = "script"
    """What a console script calls that a command starts, and that is not there."""
    LOCK = "lock"
    """A lock file."""
    STALE = "stale"
    """A lock file that is up to date; `name`: what it does not know of."""
    LOCKED = "locked"
    """A dependency that the lock knows of."""
    ADMITTED = "admitted"
    """A release in the lock that the project's own range admits; `name`: the package and the release that is there."""
    MEMBER = "member"
    """A member of the workspace that the lock leads to."""
    REQUIREMENTS = "requirements"
    """A requirements file; `path`: where it is looked for; without one: what a requirements file refers to."""
    QUOTES = "quotes"
    """Quotes around a requirement whose `>` or `<` the shell takes for a redirection;
    `path`: the file that it does not find, so that the build stops, empty where it goes on."""
    EARLY = "early"
    """What a script of the project needs that an install runs by itself; `name`: the script."""
    TOOL = "tool"
    """A development tool that a script starts."""
    PEER = "peer"
    """A release of a package that another one wants beside it; `name`: that package, `why`: what it wants."""
    COMPILER = "compiler"
    """A release of TypeScript that knows an option; `name`: the one that is there, `why`: what it does."""
    OUTPUT = "output"
    """What a build makes; `stage`: where COPY looks for it, empty where a start does."""
    PACKAGES = "packages"
    """The `node_modules` with a package that a program imports; `name`: that package."""
    ENVIRONMENT = "environment"
    """What an environment of another stage leads back to."""
    PROGRAM = "program"
    """A program that is started, in a folder where only root may look; `path`: that; `user`: who starts it."""
    SHELL = "shell"
    """The shell that a start command, or the script that it starts, is run by; `why`: the image that has none."""
    FOLDER = "folder"
    """A folder of files that the program serves; `path`: as the program names it."""
    WRITABLE = "writable"
    """A path that may be written; `user`: who may not, empty where nobody may."""


class Lack(NamedTuple):
    """Something that a step of a build, or a start, needs and provably does not find.

    `name`: what is needed, as it is written; `span`: the step that needs it; `notes`: where else that is said.
    `why`: how it comes that it is not there. `by_git`: only because git ignores it, `built`: and it may be made before
    the build of an image. `edits`: what would bring it.
    `step`: the words of the step, or for distributions what makes the environment where there is no container.
    `path`, `stage`, `user`: see the kinds. `assumed`: no file shows that anybody starts it so.
    """

    kind: LackKind
    name: str
    span: Span
    why: str
    notes: tuple[Label, ...] = ()
    by_git: bool = False
    edits: tuple[Edit, ...] = ()
    step: str = ""
    path: str = ""
    stage: str = ""
    user: str = ""
    built: bool = False
    assumed: bool = False


class ScriptTarget(NamedTuple):
    """What a console script calls.

    `function`: where that is defined, None where it is not known; `awaits`: it is a coroutine function; `takes`: the
    parameters that it must be given. `missing`: its module has no such name. `named`: the script names a function.
    `lost`: there is no such module. `runs`: it ends with `asyncio.run` of a function that makes no coroutine, here.
    """

    function: Label | None = None
    awaits: bool = False
    takes: tuple[str, ...] = ()
    missing: bool = False
    named: bool = True
    lost: bool = False
    runs: Label | None = None

    @property
    def is_absent(self) -> bool:
        """Whether there is nothing by that name that could be called."""
        return self.missing or self.lost or not self.named


class UnpackagedData(NamedTuple):
    """A file of the project that is read beside a module, and that the wheel leaves out.

    `name`: where the wheel would hold it, `tool`: the function that reads it when a client has it called, empty where
    the start does. `decides`: what says that files do not come along. `notes`: what has the wheel.
    """

    path: str
    name: str
    span: Span
    tool: str = ""
    decides: Span | None = None
    notes: tuple[Label, ...] = ()


class EntryPoint(NamedTuple):
    """A console script of a project that may start an MCP server, or what a program calls when it is run as a file.

    A command of a package of npm is one too where the package lacks what it imports.
    `target`: as it is written (`module:function`); `project`: the file that says it. `called`: what it calls, None
    where that cannot be told. `unpackaged`: the first module that it needs and the project's wheel leaves
    out, where it is needed, and the span that chooses what the wheel holds. `installed`: a container has that wheel,
    or a registry document names it. `alike`: other scripts whose own module the wheel leaves out. `unread`: what it
    reads beside its modules and such a wheel leaves out. `console`: it is a console script.
    """

    name: str
    target: str
    span: Span
    project: str
    called: ScriptTarget | None = None
    unpackaged: tuple[str, Label, Span | None] | None = None
    installed: bool = False
    alike: tuple[Label, ...] = ()
    unread: UnpackagedData | None = None
    console: bool = True

    @property
    def id(self) -> str:
        return f"{self.project}:{self.name}"

    @property
    def packaging(self) -> str:
        """What those who install the project get of it."""
        return f"{'the package' if self.project.endswith('.json') else 'the wheel'} of {self.project}"

    @property
    def assumed(self) -> bool:
        return False


class StartScript(NamedTuple):
    """A script that a container starts by its path.

    `path`: its name in the project, or in the image where the build writes it; `first`: its first line, `word`: the
    command that starts it. `direct`: the kernel runs it, and not a shell that is given it; `shell`: a shell has the
    kernel do so, and reads it itself where it has no first line for that. `carriage`: what ends its
    lines with CR LF, `lf`: the edits that end them with LF. `closed`: what says that it may not be executed, `opened`:
    the edits that change that.
    """

    path: str
    first: Span
    word: Span
    direct: bool
    carriage: Label | None = None
    lf: tuple[Edit, ...] = ()
    closed: Label | None = None
    opened: tuple[Edit, ...] = ()
    shell: bool = False


class Sync(NamedTuple):
    """A start through `uv run` or `uvx`, which do more than to start the program.

    `project`: the file of the project that it builds again, None where it leaves that or may; `refused`: why it cannot,
    empty where it can. `span`: the command. `edits`: what keeps it from building. `pulled`: whether it does so only
    where the image was pulled. `failed`: the step of the build that should have installed the project, and fails.
    """

    tool: str
    span: Span
    project: str | None = None
    refused: str = ""
    edits: tuple[Edit, ...] = ()
    pulled: bool = False
    failed: Label | None = None
