"""What a start command starts: every form of it, from wrappers and launchers down to a file, module or application."""

from __future__ import annotations

import pytest

from mcplint.commands.execution import ExecContext
from mcplint.commands.resolve import starts
from mcplint.programs.start import NoStart, Start
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import HOLE, EditSite, Label, Value

PYPROJECT = """[project]
name = "notes"
[project.scripts]
notes = "notes.cli:main"
notes-http = "notes.cli:mcp.run"
"""
TASKS = """
[tool.poe.tasks]
serve = "python server.py --port 90"
shell = { shell = "exec python -m notes" }
[tool.pdm.scripts]
serve = { cmd = "python server.py" }
[tool.hatch.envs.prod.scripts]
serve = ["python -m notes.cli"]
"""
FILES = {
    "deploy/programs.conf": "[supervisord]\nnodaemon=true\n\n[program:web]\ncommand=nginx -g x\n\n"
    "[program:mcp]\ndirectory=/app\ncommand = python server.py --port 70\nautorestart=true\n",
    "deploy/filled.conf": '[program:mcp]\ncommand=python server.py --mode %(ENV_MODE)s --at "%(ENV_MODE)s:80"\n',
    "deploy/beside.sh": '#!/bin/bash\nHERE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\ncd "$HERE" || exit 1\n'
    'cd "$(dirname "$0")/.."\nexec ./run.sh --from "$HERE"\n',
    "Makefile": "VERSION := 1\n\nall: build\n\t@python -m notes\n\nserve: all\n\t@echo starting\n\n"
    "\t-python server.py --port 80\n\nvariables:\n\tpython $(SERVER)\n",
    "justfile": "# recipes\nserve port='80' *more:\n    uvicorn app.main:app\n",
    "Pipfile": '[scripts]\nserve = "python server.py --pipenv"\n',
    "server.py": "",
    "app/main.py": "",
    "pyproject.toml": PYPROJECT + TASKS,
    "src/notes/__init__.py": "",
    "src/notes/__main__.py": "",
    "src/notes/cli.py": "",
    "packages/other/pyproject.toml": '[tool.poetry.scripts]\nother = "other.run:app"\n',
    "packages/other/other/run.py": "",
    "old/setup.py": 'from setuptools import setup\nsetup(entry_points={"console_scripts": ["older = older:main"]})\n',
    "old/older.py": "",
    "legacy/setup.cfg": "[options.entry_points]\nconsole_scripts =\n    legacy = legacy_cli:main\n",
    "legacy/legacy_cli.py": "",
    "bin/tool": "#!/usr/bin/env python3\nimport app\n",
    "fastmcp.json": '{"source": {"path": "server.py", "entrypoint": '
    '"app"}, "deployment": {"transport": "http", "port": 9000}}',
    "run.sh": '#!/bin/sh\nset -e\necho starting\nexport MODE=http\nexec python -m notes --port "${PORT:-8000}" "$@"\n',
    "last.sh": "python -m notes.migrate\npython server.py --mode $MODE\nif [ $? -ne 0 ]; then exit 1; fi\n",
    "mode.sh": 'if [ "$MODE" = http ]; then\n  exec uvicorn app.main:app\nelse\n  exec python server.py\nfi\n',
    "array.sh": "ARGS=(--port 80)\nexec python server.py ${ARGS[@]}\n",
    "commented.sh": """ARGS=(
  --port 80  # don't (yet
  # --host 0.0.0.0
)
ARGS+=(--debug) # )
exec python server.py "${ARGS[@]}"
""",
    "arguments.sh": """#!/bin/bash
args=("$@")
has_host=false
for arg in "${args[@]}"; do
    case "$arg" in
        --host|--host=*) has_host=true ;;
    esac
done
if [ "$has_host" = false ]; then
    args+=(--host 0.0.0.0)
fi
exec python server.py "${args[@]}"
""",
    "set.sh": '[ $# -gt 0 ] || set -- --port 80\nset -- --verbose "$@"\nexec python server.py "$@"\n',
    "case.sh": """case "${1:-module}" in
  http|sse) exec uvicorn app.main:app;;
  module) python -m notes; exit $?;;
  *) shift; exec python -m notes.cli "$@"
esac
""",
    "functions.sh": """usage() { echo "usage: x"; exit 1; }
level() { LEVEL=$1; }
main() { level info; exec python server.py --level "$LEVEL" "$1"; }
[ -n "$NEVER" ] && usage
main last
""",
    "sourced.sh": ". ./settings.sh\nexec python server.py --host $ADDRESS\n",
    "settings.sh": "export ADDRESS=10.0.0.1\n",
    "required.sh": 'if [ -z "$API_KEY" ]; then echo "API_KEY is missing" >&2; exit 1; fi\nexec python server.py\n',
    "options.sh": """while [ $# -gt 0 ]; do
  case $1 in
    --port) PORT=$2; shift 2;;
    --debug) LOG=debug; shift;;
  esac
done
until nc -z db 5432; do sleep 1; done
exec python server.py --port "$PORT" --log ${LOG:-info}
""",
    "default.sh": ': "${PORT:=8000}"\nexec python server.py "$PORT" ${PORT}\n',
    "declared.sh": "declare -a ARGS=(--mode http)\n"
    'ARGS=("${ARGS[@]}" --host 0.0.0.0)\nexec python server.py "${ARGS[@]}"\n',
    "all.sh": """case " $* " in *" --host "*) ;; *) set -- "$@" --host 0.0.0.0 ;; esac
exec python server.py "$@"
""",
    "brackets.sh": """if [[ -n "$MODE" && ${MODE,,} == "http" ]] || [[ $MODE = x || "$MODE" == y* ]]; then
  exec python server.py ${MODE,,}
fi
exec python -m notes
""",
    "beside.sh": """alive() { while true; do echo "" || break; sleep 30; done; }
trap 'exit 0' TERM
alive &
python server.py "$@" &
wait $!
exit $?
""",
    "both.sh": "if id; then MODE=a; else MODE=b; fi\nexec python server.py --mode $MODE\n",
    "either.sh": "if id; then exec python server.py; fi\nexec python -m notes\n",
    "wait.sh": 'Xvfb :99 &\n"$@" &\nwait $!\n',
}


