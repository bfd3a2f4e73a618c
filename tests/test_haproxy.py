"""HAProxy's configuration: its words, and the routes that it makes to servers."""

from __future__ import annotations

import random

import pytest
from pages import RULES
from test_ingress import SERVER, deployment

from mcplint.engine import lint as engine
from mcplint.facts.haproxy import HaproxyFile
from mcplint.findings import Unreadable
from mcplint.model import Route
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.readers.haproxy import read
from mcplint.text.source import Source

COMPOSE = """services:
  notes-1: &notes
    build: .
  notes-2: *notes
  proxy:
    image: haproxy:3.2
    ports: ["8080:80"]
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
"""
SERVERS = "    server a notes-1:8000 check\n    server b notes-2:8000 check\n"


def config(text: str) -> HaproxyFile:
    return read(Source("haproxy.cfg", text))


def words(text: str) -> list[list[str]]:
    """The words of the lines of a `global` section."""
    (section,) = config(f"global\n{text}\n").sections
    return [[word.text for word in line.words] for found in section.lines.values() for line in found]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("  bind :80", [["bind", ":80"]]),
        ("a b # c\nd", [["a", "b"], ["d"]]),
        ("a 'b c' \"d e\"", [["a", "b c", "d e"]]),
        ("a b\\ c", [["a", "b c"]]),
        ("a \\# b", [["a", "#", "b"]]),
        ("a 'x'\"y\"z", [["a", "xyz"]]),
        ('a "\\"x\\""', [["a", '"x"']]),
        ("a \\\n  b", [["a", "b"]]),
        ('a ^/b\\.c "\\d\\$" \\\\e', [["a", "^/b\\.c", "\\d$", "\\e"]]),
        ("a ''", [["a", ""]]),
        ("a\r\nb\rc", [["a"], ["b"], ["c"]]),
        ("a é😀", [["a", "é😀"]]),
    ],
)
def test_words(text: str, lines: list[list[str]]) -> None:
    assert words(text) == lines


@pytest.mark.parametrize("text", ["bind :80\n", "global\n  a 'b\n", 'global\n  a "b\n', "global\n a \\"])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        config(text)


def test_a_span_covers_what_its_word_says() -> None:
    text = "# é😀\r\nglobal\r\n  a é 'b c' \"$X\" d\\ e # f\r\n"
    (section,) = config(text).sections
    spelled = [word.span.text for word in section.of("a")[0].words]
    assert spelled == ["a", "é", "'b c'", '"$X"', "d\\ e"]
    assert [word.open for word in section.of("a")[0].words] == [False, False, False, True, False]


def test_any_text_is_read_or_refused() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        text = "global\n" + "".join(chance.choice("ab '\"\\#\n\r\t$.{}é") for _ in range(chance.randrange(40)))
        try:
            config(text)
        except Unreadable as problem:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)


def files(text: str) -> dict[str, str]:
    return {"compose.yaml": COMPOSE, "haproxy.cfg": text}


def frontend(*lines: str, backend: str = "", defaults: str = "") -> dict[str, str]:
    said = "".join(f"    {line}\n" for line in lines)
    return files(
        f"defaults\n    mode http\n{defaults}frontend web\n    bind *:80\n{said}"
        f"backend notes\n{backend}{SERVERS}backend other\n    server o other:80\n"
    )


def asked(found: dict[str, str], url: str) -> object:
    client = deployment(found, url).clients[0]
    return "?" if client.asked.options is None else client.asked.only


def only(found: dict[str, str]) -> Route:
    (route,) = deployment(found).routes
    return route


NOTES = "default_backend notes"


@pytest.mark.parametrize(
    ("lines", "path", "to"),
    [
        ((NOTES,), "/mcp", "/mcp"),
        (("use_backend notes",), "/mcp", "/mcp"),
        (("acl m path_beg /mcp", "use_backend notes if m"), "/mcp/a", "/mcp/a"),
        (("acl m path_beg /mcp", "use_backend notes if m"), "/other", None),
        (("acl m path /mcp", "use_backend notes if m"), "/mcp/a", None),
        (("acl m path /mcp /mcp/", "use_backend notes if m"), "/mcp/", "/mcp/"),
        (("acl m path /a", "acl m path /mcp", "use_backend notes if m"), "/mcp", "/mcp"),
        (("acl m path_beg -i /mcp", "use_backend notes if m"), "/mcp", "/mcp"),
        (("use_backend notes if { path_beg /mcp }",), "/mcp", "/mcp"),
        (("use_backend notes if { path_beg /a } || { path /mcp }",), "/mcp", "/mcp"),
        (("use_backend notes if { path_beg /a } or { path /b }",), "/mcp", None),
        (("acl h hdr(host) -i localhost", "use_backend notes if h { path_beg /mcp }"), "/mcp", "/mcp"),
        (("acl h hdr(host) -i other", "use_backend notes if h { path_beg /mcp }"), "/mcp", None),
        (("use_backend other if { path_beg /mcp }", NOTES), "/a", "/a"),
        (("use_backend notes if !{ path_beg /x }",), "/mcp", "?"),
        (("use_backend notes unless { path_beg /x }",), "/mcp", "?"),
        (("use_backend notes if { path_sub mcp }",), "/mcp", "?"),
        (("use_backend notes if { path -m sub mcp }",), "/mcp", "?"),
        (("use_backend notes if unheard_of",), "/mcp", "?"),
        (("use_backend %[req.hdr(host)] if { path /mcp }", NOTES), "/mcp", "?"),
        (('use_backend notes if { path_beg "${P}" }',), "/mcp", "?"),
        (("http-request set-path /mcp", NOTES), "/a", "?"),
        (("http-request replace-path /api(.*) \\1", NOTES), "/api/mcp", "?"),
        (("http-request set-header X-A b", NOTES), "/mcp", "/mcp"),
        (("http-request redirect scheme https unless { ssl_fc }", NOTES), "/mcp", "/mcp"),
    ],
)
def test_what_the_server_is_asked_for(lines: tuple[str, ...], path: str, to: object) -> None:
    assert asked(frontend(*lines), f"http://localhost:8080{path}") == to


