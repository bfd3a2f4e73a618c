"""Where a project asks for something else than the copy of its metadata in the `uv.lock` beside it says.

Run with uv 0.13: `uv lock --check` refuses each of these differences, and takes what differs in spelling alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.dependencies.locks import OWN
from mcplint.dependencies.pinned import name_of
from mcplint.facts.dependencies import Project, Requirement, normalized
from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar
from mcplint.packaging.backend import is_packaged
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Label


class Difference(NamedTuple):
    """Where a project and the lock beside it disagree: what, in words, and the span in the project.

    `requirement`: the dependency that it is about, None where it is about something else.
    """

    why: str
    label: Label
    requirement: Requirement | None = None


class _LockEntry(NamedTuple):
    """A requirement as the lock repeats it; `specifier` is None where something else than a version decides."""

    name: str
    extras: frozenset[str]
    specifier: str | None


class _Part(NamedTuple):
    """A list of requirements of a project: what it is called in a sentence, its span and its names with theirs."""

    title: str
    span: Span
    names: tuple[tuple[str, Span], ...]


_MAIN = ("", "")
"""The part that the requirements of a project itself make; the others are an extra or a group, and its name."""
_Key = tuple[str, str]


def is_stale(tree: Tree, folder: str) -> bool:
    """Whether the uv.lock beside a project surely is not the one that uv would write for it."""
    return next(differences(tree, folder), None) is not None


def differences(tree: Tree, folder: str) -> Iterator[Difference]:
    """Where a project and the uv.lock beside it disagree."""
    project = tree.project(folder)
    lock = tree.source(posixpath.normpath(posixpath.join(folder, "uv.lock")))
    own = re.search(OWN, lock.text) if lock else None
    if project is None or lock is None or own is None:
        return
    by_poetry = at(project.document, "tool", "poetry", "dependencies") is not None
    if by_poetry and at(project.document, "project", "dependencies") is None:
        return
    yield from _of_name(project, lock, own.start())
    yield from _of_version(project, lock, own.start())
    yield from _of_python(project, lock)
    if "virtual" in own[0] and is_packaged(project):
        why = f"{project.source.path} is packaged, and {lock.path} was made for a project that is not"
        yield Difference(why, Label(project.span, "this is packaged"))
    metadata = _metadata(lock, own.end())
    if "dependencies" not in project.dynamic and metadata is not None:
        yield from _of_parts(project, lock, metadata)


_REVISED = re.compile(r"(?m)^revision = \d")
"""What a lock has that a release of uv since 0.7 has written."""


def _metadata(lock: Source, start: int) -> str | None:
    """What the lock repeats of the requirements of its own project, None where that is not told.

    Of a project that asks for nothing it repeats nothing.
    """
    end = lock.text.find("\n[[package]]", start)
    own = lock.text[start : end if end >= 0 else len(lock.text)]
    at = own.find("\n[package.metadata")
    asks_nothing = _REVISED.search(lock.text) and "dependencies" not in own
    return own[at:] if at >= 0 else "" if asks_nothing else None


def _of_name(project: Project, lock: Source, end: int) -> Iterator[Difference]:
    """That the project has another name than its lock says."""
    name, kept, span = project.name.only, _own_key("name", lock, end), project.name.span
    if name and kept and span and normalized(name) != normalized(kept):
        why = f"{project.source.path} says name {name}, and {lock.path} was made for {kept}"
        yield Difference(why, Label(span, "this is its name"))


def _of_version(project: Project, lock: Source, end: int) -> Iterator[Difference]:
    """That the project has another version than its lock says."""
    version, kept, span = project.version.only, _own_key("version", lock, end), project.version.span
    if version and kept and span and _other_version(version, kept):
        why = f"{project.source.path} says version {version}, and {lock.path} was made for {kept}"
        yield Difference(why, Label(span, "this is its version"))


def _own_key(key: str, lock: Source, end: int) -> str:
    """What the lock says of its own project above the line that says where that lies."""
    head = lock.text[lock.text.rfind("[[package]]", 0, end) : end]
    found = re.search(rf'(?m)^{key} = "([^"\n]+)"', head)
    return found[1] if found else ""


def _of_python(project: Project, lock: Source) -> Iterator[Difference]:
    """That the project wants other releases of Python than its lock says, which holds for a whole workspace."""
    required = at(project.document, "project", "requires-python")
    head = lock.text.partition("\n[[package]]")[0]
    kept = re.search(r'(?m)^requires-python = "([^"\n]+)"', head)
    if not required or not kept or at(project.document, "tool", "uv", "workspace") or "\nmembers = [" in head:
        return
    bounds, others = _bounds(scalar(required)), _bounds(kept[1])
    if bounds and others and bounds != others:
        why = f"{project.source.path} asks for Python {scalar(required)}, and {lock.path} was made for {kept[1]}"
        yield Difference(why, Label(required.span, "this is the Python that it asks for"))


def _bounds(specifier: str) -> tuple[object, object] | None:
    """The least and the greatest release that a specifier admits, and whether itself; None where that is not told."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    try:
        clauses = [(each.operator, Version(each.version)) for each in SpecifierSet(specifier)]
    except (InvalidSpecifier, ValueError):
        return None
    if any(operator not in (">=", ">", "<=", "<") or version.is_prerelease for operator, version in clauses):
        return None
    least = [(version, operator == ">") for operator, version in clauses if operator[0] == ">"]
    most = [(version, operator == "<=") for operator, version in clauses if operator[0] == "<"]
    return max(least, default=None), min(most, default=None)


