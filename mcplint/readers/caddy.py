"""Caddyfiles. https://caddyserver.com/docs/caddyfile/concepts"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.caddy import Caddyfile, Directive, Word
from mcplint.findings import Unreadable
from mcplint.text.source import Part, Source, Span

MOST_WORDS = 50_000
MAX_DEPTH = 60
TOKEN = re.compile(
    r"""(?P<blank>[^\S\n]+|\\\r?\n)|(?P<end>\n)|(?P<comment>\#[^\n]*)"""
    r"""|"(?P<quoted>(?:[^"\\]|\\.)*+)"|`(?P<raw>[^`]*+)`"""
    r"""|<<(?P<mark>[A-Za-z0-9_-]{1,100}+)\r?\n(?:(?P<text>.*?)(?<![^\S\n])[^\S\n]*+(?P=mark)\b|(?P<open>))"""
    r"""|(?P<plain>[^\s"`][^\s]*+|["`])""",
    re.DOTALL,
)
ADDRESS = re.compile(r"^[^(@&/{][^ ]*[.:]|^:|^localhost\b|^\{\$")
VARIABLE = re.compile(r"\{\$([^{}:\s]{1,200})(?::([^{}\n]*))?\}")
"""A variable of the environment with its default, which Caddy fills in before it looks at anything else."""


class _Open:
    """A block that is not closed yet. A class because it grows."""

    __slots__ = ("body", "words")

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words
        self.body: list[Directive] = []


def read(source: Source) -> Caddyfile:
    """The blocks of a file; raises Unreadable where a quote or a brace never ends."""
    top = _directives(source)
    if top and not top[0].words and top[0].braces:
        settings, top = top[0].body, top[1:]
    else:
        settings = ()
    named = tuple(each for each in top if each.braces and each.name.startswith(("(", "&(")))
    blocks = tuple(each for each in top if each.braces and each not in named)
    lines = tuple(each for each in top if not each.braces)
    own = tuple(each for each in lines if each.name != "import")
    if own and _is_address(own[0]):
        # Without braces the first line has the addresses of the only site.
        rest = tuple(each for each in top if each is not own[0] and each not in named)
        return Caddyfile(source, settings, (own[0]._replace(body=rest, braces=True),), named)
    if own:
        return Caddyfile(source, settings, (), named, top)
    return Caddyfile(source, settings, blocks, named, lines)


def parts(source: Source) -> tuple[Part, ...]:
    """The directives with their words, under the one in whose braces they stand."""
    return tuple(_parts(_directives(source), -1))


def _parts(directives: tuple[Directive, ...], under: int) -> Iterator[Part]:
    for each in directives:
        start = under
        if each.words:
            start = each.span.start
            yield Part(start, each.span.end, (each.name, *each.texts), under)
        yield from _parts(each.body, start)


def _is_address(line: Directive) -> bool:
    """Whether a line names sites rather than a directive: by a dot, a colon, a variable or this machine."""
    return bool(line.words) and all(ADDRESS.search(word.text) for word in line.words)


def _directives(source: Source) -> tuple[Directive, ...]:
    """The lines of a file as a tree."""
    stack = [_Open(())]
    for words in _lines(source):
        if len(words) == 1 and words[0].text == "}" and words[0].span.text == "}":
            if len(stack) == 1:
                raise Unreadable(words[0].span, "`}` closes nothing")
            done = stack.pop()
            stack[-1].body.append(Directive(done.words, tuple(done.body), True))
        elif words[-1].span.text == "{":
            if len(stack) > MAX_DEPTH:
                raise Unreadable(words[-1].span, f"it nests deeper than {MAX_DEPTH} levels")
            # A site's block may open on the line below its addresses.
            above = stack[0].body if len(stack) == 1 and len(words) == 1 else []
            begun = above.pop().words if above and not above[-1].braces else words[:-1]
            if not begun and (len(stack) > 1 or above):
                raise Unreadable(words[-1].span, "only the options at its start are a block without a name")
            stack.append(_Open(begun))
        else:
            stack[-1].body.append(Directive(words))
    if len(stack) > 1:
        raise Unreadable(Span(source, 0, 0), "a block is never closed")
    return tuple(stack[0].body)


def _lines(source: Source) -> Iterator[tuple[Word, ...]]:
    """The words of each line; addresses that end in a comma go on in the next one."""
    words: list[Word] = []
    count = 0
    for word in _words(source):
        if word is not None:
            words.append(word)
            count += 1
            if count > MOST_WORDS:
                raise Unreadable(word.span, f"more than {MOST_WORDS:,} words")
        elif words and not (words[-1].text.endswith(",") and ADDRESS.search(words[0].text)):
            yield from _split_braces(words)
            words = []
    if words:
        yield from _split_braces(words)


def _split_braces(words: list[Word]) -> Iterator[tuple[Word, ...]]:
    """A line as it counts: a brace that ends a block may stand behind a block of one line."""
    if len(words) > 1 and words[-1].span.text == "}":
        opening = next((index for index, word in enumerate(words) if word.span.text == "{"), None)
        if opening is not None:
            yield tuple(words[: opening + 1])
            if words[opening + 1 : -1]:
                yield tuple(words[opening + 1 : -1])
        else:
            yield tuple(words[:-1])
        yield tuple(words[-1:])
    else:
        yield tuple(words)


def _words(source: Source) -> Iterator[Word | None]:
    """The words in order, None at the end of a line."""
    at = 0
    while at < len(source.text):
        token = TOKEN.match(source.text, at)
        if token is None or token["plain"] in ('"', "`"):
            raise Unreadable(Span(source, at, at + 1), "a quote that never ends")
        if token["open"] is not None:
            raise Unreadable(Span(source, at, at + 1), "a heredoc that never ends")
        at = token.end()
        if token["end"] is not None:
            yield None
        elif token["blank"] is None and token["comment"] is None:
            yield _word(source, token)


def _word(source: Source, token: re.Match[str]) -> Word:
    quoted, inner = (
        token["quoted"],
        next(name for name in ("quoted", "raw", "text", "plain") if token[name] is not None),
    )
    text = token[inner] if quoted is None else quoted.replace('\\"', '"')
    open_ = "{{" in text or any(variable[2] is None for variable in VARIABLE.finditer(text))
    filled = VARIABLE.sub(lambda variable: variable[0] if variable[2] is None else variable[2], text)
    start, end = (token.start(), token.end()) if inner == "plain" else token.span(inner)
    return Word(filled, Span(source, start, end), open_)
