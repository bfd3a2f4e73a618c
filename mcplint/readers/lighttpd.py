"""lighttpd's configuration files. https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_Configuration"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.lighttpd import Array, Assignment, Block, Expression, Include, LighttpdFile, Statement, Term
from mcplint.findings import Unreadable
from mcplint.text.source import Part, Source, Span

MOST_TOKENS = 50_000
MAX_DEPTH = 60
TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)|"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>(?:[^'\\]|\\.)*+)'"""
    r"""|(?P<mark>=>|==|!=|=~|!~|=\^|=\$|\+=|:=|[=+,(){}$\[\]])|(?P<word>[A-Za-z0-9_.-]+)""",
    re.DOTALL,
)
ASSIGNING = frozenset({"=", "+=", ":="})
COMPARING = frozenset({"==", "!=", "=~", "!~", "=^", "=$"})


def read(source: Source) -> LighttpdFile:
    """The statements of a file; raises Unreadable where it is no configuration of lighttpd."""
    return LighttpdFile(source, _Reader(source).file())


def parts(source: Source) -> tuple[Part, ...]:
    """The settings with their words, under the condition in whose braces they stand."""
    return tuple(_parts(source, read(source).statements, -1))


def _parts(source: Source, statements: tuple[Statement, ...], under: int) -> Iterator[Part]:
    for each in statements:
        meaning = tuple(token[0] for token in TOKEN.finditer(source.text, *each.span[1:]) if token["blank"] is None)
        yield Part(each.span.start, each.span.end, meaning, under)
        if isinstance(each, Block):
            yield from _parts(source, each.body, each.span.start)


class _Reader:
    """The tokens of a file and the one that is next. A class because it moves on."""

    def __init__(self, source: Source) -> None:
        self.source, self.tokens, self.at = source, tuple(_tokens(source)), 0

    def file(self) -> tuple[Statement, ...]:
        found = tuple(self._statements(0))
        if self.at < len(self.tokens):
            raise self._unreadable("it closes nothing")
        return found

    def _statements(self, depth: int) -> Iterator[Statement]:
        while self.at < len(self.tokens) and not self._is_next("}"):
            yield self._statement(depth)

    def _statement(self, depth: int) -> Statement:
        otherwise = self._accept("elseif", "elsif")
        if otherwise or self._is_next("$", "else", "global"):
            return self._block(depth, otherwise)
        name = self._term()
        if name.text in ("include", "include_shell"):
            return Include(self._expression(depth), self._span_since(name), name.text == "include_shell")
        if not self._is_next(*ASSIGNING):
            raise self._unreadable("a setting without `=`")
        operator = self._next()[0]
        return Assignment(name, operator, self._expression(depth), self._span_since(name))

    def _span_since(self, first: Term) -> Span:
        """What has been read from a term on."""
        return first.span._replace(end=self.tokens[self.at - 1].end())

    def _block(self, depth: int, otherwise: bool) -> Block:
        """A condition or an `else` with what stands in its braces; `else if` may be one word or two."""
        start = self.tokens[self.at - otherwise].start()
        otherwise = self._accept("else") or otherwise
        plain = self._accept("global") or not (self._accept("if") or self._is_next("$"))
        subject, operator = "", ""
        value: Expression = ()
        if not plain:
            subject = self._subject()
            if not self._is_next(*COMPARING):
                raise self._unreadable("a condition that compares nothing")
            operator, value = self._next()[0], self._expression(depth)
        self._expect("{")
        span = Span(self.source, start, self.tokens[self.at - 2].end())
        if depth > MAX_DEPTH:
            raise self._unreadable(f"it nests deeper than {MAX_DEPTH} levels")
        body = tuple(self._statements(depth + 1))
        self._expect("}")
        return Block(subject, operator, value, body, span, otherwise)

    def _subject(self) -> str:
        """What is compared: `HTTP.url`, `REQUEST_HEADER.Accept`."""
        self._expect("$")
        kind = self._term()
        self._expect("[")
        name = self._term()
        self._expect("]")
        return f"{kind.text}.{name.text}"

    def _expression(self, depth: int) -> Expression:
        found = [self._operand(depth)]
        while self._accept("+"):
            found.append(self._operand(depth))
        return tuple(found)

    def _operand(self, depth: int) -> Term | Array:
        if not self._is_next("("):
            return self._term()
        if depth > MAX_DEPTH:
            raise self._unreadable(f"it nests deeper than {MAX_DEPTH} levels")
        start = self._next().start()
        entries: list[tuple[Expression, Expression]] = []
        while not self._is_next(")"):
            value = self._expression(depth + 1)
            entries.append((value, self._expression(depth + 1)) if self._accept("=>") else ((), value))
            if not self._accept(",") and not self._is_next(")"):
                raise self._unreadable("values without a comma between them")
        return Array(tuple(entries), Span(self.source, start, self._next().end()))

    def _term(self) -> Term:
        token = self._next()
        for name in ("double", "single"):
            if token[name] is not None:
                return Term(token[name].replace('\\"', '"'), Span(self.source, *token.span(name)))
        if token["word"] is None:
            self.at -= 1
            raise self._unreadable("a word or a string is missing")
        return Term(token[0], Span(self.source, *token.span()), token[0].startswith(("var.", "env.")))

    def _is_next(self, *texts: str) -> bool:
        """Whether one of these, which is no string, is next."""
        return self.at < len(self.tokens) and self.tokens[self.at][0] in texts

    def _accept(self, *texts: str) -> bool:
        found = self._is_next(*texts)
        self.at += found
        return found

    def _next(self) -> re.Match[str]:
        if self.at == len(self.tokens):
            raise self._unreadable("it ends within a setting or a block")
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unreadable(f"`{text}` is missing")

    def _unreadable(self, why: str) -> Unreadable:
        last = len(self.source.text)
        start, end = self.tokens[self.at].span() if self.at < len(self.tokens) else (last, last)
        return Unreadable(Span(self.source, start, end), why)


def _tokens(source: Source) -> Iterator[re.Match[str]]:
    at = count = 0
    while at < len(source.text):
        token = TOKEN.match(source.text, at)
        if token is None:
            raise Unreadable(Span(source, at, at + 1), "a quote that never ends, or a character that means nothing")
        at = token.end()
        if token["blank"] is None:
            count += 1
            if count > MOST_TOKENS:
                raise Unreadable(Span(source, *token.span()), f"more than {MOST_TOKENS:,} words")
            yield token
