"""The registry's own rules, one by one, as its releases up to 1.8.1 have them."""

from __future__ import annotations

import json
import random

import pytest

from mcplint.facts.document import MappingNode
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.knowledge import registry
from mcplint.knowledge.go_url import is_uri, parse
from mcplint.model import Manifest
from mcplint.project.tree import Tree
from mcplint.readers.manifest import read, violations
from mcplint.registry import address, lint, refusals, schema, version, workflows
from mcplint.registry.manifests import git_remote, project
from mcplint.registry.ownership import is_marked
from mcplint.registry.properties import addition, insertion, member, removal
from mcplint.registry.rows import ROWS
from mcplint.text.source import Source, Span

RIGHT = {
    "$schema": registry.ADDRESS.format(registry.CURRENT),
    "name": "io.github.acme/weather",
    "description": "Forecasts",
    "version": "1.4.0",
    "packages": [
        {"registryType": "pypi", "identifier": "acme-weather", "version": "1.4.0", "transport": {"type": "stdio"}}
    ],
    "remotes": [{"type": "streamable-http", "url": "https://weather.example.com/mcp"}],
    "icons": [{"src": "https://weather.example.com/icon.png"}],
    "repository": {"url": "https://github.com/acme/weather", "source": "github"},
}
SUBJECTS = ("field", "version", "package", "transport", "argument", "remote")


def part(document: object) -> Manifest:
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    fact = read(Source("server.json", text))
    assert fact is not None
    return Manifest("server.json", Span(fact.source, 0, 1), fact)


def at(path: str, value: object) -> dict:
    """The right document with one value in another way; a path `packages/0/version` leads there."""
    document = json.loads(json.dumps(RIGHT))
    *way, key = path.split("/")
    node = document
    for step in way:
        node = node[int(step)] if step.isdigit() else node[step]
    node[key] = value
    return document


def refused(document: object) -> list[str]:
    return [finding.message for subject in SUBJECTS for finding in refusals.refusals(part(document), subject)]


def test_what_is_right_is_not_refused():
    assert not refused(RIGHT) and not list(schema.findings(part(RIGHT))) and not list(schema.dropped_keys(part(RIGHT)))


