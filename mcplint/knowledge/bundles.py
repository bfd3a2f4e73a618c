"""What `mcpb pack` 2.1.2 takes in the manifest of a bundle, whose schema knows no other keys.

Source: https://github.com/modelcontextprotocol/mcpb/tree/main/src/schemas
"""

from __future__ import annotations

from collections.abc import Mapping

VERSIONS = ("0.1", "0.2", "0.3", "0.4")
"""What `manifest_version` may be, or `dxt_version`, as it was called."""
_FIRST = frozenset(
    (
        *("$schema", "dxt_version", "manifest_version", "name", "display_name", "version", "description"),
        *("long_description", "author", "repository", "homepage", "documentation", "support", "icon", "screenshots"),
        *("server", "tools", "tools_generated", "prompts", "prompts_generated", "keywords", "license"),
        *("compatibility", "user_config"),
    )
)
_SECOND = _FIRST | {"privacy_policies"}
_THIRD = _SECOND | {"icons", "localization", "_meta"}
KEYS: Mapping[str, frozenset[str]] = {"0.1": _FIRST, "0.2": _SECOND, "0.3": _THIRD, "0.4": _THIRD}
SERVER = frozenset({"type", "entry_point", "mcp_config"})
START = frozenset({"command", "args", "env", "platform_overrides"})
OPTION = frozenset({"type", "title", "description", "required", "default", "multiple", "sensitive", "min", "max"})
TYPES = ("python", "node", "binary")
NEW_TYPES = ("uv",)
"""The types that version 0.4 has besides."""
