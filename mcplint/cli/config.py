"""`mcplint config`: the settings of a project, and a schema of those that there are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from mcplint.cli.output import paint, say
from mcplint.cli.workspace import configuration
from mcplint.engine.catalogue import Catalogue
from mcplint.project.config import Setting, settings
from mcplint.reports import Paint, escape
from mcplint.reports.escape import terminal
from mcplint.text.lines import position

VERSION = 1


def config(paths: Sequence[str], config: str | None, output_format: str, rules: str | None, color: str) -> int:
    """Prints the settings of a project; the exit code."""
    from mcplint.reports.config_schema import schema

    known = Catalogue(rules)
    if output_format == "schema":
        say(escape.json(schema(known)) + "\n")
        return 0
    source, shown = configuration(paths, config, known)
    found = list(settings(source, known))
    if output_format == "json":
        rows = [_row(each, shown) for each in found]
        say(escape.json({"version": VERSION, "file": shown or None, "settings": rows}) + "\n")
    else:
        say("".join(f"{line}\n" for line in _lines(found, shown, paint(color))))
    return 0


def _row(setting: Setting, shown: str) -> dict[str, object]:
    where = None
    if setting.written:
        line, column, *_ = position(setting.written.span)
        where = {"path": shown, "line": line, "column": column}
    return {"key": list(setting.key), "value": setting.value, "source": where}


def _lines(found: Sequence[Setting], shown: str, look: Paint) -> Iterator[str]:
    """A line a setting, as it is written in TOML, with the line that sets it."""
    texts = [_toml_line(setting) for setting in found]
    width = min(60, max(map(len, texts)))
    for text, setting in zip(texts, found, strict=True):
        where = "default" if setting.value is not None else "no default"
        if setting.written:
            line, column, *_ = position(setting.written.span)
            where = f"{shown}:{line}:{column}"
        yield f"{look(terminal(text), bold=bool(setting.written))}{' ' * (width - len(text))}  # {terminal(where)}"


def _toml_line(setting: Setting) -> str:
    from re import fullmatch

    key = ".".join(word if fullmatch("[A-Za-z0-9_-]+", word) else json.dumps(word) for word in setting.key)
    return f"# {key}" if setting.value is None else f"{key} = {json.dumps(setting.value, ensure_ascii=False)}"
