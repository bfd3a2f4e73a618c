"""Caddy's configuration: its words, and the routes that it makes to servers."""

from __future__ import annotations

import random

import pytest
from pages import RULES
from test_ingress import SERVER, deployment

from mcplint.engine import lint as engine
from mcplint.facts.caddy import Caddyfile, Directive
from mcplint.findings import Unreadable
from mcplint.model import TARGET_HOST, Route
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.readers.caddy import read
from mcplint.text.source import Source

COMPOSE = """services:
  notes-1: &notes
    build: .
  notes-2: *notes
  caddy:
    image: caddy:2.10
    ports: ["127.0.0.1:8080:80"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
"""


def config(text: str) -> Caddyfile:
    return read(Source("Caddyfile", text))


def told(directive: Directive) -> object:
    """A directive as plain lists."""
    words = [word.text for word in directive.words]
    return [words, [told(each) for each in directive.body]] if directive.braces else words


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        (":80\nrespond a\n", [[[":80"], [["respond", "a"]]]]),
        (":80 {\n}\n", [[[":80"], []]]),
        (":80\n{\nrespond a\n}\n", [[[":80"], [["respond", "a"]]]]),
        (
            "a.example.com, b.example.com {\nfile_server\n}\n",
            [[["a.example.com,", "b.example.com"], [["file_server"]]]],
        ),
        ("a.example.com,\nb.example.com {\n}\n", [[["a.example.com,", "b.example.com"], []]]),
        (":80 {\nhandle { # c\nrespond `a\n{` 204\n}\n}\n", [[[":80"], [[["handle"], [["respond", "a\n{", "204"]]]]]]),
        (':80 {\nheader A "b \\"c\\""\r\n}\r\n', [[[":80"], [["header", "A", 'b "c"']]]]),
        (":80 {\nheader \\\n A b#c\n}\n", [[[":80"], [["header", "A", "b#c"]]]]),
        (":80 {\nrespond <<X\n  a\n  b\n  X 200\n}\n", [[[":80"], [["respond", "  a\n  b\n", "200"]]]]),
        ("{\nemail a\n}\n(s) {\nrespond a\n}\n:80 {\nimport s\n}\n", [[[":80"], [["import", "s"]]]]),
        ("{$NAME:notes.example.com} {\n}\n", [[["notes.example.com"], []]]),
    ],
)
def test_sites(text: str, sites: object) -> None:
    assert [told(site) for site in config(text).sites] == sites


