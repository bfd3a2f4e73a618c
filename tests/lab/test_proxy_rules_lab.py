"""What the pages of the proxy rules show as bad fails behind the real nginx, and what they show as good works."""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mcplint.engine.lint import lint
from mcplint.findings import ERROR, WARNING
from mcplint.knowledge.nginx import at_least
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from tests.lab import need, nginx, servers
from tests.lab.mcp_session import Session
from tests.pages import RULES, cases

SERVER = Path(__file__).parent / "notes_server.py"
MEMBERS = ("notes", "notes-1", "notes-2")
HOST = "notes.example.com"


@pytest.fixture(scope="module")
def python() -> Path:
    return servers.environment(*servers.requirements("mcp", "1.27.1"))


def shown(rule: str, which: str) -> str:
    """The nginx.conf of a page."""
    found = {case.name: case.files for case in cases(RULES[rule].page)}
    return {**found["Bad"], **found[which]}["nginx.conf"]


@contextlib.contextmanager
def front(text: str, members: Mapping[str, int], folder: Path, tls: int = 0) -> Iterator[int]:
    """nginx with that configuration, its names and ports mapped to loopback; the port that it listens on."""
    port = nginx.free_port()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"
    )
    for name, where in members.items():
        text = re.sub(rf"\b{name}:8000", f"127.0.0.1:{where}", text)
    text = text.replace("/var/cache/nginx", f"{folder}/cache").replace("/usr/share/nginx/html", str(folder))
    with nginx.running(folder / f"nginx-{port}", text, port):
        yield port


@contextlib.contextmanager
def deployed(python: Path, text: str, folder: Path, count: int = 1, **env: str) -> Iterator[tuple[int, list[int]]]:
    """So many servers behind nginx: its port and theirs."""
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(servers.running(python, [str(SERVER)], folder, env)) for _ in range(count)]
        ports = [server.port for server in started]
        names = MEMBERS[:1] if count == 1 else MEMBERS[1 : count + 1]
        yield stack.enter_context(front(text, dict(zip(names, ports, strict=True)), folder)), ports


@contextlib.contextmanager
def echoed(text: str, folder: Path) -> Iterator[int]:
    """nginx before another server that answers with what it was asked: protocol, Upgrade and Connection."""
    back = nginx.free_port()
    echo = f'server {{ listen 127.0.0.1:{back}; return 200 "$server_protocol|$http_upgrade|$http_connection"; }}\n'
    with front(echo + text, {"notes": back}, folder) as port:
        yield port


def get(port: int, path: str = "/mcp") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": HOST})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def old_nginx() -> None:
    """Skips the test where nginx speaks HTTP/1.1 to upstreams by itself."""
    said = subprocess.run([need.program("nginx"), "-v"], capture_output=True, text=True).stderr
    version = re.search(r"nginx/([\d.]+)", said)
    if version and at_least(version[1], "1.29.7"):
        pytest.skip(f"nginx {version[1]} speaks HTTP/1.1 to upstreams, the page's does not")


HELD, FLOWS = "nobody heard it", "released"


def answer(port: int) -> str:
    """What the tool says that waits for somebody to have heard its first message."""
    session = Session(port)
    assert session.open() == 202
    with session.stream(session.order("wait_for_release", {})) as (_, _, messages):
        assert next(messages)["method"] == "notifications/message"
        session.call("release")
        said: str = next(messages)["result"]["content"][0]["text"]
        return said


@pytest.mark.parametrize(("which", "said"), [("Bad", HELD), ("Good", FLOWS)])
def test_buffered_stream(which: str, said: str, python: Path, tmp_path: Path) -> None:
    old_nginx()
    with deployed(python, shown("buffered-stream", which), tmp_path) as (port, _):
        assert answer(port) == said


IN_A_ROW = [
    ("", "", HELD, ERROR),
    ("", "proxy_buffering off;", HELD, ERROR),
    ("", "proxy_http_version 1.1;", HELD, ERROR),
    ("", "proxy_buffering off; proxy_hide_header X-Accel-Buffering;", HELD, ERROR),
    ("", "add_header X-Accel-Buffering no;", FLOWS, WARNING),
    ("", "proxy_pass_header X-Accel-Buffering;", FLOWS, WARNING),
    ("proxy_http_version 1.1;", "", FLOWS, WARNING),
    ("proxy_buffering off;", "", FLOWS, None),
]


def location(target: str, settings: str) -> str:
    return f"server {{ listen 80; location /mcp {{ proxy_pass http://{target}; {settings} }} }}\n"