def test_a_listen_section_leads_to_its_own_servers() -> None:
    found = files(f"listen web\n    mode http\n    bind :80\n    timeout server 1m\n{SERVERS}")
    route = only(found)
    assert (route.read_timeout.only, [member.host for member in route.members]) == (60.0, ["notes-1", "notes-2"])
    assert asked(found, "http://localhost:8080/mcp") == "/mcp"


@pytest.mark.parametrize("bind", ["bind", 'bind ""', "bind :", "bind #"])
def test_a_frontend_whose_address_is_not_written_yet_stops_nothing(bind: str) -> None:
    found = files(frontend(NOTES)["haproxy.cfg"].replace("bind *:80", bind))
    assert only(found).server


def test_conditional_parts_are_not_read() -> None:
    tree = Tree.of({**SERVER, **files(f".if defined(A)\nglobal\n.endif\nlisten web\n    bind :80\n{SERVERS}")})
    run = engine.run(tree, RULES, Config())
    assert not run.deployment.routes
    assert any("not read" in each.finding.message for each in run.diagnostics)


@pytest.mark.parametrize(
    ("backend", "defaults", "seconds"),
    [
        ("    timeout server 10s\n", "", 10.0),
        ("", "    timeout server 2m\n", 120.0),
        ("    timeout server 10s\n", "    timeout server 2m\n", 10.0),
        ("    timeout server 50000\n", "", 50.0),
        ("    timeout server 500ms\n", "", 0.5),
        ("    timeout server 0\n", "", "never"),
        ("", "", "never"),
        ("    timeout server soon\n", "", "?"),
        ('    timeout server "${T}"\n', "", "?"),
        ("    timeout client 1s\n    timeout tunnel 1s\n", "", "never"),
        ("    mode tcp\n    timeout server 1s\n", "", "?"),
    ],
)
def test_timeouts(backend: str, defaults: str, seconds: object) -> None:
    timeout = only(frontend(NOTES, backend=backend, defaults=defaults)).read_timeout
    assert {None: "?", (): "never"}.get(timeout.options, timeout.only) == seconds


@pytest.mark.parametrize(
    ("backend", "affinity"),
    [
        ("", "none"),
        ("    balance roundrobin\n", "none"),
        ("    balance leastconn\n", "none"),
        ("    balance source\n", "works"),
        ("    balance hdr(Mcp-Session-Id)\n", "session-header"),
        ("    balance uri\n", "?"),
        ("    stick-table type ip size 1m\n    stick on src\n", "works"),
        ("    stick on req.hdr(Mcp-Session-Id)\n", "session-header"),
        ("    stick store-response res.hdr(Mcp-Session-Id)\n    stick match req.hdr(Mcp-Session-Id)\n", "works"),
        ("    stick store-response res.hdr(Mcp-Session-Id)\n", "?"),
        ("    stick on src if { path /a }\n", "?"),
        ("    cookie SRV insert indirect nocache\n", "none"),
        ("    cookie SRV insert\n    server c notes-1:8000 cookie c\n", "cookie"),
        ("    cookie SRV rewrite\n    server c notes-1:8000 cookie c\n", "?"),
    ],
)
def test_affinity(backend: str, affinity: str) -> None:
    server = deployment(frontend(NOTES, backend=backend)).servers[0]
    (spread,) = (spread for spread in server.spread if spread.kind == "members")
    assert ("?" if spread.affinity.options is None else spread.affinity.only) == affinity


def test_a_backup_answers_only_when_the_others_do_not() -> None:
    text = frontend(NOTES)["haproxy.cfg"].replace("notes-2:8000 check", "notes-2:8000 backup")
    assert [member.active for member in only(files(text)).members] == [True, False]


def test_a_large_file_takes_no_long_time() -> None:
    rules = "".join(f"    use_backend b{number} if {{ path_beg /{number} }}\n" for number in range(6000))
    backends = "".join(f"backend b{number}\n    server s notes-1:8000\n" for number in range(6000))
    text = f"defaults\n    mode http\nfrontend web\n    bind :80\n{rules}{backends}"
    assert asked(files(text), "http://localhost:8080/mcp") == "?"


@pytest.mark.parametrize(
    ("servers", "affinity"),
    [
        ("server a notes:8000", "works"),
        ("server a notes:8000\n    server b notes:8000", "?"),
        ("server-template a 3 notes:8000 resolvers docker", "none"),
    ],
)
def test_replicas_of_one_name(servers: str, affinity: str) -> None:
    """A `server` keeps to one of the addresses of its name, `server-template` takes several."""
    text = f"listen web\n    mode http\n    bind :80\n    {servers}\n"
    proxy = "  proxy: {image: haproxy, volumes: [./haproxy.cfg:/x]}\n"
    compose = "services:\n  notes: {build: ., deploy: {replicas: 3}}\n" + proxy
    (server,) = deployment({"compose.yaml": compose, "haproxy.cfg": text}).servers
    (spread,) = server.spread
    assert ("?" if spread.affinity.options is None else spread.affinity.only) == affinity


def test_a_line_of_more_words_than_any_proxy_takes_is_refused() -> None:
    conditions = "{ path /a } or " * 300
    with pytest.raises(Unreadable, match="a line of more than 1,000 words"):
        config(f"frontend f\n  use_backend b if {conditions}TRUE\n")
