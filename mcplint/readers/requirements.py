"""Reads a requirements or constraints file, and single requirements wherever they stand."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.facts.dependencies import Include, Requirement, Requirements, normalized
from mcplint.knowledge.python_indexes import is_folder, is_other_index
from mcplint.text.source import Source, Span

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_CLAUSE = r"(?:===|[=~!<>]=|[<>])\s*+[A-Za-z0-9_.*+!-]++"
_REQUIREMENT = re.compile(
    rf"\s*+(?P<name>{_NAME})(?P<mark>\s*+\[(?P<extras>[^\]]*+)\])?\s*+"
    rf"(?:@\s*+(?P<url>\S++)|(?P<open>\(\s*+)?(?P<range>{_CLAUSE}(?:\s*+,\s*+{_CLAUSE})*+,?)?(?(open)\s*+\)))\s*+"
    r"(?:;\s*+(?P<marker>.*+)|(?P<options>--?[A-Za-z].*+))?\Z"
)
_OPTION = r"\s*+(--?[A-Za-z][A-Za-z-]*+)\s*+=?(.*+)\Z"
_COMMENT = r"(?:^|(?<=\s))#.*"
_HASH = r"\s--hash[= ]"
_INCLUDES = {
    **dict.fromkeys(("-r", "--requirement"), "requirements"),
    **dict.fromkeys(("-c", "--constraint"), "constraints"),
    **dict.fromkeys(("-e", "--editable"), "project"),
}


def read(source: Source) -> Requirements:
    """Its requirements and the files it includes; lines that pip itself would refuse are passed over."""
    requirements: list[Requirement] = []
    includes: list[Include] = []
    hashed = nameless = local = False
    decides: Span | None = None
    for start, line in _lines(source.text):
        span = _stripped_span(source, start, line)
        option = re.match(_OPTION, line) if line.lstrip().startswith("-") else None
        if option:
            hashed = hashed or option[1] == "--require-hashes"
            decides = span if _decides_releases(option[1], option[2].strip()) else decides
            kind = _INCLUDES.get(option[1])
            path = _path_in_project(source.path, re.split(r"\s;|\s--", option[2])[0]) if kind else None
            if kind and path is not None:
                includes.append(Include(path, kind, span))
            nameless = nameless or kind == "project" or bool(kind and path is None)
            local = local or (kind == "project" and _is_path(option[2]))
        elif (path := _local(source.path, line)) is not None:
            includes.append(Include(path, "project", span))
            nameless = local = True
        elif found := _requirement(source, start, line):
            requirements.append(found)
            local = local or (found.specifier is None and _is_path(line))
        else:
            nameless, local = True, local or _is_path(line)
    return Requirements(tuple(requirements), tuple(includes), hashed, nameless, decides, local)


def _is_path(line: str) -> bool:
    """Whether what a line installs lies in a folder, not at an address."""
    return "://" not in line or "file:" in line


def _decides_releases(option: str, value: str) -> bool:
    """Whether an option has not what the public index has today taken: without an index, from a folder, another one."""
    if option in ("-i", "--index-url"):
        return "$" not in value and is_other_index(value)
    return option == "--no-index" or (option in ("-f", "--find-links") and is_folder(value))


def requirement(span: Span, kind: str = "main") -> Requirement | None:
    """The requirement that stands somewhere, or None where it is none."""
    found = _requirement(span.source, span.start, span.text)
    return found and found._replace(kind=kind)


def _requirement(source: Source, start: int, text: str) -> Requirement | None:
    """The requirement that a text says which stands at that offset of the file, its continuations taken out."""
    match = _REQUIREMENT.match(text)
    if not match:
        return None
    first, last = match.span("range") if match["range"] else (match.end("mark" if match["mark"] else "name"),) * 2
    end = match.start("options") if match["options"] else len(text)
    marker, hashed = match["marker"] or "", "--hash" in text and bool(re.search(_HASH, text))
    return Requirement(
        normalized(match["name"]),
        None if match["url"] else (match["range"] or "").rstrip(","),
        _stripped_span(source, start, text[:end]),
        Span(source, start + first, start + last),
        tuple(normalized(extra.strip()) for extra in (match["extras"] or "").split(",") if extra.strip()),
        (re.split(_HASH, marker)[0] if hashed else marker).strip(),
        hashed=hashed,
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The logical lines with their offsets: comments and the ends of continued lines become spaces."""
    start, line = 0, ""
    for raw in text.splitlines(keepends=True):
        body = raw.rstrip("\r\n")
        plain = re.sub(_COMMENT, lambda comment: " " * len(comment[0]), body) if "#" in body else body
        if plain.endswith("\\"):
            line += plain[:-1].ljust(len(raw))
            continue
        line += plain
        if line.strip():
            yield start, line
        start, line = start + len(line) + len(raw) - len(body), ""
    if line.strip():
        yield start, line


def _stripped_span(source: Source, start: int, text: str) -> Span:
    """The span of a text that stands at that offset, without the spaces around it."""
    return Span(source, start + len(text) - len(text.lstrip()), start + len(text.rstrip()))


def _local(path: str, line: str) -> str | None:
    """The folder of the project that a line installs (`.`, `./lib[extra]`), or None."""
    word = line.split(";")[0].strip()
    local = word in (".", "..") or word.startswith(("./", "../", ".[", "..[", "file:."))
    return _path_in_project(path, word) if local else None


def _path_in_project(path: str, other: str) -> str | None:
    """The path in the project of what a file names relative to itself, or None where it lies elsewhere."""
    other = re.sub(r"\[[^][]*\]\Z", "", other.strip().strip("\"'")).removeprefix("file:")
    if "://" in other or "$" in other or posixpath.isabs(other):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
    return None if joined.startswith("..") else joined
