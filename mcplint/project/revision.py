"""The files of a project as git keeps them: of a revision, or staged for the next commit. Only objects are read: the
work tree is not touched, and no filter or hook of the repository runs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from mcplint.findings import Unreadable
from mcplint.project import git
from mcplint.project.discover import GIT_CONFIG, MOST_FILES, PRUNED, executable, inner_repository, without_excluded
from mcplint.project.git import fall_silent, git_command, is_silent, start, work_tree
from mcplint.project.kinds import kind
from mcplint.project.load import PLAIN, decode, load
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.usage import UsageError

if TYPE_CHECKING:
    from subprocess import Popen

STAGED = (
    *("diff-index", "--cached", "--ita-invisible-in-index", "-r", "-z", "--raw", "--no-abbrev", "--no-renames"),
    "--relative",
)
RENAMED = ("diff-index", "--cached", "-r", "-z", "-M", "--name-status", "--diff-filter=R")
LINK, SUBMODULE, RUNNABLE = b"120000", b"160000", b"100755"
NAME = r"(?!HEAD\b)[A-Za-z0-9_][A-Za-z0-9_./-]*"
"""What stands in a shell's command as it is: a branch, a tag, a commit."""
SHORTENED = r"[0-9a-f]{7,39}"
"""The beginning of a commit's name, by which no remote can be asked for it."""
RANGE = r"^\^|\.\.|\^[@!]$|\^-\d*$"
"""What in a word makes it stand for more than one revision, or none (gitrevisions)."""
# The most bytes of a link or of an answer of one line, and the most steps that links may take.
LINE, STEPS = 4096, 400


class TreeEntry(NamedTuple):
    """A file as git lists it: its mode and the name of its object."""

    mode: bytes
    object: bytes


@contextmanager
def at(
    root: str, revision: str, exclude: Iterable[str] = (), named: Collection[str] = (), now: Collection[str] = ()
) -> Iterator[Tree]:
    """The project as it is at a revision, where its folder was then if none of its files of `now` was in this one;
    raises UsageError."""
    _repository(root)
    tree = _resolved(root, revision)
    entries = _entries(root, tree)
    if entries.keys().isdisjoint(now) and (folder := _renamed_from(root, tree)) is not None:
        whole = _entries(root, "--full-tree", tree).items()
        entries = {path.removeprefix(folder): entry for path, entry in whole if path.startswith(folder)}
    with _tree(root, entries, exclude, named, f"the files of {revision}") as files:
        yield files


def _entries(root: str, *asked: str) -> dict[str, TreeEntry]:
    """The files of a tree that lie in the project's folder, or with `--full-tree` all of them."""
    entries = {}
    for row in _rows(root, "ls-tree", "-r", "-z", *asked):
        about, _, path = row.partition(b"\t")
        mode, _, name = about.split()
        entries[os.fsdecode(path)] = TreeEntry(mode, name)
    return entries


def _renamed_from(root: str, tree: str) -> str | None:
    """The folder, empty or with a slash at its end, that most files which git sees renamed since then came from to
    keep their path in the project's; None where there is none."""
    here = _git_line(root, "rev-parse", "--show-prefix")
    if not here:
        return None
    rows = [os.fsdecode(row) for row in _rows(root, *RENAMED, tree, index=_index(root))]
    pairs = [
        (old, new.removeprefix(here)) for old, new in zip(rows[1::3], rows[2::3], strict=True) if new.startswith(here)
    ]
    folders = Counter(old.removesuffix(path) for old, path in pairs if f"/{old}".endswith(f"/{path}"))
    return max(folders, key=lambda folder: folders[folder]) if 2 * folders.total() > len(pairs) else None


@contextmanager
def staged(root: str, exclude: Iterable[str] = (), named: Collection[str] = ()) -> Iterator[Tree]:
    """The project as the next commit will have it; raises UsageError."""
    _repository(root)
    # What differs from no files at all; so what `git add -N` only announces is left out, as a commit leaves it out.
    nothing = _git_line(root, "hash-object", "-t", "tree", "--stdin") or ""
    rows = _rows(root, *STAGED, nothing, index=_index(root))
    entries = {}
    for about, name in zip(rows[::2], rows[1::2], strict=True):
        path = os.fsdecode(name)
        _, mode, _, content, status = about.split()
        if status == b"U":
            raise UsageError(f"{path} has a merge conflict, so no version of it is staged")
        entries[path] = TreeEntry(mode, content)
    with _tree(root, entries, exclude, named, "the staged files") as tree:
        yield tree


