"""What one client configuration file says: the MCP servers that a client is told to use."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import MappingNode, ScalarNode
from mcplint.text.source import Source


class ClientFile(NamedTuple):
    """A client's configuration: the key its servers stand under (`mcpServers`, `servers`), and each by its name."""

    source: Source
    wrapper: ScalarNode
    servers: tuple[tuple[ScalarNode, MappingNode], ...]
