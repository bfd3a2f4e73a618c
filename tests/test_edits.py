"""Edits that a person would make: where a fix stands, what it leaves alone and how it is spelled."""

from __future__ import annotations

import pytest
from pages import ROOT, bases, fixed, look

from mcplint.project.tree import Tree

BUILT = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
"""
PINNED = f"mcp==1.27.1 --hash=sha256:{'0' * 64}\n"
SERVED = """\
import os

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host=HOST)
mcp.run(transport="streamable-http")
"""
PARSED = """\
import argparse

from mcp.server.fastmcp import FastMCP

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
FastMCP("notes", host=parser.parse_args().host).run(transport="streamable-http")
"""
SETTINGS = """\
from mcp.server.fastmcp import FastMCP
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="NOTES_")
    host: str = "127.0.0.1"


FastMCP("notes", host=Settings().host).run(transport="streamable-http")
"""
OPTION = """\
import click
from mcp.server.fastmcp import FastMCP


@click.command()
@click.option("--host", envvar="NOTES_HOST", default="127.0.0.1")
def main(host):
    FastMCP("notes", host=host).run(transport="streamable-http")


main()
"""


def served(host: str) -> str:
    return SERVED.replace("HOST", host)


def changed(files: dict[str, str], rule: str) -> dict[str, str]:
    """The files that the fixes of a rule change, with what they leave."""
    files = {"Dockerfile": BUILT, "requirements.txt": PINNED, **files}
    files = {path: text for path, text in files.items() if text}
    return {path: text for path, text in fixed(files, rule).items() if files.get(path) != text}


def compose(rest: str) -> str:
    return f"services:\n  notes:\n    build: .\n{rest}"


STARTED = 'CMD ["python", "server.py"]\n'
BEFORE_CMD = BUILT.replace(STARTED, f"ENV NOTES_HOST=0.0.0.0\n{STARTED}")


@pytest.mark.parametrize(
    ("files", "after"),
    [
        ({"server.py": served('os.environ.get("NOTES_HOST", "127.0.0.1")')}, BEFORE_CMD),
        ({"server.py": served('os.environ.get("NOTES_HOST") or "127.0.0.1"')}, BEFORE_CMD),
        ({"server.py": served('os.getenv("NOTES_HOST") or os.getenv("OTHER") or "127.0.0.1"')}, BEFORE_CMD),
        ({"server.py": served('os.getenv("NOTES_HOST", "").strip() or "127.0.0.1"')}, BEFORE_CMD),
        ({"server.py": SETTINGS}, BEFORE_CMD),
        (
            {
                "server.py": SETTINGS.replace(
                    '"127.0.0.1"', 'Field("127.0.0.1", description="127.0.0.1 by default")'
                ).replace("from pydantic_s", "from pydantic import Field\nfrom pydantic_s")
            },
            BEFORE_CMD,
        ),
        (
            {"server.py": PARSED},
            BUILT.replace(STARTED, 'CMD ["python", "server.py", "--host", "0.0.0.0"]\n'),
        ),
        (
            {"server.py": OPTION},
            BEFORE_CMD,
        ),
        (
            {"server.py": PARSED, "Dockerfile": BUILT.replace(STARTED, 'CMD ["sh", "-c", "exec python server.py"]\n')},
            BUILT.replace(STARTED, 'CMD ["sh", "-c", "exec python server.py --host 0.0.0.0"]\n'),
        ),
        (
            {
                "server.py": served('os.environ.get("NOTES_HOST") or "127.0.0.1"'),
                "Dockerfile": BUILT.replace("USER 10001\n", "USER 10001\nENV PORT=8000\n\n# the server\n"),
            },
            BUILT.replace("USER 10001\n", "USER 10001\nENV PORT=8000\nENV NOTES_HOST=0.0.0.0\n\n# the server\n"),
        ),
        (
            {
                "server.py": served('os.environ.get("NOTES_HOST") or "127.0.0.1"'),
                "Dockerfile": BUILT.replace("USER 10001\n", "USER 10001\n\n# the server\n"),
            },
            BUILT.replace("USER 10001\n", "USER 10001\n\nENV NOTES_HOST=0.0.0.0\n\n# the server\n"),
        ),
    ],
)
def test_a_default_that_others_share_is_replaced_in_the_image(files, after):
    assert changed(files, "loopback-in-container") == ({"Dockerfile": after} if after else {})


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("    command: python server.py\n", "    command: python server.py --host 0.0.0.0\n"),
        ("    command: python server.py # all of it\n", "    command: python server.py --host 0.0.0.0 # all of it\n"),
        ('    command: "python server.py"\n', '    command: "python server.py --host 0.0.0.0"\n'),
        ("    command: [python, server.py]\n", "    command: [python, server.py, --host, 0.0.0.0]\n"),
        ("    command: [python,server.py]\n", "    command: [python,server.py,--host,0.0.0.0]\n"),
        ('    command: ["python","server.py"]\n', '    command: ["python","server.py","--host","0.0.0.0"]\n'),
        ("    command: ['python', 'server.py']\n", "    command: ['python', 'server.py', '--host', '0.0.0.0']\n"),
        (
            "    command:\n      - python\n      - server.py # mine\n    tty: true\n",
            "    command:\n      - python\n      - server.py # mine\n      - --host\n      - 0.0.0.0\n    tty: true\n",
        ),
        (
            '    command: ["sh", "-c", "exec python server.py >>/dev/stderr 2>&1"]\n',
            '    command: ["sh", "-c", "exec python server.py --host 0.0.0.0 >>/dev/stderr 2>&1"]\n',
        ),
        (
            '    command: [\n      "python",\n      "server.py"\n    ]\n',
            '    command: [\n      "python",\n      "server.py",\n      "--host",\n      "0.0.0.0"\n    ]\n',
        ),
    ],
)
def test_a_command_gets_an_option_as_it_is_written(command, after):
    files = {"server.py": PARSED, "compose.yaml": compose(command)}
    assert changed(files, "loopback-in-container") == {"compose.yaml": compose(after)}


@pytest.mark.parametrize("cmd", ["", 'CMD ["--port", "8000"]\n'])
def test_an_option_is_added_once_where_an_entry_point_and_a_command_make_the_start(cmd):
    built = BUILT.replace("CMD", "ENTRYPOINT") + cmd
    services = compose("") + '  other:\n    build: .\n    command: ["--port", "9000"]\n'
    code = PARSED.replace('FastMCP("', 'parser.add_argument("--port", type=int)\nFastMCP("')
    made = changed({"Dockerfile": built, "server.py": code, "compose.yaml": services}, "loopback-in-container")
    assert made == {"Dockerfile": built.replace('"server.py"]', '"server.py", "--host", "0.0.0.0"]')}


def test_an_option_is_no_word_of_an_interpreter():
    built = BUILT.replace('CMD ["python", "server.py"]', 'ENTRYPOINT ["python"]\nCMD ["-u", "server.py"]')
    made = changed({"Dockerfile": built, "server.py": PARSED}, "loopback-in-container")
    assert made == {"Dockerfile": built.replace('"server.py"]', '"server.py", "--host", "0.0.0.0"]')}


SHARED = """\
import typer
from fastmcp import FastMCP

