"""The requirements files that an install reads and does not find, and what those refer to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.facts.dependencies import PROJECTS, Requirements
from mcplint.images.contents import Absence, Contents
from mcplint.images.copies import context_path, copied_from
from mcplint.images.copy_lacks import lies_elsewhere, may_be_made
from mcplint.model import Install, Lack, LackKind
from mcplint.text.paths import upwards
from mcplint.values import Label

_ELSE, _MOST_ELSE = r"(?:\s|\\\n|\d?>>?\s?[\w/.&]++)*+\|\|", 200
"""What follows a command that may fail, as another one stands in for it; how much of the text is looked at."""


def may_fail(install: Install) -> bool:
    """Whether another command stands in for an install that fails."""
    rest = install.span.source.text[install.span.end : install.span.end + _MOST_ELSE]
    return re.match(_ELSE, rest) is not None


def of_requirements(install: Install, contents: Contents) -> Iterator[Lack]:
    """The first requirements file of an install that is not in the image, and the files that those there refer to."""
    if install.files and not may_fail(install):
        found = ((name, place, _absence(name, place, contents)) for name, place in install.files)
        for name, place, absence in found:
            if absence:
                step = " ".join(install.argv)
                yield Lack(
                    LackKind.REQUIREMENTS, name, install.span, absence.why, absence.notes, absence.by_git,
                    absence.edits, step, place,
                )  # fmt: skip
                return
    yield from _missing_includes(install, contents)


def _absence(name: str, place: str, contents: Contents) -> Absence | None:
    """Why a requirements file is not in the image, None where it may be or may be made before the build."""
    if contents.context is None:
        return None
    tree, own = (
        contents.tree,
        context_path(contents.context, posixpath.basename(name) if name.startswith("/") else name),
    )
    absence = contents.why_absent(place, own)
    if absence is None:
        return None
    if own in tree.paths:
        there = contents.image_path(own)
        return Absence(f"COPY brings it to {there}, and it is looked for at {place}") if there else absence
    linked = ".gitmodules" in tree.paths or any(folder in tree.paths for folder in upwards(posixpath.dirname(own)))
    return None if linked or may_be_made(tree, own) or lies_elsewhere(contents, name) else absence


_ARCHIVES = (".whl", ".zip", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


def _project_path(there: str, target: str, contents: Contents) -> str:
    """The path in the project of a path line, which pip and uv take from where they run."""
    found = copied_from(contents.copies, contents.parts, (), contents.context, there, contents.tree)
    return found if found is not None else context_path(contents.context or ".", target)


def _missing_includes(install: Install, contents: Contents) -> Iterator[Lack]:
    """The files and folders that a requirements file refers to and that are not beside it."""
    tree, step = contents.tree, " ".join(install.argv)
    for path in install.requirements:
        file_facts: Requirements | None = tree.facts("requirements", path) if path in tree.paths else None
        place = (
            contents.place_during_run(path) if isinstance(file_facts, Requirements) and file_facts.includes else None
        )
        for include in file_facts.includes if file_facts and place else ():
            target = posixpath.relpath(include.path, posixpath.dirname(path) or ".")
            wanted = [(posixpath.normpath(posixpath.join(posixpath.dirname(place or ""), target)), include.path)]
            if include.kind == "project":
                if install.workdir is None or contents.context is None or ";" in include.span.text:
                    continue
                there = posixpath.normpath(posixpath.join(install.workdir, target))
                own = _project_path(there, target, contents)
                archive = target.endswith(_ARCHIVES)
                if archive and own not in tree.paths:
                    continue
                wanted = [
                    (posixpath.join(there, file), posixpath.normpath(posixpath.join(own, file)))
                    for file in (("",) if archive else PROJECTS)
                ]
                wanted = [(each.rstrip("/"), path) for each, path in wanted]
            every = [contents.why_absent(*each) for each in wanted]
            first = next(
                (absence for (_, path), absence in zip(wanted, every, strict=True) if path in tree.paths), every[0]
            )
            if first and all(every):
                name = include.path if include.kind != "project" else include.span.text
                notes = (Label(include.span, f"{path} leads there"), *first.notes)
                yield Lack(LackKind.REQUIREMENTS, name, install.span, first.why, notes, first.by_git, step=step)
