"""What pip installs of a project in spite of its lock file: where nothing installs from that, or a script says so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.dependencies.needs import lock_of
from mcplint.dependencies.pinned import INSTALLERS, name_of
from mcplint.knowledge.lock_files import PYLOCK, PYTHON_LOCKS
from mcplint.model import Install
from mcplint.project.kinds import kind
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
_SYNCING = {PYTHON_LOCKS["uv"]: re.compile(_UV), PYLOCK: re.compile(re.escape(PYLOCK)), **_OTHERS}
"""What the files of a project say that have its lock file installed from, by the name of that."""
SAYING = re.compile(
    r"(?i)(?:readme|install|deploy|setup|quick.?start|getting|usage|make|gnumake|just|task|procfile|docker|.*compose)"
    r"|.*\.(?:sh|bat|ps1|service|dockerfile)$|.*(?:mcp|claude|settings|gemini)[\w-]{0,99}\.json$"
)
"""The names of files that say how a project is installed or started."""
_PIP = re.compile(r"(?m)(?<![\w-])(?<!uv )pip3?[ \t]+install\b((?:\\\r?\n|[^\n;&|#])*)")
_WORD = re.compile(r"""[^\s"'\\]+|"[^"\n]*"|'[^'\n]*'""")
_VALUED = frozenset(
    {"-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-t", "--target", "-f", "--timeout"}
)


def without_lock_file(tree: Tree, folder: str, span: Span) -> tuple[Install, ...]:
    """What pip installs of a project whose lock file no file of it has installed; none where one may."""
    lock = lock_of(tree, folder)
    if lock is None or tree.once(_is_synced, folder, lock):
        return ()
    return (Install("pip", (), Value((False,)), None, (folder or ".",), (), span),)


def _is_synced(tree: Tree, folder: str, lock: str) -> bool:
    """Whether a file around a project says that its packages are installed from its lock file."""
    syncing = _SYNCING[posixpath.basename(lock)]
    for outer in outwards(folder):
        for around in (outer, posixpath.join(outer, "docs"), posixpath.join(outer, "scripts")):
            for path in tree.beside(around):
                source = tree.source(path) if SAYING.match(posixpath.basename(path)) else None
                if source and syncing.search(source.text):
                    return True
    return False


def of_scripts(tree: Tree, program: str, folder: str) -> tuple[Install, ...]:
    """What scripts of the project install by pip into the virtual environment that a program of the host lies in."""
    parts = program.split("/")
    if len(parts) < 4 or parts[-2] != "bin":
        return ()
    making = re.compile(rf"(?m)^(?>.*?(?:-m[ \t]+venv|\bvirtualenv)\b).*\b{re.escape(parts[-3])}\b")
    scripts = (path for path in sorted(tree.paths) if (form := kind(path)) and form.name == "script")
    for path in scripts:
        source = tree.source(path) if tree.mentions(path, "venv") else None
        if source and making.search(source.text) and not any(each.search(source.text) for each in _SYNCING.values()):
            found = tuple(_installs(tree, Span(source, 0, len(source.text)), folder))
            if found:
                return found
    return ()


def _installs(tree: Tree, script: Span, folder: str) -> Iterator[Install]:
    """The installs of pip in a script, whose files and folders are those of the project of a folder."""
    source = script.source
    for match in _PIP.finditer(source.text):
        requirements: list[str] = []
        names: list[tuple[str, Span]] = []
        words = [
            Span(source, match.start(1) + word.start(), match.start(1) + word.end())
            for word in _WORD.finditer(match[1])
        ]
        previous = ""
        for word in words:
            text = word.text.strip("\"'")
            if previous in ("-r", "--requirement"):
                path = posixpath.join(folder, posixpath.basename(text))
                requirements += [path] if path in tree.paths else []
            elif previous in _VALUED or text.startswith("-") or "$" in text:
                pass
            elif text.startswith((".", "/")):
                requirements.append(folder or ".")
            elif name_of(text) not in INSTALLERS:
                names.append((text, word))
            previous = text
        if requirements or names:
            span = Span(source, match.start(), match.start() + len(match[0].splitlines()[0].rstrip(" \\")))
            yield Install(
                "pip",
                tuple(span.text.split()),
                Value((False,)),
                None,
                tuple(dict.fromkeys(requirements)),
                tuple(names),
                span,
            )