app = typer.Typer()
mcp = FastMCP("notes")


@app.command()
def serve(transport: str = "stdio", port: int = 8000):
    mcp.run(transport="http", port=port) if transport == "http" else mcp.run()


app()
"""


@pytest.mark.parametrize(
    ("requirement", "variable"),
    [
        ("fastmcp==2.3.0\n", "FASTMCP_SERVER_HOST"),
        ("fastmcp==2.12.0\n", "FASTMCP_HOST"),
        ("fastmcp==3.1.0\n", "FASTMCP_HOST"),
    ],
)
def test_a_command_that_others_run_too_keeps_its_address_where_the_sdk_reads_a_variable(requirement, variable):
    built = UNPINNED.replace('"server.py"]', '"server.py", "--transport", "http"]')
    files = {"Dockerfile": built, "requirements.txt": f"{requirement}typer==0.12.0\n", "server.py": SHARED}
    made = changed(files, "loopback-in-container")
    assert made == {"Dockerfile": built.replace("CMD", f"ENV {variable}=0.0.0.0\nCMD")}


def test_a_command_of_uvicorn_is_told_where_to_listen():
    code = 'from mcp.server.fastmcp import FastMCP\n\napp = FastMCP("notes", host="0.0.0.0").streamable_http_app()\n'
    files = {"server.py": code, "Dockerfile": BUILT.replace(STARTED, 'CMD ["uvicorn", "server:app", "--port", "80"]\n')}
    after = BUILT.replace(STARTED, 'CMD ["uvicorn", "server:app", "--port", "80", "--host", "0.0.0.0"]\n')
    assert changed(files, "loopback-in-container") == {"Dockerfile": after}


@pytest.mark.parametrize(
    ("plain", "explained"),
    [("mcp = ", "# Only clients on localhost may connect.\nmcp = "), ('"127.0.0.1")', '"127.0.0.1")  # only local')],
)
def test_an_address_that_a_comment_explains_is_left_alone(plain, explained):
    code = served('"127.0.0.1"').replace(plain, explained)
    assert explained in code
    assert changed({"server.py": code}, "loopback-in-container") == {}


UNPINNED = BUILT.replace("--require-hashes ", "")
PACKAGED = BUILT.replace("requirements.txt server.py", ".").replace("--require-hashes -r requirements.txt", ".")


@pytest.mark.parametrize(
    ("requirement", "transport", "after"),
    [
        ("mcp==1.2.0\n", "streamable-http", {"requirements.txt": "mcp==1.8.0\n"}),
        ("mcp == 1.2.0  # why\n", "streamable-http", {"requirements.txt": "mcp == 1.8.0  # why\n"}),
        ("fastmcp==2.1.0\n", "http", {"requirements.txt": "fastmcp==2.9.0\n"}),
        (f"mcp==1.2.0 \\\n    --hash=sha256:{'0' * 64}\n", "streamable-http", {}),
    ],
)
def test_a_pin_that_is_too_old_for_a_transport_is_raised(requirement, transport, after):
    package = "fastmcp" if "fastmcp" in requirement else "mcp.server.fastmcp"
    code = f'from {package} import FastMCP\n\nFastMCP("notes", host="0.0.0.0").run(transport="{transport}")\n'
    files = {"Dockerfile": UNPINNED, "requirements.txt": requirement, "server.py": code}
    assert changed(files, "wrong-sdk-arguments") == after


@pytest.mark.parametrize(
    ("requirement", "code", "command", "after"),
    [
        ("fastmcp==2.14.5", 'mcp.run(transport="http", port=80)\n', "python", ', port=80, host="0.0.0.0")\n'),
        ("fastmcp==3.1.0", "", "fastmcp run --transport http", "fastmcp run --transport http --host 0.0.0.0"),
        ("fastmcp==2.14.5", "", "fastmcp run --transport http", "fastmcp run --transport http --host 0.0.0.0"),
        ("fastmcp==3.1.0", "", "fastmcp run --transport http -- --debug", ""),
    ],
)
def test_an_address_is_told_to_what_starts_the_server(requirement, code, command, after):
    built = UNPINNED.replace(
        '["python", "server.py"]', command.replace("run ", "run server.py ") + " server.py" * bool(code)
    )
    code = f'from fastmcp import FastMCP\n\nmcp = FastMCP("notes")\n{code}'
    files = {"Dockerfile": built, "requirements.txt": requirement, "server.py": code}
    found = changed(files, "loopback-in-container")
    assert after.replace("run ", "run server.py ") in "".join(found.values())
    assert len(found) == bool(after)


def test_what_cannot_be_imported_is_told_nothing():
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run(transport="streamable-http")\n'
    assert (
        changed({"requirements.txt": PINNED.replace("1.27.1", "2.3.0"), "server.py": code}, "loopback-in-container")
        == {}
    )


@pytest.mark.parametrize(
    ("dependencies", "after"),
    [
        ('[\n    "mcp==1.9.4",  # the SDK\n]', '[\n    "mcp==1.9.4",  # the SDK\n    "pydantic<2.14",\n]'),
        ('[\n    "mcp==1.9.4"  # the SDK\n]', '[\n    "mcp==1.9.4",  # the SDK\n    "pydantic<2.14"\n]'),
        ('[\n    "mcp==1.9.4"\n]', '[\n    "mcp==1.9.4",\n    "pydantic<2.14"\n]'),
        ('["mcp==1.9.4", "click==8.1.0"]', '["mcp==1.9.4", "pydantic<2.14", "click==8.1.0"]'),
        ('[\n    "mcp==1.9.4"]', '[\n    "mcp==1.9.4", "pydantic<2.14"]'),
    ],
)
def test_what_holds_a_dependency_back_stands_as_the_others_do(dependencies, after):
    head = '[project]\nname = "notes"\nversion = "1"\ndependencies = '
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": PACKAGED, "requirements.txt": "", "pyproject.toml": head + dependencies, "server.py": code}
    made = changed(files, "dead-pin")
    assert made == {"pyproject.toml": head + after}
    assert not [each for each in look(Tree.of({**files, **made})) if each.rule in ("dead-pin", "unlocked-install")]


def test_a_requirement_beside_a_lock_asks_to_renew_it(project, mcplint):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    root = project(
        {
            "Dockerfile": PACKAGED,
            "pyproject.toml": '[project]\nname = "notes"\nversion = "1"\ndependencies = ["mcp==1.9.4"]\n',
            "uv.lock": 'version = 1\n\n[[package]]\nname = "mcp"\nversion = "1.9.4"\n',
            "server.py": code,
        }
    )
    mcplint("--fix")
    assert "pydantic" not in (root / "pyproject.toml").read_text()
    assert "; now run `uv lock`" in mcplint("--unsafe-fixes").err


@pytest.mark.parametrize(
    ("lock", "command", "files"),
    [
        ("Pipfile.lock", "pipenv lock", {"Pipfile": '[packages]\nmcp = ">=1.9"\n'}),
        ("pixi.lock", "pixi lock", {"pyproject.toml": '[project]\nname = "n"\ndependencies = ["mcp>=1.9"]\n'}),
    ],
)
def test_the_command_that_renews_a_lock_is_that_of_its_tool(project, mcplint, lock, command, files):
    code = 'from mcp.server.fastmcp import FastMCP\n\nif __name__ == "__main__":\n    FastMCP("notes").run()\n'
    kept = '{"default": {"mcp": {"version": "==1.9.4"}}}' if lock == "Pipfile.lock" else "version: 6\n"
    project({**files, "server.py": code, lock: kept})
    assert f"require mcp below 2, then run `{command}` (--unsafe-fixes)" in mcplint().out


def test_a_lock_that_names_a_package_again_for_a_group_is_mended_where_the_project_asks_for_it():
    head = '[project]\nname = "notes"\nversion = "1"\ndependencies = ["mcp>=1.5'
    group = '\n[dependency-groups]\ndev = ["mcp[cli]>=1.5"]\n'
    own = '[[package]]\nname = "notes"\nversion = "1"\nsource = { virtual = "." }\n\n[package.metadata]\n'
    dist = 'requires-dist = [{ name = "mcp", specifier = ">=1.5'
    dev = '\n[package.metadata.requires-dev]\ndev = [{ name = "mcp", extras = ["cli"], specifier = ">=1.5" }]\n'
    lock = f'version = 1\n\n[[package]]\nname = "mcp"\nversion = "1.9.4"\n\n{own}{dist}'
    files = {
        "pyproject.toml": f'{head}"]\n{group}',
        "uv.lock": f'{lock}" }}]\n{dev}',
        "Dockerfile": PACKAGED,
        "server.py": 'from mcp.server.fastmcp import FastMCP\n\nif __name__ == "__main__":\n    FastMCP("n").run()\n',
    }
    made = {"pyproject.toml": f'{head},<2"]\n{group}', "uv.lock": f'{lock},<2" }}]\n{dev}'}
    assert changed(files, "sdk-range-mismatch") == made


def test_a_pin_that_is_too_old_for_an_import_is_raised():
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": UNPINNED, "requirements.txt": "mcp==1.1.0\n", "server.py": code}
    assert changed(files, "sdk-range-mismatch") == {"requirements.txt": "mcp==1.21.1\n"}


def test_a_member_of_a_workspace_is_told_to_renew_the_lock_above_it(project, mcplint, monkeypatch):
    member = '[project]\nname = "notes"\nversion = "1"\ndependencies = ["mcp>=1.9"]\n\n[tool.mcplint]\n'
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"uv.lock": "version = 1\n", "notes/pyproject.toml": member, "notes/server.py": code}
    root = project(
        {**files, "notes/Dockerfile": "FROM python:3.12-slim\nCOPY . .\nRUN pip install .\nCMD python server.py\n"}
    )
    monkeypatch.chdir(root / "notes")
    assert "then run `uv lock` (--unsafe-fixes)" in mcplint().out
    mcplint("--fix")
    assert (root / "notes/pyproject.toml").read_text() == member
    assert "; now run `uv lock`" in mcplint("--unsafe-fixes").err


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("pip install mcp", "pip install mcp~=1.0"),
        ("pip install mcp>=1.2", 'pip install "mcp>=1.2,<2"'),
        ("pip install mcp[cli]>=1.2 && true", 'pip install "mcp[cli]>=1.2,<2" && true'),
        ("pip install 'mcp>=1.2'", "pip install 'mcp>=1.2,<2'"),
    ],
)
def test_a_range_in_a_command_stands_in_quotes(command, after):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    built = BUILT.replace("pip install --require-hashes -r requirements.txt", command)
    files = {"Dockerfile": built, "requirements.txt": "", "server.py": code}
    assert changed(files, "sdk-range-mismatch") == {"Dockerfile": built.replace(command, after)}


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ('FastMCP("notes")  # ours', 'FastMCP("notes", host="0.0.0.0")  # ours'),
        ('FastMCP(\n    "notes",\n)', 'FastMCP(\n    "notes",\n    host="0.0.0.0",\n)'),
        ('FastMCP(\n    "notes"\n)', 'FastMCP(\n    "notes",\n    host="0.0.0.0",\n)'),
        ("FastMCP('notes')", "FastMCP('notes', host='0.0.0.0')"),
        ('FastMCP(\n    "notes",  # its name\n)', 'FastMCP(\n    "notes",  # its name\n    host="0.0.0.0",\n)'),
        ('FastMCP(\n    name="notes"  # its name\n)', 'FastMCP(\n    host="0.0.0.0",\n    name="notes"  # its name\n)'),
        ('FastMCP(\n    "notes"  # its name\n)', ""),
    ],
)
def test_an_argument_is_added_in_the_shape_of_its_call(call, after):
    code = "from mcp.server.fastmcp import FastMCP\n\nmcp = {}\nmcp.run(transport='streamable-http')\n"
    made = changed({"server.py": code.format(call)}, "loopback-in-container")
    assert made == ({"server.py": code.format(after)} if after else {})


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ('print("a", "b")', 'print("a", "b", file=sys.stderr)'),
        ("print()", "print(file=sys.stderr)"),
        ('print(\n    "a",\n    "b",\n)', 'print(\n    "a",\n    "b",\n    file=sys.stderr,\n)'),
        ('print("a",\n      "b")', 'print("a",\n      "b", file=sys.stderr)'),
        (
            'print(\n    "a",  # why\n    "b",  # not\n)',
            'print(\n    "a",  # why\n    "b",  # not\n    file=sys.stderr,\n)',
        ),
        ('print("""a\nb""")', 'print("""a\nb""", file=sys.stderr)'),
        ('print(\n    "a"\n    "b"\n)', 'print(\n    "a"\n    "b",\n    file=sys.stderr,\n)'),
        (f'print("{"a" * 65}")', f'print(\n    "{"a" * 65}", file=sys.stderr\n)'),
        (f'print(1, "{"a" * 75}")', f'print(\n    1,\n    "{"a" * 75}",\n    file=sys.stderr,\n)'),
        ('print("é", end="")', 'print("é", end="", file=sys.stderr)'),
    ],
)
def test_a_print_keeps_its_shape(call, after):
    code = "import sys\n\nfrom mcp.server.fastmcp import FastMCP\n\n{}\nFastMCP('notes').run()\n"
    assert changed({"server.py": code.format(call)}, "stdout-on-stdio") == {"server.py": code.format(after)}


CORS = """\
from mcp.server.fastmcp import FastMCP
from starlette.middleware.cors import CORSMiddleware

