"""The pre-commit hook and the GitHub Action, run as those who use them run them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mcplint.project.kinds import KINDS
from tests.lab import need, project
from tests.lab.project import EXAMPLES, ROOT

# One worker does all of them: what they share takes long to make.
pytestmark = pytest.mark.xdist_group("integrations")

HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]


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


def run_hook(example: str, folder: Path, pre_commit: tuple[str, str, dict[str, str]]) -> tuple[int, str]:
    """Exit code and output of `pre-commit run` in a repository with that example in it."""
    repository, commit, variables = pre_commit
    shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True)
    hooks = {"repos": [{"repo": repository, "rev": commit, "hooks": [{"id": "mcplint"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(hooks))
    project.repository(folder)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
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


def test_the_hook_runs_when_a_file_that_mcplint_reads_changes() -> None:
    samples = [pattern.replace("*", "x") for row in KINDS if row.name != "other" for pattern in row.patterns]
    samples += [f"deploy/{sample}" for sample in samples] + ["README.md", "mcplint.toml", "start.sh", "Dockerfile"]
    assert [sample for sample in samples if not re.search(HOOK["files"], sample)] == []


@pytest.mark.parametrize("path", ["docs/guide.md", "package-lock.json", "logo.png", "src/index.ts", ".gitignore"])
def test_the_hook_does_not_run_for_others(path: str) -> None:
    assert not re.search(HOOK["files"], path)


@pytest.fixture(scope="module")
def installed_action(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a runner after the steps before the last have run."""
    variables = project.environment(
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(project.copy(tmp_path_factory.mktemp("action"))),
        RUNNER_TEMP=str(tmp_path_factory.mktemp("runner")),
    )
    for step in STEPS[:-1]:
        code, output = run_step(step, {}, Path(variables["RUNNER_TEMP"]), variables)
        if code:
            need.missing(f"the action could not install mcplint: {output[-600:]}")
    return variables


def run_step(
    step: dict[str, Any], given: dict[str, str], workspace: Path, variables: dict[str, str]
) -> tuple[int, str]:
    """Exit code and output of a step, run as the runner does: `env` filled in, then bash with a script."""
    inputs = {name: str(about["default"]) for name, about in ACTION["inputs"].items()} | given
    stated = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], value)
        for name, value in step.get("env", {}).items()
    }
    script = Path(variables["RUNNER_TEMP"]) / "step.sh"
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=workspace,
        env=variables | {"GITHUB_WORKSPACE": str(workspace)} | stated,
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


def test_the_action_hands_its_inputs_on(workspace: Path, installed_action: dict[str, str]) -> None:
    given = {"paths": "right\nthe broken one\n", "fail-on": "never", "args": "--select root-user"}
    code, output = run_step(STEPS[-1], given, workspace, installed_action)
    assert code == 0
    assert output.count("::warning") == 1
    given = {"paths": "$(touch trace); `touch trace` *", "args": "$(touch trace)"}
    code, output = run_step(STEPS[-1], given, workspace, installed_action)
    assert code == 2
    assert not list(workspace.rglob("trace"))


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
