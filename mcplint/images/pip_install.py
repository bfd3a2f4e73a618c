"""pip and what takes its arguments (`uv pip`, `pipx`, `uv tool`): whether they install exact releases."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.options import Parsed
from mcplint.commands.words import spelled, text, word_span
from mcplint.dependencies.pinned import INSTALLERS, exact, file_pins, name_of, pinned_names, project_pins
from mcplint.facts.dependencies import Requirements
from mcplint.images.environments import is_collecting
from mcplint.images.limits import folder_of, links
from mcplint.images.runs import RunStep
from mcplint.images.wheelhouses import is_distribution
from mcplint.model import Install, Packaged
from mcplint.values import Label, Value

_FED = ("-", "/dev/stdin")
_CONSTRAINTS = ("constraint", "constraints", "override", "overrides")
_HOLDING = ("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_EXCLUDE_NEWER", "PIP_REQUIRE_HASHES", "PIP_NO_INDEX", "UV_NO_INDEX")


_AT_ONCE = ("pip", "uv pip")
"""The tools that resolve all that one command names together; the others do so for each word by itself."""
_UNNAMED = r"-|/dev/|/proc/|[\w+]+:"
"""How words begin that name no file of the image: standard input, an address."""
_BUILT = "dist/*"


class _Item(NamedTuple):
    """One thing to install: whether it is exact, where that is seen, and the file or folder of the project it is.

    `image_path`: where a project lies in the image.
    """

    exact: bool | None
    note: Label
    path: str | None = None
    lock: str | None = None
    image_path: str | None = None


def pip_install(tool: str, step: RunStep, options: Parsed, exactly: bool = False) -> Iterator[Install]:
    """The install that a command is, none where it only installs installers; `exactly`: its words are files."""
    aside = INSTALLERS | step.removed
    words = [word for word in options.rest if text(word) is None or name_of(spelled(word)) not in aside]
    files = [*options.values("requirement", "requirements"), *(words if exactly else ())]
    projects = [*options.values("editable"), *(word for word in words if is_local(spelled(word)) and not exactly)]
    names = [word for word in words if not is_local(spelled(word)) and not exactly]
    own = _collected_projects(tool, options, step) if names else {}
    editable = options.values("editable")
    beside = _pinned(names, files, step) if tool in _AT_ONCE else frozenset[str]()
    found = [_project(word, options, step, beside) for word in projects]
    pinned = beside or frozenset[str]()
    kept = _already_pinned(tool, options, step) if names and step.before else frozenset[str]()
    items = [
        *(_file(word, step, pinned) for word in files),
        *found,
        *(_named_item(word, own.get(name_of(spelled(word))), kept, pinned) for word in names),
    ]
    if not items:
        if not options.rest and "$" in step.written_at.text and not step.skipped:
            yield _install_of_arguments(tool, step)
        return
    limits = [_file(word, step) for word in options.values(*_CONSTRAINTS)]
    yield Install(
        tool,
        step.words,
        _locked(items, options, step),
        next((item.lock for item in (*items, *limits) if item.lock), None),
        tuple(dict.fromkeys(item.path for item in items if item.path)),
        tuple((spelled(word), word_span(word)) for word in names if name_of(spelled(word)) not in own),
        step.written_at,
        constraints=tuple(dict.fromkeys(item.path for item in limits if item.path)),
        packaged=tuple(
            Packaged(item.path, item.image_path, word in editable)
            for word, item in zip(projects, found, strict=True)
            if item.path and item.image_path
        ),
        extras=_extras(projects, options),
        files=tuple(_own_requirement_files([*files, *options.values(*_CONSTRAINTS)], step)),
        workdir=step.workdir,
        untold=any(item.path is None for item in items[: len(files)])
        or any(item.path is None or item.image_path is None for item in found)
        or any(text(word) is None and spelled(word).startswith("$") for word in names),
    )


def _named_item(word: Value[str], own: str | None, kept: frozenset[str], beside: frozenset[str]) -> _Item:
    """What a name asks for; `own`: the folder of the project of that name whose distribution the build has made."""
    exactly = None if own else _exact(word, kept, beside)
    return _Item(exactly, Label(word_span(word), "not an exact release"), own)


def _collected_projects(tool: str, options: Parsed, step: RunStep) -> Mapping[str, str]:
    """By their names the projects whose distributions the build has put where an install looks for packages."""
    places = [place for _, value in links(tool, options, step) if (place := folder_of(value, step))]
    folders = (each.folder for place in places for install in step.houses.fillers(place) for each in install.packaged)
    found = ((step.tree.project(folder), folder) for folder in folders)
    return {name_of(name): folder for project, folder in found if project and (name := project.name.only)}


def _install_of_arguments(tool: str, step: RunStep) -> Install:
    """The install of what a build is given: with nothing, as a variable is by itself, pip would fail."""
    label = Label(step.written_at, "the build is given what it installs")
    return Install(tool, step.words, Value(None, (label,)), None, (), ((label.span.text, label.span),), label.span)


def _own_requirement_files(files: list[Value[str]], step: RunStep) -> Iterator[tuple[str, str]]:
    """The files that are named outright, and that no export of a lock has made."""
    for word in files if not step.line.inside else ():
        name = text(word)
        place = step.absolute(name) if name and not re.match(_UNNAMED, name) else None
        if name and place and "$" not in word_span(word).text and posixpath.basename(name) not in step.exported:
            yield name, place


def _extras(projects: list[Value[str]], options: Parsed) -> frozenset[str] | None:
    """The extras of local projects that are asked for, None where that cannot be told."""
    open_ = options.first("all-extras", "extra", "group") or not options.closed
    if open_ or any(text(word) is None for word in projects):
        return None
    named = (spelled(word).partition("[")[2].rstrip("]") for word in projects)
    return frozenset(extra.strip().lower().replace("_", "-") for each in named for extra in each.split(",") if extra)


def is_local(word: str) -> bool:
    """Whether a word of an install names a folder or an archive."""
    path = "/" in word and "://" not in word and "@" not in word
    return path or word.startswith((".", "/", "file:")) or word.endswith((".whl", ".tar.gz", ".zip"))


def _pinned(names: list[Value[str]], files: list[Value[str]], step: RunStep) -> frozenset[str] | None:
    """The names that words and requirements files of one install pin, which holds for all that it installs.

    None where a file is not known, or is one that the build exports from a lock.
    """
    paths = [step.file(spelled(word)) if text(word) is not None else None for word in files]
    if not all(paths) or any(spelled(word).rpartition("/")[2] in step.exported for word in files):
        return None
    exact_names = {name_of(spelled(word)) for word in names if "==" in spelled(word) and exact(spelled(word))}
    return frozenset(exact_names.union(*(pinned_names(step.tree, path) for path in paths if path)))


def _exact(word: Value[str], kept: frozenset[str], beside: frozenset[str]) -> bool | None:
    """Whether a word names one release; `kept`: the names whose packages stay as they are."""
    name = text(word)
    if name is not None and name_of(name) in beside:
        return True
    if name is not None and re.fullmatch(r"[\w.-]+", name) and name_of(name) in kept:
        return True
    return exact(spelled(word)) if text(word) is not None or "==" in spelled(word) else None


_MOVING = frozenset({"-U", "--upgrade", "--force-reinstall", "-I", "--ignore-installed"})
_NEAR = 8
"""How many installs before a name may have pinned it."""
_ELSEWHERE = ("-t", "--target", "--prefix", "--root", "--python", "-p")


def _already_pinned(tool: str, options: Parsed, step: RunStep) -> frozenset[str]:
    """The packages that an install before this one has put in its place by a requirements file that pins them.

    pip keeps them where they are asked for by nothing but their names.
    """
    found: set[str] = set()
    if not options.closed or _installs_aside(step.words):
        return frozenset()
    for each in step.before[-_NEAR:]:
        alike = each.tool == tool and each.argv[:1] == step.words[:1] and not each.instead and each.files
        same = ("--user" in each.argv) == ("--user" in step.words)
        for path in each.requirements if alike and same and not _installs_aside(each.argv) else ():
            file_facts: Requirements | None = step.tree.facts("requirements", path) if path in step.tree.paths else None
            pinned = (one for one in (file_facts.requirements if file_facts else ()) if one.specifier)
            found |= {one.name for one in pinned if exact(f"{one.name}{one.specifier}")}
    return frozenset(found)


def _installs_aside(words: tuple[str, ...]) -> bool:
    """Whether an install replaces what is installed, or goes to a folder of its own."""
    return not _MOVING.isdisjoint(words) or any(word.partition("=")[0] in _ELSEWHERE for word in words)


def _locked(items: list[_Item], options: Parsed, step: RunStep) -> Value[bool]:
    if held := options.first("require-hashes", "no-index"):
        return Value((True,), (Label(step.written_at, f"{held} allows nothing else"),))
    constrained = options.values(*_CONSTRAINTS) or any(name in step.env for name in _HOLDING)
    if options.first("exclude-newer") or constrained:
        return Value(None, (Label(step.written_at, "something else decides the releases"),))
    if not options.closed:
        return Value(None, (Label(step.written_at, "some of its words are not known"),))
    loose = [item for item in items if item.exact is False]
    if loose:
        return Value((False,), tuple(item.note for item in loose))
    open_ = [item for item in items if item.exact is None]
    return Value(None if open_ else (True,), tuple(item.note for item in open_))


def _file(word: Value[str], step: RunStep, beside: frozenset[str] = frozenset()) -> _Item:
    """A requirements file: one of the project, or one that the build wrote from a lock."""
    name = spelled(word)
    base = "-" if name in _FED else name.rpartition("/")[2]
    if base in step.exported:
        return _Item(True, Label(word_span(word), "exported from a lock file"), None, step.exported[base])
    path = step.file(name) if text(word) is not None else None
    if path is None:
        return _Item(None, Label(word_span(word), "this file is not known"))
    pinned = base != "pyproject.toml"
    folder = path.rpartition("/")[0]
    pins = file_pins(step.tree, path, beside=beside) if pinned else project_pins(step.tree, folder, beside)
    return _Item(
        pins.exact, pins.note or Label(word_span(word), "is read"), path, path if pins.exact and pinned else None
    )


def _project(word: Value[str], options: Parsed, step: RunStep, beside: frozenset[str] | None) -> _Item:
    """A local project or archive. What was installed before it and fits is left as it is."""
    name = re.sub(r"\Afile:(?://)?", "", spelled(word).partition("[")[0])
    folder = step.folder(name) if text(word) is not None else None
    image_path = step.absolute(name)
    collected: tuple[Install, ...] = ()
    if folder is None and image_path and (is_distribution(name) or name.endswith(_BUILT)):
        collected = step.houses.fillers(posixpath.dirname(image_path))
        folder, image_path = step.houses.project(image_path) or step.folder(posixpath.join(name, "../..")), None
    note = Label(word_span(word), "installs the project with its requirements")
    if options.first("no-deps"):
        return _Item(True, note, folder, image_path=image_path)
    if any(is_collecting(each) for each in collected):
        return _Item(None, note, folder)
    if folder is None or beside is None or any(install.locked.may(bool) for install in step.before):
        return _Item(None, note, folder, image_path=image_path)
    pins = project_pins(step.tree, folder, beside)
    return _Item(pins.exact, pins.note or note, folder, image_path=image_path)
