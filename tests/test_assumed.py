"""Upstreams that no file names mean the one server of the project, where port and path agree, and nothing else can."""

from __future__ import annotations

import pytest

from mcplint.engine import lint as engine
from mcplint.link import link
from mcplint.model import ASSUMED, Deployment, Route
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from tests.pages import RULES

DOCKERFILE = (
    'FROM python:3.13-slim\nWORKDIR /app\nCOPY server.py .\nRUN pip install mcp==1.27.1\nCMD ["python", "server.py"]\n'
)
SERVER = """from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")
mcp.run(transport="streamable-http")
"""
OTHER = 'FROM python:3.13-slim\nCOPY site.py .\nCMD ["python", "site.py"]\n'
NGINX = "upstream notes {{ {0} }}\nserver {{ listen 443 ssl; location {1} {{ proxy_pass {2}; }} }}\n"


def deployed(config: str, **more: str) -> Deployment:
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "deploy/site.conf": config}
    files |= {name.replace("__", "/").replace("_", "."): text for name, text in more.items()}
    return link(Tree.of(files), Config()).deployment


def nginx(location: str = "/mcp", url: str = "http://app.internal:8000", members: str = "") -> str:
    return NGINX.format(members, location, url)


def only(found: Deployment) -> Route | None:
    assert len(found.routes) < 2
    return found.routes[0] if found.routes else None


@pytest.mark.parametrize(
    ("location", "url", "endpoint"),
    [
        ("/mcp", "http://app.internal:8000", "/mcp"),
        ("/mcp", "http://127.0.0.1:8000", "/mcp"),
        ("= /mcp", "http://10.0.0.7:8000", "/mcp"),
        ("/mcp/", "http://mcp1:8000", "/mcp/"),
        ("/notes-mcp/", "http://mcp1:8000/", "/notes-mcp/mcp"),
        ("/", "http://mcp1:8000", "/mcp"),
        ("/", "http://app.internal:8001", None),
        ("/mcp", "https://app.internal", None),
        ("/api/", "http://app.internal:8000", None),
        ("/health", "http://app.internal:8000", None),
    ],
)
def test_the_one_server_that_can_be_meant(location: str, url: str, endpoint: str | None) -> None:
    route = only(deployed(nginx(location, url)))
    assert (route and route.endpoint.only) == endpoint
    assert not route or [link.kind for link in route.links] == [ASSUMED]


def test_members_are_as_many_processes() -> None:
    found = deployed(nginx(url="http://notes", members="server app-a:8000; server app-b:8000;"))
    (spread,) = found.servers[0].spread
    assert spread.processes.options == (2,) and spread.assumed


def test_what_rests_on_it_is_a_warning() -> None:
    config = nginx(url="http://notes", members="server app-a:8000; server app-b:8000;")
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "deploy/site.conf": config}
    found = {each.rule: each.severity for each in engine.run(Tree.of(files), RULES, Config()).diagnostics}
    assert found["stateful-behind-balancer"] == "warning"


@pytest.mark.parametrize(
    "members",
    ["server app-a:8000; server app-b:9000;", "server app-a:8000; server $host:8000;", "server app-a:8000 down;"],
)
def test_members_that_may_be_something_else(members: str) -> None:
    route = only(deployed(nginx(url="http://notes", members=members)))
    assert route is None or "down" in members


COMPOSE = "services:\n  notes:\n    build: .\n    ports: ['{0}']\n"


@pytest.mark.parametrize(
    ("url", "ports", "leads"),
    [
        ("http://app.internal:8000", "8000:8000", True),
        ("http://app.internal:8000", "9000:8000", False),
        ("http://app.internal:9000", "9000:8000", True),
        ("http://app.internal:8000", "127.0.0.1:8000:8000", False),
        ("http://127.0.0.1:8001", "8000:8000", False),
    ],
)
def test_a_machine_that_runs_the_compose_file(url: str, ports: str, leads: bool) -> None:
    assert bool(only(deployed(nginx(url=url), compose_yaml=COMPOSE.format(ports)))) is leads


