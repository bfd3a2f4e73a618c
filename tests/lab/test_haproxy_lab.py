"""HAProxy itself takes the configurations, and leads each request where the model says."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mcplint.proxies.haproxy import link as haproxy
from mcplint.readers.haproxy import read
from mcplint.services.network import Network
from mcplint.text.source import Source
from tests.lab import need
from tests.lab.named import listening, named_servers
from tests.lab.nginx import free_port

NAMES = ("a", "b", "c")
HEAD = "defaults\n    mode http\n    timeout connect 2s\n    timeout client 5s\n    timeout server 5s\n"
ASKED = [
    (host, path)
    for host in ("one.example.com", "TWO.example.com", "other")
    for path in ("/", "/mcp", "/mcp/", "/mcpx", "/mcp/a", "/api/mcp", "/MCP")
]
FRONTENDS = [
    ("default_backend a",),
    ("use_backend a if { path_beg /mcp }", "default_backend b"),
    ("use_backend a if { path /mcp }", "use_backend b if { path_beg /mcp/ }", "default_backend c"),
    ("acl m path /mcp /mcp/", "acl m path /api/mcp", "use_backend a if m", "default_backend c"),
    ("acl h hdr(host) -i one.example.com two.example.com", "use_backend a if h", "default_backend b"),
    ("acl h hdr(host) -i ONE.example.com", "use_backend a if h { path_beg /mcp }", "default_backend c"),
    ("use_backend a if { path /mcp } || { path_beg /api }", "use_backend b if { hdr(host) -i other }"),
    ("use_backend a if { path_beg \"/mcp\" } or { path '/' }", "use_backend b", "default_backend c"),
    ("use_backend a if { path_beg /m }", "use_backend b if { path_beg /mcp }", "default_backend c"),
    ("use_backend a if { path_reg ^/mcp(/|$) }", "use_backend b if { path_reg ^/ap }", "default_backend c"),
    ("use_backend a if { path -m reg '^/mcp$' }", 'use_backend b if { path_reg "^/mcp/" }'),
    ("use_backend a if { path_reg ^/mcp\\.x$ ^/mcp/ }", "default_backend b"),
    ("use_backend a if { path_reg ^/m\\.p }", "use_backend b if { path_reg ^/mc }"),
    ("http-request set-header X-A b\\ c # d", "use_backend a if { path_beg /mcp/ }"),
]


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """A server for each backend, by its name."""
    with named_servers(NAMES) as found:
        yield found


@contextlib.contextmanager
def running(folder: Path, text: str, port: int) -> Iterator[None]:
    """HAProxy with that configuration, once it has said that it is valid."""
    program, file, log = need.program("haproxy"), folder / "haproxy.cfg", folder / "log"
    file.write_text(text)
    checked = subprocess.run([program, "-c", "-f", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with listening([program, "-db", "-f", file], port, log):
        yield


@pytest.mark.parametrize("lines", FRONTENDS)
def test_requests_go_where_the_model_says(tmp_path: Path, ports: dict[str, int], lines: tuple[str, ...]) -> None:
    port = free_port()
    said = "".join(f"    {line}\n" for line in lines)
    backends = "".join(f"backend {name}\n    server s 127.0.0.1:{ports[name]}\n" for name in NAMES)
    text = f"{HEAD}frontend web\n    bind 127.0.0.1:{port}\n{said}{backends}"
    (proxy,) = haproxy.proxies({"haproxy.cfg": read(Source("haproxy.cfg", text))}, Network((), ()))
    upstreams = {f"http://127.0.0.1:{number}": name for name, number in ports.items()}
    with running(tmp_path, text, port):
        for host, path in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            real = answer.read().decode() if answer.status == 200 else f"{answer.status}"
            connection.close()
            told = proxy.ask(host, port, "http", path)
            model = f"{upstreams[told.upstream or '']} {told.uri}" if told.kind == "proxy" else "503"
            assert (host, path, real) == (host, path, model)


class Healthy(BaseHTTPRequestHandler):
    """Answers as an MCP server with one health route."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_OPTIONS = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("lines", "up"),
    [
        (("option httpchk GET /health",), True),
        (("option httpchk GET /healthz",), False),
        (("option httpchk",), False),
        (("option httpchk", "http-check send meth GET uri /health", "http-check expect status 200"), True),
        (("option httpchk GET /healthz", "http-check expect status 404"), True),
    ],
)
def test_a_server_whose_check_fails_gets_no_requests(tmp_path: Path, lines: tuple[str, ...], up: bool) -> None:
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    said = "".join(f"    {line}\n" for line in lines)
    text = (
        f"{HEAD}frontend web\n    bind 127.0.0.1:{port}\n    default_backend notes\n"
        f"backend notes\n{said}    server s 127.0.0.1:{server.server_port} check inter 100ms fall 1 rise 1\n"
    )
    (proxy,) = haproxy.proxies({"haproxy.cfg": read(Source("haproxy.cfg", text))}, Network((), ()))
    (check,) = proxy.routes[0].checks
    assert (check.deciding_request is not None and check.deciding_request.path != "/health") is not up
    try:
        with running(tmp_path, text, port):
            end, status = time.monotonic() + 5, 0
            while time.monotonic() < end and (status == 503) is up:
                status = asked(port)
                time.sleep(0.1)
            assert (status == 503) is not up
    finally:
        server.shutdown()


def asked(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/health")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("stats enable", "stats uri /"), 200),
        (("stats uri /",), 200),
        (("stats enable", "stats uri /", "stats auth a:b"), 401),
        (("stats enable", "stats uri /", "http-request deny if TRUE"), 403),
    ],
)
def test_statistics_are_shown_to_those_who_may_see_them(lines: tuple[str, ...], status: int, tmp_path: Path) -> None:
    port = free_port()
    text = HEAD + f"frontend stats\n    bind 127.0.0.1:{port}\n" + "".join(f"    {line}\n" for line in lines)
    with running(tmp_path, text, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        assert connection.getresponse().status == status
        connection.close()
