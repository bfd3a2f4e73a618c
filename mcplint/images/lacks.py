"""What the steps of a build need and provably do not find."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.dependencies.locks import excludes
from mcplint.dependencies.stale import differences
from mcplint.facts.dependencies import MAIN, Lock, Project
from mcplint.facts.document import at
from mcplint.images.contents import Absence, Contents
from mcplint.images.copies import copied_from
from mcplint.images.requirement_lacks import may_fail, of_requirements
from mcplint.model import Install, Lack, LackKind, Packaged
from mcplint.packaging.backend import history, inputs, package_setting, refuses_empty_wheel
from mcplint.packaging.wheel import files_below, wheel
from mcplint.packaging.wheel_files import Wheel
from mcplint.project.inner import is_inner
from mcplint.text.paths import upwards
from mcplint.text.source import Edit, Span
from mcplint.values import Label


def of_install(install: Install, contents: Contents) -> Iterator[Lack]:
    """What an install lacks of the files that it is led to and of the projects that it packages."""
    yield from of_requirements(install, contents)
    yield from _members(install, contents)
    if contents.ran.any(_rewrites_project):
        return
    yield from _of_lock(install, contents)
    rooted = install.rooted if install.rooted and contents.ran.any(_brings_poetry) else ()
    for packaged in (*install.packaged, *rooted):
        project = contents.tree.project(packaged.folder)
        if project is not None:
            yield from _of_project(install, packaged, project, contents)
    for packaged in () if may_fail(install) else install.local:
        project = contents.tree.project(packaged.folder)
        there = contents.has(posixpath.join(packaged.image_path, "pyproject.toml"))
        if project is not None and there and package_setting(project) is not False:
            yield from _of_local(install, packaged, project, contents)


def _of_local(install: Install, packaged: Packaged, project: Project, contents: Contents) -> Iterator[Lack]:
    """What a project lacks that is built since another one needs it, by its path from there.

    Which history a version of it is read from is not looked at.
    """
    for lack in _of_project(install, packaged, project, contents):
        if lack.kind == LackKind.CHOICE:
            yield lack
        elif lack.kind != LackKind.HISTORY:
            name = posixpath.normpath(posixpath.join(packaged.folder, lack.name))
            inner = lack.path and lack.kind not in (LackKind.MODULES, LackKind.EMPTY)
            yield lack._replace(name=name, path=posixpath.join(packaged.folder, lack.path) if inner else lack.path)


def _rewrites_project(command: str) -> bool:
    return "pyproject" in command and ("sed" in command or ">" in command)


_POETRY = re.compile(r"""\bpipx? install\b.{0,200}?[ "']poetry(?:\[\w+\])?(?:(?:==|>=|~=)2[.\d]*)?(?:["' ]|$)""")


def _brings_poetry(command: str) -> bool:
    """Whether a command installs Poetry 2, which ends where the project cannot be installed; earlier ones only warn.

    Measured with 2.5.1, whatever the backend of the project.
    """
    return _POETRY.search(command) is not None


def _members(install: Install, contents: Contents) -> Iterator[Lack]:
    """The members of a workspace that its lock leads to and that are not in the image."""
    place = contents.place_during_run(install.lock) if install.lock and install.tool == "uv sync" else None
    if install.lock is None or place is None or not install.locked.must(bool):
        return
    strict, built = _is_strict(install), {packaged.folder for packaged in install.local}
    step = " ".join(install.argv)
    for node in contents.tree.facts("lock.graph", install.lock) or ():
        folder = posixpath.normpath(node.folder or ".")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(install.lock), folder))
        if folder == "." or folder.startswith("..") or not (strict or beside in built):
            continue
        if f"--no-install-package={node.name}" in install.argv:
            continue
        expected = posixpath.join(beside, "pyproject.toml")
        absence = contents.why_absent(posixpath.join(posixpath.dirname(place), folder, "pyproject.toml"), expected)
        if absence:
            yield Lack(LackKind.MEMBER, folder, install.span, absence.why, absence.notes, absence.by_git, step=step)


_KEEPING = ("uv sync", "uv run", "uv export")
"""What `--locked` keeps from writing the lock anew."""


