"""The containers of a Kubernetes object as services, one each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, scalar, texts
from mcplint.facts.platform import Resource
from mcplint.model import Container, Mount, PlatformProbe, Port
from mcplint.services.kubernetes.cluster import Cluster, applied_together, template
from mcplint.services.kubernetes.environment import environment, has_unseen_variables, injected, with_variables
from mcplint.services.kubernetes.load_balancer import address, checked, is_public, of_nodes
from mcplint.services.kubernetes.traffic import Traffic, affinity, replicas
from mcplint.services.settings import argv, number, optional, string, switch
from mcplint.values import UNKNOWN, EditSite, Label, Value

PORT_NAME = re.compile(r"[a-z0-9-]{1,15}")
OFF: Value[bool] = Value((False,))
PROBES = (("livenessProbe", "liveness"), ("readinessProbe", "readiness"), ("startupProbe", "startup"))


def services(pods: Resource, ways: Traffic) -> Iterator[Container]:
    """The containers of an object's pods. `names` and `forwards` are those of the Services that select them."""
    cluster, spec = ways.cluster, at(template(pods), "spec")
    containers = [node for node in items(at(spec, "containers")) if at(node, "name")]
    before = cluster.services_for(pods)
    names = frozenset(name for one in before for name in _names(one))
    shared = len(containers) > 1
    for node in containers:
        service = container(node, spec, pods, cluster)
        forwards = [(one, tuple(_forwarded_ports(one, node, spec))) for one in before]
        yield service._replace(
            service=pods.name.text if not shared else f"{pods.name.text}/{service.service}",
            network_mode=_network(spec, pods, shared),
            names=names,
            networks=frozenset(("kubernetes",)),
            replicas=replicas(pods, cluster),
            affinity=affinity(before, ways),
            forwards=tuple(port for _, ports in forwards for port in ports),
            probes=(*service.probes, *_load_balancer_checks(forwards, cluster)),
            injected=_service_variables(pods, ways, before) if service.env_closed else {},
            service_links=_service_links_site(spec),
            ports=tuple(
                port._replace(host_ip=address(one, pods, port.target, cluster), node=outer)
                for one, ports in forwards
                if is_public(one)
                for port, outer in zip(ports, of_nodes(one), strict=True)
            ),
        )


def container(node: Node, spec: Node | None, pods: Resource, cluster: Cluster) -> Container:
    """What a container says by itself."""
    name = at(node, "name")
    env, notes = environment(node, pods, cluster)
    mounts = tuple(_mounts(node, spec, pods, cluster))
    rights = at(node, "securityContext")
    user = at(rights, "runAsUser") or at(spec, "securityContext", "runAsUser")
    grace = at(spec, "terminationGracePeriodSeconds")
    wait = number(string(grace, "the pod sets its grace period")) if grace else Value((30,), ())
    return Container(
        service=name.text if isinstance(name, ScalarNode) else "",
        span=name.span if name else node.span.head,
        platform="kubernetes",
        image=optional(at(node, "image"), "the container sets image"),
        env=env,
        env_closed=not notes,
        env_notes=notes,
        hidden=has_unseen_variables(node, pods, cluster),
        entrypoint=with_variables(argv(at(node, "command"), "the container sets command"), env),
        arguments=with_variables(argv(at(node, "args"), "the container sets args"), env),
        user=string(user, "the pod sets runAsUser"),
        workdir=string(at(node, "workingDir"), "the container sets workingDir"),
        expose=tuple(_ports(node)),
        probes=tuple(_health(node)),
        mounts=mounts,
        privileges=tuple(_privilege_labels(rights, mounts)),
        non_root=_non_root(rights, at(spec, "securityContext")),
        grace_period=Value(None if wait.only is None else (float(wait.only),), wait.trace),
        memory=optional(at(node, "resources", "limits", "memory"), "the container sets a memory limit"),
        tty=_switch(node, "tty"),
        stdin_open=_switch(node, "stdin"),
        read_only=_switch(rights, "readOnlyRootFilesystem"),
    )


