"""The build backend of a project, and the files beside its `pyproject.toml` that it cannot build without.

Source: each backend asked to build projects that lack one file (hatchling 1.33, setuptools 84.2, uv_build 0.13,
poetry-core 2.5, flit_core 4.2, pdm-backend 2.5).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from mcplint.facts.dependencies import Project
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs, scalar
from mcplint.project.tree import Tree
from mcplint.text.paths import contains, upwards
from mcplint.text.source import Span

HATCHLING, SETUPTOOLS, UV, POETRY, FLIT, PDM = "hatchling", "setuptools", "uv_build", "poetry-core", "flit_core", "pdm"
_BACKENDS = {
    "hatchling.build": HATCHLING,
    "setuptools.build_meta": SETUPTOOLS,
    "uv_build": UV,
    "poetry.core.masonry.api": POETRY,
    "flit_core.buildapi": FLIT,
    "pdm.backend": PDM,
}
WHEEL = ("tool", "hatch", "build", "targets", "wheel")
STRICT_LICENSES = (UV, POETRY, FLIT, PDM)
"""The backends that insist on something for each pattern of `license-files`."""


class Input(NamedTuple):
    """A file that a backend insists on: what it is to it, its path beside `pyproject.toml`, and where it is named.

    Its path may be a pattern, which at least one file is to fit.
    """

    role: str
    path: str
    span: Span


def backend(project: Project) -> str | None:
    """The backend that builds a project, None where it is none that is known here.

    Without `[build-system]` pip takes setuptools.
    """
    system = at(project.document, "build-system")
    if system is None:
        return SETUPTOOLS
    return _BACKENDS.get(scalar(at(system, "build-backend"))) or (
        SETUPTOOLS if at(system, "build-backend") is None else None
    )


_CHOOSY = {
    HATCHLING: tuple(f"1.{minor}.{patch}" for minor in range(21, 34) for patch in range(2)),
    SETUPTOOLS: tuple(
        f"{major}.{minor}.{patch}" for major in range(69, 85) for minor in range(6) for patch in range(2)
    ),
}
"""Releases of the backends that are known to end there, of which a range has to admit one."""


def refuses_empty_wheel(project: Project) -> bool:
    """Whether the backend of a project certainly ends where it finds no modules for a wheel.

    Hatchling does since 1.21, and takes whatever there is before; setuptools does for a folder that is named, and not
    yet in 61; `package-mode = false` ends Poetry in other words.
    """
    mode = at(project.document, "tool", "poetry", "package-mode")
    if isinstance(mode, ScalarNode) and mode.value is False:
        return False
    from packaging.requirements import InvalidRequirement, Requirement

    kind = backend(project) or ""
    for each in _build_requires(project.document) if kind in _CHOOSY else ():
        try:
            wanted = Requirement(scalar(each))
        except InvalidRequirement:
            return False
        if wanted.name == kind and not any(map(wanted.specifier.contains, _CHOOSY[kind])):
            return False
    return kind in (HATCHLING, SETUPTOOLS, UV, POETRY, FLIT)


def package_setting(project: Project) -> bool | None:
    """What `package` of `[tool.uv]` says, None where it says nothing."""
    setting = at(project.document, "tool", "uv", "package")
    return setting.value if isinstance(setting, ScalarNode) and isinstance(setting.value, bool) else None


def is_packaged(project: Project) -> bool:
    """Whether `uv sync` builds a project: one with a build system, unless it says otherwise."""
    stated = package_setting(project)
    return at(project.document, "build-system") is not None if stated is None else stated


def is_of(tree: Tree, folder: str, path: str) -> bool:
    """Whether a file lies in the folder of a distribution, and in none of another distribution within it."""
    inner = takewhile(lambda each: each != folder, upwards(posixpath.dirname(path)))
    return contains(folder, path) and not any(_is_distribution(tree, each) for each in inner if each)


def _is_distribution(tree: Tree, folder: str) -> bool:
    """Whether a folder says that it is a distribution: by a name, a build system, or a `setup.py`.

    A `pyproject.toml` may do no more than configure tools.
    """
    project = tree.project(folder)
    build_name = project is not None and (project.name.only or at(project.document, "build-system"))
    return bool(build_name) or posixpath.join(folder, "setup.py") in tree.paths


def inputs(project: Project) -> Iterator[Input]:
    """The files that the backend of a project insists on, its modules aside."""
    kind = backend(project)
    for each in _named_inputs(project, kind):
        path = posixpath.normpath(each.path)
        if path and not path.startswith(("..", "/")):
            yield each._replace(path=path)


def _named_inputs(project: Project, kind: str | None) -> Iterator[Input]:
    root = project.document
    if root is None or kind in (None, SETUPTOOLS):
        return
    yield from _files("readme", _readme(root))
    yield from _files("license", at(root, "project", "license", "file"))
    if kind in STRICT_LICENSES:
        for node in items(at(root, "project", "license-files")):
            yield from _files("license", node)
    if kind == HATCHLING:
        yield from _of_hatchling(root)
    if kind == PDM and scalar(at(root, "tool", "pdm", "version", "source")) == "file":
        yield from _files("version", at(root, "tool", "pdm", "version", "path"))


def _of_hatchling(root: MappingNode) -> Iterator[Input]:
    if scalar(at(root, "tool", "hatch", "version", "source")) in ("", "regex"):
        yield from _files("version", at(root, "tool", "hatch", "version", "path"))
    for table in (at(root, *WHEEL), at(root, "tool", "hatch", "build")):
        for name, _ in pairs(at(table, "force-include")):
            yield Input("force-include", name.text, name.span)
    if (custom := hooks(root).get("custom")) and not is_optional(custom[1]):
        path = at(custom[1], "path")
        yield Input("build hook", scalar(path) or "hatch_build.py", path.span if path else custom[0])


def hooks(root: MappingNode | None) -> Mapping[str, tuple[Span, Node]]:
    """The build hooks of hatchling by their names: those of the wheel stand in the place of those of every target."""
    tables = (at(root, "tool", "hatch", "build", "hooks"), at(root, *WHEEL, "hooks"))
    return {name.text: (name.span, hook) for table in tables for name, hook in pairs(table)}


def is_optional(hook: Node) -> bool:
    """Whether a build hook runs only where a variable asks for it."""
    enabled = at(hook, "enable-by-default")
    return isinstance(enabled, ScalarNode) and enabled.value is False


def history(project: Project) -> Span | None:
    """What says that a version comes from the history of git, without which the build fails; None where nothing does.

    Measured with hatch-vcs 0.5, uv-dynamic-versioning 0.14, setuptools-scm 10 and pdm-backend 2.5.
    """
    root = project.document
    if not any(scalar(each) == "version" for each in items(at(root, "project", "dynamic"))):
        return None
    hatch, pdm, kind = at(root, "tool", "hatch", "version"), at(root, "tool", "pdm", "version"), backend(project)
    tables: tuple[Node | None, ...]
    if kind == HATCHLING and scalar(at(hatch, "source")) in ("vcs", "uv-dynamic-versioning"):
        tables, source_setting = (
            (hatch, at(hatch, "raw-options"), at(root, "tool", "uv-dynamic-versioning")),
            at(hatch, "source"),
        )
    elif kind == PDM and scalar(at(pdm, "source")) == "scm":
        tables, source_setting = (pdm,), at(pdm, "source")
    elif kind == SETUPTOOLS and any(
        "setuptools" in scalar(each) and "scm" in scalar(each) for each in _build_requires(root)
    ):
        source_setting = at(root, "tool", "setuptools_scm")
        tables = (source_setting,)
    else:
        return None
    falls_back = any("fallback" in name.text for table in tables for name, _ in pairs(table))
    return source_setting.span.head if source_setting and not falls_back else None


def _build_requires(root: MappingNode | None) -> tuple[Node, ...]:
    return items(at(root, "build-system", "requires"))


def _readme(root: MappingNode) -> Node | None:
    project = at(root, "project")
    node = at(project, "readme") if at(project, "name") else at(root, "tool", "poetry", "readme")
    return at(node, "file") if isinstance(node, MappingNode) else node


def _files(role: str, node: Node | None) -> Iterator[Input]:
    for each in items(node) if isinstance(node, SequenceNode) else (node,):
        if isinstance(each, ScalarNode) and isinstance(each.value, str) and each.value:
            yield Input(role, each.value, each.span)
