"""Reads TypeScript, TSX and JavaScript into a syntax tree, around whatever is no valid program."""

from __future__ import annotations

from functools import cache

from tree_sitter import Language, Parser

from mcplint.facts.typescript import Script
from mcplint.text.encoded import Encoded
from mcplint.text.source import Source


def read(source: Source) -> Script:
    """The module of a file; what is no valid program is a node `ERROR` in it."""
    data = source.text.encode("utf-8", "replace")
    tree = _parser(source.path.rpartition(".")[2].lower()).parse(data)
    return Script(source, tree.root_node, Encoded.of(source.text, data))


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
