"""Functions of Python whose bodies are folded: a program runs few of its functions, and most of a tree is their bodies.

A folded body is parsed again from the text of its function when someone looks inside, and stays unfolded from then on.
What looks at all of a module does not unfold it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

_SHORT = 3
"""Lines below the first one of a function that is not worth folding."""
_WORD = re.compile(r"\w+|[^\w\s,)\]}]|\n")
_PARTS = ("body", "orelse", "finalbody", "handlers")


class Text(NamedTuple):
    """A text, in UTF-8 where that is not the same, and the byte offsets at which its lines begin."""

    text: str | bytes
    lines: tuple[int, ...]

    def between(self, start: int, end: int) -> str:
        """What stands between two byte offsets."""
        found = self.text[start:end]
        return found if isinstance(found, str) else found.decode()

    def byte_range(self, node: Any) -> tuple[int, int]:
        """The byte offsets between which a node stands."""
        return self.lines[node.lineno - 1] + node.col_offset, self.lines[node.end_lineno - 1] + node.end_col_offset

    def tree(self) -> ast.Module:
        """The syntax tree of all of it."""
        return tree(self.between(0, len(self.text)))


def tree(text: str) -> ast.Module:
    """The syntax tree of a text, without the warnings of the parser."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def fold(module: ast.Module, text: str, lines: tuple[int, ...]) -> int:
    """Folds the bodies of the functions of a text, methods included; how many words and signs are not folded.

    `lines`: the byte offsets at which they begin.
    """
    held = Text(text if text.isascii() else text.encode(), lines)
    at = kept = 0
    for node in sorted(_functions(module), key=lambda node: (node.lineno, node.col_offset)):
        if (node.end_lineno or 0) - node.lineno >= _SHORT:
            start, end = held.byte_range(node)
            kept += words(held.between(at, start)) if at < start else 0
            at = max(at, end)
            module.folded = held  # type: ignore[attr-defined]
            del node.body
            node.folded = held  # type: ignore[union-attr]
            node.__class__ = _FOLDED[type(node)]
    return kept + words(held.between(at, len(held.text)))


def words(text: str) -> int:
    """How many words, signs and lines a text has: each takes up to a kilobyte when it is parsed."""
    return sum(1 for _ in _WORD.finditer(text))


def unfolded(module: ast.Module) -> ast.Module:
    """The tree with no body folded: another one, for as long as someone looks at it, where some are."""
    held: Text | None = getattr(module, "folded", None)
    return module if held is None else held.tree()


def may_say(function: ast.AST, word: str) -> bool:
    """Whether a function may have a word, as the text of a folded one tells without its being unfolded."""
    held: Text | None = getattr(function, "folded", None)
    return held is None or word in _source_of(held, function)


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    pending: list[ast.AST] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, (ast.Module, ast.stmt, ast.ExceptHandler)):
            pending += (child for part in _PARTS for child in getattr(node, part, ()))


def _body(node: Any) -> list[ast.stmt]:
    held = node.__dict__
    if "_body" not in held:
        held["_body"] = _parsed(node)
    found: list[ast.stmt] = held["_body"]
    return found


def _source_of(held: Text, node: Any) -> str:
    return held.between(held.lines[node.lineno - 1], held.lines[node.end_lineno - 1] + node.end_col_offset)


def _parsed(node: Any) -> list[ast.stmt]:
    """The body, parsed on its own at the lines and columns where it stands."""
    held: Text = node.folded
    own = _source_of(held, node)
    above, around = (node.lineno - 2, "if 1:\n") if node.col_offset else (node.lineno - 1, "")
    try:
        found: Any = tree("\n" * above + around + own).body[0]
    except SyntaxError:
        # What comes before it matters: a line that is continued, an import from the future.
        same = (type(node).__name__, node.lineno)
        every = ast.walk(held.tree())
        return next(each.body for each in every if (type(each).__name__, getattr(each, "lineno", 0)) == same)  # type: ignore[attr-defined]
    body: list[ast.stmt] = (found.body[0] if around else found).body
    return body


class FoldedFunction(ast.FunctionDef):
    """A function whose body is parsed when it is asked for."""

    __slots__ = ()
    body = property(_body)


class FoldedCoroutine(ast.AsyncFunctionDef):
    """A coroutine function whose body is parsed when it is asked for."""

    __slots__ = ()
    body = property(_body)


# What visits a tree asks for the names that the nodes of `ast` have.
FoldedFunction.__name__, FoldedCoroutine.__name__ = "FunctionDef", "AsyncFunctionDef"
_FOLDED: dict[type, Any] = {ast.FunctionDef: FoldedFunction, ast.AsyncFunctionDef: FoldedCoroutine}
