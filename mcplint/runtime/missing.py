"""What a container's command starts and the project provably lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.python_commands import is_python
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import text
from mcplint.dependencies.needs import needs
from mcplint.facts.dependencies import MAIN, PROJECTS, Project, Requirements
from mcplint.images.contents import Contents
from mcplint.images.copies import image_paths
from mcplint.images.image import Image
from mcplint.knowledge.distributions import OWN
from mcplint.knowledge.executables import PYTHON_MANAGERS, WITHOUT_FILES
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES, SERVER_IMPORT, SERVING_PACKAGES
from mcplint.model import Lack, LackKind
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.services.built_images import complete
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import is_test

# What a RUN does that may bring files which no COPY names.
BRINGS = r"git +(clone|pull|checkout|submodule)|\buv +init|startproject|\b(unzip|cp|mv|ln|make|npm)\b|\btar +-?\w*x"
_PLAIN = (WITHOUT_FILES | PYTHON_MANAGERS | {"pip3"}) - {"xargs"}
FETCHES = r"(curl|wget)\b"

# Where other images put programs, not files of a server.
TOOLS = ("/bin", "/usr", "/uv", "/sbin")


def missing_target(context: ContainerContext, target: str, tree: Tree) -> Lack | None:
    """The target of a command at the word that names it, or None where the image may have it from elsewhere.

    `target`: a file, a module, a module with an attribute, or a console script; an absolute path for a file of the
    image that no COPY is known to bring. An image can be judged that is built
    from a base that is known and from files of the project alone, and that an SDK is installed in.
    """
    image, argv = context.image, context.container.argv
    if image is None or argv is None or not image.base_known or not complete(image, tree):
        return None
    if is_inner(tree, image.context or "."):
        return None
    attribute = ":" in _name(target)
    if attribute and not _has_module(tree, target.rpartition(":")[0].partition(".")[0]):
        return None
    if not brings_sdk(context, tree) or any(_may_make(line, target) for line in _lines(image)):
        return None
    spelled = _name(target).removesuffix(".__main__")
    naming = [word for word in argv.words or () if spelled in (text(word) or "")]
    naming = naming or [word for word in argv.words or () if text(word) == spelled.partition(":")[0]]
    site = next((word.site for word in naming if word.site), None)
    lack = Lack(LackKind.TARGET, target, site.span if site else argv.span, "")
    return _left_out(lack, context, image, tree) if target.startswith("/") else lack


def _left_out(lack: Lack, context: ContainerContext, image: Image, tree: Tree) -> Lack | None:
    """The lack of a file that the image does not have, and why where the project has it; None where it may have it."""
    container = context.container
    inside = posixpath.relpath(lack.name, container.workdir.only or "/")
    path = posixpath.normpath(posixpath.join(image.context or ".", inside))
    if container.mounts:
        return None
    if path not in tree.paths:
        plain = not tree.files_named(posixpath.basename(path)) and all(
            map(_makes_no_program_file, (image, *image.parts.values()))
        )
        is_lost = plain and _brings_python(image, posixpath.dirname(lack.name), tree)
        return lack._replace(name=inside) if is_lost else None
    absence = Contents.of(image, tree).why_absent(lack.name, path)
    if absence is None:
        return None
    places = [place for place in image_paths(image, path) if place]
    why = f"COPY brings {path} to {places[-1]}" if places else absence.why.replace(" before this line", " there")
    why = "`--exclude` keeps it out of what COPY brings" if lack.name in places else why
    return lack._replace(name=inside, path=path, why=why, notes=absence.notes, edits=absence.edits)


def _makes_no_program_file(image: Image) -> bool:
    """Whether all that a build runs is known to make no file of a program."""
    words = (line.argv[:3] for run in image.runs for line in commands(run.text) if line.argv)
    names = ([word.text.rpartition("/")[2] for word in argv] for argv in words)
    return all(
        (name in _PLAIN and rest[:1] != ["run"]) or (is_python(name) and rest == ["-m", "pip"]) for name, *rest in names
    )


def _brings_python(image: Image, folder: str, tree: Tree) -> bool:
    """Whether an image has a Python file of the project in a folder, which then is no one else's to fill."""
    own = (path for path in tree.paths if path.endswith(".py"))
    return any(place and posixpath.dirname(place) == folder for path in own for place in image_paths(image, path))


