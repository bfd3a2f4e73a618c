"""Ingresses and Traefik's labels are routes: what they take, where they lead, and what they do on the way."""

from __future__ import annotations

import json

import pytest
from pages import RULES

from mcplint.engine import lint as engine
from mcplint.model import ClientConfig, Deployment, Route
from mcplint.project.config import Config
from mcplint.project.tree import Tree

SERVER = {
    "Dockerfile": 'FROM python:3.12-slim\nCOPY server.py .\nRUN pip install mcp==1.27.1\nCMD ["python", "server.py"]\n',
    "pyproject.toml": '[project]\nname = "notes"\n',
    "server.py": (
        "from mcp.server.fastmcp import FastMCP\n"
        'mcp = FastMCP("notes", host="0.0.0.0")\n'
        'if __name__ == "__main__":\n    mcp.run(transport="streamable-http")\n'
    ),
}
CLUSTER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers: [{name: notes, image: example.com/notes, ports: [{name: http, containerPort: 8000}]}]
---
apiVersion: v1
kind: Service
metadata: {name: notes}
spec: {selector: {app: notes}, ports: [{name: web, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: notes
  annotations:
    cert-manager.io/issuer: "ca"
@spec:
  ingressClassName: CLASS
  rules:
    - host: notes.example.com
      http:
        paths:
          - {path: PATH, pathType: TYPE, backend: {service: {name: notes, port: {PORT}}}}
"""


def deployment(files: dict[str, str], *urls: str) -> Deployment:
    clients = {f"c{number}": {"type": "http", "url": url} for number, url in enumerate(urls)}
    tree = Tree.of({**SERVER, **files, ".mcp.json": json.dumps({"mcpServers": clients})})
    run = engine.run(tree, RULES, Config())
    assert not [each for each in run.diagnostics if each.rule == "internal-error"]
    return run.deployment


def cluster(
    *annotations: str, path: str = "/mcp", kind: str = "Prefix", port: str = "number: 80", controller: str = "nginx"
) -> dict[str, str]:
    said = "".join(
        f"    {'' if '/' in line.partition(':')[0] else 'nginx.ingress.kubernetes.io/'}{line}\n" for line in annotations
    )
    text = CLUSTER.replace("@", said).replace("PATH", path).replace("TYPE", kind)
    return {"k8s.yaml": text.replace("PORT", port).replace("CLASS", controller)}


def asked(files: dict[str, str], url: str) -> object:
    """What the server is asked for when a client calls a URL; `?` where that is not known."""
    client: ClientConfig = deployment(files, url).clients[0]
    return "?" if client.asked.options is None else client.asked.only


def only(files: dict[str, str]) -> Route:
    (route,) = deployment(files).routes
    return route


@pytest.mark.parametrize("port", ["number: 80", "name: web"])
def test_an_ingress_leads_to_the_pods_that_its_service_selects(port: str) -> None:
    route = only(cluster(port=port))
    assert route.server and route.server.container and route.server.container.id == "k8s.yaml:notes"
    assert [link.kind for link in route.links] == ["made"]
    assert (route.proxy, route.target.only, route.endpoint.only) == ("ingress-nginx", "http://notes:80", "/mcp")
    assert (route.location.only, route.server_names.only) == ("/mcp", ("notes.example.com",))


@pytest.mark.parametrize("port", ["number: 8000", "name: other"])
def test_a_port_that_the_service_does_not_have_is_not_followed_for_certain(port: str) -> None:
    found = deployment(cluster(port=port))
    assert all(route.target.only in ("http://notes:8000", None) for route in found.routes)


@pytest.mark.parametrize(
    ("annotations", "name", "option"),
    [
        ((), "buffering", False),
        (("proxy-buffering: 'on'",), "buffering", True),
        (("proxy-buffering: '{{ b }}'",), "buffering", "?"),
        ((), "read_timeout", 60.0),
        (("proxy-read-timeout: '3600'",), "read_timeout", 3600.0),
        (("proxy-read-timeout: 1h",), "read_timeout", "?"),
        ((), "http_version", "1.1"),
        (("proxy-http-version: '1.0'",), "http_version", "1.0"),
        ((), "balancing", "round_robin"),
        (("affinity: cookie",), "balancing", "affinity cookie"),
        (("upstream-hash-by: $remote_addr",), "balancing", "upstream-hash-by $remote_addr"),
        (("load-balance: ewma",), "balancing", "ewma"),
        (("affinity: cookie", "service-upstream: 'true'"), "balancing", "?"),
        (("backend-protocol: HTTPS",), "target", "https://notes:80"),
        (("backend-protocol: GRPC",), "target", "?"),
    ],
)
def test_annotations(annotations: tuple[str, ...], name: str, option: object) -> None:
    value = getattr(only(cluster(*annotations)), name)
    assert ("?" if value.options is None else value.only) == option


@pytest.mark.parametrize("name", ["buffering", "read_timeout", "balancing", "http_version"])
@pytest.mark.parametrize(
    ("annotations", "controller"), [((), "traefik"), ((), "alb"), (("nginx.org/proxy-read-timeout: 5s",), "nginx")]
)
def test_other_controllers_do_what_the_files_do_not_tell(
    annotations: tuple[str, ...], controller: str, name: str
) -> None:
    route = only(cluster(*annotations, controller=controller))
    assert route.proxy != "ingress-nginx" and getattr(route, name).options is None


@pytest.mark.parametrize(
    ("annotations", "affinity"),
    [
        ((), "none"),
        (("affinity: cookie",), "cookie"),
        (("upstream-hash-by: $http_mcp_session_id",), "session-header"),
        (("upstream-hash-by: $remote_addr",), "works"),
        (("upstream-hash-by: $binary_remote_addr",), "works"),
        (("upstream-hash-by: $remote_addr$remote_port",), "none"),
        (("upstream-hash-by: $http_x_tenant",), "?"),
        (("service-upstream: 'true'",), "?"),
    ],
)
def test_affinity(annotations: tuple[str, ...], affinity: str) -> None:
    (server,) = (server for server in deployment(cluster(*annotations)).servers if server.spread)
    (spread,) = server.spread
    assert ("?" if spread.affinity.options is None else spread.affinity.only) == affinity


HOST = "https://notes.example.com"


@pytest.mark.parametrize(
    ("path", "kind", "annotations", "url", "to"),
    [
        ("/mcp", "Prefix", (), "/mcp", "/mcp"),
        ("/mcp", "Prefix", (), "/mcp/", "/mcp/"),
        ("/mcp", "Prefix", (), "/mcp/a", "/mcp/a"),
        ("/mcp", "Prefix", (), "/mcpx", None),
        ("/mcp", "Exact", (), "/mcp", "/mcp"),
        ("/mcp", "Exact", (), "/mcp/", None),
        ("/mcp", "ImplementationSpecific", (), "/mcpx", "/mcpx"),
        ("/", "Prefix", (), "/mcp", "/mcp"),
        ("/other", "Prefix", (), "/mcp", None),
        ("/api(/|$)(.*)", "ImplementationSpecific", ("rewrite-target: /$2",), "/api/mcp", "/mcp"),
        ("/api(/|$)(.*)", "ImplementationSpecific", ("rewrite-target: /$2",), "/api", "/"),
        ("/api(/|$)(.*)", "ImplementationSpecific", ("rewrite-target: /$2",), "/apix", None),
        ("/api/(.*)", "ImplementationSpecific", ("rewrite-target: /$1",), "/api/mcp", "/mcp"),
        ("/api(/.*)", "ImplementationSpecific", ("rewrite-target: $1",), "/api/mcp", "/mcp"),
        ("/api", "Prefix", ("rewrite-target: /mcp",), "/api", "/mcp"),
        ("/api", "Prefix", ("rewrite-target: /",), "/api/mcp", "/"),
        ("/a[0-9]+", "ImplementationSpecific", ("use-regex: 'true'",), "/a1", "?"),
        ("/mcp", "Prefix", ("configuration-snippet: return 404;",), "/mcp", "?"),
        ("/mcp", "Prefix", ("canary: 'true'",), "/mcp", "?"),
    ],
)
def test_what_the_server_is_asked_for(path: str, kind: str, annotations: tuple[str, ...], url: str, to: object) -> None:
    assert asked(cluster(*annotations, path=f"'{path}'", kind=kind), HOST + url) == to


def test_names_that_no_ingress_has_are_not_followed() -> None:
    assert asked(cluster(), "https://other.example.com/mcp") == "?"


def test_a_longer_path_counts_before_a_shorter_one() -> None:
    files = cluster(path="/")
    line = next(line for line in files["k8s.yaml"].splitlines() if "path: /" in line)
    files["k8s.yaml"] = files["k8s.yaml"].replace(line, f"{line}\n{line.replace('/,', '/mcp,')}")
    (client,) = deployment(files, f"{HOST}/mcp").clients
    assert client.route and client.route.location.only == "/mcp"


def test_a_timeout_that_is_not_set_is_written_below_the_last_annotation() -> None:
    files = cluster()
    (edit,) = only(files).read_timeout.write("300")
    text = files["k8s.yaml"]
    assert text[: edit.span.start].endswith('issuer: "ca"')
    assert edit.text == '\n    nginx.ingress.kubernetes.io/proxy-read-timeout: "300"'


@pytest.mark.parametrize("line", ["proxy-read-timeout: 30", "proxy-read-timeout: '30'", 'proxy-read-timeout: "30"'])
def test_an_annotation_stays_a_text_when_it_is_rewritten(line: str) -> None:
    files = cluster(line)
    (edit,) = only(files).read_timeout.write("300")
    text = files["k8s.yaml"]
    written = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert "proxy-read-timeout: '300'" in written or 'proxy-read-timeout: "300"' in written


COMPOSE = """services:
  traefik:
    image: traefik:v3
    ports: ["8080:80"]
  notes:
    build: .
    deploy: {replicas: 2}
    labels:
@"""


def labels(rule: str, *more: str) -> dict[str, str]:
    lines = (f"routers.notes.rule={rule}", "services.notes.loadbalancer.server.port=8000", *more)
    return {"compose.yaml": COMPOSE.replace("@", "".join(f"      - traefik.http.{line}\n" for line in lines))}


@pytest.mark.parametrize(
    ("rule", "more", "url", "to"),
    [
        ("PathPrefix(`/mcp`)", (), "/mcp", "/mcp"),
        ("PathPrefix(`/mcp`)", (), "/mcp/a", "/mcp/a"),
        ("Path(`/mcp`)", (), "/mcp", "/mcp"),
        ("Path(`/mcp`)", (), "/mcp/a", "?"),
        ("Host(`localhost`)", (), "/mcp", "/mcp"),
        ("Host(`a.example.com`, `localhost`) && PathPrefix(`/a`, `/mcp`)", (), "/mcp", "/mcp"),
        ("Host(`LOCALHOST`)", (), "/mcp", "/mcp"),
        (f"Host({'`a` ' * 99}", (), "/mcp", "?"),
        ("Host(`localhost`) || PathPrefix(`/mcp`)", (), "/mcp", "?"),
        ("HostRegexp(`.*`)", (), "/mcp", "?"),
        ("!Host(`localhost`)", (), "/mcp", "?"),
        ("PathPrefix(`/{a:.*}`)", (), "/mcp", "?"),
        (
            "PathPrefix(`/a`)",
            ("routers.notes.middlewares=s", "middlewares.s.stripprefix.prefixes=/a"),
            "/a/mcp",
            "/mcp",
        ),
        ("PathPrefix(`/a`)", ("routers.notes.middlewares=s", "middlewares.s.stripprefix.prefixes=/b,/a"), "/a", "/"),
        ("PathPrefix(`/a`)", ("routers.notes.middlewares=s", "middlewares.s.headers.sslredirect=true"), "/a/m", "/a/m"),
        ("PathPrefix(`/a`)", ("routers.notes.middlewares=s@file",), "/a/mcp", "?"),
        ("PathPrefix(`/a`)", ("routers.notes.middlewares=s", "middlewares.s.replacepath.path=/mcp"), "/a", "?"),
    ],
)
def test_labels_of_traefik(rule: str, more: tuple[str, ...], url: str, to: object) -> None:
    assert asked(labels(rule, *more), f"http://localhost:8080{url}") == to


@pytest.mark.parametrize(
    ("more", "affinity"),
    [
        ((), "none"),
        (("services.notes.loadbalancer.sticky.cookie.name=s",), "cookie"),
        (("services.notes.loadbalancer.sticky.cookie=true",), "cookie"),
        (("services.notes.loadbalancer.sticky.cookie=${STICKY}",), "?"),
        (("services.notes.loadbalancer.strategy=hrw",), "?"),
        (("routers.notes.service=elsewhere@file", "services.notes.loadbalancer.sticky.cookie=true"), "?"),
    ],
)
def test_cookies_of_traefik(more: tuple[str, ...], affinity: str) -> None:
    (server,) = deployment(labels("PathPrefix(`/`)", *more)).servers
    (spread,) = server.spread
    assert ("?" if spread.affinity.options is None else spread.affinity.only) == affinity


def test_a_service_that_is_switched_off_has_no_route() -> None:
    files = labels("PathPrefix(`/`)")
    files["compose.yaml"] += "      - traefik.enable=false\n"
    assert not deployment(files).routes


@pytest.mark.parametrize("files", [cluster("proxy-buffering: 'off'"), labels("PathPrefix(`/mcp`)")])
def test_rules_about_directives_of_nginx_have_nothing_to_say(files: dict[str, str]) -> None:
    run = engine.run(Tree.of({**SERVER, **files}), RULES, Config())
    assert run.deployment.routes[0].mcp_server
    silent = {"no-rate-limit", "small-body-limit", "http10-upstream", "buffered-stream", "cached-stream"}
    assert not silent & {each.rule for each in run.diagnostics}


DYNAMIC = """[http.routers.notes]
rule = "PathPrefix(`/mcp`)"
service = "notes"

[http.services.notes.loadBalancer]
[[http.services.notes.loadBalancer.servers]]
url = "http://notes:PORT"
"""
MOUNTED = """services:
  traefik:
    image: traefik:v3
    command: ["--providers.file.filename=/etc/traefik/dynamic.toml"]
    volumes: ["./dynamic.toml:/etc/traefik/dynamic.toml:ro"]
    ports: ["8080:80"]
  notes:
    build: .
"""


def test_a_dynamic_configuration_in_toml() -> None:
    files = {"compose.yaml": MOUNTED, "dynamic.toml": DYNAMIC.replace("PORT", "8000")}
    assert asked(files, "http://localhost:8080/mcp") == "/mcp"
    assert not deployment(files).dead_ends


def test_a_dynamic_configuration_that_leads_to_another_port() -> None:
    (end,) = deployment({"compose.yaml": MOUNTED, "dynamic.toml": DYNAMIC.replace("PORT", "9999")}).dead_ends
    assert (end.kind, end.host, end.port, end.span.text) == ("port", "notes", 9999, "notes:9999")
