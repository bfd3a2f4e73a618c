"""What one client configuration file says: the MCP servers that a client is told to use."""

from __future__ import annotations

from mcplint.core import Source
from mcplint.facts.document import MappingNode, ScalarNode
from mcplint.record import NamedTuple


class ClientFile(NamedTuple):
    """A client's configuration: the key its servers stand under (`mcpServers`, `servers`), and each by its name."""

    source: Source
    wrapper: ScalarNode
    servers: tuple[tuple[ScalarNode, MappingNode], ...]
