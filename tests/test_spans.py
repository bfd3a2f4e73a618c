"""What a site covers is what its value says, over every page, case and fixture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pages import RULES, cases, settings
from test_fixtures import FIXTURES, tree

from mcplint.engine.lint import run
from mcplint.project.tree import Tree
from mcplint.proxies.nginx.directives import size
from mcplint.text.source import Source
from mcplint.values import Value

FOLDER = Path(__file__).parent / "cases"
# How a setting that is true or false, or a time, is spelled is its format's matter.
SPELLED = (str, int)
SIZE = re.compile(r"\d+[kKmMgG]")
# What fastmcp takes for the transport.
# What SDKs, frameworks and clients call Streamable HTTP.
OTHER_NAMES = dict.fromkeys(("http", "httpStream", "streamable_http"), "streamable-http")


def texts() -> Iterator[tuple[str, Tree]]:
    pages = [(f"rules/{name}", rule.page) for name, rule in RULES.items()]
    pages += [(f"cases/{path.stem}", path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md"))]
    for title, page in pages:
        yield from ((f"{title} {case.name}", Tree.of(case.files)) for case in cases(page))
    yield from ((f"fixtures/{folder.name}", tree(folder)) for folder in FIXTURES)


TREES = list(texts())


def values(thing: Any, seen: set[int]) -> Iterator[Value[Any]]:
    """Every value in a deployment, each once."""
    stack = [thing]
    while stack:
        one = stack.pop()
        if id(one) in seen or isinstance(one, Source):
            continue
        seen.add(id(one))
        match one:
            case Value():
                yield one
                stack += one.options or ()
            case tuple() | frozenset():
                stack += one
            case Mapping():
                stack += one.values()


@pytest.mark.parametrize(("title", "tree"), TREES, ids=[title for title, _ in TREES])
def test_a_site_spells_its_value(title, tree):
    for value in values(run(tree, RULES, settings(tree)).deployment, set()):
        for note in value.trace:
            assert 0 <= note.span.start <= note.span.end <= len(note.span.source.text), note
        if value.site and value.site.span.text and value.options is not None and len(value.options) == 1:
            [option] = value.options
            assert tree.source(value.site.span.source.path) == value.site.span.source
            if isinstance(option, SPELLED) and not isinstance(option, bool):
                text = value.site.span.text
                bytes_ = str(size(text)) if SIZE.fullmatch(text) else None
                assert str(option) in (text, OTHER_NAMES.get(text), bytes_), value
