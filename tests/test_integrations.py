"""The pre-commit hook and the GitHub Action, run as those who use them run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import need, project
from tests.lab.project import EXAMPLES, ROOT

# One worker does all of them: what they share takes long to make.
pytestmark = pytest.mark.xdist_group("integrations")

HOOK, FIXING = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SETUP, *STEPS = ACTION["runs"]["steps"]
# Where a job may let programs and modules be searched: in its checkout.
SEARCHED = {"PYTHONPATH": ".", "PATH": f"tools:{os.environ['PATH']}"}


def lay_traps(checkout: Path) -> None:
    """Modules and programs, named as ours and those of Python, that leave a trace when they run."""
    for name in (
        "venv",
        "pip",
        "site",
        "sitecustomize",
        "usercustomize",
        "mcplint",
        "click",
        "yaml",
        "json",
        "tempfile",
    ):
        (checkout / f"{name}.py").write_text(f"open({str(checkout / 'trace')!r}, 'a').write({name!r})\n")
    for name in ("git", "dot", "python", "python3", "mcplint"):
        program = checkout / "tools" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho {name} >> {checkout / 'trace'}\n")
        program.chmod(0o755)


@pytest.fixture(scope="module")
def pre_commit(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, dict[str, str]]:
    """The repository of the hook, its commit, and variables with which pre-commit keeps to a cache of its own."""
    folder = project.copy(tmp_path_factory.mktemp("hook"))
    home = tmp_path_factory.mktemp("home")
    return (
        str(folder),
        project.repository(folder),
        project.environment(PRE_COMMIT_HOME=str(home), PRE_COMMIT_COLOR="never"),
    )


def run_hook(
    example: str, folder: Path, pre_commit: tuple[str, str, dict[str, str]], hook: str = "mcplint"
) -> tuple[int, str]:
    """Exit code and output of `pre-commit run` in a repository with that example in it."""
    repository, commit, variables = pre_commit
    shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True)
    hooks = {"repos": [{"repo": repository, "rev": commit, "hooks": [{"id": hook}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(hooks))
    project.repository(folder)
    command = [sys.executable, "-I", "-m", "pre_commit", "run", "--all-files"]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        need.missing(f"pre-commit could not install the hook: {(done.stdout + done.stderr)[-600:]}")
    return done.returncode, done.stdout


def test_the_hook_stops_a_commit_of_the_broken_example(
    tmp_path: Path, pre_commit: tuple[str, str, dict[str, str]]
) -> None:
    code, output = run_hook("notes-server-broken", tmp_path, pre_commit)
    assert code == 1
    assert "loopback-in-container" in output
    assert output.count("mcplint.....") == 1


def test_the_hook_lets_the_right_example_pass(tmp_path: Path, pre_commit: tuple[str, str, dict[str, str]]) -> None:
    code, output = run_hook("notes-server", tmp_path, pre_commit)
    assert (code, "Passed" in output) == (0, True), output


def test_the_other_hook_fixes_what_is_safe(tmp_path: Path, pre_commit: tuple[str, str, dict[str, str]]) -> None:
    code, output = run_hook("notes-server-broken", tmp_path, pre_commit, "mcplint-fix")
    broken = (EXAMPLES / "notes-server-broken" / "Dockerfile").read_text()
    assert code == 1 and "fixed" in output
    assert "--locked" in (tmp_path / "Dockerfile").read_text() and "--locked" not in broken


@pytest.mark.parametrize("path", ["docs/guide.md", "Cargo.lock", "logo.png", "src/main.rs"])
def test_the_hook_does_not_run_for_others(path: str) -> None:
    assert not re.search(HOOK["files"], path)


@pytest.fixture(scope="module")
def installed_action(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a runner after the steps before the last have run, in a checkout of which they run nothing."""
    checkout = tmp_path_factory.mktemp("checkout")
    lay_traps(checkout)
    variables = project.environment(
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(project.copy(tmp_path_factory.mktemp("action"))),
        RUNNER_TEMP=str(tmp_path_factory.mktemp("runner")),
    )
    for step in STEPS[:-1]:
        code, output = run_step(step, {}, checkout, variables | SEARCHED)
        assert not (checkout / "trace").exists(), (checkout / "trace").read_text()
        if code:
            need.missing(f"the action could not install mcplint: {output[-600:]}")
    return variables


