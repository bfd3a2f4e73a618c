"""Where a Kubernetes object has a value of another type than its API declares, for which it is refused.

https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
"""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs, scalar
from mcplint.facts.platform import Resource
from mcplint.model import Mistyped
from mcplint.services.kubernetes.cluster import PODS, Cluster, template
from mcplint.text.source import Edit

LIST, MAPPING, STRING = "a list", "a mapping", "a string"
META = (("labels", MAPPING), ("annotations", MAPPING))
SPEC = (
    *(("containers", LIST), ("initContainers", LIST), ("volumes", LIST), ("imagePullSecrets", LIST)),
    *(("tolerations", LIST), ("nodeSelector", MAPPING), ("securityContext", MAPPING), ("affinity", MAPPING)),
)
CONTAINER = (
    *(("env", LIST), ("envFrom", LIST), ("ports", LIST), ("volumeMounts", LIST), ("command", LIST), ("args", LIST)),
    *(("resources", MAPPING), ("securityContext", MAPPING), ("lifecycle", MAPPING)),
    *(("livenessProbe", MAPPING), ("readinessProbe", MAPPING), ("startupProbe", MAPPING)),
)
TEXTS = frozenset({"labels", "annotations", "matchLabels", "nodeSelector", "selector", "data", "stringData"})
"""The mappings whose values are strings."""
MOST = 200


def mistyped(cluster: Cluster) -> Iterator[Mistyped]:
    """The values that no Kubernetes takes, each object's in order."""
    for one in cluster.of(*sorted(PODS), "Service", "ConfigMap", "Secret", "Ingress"):
        if one.kind != "Service" or not one.api:
            for field, node, wanted in _fields(one):
                yield from _checked(one, field, node, wanted)


def _fields(one: Resource) -> Iterator[tuple[str, Node | None, str]]:
    """The fields of an object with the types that they have to be of."""
    yield from _inside(at(one.node, "metadata"), META)
    if one.kind in ("ConfigMap", "Secret"):
        yield from _inside(one.node, (("data", MAPPING), ("stringData", MAPPING)))
    elif one.kind == "Service":
        yield from _inside(at(one.node, "spec"), (("selector", MAPPING), ("ports", LIST)))
    elif one.kind == "Ingress":
        yield from _inside(at(one.node, "spec"), (("rules", LIST), ("tls", LIST)))
    else:
        yield from _pods(one)


def _pods(one: Resource) -> Iterator[tuple[str, Node | None, str]]:
    pod = template(one)
    if pod is not one.node:
        yield from _inside(at(pod, "metadata"), META)
        yield from _inside(at(one.node, "spec", "selector"), (("matchLabels", MAPPING),))
    yield from _inside(at(pod, "spec"), SPEC)
    for key in ("containers", "initContainers"):
        for container in items(at(pod, "spec", key)):
            yield from _inside(container, CONTAINER)
            for variable in items(at(container, "env")):
                yield f"the value of {scalar(at(variable, 'name'))[:60]}", at(variable, "value"), STRING
            for word in (*items(at(container, "command")), *items(at(container, "args"))):
                yield "a word of the command", word, STRING


def _inside(owner: Node | None, fields: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, Node | None, str]]:
    for name, wanted in fields:
        node = at(owner, name)
        yield name, node, wanted
        if name in TEXTS:
            yield from ((f"`{key.text[:60]}` of {name}", value, STRING) for key, value in pairs(node)[:MOST])


def _checked(one: Resource, field: str, node: Node | None, wanted: str) -> Iterator[Mistyped]:
    """The field, where it is known to be of another type; nothing at all is taken for whatever belongs there."""
    if node is None or (isinstance(node, ScalarNode) and (node.value is None or "{{" in node.text or node.tag)):
        return
    found = _type(node)
    if found != wanted and "$" not in node.span.head.text:
        plain = wanted == STRING and isinstance(node, ScalarNode) and node.span.text == node.text
        edits = (Edit(node.span, f'"{node.span.text}"'),) if plain else ()
        span = node.span if isinstance(node, ScalarNode) else node.span.head
        yield Mistyped(
            f"{one.span.source.path}:{one.name.text}", span, one.kind, one.name.text, field, wanted, found, edits
        )


def _type(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return LIST
    if isinstance(node, MappingNode):
        return MAPPING
    return STRING if isinstance(node.value, str) else "a boolean" if isinstance(node.value, bool) else "a number"
