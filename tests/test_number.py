"""Numbers as texts spell them, and the settings that take them from any text."""

from __future__ import annotations

import pytest

from mcplint.text.number import as_number, whole_number

STRANGE = ["", "²", "٣", "１", "1.5", "-1", "1_0", " 1", "9" * 5000]


@pytest.mark.parametrize("text", STRANGE)
def test_other_texts_are_no_number(text):
    assert whole_number(text) is None and as_number(text) == text


def test_digits_are_a_number():
    assert whole_number("0080") == as_number("80") == 80 and as_number(80.5) == 80.5


# A deployment with a number, @, wherever one is read.
FILES = {
    "Dockerfile": """FROM python:3.13-slim
COPY . .
ENV WEB_CONCURRENCY=@ FASTMCP_PORT=@
EXPOSE @
CMD ["fastmcp", "run", "server.py", "--transport", "http", "--port", "@"]
""",
    "server.py": "from fastmcp import FastMCP\nmcp = FastMCP('a')\n",
    "pyproject.toml": '[tool.poetry.dependencies]\nfastmcp = "^@"\n',
    "compose.yaml": """services:
  a:
    build: .
    environment: {PORT: "@", URL: "http://localhost:@"}
    ports: ["@:@"]
  b:
    image: nginx:1.30
    volumes: ["./n.conf:/etc/nginx/conf.d/n.conf"]
""",
    "n.conf": "server { listen @; location / { proxy_pass http://a:@; proxy_read_timeout @; } }",
}


@pytest.mark.parametrize("text", STRANGE)
def test_strange_numbers_stop_nothing(project, mcplint, text):
    project({path: content.replace("@", text) for path, content in FILES.items()})
    assert "internal-error" not in mcplint("check", "--pedantic").out
