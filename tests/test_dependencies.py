"""Dependency files are read with exact places, whatever is in them."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from mcplint.facts.dependencies import Lock, Project, Requirements
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.findings import Unreadable
from mcplint.readers import lock, requirements, toml
from mcplint.readers import project as projects
from mcplint.text.source import Source

PYPROJECT = """\
[project]
name = "notes"
version = "1.2.0"
requires-python = ">=3.11"
dependencies = [
    "mcp[cli]>=1.2,<2 ; python_version >= '3.11'",  # the SDK
    "uvicorn (>=0.30)",
    'lib @ git+https://git.example.com/lib.git@v1',
    "plain",
]

[project.optional-dependencies]
http = ["fastmcp~=2.3"]

[project.scripts]
notes = "notes.server:main"

[dependency-groups]
dev = [{ include-group = "test" }, "ruff"]
test = ["pytest>=8"]

[build-system]
requires = ["hatchling"]

[tool.uv]
default-groups = ["test"]

[tool.uv.sources]
plain = { workspace = true }

[tool.uv.workspace]
members = ["packages/*"]

[tool.hatch.build.targets.wheel]
packages = ["src/notes"]
"""

POETRY = """\
[tool.poetry]
name = "notes"
version = "0.1.0"
packages = [{ include = "notes", from = "src" }]

