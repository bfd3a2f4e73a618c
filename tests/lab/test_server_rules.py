"""What the pages of the rules about servers claim, seen on their own examples, their fixes included."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab import nginx
from tests.lab.examples import example, python, started
from tests.lab.servers import INITIALIZE, JSON, ContainerContext

READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def call(tool: str, **arguments: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def says(server: ContainerContext, text: str, seconds: float = 5) -> bool:
    """Whether a server prints a text; it may log what went wrong after it has answered."""
    end = time.monotonic() + seconds
    while text not in server.output and time.monotonic() < end:
        time.sleep(0.05)
    return text in server.output


def test_a_target_that_is_missing_ends_the_container(tmp_path: Path) -> None:
    with started(tmp_path, "missing-start-target", "Bad") as server:
        assert server.exited and 'Attribute "app" not found in module "server"' in server.output
    with started(tmp_path, "missing-start-target", "Good") as server:
        assert server.initialize().status == 200


def test_a_mount_that_repeats_the_path_answers_below_it(tmp_path: Path) -> None:
    with started(tmp_path, "doubled-mount", "Bad") as server:
        assert server.initialize("/mcp/mcp").status == 200
        redirect = server.initialize("/mcp")
        assert redirect.status == 307 and redirect.headers["location"].endswith("/mcp/")
        assert server.initialize("/mcp/").status == 404
    with started(tmp_path, "doubled-mount", "Fixed") as server:
        assert server.initialize("/mcp").status == 200
    with started(tmp_path, "doubled-mount", "Good") as server:
        assert server.initialize("/mcp").status == 200


@pytest.mark.parametrize(("token", "status"), [("", 200), ("secret", 401)])
def test_a_secret_that_is_empty_lets_everybody_in(tmp_path: Path, token: str, status: int) -> None:
    files = example("empty-secret", "Bad")
    files["Dockerfile"] = files["Dockerfile"].replace("USER", f"ENV NOTES_TOKEN={token}\nUSER")
    dockerfile = files["Dockerfile"]
    with started(tmp_path, "empty-secret", "Bad", files={"Dockerfile": dockerfile}) as server:
        assert server.initialize().status == status


def test_a_session_manager_that_never_runs(tmp_path: Path) -> None:
    with started(tmp_path, "mount-without-lifespan", "Bad") as server:
        assert server.initialize().status == 500
        assert says(server, "RuntimeError: Task group is not initialized. Make sure to use run().")
    for section in ("Fixed", "Good"):
        with started(tmp_path, "mount-without-lifespan", section) as server:
            assert server.initialize().status == 200


FASTMCP = """
from fastmcp import FastMCP
from starlette.applications import Starlette
from starlette.routing import Mount

