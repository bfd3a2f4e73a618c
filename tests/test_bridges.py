"""Programs that serve a stdio server over HTTP are servers in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from mcplint.link import link
from mcplint.model import Server
from mcplint.project.config import Config
from mcplint.project.tree import Tree

PROGRAM = "from fastmcp import FastMCP\n\nFastMCP('notes').run()\n"


def bridges(command: str, install: str = "") -> list[Server]:
    """The servers of an image with this command, without the one over stdio itself."""
    recipe = f"FROM python:3.13-slim\nRUN pip install fastmcp==2.13.0\n{install}\nCOPY server.py .\nCMD {command}\n"
    files = {"Dockerfile": recipe, "server.py": PROGRAM, "requirements.txt": "mcp-proxy==0.10.0\nmcpo\n"}
    servers = link(Tree.of(files), Config()).deployment.servers
    assert servers[0].transport.only == "stdio"
    return list(servers[1:])


@pytest.mark.parametrize(
    ("command", "install", "wanted"),
    [
        ("npx -y supergateway --stdio 'python server.py'", "", ("sse", "::", 8000, "/sse", None)),
        (
            "supergateway --port 81 --outputTransport streamableHttp --stdio 'python server.py'",
            "",
            ("streamable-http", "::", 81, "/mcp", True),
        ),
        (
            "npx -y supergateway --stateful --outputTransport streamableHttp --stdio 'python server.py'",
            "",
            ("streamable-http", "::", 8000, "/mcp", False),
        ),
        ("npx -y supergateway --outputTransport ws --stdio 'python server.py'", "", (None, "::", 8000, None, True)),
        ("npx -y mcp-proxy@5.12.0 --port 81 -- python server.py", "", ("streamable-http", "::", 81, "/mcp", False)),
        ("npx -y mcp-proxy@2.10.6 python server.py", "", ("sse", "::", 8080, "/sse", None)),
        ("mcp-proxy python server.py", "RUN npm install -g mcp-proxy@2.10.6", ("sse", "::", 8080, "/sse", None)),
        (
            "mcp-proxy --port 81 --host 0.0.0.0 python server.py",
            "RUN pip install mcp-proxy",
            ("streamable-http", "0.0.0.0", 81, "/mcp", False),
        ),
        (
            "uvx mcp-proxy --port 81 -- python server.py",
            "",
            ("streamable-http", "127.0.0.1", 81, "/mcp", False),
        ),
        ("mcpo --port 81 -- python server.py", "", (None, "0.0.0.0", 81, None, None)),
        ("uvx mcpo@0.0.19 -h 127.0.0.1 -p 81 -- python server.py", "", (None, "127.0.0.1", 81, None, None)),
        (
            "mcp-proxy --port 81 python server.py",
            "COPY requirements.txt .\nRUN pip install -r requirements.txt",
            ("streamable-http", "127.0.0.1", 81, "/mcp", False),
        ),
    ],
)
def test_what_a_bridge_serves(command: str, install: str, wanted: tuple[Any, ...]):
    (server,) = bridges(command, install)
    told = (server.transport, server.host, server.port, server.path, server.stateless)
    assert tuple(value.only for value in told) == wanted and server.kind == "bridge"


@pytest.mark.parametrize(
    ("image", "command", "wanted"),
    [
        ("ghcr.io/open-webui/mcpo:main", "--config /c.json", [("stdio", "mcpo"), (None, "mcpo")]),
        ("supercorp/supergateway", "--stdio 'npx notes'", [("stdio", "supergateway"), ("sse", "supergateway")]),
        (
            "ghcr.io/sparfenyuk/mcp-proxy:v0.11.0",
            "--port 81 uvx notes",
            [("stdio", "mcp-proxy"), ("streamable-http", "mcp-proxy")],
        ),
        ("ghcr.io/sparfenyuk/mcp-proxy:v0.11.0", "http://notes/sse", []),
        ("supercorp/supergateway", "--sse http://notes/sse", []),
        ("example/supergateway", "--stdio 'npx notes'", []),
    ],
)
def test_a_bridge_in_its_own_image_serves_what_others_wrote(image: str, command: str, wanted: list[tuple[str, str]]):
    compose = f"services:\n  tools:\n    image: {image}\n    command: {command}\n"
    servers = link(Tree.of({"compose.yaml": compose}), Config()).deployment.servers
    assert [(server.transport.only, server.runner) for server in servers] == wanted


def test_a_bridge_that_is_not_told_apart_is_none():
    assert not bridges("mcp-proxy python server.py")
