"""The distributions that the program of a container imports and no install brings."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from mcplint.dependencies.closure import brought, own_node
from mcplint.dependencies.needs import needs
from mcplint.dependencies.pinned import INSTALLERS, lists, name_of
from mcplint.facts.dependencies import MAIN, Requirement, normalized
from mcplint.facts.document import ScalarNode, at, items, pairs, scalar
from mcplint.images.contents import Contents
from mcplint.images.image import Copy, Image
from mcplint.knowledge.base_images import python
from mcplint.knowledge.distributions import brings, distribution
from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.model import Container, Install, Lack, LackKind
from mcplint.programs.python.certain_imports import Imported
from mcplint.programs.python.modules import find
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.values import Label

_MORE = r"-r|--requirement|.*\.(?:whl|txt|gz)$"
"""What tells an install to bring more than a project."""
_OFFICIAL = r"(?:docker\.io/)?(?:library/)?python:|(?:.*/)?astral-sh/uv:(?:[\d.]+-)?python3"
"""Images that have Python and nothing installed in it."""
_FILE = ("-r", "--requirement")
_NAMED = r"[\w.,\[\]-]+(?:[=<>!~][\w.,=<>!~*+-]+)?"
"""A requirement that a command names."""
_BRINGING = INSTALLERS - {"pip", "setuptools", "wheel", "uv", "build"}
"""Installers that bring packages of their own, wherever a build names them."""


def missing_distributions(
    image: Image, container: Container, start: Start, found: tuple[Imported, ...], tree: Tree
) -> Iterator[Lack]:
    """One lack for all that only the same extra would bring, and one for all that nothing would."""
    installs = start.installs or image.installs
    imports = tuple(_from_outside(found, start, tree)) if installs else ()
    if not imports or _installs_first(container, start) or _reaches_system(image, container, imports):
        return
    installed = _installed(image, start, installs, tree)
    sdks = _sdks(installs, tree) if installed is None else None
    missing: dict[ScalarNode | None, dict[str, Imported]] = {}
    for top, name, each in imports:
        extra = next(_extras(installs, name, tree), None)
        only_extra = sdks is not None and name not in sdks and top in PYTHON_MODULES and extra is not None
        if only_extra or (installed is not None and name not in installed and not _has_own(tree, top)):
            missing.setdefault(extra, {})[top] = each
    for extra, modules in missing.items():
        first, *others = modules.items()
        why = f"only the extra `{extra.text}` brings" if extra else "nothing that is installed brings"
        why += f" {'them' if others else 'it'}" + (", which no step asks for" if extra else "")
        notes = [Label(each.span, f"imports `{top}`") for top, each in others]
        notes += [Label(extra.span, f"the extra `{extra.text}`")] if extra else []
        notes += [Label(installs[-1].span, "installs the packages"), Label(container.cmd, "starts the program")]
        yield Lack(LackKind.DISTRIBUTION, ", ".join(f"`{top}`" for top in modules), first[1].span, why, tuple(notes))


def _from_outside(found: tuple[Imported, ...], start: Start, tree: Tree) -> Iterator[tuple[str, str, Imported]]:
    """The top-level modules that a program gets from distributions known here: module, distribution, import."""
    seen: set[str] = set()
    for each in found:
        top = each.dotted.partition(".")[0]
        if each.path or top in seen or top in sys.stdlib_module_names or find(tree, start.roots, top):
            continue
        seen.add(top)
        if name := distribution(top):
            yield top, name, each


def _installs_first(container: Container, start: Start) -> bool:
    """Whether a command or script that leads to the program may install something before."""
    words = (word.only or "" for word in (container.argv and container.argv.words) or ())
    scripts = (note.span.source for note in start.notes if not note.span.source.path.endswith(".py"))
    texts = (*words, *(source.text for source in scripts if source.path != container.cmd.source.path))
    return any("install " in text for text in texts)


_SYSTEM = re.compile(
    r"dist-packages|system-site-packages|(?:site|user)customize|/usr/(?:lib|lib64|share)/[\w./-]{0,200}(?:site-packages|python)"
)
"""Where the packages of a system lie that the Python of an image has not installed, and what leads there."""
_LEADING = re.compile(rf"\.pth\b|{_SYSTEM.pattern}(?![\w./-]{{0,200}}EXTERNALLY-MANAGED)")
"""The same in a command of a build, of which many take away the mark that keeps pip from the system's packages."""


def _reaches_system(image: Image, container: Container, imports: tuple[tuple[str, str, Imported], ...]) -> bool:
    """Whether the program may find packages of its system, as `apt-get install python3-yaml` brings them."""
    path = container.env.get("PYTHONPATH")
    said = (path.only or path.partly or "") if path is not None else ""
    texts = (said, *container.words, *(each.span.source.text for _, _, each in imports))
    return any(map(_SYSTEM.search, texts)) or any(_LEADING.search(run.script) for run in image.runs)


def _has_own(tree: Tree, name: str) -> bool:
    """Whether the project has a module or folder of a name anywhere, which may be what is imported."""
    return bool(tree.called(f"{name}.py") or tree.folders_called(name))


def _installed(image: Image, start: Start, installs: tuple[Install, ...], tree: Tree) -> frozenset[str] | None:
    """Every distribution known here that is there when the program starts, None where that is not told."""
    if (locked := _by_locks(installs, tree)) is not None:
        return locked
    if python(image.base.only or "") is None or Contents.of(image, tree).open:
        return None
    # A project that asks for nothing gets nothing, on an image that has Python alone.
    alone = all(each.packaged and not any(re.match(_MORE, word) for word in each.argv) for each in installs)
    if alone and _sdks(installs, tree) == frozenset():
        return frozenset()
    return _by_requirements(image, tree) if start.installs is None else None


