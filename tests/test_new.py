"""Only what is new: against a revision, of what is staged, and beside a baseline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from mcplint.engine.baseline import renames
from mcplint.project.changes import changed_lines
from mcplint.project.discover import tree as on_disk
from mcplint.project.git import listing
from mcplint.project.revision import at, staged
from mcplint.reports import terminal

ROOT, GUEST = "FROM python:3.13\nUSER root\n", "FROM python:3.13\nUSER guest\n"
APP = "FROM python:3.13\nUSER app\n"
LOCAL = ("-c", "protocol.file.allow=always", "-c", "user.name=t", "-c", "user.email=t@example.com")


def git(*arguments: str, folder: Path | str = ".") -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-C", str(folder), *LOCAL, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


@pytest.fixture
def lint(simple, mcplint):
    return lambda *arguments: mcplint("--rules", simple.RULES, "--format", "concise", *arguments)


@pytest.fixture
def committed(project):
    """A project whose files are committed on the branch main."""

    def make(files):
        root = project(files)
        git("init", "-q", "-b", "main")
        git("add", "-A")
        git("commit", "-q", "-m", "first")
        return root

    return make


def reported(ran) -> list[str]:
    assert ran.code in (0, 1), ran.err
    return [line.partition(": ")[0] for line in ran.out.splitlines()[:-1]]


@pytest.mark.parametrize("stage", [[], ["--staged"]], ids=["work tree", "index"])
def test_what_was_there_at_the_base_is_not_reported(committed, lint, stage):
    root = committed({"Dockerfile": ROOT, "a/Dockerfile": ROOT, "b/Dockerfile": APP})
    (root / "Dockerfile").write_text("# moved\n\n" + ROOT)
    (root / "a" / "Dockerfile").rename(root / "a" / "Containerfile")
    (root / "b" / "Dockerfile").write_text(ROOT)
    (root / "new.dockerfile").write_text("FROM alpine\nWORKDIR /srv\nUSER root\n")
    git("add", "-A")
    ran = lint("--base", "main", *stage)
    assert reported(ran) == ["b/Dockerfile:2:6", "new.dockerfile:3:6"]
    assert "2 known findings not shown" in ran.out and ran.code == 1


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), ("deploy/a", "a"), (".", "sub/dir"), ("a", "a/deploy")], ids=str
)
def test_a_project_whose_folder_moved_is_what_it_was(committed, lint, monkeypatch, before, after):
    kept = {"mcplint.toml": "", "Dockerfile": ROOT, "c/Dockerfile": ROOT, "d/Dockerfile": APP}
    root = committed({**{f"{before}/{path}": text for path, text in kept.items()}, "other/Dockerfile": ROOT})
    (root / after).mkdir(parents=True)
    git("mv", *(f"{before}/{path}" for path in ("mcplint.toml", "Dockerfile", "c", "d")), after)
    (root / after / "d" / "Dockerfile").write_text(ROOT)
    monkeypatch.chdir(root / after)
    assert reported(lint("--base", "HEAD")) == ["d/Dockerfile:2:6"]
    git("commit", "-qm", "moved")
    assert reported(lint("--base", "HEAD^")) == ["d/Dockerfile:2:6"]
    assert reported(lint("--base", "HEAD^", "--staged")) == []


def test_a_copy_of_a_project_is_new(committed, lint, monkeypatch):
    root = committed({"a/mcplint.toml": "", "a/Dockerfile": ROOT})
    shutil.copytree("a", "b")
    git("add", "-A")
    monkeypatch.chdir(root / "b")
    assert reported(lint("--base", "HEAD")) == ["Dockerfile:2:6"]


def test_one_more_of_the_same_is_new(committed, lint):
    root = committed({"a.dockerfile": ROOT})
    (root / "b.dockerfile").write_text(ROOT)
    assert reported(lint("--base", "HEAD")) == ["b.dockerfile:2:6"]


def test_a_finding_in_other_words_is_not_new(committed, mcplint):
    code = 'from mcp.server.fastmcp import FastMCP\n\nFastMCP("a").run("streamable-http", host="0.0.0.0")\n'
    built = "FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\nUSER 1\nCMD python server.py\n"
    root = committed({"Dockerfile": built, "server.py": code, "requirements.txt": "mcp==1.27.1\n"})
    (root / "requirements.txt").write_text("mcp==1.28.0\n")
    asked = ("--select", "wrong-sdk-arguments", "--format", "concise")
    assert "1.28.0" in mcplint(*asked).out
    assert "1 known finding not shown" in mcplint(*asked, "--base", "main").out


def test_a_deleted_file_takes_its_findings_along(committed, lint):
    root = committed({"Dockerfile": ROOT, "b/Dockerfile": ROOT})
    (root / "b" / "Dockerfile").unlink()
    ran = lint("--base", "main")
    assert (ran.code, reported(ran)) == (0, [])


def test_a_file_that_was_named_and_is_new(committed, lint):
    root = committed({"Dockerfile": APP, ".gitignore": "*.dockerfile\n"})
    (root / "x.dockerfile").write_text(ROOT)
    assert reported(lint("--base", "main", "x.dockerfile")) == ["x.dockerfile:2:6"]


def test_fixes_are_made_of_what_is_new_only(committed, lint):
    root = committed({"Dockerfile": ROOT, "b/Dockerfile": APP})
    (root / "b" / "Dockerfile").write_text(ROOT)
    assert lint("--base", "main", "--unsafe-fixes").code == 0
    assert ((root / "Dockerfile").read_text(), (root / "b" / "Dockerfile").read_text()) == (ROOT, APP)


def test_a_failure_of_mcplint_is_always_reported(committed, lint):
    committed({"Dockerfile": "FROM x\nUSER crash\n"})
    assert lint("--base", "main").code == 2
    assert lint("--baseline", "known.json", "--write-baseline").code == 2


def test_staged_is_what_will_be_committed(committed, lint, monkeypatch):
    root = committed({"Dockerfile": APP, "b/Dockerfile": ROOT})
    (root / "Dockerfile").write_text(ROOT)
    git("rm", "-q", "--cached", "b/Dockerfile")
    assert reported(lint("--staged")) == []
    git("add", "Dockerfile")
    (root / "Dockerfile").write_text(APP)
    assert reported(lint("--staged")) == ["Dockerfile:2:6"]


def test_what_is_only_announced_is_not_staged(committed, lint):
    root = committed({"Dockerfile": APP, "empty.dockerfile": ""})
    (root / "new.dockerfile").write_text(ROOT)
    git("add", "--intent-to-add", "new.dockerfile")
    before = lint("--staged").out
    git("rm", "-q", "--cached", "--force", "new.dockerfile")
    assert lint("--staged").out == before and "1 error" in before, "the empty file, which is there"


def test_a_damaged_repository_is_said(committed, lint):
    root = committed({"Dockerfile": ROOT})
    blob = git("rev-parse", "HEAD:Dockerfile")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for asked in (["--staged"], ["--base", "HEAD"]):
        assert "among them that of Dockerfile; `git -C . fsck` says more" in lint(*asked).err
    index = root / ".git" / "index"
    for size in (40, 20):
        index.write_bytes(index.read_bytes()[:size])
        ran = lint("--staged")
        assert (ran.code, "git cannot list the files" in ran.err, "`git -C . fsck`" in ran.err) == (2, True, True)
    ran = lint("--pedantic")
    assert (
        "note[unreadable-file]: git cannot list the files, so " in ran.out and "`git -C . status` says why" in ran.out
    )


def test_the_index_of_a_commit_in_progress_is_the_one_that_is_looked_at(committed, lint, monkeypatch, tmp_path):
    root = committed({"Dockerfile": APP})
    (root / "Dockerfile").write_text(ROOT)
    shutil.copy(root / ".git" / "index", root / ".git" / "next-index")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")
    subprocess.run(["git", "add", "Dockerfile"], check=True)
    assert reported(lint("--staged")) == ["Dockerfile:2:6"]
    shutil.copy(root / ".git" / "next-index", tmp_path / "foreign")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "foreign"))
    assert reported(lint("--staged")) == []


def test_a_repository_without_commits_has_an_index(project, lint):
    project({"Dockerfile": ROOT})
    git("init", "-q")
    assert reported(lint("--staged")) == []
    git("add", ".")
    assert reported(lint("--staged")) == ["Dockerfile:2:6"]
    assert 'there is no revision "HEAD": the repository has no commits yet' in lint("--base", "HEAD").err


def test_a_project_may_be_a_part_of_its_repository(committed, lint, monkeypatch):
    root = committed({"sub/Dockerfile": ROOT, "sub/mcplint.toml": "", "Dockerfile": ROOT})
    monkeypatch.chdir(root / "sub")
    ran = lint("--base", "main")
    assert (ran.code, "1 known finding not shown" in ran.out) == (0, True)
    assert "1 finding " in lint("--staged").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "none"], 'there is no revision "none" in this clone'),
        (["--base", "-x"], 'there is no revision "-x"'),
        (["--base", ""], 'there is no revision ""'),
        (["--base", "^main"], '"^main" is a range of revisions'),
        (["--base", "main..HEAD"], '"main..HEAD" is a range of revisions'),
        (["--base", "HEAD^@"], '"HEAD^@" is a range of revisions'),
        (["--base", "main:Dockerfile"], 'there is no revision "main:Dockerfile"'),
        (["--staged", "--fix"], "--staged looks at what git will commit"),
        (["--write-baseline"], "need --baseline FILE"),
        (["--baseline", "b", "--write-baseline", "--diff"], "--diff writes nothing"),
        (["--baseline", "none"], "none: cannot be read: no such file or directory"),
        (["--baseline", "."], ".: not a regular file"),
        (["--baseline", "none/b", "--write-baseline"], "none/b: cannot be written"),
    ],
)
def test_a_mistake_is_said_and_exits_with_2(committed, lint, arguments, said):
    committed({"Dockerfile": ROOT})
    ran = lint(*arguments)
    assert said in ran.err and "Traceback" not in ran.err
    assert (ran.code, ran.out) == (2, "")
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize("arguments", [["--base", "HEAD"], ["--staged"]])
def test_outside_a_work_tree_that_is_said(project, lint, monkeypatch, tmp_path, arguments):
    project({"Dockerfile": ROOT})
    assert "is in no git repository" in lint(*arguments).err
    git("init", "-q", "--bare", str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    ran = lint(*arguments)
    assert (ran.code, "is a bare repository" in ran.err) == (2, True)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "project" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert "git is not installed" in lint(*arguments).err


def test_a_conflict_is_said(committed, lint):
    root = committed({"Dockerfile": ROOT})
    git("checkout", "-q", "-b", "other")
    for branch, text in (("other", APP), ("main", GUEST)):
        git("checkout", "-q", branch)
        (root / "Dockerfile").write_text(text)
        git("commit", "-q", "-a", "-m", branch)
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "-q", "other")
    assert "Dockerfile has a merge conflict" in lint("--staged").err


@pytest.mark.parametrize(
    ("depth", "asked", "command", "then"),
    [
        ("--depth=1", "origin/old", "--depth=1 origin old:refs/remotes/origin/old", "origin/old"),
        ("--depth=1", "origin/old~1", "--unshallow origin old:refs/remotes/origin/old", "origin/old~1"),
        ("--depth=1", "old", "--depth=1 origin old", "FETCH_HEAD"),
        ("--depth=1", "old^", "--unshallow origin old", "FETCH_HEAD^"),
        ("--depth=1", "v1", "--depth=1 origin v1", "FETCH_HEAD"),
        ("--depth=1", "COMMIT", "--depth=1 origin COMMIT", "FETCH_HEAD"),
        ("--depth=1", "HEAD~2", "--unshallow", "HEAD~2"),
        ("--depth=1", "main", None, "origin/main"),
        ("--depth=1", "main~2", "--unshallow", "origin/main~2"),
        ("--no-single-branch", "old~2", None, "origin/old~2"),
        ("--single-branch", "old", "origin old", "FETCH_HEAD"),
        ("--single-branch", "origin/old", "origin old:refs/remotes/origin/old", "origin/old"),
    ],
)
def test_what_a_clone_lacks_is_there_after_what_is_said(
    committed, lint, monkeypatch, tmp_path, depth, asked, command, then
):
    root = committed({"Dockerfile": ROOT})
    for branch in ("old", "main"):
        git("checkout", "-q", "-B", branch)
        for number in range(3):
            git("commit", "-q", "--allow-empty", "-m", f"{branch}{number}")
    git("tag", "-a", "-m", "x", "v1", "old")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    commit = git("rev-parse", "old~1").strip()
    git("clone", "-q", depth, f"file://{root}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    git("checkout", "-q", "--detach")
    git("branch", "-q", "-D", "main")
    asked = asked.replace("COMMIT", commit)
    ran = lint("--base", asked)
    assert ran.code == 2 and f'there is no revision "{asked}" in this clone' in ran.err
    if command:
        command = command.replace("COMMIT", commit)
        assert f"`git fetch {command}`" in ran.err
        git("fetch", *command.split())
    assert then == asked or ran.err.endswith(f" name {then}\n")
    ran = lint("--base", then)
    assert (ran.code, "1 known finding not shown" in ran.out) == (0, True)


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_what_a_partial_clone_lacks_can_be_fetched_as_it_is_said(committed, lint, monkeypatch, tmp_path, kind):
    root = committed({"Dockerfile": ROOT})
    (root / "Dockerfile").write_text("FROM x\n" + ROOT)
    git("commit", "-q", "-a", "-m", "second")
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", f"--filter={kind}", f"file://{root}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    ran = lint("--base", "HEAD~1")
    assert (ran.code, ran.out) == (2, "") and "this clone lacks objects of the files of HEAD~1" in ran.err
    assert "1 finding " in lint("--staged").out
    git(*ran.err.partition("`git ")[2].partition("`")[0].split())
    assert "1 known finding not shown" in lint("--base", "HEAD~1").out


@pytest.fixture
def submodule(committed, tmp_path):
    """A repository with another in its folder `inner`."""
    git("init", "-q", "-b", "main", str(tmp_path / "other"))
    (tmp_path / "other" / "Dockerfile").write_text(ROOT)
    git("add", ".", folder=tmp_path / "other")
    git("commit", "-q", "-m", "x", folder=tmp_path / "other")
    root = committed({"Dockerfile": APP})
    git("submodule", "--quiet", "add", str(tmp_path / "other"), "inner")
    git("commit", "-q", "-m", "submodule")
    return root


def test_a_submodule_is_a_project_of_its_own(submodule, lint, monkeypatch):
    only = ("--select", "known-user")
    assert reported(lint(*only, "--base", "main")) == reported(lint(*only, "--staged")) == []
    assert reported(lint(*only, ".", "inner")) == ["inner/Dockerfile:2:6"]
    monkeypatch.chdir(submodule / "inner")
    assert "1 known finding not shown" in lint("--base", "HEAD").out
    assert reported(lint("--staged")) == ["Dockerfile:2:6"]


def test_that_a_submodule_is_left_out_is_said(submodule, mcplint, monkeypatch, tmp_path):
    for asked in ([], ["--base", "HEAD~1"], ["--staged"]):
        ran = mcplint("--pedantic", *asked)
        assert (ran.code, "note[unreadable-file]: cannot read inner: it is a repository of its own" in ran.out) == (
            0,
            True,
        )
    assert "nothing to lint" in mcplint().out and "; 1 inner project not read; 1 note hidden" in mcplint().out
    assert "cannot read inner" not in mcplint("--pedantic", ".", "inner").out
    git("clone", "-q", str(submodule), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert (
        "error[unreadable-file]: cannot read inner: it is a submodule that is not checked out" in mcplint("inner").out
    )


def test_what_a_sparse_checkout_leaves_out_is_there(committed, mcplint):
    example = Path(__file__).parents[1] / "examples" / "notes-server"
    files = {str(path.relative_to(example)): path.read_text() for path in example.rglob("*") if path.is_file()}
    root = committed(files)
    assert (mcplint().code, mcplint("--base", "HEAD").code) == (0, 0)
    git("sparse-checkout", "set", "src")
    assert not (root / "nginx").exists()
    found = mcplint("--format", "concise", "--base", "HEAD").out.splitlines()[:-1]
    [said] = [line for line in found if "nginx" in line]
    assert "cannot read nginx/default.conf: left out of this sparse checkout; `git sparse-checkout disable`" in said
    assert not any("missing-mount-source" in line for line in found)


STRANGE = {
    "Dockerfile": ROOT,
    "latin/Dockerfile": "FROM x\n# \xe9\n".encode("latin-1"),
    "crlf.dockerfile": ROOT.replace("\n", "\r\n"),
    "big.json": "1" * (1 << 20) + "1",
    "utf16.py": "x = 1".encode("utf-16"),
    "empty.py": "",
    "name with\nline\t.py": "x = 1\n",
    "node_modules/a/Dockerfile": ROOT,
    "left-out/Dockerfile": ROOT,
    "server.json": "{}",
}
LINKS = {
    "link.dockerfile": "Dockerfile",
    "sub/link.dockerfile": "../latin/Dockerfile",
    "folder": "latin",
    "through.dockerfile": "folder/Dockerfile",
    "round.dockerfile": "round.dockerfile",
    "away.dockerfile": "/etc/passwd",
    "out.dockerfile": "..",
    "lost.dockerfile": "none",
}


@pytest.mark.parametrize("kept", [lambda root: at(root, "HEAD", ["left-out"]), lambda root: staged(root, ["left-out"])])
def test_git_gives_the_files_that_the_work_tree_has(committed, project, kept):
    project(STRANGE)
    for link, target in LINKS.items():
        Path(link).parent.mkdir(exist_ok=True)
        Path(link).symlink_to(target)
    root = str(committed({}))
    with listing(root) as listed:
        there = on_disk(root, listed(), ["left-out"])
    with kept(root) as tree:
        assert tree.paths == there.paths > {"link.dockerfile", ".git/config"}
        for path in sorted(there.paths):
            assert tree.source(path) == there.source(path), path
        said = {path: (problem.message, problem.span.start) for path, problem in tree.problems.items()}
    assert said == {path: (problem.message, problem.span.start) for path, problem in there.problems.items()}
    assert set(said) == {
        "big.json",
        "utf16.py",
        "folder",
        *(f"{n}.dockerfile" for n in ("round", "away", "out", "lost")),
    }


def test_nothing_of_the_repository_runs_and_the_work_tree_stays(pull_request, lint, tmp_path):
    files = {"Dockerfile": ROOT, ".gitattributes": "* filter=evil diff=evil merge=evil\n"}
    root = pull_request(files, {"Dockerfile": f"# moved\n{ROOT}"})
    trace = tmp_path / "trace"
    for hook in ("pre-commit", "post-index-change", "post-checkout", "fsmonitor-watchman"):
        program = root / ".git" / "hooks" / hook
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ntouch {trace}\n")
        program.chmod(0o755)
    evil = f"touch {trace}"
    with open(root / ".git" / "config", "a") as config:
        config.write(f"[core]\nfsmonitor = {program}\npager = {evil}\nsshCommand = {evil}\n")
        config.write(f'[filter "evil"]\nclean = {evil}\nsmudge = {evil}\nprocess = {evil}\nrequired = true\n')
        config.write(f'[diff "evil"]\ntextconv = {evil}\ncommand = {evil}\n[diff]\nexternal = {evil}\n')
        config.write(f"[alias]\nrev-parse = !{evil}\nls-tree = !{evil}\n[pager]\nls-tree = {evil}\n")
        config.write(f'[remote "origin"]\nurl = ext::{evil}\npromisor = true\nuploadpack = {evil}\n')
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert "1 known finding not shown" in lint("--base", "main").out
    assert reported(lint("--staged")) == ["Dockerfile:3:6"]
    assert changed_lines(str(root), [("Dockerfile", 1), ("Dockerfile", 2)]) == {("Dockerfile", 1)}
    blob = git("-c", "core.fsmonitor=false", "rev-parse", "main:Dockerfile")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "this clone lacks objects" in lint("--staged").err
    del before[root / ".git" / "objects" / blob[:2] / blob[2:]]
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert not trace.exists()


@pytest.fixture
def pull_request(committed, monkeypatch):
    """What a runner checks out: the merge of a branch with some files into that with others."""

    def make(before, after):
        root = committed(before)
        git("checkout", "-q", "-b", "topic")
        for path, content in after.items():
            (root / path).write_bytes(content.encode())
        git("add", "-A")
        git("commit", "-q", "-m", "second")
        git("checkout", "-q", "main")
        git("merge", "-q", "--no-ff", "-m", "merge", "topic")
        monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
        monkeypatch.setenv("GITHUB_SHA", git("rev-parse", "HEAD"))
        return root

    return make


LINES = {"a/some file": "1\n2\n3\n4\n5\n", "a/é": "1\n", "gone": "1\n", "a/same": "1\n", "b": "1\n"}
NEXT = {
    "a/some file": "1\n++ b/a/same\n@@ -1 +1 @@\n4\n5\n6\n",
    "a/é": "1\n2",
    "b": "2\n",
    'a/"': "1\n",
    "a/new": "1\n2\n",
}


def test_the_lines_that_a_pull_request_changes(pull_request):
    root = pull_request(LINES, NEXT)
    every = [(path, line) for path in (*LINES, *NEXT) for line in range(1, 9)]
    some = {("a/some file", line) for line in (2, 3, 6)}
    assert changed_lines(str(root), every) == some | {("a/é", 2), ("b", 1), ("a/new", 1), ("a/new", 2)}
    inside = {(path.removeprefix("a/"), line) for path, line in every}
    assert changed_lines(str(root / "a"), inside) == {
        *(("some file", line) for line in (2, 3, 6)),
        *(("é", 2), ("new", 1), ("new", 2)),
    }
    assert changed_lines(str(root), [("a/some file", 3), ("a/some file", 4)]) == {("a/some file", 3)}
    assert changed_lines(str(root), []) == changed_lines(str(root.parent), every) == frozenset()


@pytest.mark.parametrize("why", ["event", "other commit", "no merge", "shallow", "too much", "no git"])
def test_no_line_is_known_to_be_changed_without_the_merge(pull_request, monkeypatch, tmp_path, why):
    root = pull_request(LINES, NEXT)
    match why:
        case "event":
            monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
        case "other commit":
            monkeypatch.setenv("GITHUB_SHA", git("rev-parse", "HEAD^2"))
        case "no merge":
            git("checkout", "-q", "topic")
            monkeypatch.setenv("GITHUB_SHA", git("rev-parse", "HEAD"))
        case "shallow":
            git("clone", "-q", "--depth=1", f"file://{root}", str(tmp_path / "clone"))
            root = tmp_path / "clone"
        case "too much":
            monkeypatch.setattr("mcplint.project.changes.MOST", 64)
        case "no git":
            monkeypatch.setattr("mcplint.project.git.executable", lambda *_: None)
    assert changed_lines(str(root), [("b", 1)]) == frozenset()


@pytest.mark.parametrize("depth", ["2", "9"])
def test_a_clone_of_two_commits_knows_the_changed_lines(pull_request, tmp_path, depth):
    root = pull_request(LINES, NEXT)
    git("clone", "-q", f"--depth={depth}", f"file://{root}", str(tmp_path / "clone"))
    assert changed_lines(str(tmp_path / "clone"), [("b", 1), ("a/same", 1)]) == {("b", 1)}


def test_annotations_begin_with_what_the_pull_request_changes(pull_request, simple, mcplint):
    old = {f"a{number:02}.dockerfile": ROOT for number in range(12)}
    pull_request({**old, "z.dockerfile": APP}, {"z.dockerfile": ROOT})
    out = mcplint("--rules", simple.RULES, "--format", "github").out
    assert "file=z.dockerfile,line=2," in out.splitlines()[0]
    assert "3 errors more" in out


def test_a_tree_that_is_nested_without_end_is_refused(committed, lint, monkeypatch):
    committed({"Dockerfile": ROOT})
    tree = git("hash-object", "-t", "tree", "-w", os.devnull)
    for _ in range(30):
        rows = "".join(f"040000 tree {tree}\t{name}\n" for name in "abcdefgh")
        tree = subprocess.run(["git", "mktree"], input=rows, check=True, capture_output=True, text=True).stdout.strip()
    monkeypatch.setattr("mcplint.project.git.PATIENCE", 1)
    ran = lint("--base", tree)
    assert (ran.code, "git did not answer within 1 seconds" in ran.err) == (2, True)


@pytest.mark.parametrize(("path", "asked"), [("HEAD", "--staged"), ("packed-refs", "--base=HEAD")])
def test_what_is_no_file_in_a_repository_stops_git_once(committed, lint, monkeypatch, path, asked):
    root = committed({"Dockerfile": ROOT})
    (root / ".git" / path).unlink(missing_ok=True)
    os.mkfifo(root / ".git" / path)
    monkeypatch.setattr("mcplint.project.git.PATIENCE", 1)
    began = time.monotonic()
    ran = lint(asked)
    assert time.monotonic() - began < 10
    said = "mcplint: git did not answer within 1 seconds, so no other version of the files was read\n"
    assert (ran.code, ran.err) == (2, said)


@pytest.mark.parametrize("asked", ["--staged", "--base=HEAD"])
def test_git_that_does_not_list_the_files_is_asked_nothing_else(committed, lint, monkeypatch, asked):
    root = committed({"Dockerfile": ROOT, "start.sh": "#!/bin/sh\n"})
    (root / ".git" / "HEAD").unlink()
    os.mkfifo(root / ".git" / "HEAD")
    started = []
    begin = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **named: started.append(given) or begin(*given, **named))
    monkeypatch.setattr("mcplint.project.git.PATIENCE", 1)
    ran = lint(asked)
    said = "mcplint: git did not answer within 1 seconds, so no other version of the files was read\n"
    assert (ran.code, ran.err, len(started)) == (2, said, 1)


def test_findings_of_one_long_line_mask_its_pieces_once(monkeypatch):
    masked = []
    monkeypatch.setattr(terminal, "masked_line", lambda text: masked.append(text) or text)
    text = "a b " * 10_000
    for start in range(0, len(text), 40):
        assert terminal.window(text, start, 3).piece in text
    assert len(masked) <= 5


def test_a_baseline_survives_moved_lines(project, lint):
    root = project({"Dockerfile": ROOT, "b/Dockerfile": APP})
    ran = lint("--baseline", "known.json", "--write-baseline")
    assert (ran.code, ran.err) == (0, "mcplint: known.json: 1 known finding, 0 removed\n")
    (root / "Dockerfile").write_text("# a line\n\n" + ROOT)
    ran = lint("--baseline", "known.json")
    assert (ran.code, ran.err, "1 known finding not shown" in ran.out) == (0, "", True)
    (root / "b" / "Dockerfile").write_text(ROOT)
    assert reported(lint("--baseline", "known.json")) == ["b/Dockerfile:2:6"]


def test_the_fingerprints_are_those_of_the_json_report(project, lint):
    project({"Dockerfile": ROOT + "# x\n", "b/Dockerfile": ROOT})
    lint("--baseline", "known.json", "--write-baseline")
    kept = json.loads(Path("known.json").read_text())
    told = json.loads(lint("--format", "json").out)["findings"]
    assert kept["version"] == 1 and len(told) == 2
    wanted = [{field: each[field] for field in ("rule", "path", "message", "fingerprint")} for each in told]
    assert kept["findings"] == wanted
    [second] = json.loads(lint("--format", "json", "b").out)["findings"]
    assert second["fingerprint"] == told[1]["fingerprint"]


def test_what_is_gone_is_said_and_pruned(project, lint):
    root = project({"Dockerfile": ROOT, "b/Dockerfile": ROOT})
    lint("--baseline", "known.json", "--write-baseline")
    (root / "Dockerfile").write_text(APP)
    (root / "new.dockerfile").write_text(ROOT)
    before = Path("known.json").read_text()
    ran = lint("--baseline", "known.json")
    assert "1 known finding no longer there (known-user in Dockerfile); --prune-baseline removes it" in ran.err
    assert Path("known.json").read_text() == before
    assert lint("--baseline", "known.json", "--select", "unused-ignore").err == ""
    ran = lint("--baseline", "known.json", "--prune-baseline")
    assert (ran.err, reported(ran)) == ("mcplint: known.json: 1 known finding, 1 removed\n", ["new.dockerfile:2:6"])
    assert lint("--baseline", "known.json", "--write-baseline").code == 0
    assert [each["path"] for each in json.loads(Path("known.json").read_text())["findings"]] == [
        "b/Dockerfile",
        "new.dockerfile",
    ]


def test_what_is_gone_is_gathered_once_however_much_it_is(project, lint, monkeypatch):
    from mcplint.engine import baseline

    class Counted(list):
        times = 0

        def __iter__(self):
            Counted.times += 1
            return super().__iter__()

    project({"Dockerfile": APP})
    rows = [{"rule": "known-user", "path": f"{n}", "message": "", "fingerprint": f"{n}"} for n in range(99)]
    Path("known.json").write_text(json.dumps({"version": 1, "findings": rows}))
    stale = baseline.stale
    monkeypatch.setattr(baseline, "stale", lambda *given: Counted(stale(*given)))
    assert "no known findings, 99 removed" in lint("--baseline", "known.json", "--prune-baseline").err
    assert 0 < Counted.times < 5


def test_what_was_not_looked_at_stays_known(project, lint):
    project({"Dockerfile": ROOT, "b/Dockerfile": ROOT})
    lint("--baseline", "known.json", "--write-baseline")
    before = Path("known.json").read_text()
    lint("--baseline", "known.json", "--write-baseline", "b", "--ignore", "known-user")
    assert Path("known.json").read_text() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1:1: Expecting value"),
        ("{", ":1:2: Expecting property name"),
        ("\xff", "no JSON document in UTF-8"),
        ("[" * 100_000, "no JSON document"),
        ("[]", "no baseline of mcplint"),
        ('{"findings": []}', "no baseline of mcplint"),
        ('{"version": 1, "findings": {}}', "no baseline of mcplint"),
        ('{"version": 2, "findings": []}', "newer than this mcplint"),
        ('{"version": 1, "findings": [1]}', "finding 1 has not all of rule, path, message, fingerprint"),
        ('{"version": 1, "findings": [{"rule": 1}]}', "finding 1 has not all of"),
    ],
)
@pytest.mark.parametrize("write", [[], ["--write-baseline"]])
def test_a_broken_baseline_is_said_and_left_alone(project, lint, text, said, write):
    data = text.encode("latin-1")
    project({"Dockerfile": ROOT, "known.json": data})
    ran = lint("--baseline", "known.json", *write)
    assert ran.err.startswith("mcplint: known.json") and said in ran.err
    assert (ran.code, ran.out) == (2, "")
    assert Path("known.json").read_bytes() == data


def test_where_an_output_cannot_be_written_the_baseline_is_not_either(project, lint):
    project({"Dockerfile": ROOT})
    ran = lint("--baseline", "known.json", "--write-baseline", "--output", "json=none/x")
    assert (ran.code, ran.out, os.listdir()) == (2, "", ["Dockerfile"])


def test_a_new_name_is_told_by_the_lines():
    before = {"a": "1\n2\n3\n4", "b": "5\n6"}
    assert renames(before, {"c": "1\n2\n3\n9", "d": "5\n7\n8\n9"}) == {"c": "a"}
    assert renames(before, {"c": "1\n2\n3\n4", "d": "1\n2\n3\n4"}) == {"c": "a"}
    assert renames({}, {"c": ""}) == {}
    assert renames({"a": "1\n2", "b": "1\n2\n3"}, {"c": "1\n2\n3", "d": "1\n2\n3\n4"}) == {"c": "b", "d": "a"}


def test_very_many_new_names_are_told_where_nothing_else_is_new():
    text = "".join(f"{number}\n" for number in range(300))
    before = {f"a/{number}": f"{text}{number}" for number in range(1000)}
    after = {f"b/{number}": f"{text}{number}" for number in range(0, 1000, 2)}
    changed = {f"c/{number}": f"{text}{number}\nmore" for number in range(1, 1000, 2)}
    assert renames(before, after | changed) == {path: path.replace("b", "a") for path in after}


@pytest.mark.parametrize(
    "revision", ["--upload-pack=x", "$(touch x)", "HEAD~9", "HEAD:README.md", "a..b", "", "0" * 40]
)
def test_no_command_is_advised_that_a_shell_or_git_would_take_for_something_else(tmp_path, revision):
    from mcplint.project import revision as revisions

    assert revisions._remedy(str(tmp_path), revision) == ""


def test_the_mode_of_a_file_and_what_git_ignores_are_told_at_a_revision(committed):
    root = committed({"run.sh": "#!/bin/sh\n", ".gitignore": ".env\n"})
    (root / ".env").write_text("TOKEN=x\n")
    git("update-index", "--chmod=+x", "run.sh")
    git("commit", "-qm", "runs")
    for files in (at(str(root), "HEAD"), staged(str(root))):
        with files as tree:
            assert (tree.executable("run.sh"), tree.executable(".gitignore")) == (True, False)
            assert tree.has(".env") and not tree.has("other")
    with at(str(root), "HEAD^") as tree:
        assert tree.executable("run.sh") is False
