"""Nothing of a project steers what shows a report: terminals, runners of CI, browsers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcplint.reports import escape
from mcplint.reports.formats import FORMATS

PAYLOADS = (
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\u202egnp.exe",
    "\u2066isolated\u2069",
    "::error file=a::pwned",
    "##[error]pwned",
    "##vso[task.setvariable variable=a]b",
    "<script>alert(1)</script>",
    "](x) [a](javascript:b) @everyone | `b` **c**",
    '"]; evil -> b; n1["',
    "a\r\n::set-env name=a::b",
)
FORMS = tuple(FORMATS)
Run = Callable[..., tuple[str, str]]
# Characters that steer a terminal, but for line ends: C0, DEL, C1, and those that turn the direction of writing.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(params=PAYLOADS, ids=range(len(PAYLOADS)))
def payload(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def hostile(project: Callable[[dict[str, str]], Path], payload: str) -> Path:
    """A deployment with the payload in names and contents of files of every kind that a finding points into."""
    name = payload.replace("/", "_").replace("\r\n", "\n")
    quoted = json.dumps(payload)
    return project(
        {
            "Dockerfile": f"FROM python:3.12\nCOPY . .\nLABEL a={quoted}\n"
            f"ENV MCP_HOST=127.0.0.1 NAME={quoted}\nCMD python server.py  # {payload.splitlines()[0]}\n",
            "server.py": f"import os\nfrom mcp.server.fastmcp import FastMCP\n"
            f"mcp = FastMCP({quoted}, host=os.environ['MCP_HOST'])  # mcplint: ignore[{payload.split()[0]}]\n"
            f"mcp.run(transport='streamable-http')  # {payload.splitlines()[0]}\n",
            "requirements.txt": "mcp==1.9.0\n",
            f"{name}/compose.yaml": f"services:\n  {quoted}:\n    build: ..\n    ports: ['8000:8000']\n",
            "compose.yaml": f"services:\n  {quoted}:\n    build: .\n    ports: ['8000:8000']\n"
            f"    environment:\n      A: {quoted}\n",
            "nginx.conf": 'http { server { listen 80; location "/' + payload.replace('"', "") + '" {'
            " proxy_pass http://server:8000; } } }\n",
            "server.json": json.dumps(
                {
                    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
                    "name": payload,
                    "description": payload,
                    "version": payload,
                    payload: 1,
                    "packages": [{"registryType": "pypi", "identifier": payload, "version": "^1"}],
                    "remotes": [{"type": payload, "url": f"http://localhost/{payload}"}],
                },
                indent=1,
                ensure_ascii=False,
            ),
        }
    )


@pytest.fixture
def run(mcplint: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, str]]:
    """What mcplint prints and says in the working folder, where the runner of GitHub would read it."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    def run(*arguments: str) -> tuple[str, str]:
        code, out, err = mcplint(*arguments)
        assert code in (0, 1, 2) and "Traceback" not in err, err
        return out, err

    return run


def steered(text: str) -> list[str]:
    """What in a text would steer a terminal, or be a command to a runner."""
    found = [repr(match) for match in STEERING.findall(text)] + re.findall(r"##\w*\[.*", text)
    return found + [line for line in text.split("\n") if re.match(r"\s*::(?!:)", line)]


def annotated(err: str) -> str:
    """What the one annotation says in which mcplint tells a runner why it could not check."""
    own, _, said = err.partition("::error title=mcplint::")
    assert not own and said.count("\n") == 1
    return said


def test_no_report_is_steered(hostile: Path, run: Run, tmp_path: Path) -> None:
    written = {form: tmp_path / form for form in FORMS if form not in ("github", "text")}
    asked = [f"--output={form}={path}" for form, path in written.items()]
    out, err = run("--format", "text", "--pedantic", *asked)
    assert not steered(err)
    for form, text in {"text": out, **{form: path.read_text() for form, path in written.items()}}.items():
        assert not steered(text), form
        if form in ("json", "sarif", "gitlab", "rdjson"):
            assert json.loads(text)
        elif form == "junit":
            assert ET.fromstring(text)
        else:
            assert len(text.splitlines()) > 3, form


def test_github_is_given_only_our_commands(hostile: Path, run: Run) -> None:
    out, err = run("--format", "github", "--pedantic")
    own = re.compile(
        r"::(error|warning|notice) (file=[^,:]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,)?title=[^,:]+::"
    )
    assert not [found for found in steered(out) if not own.match(found)] and not steered(err)


@pytest.mark.parametrize("asked", [["show"], ["show", "--format", "json"], ["graph"], ["graph", "--format", "dot"]])
def test_no_picture_of_the_deployment_is_steered(hostile: Path, run: Run, asked: list[str]) -> None:
    out, err = run(*asked)
    assert out and not steered(out) and not steered(err)
    assert asked[0] == "show" or "<script" not in out


def test_what_fixing_says_is_not_steered(hostile: Path, run: Run) -> None:
    (hostile / "compose.yaml").chmod(0o444)
    out, err = run("--unsafe-fixes")
    assert not steered(out) and not steered(err)


def test_a_patch_is_exact_and_the_runner_obeys_nothing_in_it(hostile: Path, run: Run) -> None:
    out, err = run("--unsafe-fixes", "--diff")
    assert not steered(err)
    first, *_, last = out.splitlines() or ["::stop-commands::", "::::"]
    assert first.startswith("::stop-commands::") and last == f"::{first.removeprefix('::stop-commands::')}::"


@pytest.mark.parametrize(
    "config", ["ignore-rules = {}", "{} = 1", "fail-on = {}", "[options.{}]\na = 1", "exclude = [1, {}]"]
)
def test_what_is_said_of_a_configuration_is_not_steered(project, run: Run, payload: str, config: str) -> None:
    project({"mcplint.toml": config.replace("{}", json.dumps(payload)) + "\n", "Dockerfile": "FROM x\n"})
    out, err = run()
    assert not out and not steered(annotated(err))


def test_what_is_said_of_the_command_line_is_not_steered(project, run: Run, payload: str) -> None:
    project({"Dockerfile": "FROM x\n"})
    for arguments in (
        [payload],
        ["--select", payload],
        [f"--{payload}"],
        ["explain", payload],
        ["--output", f"a={payload}"],
    ):
        assert not steered(annotated(run(*arguments)[1]))


def test_a_secret_behind_its_option_is_masked_in_json() -> None:
    value = "9f2c61d07be84a53c1e8d2b64f7a09b5"
    words = ["python", "server.py", "--token", value, "--digest", value]
    assert json.loads(escape.json(words)) == [*words[:3], "9f2c" + "*" * 28, *words[4:]]
