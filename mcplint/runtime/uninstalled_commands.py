"""A console script of the project that a container starts, and that nothing in its image installs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.commands.command_lines import program
from mcplint.commands.console_scripts import installed
from mcplint.commands.shell import script_text
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import Words, span_of, spelled, text
from mcplint.dependencies.needs import DEPENDENCIES, needs
from mcplint.facts.dependencies import Project, normalized
from mcplint.facts.document import at
from mcplint.knowledge.executables import SHELLS
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.model import Install, Lack, LackKind
from mcplint.packaging.backend import is_packaged
from mcplint.programs.start import FUNCTION, Start
from mcplint.project.tree import Tree
from mcplint.runtime.absent_commands import brings_only_listed_commands, is_judged, may_bring, projects, surely_lacks
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import side_folder
from mcplint.values import Label

_PLAIN_FLAGS = frozenset({"--no-sync", "--frozen", "--locked", "--no-dev", "--quiet", "-q"})
_LEAVING_OUT = frozenset({"--no-install-project", "--no-install-workspace", "--no-install-local"})


def uninstalled_script(context: ContainerContext, start: Start, tree: Tree) -> Iterator[Lack]:
    """The console script that a start names, where each install is known to leave its project out."""
    image, words = context.image, start.commands[-1].words if start.commands else None
    if start.kind != FUNCTION or image is None or not words or not _starts_directly(start):
        return
    spelled_, name = spelled(words[0]), posixpath.basename(spelled(words[0]))
    if "/" in spelled_ and not (spelled_.startswith("/") and posixpath.dirname(spelled_).endswith("/bin")):
        return
    found = installed(tree, side_folder(posixpath.dirname(image.dockerfile))).get(name, ())
    folders = {each.folder for each in found}
    folder = next(iter(folders), "")
    project = tree.project(folder)
    if len(folders) != 1 or project is None or found[0].target != start.target:
        return
    if (start.installs and is_packaged(project)) or not _is_only_source(project, folder, name, tree):
        return
    asked = needs(tree, context.container.installs, image.folder).requirements
    if normalized(project.name.only or "") in {each.name for each in asked}:
        return
    images = (image, *image.parts.values())
    copies = (copy.target.only or "" for each in images for copy in each.copies)
    if tree.files_named(name) or any(posixpath.basename(target) == name for target in copies):
        return
    if not is_judged(context, tree) or not all(brings_only_listed_commands(each, name) for each in images):
        return
    if any("export" in run.script for each in images for run in each.runs):
        return
    installs = list(dict.fromkeys(install for each in images for install in each.installs))
    reasons = [_left_out(install, project, folder) for install in installs]
    if not reasons or not all(reasons) or not surely_lacks(context, name, projects(tree), tree):
        return
    reason_notes = (Label(install.span, reason) for install, reason in zip(installs, reasons, strict=True) if reason)
    notes = (Label(found[0].span, "is the console script"), *reason_notes)
    yield Lack(LackKind.COMMAND, name, span_of(words[0], start.commands[-1].span), reasons[-1] or "", notes)


def _starts_directly(start: Start) -> bool:
    """Whether nothing but a shell of one command or a plain `uv run` stands before the last command of a start."""
    return all(_is_plain_front(command.words or (), start) for command in start.commands[:-1])


def _is_plain_front(words: Words, start: Start) -> bool:
    word_texts = [text(word) for word in words]
    name = program(words)
    if name in SHELLS and word_texts[1:2] == ["-c"] and len(word_texts) == 3:
        script = script_text(words[2], start.commands[0].span)
        return script is not None and len(commands(script[0])) == 1
    if name == "exec":
        return True
    flags = word_texts[1:-1]
    return name == "uv" and None not in word_texts and "run" in flags and _PLAIN_FLAGS.issuperset({*flags} - {"run"})


def _is_only_source(project: Project, folder: str, name: str, tree: Tree) -> bool:
    """Whether no other project of the tree may bring a script, nor asks for the one that has it."""
    own = normalized(project.name.only or "")
    others = [each for each in projects(tree) if each.source.path != project.source.path]
    asked = {each.name for every in (project, *others) for each in every.requirements}
    asked.update(each for every in (project, *others) for each in every.elsewhere)
    named = {*asked, own, *PYTHON_PACKAGES} - ({own} - asked)
    beside = any(posixpath.dirname(each.source.path) == folder for each in others)
    return (
        bool(own)
        and own not in asked
        and normalized(name) not in named
        and not beside
        and not any(may_bring(each, name) for each in others)
    )


def _left_out(install: Install, project: Project, folder: str) -> str | None:
    """Why an install leaves a project out, None where it may install it."""
    if install.packaged or install.rooted:
        return None
    asked = [posixpath.normpath(each) for each in install.requirements]
    if install.tool == "uv sync" and asked == [folder or "."]:
        if not is_packaged(project):
            why = "`package = false` is said" if at(project.document, "build-system") else "it has no `[build-system]`"
            return f"`uv sync` does not install the project, as {why}"
        flag = next((word for word in install.argv if word in _LEAVING_OUT), None)
        return f"`{flag}` leaves the project out" if flag else None
    if install.tool == "poetry" and "--no-root" in install.argv:
        return "`--no-root` leaves the project out"
    if install.tool in ("pip", "uv pip") and all(map(_is_list, asked)):
        return f"`{' '.join(install.argv)}` installs no project"
    return None


def _is_list(path: str) -> bool:
    name = posixpath.basename(path)
    return name in DEPENDENCIES or name.endswith((".txt", ".in"))
