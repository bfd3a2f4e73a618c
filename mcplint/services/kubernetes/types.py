"""Where a Kubernetes object has a value of another type than its API declares, for which it is refused.

https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, items, pairs, scalar
from mcplint.facts.platform import Resource
from mcplint.model import Mistyped
from mcplint.services.kubernetes.cluster import PODS, Cluster
from mcplint.text.source import Edit

LIST, MAPPING, STRING, NUMBER, BOOLEAN = "a list", "a mapping", "a string", "a number", "a boolean"
PORT = "a port"
"""A number, or a name, which has a letter in it."""
Shape: TypeAlias = "str | tuple[Shape, ...] | Mapping[str, Shape]"
"""The type of a field: a scalar's, the fields of a mapping (`*`: any), a list of what its one member says."""

ANY: Mapping[str, Shape] = {}
TEXTS: Shape = {"*": STRING}
META: Shape = {"labels": TEXTS, "annotations": TEXTS}
NAMED: Shape = {"name": STRING, "key": STRING}
PROBE: Shape = {
    "httpGet": {"path": STRING, "port": PORT, "httpHeaders": (TEXTS,)},
    "exec": {"command": (STRING,)},
    "tcpSocket": {"port": PORT},
    **dict.fromkeys(("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"), NUMBER),
}
SECURITY: Shape = {
    "capabilities": {"add": (STRING,), "drop": (STRING,)},
    **dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"), NUMBER),
    **dict.fromkeys(
        ("runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "privileged"),
        BOOLEAN,
    ),
}
CONTAINER: Shape = {
    "env": ({"value": STRING, "valueFrom": dict.fromkeys(("secretKeyRef", "configMapKeyRef", "fieldRef"), NAMED)},),
    "envFrom": (dict.fromkeys(("configMapRef", "secretRef"), NAMED),),
    "ports": ({"containerPort": NUMBER, "name": STRING},),
    "volumeMounts": ({"mountPath": STRING, "readOnly": BOOLEAN},),
    "command": (STRING,),
    "args": (STRING,),
    "resources": {"limits": ANY, "requests": ANY},
    "lifecycle": ANY,
    "securityContext": SECURITY,
    **dict.fromkeys(("livenessProbe", "readinessProbe", "startupProbe"), PROBE),
}
POD: Shape = {
    "containers": (CONTAINER,),
    "initContainers": (CONTAINER,),
    "volumes": (dict.fromkeys(("configMap", "secret", "emptyDir", "hostPath", "persistentVolumeClaim"), ANY),),
    "imagePullSecrets": (NAMED,),
    "tolerations": (ANY,),
    "nodeSelector": TEXTS,
    "affinity": ANY,
    "securityContext": SECURITY,
    "terminationGracePeriodSeconds": NUMBER,
    **dict.fromkeys(("hostNetwork", "enableServiceLinks", "automountServiceAccountToken"), BOOLEAN),
}
OWNER: Shape = {
    "replicas": NUMBER,
    "selector": {"matchLabels": TEXTS},
    "template": {"metadata": META, "spec": POD},
}
BACKEND: Shape = {"service": {"name": STRING, "port": {"number": NUMBER, "name": STRING}}}
SHAPES: Mapping[str, Shape] = {
    "ConfigMap": {"metadata": META, "data": TEXTS},
    "Secret": {"metadata": META, "data": TEXTS, "stringData": TEXTS},
    "Service": {
        "metadata": META,
        "spec": {"selector": TEXTS, "ports": ({"port": NUMBER, "targetPort": PORT, "name": STRING},)},
    },
    "Ingress": {
        "metadata": META,
        "spec": {
            "defaultBackend": BACKEND,
            "rules": ({"host": STRING, "http": {"paths": ({"path": STRING, "backend": BACKEND},)}},),
            "tls": ({"hosts": (STRING,), "secretName": STRING},),
        },
    },
    **{kind: {"metadata": META, "spec": OWNER} for kind in PODS},
    "Pod": {"metadata": META, "spec": POD},
}
MOST = 200


def mistyped_values(cluster: Cluster) -> Iterator[Mistyped]:
    """The values that no Kubernetes takes, each object's in order."""
    for one in cluster.of(*sorted(SHAPES)):
        if one.kind != "Service" or not one.api:
            yield from _mistyped_in(one, "the object", one.node, SHAPES[one.kind])


def _mistyped_in(one: Resource, field: str, node: Node | None, shape: Shape) -> Iterator[Mistyped]:
    """The field, where it is known to be of another type, else what is in it.

    Nothing at all is taken for whatever belongs there.
    """
    if node is None or (isinstance(node, ScalarNode) and (node.value is None or "{{" in node.text or node.tag)):
        return
    wanted = MAPPING if isinstance(shape, Mapping) else LIST if isinstance(shape, tuple) else shape
    found = _type(node)
    if wanted == PORT:
        wanted = STRING if found == STRING and not scalar(node).isdecimal() else NUMBER
    if found != wanted:
        if "$" not in node.span.head.text:
            yield _mistyped(one, field, node, wanted, found)
    elif isinstance(shape, tuple):
        for item in items(node)[:MOST]:
            yield from _mistyped_in(one, _entry(field), item, shape[0])
    elif isinstance(shape, Mapping):
        for name, value in _values(node, shape):
            yield from _mistyped_in(one, _field_title(name, field, node), value, shape.get(name, STRING))


def _values(node: Node, shape: Mapping[str, Shape]) -> Iterator[tuple[str, Node]]:
    """The fields of a mapping of which something is known."""
    return ((key.text, value) for key, value in pairs(node)[:MOST] if key.text in shape or "*" in shape)


def _entry(field: str) -> str:
    """What an item of a list is called."""
    return "an item of the command" if field in ("command", "args") else f"an entry of {field}"


def _field_title(name: str, owner: str, node: Node) -> str:
    """The title of a field in a message, with its owner where its own name says little."""
    if owner == "an entry of env" and name == "value":
        variable = next((scalar(value) for key, value in pairs(node) if key.text == "name"), "")
        return f"the value of {variable[:60]}"
    many = owner in ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData")
    return f"`{name[:60]}` of {owner}" if many or (owner == "selector" and name != "matchLabels") else name


def _mistyped(one: Resource, field: str, node: Node, wanted: str, found: str) -> Mistyped:
    return Mistyped(
        f"{one.span.source.path}:{one.name.text}",
        node.span if isinstance(node, ScalarNode) else node.span.head,
        one.kind,
        one.name.text,
        field,
        wanted,
        found,
        tuple(_edits(node, wanted)),
    )


def _edits(node: Node, wanted: str) -> Iterator[Edit]:
    """The quotes that make a string of a number, or those that are left out."""
    if not isinstance(node, ScalarNode):
        return
    if wanted == STRING and node.span.text == node.text:
        yield Edit(node.span, f'"{node.span.text}"')
    elif (wanted == NUMBER and node.text.isdecimal()) or (wanted == BOOLEAN and node.text in ("true", "false")):
        whole = node.span._replace(start=node.span.start - 1, end=node.span.end + 1)
        if whole.text in (f'"{node.text}"', f"'{node.text}'"):
            yield Edit(whole, node.text)


def _type(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return LIST
    if isinstance(node, MappingNode):
        return MAPPING
    return STRING if isinstance(node.value, str) else BOOLEAN if isinstance(node.value, bool) else NUMBER
