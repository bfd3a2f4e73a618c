"""A program is followed again only where something that it reads is another: followings are counted, not seconds."""

from __future__ import annotations

from importlib import import_module

import pytest

from mcplint.engine.catalogue import Catalogue
from mcplint.engine.lint import run
from mcplint.project.config import Config
from mcplint.project.tree import Tree

SERVER = (
    "import os\nfrom mcp.server.fastmcp import FastMCP\n"
    'mcp = FastMCP("b", host=os.environ.get("ADDRESS", "0.0.0.0"))\nmcp.run(transport="sse")\n'
)
PYTHON = {
    "pyproject.toml": '[project]\nname = "b"\nversion = "1"\ndependencies = ["mcp==1.27.1"]\n',
    "server.py": SERVER,
    "Dockerfile": 'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD ["python", "server.py"]\n',
}
TYPESCRIPT = {
    "package.json": '{"name": "b", "private": true, "workspaces": ["one", "two"]}',
    "one/package.json": '{"name": "one", "main": "index.js"}',
    "one/index.js": "export const name = process.env.NAME;",
    "two/package.json": '{"name": "two", "dependencies": {"@modelcontextprotocol/sdk": "1.25.0", "one": "*"}}',
    "two/index.js": 'import { name } from "one";\n'
    'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\n'
    'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\n'
    'const server = new McpServer({ name, version: "1" });\nawait server.connect(new StdioServerTransport());\n',
    "Dockerfile": 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "two/index.js"]\n',
}


def services(*settings: str) -> str:
    return "services:\n" + "".join(f"  s{number}:\n    build: .\n    {each}\n" for number, each in enumerate(settings))


@pytest.fixture
def followed(monkeypatch):
    """How often each language follows a program, with the servers that come of one more look at a tree."""
    count = {"python": 0, "typescript": 0}

    def counting(language, follow):
        def counted(start, world):
            count[language] += 1
            return follow(start, world)

        return counted

    for language in count:
        module = import_module(f"mcplint.programs.{language}.interpreter")
        monkeypatch.setattr(module, "follow", counting(language, module.follow))

    def look(tree):
        before = dict(count)
        servers = run(tree, Catalogue(), Config()).deployment.servers
        return {each: count[each] - before[each] for each in count if count[each] > before[each]}, servers

    return look


def test_what_a_command_sets_and_prints_has_no_program_followed_again(followed):
    commands = ("T=1 exec python server.py", "T=2 exec python server.py", "echo ready && exec python server.py")
    files = {**PYTHON, "compose.yaml": services(*(f"command: sh -c '{each}'" for each in commands))}
    done, servers = followed(Tree.of(files))
    assert done == {"python": 1}
    assert [[note.span.text for note in server.printed] for server in servers] == [[], [], ["echo ready"]]


def test_what_a_command_sets_counts_where_the_program_reads_it(followed):
    commands = ("ADDRESS=127.0.0.1 exec python server.py", "ADDRESS=0.0.0.0 exec python server.py")
    files = {**PYTHON, "compose.yaml": services(*(f"command: sh -c '{each}'" for each in commands))}
    done, servers = followed(Tree.of(files))
    assert done == {"python": 2}
    assert [server.host.only for server in servers] == ["127.0.0.1", "0.0.0.0"]


def test_a_file_that_only_tells_the_release_of_an_sdk_counts_by_what_it_tells(followed):
    tree = Tree.of(PYTHON)
    assert followed(tree)[0] == {"python": 1}
    described = PYTHON["pyproject.toml"].replace("[project]\n", '[project]\ndescription = "B"\n')
    done, (server,) = followed(tree.with_texts({"pyproject.toml": described}))
    assert (done, server.sdk.version.only) == ({}, "1.27.1")
    assert server.sdk.version.trace[-1].span.source.text == described
    upgraded = PYTHON["pyproject.toml"].replace("1.27.1", "1.26.0")
    done, (server,) = followed(tree.with_texts({"pyproject.toml": upgraded}))
    assert (done, server.sdk.version.only) == ({"python": 1}, "1.26.0")


def test_what_was_found_for_all_programs_counts_for_each_of_them(followed):
    files = {**TYPESCRIPT, "compose.yaml": services("environment: {NAME: a}", "environment: {NAME: b}")}
    tree = Tree.of(files)
    done, servers = followed(tree)
    assert (done, [server.name.only for server in servers]) == ({"typescript": 2}, ["a", "b"])
    assert followed(tree.with_texts({}))[0] == {}
    # What the second one was given, as the first one had asked for it before, counts for it too.
    renamed = tree.with_texts({"one/package.json": '{"name": "other", "main": "index.js"}'})
    done, servers = followed(renamed)
    assert (done, [server.name.options for server in servers]) == ({"typescript": 1}, [(None,), (None,)])
