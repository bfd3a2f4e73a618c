"""How requests reach the pods of a Kubernetes object: how many there are, and what sends a client to the same one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.core import UNKNOWN, Note, Value, join
from mcplint.facts.document import Node, ScalarNode, at, items, pairs
from mcplint.facts.platform import Resource
from mcplint.link.compose.settings import number
from mcplint.link.platform.cluster import PODS, Cluster, template, texts
from mcplint.link.platform.settings import string

NGINX = "nginx.ingress.kubernetes.io/"
STICKY = re.compile(r"affinity|sticky|stickiness|hash", re.IGNORECASE)
PROXIES = re.compile(r"(?:^|/)(?:haproxy|nginx|envoy|traefik|caddy|openresty|apisix|kong)(?:[:@-][^/]*)?$")


class Entry(NamedTuple):
    """What an Ingress does with the requests of one path.

    `match`: `Prefix`, `Exact` or `ImplementationSpecific`. `service`, `port`: the Service's name, and its port's number
    or name. `annotations`: those of the Ingress by their whole names. `controller`: its class, empty where not said.
    """

    resource: Resource
    host: Value[str | None]
    path: Value[str]
    match: str
    service: str
    port: Value[str]
    annotations: dict[str, Value[str]]
    controller: str

    @property
    def is_nginx(self) -> bool:
        """Whether ingress-nginx serves it."""
        return "nginx" in self.controller or any(name.startswith(NGINX) for name in self.annotations)


def replicas(pods: Resource, cluster: Cluster) -> Value[int]:
    """How many pods there are; where an autoscaler decides, its least and its most."""
    for scaler in cluster.of("HorizontalPodAutoscaler"):
        target = texts(at(scaler.node, "spec", "scaleTargetRef"))
        if (target.get("kind"), target.get("name"), scaler.namespace) == (pods.kind, pods.name.text, pods.namespace):
            return _scaled(scaler)
    if pods.kind == "DaemonSet":
        return Value(None, (Note(pods.span, "one pod on every node"),))
    count = at(pods.node, "spec", "replicas")
    if count is None:
        return Value((1,), (Note(pods.span, "one pod where no number is said"),))
    return number(string(count, f"the {pods.kind} runs this many pods"))


def _scaled(scaler: Resource) -> Value[int]:
    low, high = at(scaler.node, "spec", "minReplicas"), at(scaler.node, "spec", "maxReplicas")
    least = Value((1,), (Note(scaler.span, "the autoscaler runs at least one pod"),))
    if low:
        least = number(string(low, "the autoscaler runs at least this many pods"))
    return join((least, number(string(high, "the autoscaler runs at most this many pods"))))


def entries(cluster: Cluster) -> Iterator[Entry]:
    """The paths of all Ingresses that lead to a Service."""
    for ingress in cluster.of("Ingress"):
        set_by = f"the Ingress {ingress.name.text} sets"
        annotations = {
            key.text: string(value, f"{set_by} {key.text.rpartition('/')[2]}")
            for key, value in pairs(at(ingress.node, "metadata", "annotations"))
        }
        controller = texts(at(ingress.node, "spec")).get("ingressClassName")
        controller = controller or texts(at(ingress.node, "metadata", "annotations")).get("kubernetes.io/ingress.class")
        for rule in items(at(ingress.node, "spec", "rules")):
            for path in items(at(rule, "http", "paths")):
                backend = at(path, "backend", "service")
                yield Entry(
                    ingress,
                    _host(at(rule, "host")),
                    string(at(path, "path"), f"{set_by} the path"),
                    texts(path).get("pathType", "ImplementationSpecific"),
                    texts(backend).get("name", ""),
                    string(at(backend, "port", "number") or at(backend, "port", "name"), f"{set_by} the port"),
                    annotations,
                    controller or "",
                )


def _host(node: Node | None) -> Value[str | None]:
    value = string(node, "the Ingress answers for this name")
    return Value(value.options, value.trace, value.slot) if node else Value((None,))


class Traffic(NamedTuple):
    """What stands in front of the Services of a cluster.

    `entries`: by name and namespace of the Service. `proxied`: whether pods run a proxy, which may stand in front of
    others and keep their sessions together. `meshed`: the texts of routes that are not read.
    """

    cluster: Cluster
    entries: dict[tuple[str, str], list[Entry]]
    proxied: bool
    meshed: tuple[str, ...]

    def into(self, service: Resource) -> list[Entry]:
        """The entries that lead to a Service."""
        return self.entries.get((service.name.text, service.namespace), [])


def traffic(cluster: Cluster) -> Traffic:
    """The ways to the Services of a cluster."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries(cluster):
        found.setdefault((entry.service, entry.resource.namespace), []).append(entry)
    routes = cluster.of("DestinationRule", "VirtualService", "HTTPRoute", "IngressRoute", "TraefikService")
    return Traffic(
        cluster, found, any(map(_is_proxy, cluster.of(*PODS))), tuple(route.node.span.text for route in routes)
    )


