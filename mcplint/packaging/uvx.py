"""Whether `uvx` finds in a package of the project the command that it is to run.

https://docs.astral.sh/uv/guides/tools/
"""

from __future__ import annotations

import re

from mcplint.facts.dependencies import Project, normalized
from mcplint.project.tree import Tree
from mcplint.text.listed import listed
from mcplint.text.paths import is_test
from mcplint.values import Label

QUIET = ("-q", "--quiet", "--refresh", "--isolated", "--no-cache", "--offline", "-U", "--upgrade")
VALUED = ("--python", "-p", "--with", "--index-url", "--default-index", "--refresh-package", "--python-preference")
PLAIN = r"[A-Za-z0-9][\w.-]*"


def bare(tree: Tree, words: tuple[str, ...]) -> Label | None:
    """The package of the project from which `uvx` starts nothing, and what commands it installs."""
    told = _told(words)
    found = told and [each for path, each in _projects(tree) if _is(told[0], path, each)]
    if not told or not found or len(found) > 1 or "scripts" in found[0].dynamic or not found[0].name.span:
        return None
    names = [script.name for script in found[0].scripts]
    if told[1] in names:
        return None
    there = listed(f"`{name}`" for name in names[:5]) if names else "no command"
    return Label(found[0].name.span, there)


def _projects(tree: Tree) -> list[tuple[str, Project]]:
    """The packages of the project, as their `pyproject.toml` describes them, with its path."""
    files = tree.all_facts("project", (path for path in tree.called("pyproject.toml") if not is_test(path)))
    return [(path, each) for path, each in files.items() if each.document and each.document.get("build-system")]


def _is(source: str, path: str, project: Project) -> bool:
    """Whether a package is what `--from` names: one of an index by its name, or the folder that clients start in."""
    return path == "pyproject.toml" if source == "." else normalized(project.name.only or "") == normalized(source)


def _told(words: tuple[str, ...]) -> tuple[str, str] | None:
    """The package, `.` for the project's root, and the command that `uvx` is told; None where that is neither."""
    package, rest = "", iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name == "--from":
            package = value if equals else next(rest, "")
        elif name in VALUED:
            _ = equals or next(rest, "")
        elif word not in QUIET:
            command = re.split(r"[@=<>~!\[]", word)[0]
            source = re.split(r"[@=<>~!\[]", package.removesuffix("/"))[0] if package else command
            plain = all(each == "." or re.fullmatch(PLAIN, each) for each in (command, source)) and "://" not in package
            return (source, command) if plain and not word.startswith("-") else None
    return None
