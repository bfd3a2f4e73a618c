"""Which files are found, of which kind, and what is never opened."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess

import pytest

from mcplint.findings import Unreadable
from mcplint.project import discover
from mcplint.project import git as asked
from mcplint.project.kinds import kind
from mcplint.project.load import contents, decode, load
from tests.lab.project import EXAMPLES


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Dockerfile", "dockerfile"),
        ("a/b/Dockerfile.prod", "dockerfile"),
        ("Dockerfile.service", "dockerfile"),
        ("dockerfile", "dockerfile"),
        ("api.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Containerfile.dev", "dockerfile"),
        ("Dockerfile-worker", "dockerfile"),
        ("dockerfiles/x", None),
        ("Dockerfile.md", "other"),
        (".github/workflows/dockerfile-image.yml", "other"),
        ("dockerfile_parser.py", "python"),
        ("Dockerfile.dockerignore", "dockerignore"),
        (".dockerignore", "dockerignore"),
        ("nginx.conf", "nginx"),
        ("nginx.conf.j2", "nginx"),
        ("etc/site.conf.template", "nginx"),
        ("nginx/sites-enabled/default", "nginx"),
        ("nginx/templates/default.conf.template", "nginx"),
        ("compose.yaml", "compose"),
        ("compose.override.yml", "compose"),
        ("docker-compose.prod.yml", "compose"),
        ("decompose.yml", "kubernetes"),
        ("server.json", "server.json"),
        ("my-server.json", None),
        ("pyproject.toml", "pyproject"),
        ("requirements-dev.txt", "requirements"),
        ("requirements/prod.txt", "requirements"),
        ("uv.lock", "lock"),
        ("Pipfile.lock", "pipfile.lock"),
        (".env", "env"),
        ("deploy/prod.env", "env"),
        (".mcp.json", "client"),
        (".vscode/mcp.json", "client"),
        ("fastmcp.json", "fastmcp"),
        ("README.md", "readme"),
        ("sites-available/notes", "nginx"),
        ("sites-available/compose.yaml", "compose"),
        ("a\nb/server.py", "python"),
        ("deploy/lighttpd/mcp.conf", "lighttpd"),
        ("deploy/mcp.conf", "nginx"),
    ],
)
def test_the_kind_is_told_by_the_path(path, name):
    found = kind(path)
    assert (found.name if found else None) == name


def files(root, *exclude, named=()):
    with asked.listing(str(root)) as listed:
        return discover.tree(str(root), listed(), exclude, named)


def git(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, env=environment)


FILES = {
    "Dockerfile": "FROM x\n",
    "src/server.py": "",
    "ignored/Dockerfile": "FROM y\n",
    ".gitignore": "ignored/\n",
    "node_modules/x/Dockerfile": "FROM z\n",
    ".venv/pyvenv.cfg": "",
    "env/pyvenv.cfg": "",
    "env/lib/x.py": "",
}


def test_git_lists_what_it_does_not_ignore(project):
    root = project(FILES)
    git("init", "-q")
    assert files(root).paths >= {"Dockerfile", "src/server.py", ".gitignore"}
    assert not {path for path in files(root).paths if path.startswith(("ignored", "node_modules", ".venv"))}


def test_without_git_all_is_listed_but_what_is_never_the_projects_own(project):
    root = project(FILES)
    assert files(root).paths == {"Dockerfile", "src/server.py", ".gitignore", "ignored/Dockerfile"}


def test_a_path_that_is_asked_about_belongs_to_the_project_though_git_ignores_it(project):
    root = str(project(FILES))
    git("init", "-q")
    assert "ignored/Dockerfile" in files(root, named=["ignored/Dockerfile"]).paths
    assert "ignored/Dockerfile" in files(root, named=["ignored"]).paths


@pytest.mark.parametrize("glob", ["src", "src/", "src/*", "*.py", "src/server.py"])
def test_what_is_excluded_is_not_there(project, glob):
    root = str(project({"src/server.py": "", "Dockerfile": ""}))
    assert files(root, glob).paths == {"Dockerfile"}


def test_a_deleted_file_is_not_there(project):
    root = project({"Dockerfile": "", "server.py": ""})
    git("init", "-q")
    git("add", ".")
    (root / "server.py").unlink()
    assert files(root).paths == {"Dockerfile"}


@pytest.mark.parametrize("replace", [lambda folder: None, lambda folder: folder.write_text("a file")])
def test_a_deleted_folder_is_not_there(project, replace):
    root = project({"Dockerfile": "", "src/server.py": "", "src/deep/x.py": ""})
    git("init", "-q")
    git("add", ".")
    shutil.rmtree(root / "src")
    replace(root / "src")
    found = files(root)
    assert (found.paths - {"src"}, dict(found.problems)) == ({"Dockerfile"}, {})


def test_a_tracked_folder_that_became_a_link_to_outside_is_not_looked_into(project, tmp_path):
    root = project({"deploy/Dockerfile": "FROM x\n"})
    git("init", "-q")
    git("add", ".")
    (root / "deploy").rename(tmp_path / "outside")
    (root / "deploy").symlink_to(tmp_path / "outside")
    assert files(root).source("deploy/Dockerfile") is None


HOSTILE = """
[core]
    fsmonitor = HOOK
    hooksPath = HOOKS
    pager = touch TRACE
    editor = touch TRACE
    sshCommand = touch TRACE
    alternateRefsCommand = touch TRACE