def _repository(root: str) -> None:
    """Raises UsageError where the project is in no work tree that git can look into."""
    if work_tree(root) is None:
        bare = os.path.isfile(os.path.join(root, "HEAD")) and os.path.isdir(os.path.join(root, "objects"))
        if bare:
            raise UsageError(f"{root} is a bare repository, without files to look at; make a work tree of it first")
        raise UsageError(f"{root} is in no git repository, so there is no other version of it")
    if _git_line(root, "rev-parse", "--git-dir") is None:
        raise UsageError(f"git cannot look into the repository of {root}; `{git_command(root, 'status')}` says why")


def _index(root: str) -> str | None:
    """The index that a commit in progress was given, if it is one of this repository."""
    given = os.environ.get("GIT_INDEX_FILE")
    folder = _git_line(root, "rev-parse", "--absolute-git-dir")
    if not given or not folder:
        return None
    path = os.path.realpath(given)
    return path if path.startswith(os.path.realpath(folder) + os.sep) else None


def _resolved(root: str, revision: str) -> str:
    """The tree of a revision; raises UsageError that says how to get it."""
    if found := _object(root, revision, "tree"):
        return found
    if _is_commit(root, revision):
        raise UsageError(f"this clone lacks objects of the files of {revision}; {_how_to_fetch(root)}")
    if re.search(RANGE, revision):
        raise UsageError(f'"{revision}" is a range of revisions; name one revision')
    if not _is_commit(root, "HEAD"):
        raise UsageError(f'there is no revision "{revision}": the repository has no commits yet')
    raise UsageError(f'there is no revision "{revision}" in this clone{_remedy(root, revision)}')


def _object(root: str, revision: str, kind: str) -> str | None:
    """The name of a revision's tree or commit, None where it is not there."""
    if not revision or revision.startswith(("-", "^")):
        return None
    return _git_line(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{{kind}}}")


def _is_commit(root: str, revision: str) -> bool:
    return _object(root, revision, "commit") is not None


def _remedy(root: str, revision: str) -> str:
    """How to get a revision that is not there; no command repeats a name that no branch, tag or commit can have."""
    shallow = _git_line(root, "rev-parse", "--is-shallow-repository") == "true"
    about = ", which is shallow" if shallow else ""
    rest = f"{about}; fetch the rest with `git fetch --unshallow`" if shallow else ""
    name, steps = _branch_and_steps(revision)
    remotes = (_git_line(root, "remote") or "").split()
    if not name or not remotes or _is_commit(root, name):
        return rest
    for remote in remotes:
        if _is_commit(root, f"{remote}/{revision}"):
            return f"; name {remote}/{revision}"
        if _is_commit(root, f"{remote}/{name}"):
            return f"{rest} and name {remote}/{revision}" if rest else ""
    depth = "--unshallow " if steps else "--depth=1 "
    remote, _, branch = name.partition("/")
    if remote in remotes and branch:
        source, then = f"{remote} {branch}:refs/remotes/{name}", ""
    else:
        source, then = f"{remotes[0]} {name}", f" and name FETCH_HEAD{steps}"
    return f"{about}; fetch it with `git fetch {depth if shallow else ''}{source}`{then}"


def _branch_and_steps(revision: str) -> tuple[str, str]:
    """The name of a branch, a tag or a commit that a revision begins with, and the steps from there; empty where it
    begins with none that a remote knows."""
    match = re.fullmatch(rf"({NAME})((?:[~^]\d*)*)", revision)
    if match is None or ".." in revision or not match[1].strip("0") or re.fullmatch(SHORTENED, match[1]):
        return "", ""
    return match[1], match[2]


def _git_line(root: str, *arguments: str) -> str | None:
    """The one line that git answers, None where it refuses."""
    output, code = git_output(root, arguments, LINE)
    return os.fsdecode(output).rstrip("\n") if code == 0 else None


def _rows(root: str, *arguments: str, index: str | None = None) -> list[bytes]:
    """What git lists of files, each of its words that ends with a zero; raises UsageError."""
    output, code = git_output(root, arguments, MOST_FILES * 500, index)
    rows = output.split(b"\0")[:-1]
    # A damaged index may be read as files without names.
    if code or b"" in rows:
        raise UsageError(f"git cannot list the files, or they are too many; {_how_to_fetch(root)}")
    return rows


def _how_to_fetch(root: str) -> str:
    """How to get objects that are not there: a clone that was made without them fetches them, another is damaged."""
    partial = _git_line(root, "config", "--get-regexp", r"^remote\..*\.promisor$")
    return (
        "fetch the rest with `git fetch --refetch --no-filter`"
        if partial
        else f"`{git_command(root, 'fsck')}` says more"
    )