[tool.poetry.dependencies]
python = "^3.11"
mcp = "^1.2.3"
fastmcp = { version = "~2.3", extras = ["Web_Socket"], optional = true }
lib = { git = "https://git.example.com/lib.git" }

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.poetry.scripts]
notes = "notes.cli:app"
"""

REQUIREMENTS = """\
# what the server needs
mcp[cli]>=1.2,<2 # the SDK
-r base.txt
--constraint=../constraints.txt
-e .
FastMCP==2.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
uvicorn (>=0.2) ; python_version >= "3.11"
lib @ git+https://git.example.com/lib.git@v1#egg=lib
./vendored[extra]
httpx
this is no requirement
--require-hashes
-i https://index.example.com/simple
-r ${ELSEWHERE}/more.txt
-r ../../outside.txt
"""


def project(text: str, path: str = "pyproject.toml") -> Project:
    read = projects.read(Source(path, text))
    assert read
    return read


def test_pyproject() -> None:
    read = project(PYPROJECT)
    assert [(r.name, r.specifier, r.range.text, r.kind) for r in read.requirements] == [
        ("mcp", ">=1.2,<2", ">=1.2,<2", "main"),
        ("uvicorn", ">=0.30", ">=0.30", "main"),
        ("lib", None, "", "main"),
        ("plain", "", "", "main"),
        ("fastmcp", "~=2.3", "~=2.3", "extra"),
        ("hatchling", "", "", "build"),
        ("ruff", "", "", "group"),
        ("pytest", ">=8", ">=8", "group"),
    ]
    first = read.requirements[0]
    assert first.extras == ("cli",) and first.marker == "python_version >= '3.11'"
    assert first.span.text == "mcp[cli]>=1.2,<2 ; python_version >= '3.11'"
    assert (read.name.only, read.version.only) == ("notes", "1.2.0")
    assert [(script.name, script.target, script.span.text) for script in read.scripts] == [
        ("notes", "notes.server:main", "notes.server:main")
    ]
    assert read.elsewhere == ("plain",) and read.members == ("packages/*",)


def test_poetry() -> None:
    read = project(POETRY)
    assert [(r.name, r.specifier, r.range.text, r.kind) for r in read.requirements] == [
        ("mcp", ">=1.2.3,<2", "^1.2.3", "main"),
        ("fastmcp", ">=2.3,<2.4", "~2.3", "extra"),
        ("lib", None, "", "main"),
        ("pytest", "", "*", "group"),
    ]
    assert read.requirements[1].extras == ("web-socket",) and read.elsewhere == ("lib",)
    assert read.scripts[0].target == "notes.cli:app"


@pytest.mark.parametrize(
    ("poetry", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.3", "==1.2.3"),
        ("1.*", "==1.*"),
        ("*", ""),
        (">=1.2,<2", ">=1.2,<2"),
        ("~=1.2", "~=1.2"),
        ("^1.2 || ^2", None),
        (">=1 <2", None),
        ("^", None),
        ("latest!", None),
    ],
)
def test_ranges_of_poetry(poetry: str, specifier: str | None) -> None:
    assert projects.pep440(poetry) == specifier


def test_pipfile() -> None:
    read = project('[packages]\nmcp = "==1.27.1"\nlib = {path = "."}\n[dev-packages]\npytest = "*"\n', "Pipfile")
    assert [(r.name, r.specifier, r.kind) for r in read.requirements] == [
        ("mcp", "==1.27.1", "main"),
        ("lib", None, "main"),
        ("pytest", "", "group"),
    ]


def test_setuptools_reads_dependencies_from_files() -> None:
    text = (
        '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["req/base.txt"]}\n'
    )
    read = project(text, "app/pyproject.toml")
    assert [(include.path, include.kind) for include in read.includes] == [("app/req/base.txt", "requirements")]
    assert "dependencies" in read.dynamic and not project("[project]\ndependencies = []\n").dynamic


def test_requirements() -> None:
    read = requirements.read(Source("req/requirements.txt", REQUIREMENTS))
    assert [(r.name, r.specifier, r.span.text, r.range.text, r.hashed) for r in read.requirements] == [
        ("mcp", ">=1.2,<2", "mcp[cli]>=1.2,<2", ">=1.2,<2", False),
        ("fastmcp", "==2.3", "FastMCP==2.3", "==2.3", True),
        ("uvicorn", ">=0.2", 'uvicorn (>=0.2) ; python_version >= "3.11"', ">=0.2", False),
        ("lib", None, "lib @ git+https://git.example.com/lib.git@v1#egg=lib", "", False),
        ("httpx", "", "httpx", "", False),
    ]
    assert [(include.path, include.kind) for include in read.includes] == [
        ("req/base.txt", "requirements"),
        ("constraints.txt", "constraints"),
        ("req", "project"),
        ("req/vendored", "project"),
    ]
    assert read.hashed


def test_brackets_without_end_take_no_long_time() -> None:
    (include,) = requirements.read(Source("requirements.txt", f"-r {'[' * 200_000}]base.txt")).includes
    assert include.path.endswith("]base.txt")


def test_requirements_with_other_line_ends() -> None:
    crlf = requirements.read(Source("requirements.txt", REQUIREMENTS.replace("\n", "\r\n")))
    assert [r.span.text for r in crlf.requirements][:2] == ["mcp[cli]>=1.2,<2", "FastMCP==2.3"]
    assert [r.range.text for r in crlf.requirements][:2] == [">=1.2,<2", "==2.3"]


def test_setup_cfg() -> None:
    text = (
        "[metadata]\nname = notes\n[options]\ninstall_requires =\n    # the SDK\n    mcp>=1.2\n    httpx\n"
        "[options.extras_require]\nhttp = fastmcp<3\n[options.entry_points]\nconsole_scripts =\n"
        "    notes = notes.cli:main\n"
    )
    read = project(text, "setup.cfg")
    assert [(r.name, r.range.text, r.kind) for r in read.requirements] == [
        ("mcp", ">=1.2", "main"),
        ("httpx", "", "main"),
        ("fastmcp", "<3", "extra"),
    ]
    assert read.name.only == "notes" and read.scripts[0].span.text == "notes.cli:main"


def test_setup_py() -> None:
    text = (
        'from setuptools import setup\nREQUIRED = ["mcp>=1.2", "httpx"]\n'
        'setup(name="notes", install_requires=REQUIRED, extras_require={"http": ["fastmcp<3"]},\n'
        '      package_dir={"": "src"}, entry_points={"console_scripts": ["notes=notes.cli:main"]})\n'
    )
    read = project(text, "setup.py")
    assert [(r.name, r.range.text, r.kind) for r in read.requirements] == [
        ("mcp", ">=1.2", "main"),
        ("httpx", "", "main"),
        ("fastmcp", "<3", "extra"),
    ]
    assert not read.dynamic and read.scripts[0].target == "notes.cli:main"
    assert "dependencies" in project("setup(install_requires=read())", "setup.py").dynamic


LOCKS = {
    "uv.lock": 'version = 1\n[[package]]\nname = "Mcp"\nversion = "1.27.1"\nsource = { registry = "x" }\n'
    '[[package]]\nname = "notes"\nversion = "1.0"\nsource = { virtual = "." }\n',
    "poetry.lock": '[[package]]\nname = "mcp"\nversion = "1.27.1"\noptional = false\n\n[package.dependencies]\n'
    'version = "no"\n\n[metadata]\nlock-version = "2.1"\n',
    "pdm.lock": '[metadata]\nlock_version = "4.5"\n\n[[package]]\nname = "mcp"\nversion = "1.27.1"\n',
    "pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "mcp"\nversion = "1.27.1"\n'
    '[[packages.wheels]]\nname = "w"\n',
    "Pipfile.lock": '{"default": {"mcp": {"hashes": [], "version": "==1.27.1"}}, "develop": {}}',
}


@pytest.mark.parametrize("path", LOCKS)
def test_locks(path: str) -> None:
    read: Lock = lock.read(Source(path, LOCKS[path]))
    (entry,) = read.of("mcp")
    assert entry.version == entry.span.text == "1.27.1" and entry.source == "registry"
    assert [(package.name, package.source) for package in read.packages if package.name == "notes"] == (
        [("notes", "virtual")] if path == "uv.lock" else []
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", ""),
        ("uv.lock", "\x00\x01"),
        ("uv.lock", 'version = 1\n<<<<<<< ours\n[[package]]\nname = "mcp"\nversion = "1"\n'),
        ("Pipfile.lock", "{"),
        ("Pipfile.lock", "[]"),
        ("poetry.lock", "not a lock"),
    ],
)
def test_what_is_no_lock(path: str, text: str) -> None:
    with pytest.raises(Unreadable):
        lock.read(Source(path, text))


def plain(node: Node) -> Any:
    """The value of a node as the standard library gives it."""
    if isinstance(node, MappingNode):
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(item) for item in node.items] if isinstance(node, SequenceNode) else node.value


def scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, MappingNode):
        for key, value in node.pairs:
            yield key
            yield from scalars(value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item)
    else:
        yield node


TOML = (
    PYPROJECT,
    POETRY,
    'a = """x""""\nb = \'\'\'y\'\'\'\nc = "\\u00e9\\n"\n[[x]]\ny.z = 1\n[[x]]\ny = {a = 1, b.c = [1, 2,]}\n'
    "[x.q]\nd = 0x1F\n",
    'n = [1_000, -2.5e3, inf, true]\n"quoted key".\'other\' = "☃ é"\n[a.b]\n[a]\nc = 1\n',
)


def test_toml_is_read_as_the_standard_library_reads_it() -> None:
    chance = random.Random(7)
    accepted = 0
    for _ in range(4000):
        text = list(chance.choice(TOML)[: chance.randint(20, 1200)])
        for _ in range(chance.randint(0, 2)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.randint(0, 1)] = [chance.choice("\"'[]{}=.,#\n\\ \ta1-_")]
        source = Source("x.toml", "".join(text))
        try:
            wanted = tomllib.loads(source.text)
        except tomllib.TOMLDecodeError:
            continue
        accepted += 1
        root = toml.read(source)
        assert plain(root) == wanted, source.text
        assert all(node.span.text == node.text for node in scalars(root) if "\\" not in node.span.text)
    assert accepted > 500


HOSTILE = {
    "brackets": "a=" + "[" * 100_000,
    "tables": "a=" + "{b=" * 50_000,
    "dots": ".".join("a" * 100_000) + "=1",
    "escapes": 'a="' + '\\"' * 300_000,
    "digits": "a=" + "1_" * 50_000,
    "spaces": "mcp" + " " * 300_000 + "x",
    "names": "a" * 300_000 + "!",
    "clauses": "mcp>=1" + ",>=1" * 100_000 + "!",
    "lines": "x\\\n" * 100_000,
    "extras": "mcp[" + "a," * 100_000,
    "binary": "".join(map(chr, range(256))) * 1000,
    "packages": "[[package]]\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "read", [projects.read, requirements.read, lock.read], ids=["pyproject", "requirements", "lock"]
)
def test_hostile_texts_are_read_or_refused(name: str, read: Any) -> None:
    try:
        facts = read(Source("uv.lock", HOSTILE[name]))
    except Unreadable as problem:
        assert problem.message
    else:
        assert isinstance(facts, Project | Requirements | Lock)


def test_requirements_that_include_each_other_again_and_again_end() -> None:
    from mcplint.dependencies.pinned import file_pins, pinned_names
    from mcplint.project.tree import Tree

    files = {"a.txt": "-r b.txt\n" * 100 + "mcp==1.27.1\n", "b.txt": "-r a.txt\n" * 100}
    assert list(pinned_names(Tree.of(files), "a.txt")) == ["mcp"]
    levels = {f"{name}.txt": f"-r {after}.txt\n" * 100 for name, after in zip("abcdef", "bcdefg", strict=True)}
    assert file_pins(Tree.of({**levels, "g.txt": "mcp==1.27.1\n"}), "a.txt").exact
