"""A Python module: its syntax tree, and where each node of it stands in the text."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from mcplint.text.encoded import Encoded
from mcplint.text.layout import item_after, quote
from mcplint.text.source import Source, Span
from mcplint.values import EditSite

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""The statements that define a name by a body of their own."""


class Module(NamedTuple):
    """The syntax tree of one file, whose nodes count lines from 1 and columns in UTF-8 bytes.

    `lines`: the byte offsets at which lines begin, as the interpreter counts them. `weight`: by which it counts for
    what is read of all files together.
    """

    source: Source
    tree: ast.Module
    lines: tuple[int, ...]
    encoded: Encoded = Encoded()
    weight: int = 0

    def offset(self, line: int, column: int) -> int:
        """The code-point offset of a line and a column as nodes give them."""
        return self.encoded.offset(self.lines[line - 1] + column)

    def span(self, node: ast.AST) -> Span:
        """The span of an expression, statement, keyword, argument or alias; parentheses around it are left out."""
        if not hasattr(node, "lineno"):
            return Span(self.source, 0, 0)
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return Span(self.source, start, self.offset(node.end_lineno, node.end_col_offset))  # type: ignore[attr-defined]

    def kept_span(self, node: ast.AST) -> Span:
        """The span of a node, kept on the node for all programs that share the module."""
        found: Span | None = getattr(node, "_span", None)
        if found is None:
            found = self.span(node)
            node._span = found  # type: ignore[attr-defined]
        return found

    def site(self, node: ast.Constant, span: Span) -> EditSite | None:
        """Where a constant at a span can be rewritten: without quotes, None where it is not spelled as it reads."""
        spelled = str(node.value)
        if isinstance(node.value, str):
            quote = len(span.text) - len(spelled)
            span = span._replace(start=span.start + quote // 2, end=span.end - quote // 2)
        return EditSite(span) if span.text == spelled and not isinstance(node.value, bytes) else None

    def quote(self, given: Sequence[ast.AST]) -> str:
        """The quotes of the first argument of a call that is a plain text, those of the file where there is none."""
        texts = (self.span(node.value if isinstance(node, ast.keyword) else node).text[:1] for node in given)
        return next((text for text in texts if text in ("'", '"')), quote(self.source))

    def insertion(self, call: ast.Call, name: str, quoted: bool = True) -> EditSite | None:
        """Where a keyword argument would be added to a call, or None where it cannot be added by plain insertion."""
        given: list[ast.AST] = [*call.args, *call.keywords]
        if len(given) == 1 and isinstance(given[0], ast.GeneratorExp):
            return None
        quote = self.quote(given) if quoted else ""
        close = self.span(call).end - 1
        if not given:
            return EditSite(Span(self.source, close, close), f"{name}={quote}", quote)
        last = max(given, key=lambda node: self.span(node).end)
        return item_after(self.span(last), close, f"{name}={quote}", quote, isinstance(last, ast.keyword))


def located(source: Source, tree: ast.Module) -> Module:
    """The module of a text and its tree, with what finds the span of a node in time independent of its size."""
    encoded = source.text.encode("utf-8", "replace")
    ended = (line for line in encoded.splitlines(keepends=True) if line.endswith((b"\r", b"\n")))
    lines = (0, *accumulate(map(len, ended)))
    return Module(source, tree, lines, Encoded.of(source.text, encoded))


class CommandModule(Module):
    """The code that a command gives to Python, where nothing is rewritten: it stands there in quotes of its own."""

    def site(self, node: ast.Constant, span: Span) -> EditSite | None:
        return None

    def insertion(self, call: ast.Call, name: str, quoted: bool = True) -> EditSite | None:
        return None


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of a text that a command gives to Python; None where Python refuses it or it nests too deeply."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def in_command(text: str, span: Span) -> Module | None:
    """The module of a text that a command gives to Python; None where Python refuses it."""
    tree = parsed(text)
    if tree is None:
        return None
    module = located(span.source, tree)
    before = len(span.source.text[: span.start].encode("utf-8", "replace"))
    if span.text == text:
        lines = located(Source(span.source.path, text), tree).lines
        return CommandModule(module.source, tree, tuple(before + line for line in lines), module.encoded)
    length = len(span.text.encode("utf-8", "replace"))
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = 1  # type: ignore[attr-defined]
            node.col_offset, node.end_col_offset = 0, length  # type: ignore[attr-defined]
    return CommandModule(module.source, tree, (before,), module.encoded)


def source_text(node: ast.AST) -> str:
    """The text of an expression, empty where it is nested too deeply for that."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""
