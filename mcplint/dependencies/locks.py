"""Where lock files repeat what a project asks for, so that a changed requirement makes them stale."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.dependencies.needs import lock_of
from mcplint.facts.dependencies import EXTRA, MAIN, Project, Requirement, normalized
from mcplint.facts.document import at
from mcplint.knowledge.lock_files import PYLOCK, PYTHON_LOCKS
from mcplint.knowledge.sdk import release
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label

# uv writes one entry a line where there are several, in this order of keys.
_ENTRY = r'\{{ name = "{}"(?:, extras = \[[^\]\n]*\])?(?:, specifier = "([^"\n]*)")? \}}'
_OWN = r'(?m)^source = \{ (?:editable|virtual) = "\." \}\r?$'
_OF_PYPROJECT = {PYTHON_LOCKS[tool]: f"{tool} lock" for tool in ("uv", "poetry", "pdm")}
# The command that renews each lock, by the file whose requirements it repeats.
COMMANDS = {
    "pyproject.toml": {**_OF_PYPROJECT, PYLOCK: "uv lock", "pixi.lock": "pixi lock"},
    "Pipfile": {PYTHON_LOCKS["pipenv"]: "pipenv lock"},
}


def repetition(package: str, bound: EditSite, taken: str, tree: Tree) -> tuple[EditSite | None, str]:
    """Where the lock of a project repeats a requirement for a package that ends at `bound`.

    Where it cannot be told, where the lock pins no older major version than the one that is taken, or keeps a hash of
    its project: the command that renews the lock.
    """
    path = bound.span.source.path
    command = renewal(path, tree)
    lock = posixpath.join(posixpath.dirname(path), "uv.lock")
    source = tree.source(lock) if command == "uv lock" else None
    site = _in_uv(package, bound, source, tree) if source and _older(package, taken, tree, lock) else None
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


def _older(package: str, taken: str, tree: Tree, lock: str) -> bool:
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
    own = re.search(_OWN, lock.text)
    start = lock.text.find("\nrequires-dist = [", own.end()) if own else -1
    end = lock.text.find("\n[[package]]", own.end()) if own else -1
    if start < 0 or 0 <= end < start:
        return 0, ""
    return start, lock.text[start : end if end >= 0 else len(lock.text)]


class Difference(NamedTuple):
    """Where a project and the lock beside it disagree: what, in words, and the place in the project.

    `requirement`: the dependency that it is about, None where it is about the project's own version.
    """

    why: str
    label: Label
    requirement: Requirement | None = None


def is_stale(tree: Tree, folder: str) -> bool:
    """Whether the uv.lock beside a project surely is not the one that uv would write for it."""
    return next(differences(tree, folder), None) is not None


def differences(tree: Tree, folder: str) -> Iterator[Difference]:
    """Where a project asks for something else than the copy of its metadata in the uv.lock beside it says."""
    project = tree.project(folder)
    lock = tree.source(posixpath.normpath(posixpath.join(folder, "uv.lock")))
    if project is None or lock is None or at(project.document, "tool", "poetry", "dependencies") is not None:
        return
    yield from _of_version(project, lock)
    kept = _requires(_metadata(lock)[1])
    if "dependencies" in project.dynamic or not kept:
        return
    own = normalized(project.name.only or "")
    asked: dict[str, list[Requirement]] = {}
    for each in project.requirements:
        if each.kind in (MAIN, EXTRA):
            asked.setdefault(each.name, []).append(each)
    for name, requirements in asked.items():
        first = requirements[0]
        label = Label(first.span, f"{project.source.path} asks for {name}")
        if name not in kept and name != own:
            yield Difference(
                f"{project.source.path} asks for `{name}`, which {lock.path} does not know of", label, first
            )
        elif len(requirements) == 1 and len(kept.get(name, ())) == 1 and _differ(first.specifier, kept[name][0]):
            said, made = (f"`{name}{each or ''}`" for each in (first.specifier, kept[name][0]))
            why = f"{project.source.path} asks for {said}, and {lock.path} was made for {made}"
            yield Difference(why, label, first)


def _of_version(project: Project, lock: Source) -> Iterator[Difference]:
    """That the project has another version than its lock says."""
    own = re.search(_OWN, lock.text)
    head = lock.text[lock.text.rfind("[[package]]", 0, own.start()) : own.start()] if own else ""
    kept = re.search(r'(?m)^version = "([^"\n]+)"', head)
    version, place = project.version.only, project.version.span
    if version and kept and place and _other_version(version, kept[1]):
        why = f"{project.source.path} says version {version}, and {lock.path} was made for {kept[1]}"
        yield Difference(why, Label(place, "this is its version"))


def _requires(metadata: str) -> dict[str, list[str | None]]:
    """The specifiers by package that a lock's copy of the metadata holds, None for what no specifier decides."""
    first, _, rest = metadata.lstrip().partition("\n")
    text = first if first.rstrip().endswith("]") else rest.partition("\n]")[0]
    found: dict[str, list[str | None]] = {}
    for name, more in re.findall(r'\{ name = "([^"\n]+)"([^}\n]*)\}', text):
        said = re.search(r'\bspecifier = "([^"\n]*)"', more)
        elsewhere = re.search(r"\b(?:git|url|path|directory|editable|virtual) = ", more)
        found.setdefault(name, []).append(None if elsewhere else said[1] if said else "")
    return found


def _differ(asked: str | None, kept: str | None) -> bool:
    """Whether two specifiers certainly are not the same."""
    if asked is None or kept is None or _clauses(asked) == _clauses(kept):
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(asked) != SpecifierSet(kept)
    except InvalidSpecifier:
        return False


def excludes(specifier: str, version: str) -> bool:
    """Whether a specifier certainly does not admit a version, be it one before a release."""
    from packaging.specifiers import SpecifierSet

    try:
        return not SpecifierSet(specifier).contains(version, prereleases=True)
    except ValueError:  # of a specifier or a version, and of a number with more digits than Python reads
        return False


def _clauses(specifier: str) -> set[str]:
    return {clause.replace(" ", "") for clause in specifier.split(",")}


def _other_version(version: str, kept: str) -> bool:
    """Whether two versions certainly are not the same."""
    if version == kept:
        return False
    from packaging.version import Version

    try:
        return Version(version) != Version(kept)
    except ValueError:  # of a version, and of a number with more digits than Python reads
        return False
