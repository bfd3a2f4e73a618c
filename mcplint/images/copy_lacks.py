"""The sources of a COPY that the build context does not have, and whether another folder is the context."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from mcplint.images.build_arguments import Context
from mcplint.images.contents import Contents, absence_of
from mcplint.images.copies import context_path
from mcplint.images.image import Copy
from mcplint.model import Lack, LackKind
from mcplint.project.discover import PRUNED
from mcplint.project.ignored import is_ignored
from mcplint.project.inner import is_inner
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.text.source import Source
from mcplint.values import Value

_SIGNS = frozenset("*?[$")
_COPIES = re.compile(r"\b(?:cp|mv|ln|rsync|install)\b")
_SCRIPTS, _RECIPES, _MOST_SCRIPTS = (".sh", ".yml", ".yaml", ".mk"), ("Makefile", "justfile", "Justfile"), 500


def of_copy(copy: Copy, contents: Contents, given: Context) -> Iterator[Lack]:
    """The sources of a COPY that the build context does not have."""
    if copy.stage is not None or copy.image is not None or copy.text is not None or contents.context is None:
        return
    step = copy.span.text
    for source in copy.sources:
        name = source.only
        if name is None or "://" in name or name.startswith("git@") or _SIGNS & set(name):
            continue
        path = context_path(contents.context, name)
        if path and (lack := _source(copy, source, path, contents, given.stated)):
            if given.label and lack.name and _may_be_copied_in(contents.tree, name):
                continue
            notes = (given.label, *lack.notes) if given.label else lack.notes
            yield lack._replace(step=step, by_git=lack.by_git and not given.cloned, notes=notes)


def _source(copy: Copy, source: Value[str], path: str, contents: Contents, stated: bool) -> Lack | None:
    tree, name = contents.tree, source.only or ""
    span = source.site.span if source.site else copy.span
    of_git = ".git" in path.split("/")
    if path not in tree.paths and path not in tree.folders and not of_git:
        if is_inner(tree, path):
            return None
        if not stated and lies_elsewhere(contents, name):
            return None
        absence = absence_of(tree, path)
        there = [] if absence.by_git else _paths_ending_with(tree, name)
        other = _better_context(contents, name) if there and stated else None
        if other is not None:
            absence = absence._replace(why=f"it lies in {'the root of the project' if other == '.' else other}")
        elif len(there) == 1:
            inside = f", and the context is {contents.context}" if contents.context not in (None, ".") else ""
            absence = absence._replace(why=f"it lies at {there[0]}{inside}")
        lack = Lack(LackKind.COPIED, name, span, absence.why, absence.notes, absence.by_git, path=other or "")
        return lack._replace(built=absence.by_git and _may_be_built(tree, path))
    files = (path,) if path in tree.paths or of_git else tree.below(path)
    here = contents.context or "."
    if all(is_ignored(contents.ignored, posixpath.relpath(each, here)) for each in (*files, path)):
        absence = contents.left_out(path)
        return Lack(LackKind.COPIED, name, span, absence.why, absence.notes, edits=absence.edits)
    return None


_WRITTEN = (".lock", ".txt", ".toml", ".md", ".py", ".cfg", ".ini", ".yaml", ".yml", ".env", "-lock.json", "LICENSE")
"""How the names of files end that people write themselves, or that stand for what they have asked for."""


def _may_be_built(tree: Tree, path: str) -> bool:
    """Whether a file or folder that git ignores may be made before the build of an image: any but what people write,
    and what a script or workflow of the project names."""
    name = posixpath.basename(path)
    return not PRUNED.isdisjoint(path.split("/")) or not name.endswith(_WRITTEN) or may_be_made(tree, path)


def may_be_made(tree: Tree, path: str) -> bool:
    """Whether a script or workflow of the project names a file, which it may make."""
    name = posixpath.basename(path)
    return any(name in source.text for source in _scripts(tree))


def _scripts(tree: Tree) -> Iterator[Source]:
    """The scripts, workflows and recipes of a project, the first few hundred."""
    scripts = (each for each in tree.paths if each.endswith(_SCRIPTS) or posixpath.basename(each) in _RECIPES)
    sources = (tree.source(each) for each in islice(sorted(scripts), _MOST_SCRIPTS))
    return (source for source in sources if source)


def _better_context(contents: Contents, name: str) -> str | None:
    """The folder that the Dockerfile is written for, and the stated context is not: it has more of what is copied."""
    tree, dockerfile = contents.tree, contents.dockerfile
    counts = {each: tree.cached(_count, dockerfile, each) for each in sorted(_contexts_with(tree, name))}
    best = max(counts, key=lambda each: counts[each], default=None)
    return (
        best
        if best is not None and counts[best] > tree.cached(_count, dockerfile, contents.context or ".") + 1
        else None
    )


def _contexts_with(tree: Tree, name: str) -> set[str]:
    """The folders that have what is copied."""
    return {
        each[: -len(name.strip("/").removeprefix("./"))].rstrip("/") or "." for each in _paths_ending_with(tree, name)
    }


def lies_elsewhere(contents: Contents, name: str) -> bool:
    """Whether another folder that has what is copied may be the context: it has as many sources of the COPYs as the one
    that is taken for it, or a script may copy the file there."""
    tree = contents.tree
    others = _contexts_with(tree, name)
    if not others:
        return False
    found = tree.cached(_count, contents.dockerfile, contents.context or ".")
    return any(tree.cached(_count, contents.dockerfile, other) >= found for other in others) or _may_be_copied_in(
        tree, name
    )


def _paths_ending_with(tree: Tree, name: str) -> list[str]:
    """The files and folders of the project that a source would name in another context."""
    wanted = name.strip("/").removeprefix("./")
    name = posixpath.basename(wanted)
    found = (*tree.files_named(name), *tree.folders_called(name))
    return [each for each in found if f"/{each}".endswith(f"/{wanted}")]


def _copied_names(tree: Tree, path: str) -> Iterator[str]:
    """The sources of all COPYs of a Dockerfile from the context, as far as their names are known."""
    named = kind(path)
    # One that stands in a compose file is no file of its own.
    dockerfile = tree.facts("dockerfile", path) if named and named.name == "dockerfile" else None
    for instruction in dockerfile.instructions if dockerfile else ():
        if instruction.name in ("COPY", "ADD") and not any(flag.name == "from" for flag in instruction.flags):
            yield from (each.text for each in instruction.words[:-1] if not _SIGNS & set(each.text))


def _count(tree: Tree, dockerfile: str, context: str) -> int:
    """How many of the sources of a Dockerfile's COPYs a folder has, or would have after a build."""
    paths = (context_path(context, name) for name in _copied_names(tree, dockerfile))
    return sum(path in tree.paths or path in tree.folders or absence_of(tree, path).by_git for path in paths)


def _may_be_copied_in(tree: Tree, name: str) -> bool:
    """Whether a script or workflow of the project may copy a file to the context before the build."""
    wanted = posixpath.basename(name.rstrip("/"))
    texts = (source.text for source in _scripts(tree))
    lines = (line for text in texts if wanted in text for line in text.splitlines())
    return any(_COPIES.search(line, 0, max(0, line.rfind(wanted))) for line in lines)
