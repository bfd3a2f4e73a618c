"""What `mcplint config` prints, and the schema of the configuration, held against what reads it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import simple

from mcplint.engine.catalogue import Catalogue
from mcplint.project.config import STATED, load
from mcplint.reports.config_schema import STATED as DESCRIBED
from mcplint.reports.config_schema import schema
from mcplint.usage import UsageError

SHIPPED = Path(__file__).parent.parent / "mcplint" / "config.schema.json"
OWN = Catalogue(simple.RULES)
VALUES = ['"error"', '"never"', '"off"', '"x"', '""', "1", "0", "-1", "1.5", "true", "[]", '["a"]', "[1]", "{}"]
VALUES += ['"https://x.example/mcp"', '"HTTP://x"', '"ftp://x"', '["root-user"]', '{ severity = "note" }', "{ x = 1 }"]
VALUES += [str(["a"] * 501), str(["root-user"] * 501), "{ " + ", ".join(f"k{n} = []" for n in range(501)) + " }"]
VALUES += ['{ severity = "never" }', '{ strict = true, known = "x" }', "{ strict = 1 }"]
KEYS = ["fail-on", "pedantic", "exclude", "ignore", "rules", "deployment", "tool", "x"]
KEYS += [f"deployment.{key}" for key in STATED] + [
    "deployment.x",
    'ignore."a/*"',
    "rules.root-user",
    "rules.known-user",
]


def test_it_is_in_the_form_that_schemastore_takes() -> None:
    shipped = json.loads(SHIPPED.read_text())
    jsonschema.Draft7Validator.check_schema(shipped)
    assert shipped["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert shipped["$id"] == "https://json.schemastore.org/mcplint.json"
    assert set(DESCRIBED) == set(STATED)
    closed = [node for node in nodes(shipped) if "properties" in node]
    assert len(closed) == 4 and all(node["additionalProperties"] is False for node in closed)
    keys = [
        *shipped["properties"].values(),
        *shipped["properties"]["rules"]["properties"].values(),
        *DESCRIBED.values(),
    ]
    assert all(key["description"] for key in keys)


def nodes(node: Any) -> list[dict[str, Any]]:
    """Every object of a JSON document."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [*([node] if isinstance(node, dict) else []), *itertools.chain.from_iterable(map(nodes, inner))]


@pytest.mark.parametrize("key", KEYS)
def test_it_takes_what_the_reader_takes(key: str) -> None:
    import tomllib

    checker = jsonschema.Draft7Validator(schema(OWN))
    for value in VALUES:
        text = f"{key} = {value}\n"
        try:
            load("mcplint.toml", text, OWN)
            read = True
        except UsageError:
            read = False
        assert checker.is_valid(tomllib.loads(text)) == read, text[:100]


TEXT = """
[tool.mcplint]
fail-on = "error"

[tool.mcplint.rules]
root-user = "off"
known-user = { strict = true }

[tool.mcplint.ignore]
"deploy/*.conf" = ["buffered-stream"]

[tool.mcplint.deployment]
replicas = 3
"""


def test_every_setting_is_printed_with_its_place(project, mcplint) -> None:
    project({"pyproject.toml": TEXT, "sub/x": ""})
    ran = mcplint("config", "sub", "--rules", simple.RULES)
    lines = {line.partition("  # ")[0].strip(): line.partition("  # ")[2] for line in ran.out.splitlines()}
    assert (ran.code, ran.err) == (0, "")
    expected = {
        'fail-on = "error"': "pyproject.toml:3:1",
        "pedantic = false": "default",
        "exclude = []": "default",
        "deployment.replicas = 3": "pyproject.toml:13:1",
        "# deployment.public-url": "no default",
        'ignore."deploy/*.conf" = ["buffered-stream"]': "pyproject.toml:10:2",
        'rules.root-user = "off"': "pyproject.toml:6:1",
        'rules.known-user.severity = "error"': "default",
        "rules.known-user.strict = true": "pyproject.toml:7:16",
        'rules.known-user.known = "app"': "default",
        'rules.port-mismatch = "error"': "default",
    }
    assert {line: lines.get(line) for line in expected} == expected
    settable = len(OWN) - ("internal-error" in OWN)
    assert len(lines) == 3 + len(STATED) + 1 + settable + 2


def test_what_is_printed_is_a_configuration(project, mcplint) -> None:
    project({"pyproject.toml": TEXT})
    printed = mcplint("config", "--rules", simple.RULES).out
    assert load("mcplint.toml", printed, OWN).off == {"root-user"}
    assert mcplint("config", "--rules", simple.RULES, "--color", "always").out.count("\033[1m") == 5


def test_the_settings_as_json(project, mcplint, monkeypatch) -> None:
    root = project({"mcplint.toml": 'exclude = ["a"]\n', "sub/x": ""})
    monkeypatch.chdir(root / "sub")
    told = json.loads(mcplint("config", "--format", "json", "..").out)
    assert (told["version"], told["file"]) == (1, "../mcplint.toml")
    by_key = {tuple(each["key"]): (each["value"], each["source"]) for each in told["settings"]}
    assert by_key["exclude",] == (["a"], {"path": "../mcplint.toml", "line": 1, "column": 1})
    assert by_key["deployment", "replicas"] == (None, None)
    assert by_key["rules", "root-user"] == ("warning", None)
    (root / "mcplint.toml").unlink()
    assert json.loads(mcplint("config", "--format", "json").out)["file"] is None


def test_the_schema_is_printed_with_rules_of_ones_own(project, mcplint) -> None:
    project({})
    assert mcplint("config", "--format", "schema").out == SHIPPED.read_text()
    printed = json.loads(mcplint("config", "--format", "schema", "--rules", simple.RULES).out)
    assert "known-user" in printed["properties"]["rules"]["properties"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_mistake_is_said_and_exits_with_2(project, mcplint, form) -> None:
    project({"mcplint.toml": "x = 1"})
    assert mcplint("config", "--format", form) == (2, "", 'mcplint: mcplint.toml:1:1: unknown key "x"\n')


def test_nothing_in_a_setting_steers_the_terminal(project, mcplint) -> None:
    project({"mcplint.toml": 'exclude = ["\\u001b]0;x\\u0007", "::error::"]\n[ignore]\n"\\u009b" = []\n'})
    told = mcplint("config").out
    assert "\033" not in told and "\x9b" not in told and "\n::" not in told
