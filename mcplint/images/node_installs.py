"""The steps of an image build that install the packages of a project by npm, pnpm, yarn or bun."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from mcplint.commands.node_calls import VERBS, Called, manager_call
from mcplint.commands.package_calls import looked_up
from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import text, word_span
from mcplint.facts.node import PackageJson
from mcplint.images.runs import RunStep
from mcplint.knowledge.lock_files import NODE_LOCKS
from mcplint.model import NodeInstall
from mcplint.text.located import LocatedText
from mcplint.text.source import Source
from mcplint.values import UNKNOWN, EditSite, Value

LOCKS = {**NODE_LOCKS, "bun": (*NODE_LOCKS["bun"], *NODE_LOCKS["npm"][:1])}
"""The lock files that each package manager installs from; bun takes over the one of npm."""
FROZEN = ("--frozen-lockfile", "--immutable", "--immutable-cache")
LIFECYCLE = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
"""The scripts of a project that installing its packages runs.
Source: https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order"""
_QUIET = ("prune", "cache", "config", "set", "get", "root", "prefix", "rebuild", "audit", "ls", "list", "fund", "store")
_HARMLESS = (
    "husky",
    "lefthook",
    "simple-git-hooks",
    "echo",
    "true",
    ":",
    "exit",
    "is-ci",
    "only-allow",
    "patch-package",
)
WITHOUT_DEV = {
    "npm": ("--omit=dev", "--only=prod", "--only=production", "--production", "--production=true", "--prod"),
    "pnpm": ("--production", "--production=true", "--prod", "--prod=true"),
    "yarn": ("--production", "--production=true", "--prod"),
    "bun": ("--omit=dev", "--production"),
}
"""Source: npm 11, pnpm 8 to 10, yarn 1 and 4, bun 1.4 as each of them installs."""
_WITH_DEV = ("--include=dev", "--production=false", "--also=dev", "--dev")
_REPLACING = frozenset({"--omit", "--no-omit", "--no-production"})
"""The options of npm that take the place of what it leaves out for NODE_ENV. Source: npm 10 and 11 as they install."""
_KEYS = "omit|include|production|only|also|dev|ignore-scripts"
_CONFIGURING = re.compile(
    rf"(?i)\b(?:npm|pnpm|yarn|bun)\b.{{0,60}}?\b(?:set|config[ \t]+edit)\b.{{0,90}}?(?<![\w/-])(?:{_KEYS})(?![\w-])"
)
_WRITING = re.compile(rf"(?i)(?<![\w/-])(?:{_KEYS})(?![\w-])|(?<![=\w{{])\$")
"""What of a line that is printed into a `.npmrc` may tell npm what to leave out; a secret behind `=` does not."""
_CONFIGURED = re.compile(r"(?i)^npm_config_(?:omit|include|production|only|also|dev|ignore_scripts)$")


def called_by(step: RunStep) -> Called | None:
    """What a step of a build tells a package manager to do; None for another program."""
    return manager_call(step.argv, step.span)


def may_install(step: RunStep) -> bool:
    """Whether a command of a package manager may install packages."""
    call = called_by(step)
    return call is not None and call.verb in VERBS[call.tool]


def brings_files(step: RunStep) -> bool:
    """Whether a command of a package manager may make files outside `node_modules`, as scripts do."""
    call = called_by(step)
    if call is None or call.changes_folder:
        return True
    if call.verb in _QUIET or (call.verb in VERBS[call.tool] and not call.installs):
        return False
    if not call.installs or not call.runs_scripts:
        return not call.installs
    package = package_of(step)
    if package is None or package.workspaces or step.file("pnpm-workspace.yaml"):
        return True
    return any(name in package.scripts and not _is_harmless(package.scripts[name].text) for name in LIFECYCLE)


def _is_harmless(script: str) -> bool:
    """Whether a script only sets up hooks or says something."""
    found = commands(LocatedText(Source("package.json", script), script))
    return all(_program(command) in _HARMLESS for command in found)


def _program(command: Command) -> str:
    """The program that a command of a script starts, also by way of `npx` or `pnpm exec`."""
    return next(iter(looked_up(tuple(word.text for word in command.words))), "")


def package_of(step: RunStep) -> PackageJson | None:
    """The `package.json` of the project in the folder that a command runs in."""
    path = step.file("package.json")
    found: PackageJson | None = step.tree.facts("package_json", path) if path else None
    return found


def node_installs(steps: Iterable[RunStep]) -> Iterator[NodeInstall]:
    """The installs of a project's own packages among the commands of one RUN; those of tools by name are left out."""
    for step in steps:
        call = called_by(step)
        if call and call.installs and step.file("package.json") is not None:
            yield _install(call, step)  # without one it is a project that is built first, or somebody else's


