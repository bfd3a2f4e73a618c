"""The distributions that a program imports, and that nothing brings which is installed where it runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from mcplint.commands.words import spelled
from mcplint.dependencies.installed import (
    by_locks,
    by_requirements,
    environment_names,
    extras,
    files,
    named_plainly,
    names_all,
)
from mcplint.dependencies.needs import needs, requirements_for
from mcplint.dependencies.pinned import INSTALLERS, lists
from mcplint.facts.document import ScalarNode
from mcplint.images.contents import Contents
from mcplint.images.image import Copy, Image
from mcplint.knowledge.base_images import python
from mcplint.knowledge.distributions import distribution
from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.model import Container, Install, Lack, LackKind
from mcplint.programs.python.certain_imports import Imported
from mcplint.programs.python.modules import find
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label

_MORE = r"-r|--requirement|.*\.(?:whl|txt|gz)$"
"""What tells an install to bring more than a project."""
_OFFICIAL = r"(?:docker\.io/)?(?:library/)?python:|(?:.*/)?astral-sh/uv:(?:[\d.]+-)?python3"
"""Images that have Python and nothing installed in it."""
_FILE = ("-r", "--requirement")
_BRINGING = INSTALLERS - {"pip", "setuptools", "wheel", "uv", "build"}
"""Installers that bring packages of their own, wherever a build names them."""
TOOLS = ("uvx", "uv tool run", "pipx")
"""What starts a program in an environment of its own."""


def missing_distributions(
    image: Image, container: Container, start: Start, found: tuple[Imported, ...], tree: Tree
) -> Iterator[Lack]:
    """What the program of a container imports and does not find there."""
    installs = start.installs or image.installs
    imports = tuple(from_outside(found, start, tree)) if installs else ()
    needed = bool(imports) or start.runner == "mcp"
    if not installs or not needed or _installs_first(container, start) or _reaches_system(image, container, imports):
        return
    installed = _installed(image, start, installs, tree)
    notes = (Label(installs[-1].span, "installs the packages"), Label(container.cmd, "starts the program"))
    yield from lacking_distributions(imports, start, installs, installed, notes, tree)


def lacking_distributions(
    imports: tuple[tuple[str, str, Imported], ...],
    start: Start,
    installs: tuple[Install, ...],
    installed: frozenset[str] | None,
    notes: tuple[Label, ...],
    tree: Tree,
) -> Iterator[Lack]:
    """One lack for all that only the same extra would bring, and one for all that nothing would.

    `installed`: all distributions known here that are there, None where that is not told; `installs`: what brings them.
    """
    sdks = named_plainly(installs, tree) if installed is None else None
    lacking: dict[ScalarNode | None, dict[str, Imported]] = {}
    for top, name, each in imports:
        extra = next(extras(installs, name, tree), None)
        only_extra = sdks is not None and name not in sdks and top in PYTHON_MODULES and extra is not None
        if only_extra or (installed is not None and name not in installed and not _has_own(tree, top)):
            lacking.setdefault(extra, {})[top] = each
    for extra, modules in lacking.items():
        first, *others = modules.items()
        why = f"only the extra `{extra.text}` brings" if extra else "nothing that is installed brings"
        why += f" {'them' if others else 'it'}" + (", which nothing asks for" if extra else "")
        import_notes = [Label(each.span, f"imports `{top}`") for top, each in others]
        import_notes += [Label(extra.span, f"the extra `{extra.text}`")] if extra else []
        names = ", ".join(f"`{top}`" for top in modules)
        yield Lack(LackKind.DISTRIBUTION, names, first[1].span, why, (*import_notes, *notes))
    if start.runner == "mcp" and installed is not None and "mcp" in installed and "typer" not in installed:
        yield _of_command(start, installs, notes, tree)


def _of_command(start: Start, installs: tuple[Install, ...], notes: tuple[Label, ...], tree: Tree) -> Lack:
    """What the command of the SDK needs before it looks at any program."""
    asked = requirements_for("mcp", needs(tree, installs, "").requirements)
    asking_notes = [Label(each.span, "asks for `mcp` without that extra") for each in asked[:1]]
    why = "only the extra `cli` of `mcp` brings it"
    return Lack(LackKind.CLI, "`typer`", _command(start), why, (*asking_notes, *notes))


def _command(start: Start) -> Span:
    """Where the command of the SDK stands."""
    words = start.commands[-1].words or () if start.commands else ()
    word = next((word for word in words[:1] if spelled(word) == "mcp"), None)
    written = next((label.span for label in word.trace if label.span.text), None) if word is not None else None
    return written or start.span


def from_outside(found: tuple[Imported, ...], start: Start, tree: Tree) -> Iterator[tuple[str, str, Imported]]:
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
    path_text = (path.only or path.partly or "") if path is not None else ""
    texts = (path_text, *container.words, *(each.span.source.text for _, _, each in imports))
    return any(map(_SYSTEM.search, texts)) or any(_LEADING.search(run.script) for run in image.runs)


def _has_own(tree: Tree, name: str) -> bool:
    """Whether the project has a module or folder of a name anywhere, which may be what is imported."""
    return bool(tree.files_named(f"{name}.py") or tree.folders_called(name))


def _installed(image: Image, start: Start, installs: tuple[Install, ...], tree: Tree) -> frozenset[str] | None:
    """Every distribution known here that is there when the program of an image starts, None where that is not told."""
    if start.installs and all(each.tool in TOOLS for each in start.installs):
        return environment_names(start.installs[-1], tree)
    # `uv run` leaves what the build has installed beside what it installs itself.
    if (locked := by_locks((*image.installs, *(start.installs or ())), tree)) is not None:
        return locked
    if python(image.base.only or "") is None or Contents.of(image, tree).open:
        return None
    # A project that asks for nothing gets nothing, on an image that has Python alone.
    empty = all(each.packaged and not any(re.match(_MORE, word) for word in each.argv) for each in installs)
    if empty and named_plainly(installs, tree) == frozenset():
        return frozenset()
    if start.installs is not None or not _is_all_known(image, tree):
        return None
    return by_requirements(image.installs, image.folder, tree)


def _is_all_known(image: Image, tree: Tree) -> bool:
    """Whether all that an image has is what pip installs by files, projects and names."""
    copied = any(copy.stage is not None or not _is_tool(copy) for copy in image.copies)
    bare = re.match(_OFFICIAL, image.base.only or "") and not any(map(Contents.of(image, tree).ran.names, _BRINGING))
    return bool(not copied and bare and all(map(_is_plain_pip, image.installs)) and _all_named(image, tree))


_UV = r"(?:.*/)?astral-sh/uv(?::.*)?"


def _is_tool(copy: Copy) -> bool:
    """Whether a copy brings nothing from another image but uv."""
    return copy.image is None or re.fullmatch(_UV, copy.image.only or "") is not None


def _is_plain_pip(install: Install) -> bool:
    """Whether an install is of pip, from requirements files, projects that are here and names, and nothing else."""
    from mcplint.images.pip_install import is_local

    words = list(zip(("", *install.argv), install.argv, strict=False))
    own = sum(is_local(word) and front not in _FILE for front, word in words)
    whole = own == len(install.packaged) and not (own and install.extras is None)
    listed = sum(word.startswith(_FILE) for word in install.argv) == len(files(install))
    return install.tool in ("pip", "uv pip") and not install.instead and whole and listed and names_all(install)


def _all_named(image: Image, tree: Tree) -> bool:
    """Whether the requirements files of an image, and those that they include, name all that they install."""
    paths = [path for install in image.installs for path in (*files(install), *install.constraints)]
    return all(listed_file is not None and not listed_file.nameless for listed_file in lists(tree, paths))


def installs_paths(image: Image, tree: Tree) -> bool:
    """Whether an install, or a requirements file that it reads, installs by its path what is not known here."""
    pip = [install for install in image.installs if install.tool in ("pip", "uv pip")]
    paths = [path for install in pip for path in files(install) if not path.endswith(".toml")]
    untold = any(install.untold for install in pip)
    return untold or any(listed_file is not None and listed_file.local for listed_file in lists(tree, paths))
