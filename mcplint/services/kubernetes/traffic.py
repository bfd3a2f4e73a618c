"""How requests reach the pods of a Kubernetes object: how many there are, and what sends a client to the same one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.document import ScalarNode, at, items, pairs, texts
from mcplint.facts.platform import Resource
from mcplint.knowledge.proxies import INGRESS_NGINX
from mcplint.knowledge.proxies import affinity as affinity_of
from mcplint.services.kubernetes import ingress_nginx
from mcplint.services.kubernetes.cluster import PODS, Cluster, applied_together, template
from mcplint.services.kubernetes.environment import injected
from mcplint.services.kubernetes.ingress import GATEWAY, OPENSHIFT_ROUTER, IngressPath, entries
from mcplint.services.settings import number, string
from mcplint.values import UNKNOWN, Label, Value, join

STICKY = re.compile(r"affinity|sticky|stickiness|hash", re.IGNORECASE)
KEEPS = re.compile(
    r"(?i)affinity|sticky|stickiness|hash|cookie|session|persist|backend|balanc|upstream|polic|plugin|mesh"
)
"""What may keep a client with one pod, in annotations of an Ingress or of its Service."""
PROXIES = re.compile(r"(?:^|/)(?:haproxy|nginx|envoy|traefik|caddy|openresty|apisix|kong)(?:[:@-][^/]*)?$")


def replicas(pods: Resource, cluster: Cluster) -> Value[int]:
    """How many pods there are; where an autoscaler decides, its least and its most."""
    for scaler in cluster.of("HorizontalPodAutoscaler"):
        target = texts(at(scaler.node, "spec", "scaleTargetRef"))
        if (target.get("kind"), target.get("name"), scaler.namespace) == (pods.kind, pods.name.text, pods.namespace):
            return _replicas_of_scaler(scaler)
    if pods.kind == "DaemonSet":
        return Value(None, (Label(pods.span, "one pod on every node"),))
    count = at(pods.node, "spec", "replicas")
    if count is None:
        return Value((1,), (Label(pods.span, "one pod by default"),))
    return number(string(count, f"the {pods.kind} runs this many pods"))


def _replicas_of_scaler(scaler: Resource) -> Value[int]:
    low, high = at(scaler.node, "spec", "minReplicas"), at(scaler.node, "spec", "maxReplicas")
    least = Value((1,), (Label(scaler.span, "the autoscaler runs at least one pod"),))
    if low:
        least = number(string(low, "the autoscaler runs at least this many pods"))
    return join((least, number(string(high, "the autoscaler runs at most this many pods"))))


class Traffic(NamedTuple):
    """What stands in front of the Services of a cluster.

    `entries`: by name and namespace of the Service. `proxied`: whether pods run a proxy, which may stand in front of
    others and keep their sessions together. `meshed`: the texts of routes that are not read. `governed`: whether an
    object that is not read may tell Gateways how to balance. `injected`: the variables of Services by what is applied
    together.
    """

    cluster: Cluster
    entries: dict[tuple[str, str], list[IngressPath]]
    proxied: bool
    meshed: tuple[str, ...]
    governed: bool = False
    injected: Mapping[tuple[str, str], Mapping[str, Value[str]]] = {}

    def entries_into(self, service: Resource) -> list[IngressPath]:
        """The entries that lead to a Service."""
        return self.entries.get((service.name.text, service.namespace), [])


def traffic(cluster: Cluster) -> Traffic:
    """The ways to the Services of a cluster."""
    found: dict[tuple[str, str], list[IngressPath]] = {}
    for entry in entries(cluster):
        found.setdefault((entry.service, entry.resource.namespace), []).append(entry)
    routes = cluster.of("DestinationRule", "VirtualService", "IngressRoute", "TraefikService")
    governed = any(kind.endswith("Policy") and kind != "NetworkPolicy" for kind in cluster.kinds)
    proxied = any(map(_is_proxy, cluster.of(*PODS)))
    beside: dict[tuple[str, str], list[Resource]] = {}
    for service in cluster.of("Service"):
        beside.setdefault(applied_together(service), []).append(service)
    variables = {key: injected(services) for key, services in beside.items()}
    return Traffic(cluster, found, proxied, tuple(route.node.span.text for route in routes), governed, variables)


def affinity(services: tuple[Resource, ...], ways: Traffic) -> Value[str]:
    """What keeps a client with one pod behind these Services, as `Spread.affinity` says it.

    It is unknown where the files do not show every way to them.
    """
    if not services or ways.proxied:
        return UNKNOWN
    return join([way for service in services for way in _affinities(service, ways)])


def _is_proxy(pods: Resource) -> bool:
    containers = items(at(template(pods), "spec", "containers"))
    return any(PROXIES.search(texts(container).get("image", "")) for container in containers)


def _affinities(service: Resource, ways: Traffic) -> Iterator[Value[str]]:
    """Each way to a Service: the Ingresses that lead to it, which pick the pod themselves, else itself."""
    spec, name = at(service.node, "spec"), service.name.text
    chosen = at(spec, "sessionAffinity")
    if texts(spec).get("clusterIP") == "None" or any(name in text for text in ways.meshed):
        yield UNKNOWN
    elif into := ways.entries_into(service):
        plain = not ways.governed and not isinstance(chosen, ScalarNode)
        yield from (_entry_affinity(entry, plain) for entry in into)
    elif any(STICKY.search(key.text) for key, _ in pairs(at(service.node, "metadata", "annotations"))):
        yield UNKNOWN
    elif isinstance(chosen, ScalarNode) and chosen.text == "ClientIP":
        yield Value(("works",), (Label(chosen.span, f"the Service {name} keeps a client address on one pod"),))
    else:
        yield Value(("none",))


def _entry_affinity(entry: IngressPath, plain: bool) -> Value[str]:
    """How an Ingress keeps a client with one pod; ingress-nginx passes by the Service, so its affinity does nothing.

    Other controllers and Gateways spread requests where nothing says more of sessions; `plain`: and nothing else may.
    A Route of OpenShift sets a cookie by default.
    """
    if entry.controller == GATEWAY:
        return Value(("none",)) if plain and "sessionPersistence" not in entry.resource.node.span.text else UNKNOWN
    if not entry.is_nginx:
        keeps = entry.said.any(KEEPS.search) or entry.beside.any(KEEPS.search)
        spread = plain and entry.controller != OPENSHIFT_ROUTER and not keeps
        return Value(("none",)) if spread else UNKNOWN
    chosen = ingress_nginx.balancing(entry)
    kind = affinity_of(INGRESS_NGINX, chosen.only) if chosen.only else None
    return UNKNOWN if kind is None else Value((kind,), chosen.trace if kind != "none" else ())
