"""Which distributions installs bring, all of those known here, where that can be told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from mcplint.dependencies.closure import locked_names, own_node
from mcplint.dependencies.needs import lock_of, needs
from mcplint.dependencies.pinned import name_of
from mcplint.facts.dependencies import GROUP, MAIN, Project, Requirement, normalized
from mcplint.facts.document import ScalarNode, at, items, pairs, scalar
from mcplint.knowledge.distributions import brought_packages
from mcplint.model import Install
from mcplint.project.tree import Tree

_NAMED = r"[\w.,\[\]-]+(?:[=<>!~][\w.,=<>!~*+-]+)?"
"""A requirement that a command names."""
_DECIDED = frozenset({"dependencies", "optional-dependencies"})


def by_locks(installs: Iterable[Install], tree: Tree) -> frozenset[str] | None:
    """All distributions that lock files bring, None where anything else is installed from."""
    names: set[str] = set()
    for install in installs:
        found = locked_names(tree, install) if install.tool.startswith("uv ") and install.locked.must(bool) else None
        if found is None:
            return None
        names |= found
    return frozenset(names)


def by_requirements(installs: tuple[Install, ...], folder: str, tree: Tree) -> frozenset[str] | None:
    """All distributions that requirements files, projects and names bring, None where one of them is not known here."""
    asked = list(needs(tree, tuple(each._replace(requirements=files(each)) for each in installs), folder).requirements)
    for install in installs:
        projects = filter(None, (tree.project(each.folder) for each in install.packaged))
        if (own := of_projects(install, tree)) is None or any(each.elsewhere for each in projects):
            return None
        asked += own
    return _brought_by(asked) if asked else None


def _brought_by(asked: Iterable[Requirement]) -> frozenset[str] | None:
    """All distributions that some requirements bring, None where one of them is not known here."""
    names: set[str] = set()
    for each in asked:
        if each.specifier is None or (found := brought_packages(each.name, each.extras)) is None:
            return None
        names |= found
    return frozenset(names)


def environment_names(install: Install, tree: Tree) -> frozenset[str] | None:
    """All distributions in an environment that one install of a project makes, None where that is not told.

    What a lock file beside the project says that its dependencies need stands for what they need without it.
    """
    project = tree.project(install.requirements[0]) if len(install.requirements) == 1 else None
    if project is None or install.decided or install.extras is None or install.groups is None or not names_all(install):
        return None
    named = needs(tree, (install._replace(requirements=(), lock=None),), "").requirements
    beside, asked = _brought_by(named), of_projects(install, tree)
    if beside is None or asked is None or len(named) < len(install.names):
        return None
    folder = install.requirements[0]
    lock = install.lock or lock_of(tree, "" if folder == "." else folder)
    locked = locked_names(tree, install._replace(lock=lock)) if lock else None
    if locked is not None and locked.issuperset(each.name for each in asked):
        return locked | beside
    grouped = [each for each in project.requirements if each.kind == GROUP] if install.groups else []
    found = None if project.elsewhere else _brought_by((*asked, *grouped))
    return None if found is None else found | beside


def files(install: Install) -> tuple[str, ...]:
    """The requirements files among what an install reads."""
    projects = {each.folder for each in install.packaged}
    return tuple(path for path in install.requirements if path not in projects)


def of_projects(install: Install, tree: Tree) -> list[Requirement] | None:
    """What the projects of an install ask for, extras that it names too; None where that is not told.

    They are those that a build packages, or the one that a start leads to.
    """
    asked: list[Requirement] = []
    packaged = [each.folder for each in install.packaged]
    for folder in dict.fromkeys(packaged or (path for path in install.requirements if path not in tree.paths)):
        project = tree.project(folder)
        if project is None or not _says_all(project, tree):
            return None
        asked += (each for each in project.requirements if each.kind == MAIN)
        for extra in install.extras or ():
            if (more := _of_extra(project, extra)) is None:
                return None
            asked += more
    return asked


def _of_extra(project: Project, extra: str) -> list[Requirement] | None:
    """What an extra of a project brings, None where that is not told, or is what other extras bring."""
    from mcplint.readers.requirements import requirement

    for keys in (("project", "optional-dependencies"), ("tool", "poetry", "extras")):
        for name, nodes in pairs(at(project.document, *keys)):
            if normalized(name.text) != extra:
                continue
            if keys[0] == "tool":
                named = {normalized(scalar(each)) for each in items(nodes)}
                return [each for each in project.requirements if each.name in named]
            found = [requirement(each.span) for each in items(nodes) if scalar(each) == each.span.text]
            complete = len(found) == len(items(nodes)) and not any(
                each is None or "[" in each.span.text for each in found
            )
            return [each for each in found if each] if complete else None
    return None


def _says_all(project: Project, tree: Tree) -> bool:
    """Whether the file of a project tells all that it depends on; where it says nothing, a `setup.py` may."""
    if project.dynamic & _DECIDED:
        return False
    listed, poetry = at(project.document, "project", "dependencies"), at(project.document, "tool", "poetry")
    if listed is None and at(poetry, "dependencies") is None:
        folder = posixpath.dirname(project.source.path)
        return not any(posixpath.join(folder, name) in tree.paths for name in ("setup.py", "setup.cfg"))
    read = [each for each in project.requirements if each.kind == MAIN]
    return at(poetry, "dependencies") is not None or len(read) == len(items(listed))


def names_all(install: Install) -> bool:
    """Whether the requirements that a command names are known."""
    return all(re.fullmatch(_NAMED, name) for name, _ in install.names)


def named_plainly(installs: Iterable[Install], tree: Tree) -> frozenset[str] | None:
    """All that is named in what is installed without extras; None where another package may bring an SDK."""
    names: set[str] = set()
    for install in installs:
        projects = {each.folder for each in install.packaged}
        if install.extras or (projects and install.extras is None) or install.constraints:
            return None
        if projects != set(install.requirements) or not names_all(install):
            return None
        names |= {normalized(name.partition("[")[0]) for name, _ in install.names}
        if install.locked.may(bool) and (locked := own_node(tree, install)):
            names.update(locked.needs)
        for folder in projects:
            project = tree.project(folder)
            if project is None or project.dynamic & _DECIDED or project.elsewhere:
                return None
            names |= {each.name for each in project.requirements if each.kind == MAIN}
    return None if any("mcp" in name or "langchain" in name for name in names) else frozenset(names)


def extras(installs: Iterable[Install], name: str, tree: Tree) -> Iterator[ScalarNode]:
    """The extras of the installed projects that bring a distribution."""
    for folder in dict.fromkeys(folder for install in installs for folder in install.requirements):
        project = tree.project(folder)
        for keys in (("project", "optional-dependencies"), ("tool", "poetry", "extras")):
            for extra, listed in pairs(at(project.document, *keys) if project else None):
                if any(normalized(name_of(scalar(each))) == name for each in items(listed)):
                    yield extra
