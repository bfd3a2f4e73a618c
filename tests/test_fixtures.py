"""Every fixture says what it said: a folder is a deployment, `expected.txt` its findings, `model.txt` what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import examine

from mcplint.project.discover import walk
from mcplint.project.load import load
from mcplint.project.tree import Tree
from mcplint.reports import Coverage, Report, text
from mcplint.reports.show import as_text

FOLDER = Path(__file__).parent / "fixtures"
FIXTURES = sorted(folder for folder in FOLDER.iterdir() if folder.is_dir())
SAID = ("expected.txt", "model.txt")


def tree(folder: Path) -> Tree:
    """The files of a fixture, without those that say what is to come out."""
    paths, problems = walk(str(folder))
    return Tree(paths - set(SAID), lambda path: load(str(folder), path), problems)


@pytest.mark.parametrize("folder", FIXTURES, ids=[folder.name for folder in FIXTURES])
def test_a_fixture_says_what_it_said(folder, update):
    run = examine(tree(folder))
    parts = run.deployment
    covered = Coverage(run.files, len(parts.servers), len(parts.routes), len(parts.containers))
    report = text.findings(Report(tuple(run.diagnostics)))
    said = (
        f"{report}{chr(10) if report else ''}{text.summary(Report(tuple(run.diagnostics), covered))}\n",
        as_text(run.deployment),
    )
    for name, content in zip(SAID, said, strict=True):
        if update:
            (folder / name).write_text(content, encoding="utf-8")
        assert (folder / name).is_file(), f"{folder.name} has no {name}: pytest --update writes it"
        assert (folder / name).read_text(encoding="utf-8") == content
