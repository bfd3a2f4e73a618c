"""What rules about servers and builds with npm claim, seen with released packages, node and npm."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.lab import need, nginx
from tests.lab.examples import example, trap
from tests.lab.servers import INITIALIZE, JSON, ContainerContext

pytestmark = pytest.mark.xdist_group("npm")

QUIET = ("--no-audit", "--no-fund", "--loglevel=error")
TOOLS = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "add", "arguments": {"text": "bread"}}}


def installed(files: Mapping[str, str], folder: Path, *more: str) -> Path:
    """The files of an example in a folder, with the releases that its reduced lock file names."""
    for path, text in files.items():
        (folder / path).write_text(text)
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    (folder / "package-lock.json").unlink()
    exact = [f"{path.removeprefix('node_modules/')}@{entry['version']}" for path, entry in locked.items() if path]
    need.npm("install", *QUIET, "--ignore-scripts", "--legacy-peer-deps", *exact, *more, folder=folder)
    return folder


@contextlib.contextmanager
def started(folder: Path, node: str = "") -> Iterator[ContainerContext]:
    """The server of an example, on a port that is free."""
    port, log = nginx.free_port(), folder / "server.log"
    program = folder / "server.js"
    program.write_text(program.read_text().replace("listen(3000)", f"listen({port})"))
    with log.open("wb") as output:
        command = [node or need.program("node"), "server.js"]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            nginx.wait_for(port, process, log)
            yield ContainerContext(process, port, log)
        finally:
            process.kill()
            process.wait(20)


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("shared-mcp-server", [200, 500], [200, 200]),
        ("reused-stateless-transport", [200, 500], [200, 200]),
        ("consumed-body", [400, 400], [200, 200]),
    ],
)
def test_two_requests_one_after_the_other(rule: str, bad: list[int], good: list[int], tmp_path: Path) -> None:
    folder = installed(example(rule, "Bad"), tmp_path)
    for section, wanted in (("Bad", bad), ("Good", good)):
        (folder / "server.js").write_text(example(rule, section)["server.js"])
        with started(folder) as server:
            assert [server.initialize().status for _ in wanted] == wanted, section


@pytest.mark.parametrize(("section", "said"), [("Bad", "keyValidator._parse is not a function"), ("Good", "bread")])
def test_a_tool_with_a_schema_of_zod_4(section: str, said: str, tmp_path: Path) -> None:
    folder = installed(example("zod-mismatch", section), tmp_path)
    lines = (INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, TOOLS)
    done = subprocess.run(
        [need.program("node"), "server.js"],
        cwd=folder,
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(("release", "status"), [("18.20.8", 400), ("22.12.0", 200)])
def test_a_request_on_an_old_node(release: str, status: int, tmp_path: Path) -> None:
    folder = installed(example("node-too-old", "Bad"), tmp_path, "express@5")
    node = Path(shutil.copytree(folder, tmp_path / "node", ignore=shutil.ignore_patterns("*")))
    (node / "package.json").write_text("{}")
    need.npm("install", *QUIET, f"node@{release}", folder=node)
    with started(folder, str(node / "node_modules" / "node" / "bin" / "node")) as server:
        answer = server.initialize()
        assert answer.status == status
        assert ("crypto is not defined" in answer.body) == (status == 400)


@pytest.mark.parametrize(
    ("heading", "held"),
    [
        ("compression() in front of an SDK that does not say no-transform", True),
        ("an SDK that says no-transform", False),
    ],
)
def test_compression_holds_events_back(heading: str, held: bool, tmp_path: Path) -> None:
    files = trap("compressed-stream", heading)
    tool = """
  server.tool("slow", {}, async (_, extra) => {
    await extra.sendNotification({ method: "notifications/message", params: { level: "info", data: "first" } });
    await new Promise((wait) => setTimeout(wait, 1500));
    return { content: [{ type: "text", text: "last" }] };
  });
