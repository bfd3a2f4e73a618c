"""What a program does not find in an environment that is made to start it, as by uvx and `uv run`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from mcplint.commands.words import spelled
from mcplint.dependencies.installed import environment_names
from mcplint.dependencies.unlocked import SAYING
from mcplint.facts.dependencies import KINDS, PROJECTS, Project
from mcplint.facts.document import at, pairs
from mcplint.model import Install, Lack
from mcplint.programs.python.certain_imports import imported
from mcplint.programs.start import OTHERS, SCRIPT, Start
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.runtime.missing_distributions import TOOLS, from_outside, lacking_distributions
from mcplint.runtime.shadowing import entry_of
from mcplint.runtime.sync import has_inline_metadata
from mcplint.text.paths import outwards
from mcplint.text.source import Span
from mcplint.values import Label


def environment_lacks(
    start: Start, install: Install, by: Span, named: Collection[str] | None, tree: Tree
) -> Iterator[Lack]:
    """What a program does not find that one install has made the environment for.

    `by`: what has it started. `named`: the kinds of dependencies of the project by which a package may have come there
    without that install, None for those that the tool itself leaves there.
    """
    entry = entry_of(start, tree) if start.language == "python" else None
    aside = start.kind == SCRIPT and has_inline_metadata(start, tree)
    if entry is None or aside or start.prepared or not {"PYTHONPATH", OTHERS}.isdisjoint(start.env):
        return
    if _installs_first(start, by):
        return
    path, name = entry
    imports = tuple(from_outside(imported(tree, start.roots, path, name, start.kind == SCRIPT), start, tree))
    if (not imports and start.runner != "mcp") or (installed := environment_names(install, tree)) is None:
        return
    # `uv run` leaves there what was installed before, by whatever the project names.
    named = (KINDS if install.tool == "uv run" else ()) if named is None else named
    folder = install.requirements[0]
    asked = (name for _, name, _ in imports)
    installed |= {name for name in (*asked, "typer") if named and _is_mentioned(name, named, folder, tree)}
    notes = (*_asking(tree.project(folder)), Label(by, "starts the program"))
    for lack in lacking_distributions(imports, start, (install,), installed, notes, tree):
        yield lack._replace(step=_title(install, folder))


def _installs_first(start: Start, by: Span) -> bool:
    """Whether a script that leads to the program may install something before."""
    sources = (note.span.source for note in start.notes if not note.span.source.path.endswith((".py", ".toml")))
    texts = [source.text for source in sources if source.path != by.source.path]
    texts += [spelled(word) for command in start.commands for word in command.words or ()]
    return any("install " in text for text in texts)


def _title(install: Install, folder: str) -> str:
    """What a message calls the environment."""
    if install.tool in TOOLS:
        words = " ".join(install.argv)
        return f"the environment that `{words if len(words) <= 40 else f'{words[:39]}…'}` makes"
    tool = "uv run" if install.tool == "uv run" else "pip install"
    return f"the environment that `{tool}` makes of {posixpath.normpath(posixpath.join(folder, 'pyproject.toml'))}"


def _asking(project: Project | None) -> Iterator[Label]:
    """Where a project says what it depends on."""
    for keys in (("project",), ("tool", "poetry")):
        for name, _ in pairs(at(project.document, *keys) if project else None):
            if name.text == "dependencies":
                yield Label(name.span, "is what the project asks for")


def _is_mentioned(name: str, kinds: Collection[str], folder: str, tree: Tree) -> bool:
    """Whether anything of the project names a distribution that people may have installed by that."""
    wanted = {name, "mcp[cli]"} if name == "typer" else {name}
    files = (path for path in tree.paths if posixpath.basename(path) in (*PROJECTS, "Pipfile"))
    for project in tree.all_facts("project", files).values():
        asked = (each for each in project.requirements if each.kind in kinds)
        if any(each.name == name or (name == "typer" and "cli" in each.extras) for each in asked):
            return True
    lists = (path for path in tree.paths if (made := kind(path)) and made.name == "requirements")
    for list_facts in tree.all_facts("requirements", lists).values():
        if any(each.name == name or (name == "typer" and "cli" in each.extras) for each in list_facts.requirements):
            return True
    pattern = "|".join(re.escape(each).replace("\\-", "[-_]") for each in wanted)
    install_pattern = re.compile(rf"(?i)(?:\binstall|\badd|--with)\b[^\n]{{0,300}}?(?<![\w-])(?:{pattern})(?![\w-])")
    around = (each for outer in outwards("" if folder == "." else folder) for each in tree.files_in_folder(outer))
    texts = (tree.source(path) for path in around if SAYING.match(posixpath.basename(path)))
    return any(source is not None and install_pattern.search(source.text) for source in texts)