@pytest.mark.parametrize(("edge", "inner", "said", "severity"), IN_A_ROW)
def test_two_proxies_in_a_row(
    edge: str, inner: str, said: str, severity: str | None, python: Path, tmp_path: Path
) -> None:
    """What the outer one holds back is what `buffered-stream` says of it."""
    old_nginx()
    texts = {"inner": location("notes:8000", inner), "edge": location("inner:8000", edge)}
    with (
        deployed(python, texts["inner"], tmp_path) as (behind, _),
        front(texts["edge"], {"inner": behind}, tmp_path) as port,
    ):
        assert answer(port) == said
    files = {case.name: case.files for case in cases(RULES["buffered-stream"].page)}["Bad"]
    proxy = "  {0}:\n    image: nginx:1.28\n    volumes: ['./{0}.conf:/etc/nginx/conf.d/default.conf']\n"
    compose = "services:\n  notes:\n    build: .\n" + "".join(map(proxy.format, texts))
    confs = {f"{name}.conf": text.replace("inner:8000", "inner:80") for name, text in texts.items()}
    del files["nginx.conf"]
    found = lint(Tree.of({**files, "compose.yaml": compose, **confs}), {"": RULES["buffered-stream"]}, Config())
    outer = [diagnostic.severity for diagnostic in found if diagnostic.finding.span.source.path == "edge.conf"]
    assert outer == ([severity] if severity else [])


@pytest.mark.parametrize(("which", "said"), [("Bad", "no answer to request 2: []"), ("Good", "done")])
def test_short_read_timeout(which: str, said: str, python: Path, tmp_path: Path) -> None:
    """With a tenth of the page's seconds: what counts is that no ping comes before."""
    with deployed(python, shown("short-read-timeout", which).replace("10s", "1s"), tmp_path) as (port, _):
        session = Session(port)
        session.open()
        assert session.call("silent", seconds=2) == (200, said)


@pytest.mark.parametrize("env", [{}, {"LAB_JSON": "1"}, {"LAB_STATELESS": "1"}])
def test_cached_stream(env: dict[str, str], python: Path, tmp_path: Path) -> None:
    for which, works in (("Bad", False), ("Good", True)):
        with deployed(python, shown("cached-stream", which), tmp_path / which, **env) as (port, _):
            session = Session(port)
            session.open()
            answers = [session.call("echo", text=text)[1] for text in ("one", "two")]
            assert (answers == ["one", "two"]) == works


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("Bad", "Good"):
        (tmp_path / name).mkdir()


def test_a_cache_keeps_nothing_that_is_not_buffered(python: Path, tmp_path: Path) -> None:
    text = shown("cached-stream", "Bad").replace("proxy_pass", "proxy_buffering off; proxy_pass")
    with deployed(python, text, tmp_path, LAB_JSON="1") as (port, _):
        session = Session(port)
        session.open()
        assert [session.call("echo", text=text)[1] for text in ("one", "two")] == ["one", "two"]


@pytest.mark.parametrize(("which", "status"), [("Bad", 200), ("Good", 404)])
def test_swallowed_errors(which: str, status: int, python: Path, tmp_path: Path) -> None:
    (tmp_path / "sorry.html").write_text("<h1>Sorry</h1>")
    with deployed(python, shown("swallowed-errors", which), tmp_path) as (port, _):
        session = Session(port)
        session.headers["Mcp-Session-Id"] = "0" * 32
        assert session.call("echo", text="x")[0] == status


@pytest.mark.parametrize(("which", "times"), [("Bad", 2), ("Good", 1)])
def test_retried_calls(which: str, times: int, python: Path, tmp_path: Path) -> None:
    text = shown("retried-calls", which).replace("300s", "1s")
    with deployed(python, text, tmp_path, 2, LAB_JSON="1", LAB_STATELESS="1") as (port, members):
        assert Session(port).call("silent", seconds=2)[0] == 504
        assert sum(int(Session(member).call("ran")[1]) for member in members) == times


def test_streams_are_not_retried(python: Path, tmp_path: Path) -> None:
    text = shown("retried-calls", "Bad").replace("300s", "1s")
    with deployed(python, text, tmp_path, 2, LAB_STATELESS="1") as (port, members):
        assert Session(port).call("silent", seconds=2)[0] == 200
        assert sum(int(Session(member).call("ran")[1]) for member in members) == 1


def test_dropped_headers(python: Path, tmp_path: Path) -> None:
    bad = shown("dropped-headers", "Bad")
    with deployed(python, bad, tmp_path / "Bad") as (port, _):
        assert Session(port).open() == 406
    with deployed(python, re.sub(r".*Accept.*\n", "", bad), tmp_path / "Bad") as (port, _):
        session = Session(port)
        assert session.open() == 400 and not session.headers
    with deployed(python, shown("dropped-headers", "Good"), tmp_path / "Good") as (port, _):
        session = Session(port)
        assert session.open() == 202 and session.call("echo", text="x") == (200, "x")


SPOILED = {
    "proxy_set_header Accept '*/*';": 406,
    "proxy_set_header Content-Type text/plain;": 400,
    "proxy_pass_request_headers off;": 400,
    "proxy_method GET;": 400,
    'proxy_set_header Mcp-Session-Id "";': 400,
    'proxy_set_header Accept "application/json, text/event-stream";': 202,
    "proxy_set_header X-Real-IP $remote_addr;": 202,
    "proxy_set_header Content-Type application/json;": 202,
}


