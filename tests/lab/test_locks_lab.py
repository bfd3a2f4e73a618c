"""A fix that caps a requirement leaves the project installable: the real uv takes the lock that it changed along."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mcplint.__main__ import run
from mcplint.dependencies.stale import differences
from mcplint.project.tree import Tree
from tests.lab.need import find_uv_bin, uv

PROJECT = """\
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["click", "{requirement}"]

[project.scripts]
notes = "notes:main"
"""
PROGRAM = 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("notes")\n\n\ndef main():\n    mcp.run()\n'
IMAGE = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nUSER 10001\nCMD ["notes"]\n'


@pytest.mark.parametrize("requirement", ["mcp>=1.27", "mcp[cli] >= 1.27", "mcp", "mcp>=1.27,!=1.28.0"])
def test_a_capped_requirement_and_its_lock_still_fit(tmp_path, monkeypatch, capsys, requirement):
    texts = {"pyproject.toml": PROJECT.format(requirement=requirement), "notes.py": PROGRAM, "Dockerfile": IMAGE}
    constrained = texts["pyproject.toml"] + '\n[tool.uv]\nconstraint-dependencies = ["mcp<2"]\n'
    (tmp_path / "pyproject.toml").write_text(constrained)
    uv("lock", "--quiet", folder=tmp_path)
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    uv("lock", "--quiet", folder=tmp_path)  # The pinned release stays without the constraint.

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["mcplint", "--unsafe-fixes", "--select", "sdk-range-mismatch", "."])
    assert run() == 0, capsys.readouterr().out
    changed = (tmp_path / "pyproject.toml").read_text()
    assert "<2" in changed or "~=1.0" in changed
    uv("lock", "--check", "--offline", folder=tmp_path)


LOCKED = """\
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["click", "httpx[http2]>=0.28", "tomli; python_version < '3.11'"]

[project.optional-dependencies]
store = ["idna>=3"]

[dependency-groups]
dev = ["iniconfig>=2"]
"""
EDITS = [
    ("", "", True),
    (">=3.11", ">= 3.11.0", True),
    ('"click", "httpx[http2]>=0.28"', '"HTTPX[HTTP2] >= 0.28", "click"', True),
    ("store =", "Store =", True),
    ("dev =", "Dev =", True),
    ('"1.0.0"', '"1.0"', True),
    (">=3.11", ">=3.10", False),
    (">=3.11", ">=3.11,<4", False),
    ('"click", ', "", False),
    ('"click"', '"click>=7"', False),
    ("httpx[http2]", "httpx", False),
    ('"click"', '"click", "idna"', False),
    ("store =", "stores =", False),
    ("iniconfig>=2", "iniconfig>=1", False),
    ("dev =", 'docs = ["idna"]\ndev =', False),
    ('dev = ["iniconfig>=2"]', "", False),
    ('"notes"', '"note"', False),
]


def test_what_differs_from_a_lock_is_what_uv_refuses(tmp_path):
    (tmp_path / "pyproject.toml").write_text(LOCKED)
    uv("lock", "--quiet", folder=tmp_path)
    lock = (tmp_path / "uv.lock").read_text()
    for before, after, fits in EDITS:
        text = LOCKED.replace(before, after, 1)
        (tmp_path / "pyproject.toml").write_text(text)
        checked = subprocess.run([find_uv_bin(), "lock", "--check", "--quiet"], cwd=tmp_path, capture_output=True)
        assert (checked.returncode == 0) == fits, (after, checked.stderr.decode())
        told = list(differences(Tree.of({"pyproject.toml": text, "uv.lock": lock}), ""))
        assert (told == []) == fits, (after, told)
