"""nginx configuration: crossplane splits it into words, the tree, the spans and the recovery are ours."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from crossplane.analyzer import DIRECTIVES, analyze  # type: ignore[import-untyped]
from crossplane.errors import NgxParserDirectiveError  # type: ignore[import-untyped]

from mcplint.facts.nginx import Directive, NginxFile, Word
from mcplint.findings import Unreadable
from mcplint.readers.nginx_lexer import Hole, Token, tokens
from mcplint.text.source import Part, Source, Span
from mcplint.values import Label

DEEPEST = 200
MOST_PROBLEMS = 50
UNMISTAKABLE = {"location", "listen", "root", "return", "include", "rewrite", "upstream", "alias"}
"""Directives that no other directive takes as an argument, beside the names with an underscore."""
ARGUMENTS = {"proxy_protocol"}
ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
FREE_FORM = {"map", "geo", "types", "split_clients", "charset_map", "match"}
"""Blocks whose lines are not directives."""
NEWER = {"keepalive", "listen", "http2", "resolver", "state", "sticky"}
"""Directives that take other arguments today than crossplane knows of."""
UNKNOWN_TO_CROSSPLANE = ("brotli", "zstd", "more_", "js_", "http2", "http3", "quic", "otel_", "modsecurity", "vhost_")
"""How directives begin that are newer than crossplane or of other people's modules."""


def read(source: Source) -> NginxFile | None:
    """The directives of one file, or None where it is some other program's configuration.

    Raises Unreadable where nginx itself could make nothing of it: binary, or nested past every sense.
    """
    found, holes = tokens(source.text)
    grower = _Grower(source, holes)
    for token in found:
        grower.take(token)
    directives = grower.finish()
    is_nginx = _is_nginx(directives) and bool(directives or not grower.problems)
    if not is_nginx and not (grower.problems and _is_named_for_nginx(source.path)):
        return None
    if (nul := source.text.find("\0")) >= 0:
        raise Unreadable(Span(source, nul, nul + 1), "contains a NUL byte")
    if grower.too_deep:
        raise Unreadable(grower.too_deep, f"blocks are nested deeper than {DEEPEST}")
    problems = [*grower.problems, *_arity(directives), *_repeated_locations(directives)]
    problems.sort(key=lambda problem: problem.span.start)
    return NginxFile(source, directives, tuple(problems[:MOST_PROBLEMS]))


def parts(source: Source) -> tuple[Part, ...]:
    """Every directive with its arguments, under the one whose block it stands in. Unreadable where nginx refuses it."""
    file = read(source)
    for problem in file.problems if file else ():
        raise Unreadable(problem.span, problem.text)
    return tuple(_parts(file.directives if file else (), -1))


def _parts(directives: tuple[Directive, ...], under: int) -> Iterator[Part]:
    for each in directives:
        yield Part(each.head.start, each.head.end, (each.name, each.words), under)
        yield from _parts(each.block or (), each.head.start)


