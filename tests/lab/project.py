"""This project as somebody else gets it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SHIPPED = (
    ".pre-commit-hooks.yaml",
    "LICENSE",
    "README.md",
    "action.yml",
    "constraints.txt",
    "mcplint",
    "pyproject.toml",
    "rules",
    "setup.py",
)


def copy(folder: Path) -> Path:
    """A copy of what installing needs, so that building leaves nothing in the project itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def environment(**more: str) -> dict[str, str]:
    """The variables of this process, with Python and git left to themselves: no settings, a name to commit under."""
    foreign = ("GIT_", "PRE_COMMIT", "PYTHON")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    person = {
        f"GIT_{role}_{what}": f"{what}@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return variables | person | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | more


def repository(folder: Path) -> str:
    """Makes the folder a git repository with all its files in one commit, and returns that commit."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all of it"]):
        subprocess.run(["git", *command], cwd=folder, env=environment(), check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, env=environment(), check=True, capture_output=True, text=True
    )
    return head.stdout.strip()
