"""A linker and a rule as small as they can be, for tests of what surrounds them.

Every Dockerfile is a box whose user its last `USER` says; a line `BROKEN` makes it unreadable. No rule of the package
knows boxes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from mcplint.findings import Unreadable
from mcplint.model import ASSUMED, Deployment, Link, Port
from mcplint.project.kinds import kinds
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

RULES = str(Path(__file__).parent / "rules")


class Box(NamedTuple):
    """What stands among the containers of a deployment."""

    id: str
    span: Span
    user: Value[str]
    links: tuple[Link, ...] = ()
    command: Value[tuple[str, ...]] = UNKNOWN
    replicas: Value[int] = UNKNOWN
    ports: tuple[Port, ...] = ()
    missing: Label | None = None

    @property
    def assumed(self) -> bool:
        return bool(self.links)


class Linked(NamedTuple):
    deployment: Deployment
    problems: tuple[Unreadable, ...]


def link(tree, config):
    boxes, problems = [], []
    for path in kinds(tree.paths).get("dockerfile", ()):
        if source := tree.source(path):
            if (broken := source.text.find("BROKEN")) >= 0:
                problems.append(Unreadable(Span(source, broken, broken + 6), "has a broken line"))
            else:
                boxes.append(box(source))
    return Linked(Deployment(tuple(boxes)), tuple(problems))


def box(source) -> Box:
    found = list(re.finditer(r"^USER (\S+)", source.text, re.M))
    user: Value[str] = Value(("root",), (Label(Span(source, 0, source.text.find("\n")), "the image runs as root"),))
    if found:
        span = Span(source, found[-1].start(1), found[-1].end(1))
        user = Value((span.text,), (Label(span, "USER sets it"),), EditSite(span))
    links = (Link(None, ASSUMED, "a guess"),) if "ASSUMED" in source.text else ()
    return Box(source.path, Span(source, 0, 0), user, links)