def _by_locks(installs: tuple[Install, ...], tree: Tree) -> frozenset[str] | None:
    """All distributions that lock files bring, None where anything else is installed from."""
    names: set[str] = set()
    for install in installs:
        found = brought(tree, install) if install.tool.startswith("uv ") and install.locked.must(bool) else None
        if found is None:
            return None
        names |= found
    return frozenset(names)


def _by_requirements(image: Image, tree: Tree) -> frozenset[str] | None:
    """All distributions known here that pip may bring by files and names, None where that is not told."""
    copied = any(copy.stage is not None or not _is_tool(copy) for copy in image.copies)
    alone = re.match(_OFFICIAL, image.base.only or "") and not any(map(Contents.of(image, tree).ran.names, _BRINGING))
    if copied or not alone or not all(map(_is_plain, image.installs)) or not _all_named(image, tree):
        return None
    files = tuple(each._replace(requirements=_files(each)) for each in image.installs)
    asked = list(needs(tree, files, image.folder).requirements)
    for install in image.installs:
        if (own := _of_projects(install, tree)) is None:
            return None
        asked += own
    names: set[str] = set()
    for each in asked:
        if each.specifier is None or (brought_by := brings(each.name, each.extras)) is None:
            return None
        names |= brought_by
    return frozenset(names) if asked else None


_UV = r"(?:.*/)?astral-sh/uv(?::.*)?"


def _is_tool(copy: Copy) -> bool:
    """Whether a copy brings nothing from another image but uv."""
    return copy.image is None or re.fullmatch(_UV, copy.image.only or "") is not None


def _files(install: Install) -> tuple[str, ...]:
    """The requirements files among what an install reads."""
    projects = {each.folder for each in install.packaged}
    return tuple(path for path in install.requirements if path not in projects)


def _of_projects(install: Install, tree: Tree) -> list[Requirement] | None:
    """What the projects that an install packages ask for, extras that it names too; None where that is not told."""
    from mcplint.readers.requirements import requirement

    asked: list[Requirement] = []
    for folder in dict.fromkeys(each.folder for each in install.packaged):
        project = tree.project(folder)
        listed = at(project.document, "project", "dependencies") if project else None
        if project is None or listed is None or project.elsewhere or project.dynamic & _DECIDED:
            return None
        asked += (each for each in project.requirements if each.kind == MAIN)
        extras = pairs(at(project.document, "project", "optional-dependencies"))
        for _, nodes in ((name, nodes) for name, nodes in extras if normalized(name.text) in (install.extras or ())):
            found = [requirement(each.span) for each in items(nodes) if scalar(each) == each.span.text]
            if None in found or len(found) < len(items(nodes)) or any(each and "[" in each.span.text for each in found):
                return None
            asked += filter(None, found)
    return asked


_DECIDED = frozenset({"dependencies", "optional-dependencies"})


def _is_plain(install: Install) -> bool:
    """Whether an install is of pip, from requirements files, projects that are here and names, and nothing else."""
    from mcplint.images.pip_install import is_local

    words = list(zip(("", *install.argv), install.argv, strict=False))
    own = sum(is_local(word) and front not in _FILE for front, word in words)
    whole = own == len(install.packaged) and not (own and install.extras is None)
    files = sum(word.startswith(_FILE) for word in install.argv) == len(_files(install))
    return install.tool in ("pip", "uv pip") and not install.instead and whole and files and _names_all(install)


def _names_all(install: Install) -> bool:
    """Whether the requirements that a command names are known."""
    return all(re.fullmatch(_NAMED, name) for name, _ in install.names)


def _all_named(image: Image, tree: Tree) -> bool:
    """Whether the requirements files of an image, and those that they include, name all that they install."""
    paths = [path for install in image.installs for path in (*_files(install), *install.constraints)]
    return all(said is not None and not said.nameless for said in lists(tree, paths))


def installs_paths(image: Image, tree: Tree) -> bool:
    """Whether an install, or a requirements file that it reads, installs by its path what is not known here."""
    pip = [install for install in image.installs if install.tool in ("pip", "uv pip")]
    paths = [path for install in pip for path in _files(install) if not path.endswith(".toml")]
    untold = any(install.untold for install in pip)
    return untold or any(said is not None and said.local for said in lists(tree, paths))


def _sdks(installs: tuple[Install, ...], tree: Tree) -> frozenset[str] | None:
    """All that is named in what is installed without extras; None where another package may bring an SDK."""
    names: set[str] = set()
    for install in installs:
        projects = {each.folder for each in install.packaged}
        if install.extras or (projects and install.extras is None) or install.constraints:
            return None
        if projects != set(install.requirements) or not _names_all(install):
            return None
        names |= {normalized(name.partition("[")[0]) for name, _ in install.names}
        if install.locked.may(bool) and (locked := own_node(tree, install)):
            names.update(locked.needs)
        for folder in projects:
            project = tree.project(folder)
            if project is None or project.dynamic & {"dependencies", "optional-dependencies"} or project.elsewhere:
                return None
            names |= {each.name for each in project.requirements if each.kind == MAIN}
    return None if any("mcp" in name or "langchain" in name for name in names) else frozenset(names)


def _extras(installs: tuple[Install, ...], name: str, tree: Tree) -> Iterator[ScalarNode]:
    """The extras of the installed projects that bring a distribution."""
    for folder in dict.fromkeys(folder for install in installs for folder in install.requirements):
        project = tree.project(folder)
        table = at(project.document, "project", "optional-dependencies") if project else None
        for extra, listed in pairs(table):
            if any(normalized(name_of(scalar(each))) == name for each in items(listed)):
                yield extra