@pytest.mark.parametrize(
    "text",
    [
        *(":80 {\n", "}\n", ":80 {\nrespond <<A\n  a\n}\n", ':80 {\nrespond "a\n}\n', "a {\n" * 70),
        *(":80 {\n}\n{\n}\n", ":80 {\n{\n}\n}\n", "{\n}\n{\n}\n", "(s) {\n}\n{\n}\n"),
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        config(text)


def test_any_text_is_read_or_refused() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        text = "".join(chance.choice('ab {}{}"`\\#\n\n\r\t$<<@/*:,.é') for _ in range(chance.randrange(60)))
        try:
            found = config(text)
        except Unreadable as problem:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
        else:
            waiting = [*found.settings, *found.sites, *found.snippets, *found.directives]
            while waiting:
                one = waiting.pop()
                waiting += one.body
                assert all(0 <= word.span.start <= word.span.end <= len(text) for word in one.words)


def files(text: str, **others: str) -> dict[str, str]:
    return {"compose.yaml": COMPOSE, "Caddyfile": text, **others}


def asked(found: dict[str, str], url: str) -> object:
    client = deployment(found, url).clients[0]
    return "?" if client.asked.options is None else client.asked.only


PROXY = "reverse_proxy notes-1:8000"


@pytest.mark.parametrize(
    ("lines", "path", "to"),
    [
        (PROXY, "/mcp", "/mcp"),
        ("reverse_proxy /mcp* notes-1:8000", "/mcp/a", "/mcp/a"),
        (f"handle /mcp/* {{\n{PROXY}\n}}", "/mcp", None),
        (f"handle /mcp/* {{\n{PROXY}\n}}\nhandle {{\nfile_server\n}}", "/mcp", None),
        (f"@m path /mcp /mcp/*\nhandle @m {{\n{PROXY}\n}}", "/mcp", "/mcp"),
        (f"handle_path /notes/* {{\n{PROXY}\n}}", "/notes/mcp", "/mcp"),
        (f"handle /notes/* {{\nuri strip_prefix /notes\n{PROXY}\n}}", "/notes/mcp", "/mcp"),
        (f"rewrite /tools /mcp\n{PROXY}", "/tools", "/mcp"),
        ("reverse_proxy /mcp* {\nto notes-1:8000\n}", "/mcp", "/mcp"),
        ("reverse_proxy /mcp* notes-1:8000\nrespond 404", "/mcp", None),
        (f"@m header X-A b\nhandle @m {{\nrespond 403\n}}\n{PROXY}", "/mcp", "?"),
        (f"@m expression true\nhandle @m {{\n{PROXY}\n}}", "/mcp", "?"),
        (f"try_files {{path}} /index.html\n{PROXY}", "/mcp", "?"),
        (f"@o method OPTIONS\nrespond @o 204\n{PROXY}", "/mcp", "/mcp"),
        (f"import no-such-snippet\n{PROXY}", "/mcp", "/mcp"),
        (f"import sites/*.caddy\n{PROXY}", "/x", None),
        ("reverse_proxy {$UPSTREAM}", "/mcp", "?"),
        ("reverse_proxy web:3000", "/mcp", "?"),
    ],
)
def test_requests_go_where_caddy_sends_them(lines: str, path: str, to: object) -> None:
    found = files(f":80 {{\n{lines}\n}}\nhttp://_.example.com {{\n{PROXY}\n}}\n")
    found["sites/x.caddy"] = "respond /x 404\n"
    assert asked(found, f"http://localhost:8080{path}") == to


def only(text: str) -> Route:
    (route,) = deployment(files(text)).routes
    return route


def test_what_a_route_says() -> None:
    route = only(
        "notes.example.com {\nbasic_auth {\na b\n}\nreverse_proxy notes-1:8000 notes-2:8000 {\nlb_policy ip_hash\n"
        "header_up Host {upstream_hostport}\nheader_up -Authorization\nheader_down -Mcp-Session-Id\n"
        "transport http {\nread_timeout 10s\nresponse_header_timeout 20s\n}\n}\n}\n"
    )
    assert route.server_names.only == ("notes.example.com",) and route.listen.only == ("443 ssl", "80")
    assert route.balancing.only == "lb_policy ip_hash" and route.read_timeout.only == 10.0 and route.auth
    assert route.host.only == TARGET_HOST and route.buffering.only is False and route.endpoint.only == "/mcp"
    assert [header.name for header in route.hidden_headers] == ["mcp-session-id"]
    assert [(header.name, header.value) for header in route.request_headers][1:] == [("authorization", "")]


def test_a_name_comes_before_any() -> None:
    found = files(f":80 {{\nrespond 404\n}}\nhttp://notes.example.com {{\n{PROXY}\n}}\n")
    assert asked(found, "http://notes.example.com/mcp") == "/mcp"


def rules(found: dict[str, str], *names: str) -> list[str]:
    chosen = {name: RULES[name] for name in names}
    return [each.finding.message for each in engine.lint(Tree.of({**SERVER, **found}), chosen, Config())]


def test_rules_speak_of_caddy() -> None:
    def one(name: str, lines: str) -> int:
        return len(rules(files(f"notes.example.com {{\nreverse_proxy {lines}\n}}\n"), name))

    assert one("unknown-upstream", "note:8000") == 1 and one("unknown-upstream", "notes-1:8000") == 0
    assert one("unknown-upstream", "notes-1:9000") == 1
    both = "/mcp* notes-1:8000 notes-2:8000"
    assert one("stateful-behind-balancer", both) == 1
    assert one("stateful-behind-balancer", f"{both} {{\nlb_policy client_ip_hash\n}}") == 0
    assert one("ineffective-affinity", f"{both} {{\nlb_policy header Mcp-Session-Id\n}}") == 1
    assert one("short-read-timeout", "notes-1:8000 {\ntransport http {\nread_timeout 5s\n}\n}") == 1
    assert one("short-read-timeout", "notes-1:8000") == one("buffered-stream", "notes-1:8000") == 0
