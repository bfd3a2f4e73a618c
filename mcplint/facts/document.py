"""A YAML or JSON document as nodes with exact spans; both readers make the same shapes."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from mcplint.text.source import Span


class ScalarNode(NamedTuple):
    """One scalar. `span` covers its text without quotes, so that it can be rewritten in place.

    `value` is a str, int, float, bool or None, resolved as YAML 1.2's core schema (or JSON) does, not as YAML 1.1:
    `yes`, `on`, `010` and `22:22` are strings or decimal numbers as compose reads them.
    `tag` is an explicit one (`!reset`).
    """

    span: Span
    value: str | int | float | bool | None
    text: str
    quoted: bool = False
    tag: str | None = None


class SequenceNode(NamedTuple):
    """A list; the span runs from its first to its last character, trailing comments left out."""

    span: Span
    items: tuple[Node, ...]
    tag: str | None = None


class MappingNode(NamedTuple):
    """A mapping in its written order. Merge keys (`<<`) are resolved by the reader, aliases share their node."""

    span: Span
    pairs: tuple[tuple[ScalarNode, Node], ...]
    tag: str | None = None

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for name, value in reversed(self.pairs) if name.text == key), None)

    def key(self, key: str) -> ScalarNode | None:
        """The key itself as it is written, or None."""
        return next((name for name, _ in reversed(self.pairs) if name.text == key), None)


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def at(node: Node | None, *keys: str) -> Node | None:
    """What stands under the keys, one inside the other; None where one is missing or its place is no mapping."""
    for key in keys:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; of anything else, none."""
    return node.items if isinstance(node, SequenceNode) else ()


def pairs(node: Node | None) -> tuple[tuple[ScalarNode, Node], ...]:
    """The pairs of a mapping; of anything else, none."""
    return node.pairs if isinstance(node, MappingNode) else ()
