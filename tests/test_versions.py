"""The release that will run: which file decides it, and what the trace says."""

from __future__ import annotations

import random

import pytest
from packaging.specifiers import SpecifierSet

from mcplint.dependencies.versions import sdk
from mcplint.knowledge.ranges import admitted_releases, may_admit
from mcplint.knowledge.sdk import DATE, releases
from mcplint.model import Install, Sdk
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Value

FAST = "mcp.server.fastmcp.FastMCP"
LOCK = 'version = 1\n\n[[package]]\nname = "mcp"\nversion = "1.27.1"\nsource = { registry = "x" }\n'


def needing(*requirements: str) -> str:
    return f'[project]\nname = "notes"\nversion = "1"\ndependencies = {list(requirements)!r}\n'.replace("'", '"')


def decide(package: str, texts: dict[str, str], *installs: Install, folder: str = "", dotted: str = "") -> Sdk:
    return sdk(package, installs, Tree.of(texts), folder, dotted)


def install(
    command: str, *requirements: str, lock: str | None = None, names: tuple[tuple[str, Span], ...] = ()
) -> Install:
    source = Source("Dockerfile", f"RUN {command}\n")
    span = Span(source, 4, 4 + len(command))
    tool, *words = command.split()
    return Install(tool, (tool, *words), Value((bool(lock),)), lock, requirements, names, span)


def trace(found: Sdk) -> list[str]:
    return [f"{note.span.source.path}: {note.text}" for note in found.version.trace]


@pytest.mark.parametrize(
    ("package", "requirements", "version", "exact"),
    [
        ("mcp", ["mcp"], "2.3.0", False),
        ("mcp", ["mcp[cli]>=1.2,<2"], "1.30.0", False),
        ("mcp", ["mcp==1.9.0"], "1.9.0", True),
        ("mcp", ["mcp==1.27.*"], "1.27.2", False),
        ("mcp", ["mcp~=1.9.1"], "1.9.4", False),
        ("mcp", ["mcp>=1.2,!=1.30.0,<2"], "1.29.1", False),
        ("mcp", ["mcp>=99"], None, False),
        ("mcp", ["mcp @ git+https://git.example.com/x.git"], None, False),
        ("mcp", ["httpx"], None, False),
        ("mcp", ["fastmcp>=2,<3"], "1.30.0", False),
        ("mcp", ["fastmcp==2.12.5"], "1.16.0", False),
        ("mcp", ["fastmcp"], "2.3.0", False),
        ("mcp", ["fastmcp<3", "mcp>=1.2"], "1.30.0", False),
        ("mcp", ["mcp>=1.2", "fastmcp<3"], "2.3.0", False),
        ("fastmcp", ["fastmcp>=2"], "4.2.3", False),
        ("fastmcp", ["mcp<2", "fastmcp>=2"], "3.4.11", False),
        ("fastmcp", ["fastmcp-slim[server]<4"], "3.4.11", False),
        ("fastmcp", ["mcp>=1.2"], None, False),
        ("mcp", ["mcp>=1.2", "sse-starlette==2.2.1"], "1.30.0", False),
        ("mcp", ["mcp>=1.2", "sse-starlette>=2"], "2.3.0", False),
        ("mcp", ["mcp>=1.2", "pydantic~=2.11"], "2.3.0", False),
        ("mcp", ["mcp>=1.2", "pydantic~=2.11.0"], "1.30.0", False),
        ("mcp", ["mcp>=1.2", "pydantic>=2,<2.11"], "1.12.4", False),
        ("mcp", ["mcp>=2", "pydantic==2.9.*"], None, False),
        ("fastmcp", ["fastmcp>=2", "sse-starlette<3"], "3.4.11", False),
        ("mcp", ["fastmcp>=2", "sse-starlette<3"], "1.30.0", False),
    ],
)
def test_requirements_of_a_project(package: str, requirements: list[str], version: str | None, exact: bool) -> None:
    found = decide(package, {"pyproject.toml": needing(*requirements)})
    assert (found.version.only, found.exact) == (version, exact)
    assert found.version.options is None or found.version.trace


