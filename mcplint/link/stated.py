"""What the project states of its deployment in its configuration, put where the files cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mcplint.model import STATED, Argv, Link, Remote, Server
from mcplint.services.containers import ContainerContext
from mcplint.values import UNKNOWN, Value

Stated = Mapping[str, Value[Any]]


def containers(contexts: Iterable[ContainerContext], stated: Stated) -> Iterator[ContainerContext]:
    """The containers with the number of their replicas, and with a command where the files have none."""
    replicas, command = stated.get("replicas"), stated.get("start-command")
    for context in contexts:
        if replicas is not None:
            context = context._replace(container=context.container._replace(replicas=replicas))
        if (
            command is not None
            and context.image
            and (context.container.argv is None or context.container.argv.words is None)
        ):
            context = _with_command(context, command)
        yield context


def _with_command(context: ContainerContext, command: Value[str]) -> ContainerContext:
    """The container that starts what the project states."""
    import shlex

    span = command.trace[0].span
    words = tuple(Value((word,), command.trace) for word in shlex.split(command.only or ""))
    argv = Argv(words, span, command.trace)
    link = Link(None, STATED, "the start command is stated in the configuration of mcplint", command.trace)
    container = context.container._replace(argv=argv, links=(*context.container.links, link))
    return context._replace(container=container)


def servers(found: Iterable[Server], stated: Stated) -> Iterator[Server]:
    """The servers with what the project states of their calls and of what is in front of them."""
    keys = {
        "longest_call": "longest-tool-call",
        "fronted": "proxy-in-front",
        "authenticated": "authenticated-elsewhere",
    }
    fields: dict[str, Any] = {field: stated[key] for field, key in keys.items() if key in stated}
    for server in found:
        yield server._replace(**fields)


def remotes(stated: Stated) -> Iterator[Remote]:
    """The URL that clients are told, where the project states it."""
    url = stated.get("public-url")
    if url is not None:
        span = url.trace[0].span
        yield Remote(f"{span.source.path}:public-url", span, UNKNOWN, url)
