"""Caddy itself takes the configurations, and leads each request where the model says."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcplint.project.tree import Tree
from mcplint.proxies.caddy import link as caddy
from mcplint.readers.caddy import read
from mcplint.services.network import Network
from mcplint.text.source import Source
from tests.lab import need
from tests.lab.named import listening, named_servers
from tests.lab.nginx import free_port

NAMES = ("a", "b")
ASKED = [
    (host, path)
    for host in ("one.example.com", "other")
    for path in (
        "/",
        "/mcp",
        "/mcp/",
        "/mcpx",
        "/mcp/a",
        "/api/mcp",
        "/api/mcp/a",
        "/api",
        "/API/mcp",
        "/MCP",
        "/static/x",
    )
]
SITES = [
    "reverse_proxy A",
    "reverse_proxy /mcp/* A\nreverse_proxy B",
    "handle /mcp/* {\nreverse_proxy A\n}\nhandle {\nrespond 404\n}",
    "handle {\nreverse_proxy B\n}\nhandle /mcp* {\nreverse_proxy A\n}",
    "@mcp path /mcp /mcp/*\nhandle @mcp {\nreverse_proxy A\n}\nrespond 204",
    "handle_path /api/* {\nreverse_proxy A\n}\nreverse_proxy /mcp B",
    "handle_path /api* {\nreverse_proxy A\n}\nreverse_proxy B",
    "handle /api/* {\nuri strip_prefix /api\nreverse_proxy A\n}",
    "handle /api/* {\nreverse_proxy /static/* B\n}\nreverse_proxy A",
    "handle /mcp* {\nreverse_proxy /mcp/* B\n}\nhandle /api* {\nreverse_proxy A\n}\nrespond 404",
    "handle_path /mcp/ {\nreverse_proxy A\n}\nhandle_path /api/m* {\nreverse_proxy B\n}",
    "rewrite /mcp /mcp/a\nreverse_proxy A",
    "rewrite * /api{uri}\nreverse_proxy A",
    "uri strip_prefix /api\nreverse_proxy A",
    "route {\nreverse_proxy /mcp/* A\nrespond 403\n}\nreverse_proxy B",
    "route /mcp* {\nuri strip_prefix /mcp\nreverse_proxy A\n}\nreverse_proxy B",
    "route /mcp/* {\nreverse_proxy /api/* B\n}\nroute {\nreverse_proxy A\n}",
    "reverse_proxy /mcp A\nreverse_proxy /mcp/* B\nfile_server",
    "import up /mcp/* A\nimport up /api/* B\nrespond 404",
    "@h host one.example.com\nhandle @h {\nreverse_proxy /mcp* A\n}\nreverse_proxy B",
    "@post method POST\nhandle @post {\nreverse_proxy A\n}\n@options method OPTIONS\nrespond @options 204",
    "@m {\npath /mcp*\nmethod GET POST\n}\nreverse_proxy @m A {\nflush_interval -1\n}\nreverse_proxy B",
    "reverse_proxy B\nreverse_proxy /mcp* A\nrespond /mcp/a 410",
    "handle /mcp* {\nhandle /mcp/a {\nreverse_proxy B\n}\nhandle {\nreverse_proxy A\n}\n}",
    "handle /mcp* {\nhandle /mcp/a {\nreverse_proxy B\n}\n}\nreverse_proxy /mcp A",
    "route {\nhandle /m* {\nreverse_proxy A\n}\nhandle /mcp* {\nreverse_proxy B\n}\n}",
    "handle /m* {\nreverse_proxy A\n}\nhandle /mcp* {\nreverse_proxy B\n}",
    'respond "a { b" 200',
    "redir /mcp /mcp/\nreverse_proxy A",
    "reverse_proxy /api* A {\nrewrite /mcp\nmethod POST\n}\nreverse_proxy B",
    "reverse_proxy A {\nrewrite /x{uri}\n}",
    "handle_path /api* {\nreverse_proxy A {\nrewrite /mcp{path}\n}\n}\nreverse_proxy B",
    "handle_path /api* {\nrewrite * /mcp{path}\nreverse_proxy A\n}\nreverse_proxy B",
    "handle_path /api* {\nrewrite * /mcp{uri}\nreverse_proxy A\n}\nreverse_proxy B",
    "handle_path /api/* {\nrewrite * /mcp{path}\nreverse_proxy A\n}\nreverse_proxy B",
    "route {\nuri strip_prefix /api\nrewrite * /mcp{path}\nreverse_proxy A\n}",
    "uri strip_prefix /api/\nreverse_proxy A",
    "handle /MCP* {\nreverse_proxy A\n}\nhandle_path /Api* {\nreverse_proxy B\n}\nrespond 404",
    "@m path /MCP /Api/*\nreverse_proxy @m A\nreverse_proxy B",
]
"""What stands in the one site of a Caddyfile."""
NAMED = "http://one.example.com:PORT {\nreverse_proxy A\n}\nhttp://two.example.com:PORT, :PORT {\nreverse_proxy B\n}\n"
FILES = [f"(up) {{\nreverse_proxy {{args.0}} {{args.1}}\n}}\n:PORT {{\n{site}\n}}\n" for site in SITES]
FILES += [NAMED, ":PORT\n\nreverse_proxy /mcp/* A\nreverse_proxy B\n"]


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """A server for each upstream, by its name."""
    with named_servers(NAMES) as found:
        yield found


@contextlib.contextmanager
def running(folder: Path, text: str, port: int) -> Iterator[None]:
    program, file, log = need.program("caddy"), folder / "Caddyfile", folder / "log"
    file.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{text}")
    command = [program, "run", "--adapter", "caddyfile", "--config", file]
    with listening(command, port, log, {"HOME": str(folder)}):
        yield


@pytest.mark.parametrize("site", FILES)
def test_requests_go_where_the_model_says(tmp_path: Path, ports: dict[str, int], site: str) -> None:
    port = free_port()
    text = site.replace("PORT", str(port))
    for name, number in ports.items():
        text = text.replace(f" {name.upper()}", f" 127.0.0.1:{number}")
    (proxy,) = caddy.proxies({"Caddyfile": read(Source("Caddyfile", text))}, Tree.of({}), Network((), ()))
    upstreams = {f"http://127.0.0.1:{number}": name for name, number in ports.items()}
    told_of = 0
    with running(tmp_path, text, port):
        for host, path in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", path, headers={"Host": host})
            answer = connection.getresponse()
            real = answer.read().decode() if answer.getheader("X-Named") else "-"
            connection.close()
            told = proxy.ask(host, port, "http", path)
            if told.certain and not (told.kind == "proxy" and told.uri is None):
                told_of += 1
                model = f"{upstreams[told.upstream or '']} {told.uri}" if told.kind == "proxy" else "-"
                assert (host, path, real) == (host, path, model)
    assert told_of >= len(ASKED) // 2
