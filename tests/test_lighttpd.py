"""lighttpd's configuration: its statements, and what it makes of requests."""

from __future__ import annotations

import random

import pytest
from test_ingress import deployment

from mcplint.facts.lighttpd import Array, Assignment, Block, Expression, Include, Statement
from mcplint.findings import Unreadable
from mcplint.model import CLIENT_HOST, Route
from mcplint.readers.lighttpd import parts, read
from mcplint.text.source import Source

COMPOSE = """services:
  notes-1: &notes
    build: .
  notes-2: *notes
  proxy:
    image: registry.example.com/lighttpd:1.4.82
    ports: ["127.0.0.1:8080:80"]
    volumes: ["./lighttpd.conf:/etc/lighttpd/lighttpd.conf:ro"]
"""


def told(value: Expression) -> object:
    """An expression as plain lists."""
    found = [[(told(a), told(b)) for a, b in one.entries] if isinstance(one, Array) else one.text for one in value]
    return found[0] if len(found) == 1 else found


def said(statement: Statement) -> object:
    match statement:
        case Assignment(name, operator, value):
            return (name.text, operator, told(value))
        case Include(value):
            return ("include", told(value))
        case Block(subject, operator, value, body):
            words = ("else", *filter(None, (subject,))) if statement.otherwise else (subject,)
            return (*words, operator, told(value) if value else "", [said(one) for one in body])


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        ("a.b = 1 # c\n", [("a.b", "=", "1")]),
        ('a.b = "c" + var.d\n', [("a.b", "=", ["c", "var.d"])]),
        ("a.b += ( )\n", [("a.b", "+=", [])]),
        ("a.b = ( \"c\" => 'd',\n # e\n 1, )", [("a.b", "=", [("c", "d"), ([], "1")])]),
        ('include "a/*.conf"\r\ninclude_shell "b c"\n', [("include", "a/*.conf"), ("include", "b c")]),
        (
            '$HTTP["url"] =~ "^/a\\"" { a.b = 1 c.d = 2 }',
            [("HTTP.url", "=~", '^/a"', [("a.b", "=", "1"), ("c.d", "=", "2")])],
        ),
        (
            '$HTTP["url"] == "a" { }\nelse $HTTP["host"] != "b" { } else if $HTTP["url"] =^ "c" { }'
            ' elseif $A["d"] =$ "e" { } else { }',
            [
                ("HTTP.url", "==", "a", []),
                ("else", "HTTP.host", "!=", "b", []),
                ("else", "HTTP.url", "=^", "c", []),
                ("else", "A.d", "=$", "e", []),
                ("else", "", "", []),
            ],
        ),
        ("global { a.b = 1 }", [("", "", "", [("a.b", "=", "1")])]),
    ],
)
def test_statements(text: str, statements: object) -> None:
    assert [said(one) for one in read(Source("lighttpd.conf", text)).statements] == statements


DEEP = "a.b = " + "(" * 100


@pytest.mark.parametrize(
    "text", ["a", "a.b =", 'a.b = "c', "}", '$HTTP["url"] == "a" {', '$HTTP["url"] {', "a = (1 2)", DEEP]
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read(Source("lighttpd.conf", text))


def test_any_text_is_read_or_refused() -> None:
    chance = random.Random(7)
    pieces = (
        *'a1."\\#=+(){}$[],\n',
        "=>",
        "else",
        "if",
        " ",
        "include",
        "var.a",
        "=~",
        "é",
        '$HTTP["url"]',
        '"b"',
        "a.b =",
    )
    for _ in range(4000):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(30)))
        try:
            read(Source("lighttpd.conf", text))
        except Unreadable as problem:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
        else:
            found = parts(Source("lighttpd.conf", text))
            assert all(0 <= one.start < one.end <= len(text) for one in found)


def files(text: str, **others: str) -> dict[str, str]:
    return {"compose.yaml": COMPOSE, "lighttpd.conf": text, **others}


def asked(found: dict[str, str], url: str) -> object:
    client = deployment(found, url).clients[0]
    return "?" if client.asked.options is None else client.asked.only


TO = '( ( "host" => "notes-1", "port" => 8000 ) )'
SECURE = 'url.redirect = ( "" => "https://${url.authority}${url.path}" )'
PROXY = f'proxy.server = ( "" => {TO} )'


