"""What the edits of a fix change beside what they are written for."""

from __future__ import annotations

import pytest
from pages import look

from mcplint.engine.fix import applicable, fix
from mcplint.engine.reach import apply, first_stray_path, widened
from mcplint.findings import Diagnostic, Finding, Fix
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Source, Span

COMPOSE = """services:
  web: &web
    image: web  # the image
    ports: ["8000:8000"]
    command: [serve, --port, "8000"]
  worker:
    <<: *web
"""
NGINX = "server {\n  location /mcp {\n    proxy_pass http://notes:8000;  # here\n    proxy_buffering on;\n  }\n}\n"
DOCKERFILE = "FROM python:3.12-slim\n# the server\nCOPY . .\nUSER 1000\n"
PYTHON = 'import sys\n\n\ndef run():\n    print("a")  # says\n    return 1\n'
JSON = '{\n  "a": {"b": 1},\n  "c": "d"\n}\n'
TOML = '[project]\nname = "x"  # ours\ndependencies = ["mcp>=1", "httpx"]\n'
ENV = "# the key\nKEY='a b'\nHOST=127.0.0.1 # here\n"
UNIT = "[Service]\n# starts it\nExecStart=/srv/run --port 80\nUser=root\n"
HAPROXY = "defaults\n  timeout server 30s # short\nbackend b\n  option httpclose\n  server a notes:8000\n"
CADDY = "notes.example.com {\n\treverse_proxy notes:8000 # here\n\tencode gzip\n}\n"
LIGHTTPD = '$HTTP["url"] =^ "/a" {\n  a.b = 1 # here\n}\nproxy.server = ( "/" => ( ( "host" => "a" ) ) )\n'
SCRIPT = 'const app = express();\napp.use(cors({ origin: "*" })); // all\napp.listen(80, "127.0.0.1");\n'


def edit(path: str, text: str, old: str, new: str, after: bool = False) -> Edit:
    """Puts `new` in place of `old`, or behind it."""
    start = text.index(old)
    return Edit(Span(Source(path, text), start + len(old) if after else start, start + len(old)), new)


@pytest.mark.parametrize(
    ("path", "text", "old", "new"),
    [
        ("compose.yaml", COMPOSE, '"8000:8000"', '"127.0.0.1:8000:8000"'),
        ("compose.yaml", COMPOSE, "# the image", "# the image\n    stop_grace_period: 35s"),
        ("compose.yaml", COMPOSE, "    image: web  # the image\n", ""),
        ("nginx.conf", NGINX, "on;", "off;"),
        ("nginx.conf", NGINX, "# here", "# here\n    proxy_http_version 1.1;"),
        ("Dockerfile", DOCKERFILE, "USER 1000\n", "USER 1000\nENV A=1\n"),
        ("server.py", PYTHON, '"a"', '"a", file=sys.stderr'),
        ("server.py", PYTHON, "import sys", "import os\nimport sys"),
        ("server.json", JSON, '"b": 1', '"b": 1, "e": 2'),
        ("pyproject.toml", TOML, "mcp>=1", "mcp>=1,<2"),
        (".env", ENV, "127.0.0.1", "0.0.0.0"),
        ("notes.service", UNIT, "root", "notes"),
        ("haproxy.cfg", HAPROXY, "30s", "300s"),
        ("Caddyfile", CADDY, "gzip", "zstd"),
        ("lighttpd.conf", LIGHTTPD, "proxy.server", "a.c = 1\nproxy.server"),
        ("server.ts", SCRIPT, ' "*"', ' "*", exposedHeaders: ["Mcp-Session-Id"]'),
    ],
)
def test_an_edit_that_changes_what_it_edits_is_made(path, text, old, new):
    edits = (edit(path, text, old, new),)
    assert not first_stray_path(edits, apply(edits))


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "after"),
    [
        # Into a comment, where it is nothing.
        ("compose.yaml", COMPOSE, "# the image", " stop_grace_period: 35s", True),
        ("nginx.conf", NGINX, "# here", " proxy_http_version 1.1;", True),
        ("Dockerfile", DOCKERFILE, "# the server", " USER 10001", True),
        ("server.py", PYTHON, "# says", "; sys.exit()", True),
        ("pyproject.toml", TOML, "# ours", " version = '1'", True),
        # What follows is taken along, or comes to stand somewhere else.
        ("compose.yaml", COMPOSE, "[serve", "['serve, --port", False),
        ("compose.yaml", COMPOSE, "  worker:\n", "  worker:\n  other:\n", False),
        ("compose.yaml", COMPOSE, "&web", "&web {} #", False),
        ("nginx.conf", NGINX, "http://notes:8000;", "http://notes:8000", False),
        ("nginx.conf", NGINX, "location /mcp {", "location /mcp { }\n  location / {", False),
        ("Dockerfile", DOCKERFILE, "# the server\nCOPY . .", "COPY . . \\", False),
        ("Dockerfile", DOCKERFILE, "# the server\n", "FROM scratch\n", False),
        ("server.py", PYTHON, 'print("a")', "print('''a", False),
        ("server.py", PYTHON, 'print("a")', "if sys:", False),
        ("server.json", JSON, '{"b": 1},', '{"b": 1', False),
        ("pyproject.toml", TOML, "# ours", "\n[tool.x]", False),
        (".env", ENV, "a b'", "a b", False),
        (".env", ENV, "# here", "OTHER=1", True),
        ("notes.service", UNIT, "# starts it", "User=notes", True),
        ("notes.service", UNIT, "# starts it\n", "[Install]\n", False),
        ("haproxy.cfg", HAPROXY, "# short", " retries 3", True),
        ("haproxy.cfg", HAPROXY, "  option httpclose", "backend c", False),
        ("Caddyfile", CADDY, "# here", " header a b", True),
        ("Caddyfile", CADDY, "# here\n", "{\n", False),
        ("lighttpd.conf", LIGHTTPD, "# here", "a.c = 1", True),
        ("lighttpd.conf", LIGHTTPD, "# here\n", "else {", False),
        ("server.ts", SCRIPT, "// all", " app.disable('etag');", True),
        ("server.ts", SCRIPT, '"127.0.0.1");', '"0.0.0.0"', False),
        ("server.js", SCRIPT, '"*"', "'*", False),
    ],
)
def test_an_edit_that_changes_something_else_is_none(path, text, old, new, after):
    edits = (edit(path, text, old, new, after),)
    assert first_stray_path(edits, apply(edits)) == path