def _service_variables(pods: Resource, ways: Traffic, before: tuple[Resource, ...]) -> Mapping[str, Value[str]]:
    """The variables of Services that the pods are given: of those beside them, and of those that lead to them."""
    spec = at(template(pods), "spec")
    switched = at(spec, "enableServiceLinks")
    if switched is not None and switch(string(switched, "")).may(lambda on: not on):
        return {}
    beside = ways.injected.get(applied_together(pods), {})
    others = [one for one in before if applied_together(one) != applied_together(pods)]
    return {**beside, **injected(others)} if others else beside


def _service_links_site(spec: Node | None) -> EditSite | None:
    """Where a pod would say that it is given no variables of Services."""
    key = spec.key("containers") if isinstance(spec, MappingNode) else None
    indent = key.span.source.text[: key.span.start].rpartition("\n")[2] if key else ""
    return EditSite(key.span._replace(end=key.span.start), "", f"\n{indent}") if key and not indent.strip() else None


def _non_root(*contexts: Node | None) -> Label | None:
    """Where the container, or else its pod, may not run as root."""
    for context in contexts:
        setting = at(context, "runAsNonRoot")
        if setting:
            only = switch(string(setting, "")).must(bool)
            return Label(setting.span, "Kubernetes starts it only if its user is provably not root") if only else None
    return None


def _switch(node: Node | None, key: str) -> Value[bool]:
    found = at(node, key)
    return switch(string(found, f"the container sets {key}")) if found else OFF


def _ports(node: Node) -> Iterator[Port]:
    for port in items(at(node, "ports")):
        target = number(string(at(port, "containerPort"), "the container sets its port"))
        yield Port(target, None, None, port.span, texts(port).get("protocol", "TCP").lower())


def _forwarded_ports(service: Resource, container: Node, spec: Node | None) -> Iterator[Port]:
    """The ports of a Kubernetes Service that lead into the container; a port without a target leads to its like."""
    for port in items(at(service.node, "spec", "ports")):
        outer = number(string(at(port, "port"), f"the Service {service.name.text} sets its port"))
        target = at(port, "targetPort") or at(port, "port")
        inner, nameless = _target(target, container, spec, f"the Service {service.name.text} sets the target port")
        yield Port(inner, outer, None, port.span, texts(port).get("protocol", "TCP").lower(), nameless)


def _load_balancer_checks(
    forwards: Iterable[tuple[Resource, tuple[Port, ...]]], cluster: Cluster
) -> Iterator[PlatformProbe]:
    """The checks that load balancers make of a container, through Services that have one port alone."""
    for service, ports in forwards:
        for probe in checked(service, cluster) if len(ports) == 1 else ():
            if probe.port is None or probe.port.must(ports[0].target.must_be):
                yield probe._replace(port=ports[0].target)


def _target(node: Node | None, container: Node, spec: Node | None, note: str) -> tuple[Value[int], str]:
    """A port of a container by its number or name, and that name where none has it that it may mean.

    `spec`: of the pod, whose other containers may be meant as well; None where only this one is.
    """
    found = number(string(node, note))
    if found.only is not None or not isinstance(node, ScalarNode):
        return found, ""
    others = (*items(at(spec, "containers")), *items(at(spec, "initContainers")))
    if _is_nameless(node.text, others or (container,)):
        return found, node.text
    named = (one for one in items(at(container, "ports")) if texts(one).get("name") == node.text)
    return number(string(at(next(named, None), "containerPort"), "the container sets its port")), ""


def _is_nameless(name: str, containers: Iterable[Node]) -> bool:
    """Whether no container has a port of a name, the names of all ports being known."""
    ports = [texts(port).get("name", "") for each in containers for port in items(at(each, "ports"))]
    return all(PORT_NAME.fullmatch(text) for text in (name, *filter(None, ports))) and name not in ports


def _names(service: Resource) -> Iterator[str]:
    """The names that the cluster's DNS has for a Service."""
    name = service.name.text
    yield name
    space = service.namespace or "default"
    yield from (f"{name}.{space}", f"{name}.{space}.svc", f"{name}.{space}.svc.cluster.local")


