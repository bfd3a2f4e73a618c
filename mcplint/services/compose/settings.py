"""What single settings of a service mean: texts, numbers, switches, durations and commands as values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from mcplint.commands.argv import Argv
from mcplint.facts.document import Node, ScalarNode, SequenceNode
from mcplint.services.compose.assembly import Assembly
from mcplint.services.compose.interpolation import HOLE, Text
from mcplint.values import Label, Value

SWITCHES = {**dict.fromkeys(("true", "y", "yes", "on"), True), **dict.fromkeys(("false", "n", "no", "off"), False)}
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
DURATION = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|us|µs|ns|m|s)"
MAX_DIGITS = 12

T = TypeVar("T")


def said(node: Node | None) -> Node | None:
    """The node where it says something; None where it is absent or empty."""
    return None if isinstance(node, ScalarNode) and node.value is None else node


def setting(
    assembly: Assembly, node: Node | None, what: str, read: Callable[[Value[str]], Value[T]], default: Value[T]
) -> Value[T]:
    """A setting of the service as `read` takes its text, or the default where nothing is said."""
    given = said(node)
    return default if given is None else read(string(assembly, given, what))


def string(assembly: Assembly, node: Node, what: str) -> Value[str]:
    """A text, and that the service sets it."""
    value = assembly.text(node).value
    return value._replace(trace=(Label(node.span, f"the service sets {what}"), *value.trace))


def optional(value: Value[str]) -> Value[str | None]:
    """The same value, for a setting that may be absent."""
    return Value(value.options, value.trace, value.slot)


def number(value: Value[str]) -> Value[int]:
    """A text as a whole number."""
    text = value.only or ""
    digits = text[1:] if text.startswith(("-", "+")) else text
    if not (digits.isascii() and digits.isdigit()) or len(text) > MAX_DIGITS:
        return Value(None, value.trace)
    return Value((int(text),), value.trace, value.slot if str(int(text)) == text else None)


def switch(value: Value[str]) -> Value[bool]:
    """A text as true or false, in the spellings that compose takes."""
    text = (value.only or "").lower()
    return Value((SWITCHES[text],) if text in SWITCHES else None, value.trace)


def seconds(value: Value[str]) -> Value[float]:
    """A text as a duration: `1m30s`, `500ms`."""
    text = value.only or ""
    parts = re.findall(DURATION, text)
    if not parts or "".join(digits + unit for digits, unit in parts) != text:
        return Value(None, value.trace)
    return Value((sum(float(digits) * UNITS[unit] for digits, unit in parts),), value.trace)


def argv(assembly: Assembly, node: Node | None, what: str) -> Argv | None:
    """A command, as a list or as a string that is split; None where nothing is said."""
    if node is None or said(node) is None:
        return None
    note = Label(node.span, f"the service sets {what}")
    if isinstance(node, SequenceNode):
        parts: tuple[Text, ...] | None = tuple(assembly.text(item) for item in node.items)
    else:
        from mcplint.services.compose.words import words

        text = assembly.text(node)
        parts = None if text.text == HOLE else words(text)
    return Argv(None if parts is None else tuple(part.value for part in parts), node.span, (note,))
