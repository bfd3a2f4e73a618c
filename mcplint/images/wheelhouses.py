"""The folders in which a build collects distributions to install from later, and the commands that fill them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.images.copies import project_path, source_of
from mcplint.images.image import Copied, Copy, Image
from mcplint.model import Install
from mcplint.project.tree import Tree
from mcplint.text.glob import fits

_ENDS = (".whl", ".tar.gz")
_LISTS = (".txt", ".in")


class Wheelhouses(NamedTuple):
    """What tells the distributions of an image: the commands that collect some, its copies, and its other stages."""

    collecting: tuple[Install, ...]
    copies: tuple[Copy, ...]
    parts: Mapping[int, Image]
    tree: Tree

    def fillers(self, folder: str) -> tuple[Install, ...]:
        """The commands that have put distributions into a folder of the image."""
        return tuple(dict.fromkeys(_filling_installs(self, posixpath.normpath(folder), set())))

    def decides(self, folder: str, indexed: bool) -> bool:
        """Whether what fills a folder tells the releases in it, and pip takes those.

        `indexed`: whether pip looks at the index too, which may have newer ones than what was pinned for the folder.
        """
        fillers = self.fillers(folder)
        all_known = all(each.lock or not each.untold for each in fillers)
        return bool(fillers) and all_known and not (indexed and any(each.names or _is_listed(each) for each in fillers))

    def project(self, path: str) -> str | None:
        """The folder of the project of which a distribution is, by a path or pattern of that.

        All backends put what they build into `dist` beside `pyproject.toml` where nothing else is said.
        """
        fillers = self.fillers(posixpath.dirname(path))
        packaged = [each.folder for install in fillers for each in install.packaged]
        return packaged[0] if packaged else _project_beside(self, path)


def is_distribution(path: str) -> bool:
    """Whether a path or a pattern names distributions in a folder."""
    return path.endswith(_ENDS) or "*" in posixpath.basename(path)


def _is_listed(install: Install) -> bool:
    return any(path.endswith(_LISTS) for path in install.requirements)


def _filling_installs(houses: Wheelhouses, folder: str, asked: set[tuple[int, str]]) -> Iterator[Install]:
    yield from (install for install in houses.collecting if install.collects == folder)
    for copy in houses.copies:
        part = houses.parts.get(copy.stage) if copy.stage is not None else None
        for file in (copy.files or ()) if part else ():
            source = _stage_folder(file, folder)
            if part and source is not None and (part.number, source) not in asked:
                asked.add((part.number, source))
                yield from _filling_installs(
                    Wheelhouses(part.collecting, part.copies, part.parts, houses.tree), source, asked
                )


def _stage_folder(file: Copied, folder: str) -> str | None:
    """The folder of another stage whose distributions a copy brings into this one."""
    if not is_distribution(file.source):
        return source_of(file, folder)
    target = posixpath.dirname(file.target) if is_distribution(file.target) else file.target
    return posixpath.dirname(file.source) if posixpath.normpath(target) == folder else None


def _project_beside(houses: Wheelhouses, path: str) -> str | None:
    """The project of another stage beside whose `dist` it stands."""
    for copy in houses.copies:
        part = houses.parts.get(copy.stage) if copy.stage is not None and not copy.mount else None
        for file in (copy.files or ()) if part else ():
            source = file.source if fits(file.target, path) else source_of(file, path)
            folder, name = posixpath.split(posixpath.dirname(source or ""))
            place = posixpath.join(folder, "pyproject.toml")
            found = project_path(part, place, houses.tree) if part and name == "dist" else None
            if found in houses.tree.paths:
                return posixpath.dirname(found or "") or "."
    return None
