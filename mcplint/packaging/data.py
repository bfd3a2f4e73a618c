"""Whether the wheel of a project holds a file that is no module, by its backend.

Source: wheels built by each backend from projects with such files (see `backend`), and for setuptools
https://setuptools.pypa.io/en/latest/userguide/datafiles.html
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.dependencies import Project
from mcplint.facts.document import ScalarNode, at, items, pairs, scalar
from mcplint.packaging.backend import PDM, POETRY, SETUPTOOLS, UV, WHEEL, backend
from mcplint.packaging.wheel_files import Wheel
from mcplint.project.ignored import pattern
from mcplint.project.tree import Tree
from mcplint.text.glob import fits
from mcplint.text.source import Span

_PLAIN_TOOLS = {"setuptools", "wheel", "pip", "build", "cython", "tomli", "packaging"}
"""What a build may require without that adding files to the package."""


def leaves_out(tree: Tree, project: Project, made: Wheel, name: str) -> bool:
    """Whether a wheel certainly lacks a file of a name; `made`: what it holds, of which only the modules are sure."""
    if name.startswith(("..", "/")):
        return True
    folder = posixpath.dirname(project.source.path)
    if project.packages or backend(project) == SETUPTOOLS:
        return not _of_setuptools(tree, project, folder, made, name)
    if backend(project) == PDM and "/" not in name:
        return True
    if name not in made.files:
        tables = (WHEEL, ("tool", "hatch", "build"))
        return not any(at(project.document, *table, "artifacts") for table in tables)
    return any(pattern(each).matches(made.files[name]) for each in _excluded(project))


def decides(project: Project) -> Span | None:
    """What turns off that files come along, None where nothing needs to."""
    setting = at(project.document, "tool", "setuptools", "include-package-data")
    return setting.span if isinstance(setting, ScalarNode) and setting.value is False else None


def _excluded(project: Project) -> Iterator[str]:
    """The patterns of what poetry and uv leave out."""
    root, kind = project.document, backend(project)
    if kind == POETRY:
        yield from (scalar(each) for each in items(at(root, "tool", "poetry", "exclude")) if scalar(each))
    if kind == UV:
        for key in ("wheel-exclude", "source-exclude"):
            for each in items(at(root, "tool", "uv", "build-backend", key)):
                text = scalar(each)
                yield text if text.startswith("/") else f"**/{text}"


def _of_setuptools(tree: Tree, project: Project, folder: str, made: Wheel, name: str) -> bool:
    """Whether it may hold a file: one of a package that a pattern names, or that its sdist holds."""
    if "/" not in name:
        return False
    if name.endswith((".py", ".pyi", "py.typed")) or any(
        path.endswith("egg-info/SOURCES.txt") for path in tree.below(folder)
    ):
        return True
    source = made.files.get(name) or _likely_source(made, name)
    manifest = tree.source(posixpath.join(folder, "MANIFEST.in"))
    if project.packages:
        text = project.source.text.replace("include_package_data", "")
        own = any(word in text for word in ("package_data", "data_files", "cmdclass", "setup_requires"))
        return own or bool(text != project.source.text and manifest)
    root = project.document
    tables_root = at(root, "tool", "setuptools")
    if any(at(tables_root, key) for key in ("data-files", "cmdclass")) or at(root, "tool", "setuptools-git"):
        return True
    asked = {scalar(each).partition("[")[0].strip() for each in items(at(root, "build-system", "requires"))}
    tools = {each.rstrip("0123456789.,*<>=!~ ").lower() for each in asked}
    if decides(project) is None and (
        not tools <= _PLAIN_TOOLS or (manifest and _manifest_includes(manifest.text, source))
    ):
        return True
    return any(
        _names(key.text, scalar(each), name)
        for key, value in pairs(at(tables_root, "package-data"))
        for each in items(value)
    )


def _names(package: str, wanted: str, name: str) -> bool:
    """Whether a pattern of a package may fit a file of it."""
    parts = name.split("/")
    for length in range(1, len(parts)):
        folder, rest = ".".join(parts[:length]), "/".join(parts[length:])
        if package in ("*", "", folder) and (pattern(wanted).matches(rest) or fits(rest, wanted)):
            return True
    return False


def _likely_source(made: Wheel, name: str) -> str:
    """Where a file of the wheel would come from, told by the modules beside it."""
    folder = posixpath.dirname(name)
    while folder:
        for known, source in made.files.items():
            if posixpath.dirname(known) == folder:
                return posixpath.join(posixpath.dirname(source), posixpath.relpath(name, folder))
        folder = posixpath.dirname(folder)
    return name


def _manifest_includes(text: str, path: str) -> bool:
    """Whether a `MANIFEST.in` may bring a file into the sdist; what it takes out again is not regarded."""
    for line in text.replace("\\\n", " ").splitlines():
        command, *words = line.split() or [""]
        if command in ("include", "global-include") and any(_matches_pattern(path, each, command) for each in words):
            return True
        if command == "graft" and any(f"{path}/".startswith(f"{each.strip('/')}/") or "*" in each for each in words):
            return True
        if command == "recursive-include" and words:
            front = words[0].strip("./")
            below = not front or "*" in front or path.startswith(f"{front}/")
            if below and any(fits(posixpath.basename(path), posixpath.basename(each)) for each in words[1:]):
                return True
    return False


def _matches_pattern(path: str, wanted: str, command: str) -> bool:
    return fits(path, wanted) or (command == "global-include" and fits(posixpath.basename(path), wanted))