def _has_module(tree: Tree, module: str) -> bool:
    """Whether a module is the project's own, and not that of a package which is installed."""
    files = (*tree.files_named(f"{posixpath.basename(module)}.py"), *tree.files_named("__init__.py"))
    return module in OWN or any(f"/{path}".endswith((f"/{module}.py", f"/{module}/__init__.py")) for path in files)


def _name(target: str) -> str:
    return target.rpartition("/")[2]


def brings_sdk(context: ContainerContext, tree: Tree) -> bool:
    """Whether a container's image has an SDK installed, so that it is one for an MCP server."""
    wanted = needs(tree, context.container.installs, context.image.folder if context.image else "")
    names = {requirement.name for requirement in wanted.requirements} | {entry.name for entry in wanted.locked}
    gradio = any(each.name == "gradio" and "mcp" in each.extras for each in wanted.requirements)
    return gradio or not names.isdisjoint(PYTHON_PACKAGES | SERVING_PACKAGES)


def loses_server(context: ContainerContext, tree: Tree) -> bool:
    """Whether a container has no server for want of what its COPYs do not find.

    What its command names decides, where the project has that; otherwise, and where the Dockerfile is written for
    another folder, what the lost files ask for.
    """
    image = context.image
    copied = [each for each in image.lacks if each.kind == LackKind.COPIED and not each.by_git] if image else []
    lost = [each.name for each in copied]
    argv = context.container.argv
    words = [text(word) or "" for word in (argv.words if argv else None) or ()]
    programs = {path for word in words for path in _programs(tree, word)}
    if lost and programs:
        sources = (tree.source(path) for path in sorted(programs))
        if any(source is not None and SERVER_IMPORT.search(source.text) for source in sources):
            return True
        copied_paths = (posixpath.normpath(posixpath.join(each.path, each.name)) for each in copied if each.path)
        return any(_asks_sdk(tree, path) for path in copied_paths)
    names = (posixpath.basename(name.rstrip("/")) for name in lost)
    found = ([path for path in tree.files_named(name) if not is_test(path)] for name in names)
    nearest = (min(paths, key=lambda path: path.count("/")) for paths in found if paths)
    return any(_asks_sdk(tree, path) for path in nearest)


def _programs(tree: Tree, word: str) -> Iterator[str]:
    """The project's files that a word of a command may name, as a file or as a module."""
    path = word if word.endswith(".py") else f"{word.partition(':')[0].replace('.', '/')}.py"
    for each in tree.files_named(posixpath.basename(path)):
        if f"/{each}".endswith(f"/{path.lstrip('./')}") and not is_test(each):
            yield each


def _asks_sdk(tree: Tree, path: str) -> bool:
    """Whether a file of dependencies asks for an SDK."""
    reader = "project" if posixpath.basename(path) in PROJECTS else "requirements" if path.endswith(".txt") else ""
    file_facts: Project | Requirements | None = tree.facts(reader, path) if reader else None
    asked = file_facts.requirements if file_facts else ()
    return any(each.kind == MAIN and each.name in PYTHON_PACKAGES for each in asked)


def _lines(image: Image) -> Iterator[str]:
    """What the build runs, and what it fetches or is given by other images."""
    for each in (image, *image.parts.values()):
        yield from (run.span.text for run in each.runs)
        for copy in each.copies:
            target = copy.target.only or "/"
            fetched = copy.image is not None or any("://" in (source.only or "://") for source in copy.sources)
            if copy.text is not None:
                yield target
            elif fetched and not target.startswith(TOOLS):
                yield f"cp {target}"


def _may_make(line: str, target: str) -> bool:
    """Whether a line of the build may make a target that the project lacks, or an attribute of one that it has."""
    module = _name(target).partition(":")[0].removesuffix(".py").rpartition(".")[2]
    if ":" in _name(target):
        return f"{module}.py" in line
    fetches = re.search(FETCHES, line.rpartition("://")[0]) is not None
    return module in line or fetches or re.search(BRINGS, line) is not None
