"""What the pages of the rules about health checks claim: the checks of their examples, run against their servers."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.lab.examples import example, python, started
from tests.lab.servers import free_port


def checked(rule: str, section: str, port: int, folder: Path, seconds: float = 5) -> int | None:
    """The exit code of an example's HEALTHCHECK, made by a server on that port; None where it does not end in time."""
    files = example(rule, section)
    words = json.loads(re.findall(r"^HEALTHCHECK .*?CMD (\[.*\])$", files["Dockerfile"], re.M)[-1])
    words = [word.replace(":8000", f":{port}") for word in words]
    command = [str(python(files)), *words[1:]]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return None


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ("healthcheck-route-missing", 1),
        ("healthcheck-blocked-host", 1),
        ("healthcheck-unauthorized", 1),
        ("healthcheck-on-stream", None),
    ],
)
def test_a_check_that_never_succeeds(rule: str, bad: int | None, tmp_path: Path) -> None:
    for section, code in (("Bad", bad), ("Good", 0)):
        folder = tmp_path / section
        folder.mkdir()
        with started(folder, rule, section) as server:
            assert server.exited is None, server.output
            assert checked(rule, section, server.port, folder) == code


def test_a_check_that_never_fails(tmp_path: Path) -> None:
    """Both are made where nothing listens."""
    rule, nobody = "healthcheck-never-fails", free_port()
    for section, fails in (("Bad", False), ("Good", True)):
        for path, text in example(rule, section).items():
            (tmp_path / path).write_text(text)
        assert (checked(rule, section, nobody, tmp_path) != 0) is fails


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8000", 400), ("10.0.0.7:8000", 400), ("notes.example.com", 200)]
)
def test_other_hosts_are_refused_on_every_route(host: str, status: int, tmp_path: Path) -> None:
    with started(tmp_path, "healthcheck-blocked-host", "Bad") as server:
        answer = server.ask("GET", "/health", {"Host": host})
        assert answer.status == status and (status == 200 or answer.body == "Invalid host header")


@pytest.mark.parametrize(("section", "status"), [("Bad", 401), ("Good", 200)])
def test_a_check_is_asked_for_a_token(section: str, status: int, tmp_path: Path) -> None:
    with started(tmp_path, "healthcheck-unauthorized", section) as server:
        assert server.ask("GET", "/health").status == status


def test_a_check_that_speaks_tls_to_a_server_that_does_not(tmp_path: Path) -> None:
    with started(tmp_path, "healthcheck-route-missing", "Good") as server:
        url = f"https://127.0.0.1:{server.port}/health"
        done = subprocess.run(["curl", "-kfs", url], capture_output=True, timeout=5)
        assert done.returncode == 35, done.stderr


def test_the_endpoint_refuses_a_plain_get(tmp_path: Path) -> None:
    with started(tmp_path, "healthcheck-on-mcp-endpoint", "Bad") as server:
        assert {server.ask("GET", "/mcp", {"Accept": accepts}).status for accepts in ("*/*", "application/json")} == {
            406
        }
        assert server.ask("GET", "/health").status == 200
