"""A bounded part of what the two fuzzers do; each runs as long as one likes by itself."""

import filefuzz
import pytest
from pages import look

from mcplint.project.tree import Tree
from mcplint.text.paths import upwards

SERVER = 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("a", host="0.0.0.0")\nmcp.run("streamable-http")\n'


def test_spoilt_files_are_no_mistake_of_mcplint():
    counted = filefuzz.Counter()
    assert list(filefuzz.mistakes(7, 4_000, (), counted)) == []
    assert set(counted) == set(filefuzz.READ) and min(counted.values()) > 20


@pytest.mark.parametrize("target", ["8000", "a/b", "//a", "//"])
def test_a_volume_on_a_path_that_is_not_absolute_comes_to_an_end(target):
    image = 'FROM python:3.13-slim\nRUN pip install mcp\nCOPY server.py .\nUSER 1000\nCMD ["python", "server.py"]\n'
    compose = f'services:\n  a:\n    build: .\n    volumes: ["data:{target}"]\nvolumes: {{data: {{}}}}\n'
    look(Tree.of({"server.py": SERVER, "Dockerfile": image, "compose.yaml": compose}))


@pytest.mark.parametrize("path", ["a/b", "/a/b", "//a/b", "", "/", "//"])
def test_the_folders_above_a_path_come_to_an_end(path):
    found = [*upwards(path)]
    assert found[0] == path and len(found) <= 3 and len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nginx.conf", "location /mcp {\n  proxy_pass http://a:8000;\n  proxy_set_header {Host $host;\n"),
        (".mcp.json", '{"mcpServers": {"a": {"type": "http", "url": "http://[p://localhost/mcp"}}}'),
    ],
    ids=["a header without a name", "a URL without an end"],
)
def test_what_was_once_a_mistake(path, text):
    look(Tree.of({"server.py": SERVER, path: text}))
