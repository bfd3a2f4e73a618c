"""The Ingresses of a cluster and the routes of its Gateways, a path at a time.

https://kubernetes.io/docs/concepts/services-networking/ingress/, https://gateway-api.sigs.k8s.io/reference/spec/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, texts
from mcplint.facts.platform import Resource
from mcplint.services.kubernetes.cluster import Cluster
from mcplint.services.kubernetes.load_balancer import lets_in
from mcplint.services.settings import number, string
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

COMMUNITY = "nginx.ingress.kubernetes.io/"
OTHERS = ("nginx.org/", "nginx.com/")
"""Annotations of ingress-nginx, and of the controller that NGINX Inc. makes."""

CLASSES = frozenset(
    {
        *("gce", "gce-internal", "alb", "azure-application-gateway", "azure/application-gateway", "openshift-default"),
        *("traefik", "haproxy", "kong", "contour", "istio", "cilium", "tailscale", "caddy", "apisix", "envoy"),
    }
)
"""Classes that other controllers have, which read none of its annotations; one of any other name may be its own."""
OPENSHIFT = "route.openshift.io"
"""The group of OpenShift's Routes; those of Knative are others."""
OPENSHIFT_ROUTER = "OpenShift"
GATEWAY = "Gateway"
"""What stands for the class of an Ingress where a route of a Gateway says it."""
POLICIES = frozenset(
    {"AuthorizationPolicy", "RequestAuthentication", "SecurityPolicy", "AuthPolicy", "GCPBackendPolicy", "OIDCPolicy"}
    | {"KongClusterPlugin", "CiliumNetworkPolicy", "CalicoNetworkPolicy", "APIRule", "ApisixGlobalRule"}
)
"""The kinds of objects that may turn callers away, whatever they are attached to."""
HEADERS = ("RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror")
"""Filters of a Gateway's route that leave the path as it is."""


OWN_CHECK = "health=of its own"
"""What stands beside a path whose Service names a BackendConfig."""
OF_TARGETS = tuple(
    f"alb.ingress.kubernetes.io/{name}" for name in ("healthcheck-", "success-codes", "target-type", "backend-protocol")
)
"""Annotations of load balancers of AWS that a Service may have in place of its Ingress.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""


class SharedTexts(tuple[str, ...]):
    """Texts as `name=value` that many paths share.

    A class because what is asked of all of them is asked once.
    """

    def any(self, test: Callable[[str], object]) -> bool:
        """Whether one passes a test, which is known by itself."""
        known: dict[Callable[[str], object], bool] = self.__dict__.setdefault("known", {})
        if test not in known:
            known[test] = any(map(test, self))
        return known[test]


class IngressPath(NamedTuple):
    """What an Ingress, or a route of a Gateway, does with the requests of one path.

    `match`: `Prefix`, `Exact` or `ImplementationSpecific`. `service`, `port`: the Service's name and port; `backend`:
    where that name stands. `annotations`: those of the Ingress by their whole names, `said`: as texts. `controller`:
    its class, empty
    where not said. `tls`: where its name is given a certificate. `missing`: the number or name of a port that its
    Service does not have, and the span of those that it has. `beside`: what else may decide on its requests, as
    `name=value`: annotations of its Service, what its Gateways say of themselves, and kinds of policies. `replaced`:
    what a filter of a Gateway's route puts in place of the path that it takes, or with `whole` of the whole path.
    """

    resource: Resource
    span: Span
    host: Value[str | None]
    path: Value[str]
    match: str
    service: str
    port: Value[int]
    backend: Span
    annotations: dict[str, Value[str]]
    said: SharedTexts
    controller: str
    tls: Span | None = None
    missing: Label | None = None
    beside: SharedTexts = SharedTexts()
    replaced: Value[str] | None = None
    whole: bool = False

    @property
    def is_nginx(self) -> bool:
        """Whether ingress-nginx serves it."""
        if self.said.any(_is_of_other_controller) or self.controller in CLASSES:
            return False
        return "nginx" in self.controller or self.said.any(_of_nginx)


def _is_of_other_controller(said: str) -> bool:
    return said.startswith(OTHERS)


def _of_nginx(said: str) -> bool:
    return said.startswith(COMMUNITY)


class _Ports(NamedTuple):
    """The ports of a Service: the first, those that have names by these, and all names and numbers as they are written.

    `rendered`: a tool fills some in before they are applied.
    """

    first: Node | None
    named: Mapping[str, Node]
    known: frozenset[str]
    rendered: bool


class _Services:
    """The Services that Ingresses name.

    A class because many paths lead to one.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._found: dict[tuple[str, int], Resource | None] = {}
        self._ports: dict[int, _Ports] = {}

    def get(self, name: str, near: Resource) -> Resource | None:
        """The Service of a name that an object means."""
        key = name, id(near.node)
        if key not in self._found:
            self._found[key] = self._cluster.get("Service", name, near)
        return self._found[key]

    def ports(self, name: str, near: Resource) -> _Ports:
        service = self.get(name, near)
        key = id(service and service.node)
        if key not in self._ports:
            self._ports[key] = _ports(service)
        return self._ports[key]


