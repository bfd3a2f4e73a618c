"""`uv run`, `uvx` and `pipx run`: which project or package they start a program of, and what they install for it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from mcplint.commands.command_lines import ASGI, GATEWAYS, PIPX, SDK_COMMANDS, UV, program
from mcplint.commands.console_scripts import is_package, script
from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.given_variables import with_files
from mcplint.commands.options import Parsed, parse
from mcplint.commands.python_commands import console_script, python_file, python_module
from mcplint.commands.words import Words, spelled, text, word_span
from mcplint.dependencies.pinned import name_of
from mcplint.facts.dependencies import Project, normalized
from mcplint.facts.document import at
from mcplint.model import Install
from mcplint.programs.python.modules import project_folders
from mcplint.text.boolean import boolean
from mcplint.text.paths import upwards
from mcplint.values import Label, Value

_DECIDING = (
    "with-requirements",
    "with-editable",
    "constraint",
    "constraints",
    "overrides",
    "exclude-newer",
    "pip-args",
)
"""The options by which uvx and pipx are told of releases elsewhere than in a requirement."""
_DECIDING_VARIABLES = ("UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE_NEWER")
"""The variables that tell uv the same: https://docs.astral.sh/uv/reference/environment/"""


def uv_run(words: Words, options: Parsed, context: ExecContext) -> Step:
    """`uv run`: a module, a file, or a command in the environment of the project, which it brings up to date."""
    rest = options.rest
    if "no-env-file" not in options.flags and not _is_set(context, "UV_NO_ENV_FILE"):
        context = with_files(options.values("env-file") or _listed_files(context.variable("UV_ENV_FILE")), context)
    inner = context._replace(installs=_synced(words, options, context))
    if "module" in options.flags:
        return python_module(options.flags["module"], rest, inner)
    if rest and (text(rest[0]) or "").endswith(".py"):
        return python_file(rest[0], rest[1:], inner)
    return NextCommand(rest, inner)


def _listed_files(value: Value[str | None]) -> Words:
    """The words of a variable that names several files; one word where it is not known."""
    if value.options is None:
        return (Value(None, value.trace),) if value.trace else ()
    return tuple(Value((each,), value.trace) for each in (value.only or "").split())


def _synced(words: Words, options: Parsed, context: ExecContext) -> tuple[Install, ...] | None:
    """What `uv run` installs into the environment of the project, None where it leaves that as the build made it."""
    off = ("no-sync", "no-project", "active", "script")
    if (
        any(name in options.flags for name in off)
        or _is_set(context, "UV_NO_SYNC")
        or _is_set(context, "UV_NO_PROJECT")
    ):
        return None
    named = text(options.flags["project"]) if "project" in options.flags else context.variable("UV_PROJECT").only
    project = _upwards(context, "pyproject.toml", named or ".")
    if project is None:
        return None
    lock = _upwards(context, "uv.lock", named or ".")
    beside = options.values("with")
    install = Install(
        "uv run",
        tuple(map(spelled, words)),
        _locked(options, context),
        lock,
        (posixpath.dirname(project) or ".",),
        tuple((spelled(word), word_span(word)) for word in beside if text(word) is not None),
        context.span,
        certain=True,
    )
    folders = (*options.values("directory"), *options.values("project"))
    unread = options.first("with-requirements", "with-editable")
    if unread or any(text(word) is None for word in (*beside, *folders)):
        return (install,)
    own_project = context.tree.project(posixpath.dirname(project))
    extras, groups = chosen(options, own_project, lambda name: context.variable(name).may(_is_true))
    return (install._replace(extras=extras, groups=groups),)


