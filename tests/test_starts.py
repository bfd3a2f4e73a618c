"""What a project starts: the values that each start's servers have, or why it is not followed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pages import RULES

from mcplint.engine import lint as engine
from mcplint.link import link
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.reports.show import as_json

NAMES = ("transport", "host", "port", "path")
PYPROJECT = '[project]\nname = "notes"\nversion = "1.0.0"\ndependencies = ["fastmcp==3.4.11"]\n'
PACKAGED = PYPROJECT + '[project.scripts]\nnotes = "notes:main"\n'
IMAGE = "FROM python:3.13-slim\nWORKDIR /app\nRUN pip install fastmcp==3.4.11\nCOPY . .\nUSER 1000\n"
OPTIONS = """import argparse
p = argparse.ArgumentParser()
p.add_argument("--transport", default="stdio")
p.add_argument("--host", default="127.0.0.1")
p.add_argument("--port", type=int, default=8000)
a = p.parse_args()
mcp.run() if a.transport == "stdio" else mcp.run(transport=a.transport, host=a.host, port=a.port)
"""
FAST = 'from fastmcp import FastMCP\n\nmcp = FastMCP("notes")\n'


def server_json(**package: Any) -> str:
    """A server.json with one package of PyPI."""
    named = {"registryType": "pypi", "identifier": "notes", "version": "1.0.0", "transport": {"type": "stdio"}}
    return json.dumps({"name": "io.github.a/notes", "version": "1.0.0", "packages": [named | package]})


def service(command: str, more: str = "") -> dict[str, str]:
    """A compose file with one service that runs a command."""
    said = f"services:\n  notes:\n    build: .\n    command: {command}\n{more}"
    return {"Dockerfile": IMAGE + 'CMD ["true"]\n', "compose.yaml": said}


SOURCES = {
    "config.yaml": "server:\n  host: 0.0.0.0\n  port: 8080\n",
    "server.py": FAST
    + """import re, yaml, other
from pathlib import Path
from pydantic import BaseModel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
class Server(BaseModel):
    host: str = "127.0.0.1"
    port: int = 1
class Own(PydanticBaseSettingsSource):
    def filled(self, value):
        if isinstance(value, dict):
            return {name: self.filled(inner) for name, inner in value.items()}
        return re.sub(r"\\$\\{([^}]+)\\}", str, value) if isinstance(value, str) else value
    def __call__(self):
        with open(Path("config.yaml")) as f:
            return self.filled(yaml.safe_load(f))
class Settings(BaseSettings):
    server: Server = Server()
    model_config = {"env_nested_delimiter": "__"}
    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, dotenv_settings, file_settings):
        own = Own(settings_cls)
        return env_settings, own
s = Settings()
mcp.run("http", host=s.server.host, port=s.server.port)
""",
}
DISPATCHING = """import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
MCP_PATH = "/rpc"
manager = StreamableHTTPSessionManager(app=Server("notes"))
extra = Starlette(routes=[Route("/health", lambda request: Response())])
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await extra(scope, receive, send)
    path = scope.get("path", "")
    if path.rstrip("/") in {"/health", "/live"} or path.startswith("/auth/"):
        return await extra(scope, receive, send)
    if path == MCP_PATH:
        return await manager.handle_request(scope, receive, send)
    await Response("no", 404)(scope, receive, send)
uvicorn.run(app, port=80)
"""
REGISTERING = """
import click
class Registering(click.Group):
    def __init__(self, name):
        super().__init__(name=name)
        for attribute in dir(self.__class__):
            command = getattr(self.__class__, attribute)
            if isinstance(command, click.Command):
                self.add_command(command)
class Commands(Registering):
    def __init__(self):
        super().__init__(name="notes")
    def other(self):
        return 1
    @staticmethod
    @click.command("start")
    @click.option("--port", type=int)
    def start(port):
        mcp.run("http", port=port)
