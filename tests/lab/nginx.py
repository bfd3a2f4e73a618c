"""The system's nginx, run from a folder of its own, on loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.lab import need

MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""


def free_port() -> int:
    """A TCP port that nothing listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Waits until the process listens on the port; AssertionError with its log where it ends or the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}:\n{log.read_text(errors='replace')[-4000:]}")


def end(process: subprocess.Popen[bytes], times: int = 10) -> None:
    """Ends nginx: a single process that looks for signals before it waits for events misses one between the two."""
    for _ in range(times):
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
            return
    raise AssertionError(f"nginx still runs after {times} signals")


@contextlib.contextmanager
def running(folder: Path, http: str, port: int) -> Iterator[None]:
    """nginx with that text in its http block, from when it listens on the port until the block ends."""
    program = need.program("nginx")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, http=http))
    log = folder / "error.log"
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", "nginx.conf", "-e", str(log)], stdout=output, stderr=output
        )
        try:
            wait_for(port, process, log if log.exists() else folder / "output")
            yield
        finally:
            end(process)
