"""The tree of an nginx file, grown from its words, whatever nginx would say to them."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from crossplane.analyzer import DIRECTIVES  # type: ignore[import-untyped]

from mcplint.facts.nginx import Directive, Word
from mcplint.readers.nginx_mask import Hole
from mcplint.text.source import Source, Span
from mcplint.values import Label

DEEPEST = 200
MOST_PROBLEMS = 50
UNMISTAKABLE = {"location", "listen", "root", "return", "include", "rewrite", "upstream", "alias"}
"""Directives that no other directive takes as an argument, beside the names with an underscore."""
ARGUMENTS = {"proxy_protocol"}
ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}


class Token(NamedTuple):
    """A word or one of `{`, `}`, `;`, `hole`; `start` and `end` cover it with its quotes."""

    kind: str
    start: int
    end: int
    quoted: bool = False


class _Block(NamedTuple):
    """An open block: its name and arguments, where its brace stands, and what it holds so far."""

    words: list[Token]
    hole: bool
    brace: Token
    inside: list[Directive]


class Grower:
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

    def tear(self, start: int) -> None:
        """Notes a quote that is never closed: all that follows is in it, so that nothing else is missing."""
        self.complain(start, start + 1, "this quote is never closed")
        self.torn = True

    def take(self, token: Token) -> None:
        """Puts the next token where it belongs."""
        match token.kind:
            case "word":
                if len(self.words) > 1 and self._starts_directive(token):
                    self._missing_semicolon()
                self.words.append(token)
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
        return Word(text, span, token.quoted, self._holed(token))

    def _holed(self, token: Token) -> bool:
        """Whether a placeholder lies in the word."""
        before = bisect_left(self.starts, token.end)
        return before > 0 and self.inline[before - 1].end > token.start
