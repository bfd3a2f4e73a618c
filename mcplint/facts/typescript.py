"""A TypeScript or JavaScript module: its syntax tree, and where each node of it stands in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mcplint.text.encoded import Encoded
from mcplint.text.source import Source, Span
from mcplint.values import EditSite

if TYPE_CHECKING:
    from tree_sitter import Node


class Script(NamedTuple):
    """The syntax tree of one file, whose nodes count bytes of its UTF-8 form.

    Where the text is no valid program a node `ERROR` covers what could not be read, and the rest stands around it.
    """

    source: Source
    root: Node
    encoded: Encoded = Encoded()

    def span(self, node: Node) -> Span:
        """The span of a node."""
        return Span(self.source, self.encoded.offset(node.start_byte), self.encoded.offset(node.end_byte))

    @property
    def first_syntax_error(self) -> Span | None:
        """The first span that is no valid program, as far as the grammar knows the language; None where all is."""
        node = self.root
        while node.has_error and not node.is_error and not node.is_missing:
            node = next((child for child in node.children if child.has_error or child.is_missing), node)
            if not node.children:
                break
        return self.span(node).head if node.has_error or node.is_missing else None

    def site(self, node: Node, spelled: str) -> EditSite | None:
        """Where a constant can be rewritten: without quotes, None where it is not spelled as it reads."""
        span = self.span(node)
        if node.type in ("string", "template_string"):
            span = span._replace(start=span.start + 1, end=span.end - 1)
        return EditSite(span) if span.text == spelled else None