def test_ranges_admit_what_packaging_says() -> None:
    chance = random.Random(11)
    for _ in range(1500):
        package = chance.choice(["mcp", "fastmcp"])
        clauses = []
        for _ in range(chance.randint(0, 3)):
            version = chance.choice(releases(package))
            text = ".".join(version.split(".")[: chance.randint(1, 4)])
            sign = chance.choice([">=", "<=", "==", "!=", "<", ">", "~="])
            star = ".*" if sign in ("==", "!=") and chance.random() < 0.4 else ""
            clauses.append(
                f"{sign}{' ' * chance.randint(0, 1)}{text if sign != '~=' or '.' in text else version}{star}"
            )
        ranges = ",".join(clauses)
        allowed = SpecifierSet(ranges)
        assert admitted_releases(package, ranges) == tuple(v for v in reversed(releases(package)) if v in allowed), (
            ranges
        )
    assert admitted_releases("mcp", ">=1.27.0rc1,<2")[0] == "1.30.0" and admitted_releases("mcp", "newest") is None


@pytest.mark.parametrize(
    ("asked", "versions"), [("mcp>=1.2", ("2.3.0", "1.30.0")), ("mcp>=2", ("2.3.0",)), ("mcp>=1.2,<2", ("1.30.0",))]
)
def test_what_may_hold_the_sdk_at_its_former_major_version(asked: str, versions: tuple[str, ...]) -> None:
    found = decide("mcp", {"pyproject.toml": needing("langchain-mcp-adapters", asked)})
    assert found.installed.options == versions


def test_ranges_reach_what_packaging_admits() -> None:
    chance = random.Random(2)
    numbers = ["2", "2.0", "2.11", "2.11.4", "2.12", "2.12.0", "2.12.1", "3"]
    signs = ["==", "~=", ">=", "<=", "<", "!=", ">"]
    newest = [f"{major}.{minor}.{patch}" for major in (2, 3) for minor in range(14) for patch in range(6)]
    for _ in range(600):
        clause = f"{chance.choice(signs)}{chance.choice(numbers)}"
        clause += ".*" if clause.startswith("==") and chance.random() < 0.5 else ""
        if clause.startswith("~=") and "." not in clause:
            continue
        least = chance.choice(numbers)
        both = SpecifierSet(f"{clause},>={least}")
        assert may_admit(clause, f">={least}") is any(both.contains(each) for each in newest), (clause, least)


@pytest.mark.parametrize("digits", [10, 5000])
def test_a_number_is_as_large_as_it_is(digits: int) -> None:
    assert admitted_releases("mcp", f">={'9' * digits}") == (() if digits == 10 else None)


def test_a_lock_decides_and_says_so() -> None:
    found = decide("mcp", {"pyproject.toml": needing("mcp>=1.2"), "uv.lock": LOCK})
    assert found.version.only == "1.27.1" and found.exact
    assert trace(found) == ["uv.lock: uv.lock pins mcp 1.27.1"]
    assert found.version.site and found.version.site.span.text == "1.27.1"
    assert found.admitted.only == "2.3.0"


def test_a_lock_that_nothing_installs_from_does_not_count() -> None:
    texts = {"pyproject.toml": needing("mcp>=1.2"), "uv.lock": LOCK}
    found = decide("mcp", texts, install("pip install .", "pyproject.toml"))
    assert found.version.only == "2.3.0" and not found.exact
    assert trace(found) == [
        "uv.lock: uv.lock pins mcp 1.27.1, but nothing installs from it here",
        "Dockerfile: `pip install .` installs the packages",
        f"pyproject.toml: mcp 2.3.0 is the newest release that `mcp>=1.2` allows as of {DATE}",
    ]


def test_a_lock_that_the_image_installs_from() -> None:
    texts = {"pyproject.toml": needing("mcp>=1.2"), "uv.lock": LOCK}
    found = decide("mcp", texts, install("uv sync --locked", "pyproject.toml", lock="uv.lock"))
    assert found.version.only == "1.27.1" and found.exact
    assert trace(found)[-1] == "uv.lock: uv.lock pins mcp 1.27.1"


def test_a_lock_that_does_not_fit_the_project_is_brought_up_to_date() -> None:
    texts = {"pyproject.toml": needing("mcp>=1.28,<2"), "uv.lock": LOCK}
    sync = install("uv sync", "pyproject.toml", lock="uv.lock")._replace(tool="uv sync", locked=Value((False,)))
    found = decide("mcp", texts, sync)
    assert found.version.only == "1.30.0" and not found.exact
    assert trace(found)[0] == "uv.lock: uv.lock pins mcp 1.27.1, which does not fit what is asked for"
    frozen = decide("mcp", texts, sync._replace(locked=Value((True,))))
    assert frozen.version.only == "1.27.1" and frozen.exact


def test_the_command_that_asks_for_a_package_is_named() -> None:
    texts = {"requirements.txt": "mcp<2\n", "other.txt": "httpx\n"}
    tools, ours = install("pip install -r other.txt", "other.txt"), install("pip install -r requirements.txt", *texts)
    assert trace(decide("mcp", texts, tools, ours))[0] == (
        "Dockerfile: `pip install -r requirements.txt` installs the packages"
    )


