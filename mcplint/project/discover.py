"""Which files a project has, and their texts. Nothing outside the project is opened, and nothing of it is run."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache, partial
from types import MappingProxyType
from typing import NamedTuple

from mcplint.findings import ERROR, NOTE, WARNING, InnerRepository, Unreadable
from mcplint.project.git import Listed, runs_in_index, upwards, work_tree
from mcplint.project.kinds import kind
from mcplint.project.load import SPECIAL, load
from mcplint.project.tree import Tree
from mcplint.text.glob import fits
from mcplint.text.source import Source, Span

# Folders that hold other people's files or built ones, whatever git says of them.
PRUNED = frozenset(
    (
        *("node_modules", "bower_components", "site-packages", "__pycache__", ".git", ".hg", ".svn", ".venv", "venv"),
        *(".tox", ".nox", ".eggs", ".terraform", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    )
)
# Where the repository is pushed to, which matters for what it publishes; read as text, git is not asked.
GIT_CONFIG = ".git/config"
MOST_FILES = 200_000
# What lies at the top of a system and is no file of anybody.
SYSTEM = frozenset(("proc", "sys", "dev", "run"))
CONFIGURATIONS = ("mcplint.toml", "pyproject.toml")


class Configuration(NamedTuple):
    """The name of the file in a folder that configures mcplint, None where none does, and the files read to tell."""

    name: str | None = None
    read: Mapping[str, Source] = MappingProxyType({})


def project(start: str, configured: Callable[[str], Configuration] | None = None) -> str:
    """The root of the project that a file or folder belongs to, as a real path.

    It is the nearest folder that has a configuration, up to the top of the git work tree; else that top. Without git
    nothing above the working folder is looked at, nor above the start where it lies elsewhere. `configured`: what tells
    of a folder, where that is kept for those who ask next.
    """
    configured = configured or configuration
    start = os.path.realpath(start)
    if not os.path.isdir(start):
        start = os.path.dirname(start)
    above = list(upwards(start))
    here = os.path.realpath(os.getcwd())
    top = work_tree(start) or (here if here in above else start)
    inside = above[: above.index(top) + 1]
    return next((folder for folder in inside if configured(folder).name), top)


def configuration(root: str) -> Configuration:
    """The file in this folder that configures mcplint."""
    read: dict[str, Source] = {}
    for name in CONFIGURATIONS:
        if os.path.lexists(os.path.join(root, name)):
            with suppress(Unreadable):
                read[name] = load(root, name)
            if name == "mcplint.toml" or (name in read and "tool.mcplint" in read[name].text):
                return Configuration(name, read)
    return Configuration(None, read)


def tree(
    root: str,
    listed: Listed,
    exclude: Iterable[str] = (),
    named: Collection[str] = (),
    read: Mapping[str, Source] = MappingProxyType({}),
) -> Tree:
    """The files of a project, without those that match a glob of `exclude` or lie in a folder that does.

    `root` is a real path. `listed`: those that git lists; where it lists none all that lie there. `named`: paths in the
    project that someone asked about: they belong to it even where git ignores them, and a file among them that cannot
    be read is an error. `read`: files of the project that are read already, by their paths.
    """
    paths, problems = _existing_files(root, listed) if isinstance(listed, Mapping) else walk(root)
    sparse = _left_out(paths, listed) if isinstance(listed, Mapping) else frozenset[str]()
    paths |= sparse
    if isinstance(listed, Unreadable):
        problems.append(listed)
    for name in named:
        if name and name not in paths and not any(path.startswith(f"{name}/") for path in paths):
            more, troubles = walk(root, name) if os.path.isdir(os.path.join(root, name)) else ({name}, [])
            left = [problem for problem in problems if not more or problem.span.source.path != name]
            paths, problems = paths | more, left + troubles
    return Tree(
        without_excluded(root, paths, exclude),
        lambda path: read[path] if path in read else _load(root, path, sparse),
        problems,
        named,
        locked_above(root),
        lambda path: executable(root, path),
        cache(partial(target, root)),
        isinstance(listed, Mapping),
    )


def _left_out(paths: Collection[str], listed: Mapping[str, bool]) -> frozenset[str]:
    """The tracked files that a sparse checkout leaves out: they are there wherever all of the repository is."""
    lost = (path for path, checked_out in listed.items() if not checked_out)
    return frozenset(path for path in lost if path not in paths and PRUNED.isdisjoint(path.split("/")))


def _load(root: str, path: str, sparse: Collection[str]) -> Source:
    if path in sparse:
        raise _problem(path, "left out of this sparse checkout; `git sparse-checkout disable` gets it")
    return load(root, path)


def executable(root: str, path: str) -> bool | None:
    """Whether a file of the project may be executed, None where its mode does not tell.

    That is so of a link, on another system, and where git keeps another mode than the one that lies here.
    """
    try:
        found = os.lstat(os.path.join(root, path))
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode) or os.name != "posix":
        return None
    return bool(found.st_mode & 0o111) or (None if work_tree(root) and runs_in_index(root, path) else False)


def target(root: str, path: str) -> str | None:
    """The file of the project that a link leads to, None for what is no link or leads elsewhere."""
    whole = os.path.join(root, path)
    if not os.path.islink(whole):
        return None
    found = os.path.relpath(os.path.realpath(whole), root).replace(os.sep, "/")
    return None if found.startswith("../") else found


def locked_above(root: str) -> bool:
    """Whether a lock file of uv lies above the root, up to the top of the git work tree where there is one."""
    top = work_tree(root)
    for folder in upwards(root):
        if folder != root and os.path.lexists(os.path.join(folder, "uv.lock")):
            return True
        if folder == top:
            break
    return False


def without_excluded(root: str, paths: Collection[str], exclude: Iterable[str]) -> Collection[str]:
    """Those of the paths that no glob excludes, and where something is published what says where it is pushed to."""
    globs = [form for glob in exclude for form in (glob.rstrip("/"), f"{glob.rstrip('/')}/*")]
    left = [path for path in paths if not any(fits(path, glob) for glob in globs)] if globs else paths
    if any(path.endswith("server.json") for path in left) and os.path.isfile(os.path.join(root, GIT_CONFIG)):
        return [*left, GIT_CONFIG]
    return left


def _existing_files(root: str, listed: Iterable[str]) -> tuple[set[str], list[Unreadable]]:
    """The listed files that are there (git lists deleted ones too), and what lies beside them that nobody can read."""
    paths: set[str] = set()
    problems: list[Unreadable] = []
    wanted = {path.rstrip("/") for path in listed if PRUNED.isdisjoint(path.split("/"))}
    for folder in {"", *(os.path.dirname(path) for path in wanted)}:
        if os.path.realpath(os.path.join(root, folder)) == os.path.join(root, folder).rstrip("/"):
            files, below, troubles = _scan(root, folder)
            paths |= wanted.intersection(files)
            problems += [*troubles, *(inner_repository(path, root) for path in wanted.intersection(below))]
    return paths, problems


def inner_repository(path: str, root: str | None) -> InnerRepository:
    """That a repository inside another is left out; it is no problem where nobody asked about it."""
    if root is None or os.path.lexists(os.path.join(root, path, ".git")):
        why = "it is a repository of its own; run mcplint on it"
    else:
        why = "it is a submodule that is not checked out; `git submodule update --init` gets it"
    return InnerRepository(Span(Source(path, ""), 0, 0), why)


def walk(root: str, start: str = "") -> tuple[set[str], list[Unreadable]]:
    """All files below a folder of the project but those in pruned folders, virtual environments and other checkouts."""
    paths: set[str] = set()
    problems: list[Unreadable] = []
    folders, own = [start], list[str]()
    while folders:
        folder = folders.pop()
        files, below, troubles = _scan(root, folder)
        if os.path.join(folder, "pyvenv.cfg") in files or (root == os.sep and folder in SYSTEM):
            continue
        if folder != start and os.path.lexists(os.path.join(root, folder, ".git")):
            own.append(folder)
            continue
        paths.update(files)
        folders += below
        problems += troubles
        if len(paths) > MOST_FILES:
            text = f"more than {MOST_FILES:,} files, the rest is not read"
            return paths, [*problems, _problem(".", text, WARNING)]
    if own:
        named = f"`{min(own)}`" + (f" and {len(own) - 1} more" if own[1:] else "")
        problems.append(_problem(".", f"not read, as a repository of its own: {named}; run mcplint on it", WARNING))
    return paths, problems


def _scan(root: str, folder: str) -> tuple[set[str], list[str], list[Unreadable]]:
    """The files, the folders to go on with and the troubles of one folder; a link counts as a file."""
    files: set[str] = set()
    folders: list[str] = []
    problems: list[Unreadable] = []
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink() or entry.is_file(follow_symlinks=False):
                    files.add(path)
                elif not entry.is_dir(follow_symlinks=False):
                    problems += [_problem(path, SPECIAL)] if kind(path) else []
                elif entry.name not in PRUNED:
                    folders.append(path)
                    problems += [_problem(path, "a folder, not a file", NOTE)] if kind(path) else []
    except (FileNotFoundError, NotADirectoryError):
        pass  # git lists what is deleted too
    except OSError as error:
        problems.append(_problem(folder or ".", (error.strerror or "unknown error").lower()))
    return files, folders, problems


def _problem(path: str, text: str, severity: str = ERROR) -> Unreadable:
    return Unreadable(Span(Source(path, ""), 0, 0), text, severity)