class Affinity(NamedTuple):
    """What sends a client's requests to the same pod, in the words of `Spread.affinity`, and what says so."""

    kind: Value[str]
    notes: tuple[Note, ...] = ()


def affinity(services: tuple[Resource, ...], ways: Traffic) -> Affinity:
    """The affinity of the pods behind these Services; unknown where the files do not show every way to them."""
    if not services or ways.proxied:
        return Affinity(UNKNOWN)
    found = [way for service in services for way in _ways(service, ways)]
    notes = tuple(note for way in found for note in way.notes)
    kind = join([way.kind for way in found])
    return Affinity(kind._replace(trace=notes), notes)


def _is_proxy(pods: Resource) -> bool:
    containers = items(at(template(pods), "spec", "containers"))
    return any(PROXIES.search(texts(container).get("image", "")) for container in containers)


def _ways(service: Resource, ways: Traffic) -> Iterator[Affinity]:
    """Each way to a Service: the Ingresses that lead to it, which pick the pod themselves, else itself."""
    spec, name = at(service.node, "spec"), service.name.text
    chosen = at(spec, "sessionAffinity")
    if texts(spec).get("clusterIP") == "None" or any(name in text for text in ways.meshed):
        yield Affinity(UNKNOWN)
    elif into := ways.into(service):
        yield from map(_entry_affinity, into)
    elif any(STICKY.search(key.text) for key, _ in pairs(at(service.node, "metadata", "annotations"))):
        yield Affinity(UNKNOWN)
    elif isinstance(chosen, ScalarNode) and chosen.text == "ClientIP":
        note = Note(chosen.span, f"the Service {name} keeps a client's address with one pod")
        yield Affinity(Value(("works",), (note,)), (note,))
    else:
        yield Affinity(Value(("none",)))


def _entry_affinity(entry: Entry) -> Affinity:
    """How an Ingress keeps a client with one pod; ingress-nginx passes by the Service, so its affinity does nothing."""
    chosen = entry.annotations.get(f"{NGINX}affinity")
    hashed = entry.annotations.get(f"{NGINX}upstream-hash-by")
    if not entry.is_nginx:
        return Affinity(UNKNOWN)
    if chosen is not None and chosen.may(lambda kind: kind == "cookie"):
        return Affinity(Value(("cookie",)) if chosen.options else UNKNOWN, chosen.trace)
    if hashed is None:
        return Affinity(Value(("none",)))
    key = hashed.only or ""
    if "mcp_session_id" in key:
        return Affinity(Value(("session-header",)), hashed.trace)
    return Affinity(Value(("works",)) if "remote_addr" in key else UNKNOWN, hashed.trace)


def idle_timeout(services: tuple[Resource, ...], ways: Traffic) -> Value[float]:
    """The seconds of silence that ingress-nginx bears on the ways to these Services."""
    into = [entry for service in services for entry in ways.into(service)]
    if not into or not all(entry.is_nginx for entry in into):
        return UNKNOWN
    return join([_read_timeout(entry) for entry in into])


def _read_timeout(entry: Entry) -> Value[float]:
    said = entry.annotations.get(f"{NGINX}proxy-read-timeout")
    if said is None:
        return Value((60.0,), (Note(entry.resource.span, "ingress-nginx gives up after 60 s of silence"),))
    count = number(said)
    return Value(None if count.only is None else (float(count.only),), said.trace)
