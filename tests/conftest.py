from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.register_assert_rewrite("pages", "sites")
# On a runner of GitHub, errors are annotations of its run.
os.environ.pop("GITHUB_ACTIONS", None)

# Deployments to look at, some of which have tests of their own.
collect_ignore = ["fixtures"]


def pytest_addoption(parser):
    parser.addoption(
        "--update", action="store_true", help="write anew what is generated: pages, cases, fixtures, docs, README"
    )


def pytest_xdist_auto_num_workers(config):
    """No workers for a part of the tests, which starts sooner without, nor where tests write.

    Else one a core and two more, since a good part of the tests waits for servers.
    """
    part = config.args != config.getini("testpaths")
    return 0 if part or config.getoption("--update") else (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(config, items):
    """With `--update` only the tests that write run, and what is made of the rules' pages comes after the pages."""
    if config.getoption("--update"):
        writing = [item for item in items if "update" in item.fixturenames]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(writing)])
        items[:] = sorted(writing, key=lambda item: item.path.name == "test_readme.py")


@pytest.fixture
def update(request):
    return request.config.getoption("--update")


@pytest.fixture
def simple(monkeypatch):
    """The linker of `tests/simple` in place of the real one, and its rule in a folder."""
    import simple

    monkeypatch.setitem(sys.modules, "mcplint.link", simple)
    return simple


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def mcplint(monkeypatch, capsys) -> Callable[..., Ran]:
    """The command line, run in this process with some arguments."""
    from mcplint.__main__ import run as command

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["mcplint", *arguments])
        code = command()
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def project(tmp_path, monkeypatch) -> Callable[[dict[str, str | bytes]], Path]:
    """Writes files into a folder of their own, which becomes the working folder."""

    def make(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "project"
        for path, content in files.items():
            whole = root / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(content if isinstance(content, bytes) else content.encode())
        root.mkdir(exist_ok=True)
        monkeypatch.chdir(root)
        return root

    return make
