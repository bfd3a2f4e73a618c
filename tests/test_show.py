"""What `mcplint show` prints of a deployment, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcplint.engine import lint as engine
from mcplint.engine.catalogue import Catalogue
from mcplint.model import Deployment, Loose, Port, Sdk, Unfollowed
from mcplint.project.config import Config
from mcplint.project.discover import tree
from mcplint.reports.show import SHOWN, as_json, as_text, parts, value_text
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label, Value

EXAMPLE = Path(__file__).parent.parent / "examples" / "notes-server"
FIELDS = {
    "servers": {
        *("sdk", "transport", "host", "port", "path", "stateless", "json_response", "workers", "allowed_hosts"),
    },
    "containers": {"user", "command", "replicas", "ports"},
    "routes": {"listen", "server_names", "location", "target", "balancing", "buffering", "read_timeout"},
    "remotes": {"type", "url"},
    "clients": {"type", "url", "command"},
}

PROJECT = """\
[project]
name = "server"
version = "1.0.0"
readme = "README.md"
dependencies = ["mcp"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""


def test_what_cannot_be_read_is_shown(project, mcplint):
    project(
        {
            "Dockerfile": b"FROM python:3.13-slim\0",
            "compose.yaml": "services:\n  notes:\n    build: .\n",
            "more/compose.yaml": "services: [",
            "server.py": "from mcp.server.fastmcp import FastMCP\n",
        }
    )
    loose = json.loads(mcplint("show", "--format", "json").out)["loose"]
    assert {entry["id"]: entry["links"][0]["why"] for entry in loose} == {
        "compose.yaml:notes": "is built from Dockerfile, which cannot be read",
        "Dockerfile": "contains a NUL byte, so it is not text; the container that it makes is not known",
        "more/compose.yaml": "not YAML: while parsing a flow node, did not find expected node content; "
        "the services that it runs are not known",
    }


def test_json_has_the_promised_shape(mcplint):
    ran = mcplint("show", "--format", "json", str(EXAMPLE))
    document = json.loads(ran.out)
    assert ran.code == 0 and document.pop("version") == 1
    assert document.pop("unfollowed") == []
    assert list(document) == ["servers", "containers", "routes", "remotes", "packages", "clients", "loose"]
    for field, entries in document.items():
        for entry in entries:
            assert entry.keys() == {"id", "path", "line", "values", "links"}
            assert set(entry["values"]) >= FIELDS.get(field, set())
            for value in entry["values"].values():
                assert value.keys() == {"options", "trace"}
                assert all(isinstance(option, scalar | list) for option in value["options"] or ())
                assert all(step.keys() == {"path", "line", "column", "message"} for step in value["trace"])
            for link in entry["links"]:
                assert link.keys() == {"to", "kind", "why"}
                assert link["kind"] in ("made", "assumed", "missing", "stated")


scalar = str | int | float | bool | None


def test_the_example_is_shown_as_it_is(mcplint):
    document = json.loads(mcplint("show", "--format", "json", str(EXAMPLE)).out)
    server, installed = document["servers"]
    assert [link["to"] for link in installed["links"]] == ["server.json:packages[0]"]
    known = {name: value["options"] for name, value in server["values"].items()}
    assert known["transport"] == ["streamable-http"] and known["host"] == ["0.0.0.0"] and known["port"] == [8000]
    assert known["stateless"] == [True] and known["path"] == ["/mcp"]
    assert document["containers"][0]["values"]["command"]["options"] == [["example-notes-server"]]
    assert document["remotes"][0]["links"][0]["to"] == document["routes"][0]["id"]


def test_every_shown_name_is_one_of_the_model():
    for field in SHOWN:
        assert field in Deployment._fields


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (UNKNOWN, "unknown"),
        (Value(()), "does not apply"),
        (Value((None,)), "not set"),
        (Value((True, False)), "yes or no"),
        (Value((60.0,)), "60"),
        (Value(("",)), '""'),
        (Value((["a", "b"],)), "a b"),
        (Value(([],)), "none"),
        (Value(("a\x1b",)), "a␛"),
    ],
)
def test_a_value_in_words(value, said):
    assert value_text(value) == said


