"""The hook runs when a file changes that mcplint reads: what runs read is compared with the pattern of its files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import chain

import yaml
from pages import ROOT, bases, cases, examine
from test_fixtures import FIXTURES, tree

from mcplint.project.tree import Tree

FILES = re.compile(yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]["files"])
CASES = sorted((ROOT / "tests" / "cases").glob("*.md"))
EXAMPLES = sorted(folder for folder in (ROOT / "examples").iterdir() if folder.is_dir())


def projects() -> Iterator[Tree]:
    """Those of fixtures, examples, bases and cases that have a file for which the hook does not run."""
    pages = (case.files for page in CASES for case in cases(page.read_text(encoding="utf-8"), page.name))
    trees = chain(map(tree, (*FIXTURES, *EXAMPLES)), map(Tree.of, chain(bases().values(), pages)))
    return (each for each in trees if any(not FILES.search(path) for path in each.paths))


def test_the_hook_runs_for_every_file_that_is_read() -> None:
    """All but those of git itself, and those whose name only another file of the project tells."""
    unseen = set[str]()
    for project in projects():
        examine(project)
        read = {source.path: source.text for source in project.read}
        for path in read:
            told = any(posixpath.basename(path) in text for other, text in read.items() if other != path)
            if not FILES.search(path) and not path.startswith(".git/") and not told:
                unseen.add(path)
    assert unseen == set()
