"""What is put into the file system of a service: `volumes`, `tmpfs`, `configs` and `secrets`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, SequenceNode, at
from mcplint.model import Argv, Container, Mount
from mcplint.services.compose.assembly import Assembly, path_in_project
from mcplint.services.compose.interpolation import Interpolated
from mcplint.services.compose.merging import entries
from mcplint.services.settings import switch
from mcplint.text.source import Span
from mcplint.values import HOLE, Value

SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")


def mounts(assembly: Assembly, service: MappingNode, model: MappingNode) -> tuple[Mount, ...]:
    """Everything that is mounted; of two mounts at one path the later counts."""
    found: dict[object, Mount] = {}
    declared = at(model, "volumes")
    for mount in _volumes(assembly, service):
        if mount.kind == "volume" and mount.source.only:
            volume = at(declared, mount.source.only)
            made = isinstance(volume, MappingNode) and any(map(volume.get, ("external", "driver_opts")))
            given = made or _changes_owner(at(service, "post_start"), mount)
            mount = mount._replace(undeclared=volume is None, given=given)
        found[mount.target.options or mount.span] = mount
    for mount in _stored_mounts(assembly, service, model):
        found[mount.target.options or mount.span] = mount
    return tuple(found.values())


def with_given(services: tuple[Container, ...]) -> tuple[Container, ...]:
    """The services of a project, told which of their volumes one of them gives to another user than root."""
    given = {
        mount.source.only
        for service in services
        if not service.unprivileged
        for mount in service.mounts
        if mount.kind == "volume" and mount.source.only
        if any(_changes_owner(command, mount) for command in (service.entrypoint, service.arguments))
    }
    if not given:
        return services
    return tuple(
        each._replace(
            mounts=tuple(mount._replace(given=mount.given or mount.source.only in given) for mount in each.mounts)
        )
        for each in services
    )


def _changes_owner(command: Argv | Node | None, mount: Mount) -> bool:
    """Whether a command changes whom the folder of a mount, or one around it, belongs to."""
    command_text, target = command.span.text if command else "", (mount.target.only or "").rstrip("/")
    if not target or not re.search(r"\b(?:chown|chmod|setfacl|install)\b", command_text):
        return False
    named = re.findall(r"/[^\s\"',;&|)\]]*", command_text)
    return any(f"{target}/".startswith(f"{path.rstrip('/')}/") or path.startswith(f"{target}/") for path in named)


def is_docker_socket(mount: Mount) -> bool:
    """Whether the container can command the Docker engine of its host."""
    return mount.source.must_be(*SOCKETS)


def _volumes(assembly: Assembly, service: MappingNode) -> Iterator[Mount]:
    volumes, tmpfs = service.get("volumes"), service.get("tmpfs")
    for item in volumes.items if isinstance(volumes, SequenceNode) else ():
        yield _long(assembly, item) if isinstance(item, MappingNode) else _short(assembly, item)
    for item in entries(tmpfs) if tmpfs else ():
        text = assembly.text(item)
        yield Mount("tmpfs", Value((None,)), text.part(0, len(text.text.partition(":")[0])).value, False, item.span)


def _short(assembly: Assembly, node: Node) -> Mount:
    """`[SOURCE:]TARGET[:MODE,…]`; a source that begins like a path is one, any other names a volume."""
    text = assembly.text(node)
    parts = _fields(text)
    if len(parts) < 2:
        kind, target = "volume" if text.known else "unknown", text.value
        return Mount(kind, Value((None,) if text.known else None, text.trace), target, False, node.span)
    source, place, *mode = parts
    kind = "bind" if source.text.startswith((".", "/", "~", "\\")) or source.text[1:2] == ":" else "volume"
    kind = "unknown" if source.text.startswith(HOLE) else kind
    path = _path(assembly, source, node.span) if kind == "bind" else None
    read_only = any("ro" in part.text.split(",") for part in mode)
    return Mount(kind, source.value, place.value, read_only, node.span, path)


def _fields(text: Interpolated) -> list[Interpolated]:
    """The parts between colons; a single letter is the drive of the path behind it, as compose takes it."""
    return [text.part(*match.span()) for match in re.finditer(r"(?:(?<![^:])[A-Za-z]:)?[^:]+", text.text)]


def _long(assembly: Assembly, node: MappingNode) -> Mount:
    fields = {key.text: assembly.text(value) for key, value in node.pairs if key.text in _LONG}
    kind = fields["type"].text if "type" in fields else "volume"
    source, target = fields.get("source"), fields.get("target")
    return Mount(
        "unknown" if HOLE in kind else kind,
        source.value if source else Value((None,)),
        target.value if target else Value(None),
        "read_only" in fields and switch(fields["read_only"].value).must(bool),
        node.span,
        _path(assembly, source, node.span) if source and kind == "bind" else None,
    )


_LONG = frozenset(("type", "source", "target", "read_only"))


def _stored_mounts(assembly: Assembly, service: MappingNode, model: MappingNode) -> Iterator[Mount]:
    """The `configs` and `secrets` of a service, with what the top level says of each."""
    for key, kind, folder in (("configs", "config", "/"), ("secrets", "secret", "/run/secrets/")):
        listed, defined = service.get(key), model.get(key)
        for item in listed.items if isinstance(listed, SequenceNode) else ():
            source = item.get("source") if isinstance(item, MappingNode) else item
            target = item.get("target") if isinstance(item, MappingNode) else None
            name = assembly.text(source) if source else None
            if name is None:
                continue
            place = assembly.text(target) if target else Interpolated.join((Interpolated.of(folder, None), name))
            if kind == "secret" and not place.text.startswith(("/", HOLE)):
                place = Interpolated.join((Interpolated.of(folder, None), place))
            store = defined.get(name.text) if isinstance(defined, MappingNode) else None
            yield _store(assembly, store, Mount(kind, name.value, place.value, True, item.span))


def _store(assembly: Assembly, store: Node | None, mount: Mount) -> Mount:
    """The mount with the file or the text that its definition gives."""
    if not isinstance(store, MappingNode):
        return mount
    file, content = store.get("file"), store.get("content")
    path = assembly.path(file) if file else None
    return mount._replace(path=path, text=assembly.text(content).value if content else None)


def _path(assembly: Assembly, source: Interpolated, span: Span) -> str | None:
    scope = assembly.scopes.get(span.source.path)
    return path_in_project(scope.directory, source.text) if scope else None
