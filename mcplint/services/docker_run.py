"""`docker run` as a client's command: whether the server that it starts is connected to the client."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcplint.commands.command_lines import DOCKER_RUN
from mcplint.commands.options import parse
from mcplint.facts.document import MappingNode, Node, ScalarNode, items, scalar
from mcplint.findings import ERROR
from mcplint.knowledge.executables import CONTAINER_ENGINES
from mcplint.model import ClientFlaw
from mcplint.text.source import Edit, Span
from mcplint.values import Label, Value


def docker_run(node: MappingNode) -> Iterator[ClientFlaw]:
    """What keeps the container's standard input and output from the client."""
    args = items(node.get("args"))
    words = tuple(Value((scalar(arg),), (Label(arg.span, "the client says it"),)) for arg in args)
    start = 1 + (scalar(args[0]) == "container" if args else 0)
    if scalar(node.get("command")).rpartition("/")[2] not in CONTAINER_ENGINES or [
        each.only for each in words[start - 1 : start]
    ] != ["run"]:
        return
    told = parse(words[start:], DOCKER_RUN)
    given = {name: value for name, value in told.given if (value.only or "").lower() != "false"}
    run, notes = args[start - 1], tuple(Label(image.trace[0].span, "this is the server") for image in told.rest[:1])
    if "interactive" not in given and notes and isinstance(run, ScalarNode):
        end = run.span.end + 1
        edit = Edit(run.span._replace(start=end, end=end), ', "-i"')
        text = "`docker run` without `-i` gives the server no standard input: it ends before the client says anything"
        yield ClientFlaw("shape", run.span, text, ERROR, notes, (edit,), "keep standard input open")
    for name, what in (
        ("tty", "makes a terminal of the server's output, which no client can read"),
        ("detach", "runs the server in the background, cut off from the client"),
    ):
        if name in given:
            span = given[name].trace[0].span
            edits = tuple(_without(span, name, args))
            yield ClientFlaw(
                "shape", span, f"`{span.text}` (`--{name}`) {what}", ERROR, notes, edits, f"leave `-{name[0]}` out"
            )


def _without(word: Span, name: str, args: Sequence[Node]) -> Iterator[Edit]:
    """The edit that takes a switch out of the arguments, or out of the word that it shares with `-i`."""
    if word.text in ("-it", "-ti", "-id", "-di"):
        yield Edit(word, "-i")
    place = next((n for n, each in enumerate(args) if each.span == word), 0)
    before = args[place - 1].span
    between = word._replace(start=before.end, end=word.start)
    if place and word.text in (f"-{name[0]}", f"--{name}") and re.fullmatch(r'",\s*"', between.text):
        yield Edit(between._replace(end=word.end), "")
