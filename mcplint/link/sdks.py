"""Which release of an SDK a program runs with: what is installed where it is started."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from mcplint.commands.command_lines import UV, program
from mcplint.commands.options import parse
from mcplint.commands.words import text
from mcplint.dependencies.needs import home
from mcplint.dependencies.versions import sdk as version_of
from mcplint.knowledge.sdk import fact
from mcplint.model import Install, Sdk
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.values import UNKNOWN, Value

_SYNCING = ("uv sync", "uv run", "uv add")
"""What fills the environment of a project."""


def sdks(installs: tuple[Install, ...], tree: Tree, folder: str, locked: bool = True) -> Callable[[str], Sdk]:
    """Tells the SDK and the release behind a dotted name, each asked for once.

    `locked`: a lock file of npm, pnpm, yarn or bun decides the release.
    """
    known: dict[str, Sdk] = {}

    def find(dotted: str) -> Sdk:
        if dotted.startswith("npm:"):
            from mcplint.dependencies.npm import sdk as npm_sdk

            known.setdefault(dotted, npm_sdk(dotted, tree, folder, locked))
        elif dotted not in known:
            package, _, name = dotted.partition(".")
            known[dotted] = _with_release_facts(version_of(package, installs, tree, folder, dotted if name else ""))
        return known[dotted]

    return find


def _with_release_facts(sdk: Sdk) -> Sdk:
    """The SDK with what its release does about the environment and about sessions."""
    version = sdk.version.only
    if not sdk.package or not version:
        return sdk
    prefixes = fact(sdk.package, version, "env.prefixes")
    sessionless = fact(sdk.package, version, "sessions.sessionless_protocol")
    return sdk._replace(prefixes=prefixes if isinstance(prefixes, tuple) else None, sessionless=sessionless is True)


def installs_of(context: ContainerContext, start: Start) -> tuple[Install, ...]:
    """What is installed where a program runs: what its start installs, unless the build has done that before it."""
    built = context.container.installs
    if any(install.tool in _SYNCING for install in built) and _is_in_environment(context, start):
        built = tuple(install for install in built if not install.systems)
    if start.installs is None:
        return built
    projects = {install.requirements for install in start.installs if install.tool == "uv run"}
    done = any(install.tool in _SYNCING and install.requirements in projects for install in built)
    return built if done else start.installs


_ELSEWHERE = ("no-project", "active", "script", "isolated")
"""The options by which `uv run` leaves the environment of the project."""
_SYSTEM = ("/usr", "/lib", "/opt/conda", "/bin", "/sbin")


def _is_in_environment(context: ContainerContext, start: Start) -> bool:
    """Whether a program surely runs in the virtual environment of its project: by `uv run`, its path, or PATH."""
    env = context.container.env
    named = env.get("UV_PROJECT_ENVIRONMENT", Value((".venv",)))
    if not named.must(lambda said: bool(said) and said != "/" and not said.startswith(_SYSTEM)):
        return False
    path = env.get("PATH", UNKNOWN)
    first = (path.only or path.partly or "").partition(":")[0]
    for command in start.commands:
        words = command.words or ()
        name = text(words[0]) if words else None
        if program(words) == "uv":
            before = parse(words[1:], UV)
            after = parse(before.rest[1:], UV)
            left = any(name in options.flags for options in (before, after) for name in _ELSEWHERE)
            return before.rest[:1] != () and text(before.rest[0]) == "run" and not left and "UV_NO_PROJECT" not in env
        folder = posixpath.dirname(name) if name and "/" in name else first
        environment = posixpath.dirname(folder.rstrip("/"))
        if posixpath.basename(folder.rstrip("/")) == "bin" and (
            posixpath.basename(environment) in (".venv", "venv") or environment == named.only
        ):
            return True
    return False


def installs_of_unit(context: ContainerContext, tree: Tree, folder: str) -> tuple[Install, ...]:
    """What scripts of the project install into the virtual environment that a systemd unit runs a program of."""
    words = (context.container.argv and context.container.argv.words) or ()
    program = words[0].only if words and context.container.on_machine else None
    if not program:
        return ()
    from mcplint.commands.script_installs import of_scripts

    return of_scripts(tree, program, folder)


def sdk_of_file(tree: Tree) -> Callable[[str], Callable[[str], Sdk]]:
    """From the path of a file to what tells the SDK behind a name there, by what its project asks for."""
    known: dict[str, Callable[[str], Sdk]] = {}

    def sdk(path: str) -> Callable[[str], Sdk]:
        folder = home(tree, path) if path.endswith(".py") else posixpath.dirname(path)
        return known.setdefault(folder, sdks((), tree, folder))

    return sdk