def chosen(
    options: Parsed, project: Project | None, may: Callable[[str], bool]
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """The extras and groups of a project that uv installs: the group `dev` unless it is told otherwise.

    `may`: whether a variable may switch something on.
    """
    if project is None or not options.closed or any(text(word) is None for word in options.values("extra", "group")):
        return None, None
    open_ = options.first("all-extras", "package", "all-packages") or may("UV_ALL_EXTRAS")
    extras = None if open_ else frozenset(normalized(spelled(word)) for word in options.values("extra"))
    default = at(project.document, "tool", "uv", "default-groups")
    if default is not None or options.first("all-groups", "only-group", "only-dev", "package", "all-packages"):
        return extras, None
    dev = () if options.first("no-dev", "no-default-groups") or may("UV_NO_DEV") else ("dev",)
    return extras, frozenset((*dev, *(normalized(spelled(word)) for word in options.values("group"))))


def _locked(options: Parsed, context: ExecContext) -> Value[bool]:
    """Whether `uv run` keeps to the lock, and what says so where it also asks that this be up to date."""
    trace = (Label(context.span, "runs in the environment of the project"),)
    if options.first("frozen") or _is_set(context, "UV_FROZEN"):
        return Value((True,), trace)
    if flag := options.first("locked"):
        return Value((True,), (*trace, Label(context.span, f"{flag} keeps to the lock")))
    if _is_set(context, "UV_LOCKED"):
        return Value((True,), (*trace, *context.variable("UV_LOCKED").trace))
    return Value((False,), trace)


def uvx(words: Words, context: ExecContext) -> Step:
    """`uvx`, `uv tool run`, `pipx run`: the command of a package in an environment of its own, past every lock."""
    parsed = parse(words[1:], UV)
    rest = parsed.rest
    tool = program(words) if program(words) in ("uvx", "pipx") else "uv tool run"
    if tool == "pipx":
        if not rest or text(rest[0]) != "run":
            return context.none("pipx starts no program this way")
        parsed = parse(rest[1:], PIPX)
        rest = parsed.rest
    if not rest or text(rest[0]) is None:
        return context.none(f"{tool} is given no command that is known")
    asked = spelled(rest[0])
    command, _, version = asked.partition("==" if "==" in asked and "@" not in asked else "@")
    source = next(iter(parsed.values("from", "spec")), None)
    origin = command if source is None else spelled(source)
    word = rest[0] if source is None else source
    inner = context.because(words[0], f"{tool} starts it in an environment of its own")
    named = Value(
        (posixpath.basename(command),), rest[0].trace, rest[0].site if asked == posixpath.basename(command) else None
    )
    if name_of(command) in ASGI or name_of(command) in GATEWAYS or name_of(command) in SDK_COMMANDS:
        return NextCommand((named, *rest[1:]), inner._replace(registry="pypi"))
    folder = _folder(origin, command, context)
    if folder is None:
        return context.none(f"{tool} installs {origin}, which is no package of the project")
    is_local = (
        origin.startswith("git+")
        or context.file(posixpath.join(origin.partition("[")[0], "pyproject.toml")) is not None
    )
    released = version if version != "latest" else ""
    project = context.tree.project(folder)
    # The newest release of a package of the project, or the one that it builds, asks for what the project does.
    is_own = is_local or not released or bool(project and project.version.only == released)
    beside = ((spelled(each), word_span(each)) for each in parsed.values("with") if text(each) is not None)
    install = Install(
        tool,
        tuple(map(spelled, words)),
        Value((False,), (Label(word_span(word), "is installed without a lock"),)),
        None,
        (folder or ".",),
        (*(() if is_own else ((f"{origin}=={released}", word_span(word)),)), *beside),
        context.span,
        decided=_decider(parsed, context) if is_own else Label(word_span(word), "another release may ask for others"),
        extras=_extras(parsed, word),
        groups=frozenset(),
    )
    return console_script((named, *rest[1:]), inner._replace(installs=(install,), home=folder, workdir=context.workdir))


def _extras(options: Parsed, origin: Value[str]) -> frozenset[str] | None:
    """The extras that uvx or pipx is told, None where it may install more than the package and what is named."""
    more = options.first("preinstall", "system-site-packages")
    if more or not options.closed or any(text(word) is None for word in (origin, *options.values("with"))):
        return None
    named = spelled(origin).partition("[")[2].partition("]")[0]
    return frozenset(normalized(each.strip()) for each in named.split(",") if each.strip())


def with_options(install: Install, words: Words) -> Install:
    """The install of a package by uvx with what its options have installed beside it, and the extras that they name."""
    parsed = parse(words, UV)
    origin = next(iter(parsed.values("from")), Value(("",)))
    if any(name in parsed.flags for name in _DECIDING):
        return install
    names = tuple((spelled(word), word_span(word)) for word in parsed.values("with") if text(word) is not None)
    return install._replace(names=names, extras=_extras(parsed, origin), groups=frozenset())


def _decider(options: Parsed, context: ExecContext) -> Label | None:
    """What else than requirements decides the releases that uvx or pipx takes."""
    deciding = [f"--{name}" for name in _DECIDING if name in options.flags]
    deciding += [name for name in _DECIDING_VARIABLES if context.variable(name).must_not_be(None)]
    return Label(context.span, f"{deciding[0]} decides which releases are taken") if deciding else None


def _folder(origin: str, command: str, context: ExecContext) -> str | None:
    """The folder of the project that a package comes from: a path, the name of a package, or one in a repository."""
    if origin.startswith("git+"):
        return _in_repository(origin, command, context)
    found = context.file(posixpath.join(origin.partition("[")[0], "pyproject.toml"))
    if found:
        return posixpath.dirname(found)
    folders = {
        folder for folder in project_folders(context.tree, context.home) if is_package(context.tree, folder, origin)
    }
    return folders.pop() if len(folders) == 1 else None


def _in_repository(origin: str, command: str, context: ExecContext) -> str | None:
    """The folder that a package comes from which is installed from a repository, if that can only be the project's."""
    folder = re.search(r"[#&]subdirectory=([^&#]+)", origin)
    found = script(context.tree, command, folder[1].strip("/") if folder else "")
    return found.folder if found and (folder is None or found.folder == folder[1].strip("/")) else None


def _upwards(context: ExecContext, name: str, folder: str) -> str | None:
    """The file of this name in a folder of the image or the nearest one above it."""
    at = context.absolute(folder)
    found = (context.file(posixpath.join(each, name)) for each in upwards(at)) if at else iter(())
    return next(filter(None, found), None)


def _is_set(context: ExecContext, name: str) -> bool:
    return context.variable(name).must(_is_true)


def _is_true(option: str | None) -> bool:
    return option is not None and boolean(option) is True
