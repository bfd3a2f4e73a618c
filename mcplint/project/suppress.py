"""Comments that hide findings: `# mcplint: ignore[rule, rule] reason` at a line's end, or alone above it.

Where comments begin with `//` they are written `// mcplint: ignore[…]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mcplint.findings import Ignore
from mcplint.project.kinds import kind
from mcplint.text.lines import position, starts
from mcplint.text.source import Source, Span

FORM = r"(?<!\S)(?:#|//)[ \t]*mcplint:[ \t]*ignore\b(?:\[([^\]\r\n]*)\])?[^\r\n]*"
NAME = r"[^\s,]+"


def ignores(source: Source) -> Iterator[Ignore]:
    """The ignores of a file whose kind has comments from a sign to the end of the line."""
    row = kind(source.path)
    if not row or not row.comment or "mcplint:" not in source.text:
        return
    comments = _python_comments(source.text) if row.name == "python" else None
    ends = _end_lines(source.text)
    for found in re.finditer(FORM, source.text):
        if (comments is None or found.start() in comments) and found[0].startswith(row.comment):
            listed = re.finditer(NAME, found[1] or "")
            names = tuple(Span(source, found.start(1) + name.start(), found.start(1) + name.end()) for name in listed)
            span = Span(source, found.start(), found.end())
            own = position(span).line
            yield Ignore(span, names, range(own, ends[own] + 1))


def _end_lines(text: str) -> list[int]:
    """For every line (from 1) the line at which what it says ends.

    A comment or an empty line speaks for the next line with content; one that goes on after a backslash ends with what
    follows, as a Dockerfile has no other line for a comment on it.
    """
    lines = [text[start:end].strip() for start, end in pairwise((*starts(text), len(text)))]
    ends = list(range(len(lines) + 1))
    for number in range(len(lines) - 1, 0, -1):
        content = lines[number - 1]
        if not content or content.startswith(("#", "//")) or content.endswith("\\"):
            ends[number] = ends[number + 1]
    return ends


def _python_comments(text: str) -> set[int]:
    """The offsets of the comments of a Python file: an ignore that stands in a string hides nothing."""
    import io
    import tokenize

    lines = starts(text)
    found: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                found.add(lines[token.start[0] - 1] + token.start[1])
    except (tokenize.TokenError, SyntaxError, IndexError):
        pass
    return found
