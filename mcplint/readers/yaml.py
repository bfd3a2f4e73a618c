"""YAML documents as nodes with exact spans, composed from PyYAML's parser events without recursion.

PyYAML's own composer crashes the interpreter on deep nesting and reads scalars as YAML 1.1 does; its events do neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.findings import NOTE, Unreadable
from mcplint.text.source import Part, Source, Span

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it; the one in Python is 20 times slower, so it is given less."""

MAX_SIZE = 1_000_000 if LOADER is not yaml.SafeLoader else 100_000
MAX_DEPTH = 200
MAX_BORROWED = 100_000
"""How many nodes all aliases of a document may stand for together, an alias within an alias counted each time."""

QUOTES = ("'", '"')
STR_TAG = "tag:yaml.org,2002:str"
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
FLOAT = frozenset("+-.0123456789eE")
PROPERTIES = r"(?:[&!]\S*(?:\s+|\Z)(?:#[^\n\r]*\s*)*)+"


class Open(NamedTuple):
    """A collection whose end has not come yet; in a mapping's children keys and values take turns."""

    event: Any
    start: int
    children: list[Node]
    sizes: list[int]


def document(source: Source) -> Node:
    """The one document of a file; raises `Unreadable` where there is none or several."""
    nodes = documents(source)
    match nodes:
        case (node,):
            return node
        case ():
            raise Unreadable(Span(source, 0, 0), "no YAML document in this file")
    raise Unreadable(nodes[1].span.head, "a second YAML document, where one is expected")


def documents(source: Source) -> tuple[Node, ...]:
    """The documents of a file in order; raises `Unreadable` at the offset where it cannot be read on."""
    if len(source.text) > MAX_SIZE:
        raise Unreadable(Span(source, 0, 0), f"larger than {MAX_SIZE:,} characters")
    try:
        return tuple(_compose(source))
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise _template(source) or _unreadable(source, error) from error


def parts(source: Source) -> tuple[Part, ...]:
    """The keys, values and aliases of a file as PyYAML's parser gives them. Unreadable where it cannot go on."""
    try:
        return tuple(_parts(source))
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise _unreadable(source, error) from error


def _parts(source: Source) -> Iterator[Part]:
    """A stack of open collections: whether it is a mapping, what it belongs to, and the key whose value is next."""
    shift = int(source.text.startswith("\ufeff"))
    stack: list[tuple[bool, int, int | None]] = [(False, -1, None)]
    for event in yaml.parse(source.text[shift:], Loader=LOADER):
        mapping, owner, key = stack[-1]
        under = owner if key is None else key
        match event:
            case yaml.CollectionStartEvent():
                stack.append((isinstance(event, yaml.MappingStartEvent), under, None))
                continue
            case yaml.CollectionEndEvent():
                stack.pop()
                mapping, owner, key = stack[-1]
                start = -1 if key is None else key
            case yaml.ScalarEvent():
                node = _scalar(source, event, shift)
                start = node.span.start
                yield Part(start, node.span.end, (node.text, node.quoted, node.tag), under)
            case yaml.AliasEvent():
                _, start, end = _span(source, event, shift)
                yield Part(start, end, f"*{event.anchor}", under)
            case _:
                continue
        stack[-1] = mapping, owner, start if mapping and key is None else None


def _compose(source: Source) -> Iterator[Node]:
    """Builds each document bottom-up on a stack of open collections.

    `reach` is where the last written thing ends: so does a collection without brackets, for the parser puts its end
    past the comments that follow.
    """
    shift = int(source.text.startswith("\ufeff"))
    anchors: dict[str, tuple[Node, int] | None] = {}
    stack: list[Open] = []
    borrowed = reach = 0
    for event in yaml.parse(source.text[shift:], Loader=LOADER):
        node: Node
        match event:
            case yaml.ScalarEvent():
                node, size = _scalar(source, event, shift), 1
                reach = node.span.end + (event.style in QUOTES)
            case yaml.AliasEvent():
                node, size = _target(source, event, shift, anchors)
                reach = _span(source, event, shift).end
                borrowed += size
                if borrowed > MAX_BORROWED:
                    raise Unreadable(_span(source, event, shift), f"aliases expand to more than {MAX_BORROWED:,} nodes")
            case yaml.CollectionStartEvent():
                if len(stack) == MAX_DEPTH:
                    raise Unreadable(_span(source, event, shift), f"nested more than {MAX_DEPTH} levels deep")
                if event.anchor:
                    anchors[event.anchor] = None
                stack.append(Open(event, _start(source, event, shift), [], [1]))
                continue
            case yaml.CollectionEndEvent():
                top = stack.pop()
                reach = _span(source, event, shift).end if top.event.flow_style else reach
                node, size = _close(source, top, reach), sum(top.sizes)
                event = top.event
            case yaml.DocumentStartEvent():
                anchors = {}
                continue
            case _:
                continue
        if event.anchor and not isinstance(event, yaml.AliasEvent):
            anchors[event.anchor] = node, size
        if stack:
            stack[-1].children.append(node)
            stack[-1].sizes.append(size)
        else:
            yield node


def _target(source: Source, event: Any, shift: int, anchors: dict[str, tuple[Node, int] | None]) -> tuple[Node, int]:
    """The node that an alias stands for, and how many nodes that is."""
    target = anchors.get(event.anchor)
    if target is None:
        reason = "is inside what it repeats" if event.anchor in anchors else "has no anchor before it"
        raise Unreadable(_span(source, event, shift), f"the alias *{event.anchor} {reason}")
    return target


