"""Reads TypeScript, TSX and JavaScript into a syntax tree, around whatever is no valid program."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from tree_sitter import Language, Parser

from mcplint.facts.typescript import Script
from mcplint.findings import Unreadable
from mcplint.text.encoded import Encoded
from mcplint.text.source import Part, Source, Span

DEEPEST = 50_000
"""How deep brackets may be nested: for each level the parser takes some 3 kilobytes."""
_ALL = bytes(range(256))


def read(source: Source) -> Script:
    """The module of a file; what is no valid program is a node `ERROR` in it."""
    data = source.text.encode("utf-8", "replace")
    if any(_depth(data, pair) > DEEPEST for pair in (b"()", b"[]", b"{}", b"<>")):
        raise Unreadable(Span(source, 0, 0), f"brackets that are nested more than {DEEPEST:,} deep")
    tree = _parser(source.path.rpartition(".")[2].lower()).parse(data)
    return Script(source, tree.root_node, Encoded.of(source.text, data))


def _depth(data: bytes, pair: bytes) -> int:
    """How deep brackets of a kind are nested in a text, wherever they stand in it."""
    if data.count(pair[:1]) <= DEEPEST:
        return 0
    brackets = data.translate(None, _ALL.translate(None, pair))
    return max(accumulate(brackets, lambda depth, each: depth + 1 if each == pair[0] else max(0, depth - 1), initial=0))


def parts(source: Source) -> tuple[Part, ...]:
    """Every node but comments, under the statement that it is part of. Unreadable where something is no program."""
    script = read(source)
    if script.root.has_error:
        raise Unreadable(Span(source, 0, 0), "something that is no valid program")
    return tuple(_parts(script))


def _parts(script: Script) -> Iterator[Part]:
    pending = [(child, -1) for child in script.root.named_children]
    while pending:
        node, under = pending.pop()
        if node.type != "comment":
            span = script.span(node)
            yield Part(span.start, span.end, (node.type, "" if node.named_child_count else span.text), under)
            inner = span.start if node.type.endswith(("statement", "declaration")) else under
            pending += ((child, inner) for child in node.named_children)


@cache
def _parser(suffix: str) -> Parser:
    """The parser for files of a suffix; TSX is a grammar of its own, as `<T>x` is a cast only without it."""
    if suffix in ("ts", "mts", "cts"):
        import tree_sitter_typescript

        return Parser(Language(tree_sitter_typescript.language_typescript()))
    if suffix == "tsx":
        import tree_sitter_typescript

        return Parser(Language(tree_sitter_typescript.language_tsx()))
    import tree_sitter_javascript

    return Parser(Language(tree_sitter_javascript.language()))
