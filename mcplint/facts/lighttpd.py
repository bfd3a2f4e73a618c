"""What a configuration file of lighttpd says by itself: what it assigns, includes, and on which conditions."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Source, Span


class Term(NamedTuple):
    """A string without its quotes or a number; `variable`: the text is the name of what stands there (`var.x`)."""

    text: str
    span: Span
    variable: bool = False


class Array(NamedTuple):
    """What stands in parentheses: values, each with its key where it has one."""

    entries: tuple[tuple[Expression, Expression], ...]
    span: Span


Expression = tuple[Term | Array, ...]
"""Terms and arrays with `+` between them; none where nothing is said."""


class Assignment(NamedTuple):
    """A setting and what it is set to (`=`, `:=`), or gets besides (`+=`)."""

    name: Term
    operator: str
    value: Expression
    span: Span


class Include(NamedTuple):
    """A file that is read in place of this line, or a command whose output is (`shell`)."""

    value: Expression
    span: Span
    shell: bool


class Block(NamedTuple):
    """Settings for some requests: those whose `subject` (`HTTP.url`) fits by an operator, for all where it is empty.

    `otherwise`: only if no block of the chain before it does (`else`). `span`: what stands before the brace.
    """

    subject: str
    operator: str
    value: Expression
    body: tuple[Statement, ...]
    span: Span
    otherwise: bool


Statement = Assignment | Include | Block


class LighttpdFile(NamedTuple):
    source: Source
    statements: tuple[Statement, ...]
