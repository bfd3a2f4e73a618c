"""Fly.io: https://fly.io/docs/reference/configuration/"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, scalar
from mcplint.facts.platform import App
from mcplint.model import Build, Container, PlatformProbe, Port
from mcplint.model.health import MACHINE
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import path_in_project
from mcplint.services.settings import argv, number, optional, split_command, string, wait
from mcplint.values import Label, Value

SCHEMES = ("http", "https")


def fly(app: App, tree: Tree) -> Iterator[Container]:
    """Each process group of a fly.toml, or the one that the image starts."""
    root, folder = app.root, dirname(app.source.path) or "."
    name = at(root, "app")
    env = {key.text: optional(value, f"fly.toml sets {key.text}") for key, value in pairs(at(root, "env"))}
    patience = Value((5.0,), (Label(root.span.head, "Fly waits 5 s before it kills the machine"),))
    base = Container(
        service=name.text if isinstance(name, ScalarNode) else "app",
        span=name.span if name else root.span.head,
        platform="fly",
        image=optional(at(root, "build", "image"), "fly.toml sets the image"),
        build=_fly_build(root, folder, tree),
        env=env,
        env_closed=False,
        env_notes=(Label(root.span.head, "secrets of the app are not in its files"),),
        entrypoint=argv(at(root, "experimental", "entrypoint"), "fly.toml sets the entrypoint"),
        arguments=argv(at(root, "experimental", "cmd"), "fly.toml sets the command"),
        replicas=Value(None, (Label(root.span.head, "`fly scale count` says how many machines run"),)),
        probes=tuple(_fly_checks(root)),
        grace_period=wait(at(root, "kill_timeout"), patience),
        affinity=Value(("none",)),
        stopped=tuple(_fly_stops(root)),
    )
    groups = pairs(at(root, "processes"))
    named = frozenset(scalar(each) for node in _services(root) for each in items(at(node, "processes")))
    others = _with_service_ports(base, root, "")
    for key, command in groups:
        process = others._replace(
            service=f"{base.service}/{key.text}", span=key.span, arguments=split_command(command, "fly.toml sets it")
        )
        yield _with_service_ports(process, root, key.text) if key.text in named else process
    if not groups:
        yield _with_service_ports(base, root, "app")


def _with_service_ports(process: Container, root: MappingNode, group: str) -> Container:
    """A process with the ports to which Fly sends requests: those of each service that names its group, or none."""
    nodes = []
    for service in _services(root):
        port, groups = at(service, "internal_port"), items(at(service, "processes"))
        if port and (not groups or group in map(scalar, groups)):
            nodes.append(port)
    numbers = [number(string(port, "fly.toml sends requests to this port")) for port in nodes]
    return process._replace(
        expose=tuple(Port(port, None, None, node.span) for port, node in zip(numbers, nodes, strict=True)),
        web=tuple(Label(node.span, "Fly sends requests from the internet to this port") for node in nodes),
    )


def _services(root: MappingNode) -> tuple[Node | None, ...]:
    """The services of a fly.toml."""
    return (at(root, "http_service"), *items(at(root, "services")))


def _fly_stops(root: MappingNode) -> Iterator[Label]:
    """Where a machine is stopped that nobody asks; one that is suspended keeps its memory, as many as asked for run."""
    for node in _services(root):
        setting = at(node, "auto_stop_machines")
        least = at(node, "min_machines_running")
        kept = isinstance(least, ScalarNode) and least.text.strip("\"'") != "0"
        if isinstance(setting, ScalarNode) and setting.text in ("true", "stop") and not kept:
            yield Label(setting.span, "Fly stops a machine that no request is open to")


def _fly_build(root: MappingNode, folder: str, tree: Tree) -> Build | None:
    """The build of a fly.toml: the Dockerfile's path starts from its folder, the context is where fly is called."""
    build = at(root, "build")
    dockerfile_node = at(build, "dockerfile")
    path = path_in_project(folder, dockerfile_node.text if isinstance(dockerfile_node, ScalarNode) else "Dockerfile")
    if at(build, "image") or at(build, "builder") or (dockerfile_node is None and path not in tree.paths):
        return None
    span = dockerfile_node.span if dockerfile_node else root.span.head
    note = (Label(span, "fly.toml builds this"),)
    return Build(
        span,
        Value((".",) if folder == "." else None, note),
        Value(None if path is None else (path,), note),
        target=optional(at(build, "build-target"), "fly.toml builds this stage"),
        args={key.text: string(value, f"fly.toml sets {key.text}") for key, value in pairs(at(build, "args"))},
    )


def _fly_checks(root: MappingNode) -> Iterator[PlatformProbe]:
    """The checks of a fly.toml, at the top and under its services."""
    checks = [check for node in _services(root) for key in ("checks", "http_checks") for check in items(at(node, key))]
    for check in (*(value for _, value in pairs(at(root, "checks"))), *checks):
        path, port = at(check, "path"), at(check, "port")
        if scalar(at(check, "type")) == "tcp":
            path = None
        yield PlatformProbe(
            "check",
            check.span.head,
            string(path, "Fly checks this path") if path else None,
            number(string(port, "Fly checks this port")) if port else None,
            scheme=protocol if (protocol := _word(at(check, "protocol"), "http").lower()) in SCHEMES else "",
            method=_word(at(check, "method"), "get").upper(),
            named=_fly_host(at(check, "headers")),
        )


def _word(node: Node | None, default: str) -> str:
    """What a setting says, empty where its file does not tell."""
    return (string(node, "Fly checks it so").only or "") if node else default


def _fly_host(headers: Node | None) -> str | None:
    """What a check sends as `Host`, which is the address of the machine unless a header says otherwise."""
    set_hosts = [value for key, value in pairs(headers) if key.text.lower() == "host"]
    return _word(set_hosts[-1], "") or None if set_hosts else None if items(headers) else MACHINE
