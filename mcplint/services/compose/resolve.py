"""A merged service of a compose file as what is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items
from mcplint.model import Build, Container, Dependency, Mount, Probe
from mcplint.services.compose.assembly import Assembly, path_in_project
from mcplint.services.compose.merging import entries, keyed
from mcplint.services.compose.mounts import is_docker_socket, mounts
from mcplint.services.compose.ports import expose, ports
from mcplint.services.compose.values import argv, environment, node_if_set, pairs, setting, string
from mcplint.services.settings import number, seconds, switch
from mcplint.values import UNKNOWN, Label, Value

OFF: Value[bool] = Value((False,))
ABSENT: Value[str | None] = Value((None,))


def service(assembly: Assembly, name: ScalarNode, node: Node, model: MappingNode) -> Container:
    """A service of the merged model, resolved."""
    own = node if isinstance(node, MappingNode) else MappingNode(node.span, ())
    variables = environment(assembly, own)
    mounted = mounts(assembly, own, model)
    probe, disabled = _probe(assembly, own.get("healthcheck"))
    patience = Value((10.0,), (Label(name.span, "Docker waits 10 s before it kills the container"),))
    return Container(
        service=name.text,
        span=name.span,
        platform="compose",
        image=_text(assembly, own.get("image"), "image"),
        build=_build(assembly, own.get("build")),
        env=variables.variables,
        env_closed=variables.closed,
        env_notes=variables.notes,
        env_files=variables.files,
        hidden=variables.hidden,
        profiles=frozenset(assembly.text(item).text for item in items(own.get("profiles"))),
        entrypoint=argv(assembly, own.get("entrypoint"), "entrypoint"),
        arguments=argv(assembly, own.get("command"), "command"),
        user=_with_quotes(_text(assembly, own.get("user"), "user", UNKNOWN)),
        workdir=_text(assembly, own.get("working_dir"), "working_dir", UNKNOWN),
        ports=ports(assembly, own.get("ports")),
        expose=expose(assembly, own.get("expose")),
        probe=probe,
        probe_disabled=disabled,
        replicas=_replicas(assembly, own, name),
        networks=_networks(assembly, own, model),
        network_mode=_text(assembly, own.get("network_mode"), "network_mode"),
        names=frozenset(_names(assembly, name.text, own)),
        hosts=frozenset(_hosts(assembly, own)),
        container_name=_text(assembly, own.get("container_name"), "container_name"),
        depends_on=tuple(_dependencies(assembly, own.get("depends_on"))),
        mounts=mounted,
        privileges=tuple(_privilege_labels(assembly, own, mounted)),
        labels={key: text.value for key, text, _ in pairs(assembly, own.get("labels")) if key and text},
        # What `deploy` says of it goes before `restart`.
        restart=_text(assembly, at(own, "deploy", "restart_policy", "condition") or own.get("restart"), "restart"),
        grace_period=setting(assembly, own.get("stop_grace_period"), "stop_grace_period", seconds, patience),
        memory=_memory(assembly, own),
        tty=_switch(assembly, own, "tty"),
        stdin_open=_switch(assembly, own, "stdin_open"),
        init=_switch(assembly, own, "init"),
        read_only=_switch(assembly, own, "read_only"),
        swarm=tuple(_swarm_settings(own)),
        outside=_on_external_network(assembly, own, model),
        unread=assembly.severed.get(name.text, ()),
    )


def _text(assembly: Assembly, node: Node | None, what: str, default: Value[Any] = ABSENT) -> Value[Any]:
    found = node_if_set(node)
    return string(assembly, found, what) if found else default


def _with_quotes(value: Value[Any]) -> Value[Any]:
    """A text that compose does not take for a number where one is written in its place."""
    site = value.site
    if site is None or site.span.source.text[site.span.start - 1 : site.span.start] in ("'", '"'):
        return value
    return value._replace(site=site._replace(before='"', after='"'))


def _switch(assembly: Assembly, node: MappingNode, key: str) -> Value[bool]:
    return setting(assembly, node.get(key), key, switch, OFF)


def _build(assembly: Assembly, node: Node | None) -> Build | None:
    if node is None or node_if_set(node) is None:
        return None
    own = node if isinstance(node, MappingNode) else MappingNode(node.span, ())
    context, file, inline = own.get("context"), own.get("dockerfile"), own.get("dockerfile_inline")
    folder = _context(assembly, context, node)
    return Build(
        node.span,
        folder,
        _dockerfile(assembly, folder, file, node),
        string(assembly, inline, "dockerfile_inline") if inline else None,
        _text(assembly, own.get("target"), "target"),
        _args(assembly, own.get("args")),
        dict(_contexts(assembly, own.get("additional_contexts"))),
    )


def _contexts(assembly: Assembly, node: Node | None) -> Iterator[tuple[str, str]]:
    """The named contexts of a build that are folders of the project."""
    for name, text, span in pairs(assembly, node):
        scope = assembly.scopes.get(span.source.path)
        folder = path_in_project(scope.directory, text.text) if scope and text and text.text else None
        if name is not None and folder is not None:
            yield name, folder


def _context(assembly: Assembly, node: Node | None, build: Node) -> Value[str]:
    """The build's folder in the project, the compose file's own by default."""
    if node is None:
        scope = assembly.scopes.get(build.span.source.path)
        return Value((scope.directory,) if scope else None, (Label(build.span, "the service builds its own folder"),))
    value, path = string(assembly, node, "the build context"), assembly.path(node)
    site = value.site if path == value.only else None
    return Value(None if path is None else (path,), value.trace, site)


def _dockerfile(assembly: Assembly, folder: Value[str], node: Node | None, build: Node) -> Value[str]:
    """The Dockerfile's path in the project; it is looked for from the build's folder on."""
    base = folder.only
    if node is None:
        path = path_in_project(base, "Dockerfile") if base else None
        return Value(None if path is None else (path,), folder.trace)
    value = string(assembly, node, "the Dockerfile")
    path = path_in_project(base, value.only) if base and value.only else None
    return Value(None if path is None else (path,), value.trace, value.site if path == value.only else None)


def _args(assembly: Assembly, node: Node | None) -> Mapping[str, Value[str]]:
    """The build arguments; one without a value comes from the project's `.env` or the host."""
    found: dict[str, Value[str]] = {}
    for name, text, span in pairs(assembly, node):
        if name is not None:
            value = assembly.passed_variable(name, span) if text is None else text.value
            found[name] = value._replace(trace=(Label(span, f"the service sets {name}"), *value.trace))
    return found