"""
    made = 'version: "1.0.0" }, { capabilities: { logging: {} } });'
    files["server.js"] = files["server.js"].replace('version: "1.0.0" });', f"{made}{tool}")
    with started(installed(files, tmp_path, "compression")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "slow", "arguments": {}}}
        connection.request("POST", "/mcp", json.dumps(call), {**JSON, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        unpack = zlib.decompressobj(31) if response.getheader("Content-Encoding") == "gzip" else None
        seen = ""
        while "first" not in seen:
            part = response.read1(65536)
            seen += (unpack.decompress(part) if unpack else part).decode()
        assert ("last" in seen) == held
        assert (unpack is not None) == held
        connection.close()


@pytest.mark.parametrize(
    ("heading", "exposed", "allowed"),
    [
        ("cors() of Express as it is", None, "x-anything"),
        ("cors() of Express with lists that are too short", None, "Content-Type"),
        ("cors() of Express that knows the protocol", "mcp-session-id", "x-anything"),
    ],
)
def test_what_cors_lets_browsers_do(heading: str, exposed: str | None, allowed: str, tmp_path: Path) -> None:
    with started(installed(trap("cors-hides-session", heading), tmp_path, "cors")) as server:
        origin = {"Origin": "https://app.example.com"}
        first = server.ask("POST", "/mcp", origin, INITIALIZE)
        assert (first.status, first.headers.get("access-control-expose-headers")) == (200, exposed)
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-anything"}
        assert server.ask("OPTIONS", "/mcp", {**origin, **asked}).headers["access-control-allow-headers"] == allowed


def test_a_sample_that_is_asked_for_without_sessions(tmp_path: Path) -> None:
    files = trap("lost-back-channel", "a server in TypeScript without sessions asks for a sample")
    files["server.js"] = files["server.js"].replace("maxTokens: 5 }", "maxTokens: 5 }, { timeout: 1500 }")
    with started(installed(files, tmp_path)) as server:
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "sum", "arguments": {}}}
        assert "-32001: Request timed out" in server.ask("POST", "/mcp", {}, call, seconds=20).body


@pytest.mark.parametrize(("section", "said"), [("Bad", "ERR_MODULE_NOT_FOUND"), ("Fixed", "serverInfo")])
def test_a_path_without_an_extension(section: str, said: str, tmp_path: Path) -> None:
    folder = installed(example("unresolved-import", section), tmp_path)
    subprocess.run([need.program("npx"), "tsc"], cwd=folder, check=True, timeout=100)
    assert said in answer([need.program("node"), "dist/server.js"], folder)


@pytest.mark.parametrize("release", ["1.17.3", "1.32.2"])
def test_paths_of_the_sdk(release: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    need.npm("install", *QUIET, f"@modelcontextprotocol/sdk@{release}", folder=tmp_path)
    for path, there in (("/server/mcp", False), ("/server", True), ("/server/mcp.js", True), ("", False)):
        for load in ("require", "await import"):
            code = f"(async () => {{ {load}('@modelcontextprotocol/sdk{path}'); console.log('loaded') }})()"
            assert ("loaded" in answer([need.program("node"), "-e", code], tmp_path)) == there, (load, path)


@pytest.mark.parametrize(("section", "ends"), [("Bad", True), ("Fixed", False)])
def test_two_clients_of_a_bridge(section: str, ends: bool, tmp_path: Path) -> None:
    files = example("bridge-crash", section)
    release = re.findall(r"supergateway@[\d.]+", files["Dockerfile"])[0]
    folder, port, log = installed(files, tmp_path, release), nginx.free_port(), tmp_path / "bridge.log"
    bridge = folder / "node_modules" / ".bin" / "supergateway"
    with log.open("wb") as output, contextlib.ExitStack() as open_streams:
        command = [str(bridge), "--stdio", "node server.js", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        open_streams.callback(process.wait, 20)
        open_streams.callback(process.kill)
        nginx.wait_for(port, process, log)
        for _ in range(2):
            client = open_streams.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, 20)))
            client.request("GET", "/sse")
            with contextlib.suppress(ConnectionError, http.client.RemoteDisconnected):
                client.getresponse().readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20 if ends else 3)
        assert (process.poll() is not None) == ends == ("Already connected" in log.read_text())


REFUSED = ('"moduleResolution": "node"', '"baseUrl": "."', '"target": "es5"')


@pytest.mark.parametrize(("release", "fails"), [("5.9.3", False), ("6.0.3", True), ("7.0.2", True)])
def test_what_a_release_of_typescript_refuses(release: str, fails: bool, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    need.npm("install", *QUIET, f"typescript@{release}", folder=tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "server.ts").write_text("export const served: number = 1;")
    for option in REFUSED:
        options = f'"module": "esnext", "outDir": "dist", "rootDir": "src", {option}'
        (tmp_path / "tsconfig.json").write_text(f'{{"compilerOptions": {{{options}}}, "include": ["src"]}}')
        done = subprocess.run([tmp_path / "node_modules" / ".bin" / "tsc"], cwd=tmp_path, timeout=100)
        assert (done.returncode == 2) == fails, option
    bare = '{"compilerOptions": {"module": "esnext", "outDir": "dist"}, "include": ["src"]}'
    (tmp_path / "tsconfig.json").write_text(bare)
    done = subprocess.run([tmp_path / "node_modules" / ".bin" / "tsc"], cwd=tmp_path, timeout=100)
    assert (done.returncode == 2) == fails
    assert (tmp_path / "dist" / "src" / "server.js").exists() == fails


@pytest.mark.parametrize(("section", "code"), [("Bad", 1), ("Good", 0)])
def test_packages_that_do_not_go_together(section: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(example("peer-conflict", section)["package.json"])
    quick = (need.program("npm"), *QUIET, "--ignore-scripts")
    subprocess.run(
        [*quick, "install", "--legacy-peer-deps", "--package-lock-only"], cwd=tmp_path, check=True, timeout=100
    )
    done = subprocess.run([*quick, "ci", "--dry-run"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == code and ("ERESOLVE" in done.stderr) == bool(code)


def answer(command: list[str], folder: Path) -> str:
    """What a program says to a client over stdio, errors included."""
    line = json.dumps(INITIALIZE) + "\n"
    done = subprocess.run(command, cwd=folder, input=line, capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the pages about builds, with a whole lock file."""
    folder = tmp_path_factory.mktemp("build")
    files = example("early-prepare", "Bad")
    for path in ("package.json", "tsconfig.json", "server.ts"):
        (folder / path).write_text(files[path])
    need.npm("install", *QUIET, "--package-lock-only", "--ignore-scripts", folder=folder)
    return folder


