"""The nginx of an example as its clients meet it, with the example's names and ports mapped to loopback."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.lab import need, nginx
from tests.lab.servers import INITIALIZE, JSON

HOST = "notes.example.com"
TOKEN = base64.b64encode(b"ada:lovelace").decode()
HEADERS = {"Host": HOST, "Authorization": f"Basic {TOKEN}"}


class Proxy(NamedTuple):
    """nginx as a client meets it: its TLS and plain ports, the certificate it shows."""

    tls: int
    plain: int
    certificate: Path

    def connection(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = False
        return http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=20, context=context)


@contextlib.contextmanager
def front(folder: Path, upstreams: list[str]) -> Iterator[Proxy]:
    """nginx with the example's configuration, its names and ports mapped to loopback."""
    place = folder / f"nginx-{time.monotonic_ns()}"
    secrets = place / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "users").write_text("ada:{PLAIN}lovelace\n")
    certificate, key = secrets / "certificate", secrets / "certificate_key"
    openssl = [need.program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    openssl += ["-subj", f"/CN={HOST}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(openssl, check=True, capture_output=True)
    tls, plain = nginx.free_port(), nginx.free_port()
    text = (folder / "nginx" / "default.conf").read_text()
    for there, here in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
        "/run/secrets/": f"{secrets}/",
        "server notes:8000;": " ".join(f"server {upstream};" for upstream in upstreams),
    }.items():
        assert there in text
        text = text.replace(there, here)
    with nginx.running(place, text, tls):
        yield Proxy(tls, plain, certificate)


def status(to: Proxy, path: str, headers: dict[str, str] = HEADERS) -> int:
    """What nginx answers to the first request of a client, an `initialize`."""
    connection = to.connection()
    connection.request("POST", path, json.dumps(INITIALIZE), {**headers, **JSON})
    return connection.getresponse().status


def session(to: Proxy, headers: dict[str, str] = HEADERS) -> dict[str, str]:
    """The header of a new session; empty where the server keeps none."""
    connection = to.connection()
    connection.request("POST", "/mcp", json.dumps(INITIALIZE), {**headers, **JSON})
    answer = connection.getresponse()
    return {name: value for name, value in answer.getheaders() if name.lower() == "mcp-session-id"}


def comes(to: Proxy, seconds: float, *, end: bool, headers: dict[str, str] = HEADERS) -> bool:
    """Whether the head, or the end, of a standing stream comes before nothing has come for so long."""
    connection = to.connection()
    headers = {**headers, **session(to, headers), "Accept": "text/event-stream"}
    connection.timeout = seconds
    connection.request("GET", "/mcp", headers=headers)
    try:
        answer = connection.getresponse()
        while end and answer.readline():
            pass
    except TimeoutError:
        return False
    return True
