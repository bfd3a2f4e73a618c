"""What runners, supervisors, files and platforms put into the environment of the program that they start."""

from __future__ import annotations

import pytest

from mcplint.link import link
from mcplint.model import Server
from mcplint.project.config import Config
from mcplint.project.tree import Tree

SERVER = """import os, sys
from mcp.server.fastmcp import FastMCP

host = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("MCP_HOST", "127.0.0.1")
mcp = FastMCP("notes", host=host)
mcp.run(transport="streamable-http")
"""
START = ["python", "server.py"]
INSIDE, OUTSIDE = "127.0.0.1", "0.0.0.0"
ENV = "MCP_HOST=0.0.0.0\n"
POE = '[project]\nname = "a"\n[tool.poe.tasks.run]\ncmd = "python server.py"\n'
PDM = '[project]\nname = "a"\n[tool.pdm.scripts]\n'
HATCH = '[tool.hatch.envs.default.scripts]\nserve = "python server.py"\n'
SUPERVISED = "[supervisord]\nnodaemon=true\n{}\n[program:mcp]\ncommand=python server.py\n{}\n[program:other]\n{}\n"


def servers(command: list[str] | str, dockerfile: str = "", **files: str) -> tuple[Server, ...]:
    words = command if isinstance(command, str) else "[" + ", ".join(f'"{word}"' for word in command) + "]"
    lines = f"FROM python:3.12-slim\nWORKDIR /app\nRUN pip install mcp==1.27.1\nCOPY . .\n{dockerfile}CMD {words}\n"
    given = {name.replace("__", "."): text for name, text in files.items()}
    return link(Tree.of({"Dockerfile": lines, "server.py": SERVER, **given}), Config()).deployment.servers


def hosts(*told: object, **files: str) -> set[object] | None:
    """What the servers listen on, None where one may listen on anything."""
    found = [server.host.options for server in servers(*told, **files)]  # type: ignore[arg-type]
    assert found
    return None if None in found else {option for options in found for option in options or ()}


@pytest.mark.parametrize(
    ("above", "own", "other", "said"),
    [
        ("", 'environment=MCP_HOST="0.0.0.0",MCP_PORT="8000"', "", {OUTSIDE}),
        ("", "environment=A=1,MCP_HOST=0.0.0.0", "", {OUTSIDE}),
        ("", "environment=\n  A='x, y',\n  MCP_HOST='0.0.0.0',\nautostart=true", "", {OUTSIDE}),
        ("environment=MCP_HOST=0.0.0.0", "", "", {OUTSIDE}),
        ("environment=MCP_HOST=0.0.0.0", "environment=MCP_HOST=127.0.0.1", "", {INSIDE}),
        ("", "environment=MCP_HOST=%(ENV_BIND)s", "", None),
        ("", "environment=A=1 ; MCP_HOST=0.0.0.0", "", {INSIDE}),
        ("", "environment=A=\x22x", "", None),
        ("", "", "environment=MCP_HOST=0.0.0.0", {INSIDE}),
    ],
)
def test_supervisord_gives_what_its_sections_say(above: str, own: str, other: str, said: object) -> None:
    conf = SUPERVISED.format(above, own, other)
    assert hosts(["supervisord", "-c", "/app/supervisord.conf"], supervisord__conf=conf) == said


