"""The example in TypeScript answers the official client through real nginx, and its twin fails as its README says."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from tests.lab import need, nginx
from tests.lab.front import HEADERS, HOST, Proxy, comes, front, status
from tests.lab.project import EXAMPLES, ROOT
from tests.lab.servers import ELSEWHERE, INITIALIZE, JSON

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on its loopback interface"),
    pytest.mark.xdist_group("examples-ts"),
]

CLIENT = Path(__file__).parent / "lab" / "client.mjs"
RIGHT, BROKEN = "notes-server-ts", "notes-server-ts-broken"
LOCAL = {**HEADERS, "Host": "127.0.0.1"}
"""What the broken one takes for a request of its own machine."""
NOTE = {"title": "Shopping", "text": "bread, butter, a rope"}
TOOLS = (
    ("write_note", NOTE),
    ("read_note", {"title": "shopping"}),
    ("find_notes", {"word": "rope"}),
    ("read_note", {"title": "absent"}),
)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(RIGHT, tmp_path_factory)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(BROKEN, tmp_path_factory)


def built(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of an example with what its lock file says, built as the first stage of its image does."""
    folder = Path(shutil.copytree(EXAMPLES / name, tmp_path_factory.mktemp(name) / "app"))
    need.npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    need.npm("run", "build", folder=folder)
    return folder


@contextlib.contextmanager
def servers(folder: Path, count: int) -> Iterator[list[int]]:
    """The image's command, started as often as there are to be replicas, and the port of each."""
    image = DockerfileParser(path=str(folder / "Dockerfile"), env_replace=False)
    command = json.loads(image.cmd)
    service = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["notes"]["environment"]
    given = {**image.envs, **service, "NOTES_DIR": str(folder / "data"), "PATH": os.environ["PATH"]}
    ports = [nginx.free_port() for _ in range(count)]
    with contextlib.ExitStack() as stack:
        for port in ports:
            log = folder / f"server-{port}.log"
            output = stack.enter_context(log.open("wb"))
            process = subprocess.Popen(
                [need.program(command[0]), *command[1:]],
                cwd=folder,
                env={**given, "NOTES_PORT": str(port)},
                stdout=output,
                stderr=output,
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            nginx.wait_for(port, process, log)
        yield ports


def call(folder: Path, to: Proxy, *calls: tuple[str, dict[str, Any]]) -> Any:
    """What a client with the official SDK gets back from these tools; it trusts the example's certificate alone."""
    order = {
        "url": f"https://{HOST}:{to.tls}/mcp",
        "headers": {"Authorization": HEADERS["Authorization"]},
        "calls": calls,
    }
    trusting = {**os.environ, "NODE_EXTRA_CA_CERTS": str(to.certificate)}
    done = subprocess.run(
        [need.program("node"), CLIENT],
        input=json.dumps(order),
        cwd=folder,
        env=trusting,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(done.stdout.splitlines()[-1])


def follow_up(to: Proxy, session: str) -> int:
    """The status of a request in a session."""
    connection = to.connection()
    listing = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
    connection.request("POST", "/mcp", listing, {**LOCAL, **JSON, "Mcp-Session-Id": session})
    return connection.getresponse().status


def opened(to: Proxy) -> str:
    """The id of a new session of the broken one."""
    connection = to.connection()
    connection.request("POST", "/mcp", json.dumps(INITIALIZE), {**LOCAL, **JSON})
    return connection.getresponse().headers["Mcp-Session-Id"]


def test_a_client_calls_the_tools_of_the_right_one_through_nginx(right: Path) -> None:
    with servers(right, 2) as ports, front(right, [f"{ELSEWHERE}:{port}" for port in ports]) as to:
        assert call(right, to, *TOOLS)["results"] == [
            [False, "kept 'Shopping'"],
            [False, NOTE["text"]],
            [False, "shopping"],
            [True, "there is no note 'absent'"],
        ]
        assert status(to, "/mcp", {"Host": HOST}) == 401, "nginx asks for a password"
        assert status(to, "/mcp", {**HEADERS, "Host": "elsewhere.example"}) == 403, "the server knows its name"
        health = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=20)
        health.request("GET", "/health")
        assert health.getresponse().status == 200, "and lets its own health check in"


def test_the_right_one_ends_when_it_is_told_to(right: Path) -> None:
    with servers(right, 1):
        pass  # leaving waits for the process, which is sent SIGTERM


def test_the_broken_one_refuses_what_comes_through_nginx(broken: Path) -> None:
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert status(to, "/mcp") == 403
        assert "Invalid Host" in call(broken, to, *TOOLS)["failure"]


def test_the_second_client_of_the_broken_one_gets_an_error(broken: Path) -> None:
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert [status(to, "/mcp", LOCAL) for _ in range(2)] == [200, 500]


def test_the_broken_one_loses_its_sessions_between_replicas(broken: Path) -> None:
    with servers(broken, 2) as ports, front(broken, [f"{ELSEWHERE}:{port}" for port in ports]) as to:
        session = opened(to)
        assert sorted(follow_up(to, session) for _ in range(2)) == [200, 404]


def test_a_stream_of_the_broken_one_is_held_and_cut(broken: Path) -> None:
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert not comes(to, 5, end=False, headers=LOCAL)
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert comes(to, 14, end=True, headers=LOCAL)


def test_the_published_address_of_the_broken_one_leads_nowhere(broken: Path) -> None:
    [remote] = json.loads((broken / "server.json").read_text())["remotes"]
    path = remote["url"].removeprefix(f"https://{HOST}")
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert status(to, path, LOCAL) == 404


@pytest.mark.parametrize("name", [RIGHT, BROKEN])
def test_what_mcplint_finds_is_what_the_readme_says(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mcplint", "--format", "json", "."],
        cwd=EXAMPLES / name,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    found = {each["rule"] for each in json.loads(done.stdout)["findings"]}
    rows = [line.split("|") for line in (EXAMPLES / name / "README.md").read_text().splitlines() if "| `" in line]
    assert found == {row[-2].strip(" `") for row in rows}


def test_the_twins_differ_in_the_mistakes_alone() -> None:
    """The files of both have the same names, and those that no mistake lives in are the same."""
    listed = [[path for path in (EXAMPLES / name).rglob("*") if path.is_file()] for name in (RIGHT, BROKEN)]
    files = [
        {str(path.relative_to(EXAMPLES / name)): path.read_text() for path in paths}
        for name, paths in zip((RIGHT, BROKEN), listed, strict=True)
    ]
    assert files[0].keys() == files[1].keys()
    differing = {name for name in files[0] if files[0][name] != files[1][name]}
    assert differing == {"Dockerfile", "README.md", "nginx/default.conf", "server.json", "src/server.ts"}
