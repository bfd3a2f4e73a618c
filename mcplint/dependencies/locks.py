"""Where lock files repeat what a project asks for, so that a changed requirement makes them stale."""

from __future__ import annotations

import posixpath
import re

from mcplint.dependencies.needs import lock_of
from mcplint.facts.dependencies import EXTRA, MAIN, normalized
from mcplint.knowledge.sdk import release
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import EditSite

# uv writes one entry a line where there are several, in this order of keys.
_ENTRY = r'\{{ name = "{}"(?:, extras = \[[^\]\n]*\])?(?:, specifier = "([^"\n]*)")? \}}'
_OWN = r'(?m)^source = \{ (?:editable|virtual) = "\." \}\r?$'
COMMANDS = {"uv.lock": "uv lock", "poetry.lock": "poetry lock", "pdm.lock": "pdm lock", "pylock.toml": "uv lock"}


def repetition(package: str, bound: EditSite, taken: str, tree: Tree) -> tuple[EditSite | None, str]:
    """Where the lock of a project repeats a requirement for a package that ends at `bound`.

    Where it cannot be told, where the lock pins no older major version than the one that is taken, or keeps a hash of
    its project: the command that renews the lock.
    """
    path = bound.span.source.path
    command = renewal(path, tree)
    lock = posixpath.join(posixpath.dirname(path), "uv.lock")
    source = tree.source(lock) if command == COMMANDS["uv.lock"] else None
    site = _in_uv(package, bound, source) if source and _older(package, taken, tree, lock) else None
    return site, "" if site else command


def renewal(path: str, tree: Tree) -> str:
    """The command that renews the lock file of the project whose requirements a file holds, empty where none has to."""
    if posixpath.basename(path) != "pyproject.toml":
        return ""
    lock = lock_of(tree, posixpath.dirname(path))
    return COMMANDS.get(posixpath.basename(lock), "") if lock else COMMANDS["uv.lock"] if tree.above else ""


def _older(package: str, taken: str, tree: Tree, lock: str) -> bool:
    """Whether a lock pins a package to older major versions than that of the release that is taken."""
    facts = tree.facts("lock", lock)
    pinned = [entry.version for entry in facts.packages if entry.name == package] if facts else []
    return bool(pinned) and all((release(version) or (0,))[0] < (release(taken) or (0,))[0] for version in pinned)


def _in_uv(package: str, bound: EditSite, lock: Source) -> EditSite | None:
    """The end of the one specifier of a package in the metadata that uv keeps of the project beside its lock."""
    start, metadata = _metadata(lock)
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
    own = re.search(_OWN, lock.text)
    start = lock.text.find("\nrequires-dist = [", own.end()) if own else -1
    end = lock.text.find("\n[[package]]", own.end()) if own else -1
    if start < 0 or 0 <= end < start:
        return 0, ""
    return start, lock.text[start : end if end >= 0 else len(lock.text)]


def is_stale(tree: Tree, folder: str) -> bool:
    """Whether the uv.lock beside a project surely does not repeat all that the project asks for."""
    project = tree.facts("project", posixpath.join(folder, "pyproject.toml"))
    lock = tree.source(posixpath.join(folder, "uv.lock"))
    if project is None or lock is None or "dependencies" in project.dynamic:
        return False
    metadata = _metadata(lock)[1].partition("\n]")[0]
    named = set(re.findall(r'\{ name = "([^"\n]+)"', metadata))
    asked = {each.name for each in project.requirements if each.kind in (MAIN, EXTRA)}
    return bool(metadata) and not asked <= named | {project.name.only and normalized(project.name.only)}