def _of_lock(install: Install, contents: Contents) -> Iterator[Lack]:
    """That a sync which keeps to a lock has none, or what the project asks for and the lock does not know of."""
    if install.tool not in _KEEPING or not install.locked.must(bool):
        return
    if install.lock is None:
        yield from _no_lock(install, contents) if install.tool == "uv sync" else ()
        return
    folder = posixpath.dirname(install.lock)
    if [posixpath.normpath(each) for each in install.requirements] != [folder or "."]:
        return
    named = (posixpath.normpath(posixpath.join(folder, name)) for name in ("pyproject.toml", "uv.lock"))
    if posixpath.basename(install.lock) != "uv.lock" or {"--script", "-s"} & set(install.argv):
        return
    if not all((place := contents.place_during_run(path)) and contents.keeps_unchanged(path, place) for path in named):
        return
    step, strict, project = " ".join(install.argv), _is_strict(install), contents.tree.project(folder)
    if strict and not install.certain:
        return
    for found in differences(contents.tree, folder):
        wanted = found.requirement
        if strict:
            yield Lack(LackKind.STALE, found.label.span.text, install.span, found.why, (found.label,), step=step)
            return
        if install.tool != "uv sync":
            return
        if wanted and wanted.kind == MAIN and not wanted.marker and not _WITHOUT_MAIN & set(install.argv):
            locked: Lock | None = contents.tree.facts("lock", install.lock or "")
            there = locked.of(wanted.name) if locked else ()
            if locked and not there:
                yield Lack(LackKind.LOCKED, wanted.name, install.span, found.why, (found.label,), step=step)
                return
            overridden = at(project.document, "tool", "uv", "override-dependencies") if project else None
            if there and not overridden and all(excludes(wanted.specifier or "", each.version) for each in there):
                name = f"`{wanted.name}` {' or '.join(each.version for each in there)}"
                notes = (found.label, *(Label(each.span, "the lock has this") for each in there))
                yield Lack(LackKind.ADMITTED, name, install.span, found.why, notes, step=step)
                return


def _no_lock(install: Install, contents: Contents) -> Iterator[Lack]:
    """That a sync which keeps to `uv.lock` does not find it beside the project, nor in a folder around that."""
    tree = contents.tree
    if "--dry-run" in install.argv or contents.ran.any(_updates_lock) or may_fail(install):
        return
    for folder in install.requirements:
        project = posixpath.normpath(posixpath.join(folder, "pyproject.toml"))
        expected = next((path for each in upwards(folder) if (path := _lock_of(each)) in tree.paths), _lock_of(folder))
        place = contents.place_during_run(project)
        absence = contents.why_absent(_lock_of(posixpath.dirname(place)), expected) if place else None
        if absence and posixpath.dirname(expected) == posixpath.dirname(project):
            edits = absence.edits or tuple(_copy_beside(expected, project, contents))
            step = " ".join(install.argv)
            yield Lack(LackKind.LOCK, "uv.lock", install.span, absence.why, absence.notes, absence.by_git, edits, step)


def _lock_of(folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, "uv.lock"))


_WITHOUT_MAIN = {"--only-group", "--only-dev", "--package"}


def _is_strict(install: Install) -> bool:
    """Whether a sync fails where the lock does not fit the project: `--locked`, which `UV_LOCKED` says as well."""
    flags = [note.text.partition(" ")[0] for note in install.locked.trace]
    return bool({"--locked", "--check"} & {*flags}) or (
        "--frozen" not in flags and any("UV_LOCKED" in note.span.text for note in install.locked.trace)
    )


def _updates_lock(text: str) -> bool:
    return "uv lock" in text or "uv add" in text or "uv remove" in text


def _of_project(install: Install, packaged: Packaged, project: Project, contents: Contents) -> Iterator[Lack]:
    step = " ".join(install.argv)
    for need in inputs(project):
        expected, absence = contents.absent_all(need.path, packaged.folder, packaged.image_path)
        if absence:
            edits = absence.edits
            if not edits and not absence.by_git and expected in contents.tree.paths:
                edits = tuple(_copy_beside(expected, project.source.path, contents))
            label = Label(need.span, f"{project.source.path} names it")
            notes = (label, *absence.notes)
            path = posixpath.relpath(expected, packaged.folder)
            lack = Lack(LackKind(need.role), need.path, install.span, absence.why, notes, absence.by_git, edits, step)
            yield lack._replace(path=path) if edits else lack
    yield from _history(install, packaged, project, contents)
    yield from _modules(install, packaged, project, contents)


_VERSIONED = r"PRETEND_VERSION|SCM_VERSION|VERSIONING_BYPASS"
"""What says the version in place of the history, as a variable of the build."""


