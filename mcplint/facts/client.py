"""What one client configuration file says: the MCP servers that a client is told to use."""

from typing import NamedTuple

from mcplint.core import Source
from mcplint.facts.document import MappingNode, ScalarNode


class ClientFile(NamedTuple):
    """A client's configuration: the key its servers stand under (`mcpServers`, `servers`), and each by its name."""

    source: Source
    wrapper: ScalarNode
    servers: tuple[tuple[ScalarNode, MappingNode], ...]
