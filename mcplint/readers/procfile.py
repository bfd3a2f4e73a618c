"""Procfiles: a kind of process and its command a line. https://devcenter.heroku.com/articles/procfile"""

from __future__ import annotations

import re

from mcplint.facts.platform import Process, Procfile
from mcplint.text.source import Source, Span


def read(source: Source) -> Procfile:
    """The processes; lines of another form are passed over, as the platforms do."""
    found = re.finditer(r"^([A-Za-z0-9_-]+):[ \t]*([^\r\n]*[^\s])", source.text, re.MULTILINE)
    return Procfile(
        source,
        tuple(Process(line[1], Span(source, *line.span(1)), Span(source, *line.span(2))) for line in found),
    )
