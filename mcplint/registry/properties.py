"""Properties of a `server.json` as the registry's publisher decodes it: a key in any case, the last one, no null."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, text
from mcplint.facts.manifest import Path
from mcplint.model import Manifest
from mcplint.text.source import Edit, Span


def member(owner: MappingNode, key: str) -> tuple[ScalarNode, Node] | None:
    """The key as it is written and its value, or None where the publisher finds nothing of that name."""
    found = None
    for name, value in owner.pairs:
        if name.text == key or name.text.lower() == key.lower():
            found = name, value
    return None if found and isinstance(found[1], ScalarNode) and found[1].value is None else found


def field(owner: MappingNode, key: str) -> Node | None:
    """The value of a key, or None."""
    found = member(owner, key)
    return found[1] if found else None


def string(owner: MappingNode, key: str) -> str:
    """The text under a key; empty where there is none."""
    return text(field(owner, key))


def is_filled_in(text: str) -> bool:
    """Whether a release puts something else in place of this text before it is published: `{{IMAGE}}`, `${VERSION}`."""
    return "{{" in text or "${" in text or re.fullmatch(r"\$[A-Z_]+", text) is not None


def objects(node: Node | None) -> tuple[MappingNode, ...]:
    """The objects of a list."""
    items = node.items if isinstance(node, SequenceNode) else ()
    return tuple(item for item in items if isinstance(item, MappingNode))


def packages(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "packages"))


def remotes(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "remotes"))


def texts(manifest: Manifest, pattern: str) -> Iterator[Property]:
    """The properties of a pattern that are texts."""
    return (prop for prop in properties(manifest.document.root, pattern) if prop.text)


def flag(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.value is True


class Property(NamedTuple):
    """What a key has or would have: its path, the objects on the way to it from the document inwards, and its node."""

    path: Path
    parents: tuple[MappingNode, ...]
    node: Node | None

    @property
    def owner(self) -> MappingNode:
        return self.parents[-1]

    @property
    def key(self) -> str:
        return str(self.path[-1])

    @property
    def text(self) -> str:
        return text(self.node)

    @property
    def span(self) -> Span:
        """The value, or the line where the object begins that lacks it."""
        return value_span(self.node) if self.node else opening_bracket(self.owner)

    def sibling(self, key: str) -> str:
        """The text of another key of the same object."""
        return string(self.owner, key)


def value_span(node: Node) -> Span:
    """The span of a value, its opening bracket where it is a list or an object; quotes included where it is empty."""
    if isinstance(node, ScalarNode):
        span = node.span
        return span if span.text or not node.quoted else Span(span.source, span.start - 1, span.end + 1)
    return opening_bracket(node)


def opening_bracket(node: MappingNode | SequenceNode) -> Span:
    return node.span._replace(end=node.span.start + 1)


def properties(root: MappingNode, pattern: str) -> Iterator[Property]:
    """Every property that a pattern such as `packages * version` leads to, also where an object lacks its last key.

    An empty document has none.
    """
    *way, key = pattern.split()
    for path, parents in _owners((), (root,), way) if root.pairs else ():
        yield Property((*path, key), parents, field(parents[-1], key))


def _owners(
    path: Path, parents: tuple[MappingNode, ...], way: list[str]
) -> Iterator[tuple[Path, tuple[MappingNode, ...]]]:
    if not way:
        yield path, parents
        return
    node = field(parents[-1], way[0])
    if way[1:2] == ["*"] and isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            if isinstance(item, MappingNode):
                yield from _owners((*path, way[0], index), (*parents, item), way[2:])
    elif isinstance(node, MappingNode):
        yield from _owners((*path, way[0]), (*parents, node), way[1:])


def dotted(path: Path) -> str:
    """A path as people write it: `packages[0].version`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".")


def removal(owner: MappingNode, key: ScalarNode) -> Edit:
    """The edit that takes a key and its value out of an object, with the comma that becomes too many."""
    index = next(i for i, (name, _) in enumerate(owner.pairs) if name is key)
    start, end = key.span.start - 1, _end(owner.pairs[index][1])
    if index + 1 < len(owner.pairs):
        end = owner.pairs[index + 1][0].span.start - 1
    elif index:
        start = _end(owner.pairs[index - 1][1])
    return Edit(key.span._replace(start=start, end=end), "")


def insertion(owner: MappingNode, key: str, value: str) -> Edit:
    """The edit that puts a key in front of an object's others, laid out as the first of them is."""
    at = owner.span._replace(start=owner.span.start + 1, end=owner.span.start + 1)
    if not owner.pairs:
        return Edit(at, f'"{key}": {value}')
    gap = owner.span.source.text[at.start : owner.pairs[0][0].span.start - 1]
    return Edit(at, f'{gap}"{key}"{_colon(owner)}{value}{"," if gap else _comma(owner)}')


def addition(owner: MappingNode, key: str, value: str) -> Edit:
    """The edit that puts a key behind an object's last one, laid out as that is."""
    last, node = owner.pairs[-1]
    whole, end = owner.span.source.text, _end(node)
    before = owner.pairs[-2][1].span.end if len(owner.pairs) > 1 else owner.span.start + 1
    between = whole[before : last.span.start - 1]
    gap = between[len(between.rstrip()) :] or _comma(owner)[1:]
    return Edit(owner.span._replace(start=end, end=end), f',{gap}"{key}"{_colon(owner)}{value}')


def _colon(owner: MappingNode) -> str:
    """What stands between the first key of an object and its value."""
    key, value = owner.pairs[0]
    start = value.span.start - (isinstance(value, ScalarNode) and value.quoted)
    return owner.span.source.text[key.span.end + 1 : start]


def _comma(owner: MappingNode) -> str:
    """What stands between two keys of an object of one line: a blank only where one stands behind its colons."""
    return ", " if _colon(owner).endswith(" ") else ","


def _end(node: Node) -> int:
    return node.span.end + (isinstance(node, ScalarNode) and node.quoted)
