"""nginx files are read as nginx reads them, with exact places, whatever they hold."""

from __future__ import annotations

import random
import subprocess
import sys

import crossplane
import pytest

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.findings import Unreadable
from mcplint.readers.nginx import read
from mcplint.text.source import Source
from tests.lab import need
from tests.lab.nginx_random import Maker
from tests.lab.project import EXAMPLES

SITE = r"""# a site with everything
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
upstream mcp { ip_hash; server a:8000 weight=2; server b:8000 backup; }
server {
    listen 443 ssl; server_name "notes.example.com" ~^(?<sub>.+)\.example\.com$;
    log_format json escape=json '{"a": "$uri", # no comment
        "b": "it\'s \"quoted\" {}"}';
    location ~* "^/v\d{1,2}/" { return 200 "{\"ok\": true}\n"; }
    location /mcp {
        proxy_pass http://mcp; # the server
        proxy_set_header Connection "";
        if ($request_method !~ ^(GET|POST)$ ) { return 405; }
        set $héllo wörld☃;
    }
}
"""


def tree(text: str, path: str = "nginx.conf") -> NginxFile:
    file = read(Source(path, text))
    assert file is not None
    return file


def shape(directives: tuple[Directive, ...]) -> list[object]:
    """The directives as lists: name, arguments, and what is in the block."""
    return [[d.name, *d.words] + ([shape(d.block)] if d.block is not None else []) for d in directives]


def shown(text: str) -> tuple[list[object], list[str]]:
    file = tree(text)
    return shape(file.directives), [problem.text for problem in file.problems]


def everything(file: NginxFile) -> list[Directive]:
    return [found for directive in file.directives for found in directive.walk()]


def assert_places(file: NginxFile) -> None:
    """Every span lies in the file and in the span of what it is part of; what it covers is what is said of it."""
    text = file.source.text
    for directive in everything(file):
        span, head, body = directive.span, directive.head, directive.body
        assert 0 <= span.start == head.start < head.end <= span.end <= len(text)
        if body:
            assert head.end < body.start <= body.end <= span.end and text[body.start - 1] == "{"
        end = directive.head.start
        for word in directive.args:
            assert end < word.span.start <= word.span.end <= head.end
            quoted = text[word.span.start - 1] in "'\"" and text[word.span.end : word.span.end + 1] in ("'", '"')
            assert quoted or not word.quoted
            if "\\" not in word.span.text:
                assert word.span.text == word.text
            end = word.span.end
        for inner in directive.block or ():
            assert body and body.start <= inner.span.start <= inner.span.end <= body.end
    for problem in file.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


def test_a_site() -> None:
    file = tree(SITE)
    assert_places(file)
    assert not file.problems and file.context == "http"
    words = {directive.name: directive.words for directive in everything(file)}
    assert words["server_name"] == ("notes.example.com", r"~^(?<sub>.+)\.example\.com$")
    assert words["log_format"][2].endswith('it\'s "quoted" {}"}') and words["log_format"][2].count("\n") == 1
    assert words["proxy_set_header"] == ("Connection", "")
    assert words["if"] == ("($request_method", "!~", "^(GET|POST)$", ")")
    assert words["set"] == ("$héllo", "wörld☃")
    returns = [d.words for d in everything(file) if d.name == "return"]
    assert returns == [("200", '{"ok": true}\n'), ("405",)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["notes-server", "notes-server-broken"])
def test_the_examples(name: str, end: str) -> None:
    text = (EXAMPLES / name / "nginx" / "default.conf").read_text(encoding="utf-8").replace("\n", end)
    file = tree(text)
    assert_places(file)
    assert not file.problems


def test_crossplane_sees_the_same_tree(tmp_path) -> None:
    texts = [SITE, *map(made, range(100))]
    for text in texts:
        path = tmp_path / "nginx.conf"
        path.write_text(text)
        parsed = crossplane.parse(str(path), single=True, check_ctx=False)["config"][0]["parsed"]
        assert [flat(d) for d in parsed] == [mine(d) for d in tree(text).directives]


def made(number: int) -> str:
    return Maker(7, number, 80).make().text.replace("{port}", "80").replace("{site}", "/x")


def flat(statement: dict) -> list[object]:
    block = [[flat(inner) for inner in statement["block"]]] if "block" in statement else []
    return [statement["directive"], *words(statement["args"]), *block]


