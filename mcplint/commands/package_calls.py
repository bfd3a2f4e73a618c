"""What `npx` and its like are told: the packages that are asked for, and the command that runs.

Source: `bin/npx-cli.js` and the table of options of npm 11, where `-p` of `npm exec` is `--parseable`, and both as they
ran; the documentation of `pnpm dlx`, `yarn dlx` and `bunx`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mcplint.commands.command_lines import program
from mcplint.commands.node_calls import MANAGERS
from mcplint.commands.options import Grammar, grammar, parse
from mcplint.commands.words import Words, spelled, text
from mcplint.knowledge.executables import PACKAGE_EXEC, PACKAGE_RUNNERS
from mcplint.values import Value

_SWITCHES = grammar(
    "all audit bin-links color commit-hooks dangerously-allow-all-scripts description dev dry-run engine-strict force "
    "foreground-scripts fund git-tag-version global global-style if-present ignore-scripts include-workspace-root "
    "install install-links json legacy-bundling legacy-peer-deps link long offline optional package-lock "
    "package-lock-only parseable prefer-dedupe prefer-offline prefer-online production progress provenance read-only "
    "save save-bundle save-dev save-exact save-optional save-peer save-prod shrinkwrap strict-allow-scripts "
    "strict-peer-deps strict-ssl timing unicode update-notifier usage version versions workspaces yes"
).bare
_BARE = frozenset(
    (
        *_SWITCHES,
        *(f"no-{name}" for name in _SWITCHES),
        *("no", "quiet", "silent", "verbose", "help", "ws"),
        *("always-spawn", "ignore-existing", "shell-auto-fallback"),
    )
)
_LETTERS = {"y": "yes", "f": "force", "h": "help", "v": "version", "d": "verbose", "l": "long", "a": "all"}
_NPM = MANAGERS["npm"]
_EXEC = Grammar(_BARE, {**_NPM.short, **_LETTERS, "p": "parseable", "n": "no-yes"}, _NPM.valued)
_NPX = Grammar(
    _BARE,
    {**_EXEC.short, "p": "package", "n": "node-arg"},
    (_NPM.valued or frozenset()) | {"node-arg", "npm", "shell"},
)
_PNPM = Grammar(
    grammar("silent shell-mode reverse parallel no-bail yes recursive workspace-root help version").bare,
    {"c": "shell-mode", "s": "silent", "r": "recursive", "w": "workspace-root", "C": "dir", "F": "filter"},
    (MANAGERS["pnpm"].valued or frozenset()) | {"package", "allow-build"},
)
_YARN = grammar("quiet", f"package {' '.join(MANAGERS['yarn'].valued or ())}", p="package", q="quiet")
_BUN = grammar("bun no-install verbose silent", "package", p="package", b="bun")
_TOOLS = {"npm": _EXEC, "npx": _NPX, "pnpm": _PNPM, "pnpx": _PNPM, "yarn": _YARN, "bun": _BUN, "bunx": _BUN}
_ELSEWHERE = grammar(
    "prefix dir cwd workspace workspaces ws workspace-root filter filter-prod recursive global location call "
    "shell-mode help version versions usage include-workspace-root"
).bare
"""The options by which it runs in or from other packages, has a shell run a text, or runs nothing."""


class PackageCall(NamedTuple):
    """A command that is looked up in packages.

    `packages`: those that options ask for, without which it is the first word that names one. `local`: whether a
    command of the project's own packages comes first. `fetches`: whether it may bring what is not there. `certain`:
    whether all options are known, and none has it run elsewhere.
    """

    packages: tuple[str, ...]
    words: Words
    local: bool
    fetches: bool
    certain: bool

    @property
    def command(self) -> tuple[str, ...]:
        """The words of the command as they are written."""
        return tuple(map(spelled, self.words))


def package_call(words: Words) -> PackageCall | None:
    """What the words of `npx`, `npm exec`, `pnpm dlx`, `yarn dlx`, `bunx` and the like say; None for any other."""
    tool = program(words)
    form = _TOOLS.get(tool)
    if form is None:
        return None
    given: list[tuple[str, Value[str]]] = []
    rest, verb = words[1:], "dlx" if tool == "pnpx" else ""
    if tool not in PACKAGE_RUNNERS:
        before = parse(rest, form)
        verb = (text(before.rest[0]) or "") if before.rest else ""
        if verb not in PACKAGE_EXEC:
            return None
        given, rest = [*before.given], before.rest[1:]
    after = parse(rest, form, interspersed=tool == "npm")
    given += after.given
    known = form.bare | (form.valued or frozenset())
    names = {name for name, _ in given}
    packages = tuple(spelled(value) for name, value in given if name == "package")
    asked_words = (*packages, *map(spelled, after.rest[:1]))
    if tool in ("bun", "bunx") and asked_words == ("tsc",):
        packages = ("typescript",)  # which bun takes that name for
    certain = names <= known - _ELSEWHERE and not any(word.startswith("$") for word in asked_words)
    denied = {"no", "no-install", "no-yes"} & names or ("yes", "false") in ((name, text(it)) for name, it in given)
    only_local = tool in ("pnpm", "yarn") and verb == "exec"
    return PackageCall(packages, after.rest, verb != "dlx", not denied and not only_local, certain)


def package_call_in(words: Iterable[str]) -> PackageCall | None:
    """What the words of a command say that looks another up in packages; None for any other."""
    return package_call(tuple(Value((word,)) for word in words))


def looked_up(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command behind `npx` and its like, where it is certain; else the words as they are."""
    call = package_call_in(words)
    return call.command if call and call.certain and call.words else words


def without_release(name: str) -> str:
    """The name of a package without the release that is asked for."""
    return re.sub(r"(?<=.)@[^/]*$", "", name)
