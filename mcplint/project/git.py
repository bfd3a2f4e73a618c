"""What git says of a folder, asked so that nothing runs which the repository names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcplint.external_tools import executable
from mcplint.findings import NOTE, WARNING, Unreadable
from mcplint.text.source import Source, Span

if TYPE_CHECKING:
    from subprocess import Popen

Listed = Mapping[str, bool] | Unreadable | None
"""Each file that git lists, and whether it is checked out, or what kept git from listing them; None without git."""
PATIENCE = 5
"""Seconds that git may take to answer a question; where it takes longer it is asked no other one."""
_SILENT = set[str]()
"""The folders in which git did not answer, until it is asked to list them anew."""


def work_tree(folder: str) -> str | None:
    """The top of the git work tree that a folder lies in, or None."""
    return next((each for each in upwards(folder) if os.path.lexists(os.path.join(each, ".git"))), None)


def upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, inside out."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


@contextmanager
def listing(root: str) -> Iterator[Callable[[], Listed]]:
    """Has git list the files of a folder while its caller does other things; what is yielded waits for the answer.

    The answer: the tracked files and those that git does not ignore; a sparse checkout leaves some out.
    """
    _SILENT.discard(root)
    process = _start_listing(root) if work_tree(root) else None
    if process is None:
        yield lambda: None
        return
    with process:
        try:
            yield lambda: _finish_listing(process, root)
        finally:
            process.kill()


def _start_listing(root: str) -> Popen[bytes] | None:
    """git at work, None where there is none."""
    try:
        return start(root, "ls-files", "-co", "--exclude-standard", "-t", "-z")
    except OSError:
        return None


def start(root: str, *arguments: str, index: str | None = None, asked: bool = False) -> Popen[bytes]:
    """git in a folder, its output to be read, and where it is `asked` on its input; raises OSError where there is none.

    A repository's own configuration can name programs to run: none of those that our questions ask for is left on, and
    what this process was started with (`GIT_DIR` inside a hook) does not turn git to another repository. `index`: the
    file to take for the index.
    """
    from subprocess import DEVNULL, PIPE, Popen

    git = executable("git", root)
    if git is None:
        raise FileNotFoundError("git")
    command = [git, "--no-pager", "-C", root]
    for setting in ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.excludesFile=/dev/null"):
        command += ["-c", setting]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    environment |= {"GIT_INDEX_FILE": index} if index else {}
    return Popen([*command, *arguments], env=environment, stdin=PIPE if asked else DEVNULL, stdout=PIPE, stderr=DEVNULL)


def _finish_listing(process: Popen[bytes], root: str) -> Listed:
    from subprocess import TimeoutExpired

    so = "so those that it ignores are read too"
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except TimeoutExpired:
        fall_silent(root)
        return _trouble(f"git did not list the files within {PATIENCE} seconds, {so}", WARNING)
    if process.returncode:
        return _trouble(f"git cannot list the files, {so}; `{git_command(root, 'status')}` says why", NOTE)
    # Each behind a letter and a blank: an S where a sparse checkout leaves it out.
    return {os.fsdecode(row[2:]): not row.startswith(b"S") for row in output.split(b"\0") if row}


def is_silent(root: str) -> bool:
    """Whether git did not answer in a folder before, so that one would only wait again."""
    return root in _SILENT


def fall_silent(root: str) -> None:
    """Keeps that git did not answer in a folder."""
    _SILENT.add(root)


def runs_in_index(root: str, path: str) -> bool:
    """Whether git's index says that a file may be executed, as one does that was checked out without its mode."""
    from subprocess import TimeoutExpired

    if is_silent(root):
        return False
    try:
        with start(root, "ls-files", "-s", "-z", "--", f":(literal){path}") as process:
            try:
                return process.communicate(timeout=PATIENCE)[0].startswith(b"100755 ")
            except TimeoutExpired:
                process.kill()
                fall_silent(root)
                return False
    except OSError:
        return False


def _trouble(text: str, severity: str) -> Unreadable:
    return Unreadable(Span(Source(".", ""), 0, 0), text, severity)


def git_command(root: str, *arguments: str) -> str:
    """A command of git in a folder, as a shell takes it."""
    from shlex import join

    return join(("git", "-C", os.path.relpath(root), *arguments))
