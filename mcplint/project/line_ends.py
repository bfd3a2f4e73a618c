"""How git ends the lines of a file when it is checked out, as far as `.gitattributes` say so."""

from __future__ import annotations

import posixpath
import re

from mcplint.project.ignored import git_covers
from mcplint.project.tree import Tree
from mcplint.text.source import Span

LF, CRLF = "lf", "crlf"


def line_ends(tree: Tree, path: str) -> tuple[str, Span] | None:
    """`lf` or `crlf` as the nearest `.gitattributes` says it last, and the span of that word; None where none does."""
    found: tuple[str, Span] | None = None
    folder = ""
    for part in path.split("/"):
        source = tree.source(posixpath.join(folder, ".gitattributes"))
        for line in re.finditer(r"(?m)^[ \t]*([^#\s]\S*)[ \t]+([^\r\n]*)", source.text) if source else ():
            eol = re.search(r"(?<!\S)eol=(lf|crlf)(?!\S)", line[2])
            if source and eol and git_covers(line[1], posixpath.relpath(path, folder or ".")):
                start = line.start(2) + eol.start(1)
                found = eol[1], Span(source, start, start + len(eol[1]))
        folder = posixpath.join(folder, part)
    return found
