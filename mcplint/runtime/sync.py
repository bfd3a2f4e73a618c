"""What `uv run`, `uvx` and `npx` do when a container starts, besides starting its program."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import UV, UV_AND_NPX, program
from mcplint.commands.options import parse
from mcplint.commands.words import span_of, text
from mcplint.dependencies.uv_settings import FILES, setting
from mcplint.facts.dependencies import Project
from mcplint.images.copies import paths_in_image, project_path
from mcplint.images.image import Image
from mcplint.knowledge.lock_files import PYTHON_LOCKS
from mcplint.model import Argv, Container, Sync
from mcplint.model.insertion import more_words
from mcplint.packaging.backend import is_packaged
from mcplint.programs.start import Start
from mcplint.project.ignored import ignored_by_git
from mcplint.project.tree import Tree
from mcplint.runtime.writable import home, is_open
from mcplint.text.paths import upwards
from mcplint.text.source import Span
from mcplint.values import Label

_INSISTING = frozenset({"--frozen", "--locked"})
"""Flags of `uv sync` without which it makes a lock file itself."""
_TOUCHES = r"\b(?:chown|chmod|touch|sed|cp|mv|git|rsync)\b"
_CACHES = ("UV_CACHE_DIR", "UV_NO_CACHE", "XDG_CACHE_HOME", "HOME")
_NPM_CACHES = ("npm_config_cache", "NPM_CONFIG_CACHE", "HOME")


def sync(image: Image, container: Container, start: Start, tree: Tree) -> Sync | None:
    """What a start through uv builds again, and whether the user may start anything so; None for any other start."""
    found = next((each for each in container.commands if program(each.words or ()) in UV_AND_NPX), None)
    if found is None or not found.words or not image.base_known or container.unread:
        return None
    words, tool, set_ = found.words, program(found.words), {*container.env, *start.env}
    if tool == "npx":
        refused = _no_cache(image, container, tree, set_, ".npm", _NPM_CACHES) if start.registry == "npm" else ""
        return Sync(tool, span_of(words[0], found.span), refused=refused) if refused else None
    run = next((at for at, word in enumerate(words) if text(word) == "run"), None)
    if tool == "uv" and (run is None or text(words[1]) == "tool"):
        return None
    refused = "" if _sets_cache(found, image, tree) else _no_cache(image, container, tree, set_)
    made = Sync("uvx" if tool == "uvx" else "uv run", span_of(words[0], found.span), refused=refused)
    installs = [each for each in start.installs or () if each.tool == "uv run" and each.requirements]
    project = tree.project(installs[0].requirements[0]) if installs else None
    if tool == "uv" and run is not None and project and is_packaged(project):
        refused = refused or _no_venv(image, container, tree, found.workdir, set_)
        if not refused and _may_be_mounted_over(container, found.workdir):
            return made
        failed = next(_without_lock(image, project, tree), None)
        if not refused and failed is not None:
            return made._replace(project=project.source.path, failed=Label(failed, "fails without uv.lock"))
        pulled = not _may_be_touched(image, project)
        if not refused and pulled and container.build is not None:
            return None
        built = any(each.tool == "uv sync" and each.packaged for each in container.installs)
        edits = more_words(words[: run + 1], ("--no-sync",)) if built and not refused else ()
        return made._replace(project=project.source.path, refused=refused, edits=edits, pulled=pulled)
    if tool == "uv" and project and not refused and _ELSEWHERE.isdisjoint(set_) and not container.mounts:
        left = None if has_inline_metadata(start, tree) else _why_not_installed(image, found.workdir)
        return left and made._replace(project=project.source.path, failed=left)
    return made if refused else None


_ELSEWHERE = frozenset({"UV_PROJECT", "UV_PROJECT_ENVIRONMENT"})
"""The variables by which the environment of a project is not in the working directory."""
_MAKES = re.compile(
    r"\buv (?:\S+ ){0,9}(?:sync|run|add|venv)\b|\bvenv\b|virtualenv|\bpoetry\b|\bpdm\b|\bnox\b|\bmake\b"
)
"""What a RUN says that may make the environment of a project."""


def has_inline_metadata(start: Start, tree: Tree) -> bool:
    """Whether a script says itself what it needs, so that uv minds no project."""
    source = tree.source(start.target)
    return source is None or "# /// script" in source.text


def _why_not_installed(image: Image, workdir: str | None) -> Label | None:
    """What says that a build puts nothing into the environment of a project, None where it may."""
    brought = any(
        copy.target.only is None or f"{workdir}/.venv/".startswith(f"{copy.target.only.rstrip('/')}/")
        for copy in image.copies
        if (copy.stage is not None or copy.image is not None) and not (copy.target.only or "").startswith("/bin/")
    )
    if workdir is None or image.open or image.context is None or brought:
        return None
    if any(_MAKES.search(run.script) for run in image.runs):
        return None
    elsewhere = [each for each in image.installs if each.tool == "pip" or "--system" in each.argv]
    if len(elsewhere) < len(image.installs):
        return None
    if not elsewhere:
        return Label(image.span, "is built without installing it")
    return Label(elsewhere[-1].span, "installs into the system, which `uv run` does not look at")


def _without_lock(image: Image, project: Project, tree: Tree) -> Iterator[Span]:
    """The `uv sync` that fails for want of a lock file, where the build goes on and no other makes the environment."""
    lock = posixpath.join(posixpath.dirname(project.source.path), PYTHON_LOCKS["uv"])
    made = image.open or any("uv lock" in run.script for run in image.runs)
    if lock in tree.paths or made or image.context is None or ignored_by_git(tree, lock):
        return
    syncs = [each for each in image.installs if each.tool in ("uv sync", "uv run")]
    if all(each.instead and each.lock is None and _INSISTING.intersection(each.argv) for each in syncs):
        yield from (each.span for each in syncs)


def _no_cache(
    image: Image,
    container: Container,
    tree: Tree,
    given: set[str],
    name: str = ".cache",
    elsewhere: tuple[str, ...] = _CACHES,
) -> str:
    """Why its user has no folder for a cache, empty where it may have one.

    `elsewhere`: the variables that say where, `given`: those that are set.
    """
    found = None if not given.isdisjoint(elsewhere) else home(container)
    if found is None or is_open(image, container, posixpath.join(found[0], name), tree):
        return ""
    return f"it cannot make its cache in {posixpath.join(found[0], name)}, as {found[1]}"


_CACHE_SETTINGS = ("no-cache", "cache-dir")


def _sets_cache(command: Argv, image: Image, tree: Tree) -> bool:
    """Whether uv is told to keep no cache, or where, by an option or by the settings of the project."""
    words = command.words or ()
    before = parse(words[1:], UV)
    after = parse(before.rest[1:], UV) if program(words) == "uv" else before
    if {*_CACHE_SETTINGS, "no-cache-dir", "n"} & {*before.flags, *after.flags}:
        return True
    places = (posixpath.join(each, name) for each in upwards(command.workdir or "/") for name in FILES)
    files = [path for place in places if (path := project_path(image, place, tree)) in tree.paths]
    return any(setting(tree, path or "", name) is not None for path in files for name in _CACHE_SETTINGS)


def _may_be_mounted_over(container: Container, folder: str | None) -> bool:
    """Whether something that is mounted may lie over the environment that the build has made."""
    named = container.env.get("UV_PROJECT_ENVIRONMENT")
    if folder is None or (named is not None and named.only is None):
        return bool(container.mounts)
    made = posixpath.join(folder, str(named.only) if named else ".venv")
    return container.may_hide(posixpath.normpath(made))


def _may_be_touched(image: Image, project: Project) -> bool:
    """Whether the build changes the times of the project's file after it has built the project, or may.

    It is the time of the last change of state (ctime) that uv compares, of `pyproject.toml` alone.
    """
    synced = [each.span for each in image.installs if each.tool == "uv sync" and each.packaged]
    last = synced[-1] if synced else None
    if last is None or not any(run.span.start <= last.start < run.span.end for run in image.runs):
        return True
    later = tuple(copy for copy in image.copies if copy.span.start > last.start)
    path = project.source.path
    if any(True for _ in paths_in_image(later, image.parts, image.ignored, image.context, path)):
        return True
    text = "\n".join(last.source.text[max(last.end, run.span.start) : run.span.end] for run in image.runs)
    folders = {*upwards(image.workdir.only or "/"), ".", "./", "*"}
    for line in re.split(r"&&|;|\n", text):
        words = {word.rstrip("/") or "/" for word in line.split()}
        if re.search(_TOUCHES, line) and (words & folders or "$" in line or "pyproject" in line):
            return True
    return False


def _no_venv(image: Image, container: Container, tree: Tree, workdir: str | None, given: set[str]) -> str:
    """Why its user cannot build into the environment of the project, empty where it may."""
    owner = image.folders.get(workdir or "")
    if not container.unprivileged or not workdir or owner is None or not owner.must_be("root", "0"):
        return ""
    if not _ELSEWHERE.isdisjoint(given) or is_open(image, container, f"{workdir}/.venv", tree):
        return ""
    synced = any(each.tool == "uv sync" for each in container.installs)
    return f"{workdir}/.venv belongs to root, and the user {container.unprivileged} cannot change it" if synced else ""
