"""The files of the project that a health check runs, as they stand in the image."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from mcplint.commands.node_files import INLINE, NODE
from mcplint.commands.options import parse
from mcplint.commands.python_calls import FILE, MODULE, python_call
from mcplint.commands.words import spelled, text
from mcplint.images.copies import built_text, project_path
from mcplint.images.image import Image
from mcplint.knowledge.executables import JAVASCRIPT, NODE_NAMES, NODE_RUNTIMES, SHELLS
from mcplint.model.containers import Container
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Value

_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_SUFFIXES = {".py": "python", ".sh": "sh", ".bash": "sh", **dict.fromkeys(JAVASCRIPT, "node")}
LONGEST = 20_000
ARGUMENTS = re.compile(r"(?i)arg|click|typer|fire|opt|cli\b|cli_")
"""What a program speaks of that may look at its arguments."""


class ProbeScript(NamedTuple):
    """A script that a health check runs. `language`: `python`, `sh` or `node`."""

    language: str
    text: LocatedText


def script(words: tuple[str, ...], container: Container, image: Image | None, tree: Tree) -> ProbeScript | None:
    """The script that a command runs; None where it runs none of the project, or where a mount may hide it."""
    name = posixpath.basename(words[0])
    if name.startswith("python"):
        return _file("python", _of_python(words), container, image, tree)
    if name in SHELLS or name in NODE_RUNTIMES:
        plain = next((word for word in words[1:2] if not word.startswith("-") and word != "run"), "")
        operand = _of_node(words) if name in NODE_NAMES else plain
        return _file("sh" if name in SHELLS else "node", operand, container, image, tree)
    places = [words[0]] if "/" in words[0] else [posixpath.join(folder, words[0]) for folder in _PATH]
    found = (_file("", place, container, image, tree) for place in places)
    return next((each for each in found if each and each.language), None)


def takes_no_arguments(found: ProbeScript | None) -> bool:
    """Whether a program runs as ever, whatever options it is given: a server is started a second time for `--help`."""
    return found is not None and found.language == "python" and not ARGUMENTS.search(found.text.text)


def _of_python(words: tuple[str, ...]) -> str:
    """The file that Python is given, also by the name of a module, which it looks for in its folder."""
    call = python_call(tuple(Value((word,)) for word in words))
    program_text = (text(call.program) if call.program is not None else None) or ""
    if call.kind == MODULE:
        return "" if {"I", "P"} & call.letters or not program_text else f"{program_text.replace('.', '/')}.py"
    return program_text if call.kind == FILE and program_text.endswith(".py") else ""


def _of_node(words: tuple[str, ...]) -> str:
    """The file that Node is given."""
    parsed = parse(tuple(Value((word,)) for word in words[1:]), NODE)
    return spelled(parsed.rest[0]) if parsed.rest and not INLINE & parsed.flags.keys() else ""


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