def entries(cluster: Cluster) -> Iterator[IngressPath]:
    """The paths of all Ingresses, Gateways and Routes of OpenShift that lead to a Service."""
    policies = tuple(kind for kind in cluster.kinds if kind in POLICIES)
    parents: dict[int, tuple[str, ...]] = {}
    beside: dict[tuple[int, int], SharedTexts] = {}
    merged: dict[tuple[int, int], dict[str, Value[str]]] = {}
    services = _Services(cluster)
    for entry in _entries(cluster, services):
        service, route = services.get(entry.service, entry.resource), id(entry.resource.node)
        if route not in parents:
            parents[route] = tuple(_parents(entry.resource, cluster))
        pair = id(service and service.node), route
        if pair not in beside:
            beside[pair] = SharedTexts((*policies, *_of_service(service, cluster), *parents[route]))
            of_service = _annotations(service, f"the Service {entry.service} sets")[0] if service else {}
            told = {name: value for name, value in of_service.items() if name.startswith(OF_TARGETS)}
            merged[pair] = {**entry.annotations, **told} if told else entry.annotations
        yield entry._replace(beside=beside[pair], annotations=merged[pair])


def _annotations(resource: Resource, set_by: str) -> tuple[dict[str, Value[str]], SharedTexts]:
    named = pairs(at(resource.node, "metadata", "annotations"))
    found = {key.text: string(value, f"{set_by} {key.text.rpartition('/')[2]}") for key, value in named}
    return found, SharedTexts(f"{name}={value.only or ''}" for name, value in found.items())


def _annotated(resource: Resource | None) -> Iterator[str]:
    for key, value in pairs(at(resource.node, "metadata", "annotations")) if resource else ():
        yield f"{key.text}={value.text}" if isinstance(value, ScalarNode) else key.text


def _of_service(service: Resource | None, cluster: Cluster) -> Iterator[str]:
    """The annotations of a Service; in place of one that leads to what turns nobody away, that a check may be told."""
    for annotation_text in _annotated(service):
        key, _, value = annotation_text.partition("=")
        passed = service is not None and lets_in(key, value, service, cluster)
        yield OWN_CHECK if passed else annotation_text


def _parents(route: Resource, cluster: Cluster) -> Iterator[str]:
    """What the Gateways of a route are called and say; other parents than Gateways are inside of the cluster."""
    for parent in items(at(route.node, "spec", "parentRefs")):
        ref = texts(parent)
        yield f"{ref.get('kind', 'Gateway')}={ref.get('name', '')}.{ref.get('namespace', '')}"
        for gateway in cluster.named.get(("Gateway", ref.get("name", "")), ()):
            yield f"class={texts(at(gateway.node, 'spec')).get('gatewayClassName', '')}"
            yield from _annotated(gateway)
            yield from (
                f"{key.text}={value.span.text}" for key, value in pairs(at(gateway.node, "spec", "infrastructure"))
            )


