"""A workload of Kubernetes whose image no file ties to the project is the one server's that it is called as."""

from __future__ import annotations

import pytest

from mcplint.engine import lint as engine
from mcplint.link import link
from mcplint.model import ASSUMED
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from tests.pages import RULES

DOCKERFILE = (
    'FROM python:3.13-slim\nWORKDIR /app\nCOPY server.py .\nRUN pip install mcp==1.27.1\nCMD ["python", "server.py"]\n'
)
SERVER = """from mcp.server.fastmcp import FastMCP

mcp = FastMCP("{}", host="0.0.0.0", stateless_http=True)
mcp.run(transport="streamable-http")
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: {0}}}
spec:
  selector: {{matchLabels: {{app: {0}}}}}
  template:
    metadata: {{labels: {{app: {0}}}}}
    spec:
      containers:
        - name: main
          image: {1}
          ports: [{{containerPort: {2}}}]
---
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: {}}}
  ports: [{{port: 80, targetPort: {}}}]
---
"""
INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: tools.acme.dev
      http: {paths: [{path: /mcp, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
"""


def tree(manifest: str, name: str = "orders", **more: str) -> Tree:
    return Tree.of({"Dockerfile": DOCKERFILE, "server.py": SERVER.format(name), "k8s/app.yaml": manifest, **more})


def linked(tree: Tree) -> bool:
    containers = link(tree, Config()).deployment.containers
    found = [each for each in containers if each.platform == "kubernetes"]
    assert all(each.links[0].kind == ASSUMED for each in found)
    return bool(found)


@pytest.mark.parametrize(
    ("pod", "image", "port", "name"),
    [
        ("orders", "registry.example.com/orders:1", 8000, "orders"),
        ("orders-server", "registry.example.com/shop/orders-svc:1", 8000, "Orders Server"),
        ("orders", "registry.example.com:5000/shop/backend", 8000, "orders"),
        ("web", "ghcr.io/acme/orders-mcp:1", 9999, "orders"),
        ("orders-mcp", "acme/orders:1", 9999, "orders-mcp"),
        ("mcp", "mcp-server:dev", 8000, "orders"),
        ("mcp-server", "ghcr.io/acme/mcp", 8000, "orders"),
    ],
)
def test_names_and_ports_that_agree(pod: str, image: str, port: int, name: str) -> None:
    assert linked(tree(DEPLOYMENT.format(pod, image, port), name))


@pytest.mark.parametrize(
    ("pod", "image", "port", "name"),
    [
        ("orders", "postgres:16", 8000, "orders"),
        ("orders", "registry.example.com/nginx:1", 8000, "orders"),
        ("redis", "redis:7", 8000, "redis"),
        ("airflow", "apache/airflow:2.9", 8000, "airflow"),
        ("airflow", "quay.io/apache/airflow:2.9", 8000, "airflow"),
        ("airflow", "registry.example.com/airflow:2.9", 8080, "airflow"),
        ("orders-worker", "registry.example.com/orders-worker:1", 8000, "orders"),
        ("github", "mcp/github", 8000, "orders"),
        ("github-mcp-server", "ghcr.io/github/github-mcp-server", 8000, "orders"),
        ("mcp-server", "ghcr.io/acme/mcp", 3000, "orders"),
        ("web", "registry.example.com/shop/web", 8000, "orders"),
    ],
)
def test_what_may_be_something_else(pod: str, image: str, port: int, name: str) -> None:
    assert not linked(tree(DEPLOYMENT.format(pod, image, port), name))


def test_two_that_can_be_meant() -> None:
    two = DEPLOYMENT.format("orders", "registry.example.com/orders", 8000)
    two += DEPLOYMENT.format("orders-mcp", "registry.example.com/orders-mcp", 8000)
    assert not linked(tree(two))
    orders = DEPLOYMENT.format("orders", "registry.example.com/orders", 8000)
    assert not linked(tree(orders, **{"other/Dockerfile": DOCKERFILE}))
    start = "FROM python:3.13-slim\nCOPY . .\nRUN pip install mcp==1.27.1\nCMD python server.py & python more.py\n"
    assert not linked(tree(orders, Dockerfile=start, **{"more.py": SERVER.format("more")}))
    again = orders + DEPLOYMENT.format("orders-canary", "registry.example.com/orders:2", 8000)
    assert linked(tree(again))


def rules(tree: Tree) -> dict[str, str]:
    return {each.rule: each.severity for each in engine.run(tree, RULES, Config()).diagnostics}


def test_its_rules_speak_whatever_its_route_lacks() -> None:
    orders = DEPLOYMENT.format("orders", "registry.example.com/orders", 8000)
    assert rules(tree(orders + SERVICE.format("orders", 9000)))["port-mismatch"] == "warning"
    assert "port-mismatch" not in rules(tree(orders + SERVICE.format("orders", 8000)))
    assert "unselected-pods" in rules(tree(orders + SERVICE.format("order", 8000)))


def test_manifests_that_certainly_are_of_the_server() -> None:
    other = DEPLOYMENT.format("backend", "registry.example.com/shop/backend", 3000) + SERVICE.format("back-end", 3000)
    told = '{"mcpServers": {"tools": {"type": "http", "url": "https://%s/mcp"}}}'
    assert "unselected-pods" not in rules(tree(other + INGRESS))
    assert "unselected-pods" not in rules(tree(other + INGRESS, **{".mcp.json": told % "other.acme.dev"}))
    assert "unselected-pods" in rules(tree(other + INGRESS, **{".mcp.json": told % "tools.acme.dev"}))
    mcp = DEPLOYMENT.format("mcp-tools", "acme/tools", 3000)
    assert "unselected-pods" in rules(tree(mcp + SERVICE.format("mcp-tool", 3000)))
    assert "unselected-pods" not in rules(tree(mcp + SERVICE.format("mcp-tools", 3000)))
