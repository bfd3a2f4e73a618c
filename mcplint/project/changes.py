"""The lines that a pull request changes, as the checkout of GitHub Actions tells them without network or token.

A runner checks out the merge of a pull request, whose first parent is the branch that it is for:
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping

from mcplint.project.revision import LINE, git_output
from mcplint.usage import UsageError

MOST = 1 << 24
"""The most bytes of a diff that are read."""
# Lines of files stand behind a blank, so that none looks like a header.
DIFF = (
    *("--literal-pathspecs", "-c", "core.quotePath=false"),
    *("diff-tree", "-r", "-p", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"),
    *("--ignore-submodules=all", "--relative", "--src-prefix=a/", "--dst-prefix=b/"),
    *("--output-indicator-old= ", "--output-indicator-new= ", "HEAD^1", "HEAD", "--"),
)
HEADER = re.compile(rb"^\+\+\+ (?:b/(.*?)\t?$)?|^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def changed_lines(root: str, positions: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Those of the positions in a project, files and lines (from 1), that are changed; none where git cannot tell."""
    lines: dict[str, list[int]] = {}
    for path, line in sorted(set(positions)):
        lines.setdefault(path, []).append(line)
    try:
        if not lines or not _is_merge(root):
            return frozenset()
        diff, code = git_output(root, (*DIFF, *lines), MOST)
    except UsageError:
        return frozenset()
    return frozenset() if code else frozenset(_changed_positions(lines, diff))


def _is_merge(root: str) -> bool:
    """Whether what is checked out is the merge of a pull request, of which a clone of depth one lacks the parents."""
    if os.environ.get("GITHUB_EVENT_NAME") != "pull_request":
        return False
    output, code = git_output(root, ("rev-parse", "HEAD", "HEAD^1", "HEAD^2"), LINE)
    return not code and output.split()[:1] == [os.fsencode(os.environ.get("GITHUB_SHA", ""))]


def _changed_positions(lines: Mapping[str, list[int]], diff: bytes) -> Iterator[tuple[str, int]]:
    path = ""
    for header in HEADER.finditer(diff):
        name, first, count = header.groups()
        if first is None:
            # A name with a blank has a tab behind it; one that git puts in quotes is not looked for.
            path = os.fsdecode(name or b"")
            continue
        asked, start = lines.get(path, []), int(first)
        for line in asked[bisect_left(asked, start) : bisect_left(asked, start + int(count or 1))]:
            yield path, line