NAMES = {
    "io.github.acme/weather": True,
    "ab/cd": True,
    "a.b-c/d._-e": True,
    "a/weather": False,
    "acme/w": False,
    ".acme/weather": False,
    "acme-/weather": False,
    "acme/weather_": False,
    "acme/weather.": False,
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert bool(refused(at("name", name))) is not NAMES[name]


RANGES = ["^1.2.3", "~1.2", ">=1.0.0", "<=1", ">1", "<1", "=1.2.3", "1.2.3 - 2.0.0", "1.2 || 1.3", "1||2||v3"]
RANGES += ["1.2.x", "1.X", "1.*", "x.1", " ^1.2.3 ", "1.2.3-fix", "v1.x.2", ">= 1.0", "1 -2"]
SINGLE = ["1.2.3", "v1", "1.2.3.4", ">=1,<2", ">=1 <2", "*", "x", "1.2.3.x", "!=1", "2026.06.01", "1.4.0rc1", "1.2.3 -"]
SINGLE += ["1.2.3-alpha.1+build", "a1b2c3d", "١.x", "^1.2.3\n."]


@pytest.mark.parametrize("text", RANGES)
def test_what_the_registry_takes_for_a_range(text):
    assert version.is_range(text) and not version.is_unseen_range(text)
    assert refused(at("version", text)) and refused(at("packages/0/version", text))


@pytest.mark.parametrize("text", SINGLE)
def test_what_the_registry_takes_for_one_version(text):
    assert not version.is_range(text) and not refused(at("version", text))


@pytest.mark.parametrize("text", [">=1,<2", ">=1 <2", "*", "x", "1.2.3.x", "!=1"])
def test_ranges_that_the_registry_misses_are_told(text):
    assert [finding.severity for finding in lint.versions(part(at("packages/0/version", text)))] == [None]


SEMVER = {"1.2.3": True, "v1.2.3-rc.1+x": True, "1.2": False, "1.02.3": False, "1.2.3rc1": False, "2026.06.01": False}


@pytest.mark.parametrize("text", SEMVER)
def test_versions_that_can_be_ordered(text):
    assert version.is_semver(text) is SEMVER[text]
    assert [f.severity for f in lint.versions(part(at("version", text)))] == ([] if SEMVER[text] else [NOTE])


@pytest.mark.parametrize(
    ("text", "semver"),
    [("1.4", "1.4.0"), ("1.4.0rc1", "1.4.0-rc.1"), ("2026.06.01", "2026.6.1"), ("1.4.0.post1", None), ("main", None)],
)
def test_the_semver_spelling_of_a_version(text, semver):
    assert version.as_semver(text) == semver


REPOSITORIES = {
    ("github", "https://github.com/acme/weather"): True,
    ("github", "http://www.github.com/acme/weather/"): True,
    ("github", "https://github.com/acme/weather.git"): True,
    ("gitlab", "https://gitlab.com/acme/weather"): True,
    ("gitlab", "https://gitlab.com/acme/team/weather"): False,
    ("github", "https://gitlab.com/acme/weather"): False,
    ("GitHub", "https://github.com/acme/weather"): False,
    ("bitbucket", "https://bitbucket.org/acme/weather"): False,
    ("github", "https://github.com/acme"): False,
    ("github", "https://github.com/acme/weather/tree/main"): False,
    ("github", "git@github.com:acme/weather"): False,
    ("github", "https://githubXcom/acme/weather"): False,
    ("github", "https://github.com/acme/wéather"): False,
}


@pytest.mark.parametrize(("source", "url"), REPOSITORIES)
def test_repositories(source, url):
    document = at("repository", {"source": source, "url": url})
    assert bool(refused(document) or part(document).document.violations) is not REPOSITORIES[source, url]


@pytest.mark.parametrize("folder", ["/src", "src/", "src//a", "./src", "src/..", "my src", "src\\a"])
def test_folders(folder):
    assert refused(at("repository", RIGHT["repository"] | {"subfolder": folder}))
    assert not refused(at("repository", RIGHT["repository"] | {"subfolder": "src/a-b_c.d"}))


IMAGES = {
    "acme/weather": ("docker.io", "acme/weather", None),
    "weather:1": ("docker.io", "weather", "1"),
    "docker.io/acme/weather:1.4.0": ("docker.io", "acme/weather", "1.4.0"),
    "index.docker.io/acme/weather:1": ("docker.io", "acme/weather", "1"),
    "ghcr.io/acme/weather:v1": ("ghcr.io", "acme/weather", "v1"),
    "localhost:5000/weather": ("localhost:5000", "weather", None),
    "acme.azurecr.io/a/b/c:x_Y-z": ("acme.azurecr.io", "a/b/c", "x_Y-z"),
    "ghcr.io/Acme/weather": None,
    "ghcr.io/acme/weather:": None,
    "ghcr.io/acme/weather:a b": None,
    "ghcr.io/acme/weather@sha256:123": None,
    "ghcr.io/acme/weather@md5:" + "0" * 64: None,
    "a": None,
}


@pytest.mark.parametrize("text", IMAGES)
def test_image_references(text):
    found = address.image(text)
    assert (found and found[:3]) == IMAGES[text]


@pytest.mark.parametrize(
    "host", ["gcr.io", "public.ecr.aws", "registry.gitlab.com", "harbor.acme.example", "ghcr.io:443"]
)
def test_image_hosts(host):
    package = {"registryType": "oci", "identifier": f"{host}/acme/weather:1", "transport": {"type": "stdio"}}
    assert refused(at("packages", [package]))
    assert not refused(at("packages", [package | {"identifier": "europe-docker.pkg.dev/acme/weather:1"}]))


BUNDLES = {
    "https://github.com/acme/weather-mcp/releases/download/v1/a.mcpb": "v1",
    "https://www.github.com/acme/weather-mcp/releases/download/v1/a.mcpb": "v1",
    "https://gitlab.com/a/b/mcp/-/releases/v2/downloads/a.mcpb": "v2",
}
NO_BUNDLES = [
    "http://github.com/acme/weather-mcp/releases/download/v1/a.mcpb",
    "https://github.com/acme/weather-mcp/releases/latest/download/a.mcpb",
    "https://github.com/acme/weather/releases/download/v1/a.zip",
    "https://github.com:443/acme/weather-mcp/releases/download/v1/a.mcpb",
    "https://example.com/weather.mcpb",
    "https://gitlab.com/acme/mcp/-/package_files/x/download",
    "weather.mcpb",
]


@pytest.mark.parametrize("text", BUNDLES)
def test_bundles(text):
    assert address.bundle_fault(text) is None and address.bundle_tag(text) == BUNDLES[text]


@pytest.mark.parametrize("text", NO_BUNDLES)
def test_what_is_no_bundle(text):
    assert address.bundle_fault(text)


URIS = {
    "https://example.com": True,
    "https://example.com/a b\"c'": True,
    "mailto:someone": True,
    "data:image/png;base64,AAAA": True,
    "https:": True,
    "//example.com/x": False,
    "example.com": False,
    "": False,
    "https://exa mple.com": False,
    "https://example.com/%zz": False,
    "https://example.com:port/": False,
    "https://[::1/": False,
    "https://example.com/\n": False,
    "1http://example.com": False,
    ":x": False,
    "https://{host}/": False,
    "https://example.com/{x}": True,
    "https://user@example.com:8080/?q#f": True,
}


@pytest.mark.parametrize("text", URIS)
def test_addresses_as_go_takes_them(text):
    assert is_uri(text) is URIS[text]


def test_an_address_in_parts():
    found = parse("HTTPS://me@[::1]:8443/a%20b?q=1#f")
    assert found and (found.scheme, found.user, found.hostname, found.port) == ("https", "me", "::1", "8443")
    assert (found.path, found.fragment) == ("/a%20b", "f")


REMOTES = {
    "https://example.com/mcp": True,
    "https://example.com:8443/mcp": True,
    "https://8.8.8.8/mcp": True,
    "https://{host}.example.com/mcp": False,
    "http://example.com/mcp": False,
    "https://localhost/mcp": False,
    "https://a.localhost/mcp": False,
    "https://127.0.0.1:1/mcp": False,
    "https://LOCALHOST/mcp": False,
    "https://[::1]/mcp": False,
    "https://0.0.0.0/mcp": False,
    "https://10.1.2.3/mcp": False,
    "https://169.254.1.1/mcp": False,
    "https://172.31.0.1/mcp": False,
    "https://172.32.0.1/mcp": True,
    "https://weather.local/mcp": False,
    "https://localhost.example.com/mcp": True,
}


@pytest.mark.parametrize("url", REMOTES)
def test_remotes(url):
    assert bool(refused(at("remotes/0/url", url))) is not REMOTES[url]


def test_variables_of_a_remote():
    remote = {"type": "sse", "url": "https://{a}.example.com:{b}/{c}"}
    assert "`{a}`, `{b}`, `{c}`" in refused(at("remotes", [remote]))[0]
    assert not refused(at("remotes", [remote | {"variables": {"a": {}, "b": {}, "c": {}}}]))


@pytest.mark.parametrize("url", ["http://{host}:{p}/", "http://x:{p}", "https://{a}{b}/{c}?{d}"])
def test_variables_stand_for_something_in_an_address(url):
    assert address.scheme(url)


TYPES = {
    "npm": {"version": "1"},
    "pypi": {"version": "1"},
    "nuget": {"version": "1"},
    "cargo": {"version": "1"},
    "oci": {"identifier": "ghcr.io/acme/weather:1"},
    "mcpb": {"identifier": "https://github.com/acme/mcp/releases/download/v1/a.mcpb", "fileSha256": "a" * 64},
}


@pytest.mark.parametrize("kind", TYPES)
def test_what_each_type_of_package_must_and_may_have(kind):
    package = {"registryType": kind, "identifier": "weather", "transport": {"type": "stdio"}, **TYPES[kind]}
    assert not refused(at("packages", [package]))
    for key in TYPES[kind]:
        if key != "identifier":
            assert refused(at("packages", [{k: v for k, v in package.items() if k != key}]))
    for key, value in {"fileSha256": "b" * 64, "registryBaseUrl": "http://packages.example.com"}.items():
        if key not in TYPES[kind]:
            assert refused(at("packages", [package | {key: value}]))
    assert refused(at("packages", [package | {"registryType": kind.upper()}]))


def test_publisher_provided_metadata_is_measured_as_go_writes_it():
    def document(text: str) -> dict:
        return RIGHT | {"_meta": {registry.PUBLISHER_PROVIDED: {"k": text}}}

    empty = len('{"k":""}')
    for character, size in {
        "x": 1,
        "é": 2,
        "😀": 4,
        "<": 6,
        "&": 6,
        "\u2028": 6,
        '"': 2,
        "\n": 2,
        "\b": 2,
        "\x01": 6,
    }.items():
        count, rest = divmod(registry.META_BYTES - empty, size)
        assert not refused(document(character * count + "x" * rest)), repr(character)
        assert refused(document(character * count + "x" * (rest + 1))), repr(character)


def test_arguments():
    def package(**argument: str) -> dict:
        return at("packages/0/packageArguments", [{"type": "named", "name": "--port", **argument}])

    assert not refused(package(value="8000", default="8000"))
    for argument in (
        {"value": "--port=1"},
        {"default": "--port"},
        {"name": "--port <n>"},
        {"name": "$PORT"},
        {"name": ""},
    ):
        assert len(refused(package(**argument))) == 1
    positional = [{"type": "positional", "name": "a b", "value": "a b c"}]
    assert not refused(at("packages/0/packageArguments", positional))


MARKERS = {
    "mcp-name: a/b": True,
    "x mcp-name: a/b\n": True,
    "<!-- mcp-name: a/b-->": True,
    "<!-- mcp-name: a/b--!>": True,
    "**mcp-name: a/b**": True,
    "`mcp-name: a/b`": True,
    "mcp-name: a/b.": False,
    "mcp-name: a/b-": False,
    "mcp-name: a/b--": False,
    "mcp-name: a/b/c": False,
    "mcp-name: a/bc": False,
    "mcp-name: A/b": False,
    "mcp-name:a/b": False,
    "mcp-name:  a/b": False,
    "MCP-Name: a/b": False,
    "mcp-name: a/bc mcp-name: a/b": True,
}


@pytest.mark.parametrize("readme", MARKERS)
def test_markers(readme):
    assert is_marked(readme, "a/b") is MARKERS[readme]


GIT = {
    "https://github.com/Acme/weather.git": ("github.com", "Acme", "weather"),
    "https://token@github.com/Acme/weather": ("github.com", "Acme", "weather"),
    "git@github.com:Acme/weather.git": ("github.com", "Acme", "weather"),
    "ssh://git@GitHub.com:22/Acme/weather/": ("github.com", "Acme", "weather"),
    "../elsewhere": None,
    "https://gitlab.com/a/b/c": None,
}


@pytest.mark.parametrize("url", GIT)
def test_where_a_repository_is_pushed_to(url):
    others = '[core]\n\tfsmonitor = "touch gone"\n[remote "fork"]\n\turl = https://github.com/other/weather\n'
    found = git_remote(f'{others}[remote "origin"]\n\turl = {url}\n[branch "main"]\n\tremote = origin\n')
    assert (found and tuple(found)) == GIT[url]


def test_without_origin_only_a_single_remote_counts():
    one = '[remote "upstream"]\n\turl = https://github.com/acme/weather\n'
    assert git_remote(one) and not git_remote(one + one.replace("upstream", "fork").replace("acme", "other"))
    assert git_remote("") is None


FOREIGN = [
    {"posts": [{"id": 1}], "packages": [{"id": 1}], "remotes": [{"id": 1}]},
    {"name": "proxy", "version": "1", "remotes": [{"url": "http://localhost"}]},
    {"name": "server", "port": 8080},
    {"$schema": "https://json.schemastore.org/package.json", "name": "a/b", "version": "1"},
    {"mcpServers": {"weather": {"command": "uvx"}}},
    {"name": "@acme/weather", "version": "1.0.0", "packages": ["a", "b"]},
    {},
]


@pytest.mark.parametrize("document", FOREIGN, ids=json.dumps)
def test_what_is_not_the_registrys_is_left_alone(document):
    assert read(Source("server.json", json.dumps(document))) is None


@pytest.mark.parametrize("key", ["$schema", "name", "packages", "remotes"])
def test_a_document_of_the_registry_is_known_without_one_of_its_keys(key):
    assert read(Source("server.json", json.dumps({k: v for k, v in RIGHT.items() if k != key}))) is not None


GARBAGE = [
    "",
    "\x00" * 9,
    "hello",
    "[1, 2",
    "{{ cookiecutter.json }}",
    "\x01\x02 zz,," * 90_000,
    "<html></html>",
    '"x" x',
]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: repr(text[:20]))
def test_what_is_no_json_is_said_so(text):
    with pytest.raises(Unreadable) as error:
        read(Source("server.json", text))
    assert error.value.severity in (ERROR, NOTE) and "not JSON" in error.value.message


