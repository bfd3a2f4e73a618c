"""What `mcplint show` says of the examples that the TypeScript SDK ships is what they answer when node runs them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.lab import need, nginx
from tests.lab.servers import ELSEWHERE, HERE, INITIALIZE, Answer, ContainerContext, modules, running

pytestmark = pytest.mark.xdist_group("npm")

SHIPPED = Path("node_modules", "@modelcontextprotocol", "sdk", "dist", "esm", "examples")
RELEASES = ("1.29.0", "1.30.0")
EXAMPLES = {
    "jsonResponseStreamableHttp": 1,
    "simpleStatelessStreamableHttp": 1,
    "ssePollingExample": 1,
    "standaloneSseWithGetStreamableHttp": 1,
    "honoWebStandardStreamableHttp": 1,
    "sseAndStreamableHttpCompatibleServer": 2,
    "simpleSseServer": 1,
}
"""Each example, and how many servers it has: one a transport."""


def project(folder: Path, name: str, release: str) -> None:
    """An example as a project of its own, where the SDK is a package that it depends on."""
    modules(f"@modelcontextprotocol/sdk@{release}", folder=folder)
    shutil.copytree(folder / SHIPPED / "shared", folder / "shared")
    text = (folder / SHIPPED / "server" / f"{name}.js").read_text()
    text = text.replace("'../shared/", "'./shared/").replace("'../../", "'@modelcontextprotocol/sdk/")
    (folder / f"{name}.js").write_text(text)
    package = {"type": "module", "dependencies": {"@modelcontextprotocol/sdk": release}}
    (folder / "package.json").write_text(json.dumps({**package, "scripts": {"start": f"node {name}.js"}}))


def opened(server: ContainerContext, transport: str, path: str, **headers: str) -> Answer:
    """The answer to what a client of that transport asks first."""
    if transport == "sse":
        return server.ask("GET", path, {"Accept": "text/event-stream", **headers}, seconds=3)
    return server.ask("POST", path, headers, INITIALIZE, seconds=20)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_answers_as_it_is_shown(name: str, release: str, tmp_path: Path, mcplint, monkeypatch) -> None:
    project(tmp_path, name, release)
    program, port = tmp_path / f"{name}.js", nginx.free_port()
    program.write_text(re.sub(r"\b300[01];", f"{port};", program.read_text()))
    monkeypatch.chdir(tmp_path)
    shown = json.loads(mcplint("show", "--format", "json", ".").out)["servers"]
    assert len(shown) == EXAMPLES[name]
    with running(Path(need.program("node")), [program.name], tmp_path, port=port) as server:
        assert server.exited is None, server.output
        for each in shown:
            values = {key: value["options"] for key, value in each["values"].items()}
            assert values["sdk"] == [f"@modelcontextprotocol/sdk {release}"]
            assert values["port"] == (None if "process.env" in program.read_text() else [port])
            check(server, values)


def check(server: ContainerContext, values: dict[str, list]) -> None:
    """Compares what is shown of a server with what it answers."""
    assert values["host"] == ["::"] and server.reachable(HERE) and server.reachable(ELSEWHERE)
    [transport], [path], [hosts] = values["transport"], values["path"], values["allowed_hosts"] or [None]
    answer = opened(server, transport, path)
    assert answer.status == 200
    assert opened(server, transport, f"{path}-of-another").status == 404
    refused = opened(server, transport, path, Host="mcp.example.com").status == 403
    assert refused == bool(hosts)
    if transport == "sse":
        assert answer.headers["content-type"] == "text/event-stream" and "event: endpoint" in answer.body
        return
    assert [("mcp-session-id" not in answer.headers)] == values["stateless"]
    is_json = answer.headers["content-type"].startswith("application/json")
    assert [is_json] == values["json_response"]
