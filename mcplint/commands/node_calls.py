"""What npm, pnpm, yarn and bun are told: their options, the verb, and the names behind it.

Source: npm 11's own table of options; what the documentation of pnpm, yarn and bun names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mcplint.commands.command_lines import program
from mcplint.commands.options import Grammar, grammar, parse
from mcplint.commands.words import Words, spelled
from mcplint.text.source import Span
from mcplint.values import Value

_NETWORK = "registry https-proxy proxy noproxy ca cafile cert key fetch-retries fetch-retry-factor fetch-timeout"
MANAGERS: Mapping[str, Grammar] = {
    "npm": grammar(
        "",
        f"{_NETWORK} access allow-scripts also audit-level auth-type before browser cache cache-max cache-min call "
        "cidr cpu depth editor expires fetch-retry-maxtimeout fetch-retry-mintimeout git globalconfig heading include "
        "install-strategy libc local-address location lockfile-version loglevel logs-dir logs-max maxsockets message "
        "min-release-age node-gyp node-options omit only os otp pack-destination package prefix preid reg "
        "replace-registry-host save-prefix scope script-shell shell tag umask user-agent userconfig workspace",
        C="prefix",
        w="workspace",
        L="location",
        c="call",
        m="message",
        g="global",
        D="save-dev",
        P="save-prod",
        s="silent",
        q="quiet",
    ),
    "pnpm": grammar(
        "",
        f"{_NETWORK} aggregate-output-level cache-dir changed-files-ignore-pattern child-concurrency cpu dir filter "
        "filter-prod global-dir global-bin-dir hoist-pattern libc lockfile-dir loglevel modules-dir "
        "network-concurrency node-linker node-options os package-import-method prefix public-hoist-pattern reporter "
        "resume-from script-shell state-dir store-dir test-pattern use-node-version virtual-store-dir "
        "workspace-concurrency",
        C="dir",
        F="filter",
        w="workspace-root",
        r="recursive",
        g="global",
        D="dev",
        P="prod",
        s="silent",
    ),
    "yarn": grammar(
        "",
        f"{_NETWORK} cache-folder cwd global-folder link-folder modules-folder mutex network-concurrency "
        "network-timeout otp preferred-cache-folder script-shell use-yarnrc",
        D="dev",
        s="silent",
    ),
    "bun": grammar(
        "",
        f"{_NETWORK} backend cache-dir concurrent-scripts conditions config cpu cwd define env-file filter linker "
        "loader minimum-release-age network-concurrency omit os preload",
        F="filter",
        c="config",
        r="preload",
        g="global",
        d="dev",
        p="production",
    ),
}
"""The options of package managers of Node that take a value; npm's letters are those of its own short forms."""
VERBS = {
    "npm": ("install", "i", "ci", "clean-install", "add"),
    "pnpm": ("install", "i", "add"),
    "yarn": ("install", "", "add"),
    "bun": ("install", "i", "ci", "add"),
}
"""The verbs that install packages."""
SCRIPT_VERBS = ("run", "run-script", "rum")
_FOLDERS = ("prefix", "dir", "cwd")
_PACKAGES = (
    "workspace",
    "workspaces",
    "ws",
    "workspace-root",
    "filter",
    "filter-prod",
    "recursive",
)


class Called(NamedTuple):
    """A command of a package manager: its verb, the names after it, and its options by their long names."""

    tool: str
    verb: str
    names: tuple[str, ...]
    options: tuple[str, ...]
    span: Span | None = None

    @property
    def installs_globally(self) -> bool:
        """Whether it installs what it names for all projects."""
        return self.verb in VERBS[self.tool] and self.is_global

    @property
    def installs(self) -> bool:
        """Whether it installs what the `package.json` where it runs asks for, and nothing that it names itself."""
        named = self.names or self.is_global or self.changes_folder
        return self.verb in VERBS[self.tool] and self.verb != "add" and not named

    @property
    def runs_scripts(self) -> bool:
        return "--ignore-scripts" not in self.options and "--ignore-scripts=true" not in self.options

    @property
    def changes_folder(self) -> bool:
        """Whether it goes to another folder first."""
        return self._has_option(_FOLDERS)

    @property
    def goes_elsewhere(self) -> bool:
        """Whether it is sent to another folder, or to packages of a workspace."""
        return self._has_option((*_FOLDERS, *_PACKAGES))

    @property
    def script(self) -> str:
        """The name that it may be told of a script: behind `run`, else its verb."""
        return self.verb if self.verb not in SCRIPT_VERBS else next(iter(self.names), "")

    @property
    def is_global(self) -> bool:
        """Whether it is about what is installed for all projects."""
        return "--global" in self.options or "--location=global" in self.options

    def _has_option(self, names: Iterable[str]) -> bool:
        return any(option[2:].partition("=")[0] in names for option in self.options)


def manager_call(words: Words, span: Span | None = None) -> Called | None:
    """What a command tells a package manager to do; None for another program."""
    tool = program(words)
    if tool not in MANAGERS:
        return None
    parsed = parse(words[1:], MANAGERS[tool], interspersed=True)
    verb, *names = map(spelled, parsed.rest) if parsed.rest else ("",)
    given = (f"--{name}={spelled(value)}" if spelled(value) else f"--{name}" for name, value in parsed.given)
    return Called(tool, verb, tuple(names), tuple(given), span)


def called_in(words: Iterable[str]) -> Called | None:
    """What the words of a command tell a package manager to do; None for another program."""
    return manager_call(tuple(Value((word,)) for word in words))
