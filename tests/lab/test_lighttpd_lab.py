"""lighttpd itself takes the configurations, leads each request where the model says, and holds streams as it says."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcplint.project.tree import Tree
from mcplint.proxies.lighttpd import link as lighttpd
from mcplint.readers.lighttpd import read
from mcplint.services.network import Network
from mcplint.text.source import Source
from tests.lab import need, servers
from tests.lab.mcp_session import Session
from tests.lab.named import listening, named_servers
from tests.lab.nginx import free_port
from tests.pages import cases

NAMES = ("a", "b")
SERVER = Path(__file__).parent / "notes_server.py"
ASKED = [
    (host, path)
    for host in ("one.example.com", "One.example.com:8000", "other")
    for path in ("/mcp", "/mcp/", "/mcpx", "/mcp/a", "/api/mcp", "/api", "/MCP", "/x.php", "/static/x")
]
CONFIGS = [
    'proxy.server = ( "/mcp/" => A )',
    'proxy.server = ( "/mcp" => A, "/mcp/" => B )',
    'proxy.server = ( "/mcp/" => B, "/mcp" => A, "" => A )',
    'proxy.server = ( "" => A )\nproxy.server += ( "/mcp" => B )',
    'proxy.server = ( "/mcp" => A )\nproxy.server += ( "/api" => B )',
    'proxy.server = ( ".inc" => A, "/" => B )',
    'proxy.server = ( "/" => A )\n$HTTP["url"] =^ "/mcp/" { proxy.server = ( "" => B ) }',
    '$HTTP["url"] =^ "/mcp/" { proxy.server = ( "" => B ) }\nproxy.server = ( "/" => A )',
    'proxy.server = ( "/" => A )\n$HTTP["url"] =~ "^/mcp/" { proxy.server = ( "" => B ) }\n'
    '$HTTP["url"] =^ "/mcp" { proxy.server = ( "" => A ) }',
    '$HTTP["url"] =^ "/mcp" { proxy.server = ( "" => A ) }\n$HTTP["url"] =^ "/mcp/" { proxy.server = ( "/zz" => B ) }',
    '$HTTP["url"] =^ "/mcp/" { proxy.server = ( "" => A ) }\n'
    'else $HTTP["url"] == "/mcp" { proxy.server = ( "" => B ) }\n'
    'else { proxy.server = ( "/mcpx" => B, "/api" => A ) }',
    '$HTTP["url"] =^ "/api" { server.tag = "x" }\nelse { proxy.server = ( "/" => B ) }',
    '$HTTP["host"] == "one.example.com" { proxy.server = ( "" => A ) }\nelse { proxy.server = ( "/mcp" => B ) }',
    '$HTTP["host"] == "one.example.com" {\n$HTTP["url"] =^ "/mcp" { proxy.server = ( "" => A ) }\n'
    'proxy.server = ( "/api" => B )\n}',
    '$HTTP["url"] =~ "^/mcp(/|$)" { proxy.server = ( "" => A ) }',
    '$HTTP["url"] =~ "^/mcp$" { proxy.server = ( "" => A ) }\n$HTTP["url"] =~ "^/api" { proxy.server = ( "" => B ) }',
    '$HTTP["url"] =^ "/api/" { proxy.header = ( "map-urlpath" => ( "/api/" => "/" ) )\nproxy.server = ( "" => A ) }',
    'proxy.header = ( "map-urlpath" => ( "/mcp/" => "/x/", "/mcp" => "/y" ) )\nproxy.server = ( "" => A )',
    'proxy.server = ( "/" => A )\n$SERVER["socket"] == "127.0.0.1:OTHER" { proxy.server = ( "/" => B ) }',
    'var.path = "/m"\nproxy.server = ( var.path + "cp" => A, "/" + "api" => B )',
    'url.redirect = ( "^/mcp$" => "/mcp/" )\nproxy.server = ( "" => A )',
    '$HTTP["url"] =^ "/api" { url.rewrite-once = ( "^/api/(.*)" => "/$1" ) }\nproxy.server = ( "/mcp" => A )',
    'url.access-deny = ( "~", ".inc" )\nproxy.server = ( "/mcp" => A )',
    '$HTTP["url"] =^ "/api" { url.access-deny = ( "" ) }\nproxy.server = ( "/" => A )',
    '$HTTP["request-method"] == "OPTIONS" { proxy.server = ( "" => B ) }\nproxy.server = ( "/" => A )',
]
OPEN = [
    'proxy.server = ( "/" => B )\n$HTTP["url"] =^ "/api" { proxy.header = ( "map-urlpath" => ( "/api" => "/mcp" ) ) }',
    '$REQUEST_HEADER["x-a"] == "b" { proxy.server = ( "" => B ) }\nproxy.server = ( "/" => A )',
]
"""Those of which the model leaves open more than it tells."""
CONFIGS += OPEN
MODULES = '"mod_access", "mod_rewrite", "mod_redirect", "mod_proxy"'


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """A server for each upstream, by its name."""
    with named_servers(NAMES) as found:
        yield found


@contextlib.contextmanager
def running(folder: Path, text: str, port: int) -> Iterator[None]:
    program, file, log = need.program("lighttpd"), folder / "lighttpd.conf", folder / "log"
    root = f'server.document-root = "{folder}"\nserver.bind = "127.0.0.1"\nserver.modules = ( {MODULES} )\n'
    file.write_text(root + text)
    with listening([program, "-D", "-f", file], port, log):
        yield


@pytest.mark.parametrize("config", CONFIGS)
def test_requests_go_where_the_model_says(tmp_path: Path, ports: dict[str, int], config: str) -> None:
    port = free_port()
    text = f"server.port = {port}\n{config}".replace("OTHER", str(free_port()))
    for name, number in ports.items():
        text = text.replace(f"=> {name.upper()}", f'=> ( ( "host" => "127.0.0.1", "port" => {number} ) )')
    file = read(Source("lighttpd.conf", text))
    (proxy,) = lighttpd.proxies({"lighttpd.conf": file}, Tree.of({}), Network((), ()))
    upstreams = {f"http://127.0.0.1:{number}": name for name, number in ports.items()}
    told_of = 0
    with running(tmp_path, text, port):
        for host, path in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", path, headers={"Host": host})
            answer = connection.getresponse()
            real = answer.read().decode() if answer.getheader("X-Named") else "-"
            connection.close()
            told = proxy.ask(host.partition(":")[0], port, "http", path)
            if told.certain and not (told.kind == "proxy" and told.uri is None):
                told_of += 1
                model = f"{upstreams[told.upstream or '']} {told.uri}" if told.kind == "proxy" else "-"
                assert (host, path, real) == (host, path, model)
    assert told_of >= len(ASKED) // 2 or config in OPEN


@pytest.fixture(scope="module")
def python() -> Path:
    return servers.environment(*servers.requirements("mcp", "1.27.1"))


@contextlib.contextmanager
def deployed(python: Path, text: str, folder: Path, count: int = 1) -> Iterator[int]:
    """So many servers behind lighttpd with a configuration of a page or a case; its port."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        for number in range(count):
            server = stack.enter_context(servers.running(python, [str(SERVER)], folder, {}))
            name = f"notes-{number + 1}" if count > 1 else "notes"
            text = text.replace(
                f'"host" => "{name}", "port" => 8000', f'"host" => "127.0.0.1", "port" => {server.port}'
            )
        lines = [line for line in text.splitlines() if not line.startswith(("server.port", "server.modules"))]
        stack.enter_context(running(folder, "\n".join([f"server.port = {port}", *lines]), port))
        yield port


