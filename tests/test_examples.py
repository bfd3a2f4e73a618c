"""The example that is right answers a real client through real nginx, and its twin fails as its README says."""

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
from tests.lab.servers import ELSEWHERE, HERE

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on its loopback interface"),
    pytest.mark.xdist_group("examples"),
]

CLIENT = Path(__file__).parent / "lab" / "client.py"
RIGHT, BROKEN = "notes-server", "notes-server-broken"


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(copy(RIGHT, tmp_path_factory))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(copy(BROKEN, tmp_path_factory))


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The broken one after all that mcplint can do for it."""
    folder = copy(BROKEN, tmp_path_factory)
    mcplint = [sys.executable, "-m", "mcplint", "--unsafe-fixes", "--pedantic", "--format", "json"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(mcplint, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
    # A volume that another user may not write to: no line alone fixes that.
    left = {finding["rule"] for finding in json.loads(done.stdout)["findings"] if finding["severity"] != "note"}
    assert left == {"root-user"}
    return install(folder)


def copy(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(name) / "app"
    return Path(shutil.copytree(EXAMPLES / name, folder))


def install(folder: Path) -> Path:
    """Gives the example a `.venv` with what the image's first stage installs, where its second stage has it."""
    locked = need.uv("export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", folder=folder)
    (folder / "locked.txt").write_text(locked)
    need.uv("venv", "--quiet", "--python", sys.executable, folder=folder)
    need.uv("pip", "install", "--quiet", "--python", ".venv", "--requirements", "locked.txt", folder=folder)
    need.uv("pip", "install", "--quiet", "--python", ".venv", "--no-deps", ".", folder=folder)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """What the image sets, then what compose sets, with the paths of the image mapped to where they are here."""
    image = DockerfileParser(path=str(folder / "Dockerfile"), env_replace=False).envs
    service = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["notes"]["environment"]
    places = {"/app/": f"{folder}/", "/data": str(folder / "data"), "$PATH": os.environ["PATH"]}
    mapped = {}
    for name, value in {**image, **service}.items():
        for there, here in places.items():
            value = value.replace(there, here)
        mapped[name] = value
    return mapped


@contextlib.contextmanager
def servers(folder: Path, count: int) -> Iterator[list[int]]:
    """The image's command, started as often as there are to be replicas, and the port of each."""
    command = json.loads(DockerfileParser(path=str(folder / "Dockerfile")).cmd)
    variables = environment(folder)
    program = shutil.which(command[0], path=variables["PATH"])
    assert program, f"{command[0]} is not in the image's PATH"
    ports = [nginx.free_port() for _ in range(count)]
    with contextlib.ExitStack() as stack:
        for port in ports:
            log = folder / f"server-{port}.log"
            output = stack.enter_context(log.open("wb"))
            process = subprocess.Popen(
                [program, *command[1:]],
                env={**variables, "NOTES_PORT": str(port)},
                stdout=output,
                stderr=output,
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            nginx.wait_for(port, process, log)
        yield ports


def call(folder: Path, to: Proxy, *calls: tuple[str, dict[str, Any]], path: str = "/mcp") -> dict[str, Any]:
    """What a client with the official SDK gets back from these tools."""
    order = {
        "url": f"https://127.0.0.1:{to.tls}{path}",
        "headers": HEADERS,
        "authority": str(to.certificate),
        "calls": calls,
    }
    python = folder / ".venv" / "bin" / "python"
    done = subprocess.run(
        [python, CLIENT], input=json.dumps(order), capture_output=True, text=True, timeout=120, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


NOTE = {"title": "Shopping", "text": "bread, butter, a rope"}
TOOLS = (
    ("write_note", NOTE),
    ("read_note", {"title": "shopping"}),
    ("find_notes", {"word": "rope"}),
    ("read_note", {"title": "absent"}),
)


def test_a_client_calls_the_tools_of_the_right_one_through_nginx(right: Path) -> None:
    with servers(right, 2) as ports, front(right, [f"{ELSEWHERE}:{port}" for port in ports]) as to:
        assert call(right, to, *TOOLS)["results"] == [
            [False, "kept 'Shopping'"],
            [False, NOTE["text"]],
            [False, "shopping"],
            [True, "Error executing tool read_note: there is no note 'absent'"],
        ]
        assert status(to, "/mcp", {"Host": HOST}) == 401, "nginx asks for a password"
        assert status(to, "/mcp", {**HEADERS, "Host": "elsewhere.example"}) == 421, "the server knows its name"
        connection = http.client.HTTPConnection("127.0.0.1", to.plain, timeout=20)
        connection.request("POST", "/mcp", "{}", {"Host": HOST})
        redirect = connection.getresponse()
        assert (redirect.status, redirect.headers["Location"]) == (308, f"https://{HOST}/mcp")


def test_a_stream_of_the_right_one_opens_at_once_and_stays(right: Path) -> None:
    with servers(right, 1) as ports, front(right, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert comes(to, 5, end=False)
        assert not comes(to, 12, end=True)


def test_the_broken_one_cannot_be_reached_from_another_container(broken: Path) -> None:
    with servers(broken, 1) as ports, front(broken, [f"{ELSEWHERE}:{ports[0]}"]) as to:
        assert "FASTMCP_HOST" in environment(broken)
        assert status(to, "/mcp") == 502


def test_the_broken_one_loses_its_sessions_between_replicas(broken: Path) -> None:
    with servers(broken, 2) as ports, front(broken, [f"{HERE}:{port}" for port in ports]) as to:
        assert "Session terminated" in call(broken, to, *TOOLS)["failure"]


def test_a_stream_of_the_broken_one_is_held_and_cut(broken: Path) -> None:
    with servers(broken, 1) as ports, front(broken, [f"{HERE}:{ports[0]}"]) as to:
        assert [error for error, _ in call(broken, to, *TOOLS)["results"]] == [False, False, False, True]
        assert not comes(to, 5, end=False)
        assert comes(to, 14, end=True)


def test_the_published_address_of_the_broken_one_leads_nowhere(broken: Path) -> None:
    [remote] = json.loads((broken / "server.json").read_text())["remotes"]
    path = remote["url"].removeprefix(f"https://{HOST}")
    with servers(broken, 1) as ports, front(broken, [f"{HERE}:{ports[0]}"]) as to:
        assert status(to, "/mcp") == 200
        assert status(to, path) == 404


def test_a_client_calls_the_tools_of_the_mended_one_where_it_is_told_to(fixed: Path) -> None:
    [remote] = json.loads((fixed / "server.json").read_text())["remotes"]
    path = remote["url"].removeprefix(f"https://{HOST}")
    with servers(fixed, 2) as ports, front(fixed, [f"{ELSEWHERE}:{port}" for port in ports]) as to:
        assert [error for error, _ in call(fixed, to, *TOOLS, path=path)["results"]] == [False, False, False, True]


def test_the_twins_differ_in_the_mistakes_alone() -> None:
    """The files of both have the same names, and those that no mistake lives in are the same."""
    files = [
        {str(file.relative_to(EXAMPLES / name)): file.read_text() for file in files_of(name)}
        for name in (RIGHT, BROKEN)
    ]
    assert files[0].keys() == files[1].keys()
    assert {name for name in files[0] if files[0][name] != files[1][name]} == {
        "Dockerfile",
        "README.md",
        "nginx/default.conf",
        "server.json",
        "src/notes_server/server.py",
    }


def files_of(name: str) -> list[Path]:
    """The files of an example, without what building it leaves behind."""
    listed = (EXAMPLES / name).rglob("*")
    return [file for file in listed if file.is_file() and "__pycache__" not in file.parts]
