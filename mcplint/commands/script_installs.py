"""What scripts of a project install by pip into the environment that a program of the host lies in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import PIP
from mcplint.commands.options import parse
from mcplint.commands.words import spelled, word_span
from mcplint.dependencies.pinned import INSTALLERS, name_of
from mcplint.dependencies.unlocked import SYNCING
from mcplint.model import Install
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label, Value

_PIP = re.compile(r"(?m)(?<![\w-])(?<!uv )pip3?[ \t]+install\b((?:\\\r?\n|[^\n;&|#])*)")
_WORD = re.compile(r"""[^\s"'\\]+|"[^"\n]*"|'[^'\n]*'""")


def of_scripts(tree: Tree, program: str, folder: str) -> tuple[Install, ...]:
    """What scripts of the project install by pip into the virtual environment that a program of the host lies in."""
    parts = program.split("/")
    if len(parts) < 4 or parts[-2] != "bin":
        return ()
    making = re.compile(rf"(?m)^(?>.*?(?:-m[ \t]+venv|\bvirtualenv)\b).*\b{re.escape(parts[-3])}\b")
    scripts = (path for path in sorted(tree.paths) if (form := kind(path)) and form.name == "script")
    for path in scripts:
        source = tree.source(path) if tree.mentions(path, "venv") else None
        if source and making.search(source.text) and not any(each.search(source.text) for each in SYNCING.values()):
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
        words = (
            Span(source, match.start(1) + word.start(), match.start(1) + word.end())
            for word in _WORD.finditer(match[1])
        )
        argument_values = tuple(Value((word.text.strip("\"'"),), (Label(word, "is told to pip"),)) for word in words)
        parsed = parse(argument_values, PIP, interspersed=True)
        for value in parsed.values("requirement"):
            path = posixpath.join(folder, posixpath.basename(spelled(value)))
            requirements += [path] if path in tree.paths else []
        for value in (*parsed.values("editable"), *parsed.rest):
            name = spelled(value)
            if "$" in name:
                continue
            if name.startswith((".", "/")):
                requirements.append(folder or ".")
            elif name_of(name) not in INSTALLERS:
                names.append((name, word_span(value)))
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
