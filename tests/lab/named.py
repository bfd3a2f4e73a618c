"""Servers that answer with their names, and a proxy that runs in front of them."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.lab.nginx import wait_for


class Named(BaseHTTPRequestHandler):
    """Answers with the name of its server and the path that it was asked for."""

    def do_POST(self) -> None:
        body = f"{self.server.server_name} {self.path}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("X-Named", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def named_servers(names: Iterable[str]) -> Iterator[dict[str, int]]:
    """The port of a server for each name."""
    servers = {}
    for name in names:
        servers[name] = ThreadingHTTPServer(("127.0.0.1", 0), Named)
        servers[name].server_name = name
        threading.Thread(target=servers[name].serve_forever, daemon=True).start()
    yield {name: server.server_port for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()


@contextlib.contextmanager
def listening(
    command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A program from when it listens on a port; what it says stands in a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=env)
        try:
            wait_for(port, process, log)
            yield
        finally:
            process.terminate()
            process.wait(10)
