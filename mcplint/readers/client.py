"""Client configurations (`.mcp.json`, `.vscode/mcp.json`, `claude_desktop_config.json`): JSON, comments allowed."""

from __future__ import annotations

from mcplint.facts.client import ClientFile
from mcplint.facts.document import MappingNode
from mcplint.readers import json
from mcplint.text.source import Source

# The key that holds the servers: Claude, Cursor and most others; VS Code; Zed.
WRAPPERS = ("mcpServers", "servers", "context_servers")


def read(source: Source) -> ClientFile | None:
    """The servers of a client configuration, or None where it is none or has no such key."""
    root = json.read(source).root
    if not isinstance(root, MappingNode):
        return None
    for wrapper in WRAPPERS:
        key, value = root.key(wrapper), root.get(wrapper)
        if key and isinstance(value, MappingNode):
            return ClientFile(
                source, key, tuple((name, node) for name, node in value.pairs if isinstance(node, MappingNode))
            )
    return None