@pytest.mark.parametrize(
    ("command", "project", "said"),
    [
        ("poe run", POE + 'env = { MCP_HOST = "0.0.0.0" }', {OUTSIDE}),
        ("poe run", POE + 'env.MCP_HOST.default = "0.0.0.0"', {OUTSIDE}),
        ("poe run", POE + 'env = { MCP_HOST = "${BIND}" }', None),
        ("poe run", POE + 'envfile = "prod.env"', {OUTSIDE}),
        ("poe run", POE + 'envfile = "missing.env"', {INSIDE}),
        ("poe run", POE + '[tool.poe.env]\nMCP_HOST = "0.0.0.0"', {OUTSIDE}),
        ("poe run", POE + '[tool.poe.tasks.other]\ncmd = "x"\nenv = { MCP_HOST = "0.0.0.0" }', {INSIDE}),
        ("pdm run serve", PDM + 'serve = {cmd = "python server.py", env = {MCP_HOST = "0.0.0.0"}}', {OUTSIDE}),
        ("pdm run serve", PDM + 'serve = {cmd = "python server.py", env_file = "prod.env"}', {OUTSIDE}),
        ("pdm run serve", PDM + '_.env = {MCP_HOST = "0.0.0.0"}\nserve = "python server.py"', {OUTSIDE}),
        ("pdm run python server.py", PDM + '_.env_file = "prod.env"\n', {OUTSIDE}),
        ("hatch run serve", HATCH + '[tool.hatch.envs.default.env-vars]\nMCP_HOST = "0.0.0.0"', {OUTSIDE}),
        ("hatch run python server.py", '[tool.hatch.envs.default.env-vars]\nMCP_HOST = "0.0.0.0"', {OUTSIDE}),
        ("hatch run serve", HATCH + '[tool.hatch.envs.test.env-vars]\nMCP_HOST = "0.0.0.0"', {INSIDE}),
        (
            "rye run serve",
            '[tool.rye.scripts]\nserve = {cmd = "python server.py", env = {MCP_HOST = "0.0.0.0"}}',
            {OUTSIDE},
        ),
        ("rye run serve", '[tool.rye.scripts]\nserve = {cmd = "python server.py", env-file = "gone.env"}', None),
        ("uv run --env-file prod.env python server.py", "", {OUTSIDE}),
        ("uv run --env-file prod.env --no-env-file python server.py", "", {INSIDE}),
        ("uv run --env-file gone.env python server.py", "", None),
        ("uv run --env-file .env python server.py", "", {INSIDE}),
        ("dotenv -f prod.env run -- python server.py", "", {OUTSIDE}),
        ("dotenv -f gone.env run -- python server.py", "", None),
        ("dotenv run -- python server.py", "", {INSIDE}),
        ("dotenv -e prod.env -- python server.py", "", {OUTSIDE}),
        ("dotenvx run -f prod.env -- python server.py", "", {OUTSIDE}),
        ("pipenv run python server.py", "", {INSIDE}),
    ],
)
def test_a_runner_gives_what_its_files_and_tables_say(command: str, project: str, said: object) -> None:
    assert hosts(command.split(), pyproject__toml=project or "[project]\nname = 'a'\n", prod__env=ENV) == said


def test_what_is_set_already_goes_before_a_file_that_only_fills_in() -> None:
    set_ = "ENV MCP_HOST=127.0.0.1\n"
    for command, said in (("uv run --env-file prod.env", INSIDE), ("dotenv -f prod.env run --", OUTSIDE)):
        assert hosts([*command.split(), *START], set_, prod__env=ENV) == {said}
    assert hosts(["uv", "run", *START], "ENV UV_ENV_FILE=prod.env\n", prod__env=ENV) == {OUTSIDE}
    assert hosts(["pipenv", "run", *START], set_, Pipfile="[packages]\n", **{".env": ENV}) == {OUTSIDE}
    off = set_ + "ENV PIPENV_DONT_LOAD_ENV=1\n"
    assert hosts(["pipenv", "run", *START], off, Pipfile="[packages]\n", **{".env": ENV}) == {INSIDE}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("export $(grep -v '^#' prod.env | xargs)", {OUTSIDE}),
        ('export $(grep -v "^#" prod.env)', {OUTSIDE}),
        ("export $(cat prod.env | xargs)", {OUTSIDE}),
        ("export $(cat prod.env | grep -v '^#' | xargs)", {OUTSIDE}),
        ("export $(xargs < prod.env)", {OUTSIDE}),
        ("export `cat prod.env`", {OUTSIDE}),
        ("export $(sed 's/#.*//g' prod.env | xargs)", {OUTSIDE}),
        ("export $(grep MCP_ prod.env | xargs)", None),
        ("export $(grep -v '^#' gone.env | xargs)", None),
        ("export $(grep -v '^#' .env | xargs)", {INSIDE}),
        ("export $(grep -v '^#' odd.env | xargs)", None),
        ("export PATH=$(cat prod.env)", {INSIDE}),
    ],
)
def test_a_script_exports_a_file(line: str, said: object) -> None:
    files = {"run.sh": f"#!/bin/bash\n{line}\nexec python server.py\n", "prod.env": f"# x\n{ENV}"}
    assert hosts(["bash", "run.sh"], **files, odd__env="MCP_HOST=$BIND\n") == said


@pytest.mark.parametrize(
    ("needed", "test", "said"),
    [
        (': "${BIND:?set it}"', '[ "$BIND" = public ]', {INSIDE, OUTSIDE}),
        (": ${BIND?}", '[ "$BIND" = public ]', {INSIDE, OUTSIDE}),
        (": ${BIND:?}", '[ "$BIND" != "" ]', {INSIDE, OUTSIDE}),
        (": ${BIND:-x}", '[ "$BIND" = public ]', {INSIDE}),
    ],
)
def test_a_script_goes_on_past_a_variable_that_it_asks_for(needed: str, test: str, said: object) -> None:
    script = f"#!/bin/sh\n{needed}\nif {test}; then exec python server.py --host 0.0.0.0; fi\nexec python server.py\n"
    assert hosts(["sh", "run.sh"], **{"run.sh": script}) == said
    known = hosts(["sh", "run.sh"], "ENV BIND=public\n", **{"run.sh": script})
    assert known == {OUTSIDE}


