"""The folders of files that a program serves, and that its image provably does not have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.images.contents import Contents
from mcplint.images.copies import project_path
from mcplint.images.image import Image
from mcplint.model import Container, Lack, LackKind, Server
from mcplint.project.tree import Tree
from mcplint.text.paths import contains
from mcplint.values import Label


def served_folders(image: Image, container: Container, servers: tuple[Server, ...], tree: Tree) -> Iterator[Lack]:
    """Those that a start needs, where nothing of the build, no mount and no script before it may bring them."""
    if container.unread or container.script or not image.base_known:
        return
    contents = Contents.of(image, tree)
    for folder in (folder for server in servers for folder in server.served_folders):
        path = _absolute(folder.path, container.workdir.only)
        module = folder.note.span.source.path
        if path is None or contents.image_path(module) is None or _is_installed(module, container):
            continue
        if _folder_exists(path, image, container):
            continue
        absence = contents.why_absent(path, project_path(image, path, tree) or "")
        if absence and not absence.by_git:
            notes = (*absence.notes, Label(container.cmd, "starts the program"))
            yield Lack(LackKind.FOLDER, path, folder.note.span, absence.why, notes, path=folder.path)


def _is_installed(module: str, container: Container) -> bool:
    """Whether a module may be run from where its project is installed to, so that what is beside it is there too."""
    packaged = (each for install in container.installs for each in install.packaged if not each.editable)
    return any(contains(each.folder.removeprefix("."), module) for each in packaged)


def _absolute(path: str, workdir: str | None) -> str | None:
    if path.startswith("/"):
        return posixpath.normpath(path)
    return None if workdir is None or path.startswith("~") else posixpath.normpath(posixpath.join(workdir, path))


def _folder_exists(path: str, image: Image, container: Container) -> bool:
    """Whether a mount, a WORKDIR or a COPY of something below makes the folder."""
    copied = (copy.target.only for copy in image.copies)
    targets = (*(mount.target.only for mount in container.mounts), *copied, *image.folders)
    below = any(target is None or f"{target.rstrip('/')}/".startswith(f"{path}/") for target in targets)
    return below or container.may_hide(path)
