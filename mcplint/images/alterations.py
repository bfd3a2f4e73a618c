"""Which RUN lines leave the files of an image as they are, but for those that their commands name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from mcplint.commands.command_lines import program
from mcplint.images.fetched_installers import UV
from mcplint.images.runs import RunStep
from mcplint.knowledge.executables import HELP, KEEPING, NODE_MANAGERS, PYTHON_MANAGERS

_KEEPING_MODULES = frozenset({"pip", "venv", "virtualenv", "ensurepip", "compileall", "spacy", "nltk.downloader"})
_SCRIPTS = frozenset({"run", "run-script", "exec", "x", "dlx", "test", "start", "create", "init"})
"""The subcommands of package managers that run what the project says."""
_KEEPING_SUBCOMMANDS = frozenset(
    (
        *(
            "install",
            "i",
            "ci",
            "add",
            "remove",
            "uninstall",
            "rm",
            "update",
            "up",
            "upgrade",
            "cache",
            "config",
            "set",
        ),
        *(
            "prune",
            "dedupe",
            "global",
            "store",
            "ls",
            "list",
            "version",
            "fetch",
            "import",
            "rebuild",
            "audit",
            "login",
        ),
        *("info", "view", "pack", "link"),
    )
)
_INSTALLERS = re.compile(rf"{UV.pattern}|https?://(?:install\.python-poetry\.org|sh\.rustup\.rs)/?")
"""Addresses of scripts that write into the home of who runs them, and nowhere else."""
_SOURCED = re.compile(r"(?:^|[;&|({\n]|\bthen\b|\bdo\b)[ \t\\\n]{0,99}(?:\.|source)[ \t]+([^\s;&|)]+)")
_KEEPING_SOURCES = frozenset({"activate", "env", "os-release", "nvm.sh", "conda.sh", ".bashrc", ".profile"})
_WITH_FOLDER = {"tar": ("-C", "--directory"), "bsdtar": ("-C", "--directory"), "unzip": ("-d",)}
"""What unpacks files with their owners and modes, and the options that say where."""


def may_alter(text: str, steps: Sequence[RunStep]) -> bool:
    """Whether a RUN may give any file of the image another owner, mode or text without naming it.

    It may where it runs what is not known here: a script of the project, `make`, a program of the image's own.
    """
    sourced = (posixpath.basename(found.strip("\"'")) for found in _SOURCED.findall(text))
    if not steps or any(name not in _KEEPING_SOURCES for name in sourced):
        return True
    piped = False
    for step in steps:
        if not (piped or _keeps(step)):
            return True
        piped = step.line.operator == "|" and any(map(_INSTALLERS.fullmatch, step.words))
    return False


def _keeps(step: RunStep) -> bool:
    name, words = program(step.argv), step.words
    plain = name.rstrip("0123456789.") if name.startswith(("python", "pip")) else name
    if not HELP.isdisjoint(words[1:2]):
        return True
    if plain == "python":
        return words[1:2] == ("-m",) and len(words) > 2 and words[2] in _KEEPING_MODULES
    if plain in PYTHON_MANAGERS:
        return _SCRIPTS.isdisjoint(words[1:])
    if plain in NODE_MANAGERS:
        verb = next((word for word in words[1:] if not word.startswith("-")), "install")
        return verb in _KEEPING_SUBCOMMANDS
    if plain in _WITH_FOLDER:
        return any(word.startswith(_WITH_FOLDER[plain]) for word in words[1:]) or _lists(words)
    if plain == "find":
        return _starts_known(words)
    return plain in KEEPING


def _lists(words: Iterable[str]) -> bool:
    return any(word in ("-c", "-t", "-l", "--list", "--create") for word in words)


def _starts_known(words: tuple[str, ...]) -> bool:
    """Whether what `find` starts is known, or that it starts nothing."""
    starts = [at for at, word in enumerate(words) if word in ("-exec", "-execdir", "-ok", "-okdir")]
    return all(posixpath.basename(word) in (*KEEPING, "sh") for at in starts for word in words[at + 1 : at + 2])