def _entries(cluster: Cluster, services: _Services) -> Iterator[IngressPath]:
    for route in cluster.of("Route"):
        if route.api == OPENSHIFT:
            yield _of_openshift(route, cluster)
    for route in cluster.of("HTTPRoute"):
        yield from _of_gateway(route, services)
    for ingress in cluster.of("Ingress"):
        set_by = f"the Ingress {ingress.name.text} sets"
        annotations, annotation_texts = _annotations(ingress, set_by)
        controller = texts(at(ingress.node, "spec")).get("ingressClassName")
        controller = controller or texts(at(ingress.node, "metadata", "annotations")).get("kubernetes.io/ingress.class")
        certificates = _certificates(ingress.node)
        for rule in items(at(ingress.node, "spec", "rules")):
            host = _host(at(rule, "host"))
            tls = certificates.get(host.only, certificates.get(None))
            for path in items(at(rule, "http", "paths")):
                backend, named = at(path, "backend", "service"), at(path, "path")
                yield IngressPath(
                    ingress,
                    named.span.head if named else path.span.head,
                    host,
                    string(named, f"{set_by} the path")
                    if named
                    else Value(("/",), (Label(path.span.head, "no path"),)),
                    texts(path).get("pathType", "ImplementationSpecific"),
                    (service := texts(backend).get("name", "")),
                    _port(backend, services.ports(service, ingress), f"{set_by} the port"),
                    (at(backend, "name") or path).span.head,
                    annotations,
                    annotation_texts,
                    controller or "",
                    tls,
                    _missing(at(backend, "port"), services.ports(service, ingress)),
                )


def _of_openshift(route: Resource, cluster: Cluster) -> IngressPath:
    """What a Route of OpenShift does: all paths below its own lead to one Service."""
    spec, note = at(route.node, "spec"), f"the Route {route.name.text} sets"
    name, path_node = texts(at(spec, "to")).get("name", ""), at(spec, "path")
    service, wanted = cluster.get("Service", name, route), texts(at(spec, "port")).get("targetPort")
    ports = items(at(service.node, "spec", "ports")) if service else ()
    chosen = [
        port for port in ports if wanted in (None, *(texts(port).get(key) for key in ("name", "targetPort", "port")))
    ]
    number_ = number(string(at(chosen[0], "port"), "the Service sets its port")) if len(chosen) == 1 else UNKNOWN
    return IngressPath(
        route,
        (path_node or at(spec, "to") or route.node).span.head,
        _host(at(spec, "host")),
        string(path_node, f"{note} the path") if path_node else Value(("/",), (Label(route.span, "no path"),)),
        "Prefix",
        name,
        number_,
        (at(spec, "to", "name") or route.node).span.head,
        *_annotations(route, note),
        OPENSHIFT_ROUTER,
        tls.span.head if (tls := at(spec, "tls")) else None,
    )


def _of_gateway(route: Resource, services: _Services) -> Iterator[IngressPath]:
    hosts = [_host(node) for node in items(at(route.node, "spec", "hostnames"))] or [_host(None)]
    for rule in items(at(route.node, "spec", "rules")):
        matches: tuple[Node | None, ...] = tuple(items(at(rule, "matches"))) or (None,)
        for match, backend in product(matches, items(at(rule, "backendRefs"))):
            yield from (_routed(route, rule, match, backend, host, services) for host in hosts)