@pytest.mark.parametrize(
    ("text", "old", "new", "says"),
    [
        (COMPOSE, '"8000:8000"', '"127.0.0.1:8000:8000"', ", which changes `web` and `worker`"),
        # The one that repeats the other says it for itself.
        (COMPOSE + "    ports: []\n", '"8000:8000"', '"127.0.0.1:8000:8000"', ""),
        (COMPOSE, "    <<: *web\n", "    <<: *web\n    ports: []\n", ""),
        # One that is only repeated is nobody's.
        (
            COMPOSE.replace("services:\n  web: &web", "x-web: &web").replace("  worker:", "services:\n  worker:"),
            "web  #",
            "w  #",
            "",
        ),
        (
            "x-env: &env\n  A: b\nservices:\n  one:\n    environment: *env\n"
            "  two:\n    environment: {<<: *env, C: d}\n",
            "A: b",
            "A: c",
            ", which changes `one` and `two`",
        ),
        # What is edited is the first entry, and does not stand at the file's start.
        ('---\nversion: "3"\nx-a: &a {b: c}\nservices:\n  one:\n    logging: *a\n', 'version: "3"\n', "", ""),
    ],
)
def test_a_fix_within_an_anchor_names_who_shares_it(text, old, new, says):
    made = Fix("do it", (edit("compose.yaml", text, old, new),), safe=True)
    assert widened(made) == made._replace(title=f"do it{says}", safe=not says)


def test_a_fix_that_strays_is_taken_back_and_not_offered():
    tree = Tree.of({"compose.yaml": COMPOSE})

    def found(tree):
        source = tree.source("compose.yaml")
        wrong = Fix("comment", (edit("compose.yaml", source.text, "# the image", " tty: true", True),), safe=True)
        return [Diagnostic("some-rule", "error", Finding("no terminal", Span(source, 0, 8), fix=wrong))]

    made = fix(tree, found)
    assert not made.texts
    assert made.refused[0][1] == "the fix would change more in compose.yaml than what it edits"
    assert applicable(tree, found, found(tree))[0].finding.fix is None


def test_a_shared_fix_is_unsafe_in_a_project():
    files = {
        "compose.yaml": (
            "services:\n  one: &one\n    build: .\n    ports: ['8000:8000']\n"
            "    environment: {PYTHONUNBUFFERED: '1'}\n  two:\n    <<: *one\n"
        ),
        "Dockerfile": "FROM python:3.12-slim\nCOPY server.py .\nRUN pip install mcp==1.30.0\nUSER 1000\n"
        'CMD ["python", "server.py"]\n',
        "server.py": 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("x", host="0.0.0.0")\n'
        'mcp.run(transport="streamable-http")\n',
    }
    tree = Tree.of(files)
    fixes = {
        d.finding.fix
        for d in applicable(tree, look, look(tree))
        if d.rule == "published-without-auth" and d.finding.fix
    }
    assert [(each.title, each.safe) for each in fixes] == [
        ("publish on 127.0.0.1 only, which changes `one` and `two`", False)
    ]