def mine(directive: Directive) -> list[object]:
    block = [[mine(inner) for inner in directive.block]] if directive.block is not None else []
    return [directive.name, *words([word.span.text for word in directive.args]), *block]


def words(args: list[str]) -> list[str]:
    """crossplane takes the parentheses of `if` away, and of the escapes only those of quotes."""
    plain = [arg.replace('\\"', '"').replace("\\'", "'") for arg in args]
    return [word for arg in plain if (word := arg.strip("()"))]


RECOVERED = {
    "a semicolon missing at the end of a line": (
        "server {\n listen 80\n root /x;\n}",
        [["server", [["listen", "80"], ["root", "/x"]]]],
        ['";" is missing after "80"'],
    ),
    "a semicolon missing before a block": (
        "server {\n server_name a\n location / { return 200; }\n}",
        [["server", [["server_name", "a"], ["location", "/", [["return", "200"]]]]]],
        ['";" is missing after "a"'],
    ),
    "a semicolon missing before a brace": (
        "location / { proxy_pass http://a }",
        [["location", "/", [["proxy_pass", "http://a"]]]],
        ['";" is missing after "http://a"'],
    ),
    "a semicolon missing at the end": (
        "listen 80;\nroot /x",
        [["listen", "80"], ["root", "/x"]],
        ['";" is missing after "/x"'],
    ),
    "a brace too few": (
        "server { location / { return 200; }\n",
        [["server", [["location", "/", [["return", "200"]]]]]],
        ['this block is never closed, "}" is missing'],
    ),
    "a brace too many": (
        "server { listen 80; } }\nserver { }",
        [["server", [["listen", "80"]]], ["server", []]],
        ['unexpected "}"'],
    ),
    "a block without a name": ("{ listen 80; }", [["listen", "80"]], ['unexpected "{"', 'unexpected "}"']),
    "two semicolons": ("listen 80;;", [["listen", "80"]], ['unexpected ";"']),
    "a quote that is never closed": (
        'server { listen 80; server_name "a; }',
        [["server", [["listen", "80"], ["server_name"]]]],
        ["this quote is never closed"],
    ),
    "text behind a quote": (
        'add_header A "b"c;',
        [["add_header", "A", "b", "c"]],
        ['unexpected "c" after a closing quote'],
    ),
    "a word too many": (
        "proxy_pass http://a http://b;",
        [["proxy_pass", "http://a", "http://b"]],
        ['invalid number of arguments in "proxy_pass" directive'],
    ),
    "neither on nor off": (
        "proxy_buffering no;",
        [["proxy_buffering", "no"]],
        ['invalid value "no" in "proxy_buffering" directive, it must be "on" or "off"'],
    ),
    "a block that is none": ("location /x;", [["location", "/x"]], ['directive "location" has no opening "{"']),
}


@pytest.mark.parametrize("name", RECOVERED)
def test_recovery(name: str) -> None:
    text, directives, problems = RECOVERED[name]
    found = shown(text)
    assert found[0] == directives
    assert sorted(found[1]) == sorted(problems)
    assert_places(tree(text))


FINE = {
    "arguments over several lines": "server_name a.example\n    b.example;\nlisten 443\n    ssl\n    proxy_protocol;",
    "newer directives": "http2 on; ssl_reject_handshake on; keepalive 32 local; sticky cookie srv expires=1h;",
    "a map of words that are directives": "map $a $b { default 0; listen 1; ~^/x 2; }",
    "a variable in braces at a word's end": "proxy_pass http://${host}:80; server ${a} fail_timeout=0;",
    "a comment with everything": "# } ; { \" ' {% if %}\nlisten 80; # }",
    "an escaped blank": r"location /a\ b { }",
    "a lone carriage return": "listen 80;\r# the rest is a comment \r listen 81; }",
}


@pytest.mark.parametrize("name", FINE)
def test_fine(name: str) -> None:
    file = tree(FINE[name])
    assert not file.problems, file.problems
    assert_places(file)


def test_blanks_that_only_python_knows_belong_to_words() -> None:
    assert shape(tree("server_name a\xa0b\x0cc\x85;").directives) == [["server_name", "a\xa0b\x0cc\x85"]]


def test_words_behind_placeholders_stay_apart() -> None:
    file = tree("upstream a { server ${BACKEND} fail_timeout=0; }")
    assert shape(file.directives) == [["upstream", "a", [["server", "${BACKEND}", "fail_timeout=0"]]]]


