"""The console scripts of the projects that may start an MCP server, and what programs call that are run as files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from mcplint.commands.console_scripts import scripts
from mcplint.commands.words import spelled
from mcplint.facts.dependencies import PROJECTS, Project
from mcplint.images.contents import absence_of
from mcplint.knowledge.pythons import PYTHONS
from mcplint.model import Container, EntryPoint, LackKind, Packaged, ScriptTarget
from mcplint.packaging.backend import backend, hooks, inputs, is_of, is_optional, package_setting
from mcplint.packaging.wheel import files_below, wheel
from mcplint.programs.python.certain_imports import imported
from mcplint.programs.python.entry_points import dropped_coroutines, runs_after_server, script_target
from mcplint.programs.python.modules import find, loads_library, roots
from mcplint.project.tree import Tree
from mcplint.runtime.copied_environments import first_words
from mcplint.runtime.unpackaged_data import unpackaged_data
from mcplint.text.paths import side_folder
from mcplint.text.source import Span
from mcplint.values import Label


def entry_points(tree: Tree, containers: Collection[Container], published: Collection[str]) -> Iterator[EntryPoint]:
    """Those that may come across an SDK, outside of tests and examples.

    `published`: the packages that `server.json` names.
    """
    for path in sorted(tree.paths):
        folder, _, name = path.rpartition("/")
        if name not in PROJECTS or side_folder(folder):
            continue
        project: Project | None = tree.facts("project", path)
        if project is None or package_setting(project) is False:
            continue
        for script in scripts(tree, path):
            module = script.target.partition(":")[0]
            source = posixpath.join(folder, "src")
            folders = roots(tree, folder, source)
            found = find(tree, (folder, source), module)
            if found is None and _lacks_module(tree, project, folder, module):
                yield EntryPoint(script.name, script.target, script.span, path, ScriptTarget(lost=True))
            if not found or found.endswith("/"):
                continue
            if not loads_library(tree, folders, found):
                if _lacks_target(tree, project, folder, folders, script.target, found):
                    yield EntryPoint(script.name, script.target, script.span, path, ScriptTarget(missing=True))
                continue
            made = EntryPoint(
                script.name, script.target, script.span, path, _script_target(tree, folders, script.target)
            )
            having = [container for container in containers if any(_packaged_in((container,), folder))]
            bare = [
                container
                for container in having
                if _has_wheel(container, folder) and not _may_find_elsewhere(container)
            ]
            whole = project.name.only in published or any(_starts_script(container, script.name) for container in bare)
            asked = whole or bare or not having
            lost = _unpackaged_module(tree, project, folder, folders, module, found) if asked else None
            alike = tuple(_similar_scripts(tree, project, path, script.name, folders)) if lost else ()
            unread = None
            if lost is None and (has := tuple(_starts_from_wheel(containers, published, project, folder, script.name))):
                unread = unpackaged_data(tree, project, folder, folders, (script.target, found), has)
            yield made._replace(unpackaged=lost, installed=whole, alike=alike, unread=unread)


def unawaited_calls(tree: Tree, paths: Iterable[str]) -> Iterator[EntryPoint]:
    """What programs that may come across an SDK call when they are run as a file: a coroutine function that they never
    await, or a plain one that they do.
    """
    for path in paths:
        folder, _, name = path.rpartition("/")
        if side_folder(folder) or not (name == "__main__.py" or tree.mentions(path, "__main__")):
            continue
        folders = roots(tree, folder, posixpath.join(folder, "src"))
        for target, span, function in (*dropped_coroutines(tree, folders, path), *runs_after_server(tree, path)):
            if loads_library(tree, folders, path):
                yield EntryPoint(name, target, span, path, function, console=False)


def _lacks_module(tree: Tree, project: Project, folder: str, module: str) -> bool:
    """Whether a project that asks for an SDK has the package of a module and not that module, and nothing makes it."""
    package, _, name = module.rpartition(".")
    if not package or not backend(project) or not any(each.name in PYTHONS for each in project.requirements):
        return False
    made = wheel(project, files_below(tree.paths, folder))
    if (made is None and not _is_hooked(project)) or (made and (made.refused or made.has(module))):
        return False
    folders = (folder, posixpath.join(folder, "src"))
    own = find(tree, folders, package) or package.partition(".")[0] in _OWN
    if not own or name.endswith("_pb2"):
        return False
    stems = (posixpath.join(root, *module.split(".")) for root in folders)
    if any(absence_of(tree, f"{stem}.py").by_git for stem in stems):
        return False
    scripted = (posixpath.join(folder, each.path) for each in inputs(project) if each.role == LackKind.HOOK)
    makers = (tree.source(path) for path in (*scripted, posixpath.join(folder, "setup.py")))
    compiled = any(tree.files_named(f"{name}{end}") for end in (".pyx", ".pyi", ".so", ".c", ".cpp"))
    return not compiled and not any(source and name in source.text for source in makers)


def _lacks_target(tree: Tree, project: Project, folder: str, folders: tuple[str, ...], target: str, found: str) -> bool:
    """Whether a script's target is in an empty `__init__.py`, while other modules of its package serve MCP."""
    source, (module, _, name) = tree.source(found), target.partition(":")
    if source is None or not found.endswith("/__init__.py") or not _is_blank(source.text):
        return False
    package = posixpath.dirname(found)
    beside = [path for path in tree.below(package) if path.endswith(".py")]
    made = wheel(project, files_below(tree.paths, folder)) if backend(project) else None
    inner = posixpath.relpath(found, folder or ".")
    if made is None or made.refused or inner not in made.files.values() or find(tree, folders, f"{module}.{name}"):
        return False
    writing = (path for path in tree.paths if path.endswith(_WRITING) or posixpath.basename(path) in _WRITERS)
    texts = (text.text for path in writing if tree.mentions(path, "__init__") and (text := tree.source(path)))
    written = any(map(_WRITTEN.search, texts))
    return not written and any(loads_library(tree, folders, path) for path in beside[:_MOST_BESIDE])