def start(command: list[str], **env: str) -> Start | NoStart:
    (found,) = all_starts(command, **env)
    return found


def all_starts(command: list[str], **env: str) -> tuple[Start | NoStart, ...]:
    tree = Tree.of(FILES)
    text = "\n".join(command)
    source = Source("Dockerfile", text)
    words = []
    offset = 0
    for word in command:
        span = Span(source, offset, offset + len(word))
        known = Value((word,), (Label(span, "a word"),), EditSite(span))
        words.append(Value(None, known.trace, partly=word) if HOLE in word else known)
        offset += len(word) + 1

    def inside(path: str) -> str | None:
        return path.removeprefix("/app").lstrip("/") if path == "/app" or path.startswith("/app/") else None

    scene = ExecContext("/app", lambda name: Value((env.get(name),)), tree, inside, Span(source, 0, len(text)))
    return starts(tuple(words), scene)


STARTS = {
    "python server.py --a b": ("script", "server.py", ["--a", "b"]),
    "python3.12 -u -X dev /app/server.py": ("script", "server.py", []),
    "/app/.venv/bin/python server.py": ("script", "server.py", []),
    "python -m notes": ("module", "notes", []),
    "python -um notes.cli --x": ("module", "notes.cli", ["--x"]),
    "python src/notes": ("script", "src/notes/__main__.py", []),
    "./bin/tool x": ("script", "bin/tool", ["x"]),
    "notes --port 1": ("function", "notes.cli:main", ["--port", "1"]),
    "/usr/local/bin/notes": ("function", "notes.cli:main", []),
    "notes-http": ("function", "notes.cli:mcp.run", []),
    "other": ("function", "other.run:app", []),
    "older": ("function", "older:main", []),
    "legacy": ("function", "legacy_cli:main", []),
    "uv run server.py": ("script", "server.py", []),
    "uv run --no-sync --frozen notes a": ("function", "notes.cli:main", ["a"]),
    "uv run python -m notes": ("module", "notes", []),
    "uv run -m notes.cli": ("module", "notes.cli", []),
    "uv --directory /app run --with httpx notes": ("function", "notes.cli:main", []),
    "poetry run python server.py": ("script", "server.py", []),
    "pipenv run notes": ("function", "notes.cli:main", []),
    "hatch -e prod run notes": ("function", "notes.cli:main", []),
    "tini -g -- python server.py": ("script", "server.py", []),
    "python -m debugpy --listen 0.0.0.0:5678 --wait-for-client -m notes -v": ("module", "notes", ["-v"]),
    "debugpy --listen 5678 server.py -v": ("script", "server.py", ["-v"]),
    "coverage run -p --source=notes -m notes": ("module", "notes", []),
    "python -m pdb server.py": ("script", "server.py", []),
    "dumb-init python server.py": ("script", "server.py", []),
    "gosu app:app python server.py": ("script", "server.py", []),
    "su-exec app notes": ("function", "notes.cli:main", []),
    "env A=1 B=2 python server.py": ("script", "server.py", []),
    "uvicorn app.main:app --host 0.0.0.0 --port=80": ("app", "app.main:app", []),
    "python -m uvicorn main:create --factory --app-dir app": ("app", "main:create", []),
    "gunicorn -w 4 -k uvicorn.workers.UvicornWorker -b :80 app.main:app": ("app", "app.main:app", []),
    "hypercorn app.main:app -b 0.0.0.0:80": ("app", "app.main:app", []),
    "fastmcp run server.py:mcp -t http": ("object", "server.py:mcp", []),
    "fastmcp run server.py -- --x": ("object", "server.py:", ["--x"]),
    "fastmcp run": ("object", "server.py:app", []),
    "mcp run server.py -t sse": ("object", "server.py:", []),
    "mcpo --port 80 -- notes --a": ("function", "notes.cli:main", ["--a"]),
    "mcp-proxy --port 80 python server.py": ("script", "server.py", []),
    "./run.sh --x": ("module", "notes", ["--port", "8000", "--x"]),
    "bash run.sh": ("module", "notes", ["--port", "8000"]),
    "./wait.sh python server.py a": ("script", "server.py", ["a"]),
    "./mode.sh": ("script", "server.py", []),
    "env MODE=http ./mode.sh": ("app", "app.main:app", []),
    "./array.sh": ("script", "server.py", ["--port", "80"]),
    "./commented.sh": ("script", "server.py", ["--port", "80", "--debug"]),
    "./arguments.sh --transport sse": ("script", "server.py", ["--transport", "sse", "--host", "0.0.0.0"]),
    "./arguments.sh --host=1": ("script", "server.py", ["--host=1"]),
    "./set.sh": ("script", "server.py", ["--verbose", "--port", "80"]),
    "./set.sh -x y": ("script", "server.py", ["--verbose", "-x", "y"]),
    "./case.sh http": ("app", "app.main:app", []),
    "./case.sh": ("module", "notes", []),
    "./case.sh other a b": ("module", "notes.cli", ["a", "b"]),
    "./functions.sh": ("script", "server.py", ["--level", "info", "last"]),
    "./sourced.sh": ("script", "server.py", ["--host", "10.0.0.1"]),
    "./required.sh": ("script", "server.py", []),
    "./options.sh --port 8 --debug": ("script", "server.py", ["--port", "8", "--log", "debug"]),
    "./default.sh": ("script", "server.py", ["8000", "8000"]),
    "./declared.sh": ("script", "server.py", ["--mode", "http", "--host", "0.0.0.0"]),
    "./all.sh --port 1": ("script", "server.py", ["--port", "1", "--host", "0.0.0.0"]),
    "./all.sh --host 1": ("script", "server.py", ["--host", "1"]),
    "env MODE=HTTP ./brackets.sh": ("script", "server.py", ["http"]),
    "env MODE=other ./brackets.sh": ("module", "notes", []),
    "./beside.sh a": ("script", "server.py", ["a"]),
    "./both.sh": ("script", "server.py", ["--mode", None]),
    "uvx --from /app notes": ("function", "notes.cli:main", []),
    "uvx notes@latest --x": ("function", "notes.cli:main", ["--x"]),
    "uv tool run notes": ("function", "notes.cli:main", []),
    "pipx run --spec . notes a": ("function", "notes.cli:main", ["a"]),
    "uvx --with notes uvicorn app.main:app": ("app", "app.main:app", []),
    "supervisord -n -c deploy/programs.conf": ("script", "server.py", ["--port", "70"]),
    "env MODE=http supervisord -c deploy/filled.conf": ("script", "server.py", ["--mode", "http", "--at", "http:80"]),
    "deploy/beside.sh": ("module", "notes", ["--port", "8000", "--from", "/app"]),
    "watchmedo auto-restart --directory=src --recursive -- python server.py a": ("script", "server.py", ["a"]),
    "make serve": ("script", "server.py", ["--port", "80"]),
    "make": ("module", "notes", []),
    "just serve": ("app", "app.main:app", []),
    "poe serve": ("script", "server.py", ["--port", "90"]),
    "poe shell --x": ("module", "notes", ["--x"]),
    "hatch run prod:serve": ("module", "notes.cli", []),
    "pdm run serve": ("script", "server.py", []),
    "pdm run ./server.py --port 1": ("script", "server.py", ["--port", "1"]),
    "rye run notes": ("function", "notes.cli:main", []),
    "pipenv run serve": ("script", "server.py", ["--pipenv"]),
    "sudo -u app python server.py": ("script", "server.py", []),
    "su app -c ./mode.sh": ("script", "server.py", []),
}


