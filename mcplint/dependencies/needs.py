"""What decides which releases of packages are installed: the lock files and requirements that an image installs from,
or those of the project where there is no image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.dependencies.markers import is_ruled_out
from mcplint.dependencies.uv_settings import decider, setting, settings_files
from mcplint.facts.dependencies import (
    EXTRA,
    GROUP,
    MAIN,
    PROJECTS,
    Include,
    Lock,
    Locked,
    Project,
    Requirement,
    Requirements,
)
from mcplint.facts.document import items
from mcplint.knowledge.lock_files import PYLOCK, PYTHON_LOCKS
from mcplint.model import Install
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.text.glob import fits
from mcplint.text.source import Source, Span
from mcplint.values import Label

LOCKS = tuple(dict.fromkeys((PYTHON_LOCKS["uv"], PYLOCK, *PYTHON_LOCKS.values())))
DEPENDENCIES = (*PROJECTS, "Pipfile")
_MOST = 64


class Needs(NamedTuple):
    """What is installed, as far as the files say.

    `locked`: the entries of the lock files that are installed from; `requirements`: what is asked for besides or
    instead. `constraints` hold for a package only where something asks for it. `elsewhere`: the packages that come from
    git, a path or a URL. `passed_over`: entries of lock files that nothing installs from. `steps`: the commands.
    `by`: the command that first asks for a package, by its name, and that installs from a lock file, by its path.
    `rewritten`: the lock files that a command brings up to date where they do not fit what the project asks for.
    `decided`: by the name of a package what else decides its release, so that the newest one is not what is taken; that
    of the empty name decides those of all. `unread`: the command of which nothing tells what it installs.
    """

    locked: tuple[Locked, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    elsewhere: tuple[str, ...] = ()
    passed_over: tuple[Locked, ...] = ()
    steps: tuple[Label, ...] = ()
    by: Mapping[str, Label] = {}
    rewritten: frozenset[str] = frozenset()
    decided: Mapping[str, Label] = {}
    unread: Label | None = None

    def decider(self, package: str) -> Label | None:
        """What else decides the release of a package."""
        return self.decided.get(package) or self.decided.get("")


def needs(tree: Tree, installs: tuple[Install, ...], folder: str) -> Needs:
    """What those commands install, or what the project in that folder says where there are none."""
    lying = lock_of(tree, folder)
    gathered = _Gathered(tree)
    if not installs:
        gathered.project(folder)
        for path in settings_files(tree, folder):
            gathered.settings(path)
        # What no command says is as a lock file has it, which is made anew where it does not fit.
        rewritten = frozenset((lying,)) if lying else frozenset[str]()
        return gathered.as_needs(_entries(tree, lying), ())._replace(rewritten=rewritten)
    steps = tuple(Label(install.span, f"`{_words(install)}` {_verb(install)} the packages") for install in installs)
    by: dict[str, Label] = {}
    collected, decided = set[Requirement](), set[str]()
    for install, step in zip(installs, steps, strict=True):
        before = len(gathered.requirements)
        gathered.turn_to(install.python)
        for path in install.requirements:
            gathered.path(path)
        for name, span in install.names:
            gathered.add_named(name, span)
        for path in install.constraints:
            gathered.limits(path)
        for path in install.settings:
            gathered.settings(path)
        names = tuple(requirement.name for requirement in gathered.requirements[before:])
        gathered.decide(names, install.decided)
        if install.collects:
            collected.update(gathered.requirements[before:])
        elif install.decided:
            decided.update(names)
        for key in (*names, install.lock):
            if key:
                by.setdefault(key, step)
    # What is collected for an install holds only as far as nothing else decides what that takes.
    gathered.requirements = [
        each for each in gathered.requirements if each.name not in decided or each not in collected
    ]
    used = dict.fromkeys(install.lock for install in installs if install.lock)
    locked = tuple(entry for path in used for entry in _entries(tree, path))
    passed_over = _entries(tree, lying) if lying not in used else ()
    held = {install.lock for install in installs if install.locked.may(bool) or not install.tool.startswith("uv ")}
    rewritten = frozenset(path for path in used if path and path not in held)
    unread = next((_unread(install) for install in installs if not _tells_packages(install)), None)
    settled = gathered.as_needs(locked, passed_over)
    return settled._replace(steps=steps, by=by, rewritten=rewritten, unread=unread)


def _verb(install: Install) -> str:
    return "collects" if install.collects else "installs"


def _tells_packages(install: Install) -> bool:
    return bool(install.requirements or install.names or install.lock)


def _unread(install: Install) -> Label:
    return Label(install.span, f"what `{_words(install)}` installs is not known")


def requirements_for(package: str, requirements: Iterable[Requirement]) -> list[Requirement]:
    """The requirements that name a package."""
    return [requirement for requirement in requirements if requirement.name == package]


def home(tree: Tree, path: str) -> str:
    """The folder of the project that a file belongs to: the nearest one above it that says what it depends on."""
    folder = path
    while folder:
        folder = posixpath.dirname(folder)
        if any(posixpath.join(folder, name) in tree.paths for name in (*DEPENDENCIES, "requirements.txt")):
            break
    return folder


def lock_of(tree: Tree, folder: str) -> str | None:
    """The lock file of a project: beside it, or that of the workspace which it is a member of."""
    above = folder
    while True:
        for name in LOCKS:
            path = posixpath.join(above, name)
            if path in tree.paths and (above == folder or _member(tree, above, folder)):
                return path
        if not above:
            return None
        above = posixpath.dirname(above)


def _member(tree: Tree, root: str, folder: str) -> bool:
    project = tree.project(root)
    inside = posixpath.relpath(folder, root or ".")
    return bool(project and any(fits(inside, pattern) for pattern in project.members))


def _entries(tree: Tree, path: str | None) -> tuple[Locked, ...]:
    """The packages of a lock file; a list of exact requirements, which may stand for one, has none of its own."""
    form = kind(path) if path else None
    lock: Lock | None = tree.facts("lock", path) if path and form and form.name.endswith("lock") else None
    return lock.packages if lock else ()


def _words(install: Install) -> str:
    words = " ".join(install.argv or (install.tool,))
    return words if len(words) <= 60 else f"{words[:57]}…"


class _Gathered:
    """The requirements met so far; each file is followed once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.requirements: list[Requirement] = []
        self.constraints: list[Requirement] = []
        self.elsewhere: list[str] = []
        self.seen: set[str] = set()
        self.decided: dict[str, Label] = {}
        self.python: str | None = None

    def turn_to(self, python: str | None) -> None:
        """An install for some Python; what another one passes over may count for it."""
        if python != self.python:
            self.python = python
            self.seen.clear()

    def as_needs(self, locked: tuple[Locked, ...], passed_over: tuple[Locked, ...]) -> Needs:
        asked = tuple(dict.fromkeys(self.requirements))
        limits, elsewhere = tuple(dict.fromkeys(self.constraints)), tuple(self.elsewhere)
        return Needs(locked, asked, limits, elsewhere, passed_over, decided=self.decided)

    def decide(self, names: Iterable[str], said: Label | None) -> None:
        """Something that decides the releases of some packages, of which nothing else was said before."""
        if said:
            self.decided = {**dict.fromkeys(names, said), **self.decided}

    def add_named(self, text: str, span: Span) -> None:
        """A requirement that stands in a command."""
        from mcplint.readers.requirements import requirement

        inner = span._replace(start=span.start + 1, end=span.end - 1)
        spelled = next((each for each in (span, inner) if each.text == text), None)
        if spelled:
            found = requirement(spelled)
        else:
            found = requirement(Span(Source(span.source.path, text), 0, len(text)))
            found = found and found._replace(span=span, range=None)
        if found:
            self.requirements += self._without_ruled_out((found,))

    def path(self, path: str) -> None:
        """A requirements file, a project's file, or a project's folder."""
        path = "" if path == "." else path
        name = posixpath.basename(path)
        if name in DEPENDENCIES:
            self._project_file(path)
        elif path in self.tree.paths:
            self._requirements(path, self.requirements)
        else:
            self.project(path)

    def limits(self, path: str) -> None:
        """A constraints file."""
        self._requirements(path, self.constraints)

    def settings(self, path: str) -> None:
        """A file that uv reads its settings from."""
        from mcplint.readers.requirements import requirement

        for name in ("constraint-dependencies", "override-dependencies"):
            listed = items(setting(self.tree, path, name))
            self.constraints += self._without_ruled_out(filter(None, (requirement(each.span) for each in listed)))
        self.decide(("",), decider(self.tree, path))

    def project(self, folder: str) -> None:
        """All files of a folder that say what its project depends on; requirement files only where no other does."""
        found = [self._project_file(posixpath.join(folder, name)) for name in DEPENDENCIES]
        if not any(found) and posixpath.join(folder, "requirements.txt") in self.tree.paths:
            self._requirements(posixpath.join(folder, "requirements.txt"), self.requirements)

    def _project_file(self, path: str) -> bool:
        if path in self.seen or path not in self.tree.paths:
            return path in self.seen
        self.seen.add(path)
        project: Project | None = self.tree.facts("project", path)
        if not project:
            return False
        self.elsewhere += project.elsewhere
        self.requirements += _installed(tuple(self._without_ruled_out(project.requirements, by_extra=True)))
        self._follow(project.includes)
        return bool(project.requirements or project.includes)

    def _requirements(self, path: str, into: list[Requirement]) -> None:
        if path in self.seen or len(self.seen) > _MOST:
            return
        self.seen.add(path)
        file_facts: Requirements | None = self.tree.facts("requirements", path)
        if file_facts:
            into += self._without_ruled_out(file_facts.requirements)
            if file_facts.decides:
                self.decide(("",), Label(file_facts.decides, "decides where the releases come from"))
            self._follow(file_facts.includes)

    def _without_ruled_out(self, asked: Iterable[Requirement], by_extra: bool = False) -> Iterator[Requirement]:
        """Those requirements that their markers do not rule out."""
        return (each for each in asked if not (each.marker and is_ruled_out(each.marker, self.python, by_extra)))

    def _follow(self, includes: tuple[Include, ...]) -> None:
        for include in includes:
            if include.kind == "project":
                self.path(include.path)
            else:
                self._requirements(
                    include.path, self.constraints if include.kind == "constraints" else self.requirements
                )


def _installed(requirements: tuple[Requirement, ...]) -> Iterator[Requirement]:
    """What a project needs itself; what only an extra or group of it names counts where it names nothing else so."""
    main = {requirement.name for requirement in requirements if requirement.kind == MAIN}
    for requirement in requirements:
        if requirement.kind == MAIN or (requirement.kind in (EXTRA, GROUP) and requirement.name not in main):
            yield requirement
