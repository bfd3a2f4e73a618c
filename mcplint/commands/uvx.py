"""What uvx and pipx start and install of the project: a command that a package lacks, packages past a lock file.

https://docs.astral.sh/uv/guides/tools/
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from mcplint.commands.command_lines import ASGI, GATEWAYS, PIPX, PYTHON_TOOLS, SDK_COMMANDS, UV
from mcplint.commands.options import parse
from mcplint.commands.words import spelled
from mcplint.dependencies.needs import lock_of
from mcplint.dependencies.pinned import name_of
from mcplint.dependencies.unlocked import SAYING
from mcplint.facts.dependencies import Project, normalized
from mcplint.knowledge.executables import PYTHON_MANAGERS
from mcplint.model import Install
from mcplint.project.tree import Tree
from mcplint.text.listed import joined_by_and
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.values import Label, Value

_SPECIFIER = re.compile(r"[@=<>~!\[]")
_COMMANDS = frozenset({*ASGI, *GATEWAYS, *SDK_COMMANDS, *PYTHON_TOOLS, *PYTHON_MANAGERS})
"""Commands of packages that others depend on."""
_TOOL = re.compile(r"(?:\b(uvx)|\b(pipx)[ \t]+(?:run|install)|\buv[ \t]+tool[ \t]+(?:run|install))\b(?=([^`]{1,300}))")
"""What starts a program in an environment of its own, and what stands behind it."""
PLAIN = r"[A-Za-z0-9][\w.-]*"


class _UvxCall(NamedTuple):
    """What `uvx` is told: the package, `.` for the project's root, its command, and packages to install beside it."""

    source: str
    command: str
    beside: tuple[str, ...]


def unstartable_by_uvx(tree: Tree, words: tuple[str, ...]) -> Label | None:
    """The package of the project from which `uvx` starts nothing, and what commands it installs.

    `words`: those behind `uvx`. It also finds the commands of the packages that come with this one, which are called
    like those as far as is known.
    """
    call = _parse_call(words)
    found = call and [each for path, each in _projects(tree) if _is_named_package(call.source, path, each)]
    if not call or not found or len(found) > 1 or "scripts" in found[0].dynamic or not found[0].name.span:
        return None
    names = [script.name for script in found[0].scripts]
    others = {*(requirement.name for requirement in found[0].requirements), *map(name_of, call.beside)}
    if call.command in names or name_of(call.command) in others | _COMMANDS:
        return None
    there = joined_by_and(f"`{name}`" for name in names[:5]) if names else "no command"
    return Label(found[0].name.span, there)


def _projects(tree: Tree) -> list[tuple[str, Project]]:
    """The packages of the project, as their `pyproject.toml` describes them, with its path."""
    files = tree.all_facts("project", (path for path in tree.files_named("pyproject.toml") if not is_test(path)))
    return [(path, each) for path, each in files.items() if each.document and each.document.get("build-system")]


def _is_named_package(source: str, path: str, project: Project) -> bool:
    """Whether a package is what `--from` names: one of an index by its name, or the folder that clients start in."""
    return path == "pyproject.toml" if source == "." else normalized(project.name.only or "") == normalized(source)


def _parse_call(words: tuple[str, ...]) -> _UvxCall | None:
    """What `uvx` is told, None where that is not known, or is no package by its name."""
    parsed = parse(tuple(Value((word,)) for word in words), UV)
    if not parsed.rest or not parsed.closed or not {"module", "with-requirements"}.isdisjoint(parsed.flags):
        return None
    package = next(iter(map(spelled, parsed.values("from"))), "")
    command = _SPECIFIER.split(spelled(parsed.rest[0]))[0]
    source = _SPECIFIER.split(package.removesuffix("/"))[0] if package else command
    plain = all(each == "." or re.fullmatch(PLAIN, each) for each in (command, source)) and "://" not in package
    beside = tuple(map(spelled, parsed.values("with", "with-editable")))
    return _UvxCall(source, command, beside) if plain else None


def by_uvx(tree: Tree, folder: str, names: tuple[str, ...], span: Span) -> tuple[Install, ...] | None:
    """What uvx or pipx installs of a project with a lock file, where a file beside it has people start it so.

    `names`: those of its package and its command. None where no file says so.
    """
    if lock_of(tree, folder) is None:
        return None
    called = {normalized(name) for name in names}
    sources = (tree.source(path) for path in tree.files_in_folder(folder) if SAYING.match(posixpath.basename(path)))
    if not any(_starts_command(match, called) for source in sources if source for match in _TOOL.finditer(source.text)):
        return None
    return (Install("uvx", ("uvx", names[0]), Value((False,)), None, (folder or ".",), (), span),)


def _starts_command(match: re.Match[str], names: set[str]) -> bool:
    """Whether the words after uvx or pipx, in a shell or in a list of JSON, start a command of one of these names."""
    words = (word for word in re.split(r"""[\s"',\[\]\\]+""", match[3]) if word not in ("", ":", "args"))
    rest = parse(tuple(Value((word,)) for word in words), PIPX if match[2] else UV).rest
    return bool(rest) and normalized(_SPECIFIER.split(spelled(rest[0]))[0]) in names
