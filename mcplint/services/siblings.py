"""What other services and files say of a container: what it waits for and reaches, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from posixpath import basename, dirname, join, normpath
from typing import Any

from mcplint.facts.document import at, texts
from mcplint.findings import Unreadable
from mcplint.knowledge.base_images import has_probe
from mcplint.knowledge.datastores import CONSOLES, METRICS, guarded_ports, is_open_console, lets_everybody_in
from mcplint.knowledge.executables import SHELLS
from mcplint.knowledge.image_ports import PORTS
from mcplint.model import Container, Dependency, Mount, Port, Prerequisite, Sibling
from mcplint.project.tree import Tree
from mcplint.services.compose.project import DEFAULTS, OVERRIDES
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import repository
from mcplint.services.remote_control import remote_control
from mcplint.text.paths import contains
from mcplint.values import UNKNOWN, Label, Value

MOST_SIBLINGS = 500
TRAEFIK_FILES = ("traefik.yml", "traefik.yaml")
SETTINGS = re.compile(r"/conf(?:ig)?(?:/|$)|\.(?:conf|cnf|ini|json|toml|ya?ml)$")
"""The folders in which programs read their configuration."""


def with_siblings(contexts: tuple[ContainerContext, ...], tree: Tree) -> tuple[ContainerContext, ...]:
    """The containers, each with those of its compose project that it waits for and those that it reaches."""
    projects: dict[int, dict[str, ContainerContext]] = {}
    for each in contexts:
        projects.setdefault(id(each.project), {})[each.container.service or ""] = each
    joined = {key: _ServicesByNetwork(list(others.values()), tree) for key, others in projects.items()}
    waiting = {key: _waiting_services(others.values()) for key, others in projects.items()}
    guests = _network_guests(contexts)
    return tuple(
        _with_siblings(each, projects[id(each.project)], joined[id(each.project)], waiting[id(each.project)], guests)
        if each.project and not each.container.unread
        else each
        for each in contexts
    )


def _with_siblings(
    context: ContainerContext,
    services: Mapping[str, ContainerContext],
    joined: _ServicesByNetwork,
    waiting: Mapping[str, list[tuple[str, Dependency]]],
    guests: Mapping[tuple[int, str], list[Label]],
) -> ContainerContext:
    container = context.container
    hosts = [
        (id(context.project), container.service or ""),
        (id(context.project), ""),
        *((0, name) for name in (container.service or "", *(container.container_name.options or ("",))) if name),
    ]
    awaited = waiting.get(container.service or "", ())
    probe = has_health_check(context) if awaited else UNKNOWN
    return context._replace(
        container=container._replace(
            prerequisites=tuple(_prerequisites(container, services)),
            awaited=tuple(Prerequisite(name, each.condition, probe, each.span) for name, each in awaited),
            siblings=joined.siblings_on(container.networks),
            guests=tuple(each for host in hosts for each in guests.get(host, ())),
        )
    )


def _waiting_services(services: Iterable[ContainerContext]) -> dict[str, list[tuple[str, Dependency]]]:
    """What the services of a project wait for, with their own names, by the name of that."""
    found: dict[str, list[tuple[str, Dependency]]] = {}
    for context in services:
        for needed in context.container.depends_on if not context.container.unread else ():
            if needed.required:
                found.setdefault(needed.name, []).append((context.container.service or "", needed))
    return found


def _network_guests(contexts: Iterable[ContainerContext]) -> dict[tuple[int, str], list[Label]]:
    """The services that use the network of another, by what they call it.

    That is a service of their own project, any of it (an empty name) where the mode is not known, or a container of
    whatever project (0): by its name, or its service where compose names it.
    """
    found: dict[tuple[int, str], list[Label]] = {}
    for context in contexts:
        mode, own = context.container.network_mode, id(context.project)
        label = Label(mode.span or context.container.span, "uses its network")
        for mode_text in mode.options if mode.options is not None else ("service:",):
            kind, _, name = (mode_text or "").partition(":")
            hosts = [(own, name)] if kind == "service" else []
            if kind == "container":
                front = re.split("[-_]", name.rstrip("0123456789").rstrip("-_")) if name[-1:].isdigit() else []
                hosts += [(0, name), *((0, "-".join(front[at:])) for at in range(1, len(front)))]
            for host in hosts:
                found.setdefault(host, []).append(label)
    return found


class _ServicesByNetwork:
    """The services of a project by their networks; a class because what is the same for many is made once."""

    def __init__(self, services: Iterable[ContainerContext], tree: Tree) -> None:
        self.services = [(context.container.networks, _sibling(context, tree)) for context in services]
        self.known: dict[frozenset[str], tuple[Sibling, ...]] = {}

    def siblings_on(self, networks: frozenset[str]) -> tuple[Sibling, ...]:
        """Those on any of the networks: some, where there are very many."""
        if networks not in self.known:
            found = (sibling for joined, sibling in self.services if joined & networks)
            self.known[networks] = tuple(islice(found, MOST_SIBLINGS))
        return self.known[networks]


def _prerequisites(container: Container, others: Mapping[str, ContainerContext]) -> Iterator[Prerequisite]:
    """The services that must be there first, those of other files left out."""
    for needed in container.depends_on:
        other = others.get(needed.name)
        if other and needed.required:
            called = tuple(_connection_labels(container, other))
            yield Prerequisite(
                needed.name, needed.condition, has_health_check(other), needed.span, called, _failing_check(other)
            )


def _failing_check(other: ContainerContext) -> Label | None:
    """The health check of a container that never succeeds: its image lacks the program, or it always ends as failed."""
    for each in other.container.checks:
        if each.missing or each.doomed:
            return Label(each.span, f"its image has no {each.missing}") if each.missing else each.doomed
    return None


def _connection_labels(container: Container, other: ContainerContext) -> Iterator[Label]:
    """Why a container is known to connect to another: its environment has the address, or it is a store of data."""
    for value in container.env.values():
        if value.span and not other.container.names.isdisjoint(_hosts(value.only or "")):
            yield Label(value.span, "the server connects to it")
    store = _store(other)
    if store and other.container.image.span:
        yield Label(other.container.image.span, f"{store} accepts no connections before it is ready")


def _hosts(address: str) -> set[str]:
    """What may be a host in a text such as `redis://user:secret@cache:6379/0` or `a:9092,b:9092`."""
    authorities = (part.rpartition("://")[2].partition("/")[0].rpartition("@")[2] for part in address.split(","))
    return {authority.partition(":")[0].partition("?")[0] for authority in authorities}


def has_health_check(context: ContainerContext) -> Value[bool]:
    """Whether a container has a health check: its service's, its image's, or that of a base that is known."""
    container = context.container
    if container.probe_disabled:
        return Value((False,), (container.probe_disabled,))
    if container.probe:
        return Value((True,), (Label(container.probe.span, "this is its health check"),))
    image = container.image
    if container.unread or (container.build and not context.image) or image.options is None:
        return UNKNOWN
    if any(has_probe(name or "") is not False for name in image.options):
        return UNKNOWN
    return Value((False,), (Label(container.span, "this service has no health check"),))


def _sibling(other: ContainerContext, tree: Tree) -> Sibling:
    container, store = other.container, _store(other)
    tcp = [port for port in (*container.ports, *container.expose) if port.protocol == "tcp"]
    inside = {port.target.only for port in tcp} | PORTS.get(store or "", frozenset())
    published = {port.published.only: port.target.only for port in tcp if port.published is not None}
    both = {**published, **{port: port for port in inside}}
    known = {asked: port for asked, port in both.items() if asked and port}
    shown = tuple(port for port in container.ports if port.published is not None and port.host_ip is None)
    console = None if store or other.image else _name(other)
    unguarded, opened = _unguarded_access(other, store, console, shown, tree)
    if shown and not unguarded and (control := remote_control(other, tree)):
        console, unguarded = control.name, control.why
        opened = tuple(port for port in shown if port.target.only in control.ports)
    return Sibling(
        container.service or "",
        container.names,
        known,
        container.span,
        store,
        opened,
        unguarded,
        console,
        console in METRICS,
    )


def _unguarded_access(
    other: ContainerContext, store: str | None, console: str | None, shown: tuple[Port, ...], tree: Tree
) -> tuple[str, tuple[Port, ...]]:
    """Why a well-known store or console asks nobody for a password, and the ports of it that are open."""
    container = other.container
    inner = PORTS.get(store or "") or CONSOLES.get(console or "", frozenset())
    closed = not (container.env_files or any(map(_configures, container.mounts)))
    inner -= guarded_ports(console or "", container.env, closed)
    opened = tuple(port for port in shown if port.target.only in inner)
    start = _start_words(container)
    if console == "traefik" and opened and start is not None:
        start = (*start, *_static(container, tree))
    given = container.env, closed, start
    if console in CONSOLES and opened:
        return is_open_console(console or "", *given), opened
    why = lets_everybody_in(store, *given, container.image.only or "") if store and shown else ""
    return why, opened


def _configures(mount: Mount) -> bool:
    """Whether a mount may be a configuration, in which a password may stand."""
    return mount.kind != "volume" and mount.target.may(lambda path: SETTINGS.search(path) is not None)


def _start_words(container: Container) -> tuple[str, ...] | None:
    """The words that a service starts its image with, none where it leaves that to the image; None if not known.

    What a script does that is mounted is not known.
    """
    start_parts = [argv for argv in (container.entrypoint, container.arguments) if argv]
    if any(argv.words is None for argv in start_parts):
        return None
    words = tuple("?" if word.only is None else word.only for argv in start_parts for word in argv.words or ())
    pieces = (piece for word in words for piece in word.split() if not piece.startswith("-"))
    script = next((piece for piece in pieces if piece.rpartition("/")[2] not in (*SHELLS, "exec")), "")
    return (
        None if "/" in script and container.may_hide(normpath(join(container.workdir.only or "/", script))) else words
    )


def _static(container: Container, tree: Tree) -> Iterator[str]:
    """What of the API a configuration file of Traefik says that is mounted: `api.insecure: true`."""
    for mount in container.mounts:
        path = mount.path or ""
        names = (path, *(f"{path}/{name}" for name in TRAEFIK_FILES))
        for found in (one for one in names if one in tree.paths and basename(one) in TRAEFIK_FILES):
            root = tree.facts("yaml.document", found)
            yield from (f"api.{key}: {value}" for key, value in texts(at(root, "api")).items())


def _store(context: ContainerContext) -> str | None:
    """The name of a well-known image that is run as it is."""
    name = "" if context.image else _name(context)
    return name if name in PORTS else None


def _name(context: ContainerContext) -> str:
    """The last part of the name of the image that is run."""
    return repository(context.container.image.only or "").rpartition("/")[2]


def with_unknowns(context: ContainerContext, lost: Iterable[Unreadable]) -> ContainerContext:
    """The container, with all unknown that a compose file could set where one that may speak of it cannot be read."""
    notes = tuple(_notes(context, lost))
    if not notes:
        return context
    unknown: Value[Any] = Value(None, notes)
    container = context.container._replace(
        env={},
        env_closed=False,
        env_notes=notes,
        user=unknown,
        image=context.container.image if context.image else unknown,
        replicas=unknown,
        network_mode=unknown,
        container_name=unknown,
        stdin_open=UNKNOWN,
        grace_period=UNKNOWN,
        unread=notes,
    )
    return context._replace(container=container)


def _notes(context: ContainerContext, lost: Iterable[Unreadable]) -> Iterator[Label]:
    """Which files may speak of a container, and why they do not."""
    yield from context.container.unread
    for problem in lost:
        path = problem.span.source.path
        if (
            _run_with(context, path)
            if context.project
            else context.container.service is None and _may_build(context, dirname(path))
        ):
            yield Label(problem.span, f"{path} cannot be read, so it may set anything")


def _run_with(context: ContainerContext, path: str) -> bool:
    """Whether `docker compose` would read a file together with those of a project, of which it is none."""
    folder = context.project.directory if context.project else ""
    return (dirname(path) or ".") == folder and basename(path) in (*DEFAULTS, *OVERRIDES)


def _may_build(context: ContainerContext, folder: str) -> bool:
    """Whether a compose file in a folder may build an image: its context lies below that folder, or around it."""
    inside = context.image.folder if context.image else ""
    return contains(inside, folder) or contains(folder, inside)