@pytest.mark.parametrize("directive", SPOILED)
def test_other_spoiled_headers(directive: str, python: Path, tmp_path: Path) -> None:
    text = shown("dropped-headers", "Good").replace("proxy_buffering", f"{directive} proxy_buffering")
    with deployed(python, text, tmp_path) as (port, _):
        status = Session(port).open()
        assert status == SPOILED[directive] or (status >= 400 and SPOILED[directive] >= 400)


@pytest.mark.parametrize(("which", "status"), [("Bad", 202), ("Good", 308)])
def test_plain_http(which: str, status: int, python: Path, tmp_path: Path) -> None:
    openssl = [
        need.program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={HOST}",
    ]
    files = ["-keyout", str(tmp_path / "notes.key"), "-out", str(tmp_path / "notes.pem")]
    subprocess.run([*openssl, *files], check=True, capture_output=True)
    text, tls = shown("plain-http", which).replace("/etc/ssl", str(tmp_path)), nginx.free_port()
    with (
        servers.running(python, [str(SERVER)], tmp_path) as server,
        front(text, {"notes": server.port}, tmp_path, tls) as port,
    ):
        assert Session(port).open() == status
        connection = http.client.HTTPSConnection("127.0.0.1", tls, context=ssl._create_unverified_context(), timeout=10)
        connection.request("GET", "/mcp", headers={"Host": HOST})
        assert connection.getresponse().status == 406
        connection.close()


@pytest.mark.parametrize(("which", "seen"), [("Bad", "|upgrade"), ("Good", "|close")])
def test_websocket_headers(which: str, seen: str, python: Path, tmp_path: Path) -> None:
    """Without an upgrade that the client asks for only a `Connection` is left, which no server minds."""
    old_nginx()
    with echoed(shown("websocket-headers", which), tmp_path) as port:
        assert get(port)[1].endswith(seen)
    with deployed(python, shown("websocket-headers", which), tmp_path) as (port, _):
        assert Session(port).open() == 202


@pytest.mark.parametrize(("which", "protocol"), [("Bad", "HTTP/1.0"), ("Good", "HTTP/1.1")])
def test_http10_upstream(which: str, protocol: str, tmp_path: Path) -> None:
    old_nginx()
    with echoed(shown("http10-upstream", which), tmp_path) as port:
        assert get(port)[1].startswith(protocol)


@pytest.mark.parametrize(("which", "status"), [("Bad", 413), ("Good", 200)])
def test_small_body_limit(which: str, status: int, python: Path, tmp_path: Path) -> None:
    with deployed(python, shown("small-body-limit", which), tmp_path) as (port, _):
        session = Session(port)
        session.open()
        assert session.call("echo", text="x" * 1_200_000)[0] == status


@pytest.mark.parametrize(("which", "limited"), [("Bad", False), ("Good", True)])
def test_no_rate_limit(which: str, limited: bool, python: Path, tmp_path: Path) -> None:
    with deployed(python, shown("no-rate-limit", which), tmp_path) as (port, _):
        session = Session(port)
        assert session.open() == 202 and session.call("echo", text="x") == (200, "x")
    with echoed(shown("no-rate-limit", which), tmp_path) as port:
        assert (503 in [get(port)[0] for _ in range(200)]) == limited


@pytest.mark.parametrize(("which", "all_work"), [("Bad", False), ("Good", True)])
def test_ineffective_affinity(which: str, all_work: bool, python: Path, tmp_path: Path) -> None:
    with deployed(python, shown("ineffective-affinity", which), tmp_path, 2) as (port, _):
        worked = []
        for _ in range(12):
            session = Session(port)
            worked.append(session.open() == 202 and session.call("echo", text="x") == (200, "x"))
        assert all(worked) == all_work


@pytest.mark.parametrize(("which", "who"), [("Bad", "notes"), ("Good", "archive")])
def test_prefix_hijack(which: str, who: str, tmp_path: Path) -> None:
    backs = {name: nginx.free_port() for name in ("notes", "archive")}
    servers = "".join(f'server {{ listen 127.0.0.1:{port}; return 200 "{name}"; }}\n' for name, port in backs.items())
    with front(servers + shown("prefix-hijack", which), backs, tmp_path) as port:
        assert get(port, "/notes") == (200, "notes")
        assert get(port, "/notes-archive") == (200, who)


def test_an_expression_takes_what_begins_so(tmp_path: Path) -> None:
    backs = {name: nginx.free_port() for name in ("notes", "web")}
    servers = "".join(f'server {{ listen 127.0.0.1:{port}; return 200 "{name}"; }}\n' for name, port in backs.items())
    rules = "location ~ ^/m {{ proxy_pass http://web:8000; }} location {}/mcp {{ proxy_pass http://notes:8000; }}"
    for modifier, who in (("", "web"), ("^~ ", "notes")):
        text = f"server {{ listen 80; server_name {HOST}; {rules.format(modifier)} }}"
        with front(servers + text, backs, tmp_path) as port:
            assert get(port) == (200, who)
