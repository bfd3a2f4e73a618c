"""What the SDKs that servers are made of are called: as packages of an index, and as what a program imports."""

from __future__ import annotations

PYTHON_PACKAGES = frozenset({"mcp", "fastmcp", "fastmcp-slim"})
PYTHON_MODULES = ("mcp", "fastmcp")
NPM_PACKAGES = (
    "@modelcontextprotocol/sdk",
    "@modelcontextprotocol/server",
    "fastmcp",
    "mcp-framework",
    "mcp-handler",
    "@vercel/mcp-adapter",
    "xmcp",
    "@hono/mcp",
)