[filter "evil"]
    clean = touch TRACE; cat
    smudge = touch TRACE; cat
    process = touch TRACE
    required = true
[diff]
    external = touch TRACE
[diff "evil"]
    command = touch TRACE
    textconv = touch TRACE
[alias]
    ls-files = !touch TRACE
[pager]
    ls-files = touch TRACE
[extensions]
    partialClone = o
[remote "o"]
    url = ext::touch TRACE
    promisor = true
    uploadpack = touch TRACE
"""


@pytest.mark.parametrize("hook", ["pre-commit", "post-index-change", "fsmonitor-watchman"])
def test_a_hostile_repository_leaves_no_trace(project, tmp_path, hook):
    root = project({"Dockerfile": "FROM x\n", ".gitattributes": "* filter=evil diff=evil\n"})
    git("init", "-q")
    git("add", ".")
    trace = tmp_path / "trace"
    evil = root / ".git" / "hooks" / hook
    evil.parent.mkdir(exist_ok=True)
    evil.write_text(f"#!/bin/sh\ntouch {trace}\n")
    evil.chmod(0o755)
    with open(root / ".git" / "config", "a") as config:
        config.write(HOSTILE.replace("HOOKS", str(evil.parent)).replace("HOOK", str(evil)).replace("TRACE", str(trace)))
    assert "Dockerfile" in files(root).paths
    assert not trace.exists()


def test_what_a_hook_was_started_with_does_not_lead_to_another_repository(project, tmp_path, monkeypatch):
    root = project({"Dockerfile": ""})
    git("init", "-q")
    git("init", "-q", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert files(root).paths == {"Dockerfile"}


def test_an_index_that_is_no_file_does_not_hang(project, monkeypatch):
    root = project({"Dockerfile": ""})
    git("init", "-q")
    os.mkfifo(root / ".git" / "index")
    with pytest.raises(KeyError), asked.listing(str(root)):
        raise KeyError
    monkeypatch.setattr(asked, "PATIENCE", 1)
    assert "Dockerfile" in files(root).paths


def pathological(root):
    (root / ".gitignore").write_text(f"{'*a' * 40}b\n" * 40)
    (root / ("a" * 200)).write_text("")


@pytest.mark.parametrize("spoil", [lambda root: os.mkfifo(root / ".gitignore"), pathological], ids=["FIFO", "pattern"])
def test_what_keeps_git_from_listing_is_said(project, monkeypatch, spoil):
    root = project({"Dockerfile": "", "a.py": ""})
    git("init", "-q")
    spoil(root)
    monkeypatch.setattr(asked, "PATIENCE", 1)
    found = files(root)
    assert {"Dockerfile", "a.py"} <= found.paths
    slow = "git did not list the files within 1 seconds, so those that it ignores are read too"
    assert {problem.message for problem in found.problems.values()} <= {slow}


def test_a_repository_inside_a_plain_folder_is_a_project_of_its_own(project):
    root = project({"compose.yaml": "", "one/Dockerfile": "", "two/sub/server.py": "", "two/.git": "gitdir: x\n"})
    git("init", "-q", "one")
    found = files(root)
    assert found.paths == {"compose.yaml"}
    [problem] = found.graded_problems((), ())
    assert (problem.message, problem.severity) == (
        "not read, as a repository of its own: `one` and 1 more; run mcplint on it",
        "warning",
    )
    assert discover.project("one/Dockerfile") == str(root / "one")


def test_a_folder_that_becomes_a_link_to_outside_is_not_followed(project, tmp_path, monkeypatch):
    root = project({"a/b/Dockerfile": "FROM x\n"})
    (root / "link").symlink_to("a/b")
    assert load(str(root), "link/Dockerfile").text == "FROM x\n"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Dockerfile").write_text("SECRET")
    real = os.path.realpath

    def swapped(path, **given):
        found = real(path, **given)
        shutil.rmtree(root / "a/b")
        (root / "a/b").symlink_to(outside)
        return found

    monkeypatch.setattr(os.path, "realpath", swapped)
    with pytest.raises(Unreadable) as problem:
        load(str(root), "link/Dockerfile")
    assert "SECRET" not in str(problem.value)


def test_a_list_longer_than_a_pipe_holds_arrives_whole(project):
    names = {f"{'long' * 40}{number}.py" for number in range(1000)}
    root = project(dict.fromkeys(names, ""))
    git("init", "-q")
    with asked.listing(str(root)) as listed:
        assert listed() == dict.fromkeys(names, True)


def test_where_there_is_no_git_what_lies_there_is_listed(project, monkeypatch):
    root = project({"Dockerfile": "", ".git/HEAD": ""})
    monkeypatch.setenv("PATH", str(root))
    assert files(root).paths == {"Dockerfile"}


@pytest.mark.parametrize("configured", ["mcplint.toml", "pyproject.toml", None])
def test_the_project_is_the_nearest_configuration_else_the_work_tree(project, configured, tmp_path):
    root = project({"a/b/Dockerfile": "", "a/pyproject.toml": "[project]\n", ".git/HEAD": ""})
    if configured:
        (root / "a" / configured).write_text("[tool.mcplint]\n")
    (tmp_path / "mcplint.toml").write_text("")
    assert discover.project("a/b/Dockerfile") == str(root / "a" if configured else root)


def test_without_git_the_project_does_not_reach_above_the_working_folder(project, monkeypatch, tmp_path):
    root = project({"a/b/Dockerfile": "", "mcplint.toml": ""})
    assert discover.project("a/b") == str(root)
    monkeypatch.chdir("a")
    assert discover.project("b") == str(root / "a")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert discover.project(str(root / "a" / "b")) == str(root / "a" / "b")


@pytest.mark.parametrize(
    ("path", "data", "text", "encoding"),
    [
        ("Dockerfile", b"FROM x\r\n", "FROM x\r\n", "utf-8"),
        ("Dockerfile", b"\xef\xbb\xbfFROM x\n", "FROM x\n", "utf-8-sig"),
        ("Dockerfile", b"# caf\xe9\n", "# caf\xe9\n", "latin-1"),
        ("Dockerfile", b"a\rb\r", "a\rb\r", "utf-8"),
        ("server.py", b"# -*- coding: latin-1 -*-\n'\xe9'\n", "# -*- coding: latin-1 -*-\n'\xe9'\n", "iso-8859-1"),
        ("server.json", b"", "", "utf-8"),
    ],
)
def test_a_text_is_decoded_so_that_it_can_be_written_back(path, data, text, encoding):
    assert decode(path, data) == (text, encoding)
    assert text.encode(encoding) == data


@pytest.mark.parametrize(
    ("path", "data", "said", "line"),
    [
        ("Dockerfile", "FROM x\n".encode("utf-16"), "UTF-16", 1),
        ("Dockerfile", "FROM x\n".encode("utf-16-le"), "UTF-16", 1),
        ("Dockerfile", b"FROM x\nRUN \0\n", "NUL", 2),
        ("server.json", b'{\n"a": "\xe9"}', "UTF-8", 2),
        ("server.py", b"# coding: no-such\n'\xe9'", "UTF-8", 2),
        ("server.py", b"x = 1\nx = '\xe9'", "UTF-8", 2),
        ("compose.yaml", b"\xef\xbb\xbfa: b\nc: \xff", "UTF-8", 2),
    ],
)
def test_what_cannot_be_decoded_is_said_with_its_place(path, data, said, line):
    with pytest.raises(Unreadable) as caught:
        decode(path, data)
    span = caught.value.span
    assert said in caught.value.message and span.source.text[: span.start].count("\n") + 1 == line


def make_fifo(path):
    os.mkfifo(path)


def make_loop(path):
    path.symlink_to(path.name)


def make_dangling(path):
    path.symlink_to("nowhere")


def make_outside(path):
    (path.parent.parent / "outside").write_text("FROM x\n")
    path.symlink_to("../outside")


def make_device(path):
    path.symlink_to("/dev/zero")


def make_large(path):
    path.write_bytes(b"#" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_fifo, "not a regular file"),
        (make_loop, "leads back to itself"),
        (make_dangling, "a file that does not exist"),
        (make_outside, "out of the project"),
        (make_device, "out of the project"),
        (make_large, "larger than 1,024 KB"),
        (lambda path: path.mkdir(), "a folder, not a file"),
        (lambda path: None, "removed since it was listed"),
    ],
)
def test_what_is_no_readable_file_is_said(project, make, said):
    root = project({})
    make(root / "Dockerfile")
    with pytest.raises(Unreadable, match=said):
        load(str(root), "Dockerfile")


def test_what_may_not_be_read_is_said(project, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    root = project({"Dockerfile": ""})
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unreadable, match="permission denied"):
        load(str(root), "Dockerfile")


def test_what_may_not_be_read_is_no_mistake_of_who_names_it(project, mcplint, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    project({"Dockerfile": ""})
    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "access", lambda *_: False)
    ran = mcplint("Dockerfile")
    assert ran.out.startswith(
        "error[unreadable-file]: cannot read Dockerfile: permission denied\n --> Dockerfile:1:1\n"
    )
    assert (ran.code, ran.err) == (1, "")


@pytest.mark.parametrize("make", [make_fifo, make_loop, make_dangling, make_outside, lambda path: path.mkdir()])
@pytest.mark.parametrize("with_git", [True, False])
def test_a_tree_has_a_problem_for_each(project, make, with_git):
    root = project({"server.py": ""})
    make(root / "Dockerfile")
    if with_git:
        git("init", "-q")
    tree = files(root)
    assert tree.source("Dockerfile") is None
    assert "Dockerfile" in tree.problems


def test_a_link_inside_the_project_is_read(project):
    root = project({"docker/Dockerfile.prod": "FROM x\n"})
    (root / "Dockerfile").symlink_to("docker/Dockerfile.prod")
    assert files(root).source("Dockerfile").text == "FROM x\n"


def test_a_file_name_that_is_no_text(project):
    root = project({"Dockerfile": ""})
    name = os.fsdecode(b"\xff.conf")
    (root / name).write_text("server {}\n")
    assert files(root).source(name).text == "server {}\n"


@pytest.mark.parametrize("name", ["pyproject.toml", "mcplint.toml", "both"])
def test_what_configures_mcplint_is_read_once(name, project, mcplint, monkeypatch):
    package = '[project]\nname = "notes"\nversion = "1.0.0"\n'
    files = {
        "pyproject.toml": {"pyproject.toml": f'{package}[tool.mcplint]\nfail-on = "error"\n'},
        "mcplint.toml": {"mcplint.toml": 'fail-on = "error"\n'},
        "both": {"mcplint.toml": 'fail-on = "error"\n', "pyproject.toml": package},
    }[name]
    project({**files, "server.py": "import mcp\n", "Dockerfile": "FROM python:3.12-slim\nUSER 10001\n"})
    opened = []
    monkeypatch.setattr("mcplint.project.load.contents", lambda root, path: opened.append(path) or contents(root, path))
    assert mcplint().code == 0
    assert {path: opened.count(path) for path in files} == dict.fromkeys(files, 1)


@pytest.mark.parametrize("name", ["notes-server", "notes-server-broken", "notes-server-ts", "notes-server-ts-broken"])
def test_each_file_of_a_project_is_read_once(name, mcplint, monkeypatch, tmp_path):
    shutil.copytree(EXAMPLES / name, tmp_path / "example")
    (tmp_path / "example" / "test_mcp.py").write_text('URL = "http://localhost:8000/mcp"\n')
    monkeypatch.chdir(tmp_path / "example")
    opened = []
    monkeypatch.setattr("mcplint.project.load.contents", lambda root, path: opened.append(path) or contents(root, path))
    mcplint()
    assert "test_mcp.py" in opened
    assert [path for path in opened if opened.count(path) > 1] == []