app = FastMCP("notes", host="0.0.0.0").streamable_http_app()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=METHODS,
    allow_headers=HEADERS,
    expose_headers=EXPOSED,
)
"""
SESSION = '["Mcp-Session-Id"]'


@pytest.mark.parametrize(
    ("methods", "headers", "exposed", "after"),
    [
        ('["GET"]', '["*"]', SESSION, ('["GET", "POST", "DELETE"]', '["*"]', SESSION)),
        (
            '["*"]',
            '["content-type"]',
            SESSION,
            ('["*"]', '["content-type", "mcp-protocol-version", "mcp-session-id", "last-event-id"]', SESSION),
        ),
        (
            '["*"]',
            '[\n        "Accept",\n        "X-Key",  # ours\n    ]',
            SESSION,
            (
                '["*"]',
                '[\n        "Accept",\n        "X-Key",  # ours\n        "MCP-Protocol-Version",\n'
                '        "Mcp-Session-Id",\n        "Last-Event-ID",\n    ]',
                SESSION,
            ),
        ),
        ('["*"]', '["*"]', "[]", ('["*"]', '["*"]', SESSION)),
    ],
)
def test_the_lists_of_a_cors_middleware_are_made_whole(methods, headers, exposed, after):
    def code(methods: str, headers: str, exposed: str) -> str:
        return CORS.replace("METHODS", methods).replace("HEADERS", headers).replace("EXPOSED", exposed)

    files = {"server.py": code(methods, headers, exposed)}
    built = BUILT.replace('"python", "server.py"', '"uvicorn", "server:app", "--host", "0.0.0.0"')
    assert changed({**files, "Dockerfile": built}, "cors-hides-session") == {"server.py": code(*after)}


@pytest.mark.parametrize(
    ("variable", "after"),
    [
        ('{"name": "API_KEY"}', '{"name": "API_KEY", "isSecret": true}'),
        ('{"name":"API_KEY"}', '{"name":"API_KEY","isSecret":true}'),
        ('{ "name": "API_KEY" }', '{ "name": "API_KEY", "isSecret": true }'),
        ('{\n"name" : "API_KEY"\n}', '{\n"name" : "API_KEY",\n"isSecret" : true\n}'),
        ('{"name": "SSH_KEY", "description": "Path to the private key", "isSecret": false}', ""),
    ],
)
def test_a_key_is_added_in_the_shape_of_its_object(variable, after):
    package = bases()["package"]
    document = package["server.json"].replace(
        '"version": "1.4.0",\n      "tr', f'"environmentVariables": [{variable}],\n      "version": "1.4.0",\n      "tr'
    )
    found = fixed({**package, "server.json": document}, "registry-unmarked-secret")["server.json"]
    assert found == document.replace(variable, after or variable)


@pytest.mark.parametrize("spelled", ['"is_secret": true', '"isSecret": true', '"is_secret": false'])
def test_a_mark_under_another_name_is_renamed_and_not_made_again(spelled):
    package = bases()["package"]
    entry = '"environmentVariables": [{"name": "API_KEY", MARK}],\n      "version": "1.4.0",\n      "tr'
    document = package["server.json"].replace('"version": "1.4.0",\n      "tr', entry)
    files = {**package, "server.json": document.replace("MARK", spelled)}
    for rules in (
        ("registry-unmarked-secret", "registry-dropped-key"),
        ("registry-dropped-key", "registry-unmarked-secret"),
    ):
        made = files
        for rule in rules:
            made = {**made, **fixed(made, rule)}
        assert made["server.json"] == document.replace("MARK", f'"isSecret": {spelled.rpartition(" ")[2]}')


def test_an_older_name_of_the_transport_moves_with_the_schema():
    remote = bases()["remote"]
    old = remote["server.json"].replace('"type": "streamable-http"', '"transport_type": "streamable-http"')
    old = old.replace("2025-12-11", "2025-07-09")
    assert '"transport_type"' in old
    made = fixed({**remote, "server.json": old}, "registry-old-schema")["server.json"]
    assert '"transport_type"' not in made and "2025-12-11" in made


def test_what_a_handler_prints_goes_where_its_function_prints():
    code = (
        "import sys\n\nfrom mcp.server.fastmcp import FastMCP\n\n\ndef main(version=False):\n    if version:\n"
        "        print(1)\n        return\n    try:\n        print('starts')\n    except OSError as error:\n"
        "        print(error)\n        raise\n    FastMCP('notes').run()\n\n\nmain()\n"
    )
    after = code.replace("print('starts')", "print('starts', file=sys.stderr)").replace(
        "print(error)", "print(error, file=sys.stderr)"
    )
    assert changed({"server.py": code}, "stdout-on-stdio") == {"server.py": after}


@pytest.mark.parametrize(
    ("made", "user"),
    [
        ("RUN useradd -m app && chown -R app /app", "app"),
        ('RUN adduser --disabled-password --gecos "" notes\nCOPY --chown=notes server.py ./', ""),
        ("RUN useradd -m app && chown app /home/app/data", ""),
        ("RUN useradd -m app \\\n    && chown -R app:app \\\n    /app", "app"),
        ("RUN addgroup -S app && adduser -S app -G app && chown app:app /app", "app"),
        ("RUN useradd -ms /bin/bash -u 1001 app\nRUN chown -R app:app /app", "app"),
        ("RUN useradd -m app", ""),
        ("RUN useradd -m app && chown -R app /app\nVOLUME /data", ""),
        ("RUN mkdir -p logs", ""),
    ],
)
def test_the_user_that_an_image_makes_is_changed_to(made, user):
    code = 'from mcp.server.fastmcp import FastMCP\n\nopen("notes.txt", "a")\nFastMCP("notes").run()\n'
    built = BUILT.replace("USER 10001\n", f"{made}\n")
    after = built.replace(STARTED, f"USER {user}\n{STARTED}")
    found = changed({"Dockerfile": built, "server.py": code}, "root-user")
    assert found == ({"Dockerfile": after} if user else {})


@pytest.mark.parametrize(
    "line",
    [
        "import sentence_transformers",
        'open(os.path.join("data", "notes.txt"), "w")',
        'open(\n    os.path.join("data", "notes.txt"),\n    mode="ab",\n)',
        'table.to_csv("notes.csv")',
        'shutil.move("a", "b")',
        'logger.add("notes.log")',
    ],
)
def test_a_program_that_writes_keeps_its_user(line):
    code = f'{line}\nfrom mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    assert changed({"Dockerfile": BUILT.replace("USER 10001\n", ""), "server.py": code}, "root-user") == {}


def test_a_comment_tells_where_a_stream_goes_now():
    code = (
        "import logging\nimport sys\n\nfrom mcp.server.fastmcp import FastMCP\n\n# stdout is buffered\n\n"
        "# Console handler (stdout)\nlogging.basicConfig(\n    # to stdout\n    stream=sys.stdout,  # stdout\n"
        '    level=logging.INFO,\n)\nlogging.info("on stdout")\nFastMCP("notes").run()\n'
    )
    after = code.replace("(stdout)", "(stderr)").replace("to stdout", "to stderr")
    after = after.replace("sys.stdout,  # stdout", "sys.stderr,  # stderr")
    assert changed({"server.py": code}, "stdout-on-stdio") == {"server.py": after}


def test_a_start_keeps_to_uv_where_a_mount_may_hide_what_is_built():
    built = (
        "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
        'RUN uv sync --no-dev\nRUN chown -R 10001 /app\nCMD ["uv", "run", "python", "server.py"]\n'
    )
    packaged = (
        '[project]\nname = "notes"\nversion = "1"\ndependencies = ["mcp==1.30.0"]\n[build-system]\nrequires = []\n'
    )
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": built, "requirements.txt": "", "pyproject.toml": packaged, "server.py": code}
    assert "--no-sync" in changed({**files, "compose.yaml": compose("")}, "sync-at-start")["Dockerfile"]
    for mount in ("./:/app", "/app/.venv"):
        assert changed({**files, "compose.yaml": compose(f"    volumes: [{mount}]\n")}, "sync-at-start") == {}
    both = compose("  development:\n    build: .\n    volumes: [./:/app]\n")
    assert changed({**files, "compose.yaml": both}, "sync-at-start") == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Compose file format version\nversion: '3'\n\nservices:", "services:"),
        (
            "# Notes, which needs version 3 or a newer one\nversion: '3'\nservices:",
            "# Notes, which needs version 3 or a newer one\nservices:",
        ),
        ("# notes\nversion: '3'\n\n# the services\nservices:", "# notes\n\n# the services\nservices:"),
        ("# notes\n\nversion: '3'\n\nservices:", "# notes\n\nservices:"),
    ],
)
def test_what_stands_around_the_version_of_a_compose_file_stays_apart(before, after):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    text = compose("")
    found = changed({"server.py": code, "compose.yaml": text.replace("services:", before)}, "obsolete-version-key")
    assert found == {"compose.yaml": text.replace("services:", after)}


EXPRESS = {
    path: (ROOT / "tests/fixtures/express-streamable-http" / path).read_text(encoding="utf-8")
    for path in ("Dockerfile", "package.json", "package-lock.json", "tsconfig.json", "src/index.ts", "src/config.ts")
}


@pytest.mark.parametrize(
    ("rule", "removed", "added"),
    [
        ("loopback-in-container", " MCP_HOST=0.0.0.0", "ENV MCP_HOST=0.0.0.0\n"),
        ("root-user", "USER node\n", "USER node\n"),
    ],
)
def test_an_image_of_node_is_mended_likewise(rule, removed, added):
    built = EXPRESS["Dockerfile"].replace(removed, "")
    after = built.replace("CMD [", f"{added}CMD [")
    assert changed({**EXPRESS, "Dockerfile": built}, rule) == {"Dockerfile": after}


def test_a_local_address_in_typescript_that_a_comment_explains_is_left_alone():
    settings = EXPRESS["src/config.ts"].replace('process.env.MCP_HOST || "127.0.0.1",', '"127.0.0.1", // local only')
    assert changed({**EXPRESS, "src/config.ts": settings}, "loopback-in-container") == {}


@pytest.mark.parametrize(("locked", "after"), [("mcp", "uv sync --locked"), ("click", "uv sync")])
def test_a_lock_that_does_not_fit_is_not_insisted_on(locked, after):
    built = (
        "FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim\nWORKDIR /app\nCOPY pyproject.toml uv.lock server.py ./\n"
        'RUN uv sync\nUSER 10001\nCMD [".venv/bin/python", "server.py"]\n'
    )
    lock = (
        'version = 1\n\n[[package]]\nname = "mcp"\nversion = "1.27.1"\n'
        'source = { registry = "https://index.example" }\n\n'
        '[[package]]\nname = "notes"\nversion = "1"\nsource = { virtual = "." }\n\n'
        f'[package.metadata]\nrequires-dist = [{{ name = "{locked}", specifier = "<2" }}]\n'
    )
    project = '[project]\nname = "notes"\nversion = "1"\ndependencies = ["mcp<2"]\n'
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": built, "requirements.txt": "", "pyproject.toml": project, "uv.lock": lock, "server.py": code}
    found = changed(files, "unlocked-install").get("Dockerfile", built)
    assert found == built.replace("uv sync", after)


def test_a_program_of_node_that_writes_keeps_its_user():
    code = (
        f'import {{ writeFileSync }} from "node:fs";\n{EXPRESS["src/index.ts"]}\nwriteFileSync("notes.json", "[]");\n'
    )
    files = {**EXPRESS, "src/index.ts": code, "Dockerfile": EXPRESS["Dockerfile"].replace("USER node\n", "")}
    assert changed(files, "root-user") == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "\n        # WebSocket support\nUPGRADE\n        proxy_read_timeout 300s;\n",
            "\n        proxy_read_timeout 300s;\n",
        ),
        ("        # WebSockets\n        proxy_http_version 1.1;\nUPGRADE", "        proxy_http_version 1.1;\n"),
        ("        # WebSocket (SSE)\n        proxy_http_version 1.1;\nUPGRADE", "        proxy_http_version 1.1;\n"),
        ("        # SSE and WebSocket\n        proxy_http_version 1.1;\nUPGRADE", ""),
        ("UPGRADE        # unbuffered\n", "        # unbuffered\n"),
    ],
)
def test_a_comment_goes_with_what_it_is_about(before, after):
    upgrade = "        proxy_set_header Upgrade $http_upgrade;  # ws\n        proxy_set_header Connection upgrade;\n"
    package = bases()["nginx"]
    text = package["nginx.conf"].replace("        proxy_read_timeout 300s;\n", before.replace("UPGRADE", upgrade))
    found = fixed({**package, "nginx.conf": text}, "websocket-headers")["nginx.conf"]
    kept = after or before.replace("UPGRADE", "")
    assert found == package["nginx.conf"].replace("        proxy_read_timeout 300s;\n", kept)


@pytest.mark.parametrize(
    ("asked", "after"), [("mcp", "mcp<2"), ("mcp[cli]", "mcp[cli]<2"), ("mcp>=1.2", "mcp>=1.2,<2")]
)
def test_a_requirement_is_bounded_as_people_write_it(asked, after):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": UNPINNED, "requirements.txt": f"{asked}\n", "server.py": code}
    assert changed(files, "sdk-range-mismatch") == {"requirements.txt": f"{after}\n"}


def test_the_line_that_leaves_a_file_out_is_deleted():
    built = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nUSER 10001\nCMD ["notes"]\n'
    project = '[project]\nname = "notes"\nversion = "1"\nreadme = "README.md"\ndependencies = ["mcp<2"]\n\n'
    project += '[project.scripts]\nnotes = "notes:main"\n\n[build-system]\nrequires = ["hatchling"]\n'
    project += 'build-backend = "hatchling.build"\n'
    code = 'from mcp.server.fastmcp import FastMCP\n\n\ndef main():\n    FastMCP("notes").run()\n'
    files = {"Dockerfile": built, "pyproject.toml": project, "notes.py": code, "README.md": "# Notes\n"}
    for ignored, after in (("docs\nREADME.md\n.env\n", "docs\n.env\n"), ("*.md\n.env\n", "*.md\n!README.md\n.env\n")):
        assert changed({**files, ".dockerignore": ignored}, "missing-build-input") == {".dockerignore": after}


def test_the_lines_of_a_script_end_as_the_shell_wants_them():
    built = BUILT.replace(STARTED, 'COPY start.sh ./\nENTRYPOINT ["./start.sh"]\n')
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"Dockerfile": built, "server.py": code, "start.sh": "#!/bin/sh\r\nexec python server.py\r\n"}
    assert changed(files, "crlf-script") == {"start.sh": "#!/bin/sh\nexec python server.py\n"}


def test_a_readme_is_declared_below_what_is_said_of_the_package():
    package = bases()["package"]
    project = package["pyproject.toml"].replace('readme = "README.md"\n', "")
    found = fixed({**package, "pyproject.toml": project}, "registry-readme-marker")["pyproject.toml"]
    assert found == package["pyproject.toml"]


def test_the_type_of_a_remote_is_changed_with_its_path():
    package = bases()["nginx"]
    document = bases()["package"]["server.json"].partition('  "packages"')[0]
    document += '  "remotes": [{"type": "sse", "url": "https://notes.example.com/sse"}]\n}\n'
    proxy = package["nginx.conf"].replace("listen 80;", "listen 80;\n    server_name notes.example.com;")
    proxy = proxy.replace("location /mcp", "location /")
    found = fixed({**package, "nginx.conf": proxy, "server.json": document}, "mismatched-route")["server.json"]
    assert '{"type": "streamable-http", "url": "https://notes.example.com/mcp"}' in found


def test_a_url_is_left_alone_where_the_mount_is_to_be_mended():
    package = bases()["nginx"]
    document = bases()["package"]["server.json"].partition('  "packages"')[0]
    document += '  "remotes": [{"type": "streamable-http", "url": "https://notes.example.com/mcp"}]\n}\n'
    code = (
        "from mcp.server.fastmcp import FastMCP\nfrom starlette.applications import Starlette\n"
        "from starlette.routing import Mount\n\nmcp = FastMCP('notes', host='0.0.0.0', stateless_http=True)\n"
        "app = Starlette(routes=[Mount('/mcp', app=mcp.streamable_http_app())],\n"
        "                lifespan=lambda app: mcp.session_manager.run())\n"
    )
    built = BUILT.replace('"python", "server.py"', '"uvicorn", "server:app", "--host", "0.0.0.0"')
    proxy = package["nginx.conf"].replace("listen 80;", "listen 80;\n    server_name notes.example.com;")
    files = {**package, "Dockerfile": built, "server.py": code, "nginx.conf": proxy, "server.json": document}
    files["requirements.txt"] = PINNED
    assert "doubled-mount" in {each.rule for each in look(Tree.of(files))}
    assert "mismatched-route" in {each.rule for each in look(Tree.of(files))}
    assert changed(files, "mismatched-route") == {}


@pytest.mark.parametrize(
    ("package", "after"),
    [
        (
            '{\n  "name": "notes",\n  "version": "1.0.0"\n}',
            '{\n  "name": "notes",\n  "mcpName": "NAME",\n  "version": "1.0.0"\n}',
        ),
        (
            '{\n  "name": "notes", "version": "1.0.0"\n}',
            '{\n  "name": "notes", "mcpName": "NAME", "version": "1.0.0"\n}',
        ),
    ],
)
def test_the_name_in_the_registry_stands_behind_the_own_one(package, after):
    document = (
        '{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",\n'
        '"name": "io.github.example/notes", "description": "Notes", "version": "1.0.0", "packages": [\n'
        '{"registryType": "npm", "identifier": "notes", "version": "1.0.0", "transport": {"type": "stdio"}}]}'
    )
    found = fixed({"package.json": package, "server.json": document}, "registry-npm-name")
    assert found["package.json"] == after.replace("NAME", "io.github.example/notes")


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ('"""Notes."""\n\n\ndef keep(text):', '"""Notes."""\n\nimport sys\n\n\ndef keep(text):'),
        ("def keep(text):", "import sys\n\n\ndef keep(text):"),
        (
            "from abc import ABC\nimport os\nfrom typing import Any\n\n\ndef keep(text):",
            "from abc import ABC\nimport os\nimport sys\nfrom typing import Any\n\n\ndef keep(text):",
        ),
    ],
)
def test_sys_is_imported_where_isort_puts_it(code, after):
    served = "from mcp.server.fastmcp import FastMCP\nfrom notes import keep\n\nkeep('a')\nFastMCP('notes').run()\n"
    files = {"server.py": served, "notes.py": f"{code}\n    print(text)\n"}
    built = BUILT.replace("server.py ./", "server.py notes.py ./")
    found = changed({**files, "Dockerfile": built}, "stdout-on-stdio")
    assert found == {"notes.py": f"{after}\n    print(text, file=sys.stderr)\n"}


def test_a_comment_in_json_goes_with_its_line():
    entry = '  "mcpServers": {"a": {"type": "http", "url": "https://a.example.com/mcp"}}'
    text = f"{{\n  // the public one\n  // of two\n{entry} // all\n}}\n"
    assert fixed({".mcp.json": text}, "client-config-shape") == {".mcp.json": f"{{\n{entry}\n}}\n"}


def test_the_user_before_root_is_changed_to():
    built = BUILT.replace("USER 10001\n", "USER app\nUSER root\n")
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    found = changed({"Dockerfile": built, "server.py": code}, "root-user")
    assert found == {"Dockerfile": built.replace("USER root", "USER app")}


def test_a_lifespan_is_handed_on_by_its_name():
    code = (
        "from fastapi import FastAPI\nfrom fastmcp import FastMCP\n\nmcp = FastMCP('notes')\n"
        "inner = mcp.http_app(path='/')\napp = FastAPI()\napp.mount('/mcp', inner)\n"
    )
    built = BUILT.replace('"python", "server.py"', '"uvicorn", "server:app", "--host", "0.0.0.0"')
    files = {
        "Dockerfile": built,
        "requirements.txt": PINNED.replace("mcp==1.27.1", "fastmcp==3.4.11"),
        "server.py": code,
    }
    after = code.replace("FastAPI()", "FastAPI(lifespan=inner.lifespan)")
    assert changed(files, "mount-without-lifespan") == {"server.py": after}


@pytest.mark.parametrize(
    ("service", "after"),
    [
        ("    tty: true  # for logs\n    stdin_open: true\n", "    stdin_open: true\n"),
        ("    stdin_open: true\n    tty: true\n", "    stdin_open: true\n"),
        ("    # a terminal\n    tty: true\n", ""),
        ("    # a tty\n    tty: true\n    stdin_open: true\n", "    stdin_open: true\n"),
        ("    # stdin and a tty\n    stdin_open: true\n    tty: true\n", None),
        ("    # interactive\n    tty: true\n    stdin_open: true\n", None),
    ],
)
def test_a_setting_that_is_taken_back_goes_with_its_line(service, after):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files = {"server.py": code, "compose.yaml": compose(service)}
    assert changed(files, "tty-on-stdio") == ({} if after is None else {"compose.yaml": compose(after)})


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("# 60s is enough for every call.\n        proxy_read_timeout 60s;", ""),
        ("proxy_read_timeout 60s;  # 60s, as agreed", ""),
        ("# 60s\n\n        proxy_read_timeout 60s;  # streams", "# 60s\n\n        proxy_read_timeout 300s;  # streams"),
    ],
)
def test_a_value_that_a_comment_names_is_left_alone(line, after):
    package = bases()["nginx"]
    text = package["nginx.conf"].replace("proxy_read_timeout 300s;", line)
    found = fixed({**package, "nginx.conf": text}, "short-read-timeout")["nginx.conf"]
    assert found == package["nginx.conf"].replace("proxy_read_timeout 300s;", after or line)


@pytest.mark.parametrize(("written", "after"), [("root", '"10001"'), ('"root"', '"10001"'), ("'root'", "'10001'")])
def test_a_user_of_compose_is_a_text(written, after):
    files = {"Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\nCOPY server.py .\nRUN pip install mcp==1.30.0\n"}
    files["Dockerfile"] += 'CMD ["python", "server.py"]\n'
    files["server.py"] = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("notes").run()\n'
    files["compose.yaml"] = compose(f"    user: {written}\n")
    made = changed(files, "root-user")["compose.yaml"]
    assert made == files["compose.yaml"].replace(written, after)
