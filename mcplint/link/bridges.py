"""The bridge that serves a stdio server over HTTP: which release of it, and what its clients speak."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.commands.words import span_of, text
from mcplint.images.image import Image
from mcplint.knowledge.npm_releases import DATE
from mcplint.knowledge.sdk import releases
from mcplint.knowledge.semver import admits, exact
from mcplint.knowledge.transports import SSE, STREAMABLE
from mcplint.model import Bridge
from mcplint.programs.start import Start
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

OUTPUT = "--outputTransport"
SPOKEN: dict[str | None, str] = {"sse": SSE, "streamableHttp": STREAMABLE}
"""What that option names; source: https://github.com/supercorp-ai/supergateway#readme"""


def bridge(start: Start, image: Image | None) -> Bridge:
    """The supergateway that a start serves its program by."""
    name, *words = start.bridge
    said, where = [text(word) for word in words], span_of(name, start.span)
    told = said.index(OUTPUT) + 1 if OUTPUT in said else None
    speaks = "sse" if told is None else said[told] if told < len(said) else None
    transport = Value((SPOKEN[speaks],)) if speaks in SPOKEN and None not in said else UNKNOWN
    release, pin = _release([where, *_installed(image)])
    return Bridge("supergateway", release, transport, where, pin)


def _installed(image: Image | None) -> Iterator[Span]:
    """The lines of a build that install it by name."""
    for step in image.runs if image else ():
        if re.search(r"\b(?:npm|pnpm|yarn|bun)\b[^;&|]*\bsupergateway\b", step.span.text):
            yield step.span


def _release(places: list[Span]) -> tuple[Value[str], EditSite | None]:
    """The release that the first place asks for which names one, the newest where none does."""
    for span in places:
        found = re.search(r"\bsupergateway@([\w.^~*-]+)", span.text)
        if found is None:
            continue
        wanted = found[1]
        own = Span(span.source, span.start + found.start(1), span.start + found.end(1))
        pinned = exact(wanted)
        if pinned:
            return Value((pinned,), (Label(own, f"pins supergateway {pinned}"),)), EditSite(own)
        fitting = [each for each in releases("npm:supergateway") if admits(wanted, each)]
        why = f"supergateway {fitting[-1] if fitting else ''} is the newest release that `{wanted}` allows as of {DATE}"
        return (Value((fitting[-1],), (Label(own, why),)), EditSite(own)) if fitting else (Value(None), None)
    return Value(None), None
