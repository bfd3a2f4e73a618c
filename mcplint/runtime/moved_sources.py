"""Where the sources of an editable install stand in an image that copies it from another stage."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from mcplint.images.contents import Contents
from mcplint.images.image import Image
from mcplint.model import Container, Packaged
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.runtime.search_path import changes_path, found_nowhere, own_folders

_PUTS = re.compile(r"(?<![\w-])(?:ln|cp|mv|tar|sed|rsync|unzip|make|python[\d.]*)(?![\w-])|\.pth\b|--target\b")
"""What a RUN says that may put a module where Python looks for it."""


def moved_source(
    packaged: Packaged,
    entry: str,
    modules: Mapping[str, str],
    image: Image,
    container: Container,
    start: Start,
    tree: Tree,
) -> tuple[str, str] | None:
    """A module of an editable install that is nowhere where Python looks for it, and where it stands instead.

    `entry`: the file that is started, `modules`: those that are looked for by the dotted names beside them. What is
    installed leads to the path that it was made at.
    """
    if start.installs is not None or start.prepared or any(_PUTS.search(run.script) for run in image.runs):
        return None
    folders = own_folders(image, container, start, entry, tree)
    if folders is None or changes_path(tree, (entry, *modules)):
        return None
    contents = Contents.of(image, tree)
    for path, dotted in modules.items():
        led = posixpath.join(packaged.image_path, posixpath.relpath(path, packaged.folder or "."))
        if contents.why_absent(posixpath.normpath(led), path) is None:
            return None
        if moved := found_nowhere(image, folders, path, dotted, tree):
            return path, moved
    return None
