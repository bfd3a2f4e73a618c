"""The files of the project that a health check runs, as they stand in the image."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from mcplint.images.copies import built_text, project_path
from mcplint.images.image import Image
from mcplint.knowledge.executables import JAVASCRIPT, NODE_RUNTIMES, SHELLS
from mcplint.model.containers import Container
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Span

_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_SUFFIXES = {".py": "python", ".sh": "sh", ".bash": "sh", **dict.fromkeys(JAVASCRIPT, "node")}
LONGEST = 20_000


class ProbeScript(NamedTuple):
    """A script that a health check runs. `language`: `python`, `sh` or `node`."""

    language: str
    text: LocatedText


def script(words: tuple[str, ...], container: Container, image: Image | None, tree: Tree) -> ProbeScript | None:
    """The script that a command runs; None where it runs none of the project, or where a mount may hide it."""
    name = posixpath.basename(words[0])
    if name.startswith("python"):
        return _file("python", _module(words[1:]), container, image, tree)
    if name in SHELLS or name in NODE_RUNTIMES:
        operand = next((word for word in words[1:2] if not word.startswith("-") and word != "run"), "")
        return _file("sh" if name in SHELLS else "node", operand, container, image, tree)
    places = [words[0]] if "/" in words[0] else [posixpath.join(folder, words[0]) for folder in _PATH]
    found = (_file("", place, container, image, tree) for place in places)
    return next((each for each in found if each and each.language), None)


def _module(words: tuple[str, ...]) -> str:
    """The file that Python is given, also by the name of a module."""
    flags = [word for word in words[:1] if word in ("-u", "-B", "-I", "-s", "-E")]
    rest = words[len(flags) :]
    if rest[:1] == ("-m",) and len(rest) > 1:
        return f"{rest[1].replace('.', '/')}.py"
    return rest[0] if rest and rest[0].endswith(".py") else ""


def _file(language: str, path: str, container: Container, image: Image | None, tree: Tree) -> ProbeScript | None:
    if not path or image is None:
        return None
    place = posixpath.normpath(posixpath.join(container.workdir.only or "/", path))
    if container.may_hide(place):
        return None
    found = project_path(image, place, tree)
    source = tree.source(found) if found else None
    text = built_text(image, place) or (LocatedText.of(Span(source, 0, len(source.text))) if source else None)
    if text is None or len(text.text) > LONGEST:
        return None
    return ProbeScript(language or _language(place, text.text), text)


def copied(path: str, container: Container, image: Image | None, tree: Tree) -> str | None:
    """The file of the project that the build certainly puts at a path of the image."""
    place = posixpath.normpath(posixpath.join(container.workdir.only or "", path))
    if not path or image is None or not place.startswith("/") or container.may_hide(place):
        return None
    found = project_path(image, place, tree)
    return found if found in tree.paths else None


def _language(path: str, text: str) -> str:
    first = text.partition("\n")[0]
    if first.startswith("#!"):
        name = first.split()[-1].rpartition("/")[2]
        return "sh" if name in SHELLS else "python" if name.startswith("python") else "node" if name == "node" else ""
    return _SUFFIXES.get(posixpath.splitext(path)[1], "")
