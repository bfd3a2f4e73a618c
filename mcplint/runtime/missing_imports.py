"""What the program of a container imports at its start and provably does not find there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.asgi_commands import looks_elsewhere
from mcplint.dependencies.needs import needs
from mcplint.facts.dependencies import normalized
from mcplint.images.contents import Contents
from mcplint.images.copies import image_paths
from mcplint.images.image import Image
from mcplint.images.lacks import of_install
from mcplint.model import Container, Lack, LackKind, Packaged
from mcplint.packaging.backend import PDM, backend, is_packaged
from mcplint.packaging.wheel import files_below, wheel
from mcplint.programs.python.certain_imports import Imported, imported
from mcplint.programs.start import APP, FUNCTION, MODULE, SCRIPT, Start
from mcplint.project.ignored import is_ignored
from mcplint.project.tree import Tree
from mcplint.runtime.missing_distributions import installs_paths, missing_distributions
from mcplint.runtime.search_path import ELSEWHERE, LEADS_BACK, changes_path, found_nowhere, search_path
from mcplint.runtime.shadowing import entry_of, shadowed
from mcplint.text.listed import joined_by_and
from mcplint.values import Label


def missing_modules(image: Image, container: Container, start: Start, tree: Tree) -> Iterator[Lack]:
    """The modules of the project and the distributions that a program lacks."""
    entry = entry_of(start, tree) if start.language == "python" and image.base_known else None
    if entry is None:
        return
    path, name = entry
    found = imported(tree, start.roots, path, name, start.kind == SCRIPT)
    if any(copy.stage is not None for copy in image.copies):
        from mcplint.runtime.copied_environments import broken_environments

        yield from broken_environments(image, container, start, found, entry, tree)
    yield from _empty(image, container, start, path, tree)
    yield from _misplaced_module(image, container, start, path, tree)
    yield from shadowed(start, found, path, image, container, tree)
    yield from _modules(image, container, start, path, found, tree)
    yield from missing_distributions(image, container, start, found, tree)


def of_start(image: Image, container: Container, start: Start, tree: Tree) -> Iterator[Lack]:
    """What `uv run` lacks to package the project, where the build leaves that to the start, and of its lock."""
    if container.mounts or not image.base_known:
        return
    contents = Contents.of(image, tree)
    from mcplint.runtime.sync import has_inline_metadata

    is_stale = any(lack.kind == LackKind.STALE for lack in image.lacks)
    if not (is_stale or start.prepared or (start.kind == SCRIPT and has_inline_metadata(start, tree))):
        for install in start.installs or ():
            yield from of_install(install._replace(packaged=(), local=()), contents)
    if any(install.packaged for install in image.installs):
        return
    for install in start.installs or ():
        folder = install.requirements[0] if install.tool == "uv run" and install.requirements else None
        project = tree.project(folder) if folder is not None else None
        place = contents.image_path(project.source.path) if project and is_packaged(project) else None
        if place and folder is not None:
            packaged = Packaged(folder, posixpath.dirname(place), True)
            yield from of_install(
                install._replace(argv=("uv", "run"), lock=None, packaged=(packaged,), local=()), contents
            )


def _empty(image: Image, container: Container, start: Start, entry: str, tree: Tree) -> Iterator[Lack]:
    """The wheel without modules that a program is started from: by its console script, or by its name elsewhere."""
    empty = [each for each in image.lacks if each.kind == LackKind.EMPTY]
    searched = "PYTHONPATH" in container.env or "PYTHONPATH" in start.env
    if not empty or start.installs is not None or searched or container.mounts:
        return
    if start.kind != FUNCTION and _place_elsewhere(image, container, start, entry, tree) is None:
        return
    for lack in empty:
        packaging = [(install.span, each) for install in image.installs for each in (*install.packaged, *install.local)]
        again = [each for span, each in packaging if span != lack.span and each.folder == lack.path]
        editable = any(each.editable for span, each in packaging if span == lack.span)
        project = tree.project(lack.path)
        made = wheel(project, files_below(tree.paths, lack.path)) if project else None
        own = {posixpath.normpath(posixpath.join(lack.path, path)) for path in made.files.values()} if made else set()
        flat = not any(path.startswith("src/") for path in made.files.values()) if made else False
        if entry in own and not again and not (project and editable and flat and backend(project) == PDM):
            notes = (*lack.notes, Label(container.cmd, "starts the program"))
            yield lack._replace(kind=LackKind.MODULES, name=entry, notes=notes)
            return


def _misplaced_module(image: Image, container: Container, start: Start, entry: str, tree: Tree) -> Iterator[Lack]:
    """The module of the project that is started, where it is neither installed nor in the working directory.

    Where no COPY brings it at all, it may still come from a package of the project that is installed from an index.
    """
    contents, folder, name = Contents.of(image, tree), start.workdir, start.file_and_object[0]
    place = None if start.installs is not None else _place_elsewhere(image, container, start, entry, tree)
    installed = _wheels(image, tree) if place is not None else None
    if place is None or folder is None or installed is None or entry in installed:
        return
    if not place:
        wanted = posixpath.join(folder, _file(name, entry))
        if not _is_published(image, name, tree) and (absence := contents.why_absent(wanted, entry)):
            notes = (*absence.notes, Label(container.cmd, "starts it"))
            why = absence.why.replace(" before this line", " into the image")
            yield Lack(LackKind.STARTED, name, start.span, why, notes, edits=absence.edits, path=entry)
        return
    if place.startswith(f"{folder.rstrip('/')}/") and "-packages/" not in place:
        why = f"COPY brings it to {place}, and Python looks for it in {folder}"
        yield Lack(LackKind.STARTED, name, start.span, why, (Label(container.cmd, "starts it"),), path=entry)


def _file(name: str, entry: str) -> str:
    """The path of a module below the folder that it is looked for in."""
    end = entry[entry.rfind(name.rpartition(".")[2]) :].partition("/")[2] if "/__" in entry else ""
    return name.replace(".", "/") + (f"/{end}" if end else ".py")


def _place_elsewhere(image: Image, container: Container, start: Start, entry: str, tree: Tree) -> str | None:
    """Where the started module stands, which is not where the working directory has it; empty where no COPY brings it.

    None where Python may find it, or may look elsewhere.
    """
    contents, folder = Contents.of(image, tree), start.workdir
    words = " ".join(word.only or "$" for word in (container.argv and container.argv.words) or ())
    searched = (
        "PYTHONPATH" in container.env
        or "PYTHONPATH" in start.env
        or re.search(ELSEWHERE, words)
        or looks_elsewhere(start, tree)
    )
    if start.kind not in (MODULE, APP) or searched or container.mounts or not folder:
        return None
    if contents.open or contents.ran.names(".pth") or any(each.tool in LEADS_BACK for each in image.installs):
        return None
    places = list(image_paths(image, entry))
    if None in places or posixpath.join(folder, _file(start.file_and_object[0], entry)) in places:
        return None
    return places[-1] or "" if places else ""


def _is_published(image: Image, name: str, tree: Tree) -> bool:
    """Whether an install may bring a module as a package of an index, an address or a wheel."""
    wanted = needs(tree, image.installs, image.folder)
    asked = {each.name for each in wanted.requirements} | {each.name for each in wanted.locked}
    projects = tree.all_facts("project", tree.files_named("pyproject.toml")).values()
    own = {normalized(each) for each in (name.partition(".")[0], *(project.name.only or "" for project in projects))}
    words = [word for install in image.installs for word in install.argv]
    return not own.isdisjoint(asked) or any("://" in word or ".whl" in word for word in words)


def _modules(
    image: Image, container: Container, start: Start, entry: str, found: tuple[Imported, ...], tree: Tree
) -> Iterator[Lack]:
    """The first module that no COPY puts into the image, and no wheel that is installed in it.

    A package that an install asks an index for may be the same as one of the project.
    """
    installed = _wheels(image, tree)
    contents = Contents.of(image, tree)
    if installed is None or contents.open or not _may_be_there(image, container, installed, entry):
        return
    wanted = needs(tree, image.installs, image.folder)
    asked = {each.name for each in wanted.requirements} | {each.name for each in wanted.locked}
    folders = _folders(image, container, start, entry, found, tree)
    for each in found:
        path = each.path
        if path is None or path.endswith("/"):
            continue
        moved, searched = "", False
        if _may_be_there(image, container, installed, path):
            if path in installed or container.mounts:
                continue
            moved = _other_place(image, path, each.dotted)
            searched = not moved and folders is not None and path != entry
            moved = found_nowhere(image, folders or (), path, each.dotted, tree) if searched else moved
            if not moved:
                continue
        if normalized(each.dotted.partition(".")[0]) in asked:
            continue
        if contents.ran.names(posixpath.basename(path)) or contents.may_fetch(posixpath.basename(path)):
            continue
        out = is_ignored(image.ignored, posixpath.relpath(path, image.context or "."))
        absence = contents.left_out(path) if out else None
        notes = (*(absence.notes if absence else ()), Label(container.cmd, "starts the program"))
        looks = f"and Python looks for it in {joined_by_and(folders) if folders else 'no folder'}"
        elsewhere = f"COPY brings it to {moved}, {looks if searched else f'where no `import {each.dotted}` looks'}"
        why = absence.why if absence else elsewhere if moved else "no COPY brings it into the image"
        edits = absence.edits if absence else ()
        yield Lack(LackKind.MODULE, each.dotted, each.span, why, notes, edits=edits, path=path)
        return


def _folders(
    image: Image, container: Container, start: Start, entry: str, found: tuple[Imported, ...], tree: Tree
) -> tuple[str, ...] | None:
    """Where Python looks for the modules of a program, None where that is not certain."""
    folders = search_path(image, container, start, entry, tree)
    if folders is None or changes_path(tree, (entry, *(each.path for each in found if each.path))):
        return None
    return folders


def _other_place(image: Image, path: str, dotted: str) -> str:
    """Where a module stands in the image, if it is nowhere in folders of its name; empty where it may be."""
    places = list(image_paths(image, path))
    stem = f"/{dotted.replace('.', '/')}"
    wanted = (f"{stem}.py", f"{stem}/__init__.py")
    return "" if not places or any(place is None or place.endswith(wanted) for place in places) else places[-1] or ""


def _may_be_there(image: Image, container: Container, installed: frozenset[str], path: str) -> bool:
    """Whether a file of the project is, or may be, in a container."""
    mounted = (mount.path for mount in container.mounts if mount.path is not None)
    if any(source in (".", "") or path == source or path.startswith(f"{source}/") for source in mounted):
        return True
    return path in installed or next(image_paths(image, path), "") != ""


def _wheels(image: Image, tree: Tree) -> frozenset[str] | None:
    """The files of the project that the wheels hold which an image installs; None where that cannot be told."""
    files: set[str] = set()
    if installs_paths(image, tree):
        return None
    for install in image.installs:
        if any(word.endswith((".whl", ".tar.gz")) for word in install.argv):
            return None
        for packaged in (*install.packaged, *install.local):
            folder = "" if packaged.folder == "." else packaged.folder
            project = tree.project(folder)
            made = wheel(project, files_below(tree.paths, folder)) if project else None
            if made is None:
                return None
            files |= {posixpath.join(folder, path) for path in made.files.values()}
    return frozenset(files)
