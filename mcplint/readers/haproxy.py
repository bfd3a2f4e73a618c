"""HAProxy's configuration files. https://docs.haproxy.org/2.6/configuration.html#2.2"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.haproxy import HaproxyFile, Line, Section, Word
from mcplint.findings import Unreadable
from mcplint.text.source import Part, Source, Span

SECTIONS = frozenset(
    {
        *("global", "defaults", "frontend", "backend", "listen", "resolvers", "userlist", "peers", "mailers", "cache"),
        *("program", "http-errors", "ring", "log-forward", "log-profile", "fcgi-app", "crt-store", "traces", "acme"),
    }
)
MOST_LINES, MOST_WORDS = 20_000, 1_000
"""In a file and in a line; HAProxy itself takes 64 words, unless it is built for more."""
TOKEN = re.compile(
    r"""(?P<blank>[ \t]+|\\\r?\n)|(?P<end>\r?\n|\r|\#[^\r\n]*)|(?P<strong>'[^'\r\n]*')"""
    r"""|"(?P<weak>(?:[^"\\\r\n]|\\.)*)"|\\(?P<escaped>[^\r\n])|(?P<plain>[^\s\\'"\#]+)""",
)
VARIABLE = re.compile(r"\$\{?[A-Za-z_]")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", **{char: char for char in " \t#\\'\""}}
"""What a backslash and a character stand for; before every other one a backslash is one, as in `\\.`."""


def read(source: Source) -> HaproxyFile:
    """The sections of a file; raises Unreadable where a quote does not end or a line stands in no section."""
    sections: list[Section] = []
    head: Line | None = None
    lines: list[Line] = []
    conditional = False
    for number, line in enumerate(_lines(source)):
        if number > MOST_LINES:
            raise Unreadable(line.span, f"more than {MOST_LINES} lines")
        if len(line.words) > MOST_WORDS:
            raise Unreadable(line.span.head, f"a line of more than {MOST_WORDS:,} words")
        if line.name.startswith("."):
            conditional = True
        elif line.name in SECTIONS:
            sections += [_section(head, lines)] if head else []
            head, lines = line, []
        elif head:
            lines.append(line)
        else:
            raise Unreadable(line.words[0].span, f"`{line.name}` is outside of any section")
    sections += [_section(head, lines)] if head else []
    return HaproxyFile(source, tuple(sections), conditional)


def parts(source: Source) -> tuple[Part, ...]:
    """The lines with their words, under the first one of their section."""
    found = []
    for section in read(source).sections:
        head = section.head.span
        found.append(Part(head.start, head.end, (section.head.name, *section.head.args)))
        inner = (line for lines in section.lines.values() for line in lines)
        found += [Part(line.span.start, line.span.end, (line.name, *line.args), head.start) for line in inner]
    return tuple(found)


def _section(head: Line, lines: list[Line]) -> Section:
    named: dict[str, list[Line]] = {}
    for line in lines:
        named.setdefault(line.name, []).append(line)
    return Section(head, {name: tuple(found) for name, found in named.items()})


def _lines(source: Source) -> Iterator[Line]:
    """The lines that have words."""
    words: list[Word] = []
    for word in _words(source):
        if word is not None:
            words.append(word)
        elif words:
            yield _line(words)
            words = []
    if words:
        yield _line(words)


def _line(words: list[Word]) -> Line:
    return Line(tuple(words), words[0].span._replace(end=words[-1].span.end))


def _words(source: Source) -> Iterator[Word | None]:
    """The words in order, None at the end of a line."""
    at, start = 0, -1
    text: list[str] = []
    open_ = False
    while at < len(source.text):
        token = TOKEN.match(source.text, at)
        if token is None:
            raise Unreadable(Span(source, at, at + 1), "a quote or an escape that never ends")
        if token["blank"] is not None or token["end"] is not None:
            if start >= 0:
                yield Word("".join(text), Span(source, start, at), open_)
                text, start, open_ = [], -1, False
            if token["end"] is not None and not token["end"].startswith("#"):
                yield None
        else:
            start = at if start < 0 else start
            text.append(_resolved(token))
            open_ |= token["weak"] is not None and VARIABLE.search(token["weak"]) is not None
        at = token.end()
    if start >= 0:
        yield Word("".join(text), Span(source, start, at), open_)


def _resolved(token: re.Match[str]) -> str:
    """What a piece of a word stands for."""
    if token["strong"] is not None:
        return token["strong"][1:-1]
    if token["weak"] is not None:
        return re.sub(r"\\(.)", lambda found: "$" if found[1] == "$" else _escaped(found[1]), token["weak"])
    return _escaped(token["escaped"]) if token["escaped"] is not None else token["plain"]


def _escaped(char: str) -> str:
    return ESCAPES.get(char, f"\\{char}")
