"""What rules claim of released packages of npm: where they listen, what they print, how they stream and install."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.lab import need, nginx
from tests.lab.examples import trap
from tests.lab.servers import ELSEWHERE, HERE, INITIALIZE, JSON, modules, running

pytestmark = pytest.mark.xdist_group("npm")

SDK = "@modelcontextprotocol/sdk"
PORT = "Number(process.env.MCPLINT_LAB_PORT)"
FASTMCP = """
import { FastMCP } from "fastmcp";
await new FastMCP({ name: "notes", version: "1.0.0" }).start({
  transportType: "httpStream", httpStream: { port: PORT, HOST },
});
"""
FASTIFY = 'import fastify from "fastify";\nawait fastify().listen({ port: PORT, HOST });\n'
FRAMEWORK = """
import { MCPServer } from "mcp-framework";
const transport = { type: "http-stream", options: { port: PORT, HOST } };
await new MCPServer({ name: "notes", version: "1.0.0", transport }).start();
"""
TOOL = 'import { MCPTool } from "mcp-framework";\nexport default class extends MCPTool { name = "add"; schema = {}; }\n'


def node() -> Path:
    return Path(need.program("node"))


@pytest.mark.parametrize(
    ("program", "packages", "loopback"),
    [
        (FASTMCP, ["fastmcp@3.14.5"], False),
        (FASTMCP, ["fastmcp@3.15.0"], True),
        (FASTIFY, ["fastify@3.29.5"], False),
        (FASTIFY, ["fastify@4.29.1"], True),
        (FASTIFY, ["fastify@5.6.1"], True),
        (FRAMEWORK, ["mcp-framework@0.2.22", f"{SDK}@1.30.0"], True),
    ],
    ids=lambda told: told[0] if isinstance(told, list) else "",
)
def test_where_a_framework_listens(program: str, packages: list[str], loopback: bool, tmp_path: Path) -> None:
    modules(*packages, folder=tmp_path)
    (tmp_path / "package.json").write_text('{"name": "notes", "version": "1.0.0", "type": "module"}')
    (tmp_path / "dist" / "tools").mkdir(parents=True)
    (tmp_path / "dist" / "tools" / "add.js").write_text(TOOL)
    for host, closed in (("", loopback), ('host: "0.0.0.0"', False)):
        (tmp_path / "dist" / "server.js").write_text(program.replace("PORT", PORT).replace("HOST", host))
        with running(node(), ["dist/server.js"], tmp_path) as server:
            assert server.reachable(HERE), server.output
            assert server.reachable(ELSEWHERE) != closed


TSCONFIG = """
{ "compilerOptions": { "target": "es2022", "module": "esnext", "moduleResolution": "bundler" }, "include": ["src"] }
"""
XMCP = "export default { http: { port: PORT, HOST }, paths: { prompts: false, resources: false } };\n"
XMCP_TOOL = 'export const metadata = { name: "add", description: "Adds." };\nexport default () => "1";\n'


def test_where_xmcp_listens(tmp_path: Path) -> None:
    """What it builds has the address in it, and has no need of its packages any more."""
    modules("xmcp@1.1.3", "@xmcp-dev/compiler@1.1.3", "zod@4.1.12", folder=tmp_path)
    (tmp_path / "package.json").write_text('{"name": "notes", "version": "1.0.0"}')
    (tmp_path / "tsconfig.json").write_text(TSCONFIG)
    (tmp_path / "src" / "tools").mkdir(parents=True)
    (tmp_path / "src" / "tools" / "add.ts").write_text(XMCP_TOOL)
    for host, closed in (("", True), ('host: "0.0.0.0"', False)):
        port = nginx.free_port()
        (tmp_path / "xmcp.config.ts").write_text(XMCP.replace("PORT", str(port)).replace("HOST", host))
        build = [node(), "node_modules/.bin/xmcp", "build"]
        built = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, timeout=100)
        assert built.returncode == 0, built.stdout + built.stderr
        with running(node(), ["dist/http.js"], tmp_path, port=port) as server:
            assert server.initialize("/mcp").status == 200, server.output
            assert server.reachable(ELSEWHERE) != closed


SERVER = """
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
BEFORE
await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
"""


def first_line(command: list[str], before: str, folder: Path) -> str:
    """The first line that a server over stdio writes to standard output once a client has asked."""
    (folder / "server.js").write_text(SERVER.replace("BEFORE", before))
    scripts = {"start": "node server.js"}
    (folder / "package.json").write_text(json.dumps({"name": "notes", "type": "module", "scripts": scripts}))
    (folder / ".env").write_text("WORDS=bread\n")
    line = json.dumps(INITIALIZE) + "\n"
    done = subprocess.run(command, cwd=folder, input=line, capture_output=True, text=True, timeout=100)
    return done.stdout.partition("\n")[0]


def is_answer(line: str) -> bool:
    return line.startswith("{") and "serverInfo" in line


@pytest.mark.parametrize(
    ("package", "before", "quiet"),
    [
        ("dotenv@17.2.3", 'import dotenv from "dotenv"; dotenv.config();', False),
        ("dotenv@17.2.3", 'import dotenv from "dotenv"; dotenv.config({ quiet: true });', True),
        ("dotenv@17.2.3", 'import "dotenv/config";', True),
        ("dotenv@16.4.7", 'import dotenv from "dotenv"; dotenv.config();', True),
        ("pino@10.4.0", 'import pino from "pino"; pino().info("starts");', False),
        ("pino@10.4.0", 'import pino from "pino"; pino(pino.destination(2)).info("starts");', True),
    ],
)
def test_what_a_package_prints_before_the_protocol(package: str, before: str, quiet: bool, tmp_path: Path) -> None:
    modules(f"{SDK}@1.30.0", package, folder=tmp_path)
    assert is_answer(first_line([str(node()), "server.js"], before, tmp_path)) == quiet


@pytest.mark.parametrize(
    ("words", "quiet"),
    [
        (["npm", "start"], False),
        (["npm", "run", "start", "--loglevel=error"], False),
        (["npm", "run", "start", "--silent"], True),
        (["pnpm", "start"], False),
        (["yarn", "start"], False),
        (["bun", "run", "start"], True),
    ],
)
def test_what_a_runner_prints_before_the_protocol(words: list[str], quiet: bool, tmp_path: Path) -> None:
    modules(f"{SDK}@1.30.0", folder=tmp_path)
    assert is_answer(first_line([manager(words[0], tmp_path), *words[1:]], "", tmp_path)) == quiet


MANAGERS = ("pnpm@10.34.9", "yarn@1.22.22", "bun@1.4.5")


def manager(name: str, folder: Path) -> str:
    """The path of a package manager."""
    if name == "npm":
        return need.program("npm")
    (folder / "tools").mkdir()
    modules(*MANAGERS, folder=folder / "tools")
    return str(folder / "tools" / "node_modules" / ".bin" / name)


@pytest.mark.parametrize(
    ("words", "ci", "installs"),
    [
        (["npm", "ci"], "", False),
        (["pnpm", "install", "--frozen-lockfile"], "", False),
        (["pnpm", "install"], "true", True),
        (["yarn", "install", "--frozen-lockfile"], "", True),
        (["bun", "install", "--frozen-lockfile"], "", True),
        (["bun", "ci"], "", True),
    ],
)
def test_what_insists_on_a_lock_file_that_is_not_there(
    words: list[str], ci: str, installs: bool, tmp_path: Path
) -> None:
    program, app = manager(words[0], tmp_path), tmp_path / "app"
    app.mkdir()
    (app / "package.json").write_text('{"name": "notes", "version": "1.0.0", "dependencies": {"ms": "^2.1.2"}}')
    env = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": ci} if ci else {})
    done = subprocess.run([program, *words[1:]], cwd=app, env=env, capture_output=True, text=True, timeout=100)
    assert (done.returncode == 0) == installs, done.stdout + done.stderr
    assert (app / "node_modules" / "ms" / "package.json").exists() == installs


@pytest.mark.parametrize(
    ("heading", "packages", "said"),
    [
        ("version 2 for TypeScript has no tool()", ["@modelcontextprotocol/server@2.3.1"], "tool is not a function"),
        ("registered by the names of version 2", ["@modelcontextprotocol/server@2.3.1"], "serverInfo"),
        ("version 1 has it", [f"{SDK}@1.32.2"], "serverInfo"),
    ],
)
def test_a_method_that_version_2_has_not(heading: str, packages: list[str], said: str, tmp_path: Path) -> None:
    modules(*packages, folder=tmp_path)
    files = trap("removed-sdk-call", heading)
    for name in ("package.json", "server.js"):
        (tmp_path / name).write_text(files[name])
    line = json.dumps(INITIALIZE) + "\n"
    done = subprocess.run([node(), "server.js"], cwd=tmp_path, input=line, capture_output=True, text=True, timeout=100)
    assert said in done.stdout + done.stderr
    assert (done.returncode == 0) == (said == "serverInfo")


STREAMS = """
import express from "express";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
const made = () => new McpServer({ name: "notes", version: "1.0.0" });
const app = express();
app.all("/mcp", async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await made().connect(transport);
  await transport.handleRequest(req, res);
});
app.get("/sse", async (req, res) => { await made().connect(new SSEServerTransport("/messages", res)); });
app.listen(PORT);
"""
SOONER = """
const usual = globalThis.setInterval;
globalThis.setInterval = (call, after, ...more) => {
  console.log(`every ${after}`);
  return usual(call, after / 30, ...more);
};
"""
"""Thirty times as fast, and telling how often it would be."""


def events(port: int, path: str, seconds: float = 2) -> tuple[http.client.HTTPMessage | None, str]:
    """The head of a standing stream and its first line, or neither where nothing has come for so long."""
    connection = http.client.HTTPConnection(HERE, port, timeout=seconds)
    connection.request("GET", path, headers={"Accept": "text/event-stream"})
    head, line = None, ""
    try:
        answer = connection.getresponse()
        head = answer.headers
        line = answer.readline().decode()
    except TimeoutError:
        pass
    connection.close()
    return head, line


@pytest.mark.parametrize(("release", "since"), [("1.29.0", False), ("1.30.0", True)])
def test_what_a_release_does_for_its_streams(release: str, since: bool, tmp_path: Path) -> None:
    """The header, the ping, and what of a stream gets through nginx as it is without settings."""
    modules(f"{SDK}@{release}", folder=tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "sooner.js").write_text(SOONER)
    (tmp_path / "server.js").write_text(STREAMS.replace("PORT", PORT))
    with running(node(), ["--import", "./sooner.js", "server.js"], tmp_path) as server:
        assert server.exited is None, server.output
        answer = server.ask("POST", "/mcp", JSON, INITIALIZE)
        assert answer.headers.get("x-accel-buffering") == ("no" if since else None)
        head, line = events(server.port, "/mcp")
        assert head and head["X-Accel-Buffering"] == ("no" if since else None)
        assert line == (": keepalive\n" if since else "")
        assert ("every 15000" in server.output) == since
        head, line = events(server.port, "/sse")
        assert head and head["X-Accel-Buffering"] is None and line == "event: endpoint\n"
        for more, streams in (("", since), ("proxy_buffering off;", True)):
            front = nginx.free_port()
            to = f"http://{HERE}:{server.port}"
            text = (
                f"server {{ listen {HERE}:{front}; proxy_http_version 1.0; {more} location / {{ proxy_pass {to}; }} }}"
            )
            with nginx.running(tmp_path / f"nginx-{front}", text, front):
                head, line = events(front, "/mcp")
                assert (line == ": keepalive\n") == since
                assert (head is not None) == streams
                assert (events(front, "/sse")[1] == "event: endpoint\n") == bool(more)


@pytest.mark.parametrize(
    ("said", "ignored", "packed"),
    [
        ({"files": ["build"]}, "", False),
        ({"files": ["dist/index.js"]}, "", False),
        ({"files": ["dist"]}, "dist", True),
        ({"files": ["dist/"]}, "", True),
        ({"files": ["./dist/**/*.js"]}, "", True),
        ({"files": ["*.js"]}, "", True),
        ({}, "dist", True),
        ({"bin": "bin/cli.js"}, "dist", False),
        ({"bin": "bin/cli.js", "main": "dist/index.js"}, "dist", True),
    ],
)
def test_what_npm_packs(said: dict[str, object], ignored: str, packed: bool, tmp_path: Path) -> None:
    npm = need.program("npm")
    package = {"name": "notes", "version": "1.0.0", "bin": "dist/index.js", **said}
    (tmp_path / "package.json").write_text(json.dumps(package))
    (tmp_path / ".gitignore").write_text(ignored)
    for path in ("dist/index.js", "dist/tools.js", "bin/cli.js"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("")
    done = subprocess.run([npm, "pack", "--dry-run"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert ("dist/tools.js" in done.stderr) == packed, done.stderr


@pytest.mark.parametrize(
    ("call", "beside", "runs"),
    [
        ("npm start", "", False),
        ("npm start", "server.js", True),
        ("npm run start", "server.js", True),
        ("npm run serve", "node_modules/.bin/serve", False),
        ("npm start --if-present", "", True),
        ("pnpm start", "node_modules/.bin/start", False),
        ("pnpm start", "server.js", True),
        ("pnpm run serve", "node_modules/.bin/serve", False),
        ("pnpm serve", "node_modules/.bin/serve", True),
        ("yarn start", "", False),
        ("yarn start", "server.js", True),
        ("yarn run serve", "node_modules/.bin/serve", True),
        ("bun start", "server.js", False),
        ("bun run start", "start.ts", True),
        ("bun start", "start/index.js", True),
        ("bun run serve", "node_modules/.bin/serve", True),
    ],
)
def test_what_runs_for_a_script_that_is_missing(call: str, beside: str, runs: bool, tmp_path: Path) -> None:
    tool, *words = call.split()
    program, app = manager(tool, tmp_path), tmp_path / "app"
    (app / (beside or "package.json")).parent.mkdir(parents=True)
    (app / "package.json").write_text('{"name": "notes", "version": "1.0.0", "scripts": {"build": "true"}}')
    if beside:
        (app / beside).write_text("#!/usr/bin/env node\nconsole.log(1);\n")
        (app / beside).chmod(0o755)
    done = subprocess.run([program, *words], cwd=app, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) == runs, done.stdout + done.stderr
