"""What a site covers is what its value says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mcplint.model import Deployment
from mcplint.project.tree import Tree
from mcplint.proxies.nginx.directives import size
from mcplint.text.source import Source
from mcplint.values import Value

# How a setting that is true or false, or a time, is spelled is its format's matter.
SPELLED = (str, int)
SIZE = re.compile(r"\d+[kKmMgG]")
# What SDKs, frameworks and clients call Streamable HTTP.
OTHER_NAMES = dict.fromkeys(("http", "streamableHttp", "httpStream", "streamable_http"), "streamable-http")


def assert_sites_spell(tree: Tree, deployment: Deployment) -> None:
    """Every site of a deployment lies in the tree and says its value, every step of a trace lies in its file."""
    for value in _values(deployment):
        for note in value.trace:
            assert 0 <= note.span.start <= note.span.end <= len(note.span.source.text), note
        if value.site and value.site.span.text and value.options is not None and len(value.options) == 1:
            [option] = value.options
            assert tree.source(value.site.span.source.path) == value.site.span.source
            if isinstance(option, SPELLED) and not isinstance(option, bool):
                text = value.site.span.text
                bytes_ = str(size(text)) if SIZE.fullmatch(text) else None
                assert str(option) in (text, OTHER_NAMES.get(text), bytes_), value


def _values(thing: Any) -> Iterator[Value[Any]]:
    """Every value in a deployment, each once."""
    seen: set[int] = set()
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