main = Commands()
main()
"""
POD = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: ${IMAGE}
          ports: [{containerPort: 8000}]
          env: [{name: MODE, value: http}]
"""
CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "argparse knows no such word": (
        {
            **service("python server.py serve --port 80"),
            "server.py": FAST + 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--port", type=int)\n'
            'a = p.parse_args()\nmcp.run("http", port=a.port)\n',
        },
        {"compose.yaml:notes": "`server.py` refuses the argument `serve` and exits"},
    ),
    "argparse is asked for what it knows": (
        {
            **service("python server.py serve --port 80"),
            "server.py": FAST + 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--port", type=int)\n'
            'a, _ = p.parse_known_args()\nmcp.run("http", port=a.port)\n',
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 80 /mcp"},
    ),
    "a library may have added the word": (
        {
            **service("python server.py serve --port 80"),
            "server.py": FAST + "import argparse, common\np = argparse.ArgumentParser()\n"
            'p.add_argument("--port", type=int)\ncommon.options(p)\na = p.parse_args()\nmcp.run("http", port=a.port)\n',
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 80 /mcp"},
    ),
    "a service without a terminal": (
        {**service("python server.py"), "server.py": FAST + "import sys\nif not sys.stdin.isatty():\n    mcp.run()\n"},
        {"compose.yaml:notes": "stdio"},
    ),
    "a service with a terminal": (
        {
            **service("python server.py", "    tty: true\n"),
            "server.py": FAST + "import sys\nmcp.run('http' if sys.stdin.isatty() else 'stdio')\n",
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "a package that needs one argument more keeps those that it has": (
        {
            "pyproject.toml": PACKAGED,
            "server.json": server_json(
                packageArguments=[{"type": "named", "name": "--transport", "default": "stdio"}, {"name": "--write"}]
            ),
            "notes.py": FAST + 'import click\n@click.command()\n@click.option("--transport", default="http")\n'
            '@click.option("--write", is_flag=True)\ndef main(transport, write):\n    if not write:\n'
            '        raise click.UsageError("no")\n    mcp.run(transport)\n',
        },
        {"server.json:packages[0]": "stdio"},
    ),
    "a program that leaves the transport to its clients": (
        {
            "pyproject.toml": PACKAGED,
            "server.json": server_json(),
            "notes.py": FAST + 'import os\ndef main():\n    mcp.run("http" if os.getenv("HTTP") else "stdio")\n',
        },
        {"server.json:packages[0]": "stdio"},
    ),
    "a program that does not leave it to them": (
        {
            "pyproject.toml": PACKAGED,
            "server.json": server_json(),
            "notes.py": FAST + 'def main():\n    mcp.run("http")\n',
        },
        {"server.json:packages[0]": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "options from a class": (
        {
            "pyproject.toml": PACKAGED,
            "notes.py": FAST + "from dataclasses import dataclass\nimport simple_parsing\n@dataclass\nclass Options:\n"
            '    transport: str = "stdio"\ndef main():\n    mcp.run(simple_parsing.parse(Options).transport)\n',
        },
        {"pyproject.toml:notes": "stdio"},
    ),
    "an INI file": (
        {
            **service("python server.py"),
            "etc/notes.ini": "[server]\n; where\nhost = 0.0.0.0\nPort: 9000\n",
            "server.py": FAST + "import configparser\nc = configparser.ConfigParser()\nc.read('etc/notes.ini')\n"
            "s = c['server']\nif 'server' in c:\n    mcp.run(c.get('server', 'mode', fallback='http'), "
            "host=s['host'], port=c.getint('server', 'port'), path=s.get('path', '/x'))\n",
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 9000 /x"},
    ),
    "an INI file of the operator's": (
        {
            **service("python server.py"),
            "server.py": FAST + "import configparser\nc = configparser.ConfigParser()\nc.read('/etc/notes.ini')\n"
            "mcp.run('http', host='0.0.0.0', port=c.getint('server', 'port', fallback=9000))\n",
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 ? /mcp"},
    ),
    "settings of a YAML file below the environment": (
        {**service("python server.py", "    environment:\n      SERVER__PORT: 9000\n"), **SOURCES},
        {"compose.yaml:notes": "streamable-http 0.0.0.0 9000 /mcp"},
    ),
    "settings of a YAML file above the environment": (
        {
            **service("python server.py", "    environment:\n      SERVER__PORT: 9000\n"),
            **SOURCES,
            "server.py": SOURCES["server.py"].replace("return env_settings, own", "return own, env_settings"),
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 8080 /mcp"},
    ),
    "a file beside the program, over which another one is mounted": (
        {
            **service("python src/server.py", "    volumes:\n      - ./other.yaml:/app/config.yaml\n"),
            "other.yaml": "port: 9000\n",
            "config.yaml": "port: 8080\n",
            "src/server.py": FAST + "import yaml\nfrom pathlib import Path\n"
            "c = yaml.safe_load(open(Path(__file__).parent.parent / 'config.yaml'))\nmcp.run('http', port=c['port'])\n",
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 9000 /mcp"},
    ),
    "a task of a Taskfile": (
        {
            **service("task serve -- --port 81"),
            "Taskfile.yml": "version: '3'\ntasks:\n  prepare: echo\n  serve:\n    dir: src\n    cmds:\n"
            "      - task: prepare\n      - fastmcp run -t http {{.CLI_ARGS}} server.py\n",
            "src/server.py": FAST,
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 81 /mcp"},
    ),
    "a recipe of make with variables": (
        {
            **service("make", "    environment: {KIND: http, HOST: '10.0.0.1'}\n"),
            "Makefile": "-include .env\nPORT ?= 81\nHOST := 0.0.0.0\nRUN = $(PYTHON) server.py --port ${PORT}\n"
            "PYTHON := python\nOTHER = $(OTHER)\nexport NAME = n\nexport ADDRESS = $(HOST)\n\nall: stop run\nstop:\n"
            "\t-rm $(OTHER)\nrun: stop  ## runs it\n\tcd src\n\t@$(RUN) --transport $(KIND) --host $$ADDRESS\n\n"
            "ifeq ($(OS),Windows_NT)\nX = 1\nendif\n",
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 81 /mcp"},
    ),
    "a recipe of make, with what its command sets": (
        {
            **service("make -C src run PORT=82 -s"),
            "src/Makefile": "PORT = 81\nPORT += 1\nrun: ; $(MAKE) serve\nserve:\n\tpython server.py \\\n"
            "\t\t--port $(PORT) --transport http $(EXTRA)\n",
            "src/server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 82 /mcp"},
    ),
    "a recipe of make, with what is not known": (
        {
            **service("make run"),
            "Makefile": "include *.mk\nPORT ?= 81\nHOST = $(shell hostname)\nrun:\n"
            '\tpython server.py --port "$(PORT)" --transport http --host "$(HOST)"\n',
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http ? ? /mcp"},
    ),
    "a recipe of make that conditions decide about": (
        {
            **service("make run"),
            "Makefile": "run:\nifdef HTTP\n\tpython server.py --transport http\nelse\n\tpython server.py\nendif\n",
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "what the recipe of run runs depends on conditions of make"},
    ),
    "a recipe of just with parameters": (
        {
            **service("just serve", "    environment: {KIND: http}\n"),
            "justfile": "# recipes\nset shell := ['bash', '-c']\nport := env('PORT', '81')\nhost := '0.0' + \".0.0\"\n"
            "export ADDRESS := host\nalias serve := run\n\n[group('a')]\n"
            "run transport=env_var('KIND') at=port *more: pre\n"
            "    cd src\n    @python server.py --port {{ at }} --transport {{transport}} --host $ADDRESS {{more}}\n\n"
            "pre:\n    #!/usr/bin/env python3\n    print(1)\n",
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 81 /mcp"},
    ),
    "a recipe of just with arguments": (
        {
            **service("just port=83 all"),
            "justfile": "port := '81'\nserve kind *more:\n    python server.py --transport {{kind}} {{more}}\n"
            "all: && (serve 'http')\n  just serve http --port {{port}}\n",
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 83 /mcp"},
    ),
    "a recipe of just that lacks an argument": (
        {**service("just serve"), "justfile": "serve kind:\n    python server.py {{kind}}\n", "server.py": FAST},
        {"compose.yaml:notes": "what just runs after serve is not known"},
    ),
    "a task with variables": (
        {
            **service("task", "    environment: {A: '0.0.0.0'}\n"),
            "Taskfile.yml": "version: '3'\nvars: {PORT: 81, KIND: '{{.KIND | default \"http\"}}', T: {sh: date}}\n"
            "env: {P: '{{.PORT}}'}\ntasks:\n  default: {deps: [first, serve]}\n  first: python first.py\n"
            "  serve:\n    vars: {B: '{{.A}}'}\n    cmds:\n"
            "      - {task: real, vars: {PORT: 84, H: '{{.B}}'}}\n      - defer: python end.py\n"
            '  real: python server.py --port {{.PORT}} --transport {{.KIND}} --host {{default "::" .H}}\n',
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http 0.0.0.0 84 /mcp"},
    ),
    "a task with what its command sets": (
        {
            **service("task serve PORT=85"),
            "Taskfile.yml": "version: '3'\nvars: {PORT: 81}\ntasks:\n  serve:\n    env: {K: http, P: '{{.PORT}}'}\n"
            "    cmds: ['python server.py --port $P --transport $K --host \"{{now}}\"']\n",
            "server.py": FAST + OPTIONS,
        },
        {"compose.yaml:notes": "streamable-http ? 85 /mcp"},
    ),
    "code in the command": (
        {
            "Dockerfile": IMAGE + 'CMD ["python", "-c", "from server import mcp; '
            'mcp.run(transport=\\"http\\", host=\'0.0.0.0\', port=86)"]\n',
            "server.py": FAST,
        },
        {"Dockerfile": "streamable-http 0.0.0.0 86 /mcp"},
    ),
    "code in the command that serves an application": (
        {
            **service("python -c 'import uvicorn, os, server; uvicorn.run(server.app, port=int(os.environ[\"P\"]))'"),
            ".env": "P=87\n",
            "server.py": FAST + "app = mcp.http_app()\n",
        },
        {"compose.yaml:notes": "streamable-http 127.0.0.1 ? /mcp"},
    ),
    "code in the command that only imports": (
        {
            **service("python -u -c \"import sys; sys.path.insert(0, '/app')\nimport server\"".replace("\n", "; ")),
            "server.py": FAST + "mcp.run()\n",
        },
        {"compose.yaml:notes": "stdio"},
    ),
    "code in the command that imports nothing of the project": (
        {**service("python -c 'print(1)'"), "server.py": FAST + "mcp.run()\n"},
        {"compose.yaml:notes": "python -c runs code that imports no module of the project"},
    ),
    "a task whose template is not known": (
        {
            **service("task serve"),
            "Taskfile.yml": "version: '3'\ntasks:\n  serve: python {{.FILE}}\n",
            "server.py": FAST + "mcp.run()\n",
        },
        {"compose.yaml:notes": "python starts no program"},
    ),
    "a command that watchfiles runs again": (
        {**service("watchfiles --filter python 'python server.py' src"), "server.py": FAST + "mcp.run('http')\n"},
        {"compose.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "a command that chpst runs as another user": (
        {**service("chpst -u nobody -e /etc/notes python server.py"), "server.py": FAST + "mcp.run('http')\n"},
        {"compose.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "workers of queues beside a server": (
        {
            "Procfile": "web: python server.py\nworker: python -m rq worker\nbeat: python -m celery -A notes beat\n",
            "server.py": FAST + "mcp.run('http')\n",
        },
        {"Procfile:web": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "a service of s6-overlay": (
        {
            "Dockerfile": IMAGE + 'COPY rootfs/ /\nENTRYPOINT ["/init"]\n',
            "rootfs/etc/services.d/notes/run": "#!/usr/bin/with-contenv bash\ncd /app\n"
            "exec s6-setuidgid abc python server.py\n",
            "server.py": FAST + "mcp.run('http')\n",
        },
        {"Dockerfile": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "an image that is named by its label": (
        {
            "images/one/Dockerfile": IMAGE.replace("COPY .", "COPY server.py")
            + 'LABEL org.opencontainers.image.ref.name="acme/notes-mcp"\n'
            'CMD ["python", "server.py"]\n',
            "images/two/Dockerfile": "FROM nginx\n",
            "compose.yaml": "services:\n  api:\n    image: acme/notes-mcp:1.0\n",
            "server.py": FAST + "mcp.run('http')\n",
        },
        {"compose.yaml:api": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "built from a folder that is not in the project, and the one Dockerfile fits": (
        {
            "Dockerfile": IMAGE + 'EXPOSE 8000\nCMD ["python", "server.py"]\n',
            "compose.yaml": "services:\n  api:\n    build: ../notes-mcp\n    ports: ['80:8000']\n",
            "server.py": FAST + "mcp.run('http', host='0.0.0.0')\n",
        },
        {"compose.yaml:api": "streamable-http 0.0.0.0 8000 /mcp"},
    ),
    "built from a folder that is not in the project, and the port is another one": (
        {
            "Dockerfile": IMAGE + 'EXPOSE 8000\nCMD ["python", "server.py"]\n',
            "compose.yaml": "services:\n  mcp:\n    build: ./web\n    ports: ['80:3000']\n",
            "server.py": FAST + "mcp.run('http', host='0.0.0.0')\n",
        },
        {
            "Dockerfile": "streamable-http 0.0.0.0 8000 /mcp",
            "compose.yaml:mcp": "is built from what is not in the project",
        },
    ),
    "a library of Node that may serve and is not known": (
        {
            "Dockerfile": 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "main.mjs"]\n',
            "package.json": '{"dependencies": {"@modelcontextprotocol/sdk": "1.20.0", "@rekog/mcp-nest": "1.8.0"}}',
            "main.mjs": "import { McpModule } from '@rekog/mcp-nest';\nMcpModule.forRoot({});\n",
        },
        {"Dockerfile": "what `main.mjs` starts is not known"},
    ),
    "set in another compose file alone, beside a file of variables that is not there": (
        {
            **service("python server.py", "    env_file: [{path: .env, required: false}]\n"),
            "deploy/compose.yaml": "services:\n  notes:\n    build: ..\n    command: python server.py\n"
            "    environment: {MODE: http}\n",
            "server.py": FAST + "import os\nmcp.run(os.getenv('MODE', 'stdio'))\n",
        },
        {
            "compose.yaml:notes": "stdio,streamable-http 127.0.0.1 8000 /mcp",
            "deploy/compose.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp",
        },
    ),
    "set in another compose file, where this one is whole": (
        {
            **service("python server.py"),
            "deploy/compose.yaml": "services:\n  notes:\n    build: ..\n    command: python server.py\n"
            "    environment: {MODE: http}\n",
            "server.py": FAST + "import os\nmcp.run(os.getenv('MODE', 'stdio'))\n",
        },
        {
            "compose.yaml:notes": "stdio,streamable-http 127.0.0.1 8000 /mcp",
            "deploy/compose.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp",
        },
    ),
    "a folder of the project called as the SDK that is not in the image": (
        {
            "Dockerfile": IMAGE.replace("COPY . .", "COPY server.py .") + 'CMD ["python", "server.py"]\n',
            "mcp/__init__.py": "",
            "mcp/server/__init__.py": "",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('notes').run('sse')\n",
        },
        {"Dockerfile": "sse 127.0.0.1 8000 /sse"},
    ),
    "settings of a source that is not known": (
        {
            **service("python server.py"),
            **SOURCES,
            "server.py": SOURCES["server.py"].replace("own = Own(settings_cls)", "own = other.Vault(settings_cls)"),
        },
        {"compose.yaml:notes": "streamable-http ? ? /mcp"},
    ),
    "a program that compares the path of a request": (
        {**service("python server.py"), "server.py": DISPATCHING},
        {"compose.yaml:notes": "streamable-http 127.0.0.1 80 /rpc"},
    ),
    "a program that answers every path but one": (
        {**service("python server.py"), "server.py": DISPATCHING.replace("== MCP_PATH", '!= "/x"')},
        {"compose.yaml:notes": "streamable-http 127.0.0.1 80 ?"},
    ),
    "a group that finds its commands in its class": (
        {**service("python server.py start --port 9000"), "server.py": FAST + REGISTERING},
        {"compose.yaml:notes": "streamable-http 127.0.0.1 9000 /mcp"},
    ),
    "a function that says which words it gives back": (
        {
            **service("python server.py"),
            "server.py": FAST + "import asking\nfrom typing import Literal\n"
            "def chosen() -> Literal['stdio', 'sse']:\n    return asking.for_one()\nmcp.run(chosen())\n",
        },
        {"compose.yaml:notes": "stdio,sse 127.0.0.1 8000 /sse"},
    ),
    "an image that is filled in, and the one Dockerfile has its port": (
        {
            "Dockerfile": IMAGE + 'EXPOSE 8000\nCMD ["python", "server.py"]\n',
            "deploy/notes.yaml": POD,
            "pyproject.toml": PYPROJECT,
            "server.py": FAST + "import os\nmcp.run(os.getenv('MODE', 'stdio'))\n",
        },
        {"deploy/notes.yaml:notes": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "an image that is filled in, and there are two Dockerfiles": (
        {
            "Dockerfile": IMAGE + 'EXPOSE 8000\nCMD ["python", "server.py"]\n',
            "other/Dockerfile": "FROM python:3.13-slim\nEXPOSE 8000\n",
            "deploy/notes.yaml": POD,
            "pyproject.toml": PYPROJECT,
            "server.py": FAST + "import os\nmcp.run(os.getenv('MODE', 'stdio'))\n",
        },
        {"Dockerfile": "stdio,streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "a Dockerfile inside of a compose file": (
        {
            "compose.yaml": "services:\n  notes:\n    build:\n      dockerfile_inline: |\n        FROM $BASE\n",
            "server.py": FAST + "mcp.run()\n",
        },
        {"compose.yaml:notes": "its Dockerfile stands in its compose file, which is not followed"},
    ),
    "a unit that a script writes": (
        {
            "server.py": FAST + "mcp.run('http', port=81)\n",
            "install.sh": "NAME=notes\nsudo tee /etc/systemd/system/$NAME.service > /dev/null <<'UNIT'\n[Service]\n"
            "WorkingDirectory=/opt/notes\nExecStart=/usr/bin/python3 server.py\nUNIT\nsystemctl daemon-reload\n",
        },
        {"install.sh:notes.service": "streamable-http 127.0.0.1 81 /mcp"},
    ),
    "a unit that a script writes, beside one of the project": (
        {
            "server.py": FAST + "mcp.run('http', port=81)\n",
            "notes.service": "[Service]\nWorkingDirectory=/opt/notes\nExecStart=/usr/bin/python3 server.py\n",
            "install.sh": "cat > /etc/systemd/system/notes.service <<'UNIT'\n[Service]\nExecStart=/bin/true\nUNIT\n",
        },
        {"notes.service:notes.service": "streamable-http 127.0.0.1 81 /mcp"},
    ),
    "a console script, on the ways that its main module may go": (
        {
            "pyproject.toml": '[project]\nname = "notes"\nversion = "1"\ndependencies = ["fastmcp==3.4.11"]\n'
            '[project.scripts]\nnotes = "notes:main"\n',
            "notes.py": FAST + "import argparse\n\n\ndef main():\n    p = argparse.ArgumentParser()\n"
            "    p.add_argument('--http', action='store_true')\n    if p.parse_args().http:\n"
            "        mcp.run('http')\n    else:\n        mcp.run()\n\n\nif __name__ == '__main__':\n    main()\n",
        },
        {"pyproject.toml:notes": "stdio"},
    ),
    "files of a named context": (
        {
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      additional_contexts:\n"
            "        code: ./src\n        base: docker-image://python:3.13\n",
            "Dockerfile": IMAGE + 'COPY --from=code . .\nCMD ["python", "server.py"]\n',
            "src/server.py": FAST + "mcp.run('http')\n",
        },
        {"compose.yaml:a": "streamable-http 127.0.0.1 8000 /mcp"},
    ),
    "an application that ends with an error before it serves": (
        {
            "Dockerfile": IMAGE + "ENV MODE=development\nCOPY . .\nCMD ['uvicorn', 'server:app']\n".replace("'", '"'),
            "server.py": "import os\nif os.environ['MODE'] == 'development':\n    raise ValueError('no key')\n"
            "from fastmcp import FastMCP\napp = FastMCP('notes').http_app()\n",
        },
        {"Dockerfile": "what `server:app` starts is not known"},
    ),
    "an image of which only tests build one, of another tag": (
        {
            "compose.yaml": "services:\n  t:\n    image: example.com/notes:test\n    build:\n      context: .\n"
            "      dockerfile: Dockerfile.test\n",
            "Dockerfile.test": IMAGE + 'CMD ["python", "server.py"]\n',
            "server.py": FAST + "mcp.run('http')\n",
            "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: notes-mcp}\nspec:\n  containers:\n"
            "    - {name: notes-mcp, image: 'example.com/notes:2.0'}\n",
        },
        {
            "compose.yaml:t": "streamable-http 127.0.0.1 8000 /mcp",
            "pod.yaml:notes-mcp": "runs the image example.com/notes:2.0, which is not built here",
        },
    ),
    "beside a store in one image": (
        {
            "Dockerfile": IMAGE.replace("python:3.13-slim", "falkordb/falkordb:latest")
            + 'ENTRYPOINT ["python3", "server.py"]\n',
            "server.py": FAST + "import os\nmcp.run(os.getenv('MODE', 'stdio'))\n",
        },
        {"Dockerfile": "stdio"},
    ),
}


@pytest.mark.parametrize(("files", "wanted"), CASES.values(), ids=CASES)
def test_what_is_started(project, mcplint, files, wanted):
    project(files)
    document = json.loads(mcplint("show", "--format", "json").out)
    found = {
        link["to"]: " ".join(
            ",".join(map(str, value["options"])) if value["options"] is not None else "?"
            for value in map(server["values"].get, NAMES)
            if value["options"] != []
        )
        for server in document["servers"]
        for link in server["links"]
    }
    assert found | {each["id"]: each["why"] for each in document["unfollowed"]} == wanted


@pytest.mark.parametrize("folder", ["[x]", "st*r", "q?m", "a,b:c=d", "##[group]"])
def test_the_name_of_a_folder_is_no_pattern(folder):
    files = {
        "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY require*.txt ./\nRUN pip install -r requirements.txt\n"
        'COPY src/* ./\nCMD ["python", "server.py"]\n',
        "requirements.txt": "mcp==1.27.1\n",
        "src/server.py": 'from mcp.server.fastmcp import FastMCP\nFastMCP("a").run("streamable-http")\n',
        "compose.yaml": "services:\n  web:\n    build: .\n  proxy:\n    image: nginx:1.28\n    volumes:\n"
        "      - ./nginx:/etc/nginx\n  caddy:\n    image: caddy:2.10\n    volumes:\n      - ./caddy:/etc/caddy\n",
        "nginx/nginx.conf": "events {}\nhttp {\n  include parts/*.conf;\n}\n",
        "nginx/parts/a.conf": "server {\n  listen 80;\n  location / {\n    proxy_pass http://web:8000;\n  }\n}\n",
        "caddy/Caddyfile": "import sites/*\n",
        "caddy/sites/a": "notes.example.com {\n  reverse_proxy web:8000\n}\n",
    }

    def found(name):
        run = engine.run(Tree.of({f"{name}/{path}": text for path, text in files.items()}), RULES, Config())
        shown = json.dumps(json.loads(as_json(run.deployment))).replace(f"{name}/", "plain/")
        return shown, [(each.rule, each.finding.message.replace(f"{name}/", "plain/")) for each in run.diagnostics]

    assert found(folder) == (wanted := found("plain"))
    assert all(f'"plain/{part}' in wanted[0] for part in ("src/server.py", "caddy/sites/a", "nginx/parts/a.conf"))


@pytest.mark.parametrize(
    ("other", "served"),
    [
        ({}, ["one", "two"]),
        ({"two/package.json": '{"dependencies": {"@modelcontextprotocol/sdk": "1.29.0"}}'}, ["one"]),
        ({"two/Dockerfile": "FROM python:3.13\n"}, ["one"]),
        ({"server.js": 'import "./two/server.js";\n'}, ["two"]),
    ],
    ids=["of a package beside", "no start", "a container of its own", "a module of what is started"],
)
def test_a_package_beside_what_is_started_is_started_by_people(other: dict[str, str], served: list[str]) -> None:
    needs = {"@modelcontextprotocol/sdk": "1.29.0"}
    package = json.dumps({"type": "module", "scripts": {"start": "node server.js"}, "dependencies": needs})
    server = (
        'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\n'
        'import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";\n'
        'new McpServer({ name: "NAME", version: "1" }).connect(new StdioServerTransport());\n'
    )
    files = {
        "Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n',
        "package.json": package,
        "server.js": server.replace("NAME", "one"),
        "two/package.json": package,
        "two/server.js": server.replace("NAME", "two"),
    }
    found = engine.run(Tree.of(files | other), RULES, Config()).deployment.servers
    assert sorted(str(each.name.only) for each in found) == served


MONOREPO = {
    "a/pyproject.toml": PACKAGED.replace("notes", "a"),
    "a/src/a.py": FAST.replace("notes", "a") + "\n\ndef main():\n    mcp.run()\n",
    "b/pyproject.toml": PACKAGED.replace("notes", "b"),
    "b/src/b.py": FAST.replace("notes", "b") + "\n\ndef main():\n    mcp.run('http')\n",
}
B_STARTED = {"b/Dockerfile": IMAGE + 'RUN pip install .\nCMD ["b"]\n'}
SECOND = {
    "b/pyproject.toml": PACKAGED.replace("notes", "b") + 'c = "c:main"\n',
    "b/src/c.py": "from b import mcp\n\n\ndef main():\n    mcp.run('stdio')\n",
}
SCRIPT_OF_A = ["a/pyproject.toml:a"]
BY_CLIENT = {".mcp.json": '{"mcpServers": {"b": {"command": "python", "args": ["b/src/b.py"]}}}'}
MAIN = {"b/src/b.py": MONOREPO["b/src/b.py"] + "\n\nmain()\n"}
LOADED = {
    "Dockerfile": IMAGE + 'RUN pip install ./a\nENV PYTHONPATH=/app/a/src\nCMD ["python", "run.py"]\n',
    "run.py": "from a import main\n\nmain()\n",
}


@pytest.mark.parametrize(
    ("other", "started"),
    [
        ({}, ["a/pyproject.toml:a", "b/pyproject.toml:b"]),
        (B_STARTED, ["a/pyproject.toml:a", "b/Dockerfile"]),
        (BY_CLIENT | MAIN, [".mcp.json:b", "a/pyproject.toml:a"]),
        (B_STARTED | SECOND, ["a/pyproject.toml:a", "b/Dockerfile"]),
        (LOADED, ["Dockerfile", "b/pyproject.toml:b"]),
        ({f"examples/{path}": text for path, text in MONOREPO.items()} | B_STARTED, [*SCRIPT_OF_A, "b/Dockerfile"]),
        (B_STARTED | {"a/src/a.py": "import b\n\n\ndef main():\n    print('built')\n"}, ["b/Dockerfile"]),
    ],
    ids=[
        *("nothing else", "a container of another", "a client's entry of another", "a second script of the package"),
        *("a program elsewhere", "an example", "no server"),
    ],
)
def test_a_console_script_is_a_start_where_nothing_else_starts_its_package(other, started) -> None:
    found = engine.run(Tree.of(MONOREPO | other), RULES, Config()).deployment
    assert sorted(str(link.to) for server in found.servers for link in server.links) == started
    assert not found.unfollowed


STAGES = """FROM python:3.13-slim AS {0}
WORKDIR /app
COPY . .
CMD ["python", "server.py"]

FROM {0} AS {1}
CMD ["python", "other.py"]
"""


@pytest.mark.parametrize(
    ("names", "build", "started"),
    [
        (("development", "production"), {"target": "development"}, ["server.py", "other.py"]),
        (("base", "prod"), {"target": "base"}, ["server.py", "other.py"]),
        (("development", "production"), {"target": "production"}, ["other.py"]),
        (("development", "production"), {}, ["other.py"]),
        (("server", "dev-envs"), {"target": "server"}, ["server.py"]),
        (("server", "test"), {"target": "server"}, ["server.py"]),
    ],
)
def test_the_final_stage_is_a_start_where_services_build_another(names, build, started) -> None:
    compose = json.dumps({"services": {"notes": {"build": {"context": ".", **build}}}})
    programs = {name: FAST + f"mcp.run('http', port={port})\n" for name, port in (("server.py", 1), ("other.py", 2))}
    files = {"requirements.txt": "fastmcp==3.4.11\n", "Dockerfile": STAGES.format(*names), "compose.yaml": compose}
    found = engine.run(Tree.of(files | programs), RULES, Config()).deployment
    assert [server.span.source.path for server in found.servers] == started


SUPERVISED = "[supervisord]\nnodaemon=true\n\n[program:notes]\ncommand={}\ndirectory=/srv/notes\n"


@pytest.mark.parametrize(
    "path", ["supervisord.conf", "deploy/supervisor/notes.conf", "etc/supervisor/conf.d/notes.conf"]
)
@pytest.mark.parametrize("command", ["python server.py 9124", "/srv/notes/.venv/bin/python /srv/notes/server.py 9124"])
def test_supervisord_starts_programs_on_a_machine_where_no_container_has_it(path: str, command: str) -> None:
    server = FAST + "import sys\n\nmcp.run('http', port=int(sys.argv[1]))\n"
    files = {"requirements.txt": "fastmcp==3.4.11\n", "server.py": server, path: SUPERVISED.format(command)}
    found = engine.run(Tree.of(files), RULES, Config()).deployment
    assert [each.port.only for each in found.servers] == [9124] and not found.unfollowed
    inside = {"Dockerfile": IMAGE + f'RUN pip install supervisor\nCMD ["supervisord", "-c", "/app/{path}"]\n'}
    found = engine.run(Tree.of(files | inside), RULES, Config()).deployment
    assert [each.id for each in found.containers] == ["Dockerfile"]


@pytest.mark.parametrize("folder", ["", "src/"])
@pytest.mark.parametrize(
    ("main", "port"),
    [
        ("from notes.server import mcp\n\nmcp.run(transport='http', port=9000)\n", 9000),
        ("from .server import mcp\n\nmcp.run(transport='http', port=9000)\n", 9000),
        ("from .server import main\n\nmain(9300)\n", 9300),
        ("from .server import main\n\nif __name__ == '__main__':\n    main(9300)\n", 9300),
    ],
)
def test_the_main_module_of_a_package_is_a_start_where_nothing_else_is(folder: str, main: str, port: int) -> None:
    server = (
        FAST + "\n\ndef main(port=1):\n    mcp.run('http', port=port)\n\n\nif __name__ == '__main__':\n    main()\n"
    )
    package = {"__init__.py": "", "__main__.py": main, "server.py": server}
    files = {f"{folder}notes/{name}": text for name, text in package.items()}
    found = engine.run(Tree.of({"pyproject.toml": PYPROJECT, **files}), RULES, Config()).deployment
    assert port in [each.port.only for each in found.servers]
    assert len({each.span for each in found.servers}) == len(found.servers) and not found.unfollowed


def test_how_many_console_scripts_are_followed_is_limited_and_said(monkeypatch) -> None:
    monkeypatch.setattr("mcplint.link.console.MOST", 1)
    found = engine.run(Tree.of(MONOREPO), RULES, Config()).deployment
    assert [each.name.only for each in found.servers] == ["a"]
    assert [each.why for each in found.unfollowed] == [
        "it is one of 1 console scripts more than the 1 that are followed"
    ]


@pytest.mark.parametrize(
    ("body", "transport"),
    [
        ("    if t:\n        return t\n    return 'stdio'", ("stdio",)),
        ("    if not t:\n        t = 'stdio'\n    return t", ("stdio",)),
        ("    if t is None or t == '':\n        return MODE\n    return t.lower()", ("stdio",)),
        (
            "    if t and t.strip():\n        mode = t.strip()\n    else:\n        mode = MODE\n    return mode",
            ("stdio",),
        ),
        ("    return t if t is not None else MODE", ("stdio",)),
        ("    return MODE if not (u := t) else u", ("stdio",)),
        ("    return os.getenv('T') if os.getenv('T') else MODE", ("stdio",)),
        ("    return t or MODE", ("stdio",)),
        ("    if t:\n        return t\n    sys.exit('T is missing')", None),
        ("    if not t:\n        sys.exit('T is missing')\n    return t", None),
        ("    if sys.stdin.closed:\n        return MODE\n    return t", None),
        ("    return t if t else None", None),
        ("    return 'sse' if t else MODE", ("sse", "stdio")),
        ("    if t:\n        return 'sse'\n    return MODE", ("sse", "stdio")),
        ("    return t or None", None),
    ],
)
def test_what_stands_in_for_a_variable_that_nobody_sets_is_a_default_however_it_is_spelled(body, transport) -> None:
    files = {
        "pyproject.toml": PACKAGED,
        "notes.py": "import os\nimport sys\n\n"
        + FAST
        + "\n\nMODE = 'stdio'\n\n\ndef chosen():\n    t = os.getenv('T')\n"
        f"{body}\n\n\ndef main():\n    mcp.run(chosen())\n",
    }
    [served] = engine.run(Tree.of(files), RULES, Config()).deployment.servers
    assert served.transport.options == transport


LOCKED = {
    "pyproject.toml": PACKAGED.replace("==3.4.11", ">=2.11.2"),
    "notes.py": FAST + "\n\ndef main():\n    mcp.run()\n\n\nif __name__ == '__main__':\n    main()\n",
    "uv.lock": '[[package]]\nname = "fastmcp"\nversion = "2.11.2"\nsource = { registry = "https://a.example" }\n',
}
SYNCED = {"README.md": "    uv sync --locked\n    uv run notes\n"}
PINNED = {"pyproject.toml": PACKAGED.replace("==3.4.11", "==2.12.0")}
UNIT = {
    "deploy/notes.service": "[Service]\nWorkingDirectory=/opt/notes\nExecStart=/opt/notes/venv/bin/python notes.py\n",
}
FILLED = {"deploy/install.sh": "cd /opt/notes\npython3 -m venv venv\n. venv/bin/activate\npip install fastmcp -e .\n"}
BY_PYTHON = {".mcp.json": '{"mcpServers": {"notes": {"command": "python", "args": ["-m", "notes"]}}}'}
BUNDLE = {
    "manifest.json": '{"name": "notes", "server": {"type": "uv", "entry_point": "notes.py", "mcp_config": '
    '{"command": "uv", "args": ["run", "--directory", "${__dirname}", "notes"]}}}'
}


@pytest.mark.parametrize(
    ("other", "version"),
    [
        ({}, "4.2.3"),
        (SYNCED, "2.11.2"),
        (SYNCED | PINNED, "2.12.0"),
        ({"README.md": "    uv run pytest\n    uvx --from git+https://a.example/b Notes --help\n"}, "4.2.3"),
        (
            {"README.md": '"command": "uv"\n\n"command": "uvx",\n"args": ["--python", "3.13", "notes@latest"]\n'},
            "4.2.3",
        ),
        ({"README.md": "    uv sync\n    pipx install notes\n"}, "4.2.3"),
        ({"README.md": "    uv sync\n    uvx ruff check notes\n"}, "2.11.2"),
        ({"README.md": "Install `uvx`, then `uv sync` notes.\n"}, "2.11.2"),
        (BY_PYTHON, "4.2.3"),
        (BY_PYTHON | SYNCED, "2.11.2"),
        (UNIT, "2.11.2"),
        (UNIT | FILLED, "4.2.3"),
        (UNIT | {"deploy/install.sh": "cd /opt/notes\nuv venv venv\nuv sync --locked --active\n"}, "2.11.2"),
        (BUNDLE, "2.11.2"),
        (BUNDLE | {".mcpbignore": "uv.lock\n"}, "4.2.3"),
        (BUNDLE | {".mcpbignore": "*.lock\n!uv.lock\n"}, "2.11.2"),
    ],
    ids=[
        *("a console script", "of which a file says how it is synced", "and that asks for another release"),
        *("which people start by uvx", "which clients start by uvx", "which people install by pipx"),
        *("which another tool is told of", "which uvx does not start"),
        *("python of a client", "and a file says how it is synced"),
        *("a unit", "whose environment a script fills by pip", "and one that a script syncs"),
        *("a bundle", "without its lock file", "with it after all"),
    ],
)
def test_a_lock_file_counts_only_where_something_installs_from_it(other, version) -> None:
    found = engine.run(Tree.of(LOCKED | other), RULES, Config()).deployment.servers
    assert {each.sdk.version.only for each in found} == {version}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(
    ("inline", "served"),
    [
        ("|\n        FROM python:3.13\n        RUN pip install fastmcp==3.4.11\n        {run}\n", True),
        ("|-\n        FROM python:3.13 AS one\n        FROM one\n\n        {run}\n", True),
        ("|\n        FROM python:${PYTHON:-3.13}\n        {run}\n", False),
        (">\n        FROM python:3.13\n\n        {run}\n\n", False),
        ("|\n        FROM\n        {run}\n", False),
    ],
    ids=["a block", "stages", "what Compose fills in", "folded", "what Docker refuses"],
)
def test_a_dockerfile_inside_a_compose_file_is_read_where_it_stands(inline: str, served: bool, ends: str) -> None:
    run = 'CMD ["fastmcp", "run", "server.py", "--transport", "http"]'
    build = f"    build:\n      context: .\n      dockerfile_inline: {inline}"
    text = f"services:\n  notes:\n{build}    ports: ['8000:8000']\n"
    text = text.replace("{run}", f"COPY server.py .\n        {run}").replace("\n", ends)
    files = {"compose.yaml": text, "server.py": FAST}
    ran = engine.run(Tree.of(files), RULES, Config())
    started = [each for each in ran.deployment.servers if each.links[0].to == "compose.yaml:notes"]
    assert [each.port.only for each in started] == ([8000] if served else [])
    assert {each.rule for each in ran.diagnostics} >= ({"root-user", "loopback-in-container"} if served else set())
    refused = {each.rule for each in ran.diagnostics} & {"unreadable-file", "internal-error"}
    assert refused == ({"unreadable-file"} if "FROM\n" in inline else set())
    indented = [edit for each in ran.diagnostics if each.finding.fix for edit in each.finding.fix.edits]
    assert not [edit for edit in indented if edit.text.startswith(("USER", "ENV"))]


def test_an_image_that_a_document_of_the_registry_gives_variables_starts_with_them():
    document = {"name": "io.github.acme/notes", "packages": [{"registryType": "oci", "identifier": "example.com/n:1"}]}
    files = {
        "Dockerfile": 'FROM python:3.13\nRUN pip install mcp==1.27.1\nCOPY server.py .\nCMD ["python", "server.py"]\n',
        "server.py": "import os\nfrom mcp.server.fastmcp import FastMCP\n"
        'FastMCP("notes", port=int(os.getenv("MCP_PORT", "8000"))).run(transport="streamable-http")\n',
        ".github/workflows/b.yml": "on: push\njobs: {b: {steps: [{uses: docker/build-push-action@v6, "
        "with: {context: ., tags: 'example.com/n:1'}}]}}\n",
    }

    def ports(package):
        told = json.dumps({**document, "packages": [{**document["packages"][0], **package}]})
        return sorted(
            server.port.only
            for server in engine.run(Tree.of({**files, "server.json": told}), RULES, Config()).deployment.servers
        )

    assert ports({}) == [8000]
    assert ports({"environmentVariables": [{"name": "MCP_PORT", "isRequired": True}]}) == [8000]
    assert ports({"environmentVariables": [{"name": "MCP_PORT", "value": "9802"}]}) == [8000, 9802]


FASTAPI = """from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@asynccontextmanager
async def lifespan(app):
    async with mcp.session_manager.run():
        yield


app = FastAPI(lifespan=lifespan)
app.mount("/notes", mcp.streamable_http_app())
"""
FASTAPI_IMAGE = "FROM python:3.13-slim\nWORKDIR /app\nRUN pip install mcp==1.27.1 'fastapi[standard]'\nCOPY . .\n{}\n"


@pytest.mark.parametrize(
    ("command", "more", "host", "port"),
    [
        ('CMD ["fastapi", "run", "main.py", "--port", "9000"]', {}, "0.0.0.0", 9000),
        ('CMD ["fastapi", "run"]', {}, "0.0.0.0", 8000),
        ('CMD ["fastapi", "dev", "main.py"]', {}, "127.0.0.1", 8000),
        ('CMD ["fastapi", "run", "main.py", "--host", "127.0.0.1"]', {}, "127.0.0.1", 8000),
        ('CMD ["python", "-m", "fastapi", "run", "main.py"]', {}, "0.0.0.0", 8000),
        ("CMD exec fastapi run main.py --port ${PORT:-9000}", {}, "0.0.0.0", 9000),
        ('ENV PORT=8123\nCMD ["fastapi", "run", "main.py"]', {}, "0.0.0.0", 8123),
        ('CMD ["fastapi", "run", "-e", "main:app"]', {}, "0.0.0.0", 8000),
        ('CMD ["fastapi", "run"]', {"pyproject.toml": '[tool.fastapi]\nentrypoint = "web:app"\n'}, "0.0.0.0", 8000),
        ('CMD ["fastapi", "run", "web/site.py"]', {"web/__init__.py": "", "web/site.py": FASTAPI}, "0.0.0.0", 8000),
        ('CMD ["fastapi", "run", "named.py", "--app", "site"]', {}, "0.0.0.0", 8000),
        ('CMD ["fastapi", "run", "named.py"]', {}, None, None),
        ('CMD ["fastapi", "run", "gone.py"]', {}, None, None),
        ('CMD ["fastapi", "deploy"]', {}, None, None),
    ],
)
def test_the_application_that_fastapi_serves(
    command: str, more: dict[str, str], host: str | None, port: int | None
) -> None:
    named = FASTAPI.replace("app = ", "site = ").replace("app.mount", "site.mount")
    files = {"main.py": FASTAPI, "named.py": named, "web.py": FASTAPI, **more}
    files["Dockerfile"] = FASTAPI_IMAGE.format(command)
    servers = [each for each in link(Tree.of(files), Config()).deployment.servers if each.container]
    assert [(each.host.only, each.port.only) for each in servers] == ([(host, port)] if host else [])
    assert all(each.path.only == "/notes/mcp" for each in servers)


def test_a_server_that_no_start_leads_to_is_no_start():
    files = {
        "Dockerfile": 'FROM python:3.12-slim\nRUN pip install mcp==1.27.1\nCOPY . .\nCMD ["./other"]\n',
        "server.py": "from mcp.server.fastmcp import FastMCP\nif __name__ == '__main__':\n    FastMCP('notes').run()\n",
    }
    found = link(Tree.of(files), Config()).deployment
    assert ([server.id for server in found.servers], len(found.unfollowed), found.starts) == (["server.py:notes"], 1, 1)
