"""Compose files: YAML documents with the outline that compose insists on."""

from __future__ import annotations

from mcplint.facts.compose import ComposeFile
from mcplint.facts.document import MappingNode, Node, ScalarNode
from mcplint.findings import Unreadable
from mcplint.readers import yaml
from mcplint.text.source import Source, Span


def read(source: Source) -> ComposeFile:
    """The documents of a compose file; raises `Unreadable` where compose would refuse its outline."""
    documents = tuple(_document(node) for node in yaml.documents(source))
    if not documents:
        raise Unreadable(Span(source, 0, 0), "no settings in this compose file")
    return ComposeFile(source, documents)


def _document(node: Node) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise Unreadable(node.span.head, "not a mapping with the key `services`")
    services = node.get("services")
    if services is not None:
        for name, service in _pairs(services, "services"):
            _pairs(service, f"the service {name.text}")
    return node


def _pairs(node: Node, what: str) -> tuple[tuple[ScalarNode, Node], ...]:
    """The pairs of a mapping; an empty setting has none."""
    match node:
        case MappingNode(pairs=pairs):
            return pairs
        case ScalarNode(value=None):
            return ()
    raise Unreadable(node.span.head, f"{what} must be a mapping")
