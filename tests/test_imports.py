"""What is imported: nothing that the files of the project do not ask for, and nothing upwards."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mcplint"
RULES = sorted((PACKAGE.parent / "rules").glob("[!_]*.py"))
LIBRARIES = {"yaml", "jsonschema", "crossplane", "dockerfile_parse", "packaging"}
LIBRARIES |= {"tree_sitter", "tree_sitter_typescript", "tree_sitter_javascript"}
HEAVY = {
    "tomllib",
    "difflib",
    "subprocess",
    "asyncio",
    "importlib.metadata",
    "dataclasses",
    "urllib.parse",
    "ipaddress",
}
# What reads and links the files of one kind.
OWN = {f"mcplint.{part}" for part in ("services.compose", "proxies.nginx", "services.kubernetes", "registry")}
PRINT = "import sys; sys.argv[1:] = {}; import mcplint.__main__ as m\nm.run()\n"
DOCKERFILE = 'FROM python:3.13\nCOPY server.py .\nUSER 1000\nCMD ["python", "server.py"]\n'
SERVER = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x", host="0.0.0.0")\nmcp.run("streamable-http")\n'
NODE_IMAGE = 'FROM node:22\nCOPY . .\nUSER node\nCMD ["npx", "tsx", "server.ts"]\n'
PROXY = "server { listen 80; location /mcp { proxy_pass http://server:8000; proxy_buffering off; } }\n"
COMPOSE = "services:\n  server:\n    build: .\n"
MANIFEST = '{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json", "name": "a/b"}'


def imported(*arguments: str) -> set[str]:
    """The modules that a run in the working folder loads beyond those of the bare interpreter."""
    show = "import sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    bare, full = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
        for code in (show, PRINT.format(list(arguments)) + show)
    )
    return set(full) - set(bare)


def test_the_version_needs_nothing_of_ours_but_the_command_line(project):
    project({})
    loaded = imported("--version")
    assert {name for name in loaded if name.startswith("mcplint")} == {
        "mcplint",
        "mcplint.__main__",
        "mcplint.cli",
        "mcplint.cli.main",
    }
    assert not loaded & (HEAVY | LIBRARIES)


@pytest.mark.parametrize(
    ("files", "allowed"),
    [
        ({"README.md": "", "src/other.py": "print()\n"}, set()),
        ({"server.py": SERVER}, set()),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER}, {"dockerfile_parse"}),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER, "default.conf": PROXY}, {"dockerfile_parse", "crossplane"}),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER, "compose.yaml": COMPOSE}, {"dockerfile_parse", "yaml"}),
        ({"server.json": MANIFEST, "server.py": SERVER}, {"jsonschema", "packaging"}),
        ({"server.py": SERVER, "static/page.js": "mcp()", "tool.ts": "mcp()"}, set()),
        (
            {"Dockerfile": NODE_IMAGE, "package.json": '{"name": "mcp-a"}', "server.ts": "mcp()"},
            {"dockerfile_parse", "tree_sitter", "tree_sitter_typescript"},
        ),
    ],
    ids=lambda value: " ".join(sorted(value)),
)
def test_a_library_is_loaded_only_for_a_file_of_its_kind(project, files, allowed):
    project(files)
    assert imported(".") & LIBRARIES <= allowed


@pytest.mark.parametrize(
    ("files", "allowed"),
    [
        ({"README.md": "", "server.py": SERVER}, set()),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER}, set()),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER, "default.conf": PROXY}, {"mcplint.proxies.nginx"}),
        ({"Dockerfile": DOCKERFILE, "server.py": SERVER, "compose.yaml": COMPOSE}, {"mcplint.services.compose"}),
    ],
    ids=lambda value: " ".join(sorted(value)),
)
def test_what_links_a_kind_of_file_is_loaded_only_where_there_is_one(project, files, allowed):
    project(files)
    loaded = imported(".")
    assert loaded & OWN <= allowed
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("module", "files"),
    [
        ("images.pip_install", {"Dockerfile": DOCKERFILE + "RUN pip install mcp\n"}),
        ("readers.dotenv", {".env": "A=b\n"}),
        ("programs.python.methods", {"server.py": "print('a'.upper())\n" + SERVER}),
        ("programs.python.scan", {"Dockerfile": "FROM scratch\n", "compose.yaml": ""}),
    ],
)
def test_what_few_projects_need_is_loaded_only_where_it_occurs(project, module, files):
    usual = {"Dockerfile": DOCKERFILE, "compose.yaml": COMPOSE, "server.py": SERVER}
    project(usual)
    assert f"mcplint.{module}" not in imported(".")
    project({**usual, **files})
    assert f"mcplint.{module}" in imported(".")


@pytest.mark.parametrize("files", [{"server.py": SERVER}, {"server.json": MANIFEST, "server.py": SERVER}])
def test_the_rules_about_server_json_are_loaded_only_where_there_is_one(project, files):
    project(files)
    about = {f"mcplint.rules.{path.stem}" for path in RULES if path.stem.startswith("registry_")}
    assert len(about) > 20 and imported(".") & about == (about if "server.json" in files else set())


def test_a_rule_that_is_not_asked_is_not_loaded(project):
    project({"server.py": SERVER})
    chosen = {"mcplint.rules.port_mismatch", "mcplint.rules.internal_error"}
    rules = {f"mcplint.rules.{path.stem}" for path in RULES}
    assert imported(".", "--select", "port-mismatch") & rules == chosen
    assert imported("explain", "port-mismatch") & rules == chosen - {"mcplint.rules.internal_error"}


def test_no_rule_compiles_a_pattern_before_it_needs_it():
    """It would be compiled at every start, whatever the project holds."""
    load = "import ast, re, mcplint.model; re.purge(); from mcplint.engine.catalogue import Catalogue"
    count = f"{load}; list(Catalogue().values()); print(len(re._cache))"
    done = subprocess.run([sys.executable, "-c", count], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


# Each layer imports those before it and itself. What is in none is a module of the first that may import it.
LAYERS = [
    {"text", "values", "findings", "usage", "external_tools"},
    {"knowledge"},
    {"facts"},
    {"readers"},
    {"model"},
    {"project"},
    {"packaging"},
    {"dependencies"},
    {"programs"},
    {"commands"},
    {"images"},
    {"services"},
    {"runtime"},
    {"proxies"},
    {"registry"},
    {"link"},
    {"engine"},
    {"reports"},
    {"cli", "__main__"},
]


def layer(module: str) -> int | None:
    return next((number for number, names in enumerate(LAYERS) if module.split(".")[0] in names), None)


LOADED = re.compile(r"import_module\(f?[\"']mcplint\.([\w.]*?)\.?(?:\{[^}]*\}(?:\.(\w+))?)?[\"']\)")
"""A module that is loaded by its name: the package that it is of, and its own name where the package's part varies."""