def test_a_deployment_with_nothing_in_it():
    assert as_text(Deployment()) == "no MCP server, container, route or server.json was found here\n"
    assert json.loads(as_json(Deployment()))["servers"] == []


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_it_is_as_wide_as_the_terminal_and_says_the_same(columns):
    deployment = engine.run(tree(str(EXAMPLE), None), Catalogue(), Config()).deployment
    shown, whole = as_text(deployment, columns=columns), as_text(deployment)
    assert max(map(len, shown.splitlines())) <= columns
    assert shown.split() == whole.split()
    assert (shown == whole) is (columns == 200)


def test_what_is_loose_says_why():
    span = Span(Source("compose.yaml", "a:\n  b:\n"), 5, 6)
    deployment = Deployment(loose=(Loose("compose.yaml:b", span, "its command cannot be told"),))
    assert as_text(deployment) == "loose compose.yaml:b  compose.yaml:2\n  its command cannot be told\n"
    [entry] = json.loads(as_json(deployment))["loose"]
    assert entry["links"] == [{"to": None, "kind": "missing", "why": "its command cannot be told"}]


def test_what_an_image_lacks_is_shown_with_what_leaves_it_out(project, mcplint):
    project(
        {
            "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD python server.py\n",
            ".dockerignore": "*.md\n",
            "README.md": "# Notes\n",
            "pyproject.toml": PROJECT,
            "server.py": "from mcp.server.fastmcp import FastMCP\n\nFastMCP('notes').run()\n",
        }
    )
    lacks = "  lacks at Dockerfile:4: README.md, .dockerignore leaves it out (.dockerignore:1:1)\n"
    assert lacks in mcplint("show", ".").out


def test_what_is_not_followed_says_why():
    span = Span(Source("compose.yaml", "a:\n  b:\n"), 5, 6)
    deployment = Deployment(unfollowed=(Unfollowed("compose.yaml:b", span, "its command is not known"),))
    assert as_text(deployment) == "start not followed compose.yaml:b  compose.yaml:2\n  its command is not known\n"
    entry = {"id": "compose.yaml:b", "path": "compose.yaml", "line": 2, "why": "its command is not known"}
    assert json.loads(as_json(deployment))["unfollowed"] == [entry]
    assert deployment.starts == 1


@pytest.mark.parametrize(
    ("port", "said"),
    [
        ((80, None, None), "80"),
        ((80, 8080, None), "8080:80"),
        ((80, 8080, "127.0.0.1"), "127.0.0.1:8080:80"),
        ((None, None, None), "?"),
        ((80, 8080, None, "udp"), "8080:80/udp"),
    ],
)
def test_ports_are_shown_as_compose_writes_them(port, said):
    from mcplint.reports.show import _value

    target, published, ip, *protocol = port
    span = Span(Source("compose.yaml", ""), 0, 0)
    numbers = [UNKNOWN if number is None else Value((number,)) for number in (target, published)]
    one = Port(numbers[0], numbers[1] if published else None, ip, span, *protocol)
    assert _value((one,)).options == ([said],)


def test_an_sdk_is_shown_with_its_version():
    from mcplint.reports.show import _value

    note = Label(Span(Source("uv.lock", ""), 0, 0), "uv.lock pins it")
    assert _value(Sdk("mcp", Value(("1.27.1",), (note,)))) == Value(("mcp 1.27.1",), (note,))
    assert _value(Sdk("mcp", UNKNOWN)).options is None and _value(Sdk(None, Value(("1",)))).options is None
    assert list(parts(Deployment()))


