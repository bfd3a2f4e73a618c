"""What the services of one project are to each other: which are started first, and which are reached by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcplint.knowledge.image_ports import PORTS
from mcplint.knowledge.images import has_probe
from mcplint.model import Prerequisite, Sibling
from mcplint.services.containers import ContainerContext, repository
from mcplint.values import UNKNOWN, Label, Value


def acquainted(places: tuple[ContainerContext, ...]) -> tuple[ContainerContext, ...]:
    """The containers, each with those of its compose project that it waits for and those that it reaches."""
    return tuple(
        _acquainted(place, places) if place.service and place.project and not place.unread else place
        for place in places
    )


def _acquainted(place: ContainerContext, places: tuple[ContainerContext, ...]) -> ContainerContext:
    others = {
        other.service.name: other
        for other in places
        if other.service and other.project is place.project and other.service is not place.service
    }
    container = place.container._replace(
        prerequisites=tuple(_prerequisites(place, others)),
        siblings=tuple(_sibling(other) for other in others.values() if _near(place, other)),
    )
    return place._replace(container=container)


def _near(place: ContainerContext, other: ContainerContext) -> bool:
    return bool(place.container.networks & other.container.networks)


def _prerequisites(place: ContainerContext, others: Mapping[str, ContainerContext]) -> Iterator[Prerequisite]:
    """The services that must be there first, those of other files left out."""
    for needed in place.service.depends_on if place.service else ():
        other = others.get(needed.name)
        if other and needed.required:
            called = tuple(_called(place, other))
            yield Prerequisite(needed.name, needed.condition, probed(other), needed.span, called)


def _called(place: ContainerContext, other: ContainerContext) -> Iterator[Label]:
    """Why a container is known to connect to another: its environment has the address, or it is a store of data."""
    for value in place.container.env.values():
        if value.span and not other.container.names.isdisjoint(_hosts(value.only or "")):
            yield Label(value.span, "connects to it")
    store = _store(other)
    if store and other.container.image.span:
        yield Label(other.container.image.span, f"{store} takes no connection before it is ready")


def _hosts(address: str) -> set[str]:
    """What may be a host in a text such as `redis://user:secret@cache:6379/0` or `a:9092,b:9092`."""
    parts = (part.rpartition("@")[2] for part in address.replace(",", "/").split("/"))
    return {part.partition(":")[0].partition("?")[0] for part in parts}


def probed(place: ContainerContext) -> Value[bool]:
    """Whether a container has a health check: its service's, its image's, or that of a base that is known."""
    off = (place.service and place.service.probe_disabled) or (place.image and place.image.probe_disabled)
    if off and not (place.service and place.service.probe):
        return Value((False,), (off,))
    if place.container.probe:
        return Value((True,), (Label(place.container.probe.span, "this is its health check"),))
    if place.unread or (place.service and place.service.build and not place.image):
        return UNKNOWN
    image = place.container.image
    if image.options is None or any(has_probe(name or "") is not False for name in image.options):
        return UNKNOWN
    return Value((False,), (Label(place.container.span, "has no health check"),))


def _sibling(other: ContainerContext) -> Sibling:
    container, store = other.container, _store(other)
    tcp = [port for port in (*container.ports, *container.expose) if port.protocol == "tcp"]
    inside = {port.target.only for port in tcp} | PORTS.get(store or "", frozenset())
    published = {port.published.only: port.target.only for port in tcp if port.published is not None}
    both = {**published, **{port: port for port in inside}}
    known = {asked: port for asked, port in both.items() if asked and port}
    return Sibling(container.service or "", container.names, known, container.span, store)


def _store(place: ContainerContext) -> str | None:
    """The name of a well-known image that is run as it is."""
    name = "" if place.image else repository(place.container.image.only or "").rpartition("/")[2]
    return name if name in PORTS else None
