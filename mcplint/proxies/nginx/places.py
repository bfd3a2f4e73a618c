"""Where in a project the files lie that nginx includes by their path in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.knowledge.nginx import SERVER_FOLDERS, STOCK_INCLUDES
from mcplint.project.tree import Tree
from mcplint.text.glob import ANY, Pattern


class Places(NamedTuple):
    """The nginx files and all files of a project, and what of them lies where in the image."""

    files: Mapping[str, NginxFile]
    paths: frozenset[str]
    image: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, NginxFile], tree: Tree, image: Mapping[str, str]) -> Places:
        """The places of a project; what lies in nginx's folder of templates becomes part of `conf.d`."""
        made = {**image}
        for place, path in image.items():
            if place.rstrip("/") == "/etc/nginx/templates":
                made.setdefault("/etc/nginx/conf.d", path)
        return cls(files, tree.paths, made)

    def find(self, include: Directive, http: bool) -> list[str] | None:
        """The files that an include names; None where they may lie outside the project."""
        word = include.args[0]
        if posixpath.basename(word.text) in STOCK_INCLUDES:
            return []
        if word.hole or "$" in word.text or "[" in word.text:
            return None
        here = posixpath.dirname(include.span.source.path)
        wild = "*" in word.text or "?" in word.text
        if wild and (mounted := self._mounted(word.text)):
            return mounted
        for path in self._candidates(word.text, here):
            found = self._matching(path) if wild else [path] * (path in self.paths)
            if found:
                return found
        if wild:
            return [] if http else None
        return self._by_end(word.text)

    def _candidates(self, text: str, here: str) -> Iterator[str]:
        """Where in the project the path of an include may lie, the likeliest first."""
        inside = text.removeprefix("/etc/nginx/").removeprefix("/usr/local/nginx/conf/")
        full = text if text.startswith("/") else f"/etc/nginx/{text}"
        for place, path in sorted(self.image.items(), key=lambda item: -len(item[0])):
            if full == place or full.startswith(place.rstrip("/") + "/"):
                yield posixpath.normpath(posixpath.join(path, full[len(place) :].lstrip("/")))
        if inside.startswith("/"):
            return
        folder = here
        while True:
            yield from _inside_project(posixpath.join(folder, inside))
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def _mounted(self, text: str) -> list[str]:
        """The files that lie in the image where a pattern looks."""
        folder, _, name = (text if text.startswith("/") else f"/etc/nginx/{text}").rpartition("/")
        try:
            wanted = Pattern.of(name)
        except ValueError:
            return []
        places = sorted(self.image.items())
        return [path for place, path in places if any(_is_in(made, folder, wanted) for made in _made(place))]

    def _matching(self, pattern: str) -> list[str]:
        """The files that a pattern names; templates count as the files that are made of them."""
        folder, _, name = pattern.rpartition("/")
        if "*" in folder or "?" in folder:
            return []
        try:
            wanted = Pattern.of(name)
        except ValueError:
            return []
        return sorted(path for path in self.files if any(_is_in(made, folder, wanted) for made in _made(path)))

    def _by_end(self, text: str) -> list[str] | None:
        """The one file whose path ends as the include does, or whose name is the same."""
        for ends in ("/".join(text.rstrip("/").split("/")[-2:]), posixpath.basename(text)):
            found = [p for p in self.files if any(m == ends or m.endswith(f"/{ends}") for m in _made(p))]
            if len(found) == 1:
                return found
        return None


def _inside_project(path: str) -> Iterator[str]:
    normal = posixpath.normpath(path)
    if not normal.startswith(("../", "/")) and normal != "..":
        yield normal


def _made(path: str) -> tuple[str, ...]:
    """The names that a file may have in the image: a template becomes a file of `conf.d`."""
    if not path.endswith(".template"):
        return (path,)
    made = path.removesuffix(".template")
    folder, _, name = made.rpartition("/")
    return (
        (made, posixpath.join(posixpath.dirname(folder), "conf.d", name)) if _last(folder) == "templates" else (made,)
    )


def _last(folder: str) -> str:
    return folder.rpartition("/")[2]


def _is_in(path: str, folder: str, wanted: Pattern) -> bool:
    parent, _, name = path.rpartition("/")
    if parent != folder or len(name) > 255:
        return False
    return ANY in wanted.tokens and len(name) in wanted.ends(name, 0)


def is_server_folder(path: str) -> bool:
    """Whether nginx includes all files of this folder side by side."""
    return _last(path) in SERVER_FOLDERS