@pytest.mark.parametrize("command", STARTS)
def test_a_command_is_resolved_to_what_it_starts(command: str) -> None:
    found = start(command.split())
    assert isinstance(found, Start), found
    assert found.argv is not None
    assert (found.kind, found.target, [word.only for word in found.argv]) == STARTS[command]
    assert found.notes and found.notes[-1].text


SHELL = {
    "exec notes --host 0.0.0.0": ("notes.cli:main", ["--host", "0.0.0.0"]),
    "cd /app && notes $PORT": ("notes.cli:main", ["8080"]),
    "notes --port ${PORT:-1} --mode ${MODE:-http}": ("notes.cli:main", ["--port", "8080", "--mode", "http"]),
    "notes \"--port=$PORT\" '$PORT'": ("notes.cli:main", ["--port=8080", "$PORT"]),
    "notes $EMPTY a": ("notes.cli:main", ["a"]),
    "notes $TWO": ("notes.cli:main", ["x", "y"]),
    "PORT=1 notes $PORT": ("notes.cli:main", ["8080"]),
    "PORT=2; notes $PORT": ("notes.cli:main", ["2"]),
    "notes $(hostname)x": ("notes.cli:main", [None]),
    "notes --pattern=*.py $(pwd)": ("notes.cli:main", ["--pattern=*.py", "/app"]),
}


