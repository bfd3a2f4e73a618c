"""`docker run` and `docker exec` as a client's command: whether the server is connected to the client."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from mcplint.commands.command_lines import DOCKER_RUN
from mcplint.commands.options import Grammar, parse
from mcplint.facts.document import MappingNode, Node, ScalarNode, items, pairs, scalar
from mcplint.findings import ERROR
from mcplint.knowledge.executables import CONTAINER_ENGINES, SHELLS
from mcplint.model import ClientFlaw
from mcplint.text.source import Edit, Span
from mcplint.values import Label, Value

OUTER = re.compile(r"((?:[A-Za-z]:(?=[\\/]))?(?:\$\{[^}]{0,1000}\}|\$(?!\{)|[^:$])++):")
"""What stands before the colon of a volume: the folder of the machine."""
SSH = Grammar(valued=frozenset("BbcDEeFIiJLlmOopQRSWw"))


def docker_run(node: MappingNode) -> Iterator[ClientFlaw]:
    """What keeps the container's standard input and output from the client."""
    args = items(node.get("args"))
    words, direct = _command_words(node, args)
    start = 1 + ([each.only for each in words[1:2]] == ["container"])
    verb = next((each.only for each in words[start : start + 1]), None)
    if not words or (words[0].only or "").rpartition("/")[2] not in CONTAINER_ENGINES or verb not in ("run", "exec"):
        return
    options = parse(words[start + 1 :], DOCKER_RUN)
    given = {name: value for name, value in options.given if (value.only or "").lower() != "false"}
    what = "this is the server" if verb == "run" else "the server is started in this container"
    run, notes = words[start].trace[0].span, tuple(Label(image.trace[0].span, what) for image in options.rest[:1])
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
            switch_text = f"`{span.text}` (`--{name}`)" if direct else f"`--{name}`"
            out = tuple(_without_switch(span, name, args)) if direct else ()
            title = f"leave `-{name[0]}` out"
            yield ClientFlaw("shape", span, f"{switch_text} {what}", ERROR, notes if direct else (), out, title)


def on_this_machine(node: MappingNode) -> Iterator[tuple[str, Span]]:
    """The texts of an entry's command that speak of the client's own machine, not of a container or of another one."""
    args = items(node.get("args"))
    words, direct = _command_words(node, args)
    inner = tuple(_words_outside(words))
    passed = {name for text, _ in inner for name in ([text[1:]] if text.startswith("=") else ())}
    if direct:
        yield from ((text, span) for text, span in inner if not text.startswith("="))
    else:
        yield from ((each.text, each.span) for each in (node.get("command"), *args) if isinstance(each, ScalarNode))
    if isinstance(folder := node.get("cwd"), ScalarNode):
        yield folder.text, folder.span
    for key, value in pairs(node.get("env")):
        if isinstance(value, ScalarNode) and key.text not in passed:
            yield value.text, value.span


def _words_outside(words: tuple[Value[str], ...]) -> Iterator[tuple[str, Span]]:
    """The words of a command without those that only a container sees; `=` stands before variables that it gets."""
    texts = [word.only or "" for word in words]
    name = texts[0].rpartition("/")[2].removesuffix(".exe") if texts else ""
    start = 1 + (texts[1:2] == ["container"])
    if name == "ssh":
        options = parse(words[1:], SSH)
        kept = (*words[:1], *(value for _, value in options.given), *options.rest[:1])
        yield from ((word.only or "", word.trace[0].span) for word in kept)
    elif name in CONTAINER_ENGINES and texts[start : start + 1] in (["run"], ["exec"], ["create"]):
        yield texts[0], words[0].trace[0].span
        for option, value in parse(words[start + 1 :], DOCKER_RUN).given:
            text, span = value.only or "", value.trace[0].span
            if option == "volume":
                text = match[1] if (match := OUTER.match(text)) else ""
            elif option == "mount":
                text = ",".join(each for each in text.split(",") if not each.startswith(("dst=", "target=", "dest")))
            elif option == "env":
                text = "=" + text.partition("=")[0]
            elif option in ("workdir", "entrypoint", "tmpfs"):
                continue
            yield text, span
    else:
        yield from ((word.only or "", word.trace[0].span) for word in words)


def _command_words(node: MappingNode, args: Sequence[Node]) -> tuple[tuple[Value[str], ...], bool]:
    """The words of a command, and whether each stands by itself: a shell is given all of them in one text."""
    command = node.get("command")
    listed = (command, *args) if isinstance(command, ScalarNode) else ()
    shell = scalar(command).rpartition("/")[2] in SHELLS and [scalar(each) for each in args[:1]] == ["-c"]
    if not shell or len(args) != 2:
        return tuple(Value((scalar(each),), (Label(each.span, "the client says it"),)) for each in listed), True
    last = re.split(r"&&|;|\n", scalar(args[1]).strip())[-1].strip().removeprefix("exec ")
    try:
        split = shlex.split(last) if not re.search(r"[|&<>`]|\$\(", last) else []
    except ValueError:  # a quotation that does not end
        split = []
    return tuple(Value((word,), (Label(args[1].span, "a shell is told this"),)) for word in split), False


def _without_switch(word: Span, name: str, args: Sequence[Node]) -> Iterator[Edit]:
    """The edit that takes a switch out of the arguments, or out of the word that it shares with `-i`."""
    if word.text in ("-it", "-ti", "-id", "-di"):
        yield Edit(word, "-i")
    index = next((n for n, each in enumerate(args) if each.span == word), 0)
    before = args[index - 1].span
    between = word._replace(start=before.end, end=word.start)
    if index and word.text in (f"-{name[0]}", f"--{name}") and re.fullmatch(r'",\s*"', between.text):
        yield Edit(between._replace(end=word.end), "")