def test_a_script_finds_its_own_folder_with_blanks_inside() -> None:
    script = 'HERE="$( cd "$( dirname "${BASH_SOURCE[0]}" )" && pwd )"\ncd "$HERE/.."\nexec python server.py\n'
    assert hosts(["bash", "bin/run.sh"], **{"bin/run.sh": script}) == {INSIDE}


COMPOSE = "services:\n  notes:\n    build: .\n    env_file: {}\n    ports: ['8000:8000']\n"


@pytest.mark.parametrize(
    ("env_file", "said"),
    [
        ("prod.env", {OUTSIDE}),
        ("gone.env", None),
        (".env", {INSIDE}),
        ("[{path: gone.env, required: false}]", {INSIDE}),
    ],
)
def test_a_file_that_has_to_be_there_may_set_anything(env_file: str, said: object) -> None:
    assert hosts(START, prod__env=ENV, compose__yaml=COMPOSE.format(env_file)) == said


PODS = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: notes}}
spec:
  selector: {{matchLabels: {{app: notes}}}}
  template:
    metadata: {{labels: {{app: notes}}}}
    spec:
      containers:
        - name: notes
          image: acme/notes:1
          envFrom: [{}]
"""
KUSTOMIZED = "resources: [pods.yaml]\nconfigMapGenerator:\n  - name: c\n    {}\n"


@pytest.mark.parametrize(
    ("taken", "made", "said"),
    [
        ("configMapRef: {name: c}", "literals: [MCP_HOST=0.0.0.0]", {OUTSIDE}),
        ("configMapRef: {name: c}", "literals: ['MCP_HOST=\"0.0.0.0\"']", {OUTSIDE}),
        ("configMapRef: {name: c}", "envs: [prod.env]", None),
        ("configMapRef: {name: c}", "behavior: merge\n    literals: [A=b]", None),
        ("configMapRef: {name: gone}", "literals: [A=b]", None),
        ("configMapRef: {name: gone, optional: true}", "literals: [A=b]", {INSIDE}),
        ("secretRef: {name: gone}", "literals: [A=b]", {INSIDE}),
    ],
)
def test_a_config_map_that_kustomize_makes_or_that_has_to_be_there(taken: str, made: str, said: object) -> None:
    files = {"pods.yaml": PODS.format(f"{{{taken}}}"), "kustomization.yaml": KUSTOMIZED.format(made)}
    assert hosts(START, Makefile="b:\n\tdocker build -t acme/notes:1 .\n", **files) == said


BLUEPRINT = """services:
  - type: web
    name: notes
    runtime: docker
    envVars: [{{fromGroup: {}}}{}]
envVarGroups:
  - name: shared
    envVars: [{{key: MCP_HOST, value: 0.0.0.0}}]
"""


@pytest.mark.parametrize(
    ("group", "own", "said"),
    [
        ("shared", "", {OUTSIDE}),
        ("shared", ", {key: MCP_HOST, value: 127.0.0.1}", {INSIDE}),
        ("gone", "", None),
    ],
)
def test_a_group_of_render_gives_its_variables(group: str, own: str, said: object) -> None:
    assert hosts(START, render__yaml=BLUEPRINT.format(group, own)) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("docker run --rm -e MCP_HOST=0.0.0.0 -p 8000:8000 notes", {INSIDE, OUTSIDE}),
        ("docker run --env MCP_HOST=0.0.0.0 notes:latest", {INSIDE, OUTSIDE}),
        ("podman run --env=MCP_HOST=0.0.0.0 notes", {INSIDE, OUTSIDE}),
        ("docker run -e MCP_HOST=$BIND notes", None),
        ("docker run -e MCP_HOST notes", None),
        ("docker run --env-file prod.env notes", {INSIDE, OUTSIDE}),
        ("docker run --env-file gone.env notes", None),
        ("docker run --env-file .env notes", {INSIDE}),
        ("docker run -e MCP_HOST=0.0.0.0 postgres:16", {INSIDE}),
        ("# docker run -e MCP_HOST=0.0.0.0 notes", {INSIDE}),
        ("docker run notes python server.py --e MCP_HOST=0.0.0.0", {INSIDE}),
    ],
)
def test_a_command_that_runs_an_image_may_give_it_variables(line: str, said: object) -> None:
    recipe = {"Makefile": f"run:\n\tdocker build -t notes .\n\t{line}\n"}
    assert hosts(START, **recipe, prod__env=ENV) == said
    script = {"run.sh": f"docker build -t notes .\n{line}\n"}
    assert hosts(START, **script, prod__env=ENV) == said


def test_a_command_that_runs_an_image_may_give_it_another_value_than_its_own() -> None:
    recipe = {"Makefile": "run:\n\tdocker build -t notes .\n\tdocker run -e MCP_HOST=0.0.0.0 notes\n"}
    assert hosts(START, "ENV MCP_HOST=127.0.0.1\n", **recipe) == {INSIDE, OUTSIDE}