def test_what_a_start_rests_on_is_shown_with_its_place(project, mcplint):
    project(
        {
            "Dockerfile": 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install mcp\nCMD ["./start.sh"]\n',
            "start.sh": "#!/bin/sh\r\nexec python server.py\r\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\n\nFastMCP('notes').run()\n",
        }
    )
    assert "  found at start.sh:1: start.sh ends with CR LF\n" in mcplint("show", ".").out
    containers = json.loads(mcplint("show", "--format", "json", ".").out)["containers"]
    assert containers[0]["facts"][0]["message"] == "start.sh ends with CR LF"


IMAGE = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install mcp\nUSER 1000\n"
ENV_SERVER = (
    "import os\nfrom mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP('notes')\n"
    "mcp.run(transport=os.getenv('KIND', 'stdio'))\n"
)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("    command: python server.py --more\n", "which compose.yaml:4 replaces"),
        ("    environment:\n      KIND: streamable-http\n", "without what compose.yaml:5 sets"),
        ("    command: python server.py\n", None),
        ("    environment:\n      OTHER: streamable-http\n", None),
        ("    command: python server.py --more\n  b:\n    build: .\n", None),
    ],
)
def test_what_an_image_starts_alone_is_shown_where_every_container_starts_it_otherwise(project, mcplint, service, said):
    project(
        {
            "Dockerfile": f"{IMAGE}CMD python server.py\n",
            "server.py": ENV_SERVER,
            "compose.yaml": f"services:\n  a:\n    build: .\n{service}",
        }
    )
    shown = json.loads(mcplint("show", "--format", "json", ".").out)
    found = [link["why"] for one in shown["loose"] for link in one["links"] if one["id"] == "Dockerfile"]
    assert found == ([f"the image alone starts `python server.py`, {said}"] if said else [])


@pytest.mark.parametrize(
    ("command", "unfollowed"),
    [
        ('["pytest", "tests"]', None),
        ('["python", "-m", "alembic", "upgrade", "head"]', None),
        ('["mcpo", "--help"]', None),
        ('["launch"]', "launch is not a program of the project"),
        ('["/opt/server.py"]', "no file of the project is known to lie at /opt/server.py"),
    ],
)
def test_what_tests_or_prepares_a_server_is_no_start_of_one(project, mcplint, command, unfollowed):
    project({"Dockerfile": f"{IMAGE}CMD {command}\n", "server.py": ENV_SERVER})
    shown = json.loads(mcplint("show", "--format", "json", ".").out)
    found = [one["why"] for one in shown["unfollowed"] if one["id"] == "Dockerfile"]
    assert found == ([unfollowed] if unfollowed else [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["uvx", "--from", "git+https://github.com/acme/notes#subdirectory=server", "notes"], True),
        (["uvx", "--from", "git+https://github.com/acme/notes#subdirectory=other", "notes"], False),
        (["D:/tools/notes/run.bat"], True),
        (["D:/tools/notes/other.bat"], False),
    ],
)
def test_what_a_client_starts_of_the_project_is_told_where_it_is_not_followed(project, mcplint, words, told):
    entry = {"command": words[0], "args": words[1:]}
    project(
        {
            "server/main.py": ENV_SERVER,
            "run.bat": "python server/main.py\n",
            ".mcp.json": json.dumps({"mcpServers": {"notes": entry}}),
        }
    )
    shown = json.loads(mcplint("show", "--format", "json", ".").out)
    assert [one["id"] for one in shown["unfollowed"] if one["path"] == ".mcp.json"] == [".mcp.json:notes"] * told


def test_what_the_parser_of_typescript_reads_around_is_said(project, mcplint):
    project(
        {
            "package.json": '{"type": "module", "dependencies": {"@modelcontextprotocol/sdk": "1.30.0"}}',
            "Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n',
            "helper.js": "export const a = 1;\nconst x = ;\n",
            "server.js": "import './helper.js';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n"
            "import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\n"
            "await new McpServer({ name: 'yew', version: '1' }).connect(new StdioServerTransport());\n",
        }
    )
    shown = json.loads(mcplint("show", "--format", "json", ".").out)
    assert len(shown["servers"]) == 1
    assert [(one["path"], one["line"]) for one in shown["loose"]] == [("helper.js", 2)]
