"""What mcplint says of a `server.json` agrees with the registry: its labelled documents and its published schemas.

The data are the registry's own and not part of this project: MCPLINT_REGISTRY_DATA names the folder that holds them.
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, FormatChecker
from pages import look
from registry_mutants import mutants, snake

from mcplint.findings import ERROR, WARNING
from mcplint.knowledge import registry
from mcplint.knowledge.go_url import is_uri
from mcplint.model import Manifest
from mcplint.project.tree import Tree
from mcplint.readers.manifest import read, violations
from mcplint.registry import schema
from mcplint.text.source import Source, Span

NAMED = os.environ.get("MCPLINT_REGISTRY_DATA", "")
DATA = Path(NAMED)
pytestmark = pytest.mark.skipif(not NAMED, reason="MCPLINT_REGISTRY_DATA names no folder with the registry's data")
MUTANTS = 10_000


def documents(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in sorted((DATA / "examples" / folder).glob("*.json")))
    return [path for path in found if path.name != "index.json"] if NAMED else []


def labels(folder: str) -> dict[str, dict]:
    path = DATA / "examples" / folder / "index.json"
    return {row["file"]: row for row in json.loads(path.read_text("utf-8"))} if NAMED else {}


def severities(text: str, files: dict[str, str]) -> list[str]:
    return [diagnostic.severity for diagnostic in look(Tree.of({"server.json": text, **files}))]


@pytest.mark.parametrize("path", documents("valid", "valid-edge"), ids=lambda path: path.stem)
def test_what_the_registry_accepts_has_no_error(path):
    assert ERROR not in severities(path.read_text("utf-8"), {})


@pytest.mark.parametrize("path", documents("lossy"), ids=lambda path: path.stem)
def test_what_publishing_drops_is_a_warning(path):
    found = severities(path.read_text("utf-8"), {})
    assert WARNING in found and ERROR not in found


@pytest.mark.parametrize("path", documents("invalid"), ids=lambda path: path.stem)
def test_what_the_registry_refuses_is_an_error(path):
    label = labels("invalid")[path.name]
    context = label.get("context", {})
    found = severities(path.read_text("utf-8"), context.get("files", {}))
    if "state" not in context:
        assert ERROR in found, label["why"]


def test_documents_that_need_a_login_or_the_registry_are_silent_without_it():
    rows = [row for row in labels("invalid").values() if "state" in row.get("context", {})]
    known = [
        row for row in rows if not any(row["rejected_by"][layer] for layer in ("json_schema", "semantic_validator"))
    ]
    for row in known:
        found = severities((DATA / "examples" / "invalid" / row["file"]).read_text("utf-8"), {})
        assert ERROR not in found, row["why"]


def oracle(date: str) -> Draft7Validator:
    """The published schema as the registry's library reads it: `format: uri` is checked, `$` is the very end."""
    formats = FormatChecker(formats=())
    formats.checks("uri")(is_uri)
    text = (DATA / "schemas" / f"{date}.schema.json").read_text("utf-8")
    return Draft7Validator(json.loads(re.sub(r'("pattern": ".*)\$"', r'\1\\\\Z"', text)), format_checker=formats)


def seeds(date: str) -> list[dict]:
    """Right documents under a schema: those of the registry, respelled for the oldest one."""
    found = [json.loads(path.read_text("utf-8")) for path in documents("valid", "valid-edge", "lossy")]
    if date == "2025-07-09":
        old = {new: old for old, new in registry.RENAMED.items()}
        found = [snake(document, old) for document in found]
    address = registry.ADDRESS.format(date)
    return [document | {"$schema": address} for document in found]


OLDER = [pytest.param(date, marks=pytest.mark.full) for date in sorted(registry.DATES)[:-1]]


