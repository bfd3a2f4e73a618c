"""What the pages of the rules about links claim, seen on their own examples: real servers, behind the real nginx."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.lab import nginx, servers
from tests.lab.examples import example, python, started
from tests.lab.servers import INITIALIZE, JSON, ContainerContext

HOST = "notes.example.com"
# Another address of this machine than the one that uvicorn trusts.
ELSEWHERE = "127.0.0.2"


def configured(text: str, port: int, upstream: int) -> str:
    """A page's nginx.conf on loopback: without TLS, but with what it tells the server of it, from another address."""
    text = re.sub(r"listen (?:80|443 ssl);", f"listen 127.0.0.1:{port}; proxy_bind {ELSEWHERE};", text)
    text = re.sub(r" *ssl_certificate\w* .*;\n", "", text).replace("$scheme", "https")
    return re.sub(r"\bnotes:8000", f"127.0.0.1:{upstream}", text)


@contextlib.contextmanager
def fronted(
    rule: str, section: str, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[tuple[ContainerContext, int]]:
    """The server of a page's example, and the port of the nginx in front of it."""
    files = example(rule, section)
    for path, text in files.items():
        (folder / path).write_text(text)
    with servers.running(python(files), ["server.py"], folder, env) as server:
        port = nginx.free_port()
        with nginx.running(folder / "nginx", configured(files["nginx.conf"], port, server.port), port):
            yield server, port


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Mapping[str, str], str]:
    """The answer of nginx to one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), {**JSON, "Host": HOST})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def test_nginx_does_not_start_with_a_name_that_nobody_has(tmp_path: Path) -> None:
    text = example("unknown-upstream", "Bad")["nginx.conf"]
    port = nginx.free_port()
    text = configured(text, port, port).replace("notes-server", "nobody.invalid")
    with pytest.raises(AssertionError, match="host not found in upstream"):
        nginx.running(tmp_path / "nginx", text, port).__enter__()
    with fronted("unknown-upstream", "Good", tmp_path) as (_, port):
        assert ask(port, "POST", "/mcp", INITIALIZE)[0] == 200


def test_a_port_that_nothing_listens_on_is_a_502(tmp_path: Path) -> None:
    text = example("unknown-upstream", "Good")["nginx.conf"]
    port = nginx.free_port()
    with nginx.running(tmp_path / "nginx", configured(text, port, nginx.free_port()), port):
        assert ask(port, "POST", "/mcp", INITIALIZE)[0] == 502


def test_the_path_that_an_sse_server_names_has_no_prefix(tmp_path: Path) -> None:
    with fronted("stripped-prefix", "Bad", tmp_path) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/notes/sse", headers={"Host": HOST, "X-Forwarded-Prefix": "/notes"})
        event = connection.getresponse().read1(1000).decode()
        named = re.search(r"data: (\S+)", event)
        assert named and named[1].startswith("/messages/?session_id=")
        assert ask(port, "POST", named[1], INITIALIZE)[0] == 404
        assert ask(port, "POST", f"/notes{named[1]}", INITIALIZE)[0] == 202
        connection.close()
    with fronted("stripped-prefix", "Good", tmp_path) as (_, port):
        assert ask(port, "POST", "/notes/mcp", INITIALIZE)[0] == 200


@pytest.mark.parametrize(("section", "status"), [("Bad", 404), ("Good", 200)])
def test_the_metadata_that_a_401_names(section: str, status: int, tmp_path: Path) -> None:
    with fronted("unrouted-metadata", section, tmp_path) as (_, port):
        refused, headers, _ = ask(port, "POST", "/mcp", INITIALIZE)
        named = re.search(r'resource_metadata="https://notes\.example\.com([^"]+)"', headers["www-authenticate"])
        assert refused == 401 and named
        assert ask(port, "GET", named[1])[0] == status


@pytest.mark.parametrize(("env", "scheme"), [({}, "http"), ({"FORWARDED_ALLOW_IPS": "*"}, "https")])
def test_a_server_believes_the_proxies_that_it_trusts(env: dict[str, str], scheme: str, tmp_path: Path) -> None:
    with fronted("untrusted-forwarded-headers", "Bad", tmp_path, env) as (_, port):
        assert json.loads(ask(port, "GET", "/about")[2])["endpoint"] == f"{scheme}://{HOST}/mcp"
        status, headers, _ = ask(port, "POST", "/mcp/", INITIALIZE)
        assert (status, headers["location"]) == (307, f"{scheme}://{HOST}/mcp")


def test_the_transports_answer_each_other_with_errors(tmp_path: Path) -> None:
    (tmp_path / ".vscode").mkdir()
    with started(tmp_path, "client-transport-mismatch", "Bad") as server:
        assert server.ask("GET", "/notes", {"Accept": "text/event-stream"}).status == 400
        assert server.initialize("/notes").status == 200


def test_whoever_reaches_the_port_is_served(tmp_path: Path) -> None:
    with started(tmp_path, "published-without-auth", "Bad") as server:
        assert server.ask("POST", "/mcp", {}, INITIALIZE, address=ELSEWHERE).status == 200


@pytest.mark.parametrize(("section", "ends"), [("Bad", False), ("Good", True), ("Fixed", True)])
def test_open_streams_keep_a_server_from_ending(section: str, ends: bool, tmp_path: Path) -> None:
    with started(tmp_path, "abrupt-shutdown", section) as server:
        session = server.initialize().headers["mcp-session-id"]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/mcp", headers={"Accept": "text/event-stream", "Mcp-Session-Id": session})
        stream = connection.getresponse()
        time.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(9)
        assert stream.status == 200 and (server.exited is not None) == ends
        connection.close()


@pytest.mark.parametrize(("section", "status"), [("Bad", 400), ("Good", 200)])
def test_a_second_round_at_another_process(section: str, status: int, tmp_path: Path) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "lab", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    }
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "write"}

    def call(server: ContainerContext, **more: object) -> tuple[int, dict[str, object]]:
        params = {"name": "write", "arguments": {"text": "milk"}, "_meta": meta, **more}
        answer = server.ask(
            "POST", "/mcp", headers, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        )
        return answer.status, json.loads(answer.body)

    files = example("unshared-request-state", section)
    (tmp_path / "server.py").write_text(files["server.py"])
    env = {"NOTES_KEY": "a secret of at least thirty-two characters"}
    with (
        servers.running(python(files), ["server.py"], tmp_path, env) as first,
        servers.running(python(files), ["server.py"], tmp_path, env) as other,
    ):
        result = call(first)[1]["result"]
        assert isinstance(result, dict)
        answers = {each: {"action": "accept", "content": {"title": "shopping"}} for each in result["inputRequests"]}
        given = {"inputResponses": answers, "requestState": result["requestState"]}
        refused, answer = call(other, **given)
        assert refused == status
        assert ("Invalid or expired requestState" in json.dumps(answer)) == (status == 400)
        assert call(first, **given)[0] == 200


@pytest.mark.parametrize(("variable", "shared", "status"), [("HOME", False, 400), ("FASTMCP_HOME", True, 302)])
def test_a_login_that_goes_on_at_another_container(variable: str, shared: bool, status: int, tmp_path: Path) -> None:
    files = example("volatile-oauth-state", "Bad")
    (tmp_path / "server.py").write_text(files["server.py"])
    secrets = {"GITHUB_CLIENT_ID": "lab", "GITHUB_CLIENT_SECRET": "a secret of the lab"}
    homes = [tempfile.mkdtemp(dir=tmp_path)] * 2 if shared else [tempfile.mkdtemp(dir=tmp_path) for _ in range(2)]
    client = {"redirect_uris": ["http://localhost:3000/back"], "token_endpoint_auth_method": "none"}
    challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    with (
        servers.running(python(files), ["server.py"], tmp_path, {**secrets, variable: homes[0]}) as first,
        servers.running(python(files), ["server.py"], tmp_path, {**secrets, variable: homes[1]}) as other,
    ):
        known = json.loads(first.ask("POST", "/register", None, client).body)["client_id"]
        query = f"response_type=code&client_id={known}&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fback&{challenge}"
        assert first.ask("GET", f"/authorize?{query}").status == 302
        assert other.ask("GET", f"/authorize?{query}").status == status