def _probe(assembly: Assembly, node: Node | None) -> tuple[Probe | None, Label | None]:
    """The health check, or the note that switches off the image's."""
    disable, test = at(node, "disable"), node_if_set(at(node, "test"))
    if disable and switch(assembly.text(disable).value).must(bool):
        return None, Label(disable.span, "the service disables the health check")
    if test is None:
        return None, None
    note = Label(test.span, "the service sets the health check")
    if isinstance(test, SequenceNode):
        words = [assembly.text(item).value for item in test.items]
    else:
        words = [Value(("CMD-SHELL",)), assembly.text(test).value]
    form = words[0].only if words else None
    if form == "NONE":
        return None, note._replace(text="the service disables the health check")
    shell = ("/bin/sh", "-c") if form == "CMD-SHELL" else ()
    trace = (note, *(step for word in words for step in word.trace))
    if form not in ("CMD", "CMD-SHELL") or any(word.options is None for word in words):
        return Probe(Value(None, trace), test.span), None
    return Probe(Value(((*shell, *(word.only or "" for word in words[1:])),), trace), test.span), None


def _replicas(assembly: Assembly, own: MappingNode, name: ScalarNode) -> Value[int]:
    """How many containers of the service are started."""
    mode, count = at(own, "deploy", "mode"), node_if_set(at(own, "deploy", "replicas")) or own.get("scale")
    if mode and assembly.text(mode).text.startswith("global"):
        return Value(None, (Label(mode.span, "one container on every host"),))
    one = Value((1,), (Label(name.span, "compose starts one container by default"),))
    return setting(assembly, count, "the number of replicas", number, one)