def lasting_installs(step: RunStep) -> Iterator[NodeInstall]:
    """What a command certainly leaves of the packages of a project: installs, and what takes packages away again."""
    call = called_by(step)
    focuses = call is not None and call.tool == "yarn" and (call.verb, call.names) == ("workspaces", ("focus",))
    prunes = call is not None and call.tool in ("npm", "pnpm") and call.verb == "prune"
    if call and step.file("package.json") and (focuses or prunes):
        found = _install(call, step)
        if not found.development.must_be(True):
            yield found
    else:
        yield from node_installs((step,))


def _install(said: Called, step: RunStep) -> NodeInstall:
    tool, verb = said.tool, said.verb
    find = step.file if tool == "npm" else step.upwards
    lock = next((found for name in LOCKS[tool] if (found := find(name))), None)
    own = next((word for word in step.argv[1:] if text(word) == verb), None)
    span = word_span(own) if own is not None and verb else None
    site = EditSite(span) if span is not None and span.text == verb else None
    ci = step.env.get("CI")
    by_ci = ci is not None and ci.may(lambda value: value not in (None, "", "false", "0")) and tool in ("pnpm", "yarn")
    flag = next((word for word in said.options if word.startswith(FROZEN)), "")
    flag = f"{tool} {verb}" if verb in ("ci", "clean-install") else flag
    lenient = lock is None and bool(flag or by_ci) and _passes_without_lock(tool, flag, step)
    return NodeInstall(
        tool,
        " ".join(filter(None, (tool, verb))),
        step.written_at,
        bool(flag or by_ci) and not lenient,
        lock,
        any(map(step.tree.files_named, LOCKS[tool])),
        site,
        step.absolute("."),
        step.file("package.json") or "",
        step.argv,
        UNKNOWN if step.conditional else development(said, step),
        said.runs_scripts and not _is_configured(step),
        flag if lenient else "",
        not step.conditional,
    )


def _passes_without_lock(tool: str, flag: str, step: RunStep) -> bool:
    """Whether an install that insists on its lock file, by a flag or as CI is set, does not mind that there is none.

    Source: bun 1.4, pnpm 10 and yarn 1.22 as they install without one; later releases of yarn fail.
    """
    if tool != "yarn":
        return tool == "bun" or (tool == "pnpm" and not flag)
    return flag.startswith("--frozen-lockfile") and _is_old_yarn(step)


def _is_old_yarn(step: RunStep) -> bool:
    """Whether nothing in the project asks for another yarn than the first."""
    package = package_of(step)
    modern = step.tree.files_named(".yarnrc.yml") or (package is not None and '"packageManager"' in package.source.text)
    return not modern and not step.tree.files_named(".yarn")


def development(said: Called, step: RunStep) -> Value[bool]:
    """Whether an install brings development packages too: its options decide, else NODE_ENV for those that mind it."""
    if any(word.startswith(_WITH_DEV) or word in ("--prod=false", "--save-dev") for word in said.options):
        return Value((True,))
    if _is_configured(step) or any(text(word) is None for word in step.argv):
        return Value(None)
    leaves_out = any(word in WITHOUT_DEV[said.tool] for word in said.options)
    if said.tool == "yarn" and said.verb != "workspaces" and not _is_old_yarn(step):
        return Value(None if leaves_out else (True,))
    if leaves_out:
        return Value((False,))
    if said.tool == "npm" and not _REPLACING.isdisjoint(word.partition("=")[0] for word in said.options):
        return Value((True,))
    mode = step.env.get("NODE_ENV")
    if mode is None or said.tool == "bun" or said.verb == "workspaces":
        return Value((True,))
    if not mode.may_be("production"):
        return Value((True,) if mode.options is not None else None)
    minds = said.tool != "pnpm" or _is_old_pnpm(step)
    return Value((False,) if minds and mode.must_be("production") else None, mode.trace)


def _is_old_pnpm(step: RunStep) -> bool:
    """Whether the project asks for a pnpm before 10, which minds NODE_ENV."""
    package = package_of(step)
    return package is not None and re.search(r'"packageManager":\s*"pnpm@[1-9]\.', package.source.text) is not None


def configures(said: str) -> bool:
    """Whether commands may tell package managers what to leave out: by `npm config`, or in a `.npmrc` of the image."""
    return any(map(_tells_npm, re.split(r"&&|\|\||[;\n]", said)))


def _tells_npm(command: str) -> bool:
    if "npmrc" not in command:
        return _CONFIGURING.search(command) is not None
    name, *words = command.split()
    if name in ("echo", "printf"):
        return _WRITING.search(" ".join(words)) is not None
    return name not in ("rm", "chmod", "chown", "ls", "[", "test")


def _is_configured(step: RunStep) -> bool:
    """Whether npm is told more by variables, by commands before it, or by a `.npmrc` beside what it installs."""
    path = posixpath.join(posixpath.dirname(step.file("package.json") or ""), ".npmrc")
    rc = step.tree.source(path)
    has_settings = rc is not None and re.search(rf"(?m)^[ \t]*(?:{_KEYS})\b", rc.text)
    return step.configured or bool(has_settings) or any(_CONFIGURED.match(name) for name in step.env)
