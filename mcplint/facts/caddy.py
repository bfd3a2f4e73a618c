"""What a Caddyfile says by itself: its blocks and their directives, word by word, nothing imported yet."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Source, Span


class Word(NamedTuple):
    """One word without its quotes; `open`: a variable of the environment stands in it that has no default."""

    text: str
    span: Span
    open: bool = False


class Directive(NamedTuple):
    """The words of a line and what stands in the braces behind them; `braces`: whether there are any."""

    words: tuple[Word, ...]
    body: tuple[Directive, ...] = ()
    braces: bool = False

    @property
    def name(self) -> str:
        return self.words[0].text if self.words else ""

    @property
    def args(self) -> tuple[Word, ...]:
        return self.words[1:]

    @property
    def texts(self) -> tuple[str, ...]:
        """The words behind the first as texts."""
        return tuple(word.text for word in self.args)

    @property
    def span(self) -> Span:
        return self.words[0].span._replace(end=self.words[-1].span.end)

    def of(self, *names: str) -> tuple[Directive, ...]:
        """The directives of these names inside."""
        return tuple(each for each in self.body if each.name in names)


class Caddyfile(NamedTuple):
    """A Caddyfile, or a part of one that another imports.

    `settings`: the global options. `sites`: the blocks of sites, whose words are their addresses. `snippets`: the
    blocks in parentheses and of named routes, by name with its parentheses or `&`. `directives`: what stands outside
    of braces: all of a file that others import inside a site.
    """

    source: Source
    settings: tuple[Directive, ...] = ()
    sites: tuple[Directive, ...] = ()
    snippets: tuple[Directive, ...] = ()
    directives: tuple[Directive, ...] = ()
