"""The ports of a service: `ports` in its short and long form, and `expose`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.model import Port
from mcplint.services.compose.assembly import Assembly
from mcplint.services.compose.interpolation import Interpolated
from mcplint.services.settings import number
from mcplint.text.source import Span
from mcplint.values import Label, Value, join

MAX_RANGE = 100
"""Wider ranges are one port of unknown number."""

WILDCARDS = ("", "0.0.0.0", "::")


def ports(assembly: Assembly, node: Node | None) -> tuple[Port, ...]:
    """The published ports; those that are published twice alike count once."""
    found: dict[object, Port] = {}
    if isinstance(node, SequenceNode):
        texts = ((item.span, assembly.text(item)) for item in node.items if isinstance(item, ScalarNode))
        assembly.tree.refuse(
            Label(span, f"not a port mapping: {text.text}") for span, text in texts if _is_bad_mapping(text)
        )
    for item in node.items if isinstance(node, SequenceNode) else ():
        for port in _long(assembly, item) if isinstance(item, MappingNode) else _short(assembly.text(item), item.span):
            outer = None if port.published is None else port.published.options
            known = outer and port.target.options
            found[(port.host_ip, outer, port.target.options, port.protocol) if known else (item.span, len(found))] = (
                port
            )
    return tuple(found.values())


def expose(assembly: Assembly, node: Node | None) -> tuple[Port, ...]:
    """The ports that are only said to be listened on."""
    items = node.items if isinstance(node, SequenceNode) else ()
    return tuple(port for item in items for port in _exposed_ports(assembly.text(item), item.span))


def _is_bad_mapping(text: Interpolated) -> bool:
    """Whether compose refuses a mapping: its ports are no numbers and no ranges of numbers."""
    *front, last = text.text.partition("/")[0].split(":")
    return text.known and not all(re.fullmatch(r"\d*(?:-\d+)?", part) for part in (*front[-1:], last))


def _exposed_ports(text: Interpolated, span: Span) -> Iterator[Port]:
    target, protocol = _protocol(text)
    for value in _range(target):
        yield Port(value, None, None, span, protocol)


def _short(text: Interpolated, span: Span) -> Iterator[Port]:
    """`[[HOST_IP:]PUBLISHED:]TARGET[/PROTOCOL]`, where ports may be ranges and an IPv6 address has brackets."""
    *front, last = text.split(":")
    target, protocol = _protocol(last)
    published = front.pop() if front else None
    address = text.part(0, sum(len(part.text) + 1 for part in front) - 1) if front else None
    if address is None and published is not None and not published.known:
        address = published
    yield from _mapped_ports(target, published, address, protocol, span)


def _long(assembly: Assembly, node: MappingNode) -> Iterator[Port]:
    fields = {key.text: assembly.text(value) for key, value in node.pairs if key.text in _LONG}
    target = fields.get("target")
    if target is None:
        return
    protocol = fields["protocol"].text if "protocol" in fields else "tcp"
    yield from _mapped_ports(target, fields.get("published"), fields.get("host_ip"), protocol, node.span)


_LONG = frozenset(("target", "published", "host_ip", "protocol"))


def _protocol(text: Interpolated) -> tuple[Interpolated, str]:
    port, slash, protocol = text.text.partition("/")
    return text.part(0, len(port)), protocol.lower() if slash else "tcp"


def _mapped_ports(
    target: Interpolated, published: Interpolated | None, address: Interpolated | None, protocol: str, span: Span
) -> Iterator[Port]:
    """A port, or one for each pair of two ranges of equal length. A range for one port means any of it is taken."""
    host_ip = None if address is None else _address(address)
    inner = _range(target)
    if published is None or not published.text:
        outer: tuple[Value[int], ...] = (Value(None, (Label(span, "Docker picks a free port of the host"),)),) * len(
            inner
        )
    else:
        outer = _range(published)
    if len(outer) != len(inner):
        inner, outer = (inner, (join(outer),)) if len(inner) == 1 else ((Value(None),), (Value(None),))
    for port, host in zip(inner, outer, strict=True):
        yield Port(port, host, host_ip, span, protocol)


def _address(address: Interpolated) -> str | None:
    """The address that a port is bound to, as written where it is not known; None for every interface."""
    text = address.text.removeprefix("[").removesuffix("]")
    if not address.known:
        notes = address.trace
        return notes[-1].span.text if notes else text
    return None if text in WILDCARDS else text


def _range(text: Interpolated) -> tuple[Value[int], ...]:
    """The ports of `8000` or `8000-8003`."""
    first, dash, _ = text.text.partition("-")
    low = number(text.part(0, len(first)).value)
    if not dash:
        return (low,)
    high = number(text.part(len(first) + 1).value)
    if low.only is None or high.only is None or not 0 <= high.only - low.only < MAX_RANGE:
        return (Value(None, text.trace),)
    return tuple(Value((port,), text.trace) for port in range(low.only, high.only + 1))
