"""Render: https://render.com/docs/blueprint-spec"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname

from mcplint.facts.document import Node, ScalarNode, at, items, scalar
from mcplint.facts.platform import App
from mcplint.model import Build, Container, PlatformProbe
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import path_in_project
from mcplint.services.settings import number, optional, shell, split_command, string, wait
from mcplint.text.source import Span
from mcplint.values import Label, Value, join


def render(app: App, tree: Tree) -> Iterator[Container]:
    """The services of a Blueprint that run code."""
    groups = {scalar(at(group, "name")): group for group in items(at(app.root, "envVarGroups"))}
    for node in items(at(app.root, "services")):
        kind, runtime = at(node, "type"), at(node, "runtime") or at(node, "env")
        words = {part.text for part in (kind, runtime) if isinstance(part, ScalarNode)}
        if words & {"web", "pserv", "worker"} and "static" not in words:
            yield _service(node, words, app, groups)


def _service(node: Node, kinds: set[str], app: App, groups: Mapping[str, Node]) -> Container:
    name, folder = at(node, "name"), _folder(at(node, "rootDir"), dirname(app.source.path) or ".")
    span = name.span if name else node.span.head
    kind, native, check = at(node, "type"), not kinds & {"docker", "image"}, at(node, "healthCheckPath")
    started, docker = at(node, "startCommand"), at(node, "dockerCommand")
    entries, hidden = _entries(node, groups)
    patience = Value((30.0,), (Label(span, "Render waits 30 s before it kills the service"),))
    return Container(
        service=name.text if isinstance(name, ScalarNode) else "service",
        span=span,
        platform="render",
        image=optional(at(node, "image", "url"), "render.yaml sets the image"),
        build=_build(node, folder, span) if "docker" in kinds else None,
        env=_environment(entries, span),
        hidden=hidden,
        env_closed=False,
        env_notes=(Label(span, "variables of the dashboard are not in the project"),),
        arguments=shell(started) if native else split_command(docker, "render.yaml sets the command"),
        replicas=_instances(node, span),
        probes=(PlatformProbe("check", check.span, string(check, "Render checks this path")),) if check else (),
        grace_period=wait(at(node, "maxShutdownDelaySeconds"), patience),
        affinity=Value(("none",)),
        web=(Label(kind.span, "Render opens a web service to the internet"),) if kind and "web" in kinds else (),
        folder=folder if native else None,
        defaults=native,
    )


def _entries(node: Node, groups: Mapping[str, Node]) -> tuple[Iterable[Node], bool]:
    """The variables of a service and of the groups that it names, its own last; whether one of these is not there.

    https://render.com/docs/blueprint-spec#environment-groups
    """
    own = items(at(node, "envVars"))
    named = [group.text for each in own if isinstance(group := at(each, "fromGroup"), ScalarNode)]
    shared = [each for name in named for each in items(at(groups.get(name), "envVars"))]
    return (*shared, *own), any(name not in groups for name in named)


def _environment(entries: Iterable[Node], span: Span) -> dict[str, Value[str | None]]:
    """The variables that are named; one without a value comes from the dashboard or another service."""
    found: dict[str, Value[str | None]] = {"PORT": Value(("10000",), (Label(span, "Render sets PORT to 10000"),))}
    for entry in entries:
        key, value = at(entry, "key"), at(entry, "value")
        if isinstance(key, ScalarNode):
            elsewhere: Value[str | None] = Value(
                None, (Label(entry.span.head, "render.yaml takes the value from elsewhere"),)
            )
            found[key.text] = optional(value, f"render.yaml sets {key.text}") if value else elsewhere
    return found


def _instances(node: Node, span: Span) -> Value[int]:
    """How many run: a number, or the least and the most of its scaling."""
    instances, least = at(node, "numInstances"), at(node, "scaling", "minInstances")
    if least:
        most = number(string(at(node, "scaling", "maxInstances"), "Render runs at most this many instances"))
        return join((number(string(least, "Render runs at least this many instances")), most))
    one = Value((1,), (Label(span, "Render runs one instance"),))
    return number(string(instances, "render.yaml sets how many instances run")) if instances else one


def _build(node: Node, folder: str | None, span: Span) -> Build:
    """The build of a Blueprint's service; both paths start from its root folder."""
    file, context = at(node, "dockerfilePath"), at(node, "dockerContext")
    path = (
        None if folder is None else path_in_project(folder, file.text if isinstance(file, ScalarNode) else "Dockerfile")
    )
    base = None if folder is None else path_in_project(folder, context.text if isinstance(context, ScalarNode) else ".")
    note = (Label(file.span if file else span, "render.yaml builds this"),)
    return Build(
        note[0].span, Value(None if base is None else (base,), note), Value(None if path is None else (path,), note)
    )


def _folder(node: Node | None, otherwise: str) -> str | None:
    return path_in_project(otherwise, node.text) if isinstance(node, ScalarNode) else otherwise
