"""What the MCP registry knows of a `server.json`: the schemas that it published, and the keys that its publisher keeps.

Source: the registry's releases up to 1.8.1 and https://github.com/modelcontextprotocol/static.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CURRENT = "2025-12-11"
DATES = ("2025-12-11", "2025-10-17", "2025-10-11", "2025-09-29", "2025-09-16", "2025-07-09")
ADDRESS = "https://static.modelcontextprotocol.io/schemas/{}/server.schema.json"

PUBLISHER_PROVIDED = "io.modelcontextprotocol.registry/publisher-provided"
LABEL = "io.modelcontextprotocol.server.name"
META_BYTES = 4096

TYPES = ("npm", "pypi", "nuget", "oci", "mcpb", "cargo")
# The types whose packages an index lists by name and version.
INDEXED = ("npm", "pypi", "nuget", "cargo")
# The labels of an index's own host before its top-level domain.
INDEX_HOSTS = {"npm": "registry.npmjs", "pypi": "pypi", "nuget": "api.nuget", "cargo": "crates"}
HTTP = ("streamable-http", "sse")
# The names of packages and images that lead to any server that they are told of.
PROXIES = re.compile(r"mcp-proxy(?:-.*)?|mcp-remote|mcp-bridge|mcpo|supergateway")
SOURCES = ("github", "gitlab")

# The keys of each kind of object that the publisher sends on, and the kind of object that their values hold, if any.
# The schemas stay open to other keys; the publisher drops those without a word.
_INPUT = {"description", "isRequired", "format", "value", "isSecret", "default", "placeholder", "choices"}
_VARIABLE_INPUT: dict[str, str | None] = {**dict.fromkeys(_INPUT), "variables": "input"}
KEYS: Mapping[str, Mapping[str, str | None]] = {
    "server": {
        **dict.fromkeys(("$schema", "name", "description", "title", "version", "websiteUrl")),
        "repository": "repository",
        "icons": "icon",
        "packages": "package",
        "remotes": "transport",
        "_meta": "meta",
    },
    "repository": dict.fromkeys(("url", "source", "id", "subfolder")),
    "icon": dict.fromkeys(("src", "mimeType", "sizes", "theme")),
    "package": {
        **dict.fromkeys(("registryType", "registryBaseUrl", "identifier", "version", "fileSha256", "runtimeHint")),
        "transport": "transport",
        "runtimeArguments": "argument",
        "packageArguments": "argument",
        "environmentVariables": "named",
    },
    "transport": {"type": None, "url": None, "headers": "named", "variables": "input"},
    "input": dict.fromkeys(_INPUT),
    "named": {**_VARIABLE_INPUT, "name": None},
    "argument": {**_VARIABLE_INPUT, "type": None, "name": None, "valueHint": None, "isRepeated": None},
    "meta": {PUBLISHER_PROVIDED: None},
}

# The 2025-07-09 spelling of what the 2025-09-16 schema renamed, and `transport_type`, which is older yet.
RENAMED = {
    "transport_type": "type",
    "registry_type": "registryType",
    "registry_base_url": "registryBaseUrl",
    "file_sha256": "fileSha256",
    "runtime_hint": "runtimeHint",
    "runtime_arguments": "runtimeArguments",
    "package_arguments": "packageArguments",
    "environment_variables": "environmentVariables",
    "is_required": "isRequired",
    "is_secret": "isSecret",
    "value_hint": "valueHint",
    "is_repeated": "isRepeated",
    "website_url": "websiteUrl",
}

# What people mean by keys that the format does not have.
MEANT = {
    "env": "use `environmentVariables`, a list of objects with a `name`",
    "args": "use `packageArguments`, a list of objects with a `type`",
    "arguments": "use `packageArguments`, a list of objects with a `type`",
    "command": "use `runtimeHint` to name what starts the package",
    "status": "set it with `mcp-publisher status`",
    "authentication": "use `headers` of the remote",
    "auth": "use `headers` of the remote",
    "homepage": "use `websiteUrl`",
    "required": "use `isRequired`",
    "secret": "use `isSecret`",
    "license": f"put it into `_meta` under `{PUBLISHER_PROVIDED}`",
    "keywords": f"put it into `_meta` under `{PUBLISHER_PROVIDED}`",
}


def schema(date: str) -> dict[str, Any]:
    """Our JSON Schema (draft-07) of the format as the registry published it on a date of DATES.

    The data holds the newest in full and, for each older one, what it has other than the next newer one.
    """
    import json
    from pathlib import Path

    versions = json.loads(Path(__file__).with_name("server-schema.json").read_text("utf-8"))
    merged: dict[str, Any] = {}
    for newer in DATES[: DATES.index(date) + 1]:
        merged = _merge(merged, versions[newer])
    return merged


def _merge(target: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): null takes a key away."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge(result.get(key), value)
    return result