def run_step(
    step: dict[str, Any],
    given: dict[str, str],
    workspace: Path,
    variables: dict[str, str],
    python: str = sys.executable,
) -> tuple[int, str]:
    """Exit code and output of a step, run as the runner does: `env` filled in, then bash with a script.

    The Python that setup-python would have set up is that of the tests."""
    known = {f"inputs.{name}": str(about["default"]) for name, about in ACTION["inputs"].items()}
    known |= {f"inputs.{name}": value for name, value in given.items()}
    known[f"steps.{SETUP['id']}.outputs.python-path"] = python
    stated = {
        name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: known[match[1]], value)
        for name, value in step.get("env", {}).items()
    }
    script = Path(variables["RUNNER_TEMP"]) / "step.sh"
    script.write_text(step["run"])
    told = {name: str(Path(variables["RUNNER_TEMP"]) / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in told.values():
        Path(file).write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=workspace,
        env=variables | {"GITHUB_WORKSPACE": str(workspace)} | told | stated,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checkout that has both examples, one in a folder with a space in its name."""
    shutil.copytree(EXAMPLES / "notes-server-broken", tmp_path / "the broken one")
    shutil.copytree(EXAMPLES / "notes-server", tmp_path / "right")
    project.repository(tmp_path)
    return tmp_path


def test_the_action_annotates_and_fails(workspace: Path, installed_action: dict[str, str]) -> None:
    code, output = run_step(STEPS[-1], {"paths": "the broken one"}, workspace, installed_action)
    assert code == 1, output
    places = re.findall(r"^::error (?:.*,)?file=([^,]+),line=\d+", output, re.MULTILINE)
    assert places
    assert all((workspace / place).is_file() for place in places), "annotations name files as seen from the checkout"


def test_the_action_passes_what_is_right(workspace: Path, installed_action: dict[str, str]) -> None:
    code, output = run_step(STEPS[-1], {"paths": "right"}, workspace, installed_action)
    assert (code, "::" in output) == (0, False), output


def test_the_action_says_more_than_its_log(workspace: Path, installed_action: dict[str, str]) -> None:
    code, output = run_step(STEPS[-1], {"paths": "the broken one", "sarif": "found.sarif"}, workspace, installed_action)
    temporary = Path(installed_action["RUNNER_TEMP"])
    outputs = dict(line.split("=") for line in (temporary / "GITHUB_OUTPUT").read_text().splitlines())
    assert outputs["exit-code"] == str(code) == "1"
    assert set(ACTION["outputs"]) == set(outputs)
    assert int(outputs["errors"]) == output.count("::error ") > 0
    summary = (temporary / "GITHUB_STEP_SUMMARY").read_text()
    assert "| error | the broken one/" in summary and "```mermaid\nflowchart LR\n" in summary
    results = json.loads((workspace / "found.sarif").read_text())["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("the%20broken%20one/")


@pytest.mark.parametrize(
    ("given", "said", "shown"),
    [
        ({"paths": "gone"}, 'there is no file or folder "gone"', 'there is no file or folder "gone"'),
        (
            {"args": "--fail-on=<b>"},
            "Invalid value for '--fail-on': '<b>' is not one of",
            "'&#60;b&#62;' is not one of",
        ),
        (
            {"paths": "100% @me ##[group]x"},
            'there is no file or folder "100%25 @me ##\u27e6group]x"',
            "100% @&#8203;me &#35;&#35;\u27e6group&#93;x",
        ),
    ],
)
def test_the_action_says_when_it_is_asked_for_nonsense(
    workspace: Path, installed_action: dict[str, str], given: dict[str, str], said: str, shown: str
) -> None:
    code, output = run_step(STEPS[-1], given, workspace, installed_action)
    temporary = Path(installed_action["RUNNER_TEMP"])
    assert (code, (temporary / "GITHUB_OUTPUT").read_text()) == (2, "exit-code=2\n")
    (annotation,) = output.splitlines()
    assert annotation.startswith(f"::error title=mcplint::{said}")
    summary = (temporary / "GITHUB_STEP_SUMMARY").read_text()
    assert summary.startswith("### mcplint\n\nNothing was checked: mcplint ended with 2.\n\n- ")
    assert shown in summary.replace("&#39;", "'").replace("&#34;", '"')
    code, _ = run_step(STEPS[-1], {**given, "summary": "false"}, workspace, installed_action)
    assert (code, (temporary / "GITHUB_STEP_SUMMARY").read_text()) == (2, "")


def test_what_the_action_installs_and_builds_with_is_pinned(installed_action: dict[str, str]) -> None:
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(), re.M))
    folder = Path(installed_action["RUNNER_TEMP"]) / "mcplint"
    [wheel] = folder.glob("lib/python*/site-packages/mcplint-*.dist-info/WHEEL")
    assert f"Generator: setuptools ({pins['setuptools']})" in wheel.read_text().splitlines()
    listed = [folder / "bin" / "python", "-I", "-m", "pip", "freeze", "--exclude=mcplint"]
    frozen = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    installed = dict(line.split("==") for line in frozen.lower().replace("_", "-").splitlines())
    assert installed.items() <= pins.items() and "click" in installed


def test_the_action_hands_its_inputs_on(workspace: Path, installed_action: dict[str, str]) -> None:
    given = {"paths": "right\nthe broken one\n", "fail-on": "never", "args": "--select root-user"}
    code, output = run_step(STEPS[-1], given, workspace, installed_action)
    assert code == 0
    assert output.count("::warning") == 1
    given = {"paths": "$(touch trace); `touch trace` *", "args": "$(touch trace)"}
    code, output = run_step(STEPS[-1], given, workspace, installed_action)
    assert code == 2
    assert not list(workspace.rglob("trace"))


@pytest.fixture
def hostile(workspace: Path) -> Path:
    lay_traps(workspace)
    return workspace


def test_the_action_runs_nothing_of_the_checkout(hostile: Path, installed_action: dict[str, str]) -> None:
    code, output = run_step(STEPS[-1], {"paths": "the broken one"}, hostile, installed_action | SEARCHED)
    assert not (hostile / "trace").exists(), (hostile / "trace").read_text()
    assert (code, "::error" in output) == (1, True), output


@pytest.mark.parametrize("asked", [["check"], ["show"], ["graph", "--format", "dot"], ["graph", "--format", "svg"]])
@pytest.mark.parametrize("path", ["tools", "{}/tools"])
def test_the_command_runs_nothing_of_the_project(
    hostile: Path, installed_action: dict[str, str], asked: list[str], path: str
) -> None:
    (hostile / "mcplint.py").unlink()
    programs = Path(installed_action["RUNNER_TEMP"]) / "mcplint" / "bin"
    variables = installed_action | {"PATH": f"{path.format(hostile)}:{os.environ['PATH']}"}
    for command in ([programs / "mcplint"], [programs / "python", "-m", "mcplint"]):
        done = subprocess.run([*command, *asked], cwd=hostile, env=variables, capture_output=True, text=True)
        assert done.returncode in (0, 1) or "Graphviz is needed" in done.stderr, done.stderr
        assert not (hostile / "trace").exists(), (hostile / "trace").read_text()


def test_the_hook_runs_nothing_of_the_repository(hostile: Path, pre_commit: tuple[str, str, dict[str, str]]) -> None:
    repository, commit, variables = pre_commit
    code, output = run_hook("notes-server-broken", hostile, (repository, commit, variables | {"PYTHONPATH": "."}))
    assert (code, "loopback-in-container" in output) == (1, True), output
    assert not (hostile / "trace").exists(), (hostile / "trace").read_text()


def test_what_the_action_takes_and_gives_is_documented() -> None:
    usage = (ROOT / "docs" / "usage.md").read_text()
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in usage] == []


def test_the_action_sets_up_its_own_python_and_leaves_that_of_the_job() -> None:
    assert re.fullmatch(r"actions/setup-python@[0-9a-f]{40}", SETUP["uses"])
    assert re.fullmatch(r"3\.\d+", SETUP["with"]["python-version"])
    assert SETUP["with"]["update-environment"] is False


def test_the_action_needs_no_python_of_the_job(tmp_path: Path) -> None:
    """Only that of setup-python makes the environment, with its library; another on the path would leave a trace."""
    for name in ("python", "python3"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/trace'\nexit 1\n")
        program.chmod(0o755)
    (tmp_path / "action").mkdir()
    variables = project.environment(
        GITHUB_ACTION_PATH=str(tmp_path / "action"),
        RUNNER_TEMP=str(tmp_path),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    )
    python = tmp_path / "tools" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"#!/bin/sh\necho \"$LD_LIBRARY_PATH\" > '{tmp_path}/libraries'\nexec '{sys.executable}' \"$@\"\n"
    )
    python.chmod(0o755)
    code, output = run_step(STEPS[0], {}, tmp_path, variables, str(python))
    assert code != 0, "there is nothing to install"
    assert (tmp_path / "libraries").read_text().split(":")[0].strip() == str(tmp_path / "tools" / "lib")
    assert (tmp_path / "mcplint" / "pyvenv.cfg").is_file(), output
    assert not (tmp_path / "trace").exists()


def test_no_step_pastes_an_expression_into_its_script() -> None:
    """What is pasted there is run: whoever names a branch or a file would write our script."""
    assert all("${{" not in step["run"] for step in STEPS)
    assert all(step["shell"] == "bash" for step in STEPS)


def test_the_marketplace_takes_the_action() -> None:
    """Name, description and a branding of its sets: publishing refuses others, and only then."""
    assert ACTION["name"]
    assert len(ACTION["description"]) <= 125
    assert ACTION["branding"]["color"] in {"white", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
    assert re.fullmatch(r"[a-z0-9-]+", ACTION["branding"]["icon"])
