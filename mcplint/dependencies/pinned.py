"""Whether requirements name exact releases: a requirement, a requirements file, the dependencies of a project."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.facts.dependencies import MAIN, Requirement, Requirements
from mcplint.knowledge.dead_pins import dead_releases
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Label

_DEEPEST = 8
_PROJECTS = (".toml", ".py", ".cfg")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz")

# Tools that install or build; which release of them runs hardly matters to what they install.
_INSTALLERS = (
    "pip setuptools wheel uv poetry poetry-core pdm pipenv pipx hatch hatchling build virtualenv flit flit-core "
    "maturin setuptools-scm pip-tools installer twine micropipenv poetry-plugin-export uv-build rye"
)
INSTALLERS = frozenset(_INSTALLERS.split())


class Pins(NamedTuple):
    """Whether all requirements are exact (None: it cannot be told), and the first one that is not."""

    exact: bool | None
    note: Label | None = None


def name_of(requirement: str) -> str:
    """The name in a requirement, as an index compares it; empty where it has none."""
    text = requirement.strip()
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] in "-_."):
        end += 1
    return text[:end].lower().replace("_", "-").replace(".", "-")


def exact(requirement: str) -> bool:
    """Whether a requirement admits one release only: `==`, `===`, or a link to a file or a revision."""
    text = requirement.partition(";")[0].strip()
    if "://" in text:
        link = text.partition("@")[2] if " @ " in text else text
        return not link.strip().startswith("git+") or "@" in link.rpartition("/")[2]
    if text.endswith(_ARCHIVES):
        return True
    version = text.partition("==")[2].lstrip("=").strip()
    return bool(version) and "*" not in version and "," not in version


def file_pins(tree: Tree, path: str, beside: frozenset[str] = frozenset()) -> Pins:
    """The pins of a requirements file and those that it includes; hashes make every line exact.

    `beside`: the names that the same install pins elsewhere.
    """
    return _file_pins(tree, path, beside, 0, set())


def _file_pins(tree: Tree, path: str, beside: frozenset[str], depth: int, known: set[str]) -> Pins:
    """As `file_pins`; `known`: the files that are all exact already, which are not read again."""
    if path in known:
        return Pins(True)
    source = tree.source(path)
    if source is None or depth == _DEEPEST:
        return Pins(None)
    lines = list(_lines(source))
    held = _held_dependencies(line for _, line in lines)
    for start, line in lines:
        if line.startswith(("-r", "--requirement")):
            name = line.removeprefix("--requirement").removeprefix("-r").lstrip(" =\t").strip()
            inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            below = _file_pins(tree, inner, beside, depth + 1, known)
            if below.exact is not True:
                return below
        elif not (
            line.startswith("-") or _is_exact_line(line) or _only_holds_back(line, held) or name_of(line) in beside
        ):
            return Pins(False, Label(Span(source, start, start + len(line)), "not an exact release"))
    known.add(path)
    return Pins(True)


def _is_exact_line(line: str) -> bool:
    return "--hash" in line or exact(line.partition(" --")[0]) or name_of(line) in INSTALLERS or line.startswith(".")


def _held_dependencies(requirements: Iterable[str]) -> frozenset[str]:
    """What some of the exact releases bring and die of, unless it is held back."""
    named = ((name_of(each), each.partition(";")[0].partition("==")[2].strip()) for each in requirements)
    return frozenset(cause.dependency for name, version in named if version for cause in dead_releases(name, version))


def _only_holds_back(requirement: str, held: frozenset[str]) -> bool:
    """Whether a requirement asks for nothing that is not there without it, but holds back what is."""
    name = name_of(requirement)
    return name in held and re.fullmatch(r"\s*<=?\s*[\d.]+", requirement.strip()[len(name) :]) is not None


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of a requirements file that say something, with their offsets, continuations joined."""
    start, joined = 0, ""
    offset = 0
    for raw in source.text.split("\n"):
        line = raw.split(" #")[0].strip() if not raw.lstrip().startswith("#") else ""
        if not joined:
            start = offset + len(raw) - len(raw.lstrip())
        offset += len(raw) + 1
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        if text := (joined + line).strip():
            yield start, text
        joined = ""


def pinned_names(tree: Tree, path: str) -> Iterator[str]:
    """The names that a requirements file, or one that it includes, pins wherever it is installed from."""
    for listed_file in lists(tree, () if path.endswith(_PROJECTS) else (path,)):
        wanted = listed_file.requirements if listed_file else ()
        yield from (each.name for each in wanted if each.specifier and exact(f"{each.name}{each.specifier}"))


def lists(tree: Tree, paths: Iterable[str]) -> Iterator[Requirements | None]:
    """Some requirements files and those that they include, each once, None for what is none."""
    waiting, seen = list(paths), set[str]()
    while waiting:
        if (path := waiting.pop()) not in seen:
            seen.add(path)
            listed_file: Requirements | None = tree.facts("requirements", path) if path in tree.paths else None
            yield listed_file
            waiting += (each.path for each in listed_file.includes if each.kind != "project") if listed_file else ()


def project_pins(tree: Tree, folder: str, beside: frozenset[str] = frozenset()) -> Pins:
    """The pins of the dependencies that a project's `pyproject.toml` names; None where a build tool fills them in.

    `beside`: the names that the same install pins elsewhere.
    """
    project = tree.project(folder)
    if project is None or "dependencies" in project.dynamic:
        return Pins(None)
    left_out = {"python", *beside}
    asked = [each for each in project.requirements if each.kind == MAIN and each.name not in left_out]
    spelled = [f"{each.name}{each.specifier or ''}" for each in asked]
    held = _held_dependencies(spelled)
    pairs = zip(asked, spelled, strict=True)
    loose = next((each for each, text in pairs if not (_pinned(each) or _only_holds_back(text, held))), None)
    return Pins(True) if loose is None else Pins(False, Label(loose.span, "not an exact release"))


def _pinned(requirement: Requirement) -> bool:
    """Whether it names one release, or a link or a folder in place of one."""
    if requirement.specifier is not None:
        return exact(requirement.specifier)
    text = requirement.span.text
    return exact(text) if "://" in text else not (requirement.range and requirement.range.text)
