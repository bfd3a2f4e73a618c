"""What the files that uv reads its settings from say: `uv.toml`, and `[tool.uv]` of a `pyproject.toml`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.document import Node, at, items, scalar
from mcplint.knowledge.python_indexes import is_folder, is_other_index
from mcplint.project.tree import Tree
from mcplint.text.boolean import boolean
from mcplint.text.paths import outwards
from mcplint.values import Label

FILES = ("uv.toml", "pyproject.toml")


def settings_files(tree: Tree, folder: str) -> Iterator[str]:
    """The files of a folder and those around it that may have settings of uv."""
    paths = (posixpath.join(each, name) for each in outwards("" if folder == "." else folder) for name in FILES)
    return (path for path in paths if path in tree.paths)


def setting(tree: Tree, path: str, *names: str) -> Node | None:
    """What a file says of a setting."""
    if path.endswith("pyproject.toml"):
        project = tree.facts("project", path)
        return at(project.document, "tool", "uv", *names) if project else None
    return at(tree.facts("toml", path), *names)


_DATES = ("exclude-newer", "exclude-newer-package", "resolution")


def decider(tree: Tree, path: str) -> Label | None:
    """What else than the newest release of the public index a file has uv take, by a date, a folder or an index."""
    found = [(name, setting(tree, path, name)) for name in _DATES]
    for prefix in ((), ("pip",)):
        uv_settings = {
            name: setting(tree, path, *prefix, name) for name in ("no-index", "offline", "index-url", "find-links")
        }
        found += [
            (name, uv_settings[name]) for name in ("no-index", "offline") if boolean(scalar(uv_settings[name])) is True
        ]
        found += [("index-url", uv_settings["index-url"])] if is_other_index(scalar(uv_settings["index-url"])) else []
        found += [("find-links", each) for each in items(uv_settings["find-links"]) if is_folder(scalar(each))]
    for each in items(setting(tree, path, "index")):
        if boolean(scalar(at(each, "default"))) is True and is_other_index(scalar(at(each, "url"))):
            found.append(("index", each))
    return next((Label(node.span, f"{name} decides the releases") for name, node in found if node is not None), None)
