"""What one Dockerfile says by itself: its instructions, with the span of every word, and its stages, unexpanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label


class Flag(NamedTuple):
    """`--name=value` after the keyword; `value` is None where there is no `=`."""

    name: str
    value: LocatedText | None
    span: Span


class Heredoc(NamedTuple):
    """A here-document of RUN, COPY or ADD: its name, its lines, and whether variables in them are expanded.

    `span` covers the word `<<NAME`. With `tabs`, leading tabs of the lines are dropped.
    """

    name: str
    body: LocatedText
    expand: bool
    tabs: bool
    span: Span


class Pair(NamedTuple):
    """`NAME=value` of ENV, LABEL or ARG, quotes as written; `value` is None for an ARG without a default."""

    name: LocatedText
    value: LocatedText | None


class Instruction(NamedTuple):
    """One instruction.

    `name`: the keyword in capitals; `text`: what follows keyword and flags, continuations taken out.
    `words`: as BuildKit splits them: the strings of the JSON form, the words of FROM, COPY, EXPOSE, …, with quotes
    as written; shell form, USER, WORKDIR: one word. `span` reaches from the keyword to the last character, without the
    bodies of here-documents. `inner`: the instruction that ONBUILD defers.
    """

    name: str
    keyword: Span
    span: Span
    text: LocatedText
    flags: tuple[Flag, ...] = ()
    words: tuple[LocatedText, ...] = ()
    json: bool = False
    pairs: tuple[Pair, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None

    @property
    def script(self) -> str:
        """What its commands may be read from: its text and the bodies of its here-documents."""
        return "\n".join((self.text.text, *(heredoc.body.text for heredoc in self.heredocs)))

    def flag(self, name: str) -> Flag | None:
        """The last flag of this name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)


class Stage(NamedTuple):
    """What one FROM begins: its base as written, its name in lower case, and the instructions after it."""

    number: int
    name: str | None
    origin: Instruction
    base: LocatedText
    platform: LocatedText | None
    instructions: tuple[Instruction, ...]

    @property
    def span(self) -> Span:
        return self.origin.span


class Dockerfile(NamedTuple):
    """A Dockerfile: the ARGs before its first FROM and its stages. `escape` is `\\` or a backquote.

    `problems`: what no build or no container comes past, though the rest can be read.
    """

    source: Source
    escape: str
    args: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    problems: tuple[Label, ...] = ()

    @property
    def instructions(self) -> Iterator[Instruction]:
        """Every instruction in the order of the file."""
        yield from self.args
        for stage in self.stages:
            yield stage.origin
            yield from stage.instructions
