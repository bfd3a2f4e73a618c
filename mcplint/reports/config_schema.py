"""A JSON Schema of the configuration, for editors and for SchemaStore: draft 7, closed, every key described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.findings import INTERNAL_ERROR, SEVERITIES, Rule
from mcplint.project.config import FAIL_ON, MOST_ENTRIES, OFF

DRAFT = "http://json-schema.org/draft-07/schema#"
IDENTITY = "https://json.schemastore.org/mcplint.json"
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
# Beside the type of a key: what it means, and which values make sense.
STATED: Mapping[str, dict[str, Any]] = {
    "replicas": {
        "description": "How many of each container run that has an MCP server",
        "type": "integer",
        "exclusiveMinimum": 0,
    },
    "start-command": {
        "description": "What starts the server where the image's own command cannot be followed",
        "type": "string",
        "pattern": "\\S",
    },
    "public-url": {
        "description": "The URL that clients are given",
        "type": "string",
        "pattern": "^[hH][tT][tT][pP][sS]?://[^/?#\\s]",
    },
    "longest-tool-call": {
        "description": "How long the longest call of a tool takes, in seconds",
        "type": "number",
        "exclusiveMinimum": 0,
    },
    "proxy-in-front": {"description": "Whether a proxy is in front that the files do not show", "type": "boolean"},
    "authenticated-elsewhere": {"description": "Whether somebody in front checks who calls", "type": "boolean"},
}


def schema(rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The schema of `mcplint.toml`, which is that of `[tool.mcplint]` too."""
    settable = {name: rule for name, rule in rules.items() if name != INTERNAL_ERROR}
    return {
        "$schema": DRAFT,
        "$id": IDENTITY,
        "title": "Configuration of mcplint",
        "description": "mcplint.toml, or [tool.mcplint] in pyproject.toml",
        "definitions": {
            "severity": {"type": "string", "enum": [OFF, *SEVERITIES]},
            "setting": _setting({}),
            "rule": {"type": "string", "enum": list(settable)},
        },
        **_table(
            {
                "fail-on": {
                    "description": "The severity of findings from which on the exit code is 1",
                    "type": "string",
                    "enum": list(FAIL_ON),
                    "default": "warning",
                },
                "pedantic": {"description": "Whether notes are shown", "type": "boolean", "default": False},
                "exclude": {
                    "description": "Files and folders that are not read, as globs",
                    "type": "array",
                    "items": {"type": "string"},
                    "maxItems": MOST_ENTRIES,
                },
                "ignore": {
                    "description": "The rules of which no findings are shown, by a glob of files",
                    "type": "object",
                    "maxProperties": MOST_ENTRIES,
                    "additionalProperties": {
                        "type": "array",
                        "items": {"$ref": "#/definitions/rule"},
                        "maxItems": MOST_ENTRIES,
                    },
                },
                "rules": {
                    "description": "The severity of rules, and their options",
                    **_table({name: _rule(rule) for name, rule in settable.items()}),
                },
                "deployment": {"description": "What the files cannot tell of the deployment", **_table(dict(STATED))},
            }
        ),
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _rule(rule: Rule) -> dict[str, Any]:
    options = {name: {"type": TYPES[type(default)], "default": default} for name, default in rule.options}
    setting = _setting(options) if options else {"allOf": [{"$ref": "#/definitions/setting"}]}
    return {"description": rule.title, **setting}


def _setting(options: dict[str, Any]) -> dict[str, Any]:
    severity = {"$ref": "#/definitions/severity"}
    return {"anyOf": [severity, _table({"severity": severity, **options})]}
