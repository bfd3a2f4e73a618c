"""Which RUN lines leave the files of an image as they are, but for those that their commands name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from mcplint.commands.command_lines import program
from mcplint.images.fetched_installers import UV
from mcplint.images.runs import RunStep
from mcplint.knowledge.executables import HELP, KEEPING, NODE_MANAGERS, PYTHON_MANAGERS
from mcplint.text.source import Span

_KEEPING_MODULES = frozenset({"pip", "venv", "virtualenv", "ensurepip", "compileall", "spacy", "nltk.downloader"})
_RUNNING = frozenset({"run", "run-script", "exec", "x", "dlx", "test", "start", "create", "init"})
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
        if not (piped or _keeps_packages(step)):
            return True
        piped = step.line.operator == "|" and any(map(_INSTALLERS.fullmatch, step.words))
    return False


_METADATA = re.compile(r"pyproject|uv\.lock|\.toml\b|[*?$]")
"""What a word has that names the metadata of a Python project, or may."""
_REPLACING = frozenset({"cp", "mv", "ln", "install", "rsync", "patch", "dd", "tar", "bsdtar", "unzip", "git"})
"""What may bring a file under a name that it is not given."""
_EDITING = frozenset({"sed", "awk", "gawk", "perl", "tee", "dos2unix", "fromdos", "envsubst", "truncate", "yq", "jq"})
_EDITING |= {"curl", "wget", "rm", "unlink", "split", "openssl", "gpg", "touch"}
_SYSTEM_FOLDERS = ("/usr/", "/bin/", "/sbin/", "/etc/", "/root/", "/lib/", "/var/")
_PLAIN_GIT = frozenset({"config", "clone", "--version", "lfs"})
_UV_KEEPING = frozenset({"sync", "export", "venv", "python", "tool", "pip", "cache", "build", "self", "version"})
_MANAGERS_KEEPING = frozenset({"install", "config", "export", "self", "sync", "check", "show", "env", "cache", "list"})
"""The subcommands of Poetry and its like that leave `pyproject.toml` as it is."""


def metadata_rewrites(text: str, steps: Sequence[RunStep]) -> Iterator[Span]:
    """Where commands of a RUN may write the `pyproject.toml` or the `uv.lock` of a project anew.

    All may of which nothing is known here.
    """
    sourced = (posixpath.basename(found.strip("\"'")) for found in _SOURCED.findall(text))
    everywhere = any(name not in _KEEPING_SOURCES for name in sourced)
    piped = False
    for step in steps:
        if everywhere or not (piped or (_keeps_packages(step) and _keeps_metadata(step))):
            yield step.written_at
        piped = step.line.operator == "|" and any(map(_INSTALLERS.fullmatch, step.words))


def _keeps_metadata(step: RunStep) -> bool:
    """Whether a command that changes only what it names leaves the metadata of a project as it is."""
    name, words = program(step.argv), step.words
    written = (each.target.text for each in step.redirects if ">" in each.operator)
    if any(_METADATA.search(each) for each in written):
        return False
    if not HELP.isdisjoint(words[1:2]):
        return True
    if name == "uv":
        return _uv_keeps(step)
    if name in PYTHON_MANAGERS and name not in ("pip", "pipx"):
        return not _MANAGERS_KEEPING.isdisjoint(words[1:4])
    if name == "git":
        return not _PLAIN_GIT.isdisjoint(words[1:2])
    if name in _REPLACING:
        return words[-1].startswith(_SYSTEM_FOLDERS)
    if name in _EDITING:
        named = (word for word in words[1:] if name not in ("rm", "unlink") or not word.startswith(_SYSTEM_FOLDERS))
        return not any(map(_METADATA.search, named))
    return True


def _uv_keeps(step: RunStep) -> bool:
    """Whether a command of uv does not write the lock, nor what the project asks for."""
    verbs = [word for word in step.words[1:] if not word.startswith("-")]
    if not verbs or verbs[0] not in _UV_KEEPING:
        return False
    if verbs[0] in ("sync", "export"):
        return not _KEPT_LOCK.isdisjoint(step.words) or any(
            each in step.env and step.env[each].must_be("1", "true") for each in _KEPT_BY
        )
    return verbs[0] != "version" or len(verbs) == 1


_KEPT_LOCK = frozenset({"--frozen", "--locked", "--check"})
_KEPT_BY = ("UV_FROZEN", "UV_LOCKED")


def _keeps_packages(step: RunStep) -> bool:
    name, words = program(step.argv), step.words
    plain = name.rstrip("0123456789.") if name.startswith(("python", "pip")) else name
    if not HELP.isdisjoint(words[1:2]):
        return True
    if plain == "python":
        return words[1:2] == ("-m",) and len(words) > 2 and words[2] in _KEEPING_MODULES
    if plain in PYTHON_MANAGERS:
        return _RUNNING.isdisjoint(words[1:])
    if plain in NODE_MANAGERS:
        verb = next((word for word in words[1:] if not word.startswith("-")), "install")
        return verb in _KEEPING_SUBCOMMANDS
    if plain in _WITH_FOLDER:
        return any(word.startswith(_WITH_FOLDER[plain]) for word in words[1:]) or _is_listing(words)
    if plain == "find":
        return _starts_known(words)
    return plain in KEEPING


def _is_listing(words: Iterable[str]) -> bool:
    return any(word in ("-c", "-t", "-l", "--list", "--create") for word in words)


def _starts_known(words: tuple[str, ...]) -> bool:
    """Whether what `find` starts is known, or that it starts nothing."""
    starts = [at for at, word in enumerate(words) if word in ("-exec", "-execdir", "-ok", "-okdir")]
    return all(posixpath.basename(word) in (*KEEPING, "sh") for at in starts for word in words[at + 1 : at + 2])
