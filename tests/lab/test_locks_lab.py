"""A fix that caps a requirement leaves the project installable: the real uv takes the lock that it changed along."""

from __future__ import annotations

import sys

import pytest

from mcplint.__main__ import run
from tests.lab.need import uv

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
