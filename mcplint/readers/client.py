"""Client configurations (`.mcp.json`, …): JSON, comments allowed; Codex has TOML, LibreChat and Continue YAML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcplint.facts.client import ClientFile
from mcplint.facts.document import Document, MappingNode, Node, ScalarNode, SequenceNode, at, items, scalar
from mcplint.readers import json
from mcplint.text.source import Source

# The key that holds the servers: Claude, Cursor and most others; VS Code; Zed; Codex.
WRAPPERS = ("mcpServers", "servers", "context_servers", "mcp_servers")


# The keys that tell an entry for a server from anything else.
TELLING = ("command", "url", "httpUrl", "serverUrl")

# The files of VS Code that hold other settings as well, and the keys below which those of MCP stand.
SETTINGS = {".vscode/settings.json": (), ".code-workspace": ("settings",)}
# The files that hold servers and nothing else.
OWN = re.compile(r"(?:\A|/)(?:[\w.-]{0,255}mcp[\w.-]{0,255}\.json|mcpServers/[^/]+\.json)\Z")


def read(source: Source) -> ClientFile | None:
    """The servers of a client configuration, or None where it is none or names no server.

    One that holds nothing else is one without servers where it ends in their midst.
    """
    document = _document(source)
    root = document.root
    above = next((keys for end, keys in SETTINGS.items() if source.path.endswith(end)), None)
    if above is not None:
        return _of_settings(document, source, above)
    found = _read_wrapped(document, source, root) if isinstance(root, MappingNode) else None
    damaged = source.text.strip() and any(problem.damage for problem in document.problems)
    return (
        ClientFile(source, None, (), document.problems) if not found and damaged and OWN.search(source.path) else found
    )


def _of_settings(document: Document, source: Source, above: tuple[str, ...]) -> ClientFile | None:
    """The servers among the settings of VS Code, whose keys may be written in one with a dot.

    Whatever is wrong elsewhere in such a file, VS Code takes what it can read of it.
    """
    settings = at(document.root, *above)
    for owner, keys in ((at(settings, "mcp"), ("servers", "inputs")), (settings, ("mcp.servers", "mcp.inputs"))):
        if isinstance(owner, MappingNode) and isinstance(servers := owner.get(keys[0]), MappingNode):
            key, inputs = owner.key(keys[0]), _inputs(owner.get(keys[1]))
            return ClientFile(source, key, _entries(servers), inputs=inputs)
    return None


def _inputs(node: Node | None) -> frozenset[str]:
    """The names of the values that VS Code asks for."""
    return frozenset(scalar(at(one, "id")) for one in items(node))


def _read_wrapped(document: Document, source: Source, root: MappingNode) -> ClientFile | None:
    """The servers of a file at whose top they stand, under a key of their own or without."""
    for wrapper in WRAPPERS:
        key, value = root.key(wrapper), root.get(wrapper)
        if key and isinstance(value, MappingNode):
            return ClientFile(source, key, _entries(value), document.problems, inputs=_inputs(root.get("inputs")))
        if key and isinstance(value, SequenceNode):
            return ClientFile(source, key, _servers_in_list(value), document.problems, _files(value.items))
        if key and isinstance(value, ScalarNode):
            return ClientFile(source, key, (), document.problems, _files((value,)))
    flat = _entries(root)
    if flat and len(flat) == len(root.pairs) and all(map(_is_entry, (node for _, node in flat))):
        return ClientFile(source, None, flat, document.problems)
    return _read_bundle(document, source, root)


def _document(source: Source) -> Document:
    """The document in whatever form the file has; raises Unreadable."""
    if source.path.endswith(".toml"):
        from mcplint.readers import toml

        return Document(toml.read(source))
    if source.path.endswith((".yaml", ".yml")):
        from mcplint.readers import yaml

        return Document(yaml.document(source))
    return json.read(source)


def _read_bundle(document: Document, source: Source, root: MappingNode) -> ClientFile | None:
    """The one server of a bundle's manifest, under `server.mcp_config`."""
    server, name = root.get("server"), root.get("name")
    key = server.key("mcp_config") if isinstance(server, MappingNode) else None
    node = server.get("mcp_config") if isinstance(server, MappingNode) else None
    if key is None or not isinstance(node, MappingNode):
        return None
    entry = (name if isinstance(name, ScalarNode) else key, node)
    return ClientFile(source, key, (entry,), document.problems, bundle=root)


def _servers_in_list(node: SequenceNode) -> tuple[tuple[ScalarNode, MappingNode], ...]:
    """The servers of a list, which Continue has: each says its name itself."""
    entries = (entry for entry in items(node) if isinstance(entry, MappingNode))
    named = ((entry.get("name"), entry) for entry in entries)
    return tuple((name, entry) for name, entry in named if isinstance(name, ScalarNode))


def _files(nodes: Iterable[Node]) -> tuple[ScalarNode, ...]:
    """The files of servers that a plugin names, one or a list of them."""
    return tuple(node for node in nodes if isinstance(node, ScalarNode) and isinstance(node.value, str))


def _entries(node: MappingNode) -> tuple[tuple[ScalarNode, MappingNode], ...]:
    return tuple((name, value) for name, value in node.pairs if isinstance(value, MappingNode))


def _is_entry(node: MappingNode) -> bool:
    return any(isinstance(node.get(key), ScalarNode) for key in TELLING)
