"""What `mcplint init` proposes, and that it writes all of it or nothing, and over nothing."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from email.message import Message
from pathlib import Path

import pytest
import yaml

from mcplint.engine.catalogue import Catalogue
from mcplint.project.config import Config, load
from tests.lab.project import ROOT

DOCKERFILE = 'FROM python:3.13\nCOPY . .\nCMD ["python", "server.py"]\n'
SERVER = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x", host="0.0.0.0")\nmcp.run("streamable-http")\n'
FILES = {"Dockerfile": DOCKERFILE, "server.py": SERVER}
URL = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
CONFIGURATION, HOOK, WORKFLOW = "mcplint.toml", ".pre-commit-config.yaml", ".github/workflows/mcplint.yml"


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    told = Message()
    told["Project-URL"] = f"Repository, {URL}"
    monkeypatch.setattr("importlib.metadata.metadata", {"mcplint": told}.__getitem__)


@pytest.fixture
def repository(project):
    def make(files):
        root = project(files)
        subprocess.run(["git", "init", "-q"], check=True)
        return root

    return make


def written(root: Path) -> set[str]:
    found = (str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return {path for path in found if not path.startswith(".git/")}


def test_it_shows_and_writes(repository, mcplint):
    root = repository(FILES)
    ran = mcplint("init", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Found: 2 files, 1 server, 1 container.\n")
    assert f"Wrote {CONFIGURATION}, {HOOK}, {WORKFLOW}." in ran.out
    assert written(root) == {*FILES, CONFIGURATION, HOOK, WORKFLOW}
    assert "put the owner of its repository in place of OWNER" in ran.out or "/OWNER/" not in URL
    for path in (CONFIGURATION, HOOK, WORKFLOW):
        shown = "".join(f"    {line}".rstrip() + "\n" for line in (root / path).read_text().splitlines())
        assert f"{path}, new:\n{shown}" in ran.out
    assert load(CONFIGURATION, (root / CONFIGURATION).read_text(), Catalogue()) == Config()
    assert ran.out.endswith("`mcplint --baseline FILE --write-baseline` accepts them.\n")


def test_what_is_written_is_what_runs(repository, mcplint, monkeypatch, tmp_path):
    root = repository(FILES)
    mcplint("init", "--yes")
    checked = [sys.executable, "-m", "pre_commit", "validate-config", HOOK]
    done = subprocess.run(checked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load((root / HOOK).read_text())["repos"][0]["repo"] == URL
    workflow = yaml.load((root / WORKFLOW).read_text(), yaml.BaseLoader)
    assert set(workflow) == {"name", "on", "permissions", "jobs"} and workflow["permissions"] == {}
    install, checkout, check = workflow["jobs"]["mcplint"]["steps"]
    assert install == {"run": "pipx install mcplint==0.1.0"}, "before anything of the project is there"
    assert checkout["with"] == {"fetch-depth": "2", "persist-credentials": "false"}
    assert f"uses: {checkout['uses']} #" in (ROOT / ".github/workflows/tests.yml").read_text()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    (root / "mcplint").write_text(f'#!/bin/sh\nexec {sys.executable} -m mcplint "$@"\n')
    (root / "mcplint").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}:{os.environ['PATH']}")
    assert subprocess.run(["bash", "-e", "-c", check["run"]], capture_output=True).returncode == 1
    assert "| warning | Dockerfile:1 |" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(("answer", "made"), [("y\n", 3), ("n\n", 0), ("\n", 0)])
def test_it_asks(repository, mcplint, monkeypatch, answer, made):
    root = repository(FILES)
    monkeypatch.setattr("mcplint.cli.init._confirm_writing", lambda number: answer == "y\n" and number == 3)
    ran = mcplint("init")
    assert (ran.code, len(written(root)) - 2) == (0, made)
    assert ("Nothing is written." in ran.out) == (made == 0)


def test_a_terminal_is_asked(repository):
    import pty

    root = repository(FILES)
    for answer, made in ((b"n\n", 0), (b"y\n", 1)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        command = [sys.executable, "-m", "mcplint", "init"]
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True)
        assert (done.returncode, "[y/N]" in done.stdout) == (0, True), done.stderr
        assert (root / CONFIGURATION).exists() == bool(made)
        os.close(ours)
        os.close(theirs)


def test_without_a_terminal_nothing_is_written(repository, mcplint, monkeypatch):
    root = repository(FILES)
    monkeypatch.setattr(sys, "stdin", None)
    ran = mcplint("init")
    assert (ran.code, "--yes writes" in ran.err, f"{HOOK}, new:" in ran.out) == (2, True, True)
    assert written(root) == set(FILES)


def test_what_is_there_stays(repository, mcplint):
    mine = {CONFIGURATION: "pedantic = true\n", HOOK: "repos: []\n", ".gitlab-ci.yml": "a:\n  script: mcplint\n"}
    root = repository({**FILES, **mine})
    ran = mcplint("init", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert f"{HOOK} is there and stays as it is; add to it:\n      - repo: {URL}\n" in ran.out
    assert f"{CONFIGURATION} is there already with settings of mcplint.\n" in ran.out
    assert ".gitlab-ci.yml is there already." in ran.out and ran.out.endswith("There is nothing to write.\n")
    assert {path: (root / path).read_text() for path in mine} == mine
    assert written(root) == {*FILES, *mine}


def test_a_workflow_of_another_name_is_known(repository, mcplint):
    mine = {".github/workflows/ci.yml": "x", ".github/workflows/lint.yaml": "steps:\n  - uses: acme/mcplint@v1\n"}
    root = repository({**FILES, **mine})
    ran = mcplint("init", "--yes")
    assert ".github/workflows/lint.yaml is there already." in ran.out
    assert written(root) == {*FILES, *mine, CONFIGURATION, HOOK}


def test_a_job_of_gitlab_is_shown(repository, mcplint):
    repository({**FILES, ".gitlab-ci.yml": "stages: []\n"})
    shown = mcplint("init", "--yes").out.partition(".gitlab-ci.yml is there and stays as it is; add to it:\n")[2]
    job = yaml.safe_load(shown.partition("\n\n")[0])["mcplint"]
    assert job["script"][1] == "mcplint --output gitlab=mcplint.json"
    assert job["artifacts"]["reports"] == {"codequality": "mcplint.json"}


def test_no_name_of_a_folder_is_an_expression_of_a_workflow():
    from mcplint.cli.init import _workflow

    run = yaml.safe_load(_workflow("a ${{ github.token }}"))["jobs"]["mcplint"]["steps"][-1]["run"]
    assert "github.token" in run and "${{ github.token" not in run
    assert re.findall(r"\$\{\{(.*?)\}\}", run) == [" '${{' "]


def test_a_part_of_a_repository_is_named(repository, mcplint, monkeypatch):
    inner = 'a "b"'
    root = repository({f"{inner}/{path}": text for path, text in FILES.items()} | {f"{inner}/{CONFIGURATION}": ""})
    monkeypatch.chdir(root / inner)
    assert mcplint("init", "--yes").code == 0
    assert yaml.safe_load((root / HOOK).read_text())["repos"][0]["hooks"] == [{"id": "mcplint", "args": [inner]}]
    workflow = yaml.safe_load((root / WORKFLOW).read_text())
    assert shlex.split(workflow["jobs"]["mcplint"]["steps"][2]["run"])[-2:] == ["--", inner]


def test_without_git_there_is_a_configuration_only(project, mcplint):
    root = project(FILES)
    ran = mcplint("init", "--yes")
    assert "There is no git repository here" in ran.out
    assert written(root) == {*FILES, CONFIGURATION}


def test_a_start_that_is_not_followed_is_named_in_the_configuration(repository, mcplint):
    lost = 'FROM python:3.13\nRUN pip install mcp\nCOPY . .\nCMD ["sh", "-c", "$START"]\n'
    folders = [f"x/{number}\nfail-on = 1" for number in range(7)]
    root = repository(
        {
            f"{folder}/{name}": text
            for folder in folders
            for name, text in {"Dockerfile": lost, "server.py": "import mcp\n"}.items()
        }
    )
    mcplint("init", "--yes")
    text = (root / CONFIGURATION).read_text()
    assert ("#   x/0␊fail-on = 1/Dockerfile:1: " in text, "#   and 2 more\n" in text) == (True, True)
    assert load(CONFIGURATION, text, Catalogue()) == Config()


@pytest.mark.parametrize("link", [".github", ".github/workflows"])
def test_no_link_is_followed_and_nothing_is_half_written(repository, mcplint, tmp_path, link):
    root = repository(FILES)
    (tmp_path / "outside").mkdir()
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(tmp_path / "outside")
    ran = mcplint("init", "--yes")
    assert (ran.code, "it is reached through a link" in ran.err) == (2, True)
    assert written(root) == set(FILES) and os.listdir(tmp_path / "outside") == []


def test_a_file_in_the_way_is_said_and_nothing_is_half_written(repository, mcplint):
    root = repository({**FILES, ".github": "x"})
    ran = mcplint("init", "--yes")
    assert (ran.code, f"{WORKFLOW}: cannot be written" in ran.err) == (2, True)
    assert written(root) == {*FILES, ".github"}


def test_a_link_that_leads_nowhere_is_there(repository, mcplint, tmp_path):
    root = repository(FILES)
    (root / CONFIGURATION).symlink_to(tmp_path / "x")
    (root / HOOK).symlink_to(tmp_path / "y")
    mcplint("init", "--yes")
    assert not (tmp_path / "x").exists() and not (tmp_path / "y").exists()