@pytest.mark.parametrize("text", SHELL)
def test_the_words_of_a_shell_are_expanded_in_the_environment(text: str) -> None:
    found = start(["/bin/sh", "-c", text], PORT="8080", EMPTY="", TWO="x y")
    assert isinstance(found, Start), found
    assert (found.target, [word.only for word in found.argv or ()]) == SHELL[text]


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("notes --key % --port 80", None),
        ('notes --key "%" --port 80', ["--key", None, "--port", "80"]),
        ("notes --key 'a%b' --port=%", ["--key", None, None]),
        ("KEY=% && notes --a", ["--a"]),
        ("[ -z '%' ] || notes --b", ["--b"]),
        ("echo $(id %); notes ${PORT:-%}0", [None]),
        ('notes "${NONE:-%}0"', [None]),
    ],
)
def test_a_text_of_which_a_part_is_unknown_is_run_with_that_part_unknown(
    text: str, argv: list[str | None] | None
) -> None:
    found = start(["sh", "-c", text.replace("%", HOLE)], PORT="8080")
    assert isinstance(found, NoStart if argv is None else Start), found
    assert argv is None or [word.only for word in found.argv or ()] == argv


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        (". /venv/activate && $0 $@", ["--a", "b", "c", "d"]),
        ('notes "$@"', ["b", "c d"]),
        ("notes $@ $1", ["b", "c", "d", "b"]),
        ('notes "$2"', ["c d"]),
    ],
)
def test_what_follows_the_text_of_a_shell_is_its_arguments(text: str, argv: list[str]) -> None:
    found = start(["/bin/bash", "-c", text, "notes --a", "b", "c d"])
    assert isinstance(found, Start), found
    assert (found.target, [word.only for word in found.argv or ()]) == ("notes.cli:main", argv)


@pytest.mark.parametrize(
    "options", ["-c", "-ec", "-euo pipefail -c", "-o pipefail -e -c", "-ceo pipefail", "-c --", "-x +e -c"]
)
def test_options_of_a_shell_stand_before_its_text(options: str) -> None:
    found = start(["/bin/bash", *options.split(), "notes --a"])
    assert isinstance(found, Start) and found.target == "notes.cli:main", found


