"""Servers run for real: a released SDK in an environment of its own, a program on loopback, requests to it.

Linux has all of 127.0.0.0/8 on its loopback interface: 127.0.0.1 is the server's own container, 127.0.0.2 is any other.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from tests.lab import need
from tests.lab.nginx import free_port

SITE = Path(__file__).parent / "site"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
# The dependencies that releases of their date need: later ones do not import with them any more.
HELD_BACK = ("pydantic<2.12", "mcp<2")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "lab", "version": "1"}},
}


class Answer(NamedTuple):
    """What came back: status, headers with lower-case names, and the body, or what of it came in time."""

    status: int
    headers: Mapping[str, str]
    body: str


class ContainerContext(NamedTuple):
    """A program that was started, the port it was told to listen on, and the file that its output goes to."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def output(self) -> str:
        """What it has printed so far, errors included."""
        return self.log.read_text(errors="replace")

    @property
    def exited(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()

    def reachable(self, address: str = ELSEWHERE) -> bool:
        """Whether it can be connected to at that address."""
        with contextlib.suppress(OSError), socket.create_connection((address, self.port), timeout=2):
            return True
        return False

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        address: str = HERE,
        seconds: float = 5,
    ) -> Answer:
        """The answer to one request; a body is sent as JSON. A stream that does not end is cut after that time."""
        connection = http.client.HTTPConnection(address, self.port, timeout=seconds)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {**(JSON if sent else {}), **(headers or {})})
            response = connection.getresponse()
            got = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, got, _text(response, time.monotonic() + seconds))
        finally:
            connection.close()

    def initialize(self, path: str = "/mcp", **headers: str) -> Answer:
        """The answer to the first request of an MCP session; header names are written with `_` for `-`."""
        return self.ask("POST", path, {name.replace("_", "-"): value for name, value in headers.items()}, INITIALIZE)


def _text(response: http.client.HTTPResponse, end: float) -> str:
    """The body as far as it comes before the time is up."""
    parts = []
    with contextlib.suppress(TimeoutError):
        while time.monotonic() < end and (part := response.read1(65536)):
            parts.append(part)
    return b"".join(parts).decode(errors="replace")


def requirements(package: str, version: str) -> tuple[str, ...]:
    """What to install for a release of an SDK so that it imports, older dependencies included."""
    numbers = tuple(map(int, version.split(".")))
    old = numbers < ((1, 21, 1) if package == "mcp" else (2, 14, 5))
    return (f"{package}=={version}", *(HELD_BACK if old else ()))


def cache() -> Path:
    """The folder for what is made once: in the user's cache folder, or where `MCPLINT_LAB` says."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir()) / "mcplint-lab"
    return Path(os.environ.get("MCPLINT_LAB") or usual)


def environment(*packages: str) -> Path:
    """The Python of a virtual environment with those packages, made once and kept in the cache folder.

    Skips the test where no index is reachable, and fails it in CI.
    """
    name = hashlib.sha256(repr((sys.version_info[:2], sorted(packages))).encode()).hexdigest()[:16]
    made = cache() / name
    made.mkdir(parents=True, exist_ok=True)
    python = made / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with _locked(made / "lock"):
        if not (made / "complete").exists():
            overrides = made / "overrides.txt"
            # Some releases of fastmcp want a certifi that mirrors of the index do not have yet.
            overrides.write_text("certifi>=2024\n")
            need.uv("venv", "--quiet", "--clear", "--python", sys.executable, made / "venv", folder=made)
            need.uv("pip", "install", "--quiet", "--python", python, "--overrides", overrides, *packages, folder=made)
            (made / "complete").write_text("\n".join(packages))
    return python


def modules(*packages: str, folder: Path) -> None:
    """Gives a folder a `node_modules` with those packages of npm, installed once and kept in the cache folder.

    Skips the test where no registry is reachable, and fails it in CI.
    """
    name = hashlib.sha256(repr(("npm", sorted(packages))).encode()).hexdigest()[:16]
    made = cache() / name
    made.mkdir(parents=True, exist_ok=True)
    with _locked(made / "lock"):
        if not (made / "complete").exists():
            (made / "package.json").write_text("{}")
            quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps")
            need.npm("install", *quiet, *packages, folder=made)
            (made / "complete").write_text("\n".join(packages))
    (folder / "node_modules").symlink_to(made / "node_modules")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    """Holds the file, so that tests in several processes make an environment once."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held


@contextlib.contextmanager
def running(
    python: Path,
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    seconds: float = 30,
    port: int = 0,
) -> Iterator[ContainerContext]:
    """A program (`server.py`, `-m package`, `-m uvicorn app:app`) of that Python, or node, until the block ends.

    The block begins when the program listens or has ended. `env` is added to an environment without other variables
    than those of the system.
    """
    port = port or free_port()
    kept = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {"PYTHONPATH": str(SITE), "PYTHONUNBUFFERED": "1", "MCPLINT_LAB_PORT": str(port)}
    variables |= {"FASTMCP_CHECK_FOR_UPDATES": "off", "PATH": f"{python.parent}:{variables.get('PATH', '')}"}
    log = Path(tempfile.mkstemp(prefix="mcplint-lab-", suffix=".log")[1])
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), *command],
            cwd=folder,
            env=variables | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = ContainerContext(process, port, log)
    try:
        _wait(server, time.monotonic() + seconds)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        log.unlink()


def _wait(server: ContainerContext, end: float) -> None:
    while time.monotonic() < end and server.exited is None and not server.reachable(HERE):
        time.sleep(0.05)