def shown(rule: str, case: str) -> str:
    """The lighttpd.conf of a case."""
    path = Path(__file__).parent.parent / "cases" / f"{rule}.md"
    return next(one.files["lighttpd.conf"] for one in cases(path.read_text()) if one.name == case)


def released(port: int) -> bool:
    """Whether the tool's first message comes while its answer is awaited."""
    session = Session(port)
    assert session.open() == 202
    with session.stream(session.order("wait_for_release", {})) as (_, _, messages):
        first = next(messages)
        session.call("release")
        said = first if "result" in first else next(messages)
        return first.get("method") == "notifications/message" and said["result"]["content"][0]["text"] == "released"


@pytest.mark.parametrize(("case", "streams"), [("lighttpd holds answers", False), ("lighttpd that streams", True)])
def test_streams(case: str, streams: bool, python: Path, tmp_path: Path) -> None:
    with deployed(python, shown("buffered-stream", case), tmp_path) as port:
        assert released(port) == streams


def test_without_its_slash_no_server_is_asked(python: Path, tmp_path: Path) -> None:
    with deployed(python, shown("slash-redirect", "lighttpd takes only what is below"), tmp_path) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for path, status in (("/mcp", 404), ("/mcp/", 307)):
            connection.request("POST", path, body=b"{}", headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
