"""The Dockerfile that stands inside a compose file, as the value of `dockerfile_inline`."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from mcplint.facts.dockerfile import Dockerfile
from mcplint.findings import WARNING, NotFollowed, Unreadable
from mcplint.model import Build
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span

_LONE = re.compile(r"\r(?!\n)")


def inline_dockerfile(build: Build, tree: Tree) -> Dockerfile | None:
    """What a build says in its compose file, with its spans there; None where that is not spelled as it is built.

    A block of lines is read where it stands: Docker minds no blanks in front of an instruction, but those of a
    here-document, and Compose fills in variables.
    """
    inline_text = build.inline.only if build.inline is not None else None
    if build.inline is None or not inline_text or not build.inline.trace or "$" in inline_text or "<<" in inline_text:
        return None
    span = build.inline.trace[0].span
    # A lone carriage return ends a line of YAML, and no line of a Dockerfile, which is handed line feeds.
    text = _LONE.sub("\n", span.source.text)
    begin = text.rfind("\n", 0, span.start) + 1
    if dedent(text[begin : span.end].replace("\r\n", "\n")).strip() != inline_text.strip():
        return None
    from mcplint.readers.dockerfile import read

    whole = span.source
    alone = Source(whole.path, _blanked(text[:begin]) + text[begin : span.end] + _blanked(text[span.end :]))
    try:
        found: Dockerfile = _relocated(read(alone), alone, whole)
    except Unreadable as problem:
        span = _relocated(problem.span, alone, whole)
        tree.problems.setdefault(
            whole.path, NotFollowed(span, f"has a Dockerfile that cannot be read: {problem.message}", WARNING)
        )
        return None
    return found


def _blanked(text: str) -> str:
    """A text of the same length and lines, with nothing in it."""
    return re.sub(r"[^\r\n]", " ", text)


def _relocated(fact: Any, alone: Source, whole: Source) -> Any:
    """A fact whose spans are of the whole file in the stead of its part."""
    if isinstance(fact, Source):
        return whole if fact == alone else fact
    if isinstance(fact, Span):
        return fact._replace(source=_relocated(fact.source, alone, whole))
    if isinstance(fact, tuple):
        parts = (_relocated(each, alone, whole) for each in fact)
        return type(fact)(*parts) if hasattr(fact, "_fields") else tuple(parts)
    return fact