def _network(spec: Node | None, pods: Resource, shared: bool) -> Value[str | None]:
    """The host's network, or that of the other containers of the pod."""
    host = at(spec, "hostNetwork")
    if host and switch(string(host, "the pod sets hostNetwork")).must(bool):
        return Value(("host",), (Label(host.span, "the pod uses the host's network"),))
    return Value((f"service:{pods.name.text}" if shared else None,))


def _health(node: Node) -> Iterator[PlatformProbe]:
    """The probes of a container."""
    for key, kind in PROBES:
        probe = at(node, key)
        if probe is None:
            continue
        asked = at(probe, "httpGet")
        command = argv(at(probe, "exec", "command"), f"the container sets its {kind} probe")
        port_node = at(asked, "port") or at(probe, "tcpSocket", "port")
        port, nameless = _target(port_node, node, None, f"the {kind} probe checks this port")
        called = at(probe, "grpc", "port")
        timeout = number(string(at(probe, "timeoutSeconds"), "the probe sets its timeout"))
        yield PlatformProbe(
            kind,
            probe.span,
            string(at(asked, "path"), f"the {kind} probe checks this path") if asked else None,
            port if port_node else None,
            command.value if command else None,
            Value(None if timeout.only is None else (float(timeout.only),), timeout.trace),
            scalar(at(asked, "scheme")).lower() or "http",
            Label(port_node.span, "asks for it") if port_node and nameless else None,
            number(string(called, f"the {kind} probe calls this port")) if called else None,
        )


def _mounts(node: Node, spec: Node | None, pods: Resource, cluster: Cluster) -> Iterator[Mount]:
    """The volumes of a container; a ConfigMap of the project is a mount for each of its texts."""
    volumes = {texts(volume).get("name"): volume for volume in items(at(spec, "volumes"))}
    for mount in items(at(node, "volumeMounts")):
        fields = texts(mount)
        volume, place = volumes.get(fields.get("name")), string(at(mount, "mountPath"), "the container mounts it here")
        read_only = _switch(mount, "readOnly").must(bool)
        store = cluster.get("ConfigMap", texts(at(volume, "configMap")).get("name", ""), pods)
        if store:
            yield from _stored_files(store, place, fields.get("subPath"), mount)
            continue
        kind = next((kind for key, kind in VOLUMES if at(volume, key)), "unknown")
        source = optional(at(volume, "hostPath", "path"), "the pod mounts a path of its host")
        yield Mount(kind, source if kind == "bind" else Value((None,)), place, read_only, mount.span)


VOLUMES = (
    ("hostPath", "bind"),
    ("emptyDir", "tmpfs"),
    ("persistentVolumeClaim", "volume"),
    ("secret", "secret"),
    ("configMap", "config"),
)


def _stored_files(store: Resource, place: Value[str], only: str | None, mount: Node) -> Iterator[Mount]:
    """The texts of a ConfigMap as files below the path, or the one that is mounted at the path itself."""
    for key, value in pairs(at(store.node, "data")):
        if only not in (None, key.text):
            continue
        target = place if only or place.only is None else Value((f"{place.only.rstrip('/')}/{key.text}",), place.trace)
        text = string(value, f"the ConfigMap {store.name.text} contains it")
        content = Value((value.text,), text.trace) if isinstance(value, ScalarNode) else UNKNOWN
        yield Mount("config", Value((key.text,)), target, True, mount.span, None, content)


def _privilege_labels(rights: Node | None, mounts: tuple[Mount, ...]) -> Iterator[Label]:
    """What gives the container power over its node."""
    privileged = at(rights, "privileged")
    if privileged and switch(string(privileged, "")).must(bool):
        yield Label(privileged.span, "the container runs privileged")
    for item in items(at(rights, "capabilities", "add")):
        yield Label(item.span, f"the container adds the capability {item.span.text}")
    for mount in mounts:
        if mount.source.must_be("/var/run/docker.sock", "/run/containerd/containerd.sock"):
            yield Label(mount.span, "the container mounts the socket of its node's engine")
