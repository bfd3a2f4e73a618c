"""A command that nobody brings is missing: neither the project has it, nor anything that is installed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mcplint.link import link
from mcplint.project.config import Config
from mcplint.project.tree import Tree

RECIPE = "FROM python:3.13-slim\nWORKDIR /app\n{0}COPY . .\nRUN pip install .\nUSER 1000\n{1}\n"
PROJECT = """[project]
name = "notes-mcp"
dependencies = ["mcp==1.26.0", "httpx"]
{0}[project.scripts]
notes-mcp = "noted:main"
"""
PROGRAM = 'from mcp.server.fastmcp import FastMCP\n\n\ndef main():\n    FastMCP("notes").run(transport="sse")\n'


def missing(command: str, before: str = "", more: Mapping[str, str] = {}, project: str = "") -> str | None:
    files = {
        "Dockerfile": RECIPE.format(before, command),
        "noted.py": PROGRAM,
        "pyproject.toml": PROJECT.format(project),
    }
    found = link(Tree.of({**files, **more}), Config()).deployment
    lacks = [container.missing for container in found.containers]
    return next((lack.name for lack in lacks if lack), None)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ('ENTRYPOINT ["notes-server"]', "notes-server"),
        ('ENTRYPOINT ["notes-server"]\nCMD ["--http"]', "notes-server"),
        ('CMD ["my-mcp-server", "--port", "80"]', "my-mcp-server"),
        ('CMD ["notes"]', "notes"),
        ('CMD ["serve"]', "serve"),
        ("CMD exec notes-server --http", "notes-server"),
        ('CMD ["sh", "-c", "exec notes-server"]', "notes-server"),
        ('CMD ["python", "-m", "notes_server"]', "notes_server"),
        ('CMD ["python", "-m", "notes_server.main", "--http"]', "notes_server.main"),
        ('CMD ["notes-mcp"]', None),
        ('CMD ["bash"]', None),
        ('CMD ["htop"]', None),
        ('CMD ["python", "-m", "http.server"]', None),
        ('CMD ["python", "-m", "site"]', None),
    ],
)
def test_a_command_that_nobody_brings(command: str, name: str | None) -> None:
    assert missing(command) == name


@pytest.mark.parametrize(
    ("before", "more", "project"),
    [
        ("RUN pip install git+https://github.com/acme/notes\n", {}, ""),
        ("RUN pip install https://acme.example/notes.whl\n", {}, ""),
        ("RUN pip install notes-server\n", {}, ""),
        ("RUN pip install acme-tools\n", {}, ""),
        ("RUN uv tool install acme\n", {}, ""),
        ("RUN pipx install acme\n", {}, ""),
        ("RUN npm install -g serve\n", {}, ""),
        ("RUN ./setup.sh\n", {}, ""),
        ("RUN curl -o /usr/local/bin/notes-server https://acme.example/x\n", {}, ""),
        ("RUN ln -s /app/run.py /usr/local/bin/notes-server\n", {}, ""),
        ("RUN apt-get update && apt-get install -y notes-server\n", {}, ""),
        ("RUN apt-get update && apt-get install -y acme\n", {}, ""),
        ("RUN pip install notes\n", {}, ""),
        ("RUN pip install dist/*.whl\n", {}, ""),
        ("RUN pip install /opt/acme.whl\n", {}, ""),
        ("RUN pip install . $EXTRA\n", {}, ""),
        (
            "COPY requirements.txt .\nRUN pip install -r requirements.txt\n",
            {"requirements.txt": "httpx\ngit+https://github.com/acme/tools@v1\n"},
            "",
        ),
        (
            "COPY r.txt .\nRUN pip install -r r.txt\n",
            {"r.txt": "-r requirements/all.txt\n", "requirements/all.txt": "httpx\n./vendor/tools\n"},
            "",
        ),
        ("COPY --from=acme/tools /bin/ /usr/local/bin/\n", {}, ""),
        ("ADD https://acme.example/notes-server /usr/local/bin/\n", {}, ""),
        ("COPY <<EOF /usr/local/bin/notes-server\n#!/bin/sh\nEOF\n", {}, ""),
        ("COPY bin /usr/local/bin\n", {"bin/notes-server": "#!/usr/bin/env python\nimport notes\nnotes.main()\n"}, ""),
        ("", {"setup.py": "from setuptools import setup\nsetup(scripts=['x'])\n"}, ""),
        ("", {"setup.cfg": "[options.entry_points]\nconsole_scripts =\n    notes-server = notes:main\n"}, ""),
        ("", {}, 'dynamic = ["scripts"]\n'),
        ("", {"tools/pyproject.toml": '[project]\nname = "t"\n[project.scripts]\nnotes-server = "t:main"\n'}, ""),
        ("", {"compose.yaml": "services:\n  a:\n    build: .\n    volumes: ['./bin:/usr/local/bin']\n"}, ""),
    ],
)
def test_a_command_that_somebody_may_bring(before: str, more: dict[str, str], project: str) -> None:
    assert missing('CMD ["notes-server"]', before, more, project) is None


def test_an_image_that_brings_commands_of_its_own() -> None:
    recipe = RECIPE.format("", 'CMD ["notes-server"]').replace("python:3.13-slim", "acme/base:1")
    assert missing("", more={"Dockerfile": recipe}) is None
    assert missing('CMD ["notes-server"]', "COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /bin/\n") == "notes-server"


@pytest.mark.parametrize(
    ("command", "install"),
    [
        ("redis-server", "RUN apt-get update && apt-get install -y redis\n"),
        ("jupyter-server", "RUN pip install jupyterlab\n"),
        ("moto_server", "RUN pip install moto\n"),
        ("langchain-server", "RUN pip install langchain\n"),
        ("mcp-proxy-server", "RUN pip install mcp-proxy\n"),
        ("serve", "RUN pip install ray\n"),
        ("http-server", "RUN apt-get install -y nodejs\n"),
    ],
)
def test_a_command_that_its_package_brings_by_another_name(command: str, install: str) -> None:
    assert missing(f'CMD ["{command}"]', install) is None
    assert missing('CMD ["notes-server"]', "RUN apt-get update && apt-get install -y curl git\n") == "notes-server"