def test_a_file_is_found_on_the_path_of_its_image() -> None:
    assert isinstance(start(["tool", "x"]), NoStart)
    found = start(["tool", "x"], PATH="/usr/local/bin:/usr/bin:/app/bin")
    assert isinstance(found, Start) and found.target == "bin/tool"


def test_a_quoted_name_of_a_shell_is_one_word() -> None:
    assert isinstance(start(["/bin/bash", "-c", '"$0" "$@"', "notes --a"]), NoStart)


def test_a_word_in_a_shell_command_keeps_its_place() -> None:
    found = start(["sh", "-c", "notes --host 0.0.0.0"])
    assert isinstance(found, Start) and found.argv
    assert found.argv[1].site and found.argv[1].site.span.text == "0.0.0.0"


def test_what_a_command_sets_is_told_apart_from_its_arguments() -> None:
    found = start(["env", "A=1", "sh", "-c", "B=2 exec python server.py"])
    assert isinstance(found, Start)
    assert {name: value.only for name, value in found.env.items()} == {"A": "1", "B": "2"}


def test_flags_of_a_server_command_and_of_a_configuration_file() -> None:
    found = start(["fastmcp", "run", "--host", "0.0.0.0"])
    assert isinstance(found, Start)
    flags = {name: value.only for name, value in found.flags.items()}
    assert flags == {"transport": "http", "port": "9000", "host": "0.0.0.0"}
    assert found.flags["port"].site and found.flags["port"].site.span.text == "9000"


UNKNOWN = {
    "a program of the image": "nginx -g x",
    "python -c": "python -c import_x",
    "a recipe with variables of make": "make variables",
    "a recipe that is not there": "make nope",
    "no command": "",
    "a gateway without a server": "mcpo --port 80",
    "a module of a library": "python -m http.server",
    "an argument that is not known": "sh -c $COMMAND",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_told_is_said_with_its_reason(name: str) -> None:
    found = start(UNKNOWN[name].split())
    assert isinstance(found, NoStart) and found.why and found.missing is None


MISSING = {
    "python nope.py": "nope.py",
    "python -m notes.nope": "notes.nope",
    "uvicorn nope:app": "nope:app",
    "mcp run nope.py": "nope.py",
}


@pytest.mark.parametrize("command", MISSING)
def test_a_target_that_the_project_lacks_is_named(command: str) -> None:
    found = start(command.split())
    assert isinstance(found, NoStart) and found.missing == MISSING[command]


@pytest.mark.parametrize(
    ("command", "installs"),
    [
        ("uv run notes", [("uv run", (".",), ())]),
        ("uv run --with mcp python server.py", [("uv run", (".",), ("mcp",))]),
        ("uv run --no-sync notes", None),
        ("env UV_NO_SYNC=1 uv run notes", None),
        ("uvx --from . notes", [("uvx", (".",), ())]),
        ("uvx notes@1.2", [("uvx", (".",), ("notes==1.2",))]),
        ("python server.py", None),
    ],
)
def test_what_a_command_installs_itself_is_told(command: str, installs: object) -> None:
    found = start(command.split())
    assert isinstance(found, Start)
    told = found.installs and [(e.tool, e.requirements, tuple(name for name, _ in e.names)) for e in found.installs]
    assert told == installs


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("from notes.cli import main; main()", "notes.cli"),
        ("import os, notes.cli as cli\ncli.main()", "notes.cli"),
        ("from notes import cli; cli.main(1)", "notes.cli"),
        ("from notes import main; main()", "notes"),
        ("def run():\n    import server\nrun()", "server"),
        ("from elsewhere import main; main()", None),
        ("print(", None),
    ],
)
def test_code_in_a_command_is_a_program_where_it_imports_the_project(code: str, target: str | None) -> None:
    found = start(["python", "-c", code, "--port"])
    told = (
        (found.target, found.code.only, [word.only for word in found.argv or ()])
        if isinstance(found, Start) and found.code is not None
        else None
    )
    assert told == (target and (target, code, ["--port"]))


def test_a_word_that_a_condition_decides_is_one_of_its_values() -> None:
    found = start(["./both.sh"])
    assert isinstance(found, Start) and found.argv
    assert found.argv[1].options == ("a", "b")