def test_two_servers_could_be_meant() -> None:
    two = {"other__Dockerfile": DOCKERFILE, "other__server_py": SERVER.replace("notes", "other")}
    assert only(deployed(nginx(), **two)) is None


def test_whatever_comes_is_not_taken_for_it_beside_another_program() -> None:
    assert only(deployed(nginx("/"), web__Dockerfile=OTHER, web__site_py="")) is None
    assert only(deployed(nginx("/mcp"), web__Dockerfile=OTHER, web__site_py=""))


def test_a_server_over_stdio_is_not_meant() -> None:
    stdio = SERVER.replace('transport="streamable-http"', 'transport="stdio"')
    assert only(deployed(nginx(), server_py=stdio)) is None


def test_a_proxy_in_compose_knows_its_names() -> None:
    proxy = "  proxy:\n    image: nginx:1.28\n    volumes: ['./deploy/site.conf:/etc/nginx/conf.d/default.conf']\n"
    compose = COMPOSE.format("8000:8000") + proxy
    assert only(deployed(nginx(url="http://nots:8000"), compose_yaml=compose)) is None


HAPROXY = """defaults
    mode http
frontend web
    bind :80
    use_backend notes if {{ path_beg {0} }}
backend notes
    server a app-a.internal:{1}
    server b app-b.internal:{1}
"""


@pytest.mark.parametrize(
    ("path", "port", "leads"), [("/mcp", 8000, True), ("/mcp", 9000, False), ("/api", 8000, False)]
)
def test_haproxy_too(path: str, port: int, leads: bool) -> None:
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "haproxy.cfg": HAPROXY.format(path, port)}
    found = link(Tree.of(files), Config()).deployment
    assert [route.assumed for route in found.routes] == [True] * leads


INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: notes}}
spec:
  rules:
    - host: notes.example
      http:
        paths:
          - path: {0}
            pathType: Prefix
            backend: {{service: {{name: notes, port: {{number: {1}}}}}}}
