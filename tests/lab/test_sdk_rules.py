"""What the pages of the SDK's rules claim, seen on their own examples: the bad one fails so, the good one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.examples import started
from tests.lab.servers import ELSEWHERE, HERE, ContainerContext, environment, requirements, running

LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


@pytest.mark.parametrize(
    ("rule", "release", "says"),
    [
        ("sdk-range-mismatch", "mcp==2.3.0", "ModuleNotFoundError: No module named 'mcp.server.fastmcp'"),
        ("wrong-sdk-arguments", "", "TypeError: FastMCP.run() got an unexpected keyword argument 'host'"),
        ("removed-sdk-call", "", "AttributeError: 'FastMCP' object has no attribute 'streamable_http_app'"),
        ("missing-sdk-extra", "", "ImportError: FastMCP background tasks require the `tasks` extra."),
    ],
)
def test_the_program_ends_at_start(rule: str, release: str, says: str, tmp_path: Path) -> None:
    with started(tmp_path, rule, "Bad", release) as server:
        assert server.exited and says in server.output
    with started(tmp_path, rule, "Good", release and "mcp==1.30.0") as server:
        assert server.exited is None and server.initialize().status == 200


@pytest.mark.parametrize("rule", ["loopback-in-container", "ignored-host-variable"])
def test_other_containers_are_refused(rule: str, tmp_path: Path) -> None:
    with started(tmp_path, rule, "Bad") as server:
        assert server.reachable(HERE) and not server.reachable(ELSEWHERE)
    with started(tmp_path, rule, "Good") as server:
        assert server.reachable(ELSEWHERE)


@pytest.mark.parametrize("release", ["mcp==1.30.0", "mcp==1.22.0"])
def test_foreign_hosts_get_421_from_releases_that_check(release: str, tmp_path: Path) -> None:
    checks = release == "mcp==1.30.0"
    with started(tmp_path, "blocked-host-header", "Bad", release) as server:
        answer = server.initialize(Host="mcp.example.com")
        assert (answer.status, answer.body[:7]) == ((421, "Invalid") if checks else (200, "event: "))
        assert server.initialize(Host="localhost:8000").status == 200
    with started(tmp_path, "blocked-host-header", "Good", release) as server:
        assert server.initialize(Host="mcp.example.com").status == 200


def test_the_check_is_off_on_every_interface_and_on_with_names(tmp_path: Path) -> None:
    with started(tmp_path, "host-check-off", "Bad") as server:
        assert server.initialize(Host="evil.example.com").status == 200
    with started(tmp_path, "host-check-off", "Good") as server:
        assert server.initialize(Host="evil.example.com").status == 421
        assert server.initialize(Host="mcp.example.com").status == 200


def second(folder: Path) -> Path:
    other = folder / "second"
    other.mkdir(exist_ok=True)
    return other


@pytest.mark.parametrize(("section", "status"), [("Bad", 404), ("Good", 200)])
def test_sessions_of_another_process(section: str, status: int, tmp_path: Path) -> None:
    rule = "stateful-behind-balancer"
    with started(tmp_path, rule, section) as first, started(second(tmp_path), rule, section) as other:
        session = first.initialize().headers.get("mcp-session-id", "0" * 32)
        assert other.ask("POST", "/mcp", {"Mcp-Session-Id": session}, LIST).status == status


def test_a_health_check_of_the_endpoint_leaves_sessions(tmp_path: Path) -> None:
    for section, kept in (("Bad", True), ("Good", False)):
        with started(tmp_path, "unreaped-sessions", section) as server:
            refused = server.ask("GET", "/mcp")
            again = server.ask("POST", "/mcp", {"Mcp-Session-Id": refused.headers["mcp-session-id"]}, LIST)
            assert refused.status == 406 and (again.status != 404) == kept


def test_the_transports_do_not_answer_each_other(tmp_path: Path) -> None:
    with started(tmp_path, "deprecated-sse", "Bad") as server:
        assert server.ask("GET", "/sse", seconds=1).headers["content-type"].startswith("text/event-stream")
        assert server.initialize("/mcp").status == 404
    with started(tmp_path, "deprecated-sse", "Good") as server:
        assert server.initialize("/mcp").status == 200 and server.ask("GET", "/sse").status == 404


def processes(server: ContainerContext) -> int:
    """How many processes serve: the one that was started, or the ones below it."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_text() for child in children]
    return len([command for command in commands if "resource_tracker" not in command]) or 1


def test_workers_come_only_with_an_import_string(tmp_path: Path) -> None:
    with started(tmp_path, "ignored-workers", "Bad") as server:
        assert server.reachable(HERE) and processes(server) == 1
    with started(tmp_path, "ignored-workers", "Good") as server:
        assert server.reachable(HERE) and processes(server) == 4
    (tmp_path / "server.py").write_text(
        "import uvicorn\nfrom mcp.server.fastmcp import FastMCP\n\n"
        'uvicorn.run(FastMCP("notes").streamable_http_app(), workers=2)\n'
    )
    with running(environment(*requirements("mcp", "1.30.0")), ["server.py"], tmp_path) as server:
        assert server.exited == 3 and "as an import string" in server.output
