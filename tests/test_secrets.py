"""What is a secret and what is a placeholder, and that no output shows one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mcplint.knowledge.secrets import masked, secret
from mcplint.reports import FORMATS

KEY = "7b1e94c02fd63a58e4069b1d75c2fa83"
TOKEN = "ghp_" + "f8Qz2LmX0vB7nKs4TgYw" + "1RcDe9HjU3aP5oMi6Z"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("NOTES_API_KEY", KEY, "secret"),
        ("ANYTHING", TOKEN, "GitHub token"),
        ("Authorization", f"Bearer {KEY}", "secret"),
        ("NOTES_ID", KEY, ""),
        ("MAX_TOKENS", "40961234567890123", ""),
        ("NOTES_TOKEN_FILE", "/run/secrets/notes-token-1", ""),
        ("NOTES_API_KEY", "your-api-key-goes-here-1234", ""),
        ("NOTES_API_KEY", "changeme-changeme-1", ""),
        ("NOTES_API_KEY", "<put-your-key-here-0123>", ""),
        ("NOTES_API_KEY", "${NOTES_API_KEY}", ""),
        ("NOTES_API_KEY", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""),
        ("GITHUB_TOKEN", "ghp_" + "x" * 36, ""),
        ("POSTGRES_PASSWORD", "postgres", ""),
        ("API_KEY", "aaaaaaaaaaaaaaaa1111", ""),
        ("SECRET", "https://example.org/a1b2c3d4e5f6", ""),
    ],
)
def test_a_secret_is_told_from_a_placeholder(name: str, text: str, kind: str) -> None:
    assert secret(name, text) == kind


@pytest.mark.parametrize("line", [f"NOTES_API_KEY={KEY}", f'"--api-key", "{KEY}"', f"x-api-key: {KEY}", f"a {TOKEN} b"])
def test_a_line_keeps_its_length_and_loses_its_secret(line: str) -> None:
    shown = masked(line)
    assert len(shown) == len(line) and KEY not in shown and TOKEN not in shown and "****" in shown


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_shows_a_secret(
    project: Callable[[dict[str, str]], Path], mcplint: Callable[..., object], output_format: str
) -> None:
    project(
        {
            "Dockerfile": f"FROM python:3.12-slim\nCOPY . .\nENV NOTES_API_KEY={KEY}\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            "compose.yaml": f"services:\n  notes:\n    build: .\n    environment: [GITHUB_TOKEN={TOKEN}]\n",
            ".env": f"NOTES_API_KEY={KEY}\n",
            ".mcp.json": f'{{"mcpServers": {{"a": {{"command": "x", "args": ["--api-key", "{KEY}"]}}}}}}\n',
        }
    )
    said = str(mcplint("--format", output_format, "--pedantic"))
    assert "secret" in said and KEY not in said and TOKEN not in said