def _history(install: Install, packaged: Packaged, project: Project, contents: Contents) -> Iterator[Lack]:
    """The history of git that a version is read from."""
    history_span, tree = history(project), contents.tree
    place = posixpath.join(packaged.image_path, ".git")
    if history_span is None or copied_from(contents.copies, contents.parts, contents.ignored, contents.context, place):
        return
    beside = (posixpath.normpath(posixpath.join(packaged.folder, name)) for name in ("PKG-INFO", ".git_archival.txt"))
    if re.search(_VERSIONED, install.span.source.text) or any(path in tree.paths for path in beside):
        return
    own = (source for copy in contents.copies if copy.stage is None and copy.image is None for source in copy.sources)
    if any(".git" in (source.only or ".git").split("/") for source in own):
        return
    absence = contents.why_absent(place, ".git")
    if absence:
        ignored = copied_from(contents.copies, contents.parts, (), contents.context, place)
        absence = contents.left_out(ignored) if ignored else Absence("no COPY brings it before this line")
        notes = (Label(history_span, f"{project.source.path} asks for it"), *absence.notes)
        step = " ".join(install.argv)
        yield Lack(LackKind.HISTORY, ".git", install.span, absence.why, notes, step=step)


def _modules(install: Install, packaged: Packaged, project: Project, contents: Contents) -> Iterator[Lack]:
    """The modules that a build is for, and why its backend does not find any or refuses to choose."""
    tree, step = contents.tree, " ".join(install.argv)
    files = files_below(tree.paths, packaged.folder)
    whole, here = wheel(project, files), wheel(project, frozenset(contents.files_below(packaged.image_path)))
    if whole is None or here is None:
        return
    made = (contents.makes(posixpath.join(packaged.image_path, path)) for path in here.sought)
    refused = bool(here.refused) and not (here.lenient and packaged.editable) and not any(made)
    if whole.refused and refused:
        yield from _package(install, packaged, project, whole, contents)
    if here.choice:
        notes = (Label(project.span, "names neither `packages` nor `py-modules` for setuptools"),)
        yield Lack(LackKind.CHOICE, ", ".join(here.choice), install.span, here.refused, notes, step=step)
    elif not whole.refused and (refused or not _has_python(here)) and _has_python(whole):
        folder = "" if packaged.folder == "." else packaged.folder
        places = ((path, posixpath.join(packaged.image_path, path)) for path in sorted(whole.files.values()))
        absent = [(path, contents.why_absent(place, posixpath.join(folder, path))) for path, place in places]
        first, absence = absent[0] if absent else ("", None)
        if absence and all(each for _, each in absent):
            reason = here.refused if refused else "its build makes an empty wheel without them"
            kind = LackKind.MODULES if refused else LackKind.EMPTY
            why = (Label(project.span, reason), *absence.notes)
            yield Lack(kind, first, install.span, absence.why, why, step=step, path=packaged.folder)
        elif refused:
            yield from _package(install, packaged, project, here, contents)


def _package(install: Install, packaged: Packaged, project: Project, made: Wheel, contents: Contents) -> Iterator[Lack]:
    """The package that a backend looks for and that neither the image has nor the build makes."""
    tree, folder = contents.tree, posixpath.normpath(packaged.folder)
    by_hand = bool(tree.files_named("hatch.toml")) or "--no-build-isolation" in install.argv
    if not made.sought or not project.name.only or by_hand or not refuses_empty_wheel(project):
        return
    first, reason = made.sought[0], Absence("")
    for path in made.sought:
        expected = posixpath.normpath(posixpath.join(folder, path))
        place = posixpath.join(packaged.image_path, path)
        found = contents.why_absent(place, expected)
        given = contents.makes(place.removesuffix("/__init__.py")) or contents.names(place)
        if found is None or found.by_git or is_inner(tree, expected) or given:
            return
        reason = found if path == first else reason
    notes = (Label(made.decides or project.span, made.refused),)
    yield Lack(LackKind.PACKAGE, first, install.span, reason.why, notes, step=" ".join(install.argv))


def _has_python(made: Wheel) -> bool:
    return any(path.endswith(".py") for path in made.files)


def _copy_beside(path: str, beside: str, contents: Contents) -> Iterator[Edit]:
    """What copies a file together with another one, into the same folder."""
    for copy in reversed(contents.copies):
        files = copy.files if copy.stage is None and not copy.mount and copy.text is None else None
        found = next((file for file in files or () if file.source == beside and not file.folder), None)
        if found is None or contents.context is None:
            continue
        into = copy.target.only is not None and found.target != copy.target.only
        sites = [source.site.span for source in copy.sources if source.site and source.site.span.text]
        last = sites[-1] if sites else None
        if into and last and last.source.text[last.end : last.end + 1] == " ":
            yield Edit(Span(last.source, last.end, last.end), f" {posixpath.relpath(path, contents.context)}")
        return