def _of_parts(project: Project, lock: Source, said: str) -> Iterator[Difference]:
    """Where the requirements of a project, of its extras and of its groups are not those in the lock."""
    asked, kept = dict(_project_lists(project)), _lock_lists(said)
    if kept is None:
        return
    by_start = {each.span.start: each for each in project.requirements}
    own = normalized(project.name.only or "")
    for key, part in asked.items():
        if key[0] in _complete_lists(project, lock):
            if not part.names and key not in kept and key != _MAIN and _REVISED.search(lock.text):
                why = f"{project.source.path} has {key[0]} `{key[1]}`, which {lock.path} does not have"
                yield Difference(why, Label(part.span, "this list is new"))
            yield from _of_part(part, kept.get(key, ()), by_start, own, project, lock)
    for key in sorted(kept.keys() - asked.keys()):
        if key[0] in _complete_lists(project, lock):
            kind, name = key
            why = f"{lock.path} was made for {kind} `{name}`, which {project.source.path} does not have"
            yield Difference(why, Label(project.span, "has no such list"))


def _complete_lists(project: Project, lock: Source) -> Iterator[str]:
    """The kinds of lists of which the lock tells everything."""
    yield _MAIN[0]
    if "optional-dependencies" not in project.dynamic:
        yield "the extra"
    # Earlier releases of uv know no groups.
    if _REVISED.search(lock.text) and not at(project.document, "tool", "uv", "dev-dependencies"):
        yield "the group"


def _of_part(
    part: _Part,
    kept: tuple[_LockEntry, ...],
    by_start: Mapping[int, Requirement],
    own: str,
    project: Project,
    lock: Source,
) -> Iterator[Difference]:
    asks, there = f"{project.source.path} asks for", {each.name: each for each in kept}
    counts = [name for name, _ in part.names]
    for name, span in part.names:
        first, label = by_start.get(span.start), Label(span, f"{asks} {name}")
        if name == own:
            continue
        if name not in there:
            yield Difference(f"{asks} `{name}`{part.title}, which {lock.path} does not have", label, first)
        elif first and counts.count(name) == 1 and sum(each.name == name for each in kept) == 1:
            yield from _of_one(first, there[name], label, project, lock)
    for name in sorted(there.keys() - {*counts, own}):
        why = f"{lock.path} was made for `{name}`{part.title}, which {project.source.path} does not ask for"
        yield Difference(why, Label(part.span, f"{name} is not among them"))