def imports(path: Path) -> set[str]:
    """The modules of this package that a module imports anywhere, be it for its types, and those it loads by name."""
    found: set[str] = set()
    text = path.read_text(encoding="utf-8")
    for package, own in LOADED.findall(text):
        depth = package.count(".") + (2 if own else 1)
        below = {name for name in MODULES if name.startswith(f"{package}.") and name.count(".") == depth}
        found |= {name for name in below if not own or name.endswith(f".{own}")} or {package}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            inner = [name.removeprefix("mcplint.") for name in names if name.removeprefix("mcplint.") in MODULES]
            found.update(inner)
            if node.module.startswith("mcplint.") and len(inner) < len(names):
                found.add(node.module.removeprefix("mcplint."))
    return found


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules of which each leads to each other."""
    reached = {name: set(inner) for name, inner in graph.items()}
    for middle in graph:
        for inner in reached.values():
            if middle in inner:
                inner |= reached[middle]
    groups = ({other for other in inner if name in reached[other]} for name, inner in reached.items())
    return [set(group) for group in dict.fromkeys(frozenset(group) for group in groups if group)]


def test_nothing_imports_in_a_circle():
    graph = {name: imports(path) & set(MODULES) - {name} for name, path in MODULES.items()}
    assert circles({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}) == [{"a", "b", "c"}]
    assert len(graph["programs.python.interpreter"]) > 5
    assert "programs.python.interpreter" in graph["programs.follow"] and "reports.sarif" in graph["reports.formats"]
    assert circles(graph) == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_imports_upwards(path):
    own = layer(str(path.relative_to(PACKAGE).with_suffix("")).replace("/", "."))
    for module in imports(path):
        far = layer(module)
        assert own is None or far is None or far <= own, f"imports mcplint.{module}"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_knows_the_model_and_not_how_it_is_made(path):
    assert {module.split(".")[0] for module in imports(path)} <= {"model", "knowledge", "text", "registry"}
