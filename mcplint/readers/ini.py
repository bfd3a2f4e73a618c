"""Reads INI files as `configparser` does: sections of keys, whose values may go on in indented lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.text.source import Part, Source, Span

_SECTION = re.compile(r"\[([^\]]*)\][ \t]*")
_KEY = re.compile(r"([A-Za-z][\w.-]*)[ \t]*[=:][ \t]*")


def read(source: Source) -> Iterator[tuple[str, str, Span]]:
    """Section, key and span of every line of a value in an INI file, comments left out."""
    section = key = ""
    start = 0
    for raw in source.text.splitlines(keepends=True):
        line = raw.rstrip()
        at, start = start, start + len(raw)
        if not line or line.lstrip()[0] in "#;":
            continue
        if match := _SECTION.fullmatch(line):
            section, key = match[1], ""
            continue
        begin = len(line) - len(line.lstrip())
        if not begin and (match := _KEY.match(line)):
            key, begin = match[1], match.end()
        if begin < len(line):
            yield section, key, Span(source, at + begin, at + len(line))


def parts(source: Source) -> tuple[Part, ...]:
    """The lines of values, each by its section and key; those of a unit of systemd are written alike."""
    return tuple(Part(span.start, span.end, (section, key, span.text)) for section, key, span in read(source))