LUA = """server {
    content_by_lua_block { local t = { "}" } -- }
        --[[ } ]] ngx.say([==[ } ]==], '}', "\\"}") if x then y = {} end }
    access_by_lua_block { return }
    location / { rewrite_by_lua_block { x = { { } } } return 204; }
}
"""


def test_lua_is_left_alone() -> None:
    assert shown(LUA) == (
        [
            [
                "server",
                [
                    ["content_by_lua_block", []],
                    ["access_by_lua_block", []],
                    ["location", "/", [["rewrite_by_lua_block", []], ["return", "204"]]],
                ],
            ]
        ],
        [],
    )


TEMPLATES = {
    "jinja": "{% for s in all %}\nserver {\n listen {{ s.port }};\n {% if s.tls %}\n ssl_certificate {{ s.cert }};\n"
    " {% endif %}\n proxy_pass http://{{ host }}:{{ port }}/;\n}\n{% endfor %}\n{# done #}\n",
    "handlebars": "server {\n {{#if tls}}\n listen 443;\n {{/if}}\n {{{body}}}\n {{> p}}\n server_name {{{n}}};\n}\n",
    "go": 'server {\n {{- include "locations" . | nindent 4 }}\n listen {{ .Values.port }};\n}\n',
    "erb": "server {\n <% if a %>\n listen <%= port %>;\n <% end %>\n server_name x;\n}\n",
    "a whole line": "server {\n listen 80;\n {{LOCATION_BLOCKS}}\n}\n",
    "never closed": "server {\n listen 80;\n server_name {{ x;\n}\n",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates(name: str) -> None:
    file = tree(TEMPLATES[name], "nginx.conf.j2")
    assert_places(file)
    if name != "never closed":
        assert not file.problems, file.problems
        assert any(d.hole or any(word.hole for word in d.args) for d in everything(file))
    for directive in everything(file):
        for word in directive.args:
            assert word.hole == ("{{" in word.text or "<%" in word.text) or name == "never closed"


def test_a_statement_of_a_template_in_a_directive_marks_it() -> None:
    (directive,) = tree("listen 443 {% if http2 %} http2 {% endif %};", "a.conf").directives
    assert directive.hole and directive.words == ("443", "http2")


OTHERS = {
    "supervisord": "[supervisord]\nnodaemon=true\n\n[program:mcp] ; the server\ncommand=uvicorn app:app\n",
    "apache": '<VirtualHost *:80>\n  ServerName a\n  ProxyPass "/mcp" "http://a:8000/mcp"\n</VirtualHost>\n',
    "redis": "port 6379\nsave 900 1\nappendonly yes\nmaxmemory 256mb\n",
    "mosquitto": "listener 1883\nallow_anonymous true\n",
    "ini": "[a]\nb = c\n",
    "haproxy": "global\n  daemon\ndefaults\n  timeout client 10s\nfrontend f\n  bind :80\n",
    "bind": 'options { directory "/var/cache/bind"; recursion no; };\nzone "a" { type master; file "a.db"; };\n',
    "hocon": "akka {\n  loglevel = INFO\n  actor { provider = cluster }\n}\n",
    "logrotate": "/var/log/a.log {\n  daily\n  rotate 7\n  compress\n}\n",
    "nftables": "table inet filter {\n chain input { type filter hook input priority 0; policy accept; }\n}\n",
    "upstart": 'description "a"\nstart on runlevel [2345]\nscript\n  exec a\nend script\n',
    "rsyslog": 'module(load="imuxsock")\n*.* /var/log/all\n',
    "logstash": "input { tcp { port => 5000 } }\noutput { stdout { codec => json } }\n",
    "python": "import os\nbind = '0.0.0.0:8000'\nworkers = 2\n",
    "yaml": "a:\n  - b\n  - {c: d}\n",
    "prose": "This is not a configuration. It is {not} one; really.\n",
    "turnserver": "listening-port=3478\nfingerprint\nrealm=a\n",
    "braces": "{" * 5000,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_programs_are_left_alone(name: str) -> None:
    assert read(Source("a.conf", OTHERS[name])) is None


def test_nothing_known_in_a_file_that_must_be_nginx() -> None:
    for text in ("{" * 300, 'a "b\n', "[" * 300):
        assert tree(text, "x/default.conf").problems


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "   "])
def test_nothing_is_an_empty_file(text: str) -> None:
    assert tree(text).directives == ()


