"""Deno's configuration: https://docs.deno.com/runtime/fundamentals/configuration/#dependencies."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.facts.document import ScalarNode, at, pairs
from mcplint.readers import json
from mcplint.text.source import Source


def read(source: Source) -> Mapping[str, ScalarNode] | None:
    """What each name of the import map stands for, None where there is no map; raises Unreadable."""
    imports = at(json.read(source).root, "imports")
    found = {key.text: value for key, value in pairs(imports) if isinstance(value, ScalarNode)}
    return found or None