def _memory(assembly: Assembly, own: MappingNode) -> Value[str | None]:
    limit = node_if_set(at(own, "deploy", "resources", "limits", "memory")) or own.get("mem_limit")
    return _text(assembly, limit, "a memory limit")


def _networks(assembly: Assembly, own: MappingNode, model: MappingNode) -> frozenset[str]:
    """The networks it is on: by their own name where they have one, else by their key."""
    if node_if_set(own.get("network_mode")):
        return frozenset()
    joined = node_if_set(own.get("networks"))
    joined = keyed(joined) if joined else None
    keys = [key.text for key, _ in joined.pairs] if isinstance(joined, MappingNode) else []
    names = ((key, at(model, "networks", key, "name")) for key in keys or ["default"])
    return frozenset(assembly.text(name).text if name else key for key, name in names)


def _on_external_network(assembly: Assembly, own: MappingNode, model: MappingNode) -> bool:
    """Whether it is on a network that exists besides the project, with containers that are not told here."""
    joined = node_if_set(own.get("networks"))
    joined = keyed(joined) if joined else None
    keys = [key.text for key, _ in joined.pairs] if isinstance(joined, MappingNode) else ["default"]
    outer = [found for key in keys if (found := node_if_set(at(model, "networks", key, "external")))]
    return any(isinstance(each, MappingNode) or assembly.text(each).text.lower() != "false" for each in outer)


def _names(assembly: Assembly, name: str, own: MappingNode) -> Iterator[str]:
    """The names that Docker's DNS has for its containers."""
    yield name
    nodes = [own.get("container_name"), own.get("hostname")]
    joined = own.get("networks")
    for _, network in joined.pairs if isinstance(joined, MappingNode) else ():
        nodes += items(at(network, "aliases"))
    for node in nodes:
        text = assembly.text(node) if node else None
        if text and text.known and text.text:
            yield text.text


def _hosts(assembly: Assembly, own: MappingNode) -> Iterator[str]:
    """The names that only this service has an address for: `extra_hosts` and the aliases of `links`."""
    extra = own.get("extra_hosts")
    for entry in entries(extra) if extra else ():
        if isinstance(entry, MappingNode):
            yield entry.pairs[0][0].text
        else:
            text = assembly.text(entry).text
            yield text.partition("=" if "=" in text else ":")[0]
    for entry in (*items(own.get("links")), *items(own.get("external_links"))):
        yield assembly.text(entry).text.rpartition(":")[2]


def _dependencies(assembly: Assembly, node: Node | None) -> Iterator[Dependency]:
    """The services that are started first. A name alone waits for no more than its start."""
    listed = keyed(node) if node else None
    for key, value in listed.pairs if isinstance(listed, MappingNode) else ():
        started = Value(
            ("service_started",), (Label(key.span, "a bare name only waits until the service has started"),)
        )
        condition = _text(assembly, at(value, "condition"), "the condition", started)
        required = setting(assembly, at(value, "required"), "required", switch, Value((True,)))
        yield Dependency(key.text, condition, not required.must_be(False), key.span)


def _swarm_settings(own: MappingNode) -> Iterator[Label]:
    """What `docker stack deploy` obeys and `docker compose up` passes over."""
    for key in ("placement", "update_config", "rollback_config", "endpoint_mode", "mode"):
        if found := node_if_set(at(own, "deploy", key)):
            yield Label(found.span, f"{key} is for Docker Swarm")


def _privilege_labels(assembly: Assembly, own: MappingNode, mounted: tuple[Mount, ...]) -> Iterator[Label]:
    """What gives the container power over its host."""
    privileged = own.get("privileged")
    if privileged and switch(assembly.text(privileged).value).must(bool):
        yield Label(privileged.span, "the service runs privileged")
    for item in items(own.get("cap_add")):
        yield Label(item.span, f"the service adds the capability {assembly.text(item).text}")
    for mount in mounted:
        if is_docker_socket(mount):
            yield Label(mount.span, "the service mounts the Docker socket")
