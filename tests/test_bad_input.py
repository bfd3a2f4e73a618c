"""Whatever lies in a project: a finding or a note with a place, the rest goes on, nothing hangs, bursts or leaks."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pages import look

from mcplint.project.tree import Tree

DOCKERFILE = 'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["python", "server.py"]\n'
LOOPBACK = 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("a")\nmcp.run(transport="streamable-http")\n'
SERVER = LOOPBACK.replace('"a"', '"b", host="0.0.0.0"')
COMPOSE = """services:
  b:
    build: .
  proxy:
    image: nginx:1.30
    volumes: [./default.conf:/etc/nginx/conf.d/default.conf]
"""
PROXY = """server {
    listen 80;
    location /mcp {
        proxy_pass http://b:8000;
        proxy_buffering off;
        proxy_read_timeout 1h;
    }
}
"""
MANIFEST = json.dumps(
    {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": "io.github.someone/b",
        "description": "Keeps notes",
        "version": "1.0.0",
        "remotes": [{"type": "streamable-http", "url": "https://b.example.com/mcp"}],
    },
    indent=2,
)
GOOD = {
    "Dockerfile": DOCKERFILE,
    "server.py": SERVER,
    "compose.yaml": COMPOSE,
    "default.conf": PROXY,
    "server.json": MANIFEST,
}
# A deployment with a defect that must be found whatever else lies in the project.
DEFECT = {"a/Dockerfile": DOCKERFILE, "a/server.py": LOOPBACK}
MEMORY, SECONDS = 600 << 20, 120
NPM = ("fastmcp", "mcp-framework", "zod", "@hono/node-server", "@modelcontextprotocol/sdk")


class Ran(NamedTuple):
    code: int
    findings: list[dict[str, Any]]
    err: str

    def about(self, path: str, rule: str = "") -> list[dict[str, Any]]:
        return [one for one in self.findings if one["path"] == path and rule in (one["rule"], "")]


def spoilt(content: str | bytes | Callable[[Path], None]) -> dict[str, Any]:
    """For every kind of file a good deployment in which that file is spoilt, in a folder named after it."""
    return {f"{kind}/{name}": content if name == kind else text for kind in GOOD for name, text in GOOD.items()}


@pytest.fixture
def lint(project) -> Callable[..., Ran]:
    def run(files: dict[str, Any], *arguments: str) -> Ran:
        root = project({**DEFECT, **{path: content for path, content in files.items() if not callable(content)}})
        for path, make in files.items():
            if callable(make):
                make(root / path)
        command = [sys.executable, "-m", "mcplint", "--format", "json", *(arguments or ("--pedantic",))]
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))  # noqa: E731
        ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit)
        return Ran(ran.returncode, json.loads(ran.stdout)["findings"], ran.stderr)

    return run


def fifo(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def outside(path: Path) -> None:
    secret = path.parent.parent.parent / "secret"
    secret.write_text("SECRET {\n")
    path.symlink_to(secret)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


BINARY = bytes(range(256)) * 40
YAML_ALIASES = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(20)
)
YAML_MERGES = "x0: &x0 {a: 1}\n" + "".join(f"x{i}: &x{i}\n  <<: [*x{i - 1}, *x{i - 1}]\n" for i in range(1, 101))

ALL = frozenset(GOOD)
DATA = {"compose.yaml", "server.json"}

# What is in a file, and the kinds of file that it makes unreadable.
TEXTS: dict[str, tuple[str | bytes, Collection[str]]] = {
    "empty": ("", DATA),
    "blank": ("\n\n  \n", DATA),
    "binary": (BINARY, ALL),
    "NUL": ("x\0y\n", ALL),
    "UTF-16": ("FROM x\n".encode("utf-16"), ALL),
    "too large": (b"# " + b"x" * (3 << 20), ALL),
    "brackets": ("[" * 26_000, ALL - {"Dockerfile", "default.conf"}),
    "braces": ("{" * 26_000, ALL - {"Dockerfile"}),
    "lists": ("- " * 27_000, {"compose.yaml"}),
    "quote": ('a "b\n', ALL - {"Dockerfile", "compose.yaml"}),
    "parentheses": ("(" * 20_000, {"server.py"}),
    "controls": ("\x1b[31m\x07\x08\n", ALL - {"Dockerfile", "default.conf"}),
    "aliases": (COMPOSE + YAML_ALIASES, {"server.json"}),
    "merges": (COMPOSE + YAML_MERGES, {"server.json"}),
    "one line": ("RUN " + "a " * 500_000, DATA),
    "continuations": ("FROM x\nRUN a " + "\\\n b " * 200_000, {"server.json"}),
    "not": ("x = " + "not " * 20_000 + "1", {"server.py"}),
    "attributes": ("x = a" + ".b" * 20_000, {"server.json"}),
    "Python 2": ("print 'hello'\n", {"server.py", "server.json"}),
    "newer Python": ("match x:\n  case 1 if: pass\n", {"server.py", "server.json"}),
    "cookiecutter": ("FROM {{ cookiecutter.image }}\n", {"server.json"}),
    "jinja": ("{% if x %}\na: {{ b }}\n{% endif %}\n", {"server.py", *DATA}),
    "include of itself": ("include default.conf;\ninclude *.conf;\n" + PROXY, {"server.json"}),
    "include of others": ("include /etc/passwd;\ninclude ../../secret;\n" + PROXY, {"server.json"}),
    "digits": ('{"a": ' + "9" * 10_000 + "}", ()),
    "surrogates": ('{"a": "\\ud800"}', ()),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_makes_no_sense(lint, name):
    content, unreadable = TEXTS[name]
    ran = lint(spoilt(content))
    assert [finding["message"] for finding in ran.findings if finding["rule"] == "internal-error"] == []
    assert ran.code == 1 and ran.err == ""
    assert "loopback-in-container" in {finding["rule"] for finding in ran.about("a/server.py")}
    said = {kind for kind in GOOD if ran.about(f"{kind}/{kind}", "unreadable-file")}
    assert said >= set(unreadable)


@pytest.mark.parametrize("line", ["# " * 60_000, f'"""{"host " * 20_000}"""'], ids=["comment", "docstring"])
def test_a_long_line_beside_what_a_fix_would_edit(lint, line):
    ran = lint(DEFECT | {"a/server.py": DEFECT["a/server.py"].replace("mcp =", f"{line}\nmcp =", 1)})
    assert "loopback-in-container" in {finding["rule"] for finding in ran.about("a/server.py")}


@pytest.mark.parametrize("make", [fifo, dangling, loop, outside, folder, device], ids=lambda make: make.__name__)
def test_what_is_no_file(lint, make):
    ran = lint(spoilt(make))
    assert ran.code == 1 and ran.err == ""
    assert "loopback-in-container" in {finding["rule"] for finding in ran.about("a/server.py")}
    assert "SECRET" not in json.dumps(ran.findings)
    for kind in ALL - {"server.py"}:
        [finding] = ran.about(f"{kind}/{kind}")
        assert finding["rule"] == "unreadable-file" and (finding["line"], finding["column"]) == (1, 1)


@pytest.mark.parametrize("content", ["", b"FROM x\0", SERVER.encode("utf-16")], ids=["empty", "NUL", "UTF-16"])
def test_what_a_service_builds_must_be_readable(lint, content):
    without = dict.fromkeys(DEFECT, "")
    ran = lint({**without, "compose.yaml": COMPOSE, "server.py": SERVER, "Dockerfile": content})
    assert [(f["rule"], f["severity"]) for f in ran.about("Dockerfile")] == [("unreadable-file", "error")]
    assert ran.code == 1


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("CMD ['python', 'server.py']", 5, "not a JSON array of strings in double quotes"),
        ('ENTRYPOINT ["python", "server.py"', 12, 'a shell is asked to run `["python",`'),
        ('ENV A="b', 7, 'the closing " is missing'),
        ("COPY a it's", 8, "the closing ' is missing"),
        ("WORKDIR ${A:-${B", 9, "`}` is missing"),
        ("CMD [ -f x ] && python server.py", 0, ""),
        ('RUN ["python", "-c", "it\'s"]', 0, ""),
        ("ENV A=it\\'s B='\"'", 0, ""),
        ("LABEL a it's", 0, ""),
    ],
)
def test_quotes_and_brackets_of_a_dockerfile_are_closed(lint, line, column, said):
    ran = lint({f"b/{name}": text for name, text in {**GOOD, "Dockerfile": f"{DOCKERFILE}{line}\n"}.items()})
    problems = ran.about("b/Dockerfile", "unreadable-file")
    assert [(one["severity"], one["line"], one["column"]) for one in problems] == [("error", 6, column)] * bool(said)
    assert all(said in one["message"] for one in problems)


@pytest.mark.parametrize(
    "command",
    ['"python", "src/notes/server.py"', '"python", "-m", "notes.server"', '"notes"', '"uvicorn", "notes.server:app"'],
    ids=["script", "module", "console script", "application"],
)
@pytest.mark.parametrize(
    ("line", "severity"),
    [("def main(:", "error"), ("print 'hello'", "note"), ("lazy x = 1", "warning"), ("x = {% if y %}", "note")],
    ids=["broken", "Python 2", "newer Python", "template"],
)
def test_what_a_container_starts_must_be_readable(project, mcplint, command, line, severity):
    project(
        {
            "Dockerfile": f"FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD [{command}]\n",
            "pyproject.toml": '[project]\nname = "notes"\n[project.scripts]\nnotes = "notes.server:main"\n',
            "src/notes/__init__.py": "",
            "src/notes/server.py": f"from mcp.server.fastmcp import FastMCP\n{line}\n",
        }
    )
    found = json.loads(mcplint("--pedantic", "--format", "json").out)["findings"]
    said = [(one["rule"], one["severity"], one["line"]) for one in found if one["path"] == "src/notes/server.py"]
    assert said == [("unreadable-file", severity, 2)]
    [loose] = json.loads(mcplint("show", "--format", "json").out)["loose"]
    assert loose["links"][0]["why"].endswith("cannot be read")


def test_a_file_that_is_named_must_be_readable(lint):
    named = [f"{kind}/{kind}" for kind in GOOD]
    ran = lint(spoilt(b"\0"), *named)
    said = [(finding["rule"], finding["severity"], finding["path"]) for finding in ran.findings]
    assert sorted(said) == sorted(("unreadable-file", "error", path) for path in named)
    assert ran.code == 1


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " \n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["BOM", "CRLF", "blanks", "no end"],
)
def test_a_dress_that_changes_nothing(lint, dress):
    """The publisher of a `server.json` refuses a byte order mark, so that is a finding of its own."""
    good = {name: text for name, text in GOOD.items() if name != "server.json" or not dress(text).startswith("\ufeff")}
    plain = lint({f"b/{name}": text for name, text in good.items()})
    dressed = lint(
        {**{path: dress(text) for path, text in DEFECT.items()}, **{f"b/{k}": dress(t) for k, t in good.items()}}
    )
    places = [[(f["rule"], f["path"], f["line"], f["column"]) for f in ran.findings] for ran in (plain, dressed)]
    assert places[0] == places[1]


def test_a_dockerfile_in_latin_1_is_read(lint):
    ran = lint({"a/Dockerfile": b"# caf\xe9\n" + DOCKERFILE.encode()})
    assert [finding["rule"] for finding in ran.about("a/server.py")] == ["loopback-in-container"]


def test_a_lone_carriage_return_is_no_crash(lint):
    ran = lint({f"b/{name}": text.replace("\n", "\r") for name, text in GOOD.items()})
    assert ran.code == 1 and "internal-error" not in {finding["rule"] for finding in ran.findings}
    [finding] = ran.about("b/Dockerfile")
    assert (
        finding["message"]
        == "cannot read b/Dockerfile: the whole file is one line: a lone carriage return does not end a line"
    )


def test_a_file_that_vanishes_between_listing_and_reading(project, mcplint, monkeypatch):
    from mcplint.project import discover

    root = project({**DEFECT, **{f"b/{name}": text for name, text in GOOD.items()}})
    listed = discover.tree

    def vanishing(*arguments):
        tree = listed(*arguments)
        (root / "b/Dockerfile").unlink()
        return tree

    monkeypatch.setattr(discover, "tree", vanishing)
    ran = mcplint("--pedantic", "--format", "json")
    found = json.loads(ran.out)["findings"]
    assert ("b/Dockerfile", "cannot read b/Dockerfile: removed since it was listed") in [
        (f["path"], f["message"]) for f in found
    ]
    assert "a/server.py" in [finding["path"] for finding in found] and ran.code == 1


def test_an_import_chain_that_bites_its_tail(lint):
    chain = {f"b/m{i}.py": f"from m{(i + 1) % 60} import *\n" for i in range(60)}
    ran = lint({"b/Dockerfile": DOCKERFILE, **chain, "b/server.py": "from m0 import *\n" + SERVER + "x = 1\n" * 20_000})
    assert ran.code == 1 and ran.err == ""


def test_a_line_of_calls_without_end_is_searched_in_one_pass():
    """It would take hours if each of them looked for its mode up to the end of the line."""
    import re

    from mcplint.runtime.unprivileged import WRITES

    assert re.search(WRITES, "open(" * 200_000) is None
    assert re.search(WRITES, 'open("notes.txt", "w")') and not re.search(WRITES, 'open("notes.txt")')


DEEP = {
    "a text": "print(" + '"a" + ' * 3000 + "str(os.environ))",
    "attributes": "print(os" + ".a" * 3000 + ")",
    "calls": "print(os.environ" + "()" * 3000 + ")",
    "what a block holds": "with os" + ".a" * 3000 + ": pass",
    "a field": "class S(BaseSettings):\n    secret: a" + ".a" * 3000 + " = 1\ns = S()\nprint(s)",
    "a header": (
        'class M:\n    async def dispatch(self, request, call_next):\n        t = request.headers.get("a", "")'
        + ".strip()" * 3000
        + "\n        if not t:\n            return JSONResponse(1, status_code=401)\n"
        "        return await call_next(request)\nmcp.add_middleware(M)"
    ),
    "a condition": "if __name__" + ".a" * 3000 + ' == "__main__": pass',
}


@pytest.mark.parametrize("name", DEEP)
def test_an_expression_that_is_nested_deeply_is_no_mistake_of_mcplint(name):
    code = "import os\nfrom pydantic_settings import BaseSettings\nfrom fastmcp import FastMCP\n\n"
    image = "FROM python:3.12-slim\nCOPY . .\nRUN pip install fastmcp==3.1.0\nHEALTHCHECK CMD curl localhost:8000/\n"
    for body in (DEEP[name], "def tool():\n    " + DEEP[name].replace("\n", "\n    ")):
        server = f'{code}mcp = FastMCP("n")\n{body}\nmcp.run("http")\n'
        look(Tree.of({"server.py": server, "Dockerfile": f'{image}CMD ["python", "server.py"]\n'}))


def test_a_number_with_more_digits_than_python_reads(lint) -> None:
    many = "9" * 5_000
    lock = {"lockfileVersion": 3, "packages": {f"node_modules/{each}": {"version": f"{many}.1.0"} for each in NPM}}
    code = (
        "import { FastMCP } from 'fastmcp';\nconst s = new FastMCP({ name: 'n', version: '1.0.0' });\n"
        "s.start({ transportType: 'httpStream', httpStream: { port: 8080, host: '0.0.0.0' } });\n"
    )
    image = f'FROM node:{many}\nRUN useradd -u {many} app\nCOPY . .\nRUN npm ci\nCMD ["node", "index.mjs"]\n'
    ran = lint(
        {
            "n/package.json": json.dumps({"name": "n", "dependencies": dict.fromkeys(NPM, "^3.0.0")}),
            "n/package-lock.json": json.dumps(lock),
            "n/index.mjs": code,
            "n/Dockerfile": image,
            "p/Dockerfile": DOCKERFILE.replace("COPY", f"RUN pip install mcp=={many}.1.0\nCOPY"),
            "p/server.py": SERVER,
            "p/compose.yaml": f"services:\n  b: {{build: .}}\n  pg: {{image: 'redis:{many}', ports: ['1:6379']}}\n",
        }
    )
    assert [finding["message"] for finding in ran.findings if finding["rule"] == "internal-error"] == []
    assert "loopback-in-container" in {finding["rule"] for finding in ran.about("a/server.py")}


def test_a_script_whose_word_is_the_rest_of_it_is_read_once(lint) -> None:
    endless = 'cat a.txt | while read -r $( do apt-get install -y "$pkg"; done'
    check = 'HEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1:8000/mcp"]'
    ran = lint({"Dockerfile": f"FROM python:3.12-slim\nRUN {endless}\n{check}\n", "server.py": SERVER})
    assert "internal-error" not in {finding["rule"] for finding in ran.findings}


@pytest.mark.parametrize("deep", [300, 950, 3_000, 30_000])
@pytest.mark.parametrize("part", ["-", "not ", "1+", "a.", "(", "f("])
def test_a_text_of_python_in_a_command_that_nests_too_deeply(lint, part, deep):
    code = part * deep + "1"
    health = f'HEALTHCHECK CMD ["python", "-c", "{code}"]\n'
    runs = f'CMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "server:make({code})"]\n'
    docker = DOCKERFILE[: DOCKERFILE.index("CMD")]
    for text in (docker + health + 'CMD ["python", "server.py"]\n', docker + runs):
        ran = lint({"Dockerfile": text, "server.py": LOOPBACK})
        assert [finding for finding in ran.findings if finding["rule"] == "internal-error"] == []