def git_output(root: str, arguments: Iterable[str], most: int, index: str | None = None) -> tuple[bytes, int]:
    """What git prints, up to a size, and its exit code; raises UsageError where it does not answer within PATIENCE, as
    trees may be nested without end and what git opens may be no file."""
    from threading import Event, Timer

    silence = f"git did not answer within {git.PATIENCE} seconds, so no other version of the files was read"
    if is_silent(root):
        raise UsageError(silence)
    late = Event()

    def stop() -> None:
        late.set()
        process.kill()

    with _start_git(root, *arguments, index=index) as process:
        timer = Timer(git.PATIENCE, stop)
        timer.start()
        try:
            assert process.stdout
            output = process.stdout.read(most + 1)
            if len(output) > most:
                process.kill()
        finally:
            timer.cancel()
    if late.is_set():
        fall_silent(root)
        raise UsageError(silence)
    return output, process.returncode


def _start_git(root: str, *arguments: str, index: str | None = None, asked: bool = False) -> Popen[bytes]:
    try:
        return start(root, *arguments, index=index, asked=asked)
    except OSError:
        raise UsageError("git is not installed, and without it there is no other version of the files") from None


@contextmanager
def _tree(
    root: str, entries: Mapping[str, TreeEntry], exclude: Iterable[str], named: Collection[str], shown: str
) -> Iterator[Tree]:
    """The tree of listed files; git keeps none of a submodule. Raises UsageError in the end where the clone lacked one
    that was asked for."""
    files = {path: entry for path, entry in entries.items() if entry.mode != SUBMODULE}
    others = (inner_repository(path, None) for path in entries.keys() - files.keys())
    paths = {path for path in files if PRUNED.isdisjoint(path.split("/"))}
    lacking: list[str] = []
    with _start_git(root, "cat-file", "--batch", asked=True) as process:

        def content(entry: TreeEntry, path: str, most: int) -> bytes:
            data = _content(process, entry.object, most)
            if data is None:
                lacking.append(path)
            elif len(data) <= most:
                return data
            raise _unreadable(path, f"larger than {most >> 10:,} KB" if data else "lacking in this clone")

        def read(path: str) -> Source:
            if path == GIT_CONFIG:
                return load(root, path)
            entry = _follow_links(path, files, content)
            return Source(path, decode(path, content(entry, path, (kind(path) or PLAIN).limit))[0])

        def mode(path: str) -> bool | None:
            # What git does not keep lies there whatever is checked out.
            entry = files.get(path)
            return executable(root, path) if entry is None else None if entry.mode == LINK else entry.mode == RUNNABLE

        try:
            yield Tree(without_excluded(root, paths, exclude), read, others, named, executable=mode, listed=True)
        finally:
            process.kill()
    if lacking:
        raise UsageError(f"this clone lacks objects of {shown}, among them that of {lacking[0]}; {_how_to_fetch(root)}")


def _content(process: Popen[bytes], name: bytes, most: int) -> bytes | None:
    """The bytes of an object, of which one more than `most` are kept; None where git has it not."""
    assert process.stdin and process.stdout
    try:
        os.write(process.stdin.fileno(), name + b"\n")
    except OSError:
        return None
    match process.stdout.readline().split():
        case [_, b"blob", size]:
            data = process.stdout.read(min(int(size), most + 1))
        case _:
            return None
    left = int(size) - len(data) + 1
    while left and (piece := process.stdout.read(min(left, 1 << 20))):
        left -= len(piece)
    return data


def _follow_links(
    path: str, files: Mapping[str, TreeEntry], content: Callable[[TreeEntry, str, int], bytes]
) -> TreeEntry:
    """The file that a path leads to through links, of folders too; raises Unreadable."""
    parts, done = path.split("/"), ""
    for _ in range(STEPS):
        if not parts:
            break
        step = normpath(join(done, parts.pop(0)))
        if step == ".." or step.startswith("/"):
            raise _unreadable(path, "a link that leads out of the project")
        if step in files and files[step].mode == LINK:
            parts, done = [*os.fsdecode(content(files[step], path, LINE)).split("/"), *parts], dirname(step)
            parts[0] = parts[0] or "/"
        else:
            done = "" if step == "." else step
    else:
        raise _unreadable(path, "a link that leads back to itself")
    if done not in files:
        folder = any(other.startswith(f"{done}/") for other in files)
        raise _unreadable(path, "a folder, not a file" if folder else "a link to a file that does not exist")
    return files[done]


def _unreadable(path: str, text: str) -> Unreadable:
    return Unreadable(Span(Source(path, ""), 0, 0), text)
