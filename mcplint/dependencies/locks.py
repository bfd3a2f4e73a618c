"""Where lock files repeat what a project asks for, so that a changed requirement makes them stale."""

from __future__ import annotations

import posixpath
import re

from mcplint.dependencies.needs import lock_of
from mcplint.facts.dependencies import EXTRA, MAIN
from mcplint.knowledge.lock_files import PYLOCK, PYTHON_LOCKS
from mcplint.knowledge.sdk import release
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import EditSite

# uv writes one entry a line where there are several, in this order of keys.
_ENTRY = r'\{{ name = "{}"(?:, extras = \[[^\]\n]*\])?(?:, specifier = "([^"\n]*)")? \}}'
OWN = r'(?m)^source = \{ (?:editable|virtual) = "\." \}\r?$'
_OF_PYPROJECT = {PYTHON_LOCKS[tool]: f"{tool} lock" for tool in ("uv", "poetry", "pdm")}
# The command that renews each lock, by the file whose requirements it repeats.
COMMANDS = {
    "pyproject.toml": {**_OF_PYPROJECT, PYLOCK: "uv lock", "pixi.lock": "pixi lock"},
    "Pipfile": {PYTHON_LOCKS["pipenv"]: "pipenv lock"},
}


def repeated_requirement(package: str, bound: EditSite, taken: str, tree: Tree) -> tuple[EditSite | None, str]:
    """Where the lock of a project repeats a requirement for a package that ends at `bound`.

    Where it cannot be told, where the lock pins no older major version than the one that is taken, or keeps a hash of
    its project: the command that renews the lock.
    """
    path = bound.span.source.path
    command = renewal(path, tree)
    lock = posixpath.join(posixpath.dirname(path), "uv.lock")
    source = tree.source(lock) if command == "uv lock" else None
    site = _in_uv(package, bound, source, tree) if source and _pins_older_major(package, taken, tree, lock) else None
    return site, "" if site else command


def renewal(path: str, tree: Tree) -> str:
    """The command that renews the lock file of the project whose requirements a file holds, empty where none has to.

    Each lock beside another has its own, as in "uv lock` and `poetry lock".
    """
    folder, name = posixpath.split(path)
    commands = COMMANDS.get(name, {})
    lock = lock_of(tree, folder)
    there = posixpath.dirname(lock) if lock else folder
    beside = [command for each, command in commands.items() if posixpath.join(there, each) in tree.paths]
    above = ["uv lock"] if name == "pyproject.toml" and lock is None and tree.above else []
    return "` and `".join(dict.fromkeys(beside or above))


def _pins_older_major(package: str, taken: str, tree: Tree, lock: str) -> bool:
    """Whether a lock pins a package to older major versions than that of the release that is taken."""
    facts = tree.facts("lock", lock)
    pinned = [entry.version for entry in facts.packages if entry.name == package] if facts else []
    return bool(pinned) and all((release(version) or (0,))[0] < (release(taken) or (0,))[0] for version in pinned)


def _in_uv(package: str, bound: EditSite, lock: Source, tree: Tree) -> EditSite | None:
    """The end of the one specifier of a package in the metadata that uv keeps of the project beside its lock.

    Those of dependency groups follow those of the project.
    """
    start, metadata = _metadata(lock)
    project = tree.project(posixpath.dirname(lock.path))
    asking = (
        next((each for each in project.requirements if each.range and each.range.end == bound.span.start), None)
        if project
        else None
    )
    if asking and asking.kind in (MAIN, EXTRA):
        metadata = metadata.partition("\n[package.metadata.requires-dev]")[0]
    entries = list(re.finditer(_ENTRY.format(re.escape(package)), metadata))
    if len(entries) != 1 or metadata.count(f'name = "{package}"') != 1:
        return None
    written = entries[0][1]
    at = start + (entries[0].end(1) if written is not None else entries[0].end() - len(" }"))
    site = Span(lock, at, at)
    if written is None:
        return EditSite(site, ', specifier = "', '"') if not bound.before else None
    return EditSite(site, ",") if bound.before else None


def _metadata(lock: Source) -> tuple[int, str]:
    """What uv keeps of the requirements of the project beside its lock, and where it stands; empty without any."""
    own = re.search(OWN, lock.text)
    start = lock.text.find("\nrequires-dist = [", own.end()) if own else -1
    end = lock.text.find("\n[[package]]", own.end()) if own else -1
    if start < 0 or 0 <= end < start:
        return 0, ""
    return start, lock.text[start : end if end >= 0 else len(lock.text)]


def excludes(specifier: str, version: str) -> bool:
    """Whether a specifier certainly does not admit a version, be it one before a release."""
    from packaging.specifiers import SpecifierSet

    try:
        return not SpecifierSet(specifier).contains(version, prereleases=True)
    except ValueError:  # of a specifier or a version, and of a number with more digits than Python reads
        return False
