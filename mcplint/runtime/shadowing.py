"""What a program imports of an SDK, and gets from a module of the project of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.python import Module
from mcplint.images.contents import Contents
from mcplint.images.copies import image_paths, project_path
from mcplint.images.image import Image
from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.model import Container, Lack, LackKind
from mcplint.programs.python.certain_imports import Imported, imported
from mcplint.programs.python.modules import find
from mcplint.programs.start import APP, MODULE, OBJECT, SCRIPT, Start
from mcplint.project.tree import Tree
from mcplint.runtime.search_path import changes_path
from mcplint.text.paths import absolute
from mcplint.values import Label

_NEEDED = ("anyio", "pydantic", "starlette")
"""What every release of an SDK imports at once."""
_SAFE = re.compile(r"-[A-Za-z]{0,8}[PI][A-Za-z]{0,8}")
"""Flags of Python that leave the folder of the program out of its path (https://docs.python.org/3/using/cmdline.html)."""
_SHADOWED = (*PYTHON_MODULES, *_NEEDED, "httpx", "uvicorn")
_OVER_MCP = ("fastmcp.FastMCP", "fastmcp.Client", "fastmcp.server", "fastmcp.client")
"""What of `fastmcp` imports `mcp` at once: measured with 2.14.7, 3.4.11 and 4.2.3; other parts of it may do without."""


def shadowed(
    start: Start, found: tuple[Imported, ...], entry: str, image: Image | None, container: Container, tree: Tree
) -> Iterator[Lack]:
    """A module of the SDK that is looked for in one of the project of the same name, which comes first.

    `image`: None where the project is run as it is.
    """
    if (
        start.kind not in (SCRIPT, MODULE, APP)
        or any(map(_SAFE.fullmatch, container.words))
        or "PYTHONSAFEPATH" in {*container.env, *start.env}
    ):
        return
    first = _first_roots(start, image, container, tree)
    for each in found:
        top = each.dotted.partition(".")[0]
        if each.path is not None or top not in _SHADOWED or any(find(tree, (root,), each.dotted) for root in first):
            continue
        asked = [(top, each.dotted)] if "." in each.dotted and (each.module or _lacks_name(each, first, tree)) else []
        asked += [(name, name) for name in _NEEDED if top in PYTHON_MODULES]
        over = f"{each.dotted}.".startswith(tuple(f"{name}." for name in _OVER_MCP))
        if over and not any(find(tree, (root,), "mcp.types") for root in first):
            asked.append(("mcp", "mcp"))
        for name, dotted in asked:
            own = _before_packages(tree, first, name)
            if own and _is_certainly_there(own, image, tree) and not _makes_way(tree, entry, found, own):
                module: Module | None = tree.facts("python", own)
                body = module.tree.body[:1] if module else []
                here = tuple(Label(module.span(node).head, "this module is found first") for node in body if module)
                notes = (*here, Label(container.cmd, "starts the program"))
                yield Lack(LackKind.SHADOWED, dotted, each.span, f"{own} comes first", notes, path=own)
                return


def _is_certainly_there(own: str, image: Image | None, tree: Tree) -> bool:
    """Whether a file of the project certainly is where the program runs."""
    if image is None:
        return True
    place = next(image_paths(image, own), None)
    return bool(place) and not image.altered and not Contents.of(image, tree).removes(place or "")


def _makes_way(tree: Tree, entry: str, found: tuple[Imported, ...], own: str) -> bool:
    """Whether the program, or the module that hides a package, may have Python look elsewhere."""
    return changes_path(tree, (entry, own, *(each.path for each in found if each.path)))


def _first_roots(start: Start, image: Image | None, container: Container, tree: Tree) -> tuple[str, ...]:
    """The folders of the project that Python looks into before the packages: the program's own, then PYTHONPATH's."""
    value = {**container.env, **start.env}.get("PYTHONPATH") if image else None
    named = value.only.split(":") if value is not None and isinstance(value.only, str) else ()
    places = (absolute(container.workdir.only, name) for name in named if name)
    folders = (project_path(image, place, tree) for place in places if image and place)
    there = (each for each in folders if each == "." or each in tree.folders)
    return (*start.roots[:1], *("" if each == "." else each for each in there))


def _before_packages(tree: Tree, first: tuple[str, ...], name: str) -> str | None:
    """The module or package of a name that comes before an installed one; one without `__init__.py` comes after it."""
    found = (find(tree, (root,), name) for root in first)
    return next((own for own in found if own and not own.endswith("/")), None)


def _lacks_name(each: Imported, first: tuple[str, ...], tree: Tree) -> bool:
    """Whether a name is imported from a module of the project that comes first and provably has none such."""
    from mcplint.programs.python.entry_points import script_target

    module, _, name = each.dotted.rpartition(".")
    own = next((root for root in first if _before_packages(tree, (root,), module)), None)
    target = script_target(tree, (own,), f"{module}:{name}") if own is not None else None
    return target is not None and target.missing


def of_folder(container: Container, start: Start, tree: Tree) -> Iterator[Lack]:
    """The lacks of a program that is run from the project's own folder, where no image is built or named."""
    if container.folder is None or start.language != "python":
        return
    entry = entry_of(start, tree) if may_hide(tree) and _first_folder_known(container, start) else None
    if entry is not None:
        found = imported(tree, start.roots, *entry, start.kind == SCRIPT)
        yield from shadowed(start, found, entry[0], None, container, tree)


def _first_folder_known(container: Container, start: Start) -> bool:
    """Whether the first folder that Python looks into is known: a machine may start modules in `/`.

    The folder that a unit names need not be that of the project.
    """
    return start.kind == SCRIPT or not container.on_machine


def may_hide(tree: Tree) -> bool:
    """Whether a project has a module of the name of an SDK, or of what one needs."""
    return any(tree.files_named(f"{name}.py") or tree.folders_called(name) for name in _SHADOWED)


def is_shadowed(image: Image | None, container: Container, start: Start, tree: Tree) -> bool:
    """Whether a program gets a module of the project in place of the SDK that it imports."""
    known = image.base_known if image else container.folder is not None and _first_folder_known(container, start)
    entry = entry_of(start, tree) if known and start.language == "python" and may_hide(tree) else None
    if entry is None:
        return False
    found = imported(tree, start.roots, *entry, start.kind == SCRIPT)
    lacks = shadowed(start, found, entry[0], image, container, tree)
    return any(each.name.startswith(PYTHON_MODULES) for each in lacks)


def entry_of(start: Start, tree: Tree) -> tuple[str, str] | None:
    """The file that is started and its dotted name."""
    name, _ = start.file_and_object
    if start.kind in (SCRIPT, OBJECT):
        return name, "__main__"
    main = find(tree, start.roots, f"{name}.__main__") if start.kind == MODULE else None
    path = main or find(tree, start.roots, name)
    return (path, f"{name}.__main__" if main else name) if path and not path.endswith("/") else None
