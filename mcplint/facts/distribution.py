"""What the metadata of a package say that a project builds: `pyproject.toml`, `setup.cfg` or `package.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Value


class Metadata(NamedTuple):
    """One package.

    `readme`: the path beside the file that its description is read from, or None where it has none;
    `described`: the description itself where it stands in the metadata. `commands`: each program that is installed and
    what it starts (`module:object`). Unknown is what a build tool fills in.
    """

    source: Source
    registry: str
    span: Span
    name: Value[str]
    version: Value[str] = UNKNOWN
    readme: Value[str | None] = UNKNOWN
    described: str | None = None
    commands: Value[Mapping[str, str]] = UNKNOWN
    mcp_name: Value[str | None] = UNKNOWN
