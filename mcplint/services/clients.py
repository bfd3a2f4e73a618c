"""From client configuration files to what clients are told of each server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcplint.facts.client import ClientFile
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.model import ClientConfig
from mcplint.values import UNKNOWN, EditSite, Label, Value

NOWHERE: Value[Any] = Value(())
SPELLINGS = {"http": "streamable-http", "streamableHttp": "streamable-http"}


def clients(file: ClientFile) -> Iterator[ClientConfig]:
    """One part for each server that the file names."""
    note = Label(file.wrapper.span, "servers are listed under this key")
    wrapper = Value((file.wrapper.text,), (note,), EditSite(file.wrapper.span))
    for number, (name, node) in enumerate(file.servers):
        url, command = _string(node, "url", "serverUrl", "httpUrl"), _command(node)
        yield ClientConfig(
            id=f"{file.source.path}:{name.text}",
            span=name.span,
            type=_type(node),
            url=NOWHERE if not url.trace and command.trace else url,
            command=NOWHERE if not command.trace and url.trace else command,
            wrapper=UNKNOWN if number else wrapper,
        )


def _type(node: MappingNode) -> Value[str]:
    """The transport: as it is said, else stdio where a command is given; a bare URL leaves it to the client."""
    said = _string(node, "type", "transport")
    if said.options:
        return said._replace(options=tuple(SPELLINGS.get(spelled, spelled) for spelled in said.options))
    command = node.key("command")
    return Value(("stdio",), (Label(command.span, "a command is started over stdio"),)) if command else UNKNOWN


def _string(node: MappingNode, *keys: str) -> Value[str]:
    for key in keys:
        found = node.get(key)
        if isinstance(found, ScalarNode) and isinstance(found.value, str):
            note = Label(found.span, f"`{key}` set here")
            placeholder = "${" in found.value or "<" in found.value
            return Value(None if placeholder else (found.value,), (note,), EditSite(found.span))
    return UNKNOWN


def _command(node: MappingNode) -> Value[tuple[str, ...]]:
    command, args = node.get("command"), node.get("args")
    if not isinstance(command, ScalarNode):
        return UNKNOWN
    words = [command, *_items(args)]
    trace = (Label(command.span, "the client starts this"),)
    if not all(isinstance(word, ScalarNode) for word in words):
        return Value(None, trace)
    return Value((tuple(word.text for word in words if isinstance(word, ScalarNode)),), trace)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else ()
