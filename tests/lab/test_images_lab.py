"""What the rules about images, builds and users claim, seen with Docker: Bad does not build or start, Good answers.

What a page cannot carry is put in before: a lock file that the index agrees with, and no hashes in place of false ones.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import RULES, cases

from tests.lab import need, project, servers
from tests.lab.docker import Daemon, Failed, Running, daemon
from tests.lab.examples import example
from tests.lab.servers import ELSEWHERE, HERE, INITIALIZE

pytestmark = pytest.mark.xdist_group("docker")

# The words that a build or a start ends with, by the rule whose Bad they come of.
BUILDS = {
    "ambiguous-packages": "Multiple top-level packages discovered in a flat-layout: ['data', 'notes']",
    "install-before-source": "Unable to determine which files to ship inside the wheel",
    "missing-build-input": "Readme file does not exist: README.md",
    "missing-requirements-file": "No such file or directory: '/app/requirements-base.txt'",
    "missing-user-tool": "addgroup: not found",
    "missing-workspace-member": "`store` references a workspace",
}
STARTS = {
    "crlf-script": "no such file or directory",
    "dead-pin": "cannot import name 'eval_type_backport'",
    "entrypoint-not-executable": "permission denied",
    "missing-shebang": "exec format error",
    "missing-start-target": 'Attribute "app" not found in module "server"',
    "missing-static-folder": "Directory 'icons' does not exist",
    "module-not-in-image": "No module named 'notes'",
    "shadowed-sdk": "'mcp' is not a package",
    "stray-environment": "No module named 'notes'",
    "sync-at-start": "Failed to resolve requirements from `build-system.requires`",
    "undeclared-import": "No module named 'mcp'",
    "unexpanded-variable": "'$PORT' is not a valid integer",
    "unpackaged-data": "site-packages/notes/words.json'",
    "unpackaged-module": "No module named 'notes.tools'",
    "unwritable-path": "Permission denied: '/home/app'",
}
HEREDOC = r"(?ms)^COPY (--chmod=\d+ )?<<EOF (\S+)\n(.*?)^EOF\n"
CONSOLE = """FROM python:3.12-slim
COPY . /src
RUN pip install /src
CMD ["notes"]
"""
OFTEN = ("--health-interval", "1s", "--health-timeout", "5s", "--health-retries", "3")
TOOLS = (
    ("write_note", {"title": "Shopping", "text": "a rope"}),
    ("read_note", {"title": "shopping"}),
    ("read_note", {"title": "absent"}),
)
ABSENT = "Error executing tool read_note: there is no note 'absent'"


@pytest.fixture(scope="module")
def docker() -> Iterator[Daemon]:
    with daemon() as started:
        yield started


@pytest.mark.parametrize("rule", BUILDS)
def test_what_cannot_be_built(rule: str, docker: Daemon, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        docker.build(page(tmp_path / "bad", rule, "Bad"))
    assert BUILDS[rule] in str(failed.value), str(failed.value)[-1000:]
    for section in right(rule):
        with docker.running(docker.build(page(tmp_path / section, rule, section))) as container:
            assert greeted(container), container.output


@pytest.mark.parametrize("rule", STARTS)
def test_what_cannot_be_started(rule: str, docker: Daemon, tmp_path: Path) -> None:
    with docker.running(docker.build(page(tmp_path / "bad", rule, "Bad"))) as container:
        assert not container.listens(8000)
        assert STARTS[rule] in f"{container.output}{container.state['Error']}"
    for section in right(rule):
        with docker.running(docker.build(page(tmp_path / section, rule, section))) as container:
            assert greeted(container), container.output


@pytest.mark.parametrize("rule", ["healthcheck-on-stream", "healthcheck-route-missing", "healthcheck-tool-missing"])
def test_a_health_check_that_cannot_succeed(rule: str, docker: Daemon, tmp_path: Path) -> None:
    for section, health in (("Bad", "unhealthy"), ("Good", "healthy")):
        with docker.running(docker.build(page(tmp_path / section, rule, section)), *OFTEN) as container:
            assert container.listens(8000) and container.health() == health


def test_a_health_check_that_never_fails(docker: Daemon, tmp_path: Path) -> None:
    for section, health in (("Bad", "healthy"), ("Good", "unhealthy")):
        image = docker.build(page(tmp_path / section, "healthcheck-never-fails", section))
        with docker.running(image, *OFTEN, command=("sleep", "600")) as container:
            assert container.health() == health


@pytest.mark.parametrize(("section", "said"), [("Bad", "coroutine 'main' was never awaited"), ("Good", "serverInfo")])
def test_a_coroutine_as_console_script(section: str, said: str, docker: Daemon, tmp_path: Path) -> None:
    image = docker.build(page(tmp_path / "project", "bad-entry-point", section))
    with contextlib.suppress(Failed):
        assert said in docker.docker("run", "-i", "--network", "none", image, stdin=f"{json.dumps(INITIALIZE)}\n")
        return
    assert section == "Bad"


def test_a_wrong_server_interface_answers_with_an_error(docker: Daemon, tmp_path: Path) -> None:
    with docker.running(docker.build(page(tmp_path / "bad", "wrong-server-interface", "Bad"))) as container:
        assert not greeted(container)
        assert "__call__() missing 1 required positional argument: 'send'" in container.output
    with docker.running(docker.build(page(tmp_path / "good", "wrong-server-interface", "Good"))) as container:
        assert greeted(container), container.output


def test_a_requirement_without_quotes_writes_a_file(docker: Daemon, tmp_path: Path) -> None:
    for section, found in (("Bad", "=0.28"), ("Good", "")):
        image = docker.build(page(tmp_path / section, "unquoted-requirement", section))
        listed = docker.docker("run", "--rm", "--network", "none", image, "ls", "/app").split()
        assert listed == sorted(filter(None, [found, "server.py"]))


def test_an_install_whose_failure_is_swallowed(docker: Daemon, tmp_path: Path) -> None:
    for section in ("Bad", "Good"):
        folder = page(tmp_path / section, "swallowed-install-failure", section)
        (folder / "requirements.txt").write_text("mcp==99.0\n")
        if section == "Good":
            with pytest.raises(Failed, match=r"No matching distribution found for mcp==99\.0"):
                docker.build(folder)
            continue
        with docker.running(docker.build(folder)) as container:
            assert not container.listens(8000)
            assert "No module named 'mcp'" in container.output


def test_a_volume_belongs_to_whom_the_image_says(docker: Daemon, tmp_path: Path) -> None:
    for section, told in (("Bad", "Permission denied"), ("Good", "")):
        image = docker.build(page(tmp_path / section, "unwritable-mount", section))
        place = f"lab-{section.lower()}:/var/lib/notes"
        command = ("run", "--rm", "--network", "none", "--volume", place, image, "touch", "/var/lib/notes/kept.txt")
        try:
            assert docker.docker(*command) == told
        except Failed as failed:
            assert told and told in str(failed)


def test_a_command_that_the_program_refuses(docker: Daemon, tmp_path: Path) -> None:
    made = docker.build(page(tmp_path / "page", "refused-argument", "Bad"))
    with docker.running(made, command=("python", "server.py", "--port", "8000")) as container:
        assert not container.listens(8000)
        assert "unrecognized arguments: python server.py" in container.output
    with docker.running(made, command=("--port", "8000")) as container:
        assert greeted(container), container.output


def test_what_an_image_runs_as_and_tells(docker: Daemon, tmp_path: Path) -> None:
    for section, user in (("Bad", "0"), ("Good", "10001")):
        image = docker.build(page(tmp_path / f"user-{section}", "root-user", section))
        assert docker.docker("run", "--rm", "--network", "none", image, "id", "-u").strip() == user
    for section, told in (("Bad", True), ("Good", False)):
        image = docker.build(page(tmp_path / f"secret-{section}", "secret-in-image", section))
        assert ("NOTES_API_KEY=9f2c61d0" in docker.docker("history", "--no-trunc", image)) == told


def test_the_python_of_another_image_lies_elsewhere(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "page", "stray-environment", "Good")
    file = folder / "Dockerfile"
    file.write_text(f"{file.read_text()}USER 0\nRUN rm -f /usr/bin/python3*\nUSER 10001\n")
    with docker.running(docker.build(folder)) as container:
        assert not container.listens(8000)
        assert "no such file or directory" in f"{container.output}{container.state['Error']}"


def test_a_script_that_a_shell_of_the_build_writes(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "page", "entrypoint-not-executable", "Bad")
    file = folder / "Dockerfile"
    written = "RUN printf '#!/bin/sh\\nexec python server.py\\n' > /app/start.sh\n"
    file.write_text(re.sub(r"(?m)^COPY start\.sh .*\n", lambda _: written, file.read_text()))
    with docker.running(docker.build(folder)) as container:
        assert not container.listens(8000)
        assert "permission denied" in str(container.state["Error"])


def test_the_shell_form_in_an_image_without_a_shell(docker: Daemon, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /app/\nCMD echo started\n")
    with docker.running(docker.build(tmp_path)) as container:
        assert not container.listens(8000)
        assert 'exec: "/bin/sh"' in str(container.state["Error"])


def test_uvicorn_does_not_reload_the_application_itself(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "page", "dev-server-in-image", "Good")
    runs = '\nimport uvicorn\n\nuvicorn.run(app, host="0.0.0.0", reload=True)\n'
    (folder / "server.py").write_text((folder / "server.py").read_text() + runs)
    file = folder / "Dockerfile"
    file.write_text(re.sub(r"(?m)^CMD .*$", 'CMD ["python", "server.py"]', file.read_text()))
    with docker.running(docker.build(folder)) as container:
        assert not container.listens(8000)
        assert "You must pass the application as an import string" in container.output
        assert container.state["ExitCode"] == 3


def test_a_health_check_whose_variable_no_shell_expands(docker: Daemon, tmp_path: Path) -> None:
    asks = "import urllib.request as r; r.urlopen('http://127.0.0.1:$PORT/health', timeout=3)"
    for check, health in (
        (f'["python3", "-c", "{asks}"]', "unhealthy"),
        (f'python3 -c "{asks}"', "healthy"),
    ):
        folder = page(tmp_path / health, "healthcheck-tool-missing", "Good")
        file = folder / "Dockerfile"
        text = re.sub(
            r"(?m)^HEALTHCHECK .*$", lambda _, check=check: f"ENV PORT=8000\nHEALTHCHECK CMD {check}", file.read_text()
        )
        file.write_text(text)
        with docker.running(docker.build(folder), *OFTEN) as container:
            assert container.listens(8000) and container.health() == health


def test_an_environment_elsewhere(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "moved", "stray-environment", "Good")
    dockerfile = (folder / "Dockerfile").read_text().replace("/app/.venv /app/.venv", "/app/.venv /opt/venv")
    for command, message in (
        ("notes", "no such file or directory"),
        ('python", "-m", "notes', "No module named notes"),
    ):
        (folder / "Dockerfile").write_text(dockerfile.replace("/app/.venv/bin/notes", f"/opt/venv/bin/{command}"))
        with docker.running(docker.build(folder)) as container:
            assert not container.listens(8000)
            assert message in f"{container.output}{container.state['Error']}"


def test_a_project_is_built_again_where_its_image_was_pulled(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "untouched", "sync-at-start", "Bad")
    file = folder / "Dockerfile"
    file.write_text(re.sub(r"(?m)^(?:RUN useradd|USER) .*\n", "", file.read_text()))
    made = docker.build(folder)
    with docker.running(made) as container:
        assert greeted(container), container.output
    archive = tmp_path / "image.tar"
    docker.docker("tag", made, "lab-pulled")
    docker.docker("save", "--output", archive, "lab-pulled")
    docker.docker("rmi", "--force", made)
    docker.docker("builder", "prune", "--all", "--force")
    docker.docker("load", "--input", archive)
    with docker.running("lab-pulled") as container:
        assert not container.listens(8000)
        assert STARTS["sync-at-start"] in container.output


def test_a_program_in_the_home_of_root(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "bad", "program-in-root-home", "Bad")
    file = folder / "Dockerfile"
    # What the installer does, without its address.
    there = "COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /uvx /root/.local/bin/\n"
    file.write_text(re.sub(r"(?m)^RUN curl .*\n", there, file.read_text()))
    with docker.running(docker.build(folder)) as container:
        assert not container.listens(8000)
        assert "executable file not found in $PATH" in str(container.state["Error"])
    with docker.running(docker.build(page(tmp_path / "good", "program-in-root-home", "Good"))) as container:
        assert greeted(container), container.output


def test_a_lock_that_is_not_up_to_date(docker: Daemon, tmp_path: Path) -> None:
    folder = page(tmp_path / "stale", "stale-lock", "Bad")
    with docker.running(docker.build(folder)) as container:
        assert greeted(container), container.output
    for old, new in (
        ('"1.0.0"', '"1.0.1"'),
        ('"httpx>=0.28"', '"httpx>=0.28", "rich"'),
        ("httpx>=0.28", "httpx>=0.27"),
    ):
        kept = (folder / "pyproject.toml").read_text()
        (folder / "pyproject.toml").write_text(kept.replace(old, new))
        with pytest.raises(Failed, match=r"lockfile at `uv\.lock` needs to be updated"):
            docker.build(folder)
        (folder / "pyproject.toml").write_text(kept)


@pytest.mark.parametrize("name", ["notes-server", "notes-server-broken"])
def test_the_images_of_the_examples(name: str, docker: Daemon, tmp_path: Path) -> None:
    folder = shutil.copytree(project.EXAMPLES / name, tmp_path / name)
    with docker.running(docker.build(locked(folder)), "--env", "NOTES_PUBLIC_HOST=notes.example.com") as container:
        assert container.listens(8000), container.output
        assert called(container, HERE) == [[False, "kept 'Shopping'"], [False, "a rope"], [True, ABSENT]]
        assert (called(container, ELSEWHERE) is not None) == (name == "notes-server")


def test_the_images_of_the_examples_in_typescript(docker: Daemon, tmp_path: Path) -> None:
    """The right one serves its tools as the user `node`; the broken one runs as root with its development packages."""
    seen = {}
    for name in ("notes-server-ts", "notes-server-ts-broken"):
        image = docker.build(shutil.copytree(project.EXAMPLES / name, tmp_path / name))
        with docker.running(image, *OFTEN, "--env", "NOTES_PUBLIC_HOST=notes.example.com") as container:
            assert container.listens(8000), container.output
            assert container.health() == "healthy"
            look = docker.docker(
                "exec", container.name, "sh", "-c", "id -un; ls node_modules/typescript 2>&1 | head -1"
            )
            seen[name] = (called(container, HERE), look.split("\n")[0], "No such file" not in look)
    texts = [[False, "kept 'Shopping'"], [False, "a rope"], [True, "there is no note 'absent'"]]
    assert seen == {"notes-server-ts": (texts, "node", False), "notes-server-ts-broken": (None, "root", True)}


def right(rule: str) -> tuple[str, ...]:
    """The sections of a page that run: its Good, and its Bad once it is fixed, where that is shown."""
    bad = next(case for case in cases(RULES[rule].page) if case.name == "Bad")
    return ("Good", "Fixed") if bad.diff else ("Good",)


def page(folder: Path, rule: str, section: str) -> Path:
    """A folder with the files of a page's section, as a fresh clone of them has them."""
    files = example(rule, section)
    # The frontend in the daemon knows no here-documents: a file of the same mode is copied.
    files["Dockerfile"] = re.sub(HEREDOC, r"COPY \1start.sh \2\n", files.get("Dockerfile", CONSOLE))
    if here := re.search(HEREDOC, example(rule, section).get("Dockerfile", "")):
        files["start.sh"] = here[3]
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r" --hash=sha256:0+| --require-hashes", "", text))
    if (folder / ".gitattributes").exists():
        project.repository(folder)
        for command in (["rm", "-rfq", "."], ["reset", "-q", "--hard"]):
            subprocess.run(["git", *command], cwd=folder, env=project.environment(), check=True)
    return locked(folder)


def locked(folder: Path) -> Path:
    """The folder with a lock file that the index agrees with, where it has one."""
    if (folder / "uv.lock").exists():
        (folder / "uv.lock").unlink()
        need.uv("lock", folder=folder)
    return folder


def greeted(container: Running) -> bool:
    """Whether the server of a container says that it is one."""
    return container.listens(8000) and "serverInfo" in container.inside(
        *("curl", "--silent", "--location", "--max-time", "20", "--json", json.dumps(INITIALIZE)),
        *("--header", "Accept: application/json, text/event-stream", f"http://{HERE}:8000/mcp"),
    )


def called(container: Running, address: str) -> list[list[object]] | None:
    """What the official client gets back from the example's tools; None where it meets nobody."""
    python = servers.environment(*servers.requirements("mcp", "1.30.0"))
    url, host = f"http://{address}:8000/mcp", {"Host": "notes.example.com"}
    order = {"url": url, "headers": host, "authority": None, "calls": TOOLS}
    answer = json.loads(container.inside(python, Path(__file__).parent / "client.py", stdin=json.dumps(order)))
    return answer.get("results")
