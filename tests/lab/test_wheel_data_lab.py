"""What `unpackaged-data` says of a project is what the wheel shows that its own backend builds of it."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mcplint.packaging.data import leaves_out
from mcplint.packaging.wheel import files_below, wheel
from mcplint.project.tree import Tree
from tests.lab.need import uv

# One worker does all of them: the backends take long to install.
pytestmark = pytest.mark.xdist_group("backends")

HEAD = '[project]\nname = "notes"\nversion = "1.0.0"\n\n[build-system]\n'
BACKENDS = {
    "setuptools": 'requires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n',
    "hatchling": 'requires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "poetry": 'requires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"\n',
    "flit": 'requires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"\n',
    "uv": 'requires = ["uv_build>=0.9,<1"]\nbuild-backend = "uv_build"\n',
    "pdm": 'requires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n',
}
DATA = ("words.json", "data/deep/words.yaml", "py.typed")
NAMES = (*(f"notes/{each}" for each in DATA), "beside.json")


class Build(NamedTuple):
    """A project: its backend, what its metadata say besides, other files, and the data that the wheel lacks."""

    backend: str
    said: str = ""
    files: Mapping[str, str] = {}
    lacks: tuple[str, ...] = ("beside.json",)
    source: str = "src"


SETUP = (
    'from setuptools import find_packages, setup\nsetup(name="notes", version="1.0.0", packages=find_packages(){})\n'
)
PLAIN = ("notes/words.json", "notes/data/deep/words.yaml", "beside.json")
DEEP = ("notes/data/deep/words.yaml", "beside.json")
BUILDS = {
    "setuptools": Build("setuptools", lacks=PLAIN),
    "setuptools, flat": Build("setuptools", lacks=PLAIN, source=""),
    "package-data": Build("setuptools", '[tool.setuptools.package-data]\nnotes = ["*.json"]\n', lacks=DEEP),
    "package-data of all": Build(
        "setuptools", '[tool.setuptools.package-data]\n"*" = ["*.json", "**/*.yaml"]\n', lacks=("beside.json",)
    ),
    "package-data of a folder": Build(
        "setuptools", '[tool.setuptools.package-data]\n"notes.data.deep" = ["*.yaml"]\n', lacks=PLAIN[::2]
    ),
    "MANIFEST.in": Build("setuptools", files={"MANIFEST.in": "include src/notes/*.json\n"}, lacks=DEEP),
    "MANIFEST.in, all": Build("setuptools", files={"MANIFEST.in": "recursive-include src *.json *.yaml\n"}),
    "MANIFEST.in, a graft": Build("setuptools", files={"MANIFEST.in": "graft src/notes\n"}),
    "MANIFEST.in that is turned off": Build(
        "setuptools",
        "[tool.setuptools]\ninclude-package-data = false\n",
        {"MANIFEST.in": "graft src/notes\n"},
        PLAIN,
    ),
    "setup.py": Build("", files={"setup.py": SETUP.format("")}, lacks=PLAIN, source=""),
    "setup.py with MANIFEST.in alone": Build(
        "", files={"setup.py": SETUP.format(""), "MANIFEST.in": "graft notes\n"}, lacks=PLAIN, source=""
    ),
    "setup.py that includes, and no MANIFEST.in": Build(
        "", files={"setup.py": SETUP.format(", include_package_data=True")}, lacks=PLAIN, source=""
    ),
    "hatchling": Build("hatchling"),
    "hatchling, excluded": Build(
        "hatchling", '[tool.hatch.build.targets.wheel]\nexclude = ["*.json"]\n', lacks=PLAIN[::2]
    ),
    "hatchling, modules only": Build(
        "hatchling",
        '[tool.hatch.build.targets.wheel]\ninclude = ["src/**/*.py"]\nsources = ["src"]\n',
        lacks=(*NAMES[:3], "beside.json"),
    ),
    "hatchling, forced": Build(
        "hatchling",
        '[tool.hatch.build.targets.wheel]\npackages = ["src/notes"]\n'
        '[tool.hatch.build.targets.wheel.force-include]\n"src/beside.json" = "beside.json"\n',
        lacks=(),
    ),
    "poetry": Build("poetry"),
    "poetry, excluded": Build("poetry", '[tool.poetry]\nexclude = ["**/*.json"]\n', lacks=PLAIN[::2]),
    "flit": Build("flit"),
    "uv": Build("uv"),
    "uv, excluded": Build("uv", '[tool.uv.build-backend]\nwheel-exclude = ["*.json"]\n', lacks=PLAIN[::2]),
    "uv, excluded from the source": Build("uv", '[tool.uv.build-backend]\nsource-exclude = ["data"]\n', lacks=DEEP),
    "pdm": Build("pdm"),
}


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with all backends."""
    folder = tmp_path_factory.mktemp("backends")
    uv("venv", "--quiet", "--python", sys.executable, ".", folder=folder)
    wanted = [line.partition('"')[2].partition('"')[0] for line in BACKENDS.values()]
    uv("pip", "install", "--quiet", "--python", ".", *wanted, folder=folder)
    return folder


@pytest.mark.parametrize("name", BUILDS)
def test_the_wheel_holds_what_is_said(name: str, backends: Path, tmp_path: Path) -> None:
    build = BUILDS[name]
    texts = {f"{build.source}/{each}".lstrip("/"): "" for each in ("notes/__init__.py", *NAMES)} | dict(build.files)
    if build.backend:
        texts["pyproject.toml"] = f"{HEAD}{BACKENDS[build.backend]}\n{build.said}"
    if build.backend == "flit":
        texts["pyproject.toml"] = texts["pyproject.toml"].replace("\n\n[build", '\ndescription = "Notes"\n\n[build')
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    uv("build", "--quiet", "--wheel", "--no-build-isolation", "--python", backends, ".", folder=tmp_path)
    [built] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        held = set(archive.namelist())
    assert set(NAMES) - held == set(build.lacks)

    tree = Tree.of(texts)
    project = tree.project("") if build.backend else tree.facts("project", "setup.py")
    made = wheel(project, files_below(tree.paths, ""))
    assert made is not None
    said = {each for each in NAMES if leaves_out(tree, project, made, each)}
    assert said == set(build.lacks)