def test_the_lock_of_a_workspace() -> None:
    texts = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["servers/*"]\n',
        "uv.lock": LOCK,
        "servers/notes/pyproject.toml": needing("mcp>=1.2"),
        "other/pyproject.toml": needing("mcp>=1.2"),
    }
    assert decide("mcp", texts, folder="servers/notes").version.only == "1.27.1"
    assert decide("mcp", texts, folder="other").version.only == "2.3.0"


def test_a_lock_with_several_versions() -> None:
    both = LOCK + '\n[[package]]\nname = "mcp"\nversion = "1.30.0"\nsource = { registry = "x" }\n'
    found = decide("mcp", {"pyproject.toml": needing("mcp"), "uv.lock": both})
    assert found.version.options == ("1.27.1", "1.30.0") and found.version.site is None


def test_requirement_files_with_constraints() -> None:
    texts = {"requirements.txt": "-r base.txt\n-c limits.txt\n", "base.txt": "mcp>=1.2\n", "limits.txt": "mcp<1.20\n"}
    found = decide("mcp", texts, install("pip install -r requirements.txt", "requirements.txt"))
    assert found.version.only == "1.19.0"


def test_constraints_in_the_command() -> None:
    texts = {"requirements.txt": "mcp>=1.2\n", "limits.txt": "mcp<1.20\n"}
    command = install("pip install -r requirements.txt -c limits.txt", "requirements.txt")
    assert decide("mcp", texts, command._replace(constraints=("limits.txt",))).version.only == "1.19.0"


def test_hashed_pins_are_exact() -> None:
    texts = {"requirements.txt": "mcp==1.27.1 \\\n    --hash=sha256:00\n"}
    found = decide("mcp", texts, install("pip install -r requirements.txt", "requirements.txt"))
    assert found.version.only == "1.27.1" and found.exact
    assert found.version.site and found.version.site.span.text == "1.27.1"


def test_a_name_in_the_command() -> None:
    source = Source("Dockerfile", "RUN pip install 'mcp==1.9.0'\n")
    found = decide("mcp", {}, install("pip install mcp==1.9.0", names=(("mcp==1.9.0", Span(source, 17, 27)),)))
    assert found.version.only == "1.9.0" and found.exact and found.version.site


def test_a_command_that_says_nothing_of_it() -> None:
    found = decide(
        "mcp", {"requirements.txt": "httpx\n"}, install("pip install -r requirements.txt", "requirements.txt")
    )
    assert found.version.options is None
    assert trace(found)[-1].endswith("but nothing of that names mcp")


def test_includes_end() -> None:
    found = decide("mcp", {"requirements.txt": "-r a.txt\n", "a.txt": "-r requirements.txt\nmcp<2\n"})
    assert found.version.only == "1.30.0"


def test_what_is_imported_decides_how_it_is_read() -> None:
    found = decide("mcp", {"pyproject.toml": needing("mcp>=1.2")}, dotted=FAST)
    assert found.version.only == "1.30.0" and found.installed.only == "2.3.0"
    assert f"mcp 2.3.0 has no {FAST}" in trace(found)[-1]
    capped = decide("mcp", {"pyproject.toml": needing("mcp>=1.2,<2")}, dotted=FAST)
    assert capped.version == capped.installed


def test_where_a_requirement_would_be_capped() -> None:
    (edit,) = decide("mcp", {"pyproject.toml": needing("mcp>=1.2")}).edits_below(2)
    assert edit.text == ",<2" and edit.span.source.text[: edit.span.start].endswith("mcp>=1.2")
    (bare,) = decide("mcp", {"pyproject.toml": needing("mcp[cli]")}).edits_below(2)
    assert bare.text == "<2" and bare.span.source.text[: bare.span.start].endswith("mcp[cli]")
    assert not decide("mcp", {"pyproject.toml": needing("mcp<2")}).edits_below(2)


def test_the_mcp_below_fastmcp() -> None:
    assert decide("fastmcp", {"pyproject.toml": needing("fastmcp==2.14.7")}).mcp.only == "1.30.0"
    assert decide("mcp", {"pyproject.toml": needing("mcp==1.9.0")}).mcp.only == "1.9.0"


@pytest.mark.parametrize("text", ["", "[", "\x00", "[project]\ndependencies = 3\n", "[project\n"])
def test_files_that_cannot_be_read_tell_nothing(text: str) -> None:
    assert decide("mcp", {"pyproject.toml": text, "uv.lock": text}).version.options is None
