"""`docker run` as a client's command: whether the server that it starts is connected to the client."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode, ScalarNode, items, scalar
from mcplint.findings import ERROR
from mcplint.model import ClientFlaw
from mcplint.text.source import Edit
from mcplint.values import Label

ENGINES = ("docker", "podman", "nerdctl")
SWITCHES = frozenset("ditPq")
"""The letters of `docker run` that take no value; any other takes the rest of its word, or the next one."""
FLAGS = frozenset(
    (
        *("--rm", "--init", "--interactive", "--tty", "--detach", "--privileged", "--read-only", "--publish-all"),
        *("--no-healthcheck", "--oom-kill-disable", "--sig-proxy", "--quiet", "--disable-content-trust", "--replace"),
    )
)
"""The long options that take no value."""


def docker_run(node: MappingNode) -> Iterator[ClientFlaw]:
    """What keeps the container's standard input and output from the client."""
    args = items(node.get("args"))
    words = [scalar(arg) for arg in args]
    start = 1 + (words[:1] == ["container"])
    if scalar(node.get("command")).rpartition("/")[2] not in ENGINES or words[start - 1 : start] != ["run"]:
        return
    options = dict(_options(words, start))
    run = args[start - 1]
    image = next(iter(args[max(options.values(), default=start - 1) + 1 :]), None)
    notes = (Label(image.span, "this is the server"),) if image else ()
    if "i" not in options and image and isinstance(run, ScalarNode):
        end = run.span.end + 1
        edit = Edit(run.span._replace(start=end, end=end), ', "-i"')
        text = "`docker run` without `-i` gives the server no standard input: it ends before the client says anything"
        yield ClientFlaw("shape", run.span, text, ERROR, notes, (edit,), "keep standard input open")
    for letter, name, what in (
        ("t", "tty", "makes a terminal of the server's output, which no client can read"),
        ("d", "detach", "runs the server in the background, cut off from the client"),
    ):
        if letter in options:
            span = args[options[letter]].span
            yield ClientFlaw("shape", span, f"`{words[options[letter]]}` (`--{name}`) {what}", ERROR, notes)


def _options(words: list[str], start: int) -> Iterator[tuple[str, int]]:
    """The options that are set, switches by their letter, each with the place of its last word."""
    place = start
    while place < len(words) and words[place].startswith("-") and words[place] != "--":
        word = words[place]
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            if name in FLAGS:
                if value.lower() != "false":
                    yield name[2:3] if name in ("--interactive", "--tty", "--detach") else name, place
            else:
                place += not equals
                yield name, place
        else:
            letters = word[1:]
            for index, letter in enumerate(letters):
                if letter not in SWITCHES:
                    place += index + 1 == len(letters)
                    yield f"-{letter}", place
                    break
                yield letter, place
        place += 1