def _is_named_for_nginx(path: str) -> bool:
    """Whether the name of a file leaves no doubt, whatever is in it."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(("nginx.conf", "default.conf"))


def _is_nginx(directives: tuple[Directive, ...]) -> bool:
    """Whether at least half of what stands here are directives that nginx knows."""
    known = unknown = 0
    pending = list(directives)
    while pending:
        directive = pending.pop()
        if directive.hole or (_is_complete(directive) and _is_known_directive(directive.name)):
            known += 1
        else:
            unknown += 1
        if directive.name not in FREE_FORM:
            pending.extend(directive.block or ())
    return known >= unknown


def _is_known_directive(name: str) -> bool:
    return name in DIRECTIVES or "_by_lua" in name or name.startswith(UNKNOWN_TO_CROSSPLANE)


def _is_complete(directive: Directive) -> bool:
    """Whether it has a block or its semicolon."""
    return directive.block is not None or directive.span.source.text[directive.span.end - 1] == ";"


def _arity(directives: tuple[Directive, ...]) -> Iterator[Label]:
    """Directives with a number or kind of arguments that nginx refuses in every context."""
    pending = list(directives)
    while pending:
        directive = pending.pop()
        if directive.name not in FREE_FORM:
            pending.extend(directive.block or ())
        if directive.hole or directive.name in NEWER or any(word.hole or "$" in word.text for word in directive.args):
            continue
        if not _is_complete(directive):
            continue
        # crossplane puts the name of the directive into its message with `%` after the words.
        words = [word.replace("%", "%%") for word in directive.words]
        statement = {"directive": directive.name, "line": 0, "args": words}
        try:
            analyze("", statement, ";" if directive.block is None else "{", ctx=("http",), check_ctx=False)
        except NgxParserDirectiveError as error:
            yield Label(directive.head, error.strerror)


def _repeated_locations(directives: tuple[Directive, ...]) -> Iterator[Label]:
    """Locations that stand twice in one block, which nginx refuses; regular expressions may."""
    pending = [directives]
    while pending:
        block = pending.pop()
        known = set()
        for directive in block:
            pending.append(directive.block or ())
            words = directive.words
            if directive.name != "location" or directive.hole or any(word.hole for word in directive.args):
                continue
            # A prefix is the same with `^~` and without, quoted or not.
            path = words[1:] if words[:1] == ("^~",) else words
            if path[:1] not in (("~",), ("~*",)) and path in known:
                yield Label(directive.head, f"duplicate location `{' '.join(words)[:100]}`")
            known.add(path)


class _Block(NamedTuple):
    """An open block: its name and arguments, where its brace stands, and what it holds so far."""

    words: list[Token]
    hole: bool
    brace: Token
    inside: list[Directive]


class _Grower:
    """Grows the tree from tokens and keeps going where nginx would stop.

    A class because the statement at hand, the open blocks and the complaints change together with every token.
    """

    def __init__(self, source: Source, holes: list[Hole]) -> None:
        self.source = source
        self.text = source.text
        self.inline = [hole for hole in holes if not hole.statement]
        self.starts = [hole.start for hole in self.inline]
        self.words: list[Token] = []
        self.hole = False
        self.blocks: list[_Block] = []
        self.inside: list[Directive] = []
        self.problems: list[Label] = []
        self.too_deep: Span | None = None
        self.torn = False
        self.ignored = 0

    def complain(self, start: int, end: int, text: str) -> None:
        """Notes what nginx would refuse, up to a sensible number."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Label(Span(self.source, start, end), text))

    def take(self, token: Token) -> None:
        """Puts the next token where it belongs."""
        match token.kind:
            case "word":
                if len(self.words) > 1 and self._starts_directive(token):
                    self._missing_semicolon()
                self.words.append(token)
            case "stray":
                self.complain(token.start, token.end, f'unexpected "{self.text[token.start]}" after a closing quote')
            case "torn":  # All that follows is in it, so that nothing else is missing.
                self.complain(token.start, token.end, "this quote is never closed")
                self.torn = True
            case "hole" if self.words:
                self.hole = True
            case "hole":
                span = Span(self.source, token.start, token.end)
                self.inside.append(Directive(span.text, (), span, span, hole=True))
            case ";" if self.words:
                self._end(token.end)
            case "{" if len(self.blocks) >= DEEPEST:
                self.too_deep = self.too_deep or Span(self.source, token.start, token.end)
                self.ignored += 1
                self.words = []
            case "{" if self.words:
                self.blocks.append(_Block(self.words, self.hole, token, self.inside))
                self.words, self.hole, self.inside = [], False, []
            case "}" if self.ignored:
                self.ignored -= 1
                self.words = []
            case "}" if self.blocks:
                if self.words:
                    self._missing_semicolon()
                self._close(token.start, token.end)
            case _:
                self.complain(token.start, token.end, f'unexpected "{token.kind}"')

    def finish(self) -> tuple[Directive, ...]:
        """The top level, everything still open closed at the end of the file."""
        if self.words and self.torn:
            self._end(self.words[-1].end)
        elif self.words:
            self._missing_semicolon()
        while self.blocks:
            first, brace = self.blocks[-1].words[0], self.blocks[-1].brace
            if not self.too_deep and not self.torn:
                self.complain(first.start, brace.end, 'this block is never closed, "}" is missing')
            self._close(len(self.text), len(self.text))
        return tuple(self.inside)

    def _starts_directive(self, token: Token) -> bool:
        """Whether a word among arguments is the name of the next directive, a semicolon being forgotten before it."""
        line = self.text[max(self.words[-1].end, token.start - 200) : token.start]
        if token.quoted or "\n" not in line:
            return False
        word = self.text[token.start : token.end]
        return word in UNMISTAKABLE or ("_" in word and word in DIRECTIVES and word not in ARGUMENTS)

    def _missing_semicolon(self) -> None:
        last = self.words[-1]
        self.complain(last.start, last.end, f'";" is missing after "{self.text[last.start : last.end][:60]}"')
        self._end(last.end)

    def _end(self, end: int) -> None:
        """Finishes a directive that has no block."""
        self.inside.append(self._directive(self.words, self.hole, end))
        self.words, self.hole = [], False

    def _close(self, start: int, end: int) -> None:
        """Finishes the innermost block."""
        block = self.blocks.pop()
        inside, self.inside = tuple(self.inside), block.inside
        directive = self._directive(block.words, block.hole, end)
        self.inside.append(directive._replace(block=inside, body=Span(self.source, block.brace.end, start)))
        self.words, self.hole = [], False

    def _directive(self, words: list[Token], hole: bool, end: int) -> Directive:
        name, *args = (self._word(token) for token in words)
        start, last = words[0].start, words[-1].end
        span, head = Span(self.source, start, end), Span(self.source, start, last)
        return Directive(name.text, tuple(args), span, head, hole=hole or name.hole)

    def _word(self, token: Token) -> Word:
        quote = 1 if token.quoted else 0
        span = Span(self.source, token.start + quote, token.end - quote)
        text = span.text
        if "\\" in text:
            text = re.sub(r"\\([\"'\\trn])", lambda found: ESCAPES.get(found[1], found[1]), text)
        return Word(text, span, token.quoted, self._has_placeholder(token))

    def _has_placeholder(self, token: Token) -> bool:
        """Whether a placeholder lies in the word."""
        before = bisect_left(self.starts, token.end)
        return before > 0 and self.inline[before - 1].end > token.start