def test_a_damaged_document_of_the_registry_says_only_what_is_damaged():
    text = json.dumps(RIGHT | {"description": "x" * 200, "version": "latest"})[:-1]
    found = part(text)
    assert found.document.problems and not found.document.root.pairs
    assert not refused(text) and not list(schema.findings(found)) and not list(schema.dropped_keys(found))


def test_a_document_that_nests_too_deep_is_said_so():
    found = part(json.dumps(RIGHT)[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}")
    assert "nests deeper" in " ".join(problem.message for problem in found.document.problems)


def test_many_mistakes_end_somewhere():
    package = {"registryType": 1, "x": 2, "transport": []}
    found = part(RIGHT | {"packages": [package] * 5000})
    assert len(found.document.violations) <= 100
    assert len(list(schema.dropped_keys(found))) <= 100
    assert all(len(list(refusals.refusals(found, subject))) <= 100 for subject in SUBJECTS)


def test_long_texts_take_no_long_time():
    assert not list(lint.metadata(part(at("description", "[" * 200_000))))
    assert address.variables("{" * 200_000) == []
    assert address.concrete("http://x" + ":{" * 100_000 + "}y") is None
    variable = {"name": "API_KEY", "isSecret": True, "value": "your" * 50_000 + "\n"}
    (finding,) = lint.secrets(part(at("packages/0/environmentVariables", [variable])))
    assert finding.message.endswith("publishing makes it public")
    run = "mcp-publisher publish " * 20_000
    around = project(Tree.of({".github/workflows/x.yml": f"jobs: {{a: {{steps: [{{run: {run}}}]}}}}"}))
    assert not [one for one in workflows.fragile_steps(part(RIGHT)._replace(project=around)) if "hides" in one.message]


@pytest.mark.parametrize("seed", range(5))
def test_edits_of_objects_leave_json(seed):
    luck = random.Random(seed)
    for _ in range(100):
        document = {f"k{n}": luck.choice((1, "x", [1], {}, {"a": 1})) for n in range(luck.randrange(1, 5))}
        text = json.dumps(document, indent=luck.choice((None, 2, "\t")))
        root = read(Source("x", json.dumps(RIGHT))) and _object(text)
        key = luck.choice(list(document))
        found = member(root, key)
        assert found
        for edit, expected in (
            (removal(root, found[0]), {k: v for k, v in document.items() if k != key}),
            (insertion(root, "new", "true"), document | {"new": True}),
            (addition(root, "new", "true"), document | {"new": True}),
        ):
            assert json.loads(text[: edit.span.start] + edit.text + text[edit.span.end :]) == expected


def _object(text: str) -> MappingNode:
    from mcplint.readers.json import read as read_json

    root = read_json(Source("x", text)).root
    assert isinstance(root, MappingNode)
    return root


def test_schemas_are_schemas_and_say_the_same_of_what_is_right():
    from jsonschema import Draft7Validator

    for date in registry.DATES:
        Draft7Validator.check_schema(registry.schema(date))
        document = {key: value for key, value in RIGHT.items() if key not in ("packages", "icons")}
        assert not list(violations(document, date))


def test_workflows_that_are_no_workflows():
    texts = [
        "mcp-publisher",
        "jobs: mcp-publisher",
        "jobs:\n  a: {steps: mcp-publisher}",
        "jobs: {a: {steps: [1, {run: [mcp-publisher]}]}}",
    ]
    for text in texts:
        around = project(Tree.of({".github/workflows/x.yml": text}))
        found = part(RIGHT)._replace(project=around)
        assert not list(workflows.failing_steps(found)) and not list(workflows.fragile_steps(found))


def test_every_row_is_one_that_a_rule_speaks_of():
    assert {row.subject for row in ROWS} == set(SUBJECTS)
    assert set(registry.TYPES) == set(TYPES)


def found(folder) -> list[tuple[str, str]]:
    """What is found in a folder on disk."""
    from mcplint.engine.catalogue import Catalogue
    from mcplint.engine.lint import lint
    from mcplint.project.config import Config
    from mcplint.project.discover import tree

    return [(d.rule, d.severity) for d in lint(tree(str(folder), None), Catalogue(), Config())]


def test_a_byte_order_mark_is_seen_and_taken_away(tmp_path):
    from mcplint.findings import WARNING
    from mcplint.project.discover import tree

    (tmp_path / "server.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(RIGHT, indent=2).encode())
    assert ("registry-json", ERROR) in found(tmp_path)
    source = tree(str(tmp_path), None).source("server.json")
    fact = source and read(source)
    assert fact and [problem.edit and problem.edit.text for problem in fact.problems] == [""]
    (tmp_path / "server.json").write_text(json.dumps(RIGHT, indent=2))
    assert not [rule for rule, severity in found(tmp_path) if severity in (ERROR, WARNING)]


def test_where_a_project_is_pushed_to_is_read_without_git(tmp_path):
    """Whatever else the configuration says is not looked at: no include is followed, nothing is run."""
    (tmp_path / "server.json").write_text(json.dumps(RIGHT, indent=2))
    (tmp_path / ".git").mkdir()
    config = '[include]\n\tpath = ../elsewhere\n[core]\n\tfsmonitor = "touch ran"\n[remote "origin"]\n\turl = {}\n'
    (tmp_path / ".git" / "config").write_text(config.format("https://github.com/ACME/weather"))
    assert ("registry-foreign-namespace", ERROR) in found(tmp_path)
    assert not list(tmp_path.glob("**/ran"))
