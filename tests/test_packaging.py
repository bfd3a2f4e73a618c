"""However mcplint is installed, it is whole: program, rules, pages, data and types."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import mcplint
from tests.lab import need, project
from tests.lab.project import EXAMPLES, ROOT

# One worker does all of them: what they share takes long to make.
pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project.copy(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module", params=["wheel", "sdist", "editable"])
def installed(request: pytest.FixtureRequest, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment with mcplint in it."""
    folder = tmp_path_factory.mktemp(request.param)
    need.uv("venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder)
    if request.param == "editable":
        what = ["--editable", str(tree)]
    else:
        need.uv("build", "--quiet", f"--{request.param}", "--out-dir", folder / "dist", tree, folder=folder)
        [built] = (file for file in (folder / "dist").iterdir() if file.suffix in (".whl", ".gz"))
        what = [str(built)]
    pins = ROOT / "constraints.txt"
    need.uv("pip", "install", "--quiet", "--python", folder / "venv", "--constraint", pins, *what, folder=folder)
    return folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")


def run(installed: Path, *arguments: str | Path, expect: int = 0) -> str:
    """What mcplint prints, run from a folder that has nothing to do with the project."""
    command = [installed / "mcplint", *arguments]
    done = subprocess.run(command, cwd=installed, env=project.environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (expect, "")
    return done.stdout


def test_it_says_its_version(installed: Path) -> None:
    assert mcplint.__version__ in run(installed, "--version")


def test_it_has_all_rules_and_their_pages(installed: Path) -> None:
    listed = run(installed, "rules")
    for file in (ROOT / "rules").glob("[!_]*.py"):
        assert file.stem.replace("_", "-") in listed
    page = run(installed, "explain", "root-user")
    assert "root" in page.splitlines()[0]


def test_a_page_has_the_address_that_the_project_gives(installed: Path) -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    listed = json.loads(run(installed, "rules", "--format", "json"))
    assert {rule["address"] for rule in listed} == {f"{urls['Rules']}/{rule['name']}.md" for rule in listed}
    assert all((ROOT / "docs" / "rules" / f"{rule['name']}.md").is_file() for rule in listed)


def test_it_lints_from_another_folder(installed: Path) -> None:
    assert "root-user" in run(installed, EXAMPLES / "notes-server-broken", expect=1)
    run(installed, EXAMPLES / "notes-server")


def test_every_file_of_the_package_is_there(installed: Path) -> None:
    """Modules, rules, data and the mark that says it has types."""
    ask = "import mcplint, mcplint.rules; print(mcplint.__path__[0], mcplint.rules.__path__[0], sep='\\n')"
    command = [installed / "python", "-I", "-c", ask]
    found = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=True)
    for source, place in zip((ROOT / "mcplint", ROOT / "rules"), found.stdout.splitlines(), strict=True):
        assert {file for file in files(source) if not (place / file).is_file()} == set()


def test_the_archives_hold_the_package_and_what_builds_it(tree: Path, tmp_path: Path) -> None:
    need.uv("build", "--quiet", "--out-dir", tmp_path, tree, folder=tmp_path)
    [wheel], [sdist] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {
            "mcplint",
            f"mcplint-{mcplint.__version__}.dist-info",
        }
    with tarfile.open(sdist) as archive:
        folders = {name.split("/")[1] for name in archive.getnames() if name.count("/") > 1}
    assert folders == {"mcplint", "mcplint.egg-info", "rules"}


def files(folder: Path) -> set[Path]:
    """The files under a folder, as paths from there, without compiled ones."""
    found = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {file for file in found if "__pycache__" not in file.parts}