def steps(build: Path, folder: Path, script: str, left_out: str = "") -> tuple[int, str]:
    """How the commands of an image's build end on a copy of the project without what fits a pattern."""
    there = Path(shutil.copytree(build, folder / "app", ignore=shutil.ignore_patterns(left_out) if left_out else None))
    quick = {"npm_config_prefer_offline": "true", "npm_config_audit": "false", "npm_config_fund": "false"}
    done = subprocess.run(
        ["sh", "-ec", script], cwd=there, env={**os.environ, **quick}, capture_output=True, text=True, timeout=280
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("script", "left_out", "code", "said"),
    [
        ("npm ci --omit=dev", "", 127, "tsc: not found"),
        ("npm ci", "*.ts", 2, "No inputs were found"),
        ("npm ci", "tsconfig.json", 1, "Usage|tsc:"),
        ("npm ci --omit=dev --ignore-scripts", "*.ts", 0, ""),
    ],
)
def test_an_install_runs_prepare(script: str, left_out: str, code: int, said: str, build: Path, tmp_path: Path) -> None:
    found, text = steps(build, tmp_path, script, left_out)
    assert found == code and re.search(said, text), text


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("export NODE_ENV=production; npm ci --ignore-scripts; npm run build", 127),
        ("export NODE_ENV=production; npm ci --ignore-scripts --include=dev; npm run build", 0),
        ("npm ci --ignore-scripts; test -e dist/server.js", 1),
        ("npm ci; test -e dist/server.js", 0),
        ("npm ci --ignore-scripts --omit-dev; test -e node_modules/typescript", 0),
        ("npm ci --ignore-scripts --omit=dev; test ! -e node_modules/typescript", 0),
        ("rm package-lock.json; npm ci --ignore-scripts", 1),
    ],
)
def test_what_a_build_finds(script: str, code: int, build: Path, tmp_path: Path) -> None:
    found, text = steps(build, tmp_path, script)
    assert found == code, text


@pytest.mark.parametrize(
    ("section", "said"), [("Bad", "could not determine executable to run"), ("Good", "serverInfo")]
)
def test_npx_starts_a_package_by_its_command(section: str, said: str, tmp_path: Path) -> None:
    files = example("missing-bin", section)
    for path in ("package.json", "server.js"):
        (tmp_path / path).write_text(files[path])
    packed = need.npm("pack", "--silent", folder=tmp_path).strip()
    away = tmp_path / "away"
    away.mkdir()
    done = subprocess.run(
        [need.program("npx"), "-y", f"file:{tmp_path / packed}"],
        cwd=away,
        input=json.dumps(INITIALIZE) + "\n",
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert said in done.stdout + done.stderr
