"""A YAML, TOML or JSON document as nodes with exact spans, and where a JSON text is not strict JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from mcplint.text.source import Edit, Part, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value


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
    """What stands under the keys, one inside the other; None where one is missing or stands in no mapping."""
    for key in keys:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node


def scalar(node: Node | None) -> str:
    """The text of a scalar; of anything else, nothing."""
    return node.text if isinstance(node, ScalarNode) else ""


def text(node: Node | None) -> str:
    """The text of a string; of anything else, nothing."""
    return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else ""


def texts(node: Node | None) -> dict[str, str]:
    """The scalars of a mapping as texts; of anything else, none."""
    return {key.text: value.text for key, value in pairs(node) if isinstance(value, ScalarNode)}


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; of anything else, none."""
    return node.items if isinstance(node, SequenceNode) else ()


def pairs(node: Node | None) -> tuple[tuple[ScalarNode, Node], ...]:
    """The pairs of a mapping; of anything else, none."""
    return node.pairs if isinstance(node, MappingNode) else ()


def value(node: Node | None) -> Value[Any]:
    """The text of a string with its span; unknown where there is none or something has still to be filled in."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return UNKNOWN
    trace = (Label(node.span, "set here"),)
    if any(mark in node.value for mark in ("{{", "${", "@@")):
        return Value(None, trace)
    return Value((node.value,), trace, EditSite(node.span) if node.span.text == node.value else None)


TRAILING_COMMA = "trailing comma after the last value"


class Problem(NamedTuple):
    """A span that a strict JSON parser refuses, or that it reads in a way nobody means.

    `severity` is WARNING where parsers accept it. `edit` fixes it where that is exact.
    `damage`: what follows is a guess, so nothing but the problem itself is to be said of the document.
    """

    span: Span
    message: str
    severity: str
    edit: Edit | None = None
    notes: tuple[Label, ...] = ()
    damage: bool = False


class Document(NamedTuple):
    """The value of a JSON text as far as it could be read, None where there is none, and its problems in order."""

    root: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def is_undamaged(self) -> bool:
        """Whether the value is certainly what was meant."""
        return not any(problem.damage for problem in self.problems)


def as_python(node: Node) -> Any:
    """A document as Python's own values; of a key that is given twice, the last one."""
    match node:
        case MappingNode():
            return {key.text: as_python(value) for key, value in node.pairs}
        case SequenceNode():
            return [as_python(item) for item in node.items]
        case _:
            return node.value


def document_parts(node: Node | None, under: int = -1) -> Iterator[Part]:
    """Every key and scalar of a document, each under the key that it belongs to."""
    match node:
        case MappingNode():
            for key, value in node.pairs:
                yield Part(key.span.start, key.span.end, key.text, under)
                yield from document_parts(value, key.span.start)
        case SequenceNode():
            for item in node.items:
                yield from document_parts(item, under)
        case ScalarNode():
            yield Part(node.span.start, node.span.end, (node.value, node.quoted), under)
