"""What images start by themselves that every container of them starts otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcplint.model import Argv, Container, Loose
from mcplint.services.containers import ContainerContext
from mcplint.services.over_image import command
from mcplint.text.lines import position
from mcplint.text.source import Span

if TYPE_CHECKING:
    from mcplint.link.servers import StartedServers


def replaced_starts(found: Iterable[tuple[ContainerContext, StartedServers]]) -> Iterator[Loose]:
    """The own start of each image that serves MCP in a container, where none starts it as who runs the image alone."""
    running: dict[tuple[str, int], list[tuple[ContainerContext, StartedServers]]] = {}
    for context, start in found:
        if context.image:
            running.setdefault((context.image.dockerfile, context.image.number), []).append((context, start))
    for (dockerfile, _), each in running.items():
        image = each[0][0].image
        own = command(Container(image.span), image) if image else None
        ways = [_what_changes_start(context, start, own) for context, start in each]
        if image and own and own.words and all(ways) and any(start.servers for _, start in each):
            yield Loose(dockerfile, own.span, f"the image alone starts `{_command_text(own)}`, {ways[0]}")


def _what_changes_start(context: ContainerContext, start: StartedServers, own: Argv | None) -> str:
    """What a container makes of the start of its image; nothing where it leaves that as it is."""
    container = context.container
    given = container.arguments or container.entrypoint
    if given and own and container.argv and _command_text(container.argv) != _command_text(own):
        return f"which {_path_and_line(given.span)} replaces"
    notes = (note.span for server in start.servers for note in server.transport.trace)
    set_here = next((span for span in notes if span.source is container.span.source and not _is_in(span, given)), None)
    if container.service is None or set_here is None:
        return ""
    return f"without what {_path_and_line(set_here)} sets"


def _is_in(span: Span, given: Argv | None) -> bool:
    return given is not None and given.span.start <= span.start <= span.end <= given.span.end


def _command_text(argv: Argv) -> str:
    return " ".join(word.only or "…" for word in argv.words or ()).removeprefix("/bin/sh -c ")


def _path_and_line(span: Span) -> str:
    return f"{span.source.path}:{position(span).line}"
