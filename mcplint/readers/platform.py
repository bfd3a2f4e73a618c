"""The configuration files of hosting platforms."""

from __future__ import annotations

import re

from mcplint.facts.document import MappingNode
from mcplint.facts.platform import App, Process, Procfile, Unit
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


def cloudbuild(source: Source) -> App | None:
    """cloudbuild.yaml, None where it has no steps: https://cloud.google.com/build/docs/build-config-file-schema"""
    from mcplint.readers import yaml

    root = yaml.document(source)
    return App("cloudbuild", source, root) if isinstance(root, MappingNode) and root.get("steps") else None


def railway(source: Source) -> App | None:
    """railway.toml or railway.json, None where it is no object: https://docs.railway.com/reference/config-as-code"""
    from mcplint.readers import toml

    if source.path.endswith(".toml"):
        return App("railway", source, toml.read(source))
    return _json("railway", source)


def heroku(source: Source) -> App | None:
    """app.json, None where it is no object: https://devcenter.heroku.com/articles/app-json-schema"""
    return _json("heroku", source)


def functions(source: Source) -> App | None:
    """A template of CloudFormation or the file of a serverless service, None where it is no mapping."""
    from mcplint.readers import yaml

    if source.path.endswith(".json"):
        return _json("lambda", source)
    root = yaml.document(source)
    return App("lambda", source, root) if isinstance(root, MappingNode) else None


def _json(platform: str, source: Source) -> App | None:
    from mcplint.readers import json

    document = json.read(source)
    if damage := next((problem for problem in document.problems if problem.damage), None):
        raise Unreadable(damage.span, damage.message)
    return App(platform, source, document.root) if isinstance(document.root, MappingNode) else None


def procfile(source: Source) -> Procfile:
    """A Procfile: a kind of process and its command a line, lines of another form passed over, as the platforms do.

    https://devcenter.heroku.com/articles/procfile
    """
    found = re.finditer(r"^([A-Za-z0-9_-]+):[ \t]*+([^\r\n]*[^\s])", source.text, re.MULTILINE)
    return Procfile(
        source, tuple(Process(line[1], Span(source, *line.span(1)), Span(source, *line.span(2))) for line in found)
    )


_SETTING = re.compile(r"[^\r\n]+(?:(?<=\\)\r?\n[^\r\n]+)*")


def unit(source: Source) -> Unit:
    """A service unit of systemd: https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html"""
    return unit_within(Span(source, 0, len(source.text)), source.path.rpartition("/")[2])


def unit_within(span: Span, name: str) -> Unit:
    """A service unit that a piece of another file spells, such as a here-document of a script."""
    section, found, source = "", [], span.source
    for line in _SETTING.finditer(source.text, span.start, span.end):
        text = line[0].strip()
        if text.startswith("["):
            section = text
        elif section == "[Service]" and not text.startswith(("#", ";")) and "=" in text:
            key, equals, value = line[0].partition("=")
            start = line.start() + len(key) + len(equals) + len(value) - len(value.lstrip())
            found.append((key.strip(), Span(source, start, start + len(value.strip()))))
    return Unit(name, source, tuple(found))
