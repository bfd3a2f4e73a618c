"""What pip installs of a project in spite of its lock file, which nothing is said to install from."""

from __future__ import annotations

import posixpath
import re

from mcplint.dependencies.needs import lock_of
from mcplint.knowledge.lock_files import PYLOCK, PYTHON_LOCKS
from mcplint.model import Install
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards
from mcplint.text.source import Span
from mcplint.values import Value

_VERBS = r"(?:[ \t]+-{{1,2}}[\w-]+(?:[ =][^\s-]\S*)?){{0,4}}[ \t]+(?:{})\b"
_UV = rf'\buv{_VERBS.format("sync|run")}|"command"\s*:\s*"(?:[^"\n]*/)?uv"'
_OTHERS = {
    PYTHON_LOCKS[tool]: re.compile(rf"\b{tool}{_VERBS.format('install|sync|run|shell')}")
    for tool in ("poetry", "pdm", "pipenv")
}
SYNCING = {PYTHON_LOCKS["uv"]: re.compile(_UV), PYLOCK: re.compile(re.escape(PYLOCK)), **_OTHERS}
"""What the files of a project say that have its lock file installed from, by the name of that."""
SAYING = re.compile(
    r"(?i)(?:readme|install|deploy|setup|quick.?start|getting|usage|make|gnumake|just|task|procfile|docker|.*compose)"
    r"|.*\.(?:sh|bat|ps1|service|dockerfile)$|.*(?:mcp|claude|settings|gemini)[\w-]{0,99}\.json$"
)
"""The names of files that say how a project is installed or started."""


def without_lock_file(tree: Tree, folder: str, span: Span) -> tuple[Install, ...]:
    """What pip installs of a project whose lock file no file of it has installed; none where one may."""
    lock = lock_of(tree, folder)
    if lock is None or tree.cached(_is_synced, folder, lock):
        return ()
    return (Install("pip", (), Value((False,)), None, (folder or ".",), (), span),)


def _is_synced(tree: Tree, folder: str, lock: str) -> bool:
    """Whether a file around a project says that its packages are installed from its lock file."""
    syncing = SYNCING[posixpath.basename(lock)]
    for outer in outwards(folder):
        for around in (outer, posixpath.join(outer, "docs"), posixpath.join(outer, "scripts")):
            for path in tree.files_in_folder(around):
                source = tree.source(path) if SAYING.match(posixpath.basename(path)) else None
                if source and syncing.search(source.text):
                    return True
    return False
