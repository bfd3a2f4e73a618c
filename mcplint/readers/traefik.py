"""Traefik's own configuration, and that of its file provider.

https://doc.traefik.io/traefik/reference/dynamic-configuration/file/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, pairs
from mcplint.facts.traefik import TraefikFile
from mcplint.text.source import Source
from mcplint.values import EditSite, Label, Value

DEEPEST = 8
TOP = re.compile(r"""(?im)^[\["']{0,2}(?:http|entrypoints|tls)\b""")
SPOKEN = re.compile(r"(?i)routers|middlewares|entrypoints|\boptions:|tls\.options")
PARTS = ("http", "entrypoints", "tls")
OWN = re.compile(r"traefik\.(?:http\.(?:routers|middlewares)|entrypoints|tls\.options)\b")


def read(source: Source) -> TraefikFile | None:
    """The file as settings, or None where it has no routers, middlewares, entry points or options of TLS.

    It raises Unreadable.
    """
    if not (SPOKEN.search(source.text) and TOP.search(source.text)):
        return None
    if source.path.endswith(".toml"):
        from mcplint.readers import toml

        root: Node | None = toml.read(source)
    else:
        from mcplint.readers import yaml

        root = yaml.document(source)
    parts = {key.text.lower(): value for key, value in pairs(root)}
    settings = {
        name: value
        for part in PARTS
        if isinstance(node := parts.get(part), MappingNode)
        for name, value in _settings(f"traefik.{part}", node, DEEPEST)
    }
    if not any(map(OWN.match, settings)):
        return None
    return TraefikFile(source, settings, isinstance(at(parts.get("http"), "routers"), MappingNode))


def _settings(name: str, node: Node, depth: int) -> Iterator[tuple[str, Value[str]]]:
    if isinstance(node, MappingNode):
        for key, value in node.pairs if depth else ():
            yield from _settings(f"{name}.{key.text.lower()}", value, depth - 1)
        if not node.pairs:
            yield name, _value("true", (node,))
    elif isinstance(node, ScalarNode):
        yield name, _value(node.text, (node,))
    elif isinstance(node, SequenceNode):
        items = [at(item, "url") if isinstance(item, MappingNode) else item for item in node.items]
        texts = [item for item in items if isinstance(item, ScalarNode)]
        if texts and len(texts) == len(items):
            yield name, _value(",".join(item.text for item in texts), texts)


def _value(text: str, nodes: Sequence[Node]) -> Value[str]:
    """A text, with a note for each of its parts."""
    site = EditSite(nodes[0].span) if nodes[0].span.text == text else None
    known = None if "{{" in text or "${" in text else (text,)
    return Value(known, tuple(Label(node.span, "Traefik is told this") for node in nodes), site)
