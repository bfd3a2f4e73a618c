"""Reports as programs of others read them: sarif-tools and junitparser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.lab import need
from tests.lab.project import EXAMPLES, ROOT, environment

COUNT = "import sys, junitparser; told = junitparser.JUnitXml.fromfile(sys.argv[1]); print(told.tests, told.failures)"


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the readers in it."""
    folder = tmp_path_factory.mktemp("readers")
    need.uv("venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder)
    need.uv("pip", "install", "--quiet", "--python", folder / "venv", "sarif-tools", "junitparser", folder=folder)
    return folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")


def test_other_programs_read_as_many_findings(readers: Path, tmp_path: Path) -> None:
    names = {form: str(tmp_path / form) for form in ("json", "sarif", "junit")}
    outputs = [word for form, name in names.items() for word in ("--output", f"{form}={name}")]
    command = [sys.executable, "-m", "mcplint", *outputs, str(EXAMPLES / "notes-server-broken")]
    subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, check=False)
    found = Counter(finding["severity"] for finding in json.loads(Path(names["json"]).read_text())["findings"])

    def read(*arguments: str) -> str:
        return subprocess.run([*arguments], capture_output=True, text=True, check=True).stdout

    summary = read(str(readers / "sarif"), "summary", names["sarif"])
    assert all(f"{severity}: {number}" in summary for severity, number in found.items())
    assert read(str(readers / "python"), "-c", COUNT, names["junit"]).split() == [str(found.total())] * 2
