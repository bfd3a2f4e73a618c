"""What is known of a container although a compose file that may speak of it cannot be read: what its image decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename, dirname

from mcplint.findings import Unreadable
from mcplint.programs.python.modules import around
from mcplint.services.compose.sets import DEFAULTS, OVERRIDES
from mcplint.services.containers import ContainerContext
from mcplint.values import UNKNOWN, Label, Value


def doubted(place: ContainerContext, lost: Iterable[Unreadable]) -> ContainerContext:
    """The container, with all unknown that a compose file could set where one that may speak of it cannot be read."""
    notes = tuple(_notes(place, lost))
    if not notes:
        return place
    container = place.container._replace(
        env={},
        env_closed=False,
        env_notes=notes,
        command=Value(None, notes),
        user=Value(None, notes),
        image=place.container.image if place.image else Value(None, notes),
        replicas=Value(None, notes),
        shared_network=Value(None, notes),
        container_name=Value(None, notes),
        stdin_open=UNKNOWN,
        grace_period=UNKNOWN,
    )
    return place._replace(container=container, unread=notes)


def _notes(place: ContainerContext, lost: Iterable[Unreadable]) -> Iterator[Label]:
    """Which files may speak of a container, and why they do not."""
    if place.service:
        yield from place.service.unread
    for problem in lost:
        path = problem.span.source.path
        if _run_with(place, path) if place.project else place.service is None and _may_build(place, dirname(path)):
            yield Label(problem.span, f"{path} cannot be read, so it may set anything")


def _run_with(place: ContainerContext, path: str) -> bool:
    """Whether `docker compose` would read a file together with those of a project, of which it is none."""
    folder = place.project.directory if place.project else ""
    return (dirname(path) or ".") == folder and basename(path) in (*DEFAULTS, *OVERRIDES)


def _may_build(place: ContainerContext, folder: str) -> bool:
    """Whether a compose file in a folder may build an image: its context lies below that folder, or around it."""
    context = place.image.context if place.image else None
    inside = "" if context in (None, ".") else str(context)
    return around(inside, folder) or around(folder, inside)