@pytest.mark.parametrize(
    ("text", "path", "to"),
    [
        (PROXY, "/mcp", "/mcp"),
        (f'proxy.server = ( "/mcp/" => {TO} )', "/mcp", None),
        (
            f'$HTTP["url"] =^ "/notes/" {{ proxy.header = ( "map-urlpath" => ( "/notes" => "" ) ) {PROXY} }}',
            "/notes/mcp",
            "/mcp",
        ),
        (f'url.rewrite-once = ( "^/x" => "/y" )\n{PROXY}', "/mcp", "/mcp"),
        (f'url.rewrite-once = ( "^/(.*)$" => "/y" )\n{PROXY}', "/mcp", "?"),
        (
            f'$HTTP["scheme"] == "http" {{ {SECURE} }}\n{PROXY}',
            "/mcp",
            "/mcp",
        ),
        (f'$HTTP["scheme"] == "http" {{ url.redirect = ( "" => "/y" ) }}\n{PROXY}', "/mcp", "?"),
        (f'fastcgi.server = ( ".php" => ( ( "socket" => "/run/php" ) ) )\n{PROXY}', "/mcp", "/mcp"),
        (f'fastcgi.server = ( "/" => ( ( "socket" => "/run/app" ) ) )\n{PROXY}', "/mcp", "?"),
        (f'$HTTP["querystring"] =~ "a" {{ {PROXY} }}', "/mcp", "?"),
        ('var.to = "notes-1"\nproxy.server = ( "/mcp" => ( ( "host" => var.to, "port" => 8000 ) ) )', "/mcp", "/mcp"),
        ('proxy.server = ( "/mcp" => ( ( "host" => env.TO, "port" => 8000 ) ) )', "/mcp", "?"),
        ('include "parts/*.conf"\n', "/mcp", "/mcp"),
        (f'include_shell "make-it"\n{PROXY}', "/mcp", "/mcp"),
        (f'$HTTP["url"] =^ "/a" {{ }} else {{ {PROXY} }}', "/mcp", "/mcp"),
        (f'$HTTP["url"] =^ "/mcp" {{ }} else {{ {PROXY} }}', "/mcp", "?"),
        (f'proxy.server = ( "/a" => {TO} )\n$HTTP["url"] =^ "/" {{ proxy.server += ( "/mcp" => {TO} ) }}', "/mcp", "?"),
    ],
)
def test_requests_go_where_lighttpd_sends_them(text: str, path: str, to: object) -> None:
    found = files(f"server.port = 80\n{text}\n", **{"parts/a.conf": f"{PROXY}\n"})
    assert asked(found, f"http://localhost:8080{path}") == to


def only(text: str) -> Route:
    (route,) = deployment(files(text)).routes
    return route


def test_what_a_route_says() -> None:
    route = only(
        'auth.require = ( "/mcp" => ( "method" => "basic" ) )\nproxy.balance = "hash"\n'
        "server.stream-response-body = 2\n"
        'proxy.server = ( "/mcp" => ( "a" => ( "host" => "notes-1", "port" => 8000 ),\n'
        '"b" => ( "host" => "notes-2", "port" => "8000" ) ) )\n'
    )
    assert route.listen.only == ("80",) and route.buffering.only is False and route.auth and not route.collected
    assert (
        route.balancing.only == "proxy.balance hash"
        and route.endpoint.only == "/mcp"
        and route.host.only == CLIENT_HOST
    )
    assert [(member.host, member.port) for member in route.members] == [("notes-1", 8000), ("notes-2", 8000)]


@pytest.mark.parametrize(("pairs", "host"), [('"-" => "a"', "a"), ('"a" => "b"', None), ("", CLIENT_HOST)])
def test_the_host_that_a_server_gets(pairs: str, host: str | None) -> None:
    route = only(f'proxy.header = ( "map-host-request" => ( {pairs} ) )\n{PROXY}\n')
    assert route.host.options == (None if host is None else (host,))


def test_ports() -> None:
    sockets = f'server.port = 80\n$SERVER["socket"] == ":443" {{ ssl.engine = "enable"\n{PROXY} }}\n'
    (route,) = deployment(files(sockets)).routes
    assert route.listen.only == ("80", "443 ssl")
    assert asked(files(sockets), "http://localhost:8080/mcp") is None


def test_a_variable_that_doubles_has_an_end() -> None:
    doubling = 'var.a = "/mcp"\n' + "var.a = var.a + var.a\n" * 60
    found = files(
        doubling + 'server.port = 80\n$HTTP["url"] =~ var.a { proxy.server = ( "" => ( ( "host" => "a" ) ) ) }'
    )
    assert asked(found, "/mcp") == "?"
