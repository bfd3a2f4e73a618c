"""What one file of Traefik says: its entry points, or of its file provider routers, middlewares and services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.text.source import Source
from mcplint.values import Value


class TraefikFile(NamedTuple):
    """A configuration. `settings`: by the names of the labels that say the same, lists joined by commas."""

    source: Source
    settings: Mapping[str, Value[str]]
    has_routers: bool
