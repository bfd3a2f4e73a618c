"""Settings of a platform's file as values: texts, numbers, switches, durations and commands."""

from __future__ import annotations

import re

from mcplint.commands.room import has_room, has_room_for_words
from mcplint.facts.document import Node, ScalarNode, SequenceNode
from mcplint.model import Argv
from mcplint.services.compose.interpolation import Interpolated
from mcplint.services.compose.values import words
from mcplint.values import HOLE, UNKNOWN, EditSite, Label, Value

SWITCHES = {**dict.fromkeys(("true", "y", "yes", "on"), True), **dict.fromkeys(("false", "n", "no", "off"), False)}
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
DURATION = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|us|µs|ns|m|s)"
MAX_DIGITS = 12
PLACEHOLDER = re.compile(r"\{\{|\$\{|<[A-Z][A-Z0-9_-]*>|\$[A-Z_][A-Z0-9_]*\Z")


def string(node: Node | None, note: str) -> Value[str]:
    """A scalar's text, and what is to be said of it; unknown where it is no scalar or a tool is to fill it in."""
    if not isinstance(node, ScalarNode):
        return UNKNOWN
    trace = (Label(node.span, note),)
    if not node.text.startswith("$$") and PLACEHOLDER.search(node.text):
        return Value(None, (*trace, Label(node.span, "a tool fills this in before it is applied")))
    return Value((node.text,), trace, EditSite(node.span) if node.span.text == node.text else None)


def optional(node: Node | None, note: str) -> Value[str | None]:
    """A text; known to be absent where nothing stands."""
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        return Value((None,))
    return string(node, note)


def argv(node: Node | None, note: str) -> Argv | None:
    """A list of words, each as it is; None where nothing stands."""
    if not isinstance(node, SequenceNode):
        return None
    words = tuple(map(_word, node.items)) if has_room_for_words(node.items, node.span) else None
    return Argv(words, node.span, (Label(node.span, note),))


def _word(node: Node) -> Value[str]:
    """A word of a command, in which a shell's `${…}` may stand among other text."""
    if not isinstance(node, ScalarNode) or "{{" in node.text or re.fullmatch(r"\$\{?\w+\}?", node.text):
        partly = re.sub(r"\{\{[^{}]{0,400}\}\}", HOLE, node.text) if isinstance(node, ScalarNode) else ""
        return Value(None, (Label(node.span.head, "a tool fills this in before it is applied"),), partly=partly)
    return Value((node.text,), (), EditSite(node.span) if node.span.text == node.text else None)


def wait(node: Node | None, otherwise: Value[float] = UNKNOWN) -> Value[float]:
    """A time, of which a bare number counts seconds; the other value where nothing stands."""
    if node is None:
        return otherwise
    wait_value = string(node, f"waits {node.span.text}")
    count = number(wait_value)
    return seconds(wait_value) if count.only is None else Value((float(count.only),), wait_value.trace)


def split_command(node: Node | None, note: str) -> Argv | None:
    """A command that is split into words without a shell."""
    if not isinstance(node, ScalarNode) or not node.text:
        return None
    parts = words(Interpolated.of(node.text, node.span)) if has_room(node.text, node.span) else None
    known = None if parts is None else tuple(part.value for part in parts)
    return Argv(known, node.span, (Label(node.span, note),))


def shell(node: Node | None) -> Argv | None:
    """A command that a shell runs."""
    if not isinstance(node, ScalarNode) or not node.text:
        return None
    command = string(node, "the platform runs this command")
    text = Value((node.text,), (), command.site)
    return Argv(
        (Value(("/bin/sh",)), Value(("-c",)), text), node.span, (Label(node.span, "the platform runs this command"),)
    )


def number(value: Value[str]) -> Value[int]:
    """A text as a whole number."""
    text = value.only or ""
    digits = text[1:] if text.startswith(("-", "+")) else text
    if not (digits.isascii() and digits.isdigit()) or len(text) > MAX_DIGITS:
        return Value(None, value.trace)
    return Value((int(text),), value.trace, value.site if str(int(text)) == text else None)


def switch(value: Value[str]) -> Value[bool]:
    """A text as true or false, in the spellings that compose takes."""
    text = (value.only or "").lower()
    return Value((SWITCHES[text],) if text in SWITCHES else None, value.trace, value.site)


def seconds(value: Value[str]) -> Value[float]:
    """A text as a duration: `1m30s`, `500ms`."""
    text = value.only or ""
    parts = re.findall(DURATION, text)
    if not parts or "".join(digits + unit for digits, unit in parts) != text:
        return Value(None, value.trace)
    return Value((sum(float(digits) * UNITS[unit] for digits, unit in parts),), value.trace)
