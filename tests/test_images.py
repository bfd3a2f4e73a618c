"""Images: what a stage sets, inherits, holds and starts, and how what it installs is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from counted import lines
from dockerfuzz import dockerfile as generated

from mcplint.findings import Unreadable
from mcplint.images.assembly import image
from mcplint.images.available_programs import surely_lacks
from mcplint.images.build_arguments import Context
from mcplint.images.contents import Contents
from mcplint.images.copies import built_text, image_paths, project_path
from mcplint.images.image import Image
from mcplint.knowledge import base_images as known
from mcplint.model import Container
from mcplint.project.ignored import ignored_by_git, is_ignored
from mcplint.project.tree import Tree
from mcplint.readers.dockerfile import read
from mcplint.runtime.start_script import start_script
from mcplint.services.built_images import Builds
from mcplint.services.containers import ContainerContext
from mcplint.text.source import Source
from mcplint.values import Value

PYTHON = "FROM python:3.12-slim\n"


def made(
    text: str, files: dict[str, str] | None = None, target: str | None = None, context: str = ".", **args: str
) -> Image:
    tree = Tree.of({"Dockerfile": text, **(files or {})})
    told = {name: Value((value,)) for name, value in args.items()}
    found = image(read(Source("Dockerfile", text)), tree, told, target, Context(context))
    assert found is not None
    return found


def env(found: Image) -> dict[str, str | None]:
    return {name: value.only for name, value in found.env.items()}


ENVIRONMENT = {
    "pairs see what was before the instruction": ("ENV A=1\nENV A=2 B=$A", {}, {"A": "2", "B": "1"}),
    "the old form": ("ENV A b  c", {}, {"A": "b  c"}),
    "quotes go": ("ENV A='b c' B=\"d\" C=e\\ f", {}, {"A": "b c", "B": "d", "C": "e f"}),
    "an argument with a default": ("ARG V=1\nENV A=v$V", {}, {"A": "v1"}),
    "an argument from outside": ("ARG V=1\nENV A=v$V", {"V": "2"}, {"A": "v2"}),
    "an argument that nobody declares": ("ENV A=v$V", {"V": "2"}, {"A": "v"}),
    "an argument without a value": ("ARG PORT\nENV A=${PORT:-8000}", {}, {"A": "8000"}),
    "ENV beats ARG": ("ARG A=1\nENV A=2\nARG A=3\nENV B=$A", {}, {"A": "2", "B": "2"}),
    "the base image's": ("ENV PATH=/x:$PATH", {}, {"PATH": "/x:/usr/local/bin:" + known.SYSTEM_PATH}),
    "what only the build knows": ("ARG TARGETARCH\nENV A=$TARGETARCH", {}, {"A": None}),
    "what depends on the tag": ("ENV A=$PYTHON_VERSION", {}, {"A": None}),
}


@pytest.mark.parametrize(("text", "args", "expected"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_environment(text: str, args: dict[str, str], expected: dict[str, str | None]) -> None:
    found = env(made(PYTHON + text + "\n", **args))
    assert {name: found[name] for name in expected} == expected


def test_environment_is_closed_where_the_base_is_known() -> None:
    assert made(PYTHON).variable("X").options == (None,)
    assert made("FROM registry.example.com/x\n").variable("X").options is None
    assert made("FROM registry.example.com/x\nENV A=$X B=${Y:-1}\n").env["B"].options is None


@pytest.mark.parametrize(
    "base",
    ["oraclelinux:9", "almalinux", "astral/uv:debian", "redhat/ubi9", "cgr.dev/chainguard/python:3-dev", "redis:8"],
)
def test_images_of_vendors_set_no_variables_of_applications(base: str) -> None:
    found = made(f"FROM {base}\n")
    assert found.variable("MCP_HOST").options == (None,)
    assert base == "astral/uv:debian" or not surely_lacks(found, "curl")


def test_an_entrypoint_of_the_base_is_in_front_of_the_command() -> None:
    found = made('FROM gcr.io/distroless/python3-debian12\nCMD ["server.py"]\n')
    assert found.entrypoint and found.entrypoint.argv.value.only == ("/usr/bin/python3",)


def test_arguments_before_the_first_stage() -> None:
    text = "ARG V=3.11\nARG TAG=${V}-slim\nFROM python:${TAG} AS one\nENV A=$V\nARG V\nENV B=$V\nFROM one\nENV C=$V\n"
    assert made(text).base.only == "python:3.11-slim"
    assert {name: value for name, value in env(made(text)).items() if name in "ABC"} == {
        "A": "",
        "B": "3.11",
        "C": "3.11",
    }
    assert made(text, V="3.13").base.only == "python:3.13-slim"


def test_a_trace_leads_from_the_reader_to_what_decides() -> None:
    found = made("FROM python:3.12-slim\nARG HOST=127.0.0.1\nENV MCP_HOST=${HOST}\n").env["MCP_HOST"]
    assert [(note.text, note.span.text) for note in found.trace] == [
        ("ENV sets MCP_HOST", "MCP_HOST=${HOST}"),
        ("ARG declares HOST", "ARG HOST=127.0.0.1"),
    ]
    assert found.site is not None and found.site.span.text == "127.0.0.1"


STAGES = """FROM python:3.12-slim AS base
ENV A=1
USER app
WORKDIR /app
EXPOSE 8000
CMD ["base"]
FROM base AS Final
WORKDIR src
ENTRYPOINT ["python", "-m"]
FROM base AS test
USER root
CMD pytest
FROM final
"""


def test_stages_inherit() -> None:
    final, test, last = made(STAGES, target="final"), made(STAGES, target="test"), made(STAGES)
    assert (final.user.only, final.workdir.only, env(final)["A"]) == ("app", "/app/src", "1")
    assert final.cmd is None and final.entrypoint is not None, "an ENTRYPOINT takes away the CMD that was inherited"
    assert test.user.only == "root" and test.cmd is not None and test.cmd.shell == ("/bin/sh", "-c")
    assert [port.target.only for port in last.expose] == [8000] and last.user.only == "app"
    assert made(STAGES, target="1").name == "final"


def test_no_such_stage() -> None:
    tree = Tree.of({"Dockerfile": STAGES})
    assert image(read(Source("Dockerfile", STAGES)), tree, target="none") is None
    assert image(read(Source("Dockerfile", STAGES)), tree, target="9") is None


def test_a_cmd_of_the_same_stage_stays() -> None:
    found = made(PYTHON + 'CMD ["a"]\nENTRYPOINT ["b"]\n')
    assert found.cmd is not None and found.cmd.argv.value.only == ("a",)


def test_shell_form_and_shell() -> None:
    found = made(PYTHON + 'SHELL ["/bin/bash", "-c"]\nCMD exec python  app.py\n')
    assert found.cmd is not None and found.cmd.argv.value.only == ("/bin/bash", "-c", "exec python  app.py")
    assert found.cmd.words[0].exact


def test_emptied_commands() -> None:
    found = made(PYTHON + 'ENTRYPOINT ["a"]\nCMD ["b"]\nENTRYPOINT []\nCMD []\n')
    assert found.entrypoint is None and found.cmd is None


def test_onbuild_runs_in_the_stage_that_builds_on_it() -> None:
    text = PYTHON.replace("\n", " AS base\n") + "ONBUILD ENV A=1\nONBUILD USER app\nFROM base AS one\nFROM one\n"
    assert made(text, target="base").user.only == "root"
    assert (made(text, target="one").user.only, env(made(text, target="one"))["A"]) == ("app", "1")
    assert made(text).user.only == "app", "and what it did there is inherited"


def test_ports_probe_labels() -> None:
    found = made(
        PYTHON + "ARG P=8000\nEXPOSE $P 9000/udp 7000-7002\nLABEL a=b c='d e'\n"
        'HEALTHCHECK --interval=5s CMD ["curl", "x"]\n'
    )
    assert [(port.target.only, port.protocol) for port in found.expose] == [
        (8000, "tcp"),
        (9000, "udp"),
        (7000, "tcp"),
        (7001, "tcp"),
        (7002, "tcp"),
    ]
    assert found.probe is not None and found.probe.command.only == ("curl", "x")
    assert {name: value.only for name, value in found.labels.items()} == {"a": "b", "c": "d e"}
    off = made(PYTHON + "HEALTHCHECK CMD a\nHEALTHCHECK NONE\n")
    assert off.probe is None and off.probe_disabled is not None


USERS = {
    "of the base": (PYTHON, ("root",)),
    "named": (PYTHON + "USER app:app\n", ("app:app",)),
    "by arguments": (PYTHON + "ARG U=10001\nARG G=5\nUSER ${U}:${G}\n", ("10001:5",)),
    "unknown base": ("FROM registry.example.com/x\n", None),
    "base by digest": ("FROM python@sha256:00\n", ("root",)),
    "distroless": ("FROM gcr.io/distroless/python3-debian12:nonroot\n", ("65532",)),
    "official by its full name": ("FROM docker.io/library/python:3.12\n", ("root",)),
    "UBI": ("FROM registry.access.redhat.com/ubi9/python-312:1\n", ("1001",)),
    "variables that nobody sets": (PYTHON + "USER ${A}:${B}\n", ("root",)),
    "a group alone": (PYTHON + "USER :5\n", ("root",)),
    "an argument without a default": (PYTHON + "ARG A\nUSER ${A}:5\n", ("root",)),
    "Oracle Linux": ("FROM oraclelinux:9\n", ("root",)),
    "a mirror": ("FROM mirror.gcr.io/library/ubuntu:24.04\n", ("root",)),
    "AWS Lambda": ("FROM public.ecr.aws/lambda/python:3.12\nUSER root\n", ("sbx_user1051",)),
    "the client of AWS Lambda": (PYTHON + 'ENTRYPOINT ["python", "-m", "awslambdaric"]\n', ("sbx_user1051",)),
    "gosu": (PYTHON + 'ENTRYPOINT ["gosu", "app", "x"]\n', None),
    "su in the shell": (PYTHON + "CMD a && exec su app -c x\n", None),
    "a script in a here-document": (PYTHON + 'COPY <<E /e.sh\nexec su-exec app "$@"\nE\nENTRYPOINT ["/e.sh"]\n', None),
    "a script that does not": (PYTHON + 'COPY <<E /e.sh\nexec "$@"\nE\nENTRYPOINT ["/e.sh"]\n', ("root",)),
    "a script of the project": (PYTHON + 'COPY e.sh /\nENTRYPOINT ["tini", "--", "/e.sh"]\n', None),
}


@pytest.mark.parametrize(("text", "options"), USERS.values(), ids=USERS)
def test_users(text: str, options: tuple[str, ...] | None) -> None:
    assert made(text, {"e.sh": '#!/bin/sh\nexec setpriv --reuid app "$@"\n'}).user.options == options


PROJECT = {
    "src/pkg/server.py": "",
    "src/pkg/__init__.py": "",
    ".env": "",
    "a.py": "",
    "b.py": "",
    "docs/x.md": "",
    "sub/Dockerfile": "",
    "sub/app.py": "",
    ".dockerignore": "docs\n*.log\n!keep.log\n# c\n",
    "keep.log": "",
    "drop.log": "",
}

PLACES = {
    "everything": ("WORKDIR /app\nCOPY . .\n", "/app/src/pkg/server.py", "src/pkg/server.py"),
    "the contents of a folder": ("WORKDIR /app\nCOPY src ./\n", "/app/pkg/server.py", "src/pkg/server.py"),
    "a folder under its name": ("COPY src /app/src\n", "/app/src/pkg/server.py", "src/pkg/server.py"),
    "a file under another name": ("COPY a.py /main.py\n", "/main.py", "a.py"),
    "a file into a folder": ("COPY a.py b.py /x/\n", "/x/b.py", "b.py"),
    "a file into the working directory": ("WORKDIR /x\nCOPY a.py /x\n", "/x/a.py", "a.py"),
    "a pattern": ("COPY *.py /x/\n", "/x/b.py", "b.py"),
    "all of a folder": ("COPY src/* /x/\n", "/x/server.py", "src/pkg/server.py"),
    "a folder whose files are copied": ("COPY sub/* /x/\n", "/x", "sub"),
    "the JSON form": ('COPY ["a.py", "/x/"]\n', "/x/a.py", "a.py"),
    "with parents": ("COPY --parents src/pkg/server.py /x/\n", "/x/src/pkg/server.py", "src/pkg/server.py"),
    "the last one counts": ("COPY a.py /x.py\nCOPY b.py /x.py\n", "/x.py", "b.py"),
    "another folder": ("COPY src /app\n", "/other/pkg/server.py", None),
    "left out": ("COPY . /app\n", "/app/docs/x.md", None),
    "taken in again": ("COPY . /app\n", "/app/keep.log", "keep.log"),
    "left out by a pattern": ("COPY . /app\n", "/app/drop.log", None),
    "what is not there yet": ("COPY . /app\n", "/app/new.py", "new.py"),
    "a hidden file": ("COPY .env /app/\n", "/app/.env", ".env"),
    "above the context": ("COPY ../a.py /x/\n", "/x/a.py", "a.py"),
    "a variable in the way": ("ARG D=src\nCOPY ${D} /app\n", "/app/pkg/server.py", "src/pkg/server.py"),
}


@pytest.mark.parametrize(("text", "path", "expected"), PLACES.values(), ids=PLACES)
def test_from_the_image_to_the_project(text: str, path: str, expected: str | None) -> None:
    assert project_path(made(PYTHON + text, PROJECT), path) == expected


def test_through_another_stage() -> None:
    text = (
        "FROM python:3.12 AS build\nWORKDIR /src\nCOPY src .\nFROM python:3.12-slim\n"
        "COPY --from=build /src /app\nCOPY --from=0 /src/pkg/server.py /one.py\nCOPY --from=alpine /etc/x /app/y\n"
    )
    found = made(text, PROJECT)
    assert project_path(found, "/app/pkg/server.py") == "src/pkg/server.py"
    assert project_path(found, "/one.py") == "src/pkg/server.py"
    assert (
        list(image_paths(found, "src/pkg/server.py")) == ["/app/pkg/server.py", "/one.py"]
        and list(image_paths(found, "a.py")) == []
    )


def test_the_context_is_a_folder_below() -> None:
    found = made(PYTHON + "WORKDIR /app\nCOPY . .\n", PROJECT, context="sub")
    assert project_path(found, "/app/app.py") == "sub/app.py"
    assert list(image_paths(found, "sub/app.py")) == ["/app/app.py"] and list(image_paths(found, "a.py")) == []
    unknown = image(read(Source("D", PYTHON + "COPY . .\n")), Tree.of(PROJECT), given=Context(None))
    assert (
        unknown is not None and list(image_paths(unknown, "a.py")) == [None] and project_path(unknown, "/a.py") is None
    )


@pytest.mark.parametrize(
    ("patterns", "path", "out"),
    [
        (["*"], "a/b", True),
        (["*", "!a"], "a/b", False),
        (["**/x"], "a/b/x/y", True),
        (["a/*/c"], "a/b/c", True),
        (["a/*/c"], "a/c", False),
        (["/a/"], "a/b", True),
        (["*.py"], "a/b.py", False),
        (["**/*.py"], "a/b.py", True),
        (["a", "!a/b", "a/b/c"], "a/b/c", True),
        (["**/"], "file", True),
        (["**file"], "dir/a-file", True),
        (["**/file"], "dir/a-file", False),
        (["**/**/*.txt"], "file.txt", True),
        (["a**/*.txt"], "a/dir/dir/file.txt", True),
        (["a/*.txt**"], "a/file.txt", True),
        (["dir/**"], "dir", False),
        (["dir/**"], "dir/file", True),
        (["a[b-d]e"], "ace", True),
        (["a[^b-d]e"], "ace", False),
        (["a[^b-d]e"], "aze", True),
        (["a[[&&~]e"], "a[e", True),
        (["a[[&&~]e"], "a&e", True),
        ([r"a[\[]e"], "a[e", True),
        (["["], "[", True),
        ([r"a\*b"], "a*b", True),
        ([r"a\*b"], "axb", False),
        (["a.|)$(}+{bc"], "a.|)$(}+{bc", True),
        (["**", "!util/web", "util/web/foo"], "util/web/foo", True),
    ],
)
def test_dockerignore(patterns: list[str], path: str, out: bool) -> None:
    assert is_ignored(tuple(patterns), path) is out


@pytest.mark.parametrize(
    ("line", "path", "out"),
    [
        ("dist/", "a/dist/x.js", True),
        ("/dist/", "a/dist/x.js", False),
        ("a/dist", "a/dist/x.js", True),
        ("*.log", "a/b.log", True),
        ("*\n!keep", "keep", False),
        ("# dist", "dist", False),
    ],
)
def test_gitignore(line: str, path: str, out: bool) -> None:
    assert (ignored_by_git(Tree.of({".gitignore": line + "\n"}), path) is not None) is out
    assert (ignored_by_git(Tree.of({"sub/.gitignore": line + "\n"}), f"sub/{path}") is not None) is out


def test_constraints_of_an_install() -> None:
    files = {"pyproject.toml": "", "uv.lock": "", "limits.txt": "mcp<2\n"}
    copied = "WORKDIR /app\nCOPY . .\n"
    (own,) = made(f"{PYTHON}{copied}RUN pip install . -c limits.txt\n", files).installs
    assert (own.constraints, own.lock, own.locked.options) == (("limits.txt",), None, None)
    (exported,) = made(f"{PYTHON}{copied}RUN uv export > all.txt && pip install . -c all.txt\n", files).installs
    assert (exported.constraints, exported.lock, exported.locked.options) == ((), "uv.lock", None)


@pytest.mark.parametrize(
    ("builder", "copied", "counts"),
    [
        ("uv sync && uv build", "/app/dist/*.whl /tmp/", False),
        ("uv sync --locked\nRUN uv build --wheel", "/app/dist /dist", False),
        ("pip install -e . && python -m build", "/app/dist/ /tmp/", False),
        ("poetry install && poetry build", "/app/dist /dist", False),
        ("uv sync", "/app/requirements.txt /app/", False),
        ("uv sync", "/app/.venv /app/.venv", True),
        ("uv sync", "/app /app", True),
        ("uv sync", "/app/.venv/lib/python3.12 /usr/lib/python3.12", True),
        ("UV_PROJECT_ENVIRONMENT=/app/dist/env uv sync", "/app/dist /dist", True),
        ("uv sync --directory /srv/notes", "/srv/notes/.venv /srv/notes/.venv", True),
        ("uv lock", "/app/uv.lock /app/", True),
        ("uv lock", "/app/dist /dist", False),
        ("pip install .", "/usr/local /usr/local", True),
        ("pip install --prefix=/install .", "/install /usr/local", True),
        ("pip install --target deps .", "/app/deps /app/deps", True),
        ("pip wheel --wheel-dir dist .", "/app/dist /dist", True),
        ("pip install --user .", "/root/.local /root/.local", True),
        ("python -m venv /env && /env/bin/pip install .", "/env /env", True),
        ("python -m venv /env && . /env/bin/activate && pip install .", "/env /env", True),
        ("uv sync && mv .venv /env", "/env /env", True),
        ("uv sync && uv run pyinstaller --onefile server.py", "/app/dist/server /bin/server", True),
    ],
)
def test_an_install_counts_where_its_environment_is_copied(builder: str, copied: str, counts: bool) -> None:
    text = f"{PYTHON[:-1]} AS builder\nWORKDIR /app\nCOPY . .\nRUN {builder}\n{PYTHON}COPY --from=builder {copied}\n"
    found = made(text, {"pyproject.toml": "", "uv.lock": ""})
    assert bool([install for install in found.installs if "run" not in install.tool]) is counts


def test_an_environment_that_a_later_copy_brings() -> None:
    first = f"{PYTHON[:-1]} AS builder\nWORKDIR /app\nCOPY . .\nRUN uv sync && uv build\n"
    second = f"{PYTHON[:-1]} AS middle\nCOPY --from=builder /app/dist/*.whl /tmp/\nRUN pip install /tmp/*.whl\n"
    third = "FROM middle\nCOPY --from=builder /app/.venv /app/.venv\n"
    files = {"pyproject.toml": "", "uv.lock": ""}
    (wheel,) = made(first + second, files).installs
    assert (wheel.tool, wheel.requirements, wheel.packaged) == ("pip", (".",), ())
    assert [each.tool for each in made(first + second + third, files).installs] == ["pip", "uv sync"]


@pytest.mark.parametrize(
    ("run", "lock"),
    [
        ("RUN rm -f uv.lock && uv lock && uv sync", None),
        ("RUN rm /app/uv.lock\nRUN uv sync", None),
        ("RUN if [ -n $FRESH ]; then rm uv.lock; fi && uv sync", "uv.lock"),
        ("RUN rm other.lock && uv sync", "uv.lock"),
        ("RUN rm uv.lock\nCOPY uv.lock .\nRUN uv sync", "uv.lock"),
    ],
)
def test_a_lock_that_the_build_deletes(run: str, lock: str | None) -> None:
    found = made(f"{PYTHON}WORKDIR /app\nCOPY . .\n{run}\n", {"pyproject.toml": "", "uv.lock": ""})
    assert found.installs[-1].tool == "uv sync" and found.installs[-1].lock == lock


def test_tools() -> None:
    assert surely_lacks(made(PYTHON), "curl") and not surely_lacks(made(PYTHON), "bash")
    assert not surely_lacks(made("FROM python:3.12\n"), "curl") and not surely_lacks(
        made("FROM python@sha256:00\n"), "curl"
    )
    assert not surely_lacks(
        made(PYTHON + "RUN apt-get update && apt-get install -y --no-install-recommends curl\n"), "curl"
    )
    assert "curl" in made(PYTHON + "RUN apk add --no-cache curl=8 git\n").tools
    assert not surely_lacks(made("FROM registry.example.com/x\n"), "curl")
    assert not surely_lacks(made(PYTHON + "RUN ./setup.sh\n"), "curl")
    assert not surely_lacks(made(PYTHON + "COPY --from=alpine /usr/bin/curl /usr/bin/\n"), "curl")


GROWING: dict[str, Callable[[int], str]] = {
    "copies and syncs": lambda n: PYTHON + "COPY a b\n" * n + "RUN uv sync\n" * n,
    "syncs in one line": lambda n: PYTHON + "WORKDIR /a/b/c/d\n" + "COPY a b\n" * 200 + "RUN " + "uv sync;" * n,
    "projects in one line": lambda n: PYTHON + "RUN " + "pip install .;" * n,
    "copies from stages": lambda n: "FROM a AS x\n" * n + PYTHON + "COPY --from=x a b\n" * n,
    "stages that copy": lambda n: "".join(f"FROM a AS s{i}\nCOPY --from=s{i - 1} a b\n" for i in range(n)),
    "names": lambda n: PYTHON + "RUN pip install" + " a" * n + "\n",
    "shells": lambda n: PYTHON + "RUN " + 'sh -c "' * n,
    "users": lambda n: PYTHON + "USER app\n" * n,
}


def fan(*copies: str) -> Callable[[int], str]:
    """Stages that each take files from the one before, in several ways."""
    lines = "".join(f"COPY --from=s{{0}} {copy}\n" for copy in copies)
    return lambda n: "FROM a AS s0\nCOPY . /\n" + "".join(f"FROM a AS s{i + 1}\n{lines.format(i)}" for i in range(n))


FANNED = {
    "to two folders": fan("/ /a", "/ /b"),
    "from two folders": fan("/a /", "/b /"),
    "the same again": fan("/ /", "/ /"),
    "thirty times": fan(*["/ /"] * 30),
}


@pytest.mark.parametrize("text", FANNED.values(), ids=FANNED)
def test_ways_between_stages_are_bounded(text: Callable[[int], str]) -> None:
    def asked(n: int) -> None:
        tree = Tree.of({"server.py": "", "Dockerfile": text(n)})
        found = image(read(Source("Dockerfile", text(n))), tree)
        assert found is not None
        assert Contents.of(found, tree).why_absent("/a/b/server.py", "server.py") is None
        assert built_text(found, "/a/b/server.py") is None
        assert len(list(image_paths(found, "server.py"))) < 2000
        assert ["between its stages" in problem.message for problem in tree.problems.values()] == [True]

    few, many = (lines(partial(asked, n)) for n in (20, 80))
    assert many <= 5 * few


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_work_grows_with_the_size_only(text: Callable[[int], str]) -> None:
    few, many = (lines(partial(made, text(n), PROJECT)) for n in (100, 400))
    assert many <= 5 * few


def test_odd_files_end() -> None:
    chain = "FROM a AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\nENV A{i}=1\n" for i in range(3000))
    assert made(chain).number == 3000
    doubling = PYTHON + "ENV A=xx\n" + "ENV A=$A$A\n" * 60
    assert made(doubling).env["A"].options is None
    random = Random(3)
    built = 0
    for _ in range(1500):
        text = generated(random).removeprefix("\ufeff")
        try:
            file = read(Source("Dockerfile", text))
        except Unreadable:
            continue
        found = image(file, Tree.of(PROJECT))
        assert found is not None
        values = [*found.env.values(), *found.labels.values(), *found.args.values(), found.user, found.workdir]
        for value in values:
            if value.only is not None and value.site and value.site.span.text:
                assert value.site.span.text == value.only
        built += 1
    assert built > 500


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project]\nname = "notes_server"\n'),
        ("setup.cfg", "[metadata]\nname = notes-server\nversion = 1\n"),
        ("setup.py", "from setuptools import setup\n\nsetup(\n    name='notes-server',\n)\n"),
    ],
)
def test_an_image_is_likely_to_be_called_as_its_project(path: str, text: str) -> None:
    tree = Tree.of({"Dockerfile": PYTHON, path: text})
    assert list(Builds(tree, {"Dockerfile": read(Source("Dockerfile", PYTHON))}).images_by_likely_name) == [
        "notes-server"
    ]


WRITTEN = {
    "printf": (r"""RUN printf '#!/bin/sh\nexec %s "$@"\n' server > /boot.sh""", '#!/bin/sh\nexec server "$@"\n'),
    "a format that is used again": (r"RUN printf '%s\n' '#!/bin/sh' 'exec a' >/boot.sh", "#!/bin/sh\nexec a\n"),
    "echo that appends": ("RUN echo '#!/bin/sh' > /boot.sh && echo exec a  b >> /boot.sh", "#!/bin/sh\nexec a b\n"),
    "echo -e": (r"""RUN echo -e "#!/bin/sh\nexec \"\$@\"" > /boot.sh""", '#!/bin/sh\nexec "$@"\n'),
    "tee": ("RUN echo exec a | tee /boot.sh >/dev/null", "exec a\n"),
    "a here-document of cat": ("RUN cat > /boot.sh <<'EOF'\nexec \"$@\"\nEOF", 'exec "$@"\n'),
    "a here-document with escapes": ('RUN cat <<EOF >/boot.sh\nexec "\\$@"\nEOF', 'exec "$@"\n'),
    "a here-document in one of RUN": ("RUN <<E\ncat > /boot.sh <<'X'\nexec \"$@\"\nX\nE", 'exec "$@"\n'),
    "a group": ("RUN { echo '#!/bin/sh'; echo exec a; } > /boot.sh", "#!/bin/sh\nexec a\n"),
    "a relative path": ("WORKDIR /x\nRUN cd .. && echo a > boot.sh", "a\n"),
    "a file copied from there": (
        "RUN echo a > /boot.sh\nFROM python:3.12-slim\nCOPY --from=0 /boot.sh /boot.sh",
        "a\n",
    ),
    "a variable of the build": ('RUN echo "exec $X" > /boot.sh', None),
    "a here-document that is expanded": ('RUN cat <<EOF >/boot.sh\nexec "$@"\nEOF', None),
    "a number": (r"RUN printf 'exec %d\n' 3 > /boot.sh", None),
    "standard error": ("RUN echo a 2> /boot.sh", None),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_a_file_that_a_run_writes_is_known(text: str, expected: str | None) -> None:
    found = built_text(made(PYTHON + text + "\n"), "/boot.sh")
    assert (found.text if found else None) == expected
    if found:
        assert found.source.path == "Dockerfile" and found.span().end <= len(found.source.text)


def test_the_script_that_is_started_is_looked_at_in_its_own_line_ends_and_mode() -> None:
    files = {
        "Dockerfile": PYTHON + 'COPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
        "start.sh": "#!/bin/sh\r\nset -e\r\n",
    }
    found = image(read(Source("Dockerfile", files["Dockerfile"])), Tree.of(files))
    assert found is not None
    argv = found.entrypoint and found.entrypoint.argv
    place = ContainerContext(Container(found.span, argv=argv, workdir=found.workdir), found)
    script = start_script(place, Tree.of(files))
    assert script is not None and script.carriage is not None and script.carriage.span.text == "#!/bin/sh"
    assert [edit.span.text for edit in script.lf] == ["\r", "\r"] and script.closed is None
    tree = Tree({**files, ".gitattributes": ""}, lambda path: Source(path, files.get(path, "* eol=lf\n")))
    tree.executable = lambda path: False
    script = start_script(place, tree)
    assert script is not None and script.carriage is None and script.closed is not None
    assert [edit.text for edit in script.opened] == [" --chmod=755"]
    for first, later, closed in (("", "COPY . /", True), ("COPY . /", "", False), ("", "COPY --chmod=755 . /", False)):
        lines = f'COPY start.sh /\n{first}\nRUN chmod +x /start.sh\n{later}\nENTRYPOINT ["/start.sh"]\n'
        found = image(read(Source("Dockerfile", PYTHON + lines)), tree)
        assert found is not None
        argv = found.entrypoint and found.entrypoint.argv
        script = start_script(ContainerContext(Container(found.span, argv=argv, workdir=found.workdir), found), tree)
        assert script is not None and (script.closed is not None) == closed, lines


def test_a_folder_belongs_to_whom_the_first_line_that_makes_it_gives_it() -> None:
    def owner(lines: str) -> str | None:
        found = image(read(Source("Dockerfile", PYTHON + lines)), Tree.of({"src/a.py": ""}))
        assert found is not None
        return found.folders["/app"].only if "/app" in found.folders else None

    assert owner("WORKDIR /app\nCOPY --chown=app . .\n") == "root"
    assert owner("COPY --chown=app . /app\nWORKDIR /app\n") == "app"
    assert owner("COPY --chown=app src/a.py /app/src/a.py\nCOPY . /app\n") == "app"
    assert owner("COPY . /app\nCOPY --chown=app . /app\n") == "root"
    assert owner("RUN mkdir -p /app/src\nCOPY --chown=app . /app\n") == "root"
    assert owner("RUN mkdir -m 700 /app\nCOPY --chown=app . /app\n") == "app"
    assert owner("RUN mkdir /app\nUSER app\nWORKDIR /app\n") == "root"
    assert owner("USER app\nRUN mkdir /app\nUSER root\nCOPY . /app\n") is None
    assert owner("WORKDIR /app\nCOPY --link --chown=app . .\n") is None


def test_a_manager_of_node_that_is_told_nothing() -> None:
    assert made("FROM node:22-slim\nRUN npm &a node && npm install -g npm@11 && npm &a node\n").span
