"""railway.json and railway.toml: https://docs.railway.com/reference/config-as-code"""

from __future__ import annotations

from mcplint.facts.document import MappingNode
from mcplint.facts.platform import App
from mcplint.findings import Unreadable
from mcplint.readers import json, toml
from mcplint.text.source import Source


def read(source: Source) -> App | None:
    """The service's configuration, None where the file is no object."""
    if source.path.endswith(".toml"):
        return App("railway", source, toml.read(source))
    document = json.read(source)
    damage = next((problem for problem in document.problems if problem.damage), None)
    if damage:
        raise Unreadable(damage.span, damage.message)
    return App("railway", source, document.root) if isinstance(document.root, MappingNode) else None