def _of_one(asked: Requirement, kept: _LockEntry, label: Label, project: Project, lock: Source) -> Iterator[Difference]:
    """Where one requirement has another range than in the lock, or other extras."""
    extras = frozenset(map(normalized, asked.extras))
    if asked.specifier is None or kept.specifier is None:
        return
    if _surely_differ(asked.specifier, kept.specifier) or extras != kept.extras:
        asked_text = f"`{_with_extras(asked.name, extras)}{asked.specifier}`"
        made = f"`{_with_extras(asked.name, kept.extras)}{kept.specifier}`"
        yield Difference(
            f"{project.source.path} asks for {asked_text}, and {lock.path} was made for {made}", label, asked
        )


def _with_extras(name: str, extras: frozenset[str]) -> str:
    return f"{name}[{','.join(sorted(extras))}]" if extras else name


def _project_lists(project: Project) -> Iterator[tuple[_Key, _Part]]:
    """The lists of requirements that a project has, those of its groups with what they include."""
    root = project.document
    listed = at(root, "project", "dependencies")
    yield _MAIN, _Part("", listed.span.head if listed else project.span, tuple(_names(listed)))
    for name, each in pairs(at(root, "project", "optional-dependencies")):
        title = f" in the extra `{name.text}`"
        yield ("the extra", normalized(name.text)), _Part(title, name.span, tuple(_names(each)))
    groups = {normalized(name.text): (name, each) for name, each in pairs(at(root, "dependency-groups"))}
    for key, (name, _) in groups.items():
        found = tuple(_names_of_group(key, groups))
        yield ("the group", key), _Part(f" in the group `{name.text}`", name.span, found)


def _names(listed: Node | None) -> Iterator[tuple[str, Span]]:
    """The normalized names in a list of requirements, and where each stands."""
    for each in items(listed):
        if isinstance(each, ScalarNode) and (name := name_of(each.text)):
            yield normalized(name), each.span


def _names_of_group(first: str, groups: Mapping[str, tuple[ScalarNode, Node]]) -> Iterator[tuple[str, Span]]:
    waiting, seen = [first], set[str]()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in groups:
            continue
        seen.add(key)
        yield from _names(groups[key][1])
        waiting += (normalized(scalar(at(each, "include-group"))) for each in items(groups[key][1]))


def _lock_lists(said: str) -> dict[_Key, tuple[_LockEntry, ...]] | None:
    """The lists of requirements that the lock repeats; None where it says of one in words that are not known here."""
    first, _, groups = said.partition("\n[package.metadata.requires-dev]")
    found: dict[_Key, list[_LockEntry]] = {}
    for each, rest in _entries(first):
        extra = re.findall(r"extra == '([^']+)'", rest)
        if len(extra) > 1 or ("extra " in rest and not extra):
            return None
        found.setdefault(("the extra", extra[0]) if extra else _MAIN, []).append(each)
    extras = re.search(r"(?m)^provides-extras = \[([^\[\]]*)\]", first)
    for name in re.findall(r'"([^"\n]+)"', extras[1]) if extras else ():
        found.setdefault(("the extra", normalized(name)), [])
    name = ""
    for line in groups.split("\n"):
        head = re.match(r"([\w.-]+) = \[", line)
        name = normalized(head[1]) if head else name
        if name:
            found.setdefault(("the group", name), []).extend(each for each, _ in _entries(line))
    return {key: tuple(each) for key, each in found.items()}


def _entries(said: str) -> Iterator[tuple[_LockEntry, str]]:
    """The requirements in a text of the lock, each with all that it says of one."""
    for name, more in re.findall(r'\{ name = "([^"\n]+)"([^{}\n]*)\}', said):
        version = re.search(r'\bspecifier = "([^"\n]*)"', more)
        elsewhere = re.search(r"\b(?:git|url|path|directory|editable|virtual|index) = ", more)
        extras = re.search(r"\bextras = \[([^\[\]\n]*)\]", more)
        names = frozenset(map(normalized, re.findall(r'"([^"]+)"', extras[1]))) if extras else frozenset()
        yield _LockEntry(name, names, None if elsewhere else version[1] if version else ""), more


def _surely_differ(asked: str, kept: str) -> bool:
    """Whether two specifiers certainly are not the same."""
    if _clauses(asked) == _clauses(kept):
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(asked) != SpecifierSet(kept)
    except InvalidSpecifier:
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
