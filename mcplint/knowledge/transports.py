"""The transports of MCP, as SDKs and the registry call them."""

from __future__ import annotations

STDIO, SSE, STREAMABLE = "stdio", "sse", "streamable-http"