def test_a_shell_that_may_start_one_of_two_programs_starts_both() -> None:
    assert [each.target for each in all_starts(["./either.sh"]) if isinstance(each, Start)] == ["server.py", "notes"]


def test_a_script_that_starts_nothing_on_some_way_is_not_followed() -> None:
    text = '"$@" &\nstop() {\n  wait "$pid" || true\n}\n[[ $status -ne 0 ]] || status=1\n'
    assert isinstance(start(["sh", "-c", text]), NoStart)


def test_a_script_with_more_ways_than_are_gone_is_not_followed() -> None:
    conditions = "".join(f"if id; then exec python server.py {number}; fi; " for number in range(40))
    found = start(["sh", "-c", conditions])
    assert isinstance(found, NoStart) and "too many branches" in found.why


SETS = "".join(f'if [ "$(uname -m)" = "m{n}" ]; then echo m{n}; export W{n}=1; fi; ' for n in range(14))


@pytest.mark.parametrize(
    ("end", "targets"),
    [
        ("exec python server.py", ["server.py"]),
        ('CMD=(python server.py); "${CMD[@]}" & P=$!; wait "$P"', ["server.py"]),
        ('if [ "$W3" = 1 ]; then exec python server.py --port 1; fi; exec notes', ["server.py", "notes.cli:main"]),
        ('if [ "$OTHER" = 1 ]; then exec notes; fi; exec python server.py', ["server.py"]),
        ('CMD=(); "${CMD[@]}"', []),
    ],
)
def test_branches_that_only_set_variables_do_not_multiply(end: str, targets: list[str]) -> None:
    assert [each.target for each in all_starts(["bash", "-c", SETS + end]) if isinstance(each, Start)] == targets


LOOP = "for a in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do {}; done; "
GROWING = {
    "a text": ("A=xxxxxxxx; " + LOOP.format('A="$A$A$A$A"'), "$A"),
    "an array": ("A=(a b c d); " + LOOP.format('A+=("${A[@]}" "${A[@]}")'), '"${A[@]}"'),
    "the arguments": ("set -- a b c; " + LOOP.format('set -- "$@" "$@"'), '"$@"'),
    "functions that call one another": ("f() { " + "if true; then " * 50 + "f; " + "fi; " * 50 + "}; f; ", "x"),
    "loops in loops": (LOOP.format(LOOP.format(LOOP.format("A=$a"))[:-2])[:-2] + "; ", "$A"),
    "subshells": ("( " * 60 + "true" + " )" * 60 + "; ", "x"),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_script_takes_bounded_time_and_memory(name: str) -> None:
    before, word = GROWING[name]
    (found,) = all_starts(["bash", "-c", f"{before} exec python server.py {word}"])
    if isinstance(found, Start):
        assert sum(len(each.only or "") for each in found.argv or ()) < 1_000_000


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("python server.py & exec nginx -g 'daemon off;'", ["server.py"]),
        ("nginx -t; python server.py & nginx -c /etc/nginx/nginx.conf -g 'daemon off;'", ["server.py"]),
        ("python server.py & exec /usr/sbin/haproxy -f /etc/haproxy.cfg", ["server.py"]),
        ("python server.py & caddy run --config /etc/caddy/Caddyfile", ["server.py"]),
        ("python server.py & notes & wait -n", ["server.py", "notes.cli:main"]),
        ("python server.py & notes & exec nginx -g 'daemon off;'", ["server.py", "notes.cli:main"]),
        ("nginx & exec python server.py", ["server.py"]),
        ("nginx; exec python server.py", ["server.py"]),
        ("python worker.py & exec python server.py", ["server.py"]),
        ("caddy start; python server.py", ["server.py"]),
    ],
)
def test_what_runs_in_the_background_of_a_proxy_or_of_a_shell_that_waits_is_followed(text, targets) -> None:
    assert [each.target for each in all_starts(["sh", "-c", text]) if isinstance(each, Start)] == targets


def test_the_last_program_of_a_script_counts() -> None:
    found = start(["./last.sh"], MODE="sse")
    assert isinstance(found, Start)
    assert (found.target, [word.only for word in found.argv or ()]) == ("server.py", ["--mode", "sse"])


def test_a_command_that_wraps_itself_ends() -> None:
    assert isinstance(start(["env"] * 500 + ["python", "server.py"]), NoStart)