def _routed(
    route: Resource, rule: Node, match: Node | None, backend: Node, host: Value[str | None], services: _Services
) -> IngressPath:
    """What a route of a Gateway does with one path; unknown where headers or methods decide as well."""
    path_node, note = at(match, "path", "value"), f"the HTTPRoute {route.name.text} sets"
    kind = texts(at(match, "path")).get("type", "PathPrefix")
    path = string(path_node, f"{note} the path") if path_node else Value(("/",), (Label(rule.span.head, "no path"),))
    if any(key.text != "path" for key, _ in pairs(match)):
        path = Value(None, path.trace)
    filters = (*items(at(rule, "filters")), *items(at(backend, "filters")))
    rewrites = [at(each, "urlRewrite", "path") for each in filters if _rewrites_path(each)]
    strange = [each for each in filters if texts(each).get("type") not in HEADERS and not _rewrites_path(each)]
    name, port = texts(backend).get("name", ""), at(backend, "port")
    return IngressPath(
        route,
        (path_node or match or rule).span.head,
        host,
        path,
        {"PathPrefix": "Prefix"}.get(kind, kind),
        name,
        number(string(port, f"{note} the port")),
        (at(backend, "name") or backend).span.head,
        {f"filter {count}": Value(None, (Label(each.span, "a filter"),)) for count, each in enumerate(strange)},
        SharedTexts("filter" for _ in strange),
        GATEWAY,
        missing=_missing(port, services.ports(name, route)) if _is_service(backend) else None,
        replaced=_replacement(rewrites, note) if rewrites else None,
        whole=any(at(path, "replaceFullPath") for path in rewrites),
    )


def _rewrites_path(filter_: Node) -> bool:
    """Whether a filter of a Gateway's route rewrites the path and nothing else."""
    rewrite = at(filter_, "urlRewrite")
    return texts(filter_).get("type") == "URLRewrite" and [key.text for key, _ in pairs(rewrite)] == ["path"]


def _replacement(paths: list[Node | None], note: str) -> Value[str]:
    """What the one filter that rewrites paths puts in place of a path, or of its prefix."""
    kinds = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
    paths_found = [at(path, kinds.get(texts(path).get("type", ""), "")) for path in paths]
    return string(paths_found[0], f"{note} what replaces the path") if len(paths_found) == 1 else UNKNOWN


def _is_service(backend: Node) -> bool:
    """Whether a route of a Gateway means a Service of its own namespace."""
    fields = texts(backend)
    return fields.get("kind", "Service") == "Service" and not fields.get("group") and "namespace" not in fields


def _host(node: Node | None) -> Value[str | None]:
    return string(node, "answers for this name") if node else Value((None,))


def _ports(service: Resource | None) -> _Ports:
    ports = tuple(items(at(service.node, "spec", "ports"))) if service else ()
    named = {name: port for port in reversed(ports) if (name := texts(port).get("name"))}
    known = frozenset(value for port in ports for key, value in texts(port).items() if key in ("name", "port"))
    return _Ports(ports[0] if ports else None, named, known, any("{{" in value or "$" in value for value in known))


def _port(backend: Node | None, ports: _Ports, note: str) -> Value[int]:
    """The port of the Service, by number or by the name that the Service gives it."""
    named = at(backend, "port", "name")
    if named is None:
        return number(string(at(backend, "port", "number"), note))
    name = texts(at(backend, "port")).get("name")
    found = number(string(at(ports.named.get(name or ""), "port"), f"the Service gives {name} this number"))
    return found._replace(trace=(Label(named.span, note), *found.trace))


def _missing(port: Node | None, ports: _Ports) -> Label | None:
    """The port that a Service does not have, at the span of those that it has; it is a number, or a name or number."""
    given = port.text if isinstance(port, ScalarNode) else next(iter(texts(port).values()), "")
    if not ports.first or not given or given in ports.known or ports.rendered or "{{" in given or "$" in given:
        return None
    return Label(ports.first.span, given)


def _certificates(ingress: MappingNode) -> dict[str | None, Span]:
    """Where a certificate is named, by host and for every other one by None."""
    found: dict[str | None, Span] = {}
    for entry in items(at(ingress, "spec", "tls")):
        if None in found:
            break
        names = [item.text for item in items(at(entry, "hosts")) if isinstance(item, ScalarNode)]
        for name in names or (None,):
            found.setdefault(name, entry.span.head)
    return found
