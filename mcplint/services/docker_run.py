"""`docker run` and `docker exec` as a client's command: whether the server is connected to the client."""

from __future__ import annotations

import re
import shlex
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
    words, direct = _said(node, args)
    start = 1 + ([each.only for each in words[1:2]] == ["container"])
    verb = next((each.only for each in words[start : start + 1]), None)
    if not words or (words[0].only or "").rpartition("/")[2] not in CONTAINER_ENGINES or verb not in ("run", "exec"):
        return
    told = parse(words[start + 1 :], DOCKER_RUN)
    given = {name: value for name, value in told.given if (value.only or "").lower() != "false"}
    what = "this is the server" if verb == "run" else "the server is started in this container"
    run, notes = words[start].trace[0].span, tuple(Label(image.trace[0].span, what) for image in told.rest[:1])
    if "interactive" not in given and notes:
        edits = (Edit(run._replace(start=run.end + 1, end=run.end + 1), ', "-i"'),) if direct else ()
        text = (
            f"`docker {verb}` without `-i` gives the server no standard input: it ends before the client says anything"
        )
        yield ClientFlaw("shape", run, text, ERROR, notes if direct else (), edits, "keep standard input open")
    for name, what in (
        ("tty", "makes a terminal of the server's output, which no client can read"),
        ("detach", "runs the server in the background, cut off from the client"),
    ):
        if name in given:
            span = given[name].trace[0].span
            said = f"`{span.text}` (`--{name}`)" if direct else f"`--{name}`"
            out = tuple(_without(span, name, args)) if direct else ()
            title = f"leave `-{name[0]}` out"
            yield ClientFlaw("shape", span, f"{said} {what}", ERROR, notes if direct else (), out, title)


def _said(node: MappingNode, args: Sequence[Node]) -> tuple[tuple[Value[str], ...], bool]:
    """The words of a command, and whether each stands by itself: a shell is given all of them in one text."""
    command = node.get("command")
    listed = (command, *args) if isinstance(command, ScalarNode) else ()
    shell = scalar(command).rpartition("/")[2] in ("sh", "bash") and [scalar(each) for each in args[:1]] == ["-c"]
    if not shell or len(args) != 2:
        return tuple(Value((scalar(each),), (Label(each.span, "the client says it"),)) for each in listed), True
    last = re.split(r"&&|;|\n", scalar(args[1]).strip())[-1].strip().removeprefix("exec ")
    try:
        split = shlex.split(last) if not re.search(r"[|&<>`]|\$\(", last) else []
    except ValueError:  # a quotation that does not end
        split = []
    return tuple(Value((word,), (Label(args[1].span, "a shell is told this"),)) for word in split), False


def _without(word: Span, name: str, args: Sequence[Node]) -> Iterator[Edit]:
    """The edit that takes a switch out of the arguments, or out of the word that it shares with `-i`."""
    if word.text in ("-it", "-ti", "-id", "-di"):
        yield Edit(word, "-i")
    place = next((n for n, each in enumerate(args) if each.span == word), 0)
    before = args[place - 1].span
    between = word._replace(start=before.end, end=word.start)
    if place and word.text in (f"-{name[0]}", f"--{name}") and re.fullmatch(r'",\s*"', between.text):
        yield Edit(between._replace(end=word.end), "")
