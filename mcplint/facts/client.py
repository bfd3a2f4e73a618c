"""What one client configuration file says: the MCP servers that a client is told to use."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import MappingNode, Problem, ScalarNode
from mcplint.text.source import Source


class ClientFile(NamedTuple):
    """A client's configuration: the key its servers stand under (`mcpServers`, `servers`), and each by its name.

    `wrapper`: None where they stand at the top. `problems`: what is not plain JSON. `files`: the files that are named
    in place of servers. `bundle`: the whole of a manifest of a bundle. `inputs`: the values that the file lets VS Code
    ask for.
    """

    source: Source
    wrapper: ScalarNode | None
    servers: tuple[tuple[ScalarNode, MappingNode], ...]
    problems: tuple[Problem, ...] = ()
    files: tuple[ScalarNode, ...] = ()
    bundle: MappingNode | None = None
    inputs: frozenset[str] = frozenset()
