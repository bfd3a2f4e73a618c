"""fly.toml: https://fly.io/docs/reference/configuration/"""

from __future__ import annotations

from mcplint.facts.platform import App
from mcplint.readers import toml
from mcplint.text.source import Source


def read(source: Source) -> App:
    """The app's configuration."""
    return App("fly", source, toml.read(source))