_MOST_BESIDE = 50
_WRITERS = ("Makefile", "justfile", "Taskfile.yml", "setup.py", "hatch_build.py", "build.py")
_WRITING = (".sh", "Dockerfile", ".dockerfile", "Containerfile", ".yml", ".yaml", "pyproject.toml")
_WRITTEN = re.compile(r"(?:>|\b(?:tee|sed|cp|mv|ln|COPY|ADD|open|write_text|install)\b)[^\n]{0,300}__init__")
"""Where commands are kept that may write a module of a package before it is built, and how they do."""


def _is_blank(text: str) -> bool:
    """Whether a module says nothing: it is empty, or all comments."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


_OWN = ("scripts", "src")
"""Folders that projects start scripts from, and that no package of an index installs."""


def _is_hooked(project: Project) -> bool:
    """Whether a wheel cannot be told for want of what a build hook of the project itself may add."""
    found = hooks(project.document)
    return "custom" in found and found.keys() <= {"custom", "vcs"} and not is_optional(found["custom"][1])


def _script_target(tree: Tree, folders: tuple[str, ...], target: str) -> ScriptTarget | None:
    _, colon, name = target.partition(":")
    if not colon:
        return ScriptTarget(named=False)
    return script_target(tree, folders, target) if name else None


def _packaged_in(containers: Collection[Container], folder: str) -> Iterator[Packaged]:
    """How containers install a project: its wheel, or what leads back to its folder."""
    for install in (install for container in containers for install in container.installs):
        yield from (each for each in install.packaged if posixpath.normpath(each.folder) == (folder or "."))


def _has_wheel(container: Container, folder: str) -> bool:
    """Whether a container has the wheel of a project."""
    return any(not each.editable for each in _packaged_in((container,), folder))


def _may_find_elsewhere(container: Container) -> bool:
    """Whether a container may find modules of the project elsewhere than in its wheel, whatever it starts."""
    names_path = any("PYTHONPATH" in command.span.source.text for command in container.commands)
    return names_path or "PYTHONPATH" in container.env or bool(container.mounts)


def _starts_script(container: Container, name: str) -> bool:
    """Whether one of the commands that a start comes down to names a script, and no module of that name."""
    words = [spelled(word) for command in container.commands for word in command.words or ()]
    return any(posixpath.basename(word) == name and front != "-m" for front, word in pairwise(("", *words)))


def _starts_from_wheel(
    containers: Collection[Container], published: Collection[str], project: Project, folder: str, name: str
) -> Iterator[Label]:
    """What starts a script from the wheel of its project: a container, or those who get it from an index."""
    for container in containers:
        ways = {each.editable for each in _packaged_in((container,), folder)}
        own = ways == {False} and any(posixpath.basename(first) == name for first in first_words(container))
        if own and not _may_find_elsewhere(container):
            yield Label(container.cmd, "starts it from the wheel")
    if project.name.only in published and project.name.span:
        yield Label(project.name.span, "server.json publishes it")


def _similar_scripts(tree: Tree, project: Project, path: str, name: str, folders: tuple[str, ...]) -> Iterator[Label]:
    """The other scripts that come across no SDK, and whose own module the wheel leaves out."""
    made = wheel(project, files_below(tree.paths, posixpath.dirname(path)))
    for script in scripts(tree, path):
        module = script.target.partition(":")[0]
        found = find(tree, folders, module)
        own = found and not found.endswith("/") and script.name != name and not loads_library(tree, folders, found)
        if own and made and not made.has(module) and is_of(tree, posixpath.dirname(path), found or ""):
            yield Label(script.span, f"`{script.name}` needs `{module}`, which it leaves out as well")


def _unpackaged_module(
    tree: Tree, project: Project, folder: str, folders: tuple[str, ...], module: str, path: str
) -> tuple[str, Label, Span | None] | None:
    """The first module that the script needs and the wheel leaves out, what needs it, and what chooses."""
    made = wheel(project, files_below(tree.paths, folder)) if backend(project) else None
    if made is None or made.refused or not made.files:
        return None
    if not made.has(module) and is_of(tree, folder, path):
        script = next(each for each in project.scripts if each.target.startswith(module))
        return module, Label(script.span, "the script starts it"), made.decides
    for each in imported(tree, folders, path, module):
        own = each.path and not each.path.endswith("/") and not made.has(each.dotted)
        if own and is_of(tree, folder, each.path or ""):
            return each.dotted, Label(each.span, f"{each.span.source.path} imports it"), made.decides
    return None
