"""What a project states of its deployment: it counts where the files cannot tell, and says that it was stated."""

from __future__ import annotations

import pytest

from mcplint.engine.lint import run
from mcplint.model import Deployment
from mcplint.project.config import load
from mcplint.project.tree import Tree
from mcplint.usage import UsageError

FILES = {
    "Dockerfile": 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "server.py"]\n',
    "server.py": (
        'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("notes", host="0.0.0.0")\nmcp.run("streamable-http")\n'
    ),
    "requirements.txt": "mcp==1.27.1\n",
}


def stated(text: str, **files: str) -> Deployment:
    """The deployment of a small project that states this."""
    settings = load("mcplint.toml", f"[deployment]\n{text}\n", ())
    return run(Tree.of({**FILES, **files}), (), settings).deployment


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("longest-tool-call = 90", "longest_call", 90),
        ("proxy-in-front = true", "fronted", True),
        ("authenticated-elsewhere = true", "authenticated", True),
    ],
)
def test_servers_carry_what_is_stated(text: str, field: str, value: object) -> None:
    said = getattr(stated(text).servers[0], field)
    assert said.only == value
    assert [(note.span.source.path, note.span.text, note.text) for note in said.trace] == [
        ("mcplint.toml", text.split()[0], "stated in the configuration of mcplint")
    ]


def test_replicas_are_those_of_the_container() -> None:
    server = stated("replicas = 3").servers[0]
    assert server.container is not None and server.container.replicas.only == 3
    assert [spread.processes.only for spread in server.spread if spread.kind == "replicas"] == [3]


def test_a_start_command_counts_where_the_image_has_none() -> None:
    without = FILES["Dockerfile"].replace('CMD ["python", "server.py"]\n', "")
    deployment = stated('start-command = "python server.py"', Dockerfile=without)
    assert [link.kind for link in deployment.containers[0].links] == ["made", "stated"]
    assert deployment.servers[0].container is not None


def test_a_start_command_does_not_replace_the_image_s_own() -> None:
    deployment = stated('start-command = "python other.py"')
    assert deployment.containers[0].command.only == ("python", "server.py")


def test_a_public_url_is_followed_like_a_remote() -> None:
    remote = stated('public-url = "https://notes.example.com/sse"').remotes[0]
    assert (remote.asked.only, remote.server is not None, remote.links[0].kind) == ("/sse", True, "assumed")


URL = "a URL that begins with http:// or https:// and a host"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("replica = 3", 'mcplint.toml:2:1: unknown key "replica"; did you mean "replicas"?'),
        ('replicas = "3"', 'mcplint.toml:2:1: "replicas" must be a whole number, not a string'),
        ("replicas = 1.5", 'mcplint.toml:2:1: "replicas" must be a whole number, not a fraction'),
        ("replicas = 0", 'mcplint.toml:2:1: "replicas" must be more than 0'),
        ("longest-tool-call = -1.5", 'mcplint.toml:2:1: "longest-tool-call" must be more than 0'),
        ("longest-tool-call = nan", 'mcplint.toml:2:1: "longest-tool-call" must be more than 0'),
        ('public-url = "/mcp"', f'mcplint.toml:2:1: "public-url" must be {URL}'),
        ('public-url = "http:///mcp"', f'mcplint.toml:2:1: "public-url" must be {URL}'),
        ('start-command = " "', 'mcplint.toml:2:1: "start-command" must be a command, not empty'),
        (
            'start-command = "python -m \'notes"',
            'mcplint.toml:2:1: "start-command" must be a command in which every quote is closed',
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(UsageError) as mistake:
        stated(text)
    assert str(mistake.value) == says
