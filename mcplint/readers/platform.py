"""The configuration files of hosting platforms."""

from __future__ import annotations

import re

from mcplint.facts.document import MappingNode
from mcplint.facts.platform import App, Process, Procfile
from mcplint.findings import Unreadable
from mcplint.text.source import Source, Span


def fly(source: Source) -> App:
    """fly.toml: https://fly.io/docs/reference/configuration/"""
    from mcplint.readers import toml

    return App("fly", source, toml.read(source))


def render(source: Source) -> App | None:
    """render.yaml, a Blueprint, None where it has no services: https://render.com/docs/blueprint-spec"""
    from mcplint.readers import yaml

    root = yaml.document(source)
    return App("render", source, root) if isinstance(root, MappingNode) and root.get("services") else None


def railway(source: Source) -> App | None:
    """railway.toml or railway.json, None where it is no object: https://docs.railway.com/reference/config-as-code"""
    from mcplint.readers import json, toml

    if source.path.endswith(".toml"):
        return App("railway", source, toml.read(source))
    document = json.read(source)
    if damage := next((problem for problem in document.problems if problem.damage), None):
        raise Unreadable(damage.span, damage.message)
    return App("railway", source, document.root) if isinstance(document.root, MappingNode) else None


def procfile(source: Source) -> Procfile:
    """A Procfile: a kind of process and its command a line, lines of another form passed over, as the platforms do.

    https://devcenter.heroku.com/articles/procfile
    """
    found = re.finditer(r"^([A-Za-z0-9_-]+):[ \t]*+([^\r\n]*[^\s])", source.text, re.MULTILINE)
    return Procfile(
        source, tuple(Process(line[1], Span(source, *line.span(1)), Span(source, *line.span(2))) for line in found)
    )
