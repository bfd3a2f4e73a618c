"""What `.dockerignore` keeps out of a build context and `.gitignore` out of a clone, as Docker and git match it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from mcplint.project.tree import Tree
from mcplint.text.paths import outwards
from mcplint.text.source import Source, Span
from mcplint.values import Label

STAR, ONE, DEEP, ALL = object(), object(), object(), object()
"""`*` and `?` within a folder, `**/` for any folders or none, `**` at the end for anything."""
_SPECIAL = "*?[\\"
_MOST = 5_000


class Pattern(NamedTuple):
    """A pattern without its `!`: what it begins with literally, and its tokens: characters, signs and classes.

    `part`: the longest of what stands in it literally after that, and so in each path that it fits.
    """

    keeps: bool
    literal: str
    tokens: tuple[object, ...]
    part: str = ""

    def matches(self, path: str) -> bool:
        """Whether it fits a path or a folder that the path lies in."""
        if not path.startswith(self.literal) or self.part not in path:
            return False
        reached = {len(self.literal)}
        for token in self.tokens:
            if not reached:
                return False
            reached = set(_next(token, reached, path))
        return any(at == len(path) or path[at] == "/" for at in reached)


def _next(token: object, reached: set[int], path: str) -> Iterator[int]:
    """The offsets of a path that a token leads to from those reached before it."""
    first = min(reached)
    if token is ALL:
        yield from range(first, len(path) + 1)
    elif token is DEEP:
        yield from reached
        yield from (at for at in range(first + 1, len(path) + 1) if path[at - 1] == "/")
    elif token is STAR:
        end = first - 1
        for at in sorted(reached):
            if at > end:
                end = path.find("/", at) if "/" in path[at:] else len(path)
                yield from range(at, end + 1)
    else:
        yield from (at + 1 for at in reached if at < len(path) and _token_matches(token, path[at]))


def _token_matches(token: object, char: str) -> bool:
    if isinstance(token, re.Pattern):
        return token.match(char) is not None
    return char != "/" if token is ONE else char == token


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """The pattern of one line. Source: `patternmatcher` of the moby project, `compile` and `match`."""
    keeps = text.startswith("!")
    clean = posixpath.normpath(text.removeprefix("!").strip() or ".").removeprefix("/")
    tokens = list(_tokens(clean))
    if clean.startswith("**") and not clean.startswith("**/") and tokens[1:] == list(clean[2:]):
        tokens[0] = ALL
    head = next((at for at, token in enumerate(tokens) if not isinstance(token, str)), len(tokens))
    rest = tokens[head:]
    runs = ("".join(map(str, run)) for is_text, run in groupby(rest, lambda token: isinstance(token, str)) if is_text)
    return Pattern(keeps, "".join(map(str, tokens[:head])), tuple(rest), max(runs, key=len, default=""))


def _tokens(text: str) -> Iterator[object]:
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*" and text[at : at + 1] == "*":
            at += 2 if text[at + 1 : at + 2] == "/" else 1
            yield DEEP if at < len(text) else ALL
        elif char == "*":
            yield STAR
        elif char == "?":
            yield ONE
        elif char == "\\" and at < len(text):
            yield text[at]
            at += 1
        elif char == "[" and (end := text.find("]", at + 1)) > 0:
            yield _class(text[at:end])
            at = end + 1
        else:
            yield char


def _class(inside: str) -> object:
    """The characters in brackets, where only `-`, `^` and a backslash mean anything."""
    plain = re.sub(r"\\.|[\[&~|]", lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", inside)
    try:
        return re.compile(f"[{plain}]")
    except re.error:
        return re.compile(r"(?!)")


def is_ignored(patterns: tuple[str, ...], path: str) -> bool:
    """Whether `.dockerignore` patterns keep a path of the build context out of it: the last that fits decides."""
    found = deciding(patterns, path)
    return found is not None and not pattern(found).keeps


@lru_cache(maxsize=4096)
def deciding(patterns: tuple[str, ...], path: str) -> str | None:
    """The last pattern that fits a path or a folder which it lies in, None where none does."""
    return next((each for each in reversed(patterns) if pattern(each).matches(path)), None)


def docker_file(tree: Tree, dockerfile: str, root: str) -> Source | None:
    """The `.dockerignore` that counts: the Dockerfile's own, else the one at a path of the context."""
    return next(
        (source for path in (f"{dockerfile}.dockerignore", root) if path and (source := tree.source(path))), None
    )


def docker_patterns(source: Source | None) -> tuple[str, ...]:
    """The patterns of a `.dockerignore`: a comment begins in the first column."""
    lines = source.text.split("\n") if source else []
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))[:_MOST]


def line_of(source: Source, text: str) -> Span:
    """The last line of a file that says a pattern."""
    found = list(re.finditer(rf"(?m)^[ \t]*{re.escape(text)}[ \t\r]*$", source.text))
    start = source.text.find(text, found[-1].start()) if found else 0
    return Span(source, start, start + len(text) if found else 0)


def ignored_by_git(tree: Tree, path: str) -> Label | None:
    """The line of a `.gitignore` for which a clone lacks a path, None where there is no such line."""
    found: Label | None = None
    folder, parts = "", path.split("/")
    for part in parts:
        source = tree.source(posixpath.join(folder, ".gitignore"))
        inside = posixpath.relpath(path, folder) if folder else path
        text = _last(source, inside) if source else None
        if source and text is not None:
            found = None if text.startswith("!") else Label(line_of(source, text), "git ignores it")
        folder = posixpath.join(folder, part)
    return found


def ignoring(source: Source, path: str) -> Span | None:
    """The line of a file of git's patterns that keeps a path beside it out, None where none does."""
    text = _last(source, path)
    return None if text is None or text.startswith("!") else line_of(source, text)


def _last(source: Source, path: str) -> str | None:
    """The last of a file's patterns that fits a path beside it, or a folder which that lies in."""
    return next((text for text in reversed(list(_git_lines(source))) if git_covers(text, path)), None)


def _git_lines(source: Source) -> Iterator[str]:
    for line in source.text.split("\n")[:_MOST]:
        text = line.rstrip("\r").rstrip()
        if text and not text.startswith("#"):
            yield text


def unpacked(tree: Tree, folder: str, path: str) -> bool:
    """Whether the `.mcpbignore` that counts for a bundle of a folder, in it or above, leaves out a file as git does."""
    for outer in outwards(folder):
        source = tree.source(posixpath.join(outer, ".mcpbignore"))
        if source is not None:
            return is_ignored(tuple(map(_as_docker, _git_lines(source))), posixpath.relpath(path, outer or "."))
    return False


def git_covers(text: str, path: str) -> bool:
    """Whether a pattern of git fits a path or a folder that it lies in."""
    return pattern(_as_docker(text)).matches(path)


def _as_docker(text: str) -> str:
    """A pattern of git, which fits at any depth unless there is a slash inside it, as Docker spells it."""
    sign, name = ("!", text[1:]) if text.startswith("!") else ("", text.removeprefix("\\"))
    name = name.rstrip("/")
    return f"{sign}{name.lstrip('/')}" if "/" in name else f"{sign}**/{name}"
