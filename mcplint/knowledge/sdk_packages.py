"""What the SDKs that servers are made of are called: as packages of an index, and as what a program imports."""

from __future__ import annotations

import re

PYTHON_PACKAGES = frozenset({"mcp", "fastmcp", "fastmcp-slim"})
PYTHON_MODULES = ("mcp", "fastmcp")
SERVING_MODULES = re.compile(r"(?:fastapi_mcp|mcp_use\.server|chuk_mcp_server|enrichmcp|arcade_mcp_server)\.")
"""What a program calls of libraries that make servers on top of an SDK, in ways of their own, begins so."""
SERVING_PACKAGES = frozenset({"fastapi-mcp", "chuk-mcp-server", "enrichmcp", "arcade-mcp-server"})
"""The packages of such libraries; gradio is one with its extra `mcp`."""
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