def test_what_nginx_cannot_read() -> None:
    with pytest.raises(Unreadable) as caught:
        read(Source("a.conf", "listen 80;\n\0\n"))
    assert caught.value.span.start == 11
    with pytest.raises(Unreadable) as caught:
        read(Source("a.conf", "location / {" * 300))
    assert "deeper" in caught.value.message


@pytest.mark.parametrize("word", ["50%s", "%(V)s", "%d%z", "5%"])
def test_a_percent_sign_is_a_letter(word: str) -> None:
    file = read(Source("nginx.conf", f"http {{ gzip {word}; }}"))
    assert file and file.problems[0].text == f'invalid value "{word}" in "gzip" directive, it must be "on" or "off"'


def test_garbage_never_raises() -> None:
    dice = random.Random(20261120)
    pieces = [
        *SITE.split(" "),
        *"{};'\"\\#$\n\r\t\0",
        "${",
        "{{",
        "}}",
        "{%",
        "%}",
        "<%",
        "_by_lua_block {",
        "--[[",
        "é☃\x85\xa0",
    ]
    for _ in range(1500):
        text = "".join(dice.choice(pieces) + dice.choice(("", " ")) for _ in range(dice.randint(0, 60)))
        try:
            file = read(Source("a.conf", text))
        except Unreadable as problem:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
        else:
            if file:
                assert_places(file)


def test_a_mutant_never_raises() -> None:
    dice = random.Random(20261121)
    for _ in range(1500):
        at, length = dice.randrange(len(SITE)), dice.randint(0, 20)
        text = SITE[:at] + dice.choice(("", "{", "}", ";", '"', "'", "\\", "{{", "${")) + SITE[at + length :]
        file = read(Source("a.conf", text))
        if file:
            assert_places(file)


REPEATED = (
    "a",
    "a ",
    "a;",
    "listen 80;\n",
    "{",
    "}",
    "{{ x }} ",
    "{{ ",
    "{% ",
    "{# ",
    "<% ",
    "${A} ",
    "${",
    '"',
    "'a' ",
    "\\",
    "# x\n",
)
REPEATED += (
    "location / { } ",
    "content_by_lua_block { ",
    "content_by_lua_block { --[[ ",
    "server {\n{{x}}\n}",
    "\n",
    "listen 80\n",
)


def calls(text: str) -> int:
    """How many functions it takes to read a text."""
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(step)
    try:
        read(Source("a.conf", text))
    except Unreadable:
        pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_four_times_the_text_is_four_times_the_work(piece: str) -> None:
    for head in ("", "server {\n", "server { a {{ "):
        short, long = (calls(head + piece * n) for n in (500, 2000))
        assert long < 5 * short + 2000


def test_a_megabyte_in_one_line() -> None:
    text = "add_header A " + "x" * 1_000_000 + ";"
    assert tree(text).directives[0].args[1].span.end == len(text) - 1


def test_problems_are_what_nginx_refuses(tmp_path) -> None:
    program = need.program("nginx")
    dice = random.Random(20261122)
    head = f"daemon off; pid {tmp_path}/pid; events {{ }} http {{ access_log off;\n"
    paths = "".join(
        f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    body = SITE.replace("listen 443 ssl;", "listen 1443;").replace("    log_format json", "    add_header X")
    body = body.replace("escape=json ", "").replace("$héllo", "$hello").replace("(?<sub>.+)", ".+")
    body = (
        body.replace("server a:8000", "server 127.0.0.1:1")
        .replace("server b:8000", "server 127.0.0.1:2")
        .replace(" backup", "")
    )
    whole = head + paths + body + "}\n"
    marks = [at for at, char in enumerate(whole) if char in ";{}'\"" and at > len(head)]
    texts = [whole] + [whole[:at] + whole[at + 1 :] for at in dice.sample(marks, min(len(marks), 60))]
    accepted = 0
    for text in texts:
        (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [program, "-t", "-q", "-p", str(tmp_path), "-c", "nginx.conf", "-e", str(tmp_path / "log")],
            capture_output=True,
            text=True,
        )
        problems = tree(text).problems
        harmless = all("is missing after" in problem.text for problem in problems)
        assert done.returncode or harmless, (text, problems)
        accepted += done.returncode == 0
    assert 0 < accepted < len(texts) / 2
