"""A command or a module that a container starts, and that neither its project nor what it installs brings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.commands.python_commands import is_python
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import text
from mcplint.dependencies.needs import needs
from mcplint.facts.dependencies import BUILD, PROJECTS, Project, Requirement, normalized
from mcplint.images.available_programs import PLAIN_PACKAGES
from mcplint.images.image import Copy, Image
from mcplint.knowledge.companions import may_hold_sdk
from mcplint.knowledge.executables import PYTHON_MANAGERS, SYSTEM_INSTALLERS, WITHOUT_FILES
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.model import Lack, LackKind
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.runtime.missing import brings_sdk
from mcplint.services.built_images import complete
from mcplint.services.containers import ContainerContext

_BASES = re.compile(r"(?:[\w.-]+/)*(?:python|uv|debian|ubuntu)(?:[:@][\w.:-]+)?")
"""Images that bring no command of a server."""
_TALKS = frozenset({"mcp", "server", "serve"})
_PLAIN = (WITHOUT_FILES | PYTHON_MANAGERS | {"pip3"}) - {"xargs", "conda", "mamba", "micromamba", "pipx"}
_ELSEWHERE = re.compile(r"\btool\b|\bgit\b|://|\bfile:|\brun\b|[$*`]|\.(?:whl|zip|gz|bz2|pex)\b")
"""What a manager of Python is told where it brings commands of which no list of requirements tells."""
_OPEN = ("shared-scripts", "script-files", "entry-points", "entry_points", "[tool.hatch.build.hooks")


_LIST = re.compile(r"(?:^|/)[^/]{0,100}require[^/]{0,100}(?:/[^/]{0,100})?\.(?:txt|in)$")


def absent_command(context: ContainerContext, name: str, tree: Tree) -> Lack | None:
    """The command or module at the word that names it, None where something that is installed may bring it."""
    image, argv = context.image, context.container.argv
    if image is None or argv is None or not is_judged(context, tree):
        return None
    top, known = name.partition(".")[0], projects(tree)
    if not _is_ones_own(top, known) or _may_be_in_tree(top, tree):
        return None
    if not all(brings_only_listed_commands(each, top) for each in (image, *image.parts.values())):
        return None
    if any(may_bring(each, top) for each in known) or not surely_lacks(context, top, known, tree):
        return None
    naming = [word for word in argv.words or () if name in (text(word) or "")]
    site = next((word.site for word in naming if word.site), None)
    return Lack(LackKind.TARGET, name, site.span if site else argv.span, "")


def is_judged(context: ContainerContext, tree: Tree) -> bool:
    """Whether all of an image comes from a base without servers, from files of the project, and with an SDK."""
    image = context.image
    if image is None or context.container.mounts or not _BASES.fullmatch(image.base.only or ""):
        return False
    known = image.base_known and complete(image, tree) and not is_inner(tree, image.context or ".")
    return known and brings_sdk(context, tree)


def projects(tree: Tree) -> tuple[Project, ...]:
    """All projects of a tree that say what commands they have."""
    return tuple(_projects(tree))


def _projects(tree: Tree) -> Iterator[Project]:
    for path in tree.paths:
        project: Project | None = tree.facts("project", path) if path.rpartition("/")[2] in PROJECTS else None
        if project:
            yield project


def _words(name: str) -> set[str]:
    """The words of a name that tell it from others."""
    return set(normalized(name).split("-")) - _TALKS


def _is_ones_own(name: str, projects: tuple[Project, ...]) -> bool:
    """Whether a name says that it is that of a server, or of a project here, and not of a tool of the system."""
    words = set(re.split(r"[-_.]", name.lower()))
    own = (set(normalized(each.name.only or "").split("-")) for each in projects)
    return not words.isdisjoint(_TALKS) or any(words <= each for each in own)


def _may_be_in_tree(name: str, tree: Tree) -> bool:
    """Whether the tree has a file or a folder that may be it."""
    spelled = {name, name.replace("-", "_"), name.replace("_", "-")}
    files = any(tree.files_named(f"{each}{end}") for each in spelled for end in ("", ".py", ".sh", ".pyx", ".c", ".go"))
    return files or any(folder.rpartition("/")[2] in spelled for folder in tree.folders)


def brings_only_listed_commands(image: Image, name: str) -> bool:
    """Whether all that a build does brings no command but those of the packages that lists of requirements name."""
    name_words = _words(name)
    for run in image.runs:
        lines = [[word.text for word in line.argv] for line in commands(run.text) if line.argv]
        if any(word in run.span.text for word in name_words or {name}) or not all(map(_is_plain_command, lines)):
            return False
    return all(map(_is_own_copy, image.copies))


def _is_plain_command(words: list[str]) -> bool:
    program, rest = words[0].rpartition("/")[2], words[1:]
    if is_python(program):
        return rest[:2] in (["-m", "pip"], ["-m", "venv"]) and not _ELSEWHERE.search(" ".join(rest))
    if program in SYSTEM_INSTALLERS and "install" in rest:
        return all(word in PLAIN_PACKAGES for word in rest if not word.startswith("-") and word != "install")
    return program in _PLAIN and not (program in PYTHON_MANAGERS | {"pip3"} and _ELSEWHERE.search(" ".join(rest)))


def _is_own_copy(copy: Copy) -> bool:
    """Whether a COPY brings files of the project, of another stage, or uv alone."""
    fetched = any("://" in (source.only or "://") for source in copy.sources)
    return copy.text is None and (copy.image is None or "astral-sh/uv" in (copy.image.only or "")) and not fetched


def may_bring(project: Project, name: str) -> bool:
    """Whether a project installs the command, or may by what is not its table of scripts."""
    written = project.source.text
    spelled = rf"""(?<![\w.-])["']?{re.escape(name)}["']?[ \t]*=|["']{re.escape(name)}["']"""
    named = [found for found in re.findall(spelled, written) if found.strip("\"'") != project.name.only]
    if project.source.path.endswith((".py", ".cfg")):
        return "scripts" in written
    return bool(named) or "scripts" in project.dynamic or any(sign in written for sign in _OPEN)


def _starts_nothing(asked: Requirement) -> bool:
    """Whether a requirement brings nothing that can be started: one of the build alone, or Poetry's for Python."""
    return asked.kind == BUILD or asked.name == "python"


def surely_lacks(context: ContainerContext, name: str, projects: tuple[Project, ...], tree: Tree) -> bool:
    """Whether all that is installed is known, and none of it is called so."""
    wanted = needs(tree, context.container.installs, context.image.folder if context.image else "")
    own = {normalized(each.name.only or "") for each in projects}
    asked = [*wanted.requirements, *(each for project in projects for each in project.requirements)]
    asked_packages = [(each.name, each.extras) for each in asked if each.name not in own and not _starts_nothing(each)]
    plain = normalized(name)
    outputs = {word for word in _words(name) if len(word) > 2}
    names = (
        ({each for each, _ in asked_packages} | {entry.name for entry in wanted.locked}) - own - set(PYTHON_PACKAGES)
    )
    lists = (tree.facts("requirements", path) for path in tree.paths if _LIST.search(path))
    return (
        not any(each.nameless for each in lists if each)
        and not set(wanted.elsewhere) - own
        and all(entry.source in ("registry", "editable", "virtual") for entry in wanted.locked)
        and all(may_hold_sdk(*each) is False for each in asked_packages)
        and not any(plain in each or each in plain or any(word in each for word in outputs) for each in names)
    )