@pytest.mark.parametrize("date", [*OLDER, max(registry.DATES)])
def test_what_the_published_schema_refuses_is_reported_there(date):
    """At the pointer itself, its parent, or inside it where the oracle only knows that no alternative fits."""
    validator, refused = oracle(date), 0
    for document in mutants(seeds(date), MUTANTS, seed=20251211):
        errors = list(validator.iter_errors(document))
        refused += bool(errors)
        reported = {violation.path for violation in violations(document, date)}
        for error in errors:
            pointer = tuple(error.absolute_path)
            assert any(near(path, pointer) for path in reported), (document, error.message, reported)
        assert not reported or errors, (document, reported)
    assert refused > MUTANTS / 3


def near(path: tuple, pointer: tuple) -> bool:
    return path == pointer[:-1] or path[: len(pointer)] == pointer


@pytest.mark.parametrize("date", registry.DATES)
def test_every_violation_becomes_one_finding(date):
    for document in mutants(seeds(date), 500, seed=7):
        text = json.dumps(document)
        fact = read(Source("server.json", text))
        if fact is not None and fact.date == date:
            part = Manifest("server.json", Span(fact.source, 0, 0), fact)
            extra = [v for v in fact.violations if v.keyword == "additionalProperties"]
            assert len(list(schema.findings(part))) + len(extra) == len(fact.violations)
            assert len([f for f in schema.dropped_keys(part) if f.severity == ERROR]) <= len(extra)


def said(text: str) -> list[tuple[str, str, str]]:
    return sorted((d.rule, d.severity, d.finding.message) for d in look(Tree.of({"server.json": text})))


def turned(value):
    """A document with the keys of every object in the other order."""
    if isinstance(value, dict):
        return {key: turned(item) for key, item in reversed(value.items())}
    return [turned(item) for item in value] if isinstance(value, list) else value


def escaped(text: str) -> str:
    """A JSON text with every letter of its strings as an escape."""
    string = re.compile(r'"((?:[^"\\]|\\.)*)"')
    letters = re.compile(r"\\.|[a-zA-Z]")
    letter = lambda match: match[0] if len(match[0]) > 1 else f"\\u{ord(match[0]):04x}"  # noqa: E731
    return string.sub(lambda match: f'"{letters.sub(letter, match[1])}"', text)


DRESSES = {
    "other order": lambda document: json.dumps(turned(document), indent=2),
    "no white space": lambda document: json.dumps(document, separators=(",", ":")),
    "tabs and CRLF": lambda document: json.dumps(document, indent="\t").replace("\n", "\r\n"),
    "ASCII": lambda document: json.dumps(document, ensure_ascii=True),
    "escapes": lambda document: escaped(json.dumps(document, ensure_ascii=False, indent=2)),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_findings_do_not_depend_on_how_a_document_is_written(dress):
    for path in documents("valid", "valid-edge", "lossy", "invalid"):
        document = json.loads(path.read_text("utf-8"))
        plain = json.dumps(document, ensure_ascii=False, indent=2)
        assert said(DRESSES[dress](document)) == said(plain), path.name


def owners(value):
    """The objects of a document whose keys the format knows, each with the path that leads to it."""
    fact = read(Source("server.json", json.dumps(value)))
    found = [("server", value)]
    if fact:
        for kind, inner in registry.KEYS["server"].items():
            nodes = value.get(kind)
            found += [
                (inner, node) for node in (nodes if isinstance(nodes, list) else [nodes]) if isinstance(node, dict)
            ]
    return [(kind, node) for kind, node in found if kind]


@pytest.mark.parametrize("path", documents("valid"), ids=lambda path: path.stem)
def test_one_unknown_key_or_one_key_in_another_case_is_one_finding_more(path):
    luck = random.Random(path.stem)
    plain = json.loads(path.read_text("utf-8"))
    before = len(said(json.dumps(plain)))
    document = json.loads(path.read_text("utf-8"))
    luck.choice(owners(document))[1]["unheardOf"] = "x"
    assert len(said(json.dumps(document))) == before + 1
    for key in plain:
        if key != "$schema" and key != "_meta":
            renamed = {(name.upper() if name == key else name): value for name, value in plain.items()}
            assert len(said(json.dumps(renamed))) == before + 1, key
