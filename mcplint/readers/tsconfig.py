"""Reads `tsconfig.json`: JSON with comments and commas before closing brackets."""

from __future__ import annotations

import re

from mcplint.facts.document import MappingNode, ScalarNode, at, items, pairs, scalar
from mcplint.facts.node import Tsconfig
from mcplint.findings import NOTE, Unreadable
from mcplint.readers import json
from mcplint.text.source import Source, Span

_PIECES = r'(?s)("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*+|/\*.*?(?:\*/|\Z)|,(?=\s*+[}\]])'


def read(source: Source) -> Tsconfig:
    """What a `tsconfig.json` says; Unreadable where it is no JSON object."""
    root = json.read(Source(source.path, strict_json(source.text))).root
    if not isinstance(root, MappingNode):
        raise Unreadable(Span(source, 0, 0), "not a JSON object", NOTE)
    extends = root.get("extends")
    options = at(root, "compilerOptions")

    def option_text(name: str) -> str | None:
        node = at(options, name)
        return node.text if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    paths = at(options, "paths")
    return Tsconfig(
        source,
        tuple(scalar(each) for each in items(extends)) or ((scalar(extends),) if scalar(extends) else ()),
        option_text("outDir"),
        option_text("rootDir"),
        option_text("baseUrl"),
        tuple((key.text, tuple(map(scalar, items(value)))) for key, value in pairs(paths))
        if isinstance(paths, MappingNode)
        else None,
        {key.text: value for key, value in pairs(options) if isinstance(value, ScalarNode)},
        tuple(map(scalar, items(root.get("include")))),
        tuple(map(scalar, items(root.get("files")))),
    )


def strict_json(text: str) -> str:
    """The text with blanks in the place of what strict JSON has not, so that every other character keeps its place."""
    without = re.sub(_PIECES, lambda found: found[1] or re.sub(r"[^\n]", " ", found[0]), text)
    return re.sub(r'("(?:[^"\\\n]|\\.)*+"?)|,(?=\s*+[}\]])', lambda found: found[1] or " ", without)