def _close(source: Source, top: Open, end: int) -> Node:
    """The collection that ends here."""
    children, span = tuple(top.children), Span(source, top.start, end)
    if isinstance(top.event, yaml.SequenceStartEvent):
        return SequenceNode(span, children, top.event.tag)
    return MappingNode(span, _pairs(source, children), top.event.tag)


def _pairs(source: Source, children: tuple[Node, ...]) -> tuple[tuple[ScalarNode, Node], ...]:
    """A mapping's own pairs, then those that merge keys add; a key that stands twice is refused, as compose does."""
    own: dict[str, tuple[ScalarNode, Node]] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if not isinstance(key, ScalarNode):
            if source.text.startswith("{{", key.span.start - 1):
                raise Unreadable(Span(source, key.span.start - 1, key.span.start + 1), "a template, not YAML yet", NOTE)
            raise Unreadable(key.span.head, "a key that is a list or a mapping")
        if key.text in own:
            raise Unreadable(key.span, f"key `{key.text}` appears twice in this mapping")
        own[key.text] = key, value
    if "<<" in own and not own["<<"][0].quoted:
        merged = own.pop("<<")[1]
        for name, pair in _merged(merged):
            own.setdefault(name, pair)
    return tuple(own.values())


def _merged(value: Node) -> Iterator[tuple[str, tuple[ScalarNode, Node]]]:
    """What a merge key adds: the pairs of a mapping, or of several, of which the first counts."""
    for mapping in value.items if isinstance(value, SequenceNode) else (value,):
        if not isinstance(mapping, MappingNode):
            raise Unreadable(mapping.span.head, "a merge key takes a mapping or a list of mappings")
        yield from ((key.text, (key, value)) for key, value in mapping.pairs)


def _scalar(source: Source, event: Any, shift: int) -> ScalarNode:
    """A scalar, its span without quotes, block header and indentation."""
    text, start, end = event.value, _start(source, event, shift), event.end_mark.index + shift
    plain = not event.style
    if event.style in QUOTES:
        start, end = start + 1, end - 1
    elif not plain:
        start, end = _body(source.text, start, end)
    string = event.tag in (STR_TAG, "!") if event.tag else not plain
    return ScalarNode(Span(source, start, end), text if string else core(text), text, not plain, event.tag)


def _body(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters of a block scalar without its header, the first line's indentation and trailing blank lines."""
    header = min((i for i in (text.find("\n", start, end), text.find("\r", start, end)) if i >= 0), default=end)
    body = text[header:end]
    return (end - len(body.lstrip()), header + len(body.rstrip())) if body.strip() else (header, header)


def core(text: str) -> str | int | float | bool | None:
    """What a plain scalar is by the core schema of YAML 1.2."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789" or len(text) > 300:
        return text
    digits = text.lstrip("+-") if text[1:2] not in ("+", "-") else ""
    if digits.isascii() and digits.isdigit():
        return int(text)
    for prefix, base in (("0o", 8), ("0x", 16)):
        if text.startswith(prefix):
            return _integer(text[2:], base) if text[2:].isalnum() else text
    if FLOAT.issuperset(text):
        with suppress(ValueError):
            return float(text)
    word = digits.lower() if digits in (".inf", ".Inf", ".INF") or text in (".nan", ".NaN", ".NAN") else ""
    return float(text[: len(text) - len(digits)] + word[1:]) if word else text


def _integer(digits: str, base: int) -> int | str:
    try:
        return int(digits, base)
    except ValueError:
        return ("0o" if base == 8 else "0x") + digits


def _start(source: Source, event: Any, shift: int) -> int:
    """Where a node itself starts, after its anchor and tag."""
    start: int = event.start_mark.index + shift
    if event.anchor or event.tag:
        properties = re.compile(PROPERTIES).match(source.text, start, event.end_mark.index + shift)
        return properties.end() if properties else start
    return start


def _span(source: Source, event: Any, shift: int) -> Span:
    return Span(source, event.start_mark.index + shift, event.end_mark.index + shift)


def _template(source: Source) -> Unreadable | None:
    """Whether a text that is no YAML is the template of one: jinja, helm or ERB where a key or value would start."""
    found = re.search(r"(?m)^[^\S\n]*(?:- +|[\w.-]+: +)*(\{\{|<%)|(\{%)", source.text)
    if not found:
        return None
    return Unreadable(Span(source, *found.span(found.lastindex or 0)), "a template, not YAML yet", NOTE)


def _unreadable(source: Source, error: yaml.YAMLError | UnicodeEncodeError) -> Unreadable:
    """What PyYAML says of a text that is no YAML, where it can be fixed."""
    text, shift = source.text, int(source.text.startswith("\ufeff"))
    match error:
        case UnicodeEncodeError():
            offset, reason = error.start + shift, "a lone surrogate, which is not a character"
        case yaml.reader.ReaderError():
            offset, reason = text.find(chr(error.character)), f"a character YAML does not allow: {error.character:#06x}"
        case yaml.MarkedYAMLError():
            stop = error.problem_mark or error.context_mark
            if error.context_mark and stop and not text[stop.index + shift :].strip():
                stop = error.context_mark
            offset = stop.index + shift if stop else 0
            reason = ", ".join(filter(None, (error.context, error.problem)))
            if text.startswith("\t", offset):
                reason = "a tab, where only spaces are allowed"
        case _:
            offset, reason = 0, str(error)
    offset = max(0, min(offset, len(text)))
    return Unreadable(Span(source, offset, min(offset + 1, len(text))), f"not YAML: {reason}")