mcp = FastMCP("notes")
mcp_app = mcp.http_app(path="/")
app = Starlette(routes=[Mount("/mcp", app=mcp_app)])
"""


@pytest.mark.parametrize("release", ["fastmcp==2.14.7", "fastmcp==3.4.11", "fastmcp==4.2.3"])
def test_the_lifespan_of_fastmcp(release: str, tmp_path: Path) -> None:
    with started(tmp_path, "mount-without-lifespan", "Bad", release, {"server.py": FASTMCP}) as server:
        assert server.initialize("/mcp/").status == 500
    handed = FASTMCP.replace("])\n", "], lifespan=lambda app: mcp_app.lifespan(app))\n")
    with started(tmp_path, "mount-without-lifespan", "Bad", release, {"server.py": handed}) as server:
        assert server.initialize("/mcp/").status == 200


def followed(port: int, path: str) -> list[int]:
    """The statuses that a client sees which follows redirects up to six times."""
    found = []
    for _ in range(6):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", path, json.dumps(INITIALIZE), JSON)
            answer = connection.getresponse()
            found.append(answer.status)
            if answer.status < 300:
                break
            path = "/" + answer.headers["Location"].partition("://")[2].partition("/")[2]
    return found


@pytest.mark.parametrize(
    ("section", "seen"), [("Bad", [301, 307, 301, 307, 301, 307]), ("Good", [200]), ("Fixed", [200])]
)
def test_the_slash_closes_a_circle(section: str, seen: list[int], tmp_path: Path) -> None:
    port = nginx.free_port()
    text = example("slash-redirect", section)["nginx.conf"].replace("listen 80;", f"listen 127.0.0.1:{port};")
    with started(tmp_path, "slash-redirect", section) as server:
        lead = text.replace("http://notes:8000", f"http://127.0.0.1:{server.port}")
        with nginx.running(tmp_path / "nginx", lead, port):
            assert followed(port, "/mcp") == seen


@pytest.mark.parametrize(
    ("release", "path"), [("mcp==1.9.0", "/mcp/"), ("mcp==1.12.3", "/mcp"), ("mcp==2.3.0", "/mcp")]
)
def test_the_form_that_is_answered(release: str, path: str, tmp_path: Path) -> None:
    files = {"server.py": example("slash-redirect", "Bad")["server.py"]}
    if release.startswith("mcp==2"):
        files["server.py"] = files["server.py"].replace(
            "fastmcp import FastMCP", "mcpserver import MCPServer as FastMCP"
        )
        files["server.py"] = files["server.py"].replace(', host="0.0.0.0"', "")
    other = path.rstrip("/") if path.endswith("/") else path + "/"
    with started(tmp_path, "slash-redirect", "Bad", release, files) as server:
        assert (server.initialize(path).status, server.initialize(other).status) == (200, 307)


def test_stdio_without_standard_input_ends(tmp_path: Path) -> None:
    with started(tmp_path, "stdio-behind-port", "Bad") as server:
        assert server.exited == 0
    with started(tmp_path, "stdio-behind-port", "Good") as server:
        assert server.initialize().status == 200


@pytest.mark.parametrize(("start", "answers"), [('"$0" server.py & wait', False), ('exec "$0" server.py', True)])
def test_a_server_in_the_background_has_no_standard_input(start: str, answers: bool, tmp_path: Path) -> None:
    files = example("detached-stdio", "Bad")
    (tmp_path / "server.py").write_text(files["server.py"])
    asked = json.dumps(INITIALIZE) + "\n"
    command = ["sh", "-c", start, str(python(files))]
    done = subprocess.run(command, cwd=tmp_path, input=asked, capture_output=True, text=True, timeout=60, check=True)
    assert ("serverInfo" in done.stdout) is answers


@pytest.mark.parametrize(("section", "anew"), [("Bad", True), ("Fixed", False)])
def test_uvicorn_starts_anew_whenever_a_file_changes(section: str, anew: bool, tmp_path: Path) -> None:
    with started(tmp_path, "dev-server-in-image", section) as server:
        assert server.initialize().status == 200
        with (tmp_path / "server.py").open("a") as program:
            program.write("\n")
        assert says(server, "detected changes in 'server.py'. Reloading", 10 if anew else 1) is anew


@pytest.mark.parametrize(("section", "finds"), [("Bad", False), ("Good", True)])
def test_pip_finds_nothing_for_an_old_python(section: str, finds: bool, tmp_path: Path) -> None:
    files = example("python-too-old", section)
    version, pinned = re.findall(r"python:([\d.]+)", files["Dockerfile"])[0], files["requirements.txt"].split()[0]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command = [*pip, "--python-version", version, "--dest", str(tmp_path), pinned]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) is finds
    assert (f"No matching distribution found for {pinned}" in done.stderr) is not finds


def spoken(program: Path, folder: Path, *messages: object) -> list[str]:
    """The lines that a stdio server writes until it has answered request 2."""
    process = subprocess.Popen(
        [program, "server.py"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin and process.stdout
    lines: list[str] = []
    with process:
        for message in messages:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
            while "id" in message and select.select([process.stdout], [], [], 30)[0]:  # type: ignore[operator]
                lines.append(process.stdout.readline().decode())
                if not lines[-1] or '"result"' in lines[-1]:
                    break
        process.kill()
    return lines


@pytest.mark.parametrize(
    ("section", "release", "strays"),
    [
        ("Bad", "mcp==1.30.0", ["notes server is starting\n", "adding tea\n"]),
        ("Bad", "mcp==2.3.0", ["notes server is starting\n"]),
        ("Fixed", "mcp==1.30.0", []),
        ("Good", "mcp==1.30.0", []),
    ],
)
def test_what_is_printed_reaches_the_client(section: str, release: str, strays: list[str], tmp_path: Path) -> None:
    files = example("stdout-on-stdio", section)
    text = files["server.py"]
    if release == "mcp==2.3.0":
        text = text.replace("fastmcp import FastMCP", "mcpserver import MCPServer as FastMCP")
    (tmp_path / "server.py").write_text(text)
    lines = spoken(python(files, release), tmp_path, INITIALIZE, READY, call("add", text="tea"))
    assert [line for line in lines if not line.startswith("{")] == strays
    assert len([line for line in lines if '"result"' in line]) == 2


def test_a_question_without_a_way_back_hangs(tmp_path: Path) -> None:
    with started(tmp_path, "lost-back-channel", "Bad") as server:
        answer = server.ask("POST", "/mcp", {}, call("clear"), seconds=4)
        assert answer.status == 200 and "result" not in answer.body
    with started(tmp_path, "lost-back-channel", "Good") as server:
        order = call("clear") | {"params": {"name": "clear", "arguments": {"sure": True}}}
        assert "cleared" in server.ask("POST", "/mcp", {}, order).body


def test_json_has_no_way_back_either(tmp_path: Path) -> None:
    files = {"server.py": example("lost-back-channel", "Bad")["server.py"].replace("stateless_http", "json_response")}
    with started(tmp_path, "lost-back-channel", "Bad", "", files) as server:
        session = {"Mcp-Session-Id": server.initialize().headers["mcp-session-id"]}
        server.ask("POST", "/mcp", session, READY)
        with pytest.raises(TimeoutError):
            server.ask("POST", "/mcp", session, call("clear"), seconds=4)


ORIGIN = {"Origin": "https://app.example.com"}
ASKED = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "mcp-protocol-version,mcp-session-id",
}


@pytest.mark.parametrize(("section", "allowed"), [("Bad", False), ("Fixed", True), ("Good", True)])
def test_what_a_browser_may_send_and_see(section: str, allowed: bool, tmp_path: Path) -> None:
    with started(tmp_path, "cors-hides-session", section) as server:
        preflight = server.ask("OPTIONS", "/mcp", ORIGIN | ASKED)
        assert (preflight.status == 200) == allowed and ("Disallowed CORS headers" in preflight.body) != allowed
        answer = server.initialize(**ORIGIN)
        assert "mcp-session-id" in answer.headers
        assert ("access-control-expose-headers" in answer.headers) == allowed


def test_no_release_brings_a_health_route(tmp_path: Path) -> None:
    with started(tmp_path, "healthcheck-missing", "Bad") as server:
        assert {server.ask("GET", path).status for path in ("/", "/health", "/healthz")} == {404}
        assert server.ask("GET", "/mcp").status == 406
    with started(tmp_path, "healthcheck-missing", "Good") as server:
        assert server.ask("GET", "/health").status == 200


def test_a_level_in_small_letters_is_a_function(tmp_path: Path) -> None:
    with started(tmp_path, "log-level-case", "Bad") as server:
        assert server.exited and "TypeError: Level not an integer or a valid string: <function info" in server.output
    for section in ("Fixed", "Good"):
        with started(tmp_path, "log-level-case", section) as server:
            assert server.initialize().status == 200


@pytest.mark.parametrize("release", ["mcp==1.30.0", "mcp==2.3.0"])
def test_mcp_takes_levels_in_capitals(release: str, tmp_path: Path) -> None:
    made = "mcpserver import MCPServer" if release == "mcp==2.3.0" else "fastmcp import FastMCP"
    text = f"from mcp.server.{made} as Server\n\nServer('notes', log_level='debug').run()\n"
    with started(tmp_path, "log-level-case", "Bad", release, {"server.py": text}) as server:
        assert server.exited and "ValidationError" in server.output


SLOW = """
import asyncio

from mcp.server.fastmcp import Context, FastMCP
from starlette.middleware.gzip import GZipMiddleware

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.tool()
async def slow(ctx: Context) -> str:
    await ctx.info("step")
    await asyncio.sleep(2)
    return "done"


app = mcp.streamable_http_app()
app.add_middleware(GZipMiddleware)
"""


def first_event(server: ContainerContext) -> tuple[str | None, float]:
    """The encoding of a stream, and how many seconds before its end its first event was there."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", "/mcp", json.dumps(call("slow")), {**JSON, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        times = []
        while part := response.read1(65536):
            times += [time.monotonic()] if len(part) > 20 else []
        return response.headers["Content-Encoding"], times[-1] - times[0]


@pytest.mark.parametrize(("section", "encoding", "held"), [("Bad", "gzip", True), ("Good", None, False)])
def test_compression_holds_events_back(section: str, encoding: str | None, held: bool, tmp_path: Path) -> None:
    with started(tmp_path, "compressed-stream", section, "", {"server.py": SLOW}) as server:
        found, before_the_end = first_event(server)
        assert (found, before_the_end < 1) == (encoding, held)
