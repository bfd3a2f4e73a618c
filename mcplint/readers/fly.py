"""fly.toml: https://fly.io/docs/reference/configuration/"""

from __future__ import annotations

from mcplint.core import Source
from mcplint.facts.platform import App
from mcplint.readers import toml


def read(source: Source) -> App:
    """The app's configuration."""
    return App("fly", source, toml.read(source))
