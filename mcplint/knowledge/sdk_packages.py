"""What the SDKs that servers are made of are called: as packages of an index, and as what a program imports."""

from __future__ import annotations

import re

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

SERVER_IMPORT = re.compile(
    r"^[ \t]*((?:from[ \t]+(?:mcp\.server[\w.]*|fastmcp[\w.]*)[ \t]+import[ \t]+(?!Client\b)"
    r"|import[ \t]+(?:fastmcp|mcp\.server)\b)[^\r\n]*)",
    re.MULTILINE,
)
"""An import of what a server is made of; clients import other parts of an SDK."""
