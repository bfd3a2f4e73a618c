"""A project opened for a run: its root, files, rules and settings, and which of its paths are asked about."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple

from mcplint.engine.catalogue import Catalogue
from mcplint.findings import INTERNAL_ERROR, Diagnostic, Rule, Unreadable
from mcplint.project import discover
from mcplint.project.config import Config, usage_error
from mcplint.project.config import load as load_config
from mcplint.project.git import listing, work_tree
from mcplint.project.kinds import kind
from mcplint.project.load import load
from mcplint.project.tree import Tree
from mcplint.text.source import Source
from mcplint.usage import UsageError, did_you_mean

# The formats whose paths GitHub and GitLab look for in the repository, wherever in it a step runs.
HOSTED = ("github", "gitlab", "sarif")
WRITABLE = 0o222
_Looked = Callable[[str], discover.Configuration]
"""What tells of the configuration of a folder, which is looked for once."""
COMMANDS = ("check", "config", "explain", "graph", "init", "rules", "show")


class Workspace(NamedTuple):
    """`root` is a real path, `folder` leads to it from the working folder; `asked` are paths in it, empty for all."""

    root: str
    folder: str
    tree: Tree
    rules: Catalogue
    config: Config
    asked: tuple[str, ...]

    def is_reported(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic points into a path that was asked about; a configuration of several projects is none."""
        finding = diagnostic.finding
        if finding.span.source.path.startswith("../"):
            return False
        paths = [finding.span.source.path, *(note.span.source.path for note in finding.notes)]
        return diagnostic.rule == INTERNAL_ERROR or not all(map(self.is_not_asked_about, paths))

    def seen_by(self, output_format: str) -> str:
        """What leads to the root from where the paths of a report begin: for a host at the top of its checkout."""
        top = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
        if output_format in HOSTED and top and os.getcwd().startswith(f"{os.path.realpath(top)}{os.sep}"):
            return os.path.relpath(self.root, os.path.realpath(top)).replace(os.sep, "/")
        return self.folder

    def refuse_own_files(self, paths: Iterable[str]) -> None:
        """Raises UsageError where a file to write is one that mcplint looks at or one of git's, or where a link of the
        project leads out of it."""
        top = f"{self.root.rstrip(os.sep)}{os.sep}"
        for path in paths:
            real, spelled = os.path.realpath(path), os.path.join(os.path.realpath(os.curdir), path)
            if os.path.normpath(spelled).startswith(top) and not real.startswith(top):
                raise UsageError(f"{path} is, or lies behind, a link that leads out of the project, and is not written")
            inside = real.removeprefix(top).replace(os.sep, "/")
            row = kind(inside)
            looked_at = inside in self.tree.paths and row and row.name != "other"
            if looked_at or ".git" in inside.split("/"):
                owner = "git" if ".git" in inside.split("/") else "the project"
                raise UsageError(f"{path} is a file of {owner}, and would be overwritten")

    def is_not_asked_about(self, path: str) -> bool:
        """Whether a file lies outside the paths that were asked about."""
        return bool(self.asked) and not any(path == one or path.startswith(f"{one}/") for one in self.asked)

    def why_not_writable(self, path: str) -> str:
        """Why no fix writes a file, nothing where it may: it was not asked about, is behind a link, or read-only."""
        whole = os.path.join(self.root, *path.split("/"))
        if self.is_not_asked_about(path):
            return "outside the given paths"
        if os.path.realpath(whole) != whole:
            return "reached through a link"
        return "read-only" if os.path.exists(whole) and not os.stat(whole).st_mode & WRITABLE else ""


def open_workspace(
    paths: Sequence[str], configuration: str | None = None, rules_folder: str | None = None
) -> Workspace:
    """The project of some paths; raises UsageError."""
    real = [_real(path) for path in paths or ["."]]
    looked = cache(discover.configuration)
    root = _root(real, looked)
    asked = tuple("" if path == root else os.path.relpath(path, root).replace(os.sep, "/") for path in real)
    if root == os.sep:
        print(f"mcplint: reading the files below {root}, at most {discover.MOST_FILES:,}", file=sys.stderr)
    with listing(root) as listed:
        import_module("mcplint.link")  # Every run needs it, and git takes as long to answer.
        rules = Catalogue(rules_folder)
        config = _config(root, configuration, rules, looked)
        tree = discover.tree(root, listed(), config.exclude, asked, looked(root).read)
    folder = os.path.relpath(root).replace(os.sep, "/")
    return Workspace(root, folder, tree, rules, config, () if "" in asked else asked)


def _real(path: str) -> str:
    """The path without links on the way; a link to a file stays what it is."""
    if not os.path.lexists(path):
        folder, name = os.path.split(path)
        near = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []
        hint = did_you_mean(name, [*COMMANDS, *near] if not folder else near)
        raise UsageError(f'there is no file or folder "{path}"{hint}')
    if os.path.isdir(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder or "."), name)


def _root(paths: Collection[str], looked: _Looked) -> str:
    """The one project that all paths belong to."""
    together = os.path.commonpath(paths)
    projects = {path: discover.project(path, looked) for path in {together, *paths}}
    root, own = projects[together], {projects[path] for path in paths}
    if root in own or root == os.path.realpath(os.getcwd()) or looked(root).name or work_tree(root):
        return root
    raise UsageError(f"these paths belong to different projects: {', '.join(sorted(own))}")


def configuration(paths: Sequence[str], given: str | None, rules: Mapping[str, Rule]) -> tuple[Source | None, str]:
    """The file with the settings of a project, checked, and its path from the working folder; raises UsageError."""
    looked = cache(discover.configuration)
    root = _root([_real(path) for path in paths or ["."]], looked)
    source, shown = _file(root, given, looked)
    if source:
        load_config(source.path, source.text, rules, shown)
    return source, shown


def _config(root: str, given: str | None, rules: Catalogue, looked: _Looked) -> Config:
    source, shown = _file(root, given, looked)
    return load_config(source.path, source.text, rules, shown) if source else Config()


def _file(root: str, given: str | None, looked: _Looked) -> tuple[Source | None, str]:
    if given and not os.path.lexists(given):
        raise UsageError(f'there is no file "{given}"')
    folder, name = os.path.split(os.path.realpath(given)) if given else (root, looked(root).name)
    if not name:
        return None, ""
    path = os.path.join(folder, name)
    shown = os.path.relpath(path)
    if folder == root and name in looked(root).read:
        return looked(root).read[name], shown
    try:
        return Source(os.path.relpath(path, root).replace(os.sep, "/"), load(folder, name).text), shown
    except Unreadable as problem:
        raise usage_error(problem, shown) from None