"""
POD = """apiVersion: v1
kind: Service
metadata: {name: notes}
spec: {selector: {app: notes}, ports: [{port: 80, targetPort: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers: [{name: notes, image: 'registry.acme.example/stuff:1', ports: [{containerPort: 8000}]}]
"""


@pytest.mark.parametrize(
    ("path", "port", "pod", "leads"),
    [
        ("/mcp", 8000, "", True),
        ("/mcp", 9000, "", False),
        ("/api", 8000, "", False),
        ("/mcp", 80, POD, True),
        ("/mcp", 80, POD.replace("8000", "9000"), False),
        ("/mcp", 80, POD.replace("registry.acme.example/stuff", "grafana/grafana"), False),
    ],
)
def test_ingress_too(path: str, port: int, pod: str, leads: bool) -> None:
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "k8s/ingress.yaml": INGRESS.format(path, port)}
    found = link(Tree.of(files | ({"k8s/notes.yaml": pod} if pod else {})), Config()).deployment
    assert [route.assumed for route in found.routes] == [True] * leads


TRAEFIK = """services:
  notes:
    image: registry.acme.example/stuff:1
    labels:
      traefik.http.routers.notes.rule: PathPrefix(`{0}`)
      traefik.http.services.notes.loadbalancer.server.port: {1}
  db:
    image: postgres:17
"""


@pytest.mark.parametrize(
    ("path", "port", "leads"),
    [("/mcp", 8000, True), ("/mcp", 9000, False), ("/api", 8000, False), ("/", 8000, False)],
)
def test_traefik_too(path: str, port: int, leads: bool) -> None:
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER, "compose.yaml": TRAEFIK.format(path, port)}
    found = link(Tree.of(files), Config()).deployment
    assert [route.assumed for route in found.routes] == [True] * leads


def composed(build: str, ports: str, environment: str = "{}") -> Deployment:
    compose = f"services:\n  notes:\n    build: {build}\n    ports: ['{ports}']\n    environment: {environment}\n"
    server = "import os\n" + SERVER.replace('"0.0.0.0"', 'os.environ.get("BIND", "127.0.0.1")')
    server = server.replace("mcp.run", 'if __name__ == "__main__":\n    mcp.run')
    return link(Tree.of({"compose.yaml": compose, "server.py": server}), Config()).deployment


@pytest.mark.parametrize(
    ("build", "ports", "inside"),
    [
        ("./notes-repo", "9000:8000", True),
        ("./notes-repo", "9000:8001", False),
        ("{context: ., dockerfile: Gone}", "9000:8000", False),
    ],
)
def test_a_service_that_is_built_from_a_folder_which_is_not_here(build: str, ports: str, inside: bool) -> None:
    (server,) = composed(build, ports, "{BIND: 0.0.0.0}").servers
    assert bool(server.container) == inside
    assert server.host.only == ("0.0.0.0" if inside else None)
    assert not inside or [link.kind for link in server.links] == [ASSUMED]


TOLD = """import argparse

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", default="stdio")
    parser.add_argument("--http", action="store_true")
    told = parser.parse_args()
    mcp.run(transport="streamable-http" if told.http else told.transport)
"""
BUILT = "FROM python:3.13-slim\nWORKDIR /app\n{0}RUN pip install mcp==1.27.1\nCOPY . .\nCMD {1}\n"
TOLD_SO = '["python", "main.py", "--transport", "streamable-http"]'
APP = f"{TOLD}\napp = mcp.streamable_http_app()\n"


@pytest.mark.parametrize(
    ("command", "before", "more", "transport"),
    [
        (TOLD_SO, "", {}, "streamable-http"),
        ('["python", "-m", "app.main", "--transport=sse"]', "", {}, "sse"),
        ('["python", "-u", "src/server.py", "--http"]', "", {}, "streamable-http"),
        ("exec python main.py --transport streamable-http", "", {}, "streamable-http"),
        ("python -m app.main --http", "", {}, "streamable-http"),
        ('["uvicorn", "main:app", "--host", "0.0.0.0"]', "", {"server.py": APP}, "streamable-http"),
        ('["uvicorn", "main:app", "--host", "0.0.0.0"]', "", {}, None),
        ('["python", "main.py"]', "", {}, None),
        ('["python", "main.py", "--transport", "stdio"]', "", {}, None),
        ('["python", "main.py", "--reload", "--http"]', "", {}, None),
        (TOLD_SO, "", {"other.py": TOLD}, None),
        (TOLD_SO, "", {"other.py": TOLD, "Dockerfile.other": BUILT.format("", '["python", "other.py"]')}, None),
        (TOLD_SO, "RUN python build.py > main.py\n", {}, None),
        (TOLD_SO, "RUN cp /src/server.py main.py\n", {}, None),
        (TOLD_SO, "COPY --from=acme/base /x/ /app/\n", {}, None),
        (TOLD_SO, "ADD https://acme.example/main.py /app/\n", {}, None),
        (TOLD_SO, "", {"Dockerfile": BUILT.format("", TOLD_SO).replace("python:3.13-slim", "acme/base:1")}, None),
    ],
)
def test_the_server_that_a_command_means_whose_file_is_missing(
    command: str, before: str, more: dict[str, str], transport: str | None
) -> None:
    files = {"Dockerfile": BUILT.format(before, command), "server.py": TOLD, **more}
    found = link(Tree.of(files), Config()).deployment
    linked = [server for server in found.servers if server.container and server.container.dockerfile == "Dockerfile"]
    assert [server.transport.only for server in linked] == ([transport] if transport else [])
    assert all(server.assumed for server in linked)


API = 'import uvicorn\nfrom fastapi import FastAPI\n\nuvicorn.run(FastAPI(), host="0.0.0.0", port={})\n'


NEXT = '{"name": "web", "scripts": {"start": "next start"}, "dependencies": {"next": "15.0.0"}}'


@pytest.mark.parametrize(
    ("location", "host", "assumed"),
    [
        ("/", "app1", True),
        ("/", "notes-1", True),
        ("/", "grafana-mcp", True),
        ("/", "mcp.internal", True),
        ("/", "minio1", False),
        ("/", "grafana", False),
        ("/", "django2", False),
        ("/", "gitea-1", False),
        ("/", "rails", False),
        ("/", "php-fpm", False),
        ("/", "kong.internal", False),
        ("/mcp", "gitea-1", True),
        ("/mcp", "grafana", False),
    ],
)
def test_names_of_machines(location: str, host: str, assumed: bool) -> None:
    assert (only(deployed(nginx(location, f"http://{host}:8000"))) is not None) == assumed


@pytest.mark.parametrize(
    "more",
    [
        {"api__main_py": API.format(8000)},
        {"api__main_py": API.format("PORT")},
        {"api__main_py": "from fastapi import FastAPI\n\napp = FastAPI()\n"},
        {"api__main_py": "from mcp import ClientSession\nfrom starlette.applications import Starlette\n"},
        {"site_py": "def app(environ, start_response):\n    return []\n"},
        {"site__serve_py": "import http.server\n"},
        {"site__run_py": "from aiohttp import web\n"},
        {"ui__app_py": "import streamlit as st\n"},
        {"site__manage_py": "from django.core.management import execute_from_command_line\n"},
        {"api__requirements_txt": "flask==3.1.0\n"},
        {"web__index_js": "app.listen(process.env.PORT || 8000)\n"},
        {"web__package_json": '{"name": "web"}'},
        {"package_json": NEXT},
        {"api__main_go": "package main\n"},
        {"index_php": "<?php echo 1;\n"},
        {"deploy__site_service": "[Service]\nExecStart=/usr/bin/python3 -m http.server 8000\n"},
    ],
)
def test_other_programs_that_could_listen_there(more: dict[str, str]) -> None:
    assert only(deployed(nginx("/", "http://app1:8000"), **more)) is None
    assert only(deployed(nginx("/", "http://mcp-ui:8000"), **more)) is None
    assert only(deployed(nginx("/", "http://mcp-1:8000"), **more)) is not None
    assert only(deployed(nginx("/mcp", "http://app1:8000"), **more)) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"tests__main_py": API.format(8000)},
        {"examples__web__package_json": NEXT},
        {"manage_py": "print('no framework')\n"},
        {"client_py": "import aiohttp\nimport httpx\n"},
        {"package_json": '{"name": "tools", "scripts": {"lint": "prettier -c ."}}'},
        {"requirements_txt": "uvicorn\n"},
        {"Dockerfile_dev": DOCKERFILE},
    ],
)
def test_what_is_no_other_program(more: dict[str, str]) -> None:
    assert only(deployed(nginx("/", "http://app1:8000"), **more)) is not None


@pytest.mark.parametrize(
    ("site", "upstream", "assumed"),
    [
        ("_", "up", True),
        ("acme.org", "up", True),
        ("www.acme.org", "backend", True),
        ("notes.acme.org", "up", True),
        ("mcp.acme.org", "up", True),
        ("static.acme.org", "up", False),
        ("git.acme.org", "up", False),
        ("git.lan", "up", False),
        ("acme.org", "gitea", False),
        ("mcp.acme.org", "gitea", False),
    ],
)
def test_names_of_sites_and_of_upstreams(site: str, upstream: str, assumed: bool) -> None:
    group = f"upstream {upstream} {{ server 10.0.0.7:8000; server 10.0.0.8:8000; }}\n"
    config = f"server {{ listen 80; server_name {site}; location / {{ proxy_pass http://{upstream}; }} }}\n"
    assert (only(deployed(group + config)) is not None) == assumed
