"""What is known of a container although a compose file that may speak of it cannot be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mcplint.engine.catalogue import Catalogue
from mcplint.engine.lint import run
from mcplint.findings import ERROR, NOTE, WARNING, Unreadable
from mcplint.link import link
from mcplint.model import Container
from mcplint.project.config import Config
from mcplint.project.load import decode
from mcplint.project.tree import Tree
from mcplint.readers.typescript import read as read_typescript
from mcplint.text.source import Source

DOCKERFILE = 'FROM python:3.13-slim\nCOPY . .\nRUN pip install mcp==1.27.1\nUSER 1000\nCMD ["python", "server.py"]\n'
SERVER = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("notes", host="0.0.0.0")\nmcp.run("streamable-http")\n'
SERVICE = """services:
  notes:
    build: .
    container_name: notes
    environment: {A: b}
    stop_grace_period: 20s
    stdin_open: true
    network_mode: host
    deploy: {replicas: 2}
"""
SET = ("command", "user", "replicas", "shared_network", "container_name", "stdin_open", "grace_period")


def container(files: dict[str, str]) -> Container:
    (found,) = link(Tree.of({"Dockerfile": DOCKERFILE, "server.py": SERVER, **files}), Config()).deployment.containers
    return found


@pytest.mark.parametrize(("override", "known"), [("services: {}\n", set(SET)), ("services: [\n", set())])
def test_what_an_override_may_set_is_known_where_it_is_read(override: str, known: set[str]) -> None:
    found = container({"compose.yaml": SERVICE, "compose.override.yaml": override})
    assert {name for name in SET if getattr(found, name).options is not None} == known
    assert (found.variable("A").only, found.variable("B").options) == (("b", (None,)) if known else (None, None))


@pytest.mark.parametrize(
    ("folder", "path", "read"),
    [
        ("", "compose.yaml", False),
        ("", "deploy/compose.yaml", False),
        ("notes", "compose.yaml", False),
        ("notes", "notes/deploy/compose.yaml", False),
        ("notes", "tasks/compose.yaml", True),
    ],
)
def test_a_compose_file_may_build_what_lies_around_or_below_it(folder: str, path: str, read: bool) -> None:
    inside = f"{folder}/" if folder else ""
    files = {f"{inside}Dockerfile": DOCKERFILE, f"{inside}server.py": SERVER, path: "services: ["}
    (found,) = link(Tree.of(files), Config()).deployment.containers
    assert (found.user.only == "1000") is read


@pytest.mark.parametrize(
    ("more", "override", "probed"),
    [
        ("", "services: {}\n", [(False,)]),
        ("    extends: {file: gone.yaml, service: db}\n", "services: {}\n", [None]),
        ("", "services: [", []),
    ],
)
def test_what_a_container_waits_for_is_told_where_both_are_read(
    more: str, override: str, probed: list[tuple[bool] | None]
) -> None:
    services = f"  notes:\n    build: .\n    depends_on: [db]\n  db:\n    build: db\n{more}"
    files = {"compose.yaml": f"services:\n{services}", "compose.override.yaml": override}
    found = container({**files, "db/Dockerfile": "FROM postgres:16\n"})
    assert [each.probed.options for each in found.prerequisites] == probed


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ('{"name": "notes",\n<<<<<<< HEAD\n"dependencies": {"mcp": "1"}}', ["not JSON: `<<<<<<<` is neither"]),
        ('{"name": "notes", "dependencies": {"mcp": "1"}}', []),
    ],
)
def test_a_package_json_that_npm_refuses_is_said_although_it_is_read(package: str, said: list[str]) -> None:
    linked = link(Tree.of({"Dockerfile": DOCKERFILE, "server.py": SERVER, "package.json": package}), Config())
    unread = [each for each in linked.problems if isinstance(each, Unreadable)]
    assert [each.message[: len(words)] for each, words in zip(unread, said, strict=True)] == said
    assert {each.severity for each in unread} == ({"warning"} if said else set())


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ('{"name": "x", ', "not JSON: `{` is never closed"),
        ("[1, 2]", "not a JSON object"),
        ('{"name": "x", "scripts": ["a"], "dependencies": "x"}', "scripts must be an object"),
        ('{"dependencies": "x"}', "dependencies must be an object"),
    ],
)
def test_what_is_beside_a_package_json_without_sense_is_read_all_the_same(package: str, said: str) -> None:
    server = (
        'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\n'
        'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\n'
        'await new McpServer({ name: "notes", version: "1" }).connect(new StdioServerTransport());\n'
    )
    dockerfile = 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
    linked = link(Tree.of({"Dockerfile": dockerfile, "server.js": server, "package.json": package}), Config())
    assert [each.dockerfile for each in linked.deployment.containers] == ["Dockerfile"]
    unread = [(each.message, each.severity) for each in linked.problems if isinstance(each, Unreadable)]
    assert unread == [(said, "warning")]


def unreadable(files: dict[str, str | bytes]) -> dict[str, tuple[str, str]]:
    """What is said of files that cannot be read, and how grave that is."""
    texts = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    tree = Tree(texts, lambda path: Source(path, decode(path, texts[path])[0]))
    problems = (each for each in link(tree, Config()).problems if isinstance(each, Unreadable))
    return {each.span.source.path: (each.severity, each.message) for each in problems}


UNREAD = [str.encode, lambda text: text.encode("utf-16"), lambda text: text.encode() + b"\0"]


@pytest.mark.parametrize("spoil", UNREAD[1:])
@pytest.mark.parametrize("install", ["pip install mcp", "uv add fastmcp", "pip install 'mcp[cli]>=1'"])
def test_a_program_that_cannot_be_read_is_said_where_the_dockerfile_installs_an_sdk(
    install: str, spoil: Callable[[str], bytes]
) -> None:
    dockerfile = DOCKERFILE.replace("pip install mcp==1.27.1", install)
    assert unreadable({"Dockerfile": dockerfile, "server.py": spoil(SERVER)})["server.py"][0] == ERROR
    assert unreadable({"Dockerfile": spoil(dockerfile), "server.py": SERVER})["Dockerfile"][0] == WARNING


@pytest.mark.parametrize("spoil", UNREAD[1:])
def test_a_program_that_cannot_be_read_is_said_where_the_dockerfile_installs_an_sdk_of_npm(
    spoil: Callable[[str], bytes],
) -> None:
    dockerfile = 'FROM node:24\nCOPY . .\nRUN npm install @modelcontextprotocol/sdk\nCMD ["node", "index.mjs"]\n'
    program = 'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\n'
    assert unreadable({"Dockerfile": dockerfile, "index.mjs": spoil(program)})["index.mjs"][0] == ERROR


@pytest.mark.parametrize("spoil", UNREAD)
def test_a_program_of_other_software_that_cannot_be_read_is_none_of_our_business(spoil: Callable[[str], bytes]) -> None:
    dockerfile = DOCKERFILE.replace("mcp==1.27.1", "flask")
    found = unreadable({"Dockerfile": dockerfile, "server.py": spoil("import flask\n")})
    assert {severity for severity, _ in found.values()} <= {NOTE}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["FROM python:3.13", f"RUN pip install mcp {'a ' * 60_000}"], "larger than 100,000 characters"),
        (["RUN true"], "an instruction before the first FROM"),
        (["FROM python:3.13", "ONBUILD ONBUILD RUN true"], "ONBUILD ONBUILD is not allowed"),
    ],
)
def test_a_dockerfile_inside_a_compose_file_that_cannot_be_read_is_said(lines: list[str], why: str) -> None:
    inline = "".join(f"        {line}\n" for line in lines)
    compose = f"services:\n  b:\n    build:\n      context: .\n      dockerfile_inline: |\n{inline}"
    said = unreadable({"compose.yaml": compose, "server.py": SERVER})["compose.yaml"]
    assert said == (WARNING, f"has a Dockerfile that cannot be read: {why}")


@pytest.mark.parametrize("spoil", [*UNREAD[1:], lambda text: text.replace("\n", "\r").encode()])
@pytest.mark.parametrize(
    ("imported", "severity"),
    [
        ("@modelcontextprotocol/sdk/server/mcp.js", WARNING),
        ("fastmcp", WARNING),
        ("@modelcontextprotocol/sdk/client/index.js", NOTE),
    ],
)
def test_a_dockerfile_that_may_install_what_a_program_imports_is_said(
    imported: str, severity: str, spoil: Callable[[str], bytes]
) -> None:
    dockerfile = 'FROM node:24\nCOPY . .\nRUN npm install @modelcontextprotocol/sdk\nCMD ["node", "index.mjs"]\n'
    files = {"Dockerfile": spoil(dockerfile), "index.mjs": f'import {{ x }} from "{imported}";\n'}
    assert unreadable(files)["Dockerfile"][0] == severity


@pytest.mark.parametrize("spoil", UNREAD[1:])
def test_a_dockerfile_that_cannot_be_read_says_nothing_of_other_programs(spoil: Callable[[str], bytes]) -> None:
    assert not unreadable({"Dockerfile": spoil("FROM node:24\n"), "index.mjs": 'import express from "express";\n'})


@pytest.mark.parametrize(
    "script", [b"#!/bin/sh\nexec python server.py\0\n", "exec python server.py\n".encode("utf-16")]
)
def test_a_script_that_cannot_be_read_is_no_missing_one(script: bytes) -> None:
    image = DOCKERFILE.replace('"python", "server.py"', '"sh", "run.sh"')
    assert unreadable({"Dockerfile": image, "server.py": SERVER, "run.sh": script})["run.sh"][0] == ERROR


def test_a_script_with_a_comment_of_another_encoding_is_read() -> None:
    image = DOCKERFILE.replace('"python", "server.py"', '"sh", "run.sh"')
    assert not unreadable({"Dockerfile": image, "server.py": SERVER, "run.sh": b"# \xe9\nexec python server.py\n"})


STARTED = DOCKERFILE.replace('"python", "server.py"', "{}")
ONE_LINE = "{} is a single line, as a lone carriage return ends none; save it with line feeds"


@pytest.mark.parametrize(
    ("command", "path", "text", "said"),
    [
        ('"sh", "run.sh"', "run.sh", b"#!/bin/sh\rset -e\rexec python server.py\r", ONE_LINE),
        ('"./run.sh"', "run.sh", b"#!/bin/sh\rset -e\rexec python server.py\r", ONE_LINE),
        ('"sh", "run.sh"', "run.sh", b"#!/bin/sh\rset -e\nexec python server.py\n", None),
        ('"sh", "run.sh"', "run.sh", b"exec python server.py\r", None),
        ('"make", "run"', "Makefile", b"run:\r\tpython server.py\r", ONE_LINE),
        (
            '"make", "run"',
            "Makefile",
            b"A = \0\nrun:\n\tpython server.py\n",
            "cannot read {}: contains a NUL byte, so it is not text",
        ),
        ('"just", "run"', "justfile", b"run:\r    python server.py\r", ONE_LINE),
        ('"python", "server.py"', "Makefile", b"run:\r\tpython server.py\r", None),
        (
            '"sh", "run.sh"',
            "run.sh",
            b"if a; then\n" * 70 + b"b\n" + b"fi\n" * 70 + b"python server.py\n",
            "{} has a command with more branches than are followed",
        ),
        ('"python", "server.py"', "run.sh", b"if a; then\n" * 70 + b"b\n" + b"fi\n" * 70, None),
    ],
)
def test_a_script_that_a_container_runs_and_nobody_can_follow_is_a_warning(
    command: str, path: str, text: bytes, said: str | None
) -> None:
    files = {"Dockerfile": STARTED.format(command).encode(), "server.py": SERVER.encode(), path: text}
    tree = Tree(files, lambda path: Source(path, decode(path, files[path])[0]))
    ran = run(tree, Catalogue(), Config())
    found = [(each.severity, each.finding.message) for each in ran.diagnostics if each.rule == "unreadable-file"]
    assert found == ([(WARNING, said.format(path))] if said else [])


def test_a_script_of_a_service_beside_the_servers_that_nobody_can_follow_is_a_note():
    beside = 'services:\n  notes: {build: .}\n  backup:\n    image: postgres:16\n    command: ["sh", "/backup.sh"]\n'
    compose = f"{beside}    volumes: ['./backup.sh:/backup.sh:ro']\n"
    text = "if a; then\n" * 70 + "b\n" + "fi\n" * 70 + "pg_dump\n"
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "compose.yaml": compose, "backup.sh": text}
    assert unreadable(files) == {"backup.sh": (NOTE, "has a command with more branches than are followed")}


@pytest.mark.parametrize("nested", ["f(()=>{" * 60_000, "const x=" + "a<" * 60_000 + "1", "[" * 60_000 + "]" * 60_000])
def test_a_program_whose_brackets_are_nested_without_end_is_not_parsed(nested: str):
    image = 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n'
    package = '{"name": "notes", "type": "module", "dependencies": {"@modelcontextprotocol/sdk": "1.20.0"}}'
    program = f'import {{ McpServer }} from "@modelcontextprotocol/sdk/server/mcp.js";\n{nested}\n'
    severity, message = unreadable({"Dockerfile": image, "package.json": package, "server.js": program})["server.js"]
    assert severity in (ERROR, WARNING) and "nested more than 50,000 deep" in message


def test_a_program_with_many_brackets_beside_each_other_is_parsed():
    assert not read_typescript(Source("a.js", "f(() => [{}]);\n" * 60_000)).root.has_error
