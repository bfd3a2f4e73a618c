"""render.yaml, a Blueprint: https://render.com/docs/blueprint-spec"""

from __future__ import annotations

from mcplint.facts.document import MappingNode
from mcplint.facts.platform import App
from mcplint.readers import yaml
from mcplint.text.source import Source


def read(source: Source) -> App | None:
    """The Blueprint, None where the file has no services."""
    root = yaml.document(source)
    return App("render", source, root) if isinstance(root, MappingNode) and root.get("services") else None
