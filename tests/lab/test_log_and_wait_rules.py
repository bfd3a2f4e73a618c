"""What the pages about waiting tools, lines held back and readiness for systemd claim, seen on their own examples."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.lab.examples import example, python, started
from tests.lab.nginx import free_port
from tests.lab.servers import environment, requirements, running

CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"words": "notes"}},
}


@pytest.mark.parametrize(("section", "healthy"), [("Bad", False), ("Good", True)])
def test_a_tool_that_waits_keeps_the_health_check_waiting(section: str, healthy: bool, tmp_path: Path) -> None:
    files = example("blocking-tools", section)
    files["requirements.txt"] += "httpx==0.28.1\n"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/search"
        program = files["server.py"].replace("https://notes.example/search", address)
        with started(tmp_path, "blocking-tools", section, files={**files, "server.py": program}) as server:
            assert server.ask("GET", "/health").status == 200
            asking = threading.Thread(target=lambda: server.ask("POST", "/mcp", body=CALL, seconds=20))
            asking.start()
            waiting, _ = silent.accept()
            with waiting:
                if healthy:
                    assert server.ask("GET", "/health", seconds=3).status == 200
                else:
                    with pytest.raises(TimeoutError):
                        server.ask("GET", "/health", seconds=3)
                waiting.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nnotes")
            asking.join()
            assert server.ask("GET", "/health").status == 200


@pytest.mark.parametrize(("section", "arrives"), [("Bad", False), ("Good", True)])
def test_what_is_printed_is_held_back(section: str, arrives: bool, tmp_path: Path) -> None:
    files = example("buffered-logs", section)
    (tmp_path / "server.py").write_text(files["server.py"])
    said = dict(re.findall(r"^ENV (\w+)=(\S+)$", files["Dockerfile"], re.M))
    with running(python(files), ["server.py"], tmp_path, {"PYTHONUNBUFFERED": "", **said}) as server:
        assert server.ask("POST", "/mcp", body=CALL).status == 200
        assert ("searching for notes" in server.output) is arrives


def test_no_server_notifies_systemd(tmp_path: Path) -> None:
    files = example("notify-without-notify", "Bad")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with listener:
        listener.bind(str(tmp_path / "notify"))
        (tmp_path / "server.py").write_text(files["server.py"])
        variables = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        release = environment(*requirements("mcp", "1.30.0"))
        with running(release, ["server.py"], tmp_path, variables) as server:
            assert server.initialize().status == 200
            assert not select.select([listener], [], [], 1)[0]


def test_gunicorn_notifies_systemd(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("def app(environment, start_response): ...\n")
    interpreter = environment("gunicorn==23.0.0")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with listener:
        listener.bind(str(tmp_path / "notify"))
        command = ["-m", "gunicorn", "-b", f"127.0.0.1:{free_port()}", "server:app"]
        variables = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = subprocess.Popen([interpreter, *command], cwd=tmp_path, env=variables, stderr=subprocess.DEVNULL)
        try:
            assert select.select([listener], [], [], 30)[0] and b"READY=1" in listener.recv(4096)
        finally:
            process.terminate()
            process.wait(30)
